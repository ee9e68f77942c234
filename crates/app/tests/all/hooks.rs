use app::{
    Delivery, Error, FailOn, Origin, ProjectPatch, Provider, Received,
    stored::{ScanKind, ScanStatus, ScanTrigger},
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use model::SecretValue;
use sha2::Sha256;

use test_kit::{GitServer, Repo, Request};

use crate::support::{World, credential, worlds, worlds_with};

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

fn signature(secret: &str, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A push of `branch`, as the provider tells it.
fn push(provider: Provider, repository: &str, branch: &str) -> (&'static str, String) {
    let url = format!("https://git.example/{repository}");
    match provider {
        Provider::GitHub | Provider::Forgejo => (
            "push",
            format!(
                r#"{{"ref": "refs/heads/{branch}", "after": "{COMMIT}", "deleted": false,
                "repository": {{"full_name": "{repository}", "clone_url": "{url}.git", "html_url": "{url}"}}}}"#
            ),
        ),
        Provider::GitLab => (
            "Push Hook",
            format!(
                r#"{{"object_kind": "push", "ref": "refs/heads/{branch}", "after": "{COMMIT}",
                "project": {{"path_with_namespace": "{repository}", "git_http_url": "{url}.git"}}}}"#
            ),
        ),
        Provider::Bitbucket => (
            "repo:push",
            format!(
                r#"{{"push": {{"changes": [{{"new": {{"type": "branch", "name": "{branch}", "target": {{"hash": "{COMMIT}"}}}}}}]}},
                "repository": {{"full_name": "{repository}", "links": {{"html": {{"href": "{url}"}}}}}}}}"#
            ),
        ),
    }
}

fn proof(provider: Provider, secret: &str, body: &str) -> String {
    match provider {
        Provider::GitHub | Provider::Bitbucket => format!("sha256={}", signature(secret, body)),
        Provider::Forgejo => signature(secret, body),
        Provider::GitLab => secret.to_owned(),
    }
}

async fn send(
    at: &World,
    provider: Provider,
    (event, body): (&str, &str),
    id: &str,
    proof: Option<String>,
) -> Result<Received, Error> {
    let delivery = Delivery {
        provider,
        event: event.to_owned(),
        id: Some(id.to_owned()),
        proof: proof.map(Into::into),
    };
    at.app.receive_webhook(&Origin::default(), delivery, body.as_bytes().to_vec()).await
}

async fn deliver(
    at: &World,
    secret: &str,
    id: &str,
    repository: &str,
    branch: &str,
) -> Result<Received, Error> {
    let provider = Provider::GitHub;
    let (event, body) = push(provider, repository, branch);
    let proof = proof(provider, secret, &body);
    send(at, provider, (event, &body), id, Some(proof)).await
}

fn is_refused(result: &Result<Received, Error>) -> bool {
    matches!(result, Err(Error::Unauthenticated))
}

