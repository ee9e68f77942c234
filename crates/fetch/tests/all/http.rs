//! Single requests through the client.

use std::{io::Write as _, net::IpAddr, time::Duration};

use fetch::{
    Client, Error, Policy, Resolve,
    guard::{Limits, ResolveError},
    http::{Method, Redirects, Request, StatusCode},
};
use test_kit::{Ending, HttpServer, Reply};

use crate::support::{Names, client, open, raw};

fn get(client: &Client, url: &str) -> Request {
    Request::get(client.url(url).unwrap())
}

fn loopback() -> Client {
    client(open(), Names::default(), "")
}

/// Says what it was asked: method, path and query, and the body.
fn echo() -> HttpServer {
    HttpServer::http(|request| {
        let mut body =
            format!("{} {} {}\n", request.method, request.path, request.query).into_bytes();
        body.extend_from_slice(&request.body);
        Reply::ok(body)
    })
}

#[test]
fn an_answer_is_read_whole_whatever_its_status() {
    let server = HttpServer::http(|request| match request.path.as_str() {
        "/gone" => Reply { status: 410, ..Reply::ok("gone") },
        _ => Reply::ok("here").header("x-answer", "42"),
    });
    let client = loopback();
    let answer = client.send(get(&client, &server.url("/x"))).unwrap();
    assert_eq!((answer.status, answer.body.as_slice()), (StatusCode::OK, b"here".as_slice()));
    assert_eq!(answer.headers["x-answer"], "42");
    let answer = client.send(get(&client, &server.url("/gone"))).unwrap();
    assert_eq!((answer.status, answer.body.as_slice()), (StatusCode::GONE, b"gone".as_slice()));
}

#[test]
fn a_request_carries_what_it_is_given() {
    let server = echo();
    let client = loopback();
    let url = client.url(&server.url("/a?b=c")).unwrap();
    let request = Request::post(url, b"body".to_vec())
        .header("x-plain", "one")
        .unwrap()
        .secret("authorization", b"Bearer hunter2")
        .unwrap();
    assert!(!format!("{request:?}").contains("hunter2"));
    let answer = client.send(request).unwrap();
    assert_eq!(answer.body, b"POST /a b=c\nbody");
    let seen = server.requests().remove(0);
    assert_eq!(seen.header("x-plain"), Some("one"));
    assert_eq!(seen.header("authorization"), Some("Bearer hunter2"));
    assert_eq!(seen.header("user-agent"), Some(fetch::http::USER_AGENT));
    assert_eq!(seen.header("cookie"), None);
}

#[test]
fn a_header_that_cannot_be_sent_is_named_without_its_value() {
    let client = loopback();
    let request = get(&client, "http://127.0.0.1:1/");
    let error = request.secret("authorization", b"hunter2\n").unwrap_err();
    assert!(matches!(error, Error::InvalidHeader { .. }));
    assert!(!format!("{error} {error:?}").contains("hunter2"));
}

#[test]
fn redirects_are_followed_or_kept() {
    let server = HttpServer::http(|request| match request.path.as_str() {
        "/from" => Reply::redirect(302, "/to"),
        _ => Reply::ok("there"),
    });
    let client = loopback();
    let answer = client.send(get(&client, &server.url("/from"))).unwrap();
    assert_eq!((answer.url.path(), answer.body.as_slice()), ("/to", b"there".as_slice()));
    let kept = Request { redirects: Redirects::Keep, ..get(&client, &server.url("/from")) };
    assert_eq!(client.send(kept).unwrap().status, StatusCode::FOUND);
}

#[test]
fn a_post_that_is_redirected_becomes_a_get_or_stays_as_the_status_says() {
    let server = HttpServer::http(|request| match request.path.as_str() {
        "/to" => Reply::ok(format!("{} {}", request.method, request.body.len())),
        path => Reply::redirect(path.trim_start_matches('/').parse().unwrap(), "/to"),
    });
    let client = loopback();
    for (status, expected) in
        [(301, "GET 0"), (302, "GET 0"), (303, "GET 0"), (307, "POST 4"), (308, "POST 4")]
    {
        let url = client.url(&server.url(&status.to_string())).unwrap();
        let answer = client.send(Request::post(url, b"body".to_vec())).unwrap();
        assert_eq!(String::from_utf8_lossy(&answer.body), expected, "{status}");
    }
}

