//! What trees and commits name, read once and kept as numbers.
//!
//! Every tree and commit of the repository is decoded once, on all workers, in the order in which a pack stores them; no
//! object is asked for by its id. What is left of a tree are the folders in it and the wanted blobs.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use foldhash::fast::RandomState;
use gix::{
    object::{Kind, tree::EntryKind},
    objs::{CommitRefIter, TreeRefIter},
};

use super::store::{Number, Store};

/// Folders in trees, and parents of commits, that are kept, eight bytes each; a wanted blob counts as four of them.
const MAX_EDGES: usize = 64 << 20;
/// Missing blobs that are told apart, for each worker; beyond it they are no longer counted.
const MAX_MISSING: usize = 4 << 20;
/// Largest tree and commit, in bytes. A folder of a million files fits.
const MAX_BYTES: u64 = 64 << 20;
/// Stands for an object that is not here.
pub(super) const MISSING: Number = Number::MAX;
/// Stands for no name.
const NAMELESS: u32 = u32::MAX;

/// Blobs whose places are wanted.
pub(super) struct Wanted {
    ids: HashSet<gix::ObjectId, RandomState>,
    /// By the first two bytes of an id: trees name many blobs, and few are wanted.
    first_bytes: Box<[bool]>,
}

impl Wanted {
    pub(super) fn new(ids: impl Iterator<Item = gix::ObjectId>) -> Self {
        let mut wanted = Self { ids: HashSet::default(), first_bytes: vec![false; 1 << 16].into() };
        for id in ids {
            if let Some(slot) = wanted.first_bytes.get_mut(Self::slot(&id)) {
                *slot = true;
            }
            wanted.ids.insert(id);
        }
        wanted
    }

    fn slot(id: &gix::hash::oid) -> usize {
        id.as_bytes().first_chunk::<2>().map_or(0, |bytes| usize::from(u16::from_le_bytes(*bytes)))
    }

    fn contains(&self, id: &gix::hash::oid) -> bool {
        self.first_bytes.get(Self::slot(id)).is_some_and(|present| *present)
            && self.ids.contains(id)
    }
}

/// A name that leads from one object to another.
#[derive(Clone, Copy)]
pub(super) struct Edge {
    /// [`MISSING`] where it is not here.
    pub(super) to: Number,
    name: u32,
}

/// A wanted blob in a tree.
#[derive(Clone, Copy)]
pub(super) struct Hit {
    tree: Number,
    name: u32,
    pub(super) blob: gix::ObjectId,
}

/// A tree, with its folders; or a commit, with its tree and its parents.
#[derive(Clone, Copy)]
struct Node {
    number: Number,
    first_edge: u32,
    edges: u32,
}

/// All trees and commits.
pub(super) struct Graph {
    /// By number: the place in `nodes`, or [`MISSING`].
    node_of: Vec<u32>,
    nodes: Vec<Node>,
    edges: Vec<Edge>,
    names: Vec<Arc<[u8]>>,
    /// In the order of their trees.
    hits: Vec<Hit>,
    /// Blobs that a tree names and that are not here.
    missing_blobs: HashSet<gix::ObjectId, RandomState>,
    /// There is more than can be kept.
    is_cut: bool,
    /// Trees and commits that were not decoded, because the others took too much.
    left_out: u64,
}

impl Graph {
    pub(super) fn read(
        store: &Store<'_>,
        hash: gix::hash::Kind,
        shallow: &HashSet<gix::ObjectId>,
        wanted: &Wanted,
        threads: usize,
        is_cancelled: &(dyn Fn() -> bool + Sync),
    ) -> Self {
        let total = AtomicUsize::new(0);
        let is_cut = AtomicBool::new(false);
        let reader = || Reader { store, hash, shallow, wanted, read: Read::default() };
        let mut readers: Vec<Reader<'_, '_>> =
            std::iter::repeat_with(reader).take(threads.max(1)).collect();
        let left_out = store.structure(MAX_BYTES, &mut readers, |reader, number, kind, bytes| {
            let before = reader.read.kept();
            match kind {
                Kind::Tree => reader.tree(number, bytes),
                Kind::Commit => reader.commit(number, bytes),
                Kind::Blob | Kind::Tag => {}
            }
            let added = reader.read.kept() - before;
            if total.fetch_add(added, Ordering::Relaxed) + added > MAX_EDGES {
                is_cut.store(true, Ordering::Relaxed);
            }
            !is_cut.load(Ordering::Relaxed) && !is_cancelled()
        });
        let mut graph = Self {
            node_of: vec![MISSING; store.len()],
            nodes: Vec::new(),
            edges: Vec::new(),
            names: Vec::new(),
            hits: Vec::new(),
            missing_blobs: HashSet::default(),
            is_cut: is_cut.into_inner(),
            left_out,
        };
        let mut names = Names::default();
        for reader in readers {
            graph.add(reader.read, &mut names);
        }
        graph.names = names.texts;
        graph.hits.sort_unstable_by_key(|hit| hit.tree);
        graph
    }

