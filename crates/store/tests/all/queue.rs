use store::{Access, Answer, Completion, Lease, Leased, ScanFilter, ScanStatus, Store, Tenant};

use crate::support::{NOW, fresh, new_finding, new_scan, project, register, scan};

const LEASE_MS: i64 = 60_000;

async fn lease(store: &Store, now_ms: i64) -> Option<Leased> {
    let system = store.system(Access::Write).await.unwrap();
    let leased = system.lease_scan(now_ms, now_ms + LEASE_MS).await.unwrap();
    system.commit().await.unwrap();
    leased
}

async fn reclaim(store: &Store, now_ms: i64) -> u64 {
    let system = store.system(Access::Write).await.unwrap();
    let reclaimed = system.reclaim_scans(now_ms).await.unwrap();
    system.commit().await.unwrap();
    reclaimed
}

fn completed() -> Completion {
    Completion {
        commit_sha: None,
        error: None,
        coverage: store::Coverage::Of(vec!["secrets"]),
        packages: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_is_leased_once_however_many_workers_ask() {
    for at in fresh().await {
        let (acme, _) = register(&at.store, "acme").await;
        let web = project(&at.store, &acme, "web").await;
        for _ in 0..20 {
            scan(&at.store, &acme, new_scan(&web), NOW).await;
        }
        let workers = (0..4).map(|_| {
            let store = at.store.clone();
            tokio::spawn(async move {
                let mut taken = Vec::new();
                while let Some(leased) = lease(&store, NOW).await {
                    taken.push(leased.scan.id);
                }
                taken
            })
        });
        let mut taken = Vec::new();
        for worker in workers.collect::<Vec<_>>() {
            taken.extend(worker.await.unwrap());
        }
        assert_eq!(taken.len(), 20);
        taken.sort_unstable();
        taken.dedup();
        assert_eq!(taken.len(), 20);
    }
}

#[tokio::test]
async fn whoever_has_few_running_is_next() {
    for at in fresh().await {
        let (acme, _) = register(&at.store, "acme").await;
        let (globex, _) = register(&at.store, "globex").await;
        let busy = project(&at.store, &acme, "busy").await;
        for number in 0..3 {
            scan(&at.store, &acme, new_scan(&busy), NOW + number).await;
        }
        let quiet = project(&at.store, &globex, "quiet").await;
        scan(&at.store, &globex, new_scan(&quiet), NOW + 10).await;
        let mut order = Vec::new();
        while let Some(leased) = lease(&at.store, NOW + 20).await {
            order.push(leased.scan.project_id == quiet.id);
        }
        assert_eq!(order, [false, true, false, false]);
    }
}

/// Completes a scan that found this, in a transaction that goes on. Says whether the lease held.
async fn complete(tenant: &Tenant, lease: Lease, fingerprint: &str) -> bool {
    let findings = vec![new_finding(fingerprint, 3)];
    let numbers = tenant.take_finding_numbers(findings.len()).await.unwrap();
    tenant.complete_scan(lease, completed(), (numbers, findings), NOW).await.unwrap()
}

#[tokio::test]
async fn a_worker_that_dies_loses_its_scan_and_its_findings_are_not_doubled() {
    for at in fresh().await {
        let (acme, _) = register(&at.store, "acme").await;
        let web = project(&at.store, &acme, "web").await;
        scan(&at.store, &acme, new_scan(&web), NOW).await;
        let dead = lease(&at.store, NOW).await.unwrap();
        let tenant = at.store.tenant(acme.id, Access::Write).await.unwrap();
        // It dies before its end is one.
        assert!(complete(&tenant, dead.lease, "a").await);
        drop(tenant);
        // PostgreSQL hears of it later: whoever wants the next numbers waits until it has.
        let tenant = at.store.tenant(acme.id, Access::Write).await.unwrap();
        tenant.take_finding_numbers(1).await.unwrap();
        tenant.commit().await.unwrap();
        assert_eq!(reclaim(&at.store, NOW + LEASE_MS - 1).await, 0);
        assert_eq!(reclaim(&at.store, NOW + LEASE_MS).await, 1);

        let alive = lease(&at.store, NOW + LEASE_MS).await.unwrap();
        assert_eq!((alive.scan.id, alive.scan.attempts), (dead.scan.id, 2));
        let tenant = at.store.tenant(acme.id, Access::Write).await.unwrap();
        assert_eq!(tenant.findings_in_order(alive.scan.id, 0, 10).await.unwrap().len(), 0);
        // The dead one wakes up.
        assert!(!complete(&tenant, dead.lease, "b").await);
        let failed = tenant.end_scan(dead.lease, ScanStatus::Failed, None, NOW).await.unwrap();
        assert!(!failed);
        let answer = tenant.extend_lease(dead.lease, NOW + 2 * LEASE_MS, 1).await.unwrap();
        assert_eq!(answer, Answer::Lost);
        assert!(complete(&tenant, alive.lease, "a").await);
        let scan = tenant.scan(alive.scan.id).await.unwrap().unwrap();
        assert_eq!((scan.status, scan.high, scan.new_findings), (ScanStatus::Completed, 1, 1));
        assert_eq!(tenant.findings_in_order(scan.id, 0, 10).await.unwrap().len(), 1);
        // It is over.
        assert!(!complete(&tenant, alive.lease, "a").await);
    }
}

#[tokio::test]
async fn three_deaths_are_enough() {
    for at in fresh().await {
        let (acme, _) = register(&at.store, "acme").await;
        let web = project(&at.store, &acme, "web").await;
        let scan = scan(&at.store, &acme, new_scan(&web), NOW).await;
        for attempt in 0..3 {
            let now = NOW + attempt * LEASE_MS;
            assert!(lease(&at.store, now).await.is_some());
            assert_eq!(reclaim(&at.store, now + LEASE_MS).await, 1);
        }
        assert!(lease(&at.store, NOW + 9 * LEASE_MS).await.is_none());
        let tenant = at.store.tenant(acme.id, Access::Read).await.unwrap();
        let scan = tenant.scan(scan.id).await.unwrap().unwrap();
        assert_eq!(scan.status, ScanStatus::Failed);
        assert!(scan.error.unwrap().ends_with('.'));
    }
}

#[tokio::test]
async fn a_scan_is_cancelled_while_it_waits_and_while_it_runs() {
    for at in fresh().await {
        let (acme, _) = register(&at.store, "acme").await;
        let web = project(&at.store, &acme, "web").await;
        let running = scan(&at.store, &acme, new_scan(&web), NOW).await;
        let waiting = scan(&at.store, &acme, new_scan(&web), NOW + 1).await;
        let leased = lease(&at.store, NOW + 2).await.unwrap();
        assert_eq!(leased.scan.id, running.id);
        let tenant = at.store.tenant(acme.id, Access::Write).await.unwrap();
        assert!(tenant.cancel_scan(running.id, NOW + 3).await.unwrap());
        assert!(tenant.cancel_scan(waiting.id, NOW + 3).await.unwrap());
        assert!(!tenant.cancel_scan(waiting.id, NOW + 4).await.unwrap());
        let answer = tenant.extend_lease(leased.lease, NOW + LEASE_MS, 7).await.unwrap();
        assert_eq!(answer, Answer::Cancel);
        let status = ScanStatus::Cancelled;
        assert!(tenant.end_scan(leased.lease, status, None, NOW + 5).await.unwrap());
        tenant.commit().await.unwrap();
        let tenant = at.store.tenant(acme.id, Access::Read).await.unwrap();
        let of = ScanFilter { status: Some(ScanStatus::Cancelled), ..ScanFilter::default() };
        assert_eq!(tenant.count_scans(of).await.unwrap(), 2);
        let scan = tenant.scan(running.id).await.unwrap().unwrap();
        assert_eq!((scan.progress, scan.completed_at), (7, Some(NOW + 5)));
    }
}

#[tokio::test]
async fn a_scan_that_is_given_back_counts_no_attempt() {
    for at in fresh().await {
        let (acme, _) = register(&at.store, "acme").await;
        let web = project(&at.store, &acme, "web").await;
        scan(&at.store, &acme, new_scan(&web), NOW).await;
        for _ in 0..5 {
            let leased = lease(&at.store, NOW).await.unwrap();
            assert_eq!(leased.scan.attempts, 1);
            let tenant = at.store.tenant(acme.id, Access::Write).await.unwrap();
            tenant.give_back(leased.lease).await.unwrap();
            tenant.commit().await.unwrap();
        }
    }
}
