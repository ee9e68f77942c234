//! Points for cookies.

use std::collections::BTreeMap;

use formats::web::set_cookie::{Issue, Rejection, SameSite, Sender, SetCookie};
use model::site::{Headers, Resource};
use url::Url;

use super::Points;
use crate::web::headers::cookies::is_deletion;

/// What can be wrong with cookies, the worst last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    NotSecureUnderHsts,
    NotSecure,
    SessionNotSecureUnderHsts,
    InvalidSameSite,
    TokenWithoutSameSite,
    SessionNotHttpOnly,
    SessionNotSecure,
}

/// Of the page and of the redirects on the way to it. `is_held` says that Strict-Transport-Security keeps browsers on https.
pub(super) fn points(resource: &Resource, is_held: bool) -> Points {
    let Some(answer) = resource.answer() else { return NONE };
    let hops = resource.hops.iter().map(|hop| (&hop.url, &hop.headers));
    let cookies = kept(hops.chain([(&answer.url, &answer.headers)]));
    let is_odd = |field| {
        SetCookie::parse(field).is_ok_and(|cookie| cookie.issues.contains(&Issue::UnknownSameSite))
    };
    let of_field = answer.headers.all("set-cookie").any(is_odd).then_some(Fault::InvalidSameSite);
    let faults = cookies.values().flat_map(|cookie| faults(cookie, is_held));
    match faults.chain(of_field).max() {
        Some(fault) => fault.points(),
        None if cookies.is_empty() => NONE,
        None if cookies.values().all(|cookie| cookie.same_site.is_some()) => {
            (5, "Cookies are Secure and SameSite, those of sessions HttpOnly.")
        }
        None => (0, "Cookies are Secure, those of sessions HttpOnly."),
    }
}

const NONE: Points = (0, "No cookies are set.");

/// What a browser would have in the end.
fn kept<'a>(heads: impl Iterator<Item = (&'a Url, &'a Headers)>) -> BTreeMap<String, SetCookie> {
    let mut kept = BTreeMap::new();
    for (url, headers) in heads {
        for cookie in headers.all("set-cookie").filter_map(|field| SetCookie::parse(field).ok()) {
            let host = url.host_str().unwrap_or_default();
            let rejection = cookie.rejection(Sender { host, is_secure: url.scheme() == "https" });
            let is_lost = matches!(rejection, Some(Rejection::ForeignDomain | Rejection::Prefix));
            // A load balancer's, which its customers cannot change.
            if is_lost || cookie.name.is_empty() || cookie.name == "heroku-session-affinity" {
                continue;
            }
            if is_deletion(&cookie) {
                kept.remove(&cookie.name);
            } else {
                kept.insert(cookie.name.clone(), cookie);
            }
        }
    }
    kept
}

fn faults(cookie: &SetCookie, is_held: bool) -> impl Iterator<Item = Fault> {
    let name = cookie.name.to_ascii_lowercase();
    let is_session = name.contains("login") || name.contains("sess");
    let is_open = !cookie.is_secure;
    let of_transport = match (is_open, is_session, is_held) {
        (false, ..) => None,
        (true, false, true) => Some(Fault::NotSecureUnderHsts),
        (true, false, false) => Some(Fault::NotSecure),
        (true, true, true) => Some(Fault::SessionNotSecureUnderHsts),
        (true, true, false) => Some(Fault::SessionNotSecure),
    };
    let is_none = cookie.same_site == Some(SameSite::None);
    let is_token = name.contains("csrf") && cookie.same_site.is_none();
    [
        of_transport,
        (is_open && is_none).then_some(Fault::InvalidSameSite),
        is_token.then_some(Fault::TokenWithoutSameSite),
        (is_session && !cookie.is_http_only).then_some(Fault::SessionNotHttpOnly),
    ]
    .into_iter()
    .flatten()
}

impl Fault {
    const fn points(self) -> Points {
        match self {
            Self::NotSecureUnderHsts => (
                -5,
                "Cookies are not Secure, but Strict-Transport-Security keeps them from plain http.",
            ),
            Self::NotSecure => (-20, "Cookies are not Secure."),
            Self::SessionNotSecureUnderHsts => (
                -10,
                "A session's cookie is not Secure, but Strict-Transport-Security keeps it from plain http.",
            ),
            Self::InvalidSameSite => (-20, "A cookie's SameSite is invalid."),
            Self::TokenWithoutSameSite => {
                (-20, "A token against forged requests is in a cookie without SameSite.")
            }
            Self::SessionNotHttpOnly => (-30, "A session's cookie is not HttpOnly."),
            Self::SessionNotSecure => (-40, "A session's cookie is not Secure."),
        }
    }
}
