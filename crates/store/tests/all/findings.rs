use store::{
    Access, Completion, Coverage, FindingFilter, FindingStatus, Leased, NewFinding, Offset,
    Organization, Project, Scan, ScanKind, Store, Totals,
};

use crate::support::{NOW, fresh, new_finding, new_scan, project, register, scan};

/// Runs a scan of `kind` that finds these.
async fn run(
    store: &Store,
    of: &Organization,
    project: &Project,
    kind: ScanKind,
    found: &[&str],
    now_ms: i64,
) -> Scan {
    let found = found.iter().map(|fingerprint| new_finding(fingerprint, 3)).collect();
    run_with(store, of, project, kind, found, now_ms).await
}

async fn run_with(
    store: &Store,
    of: &Organization,
    project: &Project,
    kind: ScanKind,
    found: Vec<NewFinding>,
    now_ms: i64,
) -> Scan {
    let leased = lease(store, of, project, kind, now_ms).await;
    complete(store, of, &leased, found, Coverage::Of(vec!["secrets"]), now_ms).await
}

/// Begins a scan of `kind`.
async fn lease(
    store: &Store,
    of: &Organization,
    project: &Project,
    kind: ScanKind,
    now_ms: i64,
) -> Leased {
    let new = store::NewScan { kind, ..new_scan(project) };
    scan(store, of, new, now_ms).await;
    let system = store.system(Access::Write).await.unwrap();
    let leased = system.lease_scan(now_ms, now_ms + 1000).await.unwrap().unwrap();
    system.commit().await.unwrap();
    leased
}

/// Ends it with these.
async fn complete(
    store: &Store,
    of: &Organization,
    leased: &Leased,
    found: Vec<NewFinding>,
    coverage: Coverage,
    now_ms: i64,
) -> Scan {
    let tenant = store.tenant(of.id, Access::Write).await.unwrap();
    let numbers = tenant.take_finding_numbers(found.len()).await.unwrap();
    let done = Completion { commit_sha: None, error: None, coverage, packages: None };
    assert!(tenant.complete_scan(leased.lease, done, (numbers, found), now_ms).await.unwrap());
    let scan = tenant.scan(leased.scan.id).await.unwrap().unwrap();
    tenant.commit().await.unwrap();
    scan
}

