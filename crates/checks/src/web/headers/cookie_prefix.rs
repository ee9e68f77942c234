use formats::web::set_cookie::{Prefix, Rejection, SetCookie};
use model::{CheckId, Confidence, Severity};

use super::cookies;
use crate::web::{Check, Found, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("headers.cookie-prefix"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#section-4.1.3",
    page: page!("headers/cookie-prefix"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    for served in cookies::of(visit) {
        let Some(prefix) = served.prefix().filter(|prefix| !served.cookie.keeps(*prefix)) else {
            continue;
        };
        let found = served.found().key(served.stable_name());
        report.add(found.detail(format!("Browsers refuse it: {}.", demands(prefix))));
    }
    for (head, field) in cookies::fields(visit) {
        if SetCookie::parse(field).is_err_and(|why| why == Rejection::NamelessPrefix) {
            report.add(
                Found::at(head.url)
                    .key("nameless")
                    .detail(
                        "Browsers refuse it: it has no name, and its value begins like a prefix.",
                    )
                    .evidence("header", "set-cookie: …"),
            );
        }
    }
}

const fn demands(prefix: Prefix) -> &'static str {
    match prefix {
        Prefix::Secure => "`__Secure-` demands `Secure`",
        Prefix::Host => "`__Host-` demands `Secure`, `Path=/` and no `Domain`",
        Prefix::Http => "`__Http-` demands `Secure` and `HttpOnly`",
        Prefix::HostHttp => "`__Host-Http-` demands `Secure`, `HttpOnly`, `Path=/` and no `Domain`",
    }
}
