//! What is found out of a name, and that it ends.

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, Ipv6Addr},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use fetch::{
    Error, Policy, SafeUrl,
    dns::{self, Bounds, DKIM_SELECTORS, DnsClient, Kind, NoRecords, Record, Records},
};
use model::site::{
    Dns,
    dns::{Alias, Caa, Dnskey, Ds, Failure, Lookup, Mx},
};
use test_kit::{DnsReply, DnsServer};

/// Records as a test says; names that it does not know do not exist.
#[derive(Default)]
struct Table {
    records: BTreeMap<(String, Kind), Result<Vec<Record>, NoRecords>>,
    asked: Mutex<Vec<(String, Kind)>>,
}

impl Table {
    fn with(mut self, name: &str, kind: Kind, records: Vec<Record>) -> Self {
        self.records.insert((name.to_owned(), kind), Ok(records));
        self
    }

    fn failing(mut self, name: &str, kind: Kind, why: NoRecords) -> Self {
        self.records.insert((name.to_owned(), kind), Err(why));
        self
    }

    fn text(self, name: &str, text: &str) -> Self {
        self.with(name, Kind::Txt, vec![Record::Txt(text.as_bytes().to_vec())])
    }

    fn alias(self, name: &str, target: &str) -> Self {
        self.with(name, Kind::Cname, vec![Record::Cname(target.to_owned())])
    }

    fn a(self, name: &str) -> Self {
        self.with(name, Kind::A, vec![Record::A(Ipv4Addr::new(192, 0, 2, 1))])
    }
}

impl Records for Table {
    fn records(&self, name: &str, kind: Kind, _: Duration) -> Result<Vec<Record>, NoRecords> {
        self.asked.lock().unwrap().push((name.to_owned(), kind));
        if let Some(answer) = self.records.get(&(name.to_owned(), kind)) {
            return answer.clone();
        }
        let exists = self.records.keys().any(|(known, _)| known == name);
        Err(if exists { NoRecords::OfThisKind } else { NoRecords::NoSuchName })
    }
}

fn url(host: &str) -> SafeUrl {
    SafeUrl::parse(&format!("https://{host}/"), &Policy::default()).unwrap()
}

fn lookup(records: &dyn Records, host: &str) -> Dns {
    dns::lookup(records, &url(host), &Bounds::default()).unwrap()
}

fn found(text: &str) -> Lookup<String> {
    Lookup::Found(vec![text.to_owned()])
}

#[test]
fn a_domain_is_described() {
    let caa = Caa { critical: false, tag: "issue".into(), value: "ca.example".into() };
    let mx = Mx { preference: 10, exchange: "MX.Example.org.".into() };
    let ds = Ds { key_tag: 7, algorithm: 13, digest_type: 2 };
    let key = Dnskey { flags: 257, algorithm: 13 };
    let table = Table::default()
        .a("example.org")
        .with("example.org", Kind::Aaaa, vec![Record::Aaaa(Ipv6Addr::LOCALHOST)])
        .with("example.org", Kind::Mx, vec![Record::Mx(mx)])
        .with("example.org", Kind::Ns, vec![Record::Ns("NS.example.org.".into())])
        .with("example.org", Kind::Caa, vec![Record::Caa(caa.clone())])
        .with("example.org", Kind::Ds, vec![Record::Ds(ds)])
        .with("example.org", Kind::Dnskey, vec![Record::Dnskey(key)])
        .text("example.org", "v=spf1 -all")
        .text("_dmarc.example.org", "v=DMARC1; p=reject")
        .text("_mta-sts.example.org", "v=STSv1; id=1")
        .text("_smtp._tls.example.org", "v=TLSRPTv1; rua=mailto:a@example.org")
        .text("google._domainkey.example.org", "v=DKIM1; p=AAAA");
    let told = lookup(&table, "Example.ORG");
    assert_eq!((told.host.as_str(), told.domain.as_str()), ("example.org", "example.org"));
    assert_eq!((told.a, told.aaaa), (found("192.0.2.1"), found("::1")));
    assert_eq!(told.aliases, Lookup::NoRecords);
    assert_eq!(
        (told.caa.name.as_str(), told.caa.records),
        ("example.org", Lookup::Found(vec![caa]))
    );
    assert_eq!(told.mx.records()[0].exchange, "mx.example.org");
    assert_eq!(told.ns, found("ns.example.org"));
    assert_eq!((told.txt.clone(), told.host_txt), (found("v=spf1 -all"), told.txt));
    assert_eq!((told.ds, told.dnskey), (Lookup::Found(vec![ds]), Lookup::Found(vec![key])));
    assert_eq!(told.dmarc.records, found("v=DMARC1; p=reject"));
    assert_eq!(told.mta_sts, found("v=STSv1; id=1"));
    assert!(told.tls_rpt.records()[0].starts_with("v=TLSRPTv1"));
    assert_eq!(told.dkim.len(), 1);
    assert_eq!(
        (told.dkim[0].selector.as_str(), &told.dkim[0].records),
        ("google", &found("v=DKIM1; p=AAAA"))
    );
    assert_eq!(told.dkim_selectors, DKIM_SELECTORS.len());
}

