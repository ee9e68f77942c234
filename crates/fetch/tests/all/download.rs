//! Downloads into files.

use std::{
    cell::RefCell,
    fs,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use fetch::{
    Client, Error,
    http::{Download, Downloaded, Validators},
};
use tempfile::TempDir;
use test_kit::{Ending, HttpServer, Reply, Request, noise};

use crate::support::{Names, client, open};

/// A folder, and a file in it that is to be.
struct Place {
    client: Client,
    folder: TempDir,
    cancel: Arc<AtomicBool>,
}

impl Place {
    fn new() -> Self {
        let client = client(open(), Names::default(), "");
        Self { client, folder: tempfile::tempdir().unwrap(), cancel: Arc::default() }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("all.zip")
    }

    fn bytes(&self) -> Vec<u8> {
        fs::read(self.file()).unwrap()
    }

    fn download(&self, server: &HttpServer, known: &Validators) -> Result<Downloaded, Error> {
        self.download_with(server, known, &|_, _| {})
    }

    fn download_with(
        &self,
        server: &HttpServer,
        known: &Validators,
        progress: &dyn Fn(u64, Option<u64>),
    ) -> Result<Downloaded, Error> {
        self.client.download(&Download {
            url: &self.client.url(&server.url("/all.zip")).unwrap(),
            known,
            file: &self.file(),
            max_bytes: 2 << 20,
            timeout: Duration::from_secs(60),
            cancel: &self.cancel,
            progress,
        })
    }
}

fn tag(etag: &str) -> Validators {
    Validators { etag: Some(etag.to_owned()), last_modified: None }
}

/// Sends `content` as a server does that knows ranges and tags.
fn ranged(content: &[u8], etag: &str, request: &Request) -> Reply {
    if request.header("if-none-match") == Some(etag) {
        return Reply::status(304);
    }
    let begin = request
        .header("range")
        .filter(|_| request.header("if-range") == Some(etag))
        .and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok());
    let Some(begin) = begin else { return Reply::ok(content).header("etag", etag) };
    let range = format!("bytes {begin}-{}/{}", content.len() - 1, content.len());
    Reply { status: 206, ..Reply::ok(&content[begin..]) }
        .header("etag", etag)
        .header("content-range", &range)
}

/// Breaks off after 100,000 bytes, until it is asked for the rest.
fn breaking(content: Vec<u8>, etag: fn(bool) -> &'static str) -> HttpServer {
    HttpServer::http(move |request| match request.header("range") {
        None => Reply {
            ending: Ending::BreakOff,
            ..Reply::ok(&content[..100_000]).header("etag", etag(false))
        },
        Some(_) => ranged(&content, etag(true), request),
    })
}

#[test]
fn a_file_is_downloaded_once_and_not_again() {
    let place = Place::new();
    let content = noise(300_000);
    let sent = content.clone();
    let server = HttpServer::http(move |request| ranged(&sent, "\"one\"", request));
    let told = RefCell::new(Vec::new());
    let downloaded = place.download_with(&server, &Validators::default(), &|bytes, total| {
        told.borrow_mut().push((bytes, total));
    });
    assert_eq!(downloaded.unwrap(), Downloaded::Complete(tag("\"one\"")));
    assert_eq!(place.bytes(), content);
    assert_eq!(told.borrow().last(), Some(&(300_000, Some(300_000))));
    assert_eq!(fs::read_dir(place.folder.path()).unwrap().count(), 1);
    let again = place.download(&server, &tag("\"one\"")).unwrap();
    assert_eq!(again, Downloaded::Unchanged);
}

#[test]
fn what_broke_off_is_continued() {
    let place = Place::new();
    let content = noise(300_000);
    let server = breaking(content.clone(), |_| "\"one\"");
    let error = place.download(&server, &Validators::default()).unwrap_err();
    assert!(error.is_transient(), "{error}");
    assert_eq!(place.bytes().len(), 100_000);
    let downloaded = place.download(&server, &Validators::default()).unwrap();
    assert_eq!(downloaded, Downloaded::Complete(tag("\"one\"")));
    assert_eq!(place.bytes(), content);
    assert_eq!(server.requests()[1].header("range"), Some("bytes=100000-"));
    assert_eq!(fs::read_dir(place.folder.path()).unwrap().count(), 1);
}

#[test]
fn what_has_changed_meanwhile_is_not_mixed_with_what_was_there() {
    let place = Place::new();
    let content = noise(300_000);
    let server = breaking(content.clone(), |is_rest| if is_rest { "\"two\"" } else { "\"one\"" });
    place.download(&server, &Validators::default()).unwrap_err();
    let downloaded = place.download(&server, &Validators::default()).unwrap();
    assert_eq!(downloaded, Downloaded::Complete(tag("\"two\"")));
    assert_eq!(place.bytes(), content);
    // A server that sends the rest of something else is asked for the whole.
    let place = Place::new();
    let server = HttpServer::http(|request| match request.header("range") {
        None => Reply {
            ending: Ending::BreakOff,
            ..Reply::ok(noise(100_000)).header("etag", "\"one\"")
        },
        Some(_) => Reply { status: 206, ..Reply::ok("rest") }
            .header("etag", "\"two\"")
            .header("content-range", "bytes 100000-100003/100004"),
    });
    for _ in 0..2 {
        place.download(&server, &Validators::default()).unwrap_err();
        assert_eq!(place.bytes(), noise(100_000));
    }
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn a_server_without_tags_begins_anew() {
    let place = Place::new();
    let server =
        HttpServer::http(|_| Reply { ending: Ending::BreakOff, ..Reply::ok(noise(100_000)) });
    for _ in 0..2 {
        place.download(&server, &Validators::default()).unwrap_err();
    }
    assert!(server.requests().iter().all(|request| request.header("range").is_none()));
}

#[test]
fn what_is_too_large_leaves_nothing() {
    for ending in [Ending::Complete, Ending::BreakOff] {
        let place = Place::new();
        let server = HttpServer::http(move |_| Reply { ending, ..Reply::ok(noise(3 << 20)) });
        let error = place.download(&server, &Validators::default()).unwrap_err();
        assert!(matches!(error, Error::BodyTooLarge { .. }), "{error}");
        assert_eq!(fs::read_dir(place.folder.path()).unwrap().count(), 0);
    }
}

#[test]
fn an_error_status_is_one() {
    let place = Place::new();
    let server = HttpServer::http(|_| Reply { status: 503, ..Reply::ok("busy") });
    let error = place.download(&server, &Validators::default()).unwrap_err();
    assert!(matches!(error, Error::Status { status: 503, .. }), "{error}");
    assert!(!place.file().exists());
}

#[test]
fn a_download_ends_when_the_caller_wants_to() {
    let place = Place::new();
    let server = HttpServer::http(|_| Reply { ending: Ending::Stall, ..Reply::ok(noise(100_000)) });
    let error = place.download_with(&server, &Validators::default(), &|_, _| {
        place.cancel.store(true, Ordering::Relaxed);
    });
    assert!(matches!(error, Err(Error::Cancelled)), "{error:?}");
}