fn started(result: Result<Received, Error>) -> Vec<app::stored::ScanId> {
    match result.unwrap() {
        Received::Push(scans) => scans,
        Received::Ignored(reason) => panic!("{reason}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_of_each_provider_starts_a_scan_and_a_forged_one_does_not() {
    for at in worlds().await {
        let acme = at.register("acme").await;
        at.project(&acme, "web", "https://git.example/Team/Web.git", None).await;
        let setup = at.app.webhook_setup(&acme, "web").await.unwrap();
        let secret = setup.secret.as_str();
        assert_eq!(secret.len(), 43);
        for provider in Provider::ALL {
            let told = setup.providers.iter().find(|one| one.provider == provider).unwrap();
            assert_eq!(told.url, format!("http://127.0.0.1:8080/v1/hooks/{}", provider.as_str()));
            let (event, body) = push(provider, "team/web", provider.as_str());
            let call = (event, body.as_str());
            let right = proof(provider, secret, &body);
            let other = proof(provider, "another secret", &body);
            let mut close = right.clone();
            let last = close.pop().unwrap();
            close.push(if last == '0' { '1' } else { '0' });
            let padded = format!("{right}0");
            for wrong in [None, Some(String::new()), Some(other), Some(close), Some(padded)] {
                assert!(is_refused(&send(&at, provider, call, "1", wrong).await));
            }
            // Proven for another body.
            let (_, another) = push(provider, "team/web", "another");
            if provider != Provider::GitLab {
                let result = send(&at, provider, (event, &another), "1", Some(right.clone())).await;
                assert!(is_refused(&result));
            }
            let scans = started(send(&at, provider, call, "1", Some(right.clone())).await);
            let [id] = scans.as_slice() else { panic!("{scans:?}") };
            let scan = at.scan(&acme, "web", *id).await;
            assert_eq!((scan.trigger, scan.kind), (ScanTrigger::Webhook, ScanKind::Full));
            assert_eq!(
                (scan.status, scan.target_ref.as_str()),
                (ScanStatus::Queued, provider.as_str())
            );
            assert_eq!(scan.clone_url, "https://git.example/Team/Web.git");
            // Sent again, as providers do that had no answer.
            assert!(started(send(&at, provider, call, "1", Some(right.clone())).await).is_empty());
            // Without a name it is known by its content.
            let nameless = async || {
                let proof = Some(right.clone().into());
                let (event, id) = (event.to_owned(), None);
                let delivery = Delivery { provider, event, id, proof };
                let body = body.as_bytes().to_vec();
                started(at.app.receive_webhook(&Origin::default(), delivery, body).await)
            };
            assert_eq!(nameless().await.len(), 1);
            assert_eq!(nameless().await.len(), 0);
        }
        let unknown = deliver(&at, secret, "2", "team/unknown", "main").await;
        assert!(is_refused(&unknown));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_starts_no_scan_needs_a_proof_too() {
    for at in worlds().await {
        let acme = at.register("acme").await;
        at.project(&acme, "web", "https://git.example/team/web", None).await;
        let secret = at.app.webhook_setup(&acme, "web").await.unwrap().secret;
        let (_, body) = push(Provider::GitHub, "team/web", "main");
        let tag = body.replace("refs/heads/", "refs/tags/");
        let gone = body.replace("\"deleted\": false", "\"deleted\": true");
        for (event, body) in [("ping", &body), ("push", &tag), ("push", &gone), ("issues", &body)] {
            let call = (event, body.as_str());
            let right = proof(Provider::GitHub, &secret, body);
            let result = send(&at, Provider::GitHub, call, "1", Some(right)).await;
            assert!(matches!(result, Ok(Received::Ignored(_))), "{event}");
            assert!(is_refused(&send(&at, Provider::GitHub, call, "1", None).await), "{event}");
        }
        let right = proof(Provider::GitHub, &secret, "{}");
        assert!(is_refused(&send(&at, Provider::GitHub, ("push", "{}"), "1", Some(right)).await));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_push_replaces_a_scan_that_waits() {
    for at in worlds().await {
        let acme = at.register("acme").await;
        at.project(&acme, "web", "https://git.example/team/web", None).await;
        let secret = at.app.webhook_setup(&acme, "web").await.unwrap().secret;
        let by_hand = at.start(&acme, "web").await;
        let mut scans = Vec::new();
        for (id, branch) in [("1", "main"), ("2", "other"), ("3", "main")] {
            at.advance_ms(1_000);
            scans.extend(started(deliver(&at, &secret, id, "team/web", branch).await));
        }
        let mut statuses = Vec::new();
        for id in scans.into_iter().chain([by_hand.id]) {
            statuses.push(at.scan(&acme, "web", id).await.status);
        }
        use ScanStatus::{Cancelled, Queued};
        assert_eq!(statuses, [Cancelled, Queued, Queued, Queued]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_starts_scans_of_whose_secret_proves_it() {
    for at in worlds().await {
        let acme = at.register("acme").await;
        let globex = at.register("globex").await;
        for ctx in [&acme, &globex] {
            at.project(ctx, "web", "https://git.example/team/web", None).await;
        }
        let secret = at.app.webhook_setup(&globex, "web").await.unwrap().secret;
        let scans = started(deliver(&at, &secret, "1", "team/web", "main").await);
        let [id] = scans.as_slice() else { panic!("{scans:?}") };
        assert_eq!(at.scan(&globex, "web", *id).await.trigger, ScanTrigger::Webhook);
        // One delivery of a hook that both have counts for each once.
        let secret = at.app.webhook_setup(&acme, "web").await.unwrap().secret;
        assert_eq!(started(deliver(&at, &secret, "1", "team/web", "main").await).len(), 1);

        // Where no address is known, organization and project are.
        let scans = started(deliver(&at, &secret, "2", "acme/web", "main").await);
        assert_eq!(at.scan(&acme, "web", scans[0]).await.target_ref, "main");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_turns_off_anothers_webhooks() {
    for at in worlds().await {
        let acme = at.register("acme").await;
        at.project(&acme, "web", "https://mirror.example/acme-web", None).await;
        let secret = at.app.webhook_setup(&acme, "web").await.unwrap().secret;
        // Known by organization and project, until somebody says to have the address.
        let globex = at.register("globex").await;
        at.project(&globex, "web", "https://git.example/acme/web", None).await;
        assert_eq!(started(deliver(&at, &secret, "1", "acme/web", "main").await).len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_was_replaced_is_good_for_another_day() {
    for at in worlds().await {
        let acme = at.register("acme").await;
        let member = at.user(&acme, "member", app::stored::Role::Member).await;
        at.project(&acme, "web", "https://git.example/team/web", None).await;
        for ctx in [&member] {
            assert!(matches!(at.app.webhook_setup(ctx, "web").await, Err(Error::Forbidden(_))));
            let rotated = at.app.rotate_webhook_secret(ctx, "web").await;
            assert!(matches!(rotated, Err(Error::Forbidden(_))));
        }
        let old = at.app.webhook_setup(&acme, "web").await.unwrap();
        assert_eq!(old.previous_valid_until_ms, None);
        let new = at.app.rotate_webhook_secret(&acme, "web").await.unwrap();
        assert_ne!(*old.secret, *new.secret);
        assert_eq!(new.previous_valid_until_ms, Some(at.now_ms() + 24 * 3_600_000));
        let pushed = async |secret: &str, id: &str| {
            !is_refused(&deliver(&at, secret, id, "team/web", "main").await)
        };
        assert!(pushed(&old.secret, "1").await && pushed(&new.secret, "2").await);
        at.advance_ms(24 * 3_600_000 - 1);
        assert!(pushed(&old.secret, "3").await);
        at.advance_ms(1);
        assert!(!pushed(&old.secret, "4").await);
        assert!(pushed(&new.secret, "5").await);
        let setup = at.app.webhook_setup(&acme, "web").await.unwrap();
        assert_eq!(setup.previous_valid_until_ms, None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_installations_secret_proves_pushes_of_all_projects() {
    let secret = "of the whole installation";
    let configured = worlds_with(|config| {
        config.webhook_secret = Some(SecretValue::new(secret.as_bytes()));
    });
    for at in configured.await {
        let acme = at.register("acme").await;
        let globex = at.register("globex").await;
        for ctx in [&acme, &globex] {
            at.project(ctx, "web", "https://git.example/team/web", None).await;
        }
        assert_eq!(started(deliver(&at, secret, "1", "team/web", "main").await).len(), 2);
        assert!(is_refused(&deliver(&at, secret, "2", "team/unknown", "main").await));
    }
    // An empty one is none.
    for at in worlds_with(|config| config.webhook_secret = Some(SecretValue::new(b""))).await {
        let acme = at.register("acme").await;
        at.project(&acme, "web", "https://git.example/team/web", None).await;
        assert!(is_refused(&deliver(&at, "", "1", "team/web", "main").await));
        let (event, body) = push(Provider::GitLab, "team/web", "main");
        for proof in [None, Some(String::new())] {
            let result = send(&at, Provider::GitLab, (event, &body), "1", proof).await;
            assert!(is_refused(&result));
        }
    }
}

/// Waits for so many calls that tell of a commit, each as its state and description.
async fn statuses(server: &GitServer, count: usize) -> Vec<(String, String)> {
    let told = |request: Request| {
        assert_eq!(request.path, format!("/api/v1/repos/team/web/statuses/{COMMIT}"));
        assert_eq!(request.header("authorization"), Some("token s3cret-token"));
        let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
        assert_eq!(body["context"], "bartizan");
        let word = |name: &str| body[name].as_str().unwrap().to_owned();
        (word("state"), word("description"))
    };
    loop {
        let is_status = |request: &Request| request.path.contains("/statuses/");
        let seen: Vec<_> = server.http().requests().into_iter().filter(is_status).collect();
        if seen.len() >= count {
            return seen.into_iter().map(told).collect();
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_host_hears_how_a_pushed_commit_stands() {
    let repo = Repo::new();
    repo.write("app.env", format!("STRIPE={}\n", credential(0))).commit("leak");
    for at in worlds().await {
        let server =
            GitServer::builder(&repo).token("s3cret-token").and("team/web.git", &repo).start();
        let acme = at.register("acme").await;
        let url = server.http().url("team/web.git");
        at.project(&acme, "web", &url, Some("s3cret-token")).await;
        let setup = at.app.webhook_setup(&acme, "web").await.unwrap();
        let push = async |id: &str| {
            let (event, body) = push(Provider::Forgejo, "acme/web", "main");
            let proof = proof(Provider::Forgejo, &setup.secret, &body);
            started(send(&at, Provider::Forgejo, (event, &body), id, Some(proof)).await)
        };
        push("1").await;
        assert_eq!(statuses(&server, 1).await[0].0, "pending");
        assert!(at.run().await);
        let failed = ("failure".to_owned(), "open findings: 1 critical".to_owned());
        assert_eq!(statuses(&server, 2).await[1], failed);

        let never = ProjectPatch { fail_on: Some(FailOn::Never), ..ProjectPatch::default() };
        at.app.change_project(&acme, "web", never).await.unwrap();
        push("2").await;
        statuses(&server, 3).await;
        assert!(at.run().await);
        assert_eq!(statuses(&server, 4).await[3].0, "success");

        // Nobody pushed this.
        at.scanned(&acme, "web").await;
        assert_eq!(statuses(&server, 4).await.len(), 4);
    }
}
