//! What is known of an expression before it is compiled. Of the product's own rules the build script reads it.

use std::ops::Range;

use regex_syntax::hir::{Hir, HirKind, Look};

use super::{
    bytes::ByteSet,
    file::{List, Text},
    needed::{Need, needed},
    opening::{opening, parts, tail_behind_keyword},
    tree::Tree,
};

/// How far from a keyword an unbounded pattern is looked for, in bytes.
const REACH_OF_UNBOUNDED_BYTES: usize = 8 << 10;
/// The same for any pattern: no rule makes the scanner look further than this.
pub(crate) const MAX_REACH_BYTES: usize = 32 << 10;

/// Of one expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outline {
    /// What the first bytes of its matches may be; see [`opening`].
    pub(crate) opening: List<ByteSet>,
    pub(crate) reach: Reach,
    /// What must hold at the keyword, if every match begins with one.
    pub(crate) look: Option<Look>,
    /// What every match holds
    pub(crate) needed: List<Need>,
    /// so many bytes behind the keyword's beginning, if it begins with one, or further.
    pub(crate) needed_from: usize,
    pub(crate) tree: Tree,
}

impl Outline {
    /// `keywords` (lower case) are those that it is looked for at, `tree` is its own.
    pub(crate) fn of(hir: &Hir, keywords: &[Text], tree: Tree) -> Self {
        let parts = parts(hir);
        let tail = tail_behind_keyword(&parts, keywords);
        let shortest = keywords.iter().map(|word| word.len()).min().unwrap_or_default();
        Self {
            opening: opening(&parts, keywords).into(),
            reach: Reach::of(hir, tail.is_some()),
            look: tail.and(parts.first()).and_then(|first| match first.kind() {
                HirKind::Look(look) => Some(*look),
                _ => None,
            }),
            // An expression without keywords is not asked for near one.
            needed: if keywords.is_empty() {
                List::default()
            } else {
                needed(tail.unwrap_or(&parts)).into()
            },
            needed_from: if tail.is_some() { shortest } else { 0 },
            tree,
        }
    }
}

/// How far around a keyword a match is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reach {
    /// Every match begins with a keyword.
    pub(crate) begins_with_keyword: bool,
    /// Bytes before the end of a keyword at which a match may begin.
    pub(crate) before_bytes: usize,
    /// Bytes behind the beginning of a keyword at which a match may end.
    pub(crate) after_bytes: usize,
}

impl Reach {
    fn of(hir: &Hir, begins_with_keyword: bool) -> Self {
        let longest =
            hir.properties().maximum_len().unwrap_or(REACH_OF_UNBOUNDED_BYTES).min(MAX_REACH_BYTES);
        Self {
            begins_with_keyword,
            before_bytes: longest,
            // A look-around such as `\b` needs one byte.
            after_bytes: longest + 1,
        }
    }

    /// Where matches around `keyword` may begin and must end, in a text of `length` bytes of which nothing before `floor` counts.
    pub(crate) fn around(
        self,
        keyword: &Range<usize>,
        floor: usize,
        length: usize,
    ) -> Range<usize> {
        let end = keyword.start.saturating_add(self.after_bytes).max(keyword.end).min(length);
        if self.begins_with_keyword {
            return keyword.start..end;
        }
        keyword.end.saturating_sub(self.before_bytes).max(floor)..end
    }
}
