//! What is stored stays whole, whatever happens while it changes.

use std::fs;

use advisories::{Document, DocumentKind, Error, Library, Update, import::Limits};

use model::Severity;

use crate::{judged, package};

fn document(id: &str, version: &str) -> Document {
    let json = format!(
        r#"{{"id": "{id}", "affected": [{{"package": {{"ecosystem": "npm", "name": "p"}}, "versions": ["{version}"]}}]}}"#
    );
    Document::new(DocumentKind::OsvJson, json.into_bytes()).unwrap()
}

fn library() -> (tempfile::TempDir, Library) {
    let folder = tempfile::tempdir().unwrap();
    let library = Library::at(folder.path().join("advisories"));
    (folder, library)
}

#[test]
fn there_is_no_index_until_one_is_built_and_an_open_one_outlives_its_successor() {
    let (_folder, library) = library();
    assert!(library.index().unwrap().is_none());
    assert!(library.sources().unwrap().is_empty());
    let mut update = library.update().unwrap();
    let stored = update.replace("osv", Some(5), |sink| sink(document("A-1", "1.0.0"))).unwrap();
    assert_eq!(stored, 1);
    assert!(library.index().unwrap().is_none());
    let status = update.build(7, 2).unwrap();
    assert_eq!((status.advisories, status.built_at_ms, status.advisories_at_ms), (1, 7, Some(5)));
    let first = library.index().unwrap().unwrap();
    assert_eq!(first.status(), &status);

    update
        .merge("osv", Some(9), &[document("A-1", "2.0.0"), document("A-2", "3.0.0")], &[])
        .unwrap();
    update.build(10, 2).unwrap();
    let second = library.index().unwrap().unwrap();
    assert_eq!(judged(&first, "npm:p@1.0.0"), ["A-1"]);
    assert!(judged(&second, "npm:p@1.0.0").is_empty());
    assert_eq!(judged(&second, "npm:p@3.0.0"), ["A-2"]);
    assert_eq!(library.sources().unwrap()[0].at_ms, Some(9));

    update.merge("osv", Some(9), &[], &["A-2".to_owned()]).unwrap();
    update.build(11, 1).unwrap();
    assert!(judged(&library.index().unwrap().unwrap(), "npm:p@3.0.0").is_empty());
    let mut documents = Vec::new();
    let mut sink = |document: Document| {
        documents.push(document);
        Ok(())
    };
    library.documents("osv", &mut sink).unwrap();
    assert_eq!(documents, [document("A-1", "2.0.0")]);
    assert!(library.documents("none", &mut |_| Ok(())).is_err());
    assert!(update.remove("osv").unwrap() && !update.remove("osv").unwrap());
}

#[test]
fn catalogues_say_how_urgent_it_is_and_not_as_of_when_advisories_are() {
    let (_folder, library) = library();
    let mut update = library.update().unwrap();
    let record = br#"{"id": "GHSA-1", "aliases": ["CVE-2024-1", "CVE-2024-2"], "modified": "1970-01-01T00:00:00Z",
        "affected": [{"package": {"ecosystem": "npm", "name": "p"}}]}"#;
    let scores = b"cve,epss,percentile\nCVE-2024-1,0.25,0.5\nCVE-2024-2,0.75,0.9\nCVE-2024-3,1,1\n";
    let listed = br#"{"catalogVersion": "1", "vulnerabilities": [{"cveID": "CVE-2024-2", "dateAdded": "1970-01-03"}]}"#;
    for (name, at_ms, kind, bytes) in [
        ("osv", Some(20), DocumentKind::OsvJson, record.as_slice()),
        ("epss", Some(10), DocumentKind::Epss, scores),
        ("kev", None, DocumentKind::Kev, listed),
    ] {
        let document = Document::new(kind, bytes.to_vec()).unwrap();
        update.replace(name, at_ms, |sink| sink(document)).unwrap();
    }
    let status = update.build(30, 1).unwrap();
    assert_eq!(status.advisories_at_ms, Some(20));
    let counts: Vec<_> =
        status.sources.iter().map(|s| (s.advisories, s.predicted, s.exploited)).collect();
    assert_eq!(counts, [(0, 3, 0), (0, 0, 1), (1, 0, 0)]);
    let index = library.index().unwrap().unwrap();
    let matches = index.judge(&package("npm:p@1.0.0")).unwrap();
    let found = matches.iter().next().unwrap();
    let prediction = found.prediction().unwrap().unwrap();
    assert_eq!((prediction.probability, prediction.percentile), (0.75, 0.9));
    assert_eq!(found.exploited().unwrap().unwrap().added_day, Some(2));
    assert_eq!(found.severity(), Severity::High);
    // A stored advisory that claims to be of the future does not make what is known newer.
    let future = document("A-9", "1.0.0");
    update.replace("future", Some(1_000), |sink| sink(future)).unwrap();
    update.remove("osv").unwrap();
    assert_eq!(update.build(40, 1).unwrap().advisories_at_ms, Some(40));
}

