//! Servers that are slow, broken or endless: a crawl ends, says so, and loses nothing else.

use std::{
    io::Write as _,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

use fetch::{
    dns::{Kind, NoRecords, Record, Records},
    tls,
};
use model::{
    NoteKind,
    site::{FailureKind, Outcome, Role},
};
use sources::site::{self, Crawled, Limits, Options};
use test_kit::{Ending, HttpServer, Reply, TlsServer};
use url::Url;

use crate::support::{
    Names, client, crawl, has_note, hasty, html, nothing, options, outcome, paths, raw, visit,
    write,
};

/// Longer than anything here takes, shorter than waiting for what never comes.
const SOON: Duration = Duration::from_secs(20);

#[test]
fn pages_that_do_not_come_whole_cost_themselves_only() {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(&vec![0; 64 << 20]).unwrap();
    let bomb = packed.finish().unwrap();
    let server = raw(move |path, stream| match path {
        "/" => {
            let kinds = [
                "silent", "gone", "stalled", "endless", "head", "bomb", "short", "long", "loop",
                "garbage", "drip", "good",
            ];
            let links: String = kinds.iter().map(|kind| format!("<a href=/{kind}>x</a>")).collect();
            write(stream, "content-type: text/html\r\n", &links)
        }
        "/robots.txt" => nothing(stream),
        "/silent" => std::io::copy(stream, &mut std::io::sink()).map(drop),
        "/stalled" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")?;
            std::io::copy(stream, &mut std::io::sink()).map(drop)
        }
        "/endless" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
            loop {
                stream.write_all(&[b'x'; 10_000])?;
            }
        }
        "/head" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nx: ")?;
            stream.write_all(&vec![b'x'; 10 << 20])
        }
        "/bomb" => {
            write!(
                stream,
                "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n",
                bomb.len()
            )?;
            stream.write_all(&bomb)
        }
        "/short" => stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf"),
        "/long" => stream
            .write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 1\r\n\r\nmore"),
        "/loop" => stream.write_all(
            b"HTTP/1.1 302 No\r\nconnection: close\r\nlocation: /loop\r\ncontent-length: 0\r\n\r\n",
        ),
        "/garbage" => stream.write_all(b"\0\x01\x02 what?\r\n\r\n"),
        "/drip" => loop {
            stream.write_all(b"H")?;
        },
        "/good" => write(stream, "content-type: text/html\r\n", "<script src=/s.js></script>"),
        "/s.js" => write(stream, "", "x()"),
        _ => Ok(()),
    });
    let began = Instant::now();
    let crawled = crawl(&format!("http://{}/", server.address()), &hasty());
    assert!(began.elapsed() < SOON);
    for (path, expected) in [
        ("/silent", "TimedOut"),
        ("/gone", "Lost"),
        ("/stalled", "200"),
        ("/endless", "200"),
        ("/bomb", "200"),
        ("/short", "200"),
        ("/long", "200"),
        ("/loop", "Redirect"),
        ("/good", "200"),
        ("/s.js", "200"),
    ] {
        let came = outcome(&crawled, path);
        assert!(came.starts_with(expected), "{path}: {came}");
    }
    for path in ["/head", "/garbage", "/drip"] {
        let came = outcome(&crawled, path);
        assert!(
            ["Http", "Lost", "TimedOut"].iter().any(|kind| came.starts_with(kind)),
            "{path}: {came}"
        );
    }
    for (kind, path) in [
        (NoteKind::Unvisited, "/silent was not looked at"),
        (NoteKind::Unvisited, "/gone was not looked at"),
        (NoteKind::Unvisited, "/stalled took too long"),
        (NoteKind::TooLarge, "/endless is larger"),
        (NoteKind::TooLarge, "/bomb is larger"),
        (NoteKind::Unvisited, "/short broke off"),
        (NoteKind::Unvisited, "/loop was not looked at"),
        (NoteKind::Unvisited, "/head was not looked at"),
    ] {
        assert!(has_note(&crawled, kind, path), "{path}: {:?}", crawled.notes);
    }
    let largest = crawled
        .site
        .resources
        .iter()
        .filter_map(|resource| resource.answer())
        .map(|answer| answer.body.len())
        .max();
    assert!(largest <= Some(1 << 20), "{largest:?}");
}

