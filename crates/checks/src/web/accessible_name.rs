//! What assistive technology calls an element: Accessible Name and Description Computation 1.2, section 4.3, with the names that HTML
//! gives (HTML Accessibility API Mappings, section 4.1).
//!
//! Style sheets are not asked: what a class hides counts as text, what a pseudo-element shows does not. Where scripts fill an element
//! later (custom elements, slots), and where a bound is met, a name is [uncertain](Name::is_certain).

use std::{
    cell::Cell,
    collections::{HashMap, HashSet},
};

use formats::web::html::{Child, Document, Element};

use super::elements::{is_hidden, role};

/// So many nodes are asked for one name.
const MAX_NODES_OF_NAME: usize = 2_000;
/// So many elements in a label are asked whether it is for them.
const MAX_NODES_OF_LABEL: usize = 200;
/// A text counts as one node for each that many bytes.
const TEXT_BYTES: usize = 64;
/// So many nodes are asked for all names of a page.
const MAX_NODES: usize = 2_000_000;
/// Elements that refer to each other are followed so deep.
const MAX_REFERENCES: usize = 8;

/// The names of a document.
#[derive(Debug)]
pub(super) struct Names<'d> {
    ids: HashMap<&'d str, Element<'d>>,
    labels: HashMap<usize, Vec<Element<'d>>>,
    visited: Cell<usize>,
}

/// A name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Name {
    /// One blank between words; may be empty.
    pub text: String,
    /// Where it comes from.
    pub source: Option<Source>,
    /// Whether it is all there is before scripts run.
    pub is_certain: bool,
}

/// Where a name comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// `aria-labelledby`
    LabelledBy,
    /// `aria-label`
    Label,
    /// What HTML has for it: `alt`, `<label>`, `<legend>`, `value`, …
    Native,
    /// What stands in it.
    Content,
    /// `title`
    Title,
    /// `placeholder`
    Placeholder,
}

impl Name {
    /// Whether it is known to have none.
    pub(super) fn is_missing(&self) -> bool {
        self.is_certain && self.text.is_empty()
    }
}

/// On the way to one name.
#[derive(Debug, Default)]
struct Walk {
    visited: HashSet<usize>,
    nodes: usize,
    is_uncertain: bool,
}

/// How an element was come to.
#[derive(Clone, Copy, Debug)]
struct Way {
    /// By a reference or a label: then hidden elements count, and no further references do.
    is_referenced: bool,
    /// As a part of something's content.
    is_content: bool,
    depth: usize,
}

impl<'d> Names<'d> {
    /// Finds ids and labels.
    pub(super) fn of(document: &'d Document) -> Self {
        let mut ids = HashMap::new();
        for element in document.elements() {
            if let Some(id) = element.attribute("id") {
                ids.entry(id).or_insert(element);
            }
        }
        let mut labels: HashMap<usize, Vec<Element<'d>>> = HashMap::new();
        for label in document.by_name("label") {
            let labelled = match label.attribute("for") {
                Some(id) => ids.get(id).copied().filter(|element| is_labelable(*element)),
                None => {
                    label.descendants().take(MAX_NODES_OF_LABEL).find(|below| is_labelable(*below))
                }
            };
            if let Some(labelled) = labelled {
                labels.entry(labelled.number()).or_default().push(label);
            }
        }
        Self { ids, labels, visited: Cell::new(0) }
    }