    fn add(&mut self, read: Read, names: &mut Names) {
        let numbers: Vec<u32> = read.names.texts.iter().map(|text| names.number(text)).collect();
        let global = |name: u32| numbers.get(name as usize).copied().unwrap_or(NAMELESS);
        let first = u32::try_from(self.edges.len()).unwrap_or(u32::MAX);
        for node in read.nodes {
            if let Some(slot) = self.node_of.get_mut(node.number as usize) {
                *slot = u32::try_from(self.nodes.len()).unwrap_or(MISSING);
            }
            self.nodes.push(Node { first_edge: node.first_edge.saturating_add(first), ..node });
        }
        self.edges.extend(read.edges.into_iter().map(|e| Edge { name: global(e.name), ..e }));
        self.hits.extend(read.hits.into_iter().map(|h| Hit { name: global(h.name), ..h }));
        self.missing_blobs.extend(read.missing_blobs);
    }

    /// How many trees and commits there are.
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Where the tree or commit stands among all of them.
    pub(super) fn place(&self, number: Number) -> Option<usize> {
        let place = *self.node_of.get(number as usize)?;
        (place != MISSING).then_some(place as usize)
    }

    /// A tree's folders. A commit's tree, then its parents.
    pub(super) fn edges(&self, place: usize) -> &[Edge] {
        self.nodes.get(place).map_or(&[], |node| {
            let first = node.first_edge as usize;
            self.edges.get(first..first + node.edges as usize).unwrap_or_default()
        })
    }

    /// The wanted blobs of a tree.
    pub(super) fn hits(&self, tree: Number) -> &[Hit] {
        let first = self.hits.partition_point(|hit| hit.tree < tree);
        let behind = self.hits.partition_point(|hit| hit.tree <= tree);
        self.hits.get(first..behind).unwrap_or_default()
    }

    /// How many blobs are named and not here.
    pub(super) fn missing_blobs(&self) -> u64 {
        self.missing_blobs.len() as u64
    }

    pub(super) fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// How many trees and commits were not decoded, because the others took too much.
    pub(super) fn left_out(&self) -> u64 {
        self.left_out
    }

    /// The name of a folder in its tree.
    pub(super) fn folder(&self, edge: &Edge) -> &[u8] {
        self.name(edge.name)
    }

    /// The name of a blob in its tree.
    pub(super) fn file(&self, hit: &Hit) -> &[u8] {
        self.name(hit.name)
    }

    fn name(&self, name: u32) -> &[u8] {
        self.names.get(name as usize).map(|name| &**name).unwrap_or_default()
    }
}

/// Names, each once.
#[derive(Default)]
struct Names {
    texts: Vec<Arc<[u8]>>,
    numbers: HashMap<Arc<[u8]>, u32, RandomState>,
}

impl Names {
    fn number(&mut self, text: &[u8]) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = u32::try_from(self.texts.len()).unwrap_or(NAMELESS);
        let text: Arc<[u8]> = text.into();
        self.texts.push(Arc::clone(&text));
        self.numbers.insert(text, number);
        number
    }
}

/// Blobs that were met. Trees next to each other in a pack name nearly the same ones, so the last ones are asked first.
///
/// Blobs go by eight bytes of their ids. Two that share them count as one, which could only hide that the second is missing.
pub(super) struct Met {
    last: Box<[u64]>,
    all: HashSet<u64, RandomState>,
}

impl Default for Met {
    fn default() -> Self {
        Self { last: vec![0; Self::LAST].into(), all: HashSet::default() }
    }
}

impl Met {
    const LAST: usize = 1 << 15;