#[test]
fn secrets_and_bodies_stay_with_their_origin() {
    let elsewhere = echo();
    let target = elsewhere.url("/to");
    let server = HttpServer::http({
        let target = target.clone();
        move |request| Reply::redirect(if request.method == "POST" { 307 } else { 302 }, &target)
    });
    let client = loopback();
    let request = get(&client, &server.url("/"))
        .header("x-plain", "one")
        .unwrap()
        .header("authorization", "Basic not-marked")
        .unwrap()
        .secret("x-token", b"hunter2")
        .unwrap();
    client.send(request).unwrap();
    let seen = elsewhere.requests().remove(0);
    assert_eq!(seen.header("x-plain"), Some("one"));
    assert_eq!((seen.header("authorization"), seen.header("x-token")), (None, None));
    let url = client.url(&server.url("/")).unwrap();
    let error = client.send(Request::post(url, b"body".to_vec())).unwrap_err();
    assert!(matches!(error, Error::RedirectRefused { .. }), "{error:?}");
    assert_eq!(elsewhere.requests().len(), 1);
}

#[test]
fn redirects_are_judged_like_any_url() {
    let client = client(
        open(),
        Names::default()
            .with("inside.test", &[&["10.0.0.1"]])
            .with("mixed.test", &[&["8.8.8.8", "::1"]]),
        "",
    );
    for target in [
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:10.0.0.1]/",
        "http://[64:ff9b::a00:1]/",
        "http://0xa000001/",
        "http://inside.test/",
        "http://inside.test./",
        "http://mixed.test/",
    ] {
        let server = HttpServer::http(move |_| Reply::redirect(302, target));
        let error = client.send(get(&client, &server.url("/"))).unwrap_err();
        let named_otherwise = target == "http://inside.test./";
        assert!(
            matches!(error, Error::AddressRefused { .. })
                || (named_otherwise && matches!(error, Error::NameNotResolved { .. })),
            "{target}: {error:?}"
        );
    }
    for target in ["file:///etc/passwd", "ftp://127.0.0.1/", "http://u:p@127.0.0.1/", "http://"] {
        let server = HttpServer::http(move |_| Reply::redirect(302, target));
        let error = client.send(get(&client, &server.url("/"))).unwrap_err();
        assert!(
            matches!(error, Error::RedirectRefused { .. } | Error::UnknownScheme { .. }),
            "{target}: {error:?}"
        );
    }
}

#[test]
fn a_redirect_out_of_tls_is_refused_even_where_http_is_allowed() {
    let server = HttpServer::https(|_| Reply::redirect(302, "http://127.0.0.1:1/"));
    let client = client(open(), Names::default(), server.authority_pem());
    let error = client.send(get(&client, &server.url("/"))).unwrap_err();
    assert!(matches!(error, Error::RedirectRefused { .. }), "{error:?}");
}