#[test]
fn a_connection_that_is_closed_without_an_answer_is_given_one_more_chance() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&asked);
    let server = raw(move |path, stream| {
        let mut asked = log.lock().unwrap();
        asked.push(path.to_owned());
        let times = asked.iter().filter(|one| *one == path).count();
        drop(asked);
        match (path, times) {
            ("/", _) => write(
                stream,
                "content-type: text/html\r\n",
                "<a href=/once>x</a><a href=/always>x</a>",
            ),
            ("/once", 2) => write(stream, "content-type: text/html\r\n", "<p>here"),
            ("/once" | "/always", _) => Ok(()),
            _ => nothing(stream),
        }
    });
    let crawled = crawl(&format!("http://{}/", server.address()), &options());
    assert_eq!(outcome(&crawled, "/once"), "200");
    assert!(outcome(&crawled, "/always").starts_with("Lost"));
    let asked = asked.lock().unwrap();
    let times = |path: &str| asked.iter().filter(|one| *one == path).count();
    assert_eq!((times("/once"), times("/always")), (2, 2));
}

#[test]
fn of_an_endless_robots_txt_the_beginning_is_obeyed() {
    let server = raw(|path, stream| match path {
        "/" => write(stream, "content-type: text/html\r\n", "<a href=/no>x</a><a href=/yes>x</a>"),
        "/robots.txt" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\nUser-agent: *\nDisallow: /no\n")?;
            loop {
                stream.write_all(&b"Disallow: /*x*y*z\n".repeat(500))?;
            }
        }
        _ => write(stream, "content-type: text/html\r\n", "x"),
    });
    let crawled = crawl(&format!("http://{}/", server.address()), &options());
    assert_eq!(paths(&crawled, Role::Page), ["/", "/yes"]);
    let (_, robots) = crawled.site.answered(Role::Robots).next().unwrap();
    assert_eq!((robots.body.len(), robots.is_cut), (500 * 1024 + 1, true));
}

#[test]
fn robots_that_hang_up_or_keep_silent_disallow() {
    for ending in [Ending::Silence, Ending::BreakOff] {
        let server = HttpServer::http(move |request| match request.path.as_str() {
            "/" => html("<a href=/a>x</a>"),
            "/robots.txt" if ending == Ending::Silence => Reply { ending, ..Reply::ok("") },
            "/robots.txt" => Reply::redirect(302, "http://127.0.0.1:1/"),
            _ => html("x"),
        });
        let crawled = crawl(&server.url("/"), &hasty());
        assert_eq!(paths(&crawled, Role::Page), ["/"]);
        assert!(has_note(&crawled, NoteKind::Unvisited, "robots.txt could not be had"));
    }
}

#[test]
fn a_server_that_says_when_is_asked_again_once() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let server = HttpServer::http(move |request| match request.path.as_str() {
        "/" => html("<a href=/once>x</a>"),
        "/once" if count.fetch_add(1, SeqCst) == 0 => Reply::status(429).header("retry-after", "0"),
        "/robots.txt" => Reply::status(404),
        _ => html("x"),
    });
    let crawled = crawl(&server.url("/"), &options());
    assert_eq!((outcome(&crawled, "/once").as_str(), asked.load(SeqCst)), ("200", 2));
}

