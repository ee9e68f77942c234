use formats::web::csp::Delivery;
use model::{CheckId, Confidence, Cwe, Severity};

use super::cookies;
use crate::web::{Check, Found, Page, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("headers.security-headers"),
    severity: Severity::Low,
    confidence: Confidence::High,
    // Protection Mechanism Failure.
    cwe: Some(Cwe(693)),
    reference: "https://owasp.org/www-project-secure-headers/",
    page: page!("headers/security-headers"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let has_sessions = cookies::of(visit).any(|served| served.cookie.looks_like_session());
    for page in &visit.pages {
        for missing in missing(page, has_sessions) {
            report.add(missing.found(page));
        }
    }
}

struct Missing {
    header: &'static str,
    title: &'static str,
    severity: Severity,
    detail: &'static str,
    repair: &'static str,
}

impl Missing {
    fn found(self, page: &Page<'_>) -> Found {
        Found::at(page.url())
            .key(self.header)
            .title(self.title)
            .severity(self.severity)
            .detail(self.detail)
            .repair(self.repair)
            .evidence("missing", self.header)
            .evidence("url", page.url().as_str())
    }
}

fn missing(page: &Page<'_>, has_sessions: bool) -> impl Iterator<Item = Missing> {
    let headers = &page.answer.headers;
    let all = page.policies();
    let policies = &all.policies;
    // What only reports is `headers.csp-report-only`, what is sent and says nothing is `headers.csp-syntax`.
    let has_policy = !policies.policies.is_empty();
    let has_ancestors = policies.policies.iter().any(|policy| {
        policy.delivery == Delivery::Header && policy.directive("frame-ancestors").is_some()
    });
    let has_referrer =
        headers.has("referrer-policy") || page.document.meta("referrer").next().is_some();
    // Browsers keep a policy for names only (RFC 6797, 8.1.1).
    let wants_hsts = cookies::is_https(page.url()) && page.url().domain().is_some();
    let can_be_clicked = has_sessions || page.document.by_name("form").next().is_some();
    [
        (!has_policy).then_some(CSP),
        (wants_hsts && !headers.has("strict-transport-security")).then_some(HSTS),
        (!has_ancestors && !headers.has("x-frame-options")).then_some(Missing {
            severity: if can_be_clicked { Severity::Medium } else { Severity::Low },
            ..FRAMING
        }),
        (!headers.has("x-content-type-options")).then_some(NOSNIFF),
        (!has_referrer).then_some(REFERRER),
        (!headers.has("permissions-policy")).then_some(PERMISSIONS),
    ]
    .into_iter()
    .flatten()
}

const CSP: Missing = Missing {
    header: "content-security-policy",
    title: "No Content-Security-Policy",
    severity: Severity::Medium,
    detail: "No policy says which scripts may run, so that a script that gets into the page runs with all its rights.",
    repair: "Send a Content-Security-Policy that names where scripts come from, first as Content-Security-Policy-Report-Only.",
};
const HSTS: Missing = Missing {
    header: "strict-transport-security",
    title: "No Strict-Transport-Security",
    severity: Severity::Medium,
    detail: "Browsers try http first when someone types the address; whoever sits on the network can answer in the site's place.",
    repair: "Send `Strict-Transport-Security: max-age=31536000; includeSubDomains` over https.",
};
const FRAMING: Missing = Missing {
    header: "x-frame-options",
    title: "Pages can be framed by any site",
    severity: Severity::Low,
    detail: "Another site can show the page in an invisible frame and have its visitors click in it.",
    repair: "Send `Content-Security-Policy: frame-ancestors 'none'` (or `'self'`), and `X-Frame-Options: DENY` (or `SAMEORIGIN`) for old browsers.",
};
const NOSNIFF: Missing = Missing {
    header: "x-content-type-options",
    title: "No X-Content-Type-Options",
    severity: Severity::Low,
    detail: "Browsers guess what an answer is, and may run as a script what was meant as a text or an image.",
    repair: "Send `X-Content-Type-Options: nosniff` with every answer.",
};
const REFERRER: Missing = Missing {
    header: "referrer-policy",
    title: "No Referrer-Policy",
    severity: Severity::Low,
    detail: "What other sites learn about the page someone comes from is left to each browser's default.",
    repair: "Send `Referrer-Policy: strict-origin-when-cross-origin`, or `no-referrer`.",
};
const PERMISSIONS: Missing = Missing {
    header: "permissions-policy",
    title: "No Permissions-Policy",
    severity: Severity::Info,
    detail: "Features such as camera, microphone and location are not switched off for the page and its frames.",
    repair: "Send `Permissions-Policy: camera=(), microphone=(), geolocation=()` without the features that the site uses.",
};