#[test]
fn a_name_is_resolved_and_judged_for_every_request() {
    let server = echo();
    let names = Names::default().with("git.test", &[&["127.0.0.1"], &["127.0.0.1"], &["10.0.0.1"]]);
    let client = client(open(), names, "");
    let url = server.url_at("git.test", "/");
    client.send(get(&client, &url)).unwrap();
    client.send(get(&client, &url)).unwrap();
    let error = client.send(get(&client, &url)).unwrap_err();
    assert!(matches!(error, Error::AddressRefused { .. }), "{error:?}");
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn a_secret_leaves_in_clear_text_only_for_a_private_network() {
    let client = client(open(), Names::default().with("public.test", &[&["8.8.8.8"]]), "");
    let request = get(&client, "http://public.test/").secret("x-token", b"hunter2").unwrap();
    let error = client.send(request).unwrap_err();
    assert!(matches!(error, Error::TokenWithheld { .. }), "{error:?}");
}

#[test]
fn tls_is_checked_against_the_name_in_the_url() {
    let server = HttpServer::https(|_| Reply::ok("secret"));
    let names =
        Names::default().with("git.test", &[&["127.0.0.1"]]).with("other.test", &[&["127.0.0.1"]]);
    let client = client(open(), names, server.authority_pem());
    client.send(get(&client, &server.url_at("git.test", "/"))).unwrap();
    let error = client.send(get(&client, &server.url_at("other.test", "/"))).unwrap_err();
    assert!(matches!(error, Error::Tls { .. }), "{error:?}");
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn certificates_that_are_none_are_refused() {
    for pem in ["nonsense", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        let made = Client::with_certificates(open(), Names::default(), pem.as_bytes());
        assert!(matches!(made, Err(Error::Certificates { .. })), "{pem}");
    }
}

#[test]
fn limits_hold() {
    let server = HttpServer::http(|request| match request.path.as_str() {
        "/large" => Reply::ok(vec![b'x'; 1001]),
        "/cut" => Reply { ending: Ending::BreakOff, ..Reply::ok("half") },
        "/silent" => Reply { ending: Ending::Silence, ..Reply::ok("") },
        _ => Reply { ending: Ending::Stall, ..Reply::ok("half") },
    });
    let mut policy = open();
    policy.limits.body_bytes = 1000;
    let patient = client(policy.clone(), Names::default(), "");
    let error = |client: &Client, path| client.send(get(client, &server.url(path))).unwrap_err();
    assert!(matches!(error(&patient, "/large"), Error::BodyTooLarge { limit_bytes: 1000, .. }));
    assert!(matches!(error(&patient, "/cut"), Error::ConnectionLost { .. }));
    policy.limits.idle = Duration::from_millis(150);
    let nervous = client(policy, Names::default(), "");
    for path in ["/silent", "/stall"] {
        let error = error(&nervous, path);
        assert!(matches!(error, Error::TimedOut { .. }), "{path}: {error:?}");
        assert!(error.is_transient());
    }
    let mut policy = open();
    policy.limits.total = Duration::from_millis(150);
    let impatient = client(policy, Names::default(), "");
    let error = impatient.send(get(&impatient, &server.url("/stall"))).unwrap_err();
    assert!(matches!(error, Error::TimedOut { .. }), "{error:?}");
}

/// Never answers, as long as the test lasts.
struct Deaf;

impl Resolve for Deaf {
    fn resolve(&self, _: &str) -> Result<Vec<IpAddr>, ResolveError> {
        loop {
            std::thread::park();
        }
    }
}

#[test]
fn a_resolver_that_never_answers_is_not_waited_for() {
    let limit = Duration::from_millis(100);
    for limits in [
        Limits { total: limit, ..Limits::default() },
        Limits { resolve: limit, ..Limits::default() },
    ] {
        let client = Client::new(Policy { limits, ..open() }, Deaf).unwrap();
        let error = client.send(get(&client, "http://git.test/")).unwrap_err();
        assert!(matches!(error, Error::TimedOut { after, .. } if after == limit), "{error:?}");
    }
}

#[test]
fn a_head_has_no_body() {
    let server = echo();
    let client = loopback();
    let request = Request { method: Method::HEAD, ..get(&client, &server.url("/")) };
    assert!(client.send(request).unwrap().body.is_empty());
}

#[test]
fn a_name_that_does_not_resolve_is_named() {
    let client = loopback();
    let error = client.send(get(&client, "http://nowhere.test/")).unwrap_err();
    assert!(
        matches!(&error, Error::NameNotResolved { host, .. } if host == "nowhere.test"),
        "{error:?}"
    );
}

#[test]
fn what_is_no_http_is_said_to_be_none() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            use std::io::{Read as _, Write as _};
            let (mut stream, _) = listener.accept().unwrap();
            stream.write_all(b"220 mail.example.org ESMTP\r\n").unwrap();
            let _ = stream.read(&mut [0; 1024]);
        });
        let client = loopback();
        let error = client.send(get(&client, &format!("http://{address}/"))).unwrap_err();
        assert!(matches!(error, Error::Http { .. }), "{error:?}");
    });
}

