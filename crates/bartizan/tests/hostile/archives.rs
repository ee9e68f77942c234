//! Archives.

use std::io::{Cursor, Write as _};

use flate2::{Compression, write::GzEncoder};
use zip::write::SimpleFileOptions;

use crate::{Folder, leak};

fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in members {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn gzipped(content: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(content).unwrap();
    gzip.finish().unwrap()
}

fn tarred(entry_type: tar::EntryType, content: &[u8]) -> tar::Builder<Vec<u8>> {
    let mut tar = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(entry_type);
    header.set_size(content.len() as u64);
    header.set_cksum();
    tar.append(&header, content).unwrap();
    tar
}

#[test]
fn bombs_end_at_a_limit() {
    let text = vec![b'a'; 40 << 20];
    let folder = Folder::new();
    folder
        .write("bomb.gz", gzipped(&text))
        .write("bomb.zip", zipped(&[("a", &text), ("b", &text)]))
        .write("inner.zip", zipped(&[("inner.zip", &zipped(&[("a", &text)]))]))
        .write("bomb.zst", zstd::encode_all(text.as_slice(), 1).unwrap());
    let scanned = folder.scan(&[]);
    assert_eq!(scanned.code, Some(4));
    for path in ["bomb.gz", "bomb.zip", "inner.zip!/inner.zip", "bomb.zst"] {
        scanned.assert_notes("archive", Some(path), "unpacks to more than the limit");
    }
}

#[test]
fn what_tars_in_an_archive_pass_over_counts_for_all_of_them() {
    let folder = Folder::new();
    // Not a file, so that its content is passed over.
    let tar = tarred(tar::EntryType::Directory, &vec![0; 12 << 20]).into_inner().unwrap();
    let tar = gzipped(&tar);
    folder.write("bombs.zip", zipped(&[("a.tgz", &tar), ("b.tgz", &tar), ("c.tgz", &tar)]));
    let scanned = folder.scan(&[]);
    assert_eq!(scanned.code, Some(4));
    assert!(
        scanned.notes("archive", Some("bombs.zip!/b.tgz"), ""),
        "{:#}",
        scanned.report["notes"]
    );
}

#[test]
fn archives_in_archives_are_opened_to_a_depth() {
    let folder = Folder::new();
    let mut nested = zipped(&[("deep.env", leak().as_bytes())]);
    for _ in 0..4 {
        nested = zipped(&[("n.zip", &nested)]);
    }
    folder.write("n.zip", nested);
    folder.write("two.tar.gz", {
        let inner = zipped(&[("a.env", leak().as_bytes())]);
        let mut tar = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.set_size(inner.len() as u64);
        tar.append_data(&mut header, "inner.zip", inner.as_slice()).unwrap();
        gzipped(&tar.into_inner().unwrap())
    });
    let scanned = folder.scan(&[]);
    assert_eq!(scanned.found(), ["two.tar.gz!/inner.zip!/a.env"]);
    scanned.assert_notes("archive", Some("n.zip!/n.zip!/n.zip!/n.zip"), "nested too deeply");
}

#[test]
fn names_that_lead_out_are_only_names() {
    let folder = Folder::new();
    folder.write(
        "slip.zip",
        zipped(&[("../../escaped.env", leak().as_bytes()), ("/etc/\x1b[2Jx", b"nothing")]),
    );
    let scanned = folder.scan(&[]);
    assert_eq!(scanned.found(), ["slip.zip!/../../escaped.env"]);
    assert!(!folder.outside().join("escaped.env").exists());
}

#[test]
fn what_a_zip_hides_is_told() {
    let folder = Folder::new();
    // The names have one length, so the second can be made the first's.
    let mut twice = zipped(&[("one.env", leak().as_bytes()), ("two.env", b"nothing\n")]);
    while let Some(at) = twice.windows(7).position(|window| window == b"two.env") {
        twice[at..at + 3].copy_from_slice(b"one");
    }
    // Bit 0 of the flags says: encrypted (APPNOTE 4.4.4). It stands in both of a member's headers.
    let mut encrypted = zipped(&[("a.env", leak().as_bytes())]);
    for (magic, flags) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
        let at = encrypted.windows(4).position(|window| window == magic).unwrap();
        encrypted[at + flags] |= 1;
    }
    folder.write("twice.zip", twice).write("encrypted.zip", encrypted);
    let scanned = folder.scan(&[]);
    assert_eq!(scanned.code, Some(4));
    scanned.assert_notes("archive", Some("twice.zip"), "the same name");
    scanned.assert_notes("archive", Some("encrypted.zip"), "1 encrypted members");
}

