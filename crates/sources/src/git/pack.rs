//! A pack file and the tables that say what is where in it (`gitformat-pack`).
//!
//! The pack is read, not mapped, so that a large one does not count as memory in use. Each entry is bounded by its
//! neighbour; a damaged one costs itself and what is built on it.

use std::{
    fs::File,
    io::{self, Read},
    ops::Range,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use flate2::{Decompress, FlushDecompress, Status};
use gix::odb::pack::{data, index};
use model::Copied;

use super::delta;

/// Entries' headers are at most this long: type and size, and a base's id or distance.
const HEADER_BYTES: u64 = 64;

/// What one walk over a repository's packs may inflate and put together, in bytes: so much whatever their size, and so much
/// for each of their bytes. A delta of a few bytes may copy megabytes; without a bound a small pack stands for days of work.
///
/// Histories of source code stand for ten to thirty times their packs (git, curl, terraform); one of a single large file that
/// changes a little and often for thousands.
const ALLOWED_BYTES: u64 = 16 << 30;
const ALLOWED_RATIO: u64 = 4_096;

/// What is left of a walk's allowance, for all its workers.
#[derive(Debug)]
pub(super) struct Allowance {
    left: AtomicU64,
    /// Objects that were left out for want of it.
    left_out: AtomicU64,
}

impl Allowance {
    pub(super) fn of(packs: &[Pack]) -> Arc<Self> {
        let stored = packs.iter().fold(0_u64, |sum, pack| sum.saturating_add(pack.end));
        Self::new(stored.saturating_mul(ALLOWED_RATIO).saturating_add(ALLOWED_BYTES))
    }

    pub(super) fn new(bytes: u64) -> Arc<Self> {
        Arc::new(Self { left: AtomicU64::new(bytes), left_out: AtomicU64::new(0) })
    }

    /// Once something does not fit, nothing more does.
    fn take(&self, bytes: u64) -> Result<(), Skip> {
        let spend = |left: u64| Some(left.saturating_sub(bytes));
        let before = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, spend);
        if before.is_ok_and(|left| left >= bytes) { Ok(()) } else { Err(Skip::Exhausted) }
    }

    /// Counts an object that was left out.
    pub(super) fn leave_out(&self) {
        self.left_out.fetch_add(1, Ordering::Relaxed);
    }

    /// How many objects were left out.
    pub(super) fn left_out(&self) -> u64 {
        self.left_out.load(Ordering::Relaxed)
    }
}

/// What an entry is. `Delta` carries its base's place among the pack's entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Link {
    Blob,
    Commit,
    Tree,
    Tag,
    Delta(u32),
    /// A delta to an object outside of this pack.
    Thin,
    Corrupt,
}

/// An entry, put together from the pack's tables.
#[derive(Clone, Copy)]
pub(super) struct Node {
    /// Of the compressed bytes.
    start: u64,
    /// Behind them.
    end: u64,
    /// Of the object or of the delta, inflated.
    pub(super) size: u64,
    pub(super) link: Link,
}

/// A pack, indexed: entries in the order of their offsets, a table for each property, so that millions fit into memory.
pub(super) struct Pack {
    file: File,
    hash: gix::hash::Kind,
    /// One id behind the other.
    ids: Vec<u8>,
    offsets: Vec<u64>,
    sizes: Vec<u64>,
    header_bytes: Vec<u8>,
    links: Vec<Link>,
    /// Entries in the order of their ids.
    by_id: Vec<u32>,
    buckets: Buckets,
    /// Behind the last entry.
    end: u64,
}

/// Where in the order of ids those begin that share their first bits: a binary search over all of them would miss the cache at each
/// step. There are about as many buckets as ids.
struct Buckets {
    bits: u32,
    /// By bucket: where it begins; and where the last one ends.
    starts: Vec<u32>,
}

impl Buckets {
    /// Of `ids`, in order.
    fn of<'i>(ids: impl ExactSizeIterator<Item = &'i gix::hash::oid>) -> Self {
        let bits = ids.len().max(1).ilog2();
        let mut starts = Vec::with_capacity((1 << bits) + 1);
        let mut count = 0;
        for id in ids {
            let bucket = Self::number(bits, id);
            while starts.len() <= bucket {
                starts.push(count);
            }
            count += 1;
        }
        starts.resize((1 << bits) + 1, count);
        Self { bits, starts }
    }

    fn number(bits: u32, id: &gix::hash::oid) -> usize {
        let first = id.as_bytes().first_chunk().map_or(0, |bytes| u32::from_be_bytes(*bytes));
        // None where there is one bucket for all.
        first.checked_shr(u32::BITS - bits).unwrap_or_default() as usize
    }

    /// Where an id may stand in the order of all.
    fn range(&self, id: &gix::hash::oid) -> Range<usize> {
        match self.starts.get(Self::number(self.bits, id)..) {
            Some(&[start, end, ..]) => start as usize..end as usize,
            _ => 0..0,
        }
    }
}

