//! How much memory a pack's deltas would take.
//!
//! gix resolves a tree of deltas depth first and keeps each base until its last child is made. A pack of a few kilobytes can describe a
//! thousand levels of large bases with two children each, so what would be kept is added up before the first delta is resolved.

use std::collections::HashMap;

use gix::{
    ObjectId,
    odb::pack::data::{entry::Header, input},
    zlib::Inflate,
};

#[derive(Default)]
pub(super) struct Deltas {
    /// In the pack's order, which is that of their offsets.
    nodes: Vec<Node>,
    /// Bases that are named by their id: where they are is not known before they are made.
    by_id: HashMap<ObjectId, Base>,
    by_offset: bool,
    inflate: Inflate,
}

struct Node {
    offset: u64,
    size: u64,
    /// Its place among the nodes; [`NONE`] without one.
    base: u32,
    children: Children,
}

const NONE: u32 = u32::MAX;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Children {
    None,
    One,
    Several,
}

struct Base {
    size: u64,
    children: Children,
}

impl Children {
    fn add(&mut self) {
        *self = if *self == Self::None { Self::One } else { Self::Several };
    }
}

/// A delta that does not begin with the sizes of its base and its result.
pub(super) struct Malformed;

impl Deltas {
    /// Takes the next entry, with its compressed bytes, and gives the size of the object it makes.
    pub(super) fn add(&mut self, entry: &input::Entry) -> Result<u64, Malformed> {
        let mut base = NONE;
        let size = match entry.header {
            Header::OfsDelta { base_distance } => {
                self.by_offset = true;
                let (_, size) = self.sizes(entry)?;
                // gix refuses a base that is nowhere.
                let place = entry.pack_offset.checked_sub(base_distance).and_then(|offset| {
                    self.nodes.binary_search_by_key(&offset, |node| node.offset).ok()
                });
                if let Some(place) = place
                    && let Some(node) = self.nodes.get_mut(place)
                {
                    node.children.add();
                    base = u32::try_from(place).unwrap_or(NONE);
                }
                size
            }
            Header::RefDelta { base_id } => {
                let (base_size, size) = self.sizes(entry)?;
                let base =
                    self.by_id.entry(base_id).or_insert(Base { size: 0, children: Children::None });
                // gix refuses a delta that is wrong about it.
                base.size = base.size.max(base_size);
                base.children.add();
                size
            }
            _ => entry.decompressed_size,
        };
        let node = Node { offset: entry.pack_offset, size, base, children: Children::None };
        self.nodes.push(node);
        Ok(size)
    }

    /// What so many threads keep at most. Where bases are named by their offset, as most servers do, each thread keeps those of the
    /// path it is on. Where they are named by their id (Azure DevOps), any may stand on any other, and all are counted.
    pub(super) fn kept_bytes(self, threads: usize) -> u64 {
        if self.by_id.is_empty() {
            self.along_a_path().saturating_mul(threads as u64)
        } else {
            self.in_all()
        }
    }

    fn along_a_path(mut self) -> u64 {
        let mut most = 0;
        for place in 0..self.nodes.len() {
            // A node that has been passed holds what is kept from it upwards; a base stands before what is built on it.
            let base = self.nodes.get(place).and_then(|node| usize::try_from(node.base).ok());
            let above = base.and_then(|base| self.nodes.get(base)).map_or(0, |base| base.size);
            if let Some(node) = self.nodes.get_mut(place) {
                let own = if node.children == Children::Several { node.size } else { 0 };
                node.size = above.saturating_add(own);
                most = most.max(node.size);
            }
        }
        most
    }

    fn in_all(&self) -> u64 {
        let by_offset = self
            .nodes
            .iter()
            .filter(|node| node.children == Children::Several)
            .map(|node| node.size);
        let by_id = self
            .by_id
            .values()
            // It may have a child by its offset as well.
            .filter(|base| self.by_offset || base.children == Children::Several)
            .map(|base| base.size);
        by_offset.chain(by_id).fold(0, u64::saturating_add)
    }

    /// Of the base and of the result: gitformat-pack(5), "Deltified representation".
    fn sizes(&mut self, entry: &input::Entry) -> Result<(u64, u64), Malformed> {
        // Two numbers of ten bytes at most.
        let mut start = [0; 20];
        self.inflate.reset();
        let compressed = entry.compressed.as_deref().unwrap_or_default();
        let (_, _, inflated) =
            self.inflate.prefix(compressed, &mut start).map_err(|_| Malformed)?;
        let mut rest = start.get(..inflated).unwrap_or_default().iter();
        let mut next = || {
            let mut size = 0;
            for shift in (0..64).step_by(7) {
                let byte = rest.next().ok_or(Malformed)?;
                size |= u64::from(byte & 0x7f) << shift;
                if byte & 0x80 == 0 {
                    return Ok(size);
                }
            }
            Err(Malformed)
        };
        Ok((next()?, next()?))
    }
}
