//! Text inside text: base64, hexadecimal, percent and backslash escapes, one level deep.
//!
//! Only what decodes to printable text is handed on; a picture or a hash decodes to noise and costs its first bytes.

use std::ops::Range;

use base64::{
    Engine as _,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

/// Shortest run worth decoding, in bytes: 30 characters of content in base64.
const MIN_RUN_BYTES: usize = 40;
/// Longest run that is decoded at once, in bytes; a longer one is decoded in parts.
const MAX_RUN_BYTES: usize = 256 << 10;
/// What two parts share, in bytes: decoded, no less than how far any rule looks.
const SHARED_BYTES: usize = 64 << 10;
/// A text this long may be a piece of a longer one, and what it begins with the rest of a run, in bytes.
const PIECE_BYTES: usize = 128 << 10;
/// How far an escaped run reaches around an escape, in bytes.
const MAX_ESCAPED_BYTES: usize = 4 << 10;

/// A stretch of a text that means another text.
pub(crate) struct Decoded {
    /// The stretch.
    pub(crate) range: Range<usize>,
    pub(crate) text: Vec<u8>,
    pub(crate) encoding: &'static str,
    /// Of a part of a long run: so many bytes of it mean so many of the text.
    group: Option<(usize, usize)>,
}

impl Decoded {
    /// What means `inner`: of a long run what encodes it, otherwise all of the stretch.
    pub(crate) fn outer(&self, inner: &Range<usize>) -> Range<usize> {
        let Some((encoded, plain)) = self.group else { return self.range.clone() };
        let start = self.range.start + inner.start / plain * encoded;
        let end = self.range.start + inner.end.div_ceil(plain) * encoded;
        start..end.min(self.range.end)
    }
}

const STANDARD: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::URL_SAFE, LENIENT);
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);

/// Where something may be encoded, in the order in which it is looked at. A run and a word both lie between two of the bytes that
/// [`in_word`] does not hold for, and what they mean depends on nothing else; but the first run of a text may be the rest of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// A run of hexadecimal digits or base64.
    Run { start: usize, end: usize },
    /// A word that holds an escape, the first one at `escape`.
    Word { start: usize, end: usize, escape: usize },
}

impl Place {
    /// Before all runs that begin at `start` or behind it.
    pub(super) const fn first_run(start: usize) -> Self {
        Self::Run { start, end: 0 }
    }

    /// Before all words that begin at `start` or behind it.
    pub(super) const fn first_word(start: usize) -> Self {
        Self::Word { start, end: 0, escape: 0 }
    }

    pub(super) const fn start(self) -> usize {
        match self {
            Self::Run { start, .. } | Self::Word { start, .. } => start,
        }
    }

    /// `None` where it would lie before the text.
    pub(super) fn moved(self, from: usize, to: usize) -> Option<Self> {
        let moved = |at: usize| at.checked_sub(from)?.checked_add(to);
        Some(match self {
            Self::Run { start, end } => Self::Run { start: moved(start)?, end: moved(end)? },
            Self::Word { start, end, escape } => {
                Self::Word { start: moved(start)?, end: moved(end)?, escape: moved(escape)? }
            }
        })
    }
}

/// The places in `windows` of a text, which begin and end where no word is cut.
pub(super) fn places(text: &[u8], windows: &[Range<usize>]) -> Vec<Place> {
    let mut places = Vec::new();
    let window = |range: &Range<usize>| text.get(range.clone()).unwrap_or_default();
    for range in windows {
        runs(window(range), |run| {
            let run = range.start + run.start..range.start + run.end;
            if may_mean_text(text, &run) {
                places.push(Place::Run { start: run.start, end: run.end });
            }
        });
    }
    for range in windows {
        let mut behind = 0;
        for at in memchr::memchr2_iter(b'%', b'\\', window(range)).map(|at| range.start + at) {
            if at >= behind && text.get(at..).is_some_and(|rest| unescape_one(rest).is_some()) {
                let word = word_around(text, at);
                behind = word.end;
                places.push(Place::Word { start: word.start, end: word.end, escape: at });
            }
        }
    }
    places
}

