//! Any bytes as a file: zip, tar, gzip, zstd, 7z, and what only begins like one of them.

#![no_main]

use std::sync::{LazyLock, atomic::Ordering};

use bartizan_fuzz::{Place, limits, scan_file};
use libfuzzer_sys::fuzz_target;

static PLACE: LazyLock<Place> = LazyLock::new(Place::default);

fuzz_target!(|bytes: &[u8]| {
    let seen = scan_file(&PLACE.file(), bytes);
    // Text is as long as its file; UTF-16 may grow by half. What archives unpack to has its own limit.
    let most = limits().archive_bytes.max(2 * bytes.len() as u64);
    assert!(seen.bytes.load(Ordering::Relaxed) <= most, "a limit does not hold");
});
