//! Where blobs stood: each unique tree of the history is looked at once, and a commit brings what it holds and none of
//! its parents does.
//!
//! Histories have millions of trees. What is known of each is a number: the set of wanted blobs and paths below it, where
//! most sets are empty and the others are few.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use foldhash::fast::RandomState;
use gix::objs::CommitRefIter;
use model::{Commit, Note, NoteKind, ObjectId, TargetPath};

use super::{
    graph::{self, Graph, MISSING, Met, Wanted},
    model_id,
    objects::Objects,
    store::{Number, Store},
};

/// Levels of directories in a tree; git itself stops at 2048 (`core.maxTreeDepth`).
const MAX_DEPTH: usize = 1024;

/// What paths and sets of them may take in memory, in bytes. A few trees that name each other again and again stand for
/// more paths than there is memory.
const MAX_SET_BYTES: usize = 128 << 20;
/// What a path in a set takes beside its own bytes.
const HIT_BYTES: usize = 100;
/// Members of sets that are being put together, all levels of a tree taken together.
const MAX_OPEN_HITS: usize = 8 << 20;

/// One path at which a blob stood, and the commit that brought it there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlobPlace {
    /// The path.
    pub path: TargetPath,
    /// The commit.
    pub commit: Arc<Commit>,
    /// The commit's place in an order in which parents come before their children.
    pub order: u64,
}

/// All places of one blob, the earliest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// Those that were to be kept.
    pub places: Vec<BlobPlace>,
    /// How many there are in all.
    pub total: u64,
}

/// A blob, met at a path.
#[derive(Clone, Copy, Debug)]
pub struct Sighting<'a> {
    /// The blob.
    pub blob: &'a ObjectId,
    /// The path.
    pub path: &'a TargetPath,
    /// The commit that brought it there.
    pub commit: &'a Arc<Commit>,
}

/// Says whether a place is kept. A history may have one blob at more places than there is memory for.
pub type Keep<'a> = &'a mut dyn FnMut(&Sighting<'_>) -> bool;

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

/// A commit of the walk.
struct WalkedCommit {
    number: Number,
    tree: Number,
    /// Places in the list of commits: where they begin in the list of all parents, and how many there are.
    parents: (u32, u32),
}

/// The commits that some tips lead to.
#[derive(Default)]
struct Commits {
    list: Vec<WalkedCommit>,
    parents: Vec<u32>,
    missing: u64,
}

impl Commits {
    fn of(graph: &Graph, tips: &[Number]) -> Self {
        let mut commits = Self::default();
        // By place in the graph: the place in the list, or one of the two.
        const UNKNOWN: u32 = u32::MAX;
        let mut at = vec![UNKNOWN; graph.len()];
        let mut open: Vec<Number> = tips.to_vec();
        let mut places = Vec::new();
        let mut missing: HashSet<Number, RandomState> = HashSet::default();
        while let Some(number) = open.pop() {
            let Some(place) = graph.place(number) else {
                // Those that are not here at all are one number; which they are is not known.
                commits.missing += u64::from(number == MISSING || missing.insert(number));
                continue;
            };
            let Some(slot) = at.get_mut(place).filter(|slot| **slot == UNKNOWN) else { continue };
            let (Some((tree, parents)), Ok(next)) =
                (graph.edges(place).split_first(), u32::try_from(commits.list.len()))
            else {
                continue;
            };
            *slot = next;
            open.extend(parents.iter().map(|parent| parent.to));
            places.push(place);
            commits.list.push(WalkedCommit { number, tree: tree.to, parents: (0, 0) });
        }
        for (commit, place) in commits.list.iter_mut().zip(places) {
            let first = commits.parents.len();
            let parents = graph.edges(place).get(1..).unwrap_or_default();
            commits.parents.extend(
                parents
                    .iter()
                    .filter_map(|parent| at.get(graph.place(parent.to)?).copied())
                    .filter(|at| *at != UNKNOWN),
            );
            commit.parents = (
                u32::try_from(first).unwrap_or(u32::MAX),
                u32::try_from(commits.parents.len() - first).unwrap_or_default(),
            );
        }
        commits
    }

    fn parents(&self, commit: &WalkedCommit) -> &[u32] {
        let (first, count) = (commit.parents.0 as usize, commit.parents.1 as usize);
        self.parents.get(first..first + count).unwrap_or_default()
    }
}

/// The number of a set of [`Hit`]s. 0 is the empty one.
type SetNumber = u32;

/// A wanted blob at a path, the path as seen from the tree.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Hit {
    path: Arc<[u8]>,
    blob: gix::ObjectId,
}

