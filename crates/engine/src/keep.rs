//! Which places of a history's blobs are kept. A blob may stand at as many paths as its author likes, so what they are is
//! bounded by what they say, not by which of them came first.

use std::{collections::HashMap, sync::Arc};

use checks::secrets::{Ruleset, place};
use model::{Confidence, Note, NoteKind, ObjectId, Place, TargetPath};
use sources::{Origin, git::Sighting};

use crate::{
    Scan,
    collect::Raw,
    suppress::{ExcludedPaths, Stood},
};

/// Places of one blob that are kept, whatever further ones say.
const MAX_PLACES_OF_A_BLOB: usize = 100;
/// Places of all blobs, beside those that say something new.
const MAX_PLACES_IN_ALL: usize = 300_000;
/// How often candidates are judged at places of blobs that stand at more than that, all together.
const MAX_FURTHER_JUDGED: u64 = 20_000_000;

/// What a candidate is told as at some place: whether it counts there, and how sure it is.
type Told = (bool, Confidence);

/// Keeps the places of blobs that say something: the first of them, and whichever says more of a candidate than those that
/// are kept.
pub(crate) struct Keeper<'r> {
    scan: &'r Scan,
    excluded: ExcludedPaths,
    blobs: HashMap<&'r ObjectId, Blob<'r>>,
    kept: usize,
    judged: u64,
    left_out: u64,
}

/// What is found in one blob.
#[derive(Default)]
struct Blob<'r> {
    seen: usize,
    kept: usize,
    /// Candidates, and what they are told as at the places that are kept.
    open: Vec<(&'r Raw, Option<Told>)>,
    /// Candidates of which no path says more.
    settled: Vec<&'r Raw>,
}

impl<'r> Keeper<'r> {
    pub(crate) fn new(scan: &'r Scan, raws: &'r [Raw]) -> Self {
        let mut blobs: HashMap<&ObjectId, Blob<'_>> = HashMap::new();
        for raw in raws {
            if let Origin::Blob { id, .. } = &raw.origin {
                blobs.entry(id).or_default().open.push((raw, None));
            }
        }
        let excluded = scan.suppressions.excluded_paths();
        Self { scan, excluded, blobs, kept: 0, judged: 0, left_out: 0 }
    }

    /// Whether a place of a blob is kept.
    pub(crate) fn keeps(&mut self, at: &Sighting<'_>) -> bool {
        let Self { scan, excluded, blobs, kept, judged, left_out } = self;
        let Some(blob) = blobs.get_mut(at.blob) else { return false };
        let has_room = blob.kept < MAX_PLACES_OF_A_BLOB && *kept < MAX_PLACES_IN_ALL;
        if *judged > MAX_FURTHER_JUDGED {
            blob.kept += usize::from(has_room);
            *kept += usize::from(has_room);
            *left_out += u64::from(!has_room && !blob.open.is_empty());
            return has_room;
        }
        blob.seen += 1;
        let is_further = blob.seen > MAX_PLACES_OF_A_BLOB;
        let mut judge = |raw: &Raw| {
            *judged += u64::from(is_further);
            told(raw, at, scan, excluded)
        };
        let (mut says_something, mut says_more) = (false, false);
        for (raw, best) in &mut blob.open {
            let told = judge(raw);
            says_something |= told.is_some();
            if told > *best {
                *best = told;
                says_more = true;
            }
        }
        if says_more {
            let is_settled = |(raw, best): &(&Raw, Option<Told>)| {
                *best == Some((true, raw.candidate.confidence))
            };
            let settled = blob.open.extract_if(.., |known| is_settled(known)).map(|(raw, _)| raw);
            blob.settled.extend(settled);
        }
        let keeps = says_more
            || has_room && (says_something || blob.settled.iter().any(|raw| judge(raw).is_some()));
        blob.kept += usize::from(keeps);
        *kept += usize::from(keeps);
        keeps
    }

    pub(crate) fn note(&self) -> Option<Note> {
        (self.left_out > 0).then(|| {
            Note::general(
                NoteKind::Limit,
                format!("{} places of blobs that stand at many were not judged", self.left_out),
            )
        })
    }
}

/// What `raw` is told as there, if it is.
fn told(raw: &Raw, at: &Sighting<'_>, scan: &Scan, excluded: &ExcludedPaths) -> Option<Told> {
    let Origin::Blob { member, .. } = &raw.origin else { return None };
    let ruleset: &Ruleset = &scan.ruleset;
    let rule = ruleset.get(raw.candidate.rule)?;
    let path = match member {
        Some(member) => at.path.with_member(member),
        None => TargetPath::clone(at.path),
    };
    let confidence = place::judge(&raw.candidate, rule, path.as_str())?;
    if !excluded.wants(&path) {
        return None;
    }
    let is_allowed = ruleset.allows(&raw.candidate, path.as_str(), Some(at.commit.id.as_str()));
    let place = Place { path, span: Some(raw.span), commit: Some(Arc::clone(at.commit)) };
    let lines_into_match = raw.candidate.lines_into_match;
    let stood = Stood { place, lines_into_match, is_allowed };
    let counts = !scan.suppressions.accepts(rule.id.as_str(), &raw.candidate.secret, &stood);
    Some((counts, confidence))
}
