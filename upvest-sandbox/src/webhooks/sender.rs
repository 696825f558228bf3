//! Sends what is due, and writes down what became of it.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue, USER_AGENT};
use http::{Request, StatusCode};
use http_body_util::{BodyExt as _, Limited};
use tokio::task::{Id, JoinSet};
use tokio::time::timeout;
use upvest_core::__sandbox::headers::{SIGNATURE, SIGNATURE_INPUT};
use upvest_core::__sandbox::sign;
use upvest_core::signature::SignatureVersion;
use upvest_core::transport::{ReqwestTransport, Transport as _};
use url::Url;

use super::queue::{Due, Tried, Work};
use crate::cash::advance_all;
use crate::faults::DeliveryFault;
use crate::server::Server;
use crate::settings::Assumption;

/// How often the clock is looked at while something waits for it: it may be anybody's.
const TICK: Duration = Duration::from_millis(100);
/// How much of an answer is read, so that the connection can be used again.
const LONGEST_ANSWER: usize = 64 * 1024;

/// How the header `user-agent` of a webhook begins.
pub(crate) const PRODUCT: &str = "upvest-sandbox/";

/// How many are sent at once.
const MOST_AT_ONCE: usize = 64;

/// Sends until the sandbox ends.
pub(crate) async fn run(server: Arc<Server>) {
    let store = &server.world.store;
    let transport = Arc::new(OnceLock::new());
    let mut sending = JoinSet::new();
    let mut under_way: HashMap<Id, i64> = HashMap::new();
    let mut said = String::new();
    loop {
        let is_under_way = |number| under_way.values().any(|known| *known == number);
        let work = match store.webhook_work(server.world.clock.now(), advance_all, is_under_way) {
            Ok(work) => {
                said.clear();
                work
            }
            Err(_) if !store.is_open() => return,
            Err(refused) => {
                // Once, and not each time that it is tried again.
                if said != refused.reason {
                    tracing::error!("no webhooks can be sent: {}", refused.reason);
                    said = refused.reason;
                }
                Work { due: Vec::new(), is_waiting: true }
            }
        };
        let room = MOST_AT_ONCE.saturating_sub(sending.len());
        for due in work.due.into_iter().take(room) {
            let (server, transport) = (Arc::clone(&server), Arc::clone(&transport));
            let number = due.number;
            let task = sending.spawn(async move { deliver(&server, &transport, due).await });
            under_way.insert(task.id(), number);
        }
        tokio::select! {
            Some(ended) = sending.join_next_with_id() => {
                let id = match ended {
                    Ok((id, ())) => id,
                    Err(panic) => panic.id(),
                };
                under_way.remove(&id);
            }
            () = store.changed() => {}
            () = tokio::time::sleep(TICK), if work.is_waiting => {}
        }
    }
}

async fn deliver(server: &Server, transport: &OnceLock<ReqwestTransport>, due: Due) {
    let (number, place) = (due.number, place(&due.url));
    let tried = send(server, transport, due).await;
    if let Tried::Failed(why) = &tried {
        tracing::warn!("package {number} of webhooks, to {place}, was not taken: {why}");
    }
    if let Err(refused) = server.world.store.tried(number, server.world.clock.now(), &tried) {
        tracing::error!("a delivery could not be written down: {}", refused.reason);
        // It is due still.
        tokio::time::sleep(TICK).await;
    }
    server.world.store.deliveries_changed();
}

/// A URL without what may be secret in it: a password, or a token in the query.
fn place(url: &str) -> String {
    let Ok(url) = Url::parse(url) else { return String::new() };
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}{port}{}", url.host_str().unwrap_or_default(), url.path())
}

