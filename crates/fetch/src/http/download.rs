//! Downloads into a file: bounded, for those who may have it already, and continued where an earlier one broke off.

use std::{
    fs::{self, File},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use reqwest::{
    StatusCode,
    header::{CONTENT_LENGTH, CONTENT_RANGE, ETAG, HeaderMap, HeaderName, LAST_MODIFIED},
};

use super::{Client, Opened, Request, exchange};
use crate::{Error, SafeUrl, watch::Watch};

/// What is read and written at once.
const PIECE_BYTES: usize = 64 << 10;

/// What a server says that identifies the bytes it sends (RFC 9110, section 8.8).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validators {
    /// `ETag`.
    pub etag: Option<String>,
    /// `Last-Modified`.
    pub last_modified: Option<String>,
}

/// A file to download.
pub struct Download<'a> {
    /// Where from.
    pub url: &'a SafeUrl,
    /// What came with the bytes that the caller has already: the same ones are not sent again.
    pub known: &'a Validators,
    /// Where to. If an earlier download into it broke off, it is continued; what it is the beginning of is kept beside it, in
    /// `<file>.from`.
    pub file: &'a Path,
    /// Of the whole file.
    pub max_bytes: u64,
    /// For this call, redirects included.
    pub timeout: Duration,
    /// Set by another thread to stop.
    pub cancel: &'a Arc<AtomicBool>,
    /// Told of the bytes in the file, and how many it will have if the server says so.
    pub progress: &'a dyn Fn(u64, Option<u64>),
}

/// What became of a download.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Downloaded {
    /// The server still has what the caller knows. There may be a file nevertheless: the beginning of something else.
    Unchanged,
    /// The file is whole.
    Complete(Validators),
}

impl Client {
    /// Downloads a file.
    ///
    /// # Errors
    /// Everything but 200, 206 and 304, which is [`Error::Status`]. What arrived stays if a later call can continue it.
    pub fn download(&self, download: &Download<'_>) -> Result<Downloaded, Error> {
        let watch = Watch::stoppable(download.timeout, Arc::clone(download.cancel));
        let mut begun = Begun::find(download);
        loop {
            let opened = self.open(request(download, begun.as_ref())?, &watch)?;
            let bytes = match (opened.status, begun.take()) {
                (StatusCode::OK, _) => 0,
                (StatusCode::PARTIAL_CONTENT, Some(begun)) if begun.goes_on(&opened.headers) => {
                    begun.bytes
                }
                (StatusCode::NOT_MODIFIED, _) => return Ok(Downloaded::Unchanged),
                // It has something else by now, or counts otherwise: once more, from the start.
                (StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE, Some(_)) => {
                    continue;
                }
                (status, _) => {
                    let host = opened.url.host().to_owned();
                    return Err(Error::Status { host, status: status.as_u16() });
                }
            };
            return receive(download, opened, bytes).map(Downloaded::Complete);
        }
    }
}

fn request(download: &Download<'_>, begun: Option<&Begun>) -> Result<Request, Error> {
    let mut request = Request::get(download.url.clone());
    if let Some(etag) = &download.known.etag {
        request = request.header("if-none-match", etag)?;
    } else if let Some(date) = &download.known.last_modified {
        request = request.header("if-modified-since", date)?;
    }
    if let Some(Begun { bytes, validators }) = begun
        && let Some(validator) = validators.strong()
    {
        request =
            request.header("range", &format!("bytes={bytes}-"))?.header("if-range", validator)?;
    }
    Ok(request)
}

/// Writes the body behind the `begun` bytes that are there.
fn receive(download: &Download<'_>, opened: Opened, begun: u64) -> Result<Validators, Error> {
    let path = download.file;
    let host = opened.url.host().to_owned();
    let too_large = || Error::BodyTooLarge { host: host.clone(), limit_bytes: download.max_bytes };
    let validators = Validators::of(&opened.headers);
    let length = header(&opened.headers, &CONTENT_LENGTH).and_then(|text| text.parse::<u64>().ok());
    let total = length.map(|length| length.saturating_add(begun));
    if total.is_some_and(|total| total > download.max_bytes) {
        return Err(too_large());
    }
    if begun == 0 {
        validators.note(download)?;
    }
    let mut file = File::options()
        .create(true)
        .write(true)
        .truncate(begun == 0)
        .append(begun > 0)
        .open(path)
        .map_err(destination(path))?;
    let (mut body, mut bytes) = (opened.body, begun);
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        let read = match body.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(exchange::unwrap(error, &host)),
        };
        bytes += read as u64;
        if bytes > download.max_bytes {
            forget(path);
            return Err(too_large());
        }
        file.write_all(piece.get(..read).unwrap_or_default()).map_err(destination(path))?;
        (download.progress)(bytes, total);
    }
    fs::remove_file(beside(path)).or_else(absent_is_fine).map_err(destination(path))?;
    Ok(validators)
}

/// What an earlier download left.
struct Begun {
    bytes: u64,
    validators: Validators,
}

impl Begun {
    /// `None`, and nothing left of it, if it cannot be continued.
    fn find(download: &Download<'_>) -> Option<Self> {
        let find = || {
            let note = fs::read_to_string(beside(download.file)).ok()?;
            let mut lines = note.lines().map(|line| Some(line).filter(|line| !line.is_empty()));
            if lines.next()?? != download.url.to_string() {
                return None;
            }
            let mut next = || lines.next().flatten().map(str::to_owned);
            let validators = Validators { etag: next(), last_modified: next() };
            validators.strong()?;
            let bytes = fs::metadata(download.file).ok()?.len();
            (bytes > 0 && bytes <= download.max_bytes).then_some(Self { bytes, validators })
        };
        find().or_else(|| {
            forget(download.file);
            None
        })
    }

    /// Whether an answer 206 is the rest of it.
    fn goes_on(&self, headers: &HeaderMap) -> bool {
        let same = |ours: &Option<String>, name| match (ours, header(headers, name)) {
            (Some(ours), Some(theirs)) => ours == theirs,
            _ => true,
        };
        header(headers, &CONTENT_RANGE)
            .and_then(|range| range.strip_prefix("bytes ")?.split_once('-'))
            .is_some_and(|(first, _)| first.parse() == Ok(self.bytes))
            && same(&self.validators.etag, &ETAG)
            && same(&self.validators.last_modified, &LAST_MODIFIED)
    }
}

impl Validators {
    fn of(headers: &HeaderMap) -> Self {
        let text = |name| header(headers, name).map(str::to_owned);
        Self { etag: text(&ETAG), last_modified: text(&LAST_MODIFIED) }
    }

    /// What a range may hang on: a weak tag says nothing of single bytes.
    fn strong(&self) -> Option<&str> {
        let etag = self.etag.as_deref().filter(|etag| !etag.starts_with("W/"));
        etag.or(self.last_modified.as_deref())
    }

    /// Writes down what the file is about to become the beginning of, if that is enough to continue it.
    fn note(&self, download: &Download<'_>) -> Result<(), Error> {
        forget(download.file);
        if self.strong().is_none() {
            return Ok(());
        }
        let line = |text: &Option<String>| text.clone().unwrap_or_default();
        let note =
            format!("{}\n{}\n{}\n", download.url, line(&self.etag), line(&self.last_modified));
        fs::write(beside(download.file), note).map_err(destination(download.file))
    }
}

fn header<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".from");
    name.into()
}

/// What cannot be removed is written over or found again.
fn forget(file: &Path) {
    let _ = fs::remove_file(beside(file));
    let _ = fs::remove_file(file);
}

fn absent_is_fine(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

fn destination(path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::Destination { path, source }
}
