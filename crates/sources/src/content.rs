//! From bytes to pieces: what is text, what is UTF-16, what is an archive, what is too large for one piece.

use std::io::{self, Read};

use model::{Note, NoteKind};

use crate::{Limits, Origin, Piece, Sink, archive};

/// Largest content that is one piece.
pub(crate) const PIECE_BYTES: usize = 4 << 20;
/// What two neighbouring pieces share. No rule looks further than half of it.
const SHARED_BYTES: usize = 128 << 10;
/// How much of a content decides whether it is text; git looks at as much.
const SNIFFED_BYTES: usize = 8_000;

/// What the first bytes say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Text,
    Utf16 { big_endian: bool },
    Archive(archive::Kind),
    Binary,
}

pub(crate) fn format_of(head: &[u8]) -> Format {
    if let Some(kind) = archive::Kind::of(head) {
        return Format::Archive(kind);
    }
    match head {
        [0xff, 0xfe, ..] => return Format::Utf16 { big_endian: false },
        [0xfe, 0xff, ..] => return Format::Utf16 { big_endian: true },
        _ => {}
    }
    let sniffed = head.get(..SNIFFED_BYTES.min(head.len())).unwrap_or(head);
    if memchr::memchr(0, sniffed).is_some() { Format::Binary } else { Format::Text }
}

/// Feeds a content that is in memory.
pub(crate) fn feed<S: Sink>(origin: &Origin, bytes: &[u8], limits: &Limits, sink: &mut S) {
    match format_of(bytes) {
        Format::Text if bytes.len() <= PIECE_BYTES => whole(origin, bytes, sink),
        Format::Archive(kind) => {
            archive::feed(kind, origin, io::Cursor::new(bytes), bytes.len() as u64, limits, sink)
        }
        Format::Binary => binary(origin, sink),
        Format::Text | Format::Utf16 { .. } => {
            // Reading from memory does not fail.
            let _ = stream(origin, bytes, &mut Vec::new(), sink);
        }
    }
}

/// Feeds a text that is in memory and fits one piece.
pub(crate) fn whole<S: Sink>(origin: &Origin, bytes: &[u8], sink: &mut S) {
    if is_lfs_pointer(bytes) {
        sink.note(Note::at(
            NoteKind::LfsPointer,
            origin.path(),
            "a Git LFS pointer; the content is stored elsewhere",
        ));
        return;
    }
    let piece = Piece { origin, bytes, own: 0..bytes.len(), lines_before: 0, column_before: 0 };
    sink.piece(&piece);
}

pub(crate) fn binary<S: Sink>(origin: &Origin, sink: &mut S) {
    sink.note(Note::at(NoteKind::Binary, origin.path(), "binary content"));
}

/// The first line of every Git LFS pointer (git-lfs `docs/spec.md`).
fn is_lfs_pointer(bytes: &[u8]) -> bool {
    bytes.len() < 1024 && bytes.starts_with(b"version https://git-lfs.github.com/spec/")
}

/// Feeds a text of any length in pieces, through one buffer. Binary content and archives must have been told apart by
/// the caller; what turns binary later is looked at as bytes.
pub(crate) fn stream<S: Sink>(
    origin: &Origin,
    mut reader: impl Read,
    buffer: &mut Vec<u8>,
    sink: &mut S,
) -> io::Result<()> {
    let mut decoder = Decoder::Undecided;
    buffer.clear();
    let mut own_start = 0;
    let (mut lines_before, mut column_before) = (0_u64, 0_u64);
    loop {
        if sink.is_cancelled() {
            return Ok(());
        }
        let ended = decoder.fill(&mut reader, buffer, PIECE_BYTES)?;
        let own_end = if ended {
            buffer.len()
        } else {
            buffer.len().saturating_sub(SHARED_BYTES / 2).max(own_start)
        };
        sink.piece(&Piece {
            origin,
            bytes: buffer,
            own: own_start..own_end,
            lines_before,
            column_before,
        });
        if ended {
            return Ok(());
        }
        // The next piece begins with the last `SHARED_BYTES` of this one.
        let cut = buffer.len().saturating_sub(SHARED_BYTES);
        let dropped = buffer.get(..cut).unwrap_or_default();
        lines_before += memchr::memchr_iter(b'\n', dropped).count() as u64;
        column_before = match memchr::memrchr(b'\n', dropped) {
            Some(at) => (dropped.len() - at - 1) as u64,
            None => column_before + dropped.len() as u64,
        };
        own_start = own_end - cut;
        buffer.drain(..cut);
    }
}

/// Turns UTF-16 into UTF-8 on the way, where the content begins with its byte order mark.
enum Decoder {
    Undecided,
    Bytes,
    Utf16 { big_endian: bool, pending: Vec<u8>, high: Option<u16> },
}

