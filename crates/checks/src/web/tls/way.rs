//! The way of a visitor over redirects.

use model::site::{Resource, Role, Site};
use url::{Host, Url};

/// Every address on the way to an answer, the answer's own last.
pub(super) fn of(resource: &Resource) -> Option<Vec<&Url>> {
    let answer = resource.answer()?;
    Some(resource.hops.iter().map(|hop| &hop.url).chain([&answer.url]).collect())
}

/// What a visitor gets who begins with plain http, where the scan began and on the host that this led to.
pub(super) fn plain(site: &Site) -> impl Iterator<Item = &Resource> {
    let first = site.resources.first().filter(|first| first.url.scheme() == "http");
    first.into_iter().chain(site.resources.iter().filter(|other| other.role == Role::PlainHttp))
}

/// Whether what is sent there stays on the machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}
