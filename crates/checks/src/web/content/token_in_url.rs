use std::collections::BTreeSet;

use model::{CheckId, Confidence, Cwe, Severity, one_line};
use url::Url;

use crate::web::{Check, Found, Page, Report, Run, Visit, embedded, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("content.token-in-url"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    // Use of GET Request Method With Sensitive Query Strings.
    cwe: Some(Cwe(598)),
    reference: "https://owasp.org/www-community/vulnerabilities/Information_exposure_through_query_strings_in_url",
    page: page!("content/token-in-url"),
    run: Run::SentAndRendered(run),
};

/// What servers call the parameter that says who someone is.
const SESSIONS: &[&str] =
    &["phpsessid", "jsessionid", "aspsessionid", "sessionid", "session_id", "sid"];

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let mut told = BTreeSet::new();
    for written in embedded::of(page) {
        let Some(url) = written.url(page).filter(|url| url.scheme().starts_with("http")) else {
            continue;
        };
        let Some(name) = token_in(&url) else { continue };
        if told.insert(name.clone()) {
            let host = url.host_str().unwrap_or_default();
            report.add(
                Found::at(page.url())
                    .line(written.element.line())
                    .key(name.as_str())
                    .detail(format!("`{name}` holds it."))
                    .evidence(
                        "url",
                        format!("{}://{host}{}?{name}=(not shown)", url.scheme(), path(&url)),
                    ),
            );
        }
    }
}

/// The name of the parameter with a token in it.
fn token_in(url: &Url) -> Option<String> {
    if let Some((_, rest)) = url.path().rsplit_once(";jsessionid=")
        && is_random(rest.split(['?', '/']).next().unwrap_or_default())
    {
        return Some("jsessionid".to_owned());
    }
    url.query_pairs().find_map(|(name, value)| {
        let lower = name.to_ascii_lowercase();
        let is_session = SESSIONS.contains(&&*lower) && is_random(&value);
        (is_session || is_jwt(&value)).then(|| one_line(&lower, 40))
    })
}

fn path(url: &Url) -> &str {
    url.path().split(';').next().unwrap_or_default()
}

/// Long enough that nobody guesses it, as ids of sessions have to be.
fn is_random(value: &str) -> bool {
    value.len() >= 16
        && value
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'!'))
        && value.bytes().filter(u8::is_ascii_digit).count() >= 3
}

/// RFC 7519: three parts, the first of which begins `{"` in base64url.
fn is_jwt(value: &str) -> bool {
    value.len() > 40 && value.starts_with("eyJ") && value.split('.').count() == 3
}
