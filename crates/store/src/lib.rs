//! What Bartizan remembers: organizations, users, projects, scans, findings. One set of tables and queries runs on SQLite and
//! on PostgreSQL.
//!
//! Data of an organization is reached through a [`Tenant`] only, which is bound to it: a query that forgets the organization
//! does not compile. On PostgreSQL row-level security repeats the promise. What belongs to nobody yet, or to all (a
//! registration, a login, the queue of scans), is reached through a [`System`].
//!
//! This crate decides nothing: who may do what is asked above it.

mod accounts;
mod audit;
mod caller;
mod completion;
mod connect;
mod domains;
mod error;
mod findings;
mod id;
mod migrations;
mod packages;
mod page;
mod projects;
mod queue;
mod rates;
mod scans;
mod sessions;
mod sites;
mod tables;
mod throttle;
mod tokens;
mod usage;
mod wake;
mod words;

pub use accounts::{NewOrganization, NewUser, UserChanges};
pub use audit::NewEvent;
pub use completion::{Completion, Coverage, FindingNumbers};
pub use connect::{Access, Backend, Store, System, Tenant};
pub use domains::{DomainCheck, DomainLease, NewAuthorization, Verification};
pub use error::Error;
pub use findings::{FindingFilter, NewFinding, Totals};
pub use id::{
    DomainId, EventId, FindingId, InventoryId, OrganizationId, PackageListId, ProjectId, ScanId,
    SessionId, TokenId, UserId,
};
pub use packages::{Judgement, PackageList, Packages, Waiting};
pub use page::{Keyset, Offset};
pub use projects::{NewProject, ProjectChanges};
pub use queue::{Answer, Lease, Leased};
pub use rates::{Taken, Window};
pub use scans::{NewScan, ScanFilter};
pub use sites::{NewSiteFinding, NewSiteScan, SiteCompletion, SiteFindingFilter};
pub use tables::{
    domain::Model as Domain, event::Model as Event, finding::Model as Finding,
    inventory::Model as Inventory, organization::Model as Organization, project::Model as Project,
    scan::Model as Scan, session::Model as Session, site_finding::Model as SiteFinding,
    site_scan::Model as SiteScan, token::Model as Token, user::Model as User,
};
pub use tokens::NewToken;
pub use wake::Listener;
pub use words::{
    FindingStatus, Plan, ProofKind, Role, ScanKind, ScanMode, ScanStatus, ScanTrigger, SiteTrigger,
    TokenKind, UserStatus,
};
