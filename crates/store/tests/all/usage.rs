use store::{Access, Organization, Scan, ScanId, ScanStatus, Store};

use crate::support::{NOW, fresh, new_scan, project, register, scan};

const JANUARY: i64 = NOW;
const FEBRUARY: i64 = NOW + 31 * 86_400_000;
const LEASE_MS: i64 = 60_000;

async fn count(store: &Store, of: &Organization, id: ScanId, period: i64, limit: u64) -> bool {
    let tenant = store.tenant(of.id, Access::Write).await.unwrap();
    let counted = tenant.count_scan(id, period, Some(limit)).await.unwrap();
    tenant.commit().await.unwrap();
    counted.is_some()
}

async fn counted(store: &Store, of: &Organization, period: i64) -> u64 {
    let tenant = store.tenant(of.id, Access::Read).await.unwrap();
    tenant.counted_scans(period).await.unwrap()
}

/// The scan that is next, leased, and its end. Says whether its end was one.
async fn end(store: &Store, of: &Organization, status: ScanStatus) -> bool {
    let system = store.system(Access::Write).await.unwrap();
    let leased = system.lease_scan(NOW, NOW + LEASE_MS).await.unwrap().unwrap();
    system.commit().await.unwrap();
    let mut ends = 0;
    // A worker whose connection breaks says it again.
    for _ in 0..2 {
        let tenant = store.tenant(of.id, Access::Write).await.unwrap();
        let is_ended = tenant.end_scan(leased.lease, status, None, NOW).await.unwrap();
        ends += usize::from(is_ended);
        tenant.commit().await.unwrap();
    }
    ends == 1
}

