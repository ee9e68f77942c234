//! Running the rules over a text.

use std::{ops::Range, sync::Arc};

use model::{Confidence, SecretValue};
use regex_automata::{Anchored, Input, meta, util::captures::Captures};

use super::{
    assignment, decode,
    judge::{entropy, is_placeholder},
    jwt,
    rule::{Finder, Program, Rank, Rule},
    ruleset::Ruleset,
};

/// A credential found in a text, before its path is known.
///
/// It holds the credential, so it has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Which rule; see [`Ruleset::get`].
    pub rule: u32,
    /// Where it stands in the text, in bytes; of an encoded one, all that is encoded with it.
    pub range: Range<usize>,
    /// The credential, decoded.
    pub secret: SecretValue,
    /// How sure, before the path has been judged.
    pub confidence: Confidence,
    /// Which rule wins where two claim the same text.
    pub rank: Rank,
    /// A value without quotes, which in source code is a name.
    pub bare: bool,
    /// `base64`, `hex`, `percent` or `escaped`, if it was.
    pub encoding: Option<&'static str>,
}

/// One worker's means to run a [`Ruleset`]: nothing is shared with other workers but the rules.
pub struct Scanner {
    ruleset: Arc<Ruleset>,
    engines: Vec<Option<(meta::Cache, Captures)>>,
    /// By rule: where its last match ended, and in which text.
    resume: Vec<(u64, usize)>,
    texts: u64,
    /// Since the engines' memory was last looked at.
    scanned_bytes: usize,
}

/// What the engines' caches of one worker may take once a text is done. Real texts meet a few dozen rules; one that is made
/// to meet them all fills hundreds.
const MAX_CACHE_BYTES: usize = 64 << 20;
/// How much is scanned before they are looked at again.
const CACHE_CHECK_BYTES: usize = 1 << 20;

impl Scanner {
    /// A worker's own scanner.
    #[must_use]
    pub fn new(ruleset: Arc<Ruleset>) -> Self {
        let rules = ruleset.rules.len();
        let engines = std::iter::repeat_with(|| None).take(rules).collect();
        Self { ruleset, engines, resume: vec![(0, 0); rules], texts: 0, scanned_bytes: 0 }
    }

    /// The rules it runs.
    #[must_use]
    pub fn ruleset(&self) -> &Arc<Ruleset> {
        &self.ruleset
    }

    /// Finds the credentials in `text`, in the order in which they stand, no two over the same bytes.
    pub fn scan(&mut self, text: &[u8]) -> Vec<Candidate> {
        self.give_back_memory(text.len());
        let mut found = Vec::new();
        self.scan_plain(text, &mut found);
        let mut stretches = Vec::new();
        decode::decoded(text, |decoded| stretches.push(decoded));
        for stretch in stretches {
            let first = found.len();
            self.scan_plain(&stretch.text, &mut found);
            for candidate in found.iter_mut().skip(first) {
                candidate.range = stretch.range.clone();
                candidate.encoding = Some(stretch.encoding);
            }
        }
        without_overlaps(found)
    }

    /// Drops the caches if they have grown too large; they fill again as they are needed.
    fn give_back_memory(&mut self, next_bytes: usize) {
        self.scanned_bytes = self.scanned_bytes.saturating_add(next_bytes);
        if self.scanned_bytes < CACHE_CHECK_BYTES {
            return;
        }
        self.scanned_bytes = 0;
        let caches = self.engines.iter().flatten().map(|(cache, _)| cache.memory_usage());
        if caches.sum::<usize>() > MAX_CACHE_BYTES {
            self.engines.fill_with(|| None);
        }
    }

    fn scan_plain(&mut self, text: &[u8], found: &mut Vec<Candidate>) {
        self.texts += 1;
        let ruleset = Arc::clone(&self.ruleset);
        ruleset.prefilter.find(text, |hit| {
            for &index in ruleset.by_keyword.get(hit.keyword).map_or([].as_slice(), Vec::as_slice) {
                self.try_rule(&ruleset, index, text, hit.range.clone(), found);
            }
        });
        for &index in &ruleset.everywhere {
            self.everywhere(&ruleset, index, text, found);
        }
    }

    /// A rule without keywords has to look at all of it.
    fn everywhere(
        &mut self,
        ruleset: &Ruleset,
        index: u32,
        text: &[u8],
        found: &mut Vec<Candidate>,
    ) {
        let mut start = 0;
        while start < text.len() {
            let before = found.len();
            let end = self.try_rule(ruleset, index, text, start..text.len(), found);
            match end {
                Some(end) if end > start => start = end,
                _ => break,
            }
            debug_assert!(found.len() <= before + 1, "one match at a time");
        }
    }

