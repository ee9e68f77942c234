//! Answers for a crawl: all that a page's visitor could tell of them, and as much of a body as came.

use std::{
    cell::{Cell, RefCell},
    fmt,
    io::{self, Read},
    net::SocketAddr,
    rc::Rc,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use reqwest::{
    StatusCode, Version,
    header::{ACCEPT_ENCODING, HeaderMap, HeaderValue},
};

use super::{
    Client, Opened, Request,
    coding::{self, Allowance, Coding},
    exchange,
};
use crate::{Error, SafeUrl, watch::Watch};

/// A page seldom compresses better than 20 to 1; data of one kind may to 250.
const MAX_RATIO: u64 = 250;
/// What the ratio leaves alone.
const FREE_BYTES: u64 = 1 << 20;
const PIECE_BYTES: usize = 64 << 10;

/// How much of an answer is read.
#[derive(Clone, Debug)]
pub struct Bounds {
    /// Of the body as it comes over the wire.
    pub wire_bytes: u64,
    /// Of the body decoded.
    pub body_bytes: u64,
    /// For the whole exchange, redirects included.
    pub timeout: Duration,
    /// Set by another thread to stop.
    pub cancel: Arc<AtomicBool>,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            wire_bytes: 10 << 20,
            body_bytes: 10 << 20,
            timeout: Duration::from_secs(30),
            cancel: Arc::default(),
        }
    }
}

/// A request's answer, whatever its status, and how it came. `Debug` does not show the body.
#[derive(Clone)]
pub struct Exchange {
    /// The status of the last hop.
    pub status: StatusCode,
    /// The headers of the last hop, as they came.
    pub headers: HeaderMap,
    /// Where the answer came from, after redirects if they were followed.
    pub url: SafeUrl,
    /// HTTP/1.0, HTTP/1.1 or HTTP/2.
    pub version: Version,
    /// Whom the connection led to.
    pub peer: SocketAddr,
    /// How long it took.
    pub timing: Timing,
    /// The codings that `Content-Encoding` names, in the order in which they were applied. Empty if one of them is not known: the body
    /// is as it came then.
    pub codings: Vec<Coding>,
    /// Size of the body as it came, codings included, chunk sizes and HTTP/2 frames not.
    pub wire_bytes: u64,
    /// The body, decoded.
    pub body: Vec<u8>,
    /// Why the body is not whole; `None` if it is.
    pub cut: Option<Cut>,
}

impl Exchange {
    /// Whether there is more of the body than is here.
    #[must_use]
    pub fn truncated(&self) -> bool {
        self.cut.is_some()
    }
}

/// When what was there, counted from the request of the last hop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timing {
    /// Its host's addresses.
    pub resolved: Duration,
    /// The head of its answer; a new connection is part of it.
    pub first_byte: Duration,
    /// The end of the body, or where it was cut.
    pub end: Duration,
}

/// Why a body is not whole.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cut {
    /// More came over the wire than [`Bounds::wire_bytes`].
    WireLimit,
    /// It is longer than [`Bounds::body_bytes`].
    BodyLimit,
    /// It decodes to more than 250 times what came, and 1 MiB.
    Ratio,
    /// The server hung up, or framed the body wrongly; in the network stack's words.
    Lost(String),
    /// The time was over.
    TimedOut,
    /// `Content-Encoding` names what is not known, or too much of it: the body is as it came.
    UnknownCoding,
    /// It is not what `Content-Encoding` says, from here on.
    Undecodable,
}

impl Client {
    /// Sends a request and reads as much of its answer as the bounds allow. Without an `Accept-Encoding` of its own the request has one
    /// for all codings that are known here.
    ///
    /// # Errors
    /// When there is no answer, or the caller wished to stop. A body that is too long, broken or late is none: it is cut.
    pub fn exchange(&self, mut request: Request, bounds: &Bounds) -> Result<Exchange, Error> {
        request
            .headers
            .entry(ACCEPT_ENCODING)
            .or_insert(HeaderValue::from_static(coding::ACCEPTED));
        let head = request.method == reqwest::Method::HEAD;
        let watch = Watch::stoppable(bounds.timeout, Arc::clone(&bounds.cancel));
        let opened = self.open(request, &watch)?;
        let known = coding::of(&opened.headers);
        let Opened { status, headers, url, version, peer, mut timing, since, body } = opened;
        let unnamed = || Error::Http {
            host: url.host().to_owned(),
            reason: "its connection has no address".to_owned(),
        };
        let peer = peer.ok_or_else(unnamed)?;
        let codings = if head { Vec::new() } else { known.clone().unwrap_or_default() };
        let read = read(body, &codings, bounds)?;
        timing.end = since.elapsed();
        let unknown = (known.is_none() && !read.body.is_empty()).then_some(Cut::UnknownCoding);
        let codings = known.unwrap_or_default();
        let cut = read.cut.or(unknown);
        let ReadBody { wire_bytes, body, .. } = read;
        Ok(Exchange { status, headers, url, version, peer, timing, codings, wire_bytes, body, cut })
    }
}

