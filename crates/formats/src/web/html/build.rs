//! From tokens to the tree.

use std::{
    borrow::Cow,
    cell::{Cell, Ref, RefCell},
};

use html5ever::{
    Attribute, QualName, TokenizerResult,
    buffer_queue::BufferQueue,
    interface::{ElemName, ElementFlags, NodeOrText, QuirksMode, TreeSink},
    tendril::StrTendril,
    tokenizer::{Tag as TagToken, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer},
    tree_builder::TreeBuilder,
};

use super::{Doctype, Document, Id, Kind, MAX_BYTES, MAX_DEPTH, MAX_NODES, Node, Tag};

/// The text comes in pieces, so that it can end between two of them.
const PIECE_BYTES: usize = 4 << 10;
/// Attributes of one tag. The reader compares each with all before it.
const MAX_ATTRIBUTES: usize = 1_000;
/// From how many bytes without a token on the attributes of a tag are counted.
const LONG_TOKEN_BYTES: usize = 8 << 10;

pub(super) fn parse(text: &str) -> Document {
    let (text, is_long) = match text.get(..text.floor_char_boundary(MAX_BYTES)) {
        Some(start) if start.len() < text.len() => (start, true),
        _ => (text, false),
    };
    let tree =
        TreeBuilder::new(Sink::default(), html5ever::tree_builder::TreeBuilderOpts::default());
    let tokenizer =
        Tokenizer::new(Bounded::new(tree), html5ever::tokenizer::TokenizerOpts::default());
    let queue = BufferQueue::default();
    let mut rest = text;
    let mut pending = 0_usize;
    let mut is_cut = is_long;
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(rest.ceil_char_boundary(PIECE_BYTES.min(rest.len())));
        rest = after;
        tokenizer.sink.tokens.set(0);
        queue.push_back(StrTendril::from_slice(piece));
        while let TokenizerResult::Script(_) | TokenizerResult::EncodingIndicator(_) =
            tokenizer.feed(&queue)
        {}
        pending = if tokenizer.sink.tokens.get() > 0 { 0 } else { pending + piece.len() };
        let read = text.len() - rest.len();
        let is_hostile = pending > LONG_TOKEN_BYTES
            && attributes(text.get(read.saturating_sub(pending)..read).unwrap_or_default())
                > MAX_ATTRIBUTES;
        if is_hostile || tokenizer.sink.tree.sink.nodes.borrow().len() > MAX_NODES {
            is_cut = true;
            break;
        }
    }
    tokenizer.end();
    let is_deep = tokenizer.sink.is_deep.get();
    let mut document = tokenizer.sink.tree.sink.finish();
    document.is_cut = is_cut || is_deep;
    document
}

/// How many attributes a stretch of a tag may have, quoted values apart.
fn attributes(text: &str) -> usize {
    let mut count = 0;
    let mut quote = None;
    let mut before = b' ';
    for &byte in text.as_bytes() {
        match quote {
            Some(open) if byte == open => quote = None,
            Some(_) => {}
            None if before == b'=' && matches!(byte, b'"' | b'\'') => quote = Some(byte),
            None => {
                let begins =
                    |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'"' | b'\'');
                count += usize::from(begins(before) && !begins(byte));
            }
        }
        before = byte;
    }
    count
}

/// Passes tokens on, but for tags that would nest too deep.
struct Bounded {
    tree: TreeBuilder<Id, Sink>,
    tokens: Cell<usize>,
    is_deep: Cell<bool>,
}

impl Bounded {
    fn new(tree: TreeBuilder<Id, Sink>) -> Self {
        Self { tree, tokens: Cell::new(0), is_deep: Cell::new(false) }
    }
}

impl TokenSink for Bounded {
    type Handle = Id;

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<Id> {
        self.tokens.set(self.tokens.get() + 1);
        let is_start = matches!(&token, Token::TagToken(TagToken { kind: TagKind::StartTag, .. }));
        if is_start && self.tree.sink.depth.get() >= MAX_DEPTH {
            self.is_deep.set(true);
            // What is in an element that is left out is text or the next tag: it stands where the element would.
            return TokenSinkResult::Continue;
        }
        self.tree.process_token(token, line)
    }

