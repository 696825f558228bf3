//! How the work grows with the number of events, counted in steps of SQLite.

use serde_json::json;
use upvest_core::Timestamp;
use uuid::Uuid;

use super::queue::{Tried, emit};
use crate::store::Store;

const NOW: i64 = 1_000_000;

/// Returns the steps until `count` events are sent in batches of a few.
fn sent(count: u64) -> u64 {
    let store = Store::open(None, None).unwrap();
    let now = Timestamp::from_unix_seconds(NOW).unwrap();
    let filled = store.transaction(|db| {
        let insert = "INSERT INTO webhook
            (id, title, url, types, excluded, delay, max_package_size, enabled, created, updated)
            VALUES (?1, 'x', 'https://receiver.example/', '[\"ALL\"]', '[]', '5s', 1000, 1, 0, 0)";
        db.execute(insert, [Uuid::nil().to_string()])?;
        for number in 0..count {
            emit(db, "VIRTUAL_CASH_INCREASE.ISSUED", &json!({ "number": number }), NOW - 10)?;
        }
        Ok(())
    });
    filled.unwrap();
    store.steps(|| {
        let mut batches = 0;
        while !store.is_all_sent().unwrap() {
            let work = store.webhook_work(now, |_, _| Ok(false), |_| false).unwrap();
            for due in work.due {
                let response = "200".to_owned();
                let delivered = Tried::Delivered { response, with_copy: false };
                store.tried(due.number, now, &delivered).unwrap();
                batches += 1;
            }
        }
        assert!(batches >= count / 10);
    })
}

#[test]
fn sending_grows_with_the_number_of_events() {
    let (few, many) = (sent(300), sent(3_000));
    println!("{few} steps for 300, {many} for 3,000");
    assert!(many < 13 * few, "{few} steps for 300, {many} for 3,000");
}
