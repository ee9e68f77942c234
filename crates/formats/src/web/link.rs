//! `Link` (RFC 8288).

use std::borrow::Cow;

use super::syntax::{is_token, trim, unquote};

/// So many links of a response are read; no page has more.
pub const MAX_LINKS: usize = 1_000;

/// One link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The reference between the angle brackets as it stands, relative or absolute.
    pub target: String,
    /// Its relations in lower case, of the first `rel`.
    pub relations: Vec<String>,
    /// All parameters in order, names in lower case.
    pub parameters: Vec<(String, String)>,
}

impl Link {
    /// Whether it has this relation (lower case): `preload`, `preconnect`, `canonical`, `modulepreload`...
    #[must_use]
    pub fn is(&self, relation: &str) -> bool {
        self.relations.iter().any(|known| known == relation)
    }

    /// The first parameter of this name (lower case).
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|known| known.0 == name).map(|known| known.1.as_str())
    }
}

/// Reads all lines of the header, as far as they fit the grammar (appendix B.2 of the RFC): what does not ends the reading of its line.
#[must_use]
pub fn parse<'a>(fields: impl IntoIterator<Item = &'a str>) -> Vec<Link> {
    let mut links = Vec::new();
    for field in fields {
        let mut rest = field.trim_start_matches([' ', '\t', ',']);
        while links.len() < MAX_LINKS {
            let Some((link, behind)) = read_link(rest) else { break };
            links.push(link);
            rest = behind.trim_start_matches([' ', '\t', ',']);
        }
    }
    links
}

fn read_link(text: &str) -> Option<(Link, &str)> {
    let (target, mut rest) = text.strip_prefix('<')?.split_once('>')?;
    let mut link =
        Link { target: target.to_owned(), relations: Vec::new(), parameters: Vec::new() };
    loop {
        rest = rest.trim_start_matches([' ', '\t']);
        let Some(behind) = rest.strip_prefix(';') else { break };
        let behind = behind.trim_start_matches([' ', '\t']);
        let end = behind.find(['=', ';', ',']).unwrap_or(behind.len());
        let (name, behind) = behind.split_at_checked(end)?;
        let name = trim(name).to_ascii_lowercase();
        let (value, behind) = match behind.strip_prefix('=') {
            Some(behind) => read_value(behind.trim_start_matches([' ', '\t']))?,
            None => (Cow::Borrowed(""), behind),
        };
        rest = behind;
        if !is_token(&name) {
            continue;
        }
        if name == "rel" && link.relations.is_empty() {
            let words = value.split_ascii_whitespace();
            link.relations = words.map(str::to_ascii_lowercase).collect();
        }
        link.parameters.push((name, value.into_owned()));
    }
    (rest.is_empty() || rest.starts_with(',')).then_some((link, rest))
}

/// A quoted string, or everything up to the next separator.
fn read_value(text: &str) -> Option<(Cow<'_, str>, &str)> {
    if text.starts_with('"') {
        let mut is_escaped = false;
        let end = text.bytes().skip(1).position(|byte| {
            let is_end = byte == b'"' && !is_escaped;
            is_escaped = byte == b'\\' && !is_escaped;
            is_end
        })?;
        let (quoted, rest) = text.split_at_checked(end + 2)?;
        return Some((unquote(quoted)?, rest));
    }
    let (value, rest) = text.split_at_checked(text.find([';', ',']).unwrap_or(text.len()))?;
    Some((Cow::Borrowed(trim(value)), rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_examples_of_section_3_5_are_read() {
        let links = parse([
            r#"<http://example.com/TheBook/chapter2>; rel="previous"; title="previous, \"chapter\"""#,
            r#"</>; rel="http://example.net/foo", </TheBook/chapter4>; rel="start http://example.net/relation/other""#,
        ]);
        assert_eq!(links.len(), 3);
        assert!(links[0].is("previous"));
        assert_eq!(links[0].parameter("title"), Some("previous, \"chapter\""));
        assert_eq!(links[1].target, "/");
        assert!(links[2].is("start") && links[2].is("http://example.net/relation/other"));
    }

    #[test]
    fn preloads_are_read_with_their_flags() {
        let links =
            parse(["</a.css>; rel=preload; as=style; crossorigin, <//b.example>; Rel=PreConnect"]);
        assert!(links[0].is("preload") && links[1].is("preconnect"));
        assert_eq!(links[0].parameter("as"), Some("style"));
        assert_eq!(links[0].parameter("crossorigin"), Some(""));
    }

    #[test]
    fn what_leaves_the_grammar_ends_the_line() {
        assert_eq!(parse(["a; rel=b, <c>; rel=d"]), []);
        assert_eq!(parse(["<c>; rel=d x, <e"]).len(), 1);
        assert_eq!(parse([",".repeat(1_000_000).as_str(), "<a", "<a>;b=\"c"]), []);
        assert_eq!(parse(["<a>,".repeat(100_000).as_str()]).len(), MAX_LINKS);
    }

    proptest! {
        #[test]
        fn whatever_stands_there_is_read(field in "(<a>|rel=|[;,=\"\\\\<> ]|\\PC){0,30}") {
            for link in parse([field.as_str()]) {
                prop_assert!(!link.target.contains('>'));
            }
        }
    }
}