#[test]
fn two_updates_do_not_collide() {
    let (_folder, library) = library();
    let update = library.update().unwrap();
    assert!(matches!(library.update(), Err(Error::Busy)));
    drop(update);
    library.update().unwrap();
}

#[test]
fn an_update_that_breaks_leaves_what_was_there() {
    let (folder, library) = library();
    let mut update = library.update().unwrap();
    update.replace("osv", None, |sink| sink(document("A-1", "1.0.0"))).unwrap();
    update.build(1, 1).unwrap();
    let broken = update.replace("osv", None, |sink| {
        sink(document("A-2", "1.0.0"))?;
        Err(Error::Refused("the connection broke".to_owned()))
    });
    assert!(broken.is_err());
    let empty = folder.path().join("empty");
    fs::create_dir(&empty).unwrap();
    assert!(update.import("osv", None, &empty, &Limits::default()).is_err());
    update.build(2, 1).unwrap();
    assert_eq!(judged(&library.index().unwrap().unwrap(), "npm:p@1.0.0"), ["A-1"]);
    let names: Vec<_> = fs::read_dir(folder.path().join("advisories/sources")).unwrap().collect();
    assert_eq!(names.len(), 1);
}

#[test]
fn much_less_than_is_stored_does_not_take_its_place() {
    let (_folder, library) = library();
    let mut update = library.update().unwrap();
    fn store(update: &mut Update, count: u32) -> Result<u64, Error> {
        update.replace("osv", None, |sink| {
            (0..count).try_for_each(|n| sink(document(&format!("A-{n}"), "1.0.0")))
        })
    }
    // Of a few, all may be gone.
    store(&mut update, 100).unwrap();
    store(&mut update, 1).unwrap();
    store(&mut update, 201).unwrap();
    let error = store(&mut update, 100).unwrap_err();
    assert!(matches!(error, Error::Fewer { stored: 201, sent: 100, .. }));
    let sentence = error.to_string();
    assert!(sentence.contains("201") && sentence.contains("--accept-fewer"), "{sentence}");
    let status = update.build(1, 1).unwrap();
    assert_eq!(status.advisories, 201);
    assert_eq!(store(&mut update, 101).unwrap(), 101);
    update.accept_fewer();
    assert_eq!(store(&mut update, 1).unwrap(), 1);
}

#[test]
fn a_record_with_a_version_that_is_too_long_is_partly_understood() {
    let (_folder, library) = library();
    let mut update = library.update().unwrap();
    let documents = [document("A-1", "1.0.0"), document("A-2", &"1".repeat(1_025))];
    update.replace("osv", None, |sink| documents.into_iter().try_for_each(sink)).unwrap();
    assert_eq!(update.build(1, 1).unwrap().sources[0].partly_understood, 1);
}

#[test]
fn entries_of_a_catalogue_are_counted_as_records() {
    let (_folder, library) = library();
    let mut update = library.update().unwrap();
    let mut store = |count: u32| {
        let rows: String = (0..count).map(|n| format!("CVE-2024-{n:04},0.1,0.5\n")).collect();
        let bytes = format!("cve,epss,percentile\n{rows}").into_bytes();
        let document = Document::new(DocumentKind::Epss, bytes).unwrap();
        update.replace("epss", None, |sink| sink(document))
    };
    store(1_000).unwrap();
    assert!(matches!(store(10), Err(Error::Fewer { stored: 1_000, sent: 10, .. })));
    store(900).unwrap();
}

#[test]
fn what_an_ended_process_left_is_gone_with_the_next_update() {
    let (folder, library) = library();
    drop(library.update().unwrap());
    let left = folder.path().join("advisories/sources/.new-abc");
    fs::write(&left, "half").unwrap();
    assert!(library.sources().unwrap().is_empty());
    assert!(left.exists());
    drop(library.update().unwrap());
    assert!(!left.exists());
}

#[test]
fn a_damaged_source_stops_the_build_and_the_index_stays() {
    let (folder, library) = library();
    let mut update = library.update().unwrap();
    update.replace("osv", None, |sink| sink(document("A-1", "1.0.0"))).unwrap();
    update.build(1, 1).unwrap();
    let path = folder.path().join("advisories/sources/osv");
    let whole = fs::read(&path).unwrap();
    for length in 0..whole.len() {
        fs::write(&path, &whole[..length]).unwrap();
        assert!(matches!(update.build(2, 1), Err(Error::CorruptSource { .. })), "{length}");
    }
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x10;
        fs::write(&path, &bytes).unwrap();
        assert!(update.build(2, 2).is_err(), "{at}");
    }
    assert_eq!(judged(&library.index().unwrap().unwrap(), "npm:p@1.0.0"), ["A-1"]);
}

