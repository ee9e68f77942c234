use model::{CheckId, Confidence, Cwe, Severity};
use url::Url;

use crate::web::{Check, Page, Report, Run, Visit, page, shown::Several};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("seo.session-id-url"),
    severity: Severity::Low,
    confidence: Confidence::Medium,
    // Use of GET Request Method With Sensitive Query Strings.
    cwe: Some(Cwe(598)),
    reference: "https://owasp.org/www-community/vulnerabilities/Information_exposure_through_query_strings_in_url",
    page: page!("seo/session-id-url"),
    run: Run::Page(run),
};

/// What sessions are called by the platforms that put them into addresses.
const NAMES: [&str; 8] = [
    "jsessionid",
    "phpsessid",
    "aspsessionid",
    "sessionid",
    "session_id",
    "sid",
    "oscsid",
    "zenid",
];
/// A session's number has at least so many letters and digits; what is shorter is something else.
const MIN_VALUE: usize = 16;

fn run(page: &Page<'_>, visit: &Visit<'_>, report: &mut Report) {
    let mut several = Several::default();
    let mut name = String::new();
    for link in page.document.by_name("a") {
        let Some(url) = link.attribute("href").and_then(|href| page.join(href)) else { continue };
        let Some(found) = session_of(&url).filter(|_| visit.is_same_origin(&url)) else { continue };
        name = found;
        several.add_as(Some(link.line()), "url", || format!("{}: {name}=…", path_of(&url)));
    }
    if let Some(found) = several.found(page.url()) {
        report.add(found.key(name));
    }
}

/// The path without parameters of its segments (RFC 3986, 3.3), which may be the session.
fn path_of(url: &Url) -> &str {
    url.path().split(';').next().unwrap_or_default()
}

/// The name of the parameter that holds a session.
fn session_of(url: &Url) -> Option<String> {
    let in_path = url.path().split([';', '/']).filter_map(|part| part.split_once('='));
    let in_path = in_path.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let in_query = url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned()));
    in_path.chain(in_query).find_map(|(name, value)| {
        let name = name.to_ascii_lowercase();
        let is_value = value.len() >= MIN_VALUE
            && value.chars().any(|c| c.is_ascii_digit())
            && value
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '!'));
        (NAMES.contains(&name.as_str()) && is_value).then_some(name)
    })
}
