//! From raw findings to findings: judged by path, one for each secret, named, suppressed, sorted.

use std::collections::{HashMap, HashSet};

use checks::secrets::{Rule, Ruleset, place};
use model::{
    Confidence, Finding, Mask, Note, NoteKind, ObjectId, Place, Scanner, SecretValue, Severity,
    Suppression, TargetPath,
};
use sources::{Origin, git};

use crate::{
    Askable, Outcome, Scan, Stats,
    collect::{Collector, Raw},
    identity::fingerprint,
};

/// Places of one finding that are kept; all are counted.
const MAX_PLACES: usize = 1_000;
/// Places of one blob that are asked for.
pub(crate) const MAX_PLACES_OF_A_BLOB: usize = 100;

/// A raw finding at one place of its content.
struct Stand<'r> {
    raw: &'r Raw,
    rule: &'r Rule,
    place: Place,
    /// The commit's place in history; 0 outside of it.
    order: u64,
    confidence: Confidence,
}

impl Collector {
    /// Makes findings. `places` finds where blobs stood.
    pub(crate) fn finish(
        self,
        scan: &Scan,
        places: impl FnOnce(&HashSet<ObjectId>) -> git::Attribution,
    ) -> Outcome {
        let mut found = std::mem::take(
            &mut *self.found.lock().unwrap_or_else(std::sync::PoisonError::into_inner),
        );
        let mut notes = std::mem::take(&mut found.notes);
        notes.extend(found.further_notes());
        if found.left_out > 0 {
            let message = format!("{} further candidates were found and not kept", found.left_out);
            notes.push(Note::general(NoteKind::Limit, message));
        }
        if scan.cancel.is_cancelled() {
            notes.push(Note::general(NoteKind::Limit, "the scan was stopped before its end"));
        }
        let blobs: HashSet<ObjectId> = found
            .raw
            .iter()
            .filter_map(|raw| match &raw.origin {
                Origin::Blob { id, .. } => Some(id.clone()),
                Origin::File(_) => None,
            })
            .collect();
        let attribution = places(&blobs);
        notes.extend(attribution.notes);
        let mut stands = stands(&found.raw, &scan.ruleset, &attribution.places);
        let wanted = scan.suppressions.excluded_paths();
        stands.retain(|stand| wanted.wants(&stand.place.path));
        let (findings, askable) = findings(stands, scan);
        sort_notes(&mut notes);
        Outcome {
            findings,
            notes,
            stats: Stats {
                contents: scan.progress.contents(),
                bytes: scan.progress.bytes(),
                commits: attribution.commits,
                elapsed: self.started.elapsed(),
            },
            askable,
        }
    }
}

/// Workers finish in any order; a report has one.
fn sort_notes(notes: &mut [Note]) {
    notes.sort_by(|a, b| (a.kind, &a.path, &a.message).cmp(&(b.kind, &b.path, &b.message)));
}

fn stands<'r>(
    raws: &'r [Raw],
    ruleset: &'r Ruleset,
    blob_places: &HashMap<ObjectId, git::Places>,
) -> Vec<Stand<'r>> {
    let mut stands = Vec::new();
    for raw in raws {
        let Some(rule) = ruleset.get(raw.candidate.rule) else { continue };
        let mut stand = |path: TargetPath, commit: Option<&git::BlobPlace>| {
            if let Some(confidence) = place::judge(&raw.candidate, rule, path.as_str()) {
                stands.push(Stand {
                    raw,
                    rule,
                    order: commit.map_or(0, |place| place.order),
                    place: Place {
                        path,
                        span: Some(raw.span),
                        commit: commit.map(|place| place.commit.clone()),
                    },
                    confidence,
                });
            }
        };
        match &raw.origin {
            Origin::File(path) => stand(path.clone(), None),
            Origin::Blob { id, member } => match blob_places.get(id) {
                Some(places) => {
                    for at in &places.places {
                        let path = match member {
                            Some(member) => at.path.with_member(member),
                            None => at.path.clone(),
                        };
                        stand(path, Some(at));
                    }
                }
                // Nothing refers to it any more, but whoever has the repository can read it.
                None => stand(raw.origin.path(), None),
            },
        }
    }
    stands
}

