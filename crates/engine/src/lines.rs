//! Lines and columns of what was found, and the text around it with every secret masked.

use std::ops::Range;

use model::{Mask, Position, Snippet, Span};
use sources::Piece;

use crate::identity::LineId;

/// Longest line that is shown whole, in characters; of a longer one the part around the mark is.
const SHOWN_CHARS: usize = 160;
/// How much of a line before and behind a secret is told: enough to show, in characters of four bytes.
const TEXT_BYTES: usize = 4 * SHOWN_CHARS;
/// How far before and behind a secret a comment is looked for, in bytes.
const COMMENT_BYTES: usize = 4 << 10;
/// Longest list of checks that a comment may name, in bytes; very many findings may each keep one.
const CHECKS_BYTES: usize = 512;

/// A place in a piece, for people and for identity.
#[derive(Clone)]
pub(crate) struct Located {
    pub(crate) span: Span,
    pub(crate) snippet: Snippet,
    /// What a fingerprint is made over.
    pub(crate) line: LineId,
    /// A comment on the line says not to report it.
    pub(crate) allowed_by: Option<AllowComment>,
}

/// The comment that suppresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AllowComment {
    /// Whatever the check.
    All,
    /// `bartizan:ignore[check-id, …]`: these checks only, as they are written.
    Checks(Box<str>),
}

/// Knows where the lines of a piece begin, as far as somebody asked: candidates come in order.
pub(crate) struct Lines<'p> {
    piece: &'p Piece<'p>,
    /// Up to where line ends were counted.
    at: usize,
    line: u64,
    /// Where `line` begins in the piece, if it begins in the piece.
    line_start: Option<usize>,
    /// Up to where columns of `line` were counted, and how many there are.
    column: (usize, u64),
    /// What was located last: an encoded stretch may hold very many secrets.
    last: Option<(Range<usize>, Located)>,
}

impl<'p> Lines<'p> {
    pub(crate) fn new(piece: &'p Piece<'p>) -> Self {
        Self {
            piece,
            at: 0,
            line: piece.lines_before + 1,
            line_start: None,
            column: (0, piece.column_before),
            last: None,
        }
    }

    fn advance(&mut self, to: usize) {
        if let Some(part) = self.piece.bytes.get(self.at..to) {
            let mut last = None;
            for end in memchr::memchr_iter(b'\n', part) {
                self.line += 1;
                last = Some(end);
            }
            if let Some(last) = last {
                let start = self.at + last + 1;
                self.line_start = Some(start);
                self.column = (start, 0);
            }
            self.at = to;
        }
    }

    /// Locates `range`; `secrets` are all secrets of the piece, in order, none over another. Ranges must come in order of their start.
    pub(crate) fn locate(&mut self, range: &Range<usize>, secrets: &[Range<usize>]) -> Located {
        if let Some((_, located)) = self.last.as_ref().filter(|(last, _)| last == range) {
            return located.clone();
        }
        let located = self.look(range, secrets);
        self.last = Some((range.clone(), located.clone()));
        located
    }

    fn look(&mut self, range: &Range<usize>, secrets: &[Range<usize>]) -> Located {
        self.advance(range.start);
        let bytes = self.piece.bytes;
        let start = Position { line: self.line, column: self.column(range.start) };
        let inside = bytes.get(range.clone()).unwrap_or_default();
        let breaks = memchr::memchr_iter(b'\n', inside).count() as u64;
        let end = match memchr::memrchr(b'\n', inside) {
            Some(last) => Position {
                line: start.line + breaks,
                column: characters(inside.get(last + 1..).unwrap_or_default()) + 1,
            },
            None => Position { line: start.line, column: start.column + characters(inside) },
        };
        let first_line_end = if breaks == 0 { range.end } else { range.start };
        let line = self.line_start(range.start, TEXT_BYTES)
            ..end_of_line(bytes, first_line_end, TEXT_BYTES.max(inside.len()));
        let (text, mark) = masked(bytes, line, range, secrets);
        let (shown, shown_mark) = cut(&text, &mark);
        let shown = without_others(&shown, &shown_mark);
        let column = |at: usize| Position { line: start.line, column: at as u64 + 1 };
        let around = self.line_start(range.start, COMMENT_BYTES)
            ..end_of_line(bytes, range.end.saturating_sub(1).max(range.start), COMMENT_BYTES);
        Located {
            span: Span { start, end },
            snippet: Snippet {
                first_line: start.line,
                lines: vec![shown],
                mark: Span { start: column(shown_mark.start), end: column(shown_mark.end) },
            },
            line: LineId::of(&text),
            allowed_by: comment(bytes.get(around).unwrap_or_default()),
        }
    }

