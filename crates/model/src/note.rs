//! What a scan could not look at, or understood only in part. Nothing is skipped in silence.

use std::fmt;

use crate::TargetPath;

/// Why something was passed over. The reports count notes by kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoteKind {
    /// Binary content: no text to look at.
    Binary,
    /// Larger than the limit for its kind.
    TooLarge,
    /// Missing permission or an error while reading.
    Unreadable,
    /// A symbolic link; its target is scanned where it stands, if it stands inside the root.
    Symlink,
    /// Neither file, directory nor link (socket, device, pipe).
    Special,
    /// Left out by `.gitignore` and its relatives.
    Ignored,
    /// Left out by the user's configuration or flags.
    Excluded,
    /// Dependencies' or generated files: scanned for proven formats only.
    Vendored,
    /// An archive that could not be read, or not to its end.
    Archive,
    /// A git object that the repository should have and has not (partial or shallow clone, damage).
    MissingObject,
    /// A git object or pack that does not decode.
    Corrupt,
    /// A submodule: another repository, scanned on its own.
    Submodule,
    /// A Git LFS pointer: the content is not in the repository.
    LfsPointer,
    /// Something in the user's configuration that had no effect.
    Configuration,
    /// A limit of the scan was reached; what follows it was not looked at.
    Limit,
    /// Something in a lock file or manifest that says less than one would like.
    Format,
    /// A lock file or manifest that could not be understood, or not to its end: packages may be missing.
    PackagesUnread,
    /// Packages were listed and not judged, or not by all that may be known: there is no index of advisories, or nothing tells enough
    /// of them.
    NotJudged,
    /// A provider could not be asked whether a credential still works.
    Verification,
    /// Addresses of a website that were met and not visited: beyond the number of pages that was asked for, or `robots.txt` minds.
    Unvisited,
    /// Parts of a website that were looked at over a connection whose certificate does not verify: who answered is not known.
    Unverified,
    /// Pages of a website were judged as the server sends them: no browser ran their scripts, or not to their end.
    NotRendered,
}

impl NoteKind {
    /// A word for machines.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Binary => "binary",
            Self::TooLarge => "too-large",
            Self::Unreadable => "unreadable",
            Self::Symlink => "symlink",
            Self::Special => "special",
            Self::Ignored => "ignored",
            Self::Excluded => "excluded",
            Self::Vendored => "vendored",
            Self::Archive => "archive",
            Self::MissingObject => "missing-object",
            Self::Corrupt => "corrupt",
            Self::Submodule => "submodule",
            Self::LfsPointer => "lfs-pointer",
            Self::Configuration => "configuration",
            Self::Limit => "limit",
            Self::Format => "format",
            Self::PackagesUnread => "packages-unread",
            Self::NotJudged => "not-judged",
            Self::Verification => "verification",
            Self::Unvisited => "unvisited",
            Self::Unverified => "unverified",
            Self::NotRendered => "not-rendered",
        }
    }

    /// Whether the scan is incomplete because of it: something a user would expect to be scanned was not.
    #[must_use]
    pub const fn is_incomplete(self) -> bool {
        matches!(
            self,
            Self::TooLarge
                | Self::Unreadable
                | Self::Archive
                | Self::MissingObject
                | Self::Corrupt
                | Self::Limit
                | Self::PackagesUnread
                | Self::NotJudged
        )
    }

    /// Whether something of the target was not looked at, for whatever it may hold.
    #[must_use]
    pub const fn is_unread(self) -> bool {
        self.is_incomplete() && !matches!(self, Self::PackagesUnread | Self::NotJudged)
    }

    /// Whether packages that the target names may be missing from what was listed.
    #[must_use]
    pub const fn leaves_out_packages(self) -> bool {
        self.is_unread() || matches!(self, Self::PackagesUnread)
    }
}

impl fmt::Display for NoteKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One thing that was passed over, and why, in a sentence without secrets. A report tells them in this order, whichever worker was first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// The reason's kind.
    pub kind: NoteKind,
    /// Where, if it was one place.
    pub path: Option<TargetPath>,
    /// What a person should know, in one sentence.
    pub message: String,
}

impl Note {
    /// A note about one path.
    #[must_use]
    pub fn at(kind: NoteKind, path: TargetPath, message: impl Into<String>) -> Self {
        Self { kind, path: Some(path), message: message.into() }
    }

    /// A note about the scan as a whole.
    #[must_use]
    pub fn general(kind: NoteKind, message: impl Into<String>) -> Self {
        Self { kind, path: None, message: message.into() }
    }
}
