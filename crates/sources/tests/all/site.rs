//! What a crawl asks for, and in which order.

use std::{
    io::Write as _,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
};

use model::{
    NoteKind,
    site::{HttpVersion, Outcome, Role},
};
use sources::site::Options;
use test_kit::{Http2Server, HttpServer, Reply};

use crate::support::{Names, client, crawl, has_note, html, options, outcome, paths, visit};

/// Pages with links: `(path, links)`.
fn linked(pages: &'static [(&'static str, &'static [&'static str])]) -> HttpServer {
    HttpServer::http(move |request| {
        let page = pages.iter().find(|(path, _)| *path == request.path);
        page.map_or(Reply::status(404), |(_, links)| {
            let links = links.iter().map(|link| format!("<a href='{link}'>x</a>"));
            html(links.collect::<String>())
        })
    })
}

#[test]
fn pages_are_visited_breadth_first_and_the_same_ones_every_time() {
    let server = linked(&[
        ("/", &["/b", "/a", "/b#x", "/"]),
        ("/a", &["/a1", "/b1"]),
        ("/b", &["/b1", "/a"]),
        ("/a1", &["/deep"]),
        ("/b1", &[]),
        ("/deep", &["/"]),
    ]);
    let expected = ["/", "/b", "/a", "/b1", "/a1", "/deep"];
    for _ in 0..3 {
        assert_eq!(paths(&crawl(&server.url("/#top"), &options()), Role::Page), expected);
    }
    let few = crawl(&server.url("/"), &Options { pages: 4, ..options() });
    assert_eq!(paths(&few, Role::Page), expected[..4]);
    assert_eq!(paths(&few, Role::Link), ["/a1"]);
}

#[test]
fn of_fifty_links_beyond_the_budget_the_head_is_asked() {
    let server = HttpServer::http(|request| match request.path.as_str() {
        "/" => html((0..200).map(|n| format!("<a href=/p{n}>x</a>")).collect::<String>()),
        "/robots.txt" => Reply::status(404),
        _ => html("x"),
    });
    let crawled = crawl(&server.url("/"), &Options { pages: 3, ..options() });
    assert_eq!(paths(&crawled, Role::Page), ["/", "/p0", "/p1"]);
    let links = paths(&crawled, Role::Link);
    assert_eq!((links.len(), links[0].as_str(), links[49].as_str()), (50, "/p2", "/p51"));
    let heads = server.requests().into_iter().filter(|request| request.method == "HEAD");
    assert_eq!(heads.count(), 50);
    assert!(has_note(&crawled, NoteKind::Unvisited, "198 further addresses"));
}

#[test]
fn a_path_is_visited_with_three_queries_at_most() {
    let server = HttpServer::http(|request| {
        let next = request.query.trim_start_matches("n=").parse().unwrap_or(0) + 1;
        html(format!("<a href='?n={next}'>x</a><a href='?n={next}&m={next}'>x</a>"))
    });
    let crawled = crawl(&server.url("/list"), &options());
    assert_eq!(paths(&crawled, Role::Page).len(), 4);
    assert_eq!(paths(&crawled, Role::Link), [] as [&str; 0]);
}

#[test]
fn other_origins_files_and_other_schemes_are_no_pages() {
    let other = HttpServer::http(|_| html("stranger"));
    let link = other.url("/elsewhere");
    let server = HttpServer::http(move |request| {
        match request.path.as_str() {
        "/" => html(format!(
            "<a href='{link}'>x</a><a href=/paper.PDF>x</a><a href=/v1.2>x</a><a href='javascript:x()'>x</a>
             <a href='mailto:a@b.example'>x</a><a href='data:text/html,x'>x</a><a href='#f'>x</a><a href='http://'>x</a>"
        )),
        _ => html("x"),
    }
    });
    let crawled = crawl(&server.url("/"), &options());
    assert_eq!(paths(&crawled, Role::Page), ["/", "/v1.2"]);
    assert_eq!(paths(&crawled, Role::Link), ["/paper.PDF"]);
    assert!(other.requests().is_empty());
}

#[test]
fn the_first_base_of_a_page_counts_if_it_is_of_the_web() {
    for (base, expected) in [
        ("<base href=/below/>", "/below/a"),
        ("<base target=_top><base href=/below/><base href=/other/>", "/below/a"),
        ("<base href='javascript:x'><base href=/other/>", "/start/a"),
        ("<base href='http://['><base href=/other/>", "/start/a"),
    ] {
        let server = HttpServer::http(move |request| match request.path.as_str() {
            "/start/" => html(format!("{base}<a href=a>x</a>")),
            _ => html("x"),
        });
        let crawled = crawl(&server.url("/start/"), &options());
        assert_eq!(paths(&crawled, Role::Page), ["/start/", expected], "{base}");
    }
}

