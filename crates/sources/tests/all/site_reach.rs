//! Where a crawl never goes, and who never gets what the user sends along.

use std::{
    io,
    net::{SocketAddr, TcpListener},
};

use model::{
    NoteKind, SecretValue,
    site::{Outcome, Role, tls::Trust},
};
use sources::site::Options;
use test_kit::{Flaw, HttpServer, Reply, flawed_certificate};
use url::Url;

use crate::support::{Names, client, crawl, has_note, hasty, html, options, outcome, paths, visit};

/// Somebody at 127.0.0.2, where nobody may go.
struct Forbidden(TcpListener);

impl Forbidden {
    fn start() -> Self {
        Self::at(0)
    }

    fn at(port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.2", port)).unwrap();
        listener.set_nonblocking(true).unwrap();
        Self(listener)
    }

    fn address(&self) -> SocketAddr {
        self.0.local_addr().unwrap()
    }

    fn was_left_alone(&self) -> bool {
        self.0.accept().is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
    }
}

#[test]
fn nothing_that_is_not_open_is_ever_connected_to() {
    let forbidden = Forbidden::start();
    let port = forbidden.address().port();
    let mut hosts: Vec<String> = [
        "127.0.0.2",
        "127.2",
        "2130706434",
        "0x7f000002",
        "0177.0.0.2",
        "[::ffff:127.0.0.2]",
        "[::ffff:7f00:2]",
        "[::1]",
        "[::]",
        "0.0.0.0",
        "169.254.169.254",
        "[fd00:ec2::254]",
        "10.0.0.1",
        "192.168.0.1",
        "100.64.0.1",
        "inner.test",
        "mixed.test",
        "[64:ff9b::7f00:2]",
        "[2002:7f00:2::]",
    ]
    .map(|host| format!("http://{host}:{port}"))
    .to_vec();
    hosts.extend(
        [
            "file://",
            "ftp://127.0.0.2",
            "gopher://127.0.0.2",
            "data:text/javascript,",
            "javascript:x",
        ]
        .map(str::to_owned),
    );
    let targets = hosts.clone();
    let server = HttpServer::http(move |request| match request.path.as_str() {
        "/" => {
            let mut page = String::new();
            for (number, target) in targets.iter().enumerate() {
                page += &format!(
                    "<a href='{target}/a'>x</a><iframe src='{target}/f'></iframe><script src='{target}/s.js'></script>
                     <link rel=stylesheet href='{target}/s.css'><link rel=icon href='{target}/i.ico'><img src='{target}/i.png'>
                     <link rel=manifest href='{target}/m.json'><a href='/page{number}'>x</a><script src='/script{number}'></script>
                     <img src='/image{number}'>"
                );
            }
            html(page + "<link rel=stylesheet href=/style.css><script src=/map.js></script>")
        }
        "/robots.txt" => Reply::ok(
            targets.iter().map(|target| format!("Sitemap: {target}/s.xml\n")).collect::<String>()
                + "Sitemap: /map.xml",
        ),
        "/map.xml" => Reply::ok(format!(
            "<sitemapindex>{}</sitemapindex>",
            targets
                .iter()
                .map(|target| format!("<sitemap><loc>{target}/m</loc></sitemap>"))
                .collect::<String>()
        )),
        "/style.css" => Reply::ok(
            targets
                .iter()
                .map(|target| {
                    format!("@import url({target}/x.css);@font-face{{src:url('{target}/f.woff2')}}")
                })
                .collect::<String>(),
        ),
        "/map.js" => Reply::ok("x()").header("sourcemap", &format!("{}/s.map", targets[0])),
        path => {
            let number = path.trim_start_matches(|c: char| !c.is_ascii_digit());
            let target = number.parse().ok().and_then(|number: usize| targets.get(number));
            target.map_or(Reply::status(404), |target| Reply::redirect(302, &format!("{target}/x")))
        }
    });
    let names = Names::default()
        .with("inner.test", &[&["10.0.0.1"]])
        .with("mixed.test", &[&["127.0.0.1", "127.0.0.2"]]);
    let client = client(names, "");
    let options = Options { pages: 100, ..options() };
    let crawled = visit(&client, &server.url("/"), &options).unwrap();
    assert!(forbidden.was_left_alone());
    let own = Url::parse(&server.url("/")).unwrap().origin();
    let mut met = 0;
    for resource in &crawled.site.resources {
        let is_away = resource.url.origin() != own || !resource.hops.is_empty();
        met += usize::from(is_away);
        assert!(!is_away || matches!(resource.outcome, Outcome::Skipped(_)), "{resource:?}");
    }
    assert!(met > 5 * hosts.len(), "{met}");
    assert!(has_note(&crawled, NoteKind::Unvisited, "was not looked at"));
}

