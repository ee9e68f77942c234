//! Trying an expression on its syntax tree, without a program.
//!
//! Most keywords stand in a text without what their rule looks for, which a few bytes show. To compile a pattern takes as
//! long as many such trials, and most patterns of a scan are tried a few times only.

use regex_syntax::hir::{Class, Hir, HirKind, Look};

/// Whether `hir` matches in `text` from one of `starts` (in order) to behind `behind`. `None` where that would take more than
/// `steps`, or where it is not known; what is left of them is left in `steps`.
pub(crate) fn matches(
    hir: &Hir,
    text: &[u8],
    starts: impl Iterator<Item = usize>,
    behind: usize,
    steps: &mut usize,
) -> Option<bool> {
    let starts = starts.filter(|start| *start <= text.len()).collect();
    let ends = Trial { text, steps }.ends(hir, starts)?;
    Some(ends.iter().any(|end| *end >= behind))
}

struct Trial<'t> {
    text: &'t [u8],
    steps: &'t mut usize,
}

impl Trial<'_> {
    /// Where what begins at `places` may end. Both are in order, each place once.
    fn ends(&mut self, hir: &Hir, mut places: Vec<usize>) -> Option<Vec<usize>> {
        if places.is_empty() {
            return Some(places);
        }
        *self.steps = self.steps.checked_sub(places.len())?;
        let text = self.text;
        match hir.kind() {
            HirKind::Empty => {}
            HirKind::Look(look) => {
                is_seen(*look, text, 0)?;
                places.retain(|at| is_seen(*look, text, *at).unwrap_or_default());
            }
            HirKind::Literal(literal) => {
                places
                    .retain(|at| text.get(*at..).is_some_and(|rest| rest.starts_with(&literal.0)));
                places.iter_mut().for_each(|at| *at += literal.0.len());
            }
            HirKind::Class(class) => {
                let holds = |byte: &u8| match class {
                    Class::Bytes(class) => {
                        class.iter().any(|range| (range.start()..=range.end()).contains(byte))
                    }
                    Class::Unicode(class) => {
                        let char = char::from(*byte);
                        class.iter().any(|range| (range.start()..=range.end()).contains(&char))
                    }
                };
                // The parser makes one of characters of `a|b` even where all else is about bytes.
                if matches!(class, Class::Unicode(class) if !class.is_ascii()) {
                    return None;
                }
                places.retain(|at| text.get(*at).is_some_and(holds));
                places.iter_mut().for_each(|at| *at += 1);
            }
            HirKind::Capture(capture) => return self.ends(&capture.sub, places),
            HirKind::Concat(parts) => {
                for part in parts {
                    places = self.ends(part, places)?;
                }
            }
            HirKind::Alternation(ways) => {
                let mut all = Vec::new();
                for way in ways {
                    all.extend(self.ends(way, places.clone())?);
                }
                return Some(in_order(all));
            }
            HirKind::Repetition(repetition) => {
                let mut all = Vec::new();
                for times in 0.. {
                    if times >= repetition.min {
                        all.extend_from_slice(&places);
                    }
                    if places.is_empty() || repetition.max == Some(times) {
                        break;
                    }
                    let next = self.ends(&repetition.sub, places.clone())?;
                    // What is repeated may be empty; more of it ends nowhere else.
                    if next == places {
                        all.extend(next);
                        break;
                    }
                    places = next;
                }
                return Some(in_order(all));
            }
        }
        Some(places)
    }
}

fn in_order(mut places: Vec<usize>) -> Vec<usize> {
    places.sort_unstable();
    places.dedup();
    places
}

/// Whether a look-around holds at a place; `None` of those that no rule of the product's has.
fn is_seen(look: Look, text: &[u8], at: usize) -> Option<bool> {
    let before = at.checked_sub(1).and_then(|before| text.get(before)).copied();
    let behind = text.get(at).copied();
    let is_word = |byte: Option<u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_');
    Some(match look {
        Look::Start => before.is_none(),
        Look::End => behind.is_none(),
        Look::StartLF => before.is_none_or(|byte| byte == b'\n'),
        Look::EndLF => behind.is_none_or(|byte| byte == b'\n'),
        Look::WordAscii => is_word(before) != is_word(behind),
        Look::WordAsciiNegate => is_word(before) == is_word(behind),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex_automata::{Anchored, Input, meta, util::syntax};

    use super::*;

    fn expression() -> impl Strategy<Value = String> {
        let leaf = prop::sample::select(vec![
            "a", "b", "ab", "[ab]", "[^a]", r"\b", r"\B", "(?m:^)", "(?m:$)", r"\A", r"\z", "",
        ]);
        leaf.prop_map(str::to_owned).prop_recursive(4, 24, 3, |inner| {
            prop_oneof![
                (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a}{b}")),
                (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("(?:{a}|{b})")),
                (inner.clone(), 0..3_u32, 0..3_u32)
                    .prop_map(|(a, min, more)| format!("(?:{a}){{{min},{}}}", min + more)),
                inner.prop_map(|a| format!("({a})*?")),
            ]
        })
    }

    proptest! {
        #[test]
        fn it_knows_what_a_compiled_expression_finds(
            expression in expression(),
            text in "[abc\n]{0,12}",
            start in 0..12_usize,
        ) {
            let text = text.as_bytes();
            let start = start.min(text.len());
            let hir = regex_syntax::ParserBuilder::new()
                .utf8(false).unicode(false).build().parse(&expression).unwrap();
            let plain = meta::Regex::builder()
                .syntax(syntax::Config::new().utf8(false).unicode(false))
                .build(&expression)
                .unwrap();
            let here = Input::new(text).range(start..).anchored(Anchored::Yes);
            let mut steps = 100_000;
            prop_assert_eq!(
                matches(&hir, text, std::iter::once(start), 0, &mut steps),
                Some(plain.is_match(here))
            );
            let later = Input::new(text).range(start..);
            prop_assert_eq!(
                matches(&hir, text, start..=text.len(), 0, &mut steps),
                Some(plain.is_match(later))
            );
        }
    }

    #[test]
    fn what_takes_too_long_is_not_known() {
        let hir = regex_syntax::parse("(?-u:(?:a|aa){50,})").unwrap();
        let mut steps = 1_000;
        assert_eq!(matches(&hir, &[b'a'; 1_000], std::iter::once(0), 0, &mut steps), None);
    }
}
