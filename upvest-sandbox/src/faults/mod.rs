//! Faults: what goes wrong on purpose, when, and for which requests.
//!
//! `rule.rs` defines a rule and `fields.rs` its JSON form; `spoil.rs` spoils responses and
//! `wire.rs` breaks connections.

mod fields;
mod rule;
mod spoil;
pub(crate) mod wire;

use std::fmt;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

use crate::seed::Seed;
pub(crate) use rule::Part;
use rule::Target;
pub use rule::{Effect, Fault, InvalidFault};
pub(crate) use spoil::placeholder_response;

/// An active rule, and what it has done so far.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct ActiveFault {
    /// The id with which the rule is removed.
    pub id: u64,
    /// How many requests the rule applied to.
    pub seen: u64,
    /// How many of them it hit.
    pub hits: u64,
    /// The rule.
    #[serde(flatten)]
    pub fault: Fault,
}

/// What goes wrong with a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DeliveryFault {
    NotSent,
    ResponseLost,
    Duplicate,
    Overtake,
}

/// The active rules. The first rule that fits a request hits it; the later rules do not see it.
pub struct Faults {
    rules: Mutex<Rules>,
    seed: Seed,
}

#[derive(Default)]
struct Rules {
    active: Vec<ActiveFault>,
    added: u64,
    drawn: u64,
}

impl Faults {
    pub(crate) fn new(seed: Seed) -> Self {
        Self { rules: Mutex::default(), seed }
    }

    /// Adds a rule after the existing ones.
    ///
    /// # Errors
    /// Fails if the rule is invalid: if `percent` is above 100, for example.
    pub fn add(&self, fault: Fault) -> Result<ActiveFault, InvalidFault> {
        fault.check()?;
        let mut rules = self.rules();
        rules.added += 1;
        let active = ActiveFault { id: rules.added, seen: 0, hits: 0, fault };
        rules.active.push(active.clone());
        Ok(active)
    }

    /// Returns the active rules, and what each of them has done.
    #[must_use]
    pub fn active(&self) -> Vec<ActiveFault> {
        self.rules().active.clone()
    }

    /// Removes a rule. Returns `false` if no rule has this id.
    pub fn remove(&self, id: u64) -> bool {
        let mut rules = self.rules();
        let before = rules.active.len();
        rules.active.retain(|active| active.id != id);
        rules.active.len() < before
    }

    /// Removes all rules.
    pub fn clear(&self) {
        self.rules().active.clear();
    }

    /// Returns the fault that hits this request.
    pub(crate) fn pick(&self, method: &str, path: &str) -> Option<Fault> {
        self.pick_where(|fault| fault.fits(Target::Requests, method, path))
    }

    /// Returns the fault that hits this delivery attempt of a webhook.
    pub(crate) fn pick_delivery(&self, path: &str, is_queued: bool) -> Option<DeliveryFault> {
        let fault = self.pick_where(|fault| {
            // A webhook that was held back has already let the others pass.
            let may_be = is_queued || *fault.effect() != Effect::Overtake;
            may_be && fault.fits(Target::Webhooks, "POST", path)
        })?;
        Some(match fault.effect() {
            Effect::Duplicate => DeliveryFault::Duplicate,
            Effect::Overtake => DeliveryFault::Overtake,
            _ if fault.is_after_commit() => DeliveryFault::ResponseLost,
            _ => DeliveryFault::NotSent,
        })
    }

    fn pick_where(&self, fits: impl Fn(&Fault) -> bool) -> Option<Fault> {
        let mut rules = self.rules();
        let Rules { active, drawn, .. } = &mut *rules;
        for rule in active.iter_mut().filter(|rule| fits(&rule.fault)) {
            rule.seen += 1;
            let fault = &rule.fault;
            let is_its_turn = fault.nth.is_none_or(|nth| nth == rule.seen)
                && fault.times.is_none_or(|times| rule.hits < times);
            if !is_its_turn {
                continue;
            }
            if let Some(percent) = fault.percent {
                *drawn += 1;
                let chance = u64::from_be_bytes(self.seed.bytes("chance of a fault", *drawn));
                if chance % 100 >= u64::from(percent) {
                    continue;
                }
            }
            rule.hits += 1;
            return Some(rule.fault.clone());
        }
        None
    }

