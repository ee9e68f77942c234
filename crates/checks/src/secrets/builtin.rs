//! The rules the product ships, of which the build script made a table.

use model::CheckId;
use regex_syntax::hir::Look;

use super::{
    bytes::ByteSet,
    file::{Examples, List, RuleFile, Text, VerifyRecipe},
    needed::Need,
    outline::{Outline, Reach},
    rule::{Rule, RuleError},
    table::{Gram, Leads, Table},
    tree::{Node, Tree},
};

include!(concat!(env!("OUT_DIR"), "/builtin_rules.rs"));

/// One of them.
struct Builtin {
    id: &'static str,
    file: RuleFile,
    /// Of its pattern.
    pattern: Option<Outline>,
    /// Of what its allow-list is made of.
    allow: &'static [Outline],
}

/// All of them.
pub(super) fn all() -> Result<Vec<Rule>, RuleError> {
    // They are large to be moved, as they would be by a `collect` that does not know how many come.
    let mut rules = Vec::with_capacity(RULES.len());
    for Builtin { id, file, pattern, allow } in RULES {
        let rule = Rule::from_file(CheckId::from_static(id), file)?;
        rules.push(rule.outlined_by(pattern.as_ref(), allow));
    }
    Ok(rules)
}

/// Their keywords, each of which leads to them by their place in [`all`].
pub(super) fn index() -> (Table, Leads) {
    let table = Table {
        keywords: List::Borrowed(KEYWORDS),
        marks: List::Borrowed(MARKS),
        bucket_of: List::Borrowed(BUCKET_OF),
        ends: List::Borrowed(BUCKET_ENDS),
        grams: List::Borrowed(GRAMS),
        offsets: List::Borrowed(OFFSETS),
        reach: REACH,
    };
    (table, Leads { rules: List::Borrowed(LED_TO), ends: List::Borrowed(LEAD_ENDS) })
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;
    use crate::secrets::{pattern::Pattern, rule::Finder};

    #[test]
    fn what_is_compiled_in_is_what_the_files_say() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/secrets");
        let mut outlines = 0;
        let mut is_outline_of = |known: &Outline, pattern: &Pattern| {
            outlines += 1;
            let read = pattern.outline().unwrap();
            (&known.opening, known.reach, known.look, &known.needed, known.needed_from)
                == (&read.opening, read.reach, read.look, &read.needed, read.needed_from)
                && are_alike((&known.tree, known.tree.root), (&read.tree, read.tree.root))
        };
        for Builtin { id, file: compiled, pattern: known, allow } in RULES {
            let text = fs::read_to_string(folder.join(format!("{id}.toml"))).unwrap();
            let file: RuleFile = toml::from_str(&text).unwrap();
            let rule = Rule::from_file(CheckId::from_static(id), &file).unwrap();
            let pattern = match &rule.finder {
                Finder::Pattern(pattern) | Finder::Content(pattern) => Some(pattern),
                _ => None,
            };
            assert_eq!(known.is_some(), pattern.is_some(), "{id}");
            assert_eq!(allow.len(), rule.allow.len(), "{id}");
            let mut pairs = known.iter().zip(pattern).chain(allow.iter().zip(&rule.allow));
            assert!(pairs.all(|(known, pattern)| is_outline_of(known, pattern)), "{id}");
            assert_eq!(RuleFile { examples: Examples::NONE, ..file }, *compiled, "{id}");
        }
        assert!(outlines > RULES.len() / 2);
        assert_eq!(fs::read_dir(folder).unwrap().count(), RULES.len());
    }

    #[test]
    fn the_index_that_is_compiled_in_is_that_of_the_rules() {
        let rules = all().unwrap();
        assert!(rules.is_sorted_by_key(|rule| rule.id.as_str()));
        assert!(index() == crate::secrets::ruleset::index(&rules));
    }

    fn are_alike((a, node): (&Tree, u32), (b, other): (&Tree, u32)) -> bool {
        let all = |(from, end): (u32, u32), (other_from, other_end): (u32, u32)| {
            end - from == other_end - other_from
                && (from..end).zip(other_from..).all(|(x, y)| are_alike((a, x), (b, y)))
        };
        match (a.node(node), b.node(other)) {
            (Node::Literal(from, end), Node::Literal(other_from, other_end)) => {
                a.literal(from, end) == b.literal(other_from, other_end)
            }
            (Node::Class(set), Node::Class(other)) => a.set(set) == b.set(other),
            (Node::Concat(from, end), Node::Concat(other_from, other_end))
            | (Node::Alternation(from, end), Node::Alternation(other_from, other_end)) => {
                all((from, end), (other_from, other_end))
            }
            (Node::Repetition(sub, min, max), Node::Repetition(other, other_min, other_max)) => {
                (min, max) == (other_min, other_max) && are_alike((a, sub), (b, other))
            }
            (node, other) => node == other,
        }
    }
}
