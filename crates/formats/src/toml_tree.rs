//! TOML as a tree like that of [`json`](crate::json), with entries in the order of the file and texts borrowed from it.
//!
//! Numbers and dates are the text that stands there. Nesting is bounded by `toml` (80), and so is the recursion here. A tree takes
//! fifty times as much memory as its file, so that files are bounded more tightly than those of other formats.

use std::borrow::Cow;

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::{Problem, json::Value, lines::Lines};

/// Ten times as long as the longest lock files of public projects.
const MAX_BYTES: usize = 16 << 20;

/// Reads a file as far as it is TOML, and says where it first is not.
pub(crate) fn parse(text: &str) -> (Value<'_>, Option<Problem>) {
    if text.len() > MAX_BYTES {
        let problem = Problem::general("The file is too large for TOML").unread();
        return (Value::default(), Some(problem));
    }
    let (table, errors) = DeTable::parse_recoverable(text);
    let problem = errors.first().map(|error| {
        let start = error.span().map_or(0, |span| span.start);
        Problem::at(Lines::new(text).position(start).line, "This is not TOML").unread()
    });
    (tree_of_table(text, table.into_inner()), problem)
}

fn tree_of_table<'a>(text: &'a str, table: DeTable<'a>) -> Value<'a> {
    let mut entries: Vec<_> = table.into_iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    let entries = entries.into_iter();
    Value::Object(entries.map(|(key, value)| (key.into_inner(), tree(text, value))).collect())
}

fn tree<'a>(text: &'a str, value: Spanned<DeValue<'a>>) -> Value<'a> {
    let span = value.span();
    match value.into_inner() {
        DeValue::String(string) => Value::Text(string),
        DeValue::Boolean(is_true) => Value::Bool(is_true),
        DeValue::Array(items) => {
            Value::Array(items.into_iter().map(|item| tree(text, item)).collect())
        }
        DeValue::Table(table) => tree_of_table(text, table),
        DeValue::Integer(_) | DeValue::Float(_) | DeValue::Datetime(_) => {
            text.get(span).map_or(Value::Other, |text| Value::Text(Cow::Borrowed(text)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_places_and_numbers_are_those_of_the_file() {
        let text = "version = 3\n[z]\nb = \"x\"\na = 'y'\n[[p]]\nname = \"n\"\n";
        let (value, problem) = parse(text);
        assert_eq!(problem, None);
        assert_eq!(value.text("version"), Some("3"));
        let keys: Vec<_> = value.get("z").entries().iter().map(|entry| &*entry.0).collect();
        assert_eq!(keys, ["b", "a"]);
        let name = value.get("p").items()[0].text("name").unwrap();
        assert_eq!(Lines::new(text).range_of(name), Some(46..47));
    }

    #[test]
    fn what_comes_before_a_break_is_kept() {
        let (value, problem) = parse("a = \"1\"\n<<<<<<< HEAD\nb = \"2\"\n");
        assert_eq!(problem.and_then(|problem| problem.line), Some(2));
        assert_eq!(value.text("a"), Some("1"));
    }

    #[test]
    fn a_file_that_would_take_gigabytes_is_not_read() {
        let text = "a = 1\n".repeat(MAX_BYTES / 6 + 1);
        assert!(parse(&text).1.is_some_and(|problem| problem.is_unread));
    }

    #[test]
    fn deep_nesting_is_a_problem() {
        let text = format!("a = {}", "[".repeat(100_000));
        assert!(parse(&text).1.is_some());
        let name = vec!["a"; 100_000].join(".");
        for text in [format!("{name} = 1"), format!("[{name}]\nb = 1"), format!("[[{name}]]")] {
            parse(&text);
        }
    }
}
