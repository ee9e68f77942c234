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
        for engine in ENGINES {
            let visitor = robots.visitor(engine);
            let home = visit.site.home().path();
            let Some(rule) = visitor.rule_for(home).filter(|rule| !rule.is_allow) else { continue };
            // A rule for the first page alone leaves the others open.
            if !rule.pattern.trim_start_matches(['/', '*']).is_empty() {
                continue;
            }
            report.add(
                Found::at(&answer.url)
                    .line(rule.line)
                    .key(engine)
                    .detail(format!("The rule holds for {engine}."))
                    .evidence("value", format!("Disallow: {}", rule.pattern)),
            );
        }
    }
}
