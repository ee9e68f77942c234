//! What a page and a style sheet name.

use formats::web::html::{Document, Element};
use model::site::{Answer, Role};
use url::Url;

/// A reference to something else, and the line it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    pub(super) role: Role,
    pub(super) url: Url,
    pub(super) line: u64,
}

/// Everything that a page names: what it loads, and where it leads.
pub(super) fn of_page(answer: &Answer) -> Vec<Reference> {
    let document = Document::parse(&String::from_utf8_lossy(&answer.body));
    let base = document
        .by_name("base")
        .find_map(|base| answer.url.join(base.attribute("href")?.trim()).ok())
        .unwrap_or_else(|| answer.url.clone());
    let mut references = Vec::new();
    for element in document.elements().filter(|element| element.is_html()) {
        for (role, href) in named_by(element) {
            let url = base.join(href.trim()).ok().filter(is_web);
            if let Some(mut url) = url {
                url.set_fragment(None);
                references.push(Reference { role, url, line: element.line() });
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
pub(super) fn of_style(answer: &Answer) -> Vec<Reference> {
    let text = String::from_utf8_lossy(&answer.body);
    let mut references = Vec::new();
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
            && let Some(url) = answer.url.join(named).ok().filter(is_web)
        {
            references.push(Reference { role, url, line });
        }
        rest = next;
    }
    references
}

pub(super) fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && url.has_host()
}
