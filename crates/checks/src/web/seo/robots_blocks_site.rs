use std::collections::BTreeMap;

use formats::web::robots::Robots;
use model::{CheckId, Confidence, Severity, site::Role};

use crate::web::{Check, Found, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("seo.robots-blocks-site"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.rfc-editor.org/rfc/rfc9309",
    page: page!("seo/robots-blocks-site"),
    run: Run::Site(run),
};

/// Robots of which most sites want to be found.
const ENGINES: [&str; 2] = ["googlebot", "bingbot"];

fn run(visit: &Visit<'_>, report: &mut Report) {
    for (_, answer) in visit.answered(Role::Robots).filter(|(_, answer)| answer.is_success()) {
        let robots = Robots::parse(&answer.body);
        let mut rules: BTreeMap<u64, (&str, Vec<&str>)> = BTreeMap::new();
        for engine in ENGINES {
            let visitor = robots.visitor(engine);
            let rule = visitor.rule_for(visit.site.home().path()).filter(|rule| !rule.is_allow);
            // A rule for the first page alone leaves the others open.
            let is_for_all = |pattern: &str| pattern.trim_start_matches(['/', '*']).is_empty();
            if let Some(rule) = rule.filter(|rule| is_for_all(&rule.pattern)) {
                rules.entry(rule.line).or_insert((&rule.pattern, Vec::new())).1.push(engine);
            }
        }
        for (line, (pattern, engines)) in rules {
            let engines = engines.join(", ");
            report.add(
                Found::at(&answer.url)
                    .line(line)
                    .key(&engines)
                    .detail(format!("The rule holds for {engines}."))
                    .evidence("value", format!("Disallow: {pattern}")),
            );
        }
    }
}
