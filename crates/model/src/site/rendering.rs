//! A page as a browser made it: what is there, and what happened, once its scripts have run.

use std::{fmt, sync::Arc};

use url::Url;

use crate::SecretValue;

/// One page, rendered by a browser for a visitor who has never been there and does nothing.
#[derive(Clone)]
pub struct Rendering {
    /// The page, where its answer came from.
    pub page: Url,
    /// What the address bar shows at the end: scripts may change it.
    pub address: Url,
    /// The document as HTML, with what scripts made of it; without what stands in shadow trees and in frames.
    pub document: Arc<str>,
    /// There is more of the document, or more happened, than is here.
    pub is_cut: bool,
    /// Whether nothing was under way any more when the document was taken.
    pub is_settled: bool,
    /// Whether a visitor sees nothing: neither text nor pictures, fields or frames.
    pub is_blank: bool,
    /// What was written to the console as an error, and exceptions that nobody caught, each once, in order.
    pub messages: Vec<Message>,
    /// What the page's Content-Security-Policy forbade, or would have.
    pub violations: Vec<Violation>,
    /// What the page named over plain http while it was on https itself.
    pub insecure: Vec<Insecure>,
    /// What was asked for, in order; the page itself is the first.
    pub requests: Vec<Requested>,
    /// What is in `localStorage` and `sessionStorage`.
    pub stored: Vec<Stored>,
    /// The cookies that scripts set, third parties' in frames among them.
    pub cookies: Vec<ScriptCookie>,
}

/// Where in a script or a page something happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At {
    /// The script or the page.
    pub url: Url,
    /// From 1.
    pub line: u64,
}

/// Something that the console shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Who says it.
    pub kind: MessageKind,
    /// One line, cut. It may hold anything that a script has at hand.
    pub text: String,
    /// Where, if the browser knows.
    pub at: Option<At>,
}

/// Who says something to the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MessageKind {
    /// A script, with `console.error` or `console.assert`.
    Error,
    /// Nobody caught what a script threw, or a promise that failed.
    Exception,
}

/// A Content-Security-Policy at work (CSP 3, section 5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The directive in effect, such as `script-src-elem`.
    pub directive: String,
    /// What was not loaded; `None` for what stands in the page, and for `eval`.
    pub blocked: Option<Url>,
    /// It was only reported.
    pub is_report_only: bool,
    /// Where, if the browser knows.
    pub at: Option<At>,
}

/// Something over plain http on a page over https (Mixed Content, section 4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Insecure {
    /// As it was named.
    pub url: Url,
    /// What the browser did.
    pub fate: InsecureFate,
}

/// What a browser does with mixed content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InsecureFate {
    /// It was not loaded.
    Blocked,
    /// It was asked for over https instead.
    Upgraded,
    /// It was loaded with a warning.
    Loaded,
}

/// A request of the page, its frames in other processes apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requested {
    /// Without its fragment.
    pub url: Url,
    /// As the browser spells it, such as `GET`.
    pub method: String,
    /// What for.
    pub kind: RequestKind,
    /// Who wanted it.
    pub initiator: Initiator,
    /// What came of it.
    pub result: RequestResult,
}

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RequestKind {
    /// A page, or the page in a frame.
    Document,
    /// JavaScript.
    Script,
    /// A style sheet.
    Style,
    /// An image.
    Image,
    /// A font.
    Font,
    /// What a script asks for: `fetch`, `XMLHttpRequest`, server-sent events.
    Data,
    /// A WebSocket.
    Socket,
    /// Everything else: beacons, manifests, films, workers.
    Other,
}

/// Who wanted something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Initiator {
    /// The page's own markup.
    Markup,
    /// A script, by its URL where it has one: the page's for those that stand in it.
    Script(Option<Url>),
    /// The browser, or nobody knows.
    Other,
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestResult {
    /// A status.
    Status(u16),
    /// No answer, and why.
    Failed(String),
    /// The answer was kept from the page because the other origin does not allow it (Fetch, section 3.3).
    Cors,
    /// The browser did not ask: a policy of the page forbids it, or it is mixed content.
    Forbidden,
    /// It was not let out, because a passive visit does not do that, or does not go there: another method than GET, a film, a limit.
    Declined,
    /// Nothing had come of it when the document was taken.
    Pending,
}

/// Something that a page keeps in the browser.
#[derive(Clone)]
pub struct Stored {
    /// Where.
    pub area: StorageArea,
    /// Under which name.
    pub key: String,
    /// What; its beginning where it is long. It is judged, and never shown.
    pub value: SecretValue,
}

/// Where a page keeps things (HTML, section 12.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StorageArea {
    /// Until it is deleted.
    Local,
    /// While the tab is open.
    Session,
}

/// A cookie that no answer set. Its value is not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptCookie {
    /// Its name.
    pub name: String,
    /// Whose it is; with a dot in front where hosts below get it too.
    pub domain: String,
    /// Whether it keeps to https.
    pub is_secure: bool,
    /// `SameSite`, if it says so.
    pub same_site: Option<String>,
    /// How long it is kept, in seconds; `None` until the browser is closed.
    pub kept_seconds: Option<u64>,
}

impl Rendering {
    /// Whether it is still the page that was asked for, whatever its scripts did to query and fragment.
    #[must_use]
    pub fn is_of_its_page(&self) -> bool {
        self.address.origin() == self.page.origin()
    }
}

impl StorageArea {
    /// As scripts call it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Local => "localStorage",
            Self::Session => "sessionStorage",
        }
    }
}

impl fmt::Debug for Rendering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rendering")
            .field("page", &self.page.as_str())
            .field("bytes", &self.document.len())
            .field("messages", &self.messages)
            .field("requests", &self.requests)
            .field("stored", &self.stored)
            .field("cookies", &self.cookies)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Stored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stored")
            .field("area", &self.area)
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}
