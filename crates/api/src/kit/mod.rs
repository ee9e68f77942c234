//! What the APIs share: a request becomes a caller and a command, an answer or an error becomes a response. What differs, the
//! shape of a body and how a caller shows who it is, each API says through [`Surface`].

// The one place where axum's own extractors may be named: they answer outside the envelope.
#![expect(clippy::disallowed_types, reason = "this is where they are wrapped")]

mod body;
mod caller;
mod cursor;
pub(crate) mod document;
pub(crate) mod export;
mod fault;
mod findings;
mod path;
mod query;
pub(crate) mod redoc;
mod reply;
pub(crate) mod standing;
mod wire;

use app::App;
use http::request::Parts;
use schemars::JsonSchema;
use serde::Serialize;

pub(crate) use body::{Body, OptionalBody, RawBody};
pub(crate) use caller::{Caller, Visitor, bearer, origin};
pub(crate) use cursor::{Cursor, Limit, listed};
pub(crate) use fault::{Failure, Fault};
pub(crate) use findings::{Counts, Package, ScannerName, texts};
pub(crate) use path::Path;
pub(crate) use query::Query;
pub(crate) use reply::{Attachment, Empty, MediaTypes, Reply};
pub(crate) use wire::{
    Exact, Id, Millis, Seconds, Secret, Severities, Vocabulary, Word, null_clears,
};

/// One API's dialect.
pub(crate) trait Surface: Send + Sync + 'static {
    /// The shape of an error.
    type Envelope: Serialize + JsonSchema;

    /// Names the ways in which a caller can show who it is, as the document calls them. One of them is enough.
    const SECURITY: &'static [&'static str];

    /// Wraps an error.
    fn envelope(fault: &Fault) -> Self::Envelope;

    /// Finds out who calls.
    fn authenticate(
        app: &App,
        parts: &mut Parts,
    ) -> impl Future<Output = Result<app::Ctx, app::Error>> + Send;
}
