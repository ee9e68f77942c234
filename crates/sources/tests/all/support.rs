//! Clients, names and crawls for tests.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::TcpStream,
    sync::Arc,
    time::Duration,
};

use fetch::{Client, Policy, Scheme};
use model::{
    NoteKind,
    site::{Outcome, Role},
};
use sources::{
    Error,
    site::{self, Crawled, Limits, Options},
};
pub(crate) use test_kit::Names;
use test_kit::{Reply, TlsServer};
use url::Url;

/// A client that may go to 127.0.0.1 and nowhere else on the machine.
pub(crate) fn client(names: Names, authority_pem: &str) -> Client {
    let policy = Policy {
        allow_schemes: [Scheme::Https, Scheme::Http].into(),
        allow_private: vec!["127.0.0.1/32".parse().unwrap()],
        ..Policy::default()
    };
    Client::with_certificates(policy, names, authority_pem.as_bytes()).unwrap()
}

/// No waiting between requests.
pub(crate) fn options() -> Options {
    let limits = Limits { requests_per_second: 1_000_000, ..Limits::default() };
    Options { tls: false, limits, ..Options::default() }
}

/// Little patience.
pub(crate) fn hasty() -> Options {
    let mut options = options();
    options.limits.request = Duration::from_secs(1);
    options.limits.resource_bytes = 1 << 20;
    options
}

pub(crate) fn visit(client: &Client, url: &str, options: &Options) -> Result<Crawled, Error> {
    site::crawl(client, &Url::parse(url).unwrap(), options, 0, &Arc::default())
}

/// From loopback, by address.
pub(crate) fn crawl(url: &str, options: &Options) -> Crawled {
    visit(&client(Names::default(), ""), url, options).unwrap()
}

pub(crate) fn html(body: impl Into<Vec<u8>>) -> Reply {
    Reply::ok(body).header("content-type", "text/html")
}

/// Paths and queries of all resources of a role, in the order of the crawl.
pub(crate) fn paths(crawled: &Crawled, role: Role) -> Vec<String> {
    let resources = crawled.site.resources.iter().filter(|resource| resource.role == role);
    let path = |url: &Url| url[url::Position::BeforePath..].to_owned();
    resources.map(|resource| path(&resource.url)).collect()
}

/// What came of the resource at a path: its status, or words.
pub(crate) fn outcome(crawled: &Crawled, path: &str) -> String {
    let found = crawled.site.resources.iter().find(|resource| resource.url.path() == path);
    match found.map(|resource| &resource.outcome) {
        None => "not asked for".to_owned(),
        Some(Outcome::Answered(answer)) => answer.status.to_string(),
        Some(Outcome::Failed(failure)) => format!("{:?}: {failure}", failure.kind),
        Some(Outcome::Skipped(reason)) => format!("skipped: {reason}"),
    }
}

pub(crate) fn has_note(crawled: &Crawled, kind: NoteKind, words: &str) -> bool {
    crawled.notes.iter().any(|note| note.kind == kind && note.message.contains(words))
}

/// A server that writes what it likes for a path.
pub(crate) fn raw(
    answer: impl Fn(&str, &mut TcpStream) -> std::io::Result<()> + Send + Sync + 'static,
) -> TlsServer {
    TlsServer::serving(move |stream| {
        let mut stream = BufReader::new(stream);
        let (mut first, mut line) = (String::new(), String::new());
        let _ = stream.read_line(&mut first);
        while stream.read_line(&mut line).is_ok_and(|read| read > 2) {
            line.clear();
        }
        let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
        // A client may leave whenever it wants to.
        let _ = answer(&path, stream.get_mut());
    })
}

pub(crate) fn nothing(stream: &mut TcpStream) -> std::io::Result<()> {
    stream.write_all(b"HTTP/1.1 404 No\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
}

pub(crate) fn write(stream: &mut TcpStream, head: &str, body: &str) -> std::io::Result<()> {
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {length}\r\n{head}\r\n{body}"
    )
}
