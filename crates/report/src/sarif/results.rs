//! The results: one per finding, written one after the other.

use std::fmt::Write as _;

use model::{Finding, PackageDetail, Place, Scanner, Snippet, Suppression, TargetPath};
use serde::{Serialize, Serializer};

use super::{
    Address, Location, PhysicalLocation, Text,
    plan::Chosen,
    rules::{level, security_severity},
};
use crate::{
    package,
    summary::{justification, suppressed_by},
    text::{counted, one_line},
    time,
};

/// How many further places a message links to.
const LINKED_PLACES: usize = 3;

pub(super) struct Results<'a>(pub(super) &'a [Chosen<'a>]);

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(ResultObject::of))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultObject<'a> {
    rule_id: &'a str,
    rule_index: usize,
    level: &'static str,
    message: Text<String>,
    locations: [Location<'a>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location<'a>>,
    partial_fingerprints: Fingerprints,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressions: Option<[SuppressionObject; 1]>,
    properties: Properties<'a>,
}

impl<'a> ResultObject<'a> {
    fn of(chosen: &Chosen<'a>) -> Self {
        let finding = chosen.finding;
        let mut location = Location::of(&finding.place);
        if let Some(region) = &mut location.physical_location.region {
            region.snippet = finding.mask.as_ref().map(|mask| Text { text: mask.as_str() });
        }
        if chosen.context {
            location.physical_location.context_region =
                finding.snippet.as_deref().and_then(Context::of);
        }
        let related = finding.other_places.iter().take(chosen.related).zip(1..);
        Self {
            rule_id: finding.check.as_str(),
            rule_index: chosen.rule,
            level: level(finding.severity),
            message: Text { text: message(chosen) },
            locations: [location],
            related_locations: related
                .map(|(place, id)| Location { id: Some(id), ..Location::of(place) })
                .collect(),
            partial_fingerprints: Fingerprints::of(finding),
            suppressions: finding
                .suppression
                .as_ref()
                .map(|reason| [SuppressionObject::of(reason, justification(finding))]),
            properties: Properties::of(finding),
        }
    }
}

impl<'a> Location<'a> {
    fn of(place: &Place) -> Self {
        Self {
            id: None,
            physical_location: PhysicalLocation {
                artifact_location: Address::of(&place.path),
                region: Some(Region::of(place)),
                context_region: None,
            },
            message: place
                .commit
                .as_ref()
                .map(|commit| Text { text: format!("In commit {}", plain(commit.id.short())) }),
        }
    }

    pub(super) fn of_path(path: &TargetPath) -> Self {
        Self {
            id: None,
            physical_location: PhysicalLocation {
                artifact_location: Address::of(path),
                region: None,
                context_region: None,
            },
            message: None,
        }
    }
}

/// A `region`; the whole file is told as its beginning, because GitHub wants all four numbers.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Region<'a> {
    start_line: u64,
    start_column: u64,
    end_line: u64,
    end_column: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    snippet: Option<Text<&'a str>>,
}

impl Region<'_> {
    fn of(place: &Place) -> Self {
        let Some(span) = place.span else {
            return Self {
                start_line: 1,
                start_column: 1,
                end_line: 1,
                end_column: 1,
                snippet: None,
            };
        };
        // SARIF counts from 1 and lets no region end before it begins.
        let start = (span.start.line.max(1), span.start.column.max(1));
        let end = (span.end.line, span.end.column.max(1)).max(start);
        Self {
            start_line: start.0,
            start_column: start.1,
            end_line: end.0,
            end_column: end.1,
            snippet: None,
        }
    }
}

/// A `contextRegion`: the masked lines around the finding.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Context {
    start_line: u64,
    end_line: u64,
    snippet: Text<String>,
}

