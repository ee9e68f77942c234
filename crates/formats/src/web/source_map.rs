//! Source maps (ECMA-426): what they give away of the sources, and the comments and headers that lead to them.
//!
//! Mappings are not decoded: nobody asks here which line became which.

use super::note;
use crate::{
    Problem,
    json::{self, Value},
};

/// So many sources are read, of all sections together.
pub const MAX_SOURCES: usize = 100_000;
/// Sections of sections are not allowed (section 6), so that there is one level.
const MAX_SECTIONS: usize = 10_000;
const MAX_ROOT_BYTES: usize = 512;

/// A map, plain or with sections, whose sections are put together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceMap {
    /// `file`
    pub file: Option<String>,
    /// In order.
    pub sources: Vec<Source>,
    /// How many names it keeps of what was renamed.
    pub names: usize,
    /// How many bytes of mappings there are.
    pub mappings_bytes: usize,
    /// Whether it has sections.
    pub is_indexed: bool,
    /// What does not fit the format, at most [`MAX_ISSUES`](super::MAX_ISSUES).
    pub problems: Vec<Problem>,
}

/// One source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its URL with `sourceRoot` before it, as it stands; empty where the map has `null`.
    pub url: String,
    /// Its text, if the map carries it.
    pub content: Option<String>,
    /// Its path says that it is none of the authors' own: it lies in `node_modules`, or the bundler made it.
    pub is_vendored: bool,
}

impl SourceMap {
    /// Reads a map; an error if it is none.
    pub fn parse(bytes: &[u8]) -> Result<Self, Problem> {
        let text = String::from_utf8_lossy(bytes);
        let text = text.trim_start_matches('\u{feff}');
        // A line before the map that keeps others from including it as a script (section 5.4).
        let text = match text.strip_prefix(")]}'") {
            Some(rest) => rest.split_once('\n').map_or("", |(_, rest)| rest),
            None => text,
        };
        let json = json::parse(text)?;
        let sections = json.get("sections");
        let is_map = matches!(sections, Value::Array(_))
            || matches!(json.get("sources"), Value::Array(_))
            || json.text("mappings").is_some();
        if !is_map {
            return Err(Problem::general("This is no source map").unread());
        }
        let mut map = Self { file: json.text("file").map(str::to_owned), ..Self::default() };
        map.is_indexed = matches!(sections, Value::Array(_));
        if map.is_indexed {
            if sections.items().len() > MAX_SECTIONS {
                map.problem(Problem::general("The map has too many sections").unread());
            }
            for section in sections.items().iter().take(MAX_SECTIONS) {
                map.read(section.get("map"));
            }
        } else {
            map.read(&json);
        }
        Ok(map)
    }

    /// Those whose text it carries.
    pub fn with_content(&self) -> impl Iterator<Item = (&str, &str)> {
        self.sources.iter().filter_map(|source| Some((&*source.url, source.content.as_deref()?)))
    }

    fn read(&mut self, json: &Value<'_>) {
        let root = json.text("sourceRoot").unwrap_or_default();
        // It stands before every source, so that a long one would fill the memory.
        let root = if root.len() > MAX_ROOT_BYTES {
            self.problem(Problem::general("`sourceRoot` is too long to be an address"));
            ""
        } else {
            root
        };
        let separator = if root.is_empty() || root.ends_with('/') { "" } else { "/" };
        let contents = json.get("sourcesContent").items();
        let first = self.sources.len();
        let sources = json.get("sources").items();
        for (at, source) in sources.iter().enumerate() {
            if self.sources.len() >= MAX_SOURCES {
                self.problem(Problem::general("The map has too many sources").unread());
                break;
            }
            let url = source.as_str().unwrap_or_default();
            let content = contents.get(at).and_then(Value::as_str);
            self.sources.push(Source {
                url: format!("{root}{separator}{url}"),
                content: content.map(str::to_owned),
                is_vendored: false,
            });
        }
        if contents.len() > sources.len() {
            self.problem(Problem::general("`sourcesContent` is longer than `sources`"));
        }
        self.names = self.names.saturating_add(json.get("names").items().len());
        let mappings = json.text("mappings").unwrap_or_default();
        self.mappings_bytes = self.mappings_bytes.saturating_add(mappings.len());
        let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || b"+/,;".contains(&byte);
        if !mappings.bytes().all(is_digit) {
            self.problem(Problem::general("`mappings` has characters that are no base64 VLQ"));
        }
        let root_len = root.len() + separator.len();
        for source in self.sources.iter_mut().skip(first) {
            let own = source.url.get(root_len..).unwrap_or_default();
            source.is_vendored = own.contains("node_modules/") || own.contains("webpack/");
        }
    }

    fn problem(&mut self, problem: Problem) {
        note(&mut self.problems, problem);
    }
}

/// How a script or style sheet names its map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// `//# sourceMappingURL=`, also `//@` and in a block comment.
    JavaScript,
    /// `/*# sourceMappingURL= */`
    Css,
}

/// So far from the end a comment is looked for; a map may stand in it itself, as a `data:` URL.
const MAX_COMMENT_BYTES: usize = 64 * 1024 * 1024;

