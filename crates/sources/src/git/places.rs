//! Where blobs stood: each unique tree of the history is looked at once, and a commit brings what it holds and none of
//! its parents does.

use std::{
    collections::{HashMap, HashSet, hash_map::Entry},
    hash::{BuildHasher, RandomState},
    rc::Rc,
};

use gix::{object::tree::EntryKind, prelude::FindExt as _};
use model::{Commit, Note, NoteKind, ObjectId, TargetPath};

use super::{History, commit_of, model_id};

/// Levels of directories in a tree; git itself stops at 2048 (`core.maxTreeDepth`).
const MAX_DEPTH: usize = 1024;

/// One path at which a blob stood, and the commit that brought it there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlobPlace {
    /// The path.
    pub path: TargetPath,
    /// The commit.
    pub commit: Commit,
    /// The commit's place in an order in which parents come before their children.
    pub order: u64,
}

/// All places of one blob, the earliest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// Up to a limit.
    pub places: Vec<BlobPlace>,
    /// How many there are in all.
    pub total: u64,
}

impl History<'_> {
    /// Finds the places of `blobs`, at most `limit` of each. A blob without a place is not reachable from any reference.
    #[must_use]
    pub fn places(
        &self,
        blobs: &HashSet<ObjectId>,
        limit: usize,
    ) -> (HashMap<ObjectId, Places>, Vec<Note>) {
        let mut repo = self.repository.inner.to_thread_local();
        repo.object_cache_size_if_unset(32 << 20);
        let wanted: HashSet<gix::ObjectId> = blobs
            .iter()
            .filter_map(|id| gix::ObjectId::from_hex(id.as_str().as_bytes()).ok())
            .collect();
        let mut walk = Walk::new(&repo);
        let mut found: HashMap<ObjectId, Places> = HashMap::new();
        let mut trees: HashMap<gix::ObjectId, Hits> = HashMap::new();
        for (order, commit) in (0..).zip(oldest_first(&repo, &self.tips, &mut walk)) {
            let hits = walk.hits(&commit.tree, &wanted, 0);
            let mut inherited: HashSet<(&[u8], gix::ObjectId)> = HashSet::new();
            let parents: Vec<Hits> =
                commit.parents.iter().filter_map(|parent| trees.get(parent).cloned()).collect();
            for parent in &parents {
                inherited.extend(parent.iter().map(|(path, id)| (path.as_slice(), *id)));
            }
            let mut brought = None;
            for (path, id) in
                hits.iter().filter(|(path, id)| !inherited.contains(&(path.as_slice(), *id)))
            {
                let places = found.entry(model_id(id)).or_default();
                places.total += 1;
                if places.places.len() < limit
                    && let Some(commit) =
                        brought.get_or_insert_with(|| commit_of(&repo, commit.id)).clone()
                {
                    places.places.push(BlobPlace {
                        path: TargetPath::from_bytes(path),
                        commit,
                        order,
                    });
                }
            }
            if !hits.is_empty() {
                trees.insert(commit.id, hits);
            }
        }
        (found, walk.notes())
    }
}

/// Paths of wanted blobs below a tree.
type Hits = Rc<Vec<(Vec<u8>, gix::ObjectId)>>;

struct WalkedCommit {
    id: gix::ObjectId,
    tree: gix::ObjectId,
    parents: Vec<gix::ObjectId>,
}

/// All commits reachable from `tips`, parents before their children.
fn oldest_first(
    repo: &gix::Repository,
    tips: &[gix::ObjectId],
    walk: &mut Walk<'_>,
) -> Vec<WalkedCommit> {
    let mut commits: HashMap<gix::ObjectId, WalkedCommit> = HashMap::new();
    let mut open: Vec<gix::ObjectId> = tips.to_vec();
    let mut buffer = Vec::new();
    let shallow: HashSet<gix::ObjectId> = repo
        .shallow_commits()
        .ok()
        .flatten()
        .map(|commits| commits.iter().copied().collect())
        .unwrap_or_default();
    while let Some(id) = open.pop() {
        let Entry::Vacant(entry) = commits.entry(id) else { continue };
        let Ok(commit) = repo.objects.find_commit(&id, &mut buffer) else {
            walk.missing_commits += 1;
            continue;
        };
        let parents: Vec<gix::ObjectId> =
            if shallow.contains(&id) { Vec::new() } else { commit.parents().collect() };
        open.extend(&parents);
        entry.insert(WalkedCommit { id, tree: commit.tree(), parents });
    }
    // Kahn's algorithm from the roots; ids break ties, so that the order is the same every time.
    let mut children: HashMap<gix::ObjectId, Vec<gix::ObjectId>> = HashMap::new();
    let mut waiting: HashMap<gix::ObjectId, usize> = HashMap::new();
    let mut ready: Vec<gix::ObjectId> = Vec::new();
    for commit in commits.values() {
        let parents: HashSet<_> =
            commit.parents.iter().filter(|parent| commits.contains_key(*parent)).collect();
        if parents.is_empty() {
            ready.push(commit.id);
        }
        waiting.insert(commit.id, parents.len());
        for parent in parents {
            children.entry(*parent).or_default().push(commit.id);
        }
    }
    ready.sort_unstable();
    let mut ordered = Vec::with_capacity(commits.len());
    while let Some(id) = ready.pop() {
        if let Some(commit) = commits.remove(&id) {
            ordered.push(commit);
        }
        let mut freed = children.remove(&id).unwrap_or_default();
        freed.sort_unstable();
        for child in freed {
            if let Some(count) = waiting.get_mut(&child) {
                *count -= 1;
                if *count == 0 {
                    ready.push(child);
                }
            }
        }
    }
    ordered
}

