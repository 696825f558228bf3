//! Waiting for events, in a program or a test.

use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Deserialize;
use tokio::sync::watch;
use uuid::Uuid;

use super::event::{Event, EventId};

/// How many events are remembered.
const MOST_EVENTS: usize = 10_000;

/// The newest 10,000 events, in the order in which they came; and a place to wait for the next.
/// Cheap to clone: clones are one inbox.
///
/// It is memory, with each event whole, and ends with the program. What must not be lost belongs into a
/// database first.
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
    /// How many events have come.
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

/// What can be waited for.
#[derive(Default, Deserialize)]
struct Resource {
    id: Option<Uuid>,
    status: Option<String>,
}

impl Inbox {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(Inner { received: Mutex::default(), count: watch::Sender::new(0) }))
    }

    /// Takes in events, and gives back those that are new: a delivery may repeat some.
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

    /// All events that it remembers, oldest first.
    #[must_use]
    pub fn events(&self) -> Vec<Event> {
        let received = self.0.received.lock().unwrap_or_else(PoisonError::into_inner);
        received.events.iter().map(|arrival| arrival.event.clone()).collect()
    }

    /// Waits until what has this id has reached one of these statuses, and gives back the event that
    /// told; at once if it has come already. Events may overtake each other, so that a later status can
    /// come first.
    ///
    /// It waits for ever: put `tokio::time::timeout` around it.
    ///
    /// # Cancel safety
    /// It takes nothing out: dropping it loses no event.
    pub async fn until(&self, id: impl Into<Uuid>, statuses: &[&str]) -> Event {
        let id = id.into();
        self.first(|Arrival { resource, .. }| {
            let status = resource.status.as_deref();
            resource.id == Some(id) && status.is_some_and(|status| statuses.contains(&status))
        })
        .await
    }

    /// Waits for an event, and gives it back; at once if it has come already.
    ///
    /// # Cancel safety
    /// As [`until`](Self::until).
    pub async fn wait(&self, is_it: impl Fn(&Event) -> bool) -> Event {
        self.first(|arrival| is_it(&arrival.event)).await
    }

    async fn first(&self, is_it: impl Fn(&Arrival) -> bool) -> Event {
        // Before the first look, so that nothing can come in between unseen.
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
    fn it_waits_for_the_right_one_and_wakes() {
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
        let told = event(6, &object(id, "GONE"));
        inbox.put([told.clone()]);
        assert_eq!(waiting.as_mut().poll(&mut context), Poll::Ready(told));
    }

    #[test]
    fn an_event_is_new_once_and_the_oldest_are_forgotten() {
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
