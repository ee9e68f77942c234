//! Applications to try things on, each with a database and a clock of its own.

use std::{
    env,
    net::IpAddr,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicI64, Ordering},
    },
};

use app::{
    App, Clock, Config, Ctx, DataKey, DataKeys, Error, Origin, Password, ProjectDraft, Reach,
    Registration, Repository, ScanRequest, SiteScanDraft, UserDraft,
    stored::{Finding, Project, Role, Scan, ScanId, ScanMode, ScanStatus, SiteScan, SiteTrigger},
};
use checks::secrets::Ruleset;
use fetch::{Client, Policy, Resolve, Scheme, SystemResolver, guard::ResolveError};
use sqlx::{Connection as _, Executor as _};
use store::{Access, Leased, Store};
use tempfile::TempDir;
use tokio::sync::watch;

/// A moment, in milliseconds since 1970 UTC.
pub(crate) const NOW: i64 = 1_800_000_000_000;
pub(crate) const PASSWORD: &str = "correct horse battery";

static RULESET: LazyLock<Arc<Ruleset>> = LazyLock::new(|| Arc::new(Ruleset::builtin().unwrap()));

/// Made on a thread of its own: it blocks, which a runtime's may not.
static REACH: LazyLock<Reach> = LazyLock::new(|| {
    let policy = Policy {
        allow_schemes: [Scheme::Https, Scheme::Http].into(),
        allow_private: vec![fetch::guard::network("127.0.0.0/8").unwrap()],
        ..Policy::default()
    };
    let make = || Reach {
        client: Client::new(policy.clone(), SystemResolver).unwrap(),
        visitor: Client::for_websites(policy, Names, &[]).unwrap(),
        records: None,
    };
    std::thread::spawn(make).join().unwrap()
});

/// Names that mean what tests want: `<name>.private.test` leads into a network that is not open, other names nowhere.
struct Names;

impl Resolve for Names {
    fn resolve(&self, name: &str) -> Result<Vec<IpAddr>, ResolveError> {
        match name.ends_with(".private.test") {
            true => Ok(vec![IpAddr::from([10, 9, 8, 7])]),
            false => Err(ResolveError("no such name".to_owned())),
        }
    }
}

/// An application, and what is under it.
pub(crate) struct World {
    pub(crate) app: App,
    /// Behind the application's back.
    pub(crate) store: Store,
    pub(crate) folder: TempDir,
    clock: Arc<AtomicI64>,
    config: Config,
    reach: Reach,
    stop: watch::Sender<bool>,
}

/// One on each database that is at hand.
pub(crate) async fn worlds() -> Vec<World> {
    worlds_with(|_| {}).await
}

/// One on each database that is at hand, configured by `adjust`.
pub(crate) async fn worlds_with(adjust: impl Fn(&mut Config)) -> Vec<World> {
    worlds_reaching(&REACH, adjust).await
}

/// One on each database that is at hand, configured by `adjust`, with these ways out.
pub(crate) async fn worlds_reaching(reach: &Reach, adjust: impl Fn(&mut Config)) -> Vec<World> {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("bartizan.db");
    let mut worlds = vec![world(Store::sqlite(&file).await.unwrap(), folder, reach, &adjust)];
    match env::var("BARTIZAN_TEST_POSTGRES") {
        Ok(server) => {
            let name = format!("test_{}", uuid::Uuid::now_v7().simple());
            let mut admin =
                sqlx::PgConnection::connect(&server.replace("/?", "/postgres?")).await.unwrap();
            let create = format!("CREATE DATABASE {name}");
            admin.execute(sqlx::AssertSqlSafe(create)).await.unwrap();
            let store = Store::postgres(&server.replace("/?", &format!("/{name}?"))).await;
            worlds.push(world(store.unwrap(), TempDir::new().unwrap(), reach, &adjust));
        }
        Err(_) => eprintln!("skipped on PostgreSQL: BARTIZAN_TEST_POSTGRES is not set"),
    }
    worlds
}

fn world(store: Store, folder: TempDir, reach: &Reach, adjust: &impl Fn(&mut Config)) -> World {
    let clock = Arc::new(AtomicI64::new(NOW));
    let mut config = Config::new(folder.path().join("clones"));
    config.scan_threads = 2;
    // The clock stands still, so that no lease ends; a worker asks often whether it is to stop.
    config.lease_life = std::time::Duration::from_millis(30);
    adjust(&mut config);
    let reach = reach.clone();
    let app = app(&store, &reach, &clock, config.clone());
    World { app, store, folder, clock, config, reach, stop: watch::Sender::new(false) }
}

fn app(store: &Store, reach: &Reach, clock: &Arc<AtomicI64>, config: Config) -> App {
    let tick = Arc::clone(clock);
    App::new(
        store.clone(),
        DataKeys::one(DataKey::new([7; 32])),
        reach.clone(),
        Arc::clone(&RULESET),
        Clock::new(move || tick.load(Ordering::SeqCst)),
        config,
    )
    .unwrap()
}

impl World {
    /// Another application on the same database, as another process has it.
    pub(crate) fn twin(&self) -> App {
        app(&self.store, &self.reach, &self.clock, self.config.clone())
    }