#[test]
fn a_start_that_is_not_open_or_leads_to_what_is_not_is_an_error_without_a_connection() {
    let forbidden = Forbidden::start();
    let target = format!("http://{}/secret?q=hunter2", forbidden.address());
    let away = target.clone();
    let server = HttpServer::http(move |_| Reply::redirect(302, &away));
    let client = client(Names::default(), "");
    for start in [target, server.url("/")] {
        let error = visit(&client, &start, &options()).unwrap_err().to_string();
        assert!(error.contains("loopback") && !error.contains("hunter2"), "{error}");
    }
    assert!(forbidden.was_left_alone());
}

#[test]
fn a_name_that_changes_its_address_is_judged_at_every_request() {
    let server = HttpServer::http(|request| match request.path.as_str() {
        "/" => html("<a href=/a>x</a><script src=/s.js></script>"),
        _ => html("x"),
    });
    let forbidden = Forbidden::at(server.address().port());
    let names = Names::default().with("site.test", &[&["127.0.0.1"], &["127.0.0.2"]]);
    let client = client(names, "");
    let crawled = visit(&client, &server.url_at("site.test", "/"), &options()).unwrap();
    assert_eq!(server.requests().len(), 1);
    assert!(outcome(&crawled, "/s.js").starts_with("skipped: site.test leads to 127.0.0.2"));
    assert!(has_note(&crawled, NoteKind::Unvisited, "robots.txt could not be had"));
    assert!(forbidden.was_left_alone());
}

#[test]
fn who_only_asked_for_a_visit_hears_of_no_address() {
    let server = HttpServer::http(|request| match request.path.as_str() {
        "/" => html("<a href=//inner.test/a>x</a><script src=//inner.test/s.js></script>"),
        _ => html("x"),
    });
    let names = || Names::default().with("inner.test", &[&["10.9.8.7"]]);
    let options = Options { tells_addresses: false, ..options() };
    let error = visit(&client(names(), ""), "http://inner.test/", &options).unwrap_err();
    assert!(error.to_string().contains("inner.test has a private"), "{error}");
    let crawled = visit(&client(names(), ""), &server.url("/"), &options).unwrap();
    assert!(outcome(&crawled, "/s.js").starts_with("skipped: inner.test has a private"));
    let told = format!("{error} {:?} {:?}", crawled.notes, crawled.site);
    assert!(!told.contains("10.9.8.7") && !told.contains("--allow"), "{told}");
}

#[test]
fn names_and_passwords_in_links_are_never_sent_nor_told() {
    let server = HttpServer::http(|request| match request.path.as_str() {
        "/" => {
            let host = request.header("host").unwrap_or_default();
            html(format!(
                "<a href='http://user:hunter2@{host}/a'>x</a><script src='http://hunter2@{host}/s.js'></script>
                 <a href='/to'>x</a><a href='/b?token=hunter2'>x</a>"
            ))
        }
        "/to" => Reply::redirect(
            302,
            &format!("http://user:hunter2@{}/c", request.header("host").unwrap_or_default()),
        ),
        _ => html("x"),
    });
    let crawled = crawl(&server.url("/"), &options());
    assert_eq!(paths(&crawled, Role::Page), ["/", "/to", "/b?token=hunter2"]);
    assert!(paths(&crawled, Role::Script).is_empty());
    assert_eq!(
        outcome(&crawled, "/to"),
        "skipped: it redirects to what is no website, or with a password"
    );
    assert!(server.requests().iter().all(|request| request.header("authorization").is_none()));
    assert!(
        crawled.notes.iter().all(|note| !note.message.contains("hunter2")),
        "{:?}",
        crawled.notes
    );
    let start = server.url("/").replace("http://", "http://user:hunter2@");
    let error = visit(&client(Names::default(), ""), &start, &options()).unwrap_err().to_string();
    assert!(error.contains("user name or password") && !error.contains("hunter2"), "{error}");
    assert!(!error.contains("GIT"), "{error}");
}

