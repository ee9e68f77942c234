use std::time::Duration;

use model::{
    Severity,
    site::{Answer, Headers, HttpVersion, Outcome, Resource, Role, Site},
};
use proptest::prelude::*;
use url::Url;

use crate::web::{Visit, grade, headers::CHECKS, literal};

#[test]
fn a_clean_site_has_nothing_to_repair() {
    let site = literal::visit(
        "GET https://www.example.com/
HTTP/1.1 200 OK
content-type: text/html; charset=utf-8
content-security-policy: default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; report-to csp
reporting-endpoints: csp=\"https://www.example.com/reports\"
strict-transport-security: max-age=63072000; includeSubDomains; preload
x-content-type-options: nosniff
x-frame-options: DENY
referrer-policy: strict-origin-when-cross-origin
permissions-policy: camera=(), geolocation=(self \"https://maps.example\")
cross-origin-opener-policy: same-origin
cross-origin-resource-policy: same-site
cache-control: private, no-cache
server: nginx
set-cookie: __Host-session=9f86d081884c7d659a2feaa0c55ad015; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=86400
set-cookie: theme=dark; Secure; HttpOnly; SameSite=Lax

<form><input name=q></form>
GET http://www.example.com/ as plain http
HTTP/1.1 301 Moved Permanently
location: https://www.example.com/
",
    );
    let visit = Visit::of(&site);
    for check in CHECKS {
        assert_eq!(check.judge(&visit), [], "{}", check.id);
    }
}

#[test]
fn a_bare_page_has_nothing_that_is_high() {
    let site = literal::page("<p>Hello</p>");
    let visit = Visit::of(&site);
    for check in CHECKS {
        for found in check.judge(&visit) {
            assert!(found.severity.unwrap_or(check.severity) <= Severity::Medium, "{}", check.id);
        }
    }
}

#[test]
fn a_cookies_value_is_in_no_finding() {
    let site = literal::visit(
        "HTTP/1.1 200 OK
content-type: text/html
cache-control: public, max-age=60
set-cookie: session=9f86d081884c7d659a2feaa0c55ad015; Domain=example.com; Max-Age=99999999
set-cookie: __Host-sid=9f86d081884c7d659a2feaa0c55ad015
set-cookie: sid2=9f86d081884c7d659a2feaa0c55ad015; SameSite=None
set-cookie: 9f86d081884c7d659a2feaa0c55ad015
set-cookie: sid3=9f86d081884c7d659a2feaa0c55ad015\u{1}; Path=x
",
    );
    let visit = Visit::of(&site);
    let all: Vec<_> = CHECKS.iter().flat_map(|check| check.judge(&visit)).collect();
    assert!(all.len() > 8);
    assert!(!format!("{all:?}").contains("9f86d081"));
}

const NAMES: [&str; 20] = [
    "content-security-policy",
    "content-security-policy-report-only",
    "strict-transport-security",
    "x-frame-options",
    "x-content-type-options",
    "referrer-policy",
    "permissions-policy",
    "access-control-allow-origin",
    "access-control-allow-credentials",
    "cross-origin-opener-policy",
    "cross-origin-embedder-policy",
    "cross-origin-resource-policy",
    "cache-control",
    "content-type",
    "set-cookie",
    "server",
    "x-powered-by",
    "refresh",
    "location",
    "report-to",
];

proptest! {
    #[test]
    fn whatever_a_head_holds_is_judged(
        fields in prop::collection::vec(
            (prop::sample::select(&NAMES[..]), "('self'|script-src|max-age|\\*|http:|nonce-|[;,=\" /]|\\PC){0,12}"),
            0..8,
        ),
        is_https: bool,
    ) {
        let url = if is_https { "https://example.com/" } else { "http://example.com/" };
        let url = Url::parse(url).unwrap();
        let mut headers = Headers::default();
        fields.iter().for_each(|(name, value)| headers.add(name, value.as_bytes()));
        let answer = Answer {
            url: url.clone(),
            status: 200,
            version: HttpVersion::Http11,
            headers,
            body: b"<p>a".as_slice().into(),
            wire_bytes: 4,
            is_cut: false,
            first_byte: Duration::ZERO,
            end: Duration::ZERO,
        };
        let outcome = Outcome::Answered(Box::new(answer));
        let resource =
            Resource { role: Role::Page, url: url.clone(), referrer: None, hops: Vec::new(), outcome };
        let site = Site { resources: vec![resource], ..Site::new(url, 0) };
        let visit = Visit::of(&site);
        for check in CHECKS {
            let found = check.judge(&visit);
            prop_assert!(found.iter().all(|found| !found.key.contains('\n')));
        }
        prop_assert_eq!(grade(&visit).tests.len(), 12);
    }
}
