//! Whatever a site answers, every check ends, soon, and without a panic.

use std::time::{Duration, Instant};

use model::site::{Answer, Headers, HttpVersion, Outcome, Resource, Role, Site};
use proptest::prelude::*;
use url::Url;

use super::{EXPOSED_PATHS, Visit, catalogue};

/// A site that answers everything with this body, and says it in its headers too.
fn site(body: &str, status: u16) -> Site {
    let roles = [
        ("/", Role::Page),
        ("/a.js", Role::Script),
        ("/a.css", Role::Style),
        ("/a.js.map", Role::SourceMap),
        ("/robots.txt", Role::Robots),
        ("/.well-known/security.txt", Role::WellKnown),
        ("/missing", Role::Missing),
    ];
    let exposed = EXPOSED_PATHS.iter().map(|exposed| (exposed.path, Role::Exposed));
    let start = Url::parse("https://example.com/").unwrap();
    let resources = roles.into_iter().chain(exposed).map(|(path, role)| {
        let mut headers = Headers::default();
        headers.add("content-type", b"text/html");
        let head = body.get(..body.floor_char_boundary(8_000)).unwrap();
        headers.add("server", head.as_bytes());
        headers.add("date", head.as_bytes());
        // What is missing has to look different from what is there.
        let body = if role == Role::Missing { format!("{body} ") } else { body.to_owned() };
        let url = start.join(path).unwrap();
        let answer = Answer {
            url: url.clone(),
            status,
            version: HttpVersion::Http2,
            headers,
            body: body.as_bytes().into(),
            wire_bytes: 0,
            is_cut: false,
            first_byte: Duration::ZERO,
            end: Duration::ZERO,
        };
        let outcome = Outcome::Answered(Box::new(answer));
        Resource { role, url, referrer: None, hops: Vec::new(), outcome }
    });
    Site { resources: resources.collect(), ..Site::new(start.clone(), 1_800_000_000_000) }
}

#[test]
fn hostile_sites_are_judged_in_time() {
    let many = |text: &str| text.repeat(300_000 / text.len());
    let hostile = [
        format!("<!--{}-->", many("password=")),
        format!("<!--{}-->", many("TODO password: a1")),
        many("<!--password: a1b2c3d4-->"),
        format!("<script>{}</script>", many("eval(location.hash)")),
        format!("<script>{}</script>", many("document.write(")),
        format!("<script>{}</script>", many("postMessage(token,'*')")),
        format!("<script>{}</script>", many("new WebSocket('ws://a/')\n")),
        many("://10.0.0.1 "),
        many("<script src=http://10.0.0.1></script>"),
        many("<form><input type=password>"),
        many("<b>Warning</b>: in <b>"),
        many("# TYPE a b\n"),
        many("A=1\n"),
        many("at a(b.java:1)\n"),
        many("PHP/5.0 "),
        many("/*! jQuery v3.4.1 */\n"),
    ];
    for text in hostile {
        for status in [200, 500] {
            let site = site(&text, status);
            let visit = Visit::of(&site);
            for check in catalogue() {
                let began = Instant::now();
                check.judge(&visit);
                let start: String = text.chars().take(40).collect();
                assert!(began.elapsed() < Duration::from_secs(5), "{}: {start}", check.id);
            }
        }
    }
}

#[test]
fn a_site_that_answers_everything_with_its_page_exposes_nothing() {
    let page = "<!doctype html><title>Shop</title><h1>Shop</h1><p>A=1 ref: refs/heads/main [core] __schema phpinfo()</p>";
    let site = site(page, 200);
    let visit = Visit::of(&site);
    // The page is no security.txt, so there is none.
    let exposure = catalogue().filter(|check| check.category() == "exposure");
    for check in exposure.filter(|check| check.id.as_str() != "exposure.security-txt-missing") {
        assert_eq!(check.judge(&visit), [], "{}", check.id);
    }
}

proptest! {
    #[test]
    fn every_site_is_judged(
        body in "(<(script|a|form|iframe|link|meta|input|title|img)( (src|href|action|rel|content|name|type|integrity)='[^'<>]{0,20}')*>|</script>|<!--|-->|[a-z]{1,5}://[a-z0-9.]{0,9}|eval\\(|location.hash|['\"(){};,+?=&@/]|[A-Z_]{1,6}=|\\PC){0,40}",
        status in prop_oneof![Just(200_u16), Just(404), Just(500)],
    ) {
        let site = site(&body, status);
        let visit = Visit::of(&site);
        for check in catalogue() {
            for found in check.judge(&visit) {
                prop_assert!(!found.evidence.is_empty() || found.detail.is_some(), "{}", check.id);
            }
        }
    }
}
