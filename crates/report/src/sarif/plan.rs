//! What goes into the log: which findings, which rules, and how much of each, so that the file stays within the limits.

use std::{cmp::Reverse, collections::BTreeMap};

use model::{Finding, Severity};

use super::rules::Rule;
use crate::{SarifStyle, ScanReport};

const MAX_RESULTS: usize = 25_000;
/// The limit of 1,000 locations counts the result's own.
const MAX_RELATED: usize = 999;
/// For all results together. GitHub shows 100 places of a result; this bounds a log in which many have hundreds.
const MAX_RELATED_IN_ALL: usize = 50_000;
/// Source lines of all results together. Even text that hardly compresses leaves room within 10 MB then; GitHub shows the
/// lines from the repository and needs none.
const MAX_CONTEXT_BYTES: usize = 6 << 20;

/// The content of a log.
pub(super) struct Plan<'a> {
    /// In the order of their ids; only those with results, as a report carries hundreds of rules.
    pub(super) rules: Vec<Rule>,
    /// In the order of the report.
    pub(super) results: Vec<Chosen<'a>>,
    /// Findings beyond the limit.
    pub(super) left_out: usize,
    /// Further places beyond the limits.
    pub(super) places_left_out: usize,
}

/// A finding that becomes a result.
pub(super) struct Chosen<'a> {
    pub(super) finding: &'a Finding,
    /// In [`Plan::rules`].
    pub(super) rule: usize,
    /// How many of its further places are told.
    pub(super) related: usize,
    /// Whether its source lines are told.
    pub(super) context: bool,
}

impl<'a> Plan<'a> {
    pub(super) fn of(report: &'a ScanReport<'a>, style: SarifStyle) -> Self {
        let wanted: Vec<&Finding> = report
            .findings
            .iter()
            .filter(|finding| style.show_suppressed || finding.counts())
            .collect();
        let all = wanted.len();
        let findings = worst(wanted);
        let left_out = all - findings.len();

        let mut worst_of_check: BTreeMap<&str, &Finding> = BTreeMap::new();
        for finding in &findings {
            let worst = worst_of_check.entry(finding.check.as_str()).or_insert(finding);
            if rank(finding) > rank(worst) {
                *worst = finding;
            }
        }
        let docs: BTreeMap<&str, _> =
            report.rules.iter().map(|rule| (rule.id.as_str(), rule)).collect();
        let rules = worst_of_check
            .iter()
            .map(|(id, finding)| {
                docs.get(id).map_or_else(|| Rule::of_finding(finding), |doc| Rule::of(doc, finding))
            })
            .collect();
        let index: BTreeMap<&str, usize> = worst_of_check.keys().copied().zip(0..).collect();

        let (mut places, mut context_bytes, mut places_left_out) = (0, 0, 0);
        let results = findings
            .into_iter()
            .map(|finding| {
                let related =
                    finding.other_places.len().min(MAX_RELATED).min(MAX_RELATED_IN_ALL - places);
                places += related;
                places_left_out += finding.other_places.len() - related;
                let lines = finding.snippet.iter().flat_map(|snippet| &snippet.lines);
                context_bytes += lines.map(|line| line.len() + 1).sum::<usize>();
                let rule = index.get(finding.check.as_str()).copied().unwrap_or_default();
                Chosen { finding, rule, related, context: context_bytes <= MAX_CONTEXT_BYTES }
            })
            .collect();
        Self { rules, results, left_out, places_left_out }
    }
}

/// How bad: by severity, of equal ones by score.
fn rank(finding: &Finding) -> (Severity, Option<u8>) {
    (finding.severity, finding.package.as_deref().and_then(|detail| detail.score_tenths))
}

/// As many as a log may hold: those that count before suppressed ones, then the worst, then the first; in the order given.
fn worst(findings: Vec<&Finding>) -> Vec<&Finding> {
    if findings.len() <= MAX_RESULTS {
        return findings;
    }
    let mut ranked: Vec<(usize, &Finding)> = findings.into_iter().enumerate().collect();
    ranked.sort_by_key(|(_, finding)| {
        (!finding.counts(), Reverse(rank(finding)), Reverse(finding.confidence))
    });
    ranked.truncate(MAX_RESULTS);
    ranked.sort_by_key(|(position, _)| *position);
    ranked.into_iter().map(|(_, finding)| finding).collect()
}
