//! Webhook events.

use super::{Comparison, Format, Origin, Site};
use crate::api::Webhook;
use crate::check::declared::{Alternative, Events};
use crate::check::direction::Direction;
use crate::check::drift::DriftKind;
use crate::check::suggest::new_event;

impl<'a> Comparison<'a> {
    pub(super) fn events(&mut self) {
        let (api, declared) = (self.api, self.declared);
        for webhook in &api.webhooks {
            for event_type in &webhook.event_types {
                let is_declared =
                    |alternative: &&Alternative| alternative.text.as_ref() == Some(event_type);
                let mut found = false;
                for events in &declared.events {
                    for alternative in events.alternatives.iter().filter(is_declared) {
                        found = true;
                        self.event(alternative, webhook);
                    }
                }
                if !found {
                    self.missing_event(webhook, event_type);
                }
            }
        }
    }

    fn event(&mut self, alternative: &'a Alternative, webhook: &'a Webhook) {
        let site = Site {
            position: alternative.position,
            subject: &format!("`{}`", alternative.name),
            origin: Origin::of_webhook(webhook),
            direction: Direction::Response,
            format: Format::Json,
            line: None,
        };
        self.value(site, &alternative.payload, &webhook.object);
    }

    fn missing_event(&mut self, webhook: &'a Webhook, event_type: &str) {
        let declared = self.declared;
        let in_category = |events: &Events| {
            events.alternatives.iter().filter(|it| category_of(it) == category(event_type)).count()
        };
        let Some(events) = declared
            .events
            .iter()
            .filter(|events| in_category(events) > 0)
            .max_by_key(|events| in_category(events))
        else {
            return;
        };
        // Its object is that of another event of the same webhook, or of the same category.
        let siblings = || events.alternatives.iter();
        let sibling = siblings()
            .find(|it| it.text.as_ref().is_some_and(|text| webhook.event_types.contains(text)))
            .or_else(|| siblings().find(|it| category_of(it) == category(event_type)));
        let line = sibling.map(|sibling| new_event(sibling, event_type));
        let site = Site {
            position: events.position,
            subject: &events.name,
            origin: Origin::of_webhook(webhook),
            direction: Direction::Response,
            format: Format::Json,
            line: None,
        };
        let message = format!("`{}` lacks the event type `{event_type}`", events.name);
        self.drift_with(site, DriftKind::EventAdded, false, message, line);
    }
}

impl<'a> Origin<'a> {
    fn of_webhook(webhook: &'a Webhook) -> Self {
        Self { id: &webhook.id, line: webhook.line }
    }
}

/// What precedes the first dot of an event type.
fn category(event_type: &str) -> &str {
    event_type.split('.').next().unwrap_or_default()
}

fn category_of(alternative: &Alternative) -> &str {
    category(alternative.text.as_deref().unwrap_or_default())
}
