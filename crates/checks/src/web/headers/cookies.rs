//! The cookies that a site sets.

use std::collections::BTreeSet;

use formats::web::set_cookie::{Prefix, Rejection, Sender, SetCookie, ValueKind, parse_date};
use url::Url;

use super::heads::{self, Head};
use crate::web::{Found, Visit};

/// A cookie and the answer that sets it.
pub(super) struct Served<'v> {
    pub(super) head: Head<'v>,
    pub(super) cookie: SetCookie,
    field: &'v str,
}

/// Every cookie that is set, in the order of the visit, those that only delete an older one left out.
pub(super) fn of<'v>(visit: &'v Visit<'_>) -> impl Iterator<Item = Served<'v>> {
    fields(visit).filter_map(|(head, field)| {
        let cookie = SetCookie::parse(field).ok()?;
        (!is_deletion(&cookie)).then_some(Served { head, cookie, field })
    })
}

/// Every `Set-Cookie` field.
pub(super) fn fields<'v>(visit: &'v Visit<'_>) -> impl Iterator<Item = (Head<'v>, &'v str)> {
    heads::of(visit).flat_map(|head| head.headers.all("set-cookie").map(move |field| (head, field)))
}

/// Servers delete a cookie with an empty value or with a date far back. What time it is does not matter for that.
pub(in crate::web) fn is_deletion(cookie: &SetCookie) -> bool {
    /// 2020-01-01.
    const LONG_AGO: i64 = 1_577_836_800;
    let is_past = match cookie.max_age {
        Some(seconds) => seconds <= 0,
        None => cookie.expires.is_some_and(|expires| expires.as_second() < LONG_AGO),
    };
    is_past || cookie.value.kind == ValueKind::Empty
}

impl Served<'_> {
    /// A finding with the cookie as its evidence, its value left out.
    pub(super) fn found(&self) -> Found {
        Found::at(self.head.url).evidence("header", without_value(self.field))
    }

    /// Its name, without the part that some servers make up for each visitor.
    pub(super) fn stable_name(&self) -> String {
        stable(&self.cookie.name)
    }

    /// Why browsers refuse it, if they do.
    pub(super) fn rejection(&self) -> Option<Rejection> {
        let host = self.head.url.host_str().unwrap_or_default();
        self.cookie.rejection(Sender { host, is_secure: is_https(self.head.url) })
    }

    /// How long browsers keep it, in seconds; `None` until they are closed. `Expires` counts from the answer's `Date`.
    pub(super) fn lifetime_seconds(&self) -> Option<i64> {
        let cookie = &self.cookie;
        cookie.max_age.or_else(|| {
            let date = self.head.headers.get("date").filter(|date| date.len() < 100)?;
            let now = parse_date(date)?;
            Some(cookie.expires?.as_second() - now.as_second())
        })
    }

    /// Whether a page's script is meant to read it: tokens against forged requests.
    pub(super) fn is_for_scripts(&self) -> bool {
        let name = self.cookie.name.to_ascii_lowercase();
        ["csrf", "xsrf"].iter().any(|word| name.contains(word))
    }

    /// Whether its name begins with `__Host-` or the like.
    pub(super) fn prefix(&self) -> Option<Prefix> {
        self.cookie.prefix
    }
}

/// The first cookie of each name, for what is said once about a name.
pub(super) fn first_of_each_name<'v>(
    cookies: impl Iterator<Item = Served<'v>>,
) -> impl Iterator<Item = Served<'v>> {
    let mut seen = BTreeSet::new();
    cookies.filter(move |served| seen.insert(served.stable_name()))
}

/// A `Set-Cookie` field for people: name and attributes.
pub(super) fn without_value(field: &str) -> String {
    let (pair, attributes) = field.split_once(';').unwrap_or((field, ""));
    let name = pair.split_once('=').map_or("", |(name, _)| name.trim());
    let attributes = attributes.trim();
    let between = if attributes.is_empty() { "" } else { "; " };
    format!("set-cookie: {name}=…{between}{attributes}")
}

/// The name in a field, without what is made up for each visitor.
pub(super) fn name_of(field: &str) -> String {
    let pair = field.split(';').next().unwrap_or_default();
    stable(pair.split_once('=').map_or("", |(name, _)| name.trim()))
}

pub(super) fn is_https(url: &Url) -> bool {
    url.scheme() == "https"
}

/// Classic ASP makes up the end of its cookie's name.
fn stable(name: &str) -> String {
    const ASP: &str = "ASPSESSIONID";
    if name.starts_with(ASP) { ASP.to_owned() } else { model::one_line(name, 100) }
}