/// Calls `each` with what a place means, where that is printable text.
pub(super) fn decoded(text: &[u8], place: Place, each: &mut impl FnMut(Decoded)) {
    match place {
        Place::Run { start, end } => run(text, start..end, each),
        Place::Word { start, end, escape } => {
            escaped(text, start..end, escape).into_iter().for_each(each);
        }
    }
}

/// The text that all of `value` is in base64, of either alphabet, with or without padding.
pub(crate) fn base64_text(value: &[u8]) -> Option<Vec<u8>> {
    let end = value.iter().rposition(|b| *b != b'=').map_or(0, |last| last + 1);
    let body = value.get(..end)?;
    if !body.iter().all(|b| in_run(*b)) || body.len() % 4 == 1 {
        return None;
    }
    base64(body)
}

/// The alphabet is the one that the bytes are of.
fn base64(bytes: &[u8]) -> Option<Vec<u8>> {
    let is_url_safe = bytes.iter().any(|b| matches!(b, b'-' | b'_'));
    let engine = if is_url_safe { &URL_SAFE } else { &STANDARD };
    engine.decode(bytes).ok()
}

/// Bytes of either base64 alphabet.
static IN_RUN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        #[expect(clippy::cast_possible_truncation, clippy::indexing_slicing, reason = "byte < 256")]
        {
            let b = byte as u8;
            table[byte] = b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-' | b'_');
        }
        byte += 1;
    }
    table
};

fn in_run(byte: u8) -> bool {
    IN_RUN.get(usize::from(byte)).copied().unwrap_or_default()
}

/// Calls `each` with every run of at least [`MIN_RUN_BYTES`].
///
/// Most text has a blank or a bracket every few bytes, so eight bytes at a time are asked whether they hold one. A run covers
/// [`CLEAN_WORDS`] whole words without; only there the bytes themselves are looked at.
fn runs(text: &[u8], mut each: impl FnMut(Range<usize>)) {
    const WORD: usize = 8;
    const CLEAN_WORDS: usize = 4;
    const { assert!(WORD * (CLEAN_WORDS + 1) <= MIN_RUN_BYTES) };
    let mut at = 0;
    while let Some(words) = text.get(at..).and_then(<[u8]>::first_chunk::<{ CLEAN_WORDS * WORD }>) {
        // From the last one on, so that those before one that holds a separator need not be asked.
        let (words, _) = words.as_chunks::<WORD>();
        let unclean = words.iter().rposition(|word| holds_separator(u64::from_le_bytes(*word)));
        if let Some(unclean) = unclean {
            at += (unclean + 1) * WORD;
            continue;
        }
        at += CLEAN_WORDS * WORD;
        // No run reaches over a byte that is in none; one that ends before it has been seen or is too short.
        let last = at - 1;
        let (before, behind) = text.split_at_checked(last).unwrap_or_default();
        let right = behind.iter().take_while(|byte| in_run(**byte)).count();
        if right == 0 {
            continue;
        }
        let left = before.iter().rev().take_while(|byte| in_run(**byte)).count();
        if left + right >= MIN_RUN_BYTES {
            each(last - left..last + right);
        }
        at = (last + right).next_multiple_of(WORD);
    }
}

/// Whether one of eight bytes is below `+`: a control byte, a blank, a quote, a bracket, `!`, `#`, `$`, `%`, `&` or `*`.
fn holds_separator(word: u64) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    word.wrapping_sub(ONES * b'+' as u64) & !word & (ONES << 7) != 0
}

/// Whether a run is worth to be kept until it is decoded: most are hashes and names.
fn may_mean_text(text: &[u8], range: &Range<usize>) -> bool {
    let is_long = range.len() > MAX_RUN_BYTES || is_rest(text, range);
    is_long || text.get(range.clone()).is_some_and(|bytes| Code::of(bytes).is_some())
}

