//! Starting from a state, damaged states, and states that are removed.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::Store;
use crate::problem::Refused;
use crate::seed::Seed;

#[test]
fn work_that_fails_panics_or_cannot_be_committed_leaves_nothing_behind() {
    const INSERT: &str = "INSERT INTO token VALUES ('t', '', 100)";
    let store = Store::open(None, None).unwrap();
    let failed = store.with(|db| {
        db.execute(INSERT, [])?;
        Err::<(), _>(Refused::not_found("x"))
    });
    assert_eq!(failed.unwrap_err().status.as_u16(), 404);
    let panicking = || {
        store.with(|db| -> Result<(), Refused> {
            db.execute(INSERT, [])?;
            panic!("in the middle")
        })
    };
    assert!(catch_unwind(AssertUnwindSafe(panicking)).is_err());
    // A constraint that SQLite checks when it commits.
    let refused = store.with(|db| {
        db.execute(INSERT, [])?;
        db.execute_batch(
            "CREATE TABLE parent (id INTEGER PRIMARY KEY);
             CREATE TABLE child (id REFERENCES parent DEFERRABLE INITIALLY DEFERRED);
             INSERT INTO child VALUES (1)",
        )?;
        Ok(())
    });
    assert_eq!(refused.unwrap_err().status.as_u16(), 500);
    assert_eq!(store.scopes("t", 0).unwrap(), None);
    store.with(|db| Ok(db.execute(INSERT, [])?)).unwrap();
    assert_eq!(store.scopes("t", 0).unwrap(), Some(String::new()));
}

#[test]
fn a_nonce_is_accepted_once_for_each_key() {
    let store = Store::open(None, None).unwrap();
    assert!(store.take_nonce("a", "n", 100, 0).unwrap());
    assert!(!store.take_nonce("a", "n", 100, 50).unwrap());
    assert!(store.take_nonce("b", "n", 100, 50).unwrap());
    assert!(!store.take_nonce("a", "n", 100, 100).unwrap(), "to the last second");
    assert!(store.take_nonce("a", "n", 300, 101).unwrap());
}

#[test]
fn a_nonce_is_remembered_while_its_signature_is_valid() {
    let mut store = Store::open(None, None).unwrap();
    store.most_nonces = 2;
    assert!(store.take_nonce("a", "1", 100, 0).unwrap());
    assert!(store.take_nonce("a", "2", 100, 0).unwrap());
    let refused = store.take_nonce("a", "3", 100, 0).unwrap_err();
    assert_eq!(refused.status.as_u16(), 429);
    assert!(store.take_nonce("a", "3", 300, 101).unwrap());
}

#[test]
fn expired_nonces_are_dropped_a_few_at_a_time() {
    let steps_among = |count: u64| {
        let store = Store::open(None, None).unwrap();
        for number in 0..count {
            store.take_nonce("a", &number.to_string(), 100, 0).unwrap();
        }
        let steps = store.steps(|| assert!(store.take_nonce("a", "new", 300, 101).unwrap()));
        let last = (count - 1).to_string();
        assert!(store.take_nonce("a", &last, 300, 101).unwrap(), "it has expired");
        assert!(!store.take_nonce("a", &last, 300, 101).unwrap());
        for number in 0..count / 100 {
            store.take_nonce("b", &number.to_string(), 300, 101).unwrap();
        }
        let left = store.nonces.load(std::sync::atomic::Ordering::Relaxed);
        assert_eq!(left, 2 + count / 100);
        steps
    };
    let (few, many) = (steps_among(200), steps_among(2_000));
    assert!(many < 2 * few, "{few} steps among 200, {many} among 2,000");
}

#[test]
fn a_reopened_state_gives_no_id_twice() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.sqlite");
    let seed = Some(Seed::of_number(7));
    let store = Store::open(Some(&file), seed).unwrap();
    let first = store.fresh_uuid("request");
    store.add_token("t", "s", 100, 0).unwrap();
    let error = Store::open(Some(&file), seed).err().unwrap().to_string();
    assert!(error.contains("in use by another sandbox"), "{error}");
    drop(store);

    let store = Store::open(Some(&file), None).unwrap();
    assert!(store.seed() == Seed::of_number(7));
    let second = store.fresh_uuid("request");
    assert_ne!(store.fresh_uuid("request"), first);
    assert_eq!(store.scopes("t", 50).unwrap().as_deref(), Some("s"));
    drop(store);
    // A start that fails changes nothing: the third start is the third one.
    let of_third = Seed::of_number(7).uuid("request of start 3", 0);
    let error = Store::open(Some(&file), Some(Seed::of_number(8))).err().unwrap().to_string();
    assert!(error.contains("another seed"), "{error}");
    let store = Store::open(Some(&file), None).unwrap();
    assert_eq!(store.fresh_uuid("request"), of_third);
    assert_ne!(second, of_third);
    store.close();
    assert!(store.scopes("t", 50).is_err());
    drop(Store::open(Some(&file), None).unwrap());
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        assert_eq!(std::fs::metadata(&file).unwrap().mode() & 0o077, 0);
    }
}

