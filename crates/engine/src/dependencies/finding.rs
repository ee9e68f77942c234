//! From what is known against a package to a finding.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use advisories::{Error, Index, Match};
use checks::{
    dependencies::{
        Check, KNOWN_VULNERABILITY, LICENCE_DENIED, MALICIOUS_PACKAGE, UNMAINTAINED, YANKED,
    },
    secrets::place,
};
use formats::purl::Purl;
use model::{
    Advisory, AdvisoryKind, Confidence, Finding, Package, PackageDetail, Place, Reachable,
    ReferenceKind, Relation, Scanner, Scope, Severity, one_line,
};

use super::{At, reach::Question};
use crate::{
    Scan,
    identity::{LineId, fingerprint},
    licences::Licences,
};

/// Further places of one package that are kept; all are counted.
const MAX_PLACES: usize = 100;
/// Pages of one finding.
const MAX_REFERENCES: usize = 10;
/// Longest title and description, in characters.
const MAX_TITLE: usize = 200;
const MAX_TEXT: usize = 1_000;
/// Longest licence that is quoted, in characters.
const MAX_LICENCE: usize = 80;

/// What is found, and what the project's code is to be asked about it.
#[derive(Default)]
pub(super) struct Found {
    pub(super) findings: Vec<Finding>,
    pub(super) questions: Vec<Question>,
}

