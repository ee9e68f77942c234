use formats::web::set_cookie::{Rejection, SetCookie};
use model::{CheckId, Confidence, Severity};

use super::cookies;
use crate::web::{Check, Found, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("headers.cookie-rejected"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#section-5.7",
    page: page!("headers/cookie-rejected"),
    run: Run::Site(run),
};

/// Broken prefixes are `headers.cookie-prefix`.
fn run(visit: &Visit<'_>, report: &mut Report) {
    for (head, field) in cookies::fields(visit) {
        if let Err(why) = SetCookie::parse(field)
            && !matches!(why, Rejection::NamelessPrefix | Rejection::Empty)
        {
            let name = cookies::name_of(field);
            report.add(
                Found::at(head.url)
                    .key(format!("{name} {why:?}"))
                    .detail(format!("Browsers refuse `{name}`: {why}."))
                    .evidence("header", cookies::without_value(field)),
            );
        }
    }
    for served in cookies::of(visit) {
        let Some(why) = served.rejection().filter(|why| *why != Rejection::Prefix) else {
            continue;
        };
        let name = served.stable_name();
        report.add(
            served
                .found()
                .key(format!("{name} {why:?}"))
                .detail(format!("Browsers refuse `{name}`: {why}.")),
        );
    }
}