#[test]
fn nobody_waits_for_a_server_that_wants_too_much_or_is_always_busy() {
    for (status, after) in [
        (429, "0"),
        (503, "0"),
        (429, "11"),
        (503, "18446744073709551615"),
        (429, "99999999999999999999999"),
        (429, "-1"),
        (503, "Fri, 31 Dec 2999 23:59:59 GMT"),
        (429, ""),
        (429, "soon"),
    ] {
        let server = HttpServer::http(move |request| match request.path.as_str() {
            "/" => html((0..15).map(|n| format!("<a href=/{n}>x</a>")).collect::<String>()),
            "/robots.txt" => Reply::status(404),
            _ => Reply::status(status).header("retry-after", after),
        });
        let began = Instant::now();
        let mut options = options();
        options.limits.connections = 1;
        let crawled = crawl(&server.url("/"), &options);
        assert!(began.elapsed() < SOON, "{after}");
        assert_eq!(outcome(&crawled, "/14"), status.to_string(), "{after}");
        let twice = usize::from(after == "0");
        assert_eq!(server.requests().len(), crawled.site.resources.len() + twice, "{after}");
        assert_eq!(
            has_note(&crawled, NoteKind::Unvisited, "not to be asked so often"),
            after == "0"
        );
    }
}

#[test]
fn a_cancelled_crawl_ends_soon_with_what_it_has() {
    let cancel = Arc::new(AtomicBool::new(false));
    let wish = Arc::clone(&cancel);
    let server = HttpServer::http(move |request| match request.path.as_str() {
        "/" => html("<a href=/a>x</a><a href=/b>x</a>"),
        "/robots.txt" => Reply::status(404),
        "/a" => {
            wish.store(true, SeqCst);
            Reply { ending: Ending::Silence, ..Reply::ok("") }
        }
        _ => html("x"),
    });
    let began = Instant::now();
    let start = Url::parse(&server.url("/")).unwrap();
    let client = client(Names::default(), "");
    let crawled = site::crawl(&client, &start, &options(), 0, &cancel).unwrap();
    assert!(began.elapsed() < SOON);
    assert_eq!(outcome(&crawled, "/"), "200");
    assert_eq!(outcome(&crawled, "/a"), "skipped: the scan was cancelled");
    assert!(site::crawl(&client, &start, &options(), 0, &cancel).is_err());
}

#[test]
fn every_limit_of_the_visit_ends_it_with_a_note() {
    let server = HttpServer::http(|request| match request.path.as_str() {
        "/" => html(
            (0..30)
                .map(|n| format!("<a href=/{n}>x</a><script src=/{n}.js></script>"))
                .collect::<String>(),
        ),
        "/robots.txt" => Reply::status(404),
        "/7" => Reply { ending: Ending::Silence, ..Reply::ok("") },
        _ => html(vec![b'x'; 10_000]),
    });
    let mut few = options();
    few.limits.requests = 10;
    let mut small = hasty();
    small.limits.site_bytes = 50_000;
    let mut short = options();
    short.limits.total = Duration::from_millis(700);
    for (limits, words) in [(few, "10 requests"), (small, "50000 bytes"), (short, "0.7 seconds")] {
        let began = Instant::now();
        let before = server.requests().len();
        let crawled = crawl(&server.url("/"), &limits);
        assert!(began.elapsed() < SOON);
        assert!(has_note(&crawled, NoteKind::Limit, words), "{words}: {:?}", crawled.notes);
        assert_eq!(outcome(&crawled, "/"), "200");
        assert!(server.requests().len() - before <= 80, "{words}");
    }
}

#[test]
fn heads_count_against_the_bytes_of_a_visit() {
    let server = HttpServer::http(|request| match request.path.as_str() {
        "/" => html((0..50).map(|n| format!("<a href=/{n}>x</a>")).collect::<String>()),
        "/robots.txt" => Reply::status(404),
        _ => Reply::status(404).header("x", &"y".repeat(100_000)),
    });
    let mut limits = Options { pages: 50, ..options() };
    limits.limits.site_bytes = 1 << 20;
    let crawled = crawl(&server.url("/"), &limits);
    assert!(has_note(&crawled, NoteKind::Limit, "bytes"), "{:?}", crawled.notes);
    assert!(crawled.site.resources.iter().filter_map(|resource| resource.answer()).count() < 25);
}

