use model::{CheckId, Confidence, Cwe, Severity};

use crate::web::{
    Check, Found, Page, Report, Run, Visit, elements,
    embedded::{self, Use},
    page, party,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("content.compromised-host"),
    severity: Severity::High,
    confidence: Confidence::High,
    // Inclusion of Functionality from Untrusted Control Sphere.
    cwe: Some(Cwe(829)),
    reference: "https://sansec.io/research/polyfill-supply-chain-attack",
    page: page!("content/compromised-host"),
    run: Run::Page(run),
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
    for written in embedded::of(page) {
        if !matches!(written.used, Use::Script | Use::Style | Use::Frame) {
            continue;
        }
        let url = written.url(page);
        let Some(host) = url.as_ref().and_then(|url| url.host_str()) else { continue };
        if let Some((name, what)) = HOSTS.iter().find(|(name, _)| party::is_below(host, &[*name])) {
            report.add(
                Found::at(page.url())
                    .line(written.element.line())
                    .key(*name)
                    .detail(*what)
                    .evidence("element", elements::tag(written.element)),
            );
        }
    }
}
