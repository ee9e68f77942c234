//! Running the rules over a text.

use std::{ops::Range, sync::Arc};

use model::{Confidence, Copied, SecretValue};
use regex_automata::Input;

use super::{
    allowlist::Found,
    anchored::Scratch,
    assignment,
    bytes::ByteSet,
    decode::{self, Decoded, Place},
    encoded::{Encoded, Wanted},
    judge::{entropy, is_filler, is_placeholder},
    jwt,
    keywords::Collected,
    known::Known,
    needed::{Need, Next},
    overlaps::without_overlaps,
    prefilter::Hit,
    rule::{Finder, Rank, Rule, Whole},
    ruleset::{Allowed, Ruleset},
    run::{Engines, find_in, search},
};

/// What one user's rule may cost in one text: bytes that its searches, of which each may look at all that follows, could
/// look at. A pattern that looks far and matches short would otherwise take the square of the text's length.
const SEARCHED_BYTES: usize = 8 << 30;
/// Longest content that may be a secret and nothing else.
const MAX_CONTENT_BYTES: usize = 1 << 10;
/// How many candidates before and behind one may hold it.
const NEIGHBOURS: usize = 32;
/// How much of the lines of a match an allow-list sees before and behind it, in bytes.
const LINE_BYTES: usize = 16 << 10;

/// A credential found in a text, before its path is known.
///
/// It holds the credential, so it has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Which rule; see [`Ruleset::get`].
    pub rule: u32,
    /// Where it stands in the text, in bytes; of an encoded one, all that is encoded with it, unless that is long.
    pub range: Range<usize>,
    /// What must not be shown: `range`, and all of what others claimed that it overlaps.
    pub masked: Range<usize>,
    /// The credential, decoded.
    pub secret: SecretValue,
    /// How sure, before the path has been judged.
    pub confidence: Confidence,
    /// Which rule wins where two claim the same text.
    pub rank: Rank,
    /// A value without quotes, which in source code is a name.
    pub bare: bool,
    /// Of what only its value speaks for: its letters, or those that it encodes, follow each other as in no word.
    pub no_word: bool,
    /// `base64`, `hex`, `percent` or `escaped`, if it was.
    pub encoding: Option<&'static str>,
    /// The rule leaves what others claim as surely to them.
    pub(crate) gives_way: bool,
    /// Lines from the beginning of the rule's match to the secret.
    pub lines_into_match: u64,
    /// What allow-lists say; see [`Ruleset::allows`].
    pub(crate) allowed: Allowed,
    /// The rule holds at some paths only.
    pub(crate) by_path: bool,
}

/// One worker's means to run a [`Ruleset`]: nothing is shared with other workers but the rules.
pub struct Scanner {
    ruleset: Arc<Ruleset>,
    engines: Engines,
    scratch: Scratch,
    /// By rule: where its last match ended, and in which text.
    resume: Vec<(u64, usize)>,
    /// By rule: where the next of what its pattern needs stands.
    next: Vec<Vec<Next>>,
    texts: u64,
    cut_short: Vec<u32>,
    /// Where the next dot stands, because a text may be full of what only a dot makes a token.
    dot: Need,
    next_dot: Next,
    /// Since the engines' memory was last looked at.
    scanned_bytes: usize,
}

/// What the engines' caches of one worker may take once a text is done. Real texts meet a few dozen rules; one that is made
/// to meet them all fills hundreds.
const MAX_CACHE_BYTES: usize = 32 << 20;
/// How much is scanned before they are looked at again.
const CACHE_CHECK_BYTES: usize = 256 << 10;

impl Scanner {
    /// A worker's own scanner.
    #[must_use]
    pub fn new(ruleset: Arc<Ruleset>) -> Self {
        let rules = ruleset.rules.len();
        Self {
            ruleset,
            engines: Engines::new(rules),
            scratch: Scratch::default(),
            resume: vec![(0, 0); rules],
            next: vec![Vec::new(); rules],
            texts: 0,
            cut_short: Vec::new(),
            dot: Need::byte_of(ByteSet::of([b'.'])),
            next_dot: Next::default(),
            scanned_bytes: 0,
        }
    }

