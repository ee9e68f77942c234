use formats::web::robots::Robots;
use model::{CheckId, Confidence, Severity, site::Role};

use crate::web::{
    Check, Report, Run, Visit, page,
    shown::{Several, address},
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("seo.robots-blocks-resources"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developers.google.com/search/docs/crawling-indexing/javascript/javascript-seo-basics",
    page: page!("seo/robots-blocks-resources"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    for (_, answer) in visit.answered(Role::Robots).filter(|(_, answer)| answer.is_success()) {
        let robots = Robots::parse(&answer.body);
        let visitor = robots.visitor("googlebot");
        let may_visit = |url: &url::Url| match url.query() {
            Some(query) => visitor.may_visit(&format!("{}?{query}", url.path())),
            None => visitor.may_visit(url.path()),
        };
        if !may_visit(visit.site.home()) {
            continue;
        }
        let mut several = Several::default();
        for role in [Role::Script, Role::Style] {
            for (resource, _) in visit.answered(role).filter(|(_, answer)| answer.is_success()) {
                if resource.url.origin() == answer.url.origin() && !may_visit(&resource.url) {
                    several.add_as(None, "url", || address(&resource.url));
                }
            }
        }
        if let Some(found) = several.found(&answer.url) {
            report.add(found);
        }
    }
}
