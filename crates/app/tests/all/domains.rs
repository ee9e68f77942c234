use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::{Arc, Mutex},
};

use app::{
    Authorized, Ctx, DomainStatus, DomainView, Error, Origin, Reach, Signature, Verified,
    stored::{DomainId, Plan, ProofKind, Role},
};
use fetch::{Client, Policy, Resolve, Scheme, dns, guard::ResolveError};
use store::Access;
use test_kit::{DnsReply, DnsServer, HttpServer, Reply};
use tokio::sync::watch;

use crate::support::{World, worlds_reaching};

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
const TXT: u16 = 16;

/// A name server and a web server, and what they say.
struct Internet {
    said: Arc<Mutex<Said>>,
    web: HttpServer,
    names: DnsServer,
}

#[derive(Default)]
struct Said {
    /// Texts, by the name that they are at.
    records: BTreeMap<String, Vec<String>>,
    /// Answers of the web server, by path.
    files: BTreeMap<String, Reply>,
    /// Whether the name server has broken.
    no_names: bool,
    /// Whether the web server has broken.
    no_web: bool,
}

/// Whatever lies below `git.test` is this machine; `inside.test` is in a network that is not open.
struct Names;

impl Resolve for Names {
    fn resolve(&self, name: &str) -> Result<Vec<IpAddr>, ResolveError> {
        match name {
            "inside.test" => Ok(vec![IpAddr::from([10, 9, 8, 7])]),
            _ if name.ends_with("git.test") => Ok(vec![IpAddr::from([127, 0, 0, 1])]),
            _ => Err(ResolveError("no such name".to_owned())),
        }
    }
}

impl Internet {
    fn new() -> Self {
        let said = Arc::<Mutex<Said>>::default();
        let known = Arc::clone(&said);
        let names = DnsServer::start(move |name, kind| {
            let known = known.lock().unwrap();
            match known.records.get(name).filter(|_| kind == TXT) {
                _ if known.no_names => DnsReply::Code(2),
                Some(texts) => {
                    DnsReply::texts(&texts.iter().map(String::as_str).collect::<Vec<_>>())
                }
                None => DnsReply::Code(3),
            }
        });
        let known = Arc::clone(&said);
        let web = HttpServer::https(move |request| {
            let known = known.lock().unwrap();
            match known.files.get(&request.path) {
                _ if known.no_web => Reply::status(503),
                Some(reply) => reply.clone(),
                None => Reply::status(404),
            }
        });
        Self { said, web, names }
    }

    /// One application on each database that is at hand, which reaches nothing else.
    async fn worlds(&self) -> Vec<World> {
        let policy = Policy {
            allow_private: vec![fetch::guard::network("127.0.0.0/8").unwrap()],
            ..Policy::default()
        };
        let pem = self.web.authority_pem().as_bytes().to_vec();
        let servers = [self.names.address()];
        let make = move || Reach {
            client: Client::new(policy.clone(), Names).unwrap(),
            visitor: Client::for_websites(policy, Names, &pem).unwrap(),
            records: Some(dns::ask(&servers).unwrap()),
        };
        let reach = std::thread::spawn(make).join().unwrap();
        // Its last owner may not be a runtime's thread.
        std::mem::forget(reach.clone());
        let port = self.web.address().port();
        worlds_reaching(&reach, |config| config.proof_origins = vec![(Scheme::Https, port)]).await
    }

    fn say(&self, change: impl FnOnce(&mut Said)) {
        change(&mut self.said.lock().unwrap());
    }

    /// Answers at one path of the web server.
    fn file(&self, path: &str, reply: Reply) {
        self.say(|said| drop(said.files.insert(format!("/.well-known/{path}"), reply)));
    }

    fn record(&self, name: &str, texts: &[&str]) {
        let texts = texts.iter().map(|text| (*text).to_owned()).collect();
        self.say(|said| drop(said.records.insert(name.to_owned(), texts)));
    }

    fn clear(&self) {
        self.say(|said| *said = Said::default());
    }
}

/// Adds a domain and asks for its verification.
async fn added(at: &World, ctx: &Ctx, hostname: &str) -> DomainView {
    let view = at.app.add_domain(ctx, hostname).await.unwrap();
    assert_eq!(view.status, DomainStatus::Pending);
    at.app.verify_domain(ctx, view.domain.id).await.unwrap()
}

