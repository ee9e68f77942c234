//! Folders and files.

use std::{
    ffi::OsStr,
    fs::{self, File},
    io::{BufWriter, Write as _},
    os::unix::{ffi::OsStrExt as _, fs::PermissionsExt as _, fs::symlink, net::UnixListener},
};

use test_kit::password;

use crate::{Folder, bartizan, leak, mkfifo, scan};

#[test]
fn names_do_not_drive_the_terminal_and_stay_apart() {
    let folder = Folder::new();
    for name in [&b"\x1b[31mred\x1b[0m.env"[..], b"two\nlines.env", b"\xff\xfe.env", b"a\\xff.env"]
    {
        folder.write(OsStr::from_bytes(name), leak());
    }
    let places =
        ["\\x1b[31mred\\x1b[0m.env", "\\xff\\xfe.env", "a\\\\xff.env", "two\\x0alines.env"];
    let scanned = folder.scan(&[]);
    assert_eq!(scanned.code, Some(1));
    // One secret is one finding, with all its places.
    let finding = &scanned.report["findings"][0];
    let all = finding["places"].as_array().unwrap();
    let mut found: Vec<&str> = all.iter().map(|place| place["path"].as_str().unwrap()).collect();
    found.sort_unstable();
    assert_eq!(found, places);
    for format in ["table", "json", "sarif", "csv"] {
        let output = bartizan(folder.outside())
            .args(["scan", "target", "--format", format])
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(!text.contains('\x1b'), "{format}: {text}");
        assert!(!text.contains(&password()), "{format} holds the secret");
    }
}

#[test]
fn links_are_not_followed_wherever_they_lead() {
    let folder = Folder::new();
    let outside = folder.outside().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("a.env"), leak()).unwrap();
    fs::create_dir(folder.path().join("inner")).unwrap();
    symlink(".", folder.path().join("inner/loop")).unwrap();
    symlink("b", folder.path().join("a")).unwrap();
    symlink("a", folder.path().join("b")).unwrap();
    symlink("../outside", folder.path().join("folder")).unwrap();
    symlink("../outside/a.env", folder.path().join("file.env")).unwrap();
    symlink("/dev/zero", folder.path().join("zero")).unwrap();
    let scanned = folder.scan(&[]);
    assert_eq!((scanned.code, scanned.found()), (Some(0), vec![]));
    for path in ["inner/loop", "a", "b", "folder", "file.env", "zero"] {
        scanned.assert_notes("symlink", Some(path), "not followed");
    }
    // What the user names is meant.
    let scanned = scan(folder.outside(), "target/file.env", &[]);
    assert_eq!((scanned.code, scanned.found()), (Some(1), vec!["file.env".to_owned()]));
}

#[test]
fn ignore_files_that_lead_away_or_never_end_are_not_read() {
    let folder = Folder::new();
    folder.write("plain/.gitignore", "ignored.env\n").write("plain/ignored.env", leak());
    for name in ["zero", "pipe", "other-pipe", "large", "excludes", "pointer"] {
        folder.write(format!("{name}/{name}.env"), leak());
    }
    symlink("/dev/zero", folder.path().join("zero/.gitignore")).unwrap();
    mkfifo(folder.path().join("pipe/.gitignore"));
    mkfifo(folder.path().join("other-pipe/.ignore"));
    File::create(folder.path().join("large/.gitignore")).unwrap().set_len(3 << 30).unwrap();
    fs::create_dir_all(folder.path().join("excludes/.git/info")).unwrap();
    mkfifo(folder.path().join("excludes/.git/info/exclude"));
    folder.write("pointer/.git", "gitdir: elsewhere\n");
    fs::create_dir(folder.path().join("pointer/elsewhere")).unwrap();
    mkfifo(folder.path().join("pointer/elsewhere/commondir"));
    let scanned = folder.scan(&[]);
    assert_eq!(scanned.code, Some(1));
    let finding = &scanned.report["findings"][0];
    assert_eq!(finding["places_total"], 6, "{finding:#}");
    for name in ["zero", "pipe", "other-pipe", "large", "excludes", "pointer"] {
        scanned.assert_notes("configuration", Some(name), "nothing in this folder was left out");
    }
    // The same at the top, where it is the first that is read.
    let folder = Folder::new();
    folder.write("a.env", leak());
    mkfifo(folder.path().join(".gitignore"));
    assert_eq!(folder.scan(&[]).found(), ["a.env"]);
}

