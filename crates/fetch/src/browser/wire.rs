//! The DevTools protocol over pipes: JSON, each message ended by a zero byte.

use std::{
    collections::VecDeque,
    io::{BufRead, BufReader, Write as _},
    process::{ChildStdin, ChildStdout},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed},
        mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel},
    },
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::trouble;
use crate::{Error, watch::TICK};

/// Longest message that is read; a longer one is passed over. A page may write whatever it likes to its console.
const MAX_MESSAGE_BYTES: usize = 32 << 20;
/// Messages that were read and not looked at yet. Behind them the browser waits.
const QUEUE: usize = 64;
/// Longest event that is looked at. What is read of one takes many times its room, and a page decides what its console says.
const MAX_EVENT_BYTES: usize = 1 << 20;
/// Events that come while an answer is waited for, and their bytes.
const MAX_WAITING: usize = 10_000;
const MAX_WAITING_BYTES: usize = 4 << 20;
/// Bytes that wait for the browser, beyond which answers wait to be written.
const MAX_QUEUED_BYTES: usize = 32 << 20;

/// Something that happened in the browser.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) method: String,
    /// Of which page; none for the browser as a whole.
    pub(super) session: Option<String>,
    pub(super) params: Value,
    /// What it took on its way.
    bytes: usize,
}

enum Message {
    Event(Event),
    Answer { id: u64, result: Result<Value, String> },
}

/// Both directions.
pub(super) struct Wire {
    commands: Commands,
    messages: Receiver<Vec<u8>>,
    waiting: VecDeque<Event>,
    waiting_bytes: usize,
    cancel: Arc<AtomicBool>,
}

/// What the browser is told, from any thread. Nobody waits here for it to listen.
#[derive(Clone)]
pub(super) struct Commands {
    queue: Sender<Vec<u8>>,
    next: Arc<AtomicU64>,
    queued_bytes: Arc<AtomicUsize>,
}

impl Wire {
    pub(super) fn new(
        to: ChildStdin,
        from: ChildStdout,
        cancel: Arc<AtomicBool>,
    ) -> Result<Self, Error> {
        let (send, messages) = sync_channel(QUEUE);
        let (queue, commands) = channel();
        let named = |name: &str| thread::Builder::new().name(name.to_owned());
        let started = |error: std::io::Error| Error::Start { reason: error.to_string() };
        let queued_bytes = Arc::<AtomicUsize>::default();
        let queued = Arc::clone(&queued_bytes);
        named("browser out").spawn(move || write(to, &commands, &queued)).map_err(started)?;
        named("browser in").spawn(move || read(BufReader::new(from), &send)).map_err(started)?;
        let commands = Commands { queue, next: Arc::default(), queued_bytes };
        Ok(Self { commands, messages, waiting: VecDeque::new(), waiting_bytes: 0, cancel })
    }

    pub(super) fn commands(&self) -> Commands {
        self.commands.clone()
    }

    /// Sends a command and waits for its result; what happens meanwhile is kept for [`Wire::next`].
    pub(super) fn call(
        &mut self,
        method: &str,
        params: Value,
        session: Option<&str>,
        patience: Duration,
    ) -> Result<Value, Error> {
        let id = self.commands.send(method, params, session);
        let until = Instant::now() + patience;
        loop {
            match self.receive(until)? {
                Some(Message::Answer { id: of, result }) if of == id => {
                    return result.map_err(|error| trouble(format!("refuses {method}: {error}")));
                }
                Some(Message::Answer { .. }) => {}
                Some(Message::Event(event)) => self.keep(event),
                None => return Err(trouble(format!("does not answer to {method}"))),
            }
            // A page that never stops to talk does not make us wait for longer.
            if Instant::now() >= until {
                return Err(trouble(format!("does not answer to {method}")));
            }
        }
    }

    /// Keeps an event for later, as long as there is room.
    fn keep(&mut self, event: Event) {
        if self.waiting.len() < MAX_WAITING && self.waiting_bytes < MAX_WAITING_BYTES {
            self.waiting_bytes += event.bytes;
            self.waiting.push_back(event);
        }
    }

    /// The next that happens, if it does until then.
    pub(super) fn next(&mut self, until: Instant) -> Result<Option<Event>, Error> {
        if let Some(event) = self.waiting.pop_front() {
            self.waiting_bytes = self.waiting_bytes.saturating_sub(event.bytes);
            return Ok(Some(event));
        }
        loop {
            match self.receive(until)? {
                Some(Message::Event(event)) => return Ok(Some(event)),
                Some(Message::Answer { .. }) => {}
                None => return Ok(None),
            }
        }
    }

    /// Forgets what happened so far.
    pub(super) fn forget(&mut self) {
        self.waiting.clear();
        self.waiting_bytes = 0;
    }

    fn receive(&self, until: Instant) -> Result<Option<Message>, Error> {
        loop {
            if self.cancel.load(Relaxed) {
                return Err(Error::Cancelled);
            }
            let rest = until.saturating_duration_since(Instant::now());
            match self.messages.recv_timeout(rest.min(TICK)) {
                // What cannot be read says nothing; an answer that is missing is missed by whoever waits for it.
                Ok(bytes) => {
                    if let Some(message) = understand(&bytes) {
                        return Ok(Some(message));
                    }
                }
                Err(RecvTimeoutError::Timeout) if rest.is_zero() => return Ok(None),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(trouble("ended, and nobody asked it to"));
                }
            }
        }
    }
}

