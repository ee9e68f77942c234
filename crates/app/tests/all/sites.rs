use std::{sync::mpsc, time::Duration};

use app::{
    Error, FindingQuery, ScanQuery, SiteFindingQuery, SiteScanDraft,
    stored::{Offset, Plan, Role, ScanMode, ScanStatus, SiteFinding, SiteScan, SiteTrigger},
};
use fetch::browser::{self, Sandbox};
use store::Access;
use test_kit::{Ending, HttpServer, Reply};
use tokio::sync::watch;

use crate::support::{World, credential, worlds, worlds_with};

/// A site whose script holds a credential.
fn leaky() -> HttpServer {
    HttpServer::http(|request| {
        match request.path.as_str() {
        "/" => Reply::ok(
            "<!doctype html><html lang=en><title>Shop</title><script src=/app.js></script><a href=/about>About</a>",
        )
        .header("content-type", "text/html; charset=utf-8"),
        "/about" => Reply::ok("<!doctype html><html lang=en><title>About</title><p>Us")
            .header("content-type", "text/html; charset=utf-8"),
        "/app.js" => Reply::ok(format!("const key = \"{}\";\n", credential(0)))
            .header("content-type", "text/javascript"),
        _ => Reply::status(404),
    }
    })
}

fn end(scan: &SiteScan) -> (ScanStatus, &str) {
    (scan.status, scan.error.as_deref().unwrap_or_default())
}

async fn found(at: &World, ctx: &app::Ctx, query: SiteFindingQuery) -> Vec<SiteFinding> {
    at.app.site_findings(ctx, query, None, 200).await.unwrap().items
}

