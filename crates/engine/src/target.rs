//! The files of a target, as often as somebody has to go over them.

use std::path::Path;

use model::{ObjectId, TargetPath};
use sources::{Error, Sinks, directory, git};

use crate::suppress::ExcludedPaths;

pub(crate) enum Target<'t> {
    /// A directory or a file as it stands on the disk.
    Directory { root: &'t Path, options: directory::Options },
    /// The files of one commit.
    Commit {
        repository: &'t git::Repository,
        commit: &'t ObjectId,
        options: git::Options,
        excluded: ExcludedPaths,
    },
}

impl Target<'_> {
    /// Feeds every file that is not excluded to the sinks.
    pub(crate) fn walk<S: Sinks>(&self, sinks: &S) -> Result<(), Error> {
        match self {
            Self::Directory { root, options } => directory::walk(root, options, sinks),
            Self::Commit { repository, commit, options, excluded } => {
                let is_excluded = |path: &TargetPath| excluded.contains(path);
                repository.scan_tree(commit, options, &is_excluded, sinks)
            }
        }
    }

    /// The path of the file that the target is, if it is one.
    pub(crate) fn single_file(&self) -> Option<TargetPath> {
        match self {
            Self::Directory { root, .. } => directory::single_file(root),
            Self::Commit { .. } => None,
        }
    }

    /// Feeds files that [`walk`](Self::walk) has told of to the sinks.
    pub(crate) fn again<S: Sinks>(&self, files: &[TargetPath], sinks: &S) -> Result<(), Error> {
        match self {
            _ if files.is_empty() => Ok(()),
            Self::Directory { root, options } => directory::again(root, files, options, sinks),
            // The sinks want nothing else, and trees are read sooner than folders.
            Self::Commit { .. } => self.walk(sinks),
        }
    }
}