#[test]
fn the_users_own_excludes_are_about_paths_from_a_repositorys_top() {
    let folder = Folder::new();
    let rules = "/top.env\nsub/only.env\n[bad\n*.tmp\n";
    fs::create_dir_all(folder.outside().join(".config/git")).unwrap();
    fs::write(folder.outside().join(".config/git/ignore"), rules).unwrap();
    fs::create_dir_all(folder.path().join("repo/.git")).unwrap();
    for path in ["top.env", "sub/top.env", "sub/only.env", "sub/sub/only.env", "a.tmp"] {
        folder.write(format!("repo/{path}"), leak());
    }
    let places = |target: &str| {
        let scanned = scan(folder.outside(), target, &[]);
        let places = scanned.report["findings"][0]["places"].as_array().unwrap().clone();
        let mut paths: Vec<String> =
            places.iter().map(|place| place["path"].as_str().unwrap().to_owned()).collect();
        paths.sort();
        paths
    };
    assert_eq!(places("target/repo"), ["sub/sub/only.env", "sub/top.env"]);
    assert_eq!(places("target"), ["repo/sub/sub/only.env", "repo/sub/top.env"]);
    assert_eq!(places("target/repo/sub"), ["sub/only.env", "top.env"]);
}

#[test]
fn pipes_sockets_and_devices_are_not_waited_for() {
    let folder = Folder::new();
    mkfifo(folder.path().join("pipe.env"));
    let _socket = UnixListener::bind(folder.path().join("socket")).unwrap();
    let scanned = folder.scan(&[]);
    assert_eq!(scanned.code, Some(0));
    scanned.assert_notes("special", Some("pipe.env"), "device, pipe or socket");
    scanned.assert_notes("special", Some("socket"), "device, pipe or socket");
    for target in ["target/pipe.env", "target/socket", "/dev/zero", "/dev/null"] {
        let scanned = scan(folder.outside(), target, &[]);
        assert_eq!(scanned.code, Some(3), "{target}");
        assert!(scanned.stderr.contains("neither a file nor a folder"), "{}", scanned.stderr);
    }
}

#[test]
fn folders_are_entered_to_a_depth() {
    let folder = Folder::new();
    let deep = ["d"; 1_000].join("/");
    folder.write("d/d/near.env", leak()).write(format!("{deep}/far.env"), "OTHER_PASSWORD=1\n");
    let scanned = folder.scan(&[]);
    assert_eq!((scanned.code, scanned.found()), (Some(1), vec!["d/d/near.env".to_owned()]));
    scanned.assert_notes("limit", None, "nested too deeply");
    fs::remove_file(folder.path().join("d/d/near.env")).unwrap();
    assert_eq!(folder.scan(&[]).code, Some(4), "incomplete, and nothing found");
}

