//! HTML documents (WHATWG HTML, 13.2): the tree that a browser makes of a text before any script has run.
//!
//! html5ever reads; here are the tree and its bounds. Elements are never deeper than [`MAX_DEPTH`], a document has at most
//! [`MAX_NODES`] nodes: what comes after is left out, and [`Document::is_cut`] says so. Both bounds are far above any page that a person
//! wrote, and keep the reader's time in proportion to its input.

mod build;
mod decode;

use std::collections::HashSet;

use html5ever::{LocalName, Namespace, ns};
use url::Url;

pub use decode::{Decoded, join};

/// Deepest nesting of elements; browsers have 512.
pub const MAX_DEPTH: usize = 400;
/// Most nodes of a document: elements, texts and comments.
pub const MAX_NODES: usize = 400_000;
/// Longest text that is read, in bytes.
pub const MAX_BYTES: usize = 4 << 20;
/// Longest `<base>` that counts, in bytes: every URL on the page repeats it.
const MAX_BASE_BYTES: usize = 8_000;
/// Longest excerpt of a tag, in characters.
const MAX_EXCERPT: usize = 200;

/// A document.
#[derive(Debug, Default)]
pub struct Document {
    nodes: Vec<Node>,
    doctype: Option<Doctype>,
    is_quirky: bool,
    is_cut: bool,
}

/// `<!DOCTYPE …>`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Doctype {
    /// `html` in every document of today.
    pub name: String,
    /// As SGML had it.
    pub public_id: String,
    /// As SGML had it.
    pub system_id: String,
}

/// Where a node stands in its document.
type Id = usize;

#[derive(Debug)]
struct Node {
    parent: Option<Id>,
    children: Vec<Id>,
    line: u64,
    depth: usize,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    /// The document itself, or what a `<template>` holds.
    Root,
    Element(Tag),
    Text(String),
    Comment(String),
}

#[derive(Debug)]
struct Tag {
    name: html5ever::QualName,
    attributes: Vec<(LocalName, Box<str>)>,
    /// What a `<template>` holds stands apart: it is not part of the document.
    contents: Option<Id>,
}

/// An element of a document.
#[derive(Clone, Copy)]
pub struct Element<'d> {
    document: &'d Document,
    id: Id,
    tag: &'d Tag,
}

/// What stands directly in an element.
#[derive(Clone, Copy, Debug)]
pub enum Child<'d> {
    /// An element.
    Element(Element<'d>),
    /// Text as it stands there.
    Text(&'d str),
}

/// A comment, and the line in which it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment<'d> {
    /// Without its marks.
    pub text: &'d str,
    /// From 1.
    pub line: u64,
}

