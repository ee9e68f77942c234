//! Whole sites over sockets, from the crawl to findings: what is weak is found where it is, and a site as it should be is left alone.

use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use checks::{
    secrets::Ruleset,
    web::{self, Check, Found, Visit, catalogue, grade},
};
use engine::{Cancel, HashKey, Progress, Scan, Suppressions};
use fetch::{
    Client, Policy, Scheme,
    browser::{self, Sandbox},
    dns::DnsClient,
};
use model::{
    NoteKind, Severity,
    site::{HttpVersion, Role},
};
use sources::site::{self, Crawled, Limits, Options};
use test_kit::{CleanSite, HttpServer, Names, OldTls, Reply, WeakSites};
use url::Url;

/// Visits as the command line does, but for the pace.
fn visit(
    names: Names,
    authority_pem: &str,
    server: std::net::SocketAddr,
    start: &str,
    browser: &Option<browser::Options>,
) -> Crawled {
    let policy = Policy {
        allow_schemes: [Scheme::Https, Scheme::Http].into(),
        allow_private: vec!["127.0.0.1/32".parse().unwrap()],
        ..Policy::default()
    };
    let client = Client::with_certificates(policy, names, authority_pem.as_bytes()).unwrap();
    let options = Options {
        pages: 200,
        records: Some(Arc::new(DnsClient::at(&[server]).unwrap())),
        exposed: web::EXPOSED_PATHS.iter().map(|place| place.path).collect(),
        questions: Some(web::backend_questions),
        browser: browser.clone(),
        limits: Limits { requests_per_second: 1_000_000, ..Limits::default() },
        ..Options::default()
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let at_ms = i64::try_from(now.as_millis()).unwrap();
    site::crawl(&client, &Url::parse(start).unwrap(), &options, at_ms, &Arc::default()).unwrap()
}

/// Whether a page of the check's documentation shows it on a page alone.
fn is_of_a_page(check: &Check) -> bool {
    check.page.contains("```html finds")
}

#[test]
fn every_weakness_beside_the_text_of_a_page_is_found() {
    let sites = WeakSites::start();
    let old = OldTls::start();
    if old.is_none() {
        eprintln!("skipped: openssl does not start an endpoint with old versions and weak suites");
    }
    let mut found: BTreeSet<&str> = BTreeSet::new();
    let mut missing = Vec::new();
    for expected in sites.expected().into_iter().chain(old.as_ref().map(OldTls::expected)) {
        let crawled = visit(
            sites.names(),
            sites.authority_pem(),
            sites.name_server(),
            &expected.start,
            &None,
        );
        let visit = Visit::of(&crawled.site);
        for (id, path) in expected.found {
            let check = catalogue().find(|check| check.id.as_str() == id).unwrap();
            let is_there = |url: &Url| path.is_empty() || url.path() == path;
            match check.judge(&visit).iter().any(|found| is_there(&found.url)) {
                true => drop(found.insert(id)),
                false => missing.push(format!("{id} {path} of {}", expected.start)),
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
    let untried: Vec<&str> = catalogue()
        .filter(|check| !is_of_a_page(check))
        .map(|check| check.id.as_str())
        .filter(|id| !found.contains(id) && !ELSEWHERE.contains(id))
        .filter(|id| old.is_some() || !id.starts_with("tls."))
        // In a browser: by the crawl's tests, the command line's, and the checks' own.
        .filter(|id| !id.starts_with("runtime."))
        .collect();
    assert!(untried.is_empty(), "{untried:#?}");
}

#[test]
fn a_site_that_speaks_nothing_of_today_is_judged_by_what_it_speaks() {
    let Some(old) = OldTls::start() else {
        eprintln!("skipped: openssl does not start an endpoint with old versions and weak suites");
        return;
    };
    let sites = WeakSites::start();
    let front = HttpServer::http({
        let to = old.closed()[0].clone();
        move |_| Reply::redirect(301, &to)
    });
    let led = front.url_at("old.test", "/");
    let [by_version, by_suite] = old.closed();
    let version = ("tls.old-version", "Nothing newer than TLS 1.1 is offered");
    let suite = ("tls.no-forward-secrecy", "");
    for (start, (id, title)) in [(&by_version, version), (&led, version), (&by_suite, suite)] {
        let crawled =
            visit(sites.names(), sites.authority_pem(), sites.name_server(), start, &None);
        let notes: Vec<&str> = crawled.notes.iter().map(|note| note.message.as_str()).collect();
        assert!(notes.iter().any(|note| note.contains("no secure connection")), "{notes:?}");
        let visit = Visit::of(&crawled.site);
        let judged: Vec<_> = catalogue()
            .flat_map(|check| {
                check.judge(&visit).into_iter().map(|found| (check.id.as_str(), found))
            })
            .collect();
        let wanted = judged.iter().find(|(other, _)| *other == id);
        let wanted = wanted.unwrap_or_else(|| panic!("{start}: {judged:?}"));
        assert_eq!(wanted.1.title.as_deref().unwrap_or_default(), title);
        assert_eq!(wanted.1.url.scheme(), "https");
        // No page, and nothing said of pages.
        let others =
            judged.iter().filter(|(id, _)| !id.starts_with("tls.") && !id.starts_with("dns."));
        assert_eq!(others.collect::<Vec<_>>(), [] as [&(&str, Found); 0]);
        assert_eq!(grade(&visit).letter.to_string(), "F");
    }
}

/// What is tried elsewhere.
const ELSEWHERE: &[&str] = &[
    // Of rules and of the index of advisories: by the engine's tests, and by the command line's.
    "libraries.known-vulnerability",
    "secrets.js-bundle-sweep",
    "secrets.patterns",
    // Other hosts, which have names of their own: by the crawl's tests and the checks'.
    "backends.appwrite-open-collection",
    "backends.auth0-weak-passwords",
    "backends.clerk-open-signup",
    "backends.firebase-open-database",
    "backends.firebase-open-storage",
    "backends.firestore-open-collection",
    "backends.supabase-open-signup",
    "backends.supabase-public-buckets",
    "backends.supabase-readable-table",
    // What takes long.
    "performance.first-byte",
    // Ports of their own, 80 and 443.
    "tls.http-not-redirected",
    // Handshakes: by the tests of those who shake hands.
    "tls.certificate-expiring",
    "tls.certificate-lifetime",
    "tls.certificate-not-yet-valid",
    "tls.chain-incomplete",
    "tls.chain-order",
    "tls.insecure-renegotiation",
    "tls.staple-missing",
];

#[test]
fn a_site_as_it_should_be_has_nothing_to_repair() {
    let clean = CleanSite::start();
    let sandbox = if test_kit::is_root() { Sandbox::Off } else { Sandbox::On };
    let browser = test_kit::chromium().map(|program| browser::Options {
        program,
        sandbox,
        user_agent: fetch::http::VISITOR.to_owned(),
    });
    let crawled =
        visit(clean.names(), clean.authority_pem(), clean.name_server(), &clean.url(), &browser);
    let is_rendered = browser.is_some();
    assert_eq!(crawled.notes.len(), usize::from(!is_rendered), "{:?}", crawled.notes);
    assert!(crawled.notes.iter().all(|note| note.kind == NoteKind::NotRendered));
    let pages: Vec<_> = crawled.site.answered(Role::Page).map(|(_, answer)| answer).collect();
    assert_eq!(pages.len(), 3);
    assert!(pages.iter().all(|page| page.version == HttpVersion::Http2 && page.is_success()));
    assert!(crawled.site.tls.is_some() && crawled.site.dns.is_some());
    let scan = Scan {
        ruleset: Arc::new(Ruleset::builtin().unwrap()),
        dependencies: None,
        suppressions: Suppressions::default(),
        key: HashKey::new([7; 32]),
        threads: 2,
        limits: sources::Limits::default(),
        progress: Arc::new(Progress::default()),
        cancel: Cancel::default(),
    };
    let checks: Vec<&'static Check> = catalogue().collect();
    let outcome = scan.website(&crawled.site, crawled.notes, &checks, &|_| true);
    let told: Vec<String> = outcome
        .findings
        .iter()
        .filter(|finding| finding.severity > Severity::Info)
        .map(|finding| format!("{} {} {:?}", finding.check, finding.place.path, finding.evidence))
        .collect();
    assert!(told.is_empty(), "{told:#?}");
    assert_eq!(outcome.grade.unwrap().letter, web::Letter::APlus);
}