/// What a walk needs of a repository.
pub(super) struct Walk<'p> {
    pub(super) store: &'p Store<'p>,
    pub(super) objects: Objects<'p>,
    pub(super) hash: gix::hash::Kind,
    pub(super) shallow: HashSet<gix::ObjectId>,
    pub(super) threads: usize,
}

impl Walk<'_> {
    /// Finds where wanted blobs stood, and asks `keep` of each place.
    pub(super) fn places(
        mut self,
        tips: &[gix::ObjectId],
        wanted: &Wanted,
        keep: Keep<'_>,
        is_cancelled: &(dyn Fn() -> bool + Sync),
    ) -> Attribution {
        let Self { store, hash, .. } = self;
        let graph = Graph::read(store, hash, &self.shallow, wanted, self.threads, is_cancelled);
        let commits = Commits::of(&graph, &numbers(store, tips));
        let mut attribution =
            Attribution { commits: commits.list.len() as u64, ..Attribution::default() };
        let mut sets = Sets::new(&graph);
        let mut set_of = vec![0; commits.list.len()];
        for (order, at) in (0..).zip(oldest_first(&commits, store)) {
            let Some(commit) = commits.list.get(at as usize) else { continue };
            let set = sets.below(commit.tree, 0);
            if let Some(slot) = set_of.get_mut(at as usize) {
                *slot = set;
            }
            let inherited: Vec<SetNumber> = commits
                .parents(commit)
                .iter()
                .filter_map(|parent| set_of.get(*parent as usize).copied())
                .collect();
            if set == 0 || inherited.contains(&set) {
                continue;
            }
            let brought = sets.brought(set, &inherited);
            if brought.is_empty() {
                continue;
            }
            let commit = self.told(commit.number);
            for hit in brought {
                let blob = model_id(&hit.blob);
                let path = TargetPath::from_bytes(&hit.path);
                let is_kept = keep(&Sighting { blob: &blob, path: &path, commit: &commit });
                let known = attribution.places.entry(blob).or_default();
                known.total += 1;
                if is_kept {
                    known.places.push(BlobPlace { path, commit: Arc::clone(&commit), order });
                }
            }
        }
        attribution.notes = notes(&graph, &commits, &sets);
        attribution
    }

    /// All blobs that the history of `tips` names.
    pub(super) fn reachable_blobs(
        &self,
        tips: &[gix::ObjectId],
        is_cancelled: &(dyn Fn() -> bool + Sync),
    ) -> ReachableBlobs {
        let none = Wanted::new(std::iter::empty());
        let Self { store, hash, threads, .. } = *self;
        let graph = Graph::read(store, hash, &self.shallow, &none, threads, is_cancelled);
        let commits = Commits::of(&graph, &numbers(store, tips));
        let mut is_reachable = vec![false; graph.len()];
        let mut open: Vec<Number> = commits.list.iter().map(|commit| commit.tree).collect();
        while let Some(tree) = open.pop() {
            let Some(place) = graph.place(tree) else { continue };
            if let Some(slot) = is_reachable.get_mut(place).filter(|slot| !**slot) {
                *slot = true;
                open.extend(graph.edges(place).iter().map(|edge| edge.to));
            }
        }
        let (blobs, left_out) = graph::blobs_of(store, hash, threads, |tree| {
            graph.place(tree).and_then(|place| is_reachable.get(place)).is_some_and(|is| *is)
        });
        ReachableBlobs { blobs, left_out: graph.left_out().max(left_out) }
    }

    /// What a commit says of itself. One that names no author brings what it brings all the same.
    fn told(&mut self, number: Number) -> Arc<Commit> {
        let id = self.store.id(number);
        let bytes = id.and_then(|id| self.objects.find(id));
        let author = bytes
            .as_ref()
            .and_then(|bytes| CommitRefIter::from_bytes(bytes, self.hash).author().ok());
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let seconds = author.and_then(|author| author.time().ok()).map(|time| time.seconds);
        Arc::new(Commit {
            id: id.map_or_else(|| ObjectId::from_hex(""), model_id),
            author: author.map(|author| text(author.name)).unwrap_or_default(),
            email: author.map(|author| text(author.email)).unwrap_or_default(),
            time_ms: seconds.unwrap_or_default().saturating_mul(1000),
        })
    }
}

