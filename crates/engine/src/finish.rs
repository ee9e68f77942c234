//! From raw findings to findings: judged by path, one for each secret, named, suppressed, sorted.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap, HashSet, btree_map, hash_map::Entry},
    mem,
    sync::Arc,
};

use checks::secrets::{Rank, Rule, Ruleset, place};
use model::{
    Commit, Confidence, Finding, Mask, Note, NoteKind, ObjectId, Place, Scanner, SecretValue,
    Severity, Span, Suppression, TargetPath,
};
use sources::{Origin, git};

use crate::{
    Askable, Outcome, Scan, Stats,
    collect::{Collector, PathHit, Raw, lock},
    identity::{LineId, fingerprint},
    keep::Keeper,
    suppress::{ExcludedPaths, Stood},
};

/// Further places of one finding that are kept; all are counted.
const MAX_PLACES: usize = 1_000;
/// Further places of all findings that are kept.
const MAX_PLACES_IN_ALL: usize = 200_000;

/// A raw finding at one place of its content.
#[derive(Clone)]
struct Stand<'r> {
    raw: &'r Raw,
    rule: &'r Rule,
    path: TargetPath,
    commit: Option<&'r Arc<Commit>>,
    /// The commit's place in history; 0 outside of it.
    order: u64,
    confidence: Confidence,
    /// An allow-list of the rules' own accepts it here.
    is_allowed: bool,
}

/// First in history, then by path and place.
type Earlier<'s> = (u64, &'s TargetPath, Option<Span>, u32);

impl Stand<'_> {
    fn earlier(&self) -> Earlier<'_> {
        (self.order, &self.path, Some(self.raw.span), self.raw.candidate.rule)
    }

    /// How much it has to tell of its secret: what is allowed here and reported there is told by where it is reported.
    fn told(&self) -> impl Ord + use<> {
        (!self.is_allowed, self.raw.candidate.rank, self.confidence)
    }

    /// Whether it rather than `other` tells the finding.
    fn leads(&self, other: &Self) -> bool {
        (self.told(), Reverse(self.earlier())) > (other.told(), Reverse(other.earlier()))
    }

    fn place(&self) -> Place {
        Place { path: self.path.clone(), span: Some(self.raw.span), commit: self.commit.cloned() }
    }

    /// What two stands have in common that are told as one place: in a history one path counts once, because its versions
    /// hold the same secret.
    fn spot(&self) -> (TargetPath, Option<u64>) {
        (self.path.clone(), self.commit.is_none().then_some(self.raw.span.start.line))
    }

    fn stood(&self) -> Stood {
        Stood {
            place: self.place(),
            lines_into_match: self.raw.candidate.lines_into_match,
            is_allowed: self.is_allowed,
        }
    }
}

/// Where raw findings stand. A secret may stand at millions of places, so they are gone through and not kept.
struct Stands<'r> {
    ruleset: &'r Ruleset,
    blobs: &'r HashMap<ObjectId, git::Places>,
    wanted: ExcludedPaths,
}