#[test]
fn a_file_that_is_not_a_state_is_reported_in_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.sqlite");
    let opened = || Store::open(Some(&file), None).err().unwrap().to_string();
    std::fs::write(&file, "not a database, though long enough to be taken for one").unwrap();
    assert!(opened().contains("not a state of the sandbox, or is damaged"), "{}", opened());

    std::fs::remove_file(&file).unwrap();
    let other = rusqlite::Connection::open(&file).unwrap();
    other.execute_batch("CREATE TABLE x (y)").unwrap();
    drop(other);
    let bytes = std::fs::read(&file).unwrap();
    assert!(opened().contains("another program"), "{}", opened());
    assert_eq!(std::fs::read(&file).unwrap(), bytes, "another program's file is not touched");
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        assert_ne!(std::fs::metadata(&file).unwrap().mode() & 0o077, 0);
    }

    std::fs::remove_file(&file).unwrap();
    drop(Store::open(Some(&file), None).unwrap());
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..].fill(0x5a);
    std::fs::write(&file, bytes).unwrap();
    assert!(opened().contains("damaged"), "{}", opened());

    let error = Store::open(Some(folder.path()), None).err().unwrap().to_string();
    assert!(error.contains("cannot be opened"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_state_that_is_removed_or_replaced_accepts_nothing_more() {
    type Harm = fn(&std::path::Path, &std::path::Path);
    let harms: [Harm; 4] = [
        |file, _| std::fs::remove_file(file).unwrap(),
        |_, log| std::fs::remove_file(log).unwrap(),
        |file, _| std::fs::rename(file, file.with_extension("moved")).unwrap(),
        |file, log| {
            // Another sandbox starts there, and has its own log.
            std::fs::remove_file(file).unwrap();
            std::fs::remove_file(log).unwrap();
            let other = Store::open(Some(file), None).unwrap();
            other.add_token("of the other", "s", 100, 0).unwrap();
            std::mem::forget(other);
        },
    ];
    for (number, harm) in harms.into_iter().enumerate() {
        let folder = tempfile::tempdir().unwrap();
        let (file, log) = (folder.path().join("state.db"), folder.path().join("state.db-wal"));
        let store = Store::open(Some(&file), None).unwrap();
        store.add_token("a", "s", 100, 0).unwrap();
        harm(&file, &log);
        let was_there = log.exists();
        let refused = store.add_token("b", "s", 100, 0).unwrap_err();
        assert!(refused.reason.contains("was removed or replaced"), "{}", refused.reason);
        assert_eq!(refused.status.as_u16(), 500);
        assert!(store.scopes("a", 50).is_err(), "{number}: nothing is read either");
        store.close();
        assert_eq!(log.exists(), was_there, "{number}: another sandbox's log is not touched");
    }
}

/// Damages each page of a state in turn: the damage is detected, or nothing depends on the
/// page.
#[test]
fn a_damaged_page_is_detected() {
    type Harm = fn(&mut [u8]);
    let folder = tempfile::tempdir().unwrap();
    let (whole, file) = (folder.path().join("whole.db"), folder.path().join("state.db"));
    let store = Store::open(Some(&whole), Some(Seed::of_number(7))).unwrap();
    for number in 0..2_000 {
        store.take_nonce("key", &number.to_string(), 100, 0).unwrap();
        store.add_token(&number.to_string(), "s", 100, 0).unwrap();
    }
    drop(store);
    let bytes = std::fs::read(&whole).unwrap();
    let pages = bytes.len() / 4096;
    let harms: [(&str, Harm); 4] = [
        ("zeroed", |page| page.fill(0)),
        ("overwritten", |page| page.fill(0x5a)),
        ("half of it", |page| page[2048..].fill(0x5a)),
        ("a sector", |page| page[3584..].iter_mut().for_each(|byte| *byte = !*byte)),
    ];
    let has_cells = |page: usize| {
        let header = if page == 0 { 100 } else { page * 4096 };
        bytes[header + 3..header + 5] != [0, 0]
    };
    let (mut started, mut tried) = (Vec::new(), 0);
    for (what, harm) in harms {
        // In a page without content, nothing after the first bytes can be damaged.
        let is_whole = ["zeroed", "overwritten"].contains(&what);
        for page in (0..pages).filter(|page| is_whole || has_cells(*page)) {
            tried += 1;
            let mut damaged = bytes.clone();
            harm(&mut damaged[page * 4096..][..4096]);
            std::fs::write(&file, damaged).unwrap();
            match Store::open(Some(&file), None) {
                Ok(_) => started.push((what, page)),
                Err(error) => {
                    let error = error.to_string();
                    assert!(error.contains("move it away, or use another file"), "{error}");
                }
            }
            let _ = std::fs::remove_file(folder.path().join("state.db-wal"));
        }
    }
    println!("{tried} damaged copies");
    assert!(started.is_empty(), "{started:?}");
}
