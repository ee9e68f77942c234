use store::{
    Access, Answer, FindingFilter, Lease, Leased, NewSiteFinding, NewSiteScan, Organization, Plan,
    ScanFilter, ScanMode, ScanStatus, SiteCompletion, SiteFindingFilter, SiteScan, SiteTrigger,
    Store, Tenant,
};

use crate::support::{NOW, fresh, new_finding, new_scan, project, register, scan};

const LEASE_MS: i64 = 60_000;

fn new_site_scan() -> NewSiteScan {
    NewSiteScan {
        trigger: SiteTrigger::Api,
        target_url: "https://shop.example".to_owned(),
        target_hostname: "shop.example".to_owned(),
        mode: ScanMode::Passive,
    }
}

fn new_site_finding(check_id: &str, severity: i16) -> NewSiteFinding {
    NewSiteFinding {
        check_id: check_id.to_owned(),
        severity,
        confidence: 2,
        title: "No policy".to_owned(),
        description: "Whatever is injected runs.".to_owned(),
        remediation: "Send one.".to_owned(),
        url: "https://shop.example/".to_owned(),
        evidence: vec![
            ("z".to_owned(), "first".to_owned()),
            ("a".to_owned(), "second".to_owned()),
            ("z".to_owned(), "third".to_owned()),
        ],
        cwe_id: Some("CWE-693".to_owned()),
        aliases: Vec::new(),
        references: vec!["https://www.w3.org/TR/CSP3/".to_owned()],
        fingerprint: "ab".repeat(16),
    }
}

async fn visit(store: &Store, of: &Organization, now_ms: i64) -> SiteScan {
    let tenant = store.tenant(of.id, Access::Write).await.unwrap();
    let scan = tenant.add_site_scan(new_site_scan(), now_ms).await.unwrap();
    tenant.commit().await.unwrap();
    scan
}

async fn lease(store: &Store, now_ms: i64) -> Option<Leased<SiteScan>> {
    let system = store.system(Access::Write).await.unwrap();
    let leased = system.lease_site_scan(now_ms, now_ms + LEASE_MS).await.unwrap();
    system.commit().await.unwrap();
    leased
}

async fn complete(tenant: &Tenant, lease: Lease, findings: Vec<NewSiteFinding>) -> bool {
    let completion =
        SiteCompletion { error: None, grade: Some("B+".to_owned()), advisories_at: Some(NOW) };
    tenant.complete_site_scan(lease, completion, findings, NOW + 5).await.unwrap()
}

