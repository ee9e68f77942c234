//! All blobs of a pack, each decoded once.
//!
//! A pack stores most objects as deltas to others. Here every chain is walked from its base outwards, so that no object
//! is decoded twice; chains of trees and commits are not decoded at all; a damaged entry costs itself and what is built
//! on it, nothing more. The pack is read, not mapped, so that a large one does not count as memory in use.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
};

use flate2::{Decompress, FlushDecompress, Status};
use gix::{
    ObjectId,
    odb::pack::{data, index},
};

use super::delta;

/// Objects that stand between a base and what is built on it are kept while they are needed, up to this much for each
/// worker; beyond it they are decoded again.
const KEPT_BYTES: usize = 48 << 20;
/// Entries' headers are at most this long: type and size, and a base's id or distance.
const HEADER_BYTES: u64 = 64;

/// What a pack gives.
pub(super) enum Entry<'a> {
    /// A blob that was decoded.
    Blob(&'a ObjectId, &'a [u8]),
    /// A blob too large for memory, to be read once.
    Large(&'a ObjectId, u64, &'a mut dyn Read),
    /// A blob, or something that cannot be told from one, that was passed over.
    Skipped(&'a ObjectId, Skip),
}

/// Why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Skip {
    /// Larger than the limit, and stored as a delta. The size is that of the object.
    TooLarge(u64),
    /// It, or what it is built on, is damaged.
    Corrupt,
    /// What it is built on is not in this pack.
    BaseMissing,
}

/// One object of the pack.
struct Node {
    id: ObjectId,
    offset: u64,
    /// Behind the entry.
    end: u64,
    header_bytes: u32,
    size: u64,
    link: Link,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Link {
    Blob,
    /// Commit, tree or tag.
    Other,
    /// A delta to the node of that index.
    Delta(u32),
    /// A delta to an object outside of this pack.
    Thin,
    Corrupt,
}

/// A pack, indexed.
pub(super) struct Pack {
    file: File,
    nodes: Vec<Node>,
    /// Children of node `i` are `children[first_child[i]..first_child[i + 1]]`.
    children: Vec<u32>,
    first_child: Vec<u32>,
    /// Nodes that are no delta to a node of this pack, with whether they lead to blobs.
    roots: Vec<u32>,
    max_object_bytes: u64,
}

impl Pack {
    /// Opens the pack whose index is at `index_path`.
    pub(super) fn open(
        index_path: &Path,
        hash: gix::hash::Kind,
        max_object_bytes: u64,
    ) -> Result<Self, String> {
        let index = index::File::at(index_path, hash).map_err(|error| error.to_string())?;
        let file =
            File::open(index_path.with_extension("pack")).map_err(|error| error.to_string())?;
        let length = file.metadata().map_err(|error| error.to_string())?.len();
        let end = length.saturating_sub(hash.len_in_bytes() as u64);
        let mut nodes: Vec<Node> = index
            .iter()
            .map(|entry| Node {
                id: entry.oid,
                offset: entry.pack_offset,
                end,
                header_bytes: 0,
                size: 0,
                link: Link::Corrupt,
            })
            .collect();
        nodes.sort_unstable_by_key(|node| node.offset);
        let mut following = end;
        for node in nodes.iter_mut().rev() {
            node.end = following.min(end);
            following = node.offset;
        }
        let mut pack = Self {
            file,
            nodes,
            children: Vec::new(),
            first_child: Vec::new(),
            roots: Vec::new(),
            max_object_bytes,
        };
        pack.read_headers(&index, hash);
        pack.link_children();
        Ok(pack)
    }

    fn read_headers(&mut self, index: &index::File, hash: gix::hash::Kind) {
        let mut window = Window::default();
        for at in 0..self.nodes.len() {
            let Some((offset, end)) = self.nodes.get(at).map(|node| (node.offset, node.end)) else {
                continue;
            };
            let Some(head) = window.get(&self.file, offset, end) else { continue };
            let Ok(entry) = data::Entry::from_bytes(head, offset, hash) else { continue };
            let link = match entry.header {
                data::entry::Header::Blob => Link::Blob,
                data::entry::Header::Commit
                | data::entry::Header::Tree
                | data::entry::Header::Tag => Link::Other,
                data::entry::Header::OfsDelta { base_distance } => {
                    let base =
                        data::entry::Header::verified_base_pack_offset(offset, base_distance);
                    self.link_to(base.and_then(|base| self.node_at(base)), Link::Corrupt)
                }
                data::entry::Header::RefDelta { base_id } => {
                    let base = index.lookup(base_id).map(|at| index.pack_offset_at_index(at));
                    self.link_to(base.and_then(|base| self.node_at(base)), Link::Thin)
                }
            };
            if let Some(node) = self.nodes.get_mut(at) {
                node.link = link;
                node.size = entry.decompressed_size;
                node.header_bytes =
                    u32::try_from(entry.data_offset.saturating_sub(offset)).unwrap_or_default();
            }
        }
    }

