//! XML as a tree whose names and texts are borrowed from the file, so that [`Lines::range_of`](crate::Lines::range_of) finds
//! where each of them stands.
//!
//! Depth and number of elements are bounded. Entities that the file declares itself are not expanded (no bombs): they are left
//! out of the text. A file that breaks off gives the tree up to there and a problem.

use std::borrow::Cow;

use quick_xml::{
    Reader,
    events::{BytesRef, Event, attributes::Attributes},
};

use crate::{Lines, Problem};

const MAX_ELEMENTS: usize = 4_000_000;
const MAX_DEPTH: usize = 256;

/// All elements of a file; the first one stands for the document.
#[derive(Debug)]
pub(crate) struct Tree<'a> {
    elements: Vec<Element<'a>>,
}

#[derive(Debug, Default)]
struct Element<'a> {
    /// Without its prefix.
    name: &'a str,
    /// Name and attributes as they stand in the tag.
    tag: &'a str,
    /// Everything between its tags but children and comments.
    text: Cow<'a, str>,
    first_child: Option<u32>,
    last_child: Option<u32>,
    next: Option<u32>,
}

/// One element. All of its methods are total.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node<'t, 'a> {
    tree: &'t Tree<'a>,
    element: &'t Element<'a>,
}

impl<'a> Tree<'a> {
    /// Reads a file as far as it can be read.
    pub(crate) fn parse(text: &'a str) -> (Self, Option<Problem>) {
        let mut tree = Self { elements: vec![Element::default()] };
        let problem = tree
            .read(text)
            .err()
            .map(|(at, message)| Problem::at(Lines::new(text).position(at).line, message).unread());
        (tree, problem)
    }

    /// The outermost element, if its name is this one.
    pub(crate) fn root(&self, name: &str) -> Option<Node<'_, 'a>> {
        let element = self.elements.first()?;
        Node { tree: self, element }.child(name)
    }

    fn read(&mut self, text: &'a str) -> Result<(), (usize, &'static str)> {
        let mut reader = Reader::from_str(text);
        let mut open = vec![0_u32];
        loop {
            let start = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
            let event = reader.read_event().map_err(|_| (start, "This is not XML"))?;
            let end = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
            let parent = open.last().copied().unwrap_or(0);
            match event {
                Event::Start(_) | Event::Empty(_) => {
                    if self.elements.len() >= MAX_ELEMENTS || open.len() > MAX_DEPTH {
                        return Err((start, "The file has too many or too deeply nested elements"));
                    }
                    let tag = text.get(start..end).unwrap_or_default().trim_start_matches('<');
                    let index = self.append(parent, tag.trim_end_matches(['>', '/']));
                    if matches!(event, Event::Start(_)) {
                        open.push(index);
                    }
                }
                Event::End(_) => {
                    open.pop();
                }
                Event::Text(part) => self.append_text(parent, part.into_inner()),
                Event::CData(part) => self.append_text(parent, part.into_inner()),
                Event::GeneralRef(reference) => {
                    if let Some(c) = resolve(&reference) {
                        self.append_text(parent, Cow::Owned(String::from(c)));
                    }
                }
                Event::Eof if open.len() > 1 => {
                    return Err((start, "The file ends before its XML does"));
                }
                Event::Eof => return Ok(()),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            }
        }
    }

    fn append(&mut self, parent: u32, tag: &'a str) -> u32 {
        let index = u32::try_from(self.elements.len()).unwrap_or(u32::MAX);
        let full = tag.split(|c: char| c.is_ascii_whitespace()).next().unwrap_or_default();
        let name = full.rsplit(':').next().unwrap_or_default();
        self.elements.push(Element { name, tag, ..Element::default() });
        let Some(parent) = self.elements.get_mut(parent as usize) else { return index };
        let before = parent.last_child.replace(index);
        parent.first_child.get_or_insert(index);
        if let Some(before) = before.and_then(|before| self.elements.get_mut(before as usize)) {
            before.next = Some(index);
        }
        index
    }

    fn append_text(&mut self, parent: u32, part: Cow<'a, str>) {
        let Some(element) = self.elements.get_mut(parent as usize) else { return };
        // White space around children would make an owned text of every element that has some.
        let is_blank = |text: &str| text.bytes().all(|byte| byte.is_ascii_whitespace());
        if is_blank(&element.text) {
            if !is_blank(&part) || element.text.is_empty() {
                element.text = part;
            }
        } else if !(is_blank(&part) && element.first_child.is_some()) {
            element.text.to_mut().push_str(&part);
        }
    }
}