impl Decoder {
    /// Fills `buffer` up to `target` bytes. True at the end.
    fn fill(
        &mut self,
        reader: &mut impl Read,
        buffer: &mut Vec<u8>,
        target: usize,
    ) -> io::Result<bool> {
        if matches!(self, Self::Undecided) {
            let mut mark = Vec::with_capacity(2);
            reader.by_ref().take(2).read_to_end(&mut mark)?;
            *self = match mark.as_slice() {
                [0xff, 0xfe] => Self::Utf16 { big_endian: false, pending: Vec::new(), high: None },
                [0xfe, 0xff] => Self::Utf16 { big_endian: true, pending: Vec::new(), high: None },
                other => {
                    buffer.extend_from_slice(other);
                    Self::Bytes
                }
            };
        }
        let wanted = target.saturating_sub(buffer.len()).max(SHARED_BYTES) as u64;
        match self {
            Self::Undecided | Self::Bytes => {
                let read = reader.by_ref().take(wanted).read_to_end(buffer)?;
                Ok((read as u64) < wanted)
            }
            Self::Utf16 { big_endian, pending, high } => {
                let read = reader.by_ref().take(wanted).read_to_end(pending)?;
                let whole = pending.len() - pending.len() % 2;
                for pair in pending.get(..whole).unwrap_or_default().chunks_exact(2) {
                    let &[first, second] = pair else { continue };
                    let unit = if *big_endian {
                        u16::from_be_bytes([first, second])
                    } else {
                        u16::from_le_bytes([first, second])
                    };
                    let c = match (high.take(), unit) {
                        (Some(first), 0xdc00..=0xdfff) => {
                            char::decode_utf16([first, unit]).next().and_then(Result::ok)
                        }
                        (lonely, unit) => {
                            if lonely.is_some() {
                                push(buffer, char::REPLACEMENT_CHARACTER);
                            }
                            if matches!(unit, 0xd800..=0xdbff) {
                                *high = Some(unit);
                                continue;
                            }
                            char::from_u32(unit.into())
                        }
                    };
                    push(buffer, c.unwrap_or(char::REPLACEMENT_CHARACTER));
                }
                pending.drain(..whole);
                let ended = (read as u64) < wanted;
                if ended && high.take().is_some() {
                    push(buffer, char::REPLACEMENT_CHARACTER);
                }
                Ok(ended)
            }
        }
    }
}

fn push(buffer: &mut Vec<u8>, c: char) {
    buffer.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

#[cfg(test)]
mod tests {
    use model::TargetPath;

    use super::*;

    #[derive(Default)]
    struct Seen {
        owned: Vec<u8>,
        starts: Vec<(u64, u64)>,
        notes: Vec<NoteKind>,
    }

    impl Sink for Seen {
        fn piece(&mut self, piece: &Piece<'_>) {
            self.owned.extend_from_slice(&piece.bytes[piece.own.clone()]);
            self.starts.push((piece.lines_before, piece.column_before));
        }
        fn note(&mut self, note: Note) {
            self.notes.push(note.kind);
        }
        fn is_cancelled(&self) -> bool {
            false
        }
    }

    fn seen(bytes: &[u8]) -> Seen {
        let mut seen = Seen::default();
        feed(&Origin::File(TargetPath::from_bytes(b"x")), bytes, &Limits::default(), &mut seen);
        seen
    }

    #[test]
    fn pieces_own_every_byte_once_and_know_their_line() {
        let mut text = b"first\n".repeat(1000);
        text.extend(std::iter::repeat_n(b'a', 3 * PIECE_BYTES));
        let seen = seen(&text);
        assert_eq!(seen.owned, text);
        assert!(seen.starts.len() >= 3);
        assert_eq!(seen.starts[0], (0, 0));
        let second = (PIECE_BYTES - SHARED_BYTES) as u64;
        assert_eq!(seen.starts[1], (1000, second - 6000));
    }

    #[test]
    fn halves_of_utf16_pairs_cost_themselves_only() {
        for units in [
            &[0xd801_u16, 0xd83d, 0xde00][..],
            &[0xd801, 0x41],
            &[0xdc00, 0x41, 0xd83d, 0xde00],
            &[0x41, 0xd801],
        ] {
            let bytes: Vec<u8> =
                [0xfeff].iter().chain(units).flat_map(|unit| unit.to_be_bytes()).collect();
            assert_eq!(seen(&bytes).owned, String::from_utf16_lossy(units).into_bytes());
        }
    }

    #[test]
    fn utf16_is_read_as_text_and_binary_is_not() {
        let wide: Vec<u8> = [0xfeff_u16]
            .into_iter()
            .chain("pass=1\u{1f600}".encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(seen(&wide).owned, "pass=1\u{1f600}".as_bytes());
        assert_eq!(seen(b"\x7fELF\0\0\0").notes, [NoteKind::Binary]);
        assert_eq!(
            seen(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n").notes,
            [NoteKind::LfsPointer]
        );
    }
}