    /// The rules it runs.
    #[must_use]
    pub fn ruleset(&self) -> &Arc<Ruleset> {
        &self.ruleset
    }

    /// The users' rules that matched so often that they were not run to the end of the last text.
    pub fn take_cut_short(&mut self) -> Vec<u32> {
        std::mem::take(&mut self.cut_short)
    }

    /// Finds the credentials in `text`, in the order in which they stand, no two over the same bytes, except that each rule of the
    /// user's speaks for itself.
    pub fn scan(&mut self, text: &[u8]) -> Vec<Candidate> {
        let mut found = Vec::new();
        self.scan_plain(text, &mut found);
        self.scan_encoded(text, Wanted::all(text), &mut found);
        self.conclude(found)
    }

    /// The same, for a text of which stretches stand in another of which this is known, if one is. What is found is the same; what is
    /// known of this one is for those that are made of it in turn.
    pub fn scan_version(
        &mut self,
        text: &[u8],
        base: Option<(&Known, &[Copied])>,
    ) -> (Vec<Candidate>, Known) {
        let mut found = Vec::new();
        let ruleset = Arc::clone(&self.ruleset);
        let prefilter = &ruleset.prefilter;
        let known = base
            .and_then(|(base, copied)| base.keywords.as_ref()?.of_next(prefilter, text, copied));
        let keywords = match known {
            Some(known) => {
                self.scan_at(text, &mut found, |each| known.hits(prefilter).for_each(each));
                Some(known)
            }
            None => {
                let mut collected = Collected::new();
                self.scan_at(text, &mut found, |each| {
                    prefilter.find(text, |hit| {
                        collected.add(prefilter, &hit);
                        each(hit);
                    });
                });
                collected.into_keywords()
            }
        };
        let wanted = base
            .and_then(|(base, copied)| Some(base.encoded.as_ref()?.of_next(text, copied)))
            .unwrap_or_else(|| Wanted::all(text));
        let encoded = self.scan_encoded(text, wanted, &mut found);
        (self.conclude(found), Known { keywords, encoded: Encoded::of(encoded) })
    }

    /// Finds what is encoded. Gives the stretches in which something is found.
    fn scan_encoded(
        &mut self,
        text: &[u8],
        wanted: Wanted,
        found: &mut Vec<Candidate>,
    ) -> Vec<Place> {
        let mut places = wanted.known;
        places.extend(decode::places(text, &wanted.windows));
        places.sort_unstable();
        places.retain(|place| {
            let before = (found.len(), self.cut_short.len());
            decode::decoded(text, *place, &mut |stretch| self.scan_stretch(&stretch, found));
            (found.len(), self.cut_short.len()) != before
        });
        places
    }

    fn scan_stretch(&mut self, stretch: &Decoded, found: &mut Vec<Candidate>) {
        let mut inside = Vec::new();
        self.scan_plain(&stretch.text, &mut inside);
        // While their places in the stretch are still known.
        for mut candidate in without_overlaps(inside) {
            candidate.range = stretch.outer(&candidate.range);
            candidate.masked = stretch.outer(&candidate.masked);
            candidate.encoding = Some(stretch.encoding);
            found.push(candidate);
        }
    }

    /// Of what claims the same bytes one.
    fn conclude(&self, found: Vec<Candidate>) -> Vec<Candidate> {
        let mut kept = without_overlaps(found);
        self.without_generic(&mut kept);
        kept
    }

    /// Of users' rules one that calls itself generic is silent where another one reports the same stretch. What may take away
    /// the other must take away the generic one as well.
    fn without_generic(&self, kept: &mut Vec<Candidate>) {
        let is_generic = |candidate: &Candidate| {
            candidate.rank == Rank::User
                && self.ruleset.get(candidate.rule).is_some_and(|rule| rule.is_generic)
        };
        let is_covered = |at: usize, generic: &Candidate| {
            let from = at.saturating_sub(NEIGHBOURS);
            kept.iter().skip(from).take(2 * NEIGHBOURS).any(|other| {
                other.rank == Rank::User
                    && other.range.start <= generic.range.start
                    && generic.range.end <= other.range.end
                    && !is_generic(other)
                    && !other.by_path
                    && !other.allowed.anywhere
                    && other.allowed.by_place.iter().all(|list| {
                        generic.allowed.anywhere || generic.allowed.by_place.contains(list)
                    })
            })
        };
        let covered: Vec<bool> = kept
            .iter()
            .enumerate()
            .map(|(at, candidate)| is_generic(candidate) && is_covered(at, candidate))
            .collect();
        let mut covered = covered.into_iter();
        kept.retain(|_| !covered.next().unwrap_or_default());
    }