/// The domain after a look at it.
async fn looked(at: &World, ctx: &Ctx, id: DomainId) -> DomainView {
    assert!(at.app.look_at_next_domain().await.unwrap());
    at.app.domain(ctx, id).await.unwrap()
}

/// The domain, verified by its record.
async fn verified(net: &Internet, at: &World, ctx: &Ctx, hostname: &str) -> DomainView {
    let view = added(at, ctx, hostname).await;
    net.record(&view.record_name, &[&view.domain.token]);
    let view = looked(at, ctx, view.domain.id).await;
    assert_eq!(view.status, DomainStatus::Verified);
    view
}

async fn sign(at: &World, ctx: &Ctx, view: &DomainView) -> Result<DomainView, Error> {
    let signature = Signature { statement: view.statement.clone(), name: "Ada Admin".to_owned() };
    at.app.authorize_domain(ctx, view.domain.id, signature).await
}

async fn is_verified(at: &World, ctx: &Ctx, hostname: &str) -> Result<Verified, Error> {
    let tenant = at.store.tenant(ctx.organization.id, Access::Read).await.unwrap();
    at.app.require_verified(&tenant, hostname).await
}

async fn is_authorized(at: &World, ctx: &Ctx, hostname: &str) -> Result<Authorized, Error> {
    let tenant = at.store.tenant(ctx.organization.id, Access::Read).await.unwrap();
    at.app.require_authorized(&tenant, hostname).await
}

