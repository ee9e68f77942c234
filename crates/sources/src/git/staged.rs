//! What the next commit would bring: the files whose content in the index is not that of `HEAD`.

use std::{collections::HashMap, path::Path};

use gix::{
    ObjectId,
    bstr::{BStr, BString},
    index::entry::{Mode, Stage},
};
use model::TargetPath;

use super::{Options, Repository};
use crate::{Error, Sink as _, Sinks, notes};

impl Repository {
    /// Feeds every file that is staged to the sinks, by path. `index` is another index than the repository's own: git gives a hook one
    /// in `GIT_INDEX_FILE`. `is_excluded` says what the configuration leaves out.
    ///
    /// # Errors
    /// The index, or the tree of `HEAD`, cannot be read.
    pub fn scan_staged<S: Sinks>(
        &self,
        index: Option<&Path>,
        options: &Options,
        is_excluded: &(dyn Fn(&TargetPath) -> bool + Sync),
        sinks: &S,
    ) -> Result<(), Error> {
        let repo = self.inner.to_thread_local();
        let damaged = |what: &str, error: gix::Error| Error::Damaged {
            what: what.to_owned(),
            source: error.into(),
        };
        let path = index.map_or_else(|| repo.index_path(), Path::to_owned);
        let staged = gix::index::File::at_or_default(
            path,
            repo.object_hash(),
            // git may write an index without a checksum (`index.skipHash`).
            true,
            gix::index::decode::Options::default(),
        )
        .map_err(|error| damaged("the index", error))?;
        let committed = committed(&repo).map_err(|error| damaged("the tree of HEAD", error))?;
        let mut sink = sinks.sink();
        let mut files = Vec::new();
        for entry in staged.entries() {
            let name: &BStr = entry.path(&staged);
            // A path with a conflict cannot be committed.
            if entry.stage() != Stage::Unconflicted || committed.get(name) == Some(&entry.id) {
                continue;
            }
            let path = TargetPath::from_bytes(name);
            if is_excluded(&path) {
                sink.note(notes::excluded(path));
                continue;
            }
            match entry.mode {
                Mode::FILE | Mode::FILE_EXECUTABLE => files.push((path, entry.id)),
                Mode::SYMLINK => sink.note(notes::symlink(path)),
                Mode::COMMIT => sink.note(notes::submodule(path)),
                _ => {}
            }
        }
        drop(sink);
        self.scan_files(&files, options, sinks);
        Ok(())
    }
}

/// The paths of `HEAD` and what stands there; none before the first commit.
fn committed(repo: &gix::Repository) -> Result<HashMap<BString, ObjectId>, gix::Error> {
    let Ok(head) = repo.head_tree_id() else { return Ok(HashMap::new()) };
    let state = repo.index_from_tree(&head)?;
    Ok(state.entries().iter().map(|entry| (entry.path(&state).to_owned(), entry.id)).collect())
}
