//! What each endpoint under `/_sandbox/` does.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use upvest_core::{AccountGroupId, Timestamp};
use uuid::Uuid;

use super::{AdminError, AdminRequest, AdminResult};
use crate::cash::Operation;
use crate::cash::balances::decimal;
use crate::faults::Fault;
use crate::fidelity;
use crate::server::Server;
use crate::shape::{Kind, optional, required};
use crate::state::{MOST, State, StateError};
use crate::store::ClockSetting;
use crate::webhooks::handle::WebhookSender;

/// How many batches of webhooks are listed, and how much of each, in characters.
const MOST_DELIVERIES: u32 = 100;
const LONGEST_SHOWN: usize = 10_000;

#[expect(clippy::unnecessary_wraps, reason = "it is a handler, and others can fail")]
pub(super) fn health(server: &Server, _: &AdminRequest) -> AdminResult {
    let settings = &server.world.settings;
    Ok(json!({
        "status": "ok",
        "version": env!("CARGO_PKG_VERSION"),
        "spec": settings.spec,
        "progress": settings.progress.to_string(),
        "loose": settings.loose,
        "assume": settings.assumptions,
    }))
}

pub(super) fn openapi(_: &Server, _: &AdminRequest) -> AdminResult {
    serde_json::from_str(include_str!("openapi.json"))
        .map_err(|error| AdminError::new(500, error.to_string()))
}

pub(super) fn fidelity_table(_: &Server, _: &AdminRequest) -> AdminResult {
    value_of(&fidelity::ROWS)
}

pub(super) fn requests(server: &Server, asked: &AdminRequest) -> AdminResult {
    value_of(
        &server.log.after(asked.number("after")?).iter().map(AsRef::as_ref).collect::<Vec<_>>(),
    )
}

#[expect(clippy::unnecessary_wraps, reason = "as `health`")]
pub(super) fn clear_requests(server: &Server, _: &AdminRequest) -> AdminResult {
    server.log.clear();
    Ok(Value::Null)
}

pub(super) fn account_groups(server: &Server, asked: &AdminRequest) -> AdminResult {
    let (most, now) = (asked.most(MOST)?, server.world.clock.now());
    let groups = server.world.store.all_balances(most, now).map_err(StateError::from)?;
    Ok(groups.into_iter().map(|(id, balances)| shown_group(&id, balances)).collect())
}

fn shown_group(id: &str, balances: Vec<(String, i64)>) -> Value {
    let balances = balances.into_iter().map(|(currency, units)| (currency, decimal(units).into()));
    json!({ "id": id, "balances": balances.collect::<serde_json::Map<String, Value>>() })
}

