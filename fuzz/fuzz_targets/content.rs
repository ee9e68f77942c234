//! Classification, decoding and cutting into pieces: every byte of a text is owned by one piece.

#![no_main]

use std::sync::LazyLock;

use bartizan_fuzz::{Place, scan_file};
use libfuzzer_sys::{
    arbitrary::{self, Arbitrary},
    fuzz_target,
};

static PLACE: LazyLock<Place> = LazyLock::new(Place::default);

/// More than one piece.
const LONG_BYTES: usize = 5 << 20;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    mark: Mark,
    text: &'a [u8],
    /// Whether much more of it follows.
    filling: bool,
    tail: &'a [u8],
}

#[derive(Arbitrary, Debug)]
enum Mark {
    None,
    LittleEndian,
    BigEndian,
}

fuzz_target!(|input: Input<'_>| {
    let mut bytes = match input.mark {
        Mark::None => Vec::new(),
        Mark::LittleEndian => vec![0xff, 0xfe],
        Mark::BigEndian => vec![0xfe, 0xff],
    };
    bytes.extend_from_slice(input.text);
    // A content of several pieces takes as long as a thousand small ones: few lengths are made into one.
    if input.filling && input.text.len() % 61 == 7 {
        bytes.extend_from_slice(&input.text.repeat(LONG_BYTES / input.text.len() + 1));
    }
    bytes.extend_from_slice(input.tail);
    let seen = scan_file(&PLACE.file(), &bytes);
    let owned = seen.owned.lock().expect("nobody panicked");
    let notes = seen.notes.lock().expect("nobody panicked");
    if !notes.is_empty() {
        return;
    }
    match bytes.as_slice() {
        [0xff, 0xfe, rest @ ..] => assert!(*owned == utf8(rest, u16::from_le_bytes)),
        [0xfe, 0xff, rest @ ..] => assert!(*owned == utf8(rest, u16::from_be_bytes)),
        // What begins like an archive may be one.
        _ if bytes.get(257..262) == Some(b"ustar") => {}
        [b'P', b'K', ..] | [0x1f, 0x8b, ..] | [0x28, 0xb5, ..] | [b'7', b'z', ..] => {}
        _ => assert!(*owned == bytes, "not every byte was looked at, or one was twice"),
    }
});

fn utf8(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Vec<u8> {
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
    String::from_utf16_lossy(&units).into_bytes()
}
