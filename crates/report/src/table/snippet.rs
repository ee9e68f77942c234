//! Source lines with their numbers, and `^^^^` under the secret.

use std::io::{self, Write};

use model::{Snippet, escape, is_hidden};
use unicode_width::UnicodeWidthChar as _;

use super::{Page, paint::Ink};
use crate::text::width;

const TAB: &str = "    ";
/// More than any emoji has; text with a thousand accents on one letter is nobody's.
const MAX_CELL_BYTES: usize = 64;
/// Columns kept for source however narrow the terminal is.
const MIN_ROOM: usize = 16;

impl Page {
    pub(super) fn snippet(
        &self,
        snippet: &Snippet,
        ink: Ink,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let further = u64::try_from(snippet.lines.len()).unwrap_or(u64::MAX).saturating_sub(1);
        let digits = snippet.first_line.saturating_add(further).to_string().len().max(3);
        let room = self.width.saturating_sub(2 + digits + 3).max(MIN_ROOM);
        for (index, line) in (0..).zip(&snippet.lines) {
            let number = snippet.first_line.saturating_add(index);
            let view = View::of(line, marked_columns(snippet, number), room);
            let gutter = self.paint.ink(Ink::Faint, &format!("{number:>digits$} |"));
            writeln!(
                out,
                "  {gutter}{}{}",
                if view.text.is_empty() { "" } else { " " },
                view.text
            )?;
            if let Some((start, length)) = view.mark {
                let gutter = self.paint.ink(Ink::Faint, &format!("{:digits$} |", ""));
                writeln!(
                    out,
                    "  {gutter} {:start$}{}",
                    "",
                    self.paint.ink(ink, &"^".repeat(length))
                )?;
            }
        }
        Ok(())
    }
}

/// The columns of line `number` that are marked, from 0, the end behind; `u64::MAX` for the line's end.
fn marked_columns(snippet: &Snippet, number: u64) -> Option<(u64, u64)> {
    let (start, end) = (snippet.mark.start, snippet.mark.end);
    if number < start.line || number > end.line.max(start.line) {
        return None;
    }
    let from = if number == start.line { start.column.saturating_sub(1) } else { 0 };
    let to = if number >= end.line { end.column.saturating_sub(1) } else { u64::MAX };
    (to > from || number == start.line).then_some((from, to.max(from)))
}

/// The part of a line that fits, and where in it the mark stands.
#[derive(Debug, PartialEq)]
struct View {
    text: String,
    /// Columns before the mark, and of it.
    mark: Option<(usize, usize)>,
}

impl View {
    /// The line's beginning; where the mark would be cut off, the part around it. `…` stands for what is left out.
    fn of(line: &str, marked: Option<(u64, u64)>, room: usize) -> Self {
        let cells = cells(line, marked);
        let total: usize = cells.iter().map(|cell| cell.width).sum();
        let before: usize =
            cells.iter().take_while(|cell| !cell.marked).map(|cell| cell.width).sum();
        let length: usize = cells.iter().filter(|cell| cell.marked).map(|cell| cell.width).sum();
        let skipped = if total <= room || marked.is_none() || before + length < room {
            0
        } else {
            // A quarter of the room is for what leads to the secret: its name, as a rule.
            before.saturating_sub(room / 4).min(total - room + 1)
        };

        let (mut text, mut used, mut passed) = (String::new(), 0, 0);
        let (mut start, mut shown) = (None, 0);
        if skipped > 0 {
            text.push('…');
            used = 1;
        }
        for cell in &cells {
            passed += cell.width;
            if passed - cell.width < skipped {
                continue;
            }
            let is_last = passed == total;
            if used + cell.width + usize::from(!is_last) > room {
                text.push('…');
                break;
            }
            if cell.marked {
                start.get_or_insert(used);
                shown += cell.width;
            }
            text.push_str(&cell.text);
            used += cell.width;
        }
        // A mark of no width, or behind the line's end, still points somewhere.
        let mark = marked.map(|_| (start.unwrap_or(used.min(before)), shown.max(1)));
        Self { text: text.trim_end().to_owned(), mark }
    }
}

