//! What a page and a style sheet name.

use std::ops::ControlFlow;

use encoding_rs::{Encoding, UTF_8};
use formats::web::{
    css::{self, Declaration, Sheet},
    html::{self, Decoded, Document, Element},
    manifest::Manifest,
};
use model::site::{Answer, Role};
use url::Url;

/// Longest URL that is looked at; `fetch` asks for no longer one.
pub(super) const MAX_URL_BYTES: usize = 8000;
/// References of one page or style sheet.
const MAX_REFERENCES: usize = 20_000;
/// What their URLs may take together.
const MAX_REFERENCES_BYTES: usize = 4 << 20;

/// Properties whose URLs are images.
const IMAGES: &[&str] = &[
    "background",
    "background-image",
    "border-image",
    "border-image-source",
    "content",
    "cursor",
    "list-style",
    "list-style-image",
    "mask",
    "mask-image",
    "-webkit-mask",
    "-webkit-mask-image",
];

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

/// What references are relative to, and the encoding of their queries.
struct Base {
    url: Url,
    encoding: &'static Encoding,
}

impl Base {
    /// As in everything but pages.
    fn of(url: &Url) -> Self {
        Self { url: url.clone(), encoding: UTF_8 }
    }
}

impl References {
    /// Breaks off where there is no room for more.
    fn add(&mut self, role: Role, base: &Base, href: &str, line: u64) -> ControlFlow<()> {
        let href = href.trim();
        // Bytes of another encoding: what they stand for is elsewhere than their replacement.
        if href.contains(char::REPLACEMENT_CHARACTER) {
            return ControlFlow::Continue(());
        }
        // A long base is repeated by every reference.
        let length = base.url.as_str().len() + href.len();
        let url = (length <= MAX_URL_BYTES).then(|| html::join(&base.url, href, base.encoding));
        if let Some(mut url) = url.flatten().filter(is_web) {
            if self.list.len() >= MAX_REFERENCES || self.bytes >= MAX_REFERENCES_BYTES {
                self.is_cut = true;
                return ControlFlow::Break(());
            }
            url.set_fragment(None);
            self.bytes += url.as_str().len();
            self.list.push(Reference { role, url, line });
        }
        ControlFlow::Continue(())
    }

    /// What a sheet names that begins in that line.
    fn add_sheet(&mut self, sheet: &Sheet, base: &Base, first_line: u64) -> ControlFlow<()> {
        self.is_cut |= sheet.is_cut;
        let in_page = |line: u64| first_line + line.saturating_sub(1);
        for (href, line) in &sheet.imports {
            self.add(Role::Style, base, href, in_page(*line))?;
        }
        for rule in &sheet.rules {
            self.add_declared(&rule.prelude, &rule.declarations, base, in_page(rule.line))?;
        }
        ControlFlow::Continue(())
    }

    fn add_declared(
        &mut self,
        rule: &str,
        declarations: &[Declaration],
        base: &Base,
        line: u64,
    ) -> ControlFlow<()> {
        for declaration in declarations {
            let Some(role) = loaded_by(rule, declaration) else { continue };
            for href in css::urls(&declaration.value) {
                // What begins with a fragment is part of the document itself.
                if !href.starts_with('#') {
                    self.add(role, base, href, line)?;
                }
            }
        }
        ControlFlow::Continue(())
    }

    fn add_page(&mut self, document: &Document, base: &Base) -> ControlFlow<()> {
        for element in document.elements().filter(|element| element.is_html()) {
            for (role, href) in named_by(element) {
                self.add(role, base, href, element.line())?;
            }
            if element.is("style") {
                self.add_sheet(&css::parse(&element.text()), base, element.line())?;
            }
            if let Some(style) = element.attribute("style") {
                self.add_declared("", &css::declarations(style), base, element.line())?;
            }
        }
        ControlFlow::Continue(())
    }
}

/// Everything that a page names: what it loads, and where it leads.
pub(super) fn of_page(answer: &Answer) -> References {
    let Decoded { document, encoding, .. } = Decoded::of(answer);
    named_in(&document, &Base { url: document.base(&answer.url), encoding })
}

/// What a page leads to and loads, as its scripts made it; the lines are the document's own.
pub(super) fn of_document(page: &Url, text: &str) -> References {
    let document = Document::parse(text);
    named_in(&document, &Base { url: document.base(page), encoding: UTF_8 })
}

fn named_in(document: &Document, base: &Base) -> References {
    let mut references = References::default();
    // Where it broke off it says so itself.
    let _ = references.add_page(document, base);
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

/// What a style sheet loads: other sheets, fonts, images.
pub(super) fn of_style(answer: &Answer) -> References {
    let mut references = References::default();
    let sheet = css::parse(&String::from_utf8_lossy(&answer.body));
    let _ = references.add_sheet(&sheet, &Base::of(&answer.url), 1);
    references
}

/// The icons of a manifest.
pub(super) fn of_manifest(answer: &Answer) -> References {
    let mut references = References::default();
    let icons = Manifest::parse(&answer.body).map(|manifest| manifest.icons).unwrap_or_default();
    for icon in icons {
        if references.add(Role::Icon, &Base::of(&answer.url), &icon.source, 1).is_break() {
            break;
        }
    }
    references
}

/// What a declaration loads.
fn loaded_by(rule: &str, declaration: &Declaration) -> Option<Role> {
    if rule.get(..10).is_some_and(|start| start.eq_ignore_ascii_case("@font-face")) {
        return (declaration.name == "src").then_some(Role::Font);
    }
    IMAGES.contains(&declaration.name.as_str()).then_some(Role::Image)
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
    fn a_style_sheet_names_sheets_fonts_and_images_by_line() {
        let text = b"@import url('b.css');\n@import \"c.css\" print;/* url(x.png) */\n.a{background:red url(i.png);filter:url(#f);clip-path:url(c.svg)}\n@font-face{src:url( \"/f.woff2?v#x\" ), url(f.php)}\n.b{mask:url(#m)}\xff url(data:font/woff,x.woff)";
        let found = style(text);
        let shown: Vec<(Role, &str, u64)> =
            found.list.iter().map(|found| (found.role, found.url.as_str(), found.line)).collect();
        assert_eq!(
            shown,
            [
                (Role::Style, "https://a.example/css/b.css", 1),
                (Role::Style, "https://a.example/css/c.css", 2),
                (Role::Image, "https://a.example/css/i.png", 3),
                (Role::Font, "https://a.example/f.woff2?v", 4),
                (Role::Font, "https://a.example/css/f.php", 4),
            ]
        );
    }

    #[test]
    fn a_hostile_style_sheet_is_read_in_bounds() {
        let began = Instant::now();
        let many = "a{cursor:url(a.png)}".repeat(1 << 18);
        let long = format!("a{{cursor:url({}.png)}}", "x".repeat(1 << 20));
        let imports = "@import 'a';".repeat(1 << 18);
        let one_rule = format!("a{{cursor:{}}}", "url(a.png),".repeat(1 << 18));
        for (text, is_cut) in [
            ("url(".repeat(1 << 20), false),
            ("@font-face{src:url(".repeat(1 << 17), false),
            ("url(a.woff)".repeat(1 << 20), true),
            (many, true),
            (imports, true),
            (one_rule, true),
            (long, false),
        ] {
            let found = style(text.as_bytes());
            assert!(found.list.len() <= MAX_REFERENCES);
            assert_eq!(found.is_cut, is_cut, "{:?}", text.get(..20));
        }
        assert!(began.elapsed() < Duration::from_secs(20));
    }
}
