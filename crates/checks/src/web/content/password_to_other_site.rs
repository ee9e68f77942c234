use model::{CheckId, Confidence, Cwe, Severity};

use super::credentials;
use crate::web::{Check, Found, Page, Report, Run, Visit, elements, page, party};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("content.password-to-other-site"),
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    // Insufficiently Protected Credentials.
    cwe: Some(Cwe(522)),
    reference: "https://cheatsheetseries.owasp.org/cheatsheets/Authentication_Cheat_Sheet.html",
    page: page!("content/password-to-other-site"),
    run: Run::SentAndRendered(run),
};

/// Those whose business it is to take the passwords of others' users.
const IDENTITY_PROVIDERS: &[&str] = &[
    "amazoncognito.com",
    "auth0.com",
    "b2clogin.com",
    "ciamlogin.com",
    "clerk.com",
    "descope.com",
    "frontegg.com",
    "fusionauth.io",
    "microsoftonline.com",
    "okta.com",
    "onelogin.com",
    "oktapreview.com",
    "pingone.com",
    "stytch.com",
    "workos.com",
];

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    for form in credentials::forms(page) {
        let Some(target) = form.attribute("action").and_then(|action| page.join(action)) else {
            continue;
        };
        let Some(host) = target.host_str() else { continue };
        if !party::is_same_site(&target, page.url()) && !party::is_below(host, IDENTITY_PROVIDERS) {
            report.add(
                Found::at(page.url())
                    .line(form.line())
                    .key(host)
                    .detail(format!("The password goes to `{host}`."))
                    .evidence("element", elements::tag(form)),
            );
        }
    }
}
