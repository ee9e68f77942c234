//! What a probe of a TLS endpoint finds out, and that it ends.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use fetch::{Client, Error, Policy, tls};
use model::site::{
    Tls,
    tls::{
        Answer, ChainOrder, Distrust, HashAlgorithm, KeyAlgorithm, Trust, Unfinished, Version,
        Weakness,
    },
};
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CustomExtension, DnType, IsCa, Issuer,
    KeyPair, SerialNumber, date_time_ymd,
};
use rustls::{
    ServerConfig, SupportedProtocolVersion,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
    version::{TLS12, TLS13},
};
use test_kit::{OpensslServer, TlsServer};

use crate::support::{Names, client, open};

const HOST: &str = "site.test";

/// An authority, and what it signs.
struct Authority {
    certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn named(name: &str) -> Self {
        let (params, key) = Self::params(name);
        let certificate = params.self_signed(&key).unwrap();
        Self { certificate, issuer: Issuer::new(params, key) }
    }

    fn below(&self, name: &str) -> Self {
        let (params, key) = Self::params(name);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Self { certificate, issuer: Issuer::new(params, key) }
    }

    fn params(name: &str) -> (CertificateParams, KeyPair) {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        (params, KeyPair::generate().unwrap())
    }

    fn sign(&self, params: &CertificateParams) -> Site {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Site { chain: vec![certificate.der().clone()], key }
    }

    fn pem(&self) -> String {
        self.certificate.pem()
    }
}

/// A server's certificates, as it sends them.
struct Site {
    chain: Vec<CertificateDer<'static>>,
    key: KeyPair,
}

impl Site {
    fn with(mut self, authority: &Authority) -> Self {
        self.chain.push(authority.certificate.der().clone());
        self
    }