#[test]
fn very_many_addresses_are_no_burden() {
    let links: String = (0..200_000).map(|n| format!("<a href=/p{}?n={n}>x", n % 1000)).collect();
    let loads: String =
        (0..1000).map(|n| format!("<img src=/i{n}><script src=/s{n}.js></script>")).collect();
    let server = HttpServer::http(move |request| {
        let host = request.header("host").unwrap_or_default();
        match request.path.as_str() {
            "/robots.txt" => {
                Reply::ok("User-agent: *\n".to_owned() + &"Disallow: /*a*b\n".repeat(20_000))
            }
            "/sitemap.xml" => Reply::ok(format!(
                "<urlset>{}</urlset>",
                (0..100_000)
                    .map(|n| format!("<url><loc>http://{host}/m{n}</loc></url>"))
                    .collect::<String>()
            )),
            "/" => html(format!("{loads}{links}")),
            path if path.starts_with("/p") => html(links.clone()),
            _ => Reply::ok("x"),
        }
    });
    let began = Instant::now();
    let mut options = options();
    options.limits.total = Duration::from_mins(2);
    let crawled = crawl(&server.url("/"), &options);
    assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
    assert_eq!(paths(&crawled, Role::Page).len(), 20);
    assert_eq!(
        (paths(&crawled, Role::Image).len(), paths(&crawled, Role::Script).len()),
        (100, 150)
    );
    assert!(has_note(&crawled, NoteKind::Limit, "more addresses than are kept in mind"));
    assert!(has_note(&crawled, NoteKind::Unvisited, "of the scripts"));
    assert!(crawled.notes.len() < 60);
}

#[test]
fn a_long_base_costs_nothing() {
    let base = "b".repeat(1 << 20);
    let links = "<a href=a>x".repeat(100_000);
    let server = HttpServer::http(move |request| match request.path.as_str() {
        "/" => html(format!("<base href='/{base}/'>{links}")),
        _ => Reply::ok("x"),
    });
    let began = Instant::now();
    let crawled = crawl(&server.url("/"), &options());
    assert!(began.elapsed() < SOON);
    assert_eq!(paths(&crawled, Role::Page), ["/", "/a"]);
}

