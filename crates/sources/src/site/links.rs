//! What a page and a style sheet name.

use formats::web::html::{Document, Element};
use model::site::{Answer, Role};
use url::Url;

/// Longest URL that is looked at; `fetch` asks for no longer one.
pub(super) const MAX_URL_BYTES: usize = 8000;
/// References of one page or style sheet.
const MAX_REFERENCES: usize = 20_000;
/// What their URLs may take together.
const MAX_REFERENCES_BYTES: usize = 4 << 20;

/// A reference to something else, and the line it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    pub(super) role: Role,
    pub(super) url: Url,
    pub(super) line: u64,
}

/// What a page or a style sheet names, as far as it is read.
#[derive(Debug, Default)]
pub(super) struct References {
    pub(super) list: Vec<Reference>,
    bytes: usize,
    /// There are more.
    pub(super) is_cut: bool,
}

impl References {
    /// Says whether there is room for more.
    fn add(&mut self, role: Role, base: &Url, href: &str, line: u64) -> bool {
        let href = href.trim();
        // Bytes of another encoding: what they stand for is elsewhere than their replacement.
        if href.contains(char::REPLACEMENT_CHARACTER) {
            return true;
        }
        // A long base is repeated by every reference.
        let length = base.as_str().len() + href.len();
        let url = (length <= MAX_URL_BYTES).then(|| base.join(href).ok()).flatten();
        if let Some(mut url) = url.filter(is_web) {
            if self.list.len() >= MAX_REFERENCES || self.bytes >= MAX_REFERENCES_BYTES {
                self.is_cut = true;
                return false;
            }
            url.set_fragment(None);
            self.bytes += url.as_str().len();
            self.list.push(Reference { role, url, line });
        }
        true
    }
}

/// Everything that a page names: what it loads, and where it leads.
pub(super) fn of_page(answer: &Answer) -> References {
    of_document(&answer.url, &String::from_utf8_lossy(&answer.body))
}

/// What a page leads to and loads, as its scripts made it; the lines are the document's own.
pub(super) fn of_document(page: &Url, text: &str) -> References {
    let document = Document::parse(text);
    let base = document.base(page);
    let mut references = References::default();
    for element in document.elements().filter(|element| element.is_html()) {
        for (role, href) in named_by(element) {
            if !references.add(role, &base, href, element.line()) {
                return references;
            }
        }
    }
    references
}

fn named_by(element: Element<'_>) -> Vec<(Role, &str)> {
    let one = |role, name| element.attribute(name).map(|href| (role, href)).into_iter().collect();
    match element.name() {
        "a" | "area" => one(Role::Page, "href"),
        "iframe" | "frame" => one(Role::Page, "src"),
        "script" => one(Role::Script, "src"),
        "link" => element
            .attribute("href")
            .and_then(|href| Some((role_of_link(element)?, href)))
            .into_iter()
            .collect(),
        "img" => {
            let first = element.attribute("srcset").and_then(first_candidate);
            element
                .attribute("src")
                .into_iter()
                .chain(first)
                .map(|src| (Role::Image, src))
                .collect()
        }
        "source" if element.parent().is_some_and(|parent| parent.is("picture")) => element
            .attribute("srcset")
            .and_then(first_candidate)
            .map(|src| (Role::Image, src))
            .into_iter()
            .collect(),
        "video" => one(Role::Image, "poster"),
        "meta"
            if element
                .attribute("property")
                .is_some_and(|name| name.eq_ignore_ascii_case("og:image")) =>
        {
            one(Role::Image, "content")
        }
        _ => Vec::new(),
    }
}

fn role_of_link(link: Element<'_>) -> Option<Role> {
    let is = |relation| link.has_word("rel", relation);
    let kind = link.attribute("as").unwrap_or_default().to_ascii_lowercase();
    match kind.as_str() {
        _ if is("stylesheet") => Some(Role::Style),
        _ if is("icon") || is("apple-touch-icon") => Some(Role::Icon),
        _ if is("manifest") => Some(Role::Manifest),
        _ if is("modulepreload") => Some(Role::Script),
        "script" if is("preload") => Some(Role::Script),
        "style" if is("preload") => Some(Role::Style),
        "font" if is("preload") => Some(Role::Font),
        _ if is("next") || is("prev") || is("alternate") || is("canonical") => Some(Role::Page),
        _ => None,
    }
}

/// The first image of a `srcset` (HTML, 4.8.4.2.1).
fn first_candidate(srcset: &str) -> Option<&str> {
    let first = srcset.trim_start_matches(|c: char| c == ',' || c.is_ascii_whitespace());
    let first = first.split_ascii_whitespace().next()?;
    Some(first.trim_end_matches(','))
}

/// What a style sheet loads: other sheets, and fonts.
pub(super) fn of_style(answer: &Answer) -> References {
    let text = String::from_utf8_lossy(&answer.body);
    let mut references = References::default();
    let mut line = 1;
    let mut rest = &*text;
    while let Some(at) = rest.find("url(") {
        let (before, after) = rest.split_at(at);
        line += before.matches('\n').count() as u64;
        let after = after.get("url(".len()..).unwrap_or_default();
        let end = after.find([')', '\n']).unwrap_or(after.len());
        let (named, next) = after.split_at(end);
        let named = named.trim().trim_matches(['"', '\'']);
        let path = named.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
        let is_font =
            [".woff2", ".woff", ".ttf", ".otf", ".eot"].iter().any(|end| path.ends_with(end));
        let role = match () {
            () if is_font => Some(Role::Font),
            () if before.trim_end().ends_with("@import") => Some(Role::Style),
            () => None,
        };
        if let Some(role) = role
            && !references.add(role, &answer.url, named, line)
        {
            return references;
        }
        rest = next;
    }
    references
}

/// Whether it is a URL of the web. One with a user name or a password is followed by nobody: both would be sent.
pub(super) fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use model::site::{Headers, HttpVersion};

    use super::*;

    fn style(body: &[u8]) -> References {
        of_style(&Answer {
            url: Url::parse("https://a.example/css/a.css").unwrap(),
            status: 200,
            version: HttpVersion::Http11,
            headers: Headers::default(),
            body: body.into(),
            wire_bytes: 0,
            is_cut: false,
            first_byte: Duration::ZERO,
            end: Duration::ZERO,
        })
    }

    #[test]
    fn a_style_sheet_names_sheets_and_fonts_by_line() {
        let text = b"@import url('b.css');\n.a{background:url(i.png)}\n@font-face{src:url( \"/f.woff2?v#x\" )}\xff url(data:font/woff,x.woff)";
        let found = style(text);
        let shown: Vec<(Role, &str, u64)> =
            found.list.iter().map(|found| (found.role, found.url.as_str(), found.line)).collect();
        assert_eq!(
            shown,
            [
                (Role::Style, "https://a.example/css/b.css", 1),
                (Role::Font, "https://a.example/f.woff2?v", 3),
            ]
        );
    }

    #[test]
    fn a_hostile_style_sheet_is_read_in_bounds() {
        let began = Instant::now();
        let long = format!("url({}.woff)", "x".repeat(1 << 20));
        for text in
            ["url(".repeat(1 << 20), "url(a.woff)".repeat(1 << 20), "url()\n".repeat(1 << 20), long]
        {
            let found = style(text.as_bytes());
            assert!(found.list.len() <= MAX_REFERENCES);
            assert_eq!(found.is_cut, text.starts_with("url(a"));
        }
        assert!(began.elapsed() < Duration::from_secs(20));
    }
}
