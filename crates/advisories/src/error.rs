//! What can go wrong with the files of the index.

use std::{io, path::PathBuf};

/// Why the index or one of its sources cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file system refuses.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried: `open`, `write`.
        action: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// It is no index of ours.
    #[error("{} is no advisory index", path.display())]
    NotAnIndex {
        /// The file.
        path: PathBuf,
    },
    /// Another version of the program built it, with another layout or order of versions. It has to be built again.
    #[error(
        "the advisory index was built by another version of this program; it has to be built again"
    )]
    Outdated,
    /// Its bytes are not those that were written.
    #[error("the advisory index is damaged ({what}); it has to be built again")]
    Corrupt {
        /// Which part.
        what: &'static str,
    },
    /// A stored source is damaged; it has to be fetched or imported again.
    #[error("the stored advisories of {source_name} are damaged; fetch or import them again")]
    CorruptSource {
        /// Its name.
        source_name: String,
    },
    /// Someone else is at it.
    #[error("another process is updating the advisories")]
    Busy,
    /// A name that cannot be a file's.
    #[error(
        "{name:?} cannot be the name of a source: letters, digits, dots, underscores and dashes can"
    )]
    SourceName {
        /// What it was to be.
        name: String,
    },
    /// Much less than is stored: what is missing would hide what the stored one knows.
    #[error(
        "it has {sent} records, and {stored} are stored of {source_name}: these stay in use. If so many are gone, use \
         --accept-fewer, or remove the source first"
    )]
    Fewer {
        /// Of which source.
        source_name: String,
        /// Records that are stored.
        stored: u64,
        /// Records that were to replace them.
        sent: u64,
    },
    /// What was to be imported is too much, or not what it claims to be.
    #[error("cannot import it: {0}")]
    Refused(String),
}

impl Error {
    pub(crate) fn io(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }
}

pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;