#[test]
fn the_start_settles_where_the_site_is() {
    let server = HttpServer::http(|request| {
        let host = request.header("host").unwrap_or_default().to_owned();
        match (host.strip_prefix("www."), request.path.as_str()) {
            (None, path) => Reply::redirect(301, &format!("http://www.{host}{path}")),
            (Some(bare), "/") => html(format!("<a href=/a>x</a><a href='http://{bare}/b'>x</a>")),
            (Some(_), _) => html("x"),
        }
    });
    let names = Names::default().with("a.test", &[&["127.0.0.1"]]);
    let client = client(names.with("www.a.test", &[&["127.0.0.1"]]), "");
    let crawled = visit(&client, &server.url_at("a.test", "/"), &options()).unwrap();
    assert_eq!(crawled.site.home().host_str(), Some("www.a.test"));
    assert_eq!(crawled.site.resources[0].hops.len(), 1);
    assert_eq!(paths(&crawled, Role::Page), ["/", "/a"]);
}

#[test]
fn a_page_that_redirects_to_another_site_is_left_there() {
    let other = HttpServer::http(|_| html("<a href=/more>x</a><script src=/s.js></script>"));
    let away = other.url("/login");
    let server = HttpServer::http(move |request| match request.path.as_str() {
        "/" => html("<a href=/out>x</a><a href=/in>x</a><a href=/link.pdf>x</a>"),
        "/in" => Reply::redirect(302, "/inner"),
        "/inner" => html("<a href=/last>x</a>"),
        "/last" => html("x"),
        "/robots.txt" => Reply::status(404),
        _ => Reply::redirect(302, &away),
    });
    let options = Options { exposed: vec!["/.git/HEAD"], ..options() };
    let crawled = crawl(&server.url("/"), &options);
    assert_eq!(paths(&crawled, Role::Page), ["/", "/out", "/in", "/last"]);
    for path in ["/out", "/link.pdf", "/.git/HEAD"] {
        assert_eq!(outcome(&crawled, path), "skipped: it redirects to another site", "{path}");
    }
    let asked: Vec<String> = other.requests().into_iter().map(|request| request.path).collect();
    // What the site publishes at agreed places may be elsewhere.
    assert!(asked.iter().all(|path| path == "/login"), "{asked:?}");
    assert_eq!(asked.len(), 3, "site map, icon, security.txt: {asked:?}");
}

#[test]
fn what_redirects_to_a_page_that_is_there_is_a_link_and_no_second_page() {
    let server = HttpServer::http(|request| match request.path.as_str() {
        "/" => html(
            "<a href=/to-c>x</a><a href=/index.html>x</a><a href=/b>x</a><a href=/to-b>x</a><a href=/to-c2>x</a>",
        ),
        "/index.html" => Reply::redirect(301, "/"),
        "/to-b" => Reply::redirect(301, "/b"),
        "/to-c" | "/to-c2" => Reply::redirect(301, "/c"),
        "/c" => html("<a href=/c>x</a><a href=/d>x</a>"),
        _ => html("x"),
    });
    let crawled = crawl(&server.url("/"), &options());
    assert_eq!(paths(&crawled, Role::Page), ["/", "/to-c", "/b", "/d"]);
    assert_eq!(paths(&crawled, Role::Link), ["/index.html", "/to-b", "/to-c2"]);
    let links = crawled.site.answered(Role::Link);
    for (link, answer) in links {
        assert_eq!((link.hops.len(), answer.status, answer.body.len()), (1, 200, 0));
    }
}

#[test]
fn what_a_page_both_links_to_and_loads_is_loaded() {
    let server = HttpServer::http(|request| match request.path.as_str() {
        "/" => html("<a href=/a.png>x</a><img src=/a.png><img src=''><script src=/s.js></script>"),
        "/s.js" => Reply::ok("x()\n//# sourceMappingURL=s.map"),
        _ => Reply::ok("x"),
    });
    let crawled = crawl(&server.url("/"), &options());
    assert_eq!(paths(&crawled, Role::Image), ["/a.png"]);
    assert_eq!(paths(&crawled, Role::Script), ["/s.js"]);
    assert_eq!(paths(&crawled, Role::SourceMap), ["/s.map"]);
    assert_eq!(paths(&crawled, Role::Link), [] as [&str; 0]);
}