/// The blobs that a branch leads to.
pub(super) struct ReachableBlobs {
    blobs: HashSet<u64, RandomState>,
    left_out: u64,
}

impl ReachableBlobs {
    pub(super) fn contains(&self, id: &gix::hash::oid) -> bool {
        self.blobs.contains(&Met::key(id))
    }

    pub(super) fn note(&self) -> Option<Note> {
        left_out(self.left_out, "trees and commits", "what only they name was not looked at")
    }
}

/// Tells of objects for which an allowance did not suffice.
pub(super) fn left_out(count: u64, what: &str, so: &str) -> Option<Note> {
    (count > 0).then(|| {
        let message = format!(
            "the packs stand for too many times their size; {count} {what} were left out: {so}"
        );
        Note::general(NoteKind::Limit, message)
    })
}

fn numbers(store: &Store<'_>, tips: &[gix::ObjectId]) -> Vec<Number> {
    tips.iter().map(|tip| store.number(tip).unwrap_or(MISSING)).collect()
}

fn notes(graph: &Graph, commits: &Commits, sets: &Sets<'_>) -> Vec<Note> {
    let mut notes = Vec::new();
    let mut tell = |count: u64, what: &str| {
        if count > 0 {
            notes.push(Note::general(NoteKind::MissingObject, format!("{count} {what}")));
        }
    };
    tell(graph.missing_blobs(), "blobs are not in this repository; they were not looked at");
    tell(
        commits.missing,
        "commits are not in this repository or do not decode; what only they hold was not attributed",
    );
    tell(
        sets.missing_trees,
        "trees are not in this repository or do not decode; what only they hold was not attributed",
    );
    tell(sets.too_deep, "trees are nested too deeply; what they hold was not attributed");
    notes.extend(left_out(
        graph.left_out(),
        "trees and commits",
        "not every place of a finding was found",
    ));
    if sets.is_cut {
        notes.push(Note::general(
            NoteKind::Limit,
            "the history has findings at more paths than can be kept in memory; not every place of a finding was found",
        ));
    }
    if graph.is_cut() {
        notes.push(Note::general(
            NoteKind::TooLarge,
            "the history has more folders than can be kept in memory; not every place of a finding was found",
        ));
    }
    notes
}

/// Which wanted blobs are below each tree.
struct Sets<'g> {
    graph: &'g Graph,
    /// By place in the graph.
    known: Vec<SetNumber>,
    hits: Vec<Hit>,
    hit_numbers: HashMap<Hit, u32, RandomState>,
    sets: Vec<Arc<[u32]>>,
    set_numbers: HashMap<Arc<[u32]>, SetNumber, RandomState>,
    missing: HashSet<Number, RandomState>,
    missing_trees: u64,
    too_deep: u64,
    /// What is left of [`MAX_SET_BYTES`].
    bytes_left: usize,
    /// See [`MAX_OPEN_HITS`].
    open_hits: usize,
    /// A limit was reached: no more is looked for.
    is_cut: bool,
}

impl<'g> Sets<'g> {
    /// Not known yet.
    const UNKNOWN: SetNumber = SetNumber::MAX;

    fn new(graph: &'g Graph) -> Self {
        let empty: Arc<[u32]> = Arc::new([]);
        Self {
            graph,
            known: vec![Self::UNKNOWN; graph.len()],
            hits: Vec::new(),
            hit_numbers: HashMap::default(),
            sets: vec![Arc::clone(&empty)],
            set_numbers: HashMap::from_iter([(empty, 0)]),
            missing: HashSet::default(),
            missing_trees: 0,
            too_deep: 0,
            bytes_left: MAX_SET_BYTES,
            open_hits: 0,
            is_cut: false,
        }
    }

    /// What a set holds and none of those its commit inherited.
    fn brought(&self, set: SetNumber, inherited: &[SetNumber]) -> Vec<Hit> {
        let inherited: Vec<Arc<[u32]>> = inherited.iter().map(|number| self.set(*number)).collect();
        self.set(set)
            .iter()
            .filter(|number| inherited.iter().all(|set| set.binary_search(number).is_err()))
            .filter_map(|number| self.hits.get(*number as usize).cloned())
            .collect()
    }

