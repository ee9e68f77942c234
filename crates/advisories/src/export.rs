//! All that is stored as one zip archive, and back: how advisories get to a machine that reaches nothing.
//!
//! ```text
//! bartizan-advisories.json   {"format": 1, "sources": [{"name": "osv-npm", "at_ms": 1714564800000}]}
//! osv-npm/GHSA-....json      records as their source wrote them, a folder for each source
//! ```
//!
//! To others it is an archive of OSV records.

use std::{
    collections::HashMap,
    fs::File,
    io::{BufReader, Read as _, Seek, Write},
    path::Path,
};

use serde::{Deserialize, Serialize};
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

use crate::{
    error::{Error, Result},
    import::{self, Imported, Limits},
    library::{Library, Update},
    pack::{Document, DocumentKind, SourceHead},
};

/// The file that says that an archive is such a one.
const HEAD: &str = "bartizan-advisories.json";
/// No head is longer.
const HEAD_BYTES_MAX: u64 = 1 << 20;
const FORMAT: u32 = 1;
/// Longer names are cut.
const NAME_BYTES: usize = 200;

#[derive(Deserialize, Serialize)]
struct Head {
    format: u32,
    sources: Vec<HeadSource>,
}

#[derive(Deserialize, Serialize)]
struct HeadSource {
    name: String,
    at_ms: Option<i64>,
}

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// Sources.
    pub sources: u64,
    /// Documents of all of them.
    pub documents: u64,
}

impl Library {
    /// Writes everything that is stored into an archive that [`Update::import_export`] reads.
    ///
    /// # Errors
    ///
    /// A source is damaged, or the archive cannot be written.
    pub fn export(&self, to: impl Write + Seek) -> Result<Exported> {
        let failed = |error: zip::result::ZipError| {
            Error::io("write", "the archive")(std::io::Error::other(error))
        };
        let heads = self.sources()?;
        let mut exported = Exported { sources: heads.len() as u64, documents: 0 };
        let sources =
            heads.iter().map(|head| HeadSource { name: head.name.clone(), at_ms: head.at_ms });
        let head = Head { format: FORMAT, sources: sources.collect() };
        let head = serde_json::to_vec(&head)
            .map_err(|error| Error::io("write", "the archive")(error.into()))?;
        let mut archive = ZipWriter::new(to);
        let options = SimpleFileOptions::default();
        let mut add = |name: String, bytes: &[u8]| {
            archive.start_file(name, options).map_err(failed)?;
            archive.write_all(bytes).map_err(Error::io("write", "the archive"))
        };
        add(HEAD.to_owned(), &head)?;
        for source in &heads {
            // Several records may have one id, or differ in what a name cannot hold.
            let mut taken = HashMap::<String, u64>::new();
            self.documents(&source.name, &mut |document| {
                exported.documents += 1;
                let (stem, extension) = file_name(&document);
                let count = taken.entry(stem.clone()).or_default();
                *count += 1;
                let name = match count {
                    1 => format!("{stem}.{extension}"),
                    count => format!("{stem}~{count}.{extension}"),
                };
                add(format!("{}/{name}", source.name), &document.bytes)
            })?;
        }
        let mut to = archive.finish().map_err(failed)?;
        to.flush().map_err(Error::io("write", "the archive"))?;
        Ok(exported)
    }
}

/// Without what a name cannot hold, and with the extension that tells what it is.
fn file_name(document: &Document) -> (String, &'static str) {
    let extension = match document.kind {
        DocumentKind::OsvJson | DocumentKind::Kev => "json",
        DocumentKind::OsvYaml => "yaml",
        DocumentKind::RustSec => "md",
        DocumentKind::Epss => "csv",
    };
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | ':');
    let id = document.id.chars().take(NAME_BYTES).map(|c| if allowed(c) { c } else { '_' });
    (id.collect(), extension)
}

impl Update {
    /// Stores the sources of an archive that [`Library::export`] wrote, each instead of what was stored of its name. `None` if the file is
    /// something else.
    ///
    /// # Errors
    ///
    /// It is damaged or beyond the limits, or a source cannot be written. Sources before that one are stored.
    pub fn import_export(
        &mut self,
        path: &Path,
        limits: &Limits,
    ) -> Result<Option<Vec<(SourceHead, Imported)>>> {
        let Some(head) = read_head(path)? else { return Ok(None) };
        if head.format != FORMAT {
            return Err(Error::Refused("another version of this program exported it".to_owned()));
        }
        let mut out = Vec::new();
        for HeadSource { name, at_ms } in head.sources {
            let mut imported = Imported::default();
            self.replace(&name, at_ms, |sink| {
                let file = File::open(path).map_err(Error::io("open", path))?;
                imported =
                    import::from_zip_folder(BufReader::new(file), Some(&name), limits, sink)?;
                if imported.documents == 0 && imported.unreadable > 0 {
                    return Err(Error::Refused(format!("what it holds of {name} is damaged")));
                }
                Ok(())
            })?;
            out.push((SourceHead { name, at_ms }, imported));
        }
        Ok(Some(out))
    }
}

fn read_head(path: &Path) -> Result<Option<Head>> {
    if !path.is_file() {
        return Ok(None);
    }
    let file = File::open(path).map_err(Error::io("open", path))?;
    let Ok(mut archive) = ZipArchive::new(BufReader::new(file)) else { return Ok(None) };
    let Ok(member) = archive.by_name(HEAD) else { return Ok(None) };
    let mut bytes = Vec::new();
    let damaged = || Error::Refused(format!("its {HEAD} is damaged"));
    member.take(HEAD_BYTES_MAX).read_to_end(&mut bytes).map_err(|_| damaged())?;
    serde_json::from_slice(&bytes).map(Some).map_err(|_| damaged())
}
