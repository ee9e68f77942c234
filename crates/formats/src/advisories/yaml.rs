//! YAML as a tree of texts: what looks like a number stays as it was written (`1.10` is a version, not `1.1`).

use saphyr_parser::{Event, Parser, ScalarStyle};
use serde_json::{Map, Value};

use crate::Problem;

/// Deeper nesting than this is refused: no record needs half of it.
const DEPTH: usize = 64;

/// Reads the first document. Aliases are refused: a small text of them can mean a tree without end, and no source uses them.
pub(super) fn read(text: &str) -> Result<Value, Problem> {
    let mut open: Vec<Open> = Vec::new();
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| {
            Problem::at(error.marker().line() as u64, "it is not well-formed YAML")
        })?;
        let line = span.start.line() as u64;
        let done = match event {
            Event::Scalar(text, style, ..) => scalar(&text, style),
            Event::SequenceStart(..) | Event::MappingStart(..) if open.len() >= DEPTH => {
                return Err(Problem::at(line, "it is nested too deeply"));
            }
            Event::SequenceStart(..) => {
                open.push(Open::List(Vec::new()));
                continue;
            }
            Event::MappingStart(..) => {
                open.push(Open::Map { map: Map::new(), key: None });
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                Some(Open::List(list)) => Value::Array(list),
                Some(Open::Map { map, .. }) => Value::Object(map),
                None => continue,
            },
            Event::Alias(_) => return Err(Problem::at(line, "aliases are not read")),
            Event::DocumentEnd | Event::StreamEnd => break,
            Event::Nothing | Event::StreamStart | Event::DocumentStart(_) => continue,
        };
        match open.last_mut() {
            Some(parent) => parent.take(done),
            None => return Ok(done),
        }
    }
    Err(Problem::general("it is empty"))
}

fn scalar(text: &str, style: ScalarStyle) -> Value {
    if style == ScalarStyle::Plain && matches!(text, "" | "~" | "null" | "Null" | "NULL") {
        Value::Null
    } else {
        Value::String(text.to_owned())
    }
}

/// A collection that has not ended.
enum Open {
    List(Vec<Value>),
    Map { map: Map<String, Value>, key: Option<String> },
}

impl Open {
    fn take(&mut self, value: Value) {
        match self {
            Self::List(list) => list.push(value),
            Self::Map { map, key } => match (key.take(), value) {
                (Some(key), value) => {
                    map.insert(key, value);
                }
                (None, Value::String(name)) => *key = Some(name),
                // A key that is no text has no name that we know.
                (None, _) => *key = Some(String::new()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn scalars_stay_as_they_are_written() {
        let tree = read("a: 1.10\nb: '~'\nc: ~\nd: [x, {e: 0}]\nf: |\n  two\n  lines\n").unwrap();
        assert_eq!(tree["a"], "1.10");
        assert_eq!(tree["b"], "~");
        assert_eq!(tree["c"], Value::Null);
        assert_eq!(tree["d"][1]["e"], "0");
        assert_eq!(tree["f"], "two\nlines\n");
    }

    #[test]
    fn aliases_depth_and_nonsense_are_refused() {
        assert!(read("a: &x [1]\nb: *x\n").is_err());
        assert!(read(&"[".repeat(100)).is_err());
        assert!(read(&"- ".repeat(5_000)).is_err());
        assert!(read("a: 'b").is_err());
        assert!(read("").is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in "(?s)([ \\n\\t:,\\[\\]{}'\"|>*&!%@#?-]|[a-c0]|\\PC){0,80}") {
            let _ = read(&text);
        }
    }
}
