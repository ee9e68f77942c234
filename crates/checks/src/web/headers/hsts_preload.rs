use formats::web::hsts::PreloadGap;
use model::{CheckId, Confidence, Severity};

use super::{heads, transport};
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("headers.hsts-preload"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://hstspreload.org/#submission-requirements",
    page: page!("headers/hsts-preload"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    for stated in transport::of(visit) {
        let Ok(policy) = stated.policy else { continue };
        let gaps: Vec<&str> = policy.preload_gaps().into_iter().filter_map(said).collect();
        if policy.is_preload && !gaps.is_empty() {
            report.add(
                heads::found(&stated.head, transport::NAME, stated.field)
                    .key("preload")
                    .detail(format!("The list does not take it: {}.", gaps.join(", "))),
            );
        }
    }
}

fn said(gap: PreloadGap) -> Option<&'static str> {
    match gap {
        PreloadGap::MaxAge => Some("`max-age` is under one year"),
        PreloadGap::Subdomains => Some("`includeSubDomains` is missing"),
        PreloadGap::Preload => None,
    }
}
