//! The index of advisories: one file, mapped into memory, that says which advisories are about a package.
//!
//! - [`Library`] is a folder: what sources said, as they said it, and the index that was built of it. Who updates it holds its lock;
//!   who reads it never waits.
//! - [`Index`] answers: [`judge`](Index::judge) for a package, [`show`](Index::show) for an id, [`status`](Index::status).
//! - [`Builder`] makes an index file of advisories, and [`import`] finds advisories in files, folders and archives.
//!
//! Nothing here reaches for the network; whoever does hands over what it brought.

mod assemble;
mod batch;
mod builder;
mod codec;
mod error;
mod export;
mod group;
mod groups;
pub mod import;
mod index;
mod key;
mod layout;
mod library;
mod map;
mod order;
mod pack;
mod rate;
mod record;
mod spans;
mod status;

pub use batch::Batch;
pub use builder::Builder;
pub use error::Error;
pub use export::Exported;
pub use group::{Exploited, Group, GroupNumber, Match, Prediction};
pub use index::{Index, Matches};
pub use key::is_about;
pub use library::{Library, Update};
pub use pack::{Document, DocumentKind, SourceHead};
pub use status::{SourceStatus, Status};