    /// The first element with that id.
    pub(super) fn by_id(&self, id: &str) -> Option<Element<'d>> {
        self.ids.get(id).copied()
    }

    /// What an element is called.
    pub(super) fn name(&self, element: Element<'d>) -> Name {
        let mut walk = Walk::default();
        let way = Way { is_referenced: false, is_content: false, depth: 0 };
        let (text, source) = self.compute(element, way, &mut walk);
        self.visited.set(self.visited.get().saturating_add(walk.nodes));
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let source = source.filter(|_| !text.is_empty());
        Name { text, source, is_certain: !walk.is_uncertain }
    }

    /// The steps of section 4.3.2, by their letters.
    fn compute(&self, element: Element<'d>, way: Way, walk: &mut Walk) -> (String, Option<Source>) {
        walk.nodes += 1;
        if walk.nodes > MAX_NODES_OF_NAME
            || self.visited.get() > MAX_NODES
            || way.depth > 2 * formats::web::html::MAX_DEPTH
        {
            walk.is_uncertain = true;
            return (String::new(), None);
        }
        // A, hidden.
        if !way.is_referenced && is_hidden(element) {
            return (String::new(), None);
        }
        // B, `aria-labelledby`.
        if !way.is_referenced
            && let Some(ids) = element.attribute("aria-labelledby")
        {
            let text = self.referenced(ids, way, walk);
            if !text.trim().is_empty() {
                return (text, Some(Source::LabelledBy));
            }
        }
        if !walk.visited.insert(element.number()) {
            return (String::new(), None);
        }
        // C, a value within a label.
        if (way.is_content || way.is_referenced)
            && let Some(value) = embedded_value(element)
        {
            walk.nodes += value.len() / TEXT_BYTES;
            return (value, Some(Source::Native));
        }
        // D, `aria-label`.
        if let Some(label) = said(element, "aria-label") {
            return (label, Some(Source::Label));
        }
        // E, what HTML has.
        let native = self.native(element, way, walk);
        if !native.trim().is_empty() {
            return (native, Some(Source::Native));
        }
        // F, content.
        if way.is_content || way.is_referenced || is_named_by_content(element) {
            let text = self.content(element, way, walk);
            if !text.trim().is_empty() {
                return (text, Some(Source::Content));
            }
        }
        // I, tooltip.
        if let Some(title) = said(element, "title") {
            return (title, Some(Source::Title));
        }
        if is_text_field(element)
            && let Some(placeholder) =
                said(element, "placeholder").or_else(|| said(element, "aria-placeholder"))
        {
            return (placeholder, Some(Source::Placeholder));
        }
        (String::new(), None)
    }

    fn referenced(&self, ids: &str, way: Way, walk: &mut Walk) -> String {
        let way = Way { is_referenced: true, is_content: false, depth: way.depth + 1 };
        let ids = ids.split_ascii_whitespace().take(MAX_REFERENCES);
        let mut all = String::new();
        for referenced in ids.filter_map(|id| self.by_id(id)) {
            let (text, _) = self.compute(referenced, way, walk);
            all.push(' ');
            all.push_str(&text);
        }
        all
    }

    fn native(&self, element: Element<'d>, way: Way, walk: &mut Walk) -> String {
        let child = |name: &str| {
            element.children().take(MAX_NODES_OF_LABEL).find(|child| child.name() == name)
        };
        let kind = element.attribute("type").unwrap_or_default().to_ascii_lowercase();
        if !element.is_html() {
            let title = if element.name() == "svg" { child("title") } else { None };
            return title.map(Element::words).unwrap_or_default();
        }
        match (element.name(), kind.as_str()) {
            ("img" | "area", _) => said(element, "alt").unwrap_or_default(),
            ("input", "button") => said(element, "value").unwrap_or_default(),
            // Browsers write a word of their own on these.
            ("input", "submit") => said(element, "value").unwrap_or_else(|| "Submit".to_owned()),
            ("input", "reset") => said(element, "value").unwrap_or_else(|| "Reset".to_owned()),
            ("input", "image") => {
                said(element, "alt").or_else(|| said(element, "value")).unwrap_or_default()
            }
            ("fieldset", _) => {
                child("legend").map(|legend| self.inner(legend, way, walk)).unwrap_or_default()
            }
            ("figure", _) => child("figcaption")
                .map(|caption| self.inner(caption, way, walk))
                .unwrap_or_default(),
            ("table", _) => {
                child("caption").map(|caption| self.inner(caption, way, walk)).unwrap_or_default()
            }
            _ if !way.is_referenced => {
                let mut all = String::new();
                for label in self.labels.get(&element.number()).into_iter().flatten() {
                    all.push(' ');
                    all.push_str(&self.inner(*label, way, walk));
                }
                all
            }
            _ => String::new(),
        }
    }

    fn inner(&self, element: Element<'d>, way: Way, walk: &mut Walk) -> String {
        let way = Way { is_referenced: true, is_content: true, depth: way.depth + 1 };
        self.compute(element, way, walk).0
    }

    fn content(&self, element: Element<'d>, way: Way, walk: &mut Walk) -> String {
        let way = Way { is_referenced: false, is_content: true, depth: way.depth + 1 };
        let mut all = String::new();
        for child in element.content() {
            match child {
                Child::Text(text) => {
                    walk.nodes += 1 + text.len() / TEXT_BYTES;
                    all.push_str(text);
                }
                Child::Element(child) if is_silent(child) => {}
                Child::Element(child) => {
                    let is_block = !is_inline(child);
                    let (text, _) = self.compute(child, way, walk);
                    if text.trim().is_empty() && is_filled_later(child) && !is_hidden(child) {
                        walk.is_uncertain = true;
                    }
                    if is_block {
                        all.push(' ');
                    }
                    all.push_str(&text);
                    if is_block {
                        all.push(' ');
                    }
                }
            }
            if walk.nodes > MAX_NODES_OF_NAME {
                walk.is_uncertain = true;
                break;
            }
        }
        // A custom element or what is in a shadow tree brings its own text.
        if is_filled_later(element) && all.trim().is_empty() {
            walk.is_uncertain = true;
        }
        all
    }
}

