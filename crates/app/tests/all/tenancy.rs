use app::{
    Error, FindingQuery, ProjectPatch, ScanQuery,
    stored::{FindingStatus, Offset},
};
use test_kit::{GitServer, Repo};

use crate::support::{credential, worlds};

const TOKEN: &str = "a-token-for-tests";
const ALL: Offset = Offset { skip: 0, limit: 100 };

fn is_missing<T>(result: Result<T, Error>) -> bool {
    matches!(result, Err(Error::NotFound(_)))
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_an_organization_is_another_ones_to_see() {
    let repo = Repo::new();
    repo.write("a.env", format!("A={}\n", credential(1))).commit("first");
    let server = GitServer::of(&repo);
    for at in worlds().await {
        let acme = at.register("acme").await;
        let globex = at.register("globex").await;
        at.project(&acme, "web", &server.url(), None).await;
        let scan = at.scanned(&acme, "web").await;
        let finding = at.findings(&acme, "web", scan.id).await.remove(0);
        let app = &at.app;
        assert!(is_missing(app.project(&globex, "web").await));
        assert!(is_missing(app.remove_project(&globex, "web").await));
        assert!(is_missing(app.scan(&globex, "web", scan.id).await));
        // Not through a project of its own either, nor by number.
        at.project(&globex, "own", &server.url(), None).await;
        assert!(is_missing(app.scan(&globex, "own", scan.id).await));
        assert!(is_missing(app.cancel_scan(&globex, "own", scan.id).await));
        assert!(is_missing(app.export(&globex, "own", scan.id).await.map(|_| ())));
        assert!(is_missing(app.scan_by_number(&globex, scan.number).await));
        assert!(is_missing(app.export_by_number(&globex, scan.number).await.map(|_| ())));
        let fixed = FindingStatus::Fixed;
        assert!(is_missing(app.triage(&globex, finding.id, fixed, None).await));
        let all = app.findings(&globex, FindingQuery::default(), None, 100).await.unwrap();
        assert!(all.items.is_empty());
        let (scans, total) = app.scans_page(&globex, ScanQuery::default(), ALL).await.unwrap();
        assert_eq!((scans.len(), total), (0, 0));
        assert!(acme.require_organization("globex").is_err());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_access_token_is_sealed_and_in_no_answer() {
    let repo = Repo::new();
    repo.write("a.env", format!("A={}\n", credential(1))).commit("first");
    let server = GitServer::builder(&repo).token(TOKEN).start();
    for at in worlds().await {
        let acme = at.register("acme").await;
        let project = at.project(&acme, "web", &server.url(), Some(TOKEN)).await;
        let sealed = project.sealed_access_token.clone().unwrap();
        assert!(!sealed.windows(TOKEN.len()).any(|window| window == TOKEN.as_bytes()));
        let scan = at.scanned(&acme, "web").await;
        let findings = at.findings(&acme, "web", scan.id).await;
        let view = at.app.project(&acme, "web").await.unwrap();
        let said = format!("{project:?} {view:?} {scan:?} {findings:?} {acme:?}");
        assert!(!said.contains(TOKEN), "{said}");
        assert!(!said.contains(&format!("{sealed:?}")), "{said}");

        // Who points the project to another host does not take the token along.
        let other = GitServer::builder(&repo).token(TOKEN).start();
        let repository = app::Repository { field: "repo_url", url: other.url() };
        let patch = ProjectPatch { repository: Some(repository), ..ProjectPatch::default() };
        let view = at.app.change_project(&acme, "web", patch).await.unwrap();
        assert_eq!(view.project.sealed_access_token, None);
    }
}