    /// Tries one rule near one keyword. Says where its match ended, if there was one.
    fn try_rule(
        &mut self,
        ruleset: &Ruleset,
        index: u32,
        text: &[u8],
        keyword: Range<usize>,
        found: &mut Vec<Candidate>,
    ) -> Option<usize> {
        let slot = usize::try_from(index).ok()?;
        let rule = ruleset.rules.get(slot)?;
        let resume = self.resume.get_mut(slot)?;
        let floor = if resume.0 == self.texts { resume.1 } else { 0 };
        if keyword.start < floor {
            return None;
        }
        match &rule.finder {
            Finder::Assignment(wanted) => {
                let assigned = assignment::find(text, keyword, *wanted)?;
                *resume = (self.texts, assigned.value.end);
                let end = assigned.value.end;
                if let Some(mut candidate) =
                    accept(rule, index, text, assigned.value, assigned.confidence)
                {
                    candidate.bare = assigned.bare;
                    found.push(candidate);
                }
                Some(end)
            }
            Finder::Jwt => {
                let (range, confidence) = jwt::at(text, keyword.start)?;
                *resume = (self.texts, range.end);
                let end = range.end;
                found.extend(accept(rule, index, text, range, confidence));
                Some(end)
            }
            Finder::Pattern(pattern) => {
                let program = pattern.program()?;
                let regex = &program.regex;
                let (cache, captures) = self
                    .engines
                    .get_mut(slot)?
                    .get_or_insert_with(|| (regex.create_cache(), regex.create_captures()));
                let (matched, secret) = search(program, cache, captures, text, &keyword, floor)?;
                *resume = (self.texts, matched.end);
                let confidence = match rule.judged {
                    None => Some(rule.confidence),
                    Some(wanted) => text
                        .get(secret.clone())
                        .and_then(|secret| assignment::judge_alone(secret, wanted))
                        .map(|judged| judged.min(rule.confidence)),
                };
                if let Some(confidence) = confidence
                    && let Some(candidate) = accept(rule, index, text, secret, confidence)
                {
                    found.push(candidate);
                } else {
                    // What was refused may hide a match that begins inside it.
                    *resume = (self.texts, floor.max(keyword.end.min(matched.end)));
                }
                Some(matched.end)
            }
        }
    }
}

/// The match of `program` that holds the keyword: all of it, and the secret in it.
fn search(
    program: &Program,
    cache: &mut meta::Cache,
    captures: &mut Captures,
    text: &[u8],
    keyword: &Range<usize>,
    floor: usize,
) -> Option<(Range<usize>, Range<usize>)> {
    let end = text.len().min(keyword.start.saturating_add(program.after_bytes).max(keyword.end));
    let mut start = if program.starts_with_keyword {
        keyword.start
    } else {
        keyword.end.saturating_sub(program.before_bytes).max(floor)
    };
    loop {
        if start > end {
            return None;
        }
        let anchored = if program.starts_with_keyword { Anchored::Yes } else { Anchored::No };
        let input = Input::new(text.get(..end)?).span(start..end).anchored(anchored);
        program.regex.search_captures_with(cache, &input, captures);
        let matched = captures.get_match()?;
        if matched.end() > keyword.start || program.starts_with_keyword {
            let secret =
                captures.get_group(program.group).map_or(matched.range(), |group| group.range());
            return Some((matched.range(), secret));
        }
        start = matched.end();
    }
}

/// Values longer than this are keys and certificates, whose encodings hold runs and words by nature.
const LONG_VALUE_BYTES: usize = 200;

/// Judges what a rule found by the value itself.
fn accept(
    rule: &Rule,
    index: u32,
    text: &[u8],
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
    let judged_already = matches!(rule.rank, Rank::Generic | Rank::User);
    if !proven && !judged_already && secret.len() < LONG_VALUE_BYTES && is_placeholder(secret) {
        return None;
    }
    if rule.allow.iter().any(|pattern| pattern.is_match(secret)) {
        return None;
    }
    Some(Candidate {
        rule: index,
        range,
        secret: SecretValue::new(secret),
        confidence,
        rank: rule.rank,
        bare: false,
        encoding: None,
    })
}

/// Of candidates over the same bytes keeps the one of the highest rank, then plain before encoded, then the longest.
fn without_overlaps(mut found: Vec<Candidate>) -> Vec<Candidate> {
    if found.len() < 2 {
        return found;
    }
    found.sort_by(|a, b| {
        (b.rank, b.encoding.is_none(), b.range.len(), a.range.start, a.rule).cmp(&(
            a.rank,
            a.encoding.is_none(),
            a.range.len(),
            b.range.start,
            b.rule,
        ))
    });
    let mut kept: Vec<Candidate> = Vec::with_capacity(found.len());
    let mut taken: std::collections::BTreeMap<usize, usize> = std::collections::BTreeMap::new();
    for candidate in found {
        let same_stretch = |other: &Candidate| {
            other.encoding.is_some()
                && other.range == candidate.range
                && other.secret != candidate.secret
        };
        let overlaps = taken
            .range(..candidate.range.end)
            .next_back()
            .is_some_and(|(_, end)| *end > candidate.range.start);
        // Several secrets may stand in one encoded stretch.
        if overlaps && !(candidate.encoding.is_some() && kept.iter().any(same_stretch)) {
            continue;
        }
        taken.insert(candidate.range.start, candidate.range.end);
        kept.push(candidate);
    }
    kept.sort_by_key(|candidate| candidate.range.start);
    kept
}
