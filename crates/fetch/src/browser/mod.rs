//! Pages as a browser makes them: Chromium without a screen, and without a network.
//!
//! A page that is rendered is foreign code that runs inside of the network that the scanner is in. So the browser gets no way out at all:
//!
//! - Its only proxy is a name that is not there, for every address and the machine's own, and no name resolves for it: whatever opens a
//!   connection by itself ends there, WebSockets, preconnects and prefetches among them. QUIC is off, and so is UDP for WebRTC. What
//!   the last of these needs has changed its name over the years; therefore each browser that was started has to show that it gathers no
//!   address, or it is not used.
//! - Every request is held (`Fetch` domain of the DevTools protocol, on the browser as a whole, so that frames, workers and service workers
//!   are in it) and handed to the caller, who answers it by [`Client`](crate::Client), under its guard. What should slip through meets
//!   the first lock: it fails, it does not leave.
//! - We speak to it over two pipes. A port would be open to everybody on the machine, and to the pages themselves.
//!
//! It runs in a process group and a profile of its own, with an environment of nothing but paths. When we drop it, or end however, it ends
//! and the profile goes: its pipe is closed then, and the shell that started it waits for that. Each page gets a context of its own, as a
//! visitor who has never been there. Downloads, dialogs, permissions and further windows are refused. Its sandbox stays on unless somebody
//! says otherwise.
//!
//! What is asked for, and what is not let out, is the caller's to say; what a browser's memory takes is for the system to bound.

mod find;
mod page;
mod process;
mod recorder;
mod snapshot;
mod wire;

use std::{
    env,
    ffi::OsStr,
    path::PathBuf,
    sync::{Arc, atomic::AtomicBool},
    time::{Duration, Instant},
};

use model::site::{FailureKind, Headers, Rendering, RequestKind};
use serde_json::json;
use url::Url;

use crate::{Error, http::VISITOR};

pub use recorder::replay;

use process::Process;
use wire::Wire;

/// How long a browser may take until it can be talked to.
const START: Duration = Duration::from_secs(30);
/// How long it may take for anything that no page is part of.
const PATIENCE: Duration = Duration::from_secs(10);
/// Counts the addresses that WebRTC finds, the browser's own among them; it has none if it may not use UDP (RFC 8828, mode 4). -1: it does not end.
const GATHER: &str = "new Promise(done => {
  if (typeof RTCPeerConnection === 'undefined') return done(0);
  let found = 0;
  const peer = new RTCPeerConnection({ iceServers: [{ urls: 'stun:127.0.0.1:9' }] });
  peer.createDataChannel('');
  peer.onicecandidate = event => event.candidate ? (found += event.candidate.candidate ? 1 : 0) : done(found);
  peer.createOffer().then(offer => peer.setLocalDescription(offer));
  setTimeout(() => done(found || -1), 5000);
})";

/// Which browser is started, and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// Chromium, or what is made of it.
    pub program: PathBuf,
    /// Whether it keeps its sandbox.
    pub sandbox: Sandbox,
    /// What scripts hear it called. What servers hear is the caller's.
    pub user_agent: String,
}

impl Options {
    /// The browser that a user names by the path of its program, or as `auto`, which is the one on `PATH`; under the name that websites
    /// know their visitor by.
    ///
    /// # Errors
    /// [`Error::Browser`] if there is none.
    pub fn named(name: &OsStr, without_sandbox: bool) -> Result<Self, Error> {
        let path = env::var_os("PATH").unwrap_or_default();
        let sandbox = if without_sandbox { Sandbox::Off } else { Sandbox::On };
        Ok(Self { program: find::named(name, &path)?, sandbox, user_agent: VISITOR.to_owned() })
    }
}

/// What stands between a page and the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sandbox {
    /// Chromium's own, which it does not offer to root.
    On,
    /// Nothing but the user that it runs as: for containers that are a sandbox themselves.
    Off,
}

/// How much a page may do.
#[derive(Clone, Debug)]
pub struct Bounds {
    /// From its request to the end.
    pub total: Duration,
    /// So long nothing must be under way for it to be done.
    pub quiet: Duration,
    /// Of the document as text; what is behind it is left off.
    pub document_bytes: usize,
    /// Requests that are answered at a time.
    pub connections: usize,
    /// Set by another thread to stop.
    pub cancel: Arc<AtomicBool>,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            total: Duration::from_secs(20),
            quiet: Duration::from_millis(500),
            document_bytes: 5 << 20,
            connections: 6,
            cancel: Arc::default(),
        }
    }
}