    pub(crate) fn advance_ms(&self, ms: i64) {
        self.clock.fetch_add(ms, Ordering::SeqCst);
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.clock.load(Ordering::SeqCst)
    }

    /// An administrator of a new organization.
    pub(crate) async fn register(&self, slug: &str) -> Ctx {
        let registration = Registration {
            organization_name: slug.to_uppercase(),
            organization_slug: slug.to_owned(),
            email: format!("admin@{slug}.example"),
            password: Password::new(PASSWORD.to_owned()),
        };
        let login = self.app.register(&Origin::default(), registration).await.unwrap();
        self.caller(&login.token).await
    }

    /// Whoever has this session token.
    pub(crate) async fn caller(&self, token: &str) -> Ctx {
        self.app.authenticate_session(Origin::default(), token).await.unwrap()
    }

    /// Another user of the organization.
    pub(crate) async fn user(&self, admin: &Ctx, name: &str, role: Role) -> Ctx {
        let email = format!("{name}@{}.example", admin.organization.slug);
        let password = || Password::new(PASSWORD.to_owned());
        let draft = UserDraft { email: email.clone(), password: password(), role, name: None };
        self.app.add_user(admin, draft).await.unwrap();
        let to = app::LoginTo::Organization(&admin.organization.slug);
        let login = self.app.log_in(&Origin::default(), to, &email, password()).await.unwrap();
        self.caller(&login.token).await
    }

    pub(crate) async fn project(
        &self,
        ctx: &Ctx,
        slug: &str,
        url: &str,
        token: Option<&str>,
    ) -> Project {
        let draft = ProjectDraft {
            slug: Some(slug.to_owned()),
            name: slug.to_owned(),
            repository: Repository { field: "repo_url", url: url.to_owned() },
            description: None,
            default_branch: None,
            fail_on: None,
            access_token: token.map(|token| token.to_owned().into()),
            access_token_user: None,
        };
        self.app.add_project(ctx, draft).await.unwrap()
    }

    pub(crate) async fn start(&self, ctx: &Ctx, project: &str) -> Scan {
        self.app.start_scan(ctx, project, ScanRequest::default()).await.unwrap()
    }

    /// Runs what waits.
    pub(crate) async fn run(&self) -> bool {
        self.app.run_next_scan(&mut self.stop.subscribe()).await.unwrap()
    }

    /// Asks for a passive scan of a website.
    pub(crate) async fn visit(&self, ctx: &Ctx, target: &str) -> Result<SiteScan, Error> {
        let draft = SiteScanDraft {
            target: target.to_owned(),
            mode: ScanMode::Passive,
            trigger: SiteTrigger::Api,
        };
        self.app.start_site_scan(ctx, draft).await
    }

    /// Runs the visit that waits.
    pub(crate) async fn run_visit(&self) -> bool {
        self.app.run_next_site_scan(&mut self.stop.subscribe()).await.unwrap()
    }

    /// A scan of a website from its start to its end.
    pub(crate) async fn visited(&self, ctx: &Ctx, target: &str) -> SiteScan {
        let scan = self.visit(ctx, target).await.unwrap();
        assert!(self.run_visit().await);
        self.app.site_scan(ctx, scan.id).await.unwrap().0
    }

    /// A scan of the project from its start to its end.
    pub(crate) async fn scanned(&self, ctx: &Ctx, project: &str) -> Scan {
        let scan = self.start(ctx, project).await;
        assert!(self.run().await);
        self.scan(ctx, project, scan.id).await
    }

    pub(crate) async fn scan(&self, ctx: &Ctx, project: &str, id: ScanId) -> Scan {
        self.app.scan(ctx, project, id).await.unwrap()
    }

    pub(crate) async fn findings(&self, ctx: &Ctx, project: &str, id: ScanId) -> Vec<Finding> {
        let query = app::FindingQuery::default();
        self.app.findings_of_scan(ctx, project, id, query, None, 100).await.unwrap().items
    }

    /// Takes the next scan, as a worker does that dies then.
    pub(crate) async fn lease_and_die(&self) -> Option<Leased> {
        let system = self.store.system(Access::Write).await.unwrap();
        let now_ms = self.now_ms();
        system.reclaim_scans(now_ms).await.unwrap();
        let leased = system.lease_scan(now_ms, now_ms + 1_000).await.unwrap();
        system.commit().await.unwrap();
        leased
    }
}

/// What became of a scan, and why.
pub(crate) fn end(scan: &Scan) -> (ScanStatus, &str) {
    (scan.status, scan.error.as_deref().unwrap_or_default())
}

/// A credential nobody has, in two parts, so that this file is no finding.
pub(crate) fn credential(number: u32) -> String {
    // As spread as a real one; numbers differ in many places.
    let mixed = u128::from(number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    let digits = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let text: String = (0..24_u32)
        .map(|at| {
            let spread = mixed.rotate_left(at * 5).wrapping_mul(u128::from(2 * at + 3));
            let digit = usize::try_from((spread >> 64) % 62).unwrap();
            char::from(digits[digit])
        })
        .collect();
    ["sk_", "live_", &text].concat()
}
