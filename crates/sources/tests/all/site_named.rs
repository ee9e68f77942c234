//! What style sheets, manifests and texts in any encoding name, and how servers want to be asked for it.

use std::time::{Duration, Instant};

use model::site::Role;
use test_kit::{HttpServer, Reply};

use crate::support::{crawl, html, options, outcome, paths};

#[test]
fn style_sheets_name_sheets_fonts_and_images_and_so_do_styles_of_pages() {
    let server = HttpServer::http(|request| {
        match request.path.as_str() {
        "/" => html(
            "<link rel=stylesheet href=/a.css><style>@import \"/b.css\";@font-face{src:url(/inline.woff2)}</style>
             <p style='background:url(/style.png)'>x</p>",
        ),
        "/a.css" => Reply::ok("@import 'c.css';.a{background:url(/a.png)}"),
        "/b.css" => Reply::ok("@font-face{font-family:x;src:url(/b.woff2)}"),
        "/c.css" => Reply::ok("@import 'd.css';.c{cursor:url('/c.cur'),auto}"),
        "/d.css" => Reply::ok("@import 'e.css';"),
        "/e.css" => Reply::ok("@import 'f.css';"),
        _ => Reply::ok("x"),
    }
    });
    let crawled = crawl(&server.url("/"), &options());
    let sheets = ["/a.css", "/b.css", "/c.css", "/d.css", "/e.css"];
    assert_eq!(paths(&crawled, Role::Style), sheets);
    assert_eq!(paths(&crawled, Role::Font), ["/inline.woff2", "/b.woff2"]);
    assert_eq!(paths(&crawled, Role::Image), ["/style.png", "/a.png", "/c.cur"]);
}

#[test]
fn style_sheets_that_import_each_other_are_asked_for_once() {
    let server = HttpServer::http(|request| match request.path.as_str() {
        "/" => html("<link rel=stylesheet href=/a.css>"),
        "/a.css" => Reply::ok("@import '/b.css';@import '/a.css';"),
        "/b.css" => Reply::ok("@import '/a.css';"),
        _ => Reply::status(404),
    });
    let crawled = crawl(&server.url("/"), &options());
    assert_eq!(paths(&crawled, Role::Style), ["/a.css", "/b.css"]);
}

#[test]
fn a_manifest_names_icons() {
    let server = HttpServer::http(|request| match request.path.as_str() {
        "/" => html("<link rel=manifest href=/app/m.json>"),
        "/app/m.json" => Reply::ok("{\"icons\":[{\"src\":\"a.png\"},{\"src\":\"/b.png\"}]}"),
        "/b.png" => Reply::status(404),
        _ => Reply::ok("x"),
    });
    let crawled = crawl(&server.url("/"), &options());
    assert_eq!(paths(&crawled, Role::Icon), ["/favicon.ico", "/app/a.png", "/b.png"]);
    assert_eq!(outcome(&crawled, "/b.png"), "404");
}

#[test]
fn a_page_in_another_encoding_leads_where_browsers_are_led() {
    let server = HttpServer::http(|request| match request.path.as_str() {
        "/" => Reply::ok(b"<a href='/caf\xe9?q=\xe9'>x</a>".to_vec())
            .header("content-type", "text/html; charset=iso-8859-1"),
        "/caf%C3%A9" => html(b"<meta charset=shift_jis><a href='/\x83\x65'>x</a>".to_vec()),
        _ => html("x"),
    });
    let crawled = crawl(&server.url("/"), &options());
    assert_eq!(paths(&crawled, Role::Page), ["/", "/caf%C3%A9?q=%E9", "/%E3%83%86"]);
}

#[test]
fn a_link_is_asked_for_with_get_where_the_server_refuses_head() {
    let server =
        HttpServer::http(|request| match (request.path.as_str(), request.method.as_str()) {
            ("/", _) => html("<a href=/a.pdf>x</a><a href=/b.pdf>x</a><a href=/c.pdf>x</a>"),
            ("/c.pdf", _) => Reply::status(503),
            ("/a.pdf" | "/moved.pdf", "HEAD") => Reply::status(405),
            ("/a.pdf", _) => Reply::redirect(302, "/moved.pdf"),
            ("/moved.pdf", _) => Reply::ok("x".repeat(100_000)),
            _ => Reply::status(404),
        });
    let crawled = crawl(&server.url("/"), &options());
    assert_eq!(outcome(&crawled, "/a.pdf"), "200");
    assert_eq!(
        (outcome(&crawled, "/b.pdf"), outcome(&crawled, "/c.pdf")),
        ("404".into(), "503".into())
    );
    for (link, answer) in crawled.site.answered(Role::Link) {
        assert!(answer.body.is_empty(), "{}", link.url);
    }
    let asked = |path: &str| -> Vec<String> {
        let requests = server.requests().into_iter().filter(|request| request.path == path);
        requests.map(|request| request.method).collect()
    };
    assert_eq!(asked("/a.pdf"), ["HEAD", "GET"]);
    assert_eq!(asked("/moved.pdf"), ["GET"]);
    assert_eq!(asked("/b.pdf"), ["HEAD", "GET"]);
    // Who is busy is not asked twice.
    assert_eq!(asked("/c.pdf"), ["HEAD"]);
    assert!(crawled.notes.iter().all(|note| !note.message.contains(".pdf")), "{:?}", crawled.notes);
}

#[test]
fn robots_pause_where_robots_txt_asks_for_it_and_what_pages_load_does_not_wait() {
    let pause = Duration::from_millis(300);
    let server = HttpServer::http(|request| match request.path.as_str() {
        "/robots.txt" => Reply::ok("User-agent: *\nCrawl-delay: 3600\nDisallow: /favicon.ico\n"),
        "/" => html(
            "<a href=/a>x</a>".to_owned()
                + &(0..40).map(|n| format!("<img src=/i{n}.png>")).collect::<String>(),
        ),
        _ => html("x"),
    });
    let mut options = options();
    options.limits.crawl_delay = pause;
    let began = Instant::now();
    let crawled = crawl(&server.url("/"), &options);
    let robots = [Role::Sitemap, Role::WellKnown, Role::Missing, Role::Page];
    let asked: usize = robots.iter().map(|role| paths(&crawled, *role).len()).sum();
    // All of these but the start.
    let paused = u32::try_from(asked - 1).unwrap();
    assert_eq!(paused, 4);
    assert!(began.elapsed() >= pause * paused);
    assert_eq!(paths(&crawled, Role::Image).len(), 40);
    assert!(began.elapsed() < pause * 40);
}
