//! Lines of a requirements file as pip joins them.

use std::{borrow::Cow, str::Lines};

/// One line, or several that backslashes join.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// Behind its `#`.
    Comment(&'a str),
    /// `-r base.txt`
    Option(&'a str),
    Requirement {
        /// Without options of its own, such as hashes.
        text: Cow<'a, str>,
        /// What of it stands in the first line.
        first: &'a str,
        comment: &'a str,
    },
}

pub(super) fn logical_lines(text: &str) -> LogicalLines<'_> {
    LogicalLines { lines: text.lines() }
}

pub(super) struct LogicalLines<'a> {
    lines: Lines<'a>,
}

impl<'a> Iterator for LogicalLines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        let line = self.lines.by_ref().find(|line| !line.trim().is_empty())?;
        let (first, mut comment, mut is_open) = parts(line);
        let mut text = Cow::Borrowed(first);
        while is_open && let Some(line) = self.lines.next() {
            let (code, behind, is_more) = parts(line);
            is_open = is_more;
            if comment.is_empty() {
                comment = behind;
            }
            if !code.is_empty() {
                text.to_mut().push(' ');
                text.to_mut().push_str(code);
            }
        }
        Some(if first.is_empty() {
            Line::Comment(comment)
        } else if first.starts_with('-') {
            Line::Option(first)
        } else {
            Line::Requirement { text, first, comment }
        })
    }
}

/// What a line says without options of a requirement, its comment, and whether it goes on in the next.
fn parts(line: &str) -> (&str, &str, bool) {
    let line = line.trim();
    let begins_comment = |at: &usize| {
        let before = line.get(..*at).unwrap_or_default();
        before.is_empty() || before.ends_with([' ', '\t'])
    };
    let comment = memchr::memchr_iter(b'#', line.as_bytes()).find(begins_comment);
    let (code, comment) = comment.map_or((line, ""), |at| line.split_at(at));
    let (code, is_open) = match code.strip_suffix('\\') {
        Some(code) => (code.trim_end(), true),
        None => (code.trim_end(), false),
    };
    // `--hash=..` belongs to a requirement; `--index-url ..` at the beginning is a line of its own.
    let options = if code.starts_with("--hash") { Some(0) } else { code.find(" --") };
    let code = options.and_then(|at| code.get(..at)).unwrap_or(code).trim_end();
    (code, comment.trim_start_matches('#').trim(), is_open)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backslashes_join_lines_and_hashes_fall_away() {
        let text = "a==1 \\\n  --hash=sha256:00 \\\n  --hash=sha256:11\n    # via b\n\nc>=1, \\\n <2 # why\n-r x.txt\nd#e\n";
        let lines: Vec<_> = logical_lines(text).collect();
        let requirement = |text: &'static str, first, comment| Line::Requirement {
            text: text.into(),
            first,
            comment,
        };
        let expected = [
            requirement("a==1", "a==1", ""),
            Line::Comment("via b"),
            requirement("c>=1, <2", "c>=1,", "why"),
            Line::Option("-r x.txt"),
            requirement("d#e", "d#e", ""),
        ];
        assert_eq!(lines, expected);
    }
}
