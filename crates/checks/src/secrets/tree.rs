//! An expression's syntax tree in rows, without pointers, so that the build script can write down those of the product's own rules.

use regex_syntax::hir::{Class, Hir, HirKind, Look};

use super::{bytes::ByteSet, file::List};

/// A tree. Those that are compiled in share their rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tree {
    pub(crate) nodes: List<Node>,
    pub(crate) sets: List<ByteSet>,
    pub(crate) bytes: List<u8>,
    /// Which node is all of it.
    pub(crate) root: u32,
}

/// A part of an expression. Other parts are told of by their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    /// What a text may be tried for with a program only: characters of several bytes, look-around that no rule of the product's has.
    Unknown,
    /// Nothing.
    Empty,
    /// A look-around.
    Look(Look),
    /// These bytes, `from..end`.
    Literal(u32, u32),
    /// One byte of this set.
    Class(u32),
    /// These nodes, `from..end`, one behind the other.
    Concat(u32, u32),
    /// One of these nodes.
    Alternation(u32, u32),
    /// This node so many times: at least, and at most ([`u32::MAX`] is without end).
    Repetition(u32, u32, u32),
}

impl Tree {
    pub(crate) fn of(hir: &Hir) -> Self {
        let mut rows = Rows::default();
        let root = rows.add(hir);
        let Rows { nodes, sets, bytes } = rows;
        Self { nodes: nodes.into(), sets: sets.into(), bytes: bytes.into(), root }
    }

    /// The node `number`.
    pub(crate) fn node(&self, number: u32) -> Node {
        self.nodes.get(number as usize).copied().unwrap_or(Node::Unknown)
    }

    /// Of which a [`Node::Literal`] tells.
    pub(crate) fn literal(&self, from: u32, end: u32) -> &[u8] {
        self.bytes.get(from as usize..end as usize).unwrap_or_default()
    }

    /// Of which a [`Node::Class`] tells.
    pub(crate) fn set(&self, number: u32) -> ByteSet {
        self.sets.get(number as usize).copied().unwrap_or_default()
    }
}

/// The rows of one tree, or of many.
#[derive(Default)]
pub(crate) struct Rows {
    pub(crate) nodes: Vec<Node>,
    pub(crate) sets: Vec<ByteSet>,
    pub(crate) bytes: Vec<u8>,
}

impl Rows {
    /// Adds a tree; the number of its root.
    pub(crate) fn add(&mut self, hir: &Hir) -> u32 {
        let node = self.node(hir);
        let number = count(&self.nodes);
        self.nodes.push(node);
        number
    }

    fn node(&mut self, hir: &Hir) -> Node {
        match hir.kind() {
            HirKind::Empty => Node::Empty,
            HirKind::Look(look) => match look {
                Look::Start
                | Look::End
                | Look::StartLF
                | Look::EndLF
                | Look::WordAscii
                | Look::WordAsciiNegate => Node::Look(*look),
                _ => Node::Unknown,
            },
            HirKind::Literal(literal) => {
                let from = count(&self.bytes);
                self.bytes.extend_from_slice(&literal.0);
                Node::Literal(from, count(&self.bytes))
            }
            HirKind::Class(class) => match class {
                Class::Bytes(class) => self.set(class.into()),
                // The parser makes one of characters of `a|b` even where all else is about bytes.
                Class::Unicode(class) => match class.to_byte_class() {
                    Some(class) => self.set((&class).into()),
                    None => Node::Unknown,
                },
            },
            HirKind::Capture(capture) => self.node(&capture.sub),
            HirKind::Concat(parts) => {
                let (from, end) = self.row(parts);
                Node::Concat(from, end)
            }
            HirKind::Alternation(ways) => {
                let (from, end) = self.row(ways);
                Node::Alternation(from, end)
            }
            HirKind::Repetition(repetition) => {
                let sub = self.add(&repetition.sub);
                Node::Repetition(sub, repetition.min, repetition.max.unwrap_or(u32::MAX))
            }
        }
    }

    fn set(&mut self, set: ByteSet) -> Node {
        let known = self.sets.iter().position(|other| *other == set);
        let number = known.unwrap_or_else(|| {
            self.sets.push(set);
            self.sets.len() - 1
        });
        Node::Class(u32::try_from(number).unwrap_or(u32::MAX))
    }

    /// Adds several, one beside the other, behind all that they are made of.
    fn row(&mut self, parts: &[Hir]) -> (u32, u32) {
        let nodes: Vec<Node> = parts.iter().map(|part| self.node(part)).collect();
        let from = count(&self.nodes);
        self.nodes.extend(nodes);
        (from, count(&self.nodes))
    }
}

/// More than can be counted is nowhere found, so that such a part is unknown.
fn count<T>(row: &[T]) -> u32 {
    u32::try_from(row.len()).unwrap_or(u32::MAX)
}