impl<'t, 'a> Node<'t, 'a> {
    /// Its local name.
    pub(crate) fn name(self) -> &'a str {
        self.element.name
    }

    /// Its text without the white space around it.
    pub(crate) fn text(self) -> &'t str {
        self.element.text.trim_ascii()
    }

    /// The tag's inside as it stands in the file, to know its place by.
    pub(crate) fn tag(self) -> &'a str {
        self.element.tag
    }

    /// The first attribute of this name, trimmed.
    pub(crate) fn attribute(self, name: &str) -> Option<Cow<'a, str>> {
        let end = self.element.tag.find(|c: char| c.is_ascii_whitespace())?;
        Attributes::new(self.element.tag, end).with_checks(false).flatten().find_map(|attribute| {
            if attribute.key.local_name().into_inner() != name {
                return None;
            }
            let Cow::Borrowed(raw) = attribute.value else { return None };
            let value = if raw.contains('&') {
                Cow::Owned(quick_xml::escape::unescape(raw).ok()?.trim().to_owned())
            } else {
                Cow::Borrowed(raw.trim_ascii())
            };
            Some(value)
        })
    }

    pub(crate) fn children(self) -> impl Iterator<Item = Self> {
        let at = move |index: Option<u32>| {
            let element = self.tree.elements.get(index? as usize)?;
            Some(Self { tree: self.tree, element })
        };
        std::iter::successors(at(self.element.first_child), move |node| at(node.element.next))
    }

    /// The children of a name, in order.
    pub(crate) fn all(self, name: &str) -> impl Iterator<Item = Self> {
        self.children().filter(move |child| child.name() == name)
    }

    /// The first child of a name.
    pub(crate) fn child(self, name: &str) -> Option<Self> {
        self.all(name).next()
    }

    /// The text of the first child of a name, unless it is empty.
    pub(crate) fn text_of(self, name: &str) -> Option<&'t str> {
        self.child(name).map(Self::text).filter(|text| !text.is_empty())
    }
}

/// Character references and the five entities that XML has without a declaration (XML 1.0, section 4.6).
fn resolve(reference: &BytesRef<'_>) -> Option<char> {
    if let Ok(Some(c)) = reference.resolve_char_ref() {
        return Some(c);
    }
    match reference.xml10_content().as_ref() {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_texts_and_attributes_know_where_they_stand() {
        let text = "<?xml version=\"1.0\"?>\n<a:b x='1' y = \"2 &amp; 3\">\n <c> d </c><!-- e -->\n <c/>f</a:b>";
        let (tree, problem) = Tree::parse(text);
        assert_eq!(problem, None);
        let root = tree.root("b").unwrap();
        assert_eq!(root.attribute("x").as_deref(), Some("1"));
        assert_eq!(root.attribute("y").as_deref(), Some("2 & 3"));
        assert_eq!(root.all("c").count(), 2);
        assert_eq!(root.text(), "f");
        let d = root.text_of("c").unwrap();
        assert_eq!(
            Lines::new(text).range_of(d),
            Some(text.find(" d ").unwrap() + 1..text.find("d </").unwrap() + 1)
        );
    }

    #[test]
    fn entities_of_the_file_are_not_expanded() {
        let text = "<!DOCTYPE a [<!ENTITY b \"bbbb\"><!ENTITY c \"&b;&b;\">]><a>x&c;&lt;&#65;</a>";
        let (tree, problem) = Tree::parse(text);
        assert_eq!(problem, None);
        assert_eq!(tree.root("a").unwrap().text(), "x<A");
    }

    #[test]
    fn what_breaks_off_is_kept_up_to_there() {
        let (tree, problem) = Tree::parse("<a>\n<b>c</b>\n<d>");
        assert_eq!(tree.root("a").unwrap().text_of("b"), Some("c"));
        assert_eq!(problem.unwrap().line, Some(3));
        let (_, problem) = Tree::parse(&"<a>".repeat(100_000));
        assert!(problem.unwrap().message.contains("deeply"));
    }
}