impl<'r> Stands<'r> {
    fn of(&self, raw: &'r Raw) -> impl Iterator<Item = Stand<'r>> {
        let at: Box<dyn Iterator<Item = (TargetPath, Option<&'r git::BlobPlace>)>> =
            match &raw.origin {
                Origin::File(path) => Box::new(std::iter::once((path.clone(), None))),
                Origin::Blob { id, member } => match self.blobs.get(id) {
                    Some(places) => Box::new(places.places.iter().map(|at| match member {
                        Some(member) => (at.path.with_member(member), Some(at)),
                        None => (at.path.clone(), Some(at)),
                    })),
                    // Nothing refers to it any more, but whoever has the repository can read it.
                    None => Box::new(std::iter::once((raw.origin.path(), None))),
                },
            };
        let rule = self.ruleset.get(raw.candidate.rule);
        at.filter_map(move |(path, at)| {
            let rule = rule?;
            let confidence = place::judge(&raw.candidate, rule, path.as_str())
                .filter(|_| self.wanted.wants(&path))?;
            let commit = at.map(|at| &at.commit);
            let id = commit.map(|commit| commit.id.as_str());
            Some(Stand {
                is_allowed: self.ruleset.allows(&raw.candidate, path.as_str(), id),
                order: at.map_or(0, |at| at.order),
                raw,
                rule,
                path,
                commit,
                confidence,
            })
        })
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
        let mut notes: Vec<Note> = std::mem::take(&mut found.notes).into_notes().collect();
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
        let stands = Stands {
            ruleset: &scan.ruleset,
            blobs: &attribution.places,
            wanted: scan.suppressions.excluded_paths(),
        };
        let by_path = found
            .paths
            .iter()
            .filter(|hit| stands.wanted.wants(&hit.path))
            .filter_map(|hit| about_path(hit, scan));
        let (findings, askable) = findings(&found.raw, &stands, by_path.collect(), scan);
        notes.sort();
        Outcome {
            findings,
            notes,
            stats: Stats {
                contents: scan.progress.contents(),
                bytes: scan.progress.bytes(),
                commits: attribution.commits,
                elapsed: self.started.elapsed(),
            },
            packages: Vec::new(),
            grade: None,
            askable,
        }
    }
}

/// The finding that a path alone is.
fn about_path(hit: &PathHit, scan: &Scan) -> Option<Finding> {
    let rule = scan.ruleset.get(hit.rule)?;
    let check = rule.id.as_str();
    let place = Place { path: hit.path.clone(), span: None, commit: None };
    let fingerprint = fingerprint(check, hit.path.as_str(), LineId::default(), 0);
    let texts = rule.texts();
    let is_allowed = scan.ruleset.allows_path(hit.rule, hit.path.as_str(), None);
    let stood = || std::iter::once(Stood { place: place.clone(), lines_into_match: 0, is_allowed });
    let suppression = scan.suppressions.reason(check, fingerprint, None, stood);
    Some(
        Finding::builder(rule.id.clone(), Scanner::Secrets, place, fingerprint)
            .rated(scan.suppressions.severity(check).unwrap_or(rule.severity), rule.confidence)
            .told(texts.title.clone(), texts.what.clone(), texts.revoke.clone())
            .classified(Some(rule.cwe), texts.reference.iter().cloned().collect())
            .suppressed(suppression)
            .build(),
    )
}

/// Stands of one secret that are one finding.
struct Part<'r> {
    lead: Stand<'r>,
    /// The earliest at each spot.
    spots: HashMap<(TargetPath, Option<u64>), Stand<'r>>,
    /// Whose stands they are; see [`speaker`].
    speakers: Vec<Option<u32>>,
}

/// The rule, if it is the user's, which speaks for itself; all other rules speak together.
fn speaker(raw: &Raw) -> Option<u32> {
    (raw.candidate.rank == Rank::User).then_some(raw.candidate.rule)
}

impl<'r> Part<'r> {
    fn new(stand: Stand<'r>) -> Self {
        Self {
            spots: HashMap::from([(stand.spot(), stand.clone())]),
            speakers: vec![speaker(stand.raw)],
            lead: stand,
        }
    }

    fn add(&mut self, stand: Stand<'r>) {
        if stand.leads(&self.lead) {
            self.lead = stand.clone();
        }
        match self.spots.entry(stand.spot()) {
            Entry::Vacant(spot) => {
                spot.insert(stand);
            }
            Entry::Occupied(mut spot) if stand.earlier() < spot.get().earlier() => {
                spot.insert(stand);
            }
            Entry::Occupied(_) => {}
        }
    }

    fn join(&mut self, other: Self) {
        for stand in other.spots.into_values().chain([other.lead]) {
            self.add(stand);
        }
        self.speakers.extend(other.speakers);
    }
}

/// Parts the stands of one secret: those of each rule of the user's, and those of all other rules together. Where a rule of
/// the user's reports the secret, what the others know of it are further places.
fn parts<'r>(raws: &[&'r Raw], stands: &Stands<'r>) -> impl Iterator<Item = Part<'r>> {
    let mut parts: BTreeMap<Option<u32>, Part<'r>> = BTreeMap::new();
    for stand in raws.iter().flat_map(|raw| stands.of(raw)) {
        match parts.entry(speaker(stand.raw)) {
            btree_map::Entry::Vacant(part) => {
                part.insert(Part::new(stand));
            }
            btree_map::Entry::Occupied(mut part) => part.get_mut().add(stand),
        }
    }
    if let Some(others) = parts.remove(&None) {
        match parts.values_mut().find(|part| !part.lead.is_allowed) {
            Some(part) => part.join(others),
            None => {
                parts.insert(None, others);
            }
        }
    }
    parts.into_values()
}

/// One secret of one [`Part`], before it is named.
struct Told<'r> {
    lead: Stand<'r>,
    raws: Vec<&'r Raw>,
    /// In order.
    other_places: Vec<Place>,
    other_places_total: u64,
}

