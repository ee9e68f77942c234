//! The index, opened: which advisories are about a package.

use std::{fmt, path::Path};

use formats::names;
use model::{Advisory, Package};

use crate::{
    assemble::{bucket_of, folded},
    codec::{u32_at, u64_at},
    error::{Error, Result},
    group::{Group, Match},
    key::{self, Key},
    layout::{AdvisoryRow, BLOCK_BYTES_MAX, FIX, OPEN, Section},
    map::Map,
    order::Version,
    record,
    status::Status,
};

/// An index file, mapped into memory and never changed. A newer file that takes its name does not disturb it.
pub struct Index {
    pub(crate) map: Map,
    status: Status,
    bucket_bits: u32,
}

impl fmt::Debug for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Index").field("status", &self.status).finish_non_exhaustive()
    }
}

impl Index {
    /// Opens a file. Its head is proven; the rest is checked as it is read, and by [`verify`](Self::verify).
    ///
    /// # Errors
    ///
    /// There is none, it is no index, or it has to be built again.
    pub fn open(path: &Path) -> Result<Self> {
        Self::of(Map::open(path)?)
    }

    /// An index in memory.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self> {
        Self::of(Map::from_vec(bytes)?)
    }

    fn of(map: Map) -> Result<Self> {
        let corrupt = |section: Section| Error::Corrupt { what: section.name() };
        let mut status = Status::read(map.section(Section::Meta)).ok_or(corrupt(Section::Meta))?;
        status.file_bytes = map.len() as u64;
        let buckets = map.count(Section::Buckets).saturating_sub(1);
        if !buckets.is_power_of_two() || buckets > u32::MAX as usize {
            return Err(corrupt(Section::Buckets));
        }
        Ok(Self { bucket_bits: buckets.trailing_zeros(), status, map })
    }

    /// When it was built, and of what.
    #[must_use]
    pub const fn status(&self) -> &Status {
        &self.status
    }

    /// Reads every byte of the file and compares it with the checksums.
    ///
    /// # Errors
    ///
    /// It is damaged.
    pub fn verify(&self) -> Result<()> {
        self.map.verify()
    }

    /// The advisories about a version of a package or of what it is built of, those that describe one vulnerability together. A
    /// package of a distribution's release is judged by what is said of that release, of what goes with it and of all of them; one
    /// without, only by the latter.
    ///
    /// # Errors
    ///
    /// The index is damaged.
    pub fn judge(&self, package: &Package) -> Result<Matches<'_>> {
        let mut matches = Matches { index: self, hits: Vec::new() };
        for (name, version) in package.judged_as() {
            let name = names::normalise(package.ecosystem, name);
            for release in key::releases(package.ecosystem, package.release.as_deref()) {
                let key = Key::new(package.ecosystem, release, &name);
                if let Some(row) = self.package(&key)? {
                    let scheme = package.ecosystem.scheme_in(release);
                    let version = Version::parse(scheme, version);
                    self.entries(row, &version, &mut matches.hits)?;
                }
            }
        }
        // Those of one package come sorted; two packages' have to be merged.
        if !matches.hits.is_sorted_by_key(|hit| hit.group) {
            matches.hits.sort_by_key(|hit| hit.group);
        }
        Ok(matches)
    }

    /// Whether anything is known about any package of an ecosystem: if not, nobody asked its advisories.
    #[must_use]
    pub fn covers(&self, ecosystem: model::Ecosystem) -> bool {
        self.status.ecosystems.iter().any(|(word, _)| word == ecosystem.as_str())
    }

    /// Whether anything is known about any package of the same release of a distribution as this one: if not, it may be too new or
    /// too old for the advisories, or nobody calls it so.
    #[must_use]
    pub fn covers_release(&self, package: &Package) -> bool {
        let is_known = |release: Option<&str>| {
            let wanted = (package.ecosystem.as_str(), release.unwrap_or_default());
            let compare = |(ecosystem, release): &(String, String)| {
                (ecosystem.as_str(), release.as_str()).cmp(&wanted)
            };
            self.status.releases.binary_search_by(compare).is_ok()
        };
        key::releases(package.ecosystem, package.release.as_deref()).any(is_known)
    }

    /// Whether anything is known about a package or about what it is built of, whatever its version.
    ///
    /// # Errors
    ///
    /// The index is damaged.
    pub fn knows(&self, package: &Package) -> Result<bool> {
        for (name, _) in package.judged_as() {
            let name = names::normalise(package.ecosystem, name);
            for release in key::releases(package.ecosystem, package.release.as_deref()) {
                if self.package(&Key::new(package.ecosystem, release, &name))?.is_some() {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// The vulnerability that an id of any source names, in any case. `None` if none does.
    ///
    /// # Errors
    ///
    /// The index is damaged.
    pub fn show(&self, id: &str) -> Result<Option<Group<'_>>> {
        let wanted = folded(id.trim());
        let (mut low, mut high) = (0, self.map.count(Section::Names) as u32);
        while low < high {
            let middle = low + (high - low) / 2;
            let row = self.map.row(Section::Names, middle)?;
            let (text, group) = pair(row).ok_or(Error::Corrupt { what: Section::Names.name() })?;
            match folded(self.map.text(text)?).cmp(&wanted) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Ok(Some(Group { index: self, number: group })),
            }
        }
        Ok(None)
    }

    /// Every vulnerability.
    pub fn groups(&self) -> impl Iterator<Item = Group<'_>> {
        let count = self.map.count(Section::Groups) as u32;
        (0..count).map(|number| Group { index: self, number })
    }

    /// The row of a package.
    fn package(&self, key: &Key<'_>) -> Result<Option<&[u8]>> {
        let hash = key.hash();
        let bucket = bucket_of(hash, self.bucket_bits) as u32;
        let bounds = self.map.rows(Section::Buckets, bucket, 2)?;
        let (first, end) = pair(bounds).ok_or(Error::Corrupt { what: Section::Buckets.name() })?;
        let count =
            end.checked_sub(first).ok_or(Error::Corrupt { what: Section::Buckets.name() })?;
        let hashes = self.map.rows(Section::Hashes, first, count as usize)?;
        for (row, at) in hashes.chunks_exact(Section::Hashes.row()).zip(first..) {
            if u64_at(row, 0) == Some(hash) {
                let row = self.map.row(Section::Packages, at)?;
                let text =
                    u32_at(row, 0).ok_or(Error::Corrupt { what: Section::Packages.name() })?;
                if key.is(self.map.bytes_in(Section::Strings, text)?) {
                    return Ok(Some(row));
                }
            }
        }
        Ok(None)
    }

    /// Adds the entries of a package that its version lies in.
    fn entries(&self, row: &[u8], version: &Version, hits: &mut Vec<Hit>) -> Result<()> {
        let number = |at| u32_at(row, at).ok_or(Error::Corrupt { what: Section::Packages.name() });
        let (first_bound, bounds) = (number(4)?, number(8)?);
        let (first_entry, entries) = (number(12)?, number(16)?);
        let bounds = self.map.rows(Section::Bounds, first_bound, bounds as usize)?;
        let position = self.position(bounds, version)?;
        // Where a text stands that is no version of its ecosystem means nothing: only what names it, or every version, is about it.
        let is_regular = version.is_regular();
        let rows = self.map.rows(Section::Entries, first_entry, entries as usize)?;
        for row in rows.chunks_exact(Section::Entries.row()) {
            let entry =
                EntryRow::read(row).ok_or(Error::Corrupt { what: Section::Entries.name() })?;
            let is_hit = |stretch: StretchRow| {
                stretch.contains(position)
                    && (is_regular || stretch.is_everything() || stretch.is_single())
            };
            if self.stretches(&entry)?.any(is_hit) {
                hits.push(Hit { group: entry.group, entry, first_bound, position });
            }
        }
        Ok(())
    }

    /// See `assemble::Positions`.
    fn position(&self, bounds: &[u8], version: &Version) -> Result<u32> {
        let row = Section::Bounds.row();
        let (mut low, mut high) = (0, bounds.len() / row);
        while low < high {
            let middle = low + (high - low) / 2;
            let key = u32_at(bounds, middle * row + 4)
                .ok_or(Error::Corrupt { what: Section::Bounds.name() })?;
            match self.map.bytes_in(Section::Keys, key)?.cmp(version.key()) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Ok(middle as u32 * 2 + 1),
            }
        }
        Ok(low as u32 * 2)
    }

    pub(crate) fn stretches(
        &self,
        entry: &EntryRow,
    ) -> Result<impl Iterator<Item = StretchRow> + use<'_>> {
        let count = usize::from(entry.stretch_count);
        let rows = self.map.rows(Section::Stretches, entry.first_stretch, count)?;
        Ok(rows.chunks_exact(Section::Stretches.row()).filter_map(|row| {
            let (low, high) = pair(row)?;
            Some(StretchRow { low: low & !FIX, high, ends_in_fix: low & FIX != 0 })
        }))
    }

    pub(crate) fn advisory_row(&self, number: u32) -> Result<AdvisoryRow> {
        AdvisoryRow::from_bytes(self.map.row(Section::Advisories, number)?)
            .ok_or(Error::Corrupt { what: Section::Advisories.name() })
    }

    /// Inflates the block that an advisory stands in.
    pub(crate) fn advisory(&self, row: &AdvisoryRow) -> Result<Advisory> {
        let damaged = || Error::Corrupt { what: Section::Texts.name() };
        let block = self.map.row(Section::Blocks, row.block)?;
        let at = u64_at(block, 0).and_then(|at| usize::try_from(at).ok()).ok_or_else(damaged)?;
        let (length, inflated) = block.get(8..).and_then(pair).ok_or_else(damaged)?;
        let compressed = self
            .map
            .section(Section::Texts)
            .get(at..)
            .and_then(|texts| texts.get(..length as usize))
            .ok_or_else(damaged)?;
        if inflated as usize > BLOCK_BYTES_MAX {
            return Err(damaged());
        }
        let text = zstd::bulk::decompress(compressed, inflated as usize).map_err(|_| damaged())?;
        text.get(row.text_at as usize..)
            .and_then(|text| text.get(..row.text_length as usize))
            .and_then(record::read)
            .ok_or_else(damaged)
    }
}

