//! What a page loads and where its forms go: elements with the URLs that they name.

use formats::web::html::Element;
use url::Url;

use super::Page;

/// What a browser does with a URL that an element names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// Runs it.
    Script,
    /// Lays the page out by it.
    Style,
    /// Shows it as a page in the page.
    Frame,
    /// Hands it to a plug-in.
    Plugin,
    /// Shows or plays it: images, sound, video (Mixed Content, 3.1: upgradeable).
    Media,
    /// Loads it otherwise: subtitles, manifests, icons, fonts ahead of time.
    Other,
    /// Sends a form to it.
    Form,
    /// Goes there when somebody chooses to.
    Link,
}

/// A URL that an element of a page names.
#[derive(Clone, Copy, Debug)]
pub(super) struct Written<'d> {
    pub(super) element: Element<'d>,
    /// As it is written.
    pub(super) text: &'d str,
    pub(super) used: Use,
}

impl Written<'_> {
    /// In full.
    pub(super) fn url(&self, page: &Page<'_>) -> Option<Url> {
        page.join(self.text)
    }
}

/// Every URL that elements of the page name, in the order of the document. Candidates of `srcset` are not among them.
pub(super) fn of<'p>(page: &'p Page<'_>) -> impl Iterator<Item = Written<'p>> {
    page.document.elements().filter(|element| element.is_html()).filter_map(|element| {
        let (attribute, used) = match element.name() {
            "script" => ("src", Use::Script),
            "link" => ("href", link(element)?),
            "iframe" | "frame" => ("src", Use::Frame),
            "object" => ("data", Use::Plugin),
            "embed" => ("src", Use::Plugin),
            "img" | "audio" | "video" | "source" => ("src", Use::Media),
            "input" if element.has_word("type", "image") => ("src", Use::Media),
            "track" => ("src", Use::Other),
            "form" => ("action", Use::Form),
            "input" | "button" => ("formaction", Use::Form),
            "a" | "area" => ("href", Use::Link),
            _ => return None,
        };
        let text = element.attribute(attribute)?.trim();
        (!text.is_empty()).then_some(Written { element, text, used })
    })
}

/// What a `<link>` loads; nothing, if it only names something (`canonical`, `alternate`).
fn link(link: Element<'_>) -> Option<Use> {
    let is = |relation: &str| link.has_word("rel", relation);
    if is("stylesheet") && !is("alternate") {
        return Some(Use::Style);
    }
    if is("modulepreload") {
        return Some(Use::Script);
    }
    if is("preload") {
        let kind = link.attribute("as").unwrap_or_default().trim();
        return Some(match kind.to_ascii_lowercase().as_str() {
            "script" => Use::Script,
            "style" => Use::Style,
            _ => Use::Other,
        });
    }
    (is("manifest") || is("icon") || is("apple-touch-icon")).then_some(Use::Other)
}