    fn link_to(&self, base: Option<usize>, otherwise: Link) -> Link {
        base.and_then(|base| u32::try_from(base).ok()).map_or(otherwise, Link::Delta)
    }

    fn node_at(&self, offset: u64) -> Option<usize> {
        self.nodes.binary_search_by_key(&offset, |node| node.offset).ok()
    }

    /// Sorts children behind their bases, by counting.
    fn link_children(&mut self) {
        let mut counts = vec![0_u32; self.nodes.len() + 1];
        for node in &self.nodes {
            if let Link::Delta(base) = node.link
                && let Some(count) = counts.get_mut(base as usize)
            {
                *count += 1;
            }
        }
        let mut total = 0;
        for count in &mut counts {
            let here = *count;
            *count = total;
            total += here;
        }
        let mut children = vec![0_u32; total as usize];
        let mut next = counts.clone();
        for (at, node) in (0_u32..).zip(&self.nodes) {
            match node.link {
                Link::Delta(base) => {
                    if let Some(slot) = next.get_mut(base as usize)
                        && let Some(child) = children.get_mut(*slot as usize)
                    {
                        *child = at;
                        *slot += 1;
                    }
                }
                Link::Other => {}
                Link::Blob | Link::Thin | Link::Corrupt => self.roots.push(at),
            }
        }
        self.children = children;
        self.first_child = counts;
    }

    fn children_of(&self, node: u32) -> &[u32] {
        let at = node as usize;
        match (self.first_child.get(at), self.first_child.get(at + 1)) {
            (Some(&first), Some(&behind)) => {
                self.children.get(first as usize..behind as usize).unwrap_or_default()
            }
            _ => &[],
        }
    }

    /// Hands every blob to `each`, on as many threads as there are workers.
    pub(super) fn blobs<W: Send>(
        &self,
        workers: &mut [W],
        each: impl Fn(&mut W, Entry<'_>) -> bool + Sync,
    ) {
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for worker in workers {
                let (next, each) = (&next, &each);
                scope.spawn(move || {
                    let mut walk = Walk {
                        pack: self,
                        spare: Vec::new(),
                        inflate: Decompress::new(true),
                        input: Vec::new(),
                        delta: Vec::new(),
                    };
                    // A few roots at a time: neighbours in the pack are neighbours on the disk.
                    const BATCH: usize = 16;
                    loop {
                        let start = next.fetch_add(BATCH, Ordering::Relaxed);
                        let Some(roots) = self
                            .roots
                            .get(start..self.roots.len().min(start + BATCH))
                            .filter(|r| !r.is_empty())
                        else {
                            return;
                        };
                        for &root in roots {
                            if !walk.chain(root, &mut |entry| each(worker, entry)) {
                                return;
                            }
                        }
                    }
                });
            }
        });
    }
}

/// A node whose children are yet to be decoded.
struct Branch {
    node: u32,
    /// `None` where it was given up to save memory.
    bytes: Option<Vec<u8>>,
    next_child: usize,
}

/// One worker's walk through a pack.
struct Walk<'p> {
    pack: &'p Pack,
    spare: Vec<Vec<u8>>,
    inflate: Decompress,
    input: Vec<u8>,
    delta: Vec<u8>,
}

