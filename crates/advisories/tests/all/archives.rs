//! Files, folders and archives of advisories, harmless and hostile.

use std::{
    fs,
    io::{Cursor, Write},
};

use advisories::{
    Document, DocumentKind, Error,
    import::{self, Imported, Limits},
};
use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;
use zip::{ZipWriter, write::SimpleFileOptions};

fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn read(bytes: Vec<u8>, limits: &Limits) -> Result<(Imported, Vec<Document>), Error> {
    let mut documents = Vec::new();
    let found = import::from_zip(Cursor::new(bytes), limits, &mut |document| {
        documents.push(document);
        Ok(())
    })?;
    Ok((found, documents))
}

const RECORD: &[u8] = br#"{"id": "A-1"}"#;
const RUSTSEC: &[u8] = b"```toml\n[advisory]\nid = \"RUSTSEC-2021-0001\"\n```\n# t\n";

#[test]
fn every_kind_of_document_is_found_wherever_it_lies() {
    let files: &[(&str, &[u8])] = &[
        ("A-1.json", RECORD),
        ("../../vulns/x/P-1.yaml", b"id: P-1\n"),
        ("crates/x/RUSTSEC-2021-0001.md", RUSTSEC),
        ("kev.json", br#"{"catalogVersion": "1", "vulnerabilities": []}"#),
        ("epss.csv", b"#model_version:v1\ncve,epss,percentile\n"),
        ("README.md", b"# Read me\n"),
        ("modified_id.csv", b"2024-01-01T00:00:00Z,A-1\n"),
        ("broken.json", b"{"),
        ("LICENSE", b""),
    ];
    let (found, documents) = read(archive(files), &Limits::default()).unwrap();
    assert_eq!((found.documents, found.others, found.unreadable), (5, 3, 1));
    assert_eq!(found.problems[0].0, "broken.json");
    let kinds: Vec<_> = documents.iter().map(|document| document.kind).collect();
    let expected = [
        DocumentKind::OsvJson,
        DocumentKind::OsvYaml,
        DocumentKind::RustSec,
        DocumentKind::Kev,
        DocumentKind::Epss,
    ];
    assert_eq!(kinds, expected);

    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name.trim_start_matches("../"));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    let mut count = 0;
    let mut sink = |_| {
        count += 1;
        Ok(())
    };
    let found = import::from_path(folder.path(), &Limits::default(), &mut sink).unwrap();
    assert_eq!((found.documents, found.others, found.unreadable, count), (5, 3, 1, 5));
}

#[test]
fn compressed_files_are_read_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("epss_scores-current.csv.gz");
    let mut gzip = GzEncoder::new(fs::File::create(&path).unwrap(), Compression::fast());
    gzip.write_all(b"cve,epss,percentile\nCVE-1-1,0.5,0.5\n").unwrap();
    gzip.finish().unwrap();
    let mut documents = Vec::new();
    let mut sink = |document| {
        documents.push(document);
        Ok(())
    };
    import::from_path(&path, &Limits::default(), &mut sink).unwrap();
    assert_eq!(documents[0].kind, DocumentKind::Epss);
    assert!(documents[0].bytes.ends_with(b"0.5\n"));
}

#[test]
fn what_is_too_much_is_refused_and_told() {
    let large = format!(r#"{{"id": "A-2", "x": "{}"}}"#, " ".repeat(5 << 20));
    let files: &[(&str, &[u8])] = &[("a.json", RECORD), ("b.json", large.as_bytes())];
    let limits = Limits::default();
    let (found, _) = read(archive(files), &Limits { ratio: 100, ..limits }).unwrap();
    assert_eq!((found.documents, found.unreadable), (1, 1));
    let (found, _) = read(archive(files), &Limits { file_bytes: 1 << 20, ..limits }).unwrap();
    assert_eq!((found.documents, found.unreadable), (1, 1));
    let total = Limits { total_bytes: 1 << 20, ..limits };
    assert!(matches!(read(archive(files), &total), Err(Error::Refused(_))));
    let few = Limits { files: 1, ..limits };
    assert!(matches!(read(archive(files), &few), Err(Error::Refused(_))));
    assert_eq!(read(archive(files), &Limits { ratio: 100_000, ..limits }).unwrap().0.documents, 2);
}

#[test]
fn deep_folders_and_links_are_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let deep = folder.path().join(["d"; 10].join("/"));
    fs::create_dir_all(&deep).unwrap();
    fs::write(deep.join("a.json"), RECORD).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(folder.path(), deep.join("loop")).unwrap();
    let read = |depth| {
        let limits = Limits { depth, ..Limits::default() };
        import::from_path(folder.path(), &limits, &mut |_| Ok(())).unwrap()
    };
    assert_eq!(read(32).documents, 1);
    assert_eq!((read(5).documents, read(5).unreadable), (0, 1));
}

proptest! {
    #[test]
    fn damaged_archives_are_survived(at: proptest::sample::Index, byte: u8, cut: proptest::sample::Index) {
        let mut bytes = archive(&[("a.json", RECORD), ("b.md", RUSTSEC)]);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        bytes.truncate(cut.index(bytes.len() * 4).max(20));
        let _ = read(bytes, &Limits::default());
    }
}