#[test]
fn headers_without_end_are_left() {
    let mut policy = open();
    policy.limits.idle = Duration::from_millis(500);
    let client = client(policy, Names::default(), "");
    for (start, again) in [
        ("HTTP/1.1 200 OK\r\n", "x: y\r\n"),
        ("HTTP/1.1 200 OK\r\nx: ", "yyyyyyyyyyyyyyyy"),
        ("HTTP/1.1 ", "2222222222222222"),
        ("", "HTTP/1.1 103 Early Hints\r\n\r\n"),
    ] {
        raw(
            |stream| {
                stream.write_all(start.as_bytes())?;
                let many = again.repeat(1000);
                loop {
                    stream.write_all(many.as_bytes())?;
                }
            },
            |url| {
                let error = client.send(get(&client, url)).unwrap_err();
                assert!(
                    matches!(
                        error,
                        Error::Http { .. } | Error::ConnectionLost { .. } | Error::TimedOut { .. }
                    ),
                    "{again:?}: {error:?}"
                );
            },
        );
    }
}

#[test]
fn a_compressed_body_is_not_unpacked() {
    let server = HttpServer::http(|_| Reply::ok("small").header("content-encoding", "gzip"));
    let client = loopback();
    assert_eq!(client.send(get(&client, &server.url("/"))).unwrap().body, b"small");
    assert_eq!(server.requests().remove(0).header("accept-encoding"), None);
}

#[test]
fn a_redirect_to_a_very_long_address_is_refused() {
    let server = HttpServer::http(|_| Reply::redirect(302, &"a".repeat(8001)));
    let client = loopback();
    let error = client.send(get(&client, &server.url("/"))).unwrap_err();
    assert!(matches!(error, Error::RedirectRefused { .. }), "{error:?}");
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_secret_in_clear_text_takes_no_connection_that_may_leave_the_private_network() {
    use std::io::{BufRead as _, BufReader, Write as _};
    // Answers every request with the number of its connection.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            std::thread::spawn(move || {
                let mut stream = BufReader::new(stream.unwrap());
                let mut line = String::new();
                while stream.read_line(&mut line).is_ok_and(|read| read > 0) {
                    if line == "\r\n" {
                        let answer =
                            format!("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n{number}");
                        stream.get_mut().write_all(answer.as_bytes()).unwrap();
                    }
                    line.clear();
                }
            });
        }
    });
    let answers: [&[&str]; 3] =
        [&["127.0.0.1", "8.8.8.8"], &["127.0.0.1", "8.8.8.8"], &["127.0.0.1"]];
    let client = client(open(), Names::default().with("git.test", &answers), "");
    let url = format!("http://git.test:{port}/");
    let number = |request| client.send(request).unwrap().body;
    let public = [number(get(&client, &url)), number(get(&client, &url))];
    let private = number(get(&client, &url).secret("x-token", b"hunter2").unwrap());
    assert!(!public.contains(&private), "{public:?} {private:?}");
}

#[test]
fn a_client_for_strangers_pages_has_no_private_networks() {
    let server = HttpServer::http(|_| Reply::ok("inside"));
    let names = Names::default().with("inside.test", &[&["127.0.0.1"]]);
    let client = client(open(), names, "");
    let ask = |client: &Client, host: &str| {
        client.send(Request::get(client.url(&server.url_at(host, "/"))?))
    };
    for host in ["inside.test", "127.0.0.1"] {
        assert!(ask(&client, host).is_ok());
        let refused = ask(&client.public_only(), host).unwrap_err();
        assert!(matches!(refused, Error::AddressRefused { .. }), "{refused}");
    }
}