struct ReadBody {
    wire_bytes: u64,
    body: Vec<u8>,
    cut: Option<Cut>,
}

fn read(body: exchange::Body, codings: &[Coding], bounds: &Bounds) -> Result<ReadBody, Error> {
    let wire = Wire::new(body, bounds.wire_bytes);
    let (bytes, ended) = (Rc::clone(&wire.bytes), Rc::clone(&wire.ended));
    let allowance = Allowance::new(Rc::clone(&bytes), MAX_RATIO, FREE_BYTES);
    let wire = Rc::new(RefCell::new(wire));
    let mut decoded = Vec::new();
    let mut cut = match coding::decoder(Shared(Rc::clone(&wire)), codings, &allowance) {
        Ok(mut reader) => fill(&mut decoded, &mut reader, bounds.body_bytes),
        Err(_) => Some(Cut::Undecodable),
    };
    if allowance.exceeded() {
        cut = Some(Cut::Ratio);
    }
    // What stands behind the coded bytes belongs to the size, and the connection is free again only behind it.
    if cut.is_none() {
        let mut piece = vec![0; PIECE_BYTES];
        while matches!(Shared(Rc::clone(&wire)).read(&mut piece), Ok(1..)) {}
    }
    let why = match ended.borrow_mut().take() {
        Some(Ended::Limit) => Some(Cut::WireLimit),
        Some(Ended::Failed(Error::Cancelled)) => return Err(Error::Cancelled),
        Some(Ended::Failed(Error::TimedOut { .. })) => Some(Cut::TimedOut),
        Some(Ended::Failed(Error::ConnectionLost { reason, .. } | Error::Http { reason, .. })) => {
            Some(Cut::Lost(reason))
        }
        Some(Ended::Failed(other)) => return Err(other),
        None => None,
    };
    let cut = match (cut, why) {
        // A coded body that ends early does not decode; that is not its fault.
        (Some(Cut::Undecodable) | None, why @ Some(_)) => why,
        // Nothing at all is no gzip either, but redirects and their like say so of it.
        (Some(Cut::Undecodable), None) if bytes.get() == 0 => None,
        (cut, _) => cut,
    };
    Ok(ReadBody { wire_bytes: bytes.get(), body: decoded, cut })
}

/// Reads up to `limit` bytes.
fn fill(decoded: &mut Vec<u8>, reader: &mut dyn Read, limit: u64) -> Option<Cut> {
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        match reader.read(&mut piece) {
            Ok(0) => return None,
            Ok(read) => {
                let room = usize::try_from(limit).unwrap_or(usize::MAX) - decoded.len();
                decoded.extend_from_slice(piece.get(..read.min(room)).unwrap_or_default());
                if read > room {
                    return Some(Cut::BodyLimit);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return Some(Cut::Undecodable),
        }
    }
}

enum Ended {
    Limit,
    Failed(Error),
}

/// The body as it comes. It ends where it fails, so that a decoder above gives away what it has.
struct Wire {
    body: exchange::Body,
    limit: u64,
    bytes: Rc<Cell<u64>>,
    ended: Rc<RefCell<Option<Ended>>>,
}

impl Wire {
    fn new(body: exchange::Body, limit: u64) -> Self {
        Self { body, limit, bytes: Rc::default(), ended: Rc::default() }
    }
}

impl Read for Wire {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.ended.borrow().is_some() {
            return Ok(0);
        }
        let read = match self.body.read(buffer) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            Err(error) => {
                let error = exchange::unwrap(error, self.body.host());
                *self.ended.borrow_mut() = Some(Ended::Failed(error));
                return Ok(0);
            }
        };
        let room = usize::try_from(self.limit - self.bytes.get()).unwrap_or(usize::MAX);
        let kept = read.min(room);
        self.bytes.set(self.bytes.get() + kept as u64);
        if read > room {
            *self.ended.borrow_mut() = Some(Ended::Limit);
        }
        Ok(kept)
    }
}

/// A reader that is read on after its decoder is done.
struct Shared(Rc<RefCell<Wire>>);

impl Read for Shared {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.borrow_mut().read(buffer)
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("status", &self.status)
            .field("url", &self.url)
            .field("version", &self.version)
            .field("peer", &self.peer)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("codings", &self.codings)
            .field("wire_bytes", &self.wire_bytes)
            .field("body_bytes", &self.body.len())
            .field("cut", &self.cut)
            .finish_non_exhaustive()
    }
}