    /// Whether it was not met before.
    pub(super) fn is_new(&mut self, id: &gix::hash::oid) -> bool {
        let key = Self::key(id);
        let slot = usize::try_from(key).unwrap_or_default() % Self::LAST;
        if let Some(last) = self.last.get_mut(slot) {
            if *last == key {
                return false;
            }
            *last = key;
        }
        self.all.insert(key)
    }

    /// Eight bytes of an id.
    pub(super) fn key(id: &gix::hash::oid) -> u64 {
        id.as_bytes().first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
    }

    pub(super) fn into_keys(self) -> HashSet<u64, RandomState> {
        self.all
    }
}

/// What one worker has read.
#[derive(Default)]
struct Read {
    nodes: Vec<Node>,
    edges: Vec<Edge>,
    names: Names,
    hits: Vec<Hit>,
    missing_blobs: HashSet<gix::ObjectId, RandomState>,
    met: Met,
}

impl Read {
    /// How much is kept, in edges.
    fn kept(&self) -> usize {
        self.edges.len() + 4 * self.hits.len()
    }
}

/// One worker.
struct Reader<'a, 'p> {
    store: &'a Store<'p>,
    hash: gix::hash::Kind,
    shallow: &'a HashSet<gix::ObjectId>,
    wanted: &'a Wanted,
    read: Read,
}

impl Reader<'_, '_> {
    fn tree(&mut self, number: Number, bytes: &[u8]) {
        let Self { store, hash, wanted, read, .. } = self;
        let first = read.edges.len();
        for entry in TreeRefIter::from_bytes(bytes, *hash).filter_map(Result::ok) {
            match entry.mode.kind() {
                EntryKind::Tree => {
                    let to = store.number(entry.oid).unwrap_or(MISSING);
                    let name = read.names.number(entry.filename);
                    read.edges.push(Edge { to, name });
                }
                // Another repository's.
                EntryKind::Commit => {}
                EntryKind::Blob | EntryKind::BlobExecutable | EntryKind::Link => {
                    if wanted.contains(entry.oid) {
                        let name = read.names.number(entry.filename);
                        read.hits.push(Hit { tree: number, name, blob: entry.oid.to_owned() });
                    }
                    if read.met.is_new(entry.oid)
                        && store.number(entry.oid).is_none()
                        && read.missing_blobs.len() < MAX_MISSING
                    {
                        read.missing_blobs.insert(entry.oid.to_owned());
                    }
                }
            }
        }
        self.node(number, first);
    }

    fn commit(&mut self, number: Number, bytes: &[u8]) {
        let mut tokens = CommitRefIter::from_bytes(bytes, self.hash);
        let Ok(tree) = tokens.tree_id() else { return };
        let first = self.read.edges.len();
        let is_last = !self.shallow.is_empty()
            && self.store.id(number).is_some_and(|id| self.shallow.contains(id));
        let parents = tokens.parent_ids().take_while(|_| !is_last);
        for id in std::iter::once(tree).chain(parents) {
            let to = self.store.number(&id).unwrap_or(MISSING);
            self.read.edges.push(Edge { to, name: NAMELESS });
        }
        self.node(number, first);
    }

    fn node(&mut self, number: Number, first: usize) {
        let (Ok(first_edge), Ok(edges)) =
            (u32::try_from(first), u32::try_from(self.read.edges.len() - first))
        else {
            return;
        };
        self.read.nodes.push(Node { number, first_edge, edges });
    }
}

/// All blobs that the trees for which `is_reachable` holds name, by [`Met::key`]. And how many trees and commits were left
/// out.
pub(super) fn blobs_of(
    store: &Store<'_>,
    hash: gix::hash::Kind,
    threads: usize,
    is_reachable: impl Fn(Number) -> bool + Sync,
) -> (HashSet<u64, RandomState>, u64) {
    let mut workers: Vec<Met> = std::iter::repeat_with(Met::default).take(threads.max(1)).collect();
    let left_out = store.structure(MAX_BYTES, &mut workers, |met, number, kind, bytes| {
        if kind == Kind::Tree && is_reachable(number) {
            for entry in TreeRefIter::from_bytes(bytes, hash).filter_map(Result::ok) {
                if entry.mode.is_blob_or_symlink() {
                    met.is_new(entry.oid);
                }
            }
        }
        true
    });
    let all = workers.into_iter().map(Met::into_keys).reduce(|mut all, more| {
        all.extend(more);
        all
    });
    (all.unwrap_or_default(), left_out)
}
