//! What a crawl hears of an answer, and how much of it.

use std::{
    io::{Read as _, Write},
    sync::atomic::Ordering,
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use fetch::{
    Client, Error,
    http::{
        Bounds, Coding, Cut, Exchange, Method, Options, Redirects, Request, StatusCode, Version,
    },
};
use test_kit::{Ending, Http2Server, HttpServer, Reply, TlsServer};

use crate::support::{Names, client, open, raw};

const TEXT: &[u8] = b"here it is";

fn loopback() -> Client {
    client(open(), Names::default(), "")
}

fn bounds() -> Bounds {
    Bounds { wire_bytes: 1 << 20, body_bytes: 2 << 20, ..Bounds::default() }
}

fn fetch(client: &Client, url: &str, bounds: &Bounds) -> Result<Exchange, Error> {
    client.exchange(Request::get(client.url(url).unwrap()), bounds)
}

fn get(url: &str) -> Exchange {
    fetch(&loopback(), url, &bounds()).unwrap()
}

/// What comes of a body with a `Content-Encoding`.
fn decoded(coding: &'static str, body: Vec<u8>) -> Exchange {
    let server =
        HttpServer::http(move |_| Reply::ok(body.clone()).header("content-encoding", coding));
    get(&server.url("/"))
}

fn written<W: Write>(mut encoder: W, bytes: &[u8], end: impl FnOnce(W) -> Vec<u8>) -> Vec<u8> {
    encoder.write_all(bytes).unwrap();
    end(encoder)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    written(encoder, bytes, |encoder| encoder.finish().unwrap())
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    written(encoder, bytes, |encoder| encoder.finish().unwrap())
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    written(encoder, bytes, |encoder| encoder.finish().unwrap())
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 19).unwrap()
}

fn brotli() -> Vec<u8> {
    STANDARD.decode("iwSAaGVyZSBpdCBpcwM=").unwrap()
}

/// 64 MiB of zeros.
fn brotli_bomb() -> Vec<u8> {
    let text = "y///P/gnAOKxQCD3/o///3/wTwDEYRGA7v0f////4J8AiMMCAN37P/7//8E/ARCHBQC693/8//+DfwIgDgsAdO//+P//B/8EQBwWAOje\
                //H//w/+CYA4LADQvf/L//8//BMAcVgAoHv/Bw==";
    STANDARD.decode(text).unwrap()
}

#[test]
fn an_answer_tells_how_it_came() {
    let server = HttpServer::http(|_| Reply::ok("here").header("x-answer", "42"));
    let answer = get(&server.url("/a"));
    assert_eq!((answer.status, answer.version), (StatusCode::OK, Version::HTTP_11));
    assert_eq!(
        (answer.peer, answer.headers["x-answer"].as_bytes()),
        (server.address(), &b"42"[..])
    );
    assert_eq!((answer.body.as_slice(), answer.wire_bytes), (&b"here"[..], 4));
    assert_eq!((answer.cut.as_ref(), answer.truncated()), (None, false));
    assert!(answer.timing.resolved <= answer.timing.first_byte);
    assert!(answer.timing.first_byte <= answer.timing.end);
    assert!(!answer.timing.first_byte.is_zero());
    let seen = server.requests().remove(0);
    assert_eq!(seen.header("accept-encoding"), Some("gzip, deflate, br, zstd"));
}

#[test]
fn a_redirect_is_kept_as_an_answer() {
    let server = HttpServer::http(|_| Reply::redirect(301, "http://10.0.0.1/"));
    let client = loopback();
    let url = client.url(&server.url("/")).unwrap();
    let kept = Request { redirects: Redirects::Keep, ..Request::get(url) };
    let answer = client.exchange(kept, &bounds()).unwrap();
    assert_eq!(answer.status, StatusCode::MOVED_PERMANENTLY);
    assert_eq!(answer.headers["location"], "http://10.0.0.1/");
}