/// What a terminal draws in one go.
struct Cell {
    text: String,
    width: usize,
    marked: bool,
    /// Whether what follows may join it (an accent, a variation selector, the rest of an emoji).
    joins: bool,
}

fn cells(line: &str, marked: Option<(u64, u64)>) -> Vec<Cell> {
    let mut cells: Vec<Cell> = Vec::new();
    for (c, column) in line.chars().zip(0..) {
        let marked = marked.is_some_and(|(from, to)| from <= column && column < to);
        if c == '\t' || is_hidden(c) {
            let mut text = String::new();
            if c == '\t' {
                text.push_str(TAB)
            } else {
                escape(c, &mut text)
            }
            cells.push(Cell { width: text.len(), text, marked, joins: false });
            continue;
        }
        let joined = c.width() == Some(0) || matches!(c, '\u{1f3fb}'..='\u{1f3ff}');
        match cells.last_mut() {
            Some(last)
                if last.joins
                    && last.text.len() < MAX_CELL_BYTES
                    && (joined || last.text.ends_with('\u{200d}')) =>
            {
                last.text.push(c);
                last.width = width(&last.text);
                last.marked |= marked;
            }
            _ => cells.push(Cell {
                text: c.to_string(),
                width: c.width().unwrap_or(0),
                marked,
                joins: true,
            }),
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Text and mark as they stand on the screen.
    fn drawn(line: &str, from: u64, to: u64, room: usize) -> (String, String) {
        let view = View::of(line, Some((from, to)), room);
        let (start, length) = view.mark.unwrap();
        (view.text, format!("{:start$}{}", "", "^".repeat(length)))
    }

    fn pair(text: &str, mark: &str) -> (String, String) {
        (text.to_owned(), mark.to_owned())
    }

    #[test]
    fn the_mark_stands_under_the_secret_whatever_stands_before_it() {
        assert_eq!(drawn("key=abc", 4, 7, 40), pair("key=abc", "    ^^^"));
        assert_eq!(drawn("\tkey=abc", 5, 8, 40), pair("    key=abc", "        ^^^"));
        assert_eq!(drawn("鍵=abc", 2, 5, 40), pair("鍵=abc", "   ^^^"));
        assert_eq!(drawn("🔑👩\u{200d}💻=abc", 5, 8, 40), pair("🔑👩\u{200d}💻=abc", "     ^^^"));
        assert_eq!(drawn("e\u{301}=abc", 3, 6, 40), pair("e\u{301}=abc", "  ^^^"));
        assert_eq!(drawn("\u{1b}=abc", 2, 5, 40), pair("\\x1b=abc", "     ^^^"));
        assert_eq!(drawn("pw=秘密", 3, 5, 40), pair("pw=秘密", "   ^^^^"));
    }

    #[test]
    fn a_long_line_is_shown_around_the_mark() {
        let line = format!("{}key=SECRET{}", "a".repeat(500), "b".repeat(500));
        assert_eq!(drawn(&line, 504, 510, 24), pair("…aakey=SECRETbbbbbbbbbb…", "       ^^^^^^"));
        assert_eq!(drawn(&line, 0, 1, 24), pair("aaaaaaaaaaaaaaaaaaaaaaa…", "^"));
        let at_the_end = format!("{}SECRET", "a".repeat(500));
        assert_eq!(
            drawn(&at_the_end, 500, 506, 24),
            pair("…aaaaaaaaaaaaaaaaaSECRET", "                  ^^^^^^")
        );
        let longer_than_the_room = "S".repeat(100);
        assert_eq!(
            drawn(&longer_than_the_room, 10, 90, 20),
            pair("…SSSSSSSSSSSSSSSSSS…", "      ^^^^^^^^^^^^^")
        );
    }

    #[test]
    fn a_mark_without_width_or_behind_the_line_points_somewhere() {
        assert_eq!(drawn("abc", 1, 1, 40), pair("abc", "   ^"));
        assert_eq!(drawn("abc", 9, 12, 40), pair("abc", "   ^"));
        assert_eq!(drawn("", 0, 3, 40), pair("", "^"));
    }
}
