//! Media, performance and accessibility: a page as it should be, and pages that were made to take long.

use std::time::{Duration, Instant};

use model::{
    Severity,
    site::{Answer, Headers, HttpVersion, Outcome, Resource, Role, Site},
};
use url::Url;

use super::{Visit, catalogue};

const CATEGORIES: [&str; 3] = ["accessibility", "media", "performance"];

fn answered(role: Role, path: &str, head: &[(&str, &str)], body: &str) -> Resource {
    let url = Url::parse("https://example.com").unwrap().join(path).unwrap();
    let mut headers = Headers::default();
    head.iter().for_each(|(name, value)| headers.add(name, value.as_bytes()));
    let answer = Answer {
        url: url.clone(),
        status: 200,
        version: HttpVersion::Http2,
        headers,
        body: body.as_bytes().into(),
        wire_bytes: body.len() as u64,
        is_cut: false,
        first_byte: Duration::from_millis(50),
        end: Duration::from_millis(60),
    };
    let outcome = Outcome::Answered(Box::new(answer));
    Resource { role, url, referrer: None, hops: Vec::new(), outcome }
}

#[test]
fn a_page_as_it_should_be_is_left_alone() {
    let page = r##"<!doctype html><html lang="en"><head><title>Bread</title>
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <link rel="preload" href="/inter.woff2" as="font" type="font/woff2" crossorigin>
        <link rel="stylesheet" href="/app.3f9c21ab.css"><script type="module" src="/app.3f9c21ab.js"></script></head>
        <body><a href="#content">Skip to content</a>
        <nav aria-label="Main"><ul><li><a href="/">Home</a></li><li><a href="/bread" aria-current="page">Bread</a></li></ul></nav>
        <main id="content"><h1>Bread</h1>
        <img src="/hero.webp" alt="A loaf" width="1200" height="600" fetchpriority="high">
        <p>Rye and wheat.</p><button aria-expanded="false" aria-controls="more"><svg aria-hidden="true"></svg> More</button>
        <form><label for="email">Email</label><input id="email" type="email" placeholder="you@example.com"><button>Send</button></form>
        <table><caption>Prices</caption><tr><th scope="col">Loaf<th scope="col">Price<tr><td>Rye<td>3<tr><td>Wheat<td>2</table>
        <video controls preload="none" poster="/p.webp" src="/v.mp4"><track kind="captions" src="/v.vtt" srclang="en"></video>
        <iframe title="Map" src="https://maps.example/"></iframe></main></body></html>"##;
    let style = "@font-face{font-family:Inter;src:url(/inter.woff2) format(\"woff2\");font-display:swap}body{color:#222;background:#fff}a{color:#0645ad}:focus-visible{outline:2px solid}";
    let forever = ("cache-control", "public, max-age=31536000, immutable");
    let resources = vec![
        answered(
            Role::Page,
            "/",
            &[("content-type", "text/html"), ("content-encoding", "br")],
            page,
        ),
        answered(Role::Style, "/app.3f9c21ab.css", &[("content-type", "text/css"), forever], style),
        answered(
            Role::Script,
            "/app.3f9c21ab.js",
            &[("content-type", "text/javascript"), forever],
            "start()",
        ),
        answered(Role::Image, "/hero.webp", &[("content-type", "image/webp"), forever], "RIFF"),
    ];
    let start = Url::parse("https://example.com/").unwrap();
    let site = Site { resources, ..Site::new(start, 0) };
    let visit = Visit::of(&site);
    for check in catalogue().filter(|check| CATEGORIES.contains(&check.category())) {
        assert_eq!(check.judge(&visit), [], "{}", check.id);
    }
}

#[test]
fn pages_that_were_made_to_take_long_do_not() {
    let numbered = |text: &str| -> String {
        (0..20_000).map(|number| text.replace('#', &number.to_string())).collect()
    };
    let long_class = format!("<p class='{}'>x", "a ".repeat(200_000));
    let pages = [
        numbered("<button id=i# aria-labelledby='i1 all'>x</button>"),
        format!(
            "<select id=all>{}</select>{}",
            numbered("<option>#"),
            numbered("<b role=button aria-labelledby=all></b>")
        ),
        format!("<label>{}{}", numbered("<i id=#></i>"), numbered("<input>")),
        numbered("<label><i>"),
        numbered("<table><tr><td>#<td>#<tr>"),
        numbered("<div class='a b'><p style='color:#999'>x</p>"),
        numbered("<a aria-label=x href=#>longer text"),
        long_class,
        numbered("<link rel=preload as=image href=/#.png>"),
    ];
    let styles = [
        numbered(".a p.b# , .a .b em { color: #123 } "),
        numbered("p { color: #aaa } div div div div p { background: #fff } "),
        "url(".repeat(100_000),
        format!("@font-face {{ src: {} }}", "url(".repeat(100_000)),
        "{".repeat(100_000),
        "document.write(".repeat(50_000),
    ];
    let plain = "<p class='a b'>x<em>y</em></p>".repeat(20_000);
    let pairs = pages
        .iter()
        .map(|page| (page, &styles[0]))
        .chain(styles.iter().map(|style| (&plain, style)));
    for (page, style) in pairs {
        let page = format!("<link rel=stylesheet href=/a.css><script src=/a.js></script>{page}");
        let resources = vec![
            answered(Role::Page, "/", &[("content-type", "text/html")], &page),
            answered(Role::Style, "/a.css", &[], style),
            answered(Role::Script, "/a.js", &[], style),
        ];
        let start = Url::parse("https://example.com/").unwrap();
        let site = Site { resources, ..Site::new(start, 0) };
        let visit = Visit::of(&site);
        for check in catalogue().filter(|check| CATEGORIES.contains(&check.category())) {
            let began = Instant::now();
            let found = check.judge(&visit);
            assert!(
                found.iter().all(|found| found.severity != Some(Severity::High)),
                "{}",
                check.id
            );
            // Without optimization, on a busy machine; what is quadratic takes minutes.
            assert!(began.elapsed() < Duration::from_secs(20), "{}: {page:.120}", check.id);
        }
    }
}
