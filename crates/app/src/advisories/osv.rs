//! Exports of OSV: `<ecosystem>/all.zip` holds every record, `<ecosystem>/modified_id.csv` says when each was changed last, and
//! `<ecosystem>/<id>.json` is one (<https://google.github.io/osv.dev/data/>).

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use ::advisories::{Document, DocumentKind, Error as StoreError, import};
use fetch::http::{Request, Validators};
use formats::advisories::modified::{self, Modified};
use model::Ecosystem;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};
use serde::Deserialize;

use super::{
    Outcome, Progress, Round, SourceReport, SyncError, memory::Memory, source_of, transfer::Bounds,
};

const LIST: &str = "modified_id.csv";
const ALL: &str = "all.zip";
/// From so many changed records on, or a tenth of all, everything is fetched at once.
const RECORDS_MAX: usize = 1_000;
/// Everything is fetched for no fewer.
const RECORDS_MIN: usize = 20;
/// Requests at a time.
const CONNECTIONS: usize = 6;
/// All changed records together.
const RECORDS_BYTES_MAX: u64 = 256 << 20;
/// Clocks may differ by so much.
const AHEAD_MS: i64 = 24 * 60 * 60 * 1_000;
/// One in so many files of an archive may be unreadable.
const UNREADABLE_MAX: u64 = 10;

/// What a list says that is not stored.
struct Changes {
    /// New and changed records, the latest first.
    records: Vec<String>,
    /// Records that it does not name.
    removed: Vec<String>,
    /// Records that are stored.
    stored: usize,
}

impl Changes {
    /// Where much of what is stored is not named any more, only the archive is believed that it is gone.
    fn are_few(&self) -> bool {
        let few = (self.stored / 10).clamp(RECORDS_MIN, RECORDS_MAX);
        self.records.len() <= few
            && self.removed.len() <= few
            && self.removed.len() <= self.stored / 2
    }
}

/// What a list names. One that is empty is none: it would hide all that is stored.
fn rows(bytes: &[u8]) -> Result<Vec<Modified>, SyncError> {
    let told = |reason| SyncError::Content { file: LIST, reason };
    let rows = modified::read(bytes).map_err(|problem| {
        let line = problem.line.map(|line| format!("line {line}: ")).unwrap_or_default();
        told(line + &problem.message)
    })?;
    if rows.is_empty() { Err(told("it is empty".to_owned())) } else { Ok(rows) }
}

/// A list of an ecosystem's records, and what came with it.
struct List {
    rows: Vec<Modified>,
    validators: Validators,
}

