//! Asking on behalf of a page that a browser renders: what it wants, with what its browser sends along.

use std::{sync::atomic::Ordering::Relaxed, time::Instant};

use fetch::{
    Client, Error as FetchError, Policy,
    browser::{Asked, Frame},
    http::{Exchange, Method, Redirects, Request},
};
use model::SecretValue;
use url::Url;

use super::{super::own, Asker, Refusal, locked};

impl Asker<'_> {
    /// Whom a browser's requests go through: a page from outside must not look into networks that are open to the user only.
    pub(in crate::site) fn client_of_pages(&self) -> Client {
        match self.starts_private.load(Relaxed) {
            true => self.client.clone(),
            false => self.client.public_only(),
        }
    }

    /// Asks for what a page wants, its redirects apart, with what its browser sends along and the user's headers where they may go.
    pub(in crate::site) fn ask_for_page(
        &self,
        client: &Client,
        method: Method,
        asked: &Asked,
    ) -> Result<Exchange, Refusal> {
        self.admit(&asked.url, &self.rendered, self.options.limits.rendered_requests, false)?;
        let client = self.past_certificates(client, &asked.url)?;
        let safe = client.url(asked.url.as_str()).map_err(|error| self.refused(&error))?;
        let bare = Request { method, redirects: Redirects::Keep, ..Request::get(safe) };
        let mut bounds = self.bounds(self.options.limits.resource_bytes);
        let patience = asked.deadline.saturating_duration_since(Instant::now());
        bounds.timeout = bounds.timeout.min(patience);
        let may_have = asked.frame == Frame::Page
            && self.sends_headers.load(Relaxed)
            && own::may_have_headers(&self.start, &asked.url);
        let headers = if may_have { self.options.headers.as_slice() } else { &[] };
        let full = browsers(bare.clone(), asked, headers);
        let sent = full.and_then(|request| client.exchange(request, &bounds));
        let sent = match sent {
            // The crawl has said that they are not sent there.
            Err(FetchError::TokenWithheld { .. } | FetchError::SecretWithheld { .. }) => {
                browsers(bare, asked, &[]).and_then(|request| client.exchange(request, &bounds))
            }
            sent => sent,
        };
        let exchange = sent.map_err(|error| self.refused(&error))?;
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

impl Asker<'_> {
    /// Where the crawl has gone on past a certificate that does not verify, so does the page; nothing of the user's is sent any more
    /// then.
    fn past_certificates<'c>(
        &'c self,
        client: &'c Client,
        url: &Url,
    ) -> Result<&'c Client, Refusal> {
        if !locked(&self.unverified.origins).contains(&url.origin()) {
            return Ok(client);
        }
        if let Some(known) = self.unverified.of_pages.get() {
            return Ok(known);
        }
        let made = client.without_verification().map_err(|error| self.refused(&error))?;
        Ok(self.unverified.of_pages.get_or_init(|| made))
    }
}

/// Whether it came from this machine or a private network.
pub(super) fn is_private(exchange: &Exchange) -> bool {
    Policy::default().check_address(exchange.peer.ip()).is_err()
}

pub(super) fn host_of(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_owned()
}

/// A browser's request with what the user sends along, where the page does not send the same itself; cookies go together.
fn browsers(
    mut request: Request,
    asked: &Asked,
    users: &[(String, SecretValue)],
) -> Result<Request, FetchError> {
    let is_cookie = |name: &str| name.eq_ignore_ascii_case("cookie");
    let users_cookie = users.iter().find(|(name, _)| is_cookie(name)).map(|(_, value)| value);
    for (name, value) in &asked.headers {
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
