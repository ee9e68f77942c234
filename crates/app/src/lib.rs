//! What Bartizan does for its users: one function for each thing that can be asked of it. Here is decided who may do what and
//! what happens then; the surfaces above speak, the store below remembers.
//!
//! This crate has never heard of HTTP or SQL.

mod accounts;
pub mod advisories;
mod audit;
mod config;
mod context;
mod domains;
mod error;
mod exports;
mod findings;
mod hooks;
mod keys;
mod operator;
mod packages;
mod passwords;
mod plans;
mod projects;
mod rates;
mod rule_docs;
mod scans;
mod sessions;
mod sites;
mod statuses;
mod text;
mod threads;
mod tokens;
mod upkeep;
mod users;
mod worker;

use std::sync::Arc;

use checks::secrets::Ruleset;
use store::{Access, Keyset, Store, Tenant};
use tokio::sync::{Notify, Semaphore};

pub use accounts::{LoginTo, PersonalRegistration, ProfileChanges, Registration};
pub use config::{Clock, Config};
pub use context::{Credential, Ctx, Origin, place_of};
pub use domains::{Authorized, DomainStatus, DomainView, Signature, Verified};
pub use error::{Error, Issue};
pub use exports::{BillFormat, Export, csv};
pub use findings::{FindingQuery, ScanSummary, confidence_of_rank, severity_of_rank};
pub use hooks::{Delivery, Provider, ProviderSetup, Received, WebhookSetup};
pub use keys::{DataKey, DataKeys, InvalidKey};
pub use operator::Operator;
pub use packages::{Bill, Judged};
pub use passwords::Password;
pub use plans::{Allowance, Period, Plans, Quota};
pub use projects::{FailOn, ProjectDraft, ProjectPatch, ProjectView, Repository, Statistics};
pub use rates::Standing;
pub use rule_docs::{rule_docs, rule_docs_of};
pub use scans::{ScanQuery, ScanRequest, ScanView};
pub use sessions::Login;
pub use sites::{SiteFindingQuery, SiteScanDraft};
pub use tokens::{IssuedToken, WebTokenDraft};
pub use users::{UserDraft, UserPatch};

/// What is remembered, as use cases hand it out.
pub mod stored {
    pub use store::{
        Domain, DomainId, Event, EventId, Finding, FindingId, FindingStatus, Keyset, Offset,
        Organization, OrganizationId, Plan, Project, ProjectId, ProofKind, Role, Scan, ScanId,
        ScanKind, ScanMode, ScanStatus, ScanTrigger, SiteFinding, SiteScan, SiteTrigger, Token,
        TokenId, TokenKind, Totals, User, UserId, UserStatus,
    };
}

/// Everything that can be asked. Clones are the same application.
#[derive(Clone)]
pub struct App(Arc<Parts>);

impl std::ops::Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// What an application is made of. Nothing of it can be reached from outside.
pub struct Parts {
    store: Store,
    keys: DataKeys,
    signer: sessions::Signer,
    passwords: passwords::Passwords,
    fetch: fetch::Client,
    visitor: fetch::Client,
    records: Option<Arc<dyn fetch::dns::Records>>,
    ruleset: Arc<Ruleset>,
    clock: Clock,
    config: Config,
    advisories: Option<advisories::Current>,
    /// Rung when a scan of a repository was started in this process.
    wake: Notify,
    /// Rung when somebody in this process wants a domain to be looked at.
    wake_watch: Notify,
    /// Rung when a scan of a website was.
    wake_sites: Notify,
    /// What all visits to websites may hold together.
    room: Arc<sources::site::Room>,
    /// Who of them has a browser.
    browsers: Arc<sources::site::Browsers>,
    /// Whose turn it is to judge a website.
    judging: Arc<Semaphore>,
}

/// The ways out.
#[derive(Clone)]
pub struct Reach {
    /// To repositories, to the APIs of their hosts, to publishers of advisories.
    pub client: fetch::Client,
    /// To websites.
    pub visitor: fetch::Client,
    /// Who is asked what the domain name system says of websites; nobody without.
    pub records: Option<Arc<dyn fetch::dns::Records>>,
}

/// A part of a list, and where the next one begins.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The part.
    pub items: Vec<T>,
    /// Behind its last item, if there are more.
    pub next: Option<Keyset>,
}

impl App {
    /// Puts an application together.
    ///
    /// # Errors
    /// There is no randomness to be had.
    pub fn new(
        store: Store,
        keys: DataKeys,
        reach: Reach,
        ruleset: Arc<Ruleset>,
        clock: Clock,
        config: Config,
    ) -> Result<Self, Error> {
        let signer = sessions::Signer::new(&keys);
        let passwords = passwords::Passwords::new()?;
        let room = sources::site::Room::new(config.sites_bytes);
        let browsers = sources::site::Browsers::new(config.browsers_at_once);
        let judging = Arc::new(Semaphore::new(config.sites_judged_at_once.max(1)));
        let advisories = config.advisories_folder.as_deref().map(advisories::Current::of);
        Ok(Self(Arc::new(Parts {
            store,
            keys,
            signer,
            passwords,
            fetch: reach.client,
            visitor: reach.visitor,
            records: reach.records,
            ruleset,
            clock,
            config,
            advisories,
            wake: Notify::new(),
            wake_watch: Notify::new(),
            wake_sites: Notify::new(),
            room,
            browsers,
            judging,
        })))
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn health(&self) -> Result<(), Error> {
        Ok(self.store.ping().await?)
    }

    fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    /// Reads what is the caller's organization's.
    async fn read(&self, ctx: &Ctx) -> Result<Tenant, Error> {
        Ok(self.store.tenant(ctx.organization.id, Access::Read).await?)
    }

    /// Changes what is the caller's organization's.
    async fn write(&self, ctx: &Ctx) -> Result<Tenant, Error> {
        Ok(self.store.tenant(ctx.organization.id, Access::Write).await?)
    }
}

/// A page of `items`, of which one more was read than are wanted.
fn page<T>(mut items: Vec<T>, limit: u64, keyset: impl Fn(&T) -> Keyset) -> Page<T> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| has_more).map(keyset);
    Page { items, next }
}