/// What the audit log says of domains, the latest first.
async fn events(at: &World, ctx: &Ctx) -> Vec<String> {
    let events = at.app.audit_log(ctx, None, 100).await.unwrap().items;
    let of_domains = events.into_iter().filter(|event| event.action.starts_with("domain."));
    of_domains.map(|event| format!("{} {} {}", event.actor, event.action, event.subject)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_below_the_name_or_a_file_at_the_host_verifies() {
    let net = Internet::new();
    for at in net.worlds().await {
        let acme = at.register("acme").await;
        for (n, label) in ["_bartizan", "_fixvibe", "_fixweb"].into_iter().enumerate() {
            net.clear();
            let name = format!("record-{n}.git.test");
            let view = added(&at, &acme, &name).await;
            net.record(&format!("{label}.{name}"), &["v=spf1 -all", &view.domain.token]);
            let view = looked(&at, &acme, view.domain.id).await;
            assert_eq!(view.status, DomainStatus::Verified, "{:?}", view.domain.problem);
            assert_eq!(view.domain.verified_by, Some(ProofKind::Dns));
            assert_eq!(view.domain.verified_at, Some(at.now_ms()));
            assert_eq!(view.domain.problem, None);
        }
        for file in
            ["bartizan-verification.txt", "fixvibe-verification.txt", "fixweb-verification.txt"]
        {
            net.clear();
            let name = format!("{}.git.test", &file[..6]);
            let view = added(&at, &acme, &name).await;
            // Whoever else has a token there.
            net.file(file, Reply::ok(format!("another\r\n  {}\r\n", view.domain.token)));
            let view = looked(&at, &acme, view.domain.id).await;
            assert_eq!(view.domain.verified_by, Some(ProofKind::File), "{:?}", view.domain.problem);
        }
        let log = events(&at, &acme).await;
        assert_eq!(log[0], "bartizan domain.verified fixweb.git.test");
        assert_eq!(log[1], "admin@acme.example domain.verification_asked fixweb.git.test");
        assert_eq!(log[2], "admin@acme.example domain.added fixweb.git.test");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_proof_verifies_nothing() {
    let net = Internet::new();
    for at in net.worlds().await {
        let acme = at.register("acme").await;
        let globex = at.register("globex").await;
        let theirs = at.app.add_domain(&globex, "shop.git.test").await.unwrap().domain.token;
        let view = added(&at, &acme, "shop.git.test").await;
        let (id, token) = (view.domain.id, view.domain.token.clone());
        assert_ne!(token, theirs);
        let file = "bartizan-verification.txt";
        let path = format!("/.well-known/{file}");
        let port = net.web.address().port();
        let elsewhere = format!("https://other.git.test:{port}{path}");
        let upper = token.to_uppercase();
        let cases: Vec<(&str, Reply)> = vec![
            ("has another text", Reply::ok(theirs.clone())),
            ("has another text", Reply::ok(format!("<p>{token}</p>"))),
            ("has another text", Reply::ok(upper)),
            ("has another text", Reply::ok(&token.as_bytes()[1..])),
            ("has another text", Reply::ok("")),
            ("with status 404", Reply { status: 404, ..Reply::ok(token.clone()) }),
            ("with something else", Reply::ok(format!("{token}\n{}", "x".repeat(5_000)))),
            ("redirects to another host", Reply::redirect(302, &elsewhere)),
            ("redirects to another host", Reply::redirect(302, "https://shop.git.test/x")),
            (
                "redirects to another host",
                Reply::redirect(301, &format!("http://shop.git.test:{port}/x")),
            ),
            ("redirects to another host", Reply::status(302)),
            ("redirects too often", Reply::redirect(302, &path)),
        ];
        // The other host has the token; it is not asked.
        net.record("_bartizan.other.git.test", &[&token]);
        net.record("_bartizan.git.test", &[&token]);
        net.record("shop.git.test", &[&token]);
        net.record("_bartizan.shop.git.test", &[&theirs, &format!("x{token}")]);
        for (why, reply) in cases {
            net.file(file, reply);
            let view = looked(&at, &acme, id).await;
            assert_eq!(view.status, DomainStatus::Pending, "{why}");
            let problem = view.domain.problem.unwrap();
            assert!(problem.contains(why), "{why}: {problem}");
            assert!(problem.contains("TXT record at _bartizan.shop.git.test has another text"));
            assert!(!problem.contains(&token) && !problem.contains(&theirs), "{problem}");
            at.advance_ms(30_000);
        }
        // Within the host it may lead elsewhere.
        net.file(file, Reply::redirect(302, "/proof"));
        net.say(|said| drop(said.files.insert("/proof".to_owned(), Reply::ok(token.clone()))));
        assert_eq!(looked(&at, &acme, id).await.status, DomainStatus::Verified);
        // Whose token is not there has not shown anything.
        at.app.verify_domain(&globex, theirs_id(&at, &globex).await).await.unwrap();
        let theirs = theirs_id(&at, &globex).await;
        net.record("_bartizan.shop.git.test", &[]);
        assert_eq!(looked(&at, &globex, theirs).await.status, DomainStatus::Pending);
        // What is behind a private address is not asked, and not told.
        let inside = added(&at, &acme, "inside.test").await;
        let problem = looked(&at, &acme, inside.domain.id).await.domain.problem.unwrap();
        assert!(problem.contains("inside.test has a private or otherwise special address"));
        assert!(!problem.contains("10."), "{problem}");
    }
}

async fn theirs_id(at: &World, ctx: &Ctx) -> DomainId {
    at.app.domains(ctx, None, 1).await.unwrap().items[0].domain.id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_domain_is_looked_at_every_thirty_seconds_then_daily() {
    let net = Internet::new();
    for at in net.worlds().await {
        let acme = at.register("acme").await;
        let view = at.app.add_domain(&acme, "shop.git.test").await.unwrap();
        let id = view.domain.id;
        at.advance_ms(DAY_MS);
        assert!(!at.app.look_at_next_domain().await.unwrap());
        at.app.verify_domain(&acme, id).await.unwrap();
        let began = at.now_ms();
        let mut looks = 0;
        while at.now_ms() < began + 10 * 60_000 {
            // Asking again does not have it looked at more often.
            at.app.verify_domain(&acme, id).await.unwrap();
            looked(&at, &acme, id).await;
            looks += 1;
            for _ in 0..2 {
                assert!(!at.app.look_at_next_domain().await.unwrap());
                at.advance_ms(15_000);
            }
        }
        assert_eq!(looks, 20);
        // Ten minutes after it was last asked for, once a day.
        let mut last = at.now_ms();
        while at.now_ms() < began + 3 * DAY_MS {
            if at.app.look_at_next_domain().await.unwrap() {
                last = at.now_ms();
                looks += 1;
            }
            at.advance_ms(if looks < 40 { 15_000 } else { 5 * 60_000 });
        }
        assert!((42..=43).contains(&looks), "{looks}");
        // It comes about: the clock does not matter to who asks again.
        net.record(&view.record_name, &[&view.domain.token]);
        at.advance_ms(last + DAY_MS - at.now_ms());
        assert_eq!(looked(&at, &acme, id).await.status, DomainStatus::Verified);
        at.advance_ms(DAY_MS - 1);
        assert!(!at.app.look_at_next_domain().await.unwrap());
        at.advance_ms(1);
        assert!(at.app.look_at_next_domain().await.unwrap());
        // A clock that was far ahead has put it off: that is not believed.
        at.advance_ms(1_000 * DAY_MS);
        assert!(at.app.look_at_next_domain().await.unwrap());
        at.advance_ms(-1_000 * DAY_MS);
        assert!(is_verified(&at, &acme, "shop.git.test").await.is_err());
        assert!(at.app.look_at_next_domain().await.unwrap());
        assert!(!at.app.look_at_next_domain().await.unwrap());
        assert!(is_verified(&at, &acme, "shop.git.test").await.is_ok());
        net.clear();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verification_is_taken_away_when_its_proof_is_gone() {
    let net = Internet::new();
    for at in net.worlds().await {
        let acme = at.register("acme").await;
        let view = verified(&net, &at, &acme, "shop.git.test").await;
        let (id, token) = (view.domain.id, view.domain.token.clone());
        sign(&at, &acme, &view).await.unwrap();
        assert!(is_authorized(&at, &acme, "shop.git.test").await.is_ok());
        // The other proof takes its place.
        net.clear();
        net.file("bartizan-verification.txt", Reply::ok(token.clone()));
        at.advance_ms(DAY_MS);
        let view = looked(&at, &acme, id).await;
        assert_eq!(view.domain.verified_by, Some(ProofKind::File));
        assert!(is_authorized(&at, &acme, "shop.git.test").await.is_ok());
        // It is gone, whatever the name servers say.
        net.clear();
        net.say(|said| said.no_names = true);
        at.advance_ms(DAY_MS);
        let view = looked(&at, &acme, id).await;
        assert_eq!(view.status, DomainStatus::Revoked);
        assert_eq!(view.domain.revoked_at, Some(at.now_ms()));
        assert_eq!((view.domain.verified_at, view.domain.authorized_at), (None, None));
        assert_eq!(view.domain.signer_name, None);
        let refused = is_authorized(&at, &acme, "shop.git.test").await;
        assert!(matches!(refused, Err(Error::VerifyRequired)));
        assert_eq!(events(&at, &acme).await[0], "bartizan domain.revoked shop.git.test");
        // It is back a day later, and is not authorized by that.
        net.clear();
        net.record("_bartizan.shop.git.test", &[&token]);
        at.advance_ms(DAY_MS);
        let view = looked(&at, &acme, id).await;
        assert_eq!((view.status, view.domain.revoked_at), (DomainStatus::Verified, None));
        let refused = is_authorized(&at, &acme, "shop.git.test").await;
        assert!(matches!(refused, Err(Error::AuthorizationRequired)));
        net.clear();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_answer_keeps_its_verification_for_three_days() {
    let net = Internet::new();
    for at in net.worlds().await {
        let acme = at.register("acme").await;
        let by_record = verified(&net, &at, &acme, "shop.git.test").await.domain.id;
        let by_file = added(&at, &acme, "blog.git.test").await;
        net.file("fixweb-verification.txt", Reply::ok(by_file.domain.token.clone()));
        let by_file = looked(&at, &acme, by_file.domain.id).await.domain.id;
        at.advance_ms(DAY_MS);
        net.say(|said| (said.no_names, said.no_web) = (true, true));
        let proven = at.now_ms() - DAY_MS;
        let mut looks = 0;
        while at.now_ms() < proven + 3 * DAY_MS {
            looks += u64::from(at.app.look_at_next_domain().await.unwrap());
            looks += u64::from(at.app.look_at_next_domain().await.unwrap());
            for id in [by_record, by_file] {
                let view = at.app.domain(&acme, id).await.unwrap();
                assert_eq!(view.status, DomainStatus::Verified);
            }
            at.advance_ms(HOUR_MS);
        }
        // Once an hour each.
        assert_eq!(looks, 96);
        // By then it is none any more, whether somebody has looked or not.
        let refused = is_verified(&at, &acme, "shop.git.test").await;
        assert!(matches!(refused, Err(Error::VerifyRequired)));
        for id in [by_record, by_file] {
            assert!(at.app.look_at_next_domain().await.unwrap());
            let view = at.app.domain(&acme, id).await.unwrap();
            assert_eq!(view.status, DomainStatus::Revoked);
        }
        assert_eq!(events(&at, &acme).await[0], "bartizan domain.revoked blog.git.test");
        net.clear();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_ends_with_a_proof_that_nobody_has_looked_for_in_three_days() {
    let net = Internet::new();
    for at in net.worlds().await {
        let acme = at.register("acme").await;
        let view = verified(&net, &at, &acme, "shop.git.test").await;
        sign(&at, &acme, &view).await.unwrap();
        assert!(is_authorized(&at, &acme, "shop.git.test").await.is_ok());
        at.advance_ms(4 * DAY_MS);
        let view = looked(&at, &acme, view.domain.id).await;
        assert_eq!(view.status, DomainStatus::Revoked);
        // The token is there all the same, and is found at once; the signature is not.
        let view = looked(&at, &acme, view.domain.id).await;
        assert_eq!(view.status, DomainStatus::Verified);
        let refused = is_authorized(&at, &acme, "shop.git.test").await;
        assert!(matches!(refused, Err(Error::AuthorizationRequired)));
        assert_eq!(events(&at, &acme).await[0], "bartizan domain.verified shop.git.test");
        net.clear();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_two_processes_look_at_the_same_domain_at_the_same_time() {
    let net = Internet::new();
    for at in net.worlds().await {
        let acme = at.register("acme").await;
        let before = net.names.questions().len();
        for n in 0..6 {
            added(&at, &acme, &format!("host-{n}.git.test")).await;
        }
        let twin = at.twin();
        let looks = (0..24).map(|n| {
            let app = if n % 2 == 0 { at.app.clone() } else { twin.clone() };
            tokio::spawn(async move { app.look_at_next_domain().await.unwrap() })
        });
        let mut done = 0;
        for look in looks.collect::<Vec<_>>() {
            done += usize::from(look.await.unwrap());
        }
        assert_eq!(done, 6);
        // Three names of each.
        let asked = net.names.questions();
        assert_eq!(asked[before..].iter().filter(|(_, kind)| *kind == TXT).count(), 18);
        // One that dies loses its domain to another, two minutes later, and does not get it back.
        at.advance_ms(30_000);
        let lease = async || {
            let system = at.store.system(Access::Write).await.unwrap();
            let now_ms = at.now_ms();
            let horizon_ms = now_ms + 2 * DAY_MS;
            let leased = system.lease_domain(now_ms, now_ms + 120_000, horizon_ms).await.unwrap();
            system.commit().await.unwrap();
            leased
        };
        let (dead, domain) = lease().await.unwrap();
        for _ in 0..5 {
            assert_ne!(lease().await.unwrap().1.id, domain.id);
        }
        assert!(lease().await.is_none());
        at.advance_ms(120_000);
        net.record(&format!("_bartizan.{}", domain.hostname), &[&domain.token]);
        for _ in 0..6 {
            assert!(at.app.look_at_next_domain().await.unwrap());
        }
        let tenant = at.store.tenant(acme.organization.id, Access::Write).await.unwrap();
        assert!(tenant.leased_domain(dead).await.unwrap().is_none());
        let check = store::DomainCheck {
            verification: store::Verification::Revoked,
            problem: None,
            is_watched: false,
            next_check_at: 0,
        };
        assert!(!tenant.end_domain_check(dead, check, at.now_ms()).await.unwrap());
        tenant.commit().await.unwrap();
        let view = at.app.domain(&acme, domain.id).await.unwrap();
        assert_eq!(view.status, DomainStatus::Verified);
        net.clear();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_keeps_domains_looks_when_asked_to_and_ends_when_told_to() {
    let net = Internet::new();
    for at in net.worlds().await {
        let acme = at.register("acme").await;
        let stop = watch::Sender::new(false);
        let keeping = tokio::spawn({
            let (app, stop) = (at.app.clone(), stop.subscribe());
            async move { app.keep_domains(stop).await }
        });
        let view = at.app.add_domain(&acme, "shop.git.test").await.unwrap();
        net.record(&view.record_name, &[&view.domain.token]);
        at.app.verify_domain(&acme, view.domain.id).await.unwrap();
        let looked = loop {
            let view = at.app.domain(&acme, view.domain.id).await.unwrap();
            if view.domain.checked_at.is_some() {
                break view;
            }
            tokio::task::yield_now().await;
        };
        assert_eq!(looked.status, DomainStatus::Verified);
        stop.send(true).unwrap();
        keeping.await.unwrap();
        // Nothing is left to be looked at.
        assert!(!at.app.look_at_next_domain().await.unwrap());
        net.clear();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_active_scan_takes_a_plan_a_proof_and_a_signature_for_exactly_this_host() {
    let net = Internet::new();
    for at in net.worlds().await {
        let acme = at.register("acme").await;
        let globex = at.register("globex").await;
        let operator = at.app.operator();
        let refusal =
            async |ctx: &Ctx, host: &str| is_authorized(&at, ctx, host).await.unwrap_err();
        operator.set_plan("acme", Plan::Free).await.unwrap();
        assert!(matches!(refusal(&acme, "shop.git.test").await, Error::PlanRequired(_)));
        operator.set_plan("acme", Plan::Hobby).await.unwrap();
        assert!(matches!(refusal(&acme, "shop.git.test").await, Error::VerifyRequired));
        let view = added(&at, &acme, "shop.git.test").await;
        // Nothing can be signed before it is shown.
        assert!(matches!(sign(&at, &acme, &view).await, Err(Error::Conflict(_))));
        net.record(&view.record_name, &[&view.domain.token]);
        let view = looked(&at, &acme, view.domain.id).await;
        assert!(matches!(refusal(&acme, "shop.git.test").await, Error::AuthorizationRequired));
        sign(&at, &acme, &view).await.unwrap();
        for host in ["shop.git.test", "SHOP.git.test."] {
            let authorized = is_authorized(&at, &acme, host).await.unwrap();
            assert_eq!(authorized.hostname(), "shop.git.test");
            assert_eq!(authorized.organization(), acme.organization.id);
        }
        for host in ["git.test", "www.shop.git.test", "shop.git.test..", "127.0.0.1", ""] {
            assert!(matches!(refusal(&acme, host).await, Error::VerifyRequired), "{host}");
        }
        // Another organization's word is another organization's.
        assert!(matches!(refusal(&globex, "shop.git.test").await, Error::VerifyRequired));
        // What was signed does not outlive the plan, the proof, the domain or its withdrawal.
        operator.set_plan("acme", Plan::Free).await.unwrap();
        assert!(matches!(refusal(&acme, "shop.git.test").await, Error::PlanRequired(_)));
        operator.set_plan("acme", Plan::Hobby).await.unwrap();
        let id = view.domain.id;
        at.app.withdraw_authorization(&acme, id).await.unwrap();
        assert!(matches!(refusal(&acme, "shop.git.test").await, Error::AuthorizationRequired));
        let again = at.app.withdraw_authorization(&acme, id).await;
        assert!(matches!(again, Err(Error::NotFound(_))));
        sign(&at, &acme, &view).await.unwrap();
        at.app.remove_domain(&acme, id).await.unwrap();
        assert!(matches!(refusal(&acme, "shop.git.test").await, Error::VerifyRequired));
        let view = at.app.add_domain(&acme, "shop.git.test").await.unwrap();
        assert_eq!(view.status, DomainStatus::Pending);
        assert_eq!(view.domain.authorized_at, None);
        net.clear();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_is_written_down() {
    let net = Internet::new();
    for at in net.worlds().await {
        let acme = at.register("acme").await;
        let origin = Origin {
            address: Some("192.0.2.7".parse().unwrap()),
            user_agent: Some("curl/8".to_owned()),
        };
        let signer = Ctx { origin, ..acme.clone() };
        let view = verified(&net, &at, &acme, "shop.git.test").await;
        let signed = |statement: &str, name: &str| {
            let signature = Signature { statement: statement.to_owned(), name: name.to_owned() };
            at.app.authorize_domain(&signer, view.domain.id, signature)
        };
        let statement = view.statement.clone();
        assert!(statement.contains("shop.git.test"));
        for (statement, name) in [
            ("I do", "Ada Admin"),
            (statement.replace("shop.", "").as_str(), "Ada Admin"),
            (statement.as_str(), " "),
            (statement.as_str(), "Ada\nAdmin"),
            ("x".repeat(2_000).as_str(), "Ada Admin"),
        ] {
            assert!(matches!(signed(statement, name).await, Err(Error::Invalid(_))), "{name}");
        }
        let domain = signed(&statement, "Ada Admin").await.unwrap().domain;
        assert_eq!(domain.authorized_at, Some(at.now_ms()));
        assert_eq!(domain.authorized_by, Some(acme.user.id));
        assert_eq!(domain.statement, Some(statement));
        assert_eq!(domain.signer_name.as_deref(), Some("Ada Admin"));
        assert_eq!(domain.signer_email.as_deref(), Some("admin@acme.example"));
        assert_eq!(domain.signer_address.as_deref(), Some("192.0.2.7"));
        assert_eq!(domain.signer_user_agent.as_deref(), Some("curl/8"));
        let event = at.app.audit_log(&acme, None, 1).await.unwrap().items.remove(0);
        assert_eq!(event.action, "domain.authorized");
        assert_eq!((event.user_id, event.subject.as_str()), (Some(acme.user.id), "shop.git.test"));
        assert_eq!(event.address.as_deref(), Some("192.0.2.7"));
        assert_eq!(event.user_agent.as_deref(), Some("curl/8"));
        assert_eq!(event.created_at, at.now_ms());
        net.clear();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn domains_are_as_many_as_the_plan_holds_and_each_is_there_once() {
    let net = Internet::new();
    for at in net.worlds().await {
        let acme = at.register("acme").await;
        let globex = at.register("globex").await;
        let viewer = at.user(&acme, "viewer", Role::Viewer).await;
        let member = at.user(&acme, "member", Role::Member).await;
        let first = at.app.add_domain(&member, "Shop.Git.Test.").await.unwrap();
        assert_eq!(first.domain.hostname, "shop.git.test");
        let twice = at.app.add_domain(&acme, "shop.git.test").await;
        assert!(matches!(twice, Err(Error::Conflict(_))));
        let theirs = at.app.add_domain(&globex, "shop.git.test").await.unwrap();
        assert_ne!(theirs.domain.token, first.domain.token);
        let refused = at.app.add_domain(&acme, "git.test:443").await;
        assert!(matches!(refused, Err(Error::Invalid(_))));
        // Who may what.
        let id = first.domain.id;
        assert_eq!(at.app.domains(&viewer, None, 10).await.unwrap().items.len(), 1);
        let forbidden = |result: Result<(), Error>| matches!(result, Err(Error::Forbidden(_)));
        assert!(forbidden(at.app.add_domain(&viewer, "a.test").await.map(drop)));
        assert!(forbidden(at.app.verify_domain(&viewer, id).await.map(drop)));
        at.app.verify_domain(&member, id).await.unwrap();
        assert!(forbidden(sign(&at, &member, &first).await.map(drop)));
        assert!(forbidden(at.app.withdraw_authorization(&member, id).await));
        assert!(forbidden(at.app.remove_domain(&member, id).await));
        // Nothing of it is another organization's to see.
        let missing = |result: Result<(), Error>| matches!(result, Err(Error::NotFound(_)));
        assert!(missing(at.app.domain(&globex, id).await.map(drop)));
        assert!(missing(at.app.verify_domain(&globex, id).await.map(drop)));
        assert!(missing(sign(&at, &globex, &first).await.map(drop)));
        assert!(missing(at.app.withdraw_authorization(&globex, id).await));
        assert!(missing(at.app.remove_domain(&globex, id).await));
        // Two that want the last place.
        for n in 1..19 {
            at.app.add_domain(&acme, &format!("host-{n}.git.test")).await.unwrap();
        }
        let (one, other) = tokio::join!(
            at.app.add_domain(&acme, "a.git.test"),
            at.app.add_domain(&acme, "b.git.test"),
        );
        let refused: Vec<_> = [one, other].into_iter().filter_map(Result::err).collect();
        assert!(matches!(refused.as_slice(), [Error::PlanRequired(_)]), "{refused:?}");
        let page = at.app.domains(&acme, None, 15).await.unwrap();
        let rest = at.app.domains(&acme, page.next, 15).await.unwrap();
        assert_eq!((page.items.len(), rest.items.len(), rest.next), (15, 5, None));
    }
}
