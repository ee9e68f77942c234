//! Pages that nobody wrote for people: every check has to come to an end, and soon.

use std::time::Instant;

use model::site::{Headers, Role, Site};
use proptest::prelude::*;
use url::Url;

use super::{
    Visit, catalogue,
    literal::{of, resource},
};

fn site(page: &str) -> Site {
    let start = Url::parse("https://example.com/").unwrap();
    let mut html = Headers::default();
    html.add("content-type", b"text/html");
    let text = |path: &str, role| {
        resource(role, &start.join(path).unwrap(), 200, Headers::default(), page.as_bytes())
    };
    let resources = vec![
        resource(Role::Page, &start, 200, html.clone(), page.as_bytes()),
        resource(Role::Page, &start.join("two").unwrap(), 200, html, page.as_bytes()),
        text("robots.txt", Role::Robots),
        text("sitemap.xml", Role::Sitemap),
        text("app.webmanifest", Role::Manifest),
        text("app.js", Role::Script),
        text("app.css", Role::Style),
    ];
    of(start, resources)
}

#[test]
fn pages_with_very_many_elements_are_judged_in_time() {
    let numbered = |text: &str| -> String {
        (0..20_000).map(|number| text.replace('#', &number.to_string())).collect()
    };
    for page in [
        numbered("<input id=i# aria-labelledby='i1 x#'>"),
        format!("<body id=b>{}", numbered("<input aria-labelledby='b #'>")),
        format!("<label>{}{}", numbered("<i id=#></i>"), numbered("<input>")),
        numbered("<label for=#><label>"),
        numbered("<link rel=canonical href=#><link rel=alternate hreflang=en href=#>"),
        numbered("<meta property=og:image content=https://example.com/#><link rel=icon href=#>"),
        numbered("<h1>#</h1><h4 id=1>#</h4>"),
        numbered("<form><input name=email><input type=radio name=#>"),
        numbered("<form id=f#></form><input form=f#>"),
        numbered("<script type=application/ld+json>{\"@type\":\"#\"}</script>"),
        format!("<script type=application/ld+json>{}", "[".repeat(100_000)),
        numbered("<a href='?sid=0123456789abcdef#' rel=nofollow>"),
        "Ã¼".repeat(100_000),
        "<p>".repeat(20_000),
    ] {
        let site = site(&page);
        let visit = Visit::of(&site);
        for check in catalogue() {
            let began = Instant::now();
            let found = check.judge(&visit).len();
            assert!(found <= 1_000, "{}", check.id);
            let took = began.elapsed().as_millis();
            // In a build without optimization, on a busy machine; what is quadratic takes minutes.
            assert!(took < 20_000, "{}: {took} ms for {:.40}", check.id, page);
            if took > 200 {
                eprintln!("{took:>6} ms  {}  {page:.40}", check.id);
            }
        }
    }
}

proptest! {
    #[test]
    fn every_page_is_judged(page in "(<[/!]?(html|head|body|title|meta|link|a|p|h[1-6]|main|form|label|input|select|textarea|script|img|fieldset|legend|svg)( (name|id|for|type|rel|href|content|charset|http-equiv|lang|dir|hreflang|autocomplete|aria-labelledby|role|style|onpaste|property)=(viewport|robots|refresh|canonical|alternate|icon|password|email|application/ld.json|/x|[a-z0-9;:=., -]{0,8}|'[^']{0,8}'))*/?>?|[a-z{}\\[\\]\": &;]|-->|\\PC){0,40}") {
        let site = site(&page);
        let visit = Visit::of(&site);
        for check in catalogue() {
            for found in check.judge(&visit) {
                prop_assert!(found.evidence.iter().all(|(_, value)| !value.contains('\n')));
            }
        }
    }
}