/// Whether a run may have begun in the piece before.
fn is_rest(text: &[u8], range: &Range<usize>) -> bool {
    range.start == 0 && text.len() >= PIECE_BYTES
}

/// Decodes one run as hexadecimal or base64, where it means printable text.
fn run(text: &[u8], range: Range<usize>, each: &mut impl FnMut(Decoded)) {
    let is_rest = is_rest(text, &range);
    if range.len() <= MAX_RUN_BYTES && !is_rest {
        let bytes = text.get(range.clone()).unwrap_or_default();
        if let Some(code) = Code::of(bytes)
            && let Some(text) = code.decode(bytes)
        {
            each(Decoded { range, text, encoding: code.name(), group: None });
        }
        return;
    }
    // Where its groups begin is not known of the rest of a run.
    let skips = if is_rest { 0..4 } else { 0..1 };
    let found = skips.map(|skip| range.start + skip).find_map(|start| {
        let head = text.get(start..range.end)?.get(..MIN_RUN_BYTES)?;
        Some((start, Code::of(head)?))
    });
    let Some((start, code)) = found else { return };
    for start in (start..range.end).step_by(MAX_RUN_BYTES - SHARED_BYTES) {
        let range = start..range.end.min(start + MAX_RUN_BYTES);
        // Noise between texts is no text.
        if let Some(text) = text.get(range.clone()).and_then(|bytes| code.decode(bytes)) {
            each(Decoded { range, text, encoding: code.name(), group: Some(code.group()) });
        }
    }
}

#[derive(Clone, Copy)]
enum Code {
    Hexadecimal,
    Base64,
}

impl Code {
    /// What a run is, if its beginning means printable text.
    fn of(bytes: &[u8]) -> Option<Self> {
        let head = bytes.get(..MIN_RUN_BYTES)?;
        let code = if bytes.len().is_multiple_of(2) && head.iter().all(u8::is_ascii_hexdigit) {
            Self::Hexadecimal
        } else if head.iter().any(u8::is_ascii_uppercase) && head.iter().any(u8::is_ascii_lowercase)
        {
            Self::Base64
        } else {
            // A path or an identifier: neither has the mixture of base64.
            return None;
        };
        // Noise shows in a few bytes.
        let beginning = head.get(..MIN_RUN_BYTES / 5)?;
        if !code.may_begin_text(beginning)? {
            return None;
        }
        code.decode(beginning).and_then(|_| code.decode(head)).map(|_| code)
    }

    /// Whether the first bytes that four characters mean are printable. Most runs are hashes, and end here.
    fn may_begin_text(self, bytes: &[u8]) -> Option<bool> {
        let [a, b, c, d] = *bytes.first_chunk()?;
        Some(match self {
            Self::Hexadecimal => {
                is_text(digit(&a)? << 4 | digit(&b)?) && is_text(digit(&c)? << 4 | digit(&d)?)
            }
            Self::Base64 => {
                let [a, b, c, d] = [sextet(a)?, sextet(b)?, sextet(c)?, sextet(d)?];
                is_text(a << 2 | b >> 4) && is_text(b << 4 | c >> 2) && is_text(c << 6 | d)
            }
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Hexadecimal => "hex",
            Self::Base64 => "base64",
        }
    }

    /// So many bytes mean so many.
    fn group(self) -> (usize, usize) {
        match self {
            Self::Hexadecimal => (2, 1),
            Self::Base64 => (4, 3),
        }
    }

    /// `None` where it is not printable.
    fn decode(self, bytes: &[u8]) -> Option<Vec<u8>> {
        let text = match self {
            Self::Hexadecimal => hexadecimal(bytes)?,
            // A last group of one character holds nothing.
            Self::Base64 => base64(bytes.get(..bytes.len() - usize::from(bytes.len() % 4 == 1))?)?,
        };
        is_printable(&text).then_some(text)
    }
}

/// What a character of either base64 alphabet stands for (RFC 4648, sections 4 and 5).
const fn sextet(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    })
}