    /// Where the line of `at` begins, or as far before it as is looked at.
    fn line_start(&self, at: usize, limit_bytes: usize) -> usize {
        self.line_start.unwrap_or(0).max(at.saturating_sub(limit_bytes))
    }

    fn column(&mut self, at: usize) -> u64 {
        let (counted, before) = self.column;
        let bytes = self.piece.bytes;
        let column = before + characters(bytes.get(counted..at).unwrap_or_default());
        // Not from the middle of a character on, which would count twice.
        if bytes.get(at).is_none_or(|byte| byte & 0xc0 != 0x80) {
            self.column = (at, column);
        }
        column + 1
    }
}

/// Unicode scalar values, and bytes that are not UTF-8.
fn characters(bytes: &[u8]) -> u64 {
    if bytes.is_ascii() {
        return bytes.len() as u64;
    }
    bytes
        .utf8_chunks()
        .map(|chunk| (chunk.valid().chars().count() + chunk.invalid().len()) as u64)
        .sum()
}

fn end_of_line(bytes: &[u8], from: usize, limit_bytes: usize) -> usize {
    let window =
        bytes.get(from..bytes.len().min(from.saturating_add(limit_bytes))).unwrap_or_default();
    let end = from + memchr::memchr(b'\n', window).unwrap_or(window.len());
    if end > from && bytes.get(end - 1) == Some(&b'\r') { end - 1 } else { end }
}

/// The text of `line` with secrets masked, and where the mask of `range` stands in it, in characters.
fn masked(
    bytes: &[u8],
    line: Range<usize>,
    range: &Range<usize>,
    secrets: &[Range<usize>],
) -> (String, Range<usize>) {
    let mut out = String::new();
    let mut mark = 0..0;
    let mut at = line.start;
    let push = |out: &mut String, part: Option<&[u8]>| {
        out.push_str(&String::from_utf8_lossy(part.unwrap_or_default()))
    };
    let first = secrets.partition_point(|secret| secret.end <= line.start);
    for secret in secrets.iter().skip(first).take_while(|secret| secret.start < line.end) {
        push(&mut out, bytes.get(at..secret.start.max(at)));
        // What is left of a secret that began on an earlier line is no less secret.
        let mask = Mask::of(bytes.get(secret.clone()).unwrap_or_default());
        if secret.start <= range.start && range.start < secret.end {
            let start = out.chars().count();
            mark = start..start + mask.as_str().chars().count();
        }
        out.push_str(mask.as_str());
        at = secret.end;
    }
    push(&mut out, bytes.get(at..line.end));
    (out, mark)
}

/// A line with stars for whatever else in it may be a secret that no rule knows: the neighbours of one secret often are others.
/// As many, so that the mark stays where it is.
fn without_others(line: &str, mark: &Range<usize>) -> String {
    let characters: Vec<char> = line.chars().collect();
    let mut out = String::with_capacity(line.len());
    let mut at = 0;
    for word in characters.chunk_by(|a, b| is_in_value(*a) == is_in_value(*b)) {
        let is_own = at < mark.end && mark.start < at + word.len();
        let before = characters.get(..at).unwrap_or_default();
        let hides = !is_own && is_given(before) && may_be_secret(word);
        out.extend(word.iter().map(|character| if hides { '*' } else { *character }));
        at += word.len();
    }
    out
}