    /// The set of what is wanted below a tree.
    fn below(&mut self, tree: Number, depth: usize) -> SetNumber {
        if self.is_cut {
            return 0;
        }
        let graph = self.graph;
        let Some(place) = graph.place(tree) else {
            self.missing_trees += u64::from(tree == MISSING || self.missing.insert(tree));
            return 0;
        };
        match self.known.get(place) {
            Some(&Self::UNKNOWN) => {}
            known => return known.copied().unwrap_or_default(),
        }
        if depth > MAX_DEPTH {
            self.too_deep += 1;
            return 0;
        }
        // A damaged repository may have a tree below itself.
        self.know(place, 0);
        let mut set = Vec::new();
        for hit in graph.hits(tree) {
            set.push(self.hit(Hit { path: graph.file(hit).into(), blob: hit.blob }));
        }
        self.open_hits += set.len();
        for edge in graph.edges(place) {
            let below = self.below(edge.to, depth + 1);
            let below = self.set(below);
            self.open_hits += below.len();
            self.is_cut |= self.open_hits > MAX_OPEN_HITS;
            for number in below.iter() {
                if self.is_cut {
                    break;
                }
                if let Some(hit) = self.hits.get(*number as usize).cloned() {
                    let path = [graph.folder(edge), b"/", &*hit.path].concat();
                    set.push(self.hit(Hit { path: path.into(), blob: hit.blob }));
                }
            }
        }
        self.open_hits = self.open_hits.saturating_sub(set.len());
        set.sort_unstable();
        // A tree that names something twice under one name is damaged.
        set.dedup();
        let number = self.number_of(set.into());
        self.know(place, number);
        number
    }

    fn know(&mut self, place: usize, set: SetNumber) {
        if let Some(slot) = self.known.get_mut(place) {
            *slot = set;
        }
    }

    fn hit(&mut self, hit: Hit) -> u32 {
        if let Some(number) = self.hit_numbers.get(&hit) {
            return *number;
        }
        let number = u32::try_from(self.hits.len()).unwrap_or(u32::MAX);
        self.take(HIT_BYTES + hit.path.len());
        self.hits.push(hit.clone());
        self.hit_numbers.insert(hit, number);
        number
    }

    fn number_of(&mut self, set: Arc<[u32]>) -> SetNumber {
        if let Some(number) = self.set_numbers.get(&set) {
            return *number;
        }
        let number = u32::try_from(self.sets.len()).unwrap_or_default();
        self.take(HIT_BYTES + size_of_val(&*set));
        self.sets.push(Arc::clone(&set));
        self.set_numbers.insert(set, number);
        number
    }

    fn take(&mut self, bytes: usize) {
        match self.bytes_left.checked_sub(bytes) {
            Some(left) => self.bytes_left = left,
            None => self.is_cut = true,
        }
    }

    fn set(&self, number: SetNumber) -> Arc<[u32]> {
        self.sets.get(number as usize).cloned().unwrap_or_else(|| Arc::new([]))
    }
}

/// Places in the list of commits, parents before their children (Kahn's algorithm); ids break ties, so that the order is
/// the same every time.
fn oldest_first(commits: &Commits, store: &Store<'_>) -> Vec<u32> {
    let id = |at: u32| commits.list.get(at as usize).and_then(|commit| store.id(commit.number));
    let mut waiting = vec![0_u32; commits.list.len()];
    let mut children: Vec<(u32, u32)> = Vec::new();
    for (at, commit) in (0_u32..).zip(&commits.list) {
        for parent in commits.parents(commit) {
            children.push((*parent, at));
            if let Some(count) = waiting.get_mut(at as usize) {
                *count += 1;
            }
        }
    }
    children.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| id(a.1).cmp(&id(b.1))));
    let mut ready: Vec<u32> =
        (0..).zip(&waiting).filter(|(_, count)| **count == 0).map(|(at, _)| at).collect();
    ready.sort_unstable_by(|a, b| id(*a).cmp(&id(*b)));
    let mut ordered = Vec::with_capacity(commits.list.len());
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
