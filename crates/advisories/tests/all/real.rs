//! Real advisories, where they are at hand.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use advisories::{Document, Library, import::Limits};
use formats::advisories::osv;
use model::{AdvisoryKind, RangeEvent};

use crate::{judged, package};

/// `None` where this checkout has no data beside it, which is said.
fn data() -> Option<PathBuf> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/advisories"));
    if folder.is_dir() {
        return Some(folder.to_owned());
    }
    println!("skipped: there is no {}", folder.display());
    None
}

#[test]
fn published_advisories_are_understood_and_found() {
    let Some(data) = data() else { return };
    let folder = tempfile::tempdir().unwrap();
    let library = Library::at(folder.path());
    let mut update = library.update().unwrap();
    let limits = Limits::default();
    for (name, file, documents) in [
        ("rustsec", "rustsec-osv.zip", 1_206),
        ("go", "go-osv.zip", 4_291),
        ("pypa", "pypa-osv-yaml.zip", 2_661),
        ("kev", "kev.json.gz", 1),
    ] {
        let imported = update.import(name, None, &data.join(file), &limits).unwrap();
        assert_eq!((imported.documents, imported.unreadable), (documents, 0), "{name}");
    }
    let status = update.build(1, 2).unwrap();
    let counts = |name: &str| {
        let source = status.sources.iter().find(|source| source.name == name).unwrap();
        (
            source.advisories,
            source.withdrawn,
            source.unreadable,
            source.partly_understood,
            source.refused,
        )
    };
    assert_eq!(counts("rustsec"), (1_193, 13, 0, 0, 0));
    assert_eq!(counts("go"), (4_274, 17, 0, 0, 0));
    assert_eq!(counts("pypa"), (2_651, 10, 0, 0, 0));
    assert_eq!(status.sources[1].exploited, 1_404);
    let index = library.index().unwrap().unwrap();
    index.verify().unwrap();

    let found = index.judge(&package("crates.io:crossbeam-deque@0.7.3")).unwrap();
    let ids = found.iter().next().unwrap().ids().unwrap();
    assert_eq!(ids, ["RUSTSEC-2021-0093", "GHSA-pqqp-xmhj-wgcw", "CVE-2021-32810"]);
    assert_eq!(found.iter().next().unwrap().fixed_versions().unwrap(), ["0.7.4", "0.8.1"]);
    for version in ["0.7.4", "0.8.1", "0.8.5"] {
        assert!(judged(&index, &format!("crates.io:crossbeam-deque@{version}")).is_empty());
    }
    assert_eq!(judged(&index, "PyPI:Aim@3.0.0b6.dev1"), ["PYSEC-2021-839"]);
    assert!(judged(&index, "PyPI:aim@3.1.0").is_empty());
    let found =
        index.judge(&package("Go:golang.org/x/net@v0.0.0-20210101000000-aaaaaaaaaaaa")).unwrap();
    let headers = found.iter().find(|m| m.ids().unwrap()[0] == "GO-2022-0236").unwrap();
    assert!(headers.ids().unwrap().contains(&"CVE-2021-31525"));
    let unmaintained = index.judge(&package("crates.io:rust-crypto@0.2.36")).unwrap();
    assert!(unmaintained.iter().any(|m| m.kind().unwrap() == AdvisoryKind::Unmaintained));
    let shown = index.show("CVE-2021-31525").unwrap().unwrap().advisories().unwrap();
    assert!(shown[0].summary.contains("large headers"));
    assert_eq!(shown[0].affected[0].functions[0].path, "net/http");
}

#[test]
fn what_each_advisory_calls_fixed_is_not_affected_by_it_and_what_it_introduces_is() {
    let Some(data) = data() else { return };
    let folder = tempfile::tempdir().unwrap();
    let library = Library::at(folder.path());
    let mut update = library.update().unwrap();
    for file in ["rustsec-osv.zip", "go-osv.zip", "pypa-osv-yaml.zip"] {
        update.import(file, None, &data.join(file), &Limits::default()).unwrap();
    }
    update.build(1, 2).unwrap();
    let index = library.index().unwrap().unwrap();
    let mut checked = HashMap::from([(true, 0), (false, 0)]);
    let mut wrong = Vec::new();
    for group in index.groups() {
        let all = group.advisories().unwrap();
        for affected in all.iter().flat_map(|advisory| &advisory.affected) {
            // Several entries for one package may contradict each other.
            let [range] = affected.ranges.as_slice() else { continue };
            let same =
                all.iter().flat_map(|a| &a.affected).filter(|other| other.name == affected.name);
            if same.count() > 1 {
                continue;
            }
            let is_pair = |pair: &[RangeEvent]| pair[0].version() == pair[1].version();
            if range.events.chunks_exact(2).any(is_pair) {
                continue;
            }
            for event in &range.events {
                let (version, expected) = match event {
                    RangeEvent::Introduced(version) if version != "0" => (version, true),
                    RangeEvent::Fixed(version) => {
                        let again = RangeEvent::Introduced(version.clone());
                        let is_affected = range.events.contains(&again);
                        (version, is_affected || affected.versions.contains(version))
                    }
                    _ => continue,
                };
                let package = model::Package::new(
                    affected.ecosystem,
                    affected.name.as_str(),
                    version.as_str(),
                );
                let matches = index.judge(&package).unwrap();
                let is_hit = matches.iter().any(|found| found.group().number() == group.number());
                *checked.get_mut(&expected).unwrap() += 1;
                if is_hit != expected {
                    wrong.push(format!("{:?} {version} {expected}", group.ids().unwrap()));
                }
            }
        }
    }
    assert!(checked[&true] > 2_000 && checked[&false] > 5_000, "{checked:?}");
    assert!(wrong.is_empty(), "{} {wrong:#?}", wrong.len());
}

#[test]
fn versions_that_pypa_lists_lie_in_the_ranges_that_it_gives() {
    let Some(data) = data() else { return };
    let folder = tempfile::tempdir().unwrap();
    let library = Library::at(folder.path());
    let mut update = library.update().unwrap();
    update.import("pypa", None, &data.join("pypa-osv-yaml.zip"), &Limits::default()).unwrap();
    update.build(1, 2).unwrap();
    let mut listed = 0;
    let mut count = |document: Document| {
        let advisory = osv::read_yaml(&document.bytes).unwrap().advisory;
        let of_ranges = advisory.affected.iter().filter(|affected| !affected.ranges.is_empty());
        listed += of_ranges.map(|affected| affected.versions.len()).sum::<usize>();
        Ok(())
    };
    library.documents("pypa", &mut count).unwrap();
    assert!(listed > 130_000, "{listed}");
    // What ranges cover is not kept, so what is kept lies outside: these three contradict themselves.
    let index = library.index().unwrap().unwrap();
    let advisories = index.groups().flat_map(|group| group.advisories().unwrap());
    let mut outside: Vec<String> = advisories
        .filter(|advisory| {
            advisory.affected.iter().any(|a| !a.ranges.is_empty() && !a.versions.is_empty())
        })
        .map(|advisory| advisory.id)
        .collect();
    outside.sort();
    assert_eq!(outside, ["PYSEC-2021-114", "PYSEC-2023-177", "PYSEC-2023-61"]);
}