/// A request that the browser would make.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Where.
    pub url: Url,
    /// As the browser spells it, such as `GET`. Bodies are not told: nothing with one is let out.
    pub method: String,
    /// As the browser would send them, those that are about the connection apart.
    pub headers: Vec<(String, String)>,
    /// What for.
    pub kind: RequestKind,
    /// In the browser's own words, where `kind` is less than it says: `Media`, `Ping`, `EventSource`.
    pub resource_type: String,
    /// Whose it is.
    pub frame: Frame,
    /// When nobody waits for the answer any more.
    pub deadline: Instant,
}

/// Whose a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame {
    /// The page's own, or its workers'.
    Page,
    /// Of a frame in it, a service worker, or nobody knows.
    Other,
}

/// An answer to what the browser asks.
#[derive(Clone, Debug)]
pub enum Reply {
    /// What a server said. Fields that tell how the body came are left off.
    Answer {
        /// The status; redirects are followed by the browser, which asks again.
        status: u16,
        /// Its fields.
        headers: Headers,
        /// Decoded.
        body: Arc<[u8]>,
    },
    /// No answer, and why.
    Failed(FailureKind, String),
    /// It is not let out. A page that wanted to go elsewhere stays.
    Declined,
}

/// A browser that runs. It ends when it is dropped.
pub struct Browser {
    wire: Wire,
    /// Behind the pipes, so that they are closed when it is waited for.
    process: Process,
}

impl Browser {
    /// Starts a browser, and has it show that it has no network.
    ///
    /// # Errors
    /// [`Error::Browser`], [`Error::Cancelled`].
    pub fn start(options: &Options, cancel: &Arc<AtomicBool>) -> Result<Self, Error> {
        let (process, commands, messages) = Process::start(options)?;
        let wire = Wire::new(commands, messages, Arc::clone(cancel))?;
        let mut browser = Self { wire, process };
        let started = browser.wire.call("Browser.getVersion", json!({}), None, START);
        if let Err(error) = started {
            return Err(match error {
                Error::Browser { reason } => {
                    trouble(browser.process.why_it_ended().unwrap_or(reason))
                }
                other => other,
            });
        }
        let everything = json!({ "patterns": [{ "urlPattern": "*" }] });
        browser.wire.call("Fetch.enable", everything, None, PATIENCE)?;
        browser.require_no_network()?;
        Ok(browser)
    }

    /// Renders a page, and answers what it asks for by `answer`, on several threads. The page itself is the first that is asked for.
    ///
    /// # Errors
    /// [`Error::Browser`] if there is no document at the end, [`Error::Cancelled`]. The browser can be used again after either, or says
    /// so again.
    pub fn render(
        &mut self,
        page: &Url,
        bounds: &Bounds,
        answer: &(dyn Fn(&Asked) -> Reply + Sync),
    ) -> Result<Rendering, Error> {
        let tab = page::Tab::open(&mut self.wire)?;
        let rendered = tab.render(&mut self.wire, page, bounds, answer);
        let closed = tab.close(&mut self.wire);
        let rendering = rendered?;
        closed?;
        Ok(rendering)
    }

    fn require_no_network(&mut self) -> Result<(), Error> {
        let tab = page::Tab::open(&mut self.wire)?;
        let question = json!({ "expression": GATHER, "awaitPromise": true, "returnByValue": true });
        let gathered = self.wire.call("Runtime.evaluate", question, Some(&tab.session), PATIENCE);
        tab.close(&mut self.wire)?;
        match gathered?.pointer("/result/value").and_then(serde_json::Value::as_i64) {
            Some(0) => Ok(()),
            _ => Err(trouble("does not let itself be kept from the network, so it is not used")),
        }
    }
}

/// What is wrong with the browser, as words that follow "the browser".
fn trouble(reason: impl AsRef<str>) -> Error {
    Error::Browser { reason: crate::error::printable(reason.as_ref()) }
}