fn findings(stands: Vec<Stand<'_>>, scan: &Scan) -> (Vec<Finding>, Vec<Askable>) {
    // One secret, one finding. The rule that knows most of it speaks.
    let mut by_secret: HashMap<&SecretValue, Vec<Stand<'_>>> = HashMap::new();
    for stand in stands {
        by_secret.entry(&stand.raw.candidate.secret).or_default().push(stand);
    }
    let mut groups: Vec<(&SecretValue, Vec<Stand<'_>>)> = by_secret
        .into_iter()
        .map(|(secret, mut stands)| {
            let best =
                stands.iter().map(|stand| (stand.raw.candidate.rank, stand.confidence)).max();
            stands.sort_by(|a, b| earlier(a).cmp(&earlier(b)));
            // A stand of a lesser rule still tells a place; the first of the best rule tells the finding.
            let lead = stands
                .iter()
                .position(|stand| Some((stand.raw.candidate.rank, stand.confidence)) == best)
                .unwrap_or(0);
            let lead = stands.remove(lead);
            stands.insert(0, lead);
            (secret, stands)
        })
        .collect();
    groups.sort_by(|(_, a), (_, b)| a.first().map(earlier).cmp(&b.first().map(earlier)));
    let mut occurrences: HashMap<(String, TargetPath, String), u64> = HashMap::new();
    let mut made: Vec<(Finding, &SecretValue)> = Vec::with_capacity(groups.len());
    for (secret, stands) in groups {
        let Some(lead) = stands.first() else { continue };
        let alike = (
            lead.rule.id.as_str().to_owned(),
            lead.place.path.clone(),
            lead.raw.masked_line.clone(),
        );
        let occurrence = occurrences.entry(alike).or_default();
        let finding = finding(lead, &stands, secret, *occurrence, scan);
        *occurrence += 1;
        made.push((finding, secret));
    }
    made.sort_by(|(a, _), (b, _)| order(a).cmp(&order(b)));
    let askable = made
        .iter()
        .enumerate()
        .filter(|(_, (finding, _))| finding.counts())
        .map(|(at, (_, secret))| Askable { finding: at, secret: (*secret).clone() })
        .collect();
    (made.into_iter().map(|(finding, _)| finding).collect(), askable)
}

/// First in history, then by path and place.
fn earlier<'s>(stand: &'s Stand<'_>) -> (u64, &'s TargetPath, Option<model::Span>, u32) {
    (stand.order, &stand.place.path, stand.place.span, stand.raw.candidate.rule)
}

/// Worst and surest first, then by place.
fn order(finding: &Finding) -> impl Ord + use<'_> {
    use std::cmp::Reverse;
    (
        !finding.counts(),
        Reverse(finding.severity),
        Reverse(finding.confidence),
        &finding.place.path,
        finding.place.span,
        &finding.check,
        finding.fingerprint,
    )
}

fn finding(
    lead: &Stand<'_>,
    stands: &[Stand<'_>],
    secret: &SecretValue,
    occurrence: u64,
    scan: &Scan,
) -> Finding {
    let rule = lead.rule;
    let mut seen: HashSet<(&TargetPath, Option<u64>)> = HashSet::new();
    // In a history one path counts once: its versions hold the same secret.
    let line_of =
        |stand: &Stand<'_>| (stand.place.commit.is_none()).then_some(stand.raw.span.start.line);
    seen.insert((&lead.place.path, line_of(lead)));
    let mut other_places = Vec::new();
    let mut total = 0;
    for stand in stands.iter().skip(1) {
        if seen.insert((&stand.place.path, line_of(stand))) {
            total += 1;
            if other_places.len() < MAX_PLACES {
                other_places.push(stand.place.clone());
            }
        }
    }
    let fingerprint =
        fingerprint(rule.id.as_str(), lead.place.path.as_str(), &lead.raw.masked_line, occurrence);
    let hash = scan.key.hash(secret.expose());
    let commented = stands.iter().all(|stand| stand.raw.is_allowed(rule.id.as_str()));
    let suppression = if commented {
        Some(Suppression::Comment)
    } else {
        let places = stands.iter().map(|stand| &stand.place);
        scan.suppressions.reason(rule.id.as_str(), fingerprint, hash, secret, places)
    };
    let severity = scan.suppressions.severity(rule.id.as_str()).unwrap_or_else(|| severity(lead));
    let mut finding =
        Finding::builder(rule.id.clone(), Scanner::Secrets, lead.place.clone(), fingerprint)
            .rated(severity, lead.confidence)
            .told(rule.title.clone(), rule.what.clone(), rule.revoke.clone())
            .classified(Some(rule.cwe), rule.reference.iter().cloned().collect())
            .credential(
                rule.provider.clone(),
                Mask::of(secret.expose()),
                hash,
                lead.raw.candidate.encoding,
            )
            .snippet(lead.raw.snippet.clone())
            .suppressed(suppression)
            .build();
    finding.other_places = other_places;
    finding.other_places_total = total;
    finding
}

/// What merely looks like a secret is not as urgent as what is one.
fn severity(lead: &Stand<'_>) -> Severity {
    if lead.raw.is_generic() && lead.confidence == Confidence::Low {
        lead.rule.severity.min(Severity::Medium)
    } else {
        lead.rule.severity
    }
}
