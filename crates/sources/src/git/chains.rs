//! All blobs of a pack, or all trees and commits, each decoded once.
//!
//! A pack stores most objects as deltas to others. Here every chain is walked from its base outwards, so that no object
//! is decoded twice; chains of what is not asked for are not decoded at all.

use std::{
    io::Read,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use gix::object::Kind;

use super::pack::{Allowance, Decoder, Link, Pack, Skip};
use crate::Derivation;

/// Objects that stand between a base and what is built on it are kept while they are needed, up to this much for each
/// worker; beyond it they are decoded again.
const KEPT_BYTES: usize = 24 << 20;
/// Buffers up to this size are used again.
const SPARE_BYTES: usize = 1 << 20;

/// Which objects are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// What files hold.
    Blobs,
    /// Trees and commits.
    Structure,
}

/// What a pack gives.
pub(super) enum Entry<'a> {
    /// An object that was decoded.
    Whole { entry: u32, id: &'a gix::hash::oid, kind: Kind, derivation: Derivation<'a> },
    /// A blob too large for memory, to be read once.
    Large(&'a gix::hash::oid, u64, &'a mut dyn Read),
    /// A blob, or something that cannot be told from one, that was passed over.
    Skipped(&'a gix::hash::oid, Skip),
}

/// Hands every object of a family to `each`, on as many threads as there are workers. What `allowance` does not suffice for
/// is counted there, and not handed out.
pub(super) fn walk<W: Send>(
    pack: &Pack,
    family: Family,
    max_object_bytes: u64,
    allowance: &Arc<Allowance>,
    workers: &mut [W],
    each: impl Fn(&mut W, Entry<'_>) -> bool + Sync,
) {
    /// A few roots at a time: neighbours in the pack are neighbours on the disk.
    const BATCH: usize = 16;
    let tree = Descent::of(pack, family);
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for worker in workers {
            let (next, each, tree) = (&next, &each, &tree);
            scope.spawn(move || {
                let decoder = Decoder::new(max_object_bytes, allowance);
                let mut walk = Walk {
                    pack,
                    tree,
                    kind: Kind::Blob,
                    spare: Vec::new(),
                    decoder,
                    max_object_bytes,
                    allowance,
                };
                loop {
                    let start = next.fetch_add(BATCH, Ordering::Relaxed);
                    let end = tree.roots.len().min(start.saturating_add(BATCH));
                    let Some(roots) = tree.roots.get(start..end).filter(|roots| !roots.is_empty())
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

/// How many objects [`walk`] hands out.
pub(super) fn count(pack: &Pack, family: Family) -> u64 {
    let tree = Descent::of(pack, family);
    let mut open = tree.roots.clone();
    let mut count = 0;
    while let Some(entry) = open.pop() {
        count += 1;
        open.extend(tree.children_of(entry));
    }
    count
}

/// Which entries are built on which.
struct Descent {
    /// Children of entry `i` are `children[first_child[i]..first_child[i + 1]]`.
    children: Vec<u32>,
    first_child: Vec<u32>,
    /// Entries that are no delta to an entry of this pack and may lead to the family's.
    roots: Vec<u32>,
}

impl Descent {
    /// Sorts children behind their bases, by counting.
    fn of(pack: &Pack, family: Family) -> Self {
        let links = pack.links();
        let mut counts = vec![0_u32; links.len() + 1];
        for link in links {
            if let Link::Delta(base) = link
                && let Some(count) = counts.get_mut(*base as usize)
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
        let mut roots = Vec::new();
        for (at, link) in (0_u32..).zip(links) {
            match link {
                Link::Delta(base) => {
                    if let Some(slot) = next.get_mut(*base as usize)
                        && let Some(child) = children.get_mut(*slot as usize)
                    {
                        *child = at;
                        *slot += 1;
                    }
                }
                Link::Commit | Link::Tree if family == Family::Structure => roots.push(at),
                // What cannot be told from a blob is reported as one.
                Link::Blob | Link::Thin | Link::Corrupt if family == Family::Blobs => {
                    roots.push(at);
                }
                _ => {}
            }
        }
        Self { children, first_child: counts, roots }
    }

    fn children_of(&self, entry: u32) -> &[u32] {
        let at = entry as usize;
        match (self.first_child.get(at), self.first_child.get(at + 1)) {
            (Some(&first), Some(&behind)) => {
                self.children.get(first as usize..behind as usize).unwrap_or_default()
            }
            _ => &[],
        }
    }
}

/// An object whose children are yet to be decoded.
struct Branch {
    entry: u32,
    /// `None` where it was given up to save memory.
    bytes: Option<Vec<u8>>,
    next_child: usize,
}

/// One worker's walk through a pack.
struct Walk<'p> {
    pack: &'p Pack,
    tree: &'p Descent,
    /// What the chain at hand is made of.
    kind: Kind,
    spare: Vec<Vec<u8>>,
    decoder: Decoder,
    max_object_bytes: u64,
    allowance: &'p Allowance,
}

impl Walk<'_> {
    /// Decodes the root and all that is built on it. False to stop.
    fn chain(&mut self, root: u32, each: &mut dyn FnMut(Entry<'_>) -> bool) -> bool {
        let pack = self.pack;
        let (Some(node), Some(id)) = (pack.node(root), pack.id(root)) else { return true };
        self.kind = match node.link {
            Link::Blob if node.size > self.max_object_bytes => {
                let go_on = each(Entry::Large(id, node.size, &mut pack.reader(&node)));
                return go_on && self.skip_children(root, Skip::TooLarge(node.size), each);
            }
            Link::Blob => Kind::Blob,
            Link::Tree => Kind::Tree,
            Link::Commit => Kind::Commit,
            Link::Thin => return self.skip(root, Skip::BaseMissing, each),
            _ => return self.skip(root, Skip::Corrupt, each),
        };
        let mut bytes = self.spare.pop().unwrap_or_default();
        if let Err(skip) = self.decoder.whole(pack, &node, &mut bytes) {
            self.recycle(bytes);
            return self.skip(root, skip, each);
        }
        let derivation = Derivation { bytes: &bytes, depth: 0, copied: &[] };
        each(Entry::Whole { entry: root, id, kind: self.kind, derivation })
            && self.descend(root, bytes, each)
    }

    fn descend(
        &mut self,
        root: u32,
        bytes: Vec<u8>,
        each: &mut dyn FnMut(Entry<'_>) -> bool,
    ) -> bool {
        let (pack, tree) = (self.pack, self.tree);
        let mut kept_bytes = bytes.len();
        let mut path = vec![Branch { entry: root, bytes: Some(bytes), next_child: 0 }];
        while let Some(branch) = path.last_mut() {
            let children = tree.children_of(branch.entry);
            let Some(&child) = children.get(branch.next_child) else {
                if let Some(Branch { bytes: Some(bytes), .. }) = path.pop() {
                    kept_bytes = kept_bytes.saturating_sub(bytes.len());
                    self.recycle(bytes);
                }
                continue;
            };
            branch.next_child += 1;
            let is_last = branch.next_child == children.len();
            let (Some(node), Some(id)) = (pack.node(child), pack.id(child)) else { continue };
            let base = match branch.bytes.take() {
                Some(bytes) => bytes,
                None => match self.again(branch.entry) {
                    Ok(bytes) => {
                        kept_bytes += bytes.len();
                        bytes
                    }
                    Err(skip) if self.skip(child, skip, each) => continue,
                    Err(_) => return false,
                },
            };
            let mut out = self.spare.pop().unwrap_or_default();
            let result = self.decoder.delta(pack, &node, &base, &mut out);
            if is_last {
                kept_bytes = kept_bytes.saturating_sub(base.len());
                self.recycle(base);
            } else {
                branch.bytes = Some(base);
            }
            match result {
                Ok(()) => {
                    let copied = self.decoder.copied();
                    let derivation = Derivation { bytes: &out, depth: path.len(), copied };
                    if !each(Entry::Whole { entry: child, id, kind: self.kind, derivation }) {
                        return false;
                    }
                    if tree.children_of(child).is_empty() {
                        self.recycle(out);
                    } else {
                        kept_bytes += out.len();
                        path.push(Branch { entry: child, bytes: Some(out), next_child: 0 });
                        give_up(&mut path, &mut kept_bytes);
                    }
                }
                Err(skip) => {
                    self.recycle(out);
                    if !self.skip(child, skip, each) {
                        return false;
                    }
                }
            }
        }
        true
    }

    /// Keeps a buffer for the next object, unless it or their number is large.
    fn recycle(&mut self, buffer: Vec<u8>) {
        if buffer.capacity() <= SPARE_BYTES && self.spare.len() < 16 {
            self.spare.push(buffer);
        }
    }

    /// Decodes an entry anew, from its root.
    fn again(&mut self, entry: u32) -> Result<Vec<u8>, Skip> {
        let pack = self.pack;
        let node = |entry: u32| pack.node(entry).ok_or(Skip::Corrupt);
        let mut chain = Vec::new();
        let mut root = node(entry)?;
        while let Link::Delta(base) = root.link {
            chain.push(root);
            root = node(base)?;
        }
        let mut bytes = Vec::new();
        self.decoder.whole(pack, &root, &mut bytes)?;
        while let Some(next) = chain.pop() {
            let mut out = Vec::new();
            self.decoder.delta(pack, &next, &bytes, &mut out)?;
            bytes = out;
        }
        Ok(bytes)
    }

    /// Tells that an entry and all that is built on it was skipped for the same reason.
    fn skip(&self, entry: u32, skip: Skip, each: &mut dyn FnMut(Entry<'_>) -> bool) -> bool {
        self.tell(entry, skip, each) && self.skip_children(entry, skip, each)
    }

    fn skip_children(
        &self,
        entry: u32,
        skip: Skip,
        each: &mut dyn FnMut(Entry<'_>) -> bool,
    ) -> bool {
        let mut open = vec![entry];
        while let Some(entry) = open.pop() {
            for &child in self.tree.children_of(entry) {
                if !self.tell(child, skip, each) {
                    return false;
                }
                open.push(child);
            }
        }
        true
    }

    fn tell(&self, entry: u32, skip: Skip, each: &mut dyn FnMut(Entry<'_>) -> bool) -> bool {
        if skip == Skip::Exhausted {
            self.allowance.leave_out();
            return true;
        }
        self.pack.id(entry).is_none_or(|id| each(Entry::Skipped(id, skip)))
    }
}

/// Frees what stands highest until the rest fits. The last branch is needed at once.
fn give_up(path: &mut [Branch], kept_bytes: &mut usize) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pack_that_stands_for_too_much_is_not_walked_to_its_end() {
        const VERSIONS: u64 = 40;
        let repo = test_kit::Repo::new();
        let mut content = test_kit::noise(50_000);
        for version in 0..VERSIONS {
            content.extend(version.to_be_bytes());
            repo.write("a.bin", &content).commit("version");
        }
        repo.git(&["repack", "-adfq"]);
        let folder = std::fs::read_dir(repo.git_dir().join("objects/pack")).unwrap();
        let index = folder
            .map(|entry| entry.unwrap().path())
            .find(|path| path.extension().is_some_and(|extension| extension == "idx"))
            .unwrap();
        let pack = Pack::open(&index, gix::hash::Kind::Sha1).unwrap();
        let walked = |allowed_bytes: u64| {
            let allowance = Allowance::new(allowed_bytes);
            let mut workers = [(0, 0), (0, 0)];
            walk(&pack, Family::Blobs, 1 << 20, &allowance, &mut workers, |sum, entry| {
                if let Entry::Whole { derivation, .. } = entry {
                    *sum = (sum.0 + 1, sum.1 + derivation.bytes.len() as u64);
                }
                true
            });
            let [first, second] = workers;
            (first.0 + second.0, first.1 + second.1, allowance.left_out())
        };
        assert!(matches!(walked(u64::MAX), (VERSIONS, 2_000_000.., 0)));
        let (given, bytes, left_out) = walked(500_000);
        assert!((1..10).contains(&given) && bytes <= 500_000, "{given} of {bytes} bytes");
        assert_eq!(given + left_out, VERSIONS);
    }
}