    /// Drops the caches if they have grown too large; they fill again as they are needed.
    fn give_back_memory(&mut self, further_bytes: usize) {
        self.scanned_bytes = self.scanned_bytes.saturating_add(further_bytes);
        if self.scanned_bytes < CACHE_CHECK_BYTES {
            return;
        }
        self.scanned_bytes = 0;
        if self.engines.memory_usage() > MAX_CACHE_BYTES {
            self.engines.clear();
        }
    }

    fn scan_plain(&mut self, text: &[u8], found: &mut Vec<Candidate>) {
        let ruleset = Arc::clone(&self.ruleset);
        self.scan_at(text, found, |each| ruleset.prefilter.find(text, each));
    }

    /// Tries the rules whose keywords `find` tells of.
    fn scan_at(
        &mut self,
        text: &[u8],
        found: &mut Vec<Candidate>,
        find: impl FnOnce(&mut dyn FnMut(Hit)),
    ) {
        self.texts += 1;
        let ruleset = Arc::clone(&self.ruleset);
        let mut looked_at = 0;
        find(&mut |hit| {
            // Keywords come roughly in order.
            let further_bytes = hit.range.start.saturating_sub(looked_at);
            looked_at = looked_at.max(hit.range.start);
            self.give_back_memory(further_bytes);
            for &index in ruleset.at_keyword(hit.keyword) {
                self.try_rule(&ruleset, index, text, hit.range.clone(), found);
            }
        });
        self.give_back_memory(text.len().saturating_sub(looked_at));
        for &index in &ruleset.everywhere {
            self.try_rule(&ruleset, index, text, 0..0, found);
        }
    }

    /// Tries one rule near one keyword; one that looks at the whole text has that done at its first. `None` where it ended early.
    fn try_rule(
        &mut self,
        ruleset: &Ruleset,
        index: u32,
        text: &[u8],
        keyword: Range<usize>,
        found: &mut Vec<Candidate>,
    ) -> Option<()> {
        let slot = usize::try_from(index).ok()?;
        let rule = ruleset.rules.get(slot)?;
        let resume = self.resume.get_mut(slot)?;
        let floor = if resume.0 == self.texts { resume.1 } else { 0 };
        if keyword.start < floor {
            return None;
        }
        match &rule.finder {
            Finder::Path => {}
            Finder::Content(pattern) => {
                if text.len() > MAX_CONTENT_BYTES || !pattern.is_match(text) {
                    return None;
                }
                let program = pattern.program()?;
                let (regex, state) = self.engines.anywhere(slot, &program.engine)?;
                let (matched, secret) = find_in(regex, state, &Input::new(text), program.group)?;
                found.extend(accept(
                    ruleset,
                    (rule, index),
                    text,
                    matched,
                    secret,
                    rule.confidence,
                ));
            }
            Finder::Whole(whole) => {
                if resume.0 != self.texts {
                    // Also past every keyword that follows.
                    *resume = (self.texts, usize::MAX);
                    self.whole(ruleset, rule, whole, index, text, found);
                }
            }
            Finder::Assignment(wanted) => {
                let begin = keyword.start;
                for assigned in assignment::find(text, keyword, *wanted) {
                    if !assigned.listed {
                        *resume = (self.texts, assigned.value.end);
                    }
                    let matched = begin..assigned.value.end;
                    let (value, confidence) = (assigned.value, assigned.confidence);
                    if let Some(mut candidate) =
                        accept(ruleset, (rule, index), text, matched, value, confidence)
                    {
                        candidate.bare = assigned.bare;
                        found.push(candidate);
                    }
                }
            }
            Finder::Jwt(claims) => {
                let end = text.len().min(keyword.start + jwt::MAX_TOKEN_BYTES + 1);
                if !self.next_dot.is_within(&self.dot, text, self.texts, keyword.start, end) {
                    return None;
                }
                let (range, confidence) = jwt::at(text, keyword.start, claims)?;
                *resume = (self.texts, range.end);
                found.extend(accept(
                    ruleset,
                    (rule, index),
                    text,
                    range.clone(),
                    range,
                    confidence,
                ));
            }
            Finder::Pattern(pattern) => {
                if rule.rank == Rank::Assigned && !assignment::begins_a_name(text, &keyword) {
                    return None;
                }
                let next = self.next.get_mut(slot)?;
                let program = pattern.program_for((text, self.texts), &keyword, floor, next)?;
                let state = self.engines.state(slot, &program.engine)?;
                let (matched, secret) =
                    search(program, state, &mut self.scratch, text, &keyword, floor)?;
                *resume = (self.texts, matched.end);
                let confidence = match rule.judged {
                    None => Some(rule.confidence),
                    Some(wanted) => text
                        .get(secret.clone())
                        .and_then(|secret| assignment::judge_alone(secret, wanted))
                        .map(|judged| judged.min(rule.confidence)),
                };
                if let Some(confidence) = confidence
                    && let Some(candidate) =
                        accept(ruleset, (rule, index), text, matched.clone(), secret, confidence)
                {
                    found.push(candidate);
                } else {
                    // What was refused may hide a match that begins inside it.
                    *resume = (self.texts, floor.max(keyword.end.min(matched.end)));
                }
            }
        }
        Some(())
    }

