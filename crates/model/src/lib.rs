//! The words every other crate speaks: severities, places, findings, packages, advisories, notes.
//!
//! Nothing here reads, writes or serializes; an edge (a report, an API) converts these types into its own.

mod advisory;
mod copied;
mod finding;
mod fingerprint;
mod note;
mod package;
mod place;
mod rating;
mod secret;
pub mod site;
mod text;

pub use advisory::{
    Advisory, AdvisoryKind, Affected, AffectedFunctions, ExploitPrediction, KnownExploited,
    RangeEvent, Rating, Reference, ReferenceKind, VersionRange,
};
pub use copied::Copied;
pub use finding::{
    CheckId, Cwe, Evidence, Finding, FindingBuilder, PackageDetail, Reachable, Scanner, Snippet,
    Suppression, Verification,
};
pub use fingerprint::{Fingerprint, SecretHash};
pub use note::{Note, NoteKind};
pub use package::{Dependency, Ecosystem, Package, Relation, Scope, SourcePackage, VersionScheme};
pub use place::{Commit, ObjectId, Place, Position, Span, TargetPath};
pub use rating::{Confidence, Severity, UnknownWord};
pub use secret::{Mask, SecretValue};
pub use text::{escape, is_hidden, one_line, visible};
