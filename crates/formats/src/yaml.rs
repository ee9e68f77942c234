//! YAML as a tree like that of [`json`](crate::json), with texts borrowed from the file where it spells them out.
//!
//! An alias of a scalar is that scalar; one of a list or a map is nothing, so that no file of a few lines stands for millions of
//! values. Every scalar but `true`, `false` and the spellings of null is a text: `1.10` is a version, not a number.

use std::borrow::Cow;

use saphyr_parser::{Event, Parser, ScalarStyle, StrInput};

use crate::{Problem, json::Value};

/// Deeper than any file a person or a program writes.
const MAX_DEPTH: usize = 64;
/// More values than this are no lock file.
const MAX_VALUES: usize = 8_000_000;

/// What stands in a file.
#[derive(Debug, Default)]
pub(crate) struct Documents<'a> {
    /// One for most files; at least one.
    pub(crate) roots: Vec<Value<'a>>,
    /// Why what follows the last of them was not read.
    pub(crate) problem: Option<Problem>,
}

/// Reads a whole file, or as much of it as is YAML: what is open where it breaks off is closed there.
pub(crate) fn parse(text: &str) -> Documents<'_> {
    let mut builder = Builder::default();
    let mut source = Source { text, is_ascii: text.is_ascii(), chars: 0, bytes: 0 };
    let problem = builder.read(&mut Parser::new_from_str(text), &mut source).err();
    while !builder.open.is_empty() {
        builder.close();
    }
    if builder.roots.is_empty() {
        builder.roots.push(Value::Other);
    }
    Documents { roots: builder.roots, problem }
}

#[derive(Default)]
struct Builder<'a> {
    roots: Vec<Value<'a>>,
    open: Vec<Open<'a>>,
    /// The scalars that have an anchor.
    anchors: Vec<(usize, Cow<'a, str>)>,
    values: usize,
}

/// A list or map whose end has not come yet.
enum Open<'a> {
    Items(Vec<Value<'a>>),
    Entries {
        entries: Vec<(Cow<'a, str>, Value<'a>)>,
        /// Set between a key and its value.
        key: Option<Cow<'a, str>>,
    },
}

impl<'a> Builder<'a> {
    fn read(
        &mut self,
        parser: &mut Parser<'a, StrInput<'a>>,
        source: &mut Source<'a>,
    ) -> Result<(), Problem> {
        while let Some(event) = parser.next_event() {
            let (event, span) = event.map_err(|error| {
                Problem::at(error.marker().line() as u64, "This is not YAML from here on").unread()
            })?;
            let line = span.start.line() as u64;
            self.values += 1;
            if self.values > MAX_VALUES {
                return Err(Problem::at(line, "The file holds too many values").unread());
            }
            match event {
                Event::Scalar(scalar, style, anchor, _) => {
                    let scalar = source.borrow(scalar, span.start.index());
                    if anchor != 0 {
                        self.anchors.push((anchor, scalar.clone()));
                    }
                    self.put(valued(scalar, style));
                }
                Event::Alias(anchor) => {
                    let known = self.anchors.binary_search_by_key(&anchor, |known| known.0);
                    let scalar = known.ok().and_then(|at| self.anchors.get(at));
                    let value = scalar.map_or(Value::Other, |known| Value::Text(known.1.clone()));
                    self.put(value);
                }
                Event::SequenceStart(..) => self.open(Open::Items(Vec::new()), line)?,
                Event::MappingStart(..) => {
                    self.open(Open::Entries { entries: Vec::new(), key: None }, line)?;
                }
                Event::SequenceEnd | Event::MappingEnd => self.close(),
                _ => {}
            }
        }
        Ok(())
    }

    fn open(&mut self, open: Open<'a>, line: u64) -> Result<(), Problem> {
        if self.open.len() >= MAX_DEPTH {
            return Err(Problem::at(line, "The file is nested too deeply from here on").unread());
        }
        self.open.push(open);
        Ok(())
    }

    fn close(&mut self) {
        match self.open.pop() {
            Some(Open::Items(items)) => self.put(Value::Array(items)),
            Some(Open::Entries { mut entries, key }) => {
                entries.extend(key.map(|key| (key, Value::Other)));
                self.put(Value::Object(entries));
            }
            None => {}
        }
    }

