//! What is wrong with a text in TOML, in words of ours: line, column, key and what was expected. Never a value, never the
//! line: an allow-list may hold secrets, and errors end in logs.

use toml::de::{DeTable, DeValue, Error};

/// Says what is wrong with `text`.
#[must_use]
pub fn toml_problem(text: &str, error: &Error) -> String {
    let problem = without_value(error.message());
    let Some(span) = error.span() else { return problem.to_owned() };
    let before = text.get(..span.start).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    match DeTable::parse(text).ok().and_then(|table| key_at(table.get_ref(), span.start)) {
        Some(key) => format!("line {line}, column {column}: `{key}`: {problem}"),
        None => format!("line {line}, column {column}: {problem}"),
    }
}

/// serde quotes what it found, and says at the end what it expected.
fn without_value(message: &str) -> &str {
    let quotes = ["invalid type: ", "invalid value: ", "invalid length: ", "unknown variant "];
    if !quotes.iter().any(|start| message.starts_with(start)) {
        return message;
    }
    message.rfind(", expected ").and_then(|at| message.get(at + 2..)).unwrap_or("not as expected")
}

/// The key whose value stands at `at`.
fn key_at(table: &DeTable<'_>, at: usize) -> Option<String> {
    table.iter().find_map(|(key, value)| {
        let inner = match value.get_ref() {
            DeValue::Table(table) => key_at(table, at),
            DeValue::Array(values) => values.iter().find_map(|value| match value.get_ref() {
                DeValue::Table(table) => key_at(table, at),
                _ => None,
            }),
            _ => None,
        };
        match inner {
            Some(inner) => Some(format!("{}.{inner}", key.get_ref())),
            None => value.span().contains(&at).then(|| key.get_ref().to_string()),
        }
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn no_value_is_quoted() {
        type Sections = BTreeMap<String, BTreeMap<String, Vec<String>>>;
        for (text, told) in [
            ("[a]\nb = 's3cret'", "line 2, column 5: `a.b`: expected a sequence"),
            ("[a]\n\n  b = ['x', 5, 's3cret']", "line 3, column 13: `a.b`: expected a string"),
            ("a = 's3cret, expected s3cret'", "line 1, column 5: `a`: expected a map"),
            ("[a]\nb = ['s3cret'", "line 2, column 14: "),
            ("s3cret", "line 1, column "),
            ("[a]\nb = s3cret", "line 2, column 5: "),
            ("[a]\nb = ['s3cret', \"s3cret\\q\"]", "line 2, column "),
        ] {
            let error = toml::from_str::<Sections>(text).unwrap_err();
            let problem = toml_problem(text, &error);
            assert!(problem.starts_with(told) && !problem.contains("s3cret"), "{text}: {problem}");
        }
    }
}
