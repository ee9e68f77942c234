//! What the first bytes of a pattern's matches may be.
//!
//! Most keywords stand in a text without what their rule looks for, which the bytes there and behind mostly show. Of the product's own
//! rules the build script reads it from their patterns, so that these need not be parsed where it tells.

use std::collections::BTreeSet;

use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

use super::{bytes::ByteSet, file::Text};

/// How many bytes are told of.
const MAX_BYTES: usize = 16;
/// How many parts of an expression are followed. The product's own have a few hundred.
const MAX_STEPS: usize = 20_000;

/// The syntax tree of an expression about bytes, or about characters. An error does not hold the expression, which may be a secret that
/// is allowed.
pub(crate) fn parse(expression: &str, unicode: bool) -> Result<Hir, String> {
    let mut parser = regex_syntax::ParserBuilder::new().utf8(false).unicode(unicode).build();
    parser.parse(expression).map_err(|error| match error {
        regex_syntax::Error::Parse(error) => error.kind().to_string(),
        regex_syntax::Error::Translate(error) => error.kind().to_string(),
        _ => "not a regular expression".to_owned(),
    })
}

/// By place from a keyword on: one of which bytes stands there in a match. As many as the shortest match has from there, and no more
/// than [`MAX_BYTES`].
///
/// A pattern is a row of `parts`; it is told of those behind which one of `keywords` (lower case) is always spelled. A keyword that stands
/// by chance in what comes before is not opened so, but another one is, in the same match. None where there are no such parts.
pub(crate) fn opening(parts: &[&Hir], keywords: &[Text]) -> Vec<ByteSet> {
    // A user's expression, which may be anything, has none.
    if keywords.is_empty() {
        return Vec::new();
    }
    let beginnings = Beginnings { keywords };
    let spells_keyword =
        |at: &usize| parts.get(*at..).is_some_and(|parts| beginnings.tail(parts).is_some());
    let Some(first) = (0..parts.len()).find(spells_keyword) else { return Vec::new() };
    let mut row = Row { sets: [ByteSet::default(); MAX_BYTES], steps: MAX_STEPS };
    let rest = parts.iter().skip(first);
    let ends = rest.fold(Places::FIRST, |places, part| row.through(part, places));
    let length = if row.steps == 0 { 0 } else { ends.first() };
    row.sets.into_iter().take(length).collect()
}

/// Whether `text` goes on from `start` as `opening` says.
pub(crate) fn is_open_at(opening: &[ByteSet], text: &[u8], start: usize) -> bool {
    let rest = text.get(start..).unwrap_or_default();
    rest.len() >= opening.len() && opening.iter().zip(rest).all(|(set, byte)| set.holds(*byte))
}

/// Places behind the beginning of a match at which a part of it may begin or end, one bit each; the last one is for all that are
/// further than [`MAX_BYTES`].
#[derive(Clone, Copy, PartialEq, Eq)]
struct Places(u32);

impl Places {
    const FIRST: Self = Self(1);
    const NONE: Self = Self(0);
    const FURTHER: Self = Self(1 << MAX_BYTES);

    fn first(self) -> usize {
        self.iter().next().unwrap_or(MAX_BYTES)
    }

    /// Those that are told of.
    fn iter(self) -> impl Iterator<Item = usize> {
        (0..MAX_BYTES).filter(move |place| self.0 >> place & 1 == 1)
    }

    fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// One byte further.
    fn next(self) -> Self {
        let further = Self::FURTHER.0;
        Self((self.0 << 1) & (2 * further - 1) | self.0 & further)
    }
}

/// What is known of the bytes from a keyword on.
struct Row {
    sets: [ByteSet; MAX_BYTES],
    /// How many parts of the expression may still be followed: repetitions within repetitions multiply.
    steps: usize,
}

impl Row {
    /// One of `bytes` stands at one of `places`. Where what follows may stand.
    fn take(&mut self, bytes: ByteSet, places: Places) -> Places {
        for place in places.iter() {
            if let Some(set) = self.sets.get_mut(place) {
                set.insert_all(bytes);
            }
        }
        places.next()
    }

