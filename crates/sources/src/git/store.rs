//! All objects of a repository, numbered, so that what trees and commits say of each other takes little memory.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::atomic::{AtomicUsize, Ordering},
};

use foldhash::fast::RandomState;
use gix::{object::Kind, odb::loose};

use super::{
    chains::{self, Entry, Family},
    pack::{Allowance, Pack},
};

/// An object's number: packed objects in the order of their packs and offsets, then loose ones.
pub(super) type Number = u32;

/// The objects of a repository.
pub(super) struct Store<'p> {
    packs: &'p [Pack],
    /// The number of each pack's first object.
    firsts: Vec<Number>,
    folders: Vec<loose::Store>,
    /// Which folder, and which object.
    loose: Vec<(usize, gix::ObjectId)>,
    loose_numbers: HashMap<gix::ObjectId, Number, RandomState>,
    len: u32,
}

impl<'p> Store<'p> {
    /// What does not fit into 32 bits is not numbered.
    pub(super) fn new(packs: &'p [Pack], folders: &[PathBuf], hash: gix::hash::Kind) -> Self {
        let folders: Vec<loose::Store> =
            folders.iter().map(|folder| loose::Store::at(folder, hash)).collect();
        let loose: Vec<(usize, gix::ObjectId)> = (0..)
            .zip(&folders)
            .flat_map(|(at, folder)| folder.iter().flatten().map(move |id| (at, id)))
            .collect();
        let mut next = 0_u32;
        let mut firsts = Vec::with_capacity(packs.len());
        for pack in packs {
            firsts.push(next);
            next = next.saturating_add(u32::try_from(pack.links().len()).unwrap_or(u32::MAX));
        }
        let loose_numbers = (next..).zip(&loose).map(|(number, (_, id))| (*id, number)).collect();
        let len = next.saturating_add(u32::try_from(loose.len()).unwrap_or(u32::MAX));
        Self { packs, firsts, folders, loose, loose_numbers, len }
    }

    /// How many objects there are. One that is there twice counts twice.
    pub(super) fn len(&self) -> usize {
        self.len as usize
    }

    /// Loose objects: which folder, and which object.
    pub(super) fn loose(&self) -> &[(usize, gix::ObjectId)] {
        &self.loose
    }

    /// Folders of loose objects.
    pub(super) fn folders(&self) -> &[loose::Store] {
        &self.folders
    }

    /// Whether an object may be there twice.
    pub(super) fn has_duplicates(&self) -> bool {
        self.packs.len() + usize::from(!self.loose.is_empty()) > 1
    }

    pub(super) fn number(&self, id: &gix::hash::oid) -> Option<Number> {
        self.packs
            .iter()
            .zip(&self.firsts)
            .find_map(|(pack, first)| Some(first + pack.lookup(id)?))
            .or_else(|| self.loose_numbers.get(id).copied())
    }

    pub(super) fn id(&self, number: Number) -> Option<&gix::hash::oid> {
        let behind = self.firsts.partition_point(|first| *first <= number);
        let packed = behind
            .checked_sub(1)
            .and_then(|at| self.packs.get(at)?.id(number - self.firsts.get(at)?));
        packed.or_else(|| {
            let loose = number.checked_sub(self.len - u32::try_from(self.loose.len()).ok()?)?;
            self.loose.get(loose as usize).map(|(_, id)| id.as_ref())
        })
    }

    /// Hands every tree and commit to `each`, once, on as many threads as there are workers. What does not decode or is
    /// larger than `max_bytes` is left out. `each` returns false to stop. Gives how many were left out for want of an
    /// [`Allowance`].
    pub(super) fn structure<W: Send>(
        &self,
        max_bytes: u64,
        workers: &mut [W],
        each: impl Fn(&mut W, Number, Kind, &[u8]) -> bool + Sync,
    ) -> u64 {
        let allowance = Allowance::of(self.packs);
        for (pack, first) in self.packs.iter().zip(&self.firsts) {
            chains::walk(
                pack,
                Family::Structure,
                max_bytes,
                &allowance,
                workers,
                |worker, entry| match entry {
                    Entry::Whole { entry, id, kind, derivation } => {
                        let number = first + entry;
                        let is_first = !self.has_duplicates() || self.number(id) == Some(number);
                        !is_first || each(worker, number, kind, derivation.bytes)
                    }
                    Entry::Large(..) | Entry::Skipped(..) => true,
                },
            );
        }
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for worker in workers {
                let (next, each) = (&next, &each);
                scope.spawn(move || {
                    let mut buffer = Vec::new();
                    while let Some((folder, id)) =
                        self.loose.get(next.fetch_add(1, Ordering::Relaxed))
                    {
                        let Some(folder) = self.folders.get(*folder) else { continue };
                        let fits = matches!(
                            folder.try_header(id),
                            Ok(Some((size, Kind::Tree | Kind::Commit))) if size <= max_bytes
                        );
                        if fits
                            && let Some(number) = self.loose_numbers.get(id)
                            && self.number(id) == Some(*number)
                            && let Ok(Some(object)) = folder.try_find(id, &mut buffer)
                            && !each(worker, *number, object.kind, object.data)
                        {
                            return;
                        }
                    }
                });
            }
        });
        allowance.left_out()
    }
}
