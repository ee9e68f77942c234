//! A damaged index: a whole one of which bytes are changed, asked everything.

#![no_main]

use std::{
    io::Cursor,
    sync::{Arc, OnceLock},
};

use advisories::{Batch, Builder, Index};
use formats::advisories::osv;
use libfuzzer_sys::fuzz_target;
use model::{Ecosystem, Package, SourcePackage};

const RECORDS: &[&str] = &[
    r#"{"id": "GHSA-1", "aliases": ["CVE-1"], "summary": "s", "affected": [{"package": {"ecosystem": "npm", "name": "p"},
        "ranges": [{"type": "SEMVER", "events": [{"introduced": "1.0.0"}, {"fixed": "2.0.0"}]}], "versions": ["3.0.0"]}]}"#,
    r#"{"id": "D-1", "affected": [{"package": {"ecosystem": "Debian:12", "name": "curl"}}]}"#,
];

fn whole() -> &'static [u8] {
    static WHOLE: OnceLock<Vec<u8>> = OnceLock::new();
    WHOLE.get_or_init(|| {
        let mut batch = Batch::default();
        for record in RECORDS {
            let record = osv::read_json(record.as_bytes()).expect("a record");
            batch.push(&record.advisory).expect("memory");
        }
        let mut builder = Builder::new(Cursor::new(Vec::new())).expect("memory");
        builder.append(batch).expect("memory");
        builder.finish(0).expect("memory").0.into_inner()
    })
}

fuzz_target!(|changes: Vec<(u16, u8)>| {
    let mut bytes = whole().to_vec();
    let length = bytes.len();
    for (at, byte) in changes {
        bytes[usize::from(at) % length] = byte;
    }
    let Ok(index) = Index::from_bytes(bytes) else { return };
    for (ecosystem, release, name) in
        [(Ecosystem::Npm, None, "p"), (Ecosystem::Debian, Some("12".into()), "libcurl4")]
    {
        for version in ["1.5.0", "3.0.0", "9"] {
            let source = SourcePackage { name: "curl".into(), version: None };
            let package = Package {
                release: release.clone(),
                source: Some(Arc::new(source)),
                ..Package::new(ecosystem, name, version)
            };
            let Ok(matches) = index.judge(&package) else { continue };
            for found in matches.iter().take(10) {
                let _ = (found.ids(), found.severity(), found.score(), found.kind());
                let _ = (found.fixed_versions(), found.advisories(), found.exploited());
            }
        }
    }
    for group in index.groups().take(10) {
        let _ = (group.ids(), group.advisories(), group.prediction());
    }
    let _ = (index.show("CVE-1").map(drop), index.verify());
});