#[test]
fn mail_belongs_to_the_registered_domain() {
    for (host, domain) in [
        ("www.example.co.uk", "example.co.uk"),
        ("a.b.example.org", "example.org"),
        ("user.github.io", "user.github.io"),
        ("co.uk", "co.uk"),
        ("a.b.xn--gmqw5a.hk", "b.xn--gmqw5a.hk"),
        ("localhost", "localhost"),
        ("xn--mnchen-3ya.de", "xn--mnchen-3ya.de"),
        ("www.xn--mnchen-3ya.de", "xn--mnchen-3ya.de"),
    ] {
        assert_eq!(dns::registrable(host), domain, "{host}");
    }
    let table =
        Table::default().text("example.org", "v=spf1 -all").text("www.example.org", "other");
    let told = lookup(&table, "www.example.org");
    assert_eq!((told.txt, told.host_txt), (found("v=spf1 -all"), found("other")));
}

#[test]
fn policies_are_looked_for_upwards() {
    let caa = |value: &str| {
        vec![Record::Caa(Caa { critical: true, tag: "issue".into(), value: value.into() })]
    };
    let table = Table::default()
        .with("b.example.org", Kind::Caa, caa("near"))
        .with("example.org", Kind::Caa, caa("far"))
        .text("_dmarc.example.org", "v=DMARC1; p=none");
    let told = lookup(&table, "a.b.example.org");
    assert_eq!(
        (told.caa.name.as_str(), told.caa.records.records()[0].value.as_str()),
        ("b.example.org", "near")
    );
    assert_eq!(told.dmarc.name, "_dmarc.example.org");
    let asked = table.asked.lock().unwrap().clone();
    assert!(!asked.iter().any(|(name, _)| name == "org"), "nothing is asked of a registry");
    let own = Table::default()
        .text("_dmarc.a.example.org", "own")
        .text("_dmarc.example.org", "the domain's");
    assert_eq!(lookup(&own, "a.example.org").dmarc.records, found("own"));
}

#[test]
fn what_is_not_known_hides_what_stands_behind_it() {
    let broken = || NoRecords::Unknown(Failure::ServerFailure);
    let table = Table::default()
        .failing("_dmarc.www.example.org", Kind::Txt, broken())
        .text("_dmarc.example.org", "v=DMARC1; p=none")
        .failing("example.org", Kind::Mx, broken())
        .failing("s1._domainkey.example.org", Kind::Txt, NoRecords::Unknown(Failure::TimedOut));
    let told = lookup(&table, "www.example.org");
    assert_eq!(told.dmarc.records, Lookup::Unknown(Failure::ServerFailure));
    assert_eq!(told.mx, Lookup::Unknown(Failure::ServerFailure));
    assert!(told.mx.is_unknown() && !told.mx.is_absent());
    assert_eq!((told.ns, told.a), (Lookup::NoRecords, Lookup::NoSuchName));
    let selectors: Vec<&str> = told.dkim.iter().map(|key| key.selector.as_str()).collect();
    assert_eq!(selectors, ["s1"]);
}

#[test]
fn aliases_are_followed_and_dangling_ones_seen() {
    let table = Table::default()
        .alias("www.example.org", "Edge.cdn.example.")
        .alias("edge.cdn.example", "gone.cloud.example");
    let told = lookup(&table, "www.example.org");
    let Lookup::Found(aliases) = told.aliases else { panic!("{:?}", told.aliases) };
    let targets: Vec<&str> = aliases.iter().map(|alias| alias.target.as_str()).collect();
    assert_eq!(targets, ["edge.cdn.example", "gone.cloud.example"]);
    assert_eq!(aliases[1].addresses, Lookup::NoSuchName);
    let alive = Table::default().alias("www.example.org", "site.example").a("site.example");
    let expected = Alias { target: "site.example".into(), addresses: found("192.0.2.1") };
    assert_eq!(lookup(&alive, "www.example.org").aliases, Lookup::Found(vec![expected]));
}

#[test]
fn aliases_that_lead_in_circles_or_on_for_ever_end() {
    let circle = Table::default()
        .alias("www.example.org", "a.example")
        .alias("a.example", "b.example")
        .alias("b.example", "www.example.org");
    assert_eq!(lookup(&circle, "www.example.org").aliases.records().len(), 3);
    let mut long = Table::default().alias("www.example.org", "0.example");
    for step in 0..100 {
        long = long.alias(&format!("{step}.example"), &format!("{}.example", step + 1));
    }
    assert_eq!(lookup(&long, "www.example.org").aliases.records().len(), 8);
}

#[test]
fn answers_are_bounded() {
    let many = vec![Record::A(Ipv4Addr::LOCALHOST); 5000];
    let table = Table::default().with("example.org", Kind::A, many).with(
        "example.org",
        Kind::Txt,
        vec![Record::Txt(vec![b'x'; 60_000])],
    );
    let told = lookup(&table, "example.org");
    assert_eq!((told.a.records().len(), told.txt.records()[0].len()), (64, 8192));
    // What is of another kind than asked for is none.
    let odd = Table::default().with("example.org", Kind::A, vec![Record::Ns("x".into())]);
    assert_eq!(lookup(&odd, "example.org").a, Lookup::NoRecords);
}

