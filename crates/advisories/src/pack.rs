//! What a source said, as it said it: documents in compressed blocks, one file for each source.
//!
//! An index is built of these files and of nothing else, so that a change of what we understand, or of how versions are ordered, needs
//! no network; and a few changed records are merged with those that are there.

use std::{
    fs::File,
    io::{self, BufReader, BufWriter, Read, Write},
    path::Path,
};

use formats::{
    Problem,
    advisories::{Record, epss, kev, osv, rustsec},
};
use serde::Deserialize;

use crate::{
    codec::{Reader, Writer, u32_at},
    error::{Error, Result},
};

/// What a document is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DocumentKind {
    /// One OSV record in JSON.
    OsvJson,
    /// One OSV record in YAML.
    OsvYaml,
    /// RustSec's TOML in Markdown.
    RustSec,
    /// CISA's catalogue, JSON.
    Kev,
    /// FIRST's scores, CSV.
    Epss,
}

impl DocumentKind {
    const ALL: [Self; 5] = [Self::OsvJson, Self::OsvYaml, Self::RustSec, Self::Kev, Self::Epss];

    const fn number(self) -> u8 {
        match self {
            Self::OsvJson => 0,
            Self::OsvYaml => 1,
            Self::RustSec => 2,
            Self::Kev => 3,
            Self::Epss => 4,
        }
    }
}

/// A file of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// What it is written in.
    pub kind: DocumentKind,
    /// Which advisory it is; the same for every catalogue of one kind, of which a source has one.
    pub id: String,
    /// As it came.
    pub bytes: Vec<u8>,
}

impl Document {
    /// Looks into a document only as far as is needed to see which advisory it is.
    ///
    /// # Errors
    ///
    /// It is none.
    pub fn new(kind: DocumentKind, bytes: Vec<u8>) -> Result<Self, Problem> {
        #[derive(Deserialize)]
        struct Osv {
            id: String,
        }
        let id = match kind {
            DocumentKind::OsvJson => {
                let json = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
                let osv: Osv = serde_json::from_slice(json)
                    .map_err(|error| Problem::at(error.line() as u64, "it is no OSV record"))?;
                osv.id.trim().to_owned()
            }
            DocumentKind::OsvYaml => osv::read_yaml(&bytes)?.advisory.id,
            DocumentKind::RustSec => rustsec::read(&bytes)?.advisory.id,
            DocumentKind::Kev => "KEV".to_owned(),
            DocumentKind::Epss => "EPSS".to_owned(),
        };
        if id.is_empty() {
            return Err(Problem::general("it has no usable id"));
        }
        Ok(Self { kind, id, bytes })
    }

    /// How much it says: a catalogue has an entry for each vulnerability, any other document is about one.
    pub(crate) fn records(&self) -> u64 {
        let entries = match self.kind {
            DocumentKind::Kev => kev::read(&self.bytes).map(|entries| entries.len()),
            DocumentKind::Epss => epss::read(&self.bytes).map(|read| read.scores.len()),
            _ => Ok(1),
        };
        entries.unwrap_or_default() as u64
    }

    /// What an advisory says. `None` for what is a catalogue.
    pub(crate) fn record(&self) -> Option<Result<Record, Problem>> {
        match self.kind {
            DocumentKind::OsvJson => Some(osv::read_json(&self.bytes)),
            DocumentKind::OsvYaml => Some(osv::read_yaml(&self.bytes)),
            DocumentKind::RustSec => Some(rustsec::read(&self.bytes)),
            DocumentKind::Kev | DocumentKind::Epss => None,
        }
    }
}

/// What is known of a stored source without reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceHead {
    /// Its name.
    pub name: String,
    /// As of when it is current, in milliseconds since 1970. `None`: as of its newest advisory.
    pub at_ms: Option<i64>,
}

/// The first bytes of the file.
const MAGIC: &[u8; 8] = b"bzadvpk1";
/// Documents are compressed together until they are this long.
const BLOCK_BYTES: usize = 1 << 20;
/// No block is longer: one document of the greatest length, and what came before it.
const BLOCK_BYTES_MAX: usize = DOCUMENT_BYTES_MAX + 2 * BLOCK_BYTES;
/// No document is longer.
pub(crate) const DOCUMENT_BYTES_MAX: usize = 64 << 20;
const LEVEL: i32 = 3;

/// Writes such a file.
pub(crate) struct PackWriter {
    to: BufWriter<File>,
    open: Writer,
    documents: u64,
}

impl PackWriter {
    pub(crate) fn new(file: File, at_ms: Option<i64>) -> io::Result<Self> {
        let mut to = BufWriter::new(file);
        write_head(&mut to, at_ms)?;
        Ok(Self { to, open: Writer::default(), documents: 0 })
    }