#[test]
fn a_start_that_cannot_be_reached_is_an_error_with_a_sentence() {
    let gone = HttpServer::http(|_| Reply::ok("")).url("/path?q=hunter2");
    let silent = HttpServer::http(|_| Reply { ending: Ending::Silence, ..Reply::ok("") });
    let no_tls = TlsServer::refusing();
    let circle = HttpServer::http(|_| Reply::redirect(301, "/"));
    let client = client(Names::default(), "");
    for (url, words) in [
        (gone.clone(), "refused the connection"),
        (silent.url("/"), "took longer than"),
        ("http://nowhere.test/".to_owned(), "does not resolve"),
        (format!("https://{}/", no_tls.address()), "no secure connection"),
        (circle.url("/"), "redirects more than 10 times"),
        ("ftp://nowhere.test/".to_owned(), "scheme"),
        ("data:text/html,x".to_owned(), ""),
    ] {
        let error = visit(&client, &url, &hasty()).unwrap_err().to_string();
        assert!(error.starts_with("cannot visit ") && error.contains(words), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
    assert_eq!(circle.requests().len(), 11);
}

#[test]
fn a_failure_says_of_which_kind_it_is() {
    let gone = HttpServer::http(|_| Reply::ok("")).url("/s.js");
    let untrusted = HttpServer::https(|_| Reply::ok("x"));
    let scripts = [
        (gone, FailureKind::Refused),
        ("http://nowhere.test/s.js".to_owned(), FailureKind::Name),
        (untrusted.url("/s.js"), FailureKind::Tls),
    ];
    let page: String =
        scripts.iter().map(|(url, _)| format!("<script src='{url}'></script>")).collect();
    let server = HttpServer::http(move |_| html(page.clone()));
    let crawled = crawl(&server.url("/"), &options());
    let failed = crawled.site.resources.iter().filter(|resource| resource.role == Role::Script);
    let kinds: Vec<FailureKind> = failed
        .map(|resource| match &resource.outcome {
            Outcome::Failed(failure) => failure.kind,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(kinds, scripts.map(|(_, kind)| kind));
}

#[test]
fn a_look_at_the_tls_lasts_no_longer_than_the_visit() {
    let bounds = tls::Bounds::default();
    let server = HttpServer::https(|_| html("x"));
    let client = client(Names::default(), server.authority_pem());
    let mut options = Options { tls: true, ..options() };
    options.limits.total = Duration::from_secs(3);
    assert!(options.limits.total < bounds.total);
    let began = Instant::now();
    let crawled = visit(&client, &server.url("/"), &options).unwrap();
    assert!(began.elapsed() < SOON);
    assert!(crawled.site.tls.is_some());
}

/// A look at the name that goes wrong by a mistake of ours.
struct Mistake;

impl Records for Mistake {
    fn records(&self, _: &str, _: Kind, _: Duration) -> Result<Vec<Record>, NoRecords> {
        panic!("a mistake of ours, made for a test")
    }
}

#[test]
fn a_mistake_beside_the_pages_is_told_and_costs_itself_only() {
    let server = HttpServer::http(|_| html("<a href=/a>x</a>"));
    let client = client(Names::default().with("a.test", &[&["127.0.0.1"]]), "");
    let options = Options { records: Some(Arc::new(Mistake)), ..options() };
    let crawled = visit(&client, &server.url_at("a.test", "/"), &options).unwrap();
    assert!(has_note(&crawled, NoteKind::Unvisited, "its name was not looked up"));
    assert!(crawled.site.dns.is_none());
    assert_eq!(paths(&crawled, Role::Page), ["/", "/a"]);
}

#[test]
fn visits_that_share_a_room_end_early_when_it_is_full() {
    const LARGE: usize = 100 << 10;
    let server = HttpServer::http(|request| match request.path.as_str() {
        "/" => html(
            (0..20).map(|number| format!("<script src=/{number}.js></script>")).collect::<String>(),
        ),
        "/robots.txt" => Reply::status(404),
        path if path.ends_with(".js") => Reply::ok("x".repeat(LARGE)),
        _ => Reply::status(404),
    });
    let room = site::Room::new(5 * LARGE as u64);
    let bytes = |crawled: &Crawled| -> usize {
        let answers = crawled.site.resources.iter().filter_map(|resource| resource.answer());
        answers.map(|answer| answer.body.len()).sum()
    };
    let one_by_one = Limits { connections: 1, ..options().limits };
    let visit = || {
        let seat = Some(room.enter());
        let options = Options { seat, limits: one_by_one, ..options() };
        (crawl(&server.url("/"), &options), options)
    };
    let (first, taken) = visit();
    assert!(has_note(&first, NoteKind::Limit, "no more room"), "{:?}", first.notes);
    assert!((4 * LARGE..=5 * LARGE).contains(&bytes(&first)), "{}", bytes(&first));
    // The first one holds all; the second has its share of it nevertheless, and no more.
    let (second, _) = visit();
    assert!(has_note(&second, NoteKind::Limit, "no more room"), "{:?}", second.notes);
    assert!((LARGE..=3 * LARGE).contains(&bytes(&second)), "{}", bytes(&second));
    drop(taken);
    let (third, _) = visit();
    assert!(bytes(&third) >= 4 * LARGE, "{}", bytes(&third));
}
