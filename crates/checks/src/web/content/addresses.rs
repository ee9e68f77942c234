//! Addresses inside somebody's network, in what a site tells everybody.

use formats::web::html::Element;
use url::{Host, Url};

use crate::web::{
    Visit, elements,
    embedded::{self, Use},
    party, scripts,
};

/// Top-level names that the public DNS does not have (RFC 6762, 8375; ICANN's reservation of `internal`; what networks use).
const INNER_NAMES: &[&str] =
    &["corp", "home.arpa", "internal", "intranet", "lan", "local", "localdomain", "private"];

/// What kind of host it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inner {
    /// IPv4 of RFC 1918.
    Private,
    /// A name that only some network knows.
    Name,
}

/// Where such a host is told.
#[derive(Debug)]
pub(super) struct Told<'v> {
    pub(super) url: &'v Url,
    pub(super) line: Option<u64>,
    pub(super) host: String,
    /// The kind of evidence, and the evidence.
    pub(super) evidence: (&'static str, String),
}

/// Nothing, if everybody can reach the host, or nobody can tell.
pub(super) fn judge(host: &str) -> Option<Inner> {
    match Host::parse(host).ok()? {
        // `10.5` is read as 10.0.0.5, and most often is a number.
        Host::Ipv4(address) => {
            (address.is_private() && address.to_string() == host).then_some(Inner::Private)
        }
        Host::Ipv6(_) => None,
        Host::Domain(name) => {
            let is_inner = party::is_below(&name, INNER_NAMES) && !INNER_NAMES.contains(&&*name);
            is_inner.then_some(Inner::Name)
        }
    }
}

/// Every host of that kind which pages tell: in what they load, in comments and in scripts; headers are judged with the others that
/// headers tell. Visible text and links are for people: a manual may well say what a router's address is. Of a site that is inside a network itself nothing.
pub(super) fn told<'v>(visit: &'v Visit<'_>, kind: Inner) -> Vec<Told<'v>> {
    let home = visit.site.home();
    if party::is_loopback(home) || home.host_str().is_none_or(|host| judge(host).is_some()) {
        return Vec::new();
    }
    let mut all = Vec::new();
    for page in &visit.pages {
        let loaded = embedded::of(page).filter(|written| written.used != Use::Link);
        for (element, url) in loaded.filter_map(|w| Some((w.element, w.url(page)?))) {
            all.extend(of_element(page.url(), element, &url));
        }
        for comment in page.document.comments() {
            all.extend(inner(comment.text, kind).map(|(_, host)| Told {
                url: page.url(),
                line: Some(comment.line),
                host: host.to_owned(),
                evidence: ("value", format!("<!-- … {host} … -->")),
            }));
        }
    }
    for source in scripts::own(visit) {
        all.extend(inner(&source.text, kind).map(|(at, host)| Told {
            url: source.url,
            line: Some(source.line(at)),
            host: host.to_owned(),
            evidence: ("value", format!("…//{host}…")),
        }));
    }
    all.retain(|told| judge(&told.host) == Some(kind));
    all
}

fn of_element<'v>(page: &'v Url, element: Element<'_>, url: &Url) -> Option<Told<'v>> {
    Some(Told {
        url: page,
        line: Some(element.line()),
        host: url.host_str()?.to_owned(),
        evidence: ("element", elements::tag(element)),
    })
}

/// The hosts of that kind in URLs of a text, and where each begins.
fn inner(text: &str, kind: Inner) -> impl Iterator<Item = (usize, &str)> {
    hosts(text).filter(move |(_, host)| judge(host) == Some(kind)).take(scripts::MAX_TOLD)
}

/// The hosts of URLs in a text, and where each begins.
fn hosts(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.match_indices("://").filter_map(|(at, mark)| {
        let start = at + mark.len();
        // No name is longer (RFC 1035, 2.3.4).
        let rest = text.as_bytes().get(start..)?;
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
        let length = rest.iter().take(256).take_while(|byte| is_name(byte)).count();
        let host = text.get(start..start + length)?;
        host.contains('.').then_some((start, host))
    })
}