async fn read(store: &Store, of: &Organization, id: ScanId) -> Scan {
    let tenant = store.tenant(of.id, Access::Read).await.unwrap();
    tenant.scan(id).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_scan_counts_in_its_period_up_to_the_limit() {
    for at in fresh().await {
        let (acme, _) = register(&at.store, "acme").await;
        let (globex, _) = register(&at.store, "globex").await;
        let web = project(&at.store, &acme, "web").await;
        let shop = project(&at.store, &globex, "shop").await;
        let new = async || scan(&at.store, &acme, new_scan(&web), NOW).await.id;
        assert!(!count(&at.store, &acme, new().await, JANUARY, 0).await);
        assert!(count(&at.store, &acme, new().await, JANUARY, 2).await);
        let last = new().await;
        assert!(count(&at.store, &acme, last, JANUARY, 2).await);
        let refused = new().await;
        assert!(!count(&at.store, &acme, refused, JANUARY, 2).await);
        assert_eq!(read(&at.store, &acme, last).await.counted_in, Some(JANUARY));
        assert_eq!(read(&at.store, &acme, refused).await.counted_in, None);
        assert_eq!(counted(&at.store, &acme, JANUARY).await, 2);
        // Another month, another organization; and a plan without a cap counts as well.
        assert!(count(&at.store, &acme, refused, FEBRUARY, 2).await);
        let theirs = scan(&at.store, &globex, new_scan(&shop), NOW).await.id;
        assert!(count(&at.store, &globex, theirs, JANUARY, 2).await);
        assert_eq!(counted(&at.store, &globex, JANUARY).await, 1);
        let tenant = at.store.tenant(acme.id, Access::Write).await.unwrap();
        let uncapped = tenant.count_scan(last, JANUARY, None).await.unwrap();
        assert_eq!(uncapped, Some(3));
        // Without a commit, nothing of it has happened.
        drop(tenant);
        assert_eq!(counted(&at.store, &acme, JANUARY).await, 2);
    }
}

#[tokio::test]
async fn only_a_scan_that_fails_is_given_back_and_only_once() {
    for at in fresh().await {
        let (acme, _) = register(&at.store, "acme").await;
        let web = project(&at.store, &acme, "web").await;
        let new = async |period: Option<i64>| {
            let id = scan(&at.store, &acme, new_scan(&web), NOW).await.id;
            if let Some(period) = period {
                assert!(count(&at.store, &acme, id, period, 10).await);
            }
            id
        };
        // One that stays, so that a second giving back would show.
        let kept = new(Some(JANUARY)).await;
        assert!(end(&at.store, &acme, ScanStatus::Cancelled).await);
        assert_eq!(counted(&at.store, &acme, JANUARY).await, 1);

        let failed = new(Some(JANUARY)).await;
        new(Some(FEBRUARY)).await;
        assert!(end(&at.store, &acme, ScanStatus::Failed).await);
        assert_eq!(counted(&at.store, &acme, JANUARY).await, 1);
        assert_eq!(counted(&at.store, &acme, FEBRUARY).await, 1);
        assert_eq!(read(&at.store, &acme, failed).await.counted_in, None);
        assert_eq!(read(&at.store, &acme, kept).await.counted_in, Some(JANUARY));
        // Months later, it is the month of its beginning that has room again.
        assert!(end(&at.store, &acme, ScanStatus::Failed).await);
        assert_eq!(counted(&at.store, &acme, FEBRUARY).await, 0);
        // What never counted is not given back.
        new(None).await;
        assert!(end(&at.store, &acme, ScanStatus::Failed).await);
        assert_eq!(counted(&at.store, &acme, JANUARY).await, 1);
        // One that nobody took is cancelled at once, and counts.
        let waiting = new(Some(JANUARY)).await;
        let tenant = at.store.tenant(acme.id, Access::Write).await.unwrap();
        assert!(tenant.cancel_scan(waiting, NOW).await.unwrap());
        tenant.commit().await.unwrap();
        assert_eq!(counted(&at.store, &acme, JANUARY).await, 2);
    }
}

#[tokio::test]
async fn a_scan_whose_workers_die_is_given_back_after_the_third() {
    for at in fresh().await {
        let (acme, _) = register(&at.store, "acme").await;
        let web = project(&at.store, &acme, "web").await;
        let dies = scan(&at.store, &acme, new_scan(&web), NOW).await;
        let cancelled = scan(&at.store, &acme, new_scan(&web), NOW).await;
        for id in [dies.id, cancelled.id] {
            assert!(count(&at.store, &acme, id, JANUARY, 2).await);
        }
        for attempt in 1..=3 {
            let now_ms = NOW + attempt * LEASE_MS;
            let system = at.store.system(Access::Write).await.unwrap();
            for _ in 0..2 {
                assert!(system.lease_scan(now_ms, now_ms + 1).await.unwrap().is_some());
            }
            system.commit().await.unwrap();
            if attempt == 3 {
                let tenant = at.store.tenant(acme.id, Access::Write).await.unwrap();
                assert!(tenant.cancel_scan(cancelled.id, now_ms).await.unwrap());
                tenant.commit().await.unwrap();
            }
            for _ in 0..2 {
                let system = at.store.system(Access::Write).await.unwrap();
                system.reclaim_scans(now_ms + 1).await.unwrap();
                system.commit().await.unwrap();
            }
            let left = if attempt == 3 { 1 } else { 2 };
            assert_eq!(counted(&at.store, &acme, JANUARY).await, left, "{attempt}");
        }
        assert_eq!(read(&at.store, &acme, dies.id).await.status, ScanStatus::Failed);
        assert_eq!(read(&at.store, &acme, cancelled.id).await.status, ScanStatus::Cancelled);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_thousand_who_want_the_last_one_exactly_one_gets_it() {
    for at in fresh().await {
        let (acme, _) = register(&at.store, "acme").await;
        let other = at.place.connect().await;
        assert!(count(&at.store, &acme, ScanId::generate(), JANUARY, 50).await);
        for _ in 2..50 {
            assert!(count(&other, &acme, ScanId::generate(), JANUARY, 50).await);
        }
        let wants = (0..1_000).map(|n| {
            let (store, acme) = (if n % 2 == 0 { &at.store } else { &other }.clone(), acme.clone());
            tokio::spawn(async move { count(&store, &acme, ScanId::generate(), JANUARY, 50).await })
        });
        let mut got = 0;
        for want in wants.collect::<Vec<_>>() {
            got += usize::from(want.await.unwrap());
        }
        assert_eq!(got, 1);
        assert_eq!(counted(&at.store, &acme, JANUARY).await, 50);
    }
}
