//! From batches to an index file.

use std::{
    collections::HashMap,
    io::{self, Seek, SeekFrom, Write},
};

use foldhash::fast::RandomState;
use model::{AdvisoryKind, ExploitPrediction, KnownExploited};

use crate::{
    assemble,
    batch::{Batch, Entry, OwnedHigh, OwnedStretch, Prepared},
    codec::Writer,
    layout::HEAD,
    rate::Rated,
    status::{SourceStatus, Status},
};

/// Collects batches, and writes the index when all are there. The words go to the file as they come; what is kept in memory is what
/// matching needs.
pub struct Builder<W> {
    pub(crate) to: W,
    pub(crate) texts_length: u64,
    pub(crate) texts_checksum: crc32fast::Hasher,
    pub(crate) blocks: Writer,
    block_count: u32,
    pub(crate) strings: Strings,
    pub(crate) advisories: Vec<Collected>,
    by_id: HashMap<u32, u32, RandomState>,
    pub(crate) aliases: Vec<u32>,
    pub(crate) upstream: Vec<u32>,
    pub(crate) entries: Vec<CollectedEntry>,
    pub(crate) stretches: Vec<CollectedStretch>,
    pub(crate) exploited: HashMap<Box<str>, KnownExploited, RandomState>,
    pub(crate) predicted: HashMap<Box<str>, (f32, f32), RandomState>,
    pub(crate) sources: Vec<SourceStatus>,
}

/// An advisory that came.
pub(crate) struct Collected {
    pub(crate) id: u32,
    modified_ms: i64,
    pub(crate) counts: bool,
    pub(crate) kind: AdvisoryKind,
    pub(crate) source: u16,
    pub(crate) rated: Option<Rated>,
    /// In `aliases` and `upstream` of the builder: from where, and how many.
    pub(crate) aliases: (u32, u32),
    pub(crate) upstream: (u32, u32),
    pub(crate) block: u32,
    pub(crate) text_at: u32,
    pub(crate) text_length: u32,
}

pub(crate) struct CollectedEntry {
    pub(crate) key: u32,
    pub(crate) advisory: u32,
    /// In `stretches` of the builder.
    pub(crate) first: u32,
    pub(crate) count: u32,
    pub(crate) rated: Option<Rated>,
}

#[derive(Clone, Copy)]
pub(crate) struct CollectedStretch {
    /// [`NONE`] from the beginning.
    pub(crate) low: u32,
    pub(crate) high: u32,
    pub(crate) end: End,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Open,
    Fixed,
    Before,
    Through,
}

/// No text.
pub(crate) const NONE: u32 = u32::MAX;

