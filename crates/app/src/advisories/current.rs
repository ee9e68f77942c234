//! The index that is in use, and the loop that keeps it up to date.

use std::{
    collections::BTreeMap,
    fs, io,
    path::Path,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, SystemTime},
};

use ::advisories::{Error as StoreError, Index, Library};
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

use super::{SyncOptions, SyncReport, rebuild, sync};
use crate::{App, threads::on_a_thread, worker::stopped};

/// From one sync to the next.
const EVERY: Duration = Duration::from_hours(6);
/// After one in which a source failed.
const AGAIN: Duration = Duration::from_mins(30);
/// Not all installations ask at the same time.
const JITTER: Duration = Duration::from_mins(30);
/// For a sync to end when the process does.
const LAST_MOMENT: Duration = Duration::from_secs(2);

/// The index of a folder, opened again when another one has taken its place.
pub(crate) struct Current {
    library: Library,
    opened: RwLock<Opened>,
}

#[derive(Default)]
struct Opened {
    file: Option<Stamp>,
    index: Option<Arc<Index>>,
}

/// Which file it is: another one that takes its name has another number, or another time.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Stamp {
    number: u64,
    length: u64,
    modified: Option<SystemTime>,
}

impl Stamp {
    fn of(path: &Path) -> io::Result<Self> {
        let metadata = fs::metadata(path)?;
        #[cfg(unix)]
        let number = std::os::unix::fs::MetadataExt::ino(&metadata);
        #[cfg(not(unix))]
        let number = 0;
        Ok(Self { number, length: metadata.len(), modified: metadata.modified().ok() })
    }
}

impl Current {
    pub(crate) fn of(folder: &Path) -> Self {
        Self { library: Library::at(folder), opened: RwLock::default() }
    }

    /// Costs a look at the file's entry, and once for each new file to open it. One that cannot be opened does not take the place of the
    /// one before it.
    fn index(&self) -> Option<Arc<Index>> {
        let file = Stamp::of(&self.library.index_path()).ok();
        {
            let opened = self.opened.read().unwrap_or_else(PoisonError::into_inner);
            if opened.file == file {
                return opened.index.clone();
            }
        }
        let mut opened = self.opened.write().unwrap_or_else(PoisonError::into_inner);
        if opened.file != file {
            opened.file = file;
            // A flipped bit could hide an advisory.
            let index = self.library.index().and_then(|index| {
                index.iter().try_for_each(Index::verify)?;
                Ok(index)
            });
            match index {
                Ok(index) => opened.index = index.map(Arc::new),
                Err(error) => tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "advisories cannot be used"
                ),
            }
        }
        opened.index.clone()
    }
}

impl App {
    /// What is known about vulnerabilities now; the latest that this process or another one has stored. `None` if nothing is.
    #[must_use]
    pub fn advisories(&self) -> Option<Arc<Index>> {
        self.advisories.as_ref()?.index()
    }

    /// Fetches what is new, now and every six hours, until `stop` is true or its sender is gone. Where advisories are not fetched, it
    /// only sees to it that what is stored can be used.
    pub async fn keep_advisories(&self, mut stop: watch::Receiver<bool>) {
        let Some(library) = self.advisories.as_ref().map(|current| current.library.clone()) else {
            return;
        };
        let Some(publishers) = self.config.advisories.clone() else {
            let now_ms = self.now_ms();
            // After an update of this program there is no index that it can read.
            let rebuilt = on_a_thread("advisories", move || rebuild(&library, now_ms, 1)).await;
            if let Ok(Err(error)) = rebuilt {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "the index of advisories cannot be built");
            }
            return;
        };
        loop {
            let cancel = Arc::new(AtomicBool::new(false));
            let options =
                SyncOptions { publishers: publishers.clone(), ..SyncOptions::new(self.now_ms()) };
            let mut work = {
                let (client, library) = (self.fetch.clone(), library.clone());
                let cancel = Arc::clone(&cancel);
                on_a_thread("advisories", move || {
                    sync(&client, &library, &options, &|_| {}, &cancel)
                })
            };
            let done = tokio::select! {
                done = &mut work => done,
                () = stopped(&mut stop) => {
                    cancel.store(true, Ordering::Relaxed);
                    // An index that is being built does not hear of it, and may be lost: the old one is in use.
                    let _ = timeout(LAST_MOMENT, work).await;
                    return;
                }
            };
            let pause = match done {
                Ok(done) if tell(&done) => EVERY,
                _ => AGAIN,
            };
            tokio::select! {
                () = sleep(pause + jitter()) => {}
                () = stopped(&mut stop) => return,
            }
        }
    }
}

/// Writes into the log what became of it. Whether everything went well.
fn tell(done: &Result<SyncReport, StoreError>) -> bool {
    let report = match done {
        Ok(report) => report,
        Err(StoreError::Busy) => {
            tracing::info!("another process is fetching advisories");
            return true;
        }
        Err(error) => {
            tracing::warn!(
                error = error as &dyn std::error::Error,
                "advisories are not up to date"
            );
            return false;
        }
    };
    // Most sources are in one place: what is wrong with it is said once.
    let mut failed: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for source in &report.sources {
        if let Err(error) = &source.outcome {
            failed.entry(error.to_string()).or_default().push(&source.name);
        }
    }
    for (error, sources) in &failed {
        let sources = sources.join(", ");
        tracing::warn!(sources, error, "advisories are not up to date");
    }
    if let Some(status) = &report.built {
        let (advisories, packages) = (status.advisories, status.packages);
        tracing::info!(advisories, packages, "advisories are up to date");
    }
    failed.is_empty()
}

fn jitter() -> Duration {
    let mut bytes = [0; 4];
    // Without randomness all are at the same time; nothing depends on it.
    let _ = getrandom::fill(&mut bytes);
    JITTER.mul_f64(f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use ::advisories::{Document, DocumentKind};

    use super::*;

    fn build(library: &Library, now_ms: i64) {
        let record = br#"{"id": "A-1"}"#.to_vec();
        let document = Document::new(DocumentKind::OsvJson, record).unwrap();
        let mut update = library.update().unwrap();
        update.replace("osv", None, |sink| sink(document)).unwrap();
        update.build(now_ms, 1).unwrap();
    }

    #[test]
    fn a_newer_index_is_noticed_and_a_damaged_one_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let current = Current::of(folder.path());
        let built_at = || current.index().map(|index| index.status().built_at_ms);
        assert_eq!(built_at(), None);
        build(&current.library, 1);
        assert_eq!(built_at(), Some(1));
        let held = current.index().unwrap();
        assert!(Arc::ptr_eq(&held, &current.index().unwrap()));
        build(&current.library, 2);
        assert_eq!((built_at(), held.status().built_at_ms), (Some(2), 1));
        let path = current.library.index_path();
        fs::remove_file(&path).unwrap();
        fs::write(&path, "no index").unwrap();
        assert_eq!(built_at(), Some(2));
        build(&current.library, 3);
        assert_eq!(built_at(), Some(3));
        fs::remove_file(&path).unwrap();
        fs::write(&path, "no index").unwrap();
        assert_eq!(rebuild(&current.library, 4, 1).unwrap().unwrap().built_at_ms, 4);
        assert_eq!(rebuild(&current.library, 5, 1).unwrap(), None);
        assert_eq!(built_at(), Some(4));
        fs::remove_file(&path).unwrap();
        assert_eq!(built_at(), None);
    }
}
