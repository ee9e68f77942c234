//! Where blobs stood: each unique tree of the history is looked at once, and a commit brings what it holds and none of
//! its parents does.
//!
//! Histories have millions of trees. What is known of each is a number: the set of wanted blobs and paths below it, where
//! most sets are empty and the others are few.

use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasher, RandomState},
    sync::Arc,
};

use gix::{
    object::tree::EntryKind,
    objs::{CommitRefIter, TreeRefIter},
};
use model::{Commit, Note, NoteKind, ObjectId, TargetPath};

use super::{model_id, objects::Objects};

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

/// Where blobs stood.
#[derive(Clone, Debug, Default)]
pub struct Attribution {
    /// By blob. One without an entry is not reachable.
    pub places: HashMap<ObjectId, Places>,
    /// How many commits were walked.
    pub commits: u64,
    /// What was missing on the way.
    pub notes: Vec<Note>,
}

/// A commit of the walk. Parents are places in the list of commits.
struct WalkedCommit {
    id: gix::ObjectId,
    tree: gix::ObjectId,
    parents: Vec<u32>,
}

/// The number of a set of [`Hit`]s. 0 is the empty one.
type SetNumber = u32;

/// A wanted blob at a path, the path as seen from the tree.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Hit {
    path: Arc<[u8]>,
    blob: gix::ObjectId,
}

/// Looks at each unique tree once.
pub(super) struct Walk<'p> {
    objects: Objects<'p>,
    hash: gix::hash::Kind,
    shallow: HashSet<gix::ObjectId>,
    /// What is below each tree. Trees go by a keyed hash, which takes a fraction of the memory of their ids.
    known: HashMap<u64, SetNumber>,
    keys: RandomState,
    hits: Vec<Hit>,
    hit_numbers: HashMap<Hit, u32>,
    sets: Vec<Arc<[u32]>>,
    set_numbers: HashMap<Arc<[u32]>, SetNumber>,
    missing_trees: u64,
    missing_commits: u64,
    too_deep: u64,
}

impl<'p> Walk<'p> {
    pub(super) fn new(
        objects: Objects<'p>,
        hash: gix::hash::Kind,
        shallow: HashSet<gix::ObjectId>,
    ) -> Self {
        let empty: Arc<[u32]> = Arc::new([]);
        Self {
            objects,
            hash,
            shallow,
            known: HashMap::new(),
            keys: RandomState::new(),
            hits: Vec::new(),
            hit_numbers: HashMap::new(),
            sets: vec![Arc::clone(&empty)],
            set_numbers: HashMap::from([(empty, 0)]),
            missing_trees: 0,
            missing_commits: 0,
            too_deep: 0,
        }
    }

    pub(super) fn places(
        mut self,
        tips: &[gix::ObjectId],
        wanted: HashSet<gix::ObjectId>,
        limit: usize,
    ) -> Attribution {
        let commits = self.commits(tips);
        let mut attribution =
            Attribution { commits: commits.len() as u64, ..Attribution::default() };
        if wanted.is_empty() {
            attribution.notes = self.notes();
            return attribution;
        }
        let mut set_of = vec![0; commits.len()];
        for (order, at) in (0..).zip(oldest_first(&commits)) {
            let Some(commit) = commits.get(at as usize) else { continue };
            let set = self.below(&commit.tree, &wanted, 0);
            if let Some(slot) = set_of.get_mut(at as usize) {
                *slot = set;
            }
            let inherited: Vec<SetNumber> = commit
                .parents
                .iter()
                .filter_map(|parent| set_of.get(*parent as usize).copied())
                .collect();
            if set == 0 || inherited.contains(&set) {
                continue;
            }
            self.bring(commit, set, &inherited, order, limit, &mut attribution.places);
        }
        attribution.notes = self.notes();
        attribution
    }