#[test]
fn every_coding_is_undone() {
    for (coding, body, expected) in [
        ("gzip", gzip(TEXT), vec![Coding::Gzip]),
        ("X-GZip", gzip(TEXT), vec![Coding::Gzip]),
        ("deflate", zlib(TEXT), vec![Coding::Deflate]),
        ("deflate", deflate(TEXT), vec![Coding::Deflate]),
        ("br", brotli(), vec![Coding::Brotli]),
        ("zstd", zstd(TEXT), vec![Coding::Zstd]),
        ("identity", TEXT.to_vec(), vec![]),
        ("br, gzip", gzip(&brotli()), vec![Coding::Brotli, Coding::Gzip]),
        (
            "zstd,  deflate , gzip",
            gzip(&zlib(&zstd(TEXT))),
            vec![Coding::Zstd, Coding::Deflate, Coding::Gzip],
        ),
    ] {
        let size = body.len() as u64;
        let answer = decoded(coding, body);
        assert_eq!((answer.body.as_slice(), &answer.cut), (TEXT, &None), "{coding}");
        assert_eq!((answer.codings, answer.wire_bytes), (expected, size), "{coding}");
    }
}

#[test]
fn what_is_coded_otherwise_stays_as_it_came() {
    for coding in ["compress", "gzip, gzip, gzip, gzip", "gzip;q=1", "\u{e9}"] {
        let answer = decoded(coding, TEXT.to_vec());
        assert_eq!(answer.body, TEXT, "{coding}");
        assert_eq!((answer.cut, answer.codings), (Some(Cut::UnknownCoding), vec![]), "{coding}");
    }
}

#[test]
fn what_does_not_decode_is_kept_as_far_as_it_does() {
    let mut corrupt = gzip(&test_kit::noise(200_000));
    let middle = corrupt.len() / 2;
    for byte in &mut corrupt[middle..middle + 64] {
        *byte ^= 0x55;
    }
    let answer = decoded("gzip", corrupt);
    assert_eq!(answer.cut, Some(Cut::Undecodable));
    for coding in ["gzip", "deflate", "br", "zstd"] {
        let answer = decoded(coding, b"<!doctype html><p>this is not coded at all".to_vec());
        assert_eq!((answer.cut, answer.wire_bytes), (Some(Cut::Undecodable), 42), "{coding}");
        assert_eq!(decoded(coding, Vec::new()).cut, None, "{coding}");
    }
    // What stands behind the end does no harm.
    let mut trailed = gzip(TEXT);
    trailed.extend_from_slice(b"rubbish");
    let answer = decoded("gzip", trailed.clone());
    assert_eq!((answer.body.as_slice(), answer.cut), (TEXT, None));
    assert_eq!(answer.wire_bytes, trailed.len() as u64);
}

#[test]
fn bombs_go_off_within_bounds() {
    let zeros = vec![0; 64 << 20];
    let mebibyte = 1 << 20;
    for (coding, body) in [
        ("gzip", gzip(&zeros)),
        ("deflate", zlib(&zeros)),
        ("deflate", deflate(&zeros)),
        ("zstd", zstd(&zeros)),
        ("br", brotli_bomb()),
        ("gzip, gzip", gzip(&gzip(&zeros))),
        // The bomb is a layer below; what it is made into is small.
        ("gzip, br", brotli_bomb()),
    ] {
        let allowed = body.len() * 250 + mebibyte;
        let answer = decoded(coding, body);
        let full = answer.body.len() == 2 * mebibyte && answer.cut == Some(Cut::BodyLimit);
        let stopped = answer.body.len() <= allowed
            && matches!(answer.cut, Some(Cut::Ratio | Cut::Undecodable));
        assert!(full || stopped, "{coding}: {} {:?}", answer.body.len(), answer.cut);
    }
}