/// Fingerprint and status of what is current, in order.
async fn current(store: &Store, of: &Organization) -> Vec<(String, FindingStatus)> {
    let tenant = store.tenant(of.id, Access::Read).await.unwrap();
    let found = tenant.findings(&FindingFilter::default(), None, 100).await.unwrap();
    let mut found: Vec<_> =
        found.into_iter().map(|finding| (finding.fingerprint, finding.status)).collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

fn told(found: &[(&str, FindingStatus)]) -> Vec<(String, FindingStatus)> {
    found.iter().map(|(fingerprint, status)| ((*fingerprint).to_owned(), *status)).collect()
}

#[tokio::test]
async fn what_is_new_what_is_fixed_and_what_is_back() {
    use FindingStatus::{Fixed, Open};
    for at in fresh().await {
        let (acme, _) = register(&at.store, "acme").await;
        let web = project(&at.store, &acme, "web").await;
        let mut now = NOW;
        for (found, new, fixed, now_current) in [
            (&["a", "b"][..], 2, 0, &[("a", Open), ("b", Open)][..]),
            (&["b", "c"], 1, 1, &[("a", Fixed), ("b", Open), ("c", Open)]),
            (&["b", "c"], 0, 0, &[("a", Fixed), ("b", Open), ("c", Open)]),
            (&["a", "b", "c"], 1, 0, &[("a", Open), ("b", Open), ("c", Open)]),
            (&[], 0, 3, &[("a", Fixed), ("b", Fixed), ("c", Fixed)]),
        ] {
            now += 1000;
            let scan = run(&at.store, &acme, &web, ScanKind::Full, found, now).await;
            assert_eq!((scan.new_findings, scan.fixed_findings), (new, fixed), "{found:?}");
            assert_eq!(current(&at.store, &acme).await, told(now_current));
        }
        let tenant = at.store.tenant(acme.id, Access::Read).await.unwrap();
        let all = tenant.findings(&FindingFilter::default(), None, 100).await.unwrap();
        assert!(all.iter().all(|finding| finding.first_seen_at <= NOW + 2000));
    }
}

#[tokio::test]
async fn a_scan_that_looks_at_less_fixes_nothing_else() {
    use FindingStatus::{Fixed, Open};
    for at in fresh().await {
        let (acme, _) = register(&at.store, "acme").await;
        let web = project(&at.store, &acme, "web").await;
        run(&at.store, &acme, &web, ScanKind::Full, &["a", "b"], NOW).await;
        let quick = run(&at.store, &acme, &web, ScanKind::Quick, &["b"], NOW + 1).await;
        assert_eq!((quick.new_findings, quick.fixed_findings), (0, 0));
        assert_eq!(current(&at.store, &acme).await, told(&[("a", Open), ("b", Open)]));
        let full = run(&at.store, &acme, &web, ScanKind::Full, &[], NOW + 2).await;
        assert_eq!(full.fixed_findings, 2);
        assert_eq!(current(&at.store, &acme).await, told(&[("a", Fixed), ("b", Fixed)]));
    }
}

#[tokio::test]
async fn what_a_full_scan_has_is_the_full_scans_to_tell() {
    use FindingStatus::{Fixed, Open};
    for at in fresh().await {
        let (acme, _) = register(&at.store, "acme").await;
        let web = project(&at.store, &acme, "web").await;
        run(&at.store, &acme, &web, ScanKind::Full, &["a", "b"], NOW).await;
        run(&at.store, &acme, &web, ScanKind::Quick, &["b", "c"], NOW + 1).await;
        // What is gone from the files is still in the history.
        let quick = run(&at.store, &acme, &web, ScanKind::Quick, &[], NOW + 2).await;
        assert_eq!((quick.new_findings, quick.fixed_findings), (0, 1));
        assert_eq!(
            current(&at.store, &acme).await,
            told(&[("a", Open), ("b", Open), ("c", Fixed)])
        );
        let full = run(&at.store, &acme, &web, ScanKind::Full, &["a", "b"], NOW + 3).await;
        assert_eq!((full.new_findings, full.fixed_findings), (0, 0));
    }
}

#[tokio::test]
async fn a_scan_fixes_findings_of_the_scanners_that_looked() {
    use FindingStatus::{Fixed, Open};
    for at in fresh().await {
        let (acme, _) = register(&at.store, "acme").await;
        let web = project(&at.store, &acme, "web").await;
        let package = NewFinding { scanner: "dependencies", ..new_finding("package", 3) };
        let both = vec![new_finding("secret", 3), package];
        run_with(&at.store, &acme, &web, ScanKind::Full, both, NOW).await;
        // Packages were listed, and there was nothing to judge them by.
        let scan = run(&at.store, &acme, &web, ScanKind::Full, &[], NOW + 1).await;
        assert_eq!(scan.fixed_findings, 1);
        assert_eq!(current(&at.store, &acme).await, told(&[("package", Open), ("secret", Fixed)]));
        let leased = lease(&at.store, &acme, &web, ScanKind::Full, NOW + 2).await;
        let all = Coverage::Of(vec!["secrets", "dependencies"]);
        let scan = complete(&at.store, &acme, &leased, Vec::new(), all, NOW + 2).await;
        assert_eq!(scan.fixed_findings, 1);
        assert_eq!(current(&at.store, &acme).await, told(&[("package", Fixed), ("secret", Fixed)]));
    }
}

#[tokio::test]
async fn a_scan_fixes_only_what_it_speaks_for() {
    use FindingStatus::Open;
    for at in fresh().await {
        let (acme, _) = register(&at.store, "acme").await;
        let web = project(&at.store, &acme, "web").await;
        run(&at.store, &acme, &web, ScanKind::Full, &["a", "b"], NOW).await;
        for (coverage, now_ms, new, is_current) in
            [(Coverage::Of(Vec::new()), NOW + 1, 1, true), (Coverage::Elsewhere, NOW + 2, 0, false)]
        {
            let found = format!("{is_current}");
            let leased = lease(&at.store, &acme, &web, ScanKind::Full, now_ms).await;
            let findings = vec![new_finding(&found, 3)];
            let scan = complete(&at.store, &acme, &leased, findings, coverage, now_ms).await;
            assert_eq!((scan.new_findings, scan.fixed_findings), (new, 0), "{is_current}");
            let now_current = current(&at.store, &acme).await;
            assert_eq!(now_current.contains(&(found, Open)), is_current);
            for kept in ["a", "b"] {
                assert!(now_current.contains(&(kept.to_owned(), Open)), "{now_current:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_scan_that_was_overtaken_does_not_tell_what_is_current() {
    use FindingStatus::Open;
    for at in fresh().await {
        let (acme, _) = register(&at.store, "acme").await;
        let web = project(&at.store, &acme, "web").await;
        let older = lease(&at.store, &acme, &web, ScanKind::Full, NOW).await;
        let newer = lease(&at.store, &acme, &web, ScanKind::Full, NOW + 1).await;
        for (leased, found) in [(&newer, "new"), (&older, "old")] {
            let findings = vec![new_finding(found, 3)];
            complete(&at.store, &acme, leased, findings, Coverage::Of(vec!["secrets"]), NOW + 2)
                .await;
            assert_eq!(current(&at.store, &acme).await, told(&[("new", Open)]));
        }
    }
}

#[tokio::test]
async fn triage_holds_in_later_scans_until_it_is_taken_back() {
    use FindingStatus::{FalsePositive, Open};
    for at in fresh().await {
        let (acme, admin) = register(&at.store, "acme").await;
        let web = project(&at.store, &acme, "web").await;
        run(&at.store, &acme, &web, ScanKind::Full, &["a"], NOW).await;
        for (status, after) in [(FalsePositive, FalsePositive), (Open, Open)] {
            let tenant = at.store.tenant(acme.id, Access::Write).await.unwrap();
            let found = tenant.findings(&FindingFilter::default(), None, 1).await.unwrap();
            let reason = Some("a test".to_owned());
            tenant.triage(&found[0], status, reason, Some(admin.id), NOW + 1).await.unwrap();
            tenant.commit().await.unwrap();
            assert_eq!(current(&at.store, &acme).await, told(&[("a", status)]));
            let again = run(&at.store, &acme, &web, ScanKind::Full, &["a"], NOW + 2).await;
            assert_eq!(again.new_findings, 0);
            assert_eq!(current(&at.store, &acme).await, told(&[("a", after)]));
        }
    }
}

#[tokio::test]
async fn findings_are_filtered_counted_and_paged() {
    for at in fresh().await {
        let (acme, _) = register(&at.store, "acme").await;
        let web = project(&at.store, &acme, "web").await;
        let mut found: Vec<NewFinding> = (0..2_500)
            .map(|number| new_finding(&format!("{number:04}"), i16::try_from(number % 5).unwrap()))
            .collect();
        found[7].aliases = vec!["CVE-2026-1000".to_owned(), "GHSA-%_\\\"".to_owned()];
        let scan = run_with(&at.store, &acme, &web, ScanKind::Full, found, NOW).await;
        assert_eq!([scan.critical, scan.high, scan.medium, scan.low, scan.info], [500; 5]);

        let tenant = at.store.tenant(acme.id, Access::Read).await.unwrap();
        let severe = FindingFilter { severities: vec![3, 4], ..FindingFilter::default() };
        assert_eq!(tenant.finding_totals(&severe).await.unwrap(), Totals([0, 0, 0, 500, 500]));
        let page = Offset { skip: 990, limit: 100 };
        let (rows, total) = tenant.findings_page(&severe, page).await.unwrap();
        assert_eq!((rows.len(), total), (10, 1_000));
        for (alias, count) in
            [("CVE-2026-1000", 1), ("CVE-2026-100", 0), ("GHSA-%_\\\"", 1), ("GHSA-xx", 0)]
        {
            let of = FindingFilter { alias: Some(alias.to_owned()), ..FindingFilter::default() };
            assert_eq!(tenant.findings(&of, None, 10).await.unwrap().len(), count, "{alias}");
        }
        let (mut exported, mut after) = (0, 0);
        loop {
            let part = tenant.findings_in_order(scan.id, after, 700).await.unwrap();
            let Some(last) = part.last() else { break };
            after = last.number;
            exported += part.len();
        }
        assert_eq!(exported, 2_500);
    }
}

#[tokio::test]
async fn with_a_project_go_its_scans_and_findings() {
    for at in fresh().await {
        let (acme, _) = register(&at.store, "acme").await;
        let web = project(&at.store, &acme, "web").await;
        let scan = run(&at.store, &acme, &web, ScanKind::Full, &["a"], NOW).await;
        let tenant = at.store.tenant(acme.id, Access::Write).await.unwrap();
        assert!(tenant.remove_project(web.id).await.unwrap());
        assert!(tenant.scan(scan.id).await.unwrap().is_none());
        let of = FindingFilter { scan: Some(scan.id), ..FindingFilter::default() };
        assert!(tenant.findings(&of, None, 10).await.unwrap().is_empty());
    }
}
