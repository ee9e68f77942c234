//! Structured fields (RFC 9651). The grammar is the `sfv` crate's; its types are given through.

pub use sfv::{BareItem, Dictionary, InnerList, Item, List, ListEntry, Parameters};

use sfv::{FieldType, Parser};

/// A field that does not fit the grammar. As a whole it counts as if it were not there (section 4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no structured field (RFC 9651)")]
pub struct Invalid {
    /// The byte at which the grammar was left, from 0, where it is known.
    pub at: Option<usize>,
}

/// A dictionary (section 3.2). Of a repeated key the last value counts.
pub fn dictionary(field: &str) -> Result<Dictionary, Invalid> {
    parse(field)
}

/// A list (section 3.1).
pub fn list(field: &str) -> Result<List, Invalid> {
    parse(field)
}

/// An item (section 3.3).
pub fn item(field: &str) -> Result<Item, Invalid> {
    parse(field)
}

/// Several lines of one field as one (section 4.2).
#[must_use]
pub fn joined<'a>(fields: impl IntoIterator<Item = &'a str>) -> String {
    let mut whole = String::new();
    for (index, field) in fields.into_iter().enumerate() {
        if index > 0 {
            whole.push_str(", ");
        }
        whole.push_str(field);
    }
    whole
}

fn parse<T: FieldType>(field: &str) -> Result<T, Invalid> {
    Parser::new(field).parse().map_err(|error| Invalid { at: error.index() })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_types_of_section_3_3_are_read() {
        let list =
            list(r#"42, 4.5, "a\"b", tok/en*, :aGk=:, ?0, @1659578233, %"f%c3%bc", (a b);c"#);
        let list = list.unwrap();
        let bare = |at: usize| match &list[at] {
            ListEntry::Item(item) => &item.bare_item,
            ListEntry::InnerList(_) => panic!("an inner list"),
        };
        assert_eq!(bare(0).as_integer().map(i64::from), Some(42));
        assert_eq!(bare(1).as_decimal().map(f64::from), Some(4.5));
        assert_eq!(bare(2).as_string().map(|text| text.as_str()), Some("a\"b"));
        assert_eq!(bare(3).as_token().map(|text| text.as_str()), Some("tok/en*"));
        assert_eq!(bare(4).as_byte_sequence(), Some(&b"hi"[..]));
        assert_eq!(bare(5).as_boolean(), Some(false));
        assert_eq!(
            bare(6).as_date().map(|date| i64::from(date.unix_seconds())),
            Some(1_659_578_233)
        );
        assert_eq!(bare(7).as_display_string().map(String::as_str), Some("fü"));
        assert!(matches!(&list[8], ListEntry::InnerList(inner) if inner.items.len() == 2));
    }

    #[test]
    fn what_leaves_the_grammar_is_no_field() {
        assert_eq!(dictionary("a=1, b=").unwrap_err().at, Some(7));
        assert!(dictionary("A=1").is_err() && list("a,").is_err() && item("1 2").is_err());
        assert_eq!(dictionary(&joined(["a=1", "a=2, b"])).unwrap().len(), 2);
        assert!(dictionary("").unwrap().is_empty());
    }

    proptest! {
        #[test]
        fn whatever_stands_there_is_read(field in "([a-z0-9=;,():?@% \".*-]|\\PC){0,40}") {
            let _ = (dictionary(&field), list(&field), item(&field));
        }
    }
}