pub(super) fn add_account_group(server: &Server, asked: &AdminRequest) -> AdminResult {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct New {
        id: AccountGroupId,
    }
    let id = r#""ac1c39e9-2101-46b8-a624-d10a9e351b6c""#;
    let New { id } = asked.json(&[required("id", Kind::Id, id)], &format!(r#"{{"id": {id}}}"#))?;
    State::of(&server.world).add_account_group(id)?;
    let balances = server.world.store.balances(id, server.world.clock.now());
    let balances = balances.map_err(StateError::from)?.unwrap_or_default();
    Ok(shown_group(&id.to_string(), balances))
}

fn listed(operation: &Operation) -> AdminResult {
    let mut value = value_of(operation)?;
    if let Value::Object(members) = &mut value {
        members.insert("kind".to_owned(), value_of(&operation.kind)?);
    }
    Ok(value)
}

pub(super) fn operations(server: &Server, asked: &AdminRequest) -> AdminResult {
    State::of(&server.world)
        .newest_operations(asked.most(MOST)?)
        .iter()
        .map(listed)
        .collect::<Result<Vec<_>, _>>()
        .map(Value::from)
}

pub(super) fn confirm(server: &Server, asked: &AdminRequest) -> AdminResult {
    listed(&State::of(&server.world).confirm(asked.id::<Uuid>()?)?)
}

pub(super) fn queue(server: &Server, asked: &AdminRequest) -> AdminResult {
    listed(&State::of(&server.world).queue(asked.id::<Uuid>()?)?)
}

pub(super) fn cancel(server: &Server, asked: &AdminRequest) -> AdminResult {
    listed(&State::of(&server.world).cancel(asked.id::<Uuid>()?)?)
}

pub(super) fn webhooks(server: &Server, _: &AdminRequest) -> AdminResult {
    value_of(&WebhookSender::of(&server.world).subscriptions())
}

pub(super) fn deliveries(server: &Server, asked: &AdminRequest) -> AdminResult {
    let most = asked.most(MOST_DELIVERIES)?;
    let mut deliveries = WebhookSender::of(&server.world).newest(most);
    for delivery in &mut deliveries {
        if let Some((end, _)) = delivery.body.char_indices().nth(LONGEST_SHOWN) {
            delivery.body.truncate(end);
            delivery.body.push('…');
        }
    }
    value_of(&deliveries)
}

pub(super) fn redeliver(server: &Server, asked: &AdminRequest) -> AdminResult {
    WebhookSender::of(&server.world).redeliver(asked.id()?)?;
    Ok(Value::Null)
}

pub(super) fn rotate_key(server: &Server, _: &AdminRequest) -> AdminResult {
    WebhookSender::of(&server.world).rotate_key()?;
    Ok(Value::Null)
}

pub(super) fn faults(server: &Server, _: &AdminRequest) -> AdminResult {
    value_of(&server.faults.active())
}

pub(super) fn add_fault(server: &Server, asked: &AdminRequest) -> AdminResult {
    let fault = Fault::from_json(&asked.body).and_then(|fault| server.faults.add(fault));
    let active = fault.map_err(|error| AdminError::new(400, error.to_string()))?;
    value_of(&active)
}

#[expect(clippy::unnecessary_wraps, reason = "as `health`")]
pub(super) fn remove_faults(server: &Server, _: &AdminRequest) -> AdminResult {
    server.faults.clear();
    Ok(Value::Null)
}

pub(super) fn remove_fault(server: &Server, asked: &AdminRequest) -> AdminResult {
    if server.faults.remove(asked.id()?) {
        Ok(Value::Null)
    } else {
        Err(AdminError::not_found("There is no fault with this id"))
    }
}

#[expect(clippy::unnecessary_wraps, reason = "as `health`")]
pub(super) fn clock(server: &Server, _: &AdminRequest) -> AdminResult {
    let setting = server.world.clock.setting();
    Ok(json!({
        "now": server.world.clock.now(),
        "is_frozen": setting.frozen_at.is_some(),
        "ahead_seconds": setting.ahead_seconds,
    }))
}

pub(super) fn set_clock(server: &Server, asked: &AdminRequest) -> AdminResult {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Change {
        freeze: Option<bool>,
        freeze_at: Option<Timestamp>,
        #[serde(default)]
        reset: bool,
        #[serde(default)]
        advance_seconds: u64,
    }
    let fields = [
        optional("freeze", Kind::Truth, "true"),
        optional("freeze_at", Kind::Time, r#""2026-01-01T12:00:00Z""#),
        optional("reset", Kind::Truth, "true"),
        optional("advance_seconds", Kind::Number { least: 0, most: u64::MAX }, "60"),
    ];
    let change: Change = asked.json(&fields, r#"{"advance_seconds": 60}"#)?;
    let changed = server.world.clock.change(|setting, source| {
        if change.reset {
            *setting = ClockSetting::default();
        }
        if let Some(time) = change.freeze_at {
            setting.freeze_at(time);
        }
        match change.freeze {
            Some(true) => setting.freeze(source),
            Some(false) => setting.resume(source),
            None => {}
        }
        setting.advance(Duration::from_secs(change.advance_seconds));
    });
    changed.map_err(StateError::from)?;
    clock(server, asked)
}

pub(super) fn reset(server: &Server, _: &AdminRequest) -> AdminResult {
    server.world.store.reset().map_err(StateError::from)?;
    server.world.store.update_has_webhooks().map_err(StateError::from)?;
    server.faults.clear();
    server.log.clear();
    Ok(Value::Null)
}

fn value_of<T: Serialize>(value: &T) -> AdminResult {
    serde_json::to_value(value).map_err(|error| AdminError::new(500, error.to_string()))
}
