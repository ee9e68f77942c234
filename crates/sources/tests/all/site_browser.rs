//! What a crawl makes of pages in a browser, and what these get to ask for.

use std::{net::TcpListener, thread, time::Duration};

use fetch::browser::{self, Sandbox};
use model::{
    NoteKind, SecretValue,
    site::{RequestKind, RequestResult, Role},
};
use sources::{
    Error,
    site::{Browsers, Crawled, Options},
};
use test_kit::{HttpServer, Reply, Request};

use crate::support::{Names, client, crawl, has_note, html, options, outcome, paths, visit};

/// With the machine's browser, unless it has none.
fn rendering() -> Option<Options> {
    let sandbox = if test_kit::is_root() { Sandbox::Off } else { Sandbox::On };
    let user_agent = "Mozilla/5.0 (compatible; test)".to_owned();
    let browser = browser::Options { program: test_kit::chromium()?, sandbox, user_agent };
    Some(Options { browser: Some(browser), ..options() })
}

fn names() -> Names {
    let mut names = Names::default();
    for name in ["site.test", "cdn.test", "frames.test"] {
        names = names.with(name, &[&["127.0.0.1"]]);
    }
    names.with("inside.test", &[&["127.0.0.2"]])
}

fn script(text: impl Into<Vec<u8>>) -> Reply {
    Reply::ok(text).header("content-type", "text/javascript")
}

fn visited(server: &HttpServer, options: &Options) -> Crawled {
    visit(&client(names(), ""), &server.url_at("site.test", "/"), options).unwrap()
}

fn host(request: &Request) -> &str {
    request.header("host").unwrap_or_default().split(':').next().unwrap_or_default()
}

/// How often something was asked for.
fn times(server: &HttpServer, path: &str) -> usize {
    server.requests().iter().filter(|request| request.path == path).count()
}

#[test]
fn visits_have_few_browsers_in_turn() {
    let Some(options) = rendering() else { return };
    let options = Options { browsers: Some(Browsers::new(1).borrower(1)), ..options };
    let server = HttpServer::http(|request| match request.path.as_str() {
        "/" => html("<script>document.write('<a href=/' + 'late>made</a>')</script>"),
        "/late" => html("<script>document.write('<p>' + 'later')</script>"),
        _ => Reply::status(404),
    });
    thread::scope(|scope| {
        let visits: Vec<_> = (0..3).map(|_| scope.spawn(|| visited(&server, &options))).collect();
        for visit in visits {
            let crawled = visit.join().unwrap();
            let documents: Vec<_> =
                crawled.site.renderings.iter().map(|one| &one.document).collect();
            let [first, second] = documents.as_slice() else { panic!("{:?}", crawled.notes) };
            assert!(first.contains(">made<") && second.contains("<p>later"), "{first} {second}");
        }
    });
    // One that does not work costs what it would have rendered.
    let broken = options
        .browser
        .clone()
        .map(|browser| browser::Options { program: "/bin/true".into(), ..browser });
    let crawled = visited(&server, &Options { browser: broken, ..options.clone() });
    assert_eq!(outcome(&crawled, "/"), "200");
    assert!(crawled.site.renderings.is_empty());
    assert!(
        has_note(
            &crawled,
            NoteKind::Limit,
            "1 pages were judged as the server sends them: the browser did not work"
        ),
        "{:?}",
        crawled.notes
    );
    let trouble = crawled.browser_trouble.unwrap_or_default();
    assert!(trouble.contains("ended"), "{trouble}");
    // All of them together have so much time, and no more.
    let mut hasty = options;
    hasty.limits.all_rendering = Duration::ZERO;
    let crawled = visited(&server, &hasty);
    assert!(crawled.site.renderings.is_empty());
    assert!(has_note(&crawled, NoteKind::Limit, "there was no more time"), "{:?}", crawled.notes);
}

