use model::{CheckId, Confidence, Cwe, Severity};

use super::hosts;
use crate::web::{Check, Page, Report, Run, Visit, embedded::Use, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("content.compromised-host"),
    severity: Severity::High,
    confidence: Confidence::High,
    // Inclusion of Functionality from Untrusted Control Sphere.
    cwe: Some(Cwe(829)),
    reference: "https://sansec.io/research/polyfill-supply-chain-attack",
    page: page!("content/compromised-host"),
    run: Run::SentAndRendered(run),
};

/// Hosts that have served attackers' code to the sites that load from them, and what is publicly known about it.
const HOSTS: &[(&str, &str)] = &[
    ("polyfill.io", "Since its sale in 2024 it has served code that sent visitors to other sites."),
    (
        "polyfill.com",
        "It belongs to those who turned polyfill.io against the sites that used it in 2024.",
    ),
    (
        "bootcss.com",
        "It belongs to those who turned polyfill.io against the sites that used it in 2024.",
    ),
    (
        "bootcdn.net",
        "It belongs to those who turned polyfill.io against the sites that used it in 2024.",
    ),
    (
        "staticfile.net",
        "It belongs to those who turned polyfill.io against the sites that used it in 2024.",
    ),
    (
        "staticfile.org",
        "It belongs to those who turned polyfill.io against the sites that used it in 2024.",
    ),
    (
        "unionadjs.com",
        "It belongs to those who turned polyfill.io against the sites that used it in 2024.",
    ),
];

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    hosts::tell(page, &[Use::Script, Use::Style, Use::Frame], HOSTS, report);
}
