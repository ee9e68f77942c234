//! The heads of answers that belong to the site itself.

use model::site::{Headers, Role};
use url::Url;

use crate::web::{Found, Visit};

/// The head of one answer, of a redirect on the way to one too.
#[derive(Clone, Copy)]
pub(super) struct Head<'v> {
    pub(super) url: &'v Url,
    pub(super) headers: &'v Headers,
    pub(super) role: Role,
    /// Whether it is the answer to a request, whatever its status, and no redirect on the way.
    pub(super) is_last: bool,
}

/// Every head that the site's own hosts sent, in the order of the visit.
pub(super) fn of<'v>(visit: &'v Visit<'_>) -> impl Iterator<Item = Head<'v>> {
    let resources = visit.site.resources.iter();
    let heads = resources.flat_map(|resource| {
        let role = resource.role;
        let hops = resource.hops.iter().map(move |hop| Head {
            url: &hop.url,
            headers: &hop.headers,
            role,
            is_last: false,
        });
        let answer = resource.answer().map(|answer| Head {
            url: &answer.url,
            headers: &answer.headers,
            role,
            is_last: true,
        });
        hops.chain(answer)
    });
    heads.filter(|head| is_own(visit, head.url))
}

/// Whether a URL is on a host of the site: the one that was asked for, the one it led to, and what is below either.
pub(super) fn is_own(visit: &Visit<'_>, url: &Url) -> bool {
    let Some(host) = url.host_str() else { return false };
    [visit.site.home(), &visit.site.start].into_iter().filter_map(Url::host_str).any(|own| {
        let base = own.strip_prefix("www.").unwrap_or(own);
        host.strip_suffix(base).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

/// A finding with this field as its evidence.
pub(super) fn found(head: &Head<'_>, name: &str, value: &str) -> Found {
    Found::at(head.url).evidence("header", format!("{name}: {value}"))
}
