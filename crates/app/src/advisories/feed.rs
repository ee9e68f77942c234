//! Catalogues of one file: what CISA and FIRST know about vulnerabilities.

use ::advisories::{Document, DocumentKind, Error as StoreError, import};
use formats::advisories::{epss, kev};

use super::{Outcome, Progress, Round, SourceReport, SyncError, SyncOptions, transfer::Bounds};

/// A catalogue.
pub(super) struct Feed<'a> {
    /// Of the source.
    name: &'static str,
    /// Its name tells what it is written in.
    file: &'static str,
    kind: DocumentKind,
    url: &'a str,
}

impl<'a> Feed<'a> {
    pub(super) fn kev(options: &'a SyncOptions) -> Option<Self> {
        let url = options.publishers.kev_url.as_deref()?;
        Some(Self { name: "kev", file: "kev.json", kind: DocumentKind::Kev, url })
    }

    pub(super) fn epss(options: &'a SyncOptions) -> Option<Self> {
        let url = options.publishers.epss_url.as_deref()?;
        Some(Self { name: "epss", file: "epss.csv.gz", kind: DocumentKind::Epss, url })
    }

    /// That a catalogue is one, and not empty: an empty one would hide what the stored one knows.
    fn require(&self, document: &Document) -> Result<(), StoreError> {
        let entries = match document.kind {
            DocumentKind::Kev if self.kind == DocumentKind::Kev => {
                kev::read(&document.bytes).map(|entries| entries.len())
            }
            DocumentKind::Epss if self.kind == DocumentKind::Epss => {
                epss::read(&document.bytes).map(|read| read.scores.len())
            }
            _ => return Err(StoreError::Refused("it is another kind of file".to_owned())),
        };
        match entries {
            Ok(0) => Err(StoreError::Refused("it is empty".to_owned())),
            Ok(_) => Ok(()),
            Err(problem) => Err(StoreError::Refused(problem.message)),
        }
    }
}

impl Round<'_> {
    pub(super) fn feed(&mut self, feed: &Feed<'_>) -> SourceReport {
        (self.progress)(Progress::Asking(feed.name));
        SourceReport { name: feed.name.to_owned(), outcome: self.read_feed(feed) }
    }

    fn read_feed(&mut self, feed: &Feed<'_>) -> Result<Outcome, SyncError> {
        let mut memory = self.memory(feed.name, feed.url);
        let fetched = self.fetch(feed.name, feed.url, feed.file, &memory.all(), Bounds::LIST)?;
        let Some(fetched) = fetched else { return self.unchanged(feed.name, memory) };
        (self.progress)(Progress::Storing(feed.name));
        let at_ms = Some(self.options.now_ms);
        let documents = self.update.replace(feed.name, at_ms, |sink| {
            let limits = import::Limits::default();
            let imported = import::from_path(fetched.path(), &limits, &mut |document| {
                feed.require(&document)?;
                sink(document)
            })?;
            match imported.problems.first() {
                Some((_, problem)) => Err(StoreError::Refused(problem.clone())),
                None if imported.documents == 0 => {
                    Err(StoreError::Refused("it is another kind of file".to_owned()))
                }
                None => Ok(()),
            }
        })?;
        self.is_stale = true;
        memory.at_ms = at_ms;
        memory.set_all(fetched.validators.clone());
        memory.store(self.library, feed.name)?;
        Ok(Outcome::Replaced { documents, unreadable: 0 })
    }
}
