//! What is asked beside the pages: the TLS endpoint and the records of the name.

use std::{
    sync::{Arc, atomic::AtomicBool},
    thread,
    time::Duration,
};

use fetch::{Client, dns, tls};
use model::{
    Note, NoteKind,
    site::{Dns, Tls},
};
use url::{Host, Url};

use super::{Options, ask, note};

/// What is asked beside pages: once, of the host that the start led to.
pub(super) struct Around<'a> {
    pub(super) client: &'a Client,
    pub(super) options: &'a Options,
    pub(super) home: &'a Url,
    pub(super) remaining: Duration,
    pub(super) cancel: &'a Arc<AtomicBool>,
}

impl Around<'_> {
    pub(super) fn tls(&self) -> (Option<Tls>, Option<Note>) {
        if self.home.scheme() != "https" || !self.options.tls {
            return (None, None);
        }
        let mut bounds = tls::Bounds { cancel: Arc::clone(self.cancel), ..tls::Bounds::default() };
        bounds.total = bounds.total.min(self.remaining);
        let probed = self.client.url(self.home.as_str());
        match probed.and_then(|url| tls::probe(self.client, &url, &bounds)) {
            Ok(facts) => (Some(facts), None),
            Err(error) => {
                let why = ask::refused_address(&error, self.options);
                (None, Some(note(NoteKind::Unvisited, format!("its TLS was not judged: {why}"))))
            }
        }
    }

    /// Of an endpoint that shakes no hand of today's, so that no page can be asked for: what it does speak, which is to be judged.
    pub(super) fn outdated_tls(&self) -> Option<Tls> {
        self.tls().0.filter(tls::is_outdated)
    }

    pub(super) fn dns(&self) -> (Option<Dns>, Option<Note>) {
        let Some(records) = &self.options.records else { return (None, None) };
        if !matches!(self.home.host(), Some(Host::Domain(_))) {
            return (None, None);
        }
        let mut bounds = dns::Bounds { cancel: Arc::clone(self.cancel), ..dns::Bounds::default() };
        bounds.total = bounds.total.min(self.remaining);
        let asked = self.client.url(self.home.as_str());
        match asked.and_then(|url| dns::lookup(records.as_ref(), &url, &bounds)) {
            Ok(facts) => (Some(facts), None),
            Err(error) => {
                let why = ask::refused_address(&error, self.options);
                let message = format!("its name was not looked up: {why}");
                (None, Some(note(NoteKind::Unvisited, message)))
            }
        }
    }
}

/// Does something on a thread of its own; the result waits for it. A mistake of ours costs what it was made with, and is told.
pub(super) fn beside<'scope, T: Default + Send + 'scope>(
    scope: &'scope thread::Scope<'scope, '_>,
    without: &'static str,
    work: impl FnOnce() -> (T, Option<Note>) + Send + 'scope,
) -> impl FnOnce() -> (T, Option<Note>) {
    let without = move |why: &str| {
        (T::default(), Some(note(NoteKind::Unvisited, format!("{without}: {why}"))))
    };
    let thread = thread::Builder::new().name("site".to_owned()).spawn_scoped(scope, work);
    move || match thread {
        Ok(thread) => thread.join().unwrap_or_else(|_| without("Bartizan made a mistake with it")),
        Err(_) => without("no thread could be started for it"),
    }
}
