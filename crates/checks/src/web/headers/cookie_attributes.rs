use std::collections::BTreeMap;

use formats::web::hsts::Hsts;
use model::{CheckId, Confidence, Cwe, Severity};

use super::{
    cookies::{self, Served, is_https},
    transport,
};
use crate::web::{Check, Found, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("headers.cookie-attributes"),
    severity: Severity::Low,
    confidence: Confidence::Medium,
    // Sensitive Cookie in HTTPS Session Without 'Secure' Attribute.
    cwe: Some(Cwe(614)),
    reference: "https://www.rfc-editor.org/rfc/rfc6265#section-8",
    page: page!("headers/cookie-attributes"),
    run: Run::Site(run),
};

/// Each cookie that looks like a session's is told by name; of all others each attribute once. What browsers refuse is
/// `headers.cookie-rejected`, what came over http is `headers.cookie-over-http`.
fn run(visit: &Visit<'_>, report: &mut Report) {
    let is_held_on_https = transport::of(visit).any(|stated| {
        stated.policy.is_ok_and(|policy: Hsts| policy.max_age > 0 && policy.includes_subdomains)
    });
    let mut others: BTreeMap<&'static str, (Found, Vec<String>)> = BTreeMap::new();
    let kept = cookies::of(visit).filter(|served| served.rejection().is_none());
    for served in cookies::first_of_each_name(kept) {
        let name = served.stable_name();
        let is_session = served.cookie.looks_like_session() && !served.is_for_scripts();
        for gap in gaps(&served) {
            if is_session {
                report.add(of_session(&served, &gap, is_held_on_https));
            } else {
                let of_others = others
                    .entry(gap.attribute)
                    .or_insert_with(|| (of_others(&served, &gap), Vec::new()));
                of_others.1.push(name.clone());
            }
        }
    }
    for (found, names) in others.into_values() {
        let shown: Vec<&str> = names.iter().take(SHOWN).map(String::as_str).collect();
        report.add(
            found.evidence("cookies", shown.join(", ")).evidence("count", names.len().to_string()),
        );
    }
}

/// So many names of cookies are evidence enough.
const SHOWN: usize = 10;

fn of_session(served: &Served<'_>, gap: &Gap, is_held_on_https: bool) -> Found {
    let name = served.stable_name();
    let severity = if gap.attribute == "Secure" && is_held_on_https {
        Severity::Medium
    } else {
        gap.of_session
    };
    let is_named_so = served.cookie.is_named_like_session();
    served
        .found()
        .key(format!("{name} {}", gap.attribute))
        .title(format!("Session cookie without {}", gap.attribute))
        .severity(severity)
        .confidence(if is_named_so { Confidence::High } else { Confidence::Medium })
        .detail(format!("`{name}` looks like a session's cookie. {}", gap.means))
}

fn of_others(served: &Served<'_>, gap: &Gap) -> Found {
    served
        .found()
        .key(gap.attribute)
        .title(format!("Cookies without {}", gap.attribute))
        .severity(gap.of_others)
        .confidence(Confidence::High)
        .detail(gap.means)
}

struct Gap {
    attribute: &'static str,
    means: &'static str,
    of_session: Severity,
    of_others: Severity,
}

fn gaps(served: &Served<'_>) -> impl Iterator<Item = Gap> {
    let cookie = &served.cookie;
    let is_insecure = !cookie.is_secure && is_https(served.head.url);
    let is_readable = !cookie.is_http_only && !served.is_for_scripts();
    [
        is_insecure.then_some(Gap {
            attribute: "Secure",
            means: "Without it a cookie also goes over plain http, where anyone on the network can read it.",
            of_session: Severity::High,
            of_others: Severity::Low,
        }),
        is_readable.then_some(Gap {
            attribute: "HttpOnly",
            means: "Without it any script in a page can read the cookie, also one that an attacker gets in there.",
            of_session: Severity::Medium,
            of_others: Severity::Info,
        }),
        cookie.same_site.is_none().then_some(Gap {
            attribute: "SameSite",
            means: "Whether the cookie goes along with requests that other sites start depends on the browser.",
            of_session: Severity::Low,
            of_others: Severity::Info,
        }),
    ]
    .into_iter()
    .flatten()
}