/// Looks at each unique tree once.
pub(super) struct Walk<'r> {
    repo: &'r gix::Repository,
    /// Trees below which nothing is wanted, by keyed hash: a fraction of the memory of their ids.
    clean: HashSet<u64>,
    keys: RandomState,
    known: HashMap<gix::ObjectId, Hits>,
    missing_trees: u64,
    missing_commits: u64,
    too_deep: u64,
}

impl<'r> Walk<'r> {
    pub(super) fn new(repo: &'r gix::Repository) -> Self {
        Self {
            repo,
            clean: HashSet::new(),
            keys: RandomState::new(),
            known: HashMap::new(),
            missing_trees: 0,
            missing_commits: 0,
            too_deep: 0,
        }
    }

    /// All blobs that the history of `tips` names.
    pub(super) fn all_blobs(
        mut self,
        tips: &[gix::ObjectId],
    ) -> (HashSet<gix::ObjectId>, Vec<Note>) {
        let repo = self.repo;
        let mut blobs = HashSet::new();
        let mut trees: HashSet<gix::ObjectId> = HashSet::new();
        let mut open: Vec<gix::ObjectId> =
            oldest_first(repo, tips, &mut self).into_iter().map(|commit| commit.tree).collect();
        let mut buffer = Vec::new();
        while let Some(id) = open.pop() {
            if !trees.insert(id) {
                continue;
            }
            let Ok(tree) = repo.objects.find_tree_iter(&id, &mut buffer) else {
                self.missing_trees += 1;
                continue;
            };
            for entry in tree.flatten() {
                match entry.mode.kind() {
                    EntryKind::Tree => open.push(entry.oid.to_owned()),
                    EntryKind::Blob | EntryKind::BlobExecutable | EntryKind::Link => {
                        blobs.insert(entry.oid.to_owned());
                    }
                    EntryKind::Commit => {}
                }
            }
        }
        (blobs, self.notes())
    }

    fn hits(
        &mut self,
        tree: &gix::ObjectId,
        wanted: &HashSet<gix::ObjectId>,
        depth: usize,
    ) -> Hits {
        let key = self.keys.hash_one(tree);
        if self.clean.contains(&key) {
            return Hits::default();
        }
        if let Some(known) = self.known.get(tree) {
            return Rc::clone(known);
        }
        if depth > MAX_DEPTH {
            self.too_deep += 1;
            return Hits::default();
        }
        let mut buffer = Vec::new();
        let mut here = Vec::new();
        let mut below = Vec::new();
        match self.repo.objects.find_tree_iter(tree, &mut buffer) {
            Ok(entries) => {
                for entry in entries.flatten() {
                    match entry.mode.kind() {
                        EntryKind::Tree => {
                            below.push((entry.filename.to_vec(), entry.oid.to_owned()))
                        }
                        EntryKind::Commit => {}
                        _ if wanted.contains(entry.oid) => {
                            here.push((entry.filename.to_vec(), entry.oid.to_owned()))
                        }
                        _ => {}
                    }
                }
            }
            Err(_) => self.missing_trees += 1,
        }
        drop(buffer);
        for (name, id) in below {
            for (path, blob) in self.hits(&id, wanted, depth + 1).iter() {
                here.push(([name.as_slice(), b"/", path].concat(), *blob));
            }
        }
        if here.is_empty() {
            self.clean.insert(key);
            return Hits::default();
        }
        let hits = Rc::new(here);
        self.known.insert(*tree, Rc::clone(&hits));
        hits
    }

    fn notes(&self) -> Vec<Note> {
        let mut notes = Vec::new();
        let mut tell = |count: u64, what: &str| {
            if count > 0 {
                notes.push(Note::general(NoteKind::MissingObject, format!("{count} {what}")));
            }
        };
        tell(
            self.missing_commits,
            "commits are not in this repository; what only they hold was not attributed",
        );
        tell(
            self.missing_trees,
            "trees are not in this repository or do not decode; what only they hold was not attributed",
        );
        tell(self.too_deep, "trees are nested too deeply; what they hold was not attributed");
        notes
    }
}
