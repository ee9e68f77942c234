//! What reports tell of the checks themselves.

use std::collections::BTreeSet;

use checks::{dependencies, secrets::Ruleset, web};
use model::{CheckId, Finding};
use report::RuleDoc;

/// A page of each check: of the secret rules that run, of what is said of packages, and of websites.
pub fn rule_docs(ruleset: &Ruleset) -> Vec<RuleDoc<'_>> {
    docs_of(ruleset, |_| true)
}

/// The pages of the checks that `findings` are of.
pub fn rule_docs_of<'r>(ruleset: &'r Ruleset, findings: &[Finding]) -> Vec<RuleDoc<'r>> {
    let found: BTreeSet<&str> = findings.iter().map(|finding| finding.check.as_str()).collect();
    docs_of(ruleset, |check| found.contains(check.as_str()))
}

fn docs_of(ruleset: &Ruleset, wanted: impl Fn(&CheckId) -> bool) -> Vec<RuleDoc<'_>> {
    let rules = ruleset.rules().iter().filter(|rule| wanted(&rule.id));
    let secrets = rules.map(|rule| RuleDoc {
        id: &rule.id,
        title: &rule.title,
        description: &rule.what,
        help: &rule.revoke,
        severity: rule.severity,
        confidence: rule.confidence,
        cwe: Some(rule.cwe),
        reference: rule.reference.as_deref(),
        provider: rule.provider.as_deref(),
    });
    let checks = dependencies::CHECKS.into_iter().filter(|check| wanted(&check.id));
    let packages = checks.map(|check| RuleDoc {
        id: &check.id,
        title: check.title,
        description: check.what,
        help: check.repair,
        severity: check.severity,
        confidence: check.confidence,
        cwe: check.cwe,
        reference: Some(check.reference),
        provider: None,
    });
    // Their pages are read as a whole: not where nothing needs them.
    let pages = if web::catalogue().any(|check| wanted(&check.id)) { web::pages() } else { &[] };
    let websites =
        pages.iter().filter(|(check, _)| wanted(&check.id)).map(|(check, guide)| RuleDoc {
            id: &check.id,
            title: guide.title,
            description: &guide.what,
            help: guide.how,
            severity: check.severity,
            confidence: check.confidence,
            cwe: check.cwe,
            reference: Some(check.reference),
            provider: None,
        });
    secrets.chain(packages).chain(websites).collect()
}