    /// Adds what a commit brings: what none of its parents held.
    fn bring(
        &mut self,
        commit: &WalkedCommit,
        set: SetNumber,
        inherited: &[SetNumber],
        order: u64,
        limit: usize,
        places: &mut HashMap<ObjectId, Places>,
    ) {
        let set = self.set(set);
        let inherited: Vec<Arc<[u32]>> = inherited.iter().map(|number| self.set(*number)).collect();
        let mut told = None;
        for number in set
            .iter()
            .filter(|number| inherited.iter().all(|set| set.binary_search(number).is_err()))
        {
            let Some(hit) = self.hits.get(*number as usize).cloned() else { continue };
            let known = places.entry(model_id(&hit.blob)).or_default();
            known.total += 1;
            if known.places.len() < limit
                && let Some(commit) = told.get_or_insert_with(|| self.told(&commit.id)).clone()
            {
                known.places.push(BlobPlace {
                    path: TargetPath::from_bytes(&hit.path),
                    commit,
                    order,
                });
            }
        }
    }

    /// What a commit says of itself.
    fn told(&mut self, id: &gix::hash::oid) -> Option<Commit> {
        let bytes = self.objects.find(id)?;
        let author = CommitRefIter::from_bytes(&bytes, self.hash).author().ok()?;
        let seconds = author.time().map(|time| time.seconds).unwrap_or_default();
        Some(Commit {
            id: model_id(id),
            author: String::from_utf8_lossy(author.name).into_owned(),
            email: String::from_utf8_lossy(author.email).into_owned(),
            time_ms: seconds.saturating_mul(1000),
        })
    }

    /// All commits reachable from `tips`.
    fn commits(&mut self, tips: &[gix::ObjectId]) -> Vec<WalkedCommit> {
        let mut numbers: HashMap<gix::ObjectId, u32> = HashMap::new();
        let mut commits: Vec<WalkedCommit> = Vec::new();
        // Ids of parents, until all have numbers.
        let mut parents: Vec<Vec<gix::ObjectId>> = Vec::new();
        let mut open: Vec<gix::ObjectId> = tips.to_vec();
        while let Some(id) = open.pop() {
            if numbers.contains_key(&id) {
                continue;
            }
            let Some((tree, ids)) = self.commit(&id) else {
                self.missing_commits += 1;
                // Known, as missing.
                numbers.insert(id, u32::MAX);
                continue;
            };
            let Ok(number) = u32::try_from(commits.len()) else { break };
            numbers.insert(id, number);
            open.extend(ids.iter().filter(|id| !numbers.contains_key(*id)));
            commits.push(WalkedCommit { id, tree, parents: Vec::new() });
            parents.push(ids);
        }
        for (commit, ids) in commits.iter_mut().zip(parents) {
            commit.parents = ids
                .iter()
                .filter_map(|id| numbers.get(id).copied())
                .filter(|at| *at != u32::MAX)
                .collect();
        }
        commits
    }

    fn commit(&mut self, id: &gix::hash::oid) -> Option<(gix::ObjectId, Vec<gix::ObjectId>)> {
        let bytes = self.objects.find(id)?;
        let mut tokens = CommitRefIter::from_bytes(&bytes, self.hash);
        let tree = tokens.tree_id().ok()?;
        let parents =
            if self.shallow.contains(id) { Vec::new() } else { tokens.parent_ids().collect() };
        Some((tree, parents))
    }

