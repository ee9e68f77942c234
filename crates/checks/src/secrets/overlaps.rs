//! Which of several candidates over the same bytes are kept.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
};

use model::SecretValue;

use super::{rule::Rank, scan::Candidate};

/// Of candidates over the same bytes keeps the one of the highest rank, then plain before encoded, then the longest, then
/// that whose rule does not give way.
///
/// Users' rules do not know of each other: each keeps its own. What an allow-list may still take away leaves the bytes to
/// others as well. What is not kept may be more of the secret than what is: it is masked with it.
pub(crate) fn without_overlaps(mut found: Vec<Candidate>) -> Vec<Candidate> {
    if found.len() < 2 {
        return found;
    }
    let worth = |candidate: &Candidate| {
        let Candidate { rank, encoding, range, gives_way, .. } = candidate;
        (*rank, encoding.is_none(), range.len(), !gives_way)
    };
    found.sort_by(|a, b| {
        let places = || (a.range.start, a.rule).cmp(&(b.range.start, b.rule));
        worth(b).cmp(&worth(a)).then_with(places)
    });
    let mut kept: Vec<Candidate> = Vec::with_capacity(found.len());
    let mut lost = Vec::new();
    let mut all = Claims::default();
    let mut by_rule: HashMap<u32, Claims> = HashMap::new();
    for candidate in found {
        let of_user = candidate.rank == Rank::User;
        let before = if of_user { by_rule.get(&candidate.rule) } else { Some(&all) };
        if before.is_some_and(|claims| claims.are_against(&candidate)) {
            lost.push(candidate.masked);
            continue;
        }
        if of_user {
            by_rule.entry(candidate.rule).or_default().add(&candidate);
        }
        let may_go = candidate.allowed.anywhere
            || candidate.by_path
            || of_user && !candidate.allowed.by_place.is_empty();
        if !may_go {
            all.add(&candidate);
        }
        kept.push(candidate);
    }
    kept.sort_by_key(|candidate| candidate.range.start);
    if !lost.is_empty() {
        let mut claimed = Taken::default();
        lost.iter().for_each(|range| claimed.take(range));
        kept.iter().for_each(|candidate| claimed.take(&candidate.masked));
        for candidate in &mut kept {
            candidate.masked = claimed.around(&candidate.masked);
        }
    }
    kept
}

/// What candidates that are kept claim.
#[derive(Default)]
struct Claims {
    taken: Taken,
    /// By encoded stretch, up to two different secrets in it.
    encoded: HashMap<Range<usize>, Vec<SecretValue>>,
}

impl Claims {
    /// Whether the candidate's bytes are another one's. In one encoded stretch several secrets may stand.
    fn are_against(&self, candidate: &Candidate) -> bool {
        let inside = || {
            let inside = candidate.encoding.and_then(|_| self.encoded.get(&candidate.range));
            inside.is_some_and(|first| first.iter().any(|secret| *secret != candidate.secret))
        };
        self.taken.overlaps(&candidate.range) && !inside()
    }

    fn add(&mut self, candidate: &Candidate) {
        self.taken.take(&candidate.range);
        if candidate.encoding.is_some() {
            let first = self.encoded.entry(candidate.range.clone()).or_default();
            // Whatever comes differs from one of two.
            if first.len() < 2 && !first.contains(&candidate.secret) {
                first.push(candidate.secret.clone());
            }
        }
    }
}

/// Stretches that are spoken for, by their start, none over another.
#[derive(Default)]
struct Taken(BTreeMap<usize, usize>);

impl Taken {
    fn overlaps(&self, range: &Range<usize>) -> bool {
        self.0.range(..range.end).next_back().is_some_and(|(_, end)| *end > range.start)
    }

    /// The stretch that `range`, which was taken, is part of.
    fn around(&self, range: &Range<usize>) -> Range<usize> {
        match self.0.range(..=range.start).next_back() {
            Some((&start, &end)) => start..end.max(range.end),
            None => range.clone(),
        }
    }

    fn take(&mut self, range: &Range<usize>) {
        let mut union = range.clone();
        while let Some((&start, &end)) = self.0.range(..union.end).next_back()
            && end > union.start
        {
            union = union.start.min(start)..union.end.max(end);
            self.0.remove(&start);
        }
        self.0.insert(union.start, union.end);
    }
}

#[cfg(test)]
mod tests {
    use model::Confidence;

    use super::*;
    use crate::secrets::ruleset::Allowed;

    fn candidate(range: Range<usize>, rank: Rank) -> Candidate {
        Candidate {
            rule: 0,
            masked: range.clone(),
            range,
            secret: SecretValue::new(b"x"),
            confidence: Confidence::High,
            rank,
            bare: false,
            no_word: false,
            encoding: None,
            gives_way: false,
            lines_into_match: 0,
            allowed: Allowed::default(),
            by_path: false,
        }
    }

    #[test]
    fn of_one_encoded_stretch_several_are_kept_unless_its_bytes_are_claimed() {
        let inside = |secret: &[u8], rank, by_path| Candidate {
            secret: SecretValue::new(secret),
            encoding: Some("base64"),
            by_path,
            ..candidate(10..20, rank)
        };
        let kept = |found: Vec<Candidate>| {
            let kept = without_overlaps(found).into_iter();
            kept.map(|one| (one.rank, one.encoding.is_some())).collect::<Vec<_>>()
        };
        let (first, second) =
            (inside(b"a", Rank::Format, false), inside(b"b", Rank::Generic, false));
        let plain = candidate(10..21, Rank::Generic);
        assert_eq!(
            kept(vec![plain.clone(), second.clone(), first]),
            [(Rank::Format, true), (Rank::Generic, true)]
        );
        // What a path may take away leaves the bytes to the plain one, which has them all.
        let of_path = inside(b"a", Rank::Format, true);
        assert_eq!(
            kept(vec![plain, second, of_path]),
            [(Rank::Format, true), (Rank::Generic, false)]
        );
        // A user's rule that something may still be taken away from finds two of its own there.
        let of_user = |secret: &[u8]| inside(secret, Rank::User, true);
        assert_eq!(kept(vec![of_user(b"a"), of_user(b"a"), of_user(b"b")]).len(), 2);
    }

    #[test]
    fn what_loses_is_masked_with_what_wins() {
        let kept = without_overlaps(vec![
            candidate(10..20, Rank::Format),
            candidate(15..30, Rank::Generic),
            candidate(28..40, Rank::Generic),
            candidate(50..60, Rank::Generic),
            candidate(70..80, Rank::Format),
            candidate(65..71, Rank::Shape),
        ]);
        let ranges: Vec<_> =
            kept.iter().map(|one| (one.range.clone(), one.masked.clone())).collect();
        // One over the other, kept or not, up to 40.
        assert_eq!(
            ranges,
            [(10..20, 10..40), (28..40, 10..40), (50..60, 50..60), (70..80, 65..80)]
        );
    }
}
