//! Advisories made ready for the index. The work that needs nothing of the others happens here, so that several threads can do it.

use std::{cmp::Ordering, io};

use model::{Advisory, AdvisoryKind};

use crate::{
    codec::Writer,
    key,
    layout::BLOCK_BYTES_MAX,
    rate::{self, Rated},
    record,
    spans::{self, High},
};

/// A block of texts is compressed when it has become this long: long enough to compress well, short enough to inflate for one text.
const BLOCK_BYTES: usize = 64 << 10;
/// zstd's; higher ones take twice the time for a few per cent.
const LEVEL: i32 = 6;
/// Longer ids are cut from a record's lists; one with such an id of its own is none.
const ID_BYTES: usize = 200;
/// More ids are not kept with one record.
const IDS_MAX: usize = 10_000;

/// Some advisories, ready to be joined with others.
#[derive(Debug, Default)]
pub struct Batch {
    pub(crate) prepared: Vec<Prepared>,
    pub(crate) blocks: Vec<Block>,
    open: Writer,
    /// Advisories too long to be kept, and entries whose package has no usable name.
    pub(crate) refused: u64,
}

/// A block of texts.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) compressed: Vec<u8>,
    pub(crate) inflated_length: u32,
}

/// What the index needs of an advisory besides its words.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) id: Box<str>,
    pub(crate) modified_ms: i64,
    pub(crate) is_withdrawn: bool,
    pub(crate) kind: AdvisoryKind,
    pub(crate) aliases: Vec<Box<str>>,
    /// Those of CVE.
    pub(crate) upstream: Vec<Box<str>>,
    pub(crate) rated: Option<Rated>,
    pub(crate) entries: Vec<Entry>,
    /// In the batch.
    pub(crate) block: u32,
    pub(crate) text_at: u32,
    pub(crate) text_length: u32,
}

/// What an advisory says of one package.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) rated: Option<Rated>,
    pub(crate) stretches: Vec<OwnedStretch>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OwnedStretch {
    pub(crate) low: Option<Box<str>>,
    pub(crate) high: OwnedHigh,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum OwnedHigh {
    Open,
    Fixed(Box<str>),
    Before(Box<str>),
    Through(Box<str>),
}

impl Batch {
    /// Adds an advisory.
    ///
    /// # Errors
    ///
    /// The compressor has no memory.
    pub fn push(&mut self, advisory: &Advisory) -> io::Result<()> {
        if advisory.id.len() > ID_BYTES || advisory.id.is_empty() {
            self.refused += 1;
            return Ok(());
        }
        let is_withdrawn = advisory.withdrawn_ms.is_some();
        let (entries, text) = if is_withdrawn {
            (Vec::new(), Writer::default())
        } else {
            let (entries, kept) = self.entries(advisory);
            let mut text = Writer::default();
            record::write(&kept, &mut text);
            (entries, text)
        };
        if text.0.len() > BLOCK_BYTES_MAX - BLOCK_BYTES {
            self.refused += 1;
            return Ok(());
        }
        let ids = |list: &[String]| -> Vec<Box<str>> {
            let usable = list.iter().filter(|id| id.len() <= ID_BYTES && **id != advisory.id);
            usable.take(IDS_MAX).map(|id| id.as_str().into()).collect()
        };
        let mut upstream = ids(&advisory.upstream);
        upstream.retain(|id| id.starts_with("CVE-"));
        self.prepared.push(Prepared {
            id: advisory.id.as_str().into(),
            modified_ms: advisory.modified_ms.unwrap_or(i64::MIN),
            is_withdrawn,
            kind: advisory.kind,
            aliases: ids(&advisory.aliases),
            upstream,
            rated: rate::of(&advisory.rating),
            entries,
            block: self.blocks.len() as u32,
            text_at: self.open.0.len() as u32,
            text_length: text.0.len() as u32,
        });
        self.open.0.extend_from_slice(&text.0);
        if self.open.0.len() >= BLOCK_BYTES { self.close() } else { Ok(()) }
    }

    /// Compresses what is left.
    pub(crate) fn close(&mut self) -> io::Result<()> {
        if !self.open.0.is_empty() {
            let compressed = zstd::bulk::compress(&self.open.0, LEVEL)?;
            self.blocks.push(Block { compressed, inflated_length: self.open.0.len() as u32 });
            self.open.0.clear();
        }
        Ok(())
    }

    /// What it says of each package, and the advisory without the single versions that its ranges cover anyway: often hundreds.
    fn entries(&mut self, advisory: &Advisory) -> (Vec<Entry>, Advisory) {
        let mut entries: Vec<Entry> = Vec::new();
        let mut kept = advisory.clone();
        for (affected, kept) in advisory.affected.iter().zip(&mut kept.affected) {
            let release = affected.release.as_deref();
            let Some(key) = key::of(affected.ecosystem, release, &affected.name) else {
                self.refused += 1;
                continue;
            };
            let release = release.and_then(|release| key::release(affected.ecosystem, release));
            let stretches = spans::stretches(affected.ecosystem.scheme_in(release), affected);
            let singles = stretches.iter().filter_map(spans::Stretch::single);
            let versions: Vec<String> = singles.map(str::to_owned).collect();
            // Nothing would be left to say that it is not about every version.
            kept.has_other_ranges |=
                kept.ranges.is_empty() && versions.is_empty() && !kept.versions.is_empty();
            kept.versions = versions;
            let rated = rate::of(&affected.rating);
            let stretches = stretches.into_iter().map(OwnedStretch::from);
            entries.push(Entry { key, rated, stretches: stretches.collect() });
        }
        (joined(entries), kept)
    }
}

/// One entry for each package: records of distributions have many, one for each of their products.
fn joined(mut entries: Vec<Entry>) -> Vec<Entry> {
    entries.sort_by(|a, b| a.key.cmp(&b.key));
    let mut out: Vec<Entry> = Vec::with_capacity(entries.len());
    for entry in entries {
        match out.last_mut() {
            Some(last) if last.key == entry.key => {
                last.rated = match (last.rated, entry.rated) {
                    (Some(a), Some(b)) => Some(a.or_worse(b)),
                    (a, b) => a.or(b),
                };
                if last.stretches != entry.stretches {
                    last.stretches.extend(entry.stretches);
                }
            }
            _ => out.push(entry),
        }
    }
    out
}

impl Prepared {
    /// Whether this record counts, and not another with the same id that was there before it.
    pub(crate) fn replaces(&self, other_modified_ms: i64) -> bool {
        self.modified_ms.cmp(&other_modified_ms) != Ordering::Less
    }
}

impl From<spans::Stretch<'_>> for OwnedStretch {
    fn from(stretch: spans::Stretch<'_>) -> Self {
        Self {
            low: stretch.low.map(Into::into),
            high: match stretch.high {
                High::Open => OwnedHigh::Open,
                High::Fixed(version) => OwnedHigh::Fixed(version.into()),
                High::Before(version) => OwnedHigh::Before(version.into()),
                High::Through(version) => OwnedHigh::Through(version.into()),
            },
        }
    }
}
