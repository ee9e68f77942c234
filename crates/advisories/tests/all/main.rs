//! The crate through its public door.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "the allowances for tests do not reach their helpers"
)]

mod archives;
mod damage;
mod library;
mod meaning;
mod real;

use std::{io::Cursor, sync::Arc};

use advisories::{Batch, Builder, Index};
use formats::advisories::osv;
use model::{Ecosystem, KnownExploited, Package};

/// An index of OSV records in JSON.
pub fn index(records: &[&str]) -> Index {
    index_of(records, Vec::new())
}

/// The same, of which some are known to be exploited.
pub fn index_of(records: &[&str], exploited: Vec<KnownExploited>) -> Index {
    Index::from_bytes(bytes_of(records, exploited)).unwrap()
}

/// Its file.
pub fn bytes_of(records: &[&str], exploited: Vec<KnownExploited>) -> Vec<u8> {
    let mut batch = Batch::default();
    for record in records {
        batch.push(&osv::read_json(record.as_bytes()).unwrap().advisory).unwrap();
    }
    let mut builder = Builder::new(Cursor::new(Vec::new())).unwrap();
    builder.begin_source("test", Some(1_000));
    builder.append(batch).unwrap();
    builder.exploited(exploited);
    builder.finish(2_000).unwrap().0.into_inner()
}

/// `npm:left-pad@1.0.0`, `Debian:12:curl@7.88.1-10`.
pub fn package(text: &str) -> Package {
    let (name, version) = text.rsplit_once('@').unwrap();
    let (ecosystem, name) = name.split_once(':').unwrap();
    let ecosystem = Ecosystem::parse(ecosystem).unwrap();
    let (release, name) = match name.rsplit_once(':') {
        Some((release, name)) if ecosystem != Ecosystem::Maven => (Some(Arc::from(release)), name),
        _ => (None, name),
    };
    Package { release, ..Package::new(ecosystem, name, version) }
}

/// The first id of each match.
pub fn judged(index: &Index, text: &str) -> Vec<String> {
    let matches = index.judge(&package(text)).unwrap();
    matches.iter().map(|found| found.ids().unwrap()[0].to_owned()).collect()
}