    fn end(&self) {
        self.tree.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.tree.adjusted_current_node_present_but_not_in_html_namespace()
    }
}

/// The tree as it grows.
struct Sink {
    nodes: RefCell<Vec<Node>>,
    doctype: RefCell<Option<Doctype>>,
    is_quirky: Cell<bool>,
    line: Cell<u64>,
    /// Of what was put somewhere last.
    depth: Cell<usize>,
}

impl Default for Sink {
    fn default() -> Self {
        let root = Node { parent: None, children: Vec::new(), line: 1, depth: 0, kind: Kind::Root };
        Self {
            nodes: RefCell::new(vec![root]),
            doctype: RefCell::default(),
            is_quirky: Cell::default(),
            line: Cell::new(1),
            depth: Cell::default(),
        }
    }
}

impl Sink {
    fn add(&self, kind: Kind) -> Id {
        let mut nodes = self.nodes.borrow_mut();
        nodes.push(Node {
            parent: None,
            children: Vec::new(),
            line: self.line.get(),
            depth: 0,
            kind,
        });
        nodes.len() - 1
    }

    fn detach(&self, id: Id) {
        let mut nodes = self.nodes.borrow_mut();
        let Some(parent) = nodes.get_mut(id).and_then(|node| node.parent.take()) else { return };
        if let Some(parent) = nodes.get_mut(parent)
            && let Some(at) = parent.children.iter().rposition(|child| *child == id)
        {
            parent.children.remove(at);
        }
    }

    /// Puts a node under `parent`, before the child at `at` or at the end.
    fn insert(&self, parent: Id, at: Option<usize>, child: NodeOrText<Id>) {
        let id = match child {
            NodeOrText::AppendNode(id) => {
                self.detach(id);
                id
            }
            NodeOrText::AppendText(text) => {
                if self.extends_text(parent, at, &text) {
                    return;
                }
                self.add(Kind::Text(text.to_string()))
            }
        };
        let mut nodes = self.nodes.borrow_mut();
        let Some(above) = nodes.get_mut(parent) else { return };
        let depth = above.depth + 1;
        let at = at.unwrap_or(above.children.len()).min(above.children.len());
        above.children.insert(at, id);
        if let Some(node) = nodes.get_mut(id) {
            node.parent = Some(parent);
            node.depth = depth;
        }
        self.depth.set(depth);
    }

    /// Adds to the text that stands right before, if one does.
    fn extends_text(&self, parent: Id, at: Option<usize>, text: &str) -> bool {
        let mut nodes = self.nodes.borrow_mut();
        let Some(children) = nodes.get(parent).map(|node| &node.children) else { return false };
        let before = at.unwrap_or(children.len()).checked_sub(1);
        let before = before.and_then(|before| children.get(before)).copied();
        self.depth.set(nodes.get(parent).map_or(0, |node| node.depth + 1));
        match before.and_then(|before| nodes.get_mut(before)) {
            Some(Node { kind: Kind::Text(all), .. }) => {
                all.push_str(text);
                true
            }
            _ => false,
        }
    }
}

/// The name of an element while the tree is borrowed.
#[derive(Debug)]
pub(super) struct Name<'a>(Ref<'a, QualName>);

impl ElemName for Name<'_> {
    fn ns(&self) -> &html5ever::Namespace {
        &self.0.ns
    }

    fn local_name(&self) -> &html5ever::LocalName {
        &self.0.local
    }
}

static NAMELESS: std::sync::LazyLock<QualName> = std::sync::LazyLock::new(|| {
    QualName::new(None, html5ever::ns!(), html5ever::LocalName::from(""))
});

impl TreeSink for Sink {
    type Handle = Id;
    type Output = Document;
    type ElemName<'a> = Name<'a>;

