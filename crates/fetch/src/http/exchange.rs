//! One request and its answer, on a thread of their own, so that whoever waits for them can stop waiting.

use std::{
    io::{self, Read},
    sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    thread,
    time::Duration,
};

use reqwest::{
    StatusCode,
    blocking::{Client, Request},
    header::HeaderMap,
};

use super::{Opened, failure, pinned::Pin};
use crate::{
    Error, SafeUrl,
    watch::{TICK, Watch},
};

/// Pieces on their way; enough to keep both sides busy.
const QUEUE: usize = 4;
const PIECE_BYTES: usize = 64 << 10;

enum Event {
    Head(StatusCode, HeaderMap),
    Piece(Vec<u8>),
    Failed(Error),
    End,
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
    request: Request,
    url: SafeUrl,
    pin: Pin,
    watch: Watch,
    idle: Duration,
) -> Result<Opened, Error> {
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
    match body.next()? {
        Event::Head(status, headers) => Ok(Opened { status, headers, url, body }),
        Event::Failed(error) => Err(error),
        Event::Piece(_) | Event::End => {
            Err(Error::Http { host: body.host, reason: "an answer without a head".to_owned() })
        }
    }
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
    events.send(Event::Head(response.status(), response.headers().clone()))?;
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
                Event::Head(..) => {}
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