#[test]
fn the_same_sources_make_the_same_index_with_any_number_of_threads() {
    let (_folder, library) = library();
    let mut update = library.update().unwrap();
    update
        .replace("osv", None, |sink| {
            (0..3_000).try_for_each(|n| sink(document(&format!("A-{n}"), &format!("{n}.0.0"))))
        })
        .unwrap();
    let bytes = [1, 2, 5].map(|threads| {
        update.build(1, threads).unwrap();
        fs::read(library.index_path()).unwrap()
    });
    assert_eq!(bytes[0], bytes[1]);
    assert_eq!(bytes[0], bytes[2]);
}

#[test]
fn a_name_that_leads_elsewhere_is_no_source() {
    let (_folder, library) = library();
    let mut update = library.update().unwrap();
    for name in ["", ".", "..", "../x", "a/b", ".hidden", "a\0b"] {
        assert!(matches!(update.remove(name), Err(Error::SourceName { .. })), "{name:?}");
    }
}

#[test]
fn a_source_can_be_current_as_of_another_time_without_changing() {
    let (_folder, library) = library();
    let mut update = library.update().unwrap();
    assert!(matches!(update.touch("osv", Some(6)), Err(Error::Io { .. })));
    update.replace("osv", Some(5), |sink| sink(document("A-1", "1.0.0"))).unwrap();
    update.touch("osv", Some(6)).unwrap();
    assert_eq!(library.source("osv").unwrap().unwrap().at_ms, Some(6));
    assert_eq!(library.source("other").unwrap(), None);
    assert_eq!(update.build(7, 1).unwrap().advisories_at_ms, Some(6));
    let index = library.index().unwrap().unwrap();
    assert_eq!(judged(&index, "npm:p@1.0.0"), ["A-1"]);
}

#[test]
fn an_export_is_imported_as_it_was_stored() {
    let (folder, library) = library();
    let mut update = library.update().unwrap();
    // Several records of one id, and ids that no file can have.
    let ids = ["A-1", "A-1", "../A", "a/b", "a_b", "CVE-2024:1", &"x".repeat(500)];
    let documents = || ids.iter().map(|id| document(id, "1.0.0"));
    update.replace("osv", Some(5), |sink| documents().try_for_each(sink)).unwrap();
    let kev = br#"{"catalogVersion": "1", "vulnerabilities": []}"#.to_vec();
    let kev = Document::new(DocumentKind::Kev, kev).unwrap();
    update.replace("kev", None, |sink| sink(kev.clone())).unwrap();
    update.replace("empty", Some(9), |_| Ok(())).unwrap();
    drop(update);
    let path = folder.path().join("x.zip");
    let exported = library.export(fs::File::create(&path).unwrap()).unwrap();
    assert_eq!((exported.sources, exported.documents), (3, 8));

    let other = Library::at(folder.path().join("other"));
    let mut update = other.update().unwrap();
    let imported = update.import_export(&path, &Limits::default()).unwrap().unwrap();
    assert_eq!(imported.len(), 3);
    assert_eq!(other.sources().unwrap(), library.sources().unwrap());
    for name in ["osv", "kev", "empty"] {
        let stored = |library: &Library| {
            let mut stored = Vec::new();
            library
                .documents(name, &mut |document| {
                    stored.push(document);
                    Ok(())
                })
                .unwrap();
            stored
        };
        assert_eq!(stored(&other), stored(&library), "{name}");
    }
}

#[test]
fn what_only_looks_like_an_export_is_none() {
    use std::io::Write as _;
    let (folder, library) = library();
    let mut update = library.update().unwrap();
    let path = folder.path().join("x.zip");
    let mut import = |head: Option<&str>| {
        let mut zip = zip::ZipWriter::new(fs::File::create(&path).unwrap());
        if let Some(head) = head {
            let options = zip::write::SimpleFileOptions::default();
            zip.start_file("bartizan-advisories.json", options).unwrap();
            zip.write_all(head.as_bytes()).unwrap();
        }
        zip.finish().unwrap();
        update.import_export(&path, &Limits::default())
    };
    assert_eq!(import(None).unwrap(), None);
    assert!(matches!(import(Some("no JSON")), Err(Error::Refused(_))));
    assert!(matches!(import(Some(r#"{"format": 2, "sources": []}"#)), Err(Error::Refused(_))));
    let head = r#"{"format": 1, "sources": [{"name": "../x", "at_ms": 1}]}"#;
    assert!(matches!(import(Some(head)), Err(Error::SourceName { .. })));
    fs::write(&path, "no archive").unwrap();
    assert_eq!(update.import_export(&path, &Limits::default()).unwrap(), None);
    assert_eq!(update.import_export(folder.path(), &Limits::default()).unwrap(), None);
}