    /// Everything that a user's rule matches in `text`.
    fn whole(
        &mut self,
        ruleset: &Ruleset,
        rule: &Rule,
        whole: &Whole,
        index: u32,
        text: &[u8],
        found: &mut Vec<Candidate>,
    ) {
        if !whole.keywords.is_empty()
            && !whole.keywords.iter().any(|keyword| contains_in_any_case(text, keyword.as_bytes()))
        {
            return;
        }
        let Some(program) = whole.pattern.program() else { return };
        let Some((regex, (cache, captures))) =
            self.engines.anywhere(index as usize, &program.engine)
        else {
            return;
        };
        let mut start = 0;
        let mut budget = SEARCHED_BYTES;
        while start <= text.len() {
            // The smaller part is for searches that see little of the text.
            let Some(left) = budget.checked_sub(text.len() - start + 1_024) else {
                self.cut_short.push(index);
                return;
            };
            budget = left;
            regex.search_captures_with(cache, &Input::new(text).span(start..text.len()), captures);
            let Some(matched) = captures.get_match().map(|matched| matched.range()) else { return };
            start = if matched.is_empty() { matched.end + 1 } else { matched.end };
            let group = match whole.group {
                Some(group) => captures.get_group(group),
                None => (1..captures.group_len())
                    .filter_map(|group| captures.get_group(group))
                    .find(|group| !group.range().is_empty()),
            };
            let range = group
                .map(|group| group.range())
                .filter(|range| !range.is_empty())
                .unwrap_or_else(|| without_line_ends(text, matched.clone()));
            let Some(secret) = text.get(range.clone()).filter(|secret| !secret.is_empty()) else {
                continue;
            };
            if whole.entropy.is_some_and(|floor| f64::from(entropy(secret)) <= floor) {
                continue;
            }
            found.extend(accept(
                ruleset,
                (rule, index),
                text,
                without_line_ends(text, matched),
                range,
                rule.confidence,
            ));
        }
    }
}

fn without_line_ends(text: &[u8], range: Range<usize>) -> Range<usize> {
    let bytes = text.get(range.clone()).unwrap_or_default();
    let before = bytes.iter().take_while(|byte| **byte == b'\n').count();
    let behind = bytes.iter().skip(before).rev().take_while(|byte| **byte == b'\n').count();
    range.start + before..range.end - behind
}

