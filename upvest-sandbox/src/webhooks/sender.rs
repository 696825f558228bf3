//! Sends the batches that are due, and stores the results.

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
use upvest_core::transport::{ReqwestTransport, Transport as _, TransportError};
use url::Url;

use super::acceptor;
use super::queue::{Due, Tried, Work};
use crate::cash::advance_all;
use crate::faults::DeliveryFault;
use crate::server::Server;
use crate::settings::Assumption;

/// How often the clock is polled while something waits for it: it may be a custom clock.
const TICK: Duration = Duration::from_millis(100);
/// How much of a response is read, in bytes, so that the connection can be reused.
const LONGEST_RESPONSE: usize = 64 * 1024;

/// The beginning of the header `user-agent` of a webhook.
pub(crate) const PRODUCT: &str = "upvest-sandbox/";

/// The maximum number of concurrent attempts.
const MOST_AT_ONCE: usize = 64;

/// Sends webhooks until the sandbox ends.
pub(crate) async fn run(server: Arc<Server>) {
    let store = &server.world.store;
    let transport = Arc::new(OnceLock::new());
    let mut sending = JoinSet::new();
    let mut in_flight: HashMap<Id, i64> = HashMap::new();
    let mut said = String::new();
    loop {
        let is_in_flight = |number| in_flight.values().any(|known| *known == number);
        let work = match store.webhook_work(server.world.clock.now(), advance_all, is_in_flight) {
            Ok(work) => {
                said.clear();
                work
            }
            Err(_) if !store.is_open() => return,
            Err(refused) => {
                // Logged once, not for each retry.
                if said != refused.reason {
                    tracing::error!("webhooks cannot be sent: {}", refused.reason);
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
            in_flight.insert(task.id(), number);
        }
        tokio::select! {
            Some(ended) = sending.join_next_with_id() => {
                let id = match ended {
                    Ok((id, ())) => id,
                    Err(panic) => panic.id(),
                };
                in_flight.remove(&id);
            }
            () = store.changed() => {}
            () = tokio::time::sleep(TICK), if work.is_waiting => {}
        }
    }
}

async fn deliver(server: &Server, transport: &OnceLock<ReqwestTransport>, due: Due) {
    let (number, shown_url) = (due.number, shown_url(&due.url));
    let tried = send(server, transport, due).await;
    if let Tried::Failed(why) = &tried {
        tracing::warn!("webhook batch {number} to `{shown_url}` was not delivered: {why}");
    }
    if let Err(refused) = server.world.store.tried(number, server.world.clock.now(), &tried) {
        tracing::error!("the result of a delivery attempt cannot be stored: {}", refused.reason);
        // It is still due.
        tokio::time::sleep(TICK).await;
    }
    server.world.store.deliveries_changed();
}

/// A URL without the parts that may be secret: a password, or a token in the query.
fn shown_url(url: &str) -> String {
    let Ok(url) = Url::parse(url) else { return String::new() };
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}{port}{}", url.host_str().unwrap_or_default(), url.path())
}

async fn send(server: &Server, transport: &OnceLock<ReqwestTransport>, due: Due) -> Tried {
    let failed = |why: &str| Tried::Failed(why.to_owned());
    let (is_queued, is_single, url) = (due.is_queued, due.is_single, due.url.clone());
    let request = match signed(server, due).await {
        Ok(request) => request,
        Err(why) => return Tried::Failed(why),
    };
    let picked = || server.faults.pick_delivery(request.uri().path(), is_queued);
    let fault = if is_single { None } else { picked() };
    match fault {
        Some(DeliveryFault::Overtake) => return Tried::HeldBack,
        Some(DeliveryFault::NotSent) => return failed("not sent because of a fault"),
        _ => {}
    }
    let exchanged = match acceptor::id_at(&url) {
        Some(id) => accept(server, id, &request),
        None => exchange(server, transport, request).await,
    };
    let status = match exchanged {
        Ok(status) => status,
        Err(why) => return Tried::Failed(why),
    };
    if fault == Some(DeliveryFault::ResponseLost) {
        return Tried::Failed(format!("{}, lost because of a fault", status.as_u16()));
    }
    let accepts_empty = server.world.settings.assumes(Assumption::WebhookNoContentSucceeds);
    let response = status.as_u16().to_string();
    if status == StatusCode::OK || accepts_empty && status == StatusCode::NO_CONTENT {
        Tried::Delivered { response, with_copy: fault == Some(DeliveryFault::Duplicate) }
    } else {
        Tried::Failed(rejected(status))
    }
}

/// Sends a webhook over HTTP, and returns the status of the response.
async fn exchange(
    server: &Server,
    transport: &OnceLock<ReqwestTransport>,
    request: Request<Bytes>,
) -> Result<StatusCode, String> {
    let made = match transport.get() {
        Some(transport) => Ok(transport.clone()),
        None => ReqwestTransport::new().map(|made| transport.get_or_init(|| made).clone()),
    };
    let transport = made.map_err(|_| "TLS cannot be set up".to_owned())?;
    let exchange = async {
        let response = transport.send(request).await?;
        let (head, body) = response.into_parts();
        // The content does not matter, but the connection can be reused.
        let _ = Limited::new(body, LONGEST_RESPONSE).collect().await;
        Ok::<_, TransportError>(head.status)
    };
    let longest = server.world.settings.webhook_timeout;
    match timeout(longest, exchange).await {
        Ok(sent) => sent.map_err(|error| error.to_string()),
        Err(_) => Err(format!("no response within {longest:?}")),
    }
}

/// Stores a webhook for a client that fetches it.
fn accept(server: &Server, id: &str, request: &Request<Bytes>) -> Result<StatusCode, String> {
    let now = server.world.clock.now();
    let accepted = server.world.store.accept(id, request.headers(), request.body(), now);
    accepted.map_err(|refused| refused.reason)
}

/// Describes a status that rejects a webhook. Receivers may expect that any 2xx is a success.
fn rejected(status: StatusCode) -> String {
    let status = status.as_u16();
    match status {
        204 => {
            let switch = Assumption::WebhookNoContentSucceeds;
            format!("204, but only 200 counts as delivered (`--assume {switch}` accepts 204)")
        }
        200..300 => format!("{status}, but only 200 counts as delivered"),
        _ => status.to_string(),
    }
}

/// Returns the request, signed now or with its first signature.
async fn signed(server: &Server, due: Due) -> Result<Request<Bytes>, String> {
    let settings = &server.world.settings;
    let said = |refused: crate::problem::Refused| refused.reason;
    let version = if settings.assumes(Assumption::WebhooksV15) {
        SignatureVersion::V15
    } else {
        SignatureVersion::V6
    };
    // Parsed like in the transport: the signed URL must be the one that is sent.
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