impl Walk<'_> {
    /// Decodes the root and all that is built on it. False to stop.
    fn chain(&mut self, root: u32, each: &mut dyn FnMut(Entry<'_>) -> bool) -> bool {
        let pack = self.pack;
        let Some(node) = pack.nodes.get(root as usize) else { return true };
        let skip = match node.link {
            Link::Blob if node.size > pack.max_object_bytes => {
                let go_on = self.large(node, each);
                return go_on && self.skip_children(root, Skip::TooLarge(node.size), each);
            }
            Link::Blob => None,
            Link::Thin => Some(Skip::BaseMissing),
            _ => Some(Skip::Corrupt),
        };
        if let Some(skip) = skip {
            return each(Entry::Skipped(&node.id, skip)) && self.skip_children(root, skip, each);
        }
        let mut bytes = self.spare.pop().unwrap_or_default();
        if self.inflate_whole(node, &mut bytes).is_none() {
            self.recycle(bytes);
            return each(Entry::Skipped(&node.id, Skip::Corrupt))
                && self.skip_children(root, Skip::Corrupt, each);
        }
        if !each(Entry::Blob(&node.id, &bytes)) {
            return false;
        }
        self.descend(root, bytes, each)
    }

    fn descend(
        &mut self,
        root: u32,
        bytes: Vec<u8>,
        each: &mut dyn FnMut(Entry<'_>) -> bool,
    ) -> bool {
        let pack = self.pack;
        let mut kept_bytes = bytes.len();
        let mut path = vec![Branch { node: root, bytes: Some(bytes), next_child: 0 }];
        while let Some(branch) = path.last_mut() {
            let children = pack.children_of(branch.node);
            let Some(&child) = children.get(branch.next_child) else {
                if let Some(Branch { bytes: Some(bytes), .. }) = path.pop() {
                    kept_bytes = kept_bytes.saturating_sub(bytes.len());
                    self.recycle(bytes);
                }
                continue;
            };
            branch.next_child += 1;
            let is_last = branch.next_child == children.len();
            let Some(node) = pack.nodes.get(child as usize) else { continue };
            let base = match branch.bytes.take() {
                Some(bytes) => bytes,
                None => match self.again(branch.node) {
                    Some(bytes) => {
                        kept_bytes += bytes.len();
                        bytes
                    }
                    None => {
                        if !each(Entry::Skipped(&node.id, Skip::Corrupt))
                            || !self.skip_children(child, Skip::Corrupt, each)
                        {
                            return false;
                        }
                        continue;
                    }
                },
            };
            let mut out = self.spare.pop().unwrap_or_default();
            let result = self.apply(node, &base, &mut out);
            if is_last {
                kept_bytes = kept_bytes.saturating_sub(base.len());
                self.recycle(base);
            } else {
                branch.bytes = Some(base);
            }
            match result {
                Ok(()) => {
                    if !each(Entry::Blob(&node.id, &out)) {
                        return false;
                    }
                    if pack.children_of(child).is_empty() {
                        self.recycle(out);
                    } else {
                        kept_bytes += out.len();
                        path.push(Branch { node: child, bytes: Some(out), next_child: 0 });
                        self.give_up(&mut path, &mut kept_bytes);
                    }
                }
                Err(skip) => {
                    self.recycle(out);
                    if !each(Entry::Skipped(&node.id, skip))
                        || !self.skip_children(child, skip, each)
                    {
                        return false;
                    }
                }
            }
        }
        true
    }

    /// Keeps a buffer for the next object, unless it or their number is large.
    fn recycle(&mut self, buffer: Vec<u8>) {
        if buffer.capacity() <= 4 << 20 && self.spare.len() < 16 {
            self.spare.push(buffer);
        }
    }

    /// Frees what stands highest until the rest fits. The last branch is needed at once.
    fn give_up(&mut self, path: &mut [Branch], kept_bytes: &mut usize) {
        let Some((_, above)) = path.split_last_mut() else { return };
        for branch in above {
            if *kept_bytes <= KEPT_BYTES {
                return;
            }
            if let Some(bytes) = branch.bytes.take() {
                *kept_bytes = kept_bytes.saturating_sub(bytes.len());
            }
        }
    }

    /// Decodes a node anew, from its root.
    fn again(&mut self, node: u32) -> Option<Vec<u8>> {
        let pack = self.pack;
        let mut chain = vec![node];
        let mut at = node;
        while let Link::Delta(base) = pack.nodes.get(at as usize)?.link {
            chain.push(base);
            at = base;
        }
        let mut bytes = Vec::new();
        self.inflate_whole(pack.nodes.get(chain.pop()? as usize)?, &mut bytes)?;
        while let Some(next) = chain.pop() {
            let mut out = Vec::new();
            self.apply(pack.nodes.get(next as usize)?, &bytes, &mut out).ok()?;
            bytes = out;
        }
        Some(bytes)
    }

    fn apply(&mut self, node: &Node, base: &[u8], out: &mut Vec<u8>) -> Result<(), Skip> {
        if node.size > self.pack.max_object_bytes {
            return Err(Skip::TooLarge(node.size));
        }
        let mut instructions = std::mem::take(&mut self.delta);
        let result = (|| {
            self.inflate_whole(node, &mut instructions).ok_or(Skip::Corrupt)?;
            let (_, size) = delta::sizes(&instructions).ok_or(Skip::Corrupt)?;
            if size > self.pack.max_object_bytes {
                return Err(Skip::TooLarge(size));
            }
            delta::apply(base, &instructions, out).ok_or(Skip::Corrupt)
        })();
        self.delta = instructions;
        result
    }

    /// Tells of all that is built on `node` that it was skipped for the same reason. Sizes are the base's.
    fn skip_children(
        &self,
        node: u32,
        skip: Skip,
        each: &mut dyn FnMut(Entry<'_>) -> bool,
    ) -> bool {
        let mut open = vec![node];
        while let Some(node) = open.pop() {
            for &child in self.pack.children_of(node) {
                if let Some(child) = self.pack.nodes.get(child as usize)
                    && !each(Entry::Skipped(&child.id, skip))
                {
                    return false;
                }
                open.push(child);
            }
        }
        true
    }

    /// Inflates an entry that fits into memory. `None` where it is damaged.
    fn inflate_whole(&mut self, node: &Node, out: &mut Vec<u8>) -> Option<()> {
        let start = node.offset + u64::from(node.header_bytes);
        let length = usize::try_from(node.end.checked_sub(start)?).ok()?;
        // Stored bytes are never much larger than what they mean; a huge gap is no entry.
        let size = usize::try_from(node.size).ok()?;
        let length = length.min(size + size / 1000 * 2 + 1024);
        self.input.resize(length, 0);
        read_exact_at(&self.pack.file, &mut self.input, start).ok()?;
        out.clear();
        // One byte more shows that the entry is longer than it said.
        out.reserve(size + 1);
        self.inflate.reset(true);
        let status = self.inflate.decompress_vec(&self.input, out, FlushDecompress::Finish).ok()?;
        (status == Status::StreamEnd && out.len() == size).then_some(())
    }

    fn large(&mut self, node: &Node, each: &mut dyn FnMut(Entry<'_>) -> bool) -> bool {
        let start = node.offset + u64::from(node.header_bytes);
        let range = FileRange { file: &self.pack.file, at: start, end: node.end };
        let mut reader =
            flate2::read::ZlibDecoder::new_with_buf(range, vec![0; 64 << 10]).take(node.size);
        each(Entry::Large(&node.id, node.size, &mut reader))
    }
}

/// A part of a file, read from its own position, so that workers share one handle.
struct FileRange<'f> {
    file: &'f File,
    at: u64,
    end: u64,
}

impl Read for FileRange<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end.saturating_sub(self.at))
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let Some(part) = buffer.get_mut(..left) else { return Ok(0) };
        let read = read_at(self.file, part, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

/// A moving window on a file, for headers that stand in order.
#[derive(Default)]
struct Window {
    start: u64,
    bytes: Vec<u8>,
}

impl Window {
    const BYTES: usize = 1 << 20;

    fn get(&mut self, file: &File, offset: u64, end: u64) -> Option<&[u8]> {
        let wanted = end.saturating_sub(offset).min(HEADER_BYTES);
        let inside = |window: &Self| {
            offset >= window.start && offset + wanted <= window.start + window.bytes.len() as u64
        };
        if !inside(self) {
            self.bytes.resize(Self::BYTES, 0);
            self.start = offset;
            let mut filled = 0;
            while let Some(rest) = self.bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
                match read_at(file, rest, offset + filled as u64) {
                    Ok(0) | Err(_) => break,
                    Ok(read) => filled += read,
                }
            }
            self.bytes.truncate(filled);
        }
        if !inside(self) {
            return None;
        }
        let at = usize::try_from(offset - self.start).ok()?;
        self.bytes.get(at..at + usize::try_from(wanted).ok()?)
    }
}

fn read_exact_at(file: &File, mut buffer: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !buffer.is_empty() {
        match read_at(file, buffer, offset)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => {
                offset += read as u64;
                buffer = buffer.get_mut(read..).unwrap_or_default();
            }
        }
    }
    Ok(())
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}
