//! An archive or a compressed file that someone imports as advisories.

#![no_main]

use std::{fs, io::Cursor};

use advisories::import::{self, Limits};
use bartizan_fuzz::assert_printable;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, &[u8])| {
    let (kind, bytes) = input;
    let limits =
        Limits { files: 100, file_bytes: 1 << 20, total_bytes: 4 << 20, ..Limits::default() };
    let mut length = 0;
    let mut sink = |document: advisories::Document| {
        length += document.bytes.len();
        Ok(())
    };
    let found = if kind % 2 == 0 {
        import::from_zip(Cursor::new(bytes), &limits, &mut sink)
    } else {
        let names = ["a.json", "a.yaml", "a.md", "a.csv", "a.json.gz", "a.csv.gz"];
        let folder = bartizan_fuzz::folder();
        let file = folder.path().join(names[usize::from(kind / 2) % names.len()]);
        fs::write(&file, bytes).expect("room for a file");
        import::from_path(&file, &limits, &mut sink)
    };
    assert!(length <= 4 << 20);
    for (name, message) in found.iter().flat_map(|found| &found.problems) {
        assert_printable(name);
        assert_printable(message);
    }
});