impl Context {
    fn of(snippet: &Snippet) -> Option<Self> {
        let further = u64::try_from(snippet.lines.len()).ok()?.checked_sub(1)?;
        let start_line = snippet.first_line.max(1);
        let text = Text { text: snippet.lines.join("\n") };
        Some(Self { start_line, end_line: start_line.saturating_add(further), snippet: text })
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fingerprints {
    #[serde(rename = "bartizanFingerprint/v1")]
    bartizan: String,
    /// The only key GitHub reads. Its upload action computes it from the line at hand, which is right for a secret that stands
    /// there now. What stood there once it cannot know, and all that is known against the package of one line of a lock file
    /// would be one alert: for findings of history and about packages we say it ourselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    primary_location_line_hash: Option<String>,
}

impl Fingerprints {
    fn of(finding: &Finding) -> Self {
        let bartizan = finding.fingerprint.to_string();
        let is_said = finding.place.commit.is_some() || finding.package.is_some();
        let line_hash = is_said.then(|| format!("{}:1", bartizan.get(..16).unwrap_or(&bartizan)));
        Self { bartizan, primary_location_line_hash: line_hash }
    }
}

#[derive(Serialize)]
struct SuppressionObject {
    kind: &'static str,
    status: &'static str,
    justification: String,
}

impl SuppressionObject {
    fn of(reason: &Suppression, justification: Option<&str>) -> Self {
        let kind = match reason {
            Suppression::Comment => "inSource",
            Suppression::Baseline
            | Suppression::IgnoreFile
            | Suppression::Configuration
            | Suppression::Vex(_) => "external",
        };
        let justification = match justification {
            Some(words) => format!("{}: {words}", suppressed_by(reason)),
            None => suppressed_by(reason).to_owned(),
        };
        Self { kind, status: "accepted", justification }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Properties<'a> {
    severity: &'static str,
    confidence: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verification: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    other_places: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<CommitProperties<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    evidence: Vec<String>,
    #[serde(flatten)]
    about: Option<About<'a>>,
}

/// What only results about packages have.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct About<'a> {
    /// Where it differs from the rule's. GitHub reads the rule's only.
    #[serde(rename = "security-severity", skip_serializing_if = "Option::is_none")]
    security_severity: Option<String>,
    /// Those that the message names, so that many results still make a small log.
    aliases: Vec<&'a str>,
    package: PackageProperties<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PackageProperties<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    purl: Option<&'a str>,
    name: &'a str,
    version: &'a str,
    ecosystem: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    fixed_version: Option<&'a str>,
    relation: &'static str,
    scope: &'static str,
    /// As in the message.
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cvss_score: Option<f64>,
    exploited: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    epss: Option<f64>,
    reachable: &'static str,
}

impl<'a> About<'a> {
    fn of(finding: &'a Finding, detail: &'a PackageDetail) -> Self {
        Self {
            security_severity: security_severity(finding.severity, detail.score_tenths),
            aliases: package::named_ids(finding).collect(),
            package: PackageProperties {
                purl: detail.purl.as_deref(),
                name: &detail.package.name,
                version: &detail.package.version,
                ecosystem: package::ecosystem(&detail.package),
                fixed_version: detail.fixed_version.as_deref(),
                relation: detail.relation.as_str(),
                scope: detail.scope.as_str(),
                path: package::path(detail),
                cvss_score: package::score(detail),
                exploited: detail.is_exploited,
                epss: package::probability(detail),
                reachable: detail.reachable.as_str(),
            },
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CommitProperties<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    author: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    email: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    authored_at: Option<String>,
}

impl<'a> Properties<'a> {
    fn of(finding: &'a Finding) -> Self {
        Self {
            severity: finding.severity.as_str(),
            confidence: finding.confidence.as_str(),
            provider: finding.provider.as_deref(),
            secret_hash: finding.secret_hash.map(|hash| hash.to_string()),
            encoding: finding.encoding,
            verification: finding.verification.map(|answer| answer.as_str()),
            other_places: Some(finding.other_places_total).filter(|total| *total > 0),
            commit: finding.place.commit.as_ref().map(|commit| CommitProperties {
                id: commit.id.as_str(),
                author: &commit.author,
                email: &commit.email,
                authored_at: time::rfc3339(commit.time_ms),
            }),
            evidence: finding
                .evidence
                .iter()
                .map(|piece| format!("{}: {}", piece.name, piece.value))
                .collect(),
            about: finding.package.as_deref().map(|detail| About::of(finding, detail)),
        }
    }
}

/// First sentence: what it is, because GitHub makes it the alert's title. Then package, commit, provider's answer, further
/// places.
fn message(chosen: &Chosen<'_>) -> String {
    let finding = chosen.finding;
    let title = one_line(&finding.title);
    let mut out = plain(if title.is_empty() { finding.check.as_str() } else { &title });
    out.push('.');
    if let Some(detail) = &finding.package {
        out.push_str(&plain(&about(finding, detail)));
    }
    if let Some(commit) = &finding.place.commit {
        // Writing into a String cannot fail.
        let _ = write!(out, " It came with commit {}.", plain(commit.id.short()));
    }
    if let Some(answer) = finding.verification {
        let _ = write!(out, " Verification: {}.", answer.as_str());
    }
    if finding.other_places_total > 0 {
        let what = match finding.scanner {
            Scanner::Website => "It",
            _ if finding.package.is_some() => "The same package",
            _ => "The same secret",
        };
        let _ = write!(out, " {what} also stands at ");
        let mut told = 0;
        for (place, id) in
            finding.other_places.iter().take(chosen.related.min(LINKED_PLACES)).zip(1..)
        {
            let comma = if told > 0 { ", " } else { "" };
            let line = place.span.map(|span| format!(":{}", span.start.line)).unwrap_or_default();
            let _ = write!(out, "{comma}[{}{line}]({id})", plain(place.path.as_str()));
            told += 1;
        }
        let more = finding.other_places_total.saturating_sub(told);
        let _ = match (told, more) {
            (_, 0) => write!(out, "."),
            (0, _) => write!(out, "{}.", counted(more, "more place", "more places")),
            _ => write!(out, " and {}.", counted(more, "more place", "more places")),
        };
    }
    out
}

/// Sentences about the package: which, by which ids the trouble is known, what repairs it.
fn about(finding: &Finding, detail: &PackageDetail) -> String {
    let mut out = format!(" Package: {}.", package::named(&detail.package));
    let ids = package::ids(finding);
    if !ids.is_empty() {
        // Writing into a String cannot fail.
        let _ = write!(out, " Known as {ids}.");
    }
    if detail.is_exploited {
        out.push_str(" Attackers are known to use it.");
    }
    if let Some(path) = package::path(detail) {
        let _ = write!(out, " It comes through {path}.");
    }
    match &detail.fixed_version {
        Some(version) => {
            let _ = write!(out, " Fixed in {}.", one_line(version));
        }
        None => out.push_str(" No version that repairs it is known."),
    }
    out
}

/// Text that holds no link and no placeholder (SARIF 2.1.0, sections 3.11.5 and 3.11.6).
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '[' | ']' | '\\' => out.extend(['\\', c]),
            '{' | '}' => out.extend([c, c]),
            _ => out.push(c),
        }
    }
    out
}
