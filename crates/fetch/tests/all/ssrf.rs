//! Where no request may go, however it is spelled: a listener that would take the connection counts none.

use std::{
    io::ErrorKind,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener},
};

use fetch::{
    Client, Error, Policy, Resolve, Scheme,
    guard::ResolveError,
    http::{Bounds, Redirects, Request},
};
use test_kit::{HttpServer, Reply};

use crate::support::{Names, open};

/// Answers everything: an address however C's library reads it, and this machine for every name.
struct Willing;

impl Resolve for Willing {
    fn resolve(&self, host: &str) -> Result<Vec<IpAddr>, ResolveError> {
        let address = host.trim_end_matches('.').parse();
        Ok(vec![address.unwrap_or(Ipv4Addr::LOCALHOST.into())])
    }
}

/// Takes connections to every address of this machine, over IPv4 and IPv6.
struct Listener {
    sockets: Vec<TcpListener>,
    port: u16,
}

impl Listener {
    fn new() -> Self {
        let v4 = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
        let port = v4.local_addr().unwrap().port();
        // Machines without IPv6 lose nothing but its half.
        let v6 = TcpListener::bind((Ipv6Addr::LOCALHOST, port)).ok();
        Self::of([Some(v4), v6].into_iter().flatten().collect(), port)
    }

    fn at(address: SocketAddr) -> Self {
        Self::of(vec![TcpListener::bind(address).unwrap()], address.port())
    }

    fn of(sockets: Vec<TcpListener>, port: u16) -> Self {
        sockets.iter().for_each(|socket| socket.set_nonblocking(true).unwrap());
        Self { sockets, port }
    }

    /// Connections since it was last asked.
    fn connections(&self) -> usize {
        let mut count = 0;
        for socket in &self.sockets {
            loop {
                match socket.accept() {
                    Ok(_) => count += 1,
                    Err(error) => {
                        assert_eq!(error.kind(), ErrorKind::WouldBlock);
                        break;
                    }
                }
            }
        }
        count
    }
}

/// Hosts as a URL spells them.
const HOSTS: &[&str] = &[
    // Loopback: decimal, short, octal, hexadecimal, as one number, mixed, padded.
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "127.255.255.254",
    "0177.0.0.1",
    "0177.1",
    "00000177.0.0.1",
    "0x7f.0.0.1",
    "0x7f.1",
    "0x7F000001",
    "0x7f.0x0.0x0.0x1",
    "0x007f.0x1",
    "017700000001",
    "2130706433",
    "127.0x0.00.1",
    "127.0.0.01",
    // With dots behind them, and other characters for dots and digits (UTS 46 maps them).
    "127.0.0.1.",
    "2130706433.",
    "127。0。0。1",
    "127．0．0．1",
    "127｡0｡0｡1",
    "１２７.0.0.1",
    "①②⑦.⓪.⓪.①",
    "𝟏𝟐𝟕.𝟎.𝟎.𝟏",
    "0ˣ7f.1",
    "127.0.0.1\u{ad}",
    // Percent-encoded.
    "%31%32%37.0.0.1",
    "127%2e0%2e0%2e1",
    "%6c%6f%63%61%6c%68%6f%73%74",
    "%EF%BC%91%EF%BC%92%EF%BC%97.0.0.1",
    // Names of this machine.
    "localhost",
    "localhost.",
    "LOCALHOST",
    "lOcAlHoSt.",
    "ｌｏｃａｌｈｏｓｔ",
    "a.localhost",
    "localhost.localdomain",
    "ip6-localhost",
    "127.0.0.1.nip.example",
    "example.org",
    // This network, broadcast and what lies between.
    "0",
    "0.0.0.0",
    "00.0",
    "0x0",
    "0.0.0.1",
    "255.255.255.255",
    "4294967295",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    // Private, shared, link-local, protocol, benchmark, documentation, relays.
    "10.0.0.1",
    "10.1",
    "012.1.2.3",
    "0xa000001",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "3232235521",
    "100.64.0.1",
    "100.127.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "169.254.0.1",
    // Metadata services.
    "169.254.169.254",
    "169.254.43518",
    "169.16689662",
    "2852039166",
    "0xa9fea9fe",
    "0251.0376.0251.0376",
    "169.254.170.2",
    "100.100.100.200",
    "192.0.0.192",
    "[fd00:ec2::254]",
    "[fd20:ce::254]",
    "metadata.google.internal",
    "metadata.google.internal.",
    "instance-data",
    // IPv6, in all its lengths.
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[0000:0000:0000:0000:0000:0000:0000:0001]",
    "[::0001]",
    "[::0.0.0.1]",
    "[fe80::1]",
    "[febf::1]",
    "[fec0::1]",
    "[fc00::1]",
    "[fdff::1]",
    "[ff02::1]",
    "[ff0e::1]",
    "[100::1]",
    "[2001:db8::1]",
    "[3fff::1]",
    "[5f00::1]",
    "[4000::1]",
    // IPv4 inside IPv6: mapped, compatible, translated, NAT64 (global and local), 6to4, Teredo, ISATAP.
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::FFFF:7F00:0001]",
    "[0:0:0:0:0:ffff:127.0.0.1]",
    "[::ffff:0.0.0.0]",
    "[::ffff:169.254.169.254]",
    "[::ffff:10.0.0.1]",
    "[::127.0.0.1]",
    "[::7f00:1]",
    "[::ffff:0:127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::a9fe:a9fe]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2002:a00:1::1]",
    "[2001:0:7f00:1::1]",
    "[2001::80ff:fffe]",
    "[fe80::5efe:127.0.0.1]",
    // Zones.
    "[::1%lo]",
    "[::1%25lo]",
    "[fe80::1%25eth0]",
    "[fe80::1%eth0]",
    // What some parsers take for an address.
    "127.0.0.1.1",
    "256.0.0.1",
    "127..1",
    ".127.0.0.1",
    "[127.0.0.1]",
    "[::1",
    "::1",
    "0x7f.0.0.0x100",
    "127.0.0.1%00.example.org",
    "127.0.0.1%0d%0a",
    "127.0.0.1%20",
    "127.0.0.1\u{0}",
    // A user that looks like a host, a host that looks like a user.
    "example.org@127.0.0.1",
    "example.org:80@127.0.0.1",
    "example.org%40127.0.0.1",
    "127.0.0.1@example.org",
    "example.org\\@127.0.0.1",
    "example.org#@127.0.0.1",
    "example.org?@127.0.0.1",
    "@127.0.0.1",
    ":@127.0.0.1",
];