    /// Where `hir` may end that begins at one of `places`; anywhere where that takes too long, which makes an end of it.
    fn through(&mut self, hir: &Hir, places: Places) -> Places {
        self.steps = self.steps.saturating_sub(1);
        if self.steps == 0 {
            return Places::FURTHER;
        }
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => places,
            HirKind::Literal(literal) => {
                literal.0.iter().fold(places, |at, byte| self.take(ByteSet::of([*byte]), at))
            }
            HirKind::Class(Class::Bytes(class)) => self.take(class.into(), places),
            // A character has up to four bytes.
            HirKind::Class(Class::Unicode(_)) => {
                let (mut at, mut ends) = (places, Places::NONE);
                for _ in 0..4 {
                    at = self.take(ByteSet::ALL, at);
                    ends = ends.and(at);
                }
                ends
            }
            HirKind::Capture(capture) => self.through(&capture.sub, places),
            HirKind::Concat(parts) => parts.iter().fold(places, |at, part| self.through(part, at)),
            HirKind::Alternation(ways) => {
                ways.iter().fold(Places::NONE, |ends, way| ends.and(self.through(way, places)))
            }
            HirKind::Repetition(repetition) => self.repeated(repetition, places),
        }
    }

    fn repeated(&mut self, repetition: &Repetition, places: Places) -> Places {
        let (mut at, mut ends) = (places, Places::NONE);
        for times in 0.. {
            let known = ends;
            if times >= repetition.min {
                ends = ends.and(at);
            }
            if repetition.max == Some(times) || times > repetition.min && ends == known {
                break;
            }
            let next = self.through(&repetition.sub, at);
            if next == at && times < repetition.min {
                // However often it must still come, it ends there as well.
                return ends.and(at);
            }
            at = next;
        }
        ends
    }
}

/// What of an expression's parts stands behind a keyword, if every match begins with one of `keywords`, in any case.
///
/// Each way into the expression is followed as long as what it spells may still become a keyword.
pub(crate) fn tail_behind_keyword<'p, 'h>(
    parts: &'p [&'h Hir],
    keywords: &[Text],
) -> Option<&'p [&'h Hir]> {
    Beginnings { keywords }.tail(parts)
}

/// Follows an expression from its beginning through the keywords that every match begins with.
struct Beginnings<'k> {
    /// Lower case.
    keywords: &'k [Text],
}

/// What ways into an expression have spelled: beginnings of keywords, and whole ones of which the next byte is still to be seen.
type Spelled = BTreeSet<Vec<u8>>;

impl Beginnings<'_> {
    /// What of `parts` stands behind the keyword that they begin with.
    fn tail<'p, 'h>(&self, parts: &'p [&'h Hir]) -> Option<&'p [&'h Hir]> {
        let mut spelled = Spelled::from([Vec::new()]);
        let mut rest = parts;
        // What is left did not spell a whole keyword.
        while spelled.iter().any(|spelled| !self.is_keyword(spelled)) {
            let (first, others) = rest.split_first()?;
            spelled = self.spell(first, spelled)?;
            rest = others;
        }
        Some(rest)
    }

    fn is_keyword(&self, spelled: &[u8]) -> bool {
        self.keywords.iter().any(|word| word.as_bytes() == spelled)
    }

    /// What is spelled if `hir` stands behind `spelled`; `None` where it may be something that no keyword begins with.
    fn spell(&self, hir: &Hir, spelled: Spelled) -> Option<Spelled> {
        if spelled.is_empty() {
            return Some(spelled);
        }
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => Some(spelled),
            HirKind::Literal(literal) => literal
                .0
                .iter()
                .try_fold(spelled, |spelled, byte| self.append(&spelled, ByteSet::of([*byte]))),
            HirKind::Class(Class::Bytes(class)) => self.append(&spelled, class.into()),
            // More bytes than one.
            HirKind::Class(Class::Unicode(_)) => self.append(&spelled, ByteSet::ALL),
            HirKind::Capture(capture) => self.spell(&capture.sub, spelled),
            HirKind::Concat(parts) => {
                parts.iter().try_fold(spelled, |spelled, part| self.spell(part, spelled))
            }
            HirKind::Alternation(parts) => {
                let mut all = Spelled::new();
                for part in parts {
                    all.extend(self.spell(part, spelled.clone())?);
                }
                Some(all)
            }
            HirKind::Repetition(repetition) => {
                let mut all = Spelled::new();
                let mut here = spelled;
                for times in 0.. {
                    if times >= repetition.min {
                        all.extend(here.iter().cloned());
                    }
                    if here.is_empty() || repetition.max == Some(times) {
                        break;
                    }
                    let next = self.spell(&repetition.sub, here.clone())?;
                    // What is repeated may be empty; more of it spells no more.
                    if next == here {
                        all.extend(here);
                        break;
                    }
                    here = next;
                }
                Some(all)
            }
        }
    }

    /// `spelled` with one of `bytes` behind each, without what is more than a keyword.
    fn append(&self, spelled: &Spelled, bytes: ByteSet) -> Option<Spelled> {
        let begun = spelled.iter().filter(|spelled| !self.is_keyword(spelled));
        let mut all = Spelled::new();
        for (beginning, byte) in begun.flat_map(|s| bytes.bytes().map(move |b| (s, b))) {
            let mut longer = beginning.clone();
            longer.push(byte.to_ascii_lowercase());
            if !self.keywords.iter().any(|word| word.as_bytes().starts_with(&longer)) {
                return None;
            }
            all.insert(longer);
        }
        Some(all)
    }
}

/// The parts that an expression is a row of, those of groups among them.
pub(crate) fn parts(hir: &Hir) -> Vec<&Hir> {
    let mut parts = Vec::new();
    flatten(hir, &mut parts);
    parts
}