fn with_headers(mut options: Options) -> Options {
    options.headers = vec![("x-session".to_owned(), SecretValue::new(b"hunter2"))];
    options
}

fn told(server: &HttpServer) -> Vec<(String, bool)> {
    let told = |request: &test_kit::Request| request.header("x-session") == Some("hunter2");
    server.requests().iter().map(|request| (request.path.clone(), told(request))).collect()
}

#[test]
fn the_users_headers_go_to_the_typed_origin_and_to_nobody_else() {
    let other = HttpServer::http(|_| Reply::ok("x"));
    let (script, away) = (other.url("/s.js"), other.url("/away"));
    let server = HttpServer::http(move |request| match request.path.as_str() {
        "/" => html(format!(
            "<a href=/a>x</a><script src='{script}'></script><script src=/open></script>"
        )),
        "/open" => Reply::redirect(302, &away),
        _ => html("x"),
    });
    crawl(&server.url("/"), &with_headers(options()));
    assert!(told(&server).iter().all(|(_, told)| *told), "{:?}", told(&server));
    let others = told(&other);
    assert!(others.len() == 2 && others.iter().all(|(_, told)| !told), "{others:?}");
}

#[test]
fn the_users_headers_stay_behind_where_the_start_redirects_to_a_stranger() {
    let stranger = HttpServer::http(|request| {
        // Nor does a stranger choose what is asked with them.
        html(format!("<a href=/a>x</a><script src='http://{}/logout'></script>", request.query))
    });
    let stranger_at = stranger.url("/");
    let server = HttpServer::http(move |request| match request.path.as_str() {
        "/go" => {
            let back = request.header("host").unwrap_or_default();
            Reply::redirect(302, &format!("{stranger_at}?{back}"))
        }
        _ => Reply::ok("x"),
    });
    let crawled = crawl(&server.url("/go?to=stranger"), &with_headers(options()));
    assert_eq!(paths(&crawled, Role::Page).last().map(String::as_str), Some("/a"));
    assert_eq!(told(&server), [("/go".to_owned(), true), ("/logout".to_owned(), false)]);
    assert!(told(&stranger).iter().all(|(_, told)| !told));
    assert!(has_note(&crawled, NoteKind::Configuration, "visited without the given headers"));
}

#[test]
fn a_header_that_cannot_be_sent_is_an_error_that_does_not_repeat_it() {
    let server = HttpServer::http(|_| html("x"));
    let mut options = options();
    options.headers = vec![("x-session".to_owned(), SecretValue::new(b"hunter2\r\nx: y"))];
    let error = visit(&client(Names::default(), ""), &server.url("/"), &options).unwrap_err();
    let error = error.to_string();
    assert!(error.contains("x-session") && !error.contains("hunter2"), "{error}");
    assert!(server.requests().is_empty());
}

#[test]
fn the_users_headers_follow_the_start_to_its_www() {
    let server = HttpServer::http(|request| {
        let host = request.header("host").unwrap_or_default();
        match (host.starts_with("www."), host.starts_with("cdn."), request.path.as_str()) {
            (false, false, path) => Reply::redirect(301, &format!("http://www.{host}{path}")),
            (true, _, "/") => html(format!("<script src='http://cdn.{host}/s.js'></script>")),
            _ => html("x"),
        }
    });
    let names = ["a.test", "www.a.test", "cdn.www.a.test"];
    let names = names.iter().fold(Names::default(), |all, name| all.with(name, &[&["127.0.0.1"]]));
    let client = client(names, "");
    let start = server.url_at("a.test", "/");
    visit(&client, &start, &with_headers(options())).unwrap();
    assert!(
        told(&server).iter().all(|(path, told)| *told == (path != "/s.js")),
        "{:?}",
        told(&server)
    );
}

#[test]
fn over_plain_http_to_the_public_the_users_headers_are_withheld_and_it_is_said() {
    let server = HttpServer::http(|_| html("x"));
    // One public address makes the name a public one; the first one answers.
    let client = client(Names::default().with("a.test", &[&["127.0.0.1", "1.1.1.1"]]), "");
    let crawled = visit(&client, &server.url_at("a.test", "/"), &with_headers(hasty())).unwrap();
    assert!(told(&server).iter().all(|(_, told)| !told));
    assert!(has_note(&crawled, NoteKind::Configuration, "without the given headers"));
}