/// Whether a request was refused before anything could go out.
fn refused_here(error: &Error) -> bool {
    matches!(
        error,
        Error::AddressRefused { .. }
            | Error::InvalidUrl { .. }
            | Error::CredentialsInUrl
            | Error::SchemeRefused { .. }
            | Error::UnknownScheme { .. }
            | Error::NameNotResolved { .. }
            | Error::RedirectRefused { .. }
    )
}

fn ask(client: &Client, url: &str) -> Result<(), Error> {
    let url = client.url(url)?;
    let request = Request { redirects: Redirects::Keep, ..Request::get(url) };
    client.exchange(request, &Bounds::default()).map(drop)
}

#[test]
fn no_spelling_of_an_inner_address_gets_a_connection() {
    let listener = Listener::new();
    let policy =
        Policy { allow_schemes: [Scheme::Https, Scheme::Http].into(), ..Policy::default() };
    let client = Client::new(policy, Willing).unwrap();
    for host in HOSTS {
        for scheme in ["http", "https"] {
            for url in [
                format!("{scheme}://{host}:{}/", listener.port),
                format!("{scheme}:\\\\{host}:{}\\", listener.port),
                format!("{scheme}:{host}:{}", listener.port),
            ] {
                let error = ask(&client, &url).expect_err(&url);
                assert!(refused_here(&error), "{url}: {error:?}");
                assert_eq!(listener.connections(), 0, "{url}");
            }
        }
    }
    assert!(HOSTS.len() >= 60);
}