/// Answers nothing, as slowly as it may.
#[derive(Default)]
struct Slow(AtomicUsize);

impl Records for Slow {
    fn records(&self, _: &str, _: Kind, within: Duration) -> Result<Vec<Record>, NoRecords> {
        self.0.fetch_add(1, Ordering::Relaxed);
        std::thread::park_timeout(within);
        Err(NoRecords::Unknown(Failure::TimedOut))
    }
}

#[test]
fn all_questions_together_end_in_time() {
    let slow = Slow::default();
    let bounds = Bounds {
        question: Duration::from_millis(100),
        total: Duration::from_millis(250),
        ..Bounds::default()
    };
    let since = Instant::now();
    let told = dns::lookup(&slow, &url("www.example.org"), &bounds).unwrap();
    assert!(since.elapsed() < Duration::from_secs(2));
    assert!(slow.0.load(Ordering::Relaxed) <= 32);
    assert!(told.a.is_unknown() && told.aliases.is_unknown() && told.dmarc.records.is_unknown());
    assert_eq!(told.dkim.len(), DKIM_SELECTORS.len());
}

#[test]
fn a_caller_may_stop_and_an_address_has_no_records() {
    let bounds = Bounds::default();
    bounds.cancel.store(true, Ordering::Relaxed);
    let error = dns::lookup(&Table::default(), &url("example.org"), &bounds).unwrap_err();
    assert!(matches!(error, Error::Cancelled), "{error:?}");
    let error = dns::lookup(&Table::default(), &url("1.1.1.1"), &Bounds::default()).unwrap_err();
    assert!(matches!(error, Error::InvalidUrl { .. }), "{error:?}");
}

#[test]
fn a_name_server_is_asked_over_the_network() {
    let long = format!("v=spf1 {} -all", "ip4:192.0.2.1 ".repeat(25));
    let (texts, sent) = (long.clone(), long.clone());
    let server = DnsServer::start(move |name, kind| match (name, kind) {
        ("www.example.org", 1) => DnsReply::Records(vec![vec![192, 0, 2, 1]]),
        ("www.example.org", 28) => DnsReply::Code(0),
        ("www.example.org", 5) => DnsReply::names(&["gone.example"]),
        ("example.org", 16) => DnsReply::texts(&[&sent, "two"]),
        ("example.org", 15) => {
            DnsReply::Records(vec![[vec![0, 10], DnsReply::name("mx.example")].concat()])
        }
        ("example.org", 2) => DnsReply::Code(2),
        ("example.org", 43) => DnsReply::Records(vec![vec![0x30, 0x39, 13, 2, 1, 2, 3, 4]]),
        ("example.org", 48) => DnsReply::Records(vec![vec![1, 1, 3, 13, 9, 9]]),
        ("example.org", 257) => DnsReply::Records(vec![b"\x80\x05issueca.example".to_vec()]),
        ("_mta-sts.example.org", 16) => DnsReply::Silence,
        ("_smtp._tls.example.org", 16) => DnsReply::Garbage(vec![0xff; 40]),
        ("_dmarc.www.example.org", 16) => DnsReply::Code(5),
        _ => DnsReply::Code(3),
    });
    let client = DnsClient::at(&[server.address()]).unwrap();
    let bounds = Bounds { question: Duration::from_millis(700), ..Bounds::default() };
    let told = dns::lookup(&client, &url("www.example.org"), &bounds).unwrap();
    assert_eq!((told.a, told.aaaa), (found("192.0.2.1"), Lookup::NoRecords));
    let dangling = Alias { target: "gone.example".into(), addresses: Lookup::NoSuchName };
    assert_eq!(told.aliases, Lookup::Found(vec![dangling]));
    assert_eq!(told.txt, Lookup::Found(vec![texts, "two".to_owned()]));
    assert_eq!(told.mx, Lookup::Found(vec![Mx { preference: 10, exchange: "mx.example".into() }]));
    assert_eq!(told.ns, Lookup::Unknown(Failure::ServerFailure));
    assert_eq!(told.ds, Lookup::Found(vec![Ds { key_tag: 12345, algorithm: 13, digest_type: 2 }]));
    assert_eq!(told.dnskey, Lookup::Found(vec![Dnskey { flags: 257, algorithm: 13 }]));
    let caa = Caa { critical: true, tag: "issue".into(), value: "ca.example".into() };
    assert_eq!(
        (told.caa.name.as_str(), told.caa.records),
        ("example.org", Lookup::Found(vec![caa]))
    );
    assert_eq!(told.mta_sts, Lookup::Unknown(Failure::TimedOut));
    assert!(told.tls_rpt.is_unknown(), "{:?}", told.tls_rpt);
    assert_eq!(told.dmarc.records, Lookup::Unknown(Failure::Refused));
    assert_eq!(told.dkim, []);
    let asked = server.questions();
    assert!(asked.iter().any(|(name, _)| name == "google._domainkey.example.org"));
    assert!(!asked.iter().any(|(name, _)| name.ends_with(".example.org.example.org")));
}
