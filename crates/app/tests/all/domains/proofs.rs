//! How a domain is verified, and how that ends.

use super::*;

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