impl Pack {
    /// Opens the pack whose index is at `index_path`.
    pub(super) fn open(index_path: &Path, hash: gix::hash::Kind) -> Result<Self, String> {
        let index = index::File::at(index_path, hash).map_err(|error| error.to_string())?;
        let file =
            File::open(index_path.with_extension("pack")).map_err(|error| error.to_string())?;
        let length = file.metadata().map_err(|error| error.to_string())?.len();
        let end = length.saturating_sub(hash.len_in_bytes() as u64);
        // The index is in the order of ids; `order` is that of offsets.
        let mut order: Vec<(u64, u32)> =
            index.iter().zip(0..).map(|(entry, at)| (entry.pack_offset, at)).collect();
        order.sort_unstable();
        let mut by_id = vec![0_u32; order.len()];
        let mut ids = Vec::with_capacity(order.len() * hash.len_in_bytes());
        for ((_, at), position) in order.iter().zip(0_u32..) {
            ids.extend_from_slice(index.oid_at_index(*at).as_bytes());
            if let Some(slot) = by_id.get_mut(*at as usize) {
                *slot = position;
            }
        }
        let offsets: Vec<u64> = order.into_iter().map(|(offset, _)| offset).collect();
        let buckets = Buckets::of((0..index.num_objects()).map(|at| index.oid_at_index(at)));
        drop(index);
        let entries = offsets.len();
        let mut pack = Self {
            file,
            hash,
            ids,
            offsets,
            sizes: vec![0; entries],
            header_bytes: vec![0; entries],
            links: vec![Link::Corrupt; entries],
            by_id,
            buckets,
            end,
        };
        pack.read_headers();
        pack.break_rings();
        Ok(pack)
    }

    pub(super) fn id(&self, entry: u32) -> Option<&gix::hash::oid> {
        let length = self.hash.len_in_bytes();
        let start = entry as usize * length;
        gix::hash::oid::try_from_bytes(self.ids.get(start..start + length)?).ok()
    }

    pub(super) fn node(&self, entry: u32) -> Option<Node> {
        let at = entry as usize;
        let offset = *self.offsets.get(at)?;
        Some(Node {
            start: offset.checked_add(u64::from(*self.header_bytes.get(at)?))?,
            end: self.offsets.get(at + 1).map_or(self.end, |next| (*next).min(self.end)),
            size: *self.sizes.get(at)?,
            link: *self.links.get(at)?,
        })
    }

    /// The entry with that id.
    pub(super) fn lookup(&self, id: &gix::hash::oid) -> Option<u32> {
        let alike = self.by_id.get(self.buckets.range(id))?;
        let at = alike.binary_search_by(|entry| self.id(*entry).cmp(&Some(id))).ok()?;
        alike.get(at).copied()
    }

    fn entry_at(&self, offset: u64) -> Option<u32> {
        self.offsets.binary_search(&offset).ok().and_then(|at| u32::try_from(at).ok())
    }

    fn read_headers(&mut self) {
        let mut window = Window::default();
        for at in 0..self.offsets.len() {
            let Some(&offset) = self.offsets.get(at) else { continue };
            let end = self.offsets.get(at + 1).map_or(self.end, |next| (*next).min(self.end));
            // The index may say anything; what it says lies behind the pack is no entry.
            if offset >= end {
                continue;
            }
            let Some(head) = window.get(&self.file, offset, end) else { continue };
            let Ok(entry) = data::Entry::from_bytes(head, offset, self.hash) else { continue };
            let link = match entry.header {
                data::entry::Header::Blob => Link::Blob,
                data::entry::Header::Commit => Link::Commit,
                data::entry::Header::Tree => Link::Tree,
                data::entry::Header::Tag => Link::Tag,
                data::entry::Header::OfsDelta { base_distance } => {
                    let base =
                        data::entry::Header::verified_base_pack_offset(offset, base_distance);
                    base.and_then(|base| self.entry_at(base)).map_or(Link::Corrupt, Link::Delta)
                }
                data::entry::Header::RefDelta { base_id } => {
                    self.lookup(&base_id).map_or(Link::Thin, Link::Delta)
                }
            };
            if let (Some(slot), Some(size), Some(header)) =
                (self.links.get_mut(at), self.sizes.get_mut(at), self.header_bytes.get_mut(at))
            {
                *slot = link;
                *size = entry.decompressed_size;
                *header =
                    u8::try_from(entry.data_offset.saturating_sub(offset)).unwrap_or_default();
            }
        }
    }

