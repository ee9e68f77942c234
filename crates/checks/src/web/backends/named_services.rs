use model::{
    CheckId, Confidence, Severity,
    site::{Outcome, Role},
};

use crate::web::{Check, Found, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("backends.named-services"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://cheatsheetseries.owasp.org/cheatsheets/Attack_Surface_Analysis_Cheat_Sheet.html",
    page: page!("backends/named-services"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let backends = &visit.backends().backends;
    let Some(first) = backends.first() else { return };
    let asked = visit.site.resources.iter().filter(|resource| resource.role == Role::Backend);
    let (mut granted, mut refused, mut unanswered) = (0_usize, 0_usize, 0_usize);
    for resource in asked {
        match &resource.outcome {
            Outcome::Answered(answer) if answer.is_success() => granted += 1,
            Outcome::Answered(_) => refused += 1,
            Outcome::Failed(_) | Outcome::Skipped(_) => unanswered += 1,
        }
    }
    let (url, line) = &first.at;
    let mut found = Found::at(url).line(*line).key("services");
    if granted + refused + unanswered > 0 {
        let asked = granted + refused + unanswered;
        let detail = format!(
            "They were asked {asked} questions: {granted} answered, {refused} refused, {unanswered} without an answer."
        );
        found = found.detail(detail);
    }
    for backend in backends {
        let service = &backend.service;
        found = found.evidence("service", format!("{}: {}", service.name(), service.project()));
    }
    report.add(found);
}