    fn put(&mut self, value: Value<'a>) {
        match self.open.last_mut() {
            None => self.roots.push(value),
            Some(Open::Items(items)) => items.push(value),
            Some(Open::Entries { entries, key }) => match key.take() {
                Some(key) => entries.push((key, value)),
                None => *key = Some(as_key(value)),
            },
        }
    }
}

/// A map's key. Lists and maps as keys have no name here, but their values keep their place.
fn as_key(value: Value<'_>) -> Cow<'_, str> {
    match value {
        Value::Text(text) => text,
        Value::Bool(true) => Cow::Borrowed("true"),
        Value::Bool(false) => Cow::Borrowed("false"),
        _ => Cow::Borrowed(""),
    }
}

/// The core schema (YAML 1.2.2, 10.3.2) as far as a lock file needs it.
fn valued(scalar: Cow<'_, str>, style: ScalarStyle) -> Value<'_> {
    if style != ScalarStyle::Plain {
        return Value::Text(scalar);
    }
    match &*scalar {
        "" | "~" | "null" | "Null" | "NULL" => Value::Other,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => Value::Text(scalar),
    }
}

/// The file, to find in it what the parser copied.
struct Source<'a> {
    text: &'a str,
    is_ascii: bool,
    /// So many characters take up so many bytes; moves forward only, as scalars do.
    chars: usize,
    bytes: usize,
}

impl<'a> Source<'a> {
    /// The same text as a slice of the file if it stands there unchanged, in quotes or not.
    fn borrow(&mut self, scalar: Cow<'a, str>, char_index: usize) -> Cow<'a, str> {
        let Some(start) = self.byte_index(char_index) else { return scalar };
        let found = [start, start + 1].into_iter().find_map(|start| {
            let slice = self.text.get(start..start.checked_add(scalar.len())?)?;
            (slice == scalar).then_some(slice)
        });
        found.map_or(scalar, Cow::Borrowed)
    }

    fn byte_index(&mut self, char_index: usize) -> Option<usize> {
        if self.is_ascii {
            return Some(char_index);
        }
        let ahead = char_index.checked_sub(self.chars)?;
        let rest = self.text.get(self.bytes..)?;
        self.bytes += rest.char_indices().nth(ahead).map_or(rest.len(), |(at, _)| at);
        self.chars = char_index;
        Some(self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lines;

    fn root(text: &str) -> Value<'_> {
        parse(text).roots.remove(0)
    }

    #[test]
    fn texts_know_where_they_stand() {
        let text = "ö:\n  'a@1': {b: 1.10, c: \"x\\ty\"}\n  d: [true, null]\n";
        let value = root(text);
        let lines = Lines::new(text);
        let (key, entry) = &value.get("ö").entries()[0];
        assert_eq!(lines.range_of(key), Some(7..10));
        assert_eq!(entry.text("b").and_then(|text| lines.range_of(text)), Some(17..21));
        assert_eq!(entry.text("c"), Some("x\ty"));
        assert!(value.get("ö").get("d").items()[0].is_true());
        assert_eq!(value.get("ö").get("d").items()[1].as_str(), None);
    }

    #[test]
    fn an_alias_is_followed_to_a_scalar_and_never_to_a_list() {
        let value = root("a: &x 1.2\nb: *x\nc: &l [*x, *x]\nd: [*l, *l]\n");
        assert_eq!(value.text("b"), Some("1.2"));
        assert_eq!(value.get("c").items()[1].as_str(), Some("1.2"));
        assert!(value.get("d").items()[0].items().is_empty());
    }

    #[test]
    fn what_comes_before_a_break_is_kept() {
        let documents = parse("a: 1\nb:\n  c: 2\n  d: [x\n");
        assert!(documents.problem.is_some());
        assert_eq!(documents.roots[0].text("a"), Some("1"));
        assert_eq!(documents.roots[0].get("b").text("c"), Some("2"));
    }

    #[test]
    fn documents_are_kept_apart_and_an_empty_file_is_one() {
        assert_eq!(parse("---\na: 1\n---\na: 2\n").roots[1].text("a"), Some("2"));
        assert_eq!(parse("").roots.len(), 1);
    }

    #[test]
    fn deep_nesting_is_a_problem() {
        for text in ["- ".repeat(10_000), "[".repeat(10_000), "? ".repeat(10_000)] {
            assert!(parse(&text).problem.is_some());
        }
    }
}
