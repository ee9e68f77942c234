//! The file in memory: sections of it, every read checked against their bounds.

use std::{fs::File, io, ops::Deref, ops::Range, path::Path};

use crate::{
    codec::{u32_at, u64_at},
    error::{Error, Result},
    layout::{
        FIXED_HEAD, FORMAT, HEAD, HEAD_CHECKSUM_AT, MAGIC, SECTION_HEAD, Section, head_checksum,
    },
    order,
};

/// The bytes of an index whose head has been proven.
pub(crate) struct Map {
    bytes: Bytes,
    sections: Vec<Range<usize>>,
}

enum Bytes {
    Mapped(memmap2::Mmap),
    Owned(Vec<u8>),
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Mapped(map) => map,
            Self::Owned(bytes) => bytes,
        }
    }
}

impl Map {
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(Error::io("open", path))?;
        let metadata = file.metadata().map_err(Error::io("open", path))?;
        let not_one = || Error::NotAnIndex { path: path.to_owned() };
        // A pipe or a folder cannot be mapped, nor can nothing.
        if !metadata.is_file() || metadata.len() < HEAD as u64 {
            return Err(not_one());
        }
        let map = map_file(&file).map_err(Error::io("map", path))?;
        Self::of(Bytes::Mapped(map), not_one)
    }

    pub(crate) fn from_vec(bytes: Vec<u8>) -> Result<Self> {
        Self::of(Bytes::Owned(bytes), || Error::NotAnIndex { path: "memory".into() })
    }

    fn of(bytes: Bytes, not_one: impl Fn() -> Error) -> Result<Self> {
        let head = bytes.get(..HEAD).ok_or_else(&not_one)?;
        if !head.starts_with(&MAGIC) {
            return Err(not_one());
        }
        let damaged = || Error::Corrupt { what: "its head" };
        let number = |at| u32_at(head, at).ok_or_else(damaged);
        if number(8)? != FORMAT || number(12)? as usize != Section::ALL.len() {
            return Err(Error::Outdated);
        }
        if number(HEAD_CHECKSUM_AT)? != head_checksum(head) {
            return Err(damaged());
        }
        if u64_at(head, 16) != Some(bytes.len() as u64) {
            return Err(Error::Corrupt { what: "its length" });
        }
        if number(24)? != order::fingerprint() {
            return Err(Error::Outdated);
        }
        let mut sections = Vec::with_capacity(Section::ALL.len());
        for (section, at) in Section::ALL.iter().zip((FIXED_HEAD..).step_by(SECTION_HEAD)) {
            sections.push(
                range(head, at)
                    .filter(|range| bytes.get(range.clone()).is_some())
                    .filter(|range| range.len().is_multiple_of(section.row()))
                    .ok_or_else(damaged)?,
            );
        }
        Ok(Self { bytes, sections })
    }

    /// The bytes of a section.
    pub(crate) fn section(&self, section: Section) -> &[u8] {
        let range = self.sections.get(section as usize).cloned().unwrap_or_default();
        self.bytes.get(range).unwrap_or_default()
    }

    /// How many rows a section has.
    pub(crate) fn count(&self, section: Section) -> usize {
        self.section(section).len() / section.row()
    }

    /// Some rows of a section, one behind the other.
    pub(crate) fn rows(&self, section: Section, first: u32, count: usize) -> Result<&[u8]> {
        let row = section.row();
        let begin = (first as usize).checked_mul(row);
        let length = count.checked_mul(row);
        begin
            .zip(length)
            .and_then(|(begin, length)| Some(begin..begin.checked_add(length)?))
            .and_then(|range| self.section(section).get(range))
            .ok_or(Error::Corrupt { what: section.name() })
    }

    /// One row.
    pub(crate) fn row(&self, section: Section, at: u32) -> Result<&[u8]> {
        self.rows(section, at, 1)
    }

    /// A row that is one number.
    pub(crate) fn number(&self, section: Section, at: u32) -> Result<u32> {
        u32_at(self.row(section, at)?, 0).ok_or(Error::Corrupt { what: section.name() })
    }

    /// Bytes behind their length, that a row points to.
    pub(crate) fn bytes_in(&self, section: Section, at: u32) -> Result<&[u8]> {
        let bytes = || {
            let (length, rest) = self.section(section).get(at as usize..)?.split_first_chunk()?;
            rest.get(..usize::from(u16::from_le_bytes(*length)))
        };
        bytes().ok_or(Error::Corrupt { what: section.name() })
    }

    /// A text that a row points to.
    pub(crate) fn text(&self, at: u32) -> Result<&str> {
        str::from_utf8(self.bytes_in(Section::Strings, at)?)
            .map_err(|_| Error::Corrupt { what: Section::Strings.name() })
    }

    /// Reads every byte and compares it with the checksums.
    pub(crate) fn verify(&self) -> Result<()> {
        for (section, at) in Section::ALL.iter().zip((FIXED_HEAD..).step_by(SECTION_HEAD)) {
            if u32_at(&self.bytes, at + 16) != Some(crc32fast::hash(self.section(*section))) {
                return Err(Error::Corrupt { what: section.name() });
            }
        }
        Ok(())
    }

    /// The file's length.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }
}

/// Maps a file. What is behind it must not shrink, or reading ends the process: an index is written under another name and renamed
/// when it is whole, never changed in place, so a mapped file keeps its bytes even when a newer one has taken its name.
#[expect(
    unsafe_code,
    reason = "mapping a file cannot be proven safe by the compiler: another process could change it"
)]
fn map_file(file: &File) -> io::Result<memmap2::Mmap> {
    // SAFETY: nobody writes to an index once it has its name (see above), so the bytes behind the map do not change. Who does so all the
    // same has the right to write in the data directory, and could as well give the program another index.
    unsafe { memmap2::Mmap::map(file) }
}

fn range(head: &[u8], at: usize) -> Option<Range<usize>> {
    let begin = usize::try_from(u64_at(head, at)?).ok()?;
    let length = usize::try_from(u64_at(head, at + 8)?).ok()?;
    Some(begin..begin.checked_add(length)?)
}