impl Round<'_> {
    pub(super) fn ecosystem(&mut self, ecosystem: Ecosystem) -> SourceReport {
        let name = source_of(ecosystem);
        (self.progress)(Progress::Asking(&name));
        let base = self.options.publishers.osv_url.trim_end_matches('/');
        let url = format!("{base}/{}", escaped(ecosystem.as_str()));
        let outcome = self.read_ecosystem(&name, &url);
        SourceReport { name, outcome }
    }

    fn read_ecosystem(&mut self, name: &str, url: &str) -> Result<Outcome, SyncError> {
        let memory = self.memory(name, url);
        let list_url = format!("{url}/{LIST}");
        let file = format!("{name}.csv");
        let list = match self.fetch(name, &list_url, &file, &memory.list(), Bounds::LIST) {
            Ok(None) => return self.unchanged(name, memory),
            Ok(Some(fetched)) => {
                let rows = rows(&fetched.read()?)?;
                Some(List { rows, validators: fetched.validators.clone() })
            }
            // A mirror may have the archives only.
            Err(SyncError::Fetch(fetch::Error::Status { status: 403 | 404, .. })) => None,
            Err(error) => return Err(error),
        };
        match list {
            None => self.everything(name, url, memory).map(|(outcome, _)| outcome),
            Some(list) => self.what_changed(name, url, memory, list),
        }
    }

    fn what_changed(
        &mut self,
        name: &str,
        url: &str,
        memory: Memory,
        list: List,
    ) -> Result<Outcome, SyncError> {
        if memory.is_known()
            && let Some(changes) = self.changes(name, &list.rows)
            && changes.are_few()
        {
            let records = self.records(name, url, &changes.records);
            // A mirror may have the archives and the lists only.
            if records.unreadable * 2 <= changes.records.len() as u64 {
                return self.merge(name, memory, list.validators, &changes, records);
            }
        }
        let (outcome, memory) = self.everything(name, url, memory)?;
        // The archive may be a little older than the list, or younger: then the list is not missing what was removed.
        let Some(mut changes) = self.changes(name, &list.rows) else { return Ok(outcome) };
        changes.removed.clear();
        let is_complete = changes.records.len() <= RECORDS_MAX;
        changes.records.truncate(RECORDS_MAX);
        let validators = if is_complete { list.validators } else { Validators::default() };
        let records = self.records(name, url, &changes.records);
        let merged = self.merge(name, memory, validators, &changes, records)?;
        Ok(if outcome == Outcome::Unchanged { merged } else { outcome })
    }

    /// `None` if what is stored cannot be read.
    fn changes(&self, name: &str, rows: &[Modified]) -> Option<Changes> {
        let mut stored = HashMap::<String, i64>::new();
        self.library
            .documents(name, &mut |document| {
                let modified_ms = modified_ms(&document).unwrap_or(i64::MIN);
                let known = stored.entry(document.id).or_insert(modified_ms);
                *known = modified_ms.max(*known);
                Ok(())
            })
            .ok()?;
        let listed: HashSet<&str> = rows.iter().map(|row| row.id.as_str()).collect();
        let removed: Vec<String> =
            stored.keys().filter(|id| !listed.contains(id.as_str())).cloned().collect();
        let future_ms = self.options.now_ms.saturating_add(AHEAD_MS);
        let is_new = |row: &&Modified| {
            stored
                .get(&row.id)
                .is_none_or(|stored_ms| is_newer(row.modified_ms, *stored_ms, future_ms))
        };
        let mut new: Vec<&Modified> = rows.iter().filter(is_new).collect();
        new.sort_by(|a, b| (b.modified_ms, &a.id).cmp(&(a.modified_ms, &b.id)));
        let records = new.into_iter().map(|row| row.id.clone()).collect();
        Some(Changes { records, removed, stored: stored.len() })
    }

    /// Stores single records among the others.
    fn merge(
        &mut self,
        name: &str,
        mut memory: Memory,
        list: Validators,
        changes: &Changes,
        records: Records,
    ) -> Result<Outcome, SyncError> {
        memory.set_list(list);
        if changes.records.is_empty() && changes.removed.is_empty() {
            return self.unchanged(name, memory);
        }
        (self.progress)(Progress::Storing(name));
        let changed = records.documents.len() as u64;
        if let Some(error) = records.failed {
            // What has come is kept; the list is read again the next time.
            if changed > 0 {
                self.update.merge(name, memory.at_ms, &records.documents, &[])?;
                self.is_stale = true;
            }
            return Err(error);
        }
        let at_ms = Some(self.options.now_ms);
        self.update.merge(name, at_ms, &records.documents, &changes.removed)?;
        self.is_stale = true;
        memory.at_ms = at_ms;
        memory.store(self.library, name)?;
        let removed = changes.removed.len() as u64;
        Ok(Outcome::Merged { changed, removed, unreadable: records.unreadable })
    }

    /// Fetches the archive and stores it instead of what was there.
    fn everything(
        &mut self,
        name: &str,
        url: &str,
        mut memory: Memory,
    ) -> Result<(Outcome, Memory), SyncError> {
        let all_url = format!("{url}/{ALL}");
        let file = format!("{name}.zip");
        let Some(fetched) = self.fetch(name, &all_url, &file, &memory.all(), Bounds::ALL)? else {
            let outcome = self.unchanged(name, memory)?;
            let memory = self.memory(name, url);
            return Ok((outcome, memory));
        };
        (self.progress)(Progress::Storing(name));
        let at_ms = Some(self.options.now_ms);
        let mut imported = import::Imported::default();
        self.update.replace(name, at_ms, |sink| {
            imported = import::from_path(fetched.path(), &import::Limits::default(), sink)?;
            if imported.documents == 0 {
                return Err(StoreError::Refused("it holds nothing that is an advisory".to_owned()));
            }
            if imported.unreadable.saturating_mul(UNREADABLE_MAX) > imported.documents {
                return Err(StoreError::Refused("too much of it is damaged".to_owned()));
            }
            Ok(())
        })?;
        self.is_stale = true;
        memory.at_ms = at_ms;
        memory.set_list(Validators::default());
        memory.set_all(fetched.validators.clone());
        memory.store(self.library, name)?;
        let (documents, unreadable) = (imported.documents, imported.unreadable);
        Ok((Outcome::Replaced { documents, unreadable }, memory))
    }

    /// Fetches single records, some at a time, until all are there or one cannot be had.
    fn records(&self, name: &str, url: &str, ids: &[String]) -> Records {
        let next = Mutex::new(ids.iter());
        let records = Mutex::new(Records::default());
        let left_bytes = AtomicU64::new(RECORDS_BYTES_MAX);
        thread::scope(|scope| {
            for _ in 0..CONNECTIONS.min(ids.len()) {
                scope.spawn(|| {
                    loop {
                        let id = next.lock().unwrap_or_else(PoisonError::into_inner).next();
                        let Some(id) = id else { return };
                        let got = self.record(url, id, &left_bytes);
                        let mut records = records.lock().unwrap_or_else(PoisonError::into_inner);
                        match got {
                            Ok(Some(document)) => records.documents.push(document),
                            Ok(None) => records.unreadable += 1,
                            Err(error) => records.failed = Some(error),
                        }
                        if records.failed.is_some() {
                            return;
                        }
                        let done = records.documents.len();
                        (self.progress)(Progress::Records(name, done, ids.len()));
                    }
                });
            }
        });
        records.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// `None` if it is not there, or something else is.
    fn record(
        &self,
        url: &str,
        id: &str,
        left_bytes: &AtomicU64,
    ) -> Result<Option<Document>, SyncError> {
        if self.cancel.load(Ordering::Relaxed) {
            return Err(fetch::Error::Cancelled.into());
        }
        let url = self.client.url(&format!("{url}/{}.json", escaped(id)))?;
        let response = self.client.send(Request::get(url))?;
        match response.status.as_u16() {
            200 => {}
            403 | 404 => return Ok(None),
            status => {
                let host = response.url.host().to_owned();
                return Err(fetch::Error::Status { host, status }.into());
            }
        }
        let bytes = response.body.len() as u64;
        let take = |left: u64| left.checked_sub(bytes);
        if left_bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_err() {
            let reason = format!("changed records of more than {RECORDS_BYTES_MAX} bytes");
            return Err(SyncError::Content { file: LIST, reason });
        }
        let document = Document::new(DocumentKind::OsvJson, response.body).ok();
        Ok(document.filter(|document| document.id == id))
    }
}