    fn config(&self, versions: &[&'static SupportedProtocolVersion], ocsp: &[u8]) -> ServerConfig {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.key.serialize_der()));
        ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .unwrap()
            .with_no_client_auth()
            .with_single_cert_with_ocsp(self.chain.clone(), key, ocsp.to_vec())
            .unwrap()
    }

    fn serve(&self) -> TlsServer {
        TlsServer::start(self.config(&[&TLS12, &TLS13], b""))
    }
}

fn params() -> CertificateParams {
    let mut params = CertificateParams::new(vec![HOST.to_owned(), "192.0.2.7".to_owned()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, HOST);
    params
}

fn quick() -> tls::Bounds {
    tls::Bounds { handshake: Duration::from_millis(400), ..tls::Bounds::default() }
}

fn probed(address: SocketAddr, pem: &str, bounds: &tls::Bounds) -> Result<Tls, Error> {
    let names = Names::default().with(HOST, &[&["127.0.0.1"]]);
    let client = client(open(), names, pem);
    let url = client.url(&format!("https://{HOST}:{}/", address.port())).unwrap();
    tls::probe(&client, &url, bounds)
}

fn probe(address: SocketAddr, authority: &Authority) -> Tls {
    probed(address, &authority.pem(), &tls::Bounds::default()).unwrap()
}

fn versions(found: &Tls) -> [Answer; 5] {
    Version::ALL.map(|version| found.offers(version))
}

use Answer::{No, Unknown, Yes};

#[test]
fn a_server_of_today_is_described_whole() {
    let authority = Authority::named("an authority");
    let site = authority.sign(&params());
    let mut config = site.config(&[&TLS12, &TLS13], b"\x30\x03\x0a\x01\x06");
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let server = TlsServer::start(config);
    let found = probe(server.address(), &authority);
    assert_eq!(versions(&found), [No, No, No, Yes, Yes]);
    assert_eq!((found.alpn_h2, found.alpn_http_1_1), (Yes, Yes));
    assert_eq!((found.secure_renegotiation, found.ocsp_stapled), (Yes, Yes));
    for weakness in Weakness::ALL {
        assert_eq!(found.accepts(weakness), No, "{weakness:?}");
    }
    assert_eq!((&found.trust, found.chain_order), (&Trust::Trusted, ChainOrder::InOrder));
    assert_eq!(found.unfinished, None);
    assert_eq!(server.connections(), found.connections as usize);
    assert!(found.connections <= 8);
    let suite = |version: Version| {
        let offer = found.versions.iter().find(|offer| offer.version == version).unwrap();
        offer.suite.as_ref().unwrap().name.clone()
    };
    assert!(suite(Version::Tls13).starts_with("TLS_AES_"), "{}", suite(Version::Tls13));
    assert!(suite(Version::Tls12).starts_with("TLS_ECDHE_ECDSA_"), "{}", suite(Version::Tls12));
}

#[test]
fn a_certificate_is_told_as_it_is() {
    let authority = Authority::named("an authority");
    let mut params = params();
    params.not_before = date_time_ymd(2020, 1, 2);
    params.not_after = date_time_ymd(2099, 1, 2);
    params.serial_number = Some(SerialNumber::from_slice(&[0x0a, 0xbc]));
    let site = authority.sign(&params).with(&authority);
    let found = probe(site.serve().address(), &authority);
    let [leaf, root] = found.chain.as_slice() else { panic!("{:?}", found.chain) };
    assert_eq!(leaf.names, [HOST, "192.0.2.7"]);
    assert!(leaf.subject.contains(HOST), "{}", leaf.subject);
    assert!(leaf.issuer.contains("an authority"), "{}", leaf.issuer);
    assert_eq!((leaf.not_before_ms, leaf.not_after_ms), (1_577_923_200_000, 4_070_995_200_000));
    assert_eq!(
        (leaf.key.algorithm.clone(), leaf.key.bits),
        (KeyAlgorithm::Ec("P-256".into()), Some(256))
    );
    assert_eq!(leaf.signature.hash, HashAlgorithm::Sha256);
    assert_eq!((leaf.serial.as_str(), leaf.is_ca, leaf.self_signed), ("0abc", false, false));
    assert!(root.is_ca && root.self_signed);
}

#[test]
fn a_server_with_the_newest_version_only_is_no_less_clear() {
    let authority = Authority::named("an authority");
    let mut config = authority.sign(&params()).config(&[&TLS13], b"");
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let found = probe(TlsServer::start(config).address(), &authority);
    assert_eq!(versions(&found), [No, No, No, No, Yes]);
    assert_eq!((found.alpn_h2, found.alpn_http_1_1), (Yes, Yes));
    assert_eq!((found.accepts(Weakness::Cbc), found.secure_renegotiation), (No, Unknown));
    assert_eq!((found.trust, found.unfinished), (Trust::Trusted, None));
    let mut config = authority.sign(&params()).config(&[&TLS13], b"");
    config.alpn_protocols = vec![b"h2".to_vec()];
    let found = probe(TlsServer::start(config).address(), &authority);
    assert_eq!((found.alpn_h2, found.alpn_http_1_1), (Yes, No));
}

#[test]
fn a_chain_is_refused_for_its_reasons() {
    let authority = Authority::named("an authority");
    let other = Authority::named("another authority");
    let refused =
        |site: &Site, trusted: &Authority| match probe(site.serve().address(), trusted).trust {
            Trust::Refused(reasons) => reasons,
            other => panic!("{other:?}"),
        };
    let mut expired = params();
    expired.not_before = date_time_ymd(2019, 1, 1);
    expired.not_after = date_time_ymd(2020, 1, 1);
    assert_eq!(refused(&authority.sign(&expired), &authority), [Distrust::Expired]);
    let mut early = params();
    early.not_before = date_time_ymd(2090, 1, 1);
    early.not_after = date_time_ymd(2091, 1, 1);
    assert_eq!(refused(&authority.sign(&early), &authority), [Distrust::NotYetValid]);
    let elsewhere = CertificateParams::new(vec!["elsewhere.test".to_owned()]).unwrap();
    assert_eq!(refused(&authority.sign(&elsewhere), &authority), [Distrust::WrongName]);
    assert_eq!(refused(&authority.sign(&params()), &other), [Distrust::UnknownIssuer]);
    let mut both = CertificateParams::new(vec!["elsewhere.test".to_owned()]).unwrap();
    both.not_after = date_time_ymd(2020, 1, 1);
    both.not_before = date_time_ymd(2019, 1, 1);
    let reasons = refused(&authority.sign(&both), &authority);
    assert_eq!(reasons, [Distrust::WrongName, Distrust::Expired]);
    for is_ca in [IsCa::NoCa, IsCa::Ca(BasicConstraints::Unconstrained)] {
        let mut alone = params();
        alone.is_ca = is_ca;
        let key = KeyPair::generate().unwrap();
        let chain = vec![alone.self_signed(&key).unwrap().der().clone()];
        assert_eq!(refused(&Site { chain, key }, &authority), [Distrust::SelfSigned]);
    }
}

/// Access to the issuer's certificate (RFC 5280, section 4.2.2.1).
fn issuer_at(url: &str) -> CustomExtension {
    let mut description = vec![0x06, 8, 0x2b, 6, 1, 5, 5, 7, 0x30, 2, 0x86];
    description.push(u8::try_from(url.len()).unwrap());
    description.extend(url.as_bytes());
    let inner = u8::try_from(description.len()).unwrap();
    let der = [vec![0x30, inner + 2, 0x30, inner], description].concat();
    CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 1], der)
}

