use std::collections::BTreeSet;

use model::{
    CheckId, Confidence, Severity,
    site::{FailureKind, Outcome, Resource, Role},
};

use crate::web::{
    Check, Report, Run, Visit, page,
    shown::{Several, address},
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("seo.broken-links"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Status/404",
    page: page!("seo/broken-links"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let (mut own, mut others) = (Several::default(), Several::default());
    let (mut own_page, mut other_page) = (None, None);
    let mut seen = BTreeSet::new();
    for resource in &visit.site.resources {
        let is_link = matches!(resource.role, Role::Page | Role::Link);
        let Some((page, line)) = resource.referrer.as_ref().filter(|_| is_link) else { continue };
        if !seen.insert(&resource.url) {
            continue;
        }
        let is_own = visit.is_same_origin(&resource.url);
        let Some(fault) = fault(resource, is_own) else { continue };
        let (several, first) =
            if is_own { (&mut own, &mut own_page) } else { (&mut others, &mut other_page) };
        first.get_or_insert(page);
        several.add_as(Some(*line), "url", || {
            format!("{fault} {} (on {}, line {line})", address(&resource.url), address(page))
        });
    }
    for (key, several, page) in [("own", own, own_page), ("others", others, other_page)] {
        let Some(mut found) = page.and_then(|page| several.found(page)) else { continue };
        if key == "others" {
            found = found.severity(Severity::Info).detail("They lead to other sites.");
        }
        report.add(found.key(key));
    }
}

/// Why a link leads nowhere, in a word.
fn fault(resource: &Resource, is_own: bool) -> Option<String> {
    match &resource.outcome {
        Outcome::Answered(answer) => {
            // Others' servers turn robots away with all kinds of errors; only these say that there is nothing.
            let is_broken = match answer.status {
                404 | 410 => true,
                // Too many visits, or a method that is not known: no statement about the page.
                501 | 503 => false,
                status => is_own && matches!(status, 500..=599),
            };
            is_broken.then(|| answer.status.to_string())
        }
        Outcome::Failed(failure) if failure.kind == FailureKind::Redirect => {
            Some("(redirects without end)".to_owned())
        }
        Outcome::Failed(_) | Outcome::Skipped(_) => None,
    }
}