#[test]
fn no_redirect_to_an_inner_address_gets_a_connection() {
    // The one address that is open; the table's others are not.
    let policy = Policy { allow_private: vec!["127.0.0.1/32".parse().unwrap()], ..open() };
    let listener = Listener::new();
    let port = listener.port;
    let server = HttpServer::http(move |request| {
        let host = HOSTS[request.query.parse::<usize>().unwrap()];
        Reply::redirect(302, &format!("//{host}:{port}/"))
    });
    let client = Client::new(policy.clone(), Elsewhere).unwrap();
    let mut asked = 0;
    for (number, host) in HOSTS.iter().enumerate() {
        let target = format!("http://{host}:{port}/");
        let judged = client.url(&target).and_then(|url| policy.resolve(&Elsewhere, &url));
        // Where the table spells the open address.
        if judged.is_ok() {
            continue;
        }
        asked += 1;
        let url = client.url(&server.url(&format!("/?{number}"))).unwrap();
        let outcome = client.exchange(Request::get(url), &Bounds::default());
        // A location that is no text of a header does not arrive.
        if let Err(error) = outcome {
            let garbled = matches!(error, Error::Http { .. } | Error::ConnectionLost { .. });
            assert!(refused_here(&error) || garbled, "{host}: {error:?}");
        }
        assert_eq!(listener.connections(), 0, "{host}");
    }
    assert!(asked >= 60, "{asked}");
}

/// Every name is another machine of this network.
struct Elsewhere;

impl Resolve for Elsewhere {
    fn resolve(&self, _: &str) -> Result<Vec<IpAddr>, ResolveError> {
        Ok(vec!["127.0.0.2".parse().unwrap()])
    }
}

#[test]
fn the_listener_of_these_tests_is_reached_where_that_is_allowed() {
    let listener = Listener::new();
    let mut policy = open();
    policy.limits.idle = std::time::Duration::from_millis(50);
    let client = Client::new(policy, Willing).unwrap();
    for host in ["127.0.0.1", "2130706433", "localhost", "127.0.0.3"] {
        ask(&client, &format!("http://{host}:{}/", listener.port)).unwrap_err();
        assert!(listener.connections() > 0, "{host}");
    }
}

/// A server at the open address, and a listener at the same port of one that is not.
fn rebound(answers: &[&[&str]]) -> (HttpServer, Listener, Client) {
    let server = HttpServer::http(|request| match request.path.as_str() {
        "/again" => Reply::redirect(302, "/"),
        _ => Reply::ok("here"),
    });
    let listener =
        Listener::at(SocketAddr::new("127.0.0.2".parse().unwrap(), server.address().port()));
    let policy = Policy { allow_private: vec!["127.0.0.1/32".parse().unwrap()], ..open() };
    let names = Names::default().with("rebind.test", answers);
    let client = Client::new(policy, names).unwrap();
    (server, listener, client)
}

#[test]
fn a_name_that_changes_its_address_gets_no_connection_to_the_second() {
    let (server, listener, client) = rebound(&[&["127.0.0.1"], &["127.0.0.2"]]);
    let url = server.url_at("rebind.test", "/");
    ask(&client, &url).unwrap();
    let error = ask(&client, &url).unwrap_err();
    assert!(matches!(error, Error::AddressRefused { .. }), "{error:?}");
    assert_eq!((server.requests().len(), listener.connections()), (1, 0));
}

#[test]
fn a_name_that_changes_its_address_between_hops_gets_no_connection_to_the_second() {
    let (server, listener, client) = rebound(&[&["127.0.0.1"], &["127.0.0.2"]]);
    let url = client.url(&server.url_at("rebind.test", "/again")).unwrap();
    let error = client.exchange(Request::get(url), &Bounds::default()).unwrap_err();
    assert!(matches!(error, Error::AddressRefused { .. }), "{error:?}");
    assert_eq!((server.requests().len(), listener.connections()), (1, 0));
}

#[test]
fn an_answer_that_mixes_addresses_gets_no_connection_at_all() {
    let (server, listener, client) = rebound(&[&["127.0.0.1", "127.0.0.2"]]);
    let error = ask(&client, &server.url_at("rebind.test", "/")).unwrap_err();
    assert!(matches!(error, Error::AddressRefused { .. }), "{error:?}");
    assert_eq!((server.requests().len(), listener.connections()), (0, 0));
}

#[test]
fn a_second_address_is_not_taken_from_a_request_under_way() {
    // Half the answers are refused; the others go on being where they were.
    let answers: Vec<&[&str]> =
        (0..64).map(|n| if n % 2 == 0 { &["127.0.0.1"][..] } else { &["127.0.0.2"] }).collect();
    let (server, listener, client) = rebound(&answers);
    let url = server.url_at("rebind.test", "/");
    let reached: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| (0..8).filter(|_| ask(&client, &url).is_ok()).count()))
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!((reached, server.requests().len(), listener.connections()), (32, 32, 0));
}