impl<W: Write + Seek> Builder<W> {
    /// Begins a file.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    pub fn new(mut to: W) -> io::Result<Self> {
        to.write_all(&[0; HEAD])?;
        Ok(Self {
            to,
            texts_length: 0,
            texts_checksum: crc32fast::Hasher::new(),
            blocks: Writer::default(),
            block_count: 0,
            strings: Strings::default(),
            advisories: Vec::new(),
            by_id: HashMap::default(),
            aliases: Vec::new(),
            upstream: Vec::new(),
            entries: Vec::new(),
            stretches: Vec::new(),
            exploited: HashMap::default(),
            predicted: HashMap::default(),
            sources: Vec::new(),
        })
    }

    /// What follows is of this source, current as of a time in milliseconds since 1970.
    pub fn begin_source(&mut self, name: &str, at_ms: Option<i64>) {
        self.sources.push(SourceStatus { at_ms, ..SourceStatus::new(name) });
    }

    /// Adds advisories to the source that was begun last.
    ///
    /// # Errors
    ///
    /// The file cannot be written, or there is more than an index has room for.
    pub fn append(&mut self, mut batch: Batch) -> io::Result<()> {
        batch.close()?;
        if self.sources.is_empty() {
            self.begin_source("advisories", None);
        }
        let first_block = self.block_count;
        for block in &batch.blocks {
            self.to.write_all(&block.compressed)?;
            self.texts_checksum.update(&block.compressed);
            self.blocks.0.extend_from_slice(&self.texts_length.to_le_bytes());
            self.blocks.0.extend_from_slice(&(block.compressed.len() as u32).to_le_bytes());
            self.blocks.0.extend_from_slice(&block.inflated_length.to_le_bytes());
            self.texts_length += block.compressed.len() as u64;
            self.block_count += 1;
        }
        if let Some(source) = self.sources.last_mut() {
            source.refused += batch.refused;
        }
        for prepared in batch.prepared {
            self.collect(prepared, first_block)?;
        }
        Ok(())
    }

    /// What the source that was begun last had that no one understood.
    pub fn note_problems(&mut self, unreadable: u64, partly_understood: u64) {
        if let Some(source) = self.sources.last_mut() {
            source.unreadable += unreadable;
            source.partly_understood += partly_understood;
        }
    }

    /// Adds CVE numbers that attackers are known to use.
    pub fn exploited(&mut self, list: Vec<KnownExploited>) {
        if let Some(source) = self.sources.last_mut() {
            source.exploited += list.len() as u64;
        }
        self.exploited.extend(list.into_iter().map(|entry| (entry.cve.as_str().into(), entry)));
    }

    /// Adds predictions.
    pub fn predicted(&mut self, list: Vec<ExploitPrediction>) {
        if let Some(source) = self.sources.last_mut() {
            source.predicted += list.len() as u64;
        }
        let pairs =
            list.into_iter().map(|p| (p.cve.into_boxed_str(), (p.probability, p.percentile)));
        self.predicted.extend(pairs);
    }

    /// Joins all, and writes the rest of the file and its head. `now_ms` is in milliseconds since 1970.
    ///
    /// # Errors
    ///
    /// The file cannot be written, or there is more than an index has room for.
    pub fn finish(mut self, now_ms: i64) -> io::Result<(W, Status)> {
        for advisory in self.advisories.iter().filter(|advisory| advisory.counts) {
            if let Some(source) = self.sources.get_mut(usize::from(advisory.source)) {
                source.advisories += 1;
            }
        }
        let mut status = Status::of(std::mem::take(&mut self.sources), now_ms);
        let mut to = assemble::write(self, &mut status)?;
        to.seek(SeekFrom::Start(0))?;
        to.flush()?;
        Ok((to, status))
    }

    fn collect(&mut self, prepared: Prepared, first_block: u32) -> io::Result<()> {
        let source = self.sources.len().saturating_sub(1) as u16;
        if let Some(status) = self.sources.last_mut() {
            if prepared.modified_ms != i64::MIN {
                status.newest_ms = status.newest_ms.max(Some(prepared.modified_ms));
            }
            status.withdrawn += u64::from(prepared.is_withdrawn);
        }
        let id = self.strings.add(&prepared.id)?;
        let number = self.advisories.len() as u32;
        // Of two records with one id, the later one counts: OSV schema, `id, modified`.
        if let Some(earlier) = self.by_id.get(&id)
            && let Some(earlier) = self.advisories.get_mut(*earlier as usize)
        {
            if !prepared.replaces(earlier.modified_ms) {
                return Ok(());
            }
            earlier.counts = false;
        }
        self.by_id.insert(id, number);
        let counts = !prepared.is_withdrawn;
        let (mut aliases, mut upstream) = ((0, 0), (0, 0));
        if counts {
            aliases = add_all(&mut self.strings, &mut self.aliases, &prepared.aliases)?;
            upstream = add_all(&mut self.strings, &mut self.upstream, &prepared.upstream)?;
            for entry in prepared.entries {
                self.collect_entry(number, entry)?;
            }
        }
        self.advisories.push(Collected {
            id,
            modified_ms: prepared.modified_ms,
            counts,
            kind: prepared.kind,
            source,
            rated: prepared.rated,
            aliases,
            upstream,
            block: first_block + prepared.block,
            text_at: prepared.text_at,
            text_length: prepared.text_length,
        });
        Ok(())
    }

    fn collect_entry(&mut self, advisory: u32, entry: Entry) -> io::Result<()> {
        let key = self.strings.add(&entry.key)?;
        // A row counts its stretches in two bytes.
        for stretches in entry.stretches.chunks(usize::from(u16::MAX)) {
            let first = self.stretches.len() as u32;
            for stretch in stretches {
                let stretch = self.collect_stretch(stretch)?;
                self.stretches.push(stretch);
            }
            let count = stretches.len() as u32;
            self.entries.push(CollectedEntry { key, advisory, first, count, rated: entry.rated });
        }
        Ok(())
    }

    fn collect_stretch(&mut self, stretch: &OwnedStretch) -> io::Result<CollectedStretch> {
        let mut add = |version: &str| self.strings.add(version);
        let (high, end) = match &stretch.high {
            OwnedHigh::Open => (NONE, End::Open),
            OwnedHigh::Fixed(version) => (add(version)?, End::Fixed),
            OwnedHigh::Before(version) => (add(version)?, End::Before),
            OwnedHigh::Through(version) => (add(version)?, End::Through),
        };
        let low = stretch.low.as_deref().map_or(Ok(NONE), add)?;
        Ok(CollectedStretch { low, high, end })
    }
}

fn add_all(strings: &mut Strings, to: &mut Vec<u32>, texts: &[Box<str>]) -> io::Result<(u32, u32)> {
    let first = to.len() as u32;
    for text in texts {
        to.push(strings.add(text)?);
    }
    Ok((first, texts.len() as u32))
}

/// Texts, each once, as the file holds them.
#[derive(Default)]
pub(crate) struct Strings {
    pub(crate) bytes: Vec<u8>,
    places: HashMap<Box<str>, u32, RandomState>,
}

impl Strings {
    pub(crate) fn add(&mut self, text: &str) -> io::Result<u32> {
        if let Some(place) = self.places.get(text) {
            return Ok(*place);
        }
        let full = || io::Error::other("there are more texts than an index has room for");
        // One number is for none.
        let place =
            u32::try_from(self.bytes.len()).ok().filter(|at| *at < NONE).ok_or_else(full)?;
        let length = u16::try_from(text.len()).map_err(|_| full())?;
        self.bytes.extend_from_slice(&length.to_le_bytes());
        self.bytes.extend_from_slice(text.as_bytes());
        self.places.insert(text.into(), place);
        Ok(place)
    }

    pub(crate) fn get(&self, place: u32) -> &str {
        let bytes = self.bytes.get(place as usize..).and_then(<[u8]>::split_first_chunk);
        bytes
            .and_then(|(length, rest)| rest.get(..usize::from(u16::from_le_bytes(*length))))
            .and_then(|bytes| str::from_utf8(bytes).ok())
            .unwrap_or_default()
    }
}