#[test]
fn pages_are_rendered_and_what_only_scripts_load_is_part_of_the_site() {
    let Some(options) = rendering() else { return };
    let server = HttpServer::http(|request| {
        let port =
            request.header("host").unwrap_or_default().rsplit(':').next().unwrap_or_default();
        match (host(request), request.path.as_str()) {
            ("site.test", "/") => html("<div id=root></div><script src=/app.js></script><a href=/b>b</a>"),
            ("site.test", "/b") => html("<script src=/app.js></script><p>second"),
            ("site.test", "/app.js") => script(format!(
                "fetch('/api?page=' + location.pathname).then(answer => answer.text()).then(text => {{
                   document.body.append(text); localStorage.setItem('cart', text);
                 }});
                 fetch('/order', {{ method: 'POST', body: '1' }}).catch(() => {{}});
                 const late = document.createElement('script');
                 late.src = 'http://cdn.test:{port}/late.js';
                 document.head.append(late);"
            )),
            ("site.test", "/api") => Reply::ok("three things"),
            ("cdn.test", "/late.js") => script("console.error('late');\n//# sourceMappingURL=late.js.map"),
            ("cdn.test", "/late.js.map") => Reply::ok("{\"version\":3,\"sources\":[],\"mappings\":\"\"}"),
            _ => Reply::status(404),
        }
    });
    let crawled = visited(&server, &options);
    let rendered: Vec<&str> =
        crawled.site.renderings.iter().map(|rendering| rendering.page.path()).collect();
    assert_eq!(rendered, ["/", "/b"]);
    for rendering in &crawled.site.renderings {
        assert!(rendering.document.contains("three things"), "{}", rendering.document);
        assert_eq!(rendering.stored.len(), 1);
        assert_eq!(rendering.messages[0].text, "late");
        let order = rendering.requests.iter().find(|request| request.url.path() == "/order");
        assert_eq!(order.map(|request| &request.result), Some(&RequestResult::Declined));
    }
    assert_eq!(paths(&crawled, Role::Script), ["/app.js", "/late.js"]);
    assert_eq!(paths(&crawled, Role::SourceMap), ["/late.js.map"]);
    // The crawl has the pages and their script; what comes later is kept for the next page.
    assert_eq!((times(&server, "/"), times(&server, "/b")), (1, 1));
    assert_eq!((times(&server, "/app.js"), times(&server, "/late.js")), (1, 1));
    assert_eq!(times(&server, "/api"), 2);
    assert!(
        server.requests().iter().all(|request| matches!(request.method.as_str(), "GET" | "HEAD"))
    );
    assert!(!crawled.notes.iter().any(|note| note.kind == NoteKind::NotRendered));
}

#[test]
fn pages_that_only_scripts_lead_to_are_visited_and_rendered_in_the_same_budget() {
    let Some(options) = rendering() else { return };
    let server = HttpServer::http(|request| {
        match request.path.as_str() {
        "/robots.txt" => Reply::ok("User-agent: *\nDisallow: /private\n"),
        "/app.js" => script(
            "const n = Number(location.pathname.slice(2)) + 1;
             document.body.innerHTML = `<h1>${n}</h1><a href=/p${n}>next</a><a href=/private>x</a><img src=/${n}.png>`;",
        ),
        path if path.ends_with(".png") => Reply::ok("x").header("content-type", "image/png"),
        _ => html("<body><script src=/app.js></script>"),
    }
    });
    let crawled = visited(&server, &Options { pages: 4, ..options });
    assert_eq!(paths(&crawled, Role::Page), ["/", "/p1", "/p2", "/p3"]);
    assert_eq!(paths(&crawled, Role::Link), ["/p4"]);
    let rendered: Vec<&str> =
        crawled.site.renderings.iter().map(|rendering| rendering.page.path()).collect();
    assert_eq!(rendered, ["/", "/p1", "/p2", "/p3"]);
    assert_eq!((times(&server, "/private"), times(&server, "/app.js")), (0, 1));
    let images = paths(&crawled, Role::Image);
    assert_eq!(images, ["/1.png", "/2.png", "/3.png", "/4.png"]);
}

#[test]
fn a_page_is_not_a_way_around_the_guard() {
    let Some(options) = rendering() else { return };
    let forbidden = TcpListener::bind("127.0.0.2:0").unwrap();
    forbidden.set_nonblocking(true).unwrap();
    let port = forbidden.local_addr().unwrap().port();
    let page = format!(
        "<img src=http://127.0.0.2:{port}/><img src=http://inside.test:{port}/><img src=/out>
         <iframe src=http://127.0.0.2:{port}/></iframe><iframe src=/out></iframe><p id=said></p>
         <script>
           for (const url of ['http://127.0.0.2:{port}/', 'http://inside.test:{port}/', 'http://0x7f000002:{port}/', '/out'])
             fetch(url, {{ mode: 'no-cors' }}).then(() => said.append('open'), () => said.append('shut '));
           new WebSocket('ws://127.0.0.2:{port}/'); new WebSocket('ws://inside.test:{port}/');
         </script>"
    );
    let server = HttpServer::http(move |request| match request.path.as_str() {
        "/" => html(page.as_str()),
        "/out" => Reply::redirect(302, &format!("http://inside.test:{port}/secret")),
        _ => Reply::status(404),
    });
    let crawled = visited(&server, &options);
    assert!(forbidden.accept().is_err());
    let [rendering] = crawled.site.renderings.as_slice() else { panic!("{:?}", crawled.notes) };
    assert!(rendering.document.contains("shut shut shut shut"), "{}", rendering.document);
    // The control: it listens.
    std::net::TcpStream::connect(forbidden.local_addr().unwrap()).unwrap();
}