fn pair(row: &[u8]) -> Option<(u32, u32)> {
    Some((u32_at(row, 0)?, u32_at(row, 4)?))
}

/// What is said of a package: some vulnerabilities.
#[derive(Clone)]
pub struct Matches<'i> {
    index: &'i Index,
    /// By group.
    hits: Vec<Hit>,
}

impl<'i> Matches<'i> {
    /// Whether nothing is said of it.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.hits.is_empty()
    }

    /// Each vulnerability.
    pub fn iter(&self) -> impl Iterator<Item = Match<'i, '_>> {
        let index = self.index;
        self.hits.chunk_by(|a, b| a.group == b.group).filter_map(move |hits| {
            let group = Group { index, number: hits.first()?.group };
            Some(Match { group, hits })
        })
    }
}

impl fmt::Debug for Matches<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// An entry that a version lies in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hit {
    group: u32,
    pub(crate) entry: EntryRow,
    /// Where the package's bounds begin.
    pub(crate) first_bound: u32,
    /// The version's.
    pub(crate) position: u32,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct EntryRow {
    pub(crate) advisory: u32,
    group: u32,
    first_stretch: u32,
    stretch_count: u16,
    pub(crate) severity: u8,
    pub(crate) score: u8,
}

impl EntryRow {
    fn read(row: &[u8]) -> Option<Self> {
        Some(Self {
            advisory: u32_at(row, 0)?,
            group: u32_at(row, 4)?,
            first_stretch: u32_at(row, 8)?,
            stretch_count: u16::from_le_bytes(*row.get(12..)?.first_chunk()?),
            severity: *row.get(14)?,
            score: *row.get(15)?,
        })
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct StretchRow {
    low: u32,
    pub(crate) high: u32,
    ends_in_fix: bool,
}

impl StretchRow {
    pub(crate) const fn contains(self, position: u32) -> bool {
        self.low <= position && position <= self.high
    }

    const fn is_everything(self) -> bool {
        self.low == 0 && self.high == OPEN
    }

    const fn is_single(self) -> bool {
        self.low == self.high && self.low % 2 == 1
    }

    /// The bound that repairs it, counted from the package's first.
    pub(crate) const fn fix(self) -> Option<u32> {
        if self.ends_in_fix { Some(self.high / 2) } else { None }
    }
}
