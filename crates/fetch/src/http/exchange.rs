//! One request and its answer, on a thread of their own, so that whoever waits for them can stop waiting.

use std::{
    io::{self, Read},
    net::SocketAddr,
    sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    thread,
    time::{Duration, Instant},
};

use reqwest::{
    StatusCode, Version,
    blocking::{Client, Request},
    header::HeaderMap,
};

use super::{Opened, Timing, failure, pinned::Pin};
use crate::{
    Error, SafeUrl,
    watch::{TICK, Watch},
};

/// Pieces on their way; enough to keep both sides busy.
const QUEUE: usize = 4;
const PIECE_BYTES: usize = 64 << 10;

enum Event {
    Head(Box<Head>),
    Piece(Vec<u8>),
    Failed(Error),
    End,
}

struct Head {
    status: StatusCode,
    version: Version,
    headers: HeaderMap,
    peer: Option<SocketAddr>,
    at: Instant,
}

/// A request that is ready to go.
pub(super) struct Ready {
    pub(super) request: Request,
    pub(super) url: SafeUrl,
    pub(super) pin: Pin,
    /// When the hop began.
    pub(super) since: Instant,
    /// What resolving its host took of it.
    pub(super) resolved: Duration,
}

/// The rest of an answer. Errors of `read` carry an [`Error`]; [`unwrap`] takes it out.
pub(crate) struct Body {
    events: Receiver<Event>,
    watch: Watch,
    host: String,
    piece: io::Cursor<Vec<u8>>,
    ended: bool,
}

pub(super) fn start(
    client: Client,
    ready: Ready,
    watch: Watch,
    idle: Duration,
) -> Result<Opened, Error> {
    let Ready { request, url, pin, since, resolved } = ready;
    let (send, events) = sync_channel(QUEUE);
    let at = url.clone();
    thread::Builder::new()
        .name("http".to_owned())
        .spawn(move || {
            // Nobody listens any more when the receiver is gone; then there is nobody to tell.
            let _ = run(&client, request, &at, pin, idle, &send);
        })
        .map_err(|error| Error::Start { reason: error.to_string() })?;
    let host = url.host().to_owned();
    let body = Body { events, watch, host, piece: io::Cursor::default(), ended: false };
    let Head { status, version, headers, peer, at } = match body.next()? {
        Event::Head(head) => *head,
        Event::Failed(error) => return Err(error),
        Event::Piece(_) | Event::End => {
            let reason = "an answer without a head".to_owned();
            return Err(Error::Http { host: body.host, reason });
        }
    };
    let first_byte = at.saturating_duration_since(since);
    let timing = Timing { resolved, first_byte, end: first_byte };
    Ok(Opened { status, version, headers, url, peer, since, timing, body })
}

fn run(
    client: &Client,
    request: Request,
    url: &SafeUrl,
    pin: Pin,
    idle: Duration,
    events: &SyncSender<Event>,
) -> Result<(), std::sync::mpsc::SendError<Event>> {
    let mut response = match client.execute(request) {
        Ok(response) => response,
        Err(error) => return events.send(Event::Failed(failure::of_request(&error, url, idle))),
    };
    drop(pin);
    events.send(Event::Head(Box::new(Head {
        status: response.status(),
        version: response.version(),
        headers: response.headers().clone(),
        peer: response.remote_addr(),
        at: Instant::now(),
    })))?;
    loop {
        let mut piece = vec![0; PIECE_BYTES];
        match response.read(&mut piece) {
            Ok(0) => return events.send(Event::End),
            Ok(read) => {
                piece.truncate(read);
                events.send(Event::Piece(piece))?;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return events.send(Event::Failed(failure::of_body(&error, url, idle))),
        }
    }
}

impl Body {
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    fn next(&self) -> Result<Event, Error> {
        loop {
            self.watch.check(&self.host)?;
            match self.events.recv_timeout(TICK.min(self.watch.remaining())) {
                Ok(event) => return Ok(event),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Error::ConnectionLost {
                        host: self.host.clone(),
                        reason: "the client's thread ended".to_owned(),
                    });
                }
            }
        }
    }
}

impl Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.piece.read(buffer)?;
            if read > 0 || self.ended || buffer.is_empty() {
                return Ok(read);
            }
            match self.next().map_err(wrap)? {
                Event::Piece(piece) => self.piece = io::Cursor::new(piece),
                Event::End => self.ended = true,
                Event::Failed(error) => {
                    self.ended = true;
                    return Err(wrap(error));
                }
                Event::Head(_) => {}
            }
        }
    }
}

fn wrap(error: Error) -> io::Error {
    io::Error::other(error)
}

/// The [`Error`] in an error of [`Body`]'s `read`.
pub(crate) fn unwrap(error: io::Error, host: &str) -> Error {
    match error.downcast::<Error>() {
        Ok(error) => error,
        Err(error) => Error::ConnectionLost {
            host: host.to_owned(),
            reason: crate::error::printable(&error.to_string()),
        },
    }
}
