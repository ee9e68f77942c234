//! What reports tell of the checks themselves.

use checks::{dependencies, secrets::Ruleset, web};
use report::RuleDoc;

/// A page of each check: of the secret rules that run, of what is said of packages, and of websites.
pub fn rule_docs(ruleset: &Ruleset) -> Vec<RuleDoc<'_>> {
    let secrets = ruleset.rules().iter().map(|rule| RuleDoc {
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
    let packages = dependencies::CHECKS.into_iter().map(|check| RuleDoc {
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
    let websites = web::pages().iter().map(|(check, guide)| RuleDoc {
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