#[test]
fn a_window_that_wants_a_gigabyte_is_not_granted() {
    // RFC 8878, 3.1.1.1: magic, descriptor with a window, window of 2^30 bytes.
    let zstd = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa0, 0x01, 0x00, 0x00];
    assert_eq!(decoded("zstd", zstd.to_vec()).cut, Some(Cut::Undecodable));
    // The first byte of a stream with a large window; the next one would name it.
    assert_eq!(decoded("br", vec![0x11, 0x1e, 0x00, 0x00]).cut, Some(Cut::Undecodable));
}

#[test]
fn a_body_is_cut_where_it_is_too_long() {
    let server = HttpServer::http(|_| Reply::ok(vec![b'x'; 3000]));
    let client = loopback();
    let url = server.url("/");
    for (wire_bytes, body_bytes, size, cut) in [
        (2000, 9000, 2000, Some(Cut::WireLimit)),
        (9000, 2000, 2000, Some(Cut::BodyLimit)),
        (3000, 3000, 3000, None),
        (0, 0, 0, Some(Cut::WireLimit)),
    ] {
        let answer = fetch(&client, &url, &Bounds { wire_bytes, body_bytes, ..bounds() }).unwrap();
        assert_eq!((answer.body.len(), answer.cut), (size, cut));
    }
}

#[test]
fn a_body_that_breaks_off_is_what_came_of_it() {
    let coded = gzip(&test_kit::noise(100_000));
    let half = coded[..coded.len() / 2].to_vec();
    let server = HttpServer::http(move |request| match request.path.as_str() {
        "/plain" => Reply { ending: Ending::BreakOff, ..Reply::ok("half") },
        _ => Reply { ending: Ending::BreakOff, ..Reply::ok(half.clone()) }
            .header("content-encoding", "gzip"),
    });
    let answer = get(&server.url("/plain"));
    assert_eq!(answer.body, b"half");
    assert!(matches!(answer.cut, Some(Cut::Lost(_))), "{answer:?}");
    let answer = get(&server.url("/coded"));
    assert!(!answer.body.is_empty());
    assert!(test_kit::noise(100_000).starts_with(&answer.body));
    assert!(matches!(answer.cut, Some(Cut::Lost(_))), "{answer:?}");
}

#[test]
fn chunks_that_are_none_end_the_body() {
    for tail in ["zz\r\n", "ffffffffffffffffff\r\n", "5\r\nhalf", "4\r\nhalfXX"] {
        let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n";
        raw(
            |stream| {
                let _ = stream.read(&mut [0; 1024])?;
                write!(stream, "{head}{tail}")
            },
            |url| {
                let answer = get(url);
                assert!(answer.body.starts_with(b"half"), "{tail:?}");
                assert!(matches!(answer.cut, Some(Cut::Lost(_))), "{tail:?}: {answer:?}");
            },
        );
    }
}

#[test]
fn a_body_that_never_ends_is_left_in_time() {
    let server = HttpServer::http(|_| Reply { ending: Ending::Stall, ..Reply::ok("half") });
    let client = loopback();
    let impatient = Bounds { timeout: Duration::from_millis(300), ..bounds() };
    let answer = fetch(&client, &server.url("/"), &impatient).unwrap();
    assert_eq!((answer.body.as_slice(), answer.cut), (&b"half"[..], Some(Cut::TimedOut)));
    let mut policy = open();
    policy.limits.idle = Duration::from_millis(300);
    let nervous = self::client(policy, Names::default(), "");
    let answer = fetch(&nervous, &server.url("/"), &bounds()).unwrap();
    assert_eq!((answer.body.as_slice(), answer.cut), (&b"half"[..], Some(Cut::TimedOut)));
    let cancelled = bounds();
    cancelled.cancel.store(true, Ordering::Relaxed);
    assert!(matches!(fetch(&client, &server.url("/"), &cancelled), Err(Error::Cancelled)));
}

