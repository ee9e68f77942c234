//! Finds advisories in files, folders and archives: what each is written in is seen from its name and its first bytes, and what is none
//! is counted and passed over.

mod archive;
mod folder;

use std::{
    fs::File,
    io::{BufReader, Read},
    path::Path,
};

use flate2::read::MultiGzDecoder;
use formats::advisories::{kev, rustsec};

use crate::{
    error::{Error, Result},
    pack::{DOCUMENT_BYTES_MAX, Document, DocumentKind},
};

pub use archive::from_zip;
pub(crate) use archive::from_zip_folder;
pub use folder::from_folder;

/// How much is read.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Files of a folder or archive.
    pub files: u64,
    /// Bytes of one file, inflated.
    pub file_bytes: u64,
    /// Bytes of all files, inflated.
    pub total_bytes: u64,
    /// How many times longer than its compressed bytes a file of more than a megabyte may be. Lists of versions compress well.
    pub ratio: u64,
    /// Folders within folders.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            files: 2_000_000,
            file_bytes: 32 << 20,
            total_bytes: 32 << 30,
            ratio: 1_000,
            depth: 32,
        }
    }
}

/// What an import found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Documents that were handed over.
    pub documents: u64,
    /// Files of another kind.
    pub others: u64,
    /// Files that should be advisories and are not, or are beyond a limit.
    pub unreadable: u64,
    /// The first few of those: which, and why.
    pub problems: Vec<(String, String)>,
}

/// More are counted, not told.
const PROBLEMS_MAX: usize = 20;

/// Takes documents one by one.
pub type Sink<'s> = &'s mut dyn FnMut(Document) -> Result<()>;

/// Reads a file, a folder or a zip archive, and hands over each document in it.
///
/// # Errors
///
/// It cannot be read, is beyond the limits as a whole, or the sink returned an error.
pub fn from_path(path: &Path, limits: &Limits, sink: Sink<'_>) -> Result<Imported> {
    let metadata = path.metadata().map_err(Error::io("open", path))?;
    if metadata.is_dir() {
        return from_folder(path, limits, sink);
    }
    if !metadata.is_file() {
        return Err(Error::Refused("it is neither a file nor a folder".to_owned()));
    }
    let mut file = BufReader::new(File::open(path).map_err(Error::io("open", path))?);
    let mut begin = Vec::new();
    file.by_ref().take(4).read_to_end(&mut begin).map_err(Error::io("read", path))?;
    let file = File::open(path).map_err(Error::io("open", path))?;
    if begin.starts_with(b"PK") {
        return from_zip(BufReader::new(file), limits, sink);
    }
    let mut import = Import::new(limits, sink);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    import.file(&name, file, None)?;
    Ok(import.found)
}

/// An import under way.
struct Import<'s> {
    limits: Limits,
    left_bytes: u64,
    left_files: u64,
    sink: Sink<'s>,
    found: Imported,
}

impl<'s> Import<'s> {
    fn new(limits: &Limits, sink: Sink<'s>) -> Self {
        Self {
            limits: *limits,
            left_bytes: limits.total_bytes,
            left_files: limits.files,
            sink,
            found: Imported::default(),
        }
    }

    /// One file; its compressed length, if it comes out of an archive.
    fn file(&mut self, name: &str, from: impl Read, compressed: Option<u64>) -> Result<()> {
        let Some(left) = self.left_files.checked_sub(1) else {
            return Err(Error::Refused(format!("it holds more than {} files", self.limits.files)));
        };
        self.left_files = left;
        let Some(guess) = Guess::of(name) else {
            self.found.others += 1;
            return Ok(());
        };
        let bytes = match self.read(guess, from, compressed)? {
            Ok(bytes) => bytes,
            Err(problem) => {
                self.problem(name, problem);
                return Ok(());
            }
        };
        let Some(kind) = guess.kind(&bytes) else {
            self.found.others += 1;
            return Ok(());
        };
        match Document::new(kind, bytes) {
            Ok(document) => {
                self.found.documents += 1;
                (self.sink)(document)
            }
            Err(problem) => {
                self.problem(name, &problem.message);
                Ok(())
            }
        }
    }

    /// The inner error is this file's alone.
    fn read(
        &mut self,
        guess: Guess,
        from: impl Read,
        compressed: Option<u64>,
    ) -> Result<Result<Vec<u8>, &'static str>> {
        let file_bytes = self.limits.file_bytes.min(DOCUMENT_BYTES_MAX as u64);
        let by_ratio = compressed.map(|bytes| bytes.saturating_mul(self.limits.ratio).max(1 << 20));
        let limit = file_bytes.min(by_ratio.unwrap_or(u64::MAX));
        let mut bytes = Vec::new();
        let read = if guess.is_gzip {
            MultiGzDecoder::new(from).take(limit + 1).read_to_end(&mut bytes)
        } else {
            from.take(limit + 1).read_to_end(&mut bytes)
        };
        let Some(left) = self.left_bytes.checked_sub(bytes.len() as u64) else {
            let limit = self.limits.total_bytes;
            return Err(Error::Refused(format!("it holds more than {limit} bytes")));
        };
        self.left_bytes = left;
        Ok(match read {
            Err(_) => Err("it cannot be read"),
            Ok(_) if bytes.len() as u64 > limit => Err("it is too large"),
            Ok(_) => Ok(bytes),
        })
    }

    fn problem(&mut self, name: &str, message: &str) {
        self.found.unreadable += 1;
        if self.found.problems.len() < PROBLEMS_MAX {
            self.found.problems.push((model::one_line(name, 200), message.to_owned()));
        }
    }
}

/// What a name promises.
#[derive(Clone, Copy)]
struct Guess {
    extension: Extension,
    is_gzip: bool,
}

#[derive(Clone, Copy)]
enum Extension {
    Json,
    Yaml,
    Markdown,
    Csv,
}

impl Guess {
    fn of(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let (name, is_gzip) = match name.strip_suffix(".gz") {
            Some(name) => (name, true),
            None => (name.as_str(), false),
        };
        let extension = match name.rsplit_once('.')?.1 {
            "json" => Extension::Json,
            "yaml" | "yml" => Extension::Yaml,
            "md" => Extension::Markdown,
            "csv" => Extension::Csv,
            _ => return None,
        };
        Some(Self { extension, is_gzip })
    }

    /// `None` for what is something else after all, such as a readme or a table of ids.
    fn kind(self, bytes: &[u8]) -> Option<DocumentKind> {
        match self.extension {
            Extension::Json if kev::is_one(bytes) => Some(DocumentKind::Kev),
            Extension::Json => Some(DocumentKind::OsvJson),
            Extension::Yaml => Some(DocumentKind::OsvYaml),
            Extension::Markdown => rustsec::is_one(bytes).then_some(DocumentKind::RustSec),
            Extension::Csv => {
                let begin = bytes.get(..bytes.len().min(1024)).unwrap_or_default();
                let mut lines = begin.split(|byte| *byte == b'\n');
                lines.any(|line| line.starts_with(b"cve,epss")).then_some(DocumentKind::Epss)
            }
        }
    }
}
