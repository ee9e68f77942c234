//! What pages say about transport security.

use formats::web::hsts::{Error, Hsts};
use model::site::Role;

use super::heads::{self, Head};
use crate::web::Visit;

/// The policy of a page, or of a redirect on the way to one, that came over https.
pub(super) struct Stated<'v> {
    pub(super) head: Head<'v>,
    pub(super) policy: Result<Hsts, Error>,
    /// The first field; no other counts (RFC 6797, 8.1).
    pub(super) field: &'v str,
}

pub(super) fn of<'v>(visit: &'v Visit<'_>) -> impl Iterator<Item = Stated<'v>> {
    heads::of(visit)
        .filter(|head| head.role == Role::Page && head.url.scheme() == "https")
        .filter_map(|head| {
            let policy = Hsts::of_fields(head.headers.all(NAME))?;
            Some(Stated { head, policy, field: head.headers.get(NAME)? })
        })
}

pub(super) const NAME: &str = "strict-transport-security";