#[test]
fn a_forgotten_intermediate_is_told_from_an_unknown_authority() {
    let root = Authority::named("a root");
    let between = root.below("between");
    let mut params = params();
    params.custom_extensions.push(issuer_at("http://ca.test/between.der"));
    let found = probe(between.sign(&params).serve().address(), &root);
    assert_eq!(found.trust, Trust::Refused(vec![Distrust::Incomplete]));
    assert_eq!(found.chain[0].issuer_urls, ["http://ca.test/between.der"]);
    let found = probe(between.sign(&params).with(&between).serve().address(), &root);
    assert_eq!(found.trust, Trust::Trusted);
}

#[test]
fn the_order_of_a_chain_is_seen() {
    let root = Authority::named("a root");
    let upper = root.below("upper");
    let lower = upper.below("lower");
    let order = |site: Site| probe(site.serve().address(), &root).chain_order;
    assert_eq!(order(lower.sign(&params()).with(&lower).with(&upper)), ChainOrder::InOrder);
    assert_eq!(order(lower.sign(&params()).with(&upper).with(&lower)), ChainOrder::OutOfOrder);
    let stranger = Authority::named("a stranger");
    assert_eq!(order(lower.sign(&params()).with(&lower).with(&stranger)), ChainOrder::Unrelated);
}

#[test]
fn an_endpoint_that_is_refused_gets_no_connection() {
    let server = TlsServer::serving(drop);
    let names = Names::default().with(HOST, &[&["127.0.0.1"]]);
    let client = Client::new(Policy::default(), names).unwrap();
    let url = client.url(&format!("https://{HOST}:{}/", server.address().port())).unwrap();
    let error = tls::probe(&client, &url, &quick()).unwrap_err();
    assert!(matches!(error, Error::AddressRefused { .. }), "{error:?}");
    assert_eq!(server.connections(), 0);
}

#[test]
fn a_name_is_resolved_once_for_the_whole_probe() {
    let authority = Authority::named("an authority");
    let server = authority.sign(&params()).serve();
    let names = Names::default().with(HOST, &[&["127.0.0.1"], &["127.0.0.2"]]);
    let client = client(open(), names, &authority.pem());
    let url = client.url(&format!("https://{HOST}:{}/", server.address().port())).unwrap();
    let found = tls::probe(&client, &url, &tls::Bounds::default()).unwrap();
    assert_eq!(server.connections(), found.connections as usize);
}

/// Servers without manners.
fn rude() -> Vec<(&'static str, TlsServer)> {
    fn endless(stream: &mut TcpStream, record: &[u8]) {
        let many = record.repeat(200);
        while stream.write_all(&many).is_ok() {}
    }
    let wait = |mut stream: TcpStream| drop(stream.read_to_end(&mut Vec::new()));
    vec![
        ("silent", TlsServer::serving(wait)),
        ("gone", TlsServer::serving(drop)),
        (
            "garbage",
            TlsServer::serving(|mut stream| {
                let _ = stream.write_all(&test_kit::noise(10_000));
            }),
        ),
        (
            "http",
            TlsServer::serving(move |mut stream| {
                let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
                wait(stream);
            }),
        ),
        ("empty records", TlsServer::serving(|mut stream| endless(&mut stream, &[22, 3, 3, 0, 0]))),
        (
            "warnings",
            TlsServer::serving(|mut stream| {
                endless(&mut stream, &[21, 3, 3, 0, 2, 1, 112]);
            }),
        ),
        (
            "a long message",
            TlsServer::serving(|mut stream| {
                let _ = stream.write_all(&[22, 3, 3, 0, 4, 2, 0xff, 0xff, 0xff]);
                let record = [vec![22, 3, 3, 0x40, 0], vec![0; 1 << 14]].concat();
                endless(&mut stream, &record);
            }),
        ),
        (
            "dripping",
            TlsServer::serving(|mut stream| {
                // A hello of 65,535 bytes, one byte a record.
                let drip = [2, 0, 0xff, 0xff].into_iter().chain(std::iter::repeat(0));
                for byte in drip {
                    if stream.write_all(&[22, 3, 3, 0, 1, byte]).is_err() {
                        break;
                    }
                    std::thread::park_timeout(Duration::from_millis(20));
                }
            }),
        ),
    ]
}

#[test]
fn servers_without_manners_are_left_in_time() {
    std::thread::scope(|scope| {
        for (kind, server) in rude() {
            scope.spawn(move || {
                let since = Instant::now();
                let error = probed(server.address(), "", &quick()).unwrap_err();
                let late = ["silent", "dripping"].contains(&kind);
                let expected = match error {
                    Error::TimedOut { .. } => late,
                    Error::Tls { .. } => !late,
                    _ => false,
                };
                assert!(expected, "{kind}: {error:?}");
                assert!(since.elapsed() < Duration::from_secs(8), "{kind}");
                assert!(server.connections() <= 8, "{kind}");
            });
        }
    });
}