#[derive(Default)]
struct Records {
    documents: Vec<Document>,
    unreadable: u64,
    failed: Option<SyncError>,
}

/// Whether what is listed takes the place of what is stored. A record of the future would never be replaced: what its source says now
/// counts.
const fn is_newer(listed_ms: i64, stored_ms: i64, future_ms: i64) -> bool {
    listed_ms > stored_ms || (stored_ms > future_ms && listed_ms != stored_ms)
}

/// When a stored record was changed last.
fn modified_ms(document: &Document) -> Option<i64> {
    #[derive(Deserialize)]
    struct Osv {
        modified: String,
    }
    let osv: Osv = serde_json::from_slice(&document.bytes).ok()?;
    modified::time(&osv.modified)
}

/// As a segment of a URL's path.
fn escaped(segment: &str) -> PercentEncode<'_> {
    /// RFC 3986, section 2.3.
    const UNRESERVED: AsciiSet =
        NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    const SET: &AsciiSet = &UNRESERVED;
    utf8_percent_encode(segment, SET)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_does_not_make_a_source_empty() {
        assert!(rows(b"").is_err() && rows(b"modified,id\n").is_err() && rows(b"<html>").is_err());
        assert_eq!(rows(b"2024-05-01T12:00:00Z,GHSA-1\n").unwrap().len(), 1);
        let are_few = |removed: usize, stored| {
            let removed = vec![String::new(); removed];
            Changes { records: Vec::new(), removed, stored }.are_few()
        };
        assert!(are_few(0, 0) && are_few(2, 15) && are_few(20, 100) && are_few(1_000, 100_000));
        assert!(!are_few(15, 15) && !are_few(10, 15) && !are_few(21, 100));
    }

    #[test]
    fn a_record_of_the_future_does_not_stay_for_ever() {
        let future = 1_000;
        assert!(is_newer(2, 1, future) && !is_newer(1, 1, future) && !is_newer(1, 2, future));
        assert!(is_newer(1, 1_001, future) && is_newer(1_002, 1_001, future));
        // What the source still says so is not fetched each time.
        assert!(!is_newer(1_001, 1_001, future) && !is_newer(1, 1_000, future));
    }

    #[test]
    fn a_segment_of_a_path_stays_one() {
        assert_eq!(escaped("GitHub Actions").to_string(), "GitHub%20Actions");
        assert_eq!(escaped("crates.io").to_string(), "crates.io");
        assert_eq!(escaped("RHSA-2024:1/..").to_string(), "RHSA-2024%3A1%2F..");
    }
}
