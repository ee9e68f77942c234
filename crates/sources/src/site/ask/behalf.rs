//! Asking on behalf of a page that a browser renders: what it wants, with what its browser sends along.

use std::{sync::atomic::Ordering::Relaxed, time::Instant};

use fetch::{
    Error as FetchError, Policy,
    browser::{Asked, Frame},
    http::{Exchange, Method, Redirects, Request},
};
use model::SecretValue;
use url::Url;

use super::{super::own, Asker, Refusal, locked};

impl Asker<'_> {
    /// Whether the user's headers go there.
    pub(in crate::site) fn sends_headers_to(&self, url: &Url) -> bool {
        self.sends_headers.load(Relaxed) && own::may_have_headers(&self.start, url)
    }

    /// Asks for what a page wants, its redirects apart, with what its browser sends along and the user's headers where they may go.
    pub(in crate::site) fn ask_for_page(
        &self,
        method: Method,
        asked: &Asked,
    ) -> Result<Exchange, Refusal> {
        self.admit(&asked.url, &self.rendered, self.options.limits.rendered_requests, false)?;
        let refused = |error| self.refused(&error);
        let client = self.clients.of(&asked.url, false).map_err(refused)?;
        let safe = client.url(asked.url.as_str()).map_err(refused)?;
        let bare = Request { method, redirects: Redirects::Keep, ..Request::get(safe) };
        let mut bounds = self.bounds(self.options.limits.resource_bytes);
        let patience = asked.deadline.saturating_duration_since(Instant::now());
        bounds.timeout = bounds.timeout.min(patience);
        let may_have = asked.frame == Frame::Page && self.sends_headers_to(&asked.url);
        let headers = if may_have { self.options.headers.as_slice() } else { &[] };
        let send = |users, is_own| browsers(bare.clone(), asked, users, is_own);
        let mut sent = send(headers, true).and_then(|request| client.exchange(request, &bounds));
        // The crawl has said that the user's are not sent there. Where certificates do not verify, the page's own are not either.
        for is_own in [true, false] {
            if let Err(FetchError::TokenWithheld { .. } | FetchError::SecretWithheld { .. }) = sent
            {
                sent = send(&[], is_own).and_then(|request| client.exchange(request, &bounds));
            }
        }
        let exchange = sent.map_err(refused)?;
        self.count(&exchange);
        // A name that leads outside for the page and inside for its script would let the page read what is there (DNS rebinding).
        let is_private = is_private(&exchange);
        let mut privacy = locked(&self.privacy);
        match *privacy.entry(host_of(&asked.url)).or_insert(is_private) == is_private {
            true => Ok(exchange),
            false => {
                Err(Refusal::Left("its name leads into another network than before".to_owned()))
            }
        }
    }
}

/// Whether it came from this machine or a private network.
pub(super) fn is_private(exchange: &Exchange) -> bool {
    Policy::default().check_address(exchange.peer.ip()).is_err()
}

pub(super) fn host_of(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_owned()
}

/// What tells who somebody is.
const SECRETS: [&str; 3] = ["cookie", "authorization", "proxy-authorization"];

/// A browser's request with what the user sends along, where the page does not send the same itself; cookies go together. Without what
/// the page itself shows of who it is, if that may not be sent.
fn browsers(
    mut request: Request,
    asked: &Asked,
    users: &[(String, SecretValue)],
    is_own: bool,
) -> Result<Request, FetchError> {
    let is_cookie = |name: &str| name.eq_ignore_ascii_case("cookie");
    let users_cookie = users.iter().find(|(name, _)| is_cookie(name)).map(|(_, value)| value);
    let sent = asked.headers.iter().filter(|(name, _)| {
        is_own || !SECRETS.iter().any(|secret| name.eq_ignore_ascii_case(secret))
    });
    for (name, value) in sent {
        request = match users_cookie.filter(|_| is_cookie(name)) {
            Some(users) => {
                let both = [users.expose(), b"; ", value.as_bytes()].concat();
                request.secret(name, &both)?
            }
            None => request.header(name, value)?,
        };
    }
    for (name, value) in users {
        if !asked.headers.iter().any(|(given, _)| given.eq_ignore_ascii_case(name)) {
            request = request.secret(name, value.expose())?;
        }
    }
    Ok(request)
}
