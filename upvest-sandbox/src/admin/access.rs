//! Who may look: programs on this machine, and the sandbox's own page.
//!
//! There is no login. So that no page of somebody else's can reach it through a browser, a request
//! must name this machine as its host, and come from nowhere else. Webhooks come from this machine as
//! well, and go wherever a subscription says: those of a sandbox are not accepted.

use std::net::IpAddr;

use http::header::{HOST, ORIGIN, USER_AGENT};
use http::uri::Authority;
use http::{HeaderMap, HeaderName};
use upvest_core::__sandbox::headers::{SIGNATURE, SIGNATURE_INPUT};

use crate::webhooks::sender::PRODUCT;

/// By which a browser says whose page a request comes from.
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether a request is meant for this machine, and comes from our own page or from no page at all:
/// a browser says where a request comes from, and other programs have no need to.
pub(super) fn is_ours(headers: &HeaderMap, bound: IpAddr) -> bool {
    let host = text(headers, &HOST).unwrap_or_default();
    let is_from_here =
        text(headers, &ORIGIN).is_none_or(|origin| origin == format!("http://{host}"));
    let is_of_page =
        text(headers, &SEC_FETCH_SITE).is_none_or(|site| matches!(site, "same-origin" | "none"));
    is_for_here(headers, bound) && is_from_here && is_of_page && !is_webhook(headers)
}

/// Whether it is a webhook, of this sandbox or of another one. Its URL does not tell: there are many
/// spellings of an address, and names and proxies that lead to it.
fn is_webhook(headers: &HeaderMap) -> bool {
    let is_sent_by_sandbox = headers
        .get_all(USER_AGENT)
        .iter()
        .any(|agent| agent.as_bytes().starts_with(PRODUCT.as_bytes()));
    is_sent_by_sandbox || [SIGNATURE, SIGNATURE_INPUT].iter().any(|name| headers.contains_key(name))
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Whether a request is meant for this machine: enough to see the page, which holds nothing by itself
/// and may be linked to from anywhere.
pub(super) fn is_for_here(headers: &HeaderMap, bound: IpAddr) -> bool {
    let Some(host) = text(headers, &HOST) else { return false };
    let Ok(authority) = host.parse::<Authority>() else { return false };
    let name = authority.host().trim_start_matches('[').trim_end_matches(']');
    if let Ok(ip) = name.parse::<IpAddr>() {
        return ip.is_loopback() || !bound.is_loopback();
    }
    // Where other machines are let in, they may know it by a name of the local network, such as
    // `sandbox`. A name with a dot can be anybody's, who lets it point to this machine; but nobody can
    // have one that ends with `.internal` or `.localhost`.
    let is_local = !name.contains('.') || name.ends_with(".internal");
    let is_this = name == "localhost" || name.ends_with(".localhost");
    is_this || !bound.is_loopback() && is_local
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::is_ours;

    #[test]
    fn a_webhook_is_not_let_in() {
        let is_let_in = |name: &'static str, value: &str| {
            let headers = [("host", "localhost"), (name, value)];
            let headers =
                headers.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
            is_ours(&HeaderMap::from_iter(headers), "127.0.0.1".parse().unwrap())
        };
        assert!(is_let_in("user-agent", "curl/8"));
        assert!(!is_let_in("user-agent", "upvest-sandbox/0.1.0"));
        assert!(!is_let_in("signature", "sig1=:AQID:"));
        assert!(!is_let_in("signature-input", "sig1=()"));
    }

    #[test]
    fn a_page_of_somebody_else_is_not_let_in() {
        let is_let_in = |host: &str, origin: Option<&str>, bound: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("host", host.parse().unwrap());
            if let Some(origin) = origin {
                headers.insert("origin", origin.parse().unwrap());
            }
            is_ours(&headers, bound.parse().unwrap())
        };
        let here = "127.0.0.1";
        assert!(is_let_in("127.0.0.1:80", None, here));
        assert!(is_let_in("localhost:80", Some("http://localhost:80"), here));
        assert!(is_let_in("[::1]:80", Some("http://[::1]:80"), "::1"));
        assert!(is_let_in("[::1]", None, "::1"));
        assert!(is_let_in("sandbox:80", None, "0.0.0.0"));
        assert!(is_let_in("192.168.0.7:80", None, "0.0.0.0"));
        assert!(is_let_in("host.docker.internal:80", None, "0.0.0.0"));
        assert!(!is_let_in("host.docker.internal:80", None, here));
        assert!(!is_let_in("192.168.0.7:80", None, here));
        assert!(!is_let_in("evil.example:80", Some("http://evil.example:80"), "0.0.0.0"));
        assert!(!is_let_in("", None, here));
        assert!(!is_let_in("localhost:80", Some("http://localhost:81"), here));
        assert!(!is_let_in("localhost:80", Some("https://evil.example"), here));
        assert!(!is_let_in("localhost:80", Some("null"), here));
        assert!(!is_let_in("evil.example:80", None, here));
        assert!(!is_let_in("evil.example:80", Some("http://other.example"), "0.0.0.0"));
    }
}