impl Found {
    /// Adds what the index says of a package. `files` are those that name packages.
    pub(super) fn judge(
        &mut self,
        scan: &Scan,
        index: &Index,
        package: &Package,
        at: &[At<'_>],
        files: &BTreeMap<String, Vec<u8>>,
    ) -> Result<(), Error> {
        let matches = index.judge(package)?;
        for found in matches.iter() {
            let advisories = found.advisories()?;
            if let Some(finding) = of_match(scan, &found, &advisories, package, at)? {
                let number = self.findings.len();
                self.questions.extend(Question::of(number, package, &advisories, at, files));
                self.findings.push(finding);
            }
        }
        Ok(())
    }
}

/// What a lock file says of itself.
pub(super) fn withdrawn(scan: &Scan, package: &Package, at: &[At<'_>]) -> Option<Finding> {
    let at: Vec<At<'_>> = at.iter().copied().filter(|at| at.dependency.withdrawn).collect();
    if at.is_empty() {
        return None;
    }
    let Package { name, version, .. } = package;
    let told = Told {
        check: &YANKED,
        primary: "",
        severity: YANKED.severity,
        title: format!("{name} {version} is withdrawn or deprecated"),
        description: format!(
            "The lock file says that version {version} of {name} is withdrawn or deprecated."
        ),
        remediation: YANKED.repair.to_owned(),
        references: vec![YANKED.reference.into()],
        cwe: YANKED.cwe,
    };
    told.finding(scan, package, &at, Vec::new(), |_| {})
}

/// What the project's policy does not allow.
pub(super) fn denied(
    scan: &Scan,
    policy: &Licences,
    package: &Package,
    at: &[At<'_>],
) -> Option<Finding> {
    let is_denied = |at: &At<'_>| !policy.permits(at.dependency.licence.as_deref());
    let at: Vec<At<'_>> = at.iter().copied().filter(is_denied).collect();
    let licence = at.first()?.dependency.licence.as_deref().unwrap_or_default();
    let Package { name, version, .. } = package;
    let (title, description) = match one_line(licence, MAX_LICENCE) {
        licence if licence.is_empty() => (
            format!("{name} {version}: its licence is not known"),
            format!(
                "No file says under which licence version {version} of {name} may be used, and the project's policy wants to know."
            ),
        ),
        licence => (
            format!("{name} {version}: licence {licence} is denied"),
            format!(
                "Version {version} of {name} is licensed as `{licence}`, which the project's policy does not allow."
            ),
        ),
    };
    let told = Told {
        check: &LICENCE_DENIED,
        primary: "",
        severity: LICENCE_DENIED.severity,
        title,
        description,
        remediation: LICENCE_DENIED.repair.to_owned(),
        references: vec![LICENCE_DENIED.reference.into()],
        cwe: LICENCE_DENIED.cwe,
    };
    told.finding(scan, package, &at, Vec::new(), |_| {})
}

fn of_match(
    scan: &Scan,
    found: &Match<'_, '_>,
    advisories: &[Advisory],
    package: &Package,
    at: &[At<'_>],
) -> Result<Option<Finding>, Error> {
    let ids = found.ids()?;
    let fixed = found.fixed_versions()?;
    let (check, severity) = match found.kind()? {
        AdvisoryKind::Malicious => (&MALICIOUS_PACKAGE, Severity::Critical),
        AdvisoryKind::Unmaintained => (&UNMAINTAINED, UNMAINTAINED.severity),
        AdvisoryKind::Notice => (&KNOWN_VULNERABILITY, Severity::Info),
        AdvisoryKind::Unsound if found.score().is_none() => (&KNOWN_VULNERABILITY, Severity::Low),
        AdvisoryKind::Unsound | AdvisoryKind::Vulnerability => {
            (&KNOWN_VULNERABILITY, found.severity())
        }
    };
    let exploited = found.exploited()?;
    let prediction = found.prediction()?;
    let Package { name, version, .. } = package;
    let source = package.other_source().map(|source| format!(" of {source}"));
    let source = source.unwrap_or_default();
    let summary = summary(advisories);
    let id = ids.first().copied().unwrap_or_default();
    let what = if summary.is_empty() { check.title.to_owned() } else { summary };
    let nearest = fixed.first().copied();
    let told = Told {
        check,
        primary: primary(&ids),
        severity,
        title: format!("{name} {version}{source}: {what} ({id})"),
        description: description(advisories, &what),
        remediation: remediation(check, at, nearest),
        references: references(advisories),
        cwe: advisories.iter().find_map(|one| one.cwes.first().copied()).or(check.cwe),
    };
    let names = ids.iter().map(|id| Arc::from(*id)).collect();
    Ok(told.finding(scan, package, at, names, |detail| {
        detail.fixed_version = nearest.map(Arc::from);
        detail.score_tenths = found.score().map(formats::cvss::Score::tenths);
        detail.is_exploited = exploited.is_some();
        detail.epss_millionths = prediction.map(|one| millionths(one.probability));
    }))
}

/// What a finding says.
struct Told<'t> {
    check: &'static Check,
    /// The id that stands for the vulnerability.
    primary: &'t str,
    severity: Severity,
    title: String,
    description: String,
    remediation: String,
    references: Vec<Arc<str>>,
    cwe: Option<model::Cwe>,
}

impl Told<'_> {
    fn finding(
        self,
        scan: &Scan,
        package: &Package,
        at: &[At<'_>],
        aliases: Vec<Arc<str>>,
        complete: impl FnOnce(&mut PackageDetail),
    ) -> Option<Finding> {
        let wanted = |at: &At<'_>| scan.suppressions.wants(&at.listed.path);
        let mut at: Vec<At<'_>> = at.iter().copied().filter(wanted).collect();
        // What runs with the product tells, and of that what somebody asked for.
        at.sort_by_key(|at| {
            let is_sample = is_sample(at.listed.path.as_str());
            let relation = at.dependency.relation;
            (is_sample, at.dependency.scope == Scope::Development, relation != Relation::Direct)
        });
        let lead = *at.first()?;
        let places: Vec<Place> = places(&at);
        let check = self.check.id.as_str();
        let subject = format!("{}:{}", package.ecosystem, package.name);
        let line = LineId::of(&format!("{} {}", package.version, self.primary));
        let fingerprint = fingerprint(check, &subject, line, 0);
        let severity = scan.suppressions.severity(check).unwrap_or(self.severity);
        // A lock file of a test locks what the test looks at.
        let confidence = match is_sample(lead.listed.path.as_str()) || is_least(lead) {
            true => Confidence::Low,
            false => self.check.confidence,
        };
        let mut detail = PackageDetail {
            package: package.clone(),
            purl: Purl::of(package).map(|purl| purl.to_string().into()),
            fixed_version: None,
            relation: lead.dependency.relation,
            scope: lead.dependency.scope,
            path: path_to(lead),
            score_tenths: None,
            is_exploited: false,
            epss_millionths: None,
            reachable: Reachable::Unknown,
        };
        complete(&mut detail);
        let suppressions = &scan.suppressions;
        let suppression = suppressions.reason_of_package(check, fingerprint, &detail, &places);
        let total = places.len().saturating_sub(1) as u64;
        let mut places = places.into_iter();
        let first = places.next()?;
        let builder =
            Finding::builder(self.check.id.clone(), Scanner::Dependencies, first, fingerprint);
        let finding = builder
            .rated(severity, confidence)
            .told(
                one_line(&self.title, MAX_TITLE),
                one_line(&self.description, MAX_TEXT),
                self.remediation,
            )
            .classified(self.cwe, self.references)
            .about(detail, aliases, places.take(MAX_PLACES).collect(), total)
            .suppressed(suppression)
            .build();
        Some(finding)
    }
}

/// Whether a lock file locks what tests and examples look at: its folder says so, whatever it is called itself.
pub(super) fn is_sample(path: &str) -> bool {
    path.rsplit_once('/').is_some_and(|(folder, _)| place::is_sample(&format!("{folder}/a.rs")))
}

/// Whether the version is the least that will do: a `go.mod` says so of Go itself, and whoever builds may have a newer one.
fn is_least(at: At<'_>) -> bool {
    matches!(at.listed.format.name, "go.mod" | "go.work")
        && &*at.dependency.package.name == "stdlib"
}

/// Each place once.
fn places(at: &[At<'_>]) -> Vec<Place> {
    let mut seen = HashSet::new();
    let place = |at: &At<'_>| Place {
        path: at.listed.path.clone(),
        span: at.dependency.span,
        commit: None,
    };
    at.iter().map(place).filter(|place| seen.insert((place.path.clone(), place.span))).collect()
}

/// From what the project asks for to the package.
fn path_to(at: At<'_>) -> Vec<Arc<str>> {
    let list = &at.listed.list;
    let path = list.path_to(at.index);
    if path.len() < 2 {
        return Vec::new();
    }
    let name = |index: u32| {
        let package = &list.dependencies.get(index as usize)?.package;
        Some(Arc::from(format!("{}@{}", package.name, package.version)))
    };
    path.into_iter().filter_map(name).collect()
}

/// The id that stays the same while others are added: the CVE's, else the first of all by its text.
fn primary<'i>(ids: &[&'i str]) -> &'i str {
    let cves = ids.iter().copied().filter(|id| id.starts_with("CVE-"));
    cves.min().or_else(|| ids.iter().copied().min()).unwrap_or_default()
}