#[test]
fn the_users_headers_go_with_the_pages_own_requests_and_no_others() {
    let Some(options) = rendering() else { return };
    let server = HttpServer::http(|request| {
        let port =
            request.header("host").unwrap_or_default().rsplit(':').next().unwrap_or_default();
        match (host(request), request.path.as_str()) {
            ("site.test", "/") => html(format!(
                "<iframe src=http://frames.test:{port}/frame></iframe><script>
                 document.cookie = 'by=script';
                 fetch('/own'); fetch('/own-key', {{ headers: {{ authorization: 'the page\\'s' }} }});
                 fetch('http://cdn.test:{port}/other', {{ mode: 'no-cors' }});</script>"
            )),
            ("frames.test", "/frame") => {
                html(format!("<script>fetch('http://site.test:{port}/from-frame', {{ mode: 'no-cors' }})</script>"))
            }
            _ => Reply::ok(""),
        }
    });
    let headers = [("Cookie", "session=1"), ("Authorization", "the user's")];
    let headers =
        headers.map(|(name, value)| (name.to_owned(), SecretValue::new(value.as_bytes())));
    visited(&server, &Options { headers: headers.into(), ..options });
    let requests = server.requests();
    let of = |path: &str| {
        let request = requests.iter().find(|request| request.path == path).unwrap();
        (request.header("cookie"), request.header("authorization"))
    };
    assert_eq!(of("/own"), (Some("session=1; by=script"), Some("the user's")));
    assert_eq!(of("/own-key"), (Some("session=1; by=script"), Some("the page's")));
    for path in ["/other", "/frame", "/from-frame"] {
        assert_eq!(of(path), (None, None), "{path}");
    }
}

#[test]
fn a_page_may_go_elsewhere_on_its_site_and_nowhere_else() {
    let Some(options) = rendering() else { return };
    let server = HttpServer::http(|request| {
        let port =
            request.header("host").unwrap_or_default().rsplit(':').next().unwrap_or_default();
        match (host(request), request.path.as_str()) {
            ("site.test", "/") => {
                html("<a href=/away>x</a><a href=/round>x</a><script>location = '/en'</script>")
            }
            ("site.test", "/en") => html("<p>in English"),
            ("site.test", "/away") => html(format!(
                "<p>still here<script>location = 'http://cdn.test:{port}/theirs'</script>"
            )),
            ("site.test", "/round") => {
                html("<script>location = '/round?' + Math.random()</script>")
            }
            ("site.test", "/robots.txt") => Reply::status(404),
            _ => html("theirs"),
        }
    });
    let crawled = visited(&server, &options);
    let of = |path: &str| {
        let found = crawled.site.renderings.iter().find(|rendering| rendering.page.path() == path);
        found.map(|rendering| rendering.document.to_string()).unwrap_or_default()
    };
    assert!(of("/").contains("in English"));
    assert!(of("/away").contains("still here"));
    assert_eq!(times(&server, "/theirs"), 0);
    assert!(times(&server, "/round") <= 10, "{}", times(&server, "/round"));
}

#[test]
fn a_browser_has_requests_of_its_own_and_they_end() {
    let Some(mut options) = rendering() else { return };
    options.limits.rendered_requests = 5;
    let server = HttpServer::http(|request| match request.path.as_str() {
        "/" => html(
            "<script>for (let n = 0; n < 40; n++) fetch('/again' + n).catch(() => {})</script>",
        ),
        "/robots.txt" => Reply::status(404),
        _ => Reply::ok(""),
    });
    let crawled = visited(&server, &options);
    let again = server.requests().into_iter().filter(|one| one.path.starts_with("/again")).count();
    assert_eq!(again, 5);
    assert!(has_note(&crawled, NoteKind::Limit, "limit of 5 requests"), "{:?}", crawled.notes);
    let [rendering] = crawled.site.renderings.as_slice() else { panic!() };
    let data = rendering.requests.iter().filter(|request| request.kind == RequestKind::Data);
    assert_eq!(data.count(), 40);
}

#[test]
fn a_page_that_hangs_costs_itself_and_makes_the_scan_incomplete() {
    let Some(mut options) = rendering() else { return };
    options.limits.rendering = std::time::Duration::from_secs(2);
    let server = HttpServer::http(|request| match request.path.as_str() {
        "/" => html("<a href=/b>b</a><script>while (true) {}</script>"),
        "/b" => html("<p>second"),
        _ => Reply::status(404),
    });
    let crawled = visited(&server, &options);
    let rendered: Vec<&str> =
        crawled.site.renderings.iter().map(|rendering| rendering.page.path()).collect();
    assert_eq!(rendered, ["/b"]);
    assert!(has_note(&crawled, NoteKind::Unreadable, "was not rendered: the browser"));
    assert!(NoteKind::Unreadable.is_incomplete());
}

#[test]
fn without_a_browser_the_crawl_says_so_and_with_a_wrong_one_it_ends() {
    let server = HttpServer::http(|_| html("<p>text"));
    let crawled = crawl(&server.url("/"), &options());
    assert!(has_note(&crawled, NoteKind::NotRendered, "--browser"));
    assert!(!NoteKind::NotRendered.is_incomplete());
    assert_eq!(outcome(&crawled, "/"), "200");
    let browser = browser::Options {
        program: "/bin/false".into(),
        sandbox: Sandbox::Off,
        user_agent: String::new(),
    };
    let wrong = Options { browser: Some(browser), ..options() };
    let error = visit(&client(names(), ""), &server.url("/"), &wrong).err().unwrap();
    assert!(matches!(error, Error::Browser(_)), "{error}");
}