#[test]
fn broken_archives_are_told_and_what_stands_before_the_break_is_found() {
    let folder = Folder::new();
    let mut tar = tarred(tar::EntryType::Regular, leak().as_bytes()).into_inner().unwrap();
    tar.truncate(1_024);
    tar.extend([0xff; 2_000]);
    let zip = zipped(&[("a.env", leak().as_bytes())]);
    let gzip = gzipped(leak().repeat(1_000).as_bytes());
    folder
        .write("cut.zip", &zip[..zip.len() / 2])
        .write("cut.gz", &gzip[..gzip.len() - 9])
        .write("cut.tar", &tar)
        .write("cut.7z", b"7z\xbc\xaf\x27\x1c\0\x04")
        .write("cut.zst", b"\x28\xb5\x2f\xfd\0\0");
    let scanned = folder.scan(&[]);
    assert_eq!(scanned.code, Some(1));
    for path in ["cut.zip", "cut.gz", "cut.tar", "cut.7z", "cut.zst"] {
        scanned.assert_notes("archive", Some(path), "");
    }
}

#[test]
fn headers_are_not_kept_however_long() {
    let folder = Folder::new();
    // A name of 40 MiB, which packs to next to nothing.
    let long = vec![b'n'; 40 << 20];
    for (name, entry_type) in [
        ("name.tar.gz", tar::EntryType::GNULongName),
        ("link.tar.gz", tar::EntryType::GNULongLink),
        ("properties.tar.gz", tar::EntryType::XHeader),
    ] {
        folder.write(name, gzipped(&tarred(entry_type, &long).into_inner().unwrap()));
    }
    // The list of members of a zip, which is all headers.
    let member = zipped(&[("a", b"")]);
    let first = member.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    let end = member.windows(4).position(|window| window == b"PK\x05\x06").unwrap();
    let mut list = member[..first].to_vec();
    for number in 0_u32..350_000 {
        let mut entry = member[first..end].to_vec();
        entry[28..30].copy_from_slice(&5_u16.to_le_bytes());
        entry.splice(46..47, number.to_be_bytes().into_iter().chain([b'x']));
        list.extend(entry);
    }
    let length = u32::try_from(list.len() - first).unwrap();
    let at = u32::try_from(list.len()).unwrap();
    list.extend(zip64_end(350_000, length.into(), first as u64, at.into()));
    list.extend(b"PK\x05\x06\0\0\0\0\xff\xff\xff\xff");
    list.extend(length.to_le_bytes());
    list.extend(u32::try_from(first).unwrap().to_le_bytes());
    list.extend([0, 0]);
    folder.write("list.zip", list);
    let scanned = folder.scan(&[]);
    assert_eq!(scanned.code, Some(4));
    for path in ["name.tar.gz", "link.tar.gz", "properties.tar.gz"] {
        scanned.assert_notes("archive", Some(path), "");
    }
    scanned.assert_notes("archive", Some("list.zip"), "list of members");
}

/// The end of a zip with more members than two bytes can say, and what leads to it (APPNOTE 4.3.14, 4.3.15).
fn zip64_end(members: u64, length: u64, first: u64, at: u64) -> Vec<u8> {
    let mut out = b"PK\x06\x06".to_vec();
    out.extend(44_u64.to_le_bytes());
    out.extend([45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    for number in [members, members, length, first] {
        out.extend(number.to_le_bytes());
    }
    out.extend(b"PK\x06\x07\0\0\0\0");
    out.extend(at.to_le_bytes());
    out.extend(1_u32.to_le_bytes());
    out
}
