//! Waits for events, in a program or a test.

use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Deserialize;
use tokio::sync::watch;
use uuid::Uuid;

use super::event::{Event, EventId};

/// How many events are stored.
const MOST_EVENTS: usize = 10_000;

/// Stores the newest 10,000 events, and waits for the next.
///
/// They are in the order in which they were received.
///
/// Cheap to clone; clones share one inbox.
///
/// Events are held in memory, each in full, and are gone when the program ends. Store events that
/// must not be lost in a database first.
///
/// # Examples
///
/// ```
/// use upvest_core::webhook::{Event, Inbox};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), upvest_core::webhook::EventError> {
/// # let event: Event = r#"{"id": "8962b496-8d42-4560-bfab-10c8d1a3b5c7", "type": "ORDER.FILLED",
/// #     "created_at": "2021-07-21T14:10:00Z", "webhook_id": "a8eb3540-5a84-40f9-b2bb-7f99f282fc5a",
/// #     "object": {"id": "ac1c39e9-2101-46b8-a624-d10a9e351b6c", "status": "FILLED"}}"#.parse()?;
/// let inbox = Inbox::new();
/// inbox.put([event.clone()]); // in the receiver
///
/// # let order_id: uuid::Uuid = "ac1c39e9-2101-46b8-a624-d10a9e351b6c".parse().expect("an id");
/// let news = inbox.until(order_id, &["FILLED", "CANCELLED"]).await; // elsewhere
/// assert_eq!(news, event);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Inbox(Arc<Inner>);

struct Inner {
    received: Mutex<Received>,
    /// How many events were received.
    count: watch::Sender<u64>,
}

#[derive(Default)]
struct Received {
    events: VecDeque<Arrival>,
    ids: HashSet<EventId>,
}

struct Arrival {
    event: Event,
    resource: Resource,
}

/// The fields that can be waited for.
#[derive(Default, Deserialize)]
struct Resource {
    id: Option<Uuid>,
    status: Option<String>,
}

impl Inbox {
    /// Creates an empty inbox.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(Inner { received: Mutex::default(), count: watch::Sender::new(0) }))
    }

    /// Stores events, and returns those that are new: a delivery may repeat some.
    pub fn put(&self, events: impl IntoIterator<Item = Event>) -> Vec<Event> {
        let mut new = Vec::new();
        {
            let mut received = self.0.received.lock().unwrap_or_else(PoisonError::into_inner);
            for event in events {
                if received.ids.insert(event.id()) {
                    let resource = event.object().unwrap_or_default();
                    received.events.push_back(Arrival { event: event.clone(), resource });
                    new.push(event);
                }
                if received.events.len() > MOST_EVENTS
                    && let Some(oldest) = received.events.pop_front()
                {
                    received.ids.remove(&oldest.event.id());
                }
            }
        }
        let count = new.len() as u64;
        self.0.count.send_modify(|known| *known = known.saturating_add(count));
        new
    }

    /// Returns all stored events, oldest first.
    #[must_use]
    pub fn events(&self) -> Vec<Event> {
        let received = self.0.received.lock().unwrap_or_else(PoisonError::into_inner);
        received.events.iter().map(|arrival| arrival.event.clone()).collect()
    }

    /// Waits until the object with this id has one of these statuses.
    ///
    /// Returns the event that says so.
    ///
    /// Returns at once if the event was already received. Events may overtake each other, so a
    /// later status can come first.
    ///
    /// There is no time limit: wrap it in `tokio::time::timeout`.
    ///
    /// # Cancel safety
    /// Dropping the future loses no event: waiting removes nothing.
    pub async fn until(&self, id: impl Into<Uuid>, statuses: &[&str]) -> Event {
        let id = id.into();
        self.first(|Arrival { resource, .. }| {
            let status = resource.status.as_deref();
            resource.id == Some(id) && status.is_some_and(|status| statuses.contains(&status))
        })
        .await
    }

    /// Waits for a matching event, and returns it; at once if it was already received.
    ///
    /// # Cancel safety
    /// As for [`until`](Self::until).
    pub async fn wait(&self, is_it: impl Fn(&Event) -> bool) -> Event {
        self.first(|arrival| is_it(&arrival.event)).await
    }

    async fn first(&self, is_it: impl Fn(&Arrival) -> bool) -> Event {
        // Subscribes before the first look, so that no event goes unnoticed in between.
        let mut count = self.0.count.subscribe();
        loop {
            count.mark_unchanged();
            let found = {
                let received = self.0.received.lock().unwrap_or_else(PoisonError::into_inner);
                received
                    .events
                    .iter()
                    .find(|arrival| is_it(arrival))
                    .map(|found| found.event.clone())
            };
            if let Some(event) = found {
                return event;
            }
            // It cannot fail: the sender lives as long as `self`.
            let _ = count.changed().await;
        }
    }
}

impl Default for Inbox {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Inbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.events()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use uuid::Uuid;

    use super::{Event, Inbox, MOST_EVENTS};

    fn event(number: u128, object: &str) -> Event {
        let id = Uuid::from_u128(number);
        format!(
            r#"{{"id":"{id}","created_at":"2021-07-21T14:10:00Z","type":"A.B","webhook_id":"{id}","object":{object}}}"#
        )
        .parse()
        .unwrap()
    }

    #[test]
    fn it_wakes_on_the_matching_event() {
        let inbox = Inbox::new();
        let id = Uuid::from_u128(7);
        let object =
            |id: Uuid, status: &str| format!(r#"{{"id":"{id}","status":"{status}","more":1}}"#);
        let mut waiting = pin!(inbox.until(id, &["DONE", "GONE"]));
        let mut context = Context::from_waker(Waker::noop());
        for (number, object) in [
            (1, object(id, "NEW")),
            (2, object(Uuid::from_u128(8), "DONE")),
            (3, r#"{"id":7}"#.into()),
            (4, "[]".into()),
            (5, "null".into()),
        ] {
            assert_eq!(inbox.put([event(number, &object)]).len(), 1);
            assert_eq!(waiting.as_mut().poll(&mut context), Poll::Pending, "{object}");
        }
        let last = event(6, &object(id, "GONE"));
        inbox.put([last.clone()]);
        assert_eq!(waiting.as_mut().poll(&mut context), Poll::Ready(last));
    }

    #[test]
    fn an_event_is_new_once_and_the_oldest_are_dropped() {
        let inbox = Inbox::new();
        let numbers = 1..=u128::from(MOST_EVENTS as u64);
        assert_eq!(inbox.put(numbers.map(|number| event(number, "1"))).len(), MOST_EVENTS);
        assert!(inbox.put([event(1, "1"), event(2, "1")]).is_empty());
        assert_eq!(inbox.put([event(0, "1"), event(0, "1")]), [event(0, "1")]);
        let events = inbox.events();
        assert_eq!(events.len(), MOST_EVENTS);
        assert_eq!(events.first(), Some(&event(2, "1")));
        assert_eq!(inbox.put([event(1, "1")]).len(), 1);
    }
}