    fn finish(self) -> Document {
        Document {
            nodes: self.nodes.into_inner(),
            doctype: self.doctype.into_inner(),
            is_quirky: self.is_quirky.get(),
            is_cut: false,
        }
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> Id {
        0
    }

    fn elem_name<'a>(&'a self, target: &'a Id) -> Name<'a> {
        Name(Ref::map(self.nodes.borrow(), |nodes| match nodes.get(*target) {
            Some(Node { kind: Kind::Element(tag), .. }) => &tag.name,
            _ => &NAMELESS,
        }))
    }

    fn create_element(
        &self,
        name: QualName,
        attributes: Vec<Attribute>,
        flags: ElementFlags,
    ) -> Id {
        let contents = flags.template.then(|| self.add(Kind::Root));
        let attributes = attributes
            .into_iter()
            .map(|attribute| (attribute.name.local, Box::from(&*attribute.value)))
            .collect();
        self.add(Kind::Element(Tag { name, attributes, contents }))
    }

    fn create_comment(&self, text: StrTendril) -> Id {
        self.add(Kind::Comment(text.to_string()))
    }

    fn create_pi(&self, target: StrTendril, data: StrTendril) -> Id {
        self.add(Kind::Comment(format!("?{target} {data}")))
    }

    fn append(&self, parent: &Id, child: NodeOrText<Id>) {
        self.insert(*parent, None, child);
    }

    fn append_based_on_parent_node(&self, element: &Id, previous: &Id, child: NodeOrText<Id>) {
        let has_parent =
            self.nodes.borrow().get(*element).is_some_and(|node| node.parent.is_some());
        match has_parent {
            true => self.append_before_sibling(element, child),
            false => self.insert(*previous, None, child),
        }
    }

    fn append_doctype_to_document(&self, name: StrTendril, public: StrTendril, system: StrTendril) {
        *self.doctype.borrow_mut() = Some(Doctype {
            name: name.to_string(),
            public_id: public.to_string(),
            system_id: system.to_string(),
        });
    }

    fn get_template_contents(&self, target: &Id) -> Id {
        match self.nodes.borrow().get(*target) {
            Some(Node { kind: Kind::Element(Tag { contents: Some(contents), .. }), .. }) => {
                *contents
            }
            _ => *target,
        }
    }

    fn same_node(&self, one: &Id, other: &Id) -> bool {
        one == other
    }

    fn set_quirks_mode(&self, mode: QuirksMode) {
        self.is_quirky.set(mode == QuirksMode::Quirks);
    }

    fn append_before_sibling(&self, sibling: &Id, child: NodeOrText<Id>) {
        if let NodeOrText::AppendNode(id) = &child {
            self.detach(*id);
        }
        let place = {
            let nodes = self.nodes.borrow();
            let parent = nodes.get(*sibling).and_then(|node| node.parent);
            parent.map(|parent| {
                let children = nodes.get(parent).map_or(&[][..], |node| &node.children);
                (parent, children.iter().rposition(|child| child == sibling))
            })
        };
        if let Some((parent, at)) = place {
            self.insert(parent, at, child);
        }
    }

    fn add_attrs_if_missing(&self, target: &Id, attributes: Vec<Attribute>) {
        let mut nodes = self.nodes.borrow_mut();
        let Some(Node { kind: Kind::Element(tag), .. }) = nodes.get_mut(*target) else { return };
        for attribute in attributes {
            let is_there = tag.attributes.iter().any(|(name, _)| *name == attribute.name.local);
            if !is_there && tag.attributes.len() < MAX_ATTRIBUTES {
                tag.attributes.push((attribute.name.local, Box::from(&*attribute.value)));
            }
        }
    }

    fn remove_from_parent(&self, target: &Id) {
        self.detach(*target);
    }

    fn reparent_children(&self, node: &Id, parent: &Id) {
        let mut nodes = self.nodes.borrow_mut();
        let Some(children) = nodes.get_mut(*node).map(|node| std::mem::take(&mut node.children))
        else {
            return;
        };
        for child in &children {
            if let Some(child) = nodes.get_mut(*child) {
                child.parent = Some(*parent);
            }
        }
        if let Some(parent) = nodes.get_mut(*parent) {
            parent.children.extend(children);
        }
    }

    fn set_current_line(&self, line: u64) {
        self.line.set(line);
    }
}