const fn is_in_value(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || matches!(character, '!' | '#' | '$' | '%' | '^' | '+' | '-' | '_' | '.' | '~')
}

/// Whether what comes next is a value: it is quoted, assigned, or follows a user's name.
fn is_given(before: &[char]) -> bool {
    let last = before.iter().rev().find(|character| **character != ' ');
    last.is_some_and(|last| matches!(last, '"' | '\'' | '`' | '=' | ':'))
}

/// Long enough, and of more kinds of characters than words and versions are.
fn may_be_secret(value: &[char]) -> bool {
    let count = |is: fn(&char) -> bool| value.iter().filter(|character| is(character)).count();
    let digits = count(char::is_ascii_digit);
    let [upper, lower] = [char::is_ascii_uppercase, char::is_ascii_lowercase].map(count);
    let signs = count(|character| matches!(character, '!' | '#' | '$' | '%' | '^' | '+' | '~'));
    let is_mixed = upper > 0 && lower > 0 || digits >= 4 || signs > 0;
    value.len() >= 8 && digits > 0 && upper + lower > 0 && is_mixed
}

/// Of a long line the part around the mark.
fn cut(text: &str, mark: &Range<usize>) -> (String, Range<usize>) {
    let length = text.chars().count();
    if length <= SHOWN_CHARS {
        return (text.to_owned(), mark.clone());
    }
    let start = mark.start.saturating_sub(SHOWN_CHARS / 2);
    let part: String = text.chars().skip(start).take(SHOWN_CHARS).collect();
    let before = if start > 0 { "…" } else { "" };
    let behind = if start + SHOWN_CHARS < length { "…" } else { "" };
    let shift = |at: usize| (at - start).min(SHOWN_CHARS) + usize::from(start > 0);
    (format!("{before}{part}{behind}"), shift(mark.start)..shift(mark.end))
}

/// `bartizan:ignore`, `bartizan:ignore[check, …]` or `gitleaks:allow` in the line.
fn comment(line: &[u8]) -> Option<AllowComment> {
    const OURS: &[u8] = b"bartizan:ignore";
    if memchr::memmem::find(line, b"gitleaks:allow").is_some() {
        return Some(AllowComment::All);
    }
    let at = memchr::memmem::find(line, OURS)?;
    let behind = line.get(at + OURS.len()..)?;
    let Some(list) = behind.strip_prefix(b"[") else { return Some(AllowComment::All) };
    let list = list.get(..memchr::memchr(b']', list)?)?;
    let list = list.get(..CHECKS_BYTES).unwrap_or(list);
    Some(AllowComment::Checks(String::from_utf8_lossy(list).into()))
}

#[cfg(test)]
mod tests {
    use model::TargetPath;
    use sources::Origin;

    use super::*;

    /// A piece that is all of a file but its first ten lines and three characters.
    fn piece<'p>(origin: &'p Origin, text: &'p str) -> Piece<'p> {
        Piece {
            origin,
            bytes: text.as_bytes(),
            own: 0..text.len(),
            lines_before: 10,
            column_before: 3,
        }
    }

    fn located(text: &str, secrets: &[&str], which: usize) -> Located {
        let origin = Origin::File(TargetPath::from_bytes(b"x"));
        let piece = piece(&origin, text);
        let ranges: Vec<_> = secrets
            .iter()
            .map(|s| text.find(s).unwrap()..text.find(s).unwrap() + s.len())
            .collect();
        Lines::new(&piece).locate(&ranges[which], &ranges)
    }

    #[test]
    fn neighbours_of_a_secret_are_hidden_as_well() {
        let shown = |line: &str, own: &str| {
            let start = line[..line.find(own).unwrap()].chars().count();
            without_others(line, &(start..start + own.chars().count()))
        };
        assert_eq!(
            shown(
                r#"const k="AKIA********";const s="sk_live_4eC39HqLyjW";u("root",{pw:"N7!kd93Lsm2"})"#,
                "AKIA********"
            ),
            r#"const k="AKIA********";const s="*******************";u("root",{pw:"***********"})"#
        );
        assert_eq!(
            shown("A=abcd******** B=postgres://app:Zx9KqWm47Tp@db.example.org/app", "abcd********"),
            "A=abcd******** B=postgres://app:***********@db.example.org/app"
        );
        let plain =
            r#"curl -H "x-version: 2.1.0" -d 'name=checkout' https://api.example.com/v1/items # "#;
        assert_eq!(shown(&format!("{plain}KEY"), "KEY"), format!("{plain}KEY"));
    }