fn summary(advisories: &[Advisory]) -> String {
    let told = |advisory: &Advisory| match advisory.summary.trim() {
        "" => advisory
            .details
            .lines()
            .map(str::trim)
            .find(|line| !line.is_empty() && !line.starts_with(['#', '`', '|', '<', '-', '*']))
            .unwrap_or_default()
            .to_owned(),
        summary => summary.to_owned(),
    };
    // A heading is more to the point than the first sentence of a text.
    let by_heading = advisories.iter().filter(|one| !one.summary.trim().is_empty());
    by_heading.chain(advisories).map(told).find(|text| !text.is_empty()).unwrap_or_default()
}

/// The first paragraph of the details, if it says more than the heading.
fn description(advisories: &[Advisory], summary: &str) -> String {
    let paragraph = |advisory: &Advisory| {
        advisory
            .details
            .split("\n\n")
            .map(|part| part.split_whitespace().collect::<Vec<_>>().join(" "))
            .find(|part| {
                part.len() > 40 && !part.starts_with(['#', '|', '<']) && !part.starts_with("```")
            })
    };
    match advisories.iter().find_map(paragraph) {
        Some(text) if text != summary => text,
        _ => summary.to_owned(),
    }
}

fn remediation(check: &Check, at: &[At<'_>], fixed: Option<&str>) -> String {
    let (Some(at), Some(fixed)) = (at.first(), fixed) else {
        return match check.id == KNOWN_VULNERABILITY.id {
            true => "No version repairs it yet: stop using what the advisory names, or state in a VEX document why it does not concern you.".to_owned(),
            false => check.repair.to_owned(),
        };
    };
    let repair = (at.listed.format.repair)(at.dependency, fixed);
    format!("Version {fixed} repairs it: {repair}")
}

/// Advisories and repairs first.
fn references(advisories: &[Advisory]) -> Vec<Arc<str>> {
    let mut pages: Vec<_> = advisories.iter().flat_map(|advisory| &advisory.references).collect();
    pages.sort_by_key(|page| match page.kind {
        ReferenceKind::Advisory => 0,
        ReferenceKind::Fix => 1,
        _ => 2,
    });
    let mut seen = HashSet::new();
    pages
        .into_iter()
        .map(|page| page.url.as_str())
        .filter(|url| url.starts_with("https://") || url.starts_with("http://"))
        .filter(|url| seen.insert(*url))
        .take(MAX_REFERENCES)
        .map(Arc::from)
        .collect()
}

fn millionths(probability: f32) -> u32 {
    // Between 0 and 1, so that nothing is cut off but what lies below a millionth.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "see above")]
    let millionths = (probability.clamp(0.0, 1.0) * 1_000_000.0).round() as u32;
    millionths
}
