//! The header section of an answer (RFC 9110, 5).

/// Fields in the order in which they came; names in lower case, values as they came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// Adds a field. Bytes of the value that are no UTF-8 become U+FFFD.
    pub fn add(&mut self, name: &str, value: &[u8]) {
        let value = String::from_utf8_lossy(value).trim().to_owned();
        self.0.push((name.to_ascii_lowercase(), value));
    }

    /// The first field of that name (in lower case).
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(given, _)| *given == name).map(|(_, value)| value)
    }

    /// Every field of that name (in lower case), in order.
    pub fn all<'h>(&'h self, name: &'h str) -> impl Iterator<Item = &'h str> {
        self.0.iter().filter(move |(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// All fields of that name as one, as RFC 9110, 5.3 joins them.
    #[must_use]
    pub fn joined(&self, name: &str) -> Option<String> {
        let all: Vec<&str> = self.all(name).collect();
        (!all.is_empty()).then(|| all.join(", "))
    }

    /// Whether there is a field of that name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Every field.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_whatever_their_case_and_fields_keep_their_order() {
        let mut headers = Headers::default();
        headers.add("Vary", b" accept ");
        headers.add("vary", b"origin");
        headers.add("X", b"\xff");
        assert_eq!(headers.joined("vary").as_deref(), Some("accept, origin"));
        assert_eq!((headers.get("x"), headers.get("y")), (Some("\u{fffd}"), None));
    }
}