    #[test]
    fn every_secret_of_the_line_is_masked_and_the_mark_is_under_the_right_one() {
        let at = located(
            "a\nuser = aaaaaaaaaaaa, pass = bbbbbbbbbbbb # x\n",
            &["aaaaaaaaaaaa", "bbbbbbbbbbbb"],
            1,
        );
        assert_eq!(at.snippet.lines, ["user = aaa********, pass = bbb******** # x"]);
        assert_eq!(
            (at.span.start, at.span.end),
            (Position { line: 12, column: 29 }, Position { line: 12, column: 41 })
        );
        assert_eq!((at.snippet.mark.start.column, at.snippet.mark.end.column), (28, 39));
    }

    #[test]
    fn columns_count_characters_and_what_stood_before_the_piece() {
        let at = located("é=cccccccccccc", &["cccccccccccc"], 0);
        assert_eq!(at.span.start, Position { line: 11, column: 6 });
        let at = located("k=line1xxxxxxxx\nline2yyyyyy tail", &["line1xxxxxxxx\nline2yyyyyy"], 0);
        assert_eq!(at.span.end, Position { line: 12, column: 12 });
        assert!(!at.snippet.lines.concat().contains("line2"));
    }

    #[test]
    fn a_secret_that_ends_on_the_line_of_another_is_masked_there() {
        let text = "k='firstxxxxxxxx\nsecondyyyyyyy', p='bbbbbbbbbbbb'";
        let at = located(text, &["firstxxxxxxxx\nsecondyyyyyyy", "bbbbbbbbbbbb"], 1);
        let shown = at.snippet.lines.concat();
        assert!(!shown.contains("second"), "{shown}");
        assert!(shown.ends_with("', p='bbb********'"), "{shown}");
    }

    #[test]
    fn a_long_line_is_cut_around_the_mark() {
        let line = format!("{}dddddddddddd{}", "x".repeat(1000), "y".repeat(1000));
        let at = located(&line, &["dddddddddddd"], 0);
        let shown = &at.snippet.lines[0];
        assert!(shown.chars().count() <= SHOWN_CHARS + 2, "{shown}");
        let from = usize::try_from(at.snippet.mark.start.column).unwrap() - 1;
        assert!(shown.chars().skip(from).collect::<String>().starts_with("ddd****"));
    }

    #[test]
    fn columns_are_counted_on_a_line_full_of_secrets() {
        let text = "é = aaaaaaaaaaaa, ".repeat(10_000);
        let ranges: Vec<_> = memchr::memmem::find_iter(text.as_bytes(), "aaaaaaaaaaaa")
            .map(|at| at..at + 12)
            .collect();
        let origin = Origin::File(TargetPath::from_bytes(b"x"));
        let piece = Piece { lines_before: 0, column_before: 0, ..piece(&origin, &text) };
        let mut lines = Lines::new(&piece);
        let last = ranges.iter().map(|range| lines.locate(range, &ranges).span.start).last();
        assert_eq!(last, Some(Position { line: 1, column: 9_999 * 18 + 5 }));
    }

    #[test]
    fn comments_allow() {
        assert_eq!(comment(b"x = 1 # gitleaks:allow"), Some(AllowComment::All));
        assert_eq!(comment(b"x // bartizan:ignore"), Some(AllowComment::All));
        assert_eq!(
            comment(b"x // bartizan:ignore[jwt, a-b] why"),
            Some(AllowComment::Checks("jwt, a-b".into()))
        );
        assert_eq!(comment(b"nothing"), None);
    }
}