fn flatten<'h>(hir: &'h Hir, parts: &mut Vec<&'h Hir>) {
    match hir.kind() {
        HirKind::Capture(capture) => flatten(&capture.sub, parts),
        HirKind::Concat(all) => all.iter().for_each(|part| flatten(part, parts)),
        _ => parts.push(hir),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hir(expression: &str) -> Hir {
        parse(expression, false).unwrap()
    }

    fn texts(words: &[&'static str]) -> Vec<Text> {
        words.iter().map(|word| Text::Borrowed(*word)).collect()
    }

    #[test]
    fn a_pattern_begins_with_a_keyword_if_every_way_into_it_spells_one() {
        let starts = |expression: &str, keywords: &[&'static str]| {
            tail_behind_keyword(&parts(&hir(expression)), &texts(keywords)).is_some()
        };
        for pattern in [
            r"\b(?<secret>abc[0-9]{3})",
            r"(?i:abcdefghijklmnop|abc)x",
            r"(?i)ABC[^\n]{0,80}",
            r"a{1}(?:b|bb)cd?",
            r"(?:ab)?c",
        ] {
            let keywords = ["abcdefghijklmnop", "abc", "abbc", "c"];
            assert!(starts(pattern, &keywords), "{pattern}");
        }
        for pattern in ["", "ab", "x?abc", "(?:abc)?", "(?:abc|ab)", "a*bc", "(?:)*", "[^a]bc"] {
            assert!(!starts(pattern, &["abc"]), "{pattern}");
        }
    }

    #[test]
    fn repetitions_within_repetitions_end() {
        let nested = format!("ab{}c{}", "(?:c?".repeat(60), "d?){3}".repeat(60));
        let sets = opening(&parts(&hir(&nested)), &texts(&["ab"]));
        assert_eq!((sets.len(), sets.last()), (MAX_BYTES, Some(&ByteSet::of(*b"cd"))));
    }

    #[test]
    fn an_opening_tells_of_each_byte_of_the_shortest_match() {
        let told = |expression: &str, keywords: &[&'static str]| {
            let sets = opening(&parts(&hir(expression)), &texts(keywords));
            let spell = |set: &ByteSet| String::from_utf8(set.bytes().collect()).unwrap();
            sets.iter().map(spell).collect::<Vec<_>>()
        };
        assert_eq!(told(r"\b(?<secret>hf_[a-c]{2,34})\b", &["hf_"]), ["h", "f", "_", "abc", "abc"]);
        assert_eq!(told(r"(?i:ab_)(?:[0-9]x|y)", &["ab_"]), ["Aa", "Bb", "_", "0123456789y"]);
        assert_eq!(told(r"abc?d{2}e", &["ab"]), ["a", "b", "cd", "d", "de"]);
        assert_eq!(told(r"ab(?:x*y)*z", &["ab"]), ["a", "b", "xyz"]);
        assert_eq!(told(r"ab[c]{40}", &["ab"]).len(), MAX_BYTES);
        assert_eq!(told(r"[a-z]{3}(?:x|y)?pk_[12]", &["pk_"]), ["p", "k", "_", "12"]);
        assert_eq!(told(r"[a-z]{3}(?:pk_1|xpk_1)", &["pk_"]), [""; 0]);
    }

    proptest::proptest! {
        #[test]
        fn what_matches_is_open(
            before in r"([abc]\?|\[bc\]){0,2}",
            pattern in r"((\(\?:|\||\)|[abc]|[abc][*+?]|[abc]\{0,3\}|\[ab\]|\.|\(\?:a\|bc\)\{2,3\}|\(\?:b\|\)\{1,2\})){0,6}",
            text in "[abc]{0,24}",
        ) {
            // What stands before the keyword, one of two keywords of which one begins the other, and what stands behind it.
            let keywords = ["ab", "abc"];
            let pattern = format!("{before}(?:ab|abc){pattern}");
            let Ok(hir) = parse(&pattern, false) else { return Ok(()) };
            let opening = opening(&parts(&hir), &texts(&keywords));
            let regex = regex_automata::meta::Regex::builder()
                .syntax(regex_automata::util::syntax::Config::new().utf8(false).unicode(false))
                .build(&pattern)
                .unwrap();
            for start in 0..text.len() {
                let input = regex_automata::Input::new(&text)
                    .span(start..text.len())
                    .anchored(regex_automata::Anchored::Yes);
                // One of its keywords is open, of those that a match holds.
                if !opening.is_empty()
                    && let Some(end) = regex.find(input).map(|found| found.end()) {
                    let mut places = (start..end).filter(|at| text[*at..].starts_with("ab"));
                    let is_open = places.any(|at| is_open_at(&opening, text.as_bytes(), at));
                    proptest::prop_assert!(is_open, "{pattern} {text} {start}");
                }
            }
        }
    }
}