    fn rules(&self) -> std::sync::MutexGuard<'_, Rules> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.active()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::{Effect, Fault, Faults};
    use crate::seed::Seed;

    fn faults() -> Faults {
        Faults::new(Seed::of_number(1))
    }

    #[test]
    fn the_first_rule_that_fits_hits() {
        let faults = faults();
        faults.add(Fault::new(Effect::Hang).on("POST", "/a/*").nth(2)).unwrap();
        faults.add(Fault::new(Effect::Reset).on("POST", "/a/b").times(2)).unwrap();
        let picked = |method, path| faults.pick(method, path).map(|fault| fault.effect);
        assert_eq!(picked("GET", "/a/b"), None);
        assert_eq!(picked("POST", "/a/c"), None);
        assert_eq!(picked("POST", "/a/b"), Some(Effect::Hang));
        assert_eq!(picked("POST", "/a/b"), Some(Effect::Reset));
        assert_eq!(picked("POST", "/a/b"), Some(Effect::Reset));
        assert_eq!(picked("POST", "/a/b"), None);
        let counts: Vec<_> = faults.active().iter().map(|rule| (rule.seen, rule.hits)).collect();
        assert_eq!(counts, [(5, 1), (3, 2)]);
        assert!(faults.remove(1) && !faults.remove(1));
        faults.clear();
        assert!(faults.active().is_empty());
    }

    #[test]
    fn chance_is_fair_and_comes_from_the_seed() {
        let run = || {
            let faults = faults();
            faults.add(Fault::new(Effect::Hang).percent(25)).unwrap();
            (0..1_000).map(|_| faults.pick("GET", "/").is_some()).collect::<Vec<_>>()
        };
        assert_eq!(run(), run());
        let hits = run().iter().filter(|hit| **hit).count();
        assert!((200..300).contains(&hits), "{hits}");
    }

    #[test]
    fn invalid_rules_are_rejected() {
        let status = |status, retry_after: Option<&str>| Effect::Status {
            status,
            retry_after: retry_after.map(str::to_owned),
        };
        for fault in [
            Fault::new(Effect::Hang).nth(0),
            Fault::new(Effect::Hang).times(0),
            Fault::new(Effect::Hang).percent(101),
            Fault::new(Effect::Hang).on("post", "/"),
            Fault::new(Effect::Hang).on("POST", "x"),
            Fault::new(Effect::Hang).on("POST", "/*/x"),
            Fault::new(Effect::Hang).on("POST", "/_sandbox/*"),
            Fault::new(Effect::Html).in_body(),
            Fault::new(status(200, None)),
            Fault::new(status(503, Some("\n"))),
            Fault::new(Effect::Redirect { location: "\0".to_owned() }),
            Fault::new(Effect::Slow { bytes_per_second: 0 }),
            Fault::new(Effect::Huge { bytes: u32::MAX }),
            Fault::new(Effect::GzipBomb { bytes: u32::MAX }),
            Fault::new(Effect::Delay { milliseconds: u64::MAX }),
        ] {
            let error = faults().add(fault.clone()).unwrap_err().to_string();
            assert!(error.starts_with("invalid fault: `"), "{fault:?}: {error}");
        }
    }

    #[test]
    fn a_rule_round_trips_through_json() {
        let text =
            r#"{"method":"POST","path":"/a","when":"after_commit","at":"body","do":"reset"}"#;
        let fault: Fault = serde_json::from_str(text).unwrap();
        assert_eq!(fault, Fault::new(Effect::Reset).on("POST", "/a").after_commit().in_body());
        assert_eq!(serde_json::to_string(&fault).unwrap(), text);
        assert_eq!(fault.to_string(), "reset in the body, after commit");
        let text = r#"{"do":{"status":{"status":503,"retry_after":"2"}}}"#;
        assert!(serde_json::from_str::<Fault>(text).is_ok());
        assert!(serde_json::from_str::<Fault>(r#"{"do":"hang","chance":1}"#).is_err());
    }
}
