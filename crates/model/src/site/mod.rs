//! What one visit to a website saw: plain facts, gathered once, judged by checks that fetch nothing.

pub mod dns;
mod headers;
mod question;
mod rendering;
mod resource;
pub mod tls;

pub use dns::Dns;
pub use headers::Headers;
pub use question::Question;
pub use rendering::{
    At, Initiator, Insecure, InsecureFate, Message, MessageKind, Rendering, RequestKind,
    RequestResult, Requested, ScriptCookie, StorageArea, Stored, Violation,
};
pub use resource::{Answer, Failure, FailureKind, Hop, HttpVersion, Outcome, Resource, Role};
pub use tls::Tls;

use url::Url;

/// A website as it was seen.
#[derive(Clone, Debug)]
pub struct Site {
    /// What was asked for.
    pub start: Url,
    /// When, in milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// Everything that was asked for, in the order of the crawl. The first is the page at `start`.
    pub resources: Vec<Resource>,
    /// How its connections are encrypted; `None` where they are not, or nobody asked.
    pub tls: Option<Tls>,
    /// What the domain name system says of its host; `None` where the host is an address, or nobody asked.
    pub dns: Option<Dns>,
    /// Its pages as a browser rendered them, in the order of the crawl; empty where none was at hand.
    pub renderings: Vec<Rendering>,
}

impl Site {
    /// A site of which nothing has been seen.
    #[must_use]
    pub const fn new(start: Url, at_ms: i64) -> Self {
        Self { start, at_ms, resources: Vec::new(), tls: None, dns: None, renderings: Vec::new() }
    }

    /// Every resource of that role that was answered, whatever the status.
    pub fn answered(&self, role: Role) -> impl Iterator<Item = (&Resource, &Answer)> {
        let wanted = self.resources.iter().filter(move |resource| resource.role == role);
        wanted.filter_map(|resource| Some((resource, resource.answer()?)))
    }

    /// The resource that was asked for at that URL.
    #[must_use]
    pub fn at(&self, url: &Url) -> Option<&Resource> {
        self.resources.iter().find(|resource| resource.url == *url)
    }

    /// The page that the start led to, after redirects.
    #[must_use]
    pub fn landing(&self) -> Option<(&Resource, &Answer)> {
        let first = self.resources.first()?;
        Some((first, first.answer()?))
    }

    /// The page whose answer came from there as a browser rendered it, if one did.
    #[must_use]
    pub fn rendering(&self, page: &Url) -> Option<&Rendering> {
        self.renderings.iter().find(|rendering| rendering.page == *page)
    }

    /// Where the site is, after redirects from the start; of one that did not answer, where the last of them led.
    #[must_use]
    pub fn home(&self) -> &Url {
        let led = || Some(&self.resources.first()?.hops.last()?.to);
        let answered = self.landing().map(|(_, answer)| &answer.url);
        answered.or_else(led).unwrap_or(&self.start)
    }
}
