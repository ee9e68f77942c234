//! From an offset to a line and a column.

use std::ops::Range;

use model::{Position, Span};

/// Every so many bytes it is known how many characters came before, so that a position in a line of megabytes costs no more than
/// one in a short line.
const BLOCK_BYTES: usize = 1024;

/// Where the lines of a text begin.
#[derive(Debug)]
pub struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
    /// How many characters begin before each block. Empty where all lines are short.
    before_block: Vec<usize>,
}

impl<'a> Lines<'a> {
    /// Goes over the text once, twice if it has long lines.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        let mut starts = vec![0];
        starts.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1));
        let ends = starts.iter().skip(1).copied().chain([text.len()]);
        let longest = starts.iter().zip(ends).map(|(start, end)| end - start).max();
        let mut before_block = Vec::new();
        if longest.unwrap_or(0) > 4 * BLOCK_BYTES {
            let mut characters = 0;
            for block in text.as_bytes().chunks(BLOCK_BYTES) {
                before_block.push(characters);
                characters += characters_begin_in(block);
            }
            before_block.push(characters);
        }
        Self { text, starts, before_block }
    }

    /// The line and column of a byte; of the text's end if the byte lies behind it.
    #[must_use]
    pub fn position(&self, offset: usize) -> Position {
        let offset = offset.min(self.text.len());
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let column = self.characters(start, offset) + 1;
        Position { line: line as u64, column: column as u64 }
    }

    /// The lines and columns of a stretch.
    #[must_use]
    pub fn span(&self, range: Range<usize>) -> Span {
        Span { start: self.position(range.start), end: self.position(range.end) }
    }

    /// Where a slice of the text stands in it; `None` for a text from elsewhere, an unescaped one for instance.
    #[must_use]
    pub fn range_of(&self, part: &str) -> Option<Range<usize>> {
        let start = (part.as_ptr() as usize).checked_sub(self.text.as_ptr() as usize)?;
        let end = start.checked_add(part.len())?;
        (end <= self.text.len()).then_some(start..end)
    }

    fn characters(&self, start: usize, end: usize) -> usize {
        let bytes = self.text.as_bytes();
        let (first, last) = (start / BLOCK_BYTES, end / BLOCK_BYTES);
        if last.saturating_sub(first) < 2 || self.before_block.is_empty() {
            return characters_begin_in(bytes.get(start..end).unwrap_or_default());
        }
        let until = |at: usize, block: usize| {
            let known = self.before_block.get(block).copied().unwrap_or(0);
            known + characters_begin_in(bytes.get(block * BLOCK_BYTES..at).unwrap_or_default())
        };
        until(end, last).saturating_sub(until(start, first))
    }
}

/// Every scalar value has one byte that continues none.
fn characters_begin_in(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn columns_count_characters() {
        let lines = Lines::new("a\nö=1\n");
        assert_eq!(lines.position(0), Position { line: 1, column: 1 });
        assert_eq!(lines.position(1), Position { line: 1, column: 2 });
        assert_eq!(lines.position(5), Position { line: 2, column: 3 });
        assert_eq!(lines.position(99), Position { line: 3, column: 1 });
    }

    #[test]
    fn a_slice_is_found_by_where_it_is_not_by_what_it_says() {
        let text = String::from("ab ab");
        let lines = Lines::new(&text);
        assert_eq!(lines.range_of(&text[3..]), Some(3..5));
        assert_eq!(lines.range_of(&String::from("ab")), None);
    }

    proptest! {
        #[test]
        fn long_lines_are_counted_like_short_ones(
            parts in proptest::collection::vec(("[aö€😀]{0,3}", 1_usize..900), 1..12),
            at in 0_usize..30_000,
        ) {
            let text: String = parts.iter().map(|(part, times)| part.repeat(*times)).collect();
            let text = format!("x\n{text}");
            let mut at = at.min(text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            let expected = if at < 2 { at + 1 } else { text[2..at].chars().count() + 1 };
            prop_assert_eq!(Lines::new(&text).position(at).column, expected as u64);
        }
    }
}
