use formats::web::robots::Robots;
use model::{CheckId, Confidence, Cwe, Severity, site::Role};

use crate::web::{Check, Found, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("exposure.robots-sensitive-path"),
    severity: Severity::Info,
    confidence: Confidence::Medium,
    // Exposure of Sensitive Information to an Unauthorized Actor.
    cwe: Some(Cwe(200)),
    reference: "https://www.rfc-editor.org/rfc/rfc9309#name-security-considerations",
    page: page!("exposure/robots-sensitive-path"),
    run: Run::Site(run),
};

/// Parts of a path that are worth an attacker's while. What every installation of a product has (`/wp-admin/`) is no news.
const WORDS: &[&str] = &[
    "backup",
    "secret",
    "private",
    "confidential",
    "internal",
    "password",
    "credential",
    "database",
    "dump",
    "staging",
    "phpmyadmin",
];

fn run(visit: &Visit<'_>, report: &mut Report) {
    for (_, answer) in visit.answered(Role::Robots).filter(|(_, answer)| answer.is_success()) {
        let robots = Robots::parse(&answer.body);
        let rules =
            robots.groups.iter().flat_map(|group| &group.rules).filter(|rule| !rule.is_allow);
        let telling: Vec<_> = rules
            .filter(|rule| {
                let lower = rule.pattern.to_ascii_lowercase();
                let mut segments = lower.split(['/', '.', '-', '_', '*', '?']);
                segments.any(|segment| {
                    WORDS.contains(&segment.trim_end_matches('s')) || WORDS.contains(&segment)
                })
            })
            .collect();
        let Some(first) = telling.first() else { continue };
        let mut found = Found::at(&answer.url).line(first.line).key("disallow");
        for rule in telling.iter().take(5) {
            found = found.evidence("value", format!("Disallow: {}", rule.pattern));
        }
        report.add(found);
    }
}
