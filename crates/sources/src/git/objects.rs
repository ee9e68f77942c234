//! Any object by its id, without mapping a pack: what a walk over commits and trees asks for.

use std::{
    collections::{HashMap, VecDeque},
    path::PathBuf,
    sync::Arc,
};

use foldhash::fast::RandomState;
use gix::odb::loose;

use super::pack::{Allowance, Decoder, Link, Pack};

/// Decoded objects that are kept, because others are built on them.
const CACHE_BYTES: usize = 8 << 20;

/// A repository's objects.
pub(super) struct Objects<'p> {
    packs: &'p [Pack],
    loose: Vec<loose::Store>,
    decoder: Decoder,
    cache: Cache,
}

impl<'p> Objects<'p> {
    pub(super) fn new(
        packs: &'p [Pack],
        folders: &[PathBuf],
        hash: gix::hash::Kind,
        max_object_bytes: u64,
    ) -> Self {
        let loose = folders.iter().map(|folder| loose::Store::at(folder, hash)).collect();
        let decoder = Decoder::new(max_object_bytes, &Allowance::of(packs));
        Self { packs, loose, decoder, cache: Cache::default() }
    }

    /// The object's content. `None` where it is not here, does not decode or is too large, or the [`Allowance`] is used up.
    pub(super) fn find(&mut self, id: &gix::hash::oid) -> Option<Arc<[u8]>> {
        for (at, pack) in self.packs.iter().enumerate() {
            if let Some(entry) = pack.lookup(id)
                && let Some(bytes) = self.packed(at, pack, entry)
            {
                return Some(bytes);
            }
        }
        let mut buffer = Vec::new();
        for store in &self.loose {
            let fits = store
                .try_header(id)
                .ok()
                .flatten()
                .is_some_and(|(size, _)| size <= self.decoder.max_object_bytes());
            if fits && let Ok(Some(object)) = store.try_find(id, &mut buffer) {
                return Some(object.data.into());
            }
        }
        None
    }

    fn packed(&mut self, at: usize, pack: &Pack, entry: u32) -> Option<Arc<[u8]>> {
        let mut chain = Vec::new();
        let mut current = entry;
        let mut bytes: Arc<[u8]> = loop {
            if let Some(known) = self.cache.get((at, current)) {
                break known;
            }
            let node = pack.node(current)?;
            match node.link {
                Link::Delta(base) => {
                    chain.push((current, node));
                    current = base;
                }
                Link::Thin | Link::Corrupt => return None,
                Link::Blob | Link::Commit | Link::Tree | Link::Tag => {
                    let mut out = Vec::new();
                    self.decoder.whole(pack, &node, &mut out).ok()?;
                    let bytes: Arc<[u8]> = out.into();
                    self.cache.insert((at, current), &bytes);
                    break bytes;
                }
            }
        };
        let mut out = Vec::new();
        while let Some((entry, node)) = chain.pop() {
            self.decoder.delta(pack, &node, &bytes, &mut out).ok()?;
            bytes = out.as_slice().into();
            self.cache.insert((at, entry), &bytes);
        }
        Some(bytes)
    }
}

/// First in, first out, by bytes.
#[derive(Default)]
struct Cache {
    known: HashMap<(usize, u32), Arc<[u8]>, RandomState>,
    order: VecDeque<(usize, u32)>,
    bytes: usize,
}

impl Cache {
    fn get(&self, key: (usize, u32)) -> Option<Arc<[u8]>> {
        self.known.get(&key).cloned()
    }

    fn insert(&mut self, key: (usize, u32), bytes: &Arc<[u8]>) {
        if bytes.len() > CACHE_BYTES / 8 || self.known.insert(key, Arc::clone(bytes)).is_some() {
            return;
        }
        self.order.push_back(key);
        self.bytes += bytes.len();
        while self.bytes > CACHE_BYTES
            && let Some(oldest) = self.order.pop_front()
        {
            self.bytes -= self.known.remove(&oldest).map_or(0, |bytes| bytes.len());
        }
    }
}