    pub(crate) fn add(&mut self, document: &Document) -> io::Result<()> {
        if document.bytes.len() > DOCUMENT_BYTES_MAX {
            return Err(io::Error::other("a document is too long"));
        }
        self.open.byte(document.kind.number());
        self.open.text(&document.id);
        self.open.bytes(&document.bytes);
        self.documents += 1;
        if self.open.0.len() >= BLOCK_BYTES { self.close() } else { Ok(()) }
    }

    /// The file's bytes are where they will stay once this has returned.
    pub(crate) fn finish(mut self) -> io::Result<u64> {
        self.close()?;
        self.block(&[], 0)?;
        let file = self.to.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        Ok(self.documents)
    }

    fn close(&mut self) -> io::Result<()> {
        if self.open.0.is_empty() {
            return Ok(());
        }
        let compressed = zstd::bulk::compress(&self.open.0, LEVEL)?;
        self.block(&compressed, self.open.0.len())?;
        self.open.0.clear();
        Ok(())
    }

    fn block(&mut self, compressed: &[u8], inflated: usize) -> io::Result<()> {
        let lengths = [compressed.len() as u32, inflated as u32].map(u32::to_le_bytes).concat();
        self.to.write_all(&lengths)?;
        self.to.write_all(&checksum(&lengths, compressed).to_le_bytes())?;
        self.to.write_all(compressed)
    }
}

fn write_head(to: &mut impl Write, at_ms: Option<i64>) -> io::Result<()> {
    to.write_all(MAGIC)?;
    let mut head = Writer::default();
    head.signed(at_ms);
    head.0.resize(16, 0);
    to.write_all(&head.0)?;
    to.write_all(&crc32fast::hash(&head.0).to_le_bytes())
}

/// Reads such a file.
pub(crate) struct PackReader {
    from: BufReader<File>,
    pub(crate) head: SourceHead,
}

/// Some documents, still compressed.
pub(crate) struct PackBlock {
    compressed: Vec<u8>,
    inflated: usize,
    name: String,
}

impl PackReader {
    pub(crate) fn open(path: &Path, name: &str) -> Result<Self> {
        let file = File::open(path).map_err(Error::io("open", path))?;
        let corrupt = || Error::CorruptSource { source_name: name.to_owned() };
        let mut from = BufReader::new(file);
        let mut head = [0; 28];
        from.read_exact(&mut head).map_err(|_| corrupt())?;
        let fields = head.get(8..24).unwrap_or_default();
        if !head.starts_with(MAGIC) || u32_at(&head, 24) != Some(crc32fast::hash(fields)) {
            return Err(corrupt());
        }
        let at_ms = Reader(fields).signed().ok_or_else(corrupt)?;
        Ok(Self { from, head: SourceHead { name: name.to_owned(), at_ms } })
    }

    /// Writes what is left of it to a file with another time.
    pub(crate) fn copy(&mut self, mut file: File, at_ms: Option<i64>) -> io::Result<()> {
        write_head(&mut file, at_ms)?;
        io::copy(&mut self.from, &mut file)?;
        file.sync_all()
    }

    /// `None` behind the last one.
    pub(crate) fn next_block(&mut self) -> Result<Option<PackBlock>> {
        let name = self.head.name.clone();
        let corrupt = || Error::CorruptSource { source_name: name.clone() };
        let mut head = [0; 12];
        self.from.read_exact(&mut head).map_err(|_| corrupt())?;
        let number = |at| u32_at(&head, at).map(|number| number as usize);
        let (length, inflated) = number(0).zip(number(4)).ok_or_else(corrupt)?;
        if length > BLOCK_BYTES_MAX || inflated > BLOCK_BYTES_MAX {
            return Err(corrupt());
        }
        let mut compressed = Vec::new();
        let read = self.from.by_ref().take(length as u64).read_to_end(&mut compressed);
        let expected = checksum(head.get(..8).unwrap_or_default(), &compressed);
        if read.ok() != Some(length) || u32_at(&head, 8) != Some(expected) {
            return Err(corrupt());
        }
        if length == 0 {
            return Ok(None);
        }
        Ok(Some(PackBlock { compressed, inflated, name }))
    }
}

fn checksum(lengths: &[u8], compressed: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(lengths);
    hasher.update(compressed);
    hasher.finalize()
}

impl PackBlock {
    pub(crate) fn documents(&self) -> Result<Vec<Document>> {
        let corrupt = || Error::CorruptSource { source_name: self.name.clone() };
        let bytes =
            zstd::bulk::decompress(&self.compressed, self.inflated).map_err(|_| corrupt())?;
        let mut from = Reader(&bytes);
        let mut out = Vec::new();
        while !from.0.is_empty() {
            let mut read = || {
                let number = from.byte()?;
                let kind = DocumentKind::ALL.into_iter().find(|kind| kind.number() == number)?;
                Some(Document { kind, id: from.string()?, bytes: from.bytes()?.to_vec() })
            };
            out.push(read().ok_or_else(corrupt)?);
        }
        Ok(out)
    }
}
