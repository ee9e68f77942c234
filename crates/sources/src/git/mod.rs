//! Git repositories: the tree of one commit, and the whole history.
//!
//! A repository is opened without any of the user's or the system's configuration, and nothing of it is run: no hooks,
//! no filters, no submodules.

mod chains;
mod delta;
mod graph;
mod history;
mod objects;
mod pack;
mod places;
mod staged;
mod store;
mod tree;

use std::path::Path;

use model::{Note, NoteKind, ObjectId};

pub use history::History;
pub use places::{Attribution, BlobPlace, Places};

use crate::{Error, Limits};

/// How to scan a repository.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Worker threads.
    pub threads: usize,
    /// Bounds.
    pub limits: Limits,
}

/// A repository on this machine's disk.
pub struct Repository {
    inner: gix::ThreadSafeRepository,
}

impl Repository {
    /// Opens the repository at `path`: its work tree, its `.git`, or a bare one.
    ///
    /// # Errors
    /// There is none, or it cannot be read.
    pub fn open(path: &Path) -> Result<Self, Error> {
        std::fs::metadata(path).map_err(|source| Error::Open { path: path.to_owned(), source })?;
        let inner =
            gix::ThreadSafeRepository::open_opts(path, gix::open::Options::isolated()).map_err(
                |error| Error::NotARepository { path: path.to_owned(), source: error.into() },
            )?;
        Ok(Self { inner })
    }

    /// Whether it has no work tree of its own.
    #[must_use]
    pub fn is_bare(&self) -> bool {
        self.inner.to_thread_local().workdir().is_none()
    }

    /// The commit that `revision` (a branch, tag or id; `HEAD` if `None`) stands for. `None` where there is no commit yet.
    ///
    /// # Errors
    /// Nothing of that name.
    pub fn commit(&self, revision: Option<&str>) -> Result<Option<ObjectId>, Error> {
        let repo = self.inner.to_thread_local();
        Ok(self.resolve(&repo, revision)?.map(|id| model_id(&id)))
    }

    /// The whole history: what is reachable from `revision`, or all objects if `None`.
    ///
    /// # Errors
    /// Nothing of that name.
    pub fn history(&self, revision: Option<&str>) -> Result<History<'_>, Error> {
        let repo = self.inner.to_thread_local();
        let tips = match revision {
            Some(_) => self.resolve(&repo, revision)?.into_iter().collect(),
            None => all_tips(&repo),
        };
        Ok(History::open(self, tips, revision.is_some()))
    }

    fn resolve(
        &self,
        repo: &gix::Repository,
        revision: Option<&str>,
    ) -> Result<Option<gix::ObjectId>, Error> {
        let Some(name) = revision else {
            return Ok(repo.head_id().ok().and_then(|id| peel(repo, id.detach())));
        };
        let unknown = || Error::NoSuchRevision { name: name.to_owned(), known: branches(repo) };
        // Only names and ids: the operators of revision expressions (`@{…}`, `:/text`) are not for a branch's name.
        for prefix in ["refs/heads/", "refs/remotes/origin/", "refs/tags/", ""] {
            if let Ok(Some(mut reference)) = repo.try_find_reference(&format!("{prefix}{name}"))
                && let Ok(id) = reference.peel_to_id()
                && let Some(commit) = peel(repo, id.detach())
            {
                return Ok(Some(commit));
            }
        }
        let is_hex = name.len() >= 7 && name.bytes().all(|b| b.is_ascii_hexdigit());
        let id = is_hex.then(|| repo.rev_parse_single(name).ok()).flatten().ok_or_else(unknown)?;
        peel(repo, id.detach()).map(Some).ok_or_else(unknown)
    }

    /// What the repository says about itself that leaves something out: shallow and partial clones, submodules.
    #[must_use]
    pub fn notes(&self) -> Vec<Note> {
        let repo = self.inner.to_thread_local();
        let mut notes = Vec::new();
        if repo.is_shallow().unwrap_or_default() {
            notes.push(Note::general(
                NoteKind::MissingObject,
                "a shallow clone: what came before its first commits is not here (`git fetch --unshallow` brings it)",
            ));
        }
        if is_partial(&repo) {
            notes.push(Note::general(
                NoteKind::MissingObject,
                "a partial clone: objects that were left out when it was cloned are not here (`git fetch --refetch` without a filter brings them)",
            ));
        }
        notes
    }
}

/// Whether objects were left out on purpose (`gitpartial-clone`).
fn is_partial(repo: &gix::Repository) -> bool {
    repo.config_snapshot().string("extensions.partialClone").is_some()
        || std::fs::read_dir(repo.objects.store_ref().path().join("pack")).is_ok_and(|entries| {
            entries.flatten().any(|entry| entry.path().extension().is_some_and(|e| e == "promisor"))
        })
}

/// Follows annotated tags to a commit.
fn peel(repo: &gix::Repository, id: gix::ObjectId) -> Option<gix::ObjectId> {
    repo.find_object(id).ok()?.peel_to_kind(gix::object::Kind::Commit).ok().map(|commit| commit.id)
}

/// Commits that branches, tags, remotes' branches, stashes and `HEAD` stand for.
fn all_tips(repo: &gix::Repository) -> Vec<gix::ObjectId> {
    let mut tips: Vec<gix::ObjectId> =
        repo.head_id().ok().and_then(|id| peel(repo, id.detach())).into_iter().collect();
    if let Ok(references) = repo.references()
        && let Ok(all) = references.all()
    {
        for mut reference in all.flatten() {
            tips.extend(reference.peel_to_id().ok().and_then(|id| peel(repo, id.detach())));
        }
    }
    tips.sort_unstable();
    tips.dedup();
    tips
}

fn branches(repo: &gix::Repository) -> Vec<String> {
    let mut names: Vec<String> = repo
        .references()
        .ok()
        .and_then(|references| {
            references
                .local_branches()
                .ok()
                .map(|all| all.flatten().map(|r| r.name().shorten().to_string()).collect())
        })
        .unwrap_or_default();
    names.sort();
    names.truncate(10);
    names
}

fn model_id(id: &gix::hash::oid) -> ObjectId {
    ObjectId::from_hex(id.to_string())
}
