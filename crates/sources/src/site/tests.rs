use std::sync::{Arc, atomic::AtomicBool};

use fetch::{Client, Policy, Resolve, Scheme, guard::ResolveError};
use model::{
    SecretValue,
    site::{Outcome, Question, Resource, Role, Site},
};
use test_kit::{HttpServer, Reply, Request};
use url::Url;

use super::{Limits, Options, crawl};

/// Loopback for every name but one, which stands for the network that the scanner is in.
struct Names;

impl Resolve for Names {
    fn resolve(&self, host: &str) -> Result<Vec<core::net::IpAddr>, ResolveError> {
        let address = if host == "inside.test" { "10.0.0.7" } else { "127.0.0.1" };
        Ok(vec![address.parse().unwrap()])
    }
}

/// Asks for every URL that a script names, with a key.
fn named_by_scripts(site: &Site) -> Vec<Question> {
    let texts =
        site.answered(Role::Script).map(|(_, answer)| String::from_utf8_lossy(&answer.body));
    let urls: Vec<Url> = texts
        .flat_map(|text| text.lines().filter_map(|line| Url::parse(line).ok()).collect::<Vec<_>>())
        .collect();
    let key = || vec![("apikey", SecretValue::new(b"the key"))];
    urls.into_iter().map(|url| Question { url, headers: key() }).collect()
}

/// A site whose one script consists of `lines`, with `PORT` in them for the server's.
fn site(lines: &'static str) -> HttpServer {
    HttpServer::http(move |request: &Request| {
        let host = request.header("host").unwrap_or_default();
        let port = host.rsplit(':').next().unwrap_or_default();
        match request.path.as_str() {
            "/" => Reply::ok("<script src=/app.js></script>").header("content-type", "text/html"),
            "/app.js" => Reply::ok(lines.replace("PORT", port)),
            "/moved" => Reply::redirect(302, &format!("http://other.test:{port}/rows")),
            "/rows" => Reply::ok("[{}]"),
            _ => Reply::status(404),
        }
    })
}

fn visit(server: &HttpServer, options: Options) -> Vec<Resource> {
    let policy = Policy {
        allow_schemes: [Scheme::Https, Scheme::Http].into(),
        allow_private: vec!["127.0.0.0/8".parse().unwrap()],
        ..Policy::default()
    };
    let client = Client::new(policy, Names).unwrap();
    let start = Url::parse(&server.url_at("site.test", "/")).unwrap();
    let crawled = crawl(&client, &start, &options, 0, &Arc::new(AtomicBool::new(false))).unwrap();
    crawled.site.resources.into_iter().filter(|one| one.role == Role::Backend).collect()
}

fn asking() -> Options {
    Options { questions: Some(named_by_scripts), ..Options::default() }
}

/// Who was asked for `path`, and with which key.
fn asked(server: &HttpServer, path: &str) -> Vec<(String, Option<String>)> {
    let requests = server.requests().into_iter().filter(|request| request.path == path);
    requests
        .map(|request| {
            let host = request.header("host").unwrap_or_default();
            let name = host.split(':').next().unwrap_or_default().to_owned();
            (name, request.header("apikey").map(str::to_owned))
        })
        .collect()
}

fn status(resource: &Resource) -> Option<u16> {
    resource.answer().map(|answer| answer.status)
}

#[test]
fn questions_are_asked_once_after_everything_else_with_their_headers() {
    let server = site("http://backend.test:PORT/rows\nhttp://backend.test:PORT/rows");
    let answers = visit(&server, asking());
    assert_eq!(answers.iter().map(status).collect::<Vec<_>>(), [Some(200)]);
    assert_eq!(asked(&server, "/rows"), [("backend.test".to_owned(), Some("the key".to_owned()))]);
    let requests = server.requests();
    let last = requests.last().unwrap();
    assert_eq!((last.method.as_str(), last.path.as_str()), ("GET", "/rows"));
    assert!(
        requests.iter().filter(|one| one.path != "/rows").all(|one| one.header("apikey").is_none())
    );
}

#[test]
fn nothing_is_asked_without_being_wanted() {
    let server = site("http://backend.test:PORT/rows");
    assert_eq!(visit(&server, Options::default()).len(), 0);
    assert_eq!(asked(&server, "/rows"), []);
}

#[test]
fn a_key_does_not_follow_a_redirect_to_another_host() {
    let server = site("http://backend.test:PORT/moved");
    visit(&server, asking());
    assert_eq!(asked(&server, "/moved"), [("backend.test".to_owned(), Some("the key".to_owned()))]);
    assert_eq!(asked(&server, "/rows"), [("other.test".to_owned(), None)]);
}

#[test]
fn the_users_own_headers_are_not_part_of_a_question() {
    let server = site("http://site.test:PORT/rows");
    let headers = vec![("authorization".to_owned(), SecretValue::new(b"the user's"))];
    visit(&server, Options { headers, ..asking() });
    let requests = server.requests();
    let of = |path: &str| requests.iter().find(|request| request.path == path).unwrap();
    assert_eq!(of("/").header("authorization"), Some("the user's"));
    assert_eq!(of("/rows").header("authorization"), None);
}

#[test]
fn private_addresses_are_not_asked() {
    let server = site(
        "http://inside.test:PORT/rows\nhttp://169.254.169.254/rows\nhttp://[::1]:PORT/rows\nftp://site.test/rows",
    );
    let answers = visit(&server, asking());
    assert_eq!(answers.len(), 4);
    for answer in answers {
        assert!(matches!(answer.outcome, Outcome::Skipped(_)), "{:?}", answer.outcome);
    }
    assert_eq!(asked(&server, "/rows"), []);
}

#[test]
fn questions_count_as_requests() {
    let server = site("http://backend.test:PORT/rows");
    let before = {
        visit(&server, Options::default());
        server.requests().len()
    };
    let limits = Limits { requests: before, ..Limits::default() };
    let answers = visit(&server, Options { limits, ..asking() });
    assert!(matches!(answers.first().map(|one| &one.outcome), Some(Outcome::Skipped(_))));
    assert_eq!(asked(&server, "/rows"), []);
}