#[tokio::test]
async fn what_is_found_on_a_website_is_stored_as_it_was_told() {
    for at in fresh().await {
        let (acme, _) = register(&at.store, "acme").await;
        let waiting = visit(&at.store, &acme, NOW).await;
        let leased = lease(&at.store, NOW + 1).await.unwrap();
        assert_eq!((leased.scan.id, leased.scan.status), (waiting.id, ScanStatus::Running));
        let tenant = at.store.tenant(acme.id, Access::Write).await.unwrap();
        let findings =
            vec![new_site_finding("headers.csp", 3), new_site_finding("dns.email-security", 1)];
        assert!(complete(&tenant, leased.lease, findings).await);
        let scan = tenant.site_scan(waiting.id).await.unwrap().unwrap();
        assert_eq!((scan.status, scan.progress), (ScanStatus::Completed, 100));
        assert_eq!((scan.high, scan.low, scan.critical), (1, 1, 0));
        assert_eq!((scan.grade.as_deref(), scan.advisories_at), (Some("B+"), Some(NOW)));
        assert_eq!((scan.started_at, scan.completed_at), (Some(NOW + 1), Some(NOW + 5)));
        let of_csp = SiteFindingFilter {
            check_id: Some("headers.csp".to_owned()),
            ..SiteFindingFilter::default()
        };
        let found = tenant.site_findings(&of_csp, None, 10).await.unwrap();
        let [finding] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((finding.category.as_str(), finding.severity), ("headers", 3));
        let evidence = finding.evidence.to_string();
        assert_eq!(evidence, r#"[["z","first"],["a","second"],["z","third"]]"#);
        let totals = tenant.site_totals(waiting.id).await.unwrap();
        let totals: Vec<_> = totals.into_iter().map(|(name, totals)| (name, totals.0)).collect();
        assert_eq!(
            totals,
            [("dns".to_owned(), [0, 1, 0, 0, 0]), ("headers".to_owned(), [0, 0, 0, 1, 0])]
        );
    }
}

#[tokio::test]
async fn filters_leave_out_what_they_do_not_name() {
    for at in fresh().await {
        let (acme, _) = register(&at.store, "acme").await;
        let mut scans = Vec::new();
        for _ in 0..2 {
            scans.push(visit(&at.store, &acme, NOW).await.id);
            let leased = lease(&at.store, NOW).await.unwrap();
            let tenant = at.store.tenant(acme.id, Access::Write).await.unwrap();
            let findings = vec![new_site_finding("headers.csp", 3), new_site_finding("tls.a", 0)];
            assert!(complete(&tenant, leased.lease, findings).await);
            tenant.commit().await.unwrap();
        }
        let tenant = at.store.tenant(acme.id, Access::Read).await.unwrap();
        let every = SiteFindingFilter::default;
        for (filter, count) in [
            (every(), 4),
            (SiteFindingFilter { scan: Some(scans[0]), ..every() }, 2),
            (SiteFindingFilter { severities: vec![3, 4], ..every() }, 2),
            (SiteFindingFilter { category: Some("tls".to_owned()), ..every() }, 2),
            (SiteFindingFilter { check_id: Some("tls".to_owned()), ..every() }, 0),
            (SiteFindingFilter { since_ms: Some(NOW + 5), ..every() }, 4),
            (SiteFindingFilter { since_ms: Some(NOW + 6), ..every() }, 0),
        ] {
            let found = tenant.site_findings(&filter, None, 10).await.unwrap();
            assert_eq!(found.len(), count, "{filter:?}");
        }
    }
}

#[tokio::test]
async fn websites_and_repositories_are_in_no_list_of_each_other() {
    for at in fresh().await {
        let (acme, _) = register(&at.store, "acme").await;
        let (globex, _) = register(&at.store, "globex").await;
        let web = project(&at.store, &acme, "web").await;
        let cloned = scan(&at.store, &acme, new_scan(&web), NOW).await;
        let visited = visit(&at.store, &acme, NOW).await;

        // Each waits for its own workers.
        let system = at.store.system(Access::Write).await.unwrap();
        let site = system.lease_site_scan(NOW, NOW + LEASE_MS).await.unwrap().unwrap();
        assert!(system.lease_site_scan(NOW, NOW + LEASE_MS).await.unwrap().is_none());
        let repository = system.lease_scan(NOW, NOW + LEASE_MS).await.unwrap().unwrap();
        assert!(system.lease_scan(NOW, NOW + LEASE_MS).await.unwrap().is_none());
        system.commit().await.unwrap();
        assert_eq!((site.scan.id, repository.scan.id), (visited.id, cloned.id));

        let tenant = at.store.tenant(acme.id, Access::Write).await.unwrap();
        assert!(complete(&tenant, site.lease, vec![new_site_finding("headers.csp", 4)]).await);
        let numbers = tenant.take_finding_numbers(1).await.unwrap();
        let completion = store::Completion {
            commit_sha: None,
            error: None,
            coverage: store::Coverage::Of(vec!["secrets"]),
            packages: None,
        };
        let findings = (numbers, vec![new_finding("aa", 2)]);
        assert!(tenant.complete_scan(repository.lease, completion, findings, NOW).await.unwrap());
        tenant.commit().await.unwrap();

        let tenant = at.store.tenant(acme.id, Access::Read).await.unwrap();
        let ids: Vec<_> = tenant.scans(ScanFilter::default(), None, 10).await.unwrap();
        assert_eq!(ids.iter().map(|scan| scan.id).collect::<Vec<_>>(), [cloned.id]);
        assert_eq!(tenant.count_scans(ScanFilter::default()).await.unwrap(), 1);
        assert_eq!(tenant.last_scans(&[web.id]).await.unwrap().len(), 1);
        assert!(tenant.scan(visited.id).await.unwrap().is_none());
        let every = FindingFilter::default();
        let found = tenant.findings(&every, None, 10).await.unwrap();
        assert_eq!(
            found.iter().map(|one| one.check_id.as_str()).collect::<Vec<_>>(),
            ["stripe-live-key"]
        );
        assert_eq!(tenant.finding_totals(&every).await.unwrap().0, [0, 0, 1, 0, 0]);
        let of_site = FindingFilter { scan: Some(visited.id), ..every };
        assert!(tenant.findings(&of_site, None, 10).await.unwrap().is_empty());
        assert!(tenant.findings_in_order(visited.id, 0, 10).await.unwrap().is_empty());
        assert!(tenant.findings_by_scanner(visited.id).await.unwrap().is_empty());

        let sites = tenant.site_scans(None, 10).await.unwrap();
        assert_eq!(sites.iter().map(|scan| scan.id).collect::<Vec<_>>(), [visited.id]);
        assert_eq!(tenant.count_site_scans(ScanStatus::Completed).await.unwrap(), 1);
        assert!(tenant.site_scan(cloned.id).await.unwrap().is_none());
        let of_sites = SiteFindingFilter::default();
        let found = tenant.site_findings(&of_sites, None, 10).await.unwrap();
        assert_eq!(
            found.iter().map(|one| one.check_id.as_str()).collect::<Vec<_>>(),
            ["headers.csp"]
        );
        assert!(tenant.finding(found[0].id).await.unwrap().is_none());
        assert!(tenant.site_totals(cloned.id).await.unwrap().is_empty());

        // And in none of another organization.
        let other = at.store.tenant(globex.id, Access::Write).await.unwrap();
        assert!(other.site_scans(None, 10).await.unwrap().is_empty());
        assert!(other.site_scan(visited.id).await.unwrap().is_none());
        assert!(other.site_findings(&of_sites, None, 10).await.unwrap().is_empty());
        assert!(!other.cancel_scan(visited.id, NOW).await.unwrap());
    }
}

#[tokio::test]
async fn a_worker_that_dies_loses_its_visit_and_the_next_one_stores_it_once() {
    for at in fresh().await {
        let (acme, _) = register(&at.store, "acme").await;
        let visited = visit(&at.store, &acme, NOW).await;
        let dead = lease(&at.store, NOW).await.unwrap();
        let system = at.store.system(Access::Write).await.unwrap();
        assert_eq!(system.reclaim_scans(NOW + LEASE_MS).await.unwrap(), 1);
        system.commit().await.unwrap();
        let alive = lease(&at.store, NOW + LEASE_MS).await.unwrap();
        assert_eq!((alive.scan.id, alive.scan.attempts), (visited.id, 2));
        let tenant = at.store.tenant(acme.id, Access::Write).await.unwrap();
        let one = || vec![new_site_finding("headers.csp", 3)];
        assert!(!complete(&tenant, dead.lease, one()).await);
        let answer = tenant.extend_lease(alive.lease, NOW + 3 * LEASE_MS, 7).await.unwrap();
        assert_eq!(answer, Answer::GoOn);
        assert!(tenant.cancel_scan(visited.id, NOW).await.unwrap());
        let answer = tenant.extend_lease(alive.lease, NOW + 3 * LEASE_MS, 7).await.unwrap();
        assert_eq!(answer, Answer::Cancel);
        assert!(complete(&tenant, alive.lease, one()).await);
        assert!(!complete(&tenant, alive.lease, one()).await);
        let found = tenant.site_findings(&SiteFindingFilter::default(), None, 10).await.unwrap();
        assert_eq!(found.len(), 1);
    }
}

#[tokio::test]
async fn whoever_has_few_visits_running_is_next_whatever_else_runs() {
    for at in fresh().await {
        let (acme, _) = register(&at.store, "acme").await;
        let (globex, _) = register(&at.store, "globex").await;
        // Repositories of globex are being scanned, which takes nothing from its websites.
        let web = project(&at.store, &globex, "web").await;
        scan(&at.store, &globex, new_scan(&web), NOW).await;
        let system = at.store.system(Access::Write).await.unwrap();
        assert!(system.lease_scan(NOW, NOW + LEASE_MS).await.unwrap().is_some());
        system.commit().await.unwrap();
        for number in 0..3 {
            visit(&at.store, &acme, NOW + number).await;
        }
        visit(&at.store, &globex, NOW + 10).await;
        let mut order = Vec::new();
        while let Some(leased) = lease(&at.store, NOW + 20).await {
            order.push(leased.lease.organization == globex.id);
        }
        assert_eq!(order, [false, true, false, false]);
    }
}

#[tokio::test]
async fn what_is_too_old_is_forgotten_with_its_findings() {
    for at in fresh().await {
        let (acme, _) = register(&at.store, "acme").await;
        let mut ids = Vec::new();
        for _ in 0..2 {
            ids.push(visit(&at.store, &acme, NOW).await.id);
            let leased = lease(&at.store, NOW).await.unwrap();
            let tenant = at.store.tenant(acme.id, Access::Write).await.unwrap();
            assert!(complete(&tenant, leased.lease, vec![new_site_finding("tls.a", 3)]).await);
            tenant.commit().await.unwrap();
        }
        let waiting = visit(&at.store, &acme, NOW).await;
        for (until_ms, limit, forgotten) in [(NOW + 4, 9, 0), (NOW + 5, 1, 1), (NOW + 5, 9, 1)] {
            let system = at.store.system(Access::Write).await.unwrap();
            let count = system.forget_scans(Plan::Unlimited, until_ms, limit).await.unwrap();
            assert_eq!(count, forgotten);
            system.commit().await.unwrap();
        }
        let tenant = at.store.tenant(acme.id, Access::Read).await.unwrap();
        let left = tenant.site_scans(None, 10).await.unwrap();
        assert_eq!(left.iter().map(|scan| scan.id).collect::<Vec<_>>(), [waiting.id]);
        let found = tenant.site_findings(&SiteFindingFilter::default(), None, 10).await.unwrap();
        assert!(found.is_empty());
    }
}