    /// All blobs that the history of `tips` names.
    pub(super) fn all_blobs(
        mut self,
        tips: &[gix::ObjectId],
    ) -> (HashSet<gix::ObjectId>, Vec<Note>) {
        let mut blobs = HashSet::new();
        let mut trees: HashSet<gix::ObjectId> = HashSet::new();
        let mut open: Vec<gix::ObjectId> =
            self.commits(tips).into_iter().map(|commit| commit.tree).collect();
        while let Some(id) = open.pop() {
            if !trees.insert(id) {
                continue;
            }
            let Some(bytes) = self.objects.find(&id) else {
                self.missing_trees += 1;
                continue;
            };
            for entry in TreeRefIter::from_bytes(&bytes, self.hash).filter_map(Result::ok) {
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

    /// The set of what is wanted below a tree.
    fn below(
        &mut self,
        tree: &gix::ObjectId,
        wanted: &HashSet<gix::ObjectId>,
        depth: usize,
    ) -> SetNumber {
        let key = self.keys.hash_one(tree);
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        if depth > MAX_DEPTH {
            self.too_deep += 1;
            return 0;
        }
        let Some(bytes) = self.objects.find(tree) else {
            self.missing_trees += 1;
            self.known.insert(key, 0);
            return 0;
        };
        let mut set = Vec::new();
        for entry in TreeRefIter::from_bytes(&bytes, self.hash).filter_map(Result::ok) {
            match entry.mode.kind() {
                EntryKind::Tree => {
                    let below = self.below(&entry.oid.to_owned(), wanted, depth + 1);
                    for number in self.set(below).iter() {
                        if let Some(hit) = self.hits.get(*number as usize).cloned() {
                            let name: &[u8] = entry.filename;
                            let path = [name, b"/", &*hit.path].concat();
                            set.push(self.hit(Hit { path: path.into(), blob: hit.blob }));
                        }
                    }
                }
                EntryKind::Commit => {}
                _ if wanted.contains(entry.oid) => {
                    let path: &[u8] = entry.filename;
                    set.push(self.hit(Hit { path: path.into(), blob: entry.oid.to_owned() }));
                }
                _ => {}
            }
        }
        set.sort_unstable();
        let number = self.number_of(set.into());
        self.known.insert(key, number);
        number
    }

    fn hit(&mut self, hit: Hit) -> u32 {
        if let Some(number) = self.hit_numbers.get(&hit) {
            return *number;
        }
        let number = u32::try_from(self.hits.len()).unwrap_or(u32::MAX);
        self.hits.push(hit.clone());
        self.hit_numbers.insert(hit, number);
        number
    }

    fn number_of(&mut self, set: Arc<[u32]>) -> SetNumber {
        if let Some(number) = self.set_numbers.get(&set) {
            return *number;
        }
        let number = u32::try_from(self.sets.len()).unwrap_or_default();
        self.sets.push(Arc::clone(&set));
        self.set_numbers.insert(set, number);
        number
    }

    fn set(&self, number: SetNumber) -> Arc<[u32]> {
        self.sets.get(number as usize).cloned().unwrap_or_else(|| Arc::new([]))
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

/// Places in the list of commits, parents before their children (Kahn's algorithm); ids break ties, so that the order is
/// the same every time.
fn oldest_first(commits: &[WalkedCommit]) -> Vec<u32> {
    let mut waiting = vec![0_u32; commits.len()];
    let mut children: Vec<(u32, u32)> = Vec::new();
    for (at, commit) in (0_u32..).zip(commits) {
        for parent in &commit.parents {
            children.push((*parent, at));
            if let Some(count) = waiting.get_mut(at as usize) {
                *count += 1;
            }
        }
    }
    children.sort_unstable_by_key(|(parent, child)| {
        (*parent, commits.get(*child as usize).map(|commit| commit.id))
    });
    let mut ready: Vec<u32> =
        (0..).zip(&waiting).filter(|(_, count)| **count == 0).map(|(at, _)| at).collect();
    ready.sort_unstable_by_key(|at| commits.get(*at as usize).map(|commit| commit.id));
    let mut ordered = Vec::with_capacity(commits.len());
    while let Some(at) = ready.pop() {
        ordered.push(at);
        let first = children.partition_point(|(parent, _)| *parent < at);
        for (_, child) in children.iter().skip(first).take_while(|(parent, _)| *parent == at) {
            if let Some(count) = waiting.get_mut(*child as usize) {
                *count -= 1;
                if *count == 0 {
                    ready.push(*child);
                }
            }
        }
    }
    ordered
}