async fn send(server: &Server, transport: &OnceLock<ReqwestTransport>, due: Due) -> Tried {
    let failed = |why: &str| Tried::Failed(why.to_owned());
    let (is_queued, is_single) = (due.is_queued, due.is_single);
    let request = match signed(server, due).await {
        Ok(request) => request,
        Err(why) => return Tried::Failed(why),
    };
    let picked = || server.faults.pick_delivery(request.uri().path(), is_queued);
    let fault = if is_single { None } else { picked() };
    match fault {
        Some(DeliveryFault::Overtake) => return Tried::HeldBack,
        Some(DeliveryFault::NotSent) => return failed("not sent, by a fault"),
        _ => {}
    }
    let made = match transport.get() {
        Some(transport) => Ok(transport.clone()),
        None => ReqwestTransport::new().map(|made| transport.get_or_init(|| made).clone()),
    };
    let Ok(transport) = made else { return failed("TLS cannot be set up") };
    let answering = async {
        let answer = transport.send(request).await?;
        let (head, body) = answer.into_parts();
        // What it says is of no interest, but the connection is.
        let _ = Limited::new(body, LONGEST_ANSWER).collect().await;
        Ok::<_, upvest_core::transport::TransportError>(head.status)
    };
    let longest = server.world.settings.webhook_timeout;
    let status = match timeout(longest, answering).await {
        Ok(Ok(status)) => status,
        Ok(Err(error)) => return Tried::Failed(error.to_string()),
        Err(_) => return Tried::Failed(format!("no answer within {longest:?}")),
    };
    if fault == Some(DeliveryFault::AnswerLost) {
        return Tried::Failed(format!("{}, lost by a fault", status.as_u16()));
    }
    let takes_empty = server.world.settings.assumes(Assumption::WebhookNoContentSucceeds);
    let answer = status.as_u16().to_string();
    if status == StatusCode::OK || takes_empty && status == StatusCode::NO_CONTENT {
        Tried::Delivered { answer, with_copy: fault == Some(DeliveryFault::Duplicate) }
    } else {
        Tried::Failed(rejected(status))
    }
}

/// Which answer it was; receivers take any 2xx for a success.
fn rejected(status: StatusCode) -> String {
    let status = status.as_u16();
    match status {
        204 => {
            let switch = Assumption::WebhookNoContentSucceeds;
            format!("204, but 200 alone counts as delivered (`--assume {switch}` accepts 204)")
        }
        200..300 => format!("{status}, but 200 alone counts as delivered"),
        _ => status.to_string(),
    }
}

/// The request, signed now, or as it was the first time.
async fn signed(server: &Server, due: Due) -> Result<Request<Bytes>, String> {
    let settings = &server.world.settings;
    let said = |refused: crate::problem::Refused| refused.reason;
    let version = if settings.assumes(Assumption::WebhooksV15) {
        SignatureVersion::V15
    } else {
        SignatureVersion::V6
    };
    // As the transport will read it: what is signed must be what is sent.
    let url = Url::parse(&due.url).map_err(|_| "the URL cannot be used".to_owned())?;
    let mut request = Request::post(url.as_str())
        .header(CONTENT_TYPE, "application/json")
        .header(USER_AGENT, [PRODUCT, env!("CARGO_PKG_VERSION")].concat())
        .body(Bytes::from(due.body))
        .map_err(|_| "the URL cannot be used".to_owned())?;
    let store = &server.world.store;
    let key = server.world.webhook_keys.signing().map_err(said)?;
    let nonce = store.fresh_uuid("nonce of a webhook").into_bytes();
    sign(version, &mut request, &key, server.world.clock.now(), nonce)
        .await
        .map_err(|error| error.to_string())?;
    if settings.assumes(Assumption::WebhooksSignedOnce) {
        let names = [SIGNATURE_INPUT, SIGNATURE];
        if let Some(first) = &due.signed {
            put(&mut request, &names, first.split('\n'));
        } else {
            let values = names.iter().filter_map(|name| request.headers().get(name));
            let texts: Vec<&str> = values.filter_map(|value| value.to_str().ok()).collect();
            store.set_signed(due.number, &texts.join("\n")).map_err(said)?;
        }
    }
    Ok(request)
}

fn put<'t>(
    request: &mut Request<Bytes>,
    names: &[HeaderName],
    texts: impl Iterator<Item = &'t str>,
) {
    for (name, text) in names.iter().zip(texts) {
        if let Ok(value) = HeaderValue::from_str(text) {
            request.headers_mut().insert(name, value);
        }
    }
}
