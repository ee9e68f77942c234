//! Files of sources of advisories, each format; what is understood goes into an index, and is found there.

#![no_main]

use std::{io::Cursor, sync::Arc};

use advisories::{Batch, Builder, Index};
use formats::advisories::{epss, kev, modified, osv, rustsec};
use libfuzzer_sys::{
    arbitrary::{self, Arbitrary},
    fuzz_target,
};
use model::{Package, SourcePackage};
use serde_json::json;

#[derive(Arbitrary, Debug)]
enum Input<'a> {
    Json(&'a [u8]),
    Yaml(&'a [u8]),
    RustSec(&'a [u8]),
    RustSecHead(&'a str),
    Kev(&'a [u8]),
    Epss(&'a [u8]),
    Modified(&'a [u8]),
    /// Well-formed: ranges of versions of any form.
    Events {
        ecosystem: u8,
        events: Vec<(u8, &'a str)>,
        versions: Vec<&'a str>,
        version: &'a str,
    },
}

fuzz_target!(|input: Input<'_>| {
    let mut asked = "1.0.0";
    let record = match input {
        Input::Json(bytes) => osv::read_json(bytes),
        Input::Yaml(bytes) => osv::read_yaml(bytes),
        Input::RustSec(bytes) => rustsec::read(bytes),
        Input::RustSecHead(head) => {
            rustsec::read(format!("```toml\n{head}\n```\n# t\n").as_bytes())
        }
        Input::Kev(bytes) => {
            let _ = kev::read(bytes);
            return;
        }
        Input::Epss(bytes) => {
            let _ = epss::read(bytes);
            return;
        }
        Input::Modified(bytes) => {
            let rows = modified::read(bytes).unwrap_or_default();
            assert!(rows.iter().all(|row| modified::is_usable(&row.id)));
            return;
        }
        Input::Events { ecosystem, events, versions, version } => {
            asked = version;
            let all = model::Ecosystem::ALL;
            let ecosystem = all[usize::from(ecosystem) % all.len()];
            let names = ["introduced", "fixed", "last_affected", "limit"];
            let events: Vec<_> = events
                .iter()
                .map(|(kind, version)| json!({ names[usize::from(*kind) % 4]: version }))
                .collect();
            let tree = json!({"id": "A", "affected": [{
                "package": {"ecosystem": ecosystem.as_str(), "name": "p"},
                "ranges": [{"type": "ECOSYSTEM", "events": events}],
                "versions": versions,
            }]});
            osv::read_json(tree.to_string().as_bytes())
        }
    };
    let Ok(record) = record else { return };
    let mut batch = Batch::default();
    batch.push(&record.advisory).expect("memory");
    let mut builder = Builder::new(Cursor::new(Vec::new())).expect("memory");
    builder.append(batch).expect("memory");
    let bytes = builder.finish(0).expect("memory").0.into_inner();
    let index = Index::from_bytes(bytes).expect("what was built is an index");
    index.verify().expect("what was built is whole");
    for affected in &record.advisory.affected {
        let package = Package {
            release: affected.release.clone(),
            ..Package::new(affected.ecosystem, affected.name.as_str(), asked)
        };
        let matches = index.judge(&package).expect("what was built is whole");
        for found in matches.iter() {
            assert!(!found.ids().expect("whole").is_empty());
            assert!(!found.advisories().expect("whole").is_empty());
            let _ = found.fixed_versions().expect("whole");
        }
        // What is built of it shares its fate.
        let source = SourcePackage { name: package.name.clone(), version: Some(asked.into()) };
        let built = Package {
            source: Some(Arc::new(source)),
            ..Package { name: "built-of-it".into(), ..package }
        };
        let of_source = index.judge(&built).expect("what was built is whole");
        assert!(of_source.iter().count() >= matches.iter().count());
    }
});