impl<'r> Told<'r> {
    /// Keeps at most `room` further places.
    fn of(part: Part<'r>, raws: &[&'r Raw], room: usize) -> Self {
        let Part { lead, mut spots, speakers } = part;
        spots.remove(&lead.spot());
        let other_places_total = spots.len() as u64;
        let mut others: Vec<Stand<'r>> = spots.into_values().collect();
        others.sort_unstable_by(|a, b| a.earlier().cmp(&b.earlier()));
        others.truncate(room.min(MAX_PLACES));
        let is_told = |raw: &&&Raw| speakers.contains(&speaker(raw));
        Self {
            raws: raws.iter().filter(is_told).copied().collect(),
            other_places: others.iter().map(Stand::place).collect(),
            other_places_total,
            lead,
        }
    }
}

/// One secret, one finding. The rule that knows most of it speaks.
fn findings(
    raws: &[Raw],
    stands: &Stands<'_>,
    by_path: Vec<Finding>,
    scan: &Scan,
) -> (Vec<Finding>, Vec<Askable>) {
    let mut by_secret: BTreeMap<&[u8], Vec<&Raw>> = BTreeMap::new();
    for raw in raws {
        by_secret.entry(raw.candidate.secret.expose()).or_default().push(raw);
    }
    let mut room = MAX_PLACES_IN_ALL;
    let mut told: Vec<Told<'_>> = Vec::new();
    for raws in by_secret.into_values() {
        for part in parts(&raws, stands) {
            let secret = Told::of(part, &raws, room);
            room -= secret.other_places.len();
            told.push(secret);
        }
    }
    told.sort_by(|a, b| a.lead.earlier().cmp(&b.lead.earlier()));
    let mut occurrences: HashMap<(u32, &TargetPath, LineId), u64> = HashMap::new();
    let mut made: Vec<(Finding, Option<&SecretValue>)> =
        by_path.into_iter().map(|finding| (finding, None)).collect();
    for secret in &mut told {
        let other_places = mem::take(&mut secret.other_places);
        let lead = &secret.lead;
        let alike = (lead.raw.candidate.rule, &lead.path, lead.raw.line);
        let occurrence = occurrences.entry(alike).or_default();
        let finding = finding(secret, other_places, *occurrence, stands, scan);
        *occurrence += 1;
        made.push((finding, Some(&lead.raw.candidate.secret)));
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

/// Worst and surest first, of those what attackers use or are likely to, then by place.
pub(crate) fn order(finding: &Finding) -> impl Ord + use<'_> {
    let used = finding.package.as_deref().map(|one| (one.is_exploited, one.epss_millionths));
    (
        !finding.counts(),
        Reverse(finding.severity),
        Reverse(finding.confidence),
        Reverse(used),
        &finding.place.path,
        finding.place.span,
        &finding.check,
        finding.fingerprint,
    )
}

fn finding(
    told: &Told<'_>,
    other_places: Vec<Place>,
    occurrence: u64,
    stands: &Stands<'_>,
    scan: &Scan,
) -> Finding {
    let Told { lead, raws, .. } = told;
    let rule = lead.rule;
    let (check, texts) = (rule.id.as_str(), rule.texts());
    let secret = &lead.raw.candidate.secret;
    let fingerprint = fingerprint(check, lead.path.as_str(), lead.raw.line, occurrence);
    let hash = scan.key.hash(secret.expose());
    let all = || raws.iter().flat_map(|raw| stands.of(raw));
    let suppression = if all().all(|stand| stand.raw.is_allowed(check)) {
        Some(Suppression::Comment)
    } else {
        let stood = || all().map(|stand| stand.stood());
        scan.suppressions.reason(check, fingerprint, Some((secret, hash)), stood)
    };
    let severity = scan.suppressions.severity(check).unwrap_or_else(|| severity(lead));
    let mut finding =
        Finding::builder(rule.id.clone(), Scanner::Secrets, lead.place(), fingerprint)
            .rated(severity, lead.confidence)
            .told(texts.title.clone(), texts.what.clone(), texts.revoke.clone())
            .classified(Some(rule.cwe), texts.reference.iter().cloned().collect())
            .credential(
                texts.provider.clone(),
                Mask::of(secret.expose()),
                hash,
                lead.raw.candidate.encoding,
            )
            .snippet(Arc::clone(&lead.raw.snippet))
            .suppressed(suppression)
            .build();
    finding.other_places = other_places;
    finding.other_places_total = told.other_places_total;
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