#[test]
fn what_cannot_be_read_is_told() {
    let folder = Folder::new();
    folder.write("closed.env", leak()).write("closed/a.env", leak());
    // What is in it may be listed and not be opened, which is one thing to tell, not three.
    folder
        .write("listed/.gitignore", "b\n")
        .write("listed/a.env", leak())
        .write("listed/b", leak());
    let close = |name: &str, mode| {
        fs::set_permissions(folder.path().join(name), fs::Permissions::from_mode(mode)).unwrap();
    };
    for (name, mode) in [("closed.env", 0o000), ("closed", 0o000), ("listed", 0o444)] {
        close(name, mode);
    }
    // Whoever may read everything has nothing to show here.
    if File::open(folder.path().join("closed.env")).is_err() {
        let scanned = folder.scan(&[]);
        assert_eq!(scanned.code, Some(4));
        scanned.assert_notes("unreadable", Some("closed.env"), "permission denied");
        scanned.assert_notes("unreadable", Some("closed"), "permission denied");
        scanned.assert_notes("unreadable", Some("listed"), "permission denied");
        assert_eq!(scanned.report["notes"].as_array().map(Vec::len), Some(3));
        assert_eq!(scan(folder.outside(), "target/closed.env", &[]).code, Some(3));
    }
    ["closed", "listed"].iter().for_each(|name| close(name, 0o700));
}

#[test]
fn a_line_of_half_a_gigabyte_takes_little_memory() {
    let folder = Folder::new();
    let mut file = BufWriter::new(File::create(folder.path().join("line.json")).unwrap());
    let part = b"{\"number\": 12345, \"text\": \"lorem ipsum dolor\"}, ".repeat(1 << 14);
    let parts = (500 << 20) / part.len();
    for _ in 0..parts {
        file.write_all(&part).unwrap();
    }
    file.write_all(format!("\"db_password\": \"{}\"}}", password()).as_bytes()).unwrap();
    drop(file.into_inner().unwrap());
    let scanned = crate::scanned(
        &bartizan(folder.outside())
            .args(["scan", "target", "--format", "json", "--jobs", "1"])
            .output()
            .unwrap(),
    );
    assert_eq!((scanned.code, scanned.found()), (Some(1), vec!["line.json".to_owned()]));
    let column = (parts * part.len() + "\"db_password\": \"".len() + 1) as u64;
    assert_eq!(scanned.report["findings"][0]["column_start"], column);
}

#[test]
fn a_flood_of_secrets_is_cut_short_and_told() {
    let folder = Folder::new();
    let comment = "#".repeat(130);
    let mut flood = BufWriter::new(File::create(folder.path().join("flood.env")).unwrap());
    // Letters and digits of one password after the other, none of which is twice.
    for word in test_kit::noise(12 * 150_000).chunks(12) {
        let letters: String = word.iter().map(|byte| char::from(b'a' + byte % 26)).collect();
        writeln!(flood, "DB_PASSWORD=Q7{letters}4 {comment}").unwrap();
    }
    drop(flood.into_inner().unwrap());
    let scanned = folder.scan(&[]);
    let found = scanned.report["findings"].as_array().unwrap().len();
    assert!((50_000..140_000).contains(&found), "{found}");
    assert_eq!(scanned.code, Some(1));
    scanned.assert_notes("limit", None, "further candidates were found and not kept");
}

#[test]
fn an_encoded_line_longer_than_a_piece_is_decoded_to_its_end() {
    let folder = Folder::new();
    let filler = b"nothing is to be seen here\n".repeat(40_000);
    let mut plain = Vec::new();
    for number in 1..=3 {
        plain.extend_from_slice(&filler);
        plain.extend_from_slice(format!("DB_PASSWORD={}{number}\n", password()).as_bytes());
    }
    let encoded: String = plain.iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(encoded.len() > 5 << 20);
    folder.write("dump.txt", encoded);
    assert_eq!(folder.scan(&[]).found(), ["dump.txt"; 3]);
}

#[test]
fn files_of_holes_are_not_read_to_their_end() {
    let folder = Folder::new();
    for (name, size) in [("two.bin", 2_u64 << 30), ("nine.bin", 9 << 30)] {
        File::create(folder.path().join(name)).unwrap().set_len(size).unwrap();
    }
    let scanned = folder.scan(&[]);
    assert_eq!(scanned.code, Some(4));
    scanned.assert_notes("binary", Some("two.bin"), "");
    scanned.assert_notes("too-large", Some("nine.bin"), "the limit is 8192");
}
