//! Databases to try things on.

use std::env;

use sqlx::{Connection as _, Executor as _};
use store::{
    Access, FindingStatus, NewFinding, NewOrganization, NewProject, NewScan, NewUser, Organization,
    Plan, Project, ProjectId, Role, Scan, ScanKind, ScanTrigger, Store, User,
};
use tempfile::TempDir;

/// A moment, in milliseconds since 1970 UTC.
pub(crate) const NOW: i64 = 1_800_000_000_000;

/// An empty database.
pub(crate) struct Fresh {
    pub(crate) store: Store,
    /// Another connection to the same database can be made.
    pub(crate) place: Place,
}

pub(crate) enum Place {
    Sqlite(TempDir),
    Postgres(String),
}

impl Place {
    pub(crate) async fn connect(&self) -> Store {
        match self {
            Self::Sqlite(folder) => {
                Store::sqlite(&folder.path().join("bartizan.db")).await.unwrap()
            }
            Self::Postgres(url) => Store::postgres(url).await.unwrap(),
        }
    }
}

/// One of each kind that is at hand.
pub(crate) async fn places() -> Vec<Place> {
    let mut places = vec![Place::Sqlite(TempDir::new().unwrap())];
    match env::var("BARTIZAN_TEST_POSTGRES") {
        Ok(server) => {
            let name = format!("test_{}", uuid::Uuid::now_v7().simple());
            let mut admin =
                sqlx::PgConnection::connect(&server.replace("/?", "/postgres?")).await.unwrap();
            let create = format!("CREATE DATABASE {name}");
            admin.execute(sqlx::AssertSqlSafe(create)).await.unwrap();
            places.push(Place::Postgres(server.replace("/?", &format!("/{name}?"))));
        }
        Err(_) => eprintln!("skipped on PostgreSQL: BARTIZAN_TEST_POSTGRES is not set"),
    }
    places
}

/// One of each kind that is at hand, connected.
pub(crate) async fn fresh() -> Vec<Fresh> {
    let mut all = Vec::new();
    for place in places().await {
        all.push(Fresh { store: place.connect().await, place });
    }
    all
}

pub(crate) fn new_user(email: &str, role: Role) -> NewUser {
    NewUser { email: email.to_owned(), name: None, password_hash: "$argon2id$".to_owned(), role }
}

pub(crate) async fn register(store: &Store, slug: &str) -> (Organization, User) {
    let organization = NewOrganization {
        slug: slug.to_owned(),
        name: slug.to_uppercase(),
        personal_email: None,
        plan: Plan::Unlimited,
    };
    let system = store.system(Access::Write).await.unwrap();
    let user = new_user(&format!("admin@{slug}.example"), Role::Admin);
    let made = system.register(organization, user, NOW).await.unwrap();
    system.commit().await.unwrap();
    made
}

pub(crate) fn new_project(slug: &str) -> NewProject {
    NewProject {
        id: ProjectId::generate(),
        slug: slug.to_owned(),
        name: format!("The {slug}"),
        description: None,
        repo_url: format!("https://git.example/{slug}.git"),
        repo_identity: format!("git.example/{slug}"),
        default_branch: "main".to_owned(),
        fail_on: Some(3),
        sealed_access_token: None,
        access_token_user: "x-access-token".to_owned(),
        sealed_webhook_secret: vec![0, 1, 255],
    }
}

pub(crate) async fn project(store: &Store, of: &Organization, slug: &str) -> Project {
    let tenant = store.tenant(of.id, Access::Write).await.unwrap();
    let project = tenant.add_project(new_project(slug), NOW).await.unwrap();
    tenant.commit().await.unwrap();
    project
}

pub(crate) fn new_scan(project: &Project) -> NewScan {
    NewScan {
        project: project.id,
        trigger: ScanTrigger::Manual,
        kind: ScanKind::Full,
        clone_url: project.repo_url.clone(),
        target_ref: "main".to_owned(),
        pushed: None,
    }
}

pub(crate) async fn scan(store: &Store, of: &Organization, new: NewScan, now_ms: i64) -> Scan {
    let tenant = store.tenant(of.id, Access::Write).await.unwrap();
    let scan = tenant.add_scan(new, now_ms).await.unwrap();
    tenant.commit().await.unwrap();
    scan
}

pub(crate) fn new_finding(fingerprint: &str, severity: i16) -> NewFinding {
    NewFinding {
        scanner: "secrets",
        check_id: "stripe-live-key".to_owned(),
        severity,
        confidence: 2,
        title: "Stripe secret key".to_owned(),
        description: "Moves money.".to_owned(),
        remediation: "Roll it.".to_owned(),
        file_path: Some("config/prod.env".to_owned()),
        lines: Some([3, 3, 1, 40]),
        snippet: None,
        commit_sha: None,
        cwe_id: Some("CWE-798".to_owned()),
        package: None,
        aliases: Vec::new(),
        references: vec!["https://stripe.example/keys".to_owned()],
        fingerprint: fingerprint.to_owned(),
        status: FindingStatus::Open,
    }
}