#[test]
fn an_endless_body_is_cut() {
    raw(
        |stream| {
            let _ = stream.read(&mut [0; 1024])?;
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
            loop {
                stream.write_all(&[b'x'; 10_000])?;
            }
        },
        |url| {
            let answer = get(url);
            assert_eq!((answer.body.len(), answer.cut), (1 << 20, Some(Cut::WireLimit)));
        },
    );
}

#[test]
fn heads_of_ten_megabytes_or_ten_thousand_headers_are_errors() {
    for head in [format!("x: {}\r\n", "y".repeat(10 << 20)), "x: y\r\n".repeat(10_000)] {
        raw(
            |stream| {
                let _ = stream.read(&mut [0; 1024])?;
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n")?;
                stream.write_all(head.as_bytes())?;
                stream.write_all(b"\r\n")
            },
            |url| {
                let error = fetch(&loopback(), url, &bounds()).unwrap_err();
                let expected = matches!(error, Error::Http { .. } | Error::ConnectionLost { .. });
                assert!(expected, "{error:?}");
            },
        );
    }
}

#[test]
fn a_head_may_be_as_large_as_real_ones_are() {
    let policy = format!("default-src {}", "https://example.org ".repeat(5000));
    let server = HttpServer::http(move |_| {
        (0..200)
            .fold(Reply::ok("here"), |reply, number| reply.header(&format!("x-{number}"), "y"))
            .header("content-security-policy", &policy)
    });
    let answer = get(&server.url("/"));
    assert_eq!(answer.headers["content-security-policy"].len(), 100_011);
}

#[test]
fn a_head_request_has_no_body_to_decode() {
    let server = HttpServer::http(|_| Reply::ok(gzip(TEXT)).header("content-encoding", "gzip"));
    let client = loopback();
    let url = client.url(&server.url("/")).unwrap();
    let request = Request { method: Method::HEAD, ..Request::get(url) };
    let answer = client.exchange(request, &bounds()).unwrap();
    assert_eq!((answer.body.len(), answer.cut, answer.codings), (0, None, vec![Coding::Gzip]));
}

#[test]
fn a_client_says_who_it_is() {
    let server = HttpServer::http(|_| Reply::ok("here"));
    let agent = "bartizan/1.0 (+https://bartizan.example/about)";
    let options = Options { user_agent: Some(agent.to_owned()), ..Options::default() };
    let client = Client::with_options(open(), Names::default(), &options).unwrap();
    fetch(&client, &server.url("/"), &bounds()).unwrap();
    assert_eq!(server.requests()[0].header("user-agent"), Some(agent));
    let options = Options { user_agent: Some("a\nb".to_owned()), ..Options::default() };
    let made = Client::with_options(open(), Names::default(), &options);
    assert!(matches!(made, Err(Error::InvalidHeader { .. })));
}

#[test]
fn a_certificate_that_does_not_verify_is_accepted_where_that_was_asked_for() {
    let server = HttpServer::https(|_| Reply::ok("here"));
    let strict = loopback();
    let error = fetch(&strict, &server.url("/"), &bounds()).unwrap_err();
    assert!(matches!(error, Error::Tls { is_certificate: true, .. }), "{error:?}");
    let options = Options { accept_invalid_certificates: true, ..Options::default() };
    let lenient = Client::with_options(open(), Names::default(), &options).unwrap();
    for lenient in [lenient, strict.without_verification().unwrap()] {
        assert_eq!(fetch(&lenient, &server.url("/"), &bounds()).unwrap().body, b"here");
    }
    assert_eq!(server.requests().len(), 2);
    assert!(fetch(&strict, &server.url("/"), &bounds()).is_err());
}

#[test]
fn a_handshake_that_fails_otherwise_is_not_the_certificates_fault() {
    let server = TlsServer::refusing();
    let error = fetch(&loopback(), &format!("https://{}/", server.address()), &bounds());
    let error = error.unwrap_err();
    assert!(matches!(error, Error::Tls { is_certificate: false, .. }), "{error:?}");
}