#[tokio::test(flavor = "multi_thread")]
async fn a_website_is_visited_and_judged() {
    let server = leaky();
    for at in worlds().await {
        let acme = at.register("acme").await;
        let scan = at.visit(&acme, &server.url("/")).await.unwrap();
        assert_eq!(scan.target_url, server.url("/").trim_end_matches('/'));
        assert_eq!((scan.target_hostname.as_str(), scan.status), ("127.0.0.1", ScanStatus::Queued));
        // It waits for workers of its own.
        assert!(!at.run().await);
        assert!(at.run_visit().await);
        assert!(!at.run_visit().await);

        let (scan, totals) = at.app.site_scan(&acme, scan.id).await.unwrap();
        assert_eq!(end(&scan), (ScanStatus::Completed, ""));
        assert!(scan.grade.is_some() && scan.advisories_at.is_none());
        let secret =
            SiteFindingQuery { category: Some("secrets".to_owned()), ..Default::default() };
        let secrets = found(&at, &acme, secret).await;
        let [secret] = secrets.as_slice() else { panic!("{secrets:?}") };
        assert_eq!(secret.check_id, "secrets.js-bundle-sweep");
        assert_eq!(secret.url, server.url("/app.js"));
        assert_eq!(secret.cwe_id.as_deref(), Some("CWE-798"));
        let evidence = secret.evidence.to_string();
        assert!(evidence.contains(r#"["rule","stripe-live-secret-key"]"#), "{evidence}");
        assert!(evidence.contains(r#"["line","1"]"#), "{evidence}");
        let all = found(&at, &acme, SiteFindingQuery::default()).await;
        assert!(!format!("{all:?}").contains(&credential(0)));
        assert!(all.iter().any(|one| one.category == "headers"), "{all:?}");
        // What is counted is what is there.
        let sum: i64 = totals.values().flat_map(|totals| totals.0).sum();
        let counted = scan.critical + scan.high + scan.medium + scan.low + scan.info;
        assert_eq!((sum, counted), (all.len() as i64, all.len() as i64));
        assert!(scan.critical >= 1);
        assert_eq!(at.app.findings_of_site_scan(&acme, scan.id).await.unwrap().len(), all.len());

        // The other APIs have never heard of it.
        let every = FindingQuery::default();
        assert!(at.app.findings(&acme, every, None, 10).await.unwrap().items.is_empty());
        let page = Offset { skip: 0, limit: 10 };
        let (scans, total) = at.app.scans_page(&acme, ScanQuery::default(), page).await.unwrap();
        assert_eq!((scans.len(), total), (0, 0));
        let status = app::stored::FindingStatus::Ignored;
        let triaged = at.app.triage(&acme, secret.id, status, None).await;
        assert!(matches!(triaged, Err(Error::NotFound(_))));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_judged_as_their_scripts_make_them_where_there_is_a_browser() {
    let Some(program) = test_kit::chromium() else { return };
    let sandbox = if test_kit::is_root() { Sandbox::Off } else { Sandbox::On };
    let browser = browser::Options { program, sandbox, user_agent: "test".to_owned() };
    let server = HttpServer::http(|request| match request.path.as_str() {
        "/" => Reply::ok("<!doctype html><title>Shop</title><script>broken.on.purpose()</script>")
            .header("content-type", "text/html; charset=utf-8"),
        _ => Reply::status(404),
    });
    let with = |config: &mut app::Config| {
        (config.browser, config.browsers_at_once) = (Some(browser.clone()), 1);
    };
    for at in worlds_with(with).await {
        let acme = at.register("acme").await;
        let scan = at.visited(&acme, &server.url("/")).await;
        assert_eq!(end(&scan), (ScanStatus::Completed, ""));
        let check_id = Some("runtime.uncaught-exception".to_owned());
        let query = SiteFindingQuery { check_id, ..SiteFindingQuery::default() };
        let told = found(&at, &acme, query).await;
        assert_eq!(told.len(), 1, "{told:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visit_that_fails_says_why_and_nothing_of_the_network() {
    let broken = HttpServer::http(|_| Reply { ending: Ending::Silence, ..Reply::ok("") });
    let private = HttpServer::http(|_| Reply::redirect(302, "http://shop.private.test/"));
    let limits = |config: &mut app::Config| {
        config.site_limits.request = Duration::from_millis(300);
        config.site_limits.total = Duration::from_secs(2);
    };
    for at in worlds_with(limits).await {
        let acme = at.register("acme").await;
        for (target, said) in [
            ("https://shop.private.test".to_owned(), "private or otherwise special address"),
            (private.url("/"), "private or otherwise special address"),
            ("https://nowhere.test".to_owned(), "does not resolve"),
            ("http://127.0.0.1:1".to_owned(), "refused the connection"),
            (broken.url("/"), "took longer than"),
        ] {
            let scan = at.visited(&acme, &target).await;
            let (status, error) = end(&scan);
            assert_eq!(status, ScanStatus::Failed, "{target}: {error}");
            assert!(error.contains(said) && error.ends_with('.'), "{target}: {error}");
            for hidden in ["10.9.8.7", "--", "BARTIZAN_"] {
                assert!(!error.contains(hidden), "{target}: {error}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_none_is_refused_at_once() {
    for at in worlds().await {
        let acme = at.register("acme").await;
        for (target, url, hostname) in [
            ("https://shop.example", "https://shop.example", "shop.example"),
            ("https://shop.example/", "https://shop.example", "shop.example"),
            ("shop.example", "https://shop.example", "shop.example"),
            ("  SHOP.example  ", "https://shop.example", "shop.example"),
            ("shop.example:8443/a?b=c#d", "https://shop.example:8443/a?b=c", "shop.example"),
            ("http://shop.example:80/?", "http://shop.example/?", "shop.example"),
            ("bücher.example", "https://xn--bcher-kva.example", "xn--bcher-kva.example"),
            ("https://1.1.1.1/", "https://1.1.1.1", "1.1.1.1"),
            ("https://[2606:4700::1111]/x", "https://[2606:4700::1111]/x", "2606:4700::1111"),
        ] {
            let scan = at.visit(&acme, target).await.unwrap();
            assert_eq!((scan.target_url.as_str(), scan.target_hostname.as_str()), (url, hostname));
        }
        for target in [
            "https://10.0.0.1",
            "10.0.0.1",
            "http://192.168.1.1:8080/x",
            "https://169.254.169.254/latest/meta-data",
            "https://0xa000001",
            "https://167772161/",
            "https://012.0.0.1",
            "https://10.1",
            "https://[::ffff:10.0.0.1]",
            "https://[::1]/",
            "https://[fd00:ec2::254]/",
            "https://[64:ff9b::a00:1]/",
            "https://224.0.0.1",
            "0.0.0.0",
        ] {
            let refused = at.visit(&acme, target).await.unwrap_err();
            assert!(matches!(refused, Error::TargetNotAllowed(_)), "{target}: {refused}");
        }
        let long = format!("https://shop.example/{}", "a".repeat(2_000));
        for target in [
            "",
            "   ",
            "https://",
            "https:///x",
            "//shop.example",
            "/etc/passwd",
            "?q",
            "ftp://shop.example",
            "file:///etc/passwd",
            "ssh://git@shop.example/x",
            "javascript:alert(1)",
            "data:text/html,x",
            "https://user:hunter2@shop.example",
            "https://user@shop.example",
            "user:hunter2@shop.example",
            "https://shop.example:99999",
            "https://shop.example:0",
            "https://shop example",
            "https://shop.example/\n/x",
            "https://shop.exam\0ple/",
            "https://sho%00p.example/",
            "https://<script>/",
            "https://999.1.1.1",
            long.as_str(),
        ] {
            let refused = at.visit(&acme, target).await;
            let Err(Error::Invalid(issues)) = refused else { panic!("{target:?}: {refused:?}") };
            assert_eq!(issues[0].field, "target", "{target:?}");
            let told = &issues[0].message;
            for hidden in ["hunter2", "--", "BARTIZAN_"] {
                assert!(!told.contains(hidden), "{target:?}: {told}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_start_a_visit() {
    for at in worlds().await {
        let acme = at.register("acme").await;
        let globex = at.register("globex").await;
        let viewer = at.user(&acme, "viewer", Role::Viewer).await;
        let member = at.user(&acme, "member", Role::Member).await;
        let refused = at.visit(&viewer, "shop.example").await;
        assert!(matches!(refused, Err(Error::Forbidden(_))));
        let scan = at.visit(&member, "shop.example").await.unwrap();
        // A viewer reads, another organization does not.
        assert!(at.app.site_scan(&viewer, scan.id).await.is_ok());
        let foreign = at.app.site_scan(&globex, scan.id).await;
        assert!(matches!(foreign, Err(Error::NotFound(_))));
        let of_scan = SiteFindingQuery { scan: Some(scan.id), ..Default::default() };
        let foreign = at.app.site_findings(&globex, of_scan, None, 10).await;
        assert!(matches!(foreign, Err(Error::NotFound(_))));
        let foreign = at.app.cancel_site_scan(&globex, scan.id).await;
        assert!(matches!(foreign, Err(Error::NotFound(_))));
        assert!(at.app.site_scans(&globex, None, 10).await.unwrap().items.is_empty());
        let refused = at.app.cancel_site_scan(&viewer, scan.id).await;
        assert!(matches!(refused, Err(Error::Forbidden(_))));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gates_of_active_scans_answer_in_their_order() {
    let active = || SiteScanDraft {
        target: "shop.example".to_owned(),
        mode: ScanMode::Active,
        trigger: SiteTrigger::Dashboard,
    };
    for (plan, opens) in [(Plan::Free, false), (Plan::Hobby, true)] {
        for at in worlds_with(|config| config.default_plan = plan).await {
            let acme = at.register("acme").await;
            match at.app.start_site_scan(&acme, active()).await.unwrap_err() {
                Error::PlanRequired(_) => assert!(!opens),
                Error::VerifyRequired => assert!(opens),
                other => panic!("{other}"),
            }
            let nowhere = SiteScanDraft { target: "10.0.0.1".to_owned(), ..active() };
            let refused = at.app.start_site_scan(&acme, nowhere).await.unwrap_err();
            assert!(matches!(refused, Error::TargetNotAllowed(_)), "{refused}");
            assert!(at.app.site_scans(&acme, None, 10).await.unwrap().items.is_empty());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_wait_than_may() {
    for at in worlds_with(|config| config.max_waiting_scans = 2).await {
        let acme = at.register("acme").await;
        for _ in 0..2 {
            at.visit(&acme, "shop.example").await.unwrap();
        }
        let refused = at.visit(&acme, "shop.example").await;
        assert!(matches!(refused, Err(Error::LimitReached { .. })));
        let globex = at.register("globex").await;
        assert!(at.visit(&globex, "shop.example").await.is_ok());
    }
}

/// A site that never answers, and says when it is asked.
fn silent() -> (HttpServer, mpsc::Receiver<()>) {
    let (asked, is_asked) = mpsc::channel();
    let server = HttpServer::http(move |_| {
        let _ = asked.send(());
        Reply { ending: Ending::Silence, ..Reply::ok("") }
    });
    (server, is_asked)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visit_is_cancelled_while_it_waits_and_while_it_runs() {
    for at in worlds().await {
        let (server, asked) = silent();
        let acme = at.register("acme").await;
        let waiting = at.visit(&acme, &server.url("/")).await.unwrap();
        let scan = at.app.cancel_site_scan(&acme, waiting.id).await.unwrap();
        assert_eq!(scan.status, ScanStatus::Cancelled);
        assert!(!at.run_visit().await);

        let running = at.visit(&acme, &server.url("/")).await.unwrap();
        let cancel = async {
            tokio::task::spawn_blocking(move || asked.recv().unwrap()).await.unwrap();
            at.app.cancel_site_scan(&acme, running.id).await.unwrap();
        };
        tokio::join!(async { assert!(at.run_visit().await) }, cancel);
        let (scan, _) = at.app.site_scan(&acme, running.id).await.unwrap();
        assert_eq!(end(&scan), (ScanStatus::Cancelled, ""));
        let over = at.app.cancel_site_scan(&acme, running.id).await;
        assert!(matches!(over, Err(Error::Conflict(_))));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_sites_are_visited_at_a_time_and_given_back_at_the_end() {
    // Nothing but the start of a scan wakes the workers.
    for at in worlds_with(|config| config.poll_interval = Duration::from_hours(1)).await {
        let (server, asked) = silent();
        let acme = at.register("acme").await;
        let stop = watch::Sender::new(false);
        let workers = tokio::spawn({
            let (app, stop) = (at.app.clone(), stop.subscribe());
            async move { app.run_site_scans(3, stop).await }
        });
        let mut ids = Vec::new();
        for _ in 0..4 {
            ids.push(at.visit(&acme, &server.url("/")).await.unwrap().id);
        }
        // Three of them ask, the fourth has no room.
        let three = move || (0..3).for_each(|_| asked.recv().unwrap());
        tokio::task::spawn_blocking(three).await.unwrap();
        let tenant = at.store.tenant(acme.organization.id, Access::Read).await.unwrap();
        assert_eq!(tenant.count_site_scans(ScanStatus::Running).await.unwrap(), 3);
        drop(tenant);
        stop.send(true).unwrap();
        workers.await.unwrap();
        for id in ids {
            let (scan, _) = at.app.site_scan(&acme, id).await.unwrap();
            assert_eq!((scan.status, scan.attempts), (ScanStatus::Queued, 0));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visit_whose_worker_dies_is_made_again() {
    let server = leaky();
    for at in worlds().await {
        let acme = at.register("acme").await;
        let scan = at.visit(&acme, &server.url("/")).await.unwrap();
        let now_ms = at.now_ms();
        let system = at.store.system(Access::Write).await.unwrap();
        assert!(system.lease_site_scan(now_ms, now_ms + 1_000).await.unwrap().is_some());
        system.commit().await.unwrap();
        assert!(!at.run_visit().await);
        at.advance_ms(1_000);
        // By another process.
        let stop = watch::Sender::new(false);
        assert!(at.twin().run_next_site_scan(&mut stop.subscribe()).await.unwrap());
        let (scan, _) = at.app.site_scan(&acme, scan.id).await.unwrap();
        assert_eq!((scan.status, scan.attempts), (ScanStatus::Completed, 2));
        let secrets =
            SiteFindingQuery { category: Some("secrets".to_owned()), ..Default::default() };
        assert_eq!(found(&at, &acme, secrets).await.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn visits_are_forgotten_when_the_plan_says_so() {
    let server = leaky();
    for at in worlds_with(|config| config.default_plan = Plan::Free).await {
        let acme = at.register("acme").await;
        let old = at.visited(&acme, &server.url("/")).await;
        at.advance_ms(7 * 24 * 3_600_000 - 1);
        at.app.upkeep().await.unwrap();
        assert!(at.app.site_scan(&acme, old.id).await.is_ok());
        let new = at.visited(&acme, &server.url("/")).await;
        at.advance_ms(1);
        at.app.upkeep().await.unwrap();
        let gone = at.app.site_scan(&acme, old.id).await;
        assert!(matches!(gone, Err(Error::NotFound(_))));
        assert!(at.app.site_scan(&acme, new.id).await.is_ok());
        let left = found(&at, &acme, SiteFindingQuery::default()).await;
        assert!(!left.is_empty() && left.iter().all(|one| one.scan_id == new.id));
    }
}