#[test]
fn a_probe_ends_when_its_time_is_over_or_the_caller_wants_to() {
    let server = TlsServer::serving(|mut stream| drop(stream.read_to_end(&mut Vec::new())));
    let short = tls::Bounds { total: Duration::from_millis(200), ..tls::Bounds::default() };
    let error = probed(server.address(), "", &short).unwrap_err();
    assert!(matches!(error, Error::TimedOut { .. }), "{error:?}");
    let cancelled = tls::Bounds::default();
    cancelled.cancel.store(true, Ordering::Relaxed);
    let error = probed(server.address(), "", &cancelled).unwrap_err();
    assert!(matches!(error, Error::Cancelled), "{error:?}");
}

#[test]
fn what_was_not_asked_is_unknown() {
    let authority = Authority::named("an authority");
    let server = authority.sign(&params()).serve();
    let few = tls::Bounds { connections: 2, ..tls::Bounds::default() };
    let found = probed(server.address(), &authority.pem(), &few).unwrap();
    assert_eq!(versions(&found), [Unknown, Unknown, Unknown, Yes, Yes]);
    assert_eq!((found.accepts(Weakness::Rc4), found.connections), (Unknown, 2));
    assert_eq!(found.unfinished, Some(Unfinished::Connections));
    assert_eq!(found.trust, Trust::Trusted);
}

#[test]
fn a_port_where_nothing_listens_is_named() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = probed(free, "", &quick()).unwrap_err();
    assert!(matches!(error, Error::ConnectionRefused { .. }), "{error:?}");
}

/// What openssl serves with these arguments; `None`, and said so, without it.
fn openssl(arguments: &[&str]) -> Option<Tls> {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::named("an authority");
    let site = authority.sign(&params());
    // RSA keys are needed for half of the old suites; rcgen's provider makes ECDSA ones only by default.
    let key = KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap();
    let certificate = params().signed_by(&key, &authority.issuer).unwrap();
    drop(site);
    let (pem, key_pem) = (folder.path().join("site.pem"), folder.path().join("site.key"));
    std::fs::write(&pem, certificate.pem()).unwrap();
    std::fs::write(&key_pem, key.serialize_pem()).unwrap();
    let Some(server) = OpensslServer::start(&pem, &key_pem, arguments) else {
        eprintln!("skipped: openssl s_server {arguments:?} does not start");
        return None;
    };
    Some(probe(server.address(), &authority))
}

#[test]
fn old_versions_are_seen_where_they_are_offered() {
    for (arguments, expected) in [
        (&["-tls1"][..], [No, Yes, No, No, No]),
        (&["-tls1_1"], [No, No, Yes, No, No]),
        (&["-tls1_2"], [No, No, No, Yes, No]),
        (&[], [No, Yes, Yes, Yes, Yes]),
    ] {
        let all = [arguments, &["-cipher", "ALL:@SECLEVEL=0"]].concat();
        let Some(found) = openssl(&all) else { return };
        assert_eq!(versions(&found), expected, "{arguments:?} {found:?}");
        assert_eq!(found.trust, Trust::Trusted, "{arguments:?}");
        assert_eq!(found.accepts(Weakness::Cbc), Yes, "{arguments:?}");
        assert_eq!((found.chain.len(), found.secure_renegotiation), (1, Yes), "{arguments:?}");
        assert_eq!(found.chain[0].key.bits, Some(2048));
    }
}

#[test]
fn weak_suites_are_seen_where_they_are_accepted() {
    for (cipher, accepted) in [
        ("ECDHE-RSA-AES128-GCM-SHA256", &[][..]),
        ("ECDHE-RSA-AES128-SHA", &[Weakness::Cbc]),
        ("AES128-GCM-SHA256", &[Weakness::StaticRsa]),
        ("AES128-SHA", &[Weakness::StaticRsa, Weakness::Cbc]),
        ("ECDHE-RSA-AES128-GCM-SHA256:NULL-SHA256", &[Weakness::Null, Weakness::StaticRsa]),
        ("ECDHE-RSA-AES128-GCM-SHA256:ADH-AES128-GCM-SHA256", &[Weakness::Anonymous]),
        (
            "ECDHE-RSA-AES128-GCM-SHA256:AECDH-NULL-SHA:AES128-SHA",
            &[Weakness::Null, Weakness::Anonymous, Weakness::StaticRsa, Weakness::Cbc],
        ),
    ] {
        let list = format!("{cipher}:@SECLEVEL=0");
        let Some(found) = openssl(&["-tls1_2", "-cipher", &list]) else { return };
        for weakness in Weakness::ALL {
            let expected = if accepted.contains(&weakness) { Yes } else { No };
            assert_eq!(found.accepts(weakness), expected, "{cipher} {weakness:?} {found:?}");
        }
        assert_eq!(found.unfinished, None, "{cipher}");
    }
}