    /// Deltas that are built on each other in a ring have no content. Only a base that stands behind its delta makes one.
    fn break_rings(&mut self) {
        let is_forward =
            |(at, link): (u32, &Link)| matches!(link, Link::Delta(base) if *base >= at);
        if !(0..).zip(&self.links).any(is_forward) {
            return;
        }
        // For each entry: the walk that came by, and whether it ended well.
        let mut walked = vec![0_u32; self.links.len()];
        for (start, walk) in (0..self.links.len()).zip(1_u32..) {
            let mut at = start;
            while walked.get(at) == Some(&0) {
                if let Some(slot) = walked.get_mut(at) {
                    *slot = walk;
                }
                match self.links.get(at) {
                    Some(Link::Delta(base)) => at = *base as usize,
                    _ => break,
                }
            }
            // Came back to where this same walk has been, and not to an end.
            if walked.get(at) == Some(&walk)
                && matches!(self.links.get(at), Some(Link::Delta(_)))
                && let Some(link) = self.links.get_mut(at)
            {
                *link = Link::Corrupt;
            }
        }
    }

    /// What all entries are, in order.
    pub(super) fn links(&self) -> &[Link] {
        &self.links
    }

    /// The content of an entry that is stored whole, to be read once.
    pub(super) fn reader(&self, node: &Node) -> impl Read + use<'_> {
        let range = FileRange { file: &self.file, at: node.start, end: node.end };
        flate2::read::ZlibDecoder::new_with_buf(range, vec![0; 64 << 10]).take(node.size)
    }
}

/// Why an object was not decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Skip {
    /// Larger than the limit, and stored as a delta. The size is that of the object.
    TooLarge(u64),
    /// It, or what it is built on, is damaged.
    Corrupt,
    /// What it is built on is not in this pack.
    BaseMissing,
    /// The walk's [`Allowance`] is used up.
    Exhausted,
}

/// Inflates entries and applies deltas, with buffers that are used again.
pub(super) struct Decoder {
    inflate: Decompress,
    input: Vec<u8>,
    instructions: Vec<u8>,
    copied: Vec<Copied>,
    max_object_bytes: u64,
    allowance: Arc<Allowance>,
}

impl Decoder {
    pub(super) fn new(max_object_bytes: u64, allowance: &Arc<Allowance>) -> Self {
        Self {
            inflate: Decompress::new(true),
            input: Vec::new(),
            instructions: Vec::new(),
            copied: Vec::new(),
            max_object_bytes,
            allowance: Arc::clone(allowance),
        }
    }

    pub(super) fn max_object_bytes(&self) -> u64 {
        self.max_object_bytes
    }

    /// Inflates an entry that is stored whole.
    pub(super) fn whole(
        &mut self,
        pack: &Pack,
        node: &Node,
        out: &mut Vec<u8>,
    ) -> Result<(), Skip> {
        if node.size > self.max_object_bytes {
            return Err(Skip::TooLarge(node.size));
        }
        self.allowance.take(node.size)?;
        inflate(&mut self.inflate, &mut self.input, pack, node, out).ok_or(Skip::Corrupt)
    }

    /// Inflates an entry that is a delta, and applies it to its base.
    pub(super) fn delta(
        &mut self,
        pack: &Pack,
        node: &Node,
        base: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), Skip> {
        if node.size > self.max_object_bytes {
            return Err(Skip::TooLarge(node.size));
        }
        self.allowance.take(node.size)?;
        inflate(&mut self.inflate, &mut self.input, pack, node, &mut self.instructions)
            .ok_or(Skip::Corrupt)?;
        let (_, size) = delta::sizes(&self.instructions).ok_or(Skip::Corrupt)?;
        if size > self.max_object_bytes {
            return Err(Skip::TooLarge(size));
        }
        self.allowance.take(size)?;
        delta::apply(base, &self.instructions, out, &mut self.copied).ok_or(Skip::Corrupt)
    }

    /// What the last delta copied.
    pub(super) fn copied(&self) -> &[Copied] {
        &self.copied
    }
}

