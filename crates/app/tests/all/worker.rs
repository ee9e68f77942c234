use std::{sync::mpsc, time::Duration};

use app::{
    ScanRequest,
    stored::{FindingStatus, Scan, ScanKind, ScanStatus},
};
use store::{Access, FindingFilter};
use test_kit::{Ending, Fault, GitServer, HttpServer, Reply, Repo};
use tokio::sync::watch;

use crate::support::{credential, end, worlds, worlds_with};

const TOKEN: &str = "a-token-for-tests";

/// A repository with one secret in its history, which its files do not hold any more.
fn leaky() -> Repo {
    let repo = Repo::new();
    repo.write("app.env", format!("A=1\nSTRIPE={}\n", credential(0))).commit("leak");
    repo.write("app.env", "A=1\nSTRIPE=$FROM_VAULT\n").commit("mend");
    repo
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_repository_is_scanned_with_its_history() {
    let repo = leaky();
    let server = GitServer::builder(&repo).token(TOKEN).start();
    for at in worlds().await {
        let acme = at.register("acme").await;
        at.project(&acme, "web", &server.url(), Some(TOKEN)).await;
        let scan = at.start(&acme, "web").await;
        assert_eq!((scan.status, scan.progress), (ScanStatus::Queued, 0));
        assert!(at.run().await);
        assert!(!at.run().await);

        let scan = at.scan(&acme, "web", scan.id).await;
        assert_eq!(end(&scan), (ScanStatus::Completed, ""));
        assert_eq!(scan.commit_sha, Some(repo.git(&["rev-parse", "main"])));
        assert_eq!((scan.critical, scan.new_findings, scan.progress), (1, 1, 100));
        let findings = at.findings(&acme, "web", scan.id).await;
        let [finding] = findings.as_slice() else { panic!("{findings:?}") };
        assert_eq!(finding.check_id, "stripe-live-secret-key");
        assert_eq!(finding.scanner, "secrets");
        assert_eq!((finding.severity, finding.confidence), (4, 2));
        assert_eq!(finding.file_path.as_deref(), Some("app.env"));
        assert_eq!((finding.line_start, finding.column_start), (Some(2), Some(8)));
        assert_eq!((finding.line_end, finding.column_end), (Some(2), Some(40)));
        assert_eq!(finding.commit_sha, Some(repo.git(&["rev-parse", "main~1"])));
        assert_eq!(finding.cwe_id.as_deref(), Some("CWE-798"));
        assert_eq!(finding.fingerprint.len(), 32);
        assert_eq!(finding.status, FindingStatus::Open);
        assert_eq!(finding.snippet.as_deref(), Some("STRIPE=sk_l********"));
        assert!(!format!("{findings:?}").contains(&credential(0)));
        // Nothing of the clone stays.
        assert_eq!(std::fs::read_dir(at.folder.path().join("clones")).unwrap().count(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quick_scan_looks_at_the_files_as_they_are() {
    let repo = leaky();
    repo.write("b.env", format!("STRIPE={}\n", credential(1))).commit("leak again");
    let server = GitServer::of(&repo);
    for at in worlds().await {
        let acme = at.register("acme").await;
        let number = at.project(&acme, "web", &server.url(), None).await.number;
        let app = &at.app;
        for (kind, findings) in [(ScanKind::Quick, 1), (ScanKind::Secrets, 2)] {
            let view = app.start_scan_by_number(&acme, number, kind, None).await.unwrap();
            assert!(at.run().await);
            let scan = app.scan_by_number(&acme, view.scan.number).await.unwrap().scan;
            assert_eq!((scan.status, scan.critical), (ScanStatus::Completed, findings));
            assert_eq!(scan.error, None);
        }
        // What nothing looks at is not said to be fine.
        for kind in [ScanKind::Code, ScanKind::Config] {
            let view = app.start_scan_by_number(&acme, number, kind, None).await.unwrap();
            assert!(at.run().await);
            let scan = app.scan_by_number(&acme, view.scan.number).await.unwrap().scan;
            let (status, error) = end(&scan);
            assert_eq!(status, ScanStatus::Failed);
            assert!(error.contains(kind.as_str()), "{error}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_sent_to_the_projects_own_host_only() {
    let repo = leaky();
    let own = GitServer::builder(&repo).token(TOKEN).start();
    let elsewhere = GitServer::builder(&repo).token(TOKEN).start();
    for at in worlds().await {
        let acme = at.register("acme").await;
        at.project(&acme, "web", &own.url(), Some(TOKEN)).await;
        let request = ScanRequest { clone_url: Some(elsewhere.url()), branch: None };
        let scan = at.app.start_scan(&acme, "web", request).await.unwrap();
        assert!(at.run().await);
        let scan = at.scan(&acme, "web", scan.id).await;
        let (status, error) = end(&scan);
        assert_eq!(status, ScanStatus::Failed);
        assert!(error.contains("access token is not sent there"), "{error}");
        let requests = elsewhere.http().requests();
        assert!(!requests.is_empty());
        assert!(requests.iter().all(|request| request.header("authorization").is_none()));
        // The same path of the right host is open.
        let request = ScanRequest { clone_url: Some(own.url()), branch: None };
        let scan = at.app.start_scan(&acme, "web", request).await.unwrap();
        assert!(at.run().await);
        let scan = at.scan(&acme, "web", scan.id).await;
        assert_eq!(end(&scan), (ScanStatus::Completed, ""));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_that_fails_says_what_to_do() {
    let repo = leaky();
    let private = GitServer::builder(&repo).token(TOKEN).start();
    let public = GitServer::of(&repo);
    let empty = GitServer::of(&Repo::new().bare());
    let gone = HttpServer::http(|_| Reply::status(404));
    let down = GitServer::builder(&repo).fault(Fault::Status(503)).start();
    let broken = GitServer::builder(&repo).fault(Fault::Garbage).start();
    for at in worlds_with(|config| config.max_clone_bytes = 200).await {
        let acme = at.register("acme").await;
        for (number, (url, token, said)) in [
            (private.url(), None, "Set an access token"),
            (private.url(), Some("wrong"), "does not accept the project's access token"),
            (empty.url(), None, "(it has: no branch yet: push a commit)"),
            (gone.url("x.git"), None, "There is no repository at"),
            (gone.url("x.git"), Some(TOKEN), "the project's access token may not read it"),
            (down.url(), None, "HTTP status 503: try again later"),
            (broken.url(), None, "does not speak the git protocol"),
            (public.url(), None, "larger than 200 bytes"),
            ("https://10.0.0.1/x.git".to_owned(), None, "special address"),
        ]
        .into_iter()
        .enumerate()
        {
            let slug = format!("p{number}");
            if url.contains("10.0.0.1") {
                at.project(&acme, &slug, &public.url(), None).await;
                let request = ScanRequest { clone_url: Some(url), branch: None };
                // An address that is refused is refused before anything is cloned.
                let error = at.app.start_scan(&acme, &slug, request).await.unwrap_err();
                assert!(matches!(error, app::Error::Invalid(_)), "{error}");
                continue;
            }
            at.project(&acme, &slug, &url, token).await;
            let scan = at.scanned(&acme, &slug).await;
            let (status, error) = end(&scan);
            assert_eq!(status, ScanStatus::Failed, "{said}");
            assert!(error.contains(said) && error.ends_with('.'), "{error}");
            let folder = at.folder.path().to_string_lossy();
            for bad in ["--", "BARTIZAN_", TOKEN, &*folder] {
                assert!(!error.contains(bad), "{error}");
            }
        }
        at.project(&acme, "branch", &public.url(), None).await;
        let request = ScanRequest { clone_url: None, branch: Some("mian".to_owned()) };
        let scan = at.app.start_scan(&acme, "branch", request).await.unwrap();
        assert!(at.run().await);
        let scan = at.scan(&acme, "branch", scan.id).await;
        let said = "There is no branch, tag or commit `mian` in the repository (it has: main).";
        assert_eq!(end(&scan), (ScanStatus::Failed, said));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_scan_says_what_is_new_and_what_is_fixed_and_triage_sticks() {
    for at in worlds().await {
        let repo = Repo::new();
        let line = |number| format!("KEY_{number}={}\n", credential(number));
        repo.write("a.env", line(1) + &line(2)).commit("first");
        let server = GitServer::of(&repo);
        let acme = at.register("acme").await;
        at.project(&acme, "web", &server.url(), None).await;
        let counts = |scan: &Scan| (scan.critical, scan.new_findings, scan.fixed_findings);

        let first = at.scanned(&acme, "web").await;
        assert_eq!(counts(&first), (2, 2, 0));
        let findings = at.findings(&acme, "web", first.id).await;
        let false_alarm = findings.iter().find(|one| one.line_start == Some(1)).unwrap();
        let reason = Some("of the public demo".to_owned());
        let status = FindingStatus::FalsePositive;
        at.app.triage(&acme, false_alarm.id, status, reason).await.unwrap();

        // The history is written anew: the second secret has never been.
        at.advance_ms(1_000);
        repo.write("a.env", line(1) + "\n").git(&["add", "--all"]);
        repo.git(&["commit", "--quiet", "--amend", "--message", "second"]);
        let second = at.scanned(&acme, "web").await;
        assert_eq!(counts(&second), (1, 0, 1));
        let again = at.findings(&acme, "web", second.id).await;
        assert_eq!(again[0].status, FindingStatus::FalsePositive);
        assert_eq!(again[0].first_seen_at, first.created_at);
        let of_first = at.findings(&acme, "web", first.id).await;
        assert!(of_first.iter().any(|one| one.status == FindingStatus::Fixed));

        // It comes back.
        at.advance_ms(1_000);
        repo.write("a.env", line(1) + &line(2)).commit("third");
        let third = at.scanned(&acme, "web").await;
        assert_eq!(counts(&third), (2, 1, 0));
        let current =
            at.app.findings(&acme, app::FindingQuery::default(), None, 10).await.unwrap().items;
        let mut statuses: Vec<_> = current.iter().map(|one| one.status.as_str()).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, ["false_positive", "open"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_repository_itself_suppresses_is_ignored_unless_it_says_so_in_a_file() {
    let repo = Repo::new();
    let by_comment = format!("A={} # bartizan:ignore\n", credential(1));
    repo.write("a.env", by_comment)
        .write("b.env", format!("B={}\n", credential(2)))
        .write(".bartizan.toml", "[paths]\nexclude = ['**']\n")
        .write(".gitleaks.toml", "[allowlist]\npaths = ['.*']\n")
        .commit("first");
    let server = GitServer::of(&repo);
    for at in worlds().await {
        let acme = at.register("acme").await;
        at.project(&acme, "web", &server.url(), None).await;
        let scan = at.scanned(&acme, "web").await;
        let mut findings: Vec<_> = at
            .findings(&acme, "web", scan.id)
            .await
            .into_iter()
            .map(|one| (one.file_path.unwrap(), one.status))
            .collect();
        findings.sort_by(|a, b| a.0.cmp(&b.0));
        assert_eq!(
            findings,
            [
                ("a.env".to_owned(), FindingStatus::Ignored),
                ("b.env".to_owned(), FindingStatus::Open)
            ]
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_findings_are_stored_in_parts() {
    let repo = Repo::new();
    // Two further ones do not fit into the first part.
    let lines: String =
        (0..5_002).map(|number| format!("key_{number} = {}\n", credential(number))).collect();
    repo.write("keys.txt", lines).commit("many");
    let server = GitServer::of(&repo);
    for at in worlds().await {
        let acme = at.register("acme").await;
        at.project(&acme, "web", &server.url(), None).await;
        for new in [5_002, 0] {
            let scan = at.scanned(&acme, "web").await;
            assert_eq!(end(&scan), (ScanStatus::Completed, ""));
            assert_eq!((scan.critical, scan.new_findings, scan.fixed_findings), (5_002, new, 0));
        }
    }
}

/// A server that never answers, and says when it is asked.
fn silent() -> (HttpServer, mpsc::Receiver<()>) {
    let (asked, is_asked) = mpsc::channel();
    let server = HttpServer::http(move |_| {
        let _ = asked.send(());
        Reply { ending: Ending::Silence, ..Reply::ok("") }
    });
    (server, is_asked)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_is_cancelled_while_it_waits_and_while_it_runs() {
    for at in worlds().await {
        let (server, asked) = silent();
        let acme = at.register("acme").await;
        at.project(&acme, "web", &server.url("x.git"), None).await;
        let waiting = at.start(&acme, "web").await;
        let scan = at.app.cancel_scan(&acme, "web", waiting.id).await.unwrap();
        assert_eq!(scan.status, ScanStatus::Cancelled);
        assert!(!at.run().await);

        let running = at.start(&acme, "web").await;
        let cancel = async {
            tokio::task::spawn_blocking(move || asked.recv().unwrap()).await.unwrap();
            let scan = at.app.cancel_scan(&acme, "web", running.id).await.unwrap();
            assert_eq!(scan.status, ScanStatus::Running);
        };
        tokio::join!(async { assert!(at.run().await) }, cancel);
        let scan = at.scan(&acme, "web", running.id).await;
        assert_eq!(end(&scan), (ScanStatus::Cancelled, ""));
        let error = at.app.cancel_scan(&acme, "web", running.id).await.unwrap_err();
        assert!(matches!(error, app::Error::Conflict(_)), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_is_told_to_stop_gives_its_scan_back() {
    // Nothing but the start of a scan wakes it.
    for at in worlds_with(|config| config.poll_interval = Duration::from_hours(1)).await {
        let (server, asked) = silent();
        let acme = at.register("acme").await;
        at.project(&acme, "web", &server.url("x.git"), None).await;
        let stop = watch::Sender::new(false);
        let worker = tokio::spawn({
            let (app, stop) = (at.app.clone(), stop.subscribe());
            async move { app.run_worker(stop).await }
        });
        let scan = at.start(&acme, "web").await;
        tokio::task::spawn_blocking(move || asked.recv().unwrap()).await.unwrap();
        assert_eq!(at.scan(&acme, "web", scan.id).await.attempts, 1);
        stop.send(true).unwrap();
        worker.await.unwrap();
        let scan = at.scan(&acme, "web", scan.id).await;
        assert_eq!((scan.status, scan.attempts), (ScanStatus::Queued, 0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_whose_worker_dies_is_run_again_and_stores_nothing_twice() {
    let server = GitServer::of(&leaky());
    for at in worlds().await {
        let acme = at.register("acme").await;
        at.project(&acme, "web", &server.url(), None).await;
        let scan = at.scanned(&acme, "web").await;
        let stored = at.findings(&acme, "web", scan.id).await;

        let scan = at.start(&acme, "web").await;
        let dead = at.lease_and_die().await.unwrap();
        let tenant = at.store.tenant(acme.organization.id, Access::Write).await.unwrap();
        let left = store::NewFinding {
            scanner: "secrets",
            check_id: "left-over".to_owned(),
            severity: 4,
            confidence: 2,
            title: String::new(),
            description: String::new(),
            remediation: String::new(),
            file_path: None,
            lines: None,
            snippet: None,
            commit_sha: None,
            cwe_id: None,
            package: None,
            aliases: Vec::new(),
            references: Vec::new(),
            fingerprint: "0".repeat(32),
            status: FindingStatus::Open,
        };
        let numbers = tenant.take_finding_numbers(1).await.unwrap();
        let completion = store::Completion {
            commit_sha: None,
            error: None,
            coverage: store::Coverage::Of(vec!["secrets"]),
            packages: None,
        };
        let found = (numbers, vec![left]);
        // It dies before its end is one.
        assert!(tenant.complete_scan(dead.lease, completion, found, at.now_ms()).await.unwrap());
        drop(tenant);
        // PostgreSQL hears of it later: whoever wants the next numbers waits until it has.
        let tenant = at.store.tenant(acme.organization.id, Access::Write).await.unwrap();
        tenant.take_finding_numbers(1).await.unwrap();
        tenant.commit().await.unwrap();
        assert!(!at.run().await);
        at.advance_ms(1_000);
        assert!(at.run().await);
        let scan = at.scan(&acme, "web", scan.id).await;
        assert_eq!((scan.status, scan.attempts), (ScanStatus::Completed, 2));
        let again = at.findings(&acme, "web", scan.id).await;
        assert_eq!(again.len(), stored.len());
        assert_eq!(again[0].fingerprint, stored[0].fingerprint);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_that_three_workers_lost_has_failed() {
    let server = GitServer::of(&leaky());
    for at in worlds().await {
        let acme = at.register("acme").await;
        at.project(&acme, "web", &server.url(), None).await;
        let scan = at.start(&acme, "web").await;
        for _ in 0..3 {
            assert!(at.lease_and_die().await.is_some());
            at.advance_ms(1_000);
        }
        assert!(!at.run().await);
        let scan = at.scan(&acme, "web", scan.id).await;
        let (status, error) = end(&scan);
        assert_eq!(status, ScanStatus::Failed);
        assert!(error.starts_with("The scan was begun three times"), "{error}");
        let tenant = at.store.tenant(acme.organization.id, Access::Read).await.unwrap();
        let of_scan = FindingFilter { scan: Some(scan.id), ..FindingFilter::default() };
        assert_eq!(tenant.finding_totals(&of_scan).await.unwrap().0, [0; 5]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_many_scans_does_not_keep_others_waiting() {
    let server = GitServer::of(&leaky());
    for at in worlds().await {
        let acme = at.register("acme").await;
        let globex = at.register("globex").await;
        at.project(&acme, "busy", &server.url(), None).await;
        at.project(&globex, "quiet", &server.url(), None).await;
        for _ in 0..3 {
            at.start(&acme, "busy").await;
            at.advance_ms(10);
        }
        let quiet = at.start(&globex, "quiet").await;
        let busy = at.lease_and_die().await.unwrap();
        assert_eq!(busy.scan.organization_id, acme.organization.id);
        assert!(at.run().await);
        let scan = at.scan(&globex, "quiet", quiet.id).await;
        assert_eq!(scan.status, ScanStatus::Completed);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organization_keeps_so_many_scans_waiting() {
    for at in worlds_with(|config| config.max_waiting_scans = 2).await {
        let acme = at.register("acme").await;
        at.project(&acme, "web", "https://git.example/web.git", None).await;
        at.start(&acme, "web").await;
        let second = at.start(&acme, "web").await;
        let third = at.app.start_scan(&acme, "web", app::ScanRequest::default()).await;
        assert!(matches!(third, Err(app::Error::LimitReached { .. })), "{third:?}");
        at.app.cancel_scan(&acme, "web", second.id).await.unwrap();
        at.start(&acme, "web").await;
        // Another one's queue is its own.
        let other = at.register("globex").await;
        at.project(&other, "web", "https://git.example/web.git", None).await;
        at.start(&other, "web").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_more_findings_than_a_scan_may_have_the_worst_are_kept_and_nothing_counts_as_fixed() {
    let repo = Repo::new();
    let lines: String = (0..5).map(|n| format!("KEY_{n}={}\n", credential(n))).collect();
    repo.write("app.env", lines).commit("leak");
    let server = GitServer::of(&repo);
    for at in worlds_with(|config| config.max_findings = 3).await {
        let acme = at.register("acme").await;
        at.project(&acme, "web", &server.url(), None).await;
        let scan = at.scanned(&acme, "web").await;
        assert_eq!(scan.critical, 3);
        assert!(scan.error.unwrap().contains("2 findings more"));
        assert_eq!(at.findings(&acme, "web", scan.id).await.len(), 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_of_another_process_hear_of_a_scan() {
    for at in worlds_with(|config| config.poll_interval = Duration::from_hours(1)).await {
        if at.store.backend() == store::Backend::Sqlite {
            // There they look now and then.
            continue;
        }
        let acme = at.register("acme").await;
        let (server, asked) = silent();
        at.project(&acme, "web", &server.url("x.git"), None).await;
        let other = at.twin();
        let stop = watch::Sender::new(false);
        let hearing = tokio::spawn({
            let (app, stop) = (other.clone(), stop.subscribe());
            async move { app.hear_of_scans(stop).await }
        });
        let working = tokio::spawn({
            let (app, stop) = (other, stop.subscribe());
            async move { app.run_worker(stop).await }
        });
        at.start(&acme, "web").await;
        tokio::task::spawn_blocking(move || asked.recv().unwrap()).await.unwrap();
        stop.send(true).unwrap();
        working.await.unwrap();
        hearing.await.unwrap();
    }
}
