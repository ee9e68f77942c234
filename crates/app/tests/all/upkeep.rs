use app::{
    Delivery, Error, Origin, Provider, Received, ScanRequest,
    stored::{Plan, ScanStatus},
};
use test_kit::{GitServer, Repo};

use crate::support::{credential, worlds, worlds_with};

const DAY_MS: i64 = 24 * 3_600_000;

#[tokio::test(flavor = "multi_thread")]
async fn old_scans_are_forgotten_but_what_is_current_stays() {
    for (plan, days) in [(Plan::Free, 7), (Plan::Unlimited, 365)] {
        for at in worlds_with(|config| config.default_plan = plan).await {
            let repo = Repo::new();
            repo.write("a.env", format!("A={}\n", credential(1))).commit("first");
            repo.branch("other").commit("other");
            repo.switch("main");
            let server = GitServer::of(&repo);
            let acme = at.register("acme").await;
            at.project(&acme, "web", &server.url(), None).await;
            let of_branch = async |branch: &str| {
                let branch = Some(branch.to_owned());
                let request = ScanRequest { clone_url: None, branch };
                let scan = at.app.start_scan(&acme, "web", request).await.unwrap();
                assert!(at.run().await);
                scan.id
            };
            let other = of_branch("other").await;
            let replaced = of_branch("main").await;
            let failed = of_branch("unknown").await;
            let newest = of_branch("main").await;
            let queued = at.start(&acme, "web").await.id;

            at.advance_ms(days * DAY_MS - 1);
            at.app.upkeep().await.unwrap();
            assert_eq!(at.scan(&acme, "web", failed).await.status, ScanStatus::Failed);
            at.advance_ms(1);
            at.app.upkeep().await.unwrap();
            for gone in [replaced, failed] {
                let scan = at.app.scan(&acme, "web", gone).await;
                assert!(matches!(scan, Err(Error::NotFound(_))));
            }
            for kept in [other, newest, queued] {
                at.scan(&acme, "web", kept).await;
            }
            assert_eq!(at.findings(&acme, "web", newest).await.len(), 1);
            assert_eq!(at.findings(&acme, "web", other).await.len(), 1);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn upkeep_takes_up_what_a_dead_worker_left() {
    for at in worlds().await {
        let acme = at.register("acme").await;
        at.project(&acme, "web", "https://git.example/team/web", None).await;
        let scan = at.start(&acme, "web").await;
        at.lease_and_die().await.unwrap();
        at.app.upkeep().await.unwrap();
        assert_eq!(at.scan(&acme, "web", scan.id).await.status, ScanStatus::Running);
        at.advance_ms(1_000);
        at.app.upkeep().await.unwrap();
        assert_eq!(at.scan(&acme, "web", scan.id).await.status, ScanStatus::Queued);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_is_known_for_thirty_days() {
    for at in worlds().await {
        let acme = at.register("acme").await;
        at.project(&acme, "web", "https://git.example/team/web", None).await;
        let secret = at.app.webhook_setup(&acme, "web").await.unwrap().secret;
        let started = async || {
            at.app.upkeep().await.unwrap();
            let delivery = Delivery {
                provider: Provider::GitLab,
                event: "Push Hook".to_owned(),
                id: Some("1".to_owned()),
                proof: Some(secret.clone()),
            };
            let body = r#"{"ref": "refs/heads/main", "project": {"web_url": "https://git.example/team/web"}}"#;
            let body = body.as_bytes().to_vec();
            match at.app.receive_webhook(&Origin::default(), delivery, body).await.unwrap() {
                Received::Push(scans) => scans.len(),
                Received::Ignored(reason) => panic!("{reason}"),
            }
        };
        assert_eq!(started().await, 1);
        at.advance_ms(30 * DAY_MS - 1);
        assert_eq!(started().await, 0);
        at.advance_ms(1);
        assert_eq!(started().await, 1);
    }
}