impl Commands {
    /// The number that the answer is going to have.
    pub(super) fn send(&self, method: &str, params: Value, session: Option<&str>) -> u64 {
        let id = self.next.fetch_add(1, Relaxed) + 1;
        let mut message = json!({ "id": id, "method": method, "params": params });
        if let (Some(session), Some(message)) = (session, message.as_object_mut()) {
            message.insert("sessionId".to_owned(), session.into());
        }
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        self.queued_bytes.fetch_add(bytes.len(), Relaxed);
        // Who is gone does not answer, which is what whoever waits for it hears.
        let _ = self.queue.send(bytes);
        id
    }

    /// Waits until the browser has taken most of what it was told; says whether it has by then.
    pub(super) fn wait_for_room(&self, until: Instant) -> bool {
        while self.queued_bytes.load(Relaxed) > MAX_QUEUED_BYTES {
            if Instant::now() >= until {
                return false;
            }
            thread::sleep(TICK);
        }
        true
    }
}

fn write(mut to: ChildStdin, commands: &Receiver<Vec<u8>>, queued_bytes: &AtomicUsize) {
    while let Ok(bytes) = commands.recv() {
        if to.write_all(&bytes).is_err() {
            return;
        }
        queued_bytes.fetch_sub(bytes.len(), Relaxed);
    }
}

/// Passes messages on as they come: what is read of one takes many times its room.
fn read(mut from: impl BufRead, to: &SyncSender<Vec<u8>>) {
    let mut bytes = Vec::new();
    while let Ok(Some(is_whole)) = framed(&mut from, &mut bytes) {
        let is_event = bytes.starts_with(b"{\"method\"");
        if is_whole
            && !(is_event && bytes.len() > MAX_EVENT_BYTES)
            && to.send(std::mem::take(&mut bytes)).is_err()
        {
            return;
        }
    }
}

/// Reads the next message; says whether it is whole, or that there are no more.
fn framed(from: &mut impl BufRead, bytes: &mut Vec<u8>) -> std::io::Result<Option<bool>> {
    bytes.clear();
    let mut is_whole = true;
    loop {
        let piece = from.fill_buf()?;
        if piece.is_empty() {
            return Ok(None);
        }
        let end = piece.iter().position(|byte| *byte == 0);
        let part = piece.get(..end.unwrap_or(piece.len())).unwrap_or_default();
        is_whole &= bytes.len() + part.len() <= MAX_MESSAGE_BYTES;
        if is_whole {
            bytes.extend_from_slice(part);
        }
        let used = part.len() + usize::from(end.is_some());
        from.consume(used);
        if end.is_some() {
            return Ok(Some(is_whole));
        }
    }
}

fn understand(bytes: &[u8]) -> Option<Message> {
    let mut message: Value = serde_json::from_slice(bytes).ok()?;
    if let Some(id) = message.get("id").and_then(Value::as_u64) {
        let result = match message.get("error") {
            Some(error) => {
                Err(error.get("message").and_then(Value::as_str).unwrap_or("").to_owned())
            }
            None => Ok(message.get_mut("result").map(Value::take).unwrap_or_default()),
        };
        return Some(Message::Answer { id, result });
    }
    event(message, bytes.len()).map(Message::Event)
}

fn event(mut message: Value, bytes: usize) -> Option<Event> {
    Some(Event {
        bytes,
        method: message.get("method")?.as_str()?.to_owned(),
        session: message.get("sessionId").and_then(Value::as_str).map(str::to_owned),
        params: message.get_mut("params").map(Value::take).unwrap_or_default(),
    })
}

/// An event, if these bytes are one.
pub(super) fn read_event(bytes: &[u8]) -> Option<Event> {
    match understand(bytes)? {
        Message::Event(event) => Some(event),
        Message::Answer { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_end_with_a_zero_and_what_is_too_long_is_passed_over() {
        let long = vec![b'x'; MAX_MESSAGE_BYTES + 1];
        let text =
            [b"{\"id\":7,\"result\":{\"a\":1}}\0", long.as_slice(), b"\0{}\0not json\0"].concat();
        let end = b"{\"id\":8,\"error\":{\"message\":\"no\"}}\0{\"method\":\"A.b\",\"sessionId\":\"s\"}\0half";
        let text = [text.as_slice(), end].concat();
        let (send, received) = sync_channel(QUEUE);
        read(text.as_slice(), &send);
        drop(send);
        let read: Vec<String> = received
            .iter()
            .filter_map(|bytes| understand(&bytes))
            .map(|message| match message {
                Message::Answer { id, result } => format!("{id} {result:?}"),
                Message::Event(event) => {
                    format!("{} {:?} {}", event.method, event.session, event.params)
                }
            })
            .collect();
        assert_eq!(
            read,
            ["7 Ok(Object {\"a\": Number(1)})", "8 Err(\"no\")", "A.b Some(\"s\") null"]
        );
    }
}