/// `None` where the entry is damaged.
fn inflate(
    inflate: &mut Decompress,
    input: &mut Vec<u8>,
    pack: &Pack,
    node: &Node,
    out: &mut Vec<u8>,
) -> Option<()> {
    let size = usize::try_from(node.size).ok()?;
    // Stored bytes are never much more than what they mean (RFC 1951 section 3.2.4); a larger gap is no entry.
    let longest = size + size / 1000 * 2 + 1024;
    let length = usize::try_from(node.end.checked_sub(node.start)?).ok()?.min(longest);
    // What the buffers held before is overwritten, not cleared.
    input.resize(length + INPUT_SLACK_BYTES, 0);
    let (stored, slack) = input.split_at_mut(length);
    read_exact_at(&pack.file, stored, node.start).ok()?;
    slack.fill(0);
    out.resize(size + OUTPUT_SLACK_BYTES, 0);
    inflate.reset(true);
    let status = inflate.decompress(input, out, FlushDecompress::Finish).ok()?;
    out.truncate(size);
    // The slack also shows that an entry is longer than it said, or ends before it is done.
    let is_whole = inflate.total_out() == node.size && inflate.total_in() <= length as u64;
    (status == Status::StreamEnd && is_whole).then_some(())
}

/// The library takes its faster way as long as so many bytes and more are left, and most entries are small.
const INPUT_SLACK_BYTES: usize = 16;
/// The same of what is written.
const OUTPUT_SLACK_BYTES: usize = 264;

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

#[cfg(test)]
mod tests {
    use super::*;

    /// An index of one object whose offset takes eight bytes.
    fn index(offset: u64) -> Vec<u8> {
        let mut index = b"\xfftOc\0\0\0\x02".to_vec();
        index.extend(1_u32.to_be_bytes().repeat(256));
        index.extend([0; 20]);
        index.extend([0; 4]);
        index.extend(0x8000_0000_u32.to_be_bytes());
        index.extend(offset.to_be_bytes());
        index.extend([0; 40]);
        index
    }

    #[test]
    fn an_object_is_where_its_id_says() {
        let id = |first: u32, last: u8| {
            let mut bytes = [last; 20];
            bytes[..4].copy_from_slice(&first.to_be_bytes());
            gix::ObjectId::from_bytes_or_panic(&bytes)
        };
        let spread: Vec<_> = (0..1_000).map(|at: u32| id(at.wrapping_mul(4_290_001), 7)).collect();
        let alike: Vec<_> = (0..100).map(|last| id(0x1234_5678, last)).collect();
        let two_ends = vec![id(0, 0), id(0, 1), id(u32::MAX, 0)];
        for mut ids in [spread, alike, two_ends, vec![id(5, 5)], Vec::new()] {
            ids.sort_unstable();
            let buckets = Buckets::of(ids.iter().map(AsRef::as_ref));
            for (at, id) in ids.iter().enumerate() {
                assert!(buckets.range(id).contains(&at), "{id} of {}", ids.len());
            }
            let others = [id(0, 9), id(0x1234_5678, 200), id(u32::MAX, 9)];
            for other in others {
                let alike = ids.get(buckets.range(&other)).unwrap();
                let behind = ids.partition_point(|id| *id < other);
                assert_eq!(alike.binary_search(&other).is_ok(), ids.get(behind) == Some(&other));
            }
        }
        // An index that is damaged may have them in any order.
        let shuffled: Vec<_> = (0..64).map(|at: u32| id(at.wrapping_mul(0x9e37_79b1), 1)).collect();
        let buckets = Buckets::of(shuffled.iter().map(AsRef::as_ref));
        assert!(shuffled.iter().all(|id| shuffled.get(buckets.range(id)).is_some()));
    }

    #[test]
    fn an_index_may_point_anywhere() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.idx");
        // A header, and an empty blob behind it.
        let pack = b"PACK\0\0\0\x02\0\0\0\x01\x30\x78\x9c\x03\0\0\0\0\x01";
        std::fs::write(path.with_extension("pack"), [&pack[..], &[0; 20]].concat()).unwrap();
        for (offset, link) in [
            (12, Link::Blob),
            (20, Link::Corrupt),
            (1 << 20, Link::Corrupt),
            (u64::MAX - 8, Link::Corrupt),
            (u64::MAX, Link::Corrupt),
        ] {
            std::fs::write(&path, index(offset)).unwrap();
            let pack = Pack::open(&path, gix::hash::Kind::Sha1).unwrap();
            assert_eq!(pack.links(), [link], "{offset}");
            let Some(node) = pack.node(0) else { continue };
            let whole = Decoder::new(1 << 20, &Allowance::new(1 << 20)).whole(
                &pack,
                &node,
                &mut Vec::new(),
            );
            assert_eq!(whole.is_ok(), link == Link::Blob, "{offset}");
        }
    }
}
