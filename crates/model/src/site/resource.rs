//! One thing that was asked for, and what came of it.

use std::{fmt, sync::Arc, time::Duration};

use url::Url;

use super::Headers;

/// What something is on a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// A page that people look at.
    Page,
    /// JavaScript that a page loads.
    Script,
    /// A style sheet that a page loads.
    Style,
    /// An image on a page.
    Image,
    /// A font that a style sheet names.
    Font,
    /// An icon of the site.
    Icon,
    /// A web app manifest.
    Manifest,
    /// What a script or a style sheet was made of.
    SourceMap,
    /// `/robots.txt`.
    Robots,
    /// A sitemap.
    Sitemap,
    /// Something under `/.well-known/`.
    WellKnown,
    /// The start over plain http, if the site is on https.
    PlainHttp,
    /// A page that cannot exist: how the site says so.
    Missing,
    /// Something that sites leave open by mistake, asked for by its usual name (`/.git/HEAD`, `/openapi.json`).
    Exposed,
    /// A link on a page, of which only the status was asked.
    Link,
    /// An address of a back end that the page itself names.
    Backend,
}

/// Something that was asked for.
#[derive(Clone, Debug)]
pub struct Resource {
    /// What it is.
    pub role: Role,
    /// Where it was asked for.
    pub url: Url,
    /// The page that names it, and the line there.
    pub referrer: Option<(Url, u64)>,
    /// The redirects on the way, in order.
    pub hops: Vec<Hop>,
    /// What came of it.
    pub outcome: Outcome,
}

/// A redirect.
#[derive(Clone, Debug)]
pub struct Hop {
    /// Who redirects.
    pub url: Url,
    /// 301, 302, 303, 307 or 308.
    pub status: u16,
    /// Where to, without a fragment.
    pub to: Url,
    /// All that came with it.
    pub headers: Headers,
}

/// What came of a request.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// An answer, whatever its status.
    Answered(Box<Answer>),
    /// None, and why.
    Failed(Failure),
    /// It was not asked for, and why: a limit, robots.txt, an address that is not open, a redirect that leaves the site.
    Skipped(String),
}

/// Why there is no answer. `Display` is the sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// For those who tell a dead link from a slow server.
    pub kind: FailureKind,
    /// In a sentence.
    pub reason: String,
}

/// Kinds of failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FailureKind {
    /// The name has no address.
    Name,
    /// Nothing listens there.
    Refused,
    /// No connection for another reason.
    Unreachable,
    /// No secure connection: a certificate that does not verify, or no common version or suite.
    Tls,
    /// The connection ended before the head of the answer was there.
    Lost,
    /// It took longer than it may.
    TimedOut,
    /// It redirects too often, or to what is no URL.
    Redirect,
    /// What came is no HTTP, or its head is too large.
    Http,
    /// Another reason.
    Other,
}

/// An answer.
#[derive(Clone)]
pub struct Answer {
    /// Where it came from, after redirects.
    pub url: Url,
    /// The status.
    pub status: u16,
    /// How it was said.
    pub version: HttpVersion,
    /// Its fields.
    pub headers: Headers,
    /// The body, decoded; empty where only the head was asked for.
    pub body: Arc<[u8]>,
    /// Size of the body as it came over the wire.
    pub wire_bytes: u64,
    /// There is more of the body than is here.
    pub is_cut: bool,
    /// From the request to the head of the answer.
    pub first_byte: Duration,
    /// From the request to the end of the body.
    pub end: Duration,
}

/// A version of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HttpVersion {
    /// HTTP/1.0, or what claims to be older.
    Http10,
    /// HTTP/1.1.
    Http11,
    /// HTTP/2.
    Http2,
    /// HTTP/3.
    Http3,
}

impl Resource {
    /// Its answer, if there was one.
    #[must_use]
    pub const fn answer(&self) -> Option<&Answer> {
        match &self.outcome {
            Outcome::Answered(answer) => Some(answer),
            Outcome::Failed(_) | Outcome::Skipped(_) => None,
        }
    }
}

impl Answer {
    /// Whether it is what was asked for: a status of 2xx.
    #[must_use]
    pub const fn is_success(&self) -> bool {
        matches!(self.status, 200..=299)
    }

    /// Type and subtype of `Content-Type`, in lower case, without parameters.
    #[must_use]
    pub fn media_type(&self) -> Option<String> {
        let value = self.headers.get("content-type")?;
        let essence = value.split(';').next().unwrap_or_default().trim();
        (!essence.is_empty()).then(|| essence.to_ascii_lowercase())
    }

    /// Whether browsers show it as a page: without a type they look at how it begins, and a tag makes it one.
    #[must_use]
    pub fn is_page(&self) -> bool {
        match self.media_type() {
            Some(_) => self.is_html(),
            None => self.body.trim_ascii_start().starts_with(b"<"),
        }
    }

    /// Whether it says that it is HTML.
    #[must_use]
    pub fn is_html(&self) -> bool {
        matches!(self.media_type().as_deref(), Some("text/html" | "application/xhtml+xml"))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.reason)
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("url", &self.url.as_str())
            .field("status", &self.status)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