/// Letters outside of ASCII must be as they are in `keyword`.
fn contains_in_any_case(text: &[u8], keyword: &[u8]) -> bool {
    let Some(first) = keyword.first() else { return true };
    memchr::memchr2_iter(first.to_ascii_uppercase(), first.to_ascii_lowercase(), text).any(|at| {
        text.get(at..at + keyword.len()).is_some_and(|here| here.eq_ignore_ascii_case(keyword))
    })
}

/// The lines on which `range` stands.
fn lines_of(text: &[u8], range: &Range<usize>) -> Range<usize> {
    let from = range.start.saturating_sub(LINE_BYTES);
    let before = text.get(from..range.start).unwrap_or_default();
    let start = memchr::memrchr(b'\n', before).map_or(from, |at| from + at + 1);
    // A match that ends with a line end does not stand on the next line.
    let to = text.len().min(range.end.saturating_add(LINE_BYTES));
    let behind = text.get(range.end..to).unwrap_or_default();
    let end = memchr::memchr(b'\n', behind).map_or(to, |at| range.end + at);
    let end = if end > range.end && text.get(end - 1) == Some(&b'\r') { end - 1 } else { end };
    start..end
}

/// Values longer than this are keys and certificates, whose encodings hold runs and words by nature.
const LONG_VALUE_BYTES: usize = 200;

/// So many base64 characters around a value, on one line and beyond its own, are a picture, a certificate or a script, in
/// which every short beginning occurs somewhere.
const BLOB_BYTES: usize = 300;

/// Whether `range` is a piece of a longer run of base64.
fn is_in_blob(text: &[u8], range: &Range<usize>) -> bool {
    let in_blob = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
    let before = text.get(..range.start).unwrap_or_default();
    let before = before.iter().rev().take(BLOB_BYTES).take_while(in_blob).count();
    let behind = text.get(range.end..).unwrap_or_default();
    let behind = behind.iter().take(BLOB_BYTES).take_while(in_blob).count();
    before + behind >= BLOB_BYTES
}

/// Judges what a rule found by the value itself.
fn accept(
    ruleset: &Ruleset,
    (rule, index): (&Rule, u32),
    text: &[u8],
    matched: Range<usize>,
    range: Range<usize>,
    confidence: Confidence,
) -> Option<Candidate> {
    let secret = text.get(range.clone())?;
    if secret.is_empty() {
        return None;
    }
    if rule.entropy.is_some_and(|floor| entropy(secret) < floor) {
        return None;
    }
    let proven = match rule.checksum {
        Some(checksum) if !checksum.holds(secret) => return None,
        Some(_) => true,
        None => false,
    };
    let holds_a_place = match rule.rank {
        // Judged already.
        Rank::Generic | Rank::User => false,
        _ if proven || secret.len() >= LONG_VALUE_BYTES => false,
        Rank::Shape => is_placeholder(secret),
        Rank::Assigned | Rank::Format | Rank::Proven => {
            is_filler(secret) || assignment::is_example_login(secret)
        }
    };
    if holds_a_place {
        return None;
    }
    if rule.rank == Rank::Format && !proven && is_in_blob(text, &range) {
        return None;
    }
    if rule.allow.iter().any(|pattern| pattern.is_match(secret)) {
        return None;
    }
    let allowed = if ruleset.has_lists(index) {
        let part = |range: Range<usize>| text.get(range).unwrap_or_default();
        let line = part(lines_of(text, &matched));
        ruleset.judge(index, Found { secret, matched: part(matched.clone()), line })
    } else {
        Allowed::default()
    };
    let into_match = text.get(matched.start..range.start).unwrap_or_default();
    Some(Candidate {
        rule: index,
        gives_way: rule.gives_way,
        lines_into_match: memchr::memchr_iter(b'\n', into_match).count() as u64,
        allowed,
        by_path: rule.path.is_some() || rule.path_pattern.is_some(),
        masked: range.clone(),
        range,
        secret: SecretValue::new(secret),
        confidence,
        rank: rule.rank,
        bare: false,
        no_word: (rule.rank == Rank::Generic || rule.judged.is_some())
            && assignment::means_no_word(secret),
        encoding: None,
    })
}