impl Document {
    /// Reads a text. There is no text that is not a document.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        build::parse(text)
    }

    /// Whether something of the text is not in the document, because of the bounds.
    #[must_use]
    pub const fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// Whether browsers lay it out as in the last century (quirks mode).
    #[must_use]
    pub const fn is_quirky(&self) -> bool {
        self.is_quirky
    }

    /// Its doctype, if it has one.
    #[must_use]
    pub const fn doctype(&self) -> Option<&Doctype> {
        self.doctype.as_ref()
    }

    /// Every element, in the order of the document.
    pub fn elements(&self) -> impl Iterator<Item = Element<'_>> {
        self.walk(0).filter_map(|id| self.element(id))
    }

    /// Every HTML element of that name (in lower case), in the order of the document.
    pub fn by_name<'d>(&'d self, name: &'d str) -> impl Iterator<Item = Element<'d>> {
        self.elements().filter(move |element| element.is(name))
    }

    /// The first HTML element of that name.
    #[must_use]
    pub fn first<'d>(&'d self, name: &'d str) -> Option<Element<'d>> {
        self.by_name(name).next()
    }

    /// The `<html>` element; every document has one.
    #[must_use]
    pub fn root(&self) -> Option<Element<'_>> {
        self.first("html")
    }

    /// `<meta name=…>` (or `property=…`) of that name: what it says, and where.
    pub fn meta<'d>(&'d self, name: &'d str) -> impl Iterator<Item = (Element<'d>, &'d str)> {
        self.by_name("meta").filter_map(move |meta| {
            let said = meta.attribute("name").or_else(|| meta.attribute("property"))?;
            let is_it = said.trim().eq_ignore_ascii_case(name);
            is_it.then(|| (meta, meta.attribute("content").unwrap_or_default()))
        })
    }

    /// `<link rel=…>` elements of which one of the relations is that one.
    pub fn links<'d>(&'d self, relation: &'d str) -> impl Iterator<Item = Element<'d>> {
        self.by_name("link").filter(move |link| link.has_word("rel", relation))
    }

    /// What relative URLs on a document at `url` are relative to: the first `<base>` counts, even if it is of no use (HTML, 4.2.3). One
    /// with a user name or a password is of none: every URL would carry it.
    #[must_use]
    pub fn base(&self, url: &Url) -> Url {
        self.by_name("base")
            .find_map(|base| base.attribute("href"))
            .filter(|href| href.len() <= MAX_BASE_BYTES)
            .and_then(|href| url.join(href.trim()).ok())
            .filter(|base| matches!(base.scheme(), "http" | "https") && base.has_host())
            .filter(|base| base.username().is_empty() && base.password().is_none())
            .unwrap_or_else(|| url.clone())
    }

    /// The element with that `id`.
    #[must_use]
    pub fn by_id(&self, id: &str) -> Option<Element<'_>> {
        self.elements().find(|element| element.attribute("id") == Some(id))
    }

    /// Every `id` that elements have.
    #[must_use]
    pub fn ids(&self) -> HashSet<&str> {
        self.elements().filter_map(|element| element.attribute("id")).collect()
    }

    /// Every comment, in the order of the document.
    pub fn comments(&self) -> impl Iterator<Item = Comment<'_>> {
        self.walk(0).filter_map(|id| match self.nodes.get(id) {
            Some(Node { kind: Kind::Comment(text), line, .. }) => {
                Some(Comment { text, line: *line })
            }
            _ => None,
        })
    }

    fn element(&self, id: Id) -> Option<Element<'_>> {
        match &self.nodes.get(id)?.kind {
            Kind::Element(tag) => Some(Element { document: self, id, tag }),
            _ => None,
        }
    }

    /// A node and all below it, in the order of the document.
    fn walk(&self, from: Id) -> impl Iterator<Item = Id> {
        let mut next = vec![from];
        std::iter::from_fn(move || {
            let id = next.pop()?;
            if let Some(node) = self.nodes.get(id) {
                next.extend(node.children.iter().rev());
            }
            Some(id)
        })
    }
}