#[test]
fn a_site_whose_certificate_does_not_verify_is_visited_without_the_users_headers() {
    let flaws = [Flaw::Expired, Flaw::NotYetValid, Flaw::OtherName, Flaw::SelfSigned];
    for flaw in flaws {
        let certificate = flawed_certificate(flaw);
        let authority = certificate.authority_pem.clone();
        let server = HttpServer::https_with(certificate, |request| match request.path.as_str() {
            "/" => html("<a href=/a>x</a><script src=/s.js></script>"),
            _ => html("x"),
        });
        let client = client(Names::default(), &authority);
        let options = with_headers(Options { tls: true, ..options() });
        let crawled = visit(&client, &server.url("/"), &options).unwrap();
        assert_eq!(paths(&crawled, Role::Page), ["/", "/a"], "{flaw:?}");
        assert_eq!(outcome(&crawled, "/s.js"), "200", "{flaw:?}");
        assert!(told(&server).iter().all(|(_, told)| !told), "{flaw:?}: {:?}", told(&server));
        assert!(has_note(&crawled, NoteKind::Unverified, "without the given headers"), "{flaw:?}");
        let trust = crawled.site.tls.unwrap().trust;
        assert!(matches!(trust, Trust::Refused(_)), "{flaw:?}: {trust:?}");
    }
}

#[test]
fn a_visit_goes_on_past_the_certificates_on_the_way_to_the_site_and_past_no_others() {
    let other = HttpServer::https(|_| html("x"));
    let (script, page) = (other.url("/s.js"), other.url("/page"));
    let site = HttpServer::https(move |request| match request.path.as_str() {
        "/" => html(format!(
            "<script src='{script}'></script><script src=/moved></script><a href='{page}'>x</a>"
        )),
        "/moved" => Reply::redirect(302, &script),
        _ => html("x"),
    });
    let home = site.url("/");
    let way = HttpServer::https(move |_| Reply::redirect(302, &home));
    let client = client(Names::default(), "");
    let options = with_headers(options());
    let crawled = visit(&client, &way.url("/"), &options).unwrap();
    assert_eq!(crawled.site.home().as_str(), site.url("/"));
    for path in ["/s.js", "/moved"] {
        assert!(outcome(&crawled, path).starts_with("Tls: "), "{}", outcome(&crawled, path));
    }
    assert!(other.requests().is_empty());
    for server in [&way, &site] {
        assert!(told(server).iter().all(|(_, told)| !told), "{:?}", told(server));
    }
    let notes = crawled.notes.iter().filter(|note| note.kind == NoteKind::Unverified);
    assert_eq!(notes.count(), 2);
}

#[test]
fn where_a_certificate_does_not_verify_the_guard_holds() {
    let forbidden = Forbidden::start();
    let (script, away) = (
        format!("https://{}/s.js", forbidden.address()),
        format!("https://{}/secret", forbidden.address()),
    );
    let site = HttpServer::https(move |request| match request.path.as_str() {
        "/" => html(format!("<script src='{script}'></script><script src=/moved></script>")),
        "/moved" | "/start" => Reply::redirect(302, &away),
        _ => html("x"),
    });
    let client = client(Names::default(), "");
    let crawled = visit(&client, &site.url("/"), &options()).unwrap();
    for path in ["/s.js", "/moved"] {
        assert!(outcome(&crawled, path).contains("loopback"), "{}", outcome(&crawled, path));
    }
    let error = visit(&client, &site.url("/start"), &options()).unwrap_err().to_string();
    assert!(error.contains("loopback"), "{error}");
    assert!(forbidden.was_left_alone());
    // A name that leads elsewhere at the second look is not followed there either.
    let rebinding = Names::default().with("git.test", &[&["127.0.0.1"], &["127.0.0.2"]]);
    let client = crate::support::client(rebinding, "");
    let error = visit(&client, &site.url_at("git.test", "/"), &options()).unwrap_err();
    assert!(error.to_string().contains("loopback"), "{error}");
}
