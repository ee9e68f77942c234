//! What is scanned, as a read-only view with limits: a directory, the tree of a git commit, a git history, a website.
//!
//! A source hands out contents in [`Piece`]s, each worker thread to a [`Sink`] of its own. Nothing here judges, and
//! nothing here writes. Whatever is passed over is told to the sink as a note.

mod archive;
mod content;
pub mod directory;
pub mod git;
mod notes;
mod seven_zip;
pub mod site;

use std::{ops::Range, path::PathBuf};

use model::{Copied, Note, ObjectId, TargetPath};

/// Where a content comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Origin {
    /// A file of the target, or a member of an archive in it.
    File(TargetPath),
    /// A git blob: its paths and commits are found when somebody asks ([`git::History::places`]).
    Blob {
        /// Its id.
        id: ObjectId,
        /// The member of the archive that the blob is, if it is one: `!/inner/path`.
        member: Option<TargetPath>,
    },
}

impl Origin {
    fn member(&self, name: &[u8]) -> Self {
        match self {
            Self::File(path) => Self::File(path.member(name)),
            Self::Blob { id, member } => {
                let base = member.clone().unwrap_or_else(|| TargetPath::from_bytes(b""));
                Self::Blob { id: id.clone(), member: Some(base.member(name)) }
            }
        }
    }

    /// What its names take in memory, in bytes.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        let name = |path: &TargetPath| path.as_str().len();
        match self {
            Self::File(path) => name(path),
            Self::Blob { id, member } => id.as_str().len() + member.as_ref().map_or(0, name),
        }
    }

    /// How notes call it.
    #[must_use]
    pub fn path(&self) -> TargetPath {
        match self {
            Self::File(path) => path.clone(),
            Self::Blob { id, member } => {
                let member = member.as_ref().map_or("", TargetPath::as_str);
                TargetPath::from_bytes(format!("git object {}{member}", id.short()).as_bytes())
            }
        }
    }
}

/// A stretch of a content, with enough of what stands around it to judge what begins in `own`.
pub struct Piece<'a> {
    /// Whose content.
    pub origin: &'a Origin,
    /// The stretch, UTF-16 turned into UTF-8.
    pub bytes: &'a [u8],
    /// The part of `bytes` this piece answers for: what begins outside of it belongs to a neighbour.
    pub own: Range<usize>,
    /// Line ends before `bytes`.
    pub lines_before: u64,
    /// Bytes between the last line end before `bytes` and `bytes`.
    pub column_before: u64,
}

impl Piece<'_> {
    /// Whether its content begins with it.
    #[must_use]
    pub const fn is_first(&self) -> bool {
        self.own.start == 0 && self.lines_before == 0 && self.column_before == 0
    }
}

/// How a content of a history comes about, as far as the pack that it is in says.
pub struct Derivation<'a> {
    /// The content.
    pub bytes: &'a [u8],
    /// How many others it is built on.
    pub depth: usize,
    /// What it has of the one before it: the last content whose depth was one less.
    pub copied: &'a [Copied],
}

/// Takes the contents of one worker thread.
pub trait Sink: Send {
    /// Whether a file is to be looked at at all; asked of each, before it is opened.
    fn wants(&self, _path: &TargetPath) -> bool {
        true
    }
    /// Is told of each file, and of each member of an archive, before anything is known of its content.
    fn content(&mut self, _origin: &Origin) {}
    /// Is told of contents that may have much of others, before their pieces; of some no pieces come. Its bytes stay where they are until
    /// [`Self::done`].
    fn derivation(&mut self, _derivation: &Derivation<'_>) {}
    /// Looks at a piece.
    fn piece(&mut self, piece: &Piece<'_>);
    /// Is told what was passed over.
    fn note(&mut self, note: Note);
    /// Is told that one of the contents that [`Sinks::expect`] was told of has been dealt with, whatever came of it.
    fn done(&mut self) {}
    /// Whether to stop; asked between contents and between pieces.
    fn is_cancelled(&self) -> bool;
}

/// Makes a [`Sink`] for each worker thread.
pub trait Sinks: Sync {
    /// A worker's sink.
    type Sink: Sink;
    /// Makes one.
    fn sink(&self) -> Self::Sink;
    /// Is told how many contents there will be, where that is known beforehand. Members of archives do not count.
    fn expect(&self, _contents: u64) {}
    /// Whether to stop before anything is fed.
    fn is_cancelled(&self) -> bool;
}

/// Bounds on what is read. Sizes are bytes.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Largest file or blob that is looked at.
    pub content_bytes: u64,
    /// Largest git object that is held in memory; larger ones are streamed where they are stored whole.
    pub object_bytes: u64,
    /// What one archive, with all archives in it, may unpack to.
    pub archive_bytes: u64,
    /// Members of one archive, with all archives in it.
    pub archive_members: u64,
    /// How many times its own size an archive may unpack to, once it is past [`Self::RATIO_FREE_BYTES`].
    pub archive_ratio: u64,
    /// Archives in archives.
    pub archive_depth: u32,
    /// Levels of directories.
    pub directory_depth: usize,
    /// What the paths of one commit's files, and the paths at which a history's findings stood, may take in memory.
    pub tree_name_bytes: u64,
}

impl Limits {
    /// What any archive may unpack to, whatever its ratio.
    pub const RATIO_FREE_BYTES: u64 = 16 << 20;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            content_bytes: 8 << 30,
            object_bytes: 32 << 20,
            archive_bytes: 1 << 30,
            archive_members: 20_000,
            archive_ratio: 250,
            archive_depth: 3,
            directory_depth: 512,
            tree_name_bytes: 128 << 20,
        }
    }
}

/// Why a target could not be opened at all.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing there, or no permission.
    #[error("cannot open {}", path.display())]
    Open {
        /// What was to be opened.
        path: PathBuf,
        /// The system's answer.
        #[source]
        source: std::io::Error,
    },
    /// A website that does not answer.
    #[error("cannot visit {url}: {reason}")]
    Site {
        /// What was to be visited, without its query.
        url: String,
        /// In a sentence.
        reason: String,
    },
    /// There shall be a browser, and there is none that can be used; in a sentence.
    #[error("{0}")]
    Browser(String),
    /// Not a git repository.
    #[error("{} is not a git repository", path.display())]
    NotARepository {
        /// What was to be opened.
        path: PathBuf,
        /// What git misses.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The branch, tag or commit is not there.
    #[error("there is no branch, tag or commit `{name}` in this repository{}", if known.is_empty() { String::new() } else { format!("; it has: {}", known.join(", ")) })]
    NoSuchRevision {
        /// What was asked for.
        name: String,
        /// Up to ten branches that are there.
        known: Vec<String>,
    },
    /// The repository has objects but this one cannot be read.
    #[error("cannot read {what}: the repository is damaged or incomplete")]
    Damaged {
        /// Which object.
        what: String,
        /// What is wrong with it.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}
