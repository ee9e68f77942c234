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

use gix::prelude::{Find as _, HeaderExt as _};
use model::{Note, NoteKind, ObjectId};

pub use history::History;
pub use places::{Attribution, BlobPlace, Keep, Places, Sighting};

use crate::{Error, Limits};

/// What gix may hold of one object and the deltas it is made of, in bytes: what an object says of its size is not believed.
const MAX_DECODED_BYTES: usize = 128 << 20;
/// Largest annotated tag, in bytes.
const MAX_TAG_BYTES: u64 = 1 << 20;
/// Tags on tags. Nobody checks that an object is what its id says, so a damaged tag may be on itself.
const MAX_TAGS: usize = 32;

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

/// Nothing of the user's or the system's, and a bound on what is decoded.
fn options() -> gix::open::Options {
    let limit = format!("gitoxide.objects.allocLimit={MAX_DECODED_BYTES}");
    gix::open::Options::isolated().config_overrides([limit.as_str()])
}

impl Repository {
    /// Opens the repository at `path`: its work tree, its `.git`, or a bare one.
    ///
    /// # Errors
    /// There is none, or it cannot be read.
    pub fn open(path: &Path) -> Result<Self, Error> {
        std::fs::metadata(path).map_err(|source| Error::Open { path: path.to_owned(), source })?;
        let inner = gix::ThreadSafeRepository::open_opts(path, options()).map_err(|error| {
            Error::NotARepository { path: path.to_owned(), source: error.into() }
        })?;
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
    /// Nothing of that name, or what `HEAD` names is not here.
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
            // gix keeps every page of a pack it has looked at: a thousand tags are a good part of one. What they lead to is asked
            // of a repository that is closed again.
            None => match gix::open_opts(repo.git_dir(), options()) {
                Ok(repo) => all_tips(&repo),
                Err(_) => all_tips(&repo),
            },
        };
        Ok(History::open(self, tips, revision.is_some()))
    }

    fn resolve(
        &self,
        repo: &gix::Repository,
        revision: Option<&str>,
    ) -> Result<Option<gix::ObjectId>, Error> {
        let Some(name) = revision else {
            return head(repo);
        };
        let unknown = || Error::NoSuchRevision { name: name.to_owned(), known: branches(repo) };
        // Only names and ids: the operators of revision expressions (`@{…}`, `:/text`) are not for a branch's name.
        for prefix in ["refs/heads/", "refs/remotes/origin/", "refs/tags/", ""] {
            if let Ok(Some(mut reference)) = repo.try_find_reference(&format!("{prefix}{name}"))
                && let Ok(id) = reference.follow_to_object()
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
fn peel(repo: &gix::Repository, mut id: gix::ObjectId) -> Option<gix::ObjectId> {
    let mut buffer = Vec::new();
    for _ in 0..=MAX_TAGS {
        let header = repo.objects.header(id).ok()?;
        match header.kind() {
            gix::object::Kind::Commit => return Some(id),
            gix::object::Kind::Tag if header.size() <= MAX_TAG_BYTES => {
                let tag = repo.objects.try_find(&id, &mut buffer).ok()??;
                id = gix::objs::TagRefIter::from_bytes(tag.data, repo.object_hash())
                    .target_id()
                    .ok()?;
            }
            _ => return None,
        }
    }
    None
}

/// The commit that is checked out. `None` where there is none yet.
fn head(repo: &gix::Repository) -> Result<Option<gix::ObjectId>, Error> {
    let damaged = |source: Box<dyn std::error::Error + Send + Sync>| Error::Damaged {
        what: "the commit that HEAD names".to_owned(),
        source,
    };
    let head = repo.head().map_err(|error| damaged(error.into()))?;
    let id = match &head.kind {
        gix::head::Kind::Unborn(_) => return Ok(None),
        gix::head::Kind::Detached { target, .. } => *target,
        gix::head::Kind::Symbolic(_) => {
            let Some(mut branch) = head.try_into_referent() else { return Ok(None) };
            branch.follow_to_object().map_err(|error| damaged(error.into()))?.detach()
        }
    };
    peel(repo, id).map(Some).ok_or_else(|| damaged("not here, or not a commit".into()))
}

/// Commits that branches, tags, remotes' branches, stashes and `HEAD` stand for. One that is not here is among them, so
/// that it is missed.
fn all_tips(repo: &gix::Repository) -> Vec<gix::ObjectId> {
    let tip = |id: gix::ObjectId| {
        peel(repo, id).or_else(|| repo.objects.header(id).is_err().then_some(id))
    };
    let mut tips: Vec<gix::ObjectId> = head(repo).ok().flatten().into_iter().collect();
    if let Ok(references) = repo.references()
        && let Ok(all) = references.all()
    {
        for mut reference in all.flatten() {
            tips.extend(reference.follow_to_object().ok().and_then(|id| tip(id.detach())));
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