/// An attribute that says something.
fn said(element: Element<'_>, attribute: &str) -> Option<String> {
    let value = element.attribute(attribute)?.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

/// HTML, section 4.10.2: labelable elements.
pub(super) fn is_labelable(element: Element<'_>) -> bool {
    let names = ["button", "meter", "output", "progress", "select", "textarea"];
    names.iter().any(|name| element.is(name))
        || (element.is("input") && !element.has_word("type", "hidden"))
        || element.name().contains('-')
}

/// Whether people write in it.
pub(super) fn is_text_field(element: Element<'_>) -> bool {
    let kind = element.attribute("type").unwrap_or("text").trim().to_ascii_lowercase();
    element.is("textarea")
        || (element.is("input")
            && !matches!(
                kind.as_str(),
                "hidden"
                    | "submit"
                    | "reset"
                    | "button"
                    | "image"
                    | "checkbox"
                    | "radio"
                    | "range"
                    | "color"
                    | "file"
            ))
        || matches!(role(element).as_deref(), Some("textbox" | "searchbox"))
}

fn embedded_value(element: Element<'_>) -> Option<String> {
    if element.is("textarea") {
        return Some(element.text());
    }
    if element.is("select") {
        let below = || element.descendants().take(MAX_NODES_OF_NAME);
        let options = || below().filter(|below| below.is("option"));
        let selected = options().find(|option| option.has("selected")).or_else(|| options().next());
        return selected.map(Element::words);
    }
    if is_text_field(element) {
        return Some(element.attribute("value").unwrap_or_default().to_owned());
    }
    let is_range =
        matches!(role(element).as_deref(), Some("slider" | "spinbutton" | "progressbar"));
    is_range.then(|| said(element, "aria-valuetext").or_else(|| said(element, "aria-valuenow")))?
}

/// The roles that are named by what stands in them (WAI-ARIA 1.2, section 5.2.8.5), written or native.
fn is_named_by_content(element: Element<'_>) -> bool {
    if let Some(role) = role(element) {
        return matches!(
            role.as_str(),
            "button"
                | "cell"
                | "checkbox"
                | "columnheader"
                | "gridcell"
                | "heading"
                | "link"
                | "menuitem"
                | "menuitemcheckbox"
                | "menuitemradio"
                | "option"
                | "radio"
                | "row"
                | "rowheader"
                | "switch"
                | "tab"
                | "tooltip"
                | "treeitem"
        );
    }
    matches!(
        element.name(),
        "a" | "button"
            | "summary"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "option"
            | "td"
            | "th"
            | "legend"
            | "caption"
            | "figcaption"
            | "label"
            | "output"
    )
}

fn is_silent(element: Element<'_>) -> bool {
    matches!(element.name(), "script" | "style" | "noscript" | "template" | "head")
}

fn is_filled_later(element: Element<'_>) -> bool {
    element.name().contains('-') && element.is_html() || element.is("slot") || element.is("object")
}

fn is_inline(element: Element<'_>) -> bool {
    matches!(
        element.name(),
        "a" | "abbr"
            | "b"
            | "bdi"
            | "bdo"
            | "cite"
            | "code"
            | "em"
            | "i"
            | "kbd"
            | "mark"
            | "s"
            | "small"
            | "span"
            | "strong"
            | "sub"
            | "sup"
            | "time"
            | "u"
            | "var"
            | "wbr"
            | "font"
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The name of the element with the attribute `x`.
    fn name(html: &str) -> String {
        let document = Document::parse(html);
        let names = Names::of(&document);
        names.name(document.elements().find(|element| element.has("x")).unwrap()).text
    }

    #[test]
    fn names_come_from_where_the_specification_says() {
        let cases = [
            ("<button x> Save <b>all</b></button>", "Save all"),
            ("<button x aria-label=Close>×</button>", "Close"),
            (
                "<span id=a>One</span><span id=b hidden>two</span><button x aria-labelledby='a b'>x</button>",
                "One two",
            ),
            (
                "<button x id=a aria-label=Delete aria-labelledby='a b'></button><i id=b>file</i>",
                "Delete file",
            ),
            ("<a href=/ x><img alt=Home src=i></a>", "Home"),
            ("<a href=/ x><img alt='' src=i title=''></a>", ""),
            ("<a href=/ x><svg><title>Menu</title></svg></a>", "Menu"),
            ("<a href=/ x><span aria-hidden=true>x</span></a>", ""),
            ("<label for=a>Your name</label><input x id=a>", "Your name"),
            ("<label>Age <input x type=number></label>", "Age"),
            ("<label>Flash <input type=checkbox x> <input value=3> times</label>", "Flash 3 times"),
            ("<input x type=submit>", "Submit"),
            ("<input x type=image alt=Go>", "Go"),
            ("<input x placeholder=Search>", "Search"),
            ("<input x title=Search placeholder=Word>", "Search"),
            ("<fieldset x><legend>Colour</legend></fieldset>", "Colour"),
            ("<div x>text</div>", ""),
            ("<div x role=button>text</div>", "text"),
            ("<a href=/ x title=Home></a>", "Home"),
            ("<button x><div>a</div><div>b</div></button>", "a b"),
            ("<button x style='color: red'><span style='display: none'>a</span></button>", ""),
        ];
        for (html, expected) in cases {
            assert_eq!(name(html), expected, "{html}");
        }
    }

    #[test]
    fn what_scripts_fill_is_not_known_to_be_empty() {
        for html in ["<button x><my-icon></my-icon></button>", "<button x><slot></slot></button>"] {
            let document = Document::parse(html);
            let names = Names::of(&document);
            assert!(!names.name(document.first("button").unwrap()).is_missing(), "{html}");
        }
    }

    proptest! {
        #[test]
        fn every_element_has_a_name_or_none(html in "(<(a|p|label|input|button|svg|x-y|select|option)( (id|for|aria-labelledby)=[ab]| href| hidden| title=t){0,3}>|</[a-z]>|[a-c]){0,40}") {
            let document = Document::parse(&html);
            let names = Names::of(&document);
            for element in document.elements() {
                let name = names.name(element);
                prop_assert_eq!(name.text.trim(), &name.text);
            }
        }
    }
}
