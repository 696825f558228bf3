//! Which requests are accepted: those of programs on this machine, and of the sandbox's own page.
//!
//! There is no login. So that no foreign page can reach the sandbox through a browser, a request
//! must name this machine as its host, and must not come from another origin. Webhooks also come
//! from this machine, and a subscription can send them anywhere: those of a sandbox are not
//! accepted.

use std::net::IpAddr;

use http::header::{HOST, ORIGIN, USER_AGENT};
use http::uri::Authority;
use http::{HeaderMap, HeaderName};
use upvest_core::__sandbox::headers::{SIGNATURE, SIGNATURE_INPUT};

use crate::webhooks::sender::PRODUCT;

/// The header in which a browser says whose page a request comes from.
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether a request is for this machine, and comes from the sandbox's own page or from no page. A
/// browser says where a request comes from; other programs need not.
pub(super) fn is_accepted(headers: &HeaderMap, bound: IpAddr) -> bool {
    let host = text(headers, &HOST).unwrap_or_default();
    let is_from_here =
        text(headers, &ORIGIN).is_none_or(|origin| origin == format!("http://{host}"));
    let is_of_page =
        text(headers, &SEC_FETCH_SITE).is_none_or(|site| matches!(site, "same-origin" | "none"));
    is_for_here(headers, bound) && is_from_here && is_of_page && !is_webhook(headers)
}

/// Whether a request is a webhook of this sandbox or of another one. The URL of a subscription does
/// not show that: an address has many spellings, and names and proxies may lead to it.
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

/// Whether a request is for this machine. This is enough to see the page, which contains no data
/// itself and may be linked to from anywhere.
pub(super) fn is_for_here(headers: &HeaderMap, bound: IpAddr) -> bool {
    let Some(host) = text(headers, &HOST) else { return false };
    let Ok(authority) = host.parse::<Authority>() else { return false };
    let name = authority.host().trim_start_matches('[').trim_end_matches(']');
    if let Ok(ip) = name.parse::<IpAddr>() {
        return ip.is_loopback() || !bound.is_loopback();
    }
    // If other machines can connect, they may use a name of the local network, such as `sandbox`. A
    // name with a dot may belong to an attacker who points it to this machine. But a name that ends
    // with `.internal` or `.localhost` cannot belong to anybody.
    let is_local = !name.contains('.') || name.ends_with(".internal");
    let is_this = name == "localhost" || name.ends_with(".localhost");
    is_this || !bound.is_loopback() && is_local
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::is_accepted;

    #[test]
    fn a_webhook_is_not_accepted() {
        let accepts = |name: &'static str, value: &str| {
            let headers = [("host", "localhost"), (name, value)];
            let headers =
                headers.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
            is_accepted(&HeaderMap::from_iter(headers), "127.0.0.1".parse().unwrap())
        };
        assert!(accepts("user-agent", "curl/8"));
        assert!(!accepts("user-agent", "upvest-sandbox/0.1.0"));
        assert!(!accepts("signature", "sig1=:AQID:"));
        assert!(!accepts("signature-input", "sig1=()"));
    }

    #[test]
    fn a_foreign_page_is_not_accepted() {
        let accepts = |host: &str, origin: Option<&str>, bound: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("host", host.parse().unwrap());
            if let Some(origin) = origin {
                headers.insert("origin", origin.parse().unwrap());
            }
            is_accepted(&headers, bound.parse().unwrap())
        };
        let here = "127.0.0.1";
        assert!(accepts("127.0.0.1:80", None, here));
        assert!(accepts("localhost:80", Some("http://localhost:80"), here));
        assert!(accepts("[::1]:80", Some("http://[::1]:80"), "::1"));
        assert!(accepts("[::1]", None, "::1"));
        assert!(accepts("sandbox:80", None, "0.0.0.0"));
        assert!(accepts("192.168.0.7:80", None, "0.0.0.0"));
        assert!(accepts("host.docker.internal:80", None, "0.0.0.0"));
        assert!(!accepts("host.docker.internal:80", None, here));
        assert!(!accepts("192.168.0.7:80", None, here));
        assert!(!accepts("evil.example:80", Some("http://evil.example:80"), "0.0.0.0"));
        assert!(!accepts("", None, here));
        assert!(!accepts("localhost:80", Some("http://localhost:81"), here));
        assert!(!accepts("localhost:80", Some("https://evil.example"), here));
        assert!(!accepts("localhost:80", Some("null"), here));
        assert!(!accepts("evil.example:80", None, here));
        assert!(!accepts("evil.example:80", Some("http://other.example"), "0.0.0.0"));
    }
}
