//! What cannot be brought about from outside.

use checks::secrets::Ruleset;
use fetch::{Client, Policy, SystemResolver};
use store::Store;

use super::*;
use crate::{
    Clock, Config, DataKey, DataKeys, Origin, Password, ProjectDraft, Reach, Registration,
    Repository, ScanRequest,
};

async fn app(folder: &std::path::Path) -> App {
    let store = Store::sqlite(&folder.join("bartizan.db")).await.unwrap();
    let client = std::thread::spawn(|| Client::new(Policy::default(), SystemResolver));
    let client = client.join().unwrap().unwrap();
    App::new(
        store,
        DataKeys::one(DataKey::new([7; 32])),
        Reach { visitor: client.clone(), client, records: None },
        Arc::new(Ruleset::empty().build()),
        Clock::new(|| 1_800_000_000_000),
        Config::new(folder.join("clones")),
    )
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_that_panics_three_times_has_failed() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path()).await;
    let registration = Registration {
        organization_name: "Acme".to_owned(),
        organization_slug: "acme".to_owned(),
        email: "admin@acme.example".to_owned(),
        password: Password::new("correct horse battery".to_owned()),
    };
    let login = app.register(&Origin::default(), registration).await.unwrap();
    let ctx = app.authenticate_session(Origin::default(), &login.token).await.unwrap();
    let url = "https://git.example/team/web".to_owned();
    let draft = ProjectDraft {
        slug: None,
        name: "Web".to_owned(),
        repository: Repository { field: "repo_url", url },
        description: None,
        default_branch: None,
        fail_on: None,
        access_token: None,
        access_token_user: None,
    };
    app.add_project(&ctx, draft).await.unwrap();
    let scan = app.start_scan(&ctx, "web", ScanRequest::default()).await.unwrap();
    let stop = watch::Sender::new(false);
    let mut stop = stop.subscribe();
    for attempt in 1..=3 {
        // No lease has to run out: the clock stands still.
        let leased = app.lease().await.unwrap().unwrap();
        assert_eq!((leased.scan.id, leased.scan.attempts), (scan.id, attempt));
        let conclusion = app.attend(leased.lease, &mut stop, |_, _| panic!("on purpose")).await;
        app.conclude(leased.lease, conclusion.unwrap(), &mut stop).await;
    }
    assert!(app.lease().await.unwrap().is_none());
    let scan = app.scan(&ctx, "web", scan.id).await.unwrap();
    assert_eq!(scan.status, ScanStatus::Failed);
}
