//! Which addresses are this machine: plain HTTP to them needs no TLS, and no proxy.

use std::net::IpAddr;

use url::{Host, Url};

/// Whether this is an address of this machine.
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
        None => false,
    }
}
