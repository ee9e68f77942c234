//! From raw findings to findings: judged by path, one for each secret, named, suppressed, sorted.

use std::collections::{BTreeMap, HashMap, HashSet};

use checks::secrets::{Rank, Rule, Ruleset, place};
use model::{
    Confidence, Finding, Mask, Note, NoteKind, ObjectId, Place, Scanner, SecretValue, Severity,
    Suppression, TargetPath,
};
use sources::{Origin, git};

use crate::{
    Askable, Outcome, Scan, Stats,
    collect::{Collector, PathHit, Raw, lock},
    identity::{LineId, fingerprint},
    keep::Keeper,
    suppress::Stood,
};

/// Places of one finding that are kept; all are counted.
const MAX_PLACES: usize = 1_000;

/// A raw finding at one place of its content.
struct Stand<'r> {
    raw: &'r Raw,
    rule: &'r Rule,
    place: Place,
    /// The commit's place in history; 0 outside of it.
    order: u64,
    confidence: Confidence,
    /// An allow-list of the rules' own accepts it here.
    is_allowed: bool,
}

impl Stand<'_> {
    fn stood(&self) -> Stood<'_> {
        Stood {
            place: &self.place,
            lines_into_match: self.raw.candidate.lines_into_match,
            is_allowed: self.is_allowed,
        }
    }
}

impl Collector {
    /// Makes findings. `places` finds where blobs stood, as far as they are kept.
    pub(crate) fn finish(
        self,
        scan: &Scan,
        places: impl FnOnce(&HashSet<ObjectId>, git::Keep<'_>) -> git::Attribution,
    ) -> Outcome {
        let mut found = std::mem::take(&mut *lock(&self.found));
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
        let mut keeper = Keeper::new(scan, &found.raw);
        let attribution = places(&blobs, &mut |at| keeper.keeps(at));
        notes.extend(attribution.notes);
        notes.extend(keeper.note());
        let mut stands = stands(&found.raw, &scan.ruleset, &attribution.places);
        let wanted = scan.suppressions.excluded_paths();
        stands.retain(|stand| wanted.wants(&stand.place.path));
        let by_path = found
            .paths
            .iter()
            .filter(|hit| wanted.wants(&hit.path))
            .filter_map(|hit| about_path(hit, scan));
        let (findings, askable) = findings(stands, by_path.collect(), scan);
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
                    is_allowed: ruleset.allows(
                        &raw.candidate,
                        path.as_str(),
                        commit.map(|place| place.commit.id.as_str()),
                    ),
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

/// The finding that a path alone is.
fn about_path(hit: &PathHit, scan: &Scan) -> Option<Finding> {
    let rule = scan.ruleset.get(hit.rule)?;
    let check = rule.id.as_str();
    let place = Place { path: hit.path.clone(), span: None, commit: None };
    let fingerprint = fingerprint(check, hit.path.as_str(), LineId::default(), 0);
    let is_allowed = scan.ruleset.allows_path(hit.rule, hit.path.as_str(), None);
    let stood = Stood { place: &place, lines_into_match: 0, is_allowed };
    let suppression = scan.suppressions.reason(check, fingerprint, None, std::iter::once(stood));
    Some(
        Finding::builder(rule.id.clone(), Scanner::Secrets, place, fingerprint)
            .rated(scan.suppressions.severity(check).unwrap_or(rule.severity), rule.confidence)
            .told(rule.title.clone(), rule.what.clone(), rule.revoke.clone())
            .classified(Some(rule.cwe), rule.reference.iter().cloned().collect())
            .suppressed(suppression)
            .build(),
    )
}

/// Stands of one secret that are one finding: those of each rule of the user's, and those of all other rules together. Where
/// a rule of the user's reports the secret, what the others know of it are further places.
fn parted(stands: Vec<Stand<'_>>) -> Vec<Vec<Stand<'_>>> {
    let mut others = Vec::new();
    let mut by_rule: BTreeMap<u32, Vec<Stand<'_>>> = BTreeMap::new();
    for stand in stands {
        if stand.raw.candidate.rank == Rank::User {
            by_rule.entry(stand.raw.candidate.rule).or_default().push(stand);
        } else {
            others.push(stand);
        }
    }
    let reports = |stands: &&mut Vec<Stand<'_>>| stands.iter().any(|stand| !stand.is_allowed);
    match by_rule.values_mut().find(reports) {
        Some(stands) => stands.append(&mut others),
        None if others.is_empty() => {}
        None => return std::iter::once(others).chain(by_rule.into_values()).collect(),
    }
    by_rule.into_values().collect()
}

fn findings(
    stands: Vec<Stand<'_>>,
    by_path: Vec<Finding>,
    scan: &Scan,
) -> (Vec<Finding>, Vec<Askable>) {
    // One secret, one finding. The rule that knows most of it speaks.
    let mut by_secret: HashMap<&SecretValue, Vec<Stand<'_>>> = HashMap::new();
    for stand in stands {
        by_secret.entry(&stand.raw.candidate.secret).or_default().push(stand);
    }
    let mut groups: Vec<(&SecretValue, Vec<Stand<'_>>)> = by_secret
        .into_iter()
        .flat_map(|(secret, stands)| parted(stands).into_iter().map(move |part| (secret, part)))
        .map(|(secret, mut stands)| {
            // What is allowed here and reported there is told by where it is reported.
            let told =
                |stand: &Stand<'_>| (!stand.is_allowed, stand.raw.candidate.rank, stand.confidence);
            let best = stands.iter().map(told).max();
            stands.sort_by(|a, b| earlier(a).cmp(&earlier(b)));
            // A stand of a lesser rule still tells a place; the first of the best rule tells the finding.
            let lead = stands.iter().position(|stand| Some(told(stand)) == best).unwrap_or(0);
            let lead = stands.remove(lead);
            stands.insert(0, lead);
            (secret, stands)
        })
        .collect();
    groups.sort_by(|(_, a), (_, b)| a.first().map(earlier).cmp(&b.first().map(earlier)));
    let mut occurrences: HashMap<(u32, &TargetPath, LineId), u64> = HashMap::new();
    let mut made: Vec<(Finding, Option<&SecretValue>)> =
        by_path.into_iter().map(|finding| (finding, None)).collect();
    for (secret, stands) in &groups {
        let Some(lead) = stands.first() else { continue };
        let alike = (lead.raw.candidate.rule, &lead.place.path, lead.raw.line);
        let occurrence = occurrences.entry(alike).or_default();
        let finding = finding(lead, stands, secret, *occurrence, scan);
        *occurrence += 1;
        made.push((finding, Some(secret)));
    }
    made.sort_by(|(a, _), (b, _)| order(a).cmp(&order(b)));
    let askable = made
        .iter()
        .enumerate()
        .filter(|(_, (finding, _))| finding.counts())
        .filter_map(|(at, (_, secret))| Some(Askable { finding: at, secret: (*secret)?.clone() }))
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
        fingerprint(rule.id.as_str(), lead.place.path.as_str(), lead.raw.line, occurrence);
    let hash = scan.key.hash(secret.expose());
    let commented = stands.iter().all(|stand| stand.raw.is_allowed(rule.id.as_str()));
    let suppression = if commented {
        Some(Suppression::Comment)
    } else {
        let places = stands.iter().map(Stand::stood);
        scan.suppressions.reason(rule.id.as_str(), fingerprint, Some((secret, hash)), places)
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