impl<'d> Element<'d> {
    /// Its name, in lower case where it is an element of HTML.
    #[must_use]
    pub fn name(self) -> &'d str {
        &self.tag.name.local
    }

    /// Whether it is the HTML element of that name.
    #[must_use]
    pub fn is(self, name: &str) -> bool {
        self.is_html() && &*self.tag.name.local == name
    }

    /// Whether it is an element of HTML, not of SVG or MathML.
    #[must_use]
    pub fn is_html(self) -> bool {
        self.namespace() == &ns!(html)
    }

    fn namespace(self) -> &'d Namespace {
        &self.tag.name.ns
    }

    /// The value of an attribute (in lower case); empty where it is only named.
    #[must_use]
    pub fn attribute(self, name: &str) -> Option<&'d str> {
        let found = self.tag.attributes.iter().find(|(given, _)| &**given == name)?;
        Some(&found.1)
    }

    /// Whether it has the attribute.
    #[must_use]
    pub fn has(self, name: &str) -> bool {
        self.attribute(name).is_some()
    }

    /// Every attribute, in the order of the tag.
    pub fn attributes(self) -> impl Iterator<Item = (&'d str, &'d str)> {
        self.tag.attributes.iter().map(|(name, value)| (&**name, &**value))
    }

    /// Whether `word` is among the words of an attribute (`class`, `rel`, …), whatever the case.
    #[must_use]
    pub fn has_word(self, attribute: &str, word: &str) -> bool {
        self.attribute(attribute).is_some_and(|words| {
            words.split_ascii_whitespace().any(|w| w.eq_ignore_ascii_case(word))
        })
    }

    /// The line in which its tag ends, from 1.
    #[must_use]
    pub fn line(self) -> u64 {
        self.document.nodes.get(self.id).map_or(0, |node| node.line)
    }

    /// The element around it.
    #[must_use]
    pub fn parent(self) -> Option<Element<'d>> {
        let node = self.document.nodes.get(self.id)?;
        self.document.element(node.parent?)
    }

    /// The elements around it, the nearest one first.
    pub fn ancestors(self) -> impl Iterator<Item = Element<'d>> {
        std::iter::successors(self.parent(), |element| element.parent())
    }

    /// Whether it stands in an HTML element of that name.
    #[must_use]
    pub fn is_in(self, name: &str) -> bool {
        self.ancestors().any(|element| element.is(name))
    }

    /// The elements directly in it.
    pub fn children(self) -> impl Iterator<Item = Element<'d>> {
        let node = self.document.nodes.get(self.id);
        let children = node.map_or(&[][..], |node| node.children.as_slice());
        children.iter().filter_map(move |id| self.document.element(*id))
    }

    /// The elements and texts directly in it.
    pub fn content(self) -> impl DoubleEndedIterator<Item = Child<'d>> {
        let node = self.document.nodes.get(self.id);
        let children = node.map_or(&[][..], |node| node.children.as_slice());
        children.iter().filter_map(move |id| match &self.document.nodes.get(*id)?.kind {
            Kind::Text(text) => Some(Child::Text(text)),
            _ => self.document.element(*id).map(Child::Element),
        })
    }

    /// The number of its node: no other element of the document has it.
    #[must_use]
    pub const fn number(self) -> usize {
        self.id
    }

    /// All elements below it, in the order of the document.
    pub fn descendants(self) -> impl Iterator<Item = Element<'d>> {
        self.document.walk(self.id).skip(1).filter_map(move |id| self.document.element(id))
    }

    /// All text in it as it stands there; of a script or a style its source.
    #[must_use]
    pub fn text(self) -> String {
        let mut all = String::new();
        for id in self.document.walk(self.id) {
            if let Some(Node { kind: Kind::Text(text), .. }) = self.document.nodes.get(id) {
                all.push_str(text);
            }
        }
        all
    }

    /// The words of its text, one blank between them.
    #[must_use]
    pub fn words(self) -> String {
        self.text().split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Whether something but white space stands in it.
    #[must_use]
    pub fn has_text(self) -> bool {
        self.document.walk(self.id).any(|id| {
            matches!(self.document.nodes.get(id), Some(Node { kind: Kind::Text(text), .. }) if !text.trim().is_empty())
        })
    }

    /// Its tag as it could be written, cut to a line. For people; values of credentials' attributes are for the caller to leave out.
    #[must_use]
    pub fn excerpt(self) -> String {
        let mut tag = format!("<{}", self.name());
        for (name, value) in self.attributes() {
            let value = value.replace('"', "&quot;");
            tag.push_str(&format!(" {name}=\"{value}\""));
            if tag.len() > 4 * MAX_EXCERPT {
                break;
            }
        }
        tag.push('>');
        let words = tag.split_whitespace().collect::<Vec<_>>().join(" ");
        match words.char_indices().nth(MAX_EXCERPT) {
            Some((at, _)) => format!("{}…", words.get(..at).unwrap_or_default()),
            None => words,
        }
    }
}

impl PartialEq for Element<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && std::ptr::eq(self.document, other.document)
    }
}

impl std::fmt::Debug for Element<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.excerpt())
    }
}

#[cfg(test)]
mod tests;