#[test]
fn robots_txt_is_obeyed_for_all_but_the_start_and_what_pages_load() {
    let server = HttpServer::http(|request| match request.path.as_str() {
        "/robots.txt" => {
            Reply::ok("User-agent: *\nDisallow: /no\nDisallow: /.git\nDisallow: /*.pdf$")
        }
        "/no/start" => html(
            "<a href=/no/a>x</a><a href=/b>x</a><a href=/c.pdf>x</a><img src=/no/i.png><script src=/no/s.js></script>",
        ),
        "/b" => Reply::redirect(302, "/no/behind"),
        _ => html("x"),
    });
    let options = Options { exposed: vec!["/.git/HEAD", "/.env"], ..options() };
    let crawled = crawl(&server.url("/no/start"), &options);
    assert_eq!(paths(&crawled, Role::Page), ["/no/start", "/b"]);
    assert_eq!(outcome(&crawled, "/b"), "skipped: it redirects to where robots.txt asks not to go");
    assert_eq!(paths(&crawled, Role::Exposed), ["/.env"]);
    assert_eq!(paths(&crawled, Role::Link), [] as [&str; 0]);
    assert_eq!((paths(&crawled, Role::Image).len(), paths(&crawled, Role::Script).len()), (1, 1));
    assert!(has_note(
        &crawled,
        NoteKind::Unvisited,
        "3 addresses were not visited because robots.txt"
    ));
    let asked: Vec<String> = server.requests().into_iter().map(|request| request.path).collect();
    for path in ["/no/a", "/no/behind", "/.git/HEAD", "/c.pdf"] {
        assert!(!asked.iter().any(|asked| asked == path), "{path}");
    }
}

#[test]
fn robots_txt_is_obeyed_even_where_the_visit_begins_with_it() {
    let server = HttpServer::http(|request| match request.path.as_str() {
        "/robots.txt" => Reply::ok("User-agent: *\nDisallow: /.git"),
        _ => html("x"),
    });
    let options = Options { exposed: vec!["/.git/HEAD"], ..options() };
    let crawled = crawl(&server.url("/robots.txt"), &options);
    assert_eq!(paths(&crawled, Role::Robots), ["/robots.txt"]);
    assert_eq!(paths(&crawled, Role::Exposed), [] as [&str; 0]);
}

#[test]
fn a_robots_txt_that_cannot_be_had_disallows_and_a_missing_one_allows() {
    for (status, allows) in [
        (200, true),
        (204, true),
        (401, true),
        (403, true),
        (404, true),
        (410, true),
        (429, false),
        (500, false),
        (503, false),
    ] {
        let server = HttpServer::http(move |request| match request.path.as_str() {
            "/robots.txt" => Reply::status(status),
            "/" => html("<a href=/a>x</a><script src=/s.js></script>"),
            _ => html("x"),
        });
        let crawled = crawl(&server.url("/"), &options());
        assert_eq!(paths(&crawled, Role::Page).len() == 2, allows, "{status}");
        assert_eq!(paths(&crawled, Role::Script).len(), 1, "{status}");
        assert_eq!(
            has_note(&crawled, NoteKind::Unvisited, "robots.txt could not be had"),
            !allows,
            "{status}"
        );
    }
}

#[test]
fn a_robots_txt_that_is_a_page_forbids_nothing() {
    let server = HttpServer::http(|_| html("<!doctype html>\n<p>Disallow: /\n<a href=/a>x</a>"));
    let crawled = crawl(&server.url("/"), &options());
    assert_eq!(paths(&crawled, Role::Page), ["/", "/a"]);
}

#[test]
fn site_maps_name_pages_of_the_site_and_each_is_read_once() {
    let other = HttpServer::http(|_| Reply::ok("x"));
    let stranger = other.url("/map.xml");
    let server = HttpServer::http(move |request| {
        let host = format!("http://{}", request.header("host").unwrap_or_default());
        let index = |of: &[&str]| {
            let maps = of.iter().map(|url| format!("<sitemap><loc>{url}</loc></sitemap>"));
            Reply::ok(format!("<sitemapindex>{}</sitemapindex>", maps.collect::<String>()))
        };
        match request.path.as_str() {
            "/" => html("<a href=/linked>x</a>"),
            "/robots.txt" => {
                Reply::ok(format!("Sitemap: {stranger}\nSitemap: /one.xml\nSitemap: /two.xml"))
            }
            "/one.xml" => {
                index(&[&format!("{host}/two.xml"), &format!("{host}/three.xml.gz"), &stranger])
            }
            "/two.xml" => index(&[&format!("{host}/one.xml"), &format!("{host}/two.xml")]),
            "/three.xml.gz" => {
                let mut packed =
                    flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                let urls = format!(
                    "<urlset><url><loc>{host}/mapped</loc></url><url><loc>{stranger}</loc></url><url><loc>{host}/linked#x</loc></url></urlset>"
                );
                packed.write_all(urls.as_bytes()).unwrap();
                Reply::ok(packed.finish().unwrap()).header("content-type", "application/gzip")
            }
            _ => html("x"),
        }
    });
    let crawled = crawl(&server.url("/"), &options());
    assert_eq!(paths(&crawled, Role::Sitemap), ["/one.xml", "/two.xml", "/three.xml.gz"]);
    assert_eq!(paths(&crawled, Role::Page), ["/", "/linked", "/mapped"]);
    let (map, _) = crawled.site.resources[3..]
        .iter()
        .map(|page| page.referrer.clone())
        .find_map(|referrer| referrer.filter(|(url, _)| url.path().ends_with("gz")))
        .unwrap();
    assert_eq!(map.path(), "/three.xml.gz");
    assert!(other.requests().is_empty());
}