#[test]
fn a_secret_is_never_sent_over_a_certificate_that_may_not_verify() {
    let server = HttpServer::https(|_| Reply::ok("here"));
    let client = loopback().without_verification().unwrap();
    let request = || Request::get(client.url(&server.url("/")).unwrap());
    for request in [
        request().secret("x-token", b"hunter2").unwrap(),
        request().header("authorization", "Basic hunter2").unwrap(),
        request().header("cookie", "session=hunter2").unwrap(),
    ] {
        let error = client.exchange(request, &bounds()).unwrap_err();
        assert!(matches!(error, Error::SecretWithheld { .. }), "{error:?}");
    }
    assert!(server.requests().is_empty());
}

#[test]
fn http_2_is_spoken_where_the_server_does() {
    let server = Http2Server::start(|path| {
        Reply::ok(gzip(path.as_bytes())).header("content-encoding", "gzip")
    });
    let client = client(open(), Names::default(), server.authority_pem());
    let answer = fetch(&client, &server.url("/a"), &bounds()).unwrap();
    assert_eq!((answer.version, answer.body.as_slice()), (Version::HTTP_2, &b"/a"[..]));
}

#[test]
fn eight_threads_share_a_client_and_its_connections() {
    let server = Http2Server::start(|path| Reply::ok(path));
    let client = client(open(), Names::default(), server.authority_pem());
    fetch(&client, &server.url("/first"), &bounds()).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let (client, server) = (&client, &server);
            scope.spawn(move || {
                for round in 0..8 {
                    let path = format!("/{thread}/{round}");
                    let answer = fetch(client, &server.url(&path), &bounds()).unwrap();
                    assert_eq!(answer.body, path.as_bytes());
                }
            });
        }
    });
    assert_eq!(server.connections(), 1);
}

#[test]
fn large_heads_over_http_2_are_errors() {
    let server = Http2Server::start(|path| {
        let reply = Reply::ok("here");
        match path {
            "/long" => reply.header("x", &"y".repeat(10 << 20)),
            "/many" => (0..10_000).fold(reply, |reply, _| reply.header("x", "y")),
            "/some" => (0..600).fold(reply, |reply, _| reply.header("x", "y")),
            _ => reply.header("content-security-policy", &"y".repeat(100_000)),
        }
    });
    let client = client(open(), Names::default(), server.authority_pem());
    for path in ["/long", "/many", "/some"] {
        let error = fetch(&client, &server.url(path), &bounds()).unwrap_err();
        let expected = matches!(error, Error::Http { .. } | Error::ConnectionLost { .. });
        assert!(expected, "{path}: {error:?}");
    }
    let answer = fetch(&client, &server.url("/real"), &bounds()).unwrap();
    assert_eq!(answer.headers["content-security-policy"].len(), 100_000);
}

#[test]
fn connections_of_http_1_1_are_kept_too() {
    use std::{
        io::{BufRead as _, BufReader},
        sync::{Arc, atomic::AtomicUsize},
    };
    let connections = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&connections);
    let server = TlsServer::serving(move |stream| {
        count.fetch_add(1, Ordering::SeqCst);
        let mut stream = BufReader::new(stream);
        let mut line = String::new();
        while stream.read_line(&mut line).is_ok_and(|read| read > 0) {
            if line == "\r\n" {
                let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nhere";
                stream.get_mut().write_all(answer).unwrap();
            }
            line.clear();
        }
    });
    let client = loopback();
    let url = format!("http://{}/", server.address());
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..16 {
                    assert_eq!(fetch(&client, &url, &bounds()).unwrap().body, b"here");
                }
            });
        }
    });
    // One is free again a moment after its answer was read; a few new ones in between do no harm.
    let made = connections.load(Ordering::SeqCst);
    assert!(made < 64, "{made} of 128 requests");
}