fn hexadecimal(digits: &[u8]) -> Option<Vec<u8>> {
    digits
        .chunks_exact(2)
        .map(|pair| Some(digit(pair.first()?)? << 4 | digit(pair.last()?)?))
        .collect()
}

fn digit(byte: &u8) -> Option<u8> {
    char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// Whether text may hold it.
pub(crate) const fn is_text(byte: u8) -> bool {
    byte.is_ascii_graphic() || matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

/// ASCII text, apart from a few bytes.
fn is_printable(bytes: &[u8]) -> bool {
    let odd = bytes.iter().filter(|byte| !is_text(**byte)).count();
    !bytes.is_empty() && odd * 50 <= bytes.len()
}

/// Whether a word may hold it: no blank, quote or angle bracket.
pub(super) const fn in_word(byte: u8) -> bool {
    !byte.is_ascii_whitespace() && !matches!(byte, b'"' | b'\'' | b'<' | b'>' | b'`')
}

/// The word that holds `at`, as far as the limit.
fn word_around(text: &[u8], at: usize) -> Range<usize> {
    let in_word = |byte: &&u8| in_word(**byte);
    let before = text.get(at.saturating_sub(MAX_ESCAPED_BYTES)..at).unwrap_or_default();
    let start = at - before.iter().rev().take_while(in_word).count();
    let window = text.get(at..text.len().min(at + MAX_ESCAPED_BYTES)).unwrap_or_default();
    start..at + window.iter().take_while(in_word).count()
}

/// The word, with the kind of escape that stands at `at` undone.
fn escaped(text: &[u8], range: Range<usize>, at: usize) -> Option<Decoded> {
    let (encoding, _) = unescape_one(text.get(at..)?)?;
    let word = text.get(range.clone())?;
    let sign = if encoding == "percent" { b'%' } else { b'\\' };
    let mut out = Vec::with_capacity(word.len());
    let mut copied = 0;
    for escape in memchr::memchr_iter(sign, word) {
        if let Some((_, (value, length))) = word.get(escape..).and_then(unescape_one)
            && escape >= copied
        {
            out.extend_from_slice(word.get(copied..escape)?);
            out.push(value);
            copied = escape + length;
        }
    }
    out.extend_from_slice(word.get(copied..)?);
    is_printable(&out).then_some(Decoded { range, text: out, encoding, group: None })
}

/// The escape that `rest` begins with: its kind, the byte it means and its length.
fn unescape_one(rest: &[u8]) -> Option<(&'static str, (u8, usize))> {
    match rest {
        [b'%', high, low, ..] => Some(("percent", (digit(high)? << 4 | digit(low)?, 3))),
        [b'\\', b'x', high, low, ..] => Some(("escaped", (digit(high)? << 4 | digit(low)?, 4))),
        [b'\\', b'u', b'0', b'0', high, low, ..] => {
            Some(("escaped", (digit(high)? << 4 | digit(low)?, 6)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn each_of(text: &str, mut each: impl FnMut(Decoded)) {
        for place in places(text.as_bytes(), std::slice::from_ref(&(0..text.len()))) {
            decoded(text.as_bytes(), place, &mut each);
        }
    }

    fn all(text: &str) -> Vec<(String, &'static str)> {
        let mut out = Vec::new();
        each_of(text, |d| out.push((String::from_utf8(d.text).unwrap(), d.encoding)));
        out
    }

    #[test]
    fn each_form_is_decoded() {
        let plain = "token=\"abcdefghijklmnopqrstuvwxyz0123456789\"";
        let base64 = STANDARD.encode(plain);
        assert_eq!(all(&format!("data: {base64}\n")), [(plain.to_owned(), "base64")]);
        let hex: String = plain.bytes().map(|b| format!("{b:02x}")).collect();
        assert_eq!(all(&format!("x{{{hex}}}")), [(plain.to_owned(), "hex")]);
        assert_eq!(all("url?next=a%3Db%26c d"), [("url?next=a=b&c".to_owned(), "percent")]);
        assert_eq!(all(r#""pw\u003dabc\x21""#), [("pw=abc!".to_owned(), "escaped")]);
    }

    #[test]
    fn what_four_characters_mean_is_what_the_library_makes_of_them() {
        for text in ["QUJD", "+/+/", "zZ09", "AAAA", "9/+a"] {
            let bytes = STANDARD.decode(text).unwrap();
            let is_all_text = bytes.iter().all(|byte| is_text(*byte));
            assert_eq!(Code::Base64.may_begin_text(text.as_bytes()), Some(is_all_text), "{text}");
            let url_safe = text.replace('+', "-").replace('/', "_");
            assert_eq!(Code::Base64.may_begin_text(url_safe.as_bytes()), Some(is_all_text));
        }
        assert_eq!(Code::Hexadecimal.may_begin_text(b"4142"), Some(true));
        assert_eq!(Code::Hexadecimal.may_begin_text(b"4180"), Some(false));
    }

    #[test]
    fn a_long_run_is_decoded_to_its_end() {
        let plain: String = (0..100_000).map(|number| format!("line {number}\n")).collect();
        let wanted = "line 77777\n";
        let hex: String = plain.bytes().map(|b| format!("{b:02x}")).collect();
        for (code, encoded) in [("base64", STANDARD.encode(&plain)), ("hex", hex)] {
            // Whole, and as the piece of a file that begins anywhere in it.
            for before in [" ", ""] {
                for cut in 0..5 {
                    let text = format!("{before}{}", &encoded[cut..]);
                    if !before.is_empty() && cut > 0 {
                        continue;
                    }
                    let mut places = Vec::new();
                    each_of(&text, |part| {
                        assert_eq!(part.encoding, code);
                        for (at, _) in String::from_utf8_lossy(&part.text).match_indices(wanted) {
                            places.push(part.outer(&(at..at + wanted.len())));
                        }
                    });
                    let place = places.first().expect(code).clone();
                    assert!(places.iter().all(|other| *other == place), "{code} {cut}: {places:?}");
                    let inside = &text.as_bytes()[place];
                    let inside =
                        if code == "hex" { hexadecimal(inside) } else { base64_text(inside) };
                    let inside = String::from_utf8(inside.unwrap()).unwrap();
                    assert!(inside.contains(wanted.trim()) && inside.len() < 20, "{inside}");
                }
            }
        }
    }

    #[test]
    fn noise_is_left_alone() {
        for text in [
            "a/very/long/path/with/many/parts/and/without/any/capital/letters/at/all",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "100% of it",
            "C:\\users\\x",
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk",
        ] {
            assert!(all(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_run_is_found_wherever_it_stands() {
        for blank in [" ", ".", "é"] {
            for before in 0..90 {
                let run = "Z".repeat(MIN_RUN_BYTES);
                let text = format!("{}{run}", blank.repeat(before));
                let start = text.len() - run.len();
                for text in
                    [text.clone(), format!("{text}{blank}tail"), format!("{text}{blank}{run}")]
                {
                    let mut seen = Vec::new();
                    runs(text.as_bytes(), |range| seen.push((range.start, range.end)));
                    assert_eq!(seen.first(), Some(&(start, start + run.len())), "{text}");
                }
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn runs_are_those_a_plain_search_finds(text in "([a-zA-Z0-9+/_-]{1,60}[ .=\u{e9}\n]{1,2}){0,8}") {
            let mut seen = Vec::new();
            runs(text.as_bytes(), |range| seen.push((range.start, range.end)));
            let mut plain = Vec::new();
            let mut start = 0;
            for part in text.as_bytes().chunk_by(|a, b| in_run(*a) == in_run(*b)) {
                if part.len() >= MIN_RUN_BYTES && part.iter().all(|byte| in_run(*byte)) {
                    plain.push((start, start + part.len()));
                }
                start += part.len();
            }
            proptest::prop_assert_eq!(seen, plain);
        }
    }
}