#[test]
fn addresses_in_bytes_that_are_no_utf_8_are_not_guessed() {
    let server = HttpServer::http(|request| {
        match request.path.as_str() {
        "/" => html(b"<a href='/caf\xe9'>\xff</a><a href='/%ff%00'>x</a><a href='/\xc3\xa4?q=\xc3\xb6'>x</a><a href='//\xff/'>x</a><a href=':99999/'>x</a>".to_vec()),
        _ => html("x"),
    }
    });
    let crawled = crawl(&server.url("/"), &options());
    let pages = paths(&crawled, Role::Page);
    assert_eq!(pages, ["/", "/%ff%00", "/%C3%A4?q=%C3%B6", "/:99999/"]);
    let asked: Vec<String> = server.requests().into_iter().map(|request| request.path).collect();
    assert!(asked.iter().all(|path| path.is_ascii()), "{asked:?}");
}

#[test]
fn a_name_in_any_script_and_any_port_is_one_site() {
    let server = HttpServer::http(|request| match request.path.as_str() {
        "/" => {
            let port = request.header("host").unwrap().split(':').nth(1).unwrap().to_owned();
            html(format!(
                "<a href='http://BÜCHER.test:{port}/a'>x</a><a href='http://bücher.test/b'>x</a>"
            ))
        }
        _ => html("x"),
    });
    let client = client(Names::default().with("xn--bcher-kva.test", &[&["127.0.0.1"]]), "");
    let crawled = visit(&client, &server.url_at("bücher.test", "/"), &options()).unwrap();
    assert_eq!(paths(&crawled, Role::Page), ["/", "/a"]);
}

#[test]
fn the_start_may_be_missing_or_broken_and_is_visited_as_it_is() {
    for status in [404, 410, 500, 503] {
        let server = HttpServer::http(move |request| match request.path.as_str() {
            "/" => Reply { status, ..html("<a href=/a>x</a>") },
            "/robots.txt" => Reply::status(404),
            _ => html("x"),
        });
        let crawled = crawl(&server.url("/"), &options());
        assert_eq!(outcome(&crawled, "/"), status.to_string());
        assert_eq!(paths(&crawled, Role::Page), ["/", "/a"]);
    }
}

#[test]
fn no_more_requests_are_under_way_than_there_may_be_connections() {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (at, top) = (Arc::clone(&now), Arc::clone(&most));
    let server = HttpServer::http(move |request| {
        top.fetch_max(at.fetch_add(1, SeqCst) + 1, SeqCst);
        std::thread::yield_now();
        let reply = match request.path.as_str() {
            "/" => html((0..60).map(|n| format!("<a href=/p{n}>x</a>")).collect::<String>()),
            _ => html("x"),
        };
        at.fetch_sub(1, SeqCst);
        reply
    });
    for connections in [0, 1, 3] {
        let mut options = Options { pages: 50, ..options() };
        options.limits.connections = connections;
        most.store(0, SeqCst);
        let crawled = crawl(&server.url("/"), &options);
        assert_eq!(paths(&crawled, Role::Page).len(), 50);
        assert!((1..=connections.max(1)).contains(&most.load(SeqCst)), "{connections}");
    }
}

#[test]
fn a_site_on_http_2_is_visited_the_same_way() {
    let server = Http2Server::start(|path| match path {
        "/" => html("<a href=/a>x</a><script src=/s.js></script>"),
        "/robots.txt" => Reply::ok("User-agent: *\nDisallow: /no"),
        _ => html("<a href=/no>x</a>"),
    });
    let client = client(Names::default(), server.authority_pem());
    let crawled = visit(&client, &server.url("/"), &options()).unwrap();
    assert_eq!(paths(&crawled, Role::Page), ["/", "/a"]);
    let versions = crawled.site.resources.iter().filter_map(|resource| resource.answer());
    assert!(versions.into_iter().all(|answer| answer.version == HttpVersion::Http2));
    assert!(
        !crawled
            .site
            .resources
            .iter()
            .any(|resource| matches!(resource.outcome, Outcome::Failed(_)))
    );
}