/// The address in the last comment that names a map, as it stands (section 11.2.1, "without parsing"). Only white space and other
/// comments may follow it.
#[must_use]
pub fn mapping_url(text: &[u8], language: Language) -> Option<&[u8]> {
    const NAME: &[u8] = b"sourceMappingURL=";
    let tail = text.get(text.len().saturating_sub(MAX_COMMENT_BYTES)..)?;
    let at = memchr::memmem::rfind(tail, NAME)?;
    let (before, rest) = tail.split_at_checked(at)?;
    let blanks = before.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let before = before.get(..before.len().checked_sub(blanks)?)?;
    let mark = before.get(before.len().checked_sub(3)?..)?;
    let is_block = match mark {
        [b'/', b'*', b'#' | b'@'] => true,
        [b'/', b'/', b'#' | b'@'] if language == Language::JavaScript => false,
        _ => return None,
    };
    let rest = rest.get(NAME.len()..)?;
    let end = rest.iter().position(|byte| byte.is_ascii_whitespace() || b"'\"`".contains(byte));
    let (mut url, mut behind) = rest.split_at_checked(end.unwrap_or(rest.len()))?;
    if is_block {
        let close = memchr::memmem::find(rest, b"*/")?;
        (url, behind) = match close < url.len() {
            true => rest.split_at_checked(close)?,
            false => (url, rest.get(close..)?),
        };
        behind = behind.strip_prefix(b"*/")?;
    } else {
        // The rest of the line must be empty.
        let line = memchr::memchr2(b'\n', b'\r', behind).unwrap_or(behind.len());
        let (line, others) = behind.split_at_checked(line)?;
        if !line.trim_ascii().is_empty() {
            return None;
        }
        behind = others;
    }
    let is_end = only_comments(behind);
    (is_end && !url.is_empty()).then_some(url)
}

/// Whether there is nothing but white space and comments.
fn only_comments(mut text: &[u8]) -> bool {
    loop {
        text = text.trim_ascii_start();
        text = match text {
            [] => return true,
            [b'/', b'/', rest @ ..] => {
                let end = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
                rest.get(end..).unwrap_or_default()
            }
            [b'/', b'*', rest @ ..] => match memchr::memmem::find(rest, b"*/") {
                Some(end) => rest.get(end + 2..).unwrap_or_default(),
                None => return true,
            },
            _ => return false,
        };
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn plain_maps_and_maps_with_sections_give_their_sources() {
        let map = SourceMap::parse(
            br#")]}'
{"version":3,"file":"out.js","sourceRoot":"src","sources":["a.js",null,"../node_modules/x/b.js"],"sourcesContent":["let a;",null],"names":["a","b"],"mappings":"AAAA;,+/"}"#,
        )
        .unwrap();
        let urls: Vec<_> = map.sources.iter().map(|source| source.url.as_str()).collect();
        assert_eq!(urls, ["src/a.js", "src/", "src/../node_modules/x/b.js"]);
        assert_eq!(map.with_content().collect::<Vec<_>>(), [("src/a.js", "let a;")]);
        assert!(map.sources[2].is_vendored && !map.sources[0].is_vendored);
        assert_eq!((map.names, map.mappings_bytes, map.problems.len()), (2, 8, 0));
        let map = SourceMap::parse(
            br#"{"version":3,"sections":[{"offset":{},"map":{"sources":["a"],"sourcesContent":["1"],"mappings":""}},{"map":{"sources":["b"],"mappings":"!"}}]}"#,
        )
        .unwrap();
        assert!(map.is_indexed && map.sources.len() == 2);
        assert_eq!(map.problems.len(), 1);
    }

    #[test]
    fn what_is_no_map_is_told() {
        for text in ["{}", "[]", "<html>", "", "{\"sources\": 1}"] {
            assert!(SourceMap::parse(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn the_comment_at_the_end_leads_to_the_map() {
        use Language::*;
        for (text, language, url) in [
            ("a();\n//# sourceMappingURL=a.js.map", JavaScript, Some("a.js.map")),
            ("a();\n//@ sourceMappingURL=a.js.map \n\n", JavaScript, Some("a.js.map")),
            ("//# sourceMappingURL=a\n//# sourceMappingURL=b\n// x", JavaScript, Some("b")),
            ("a{}/*# sourceMappingURL=a.css.map */", Css, Some("a.css.map")),
            ("a{}/*# sourceMappingURL=a.css.map*/\n/* x */", Css, Some("a.css.map")),
            ("//# sourceMappingURL=a.css.map", Css, None),
            ("//# sourceMappingURL=a\nb();", JavaScript, None),
            ("x = \"//# sourceMappingURL=a\";", JavaScript, None),
            ("//# sourceMappingURL=a b", JavaScript, None),
            ("//# sourceMappingURL=", JavaScript, None),
            ("/*# sourceMappingURL=a", JavaScript, None),
            ("sourceMappingURL=a", JavaScript, None),
        ] {
            let found = mapping_url(text.as_bytes(), language);
            assert_eq!(found, url.map(str::as_bytes), "{text}");
        }
        let start = Instant::now();
        let long = format!("//# sourceMappingURL=a\n{}", "//\n".repeat(1_000_000));
        assert!(mapping_url(long.as_bytes(), JavaScript).is_some());
        assert!(start.elapsed().as_secs() < 5);
    }

    proptest! {
        #[test]
        fn whatever_stands_there_is_read(text in "(//# |/\\*# |sourceMappingURL=|\\*/|\n|\\PC){0,20}", json in "(\\{|\"sources\":|\"sections\":|\\[|\\]|\"map\"|[:,]|\\PC){0,20}") {
            let _ = mapping_url(text.as_bytes(), Language::JavaScript);
            let _ = mapping_url(text.as_bytes(), Language::Css);
            let _ = SourceMap::parse(json.as_bytes());
        }
    }
}
