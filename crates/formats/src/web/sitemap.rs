//! Site maps (<https://www.sitemaps.org/protocol.html>): lists of pages, and lists of such lists.

use crate::{Problem, encoding, xml::Tree};

/// One list has at most so many entries, by the protocol.
pub const MAX_ENTRIES: usize = 50_000;
/// One list has at most so many bytes, by the protocol.
pub const MAX_BYTES: usize = 50 * 1024 * 1024;

/// So many tags are read, which is twenty for each entry; every element costs some eighty bytes of memory.
const MAX_TAGS: usize = 20 * MAX_ENTRIES;

/// What a site map lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sitemap {
    /// Whether its entries are site maps themselves.
    pub is_index: bool,
    /// At most [`MAX_ENTRIES`].
    pub entries: Vec<Entry>,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// As it stands.
    pub location: String,
    /// `lastmod` as it stands.
    pub modified: Option<String>,
}

/// Reads XML (`urlset` or `sitemapindex`), or a text with a URL in each line.
#[must_use]
pub fn parse(bytes: &[u8]) -> Sitemap {
    let mut sitemap = Sitemap::default();
    let whole = bytes.get(..MAX_BYTES).unwrap_or(bytes);
    if whole.len() < bytes.len() {
        let message = "The site map has more than 50 MiB; the rest was not read";
        sitemap.problems.push(Problem::general(message).unread());
    }
    let whole = encoding::of_xml(whole);
    let text = String::from_utf8_lossy(&whole);
    let text = text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with('<') {
        sitemap.read_xml(text);
    } else {
        sitemap.read_text(text);
    }
    sitemap
}

impl Sitemap {
    fn read_xml(&mut self, whole: &str) {
        let end = memchr::memchr_iter(b'<', whole.as_bytes()).nth(MAX_TAGS);
        let text = end.and_then(|end| whole.get(..end)).unwrap_or(whole);
        let (tree, problem) = Tree::parse(text);
        if end.is_some() {
            let message = "The site map has too many elements; the rest was not read";
            self.problems.push(Problem::general(message).unread());
        } else {
            self.problems.extend(problem);
        }
        let (root, name) = match (tree.root("urlset"), tree.root("sitemapindex")) {
            (Some(root), _) => (root, "url"),
            (None, Some(root)) => {
                self.is_index = true;
                (root, "sitemap")
            }
            (None, None) => {
                self.problems.push(Problem::general("This is no site map").unread());
                return;
            }
        };
        for entry in root.all(name) {
            let Some(location) = entry.text_of("loc") else { continue };
            if !self.push(location, entry.text_of("lastmod")) {
                return;
            }
        }
    }

    fn read_text(&mut self, text: &str) {
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let is_url = line.split_once("://").is_some_and(|(scheme, _)| {
                scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http")
            });
            if !is_url {
                self.problems.push(Problem::general("This is no site map").unread());
                return;
            }
            if !self.push(line, None) {
                return;
            }
        }
    }

    fn push(&mut self, location: &str, modified: Option<&str>) -> bool {
        if self.entries.len() >= MAX_ENTRIES {
            let message = "The site map has more than 50,000 entries; the rest was not read";
            self.problems.push(Problem::general(message).unread());
            return false;
        }
        let modified = modified.map(str::to_owned);
        self.entries.push(Entry { location: location.to_owned(), modified });
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn both_kinds_and_texts_are_read() {
        let list = parse(
            br#"<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
            <url><loc> http://a.example/?a=1&amp;b </loc><lastmod>2005-01-01</lastmod></url><url/></urlset>"#,
        );
        assert_eq!(list.entries.len(), 1);
        assert_eq!(list.entries[0].location, "http://a.example/?a=1&b");
        assert_eq!(list.entries[0].modified.as_deref(), Some("2005-01-01"));
        let index =
            parse(b"<sitemapindex><sitemap><loc>http://a.example/b</loc></sitemap></sitemapindex>");
        assert!(index.is_index && index.entries.len() == 1);
        let text = parse(b"https://a.example/1\r\n\r\nhttps://a.example/2\n");
        assert_eq!(text.entries.len(), 2);
        assert_eq!(text.problems, []);
    }

    #[test]
    fn what_is_none_or_too_long_is_told() {
        assert!(parse(b"<html></html>").problems[0].is_unread);
        assert!(parse(b"hello").problems[0].is_unread);
        let many = parse("https://a.example/\n".repeat(60_000).as_bytes());
        assert_eq!(many.entries.len(), MAX_ENTRIES);
        assert_eq!(many.problems.len(), 1);
        let bomb = format!("<urlset><url><loc>a</loc></url>{}", "<a/>".repeat(2_000_000));
        let bomb = parse(bomb.as_bytes());
        assert_eq!((bomb.entries.len(), bomb.problems.len()), (1, 1));
    }

    proptest! {
        #[test]
        fn whatever_stands_there_is_read(text in "(<urlset>|<url>|<loc>|</loc>|&amp;|https://|\n|\\PC){0,30}") {
            prop_assert!(parse(text.as_bytes()).entries.len() <= 30);
        }
    }
}
