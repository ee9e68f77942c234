//! What an operator decides.

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use fetch::{Scheme, browser};
use model::SecretValue;
use store::Plan;

use crate::{Plans, advisories::Publishers};

/// How the application behaves.
#[derive(Clone)]
pub struct Config {
    /// How long a session lives.
    pub session_life: Duration,
    /// Whether anybody may make an organization.
    pub is_registration_open: bool,
    /// Accounts that may be made from one address within `login_window`: each costs a password's hash.
    pub registration_limit: u64,
    /// Scans of one organization that may wait.
    pub max_waiting_scans: u64,
    /// Attempts to log in from one address within `login_window`.
    pub login_limit: u64,
    /// See `login_limit`.
    pub login_window: Duration,
    /// What new organizations may use.
    pub default_plan: Plan,
    /// What each plan holds.
    pub plans: Plans,
    /// Requests with one token within a second, however they lie. At least 1.
    pub request_burst: u64,
    /// Requests with one token within a minute, however they lie. At least 1.
    pub request_limit: u64,
    /// Scans of websites that one user may ask for within `submission_window`. At least 1.
    pub submission_limit: u64,
    /// See `submission_limit`. A day at most.
    pub submission_window: Duration,
    /// Also proves webhooks, of all projects.
    pub webhook_secret: Option<SecretValue>,
    /// Under which URL clients reach the server, without a slash at its end.
    pub public_url: String,
    /// The schemes and ports at which a host shows the file that proves whose it is, the best first.
    pub proof_origins: Vec<(Scheme, u16)>,
    /// Where clones lie while they are scanned.
    pub clone_folder: PathBuf,
    /// Largest pack that is cloned.
    pub max_clone_bytes: u64,
    /// Longest time that a clone takes.
    pub clone_timeout: Duration,
    /// Where what is known about vulnerabilities is. `None`: nowhere.
    pub advisories_folder: Option<PathBuf>,
    /// From where it is fetched. `None`: it is not.
    pub advisories: Option<Publishers>,
    /// Findings that are stored of a scan, the worst first. They are stored in one transaction, and as long as it lasts nobody
    /// else writes to SQLite: seconds.
    pub max_findings: usize,
    /// Findings that are stored of a scan of a website, the worst first.
    pub max_site_findings: usize,
    /// What renders the pages of websites; without it they are judged as servers send them.
    pub browser: Option<browser::Options>,
    /// Such browsers at a time, of all visits. At least 1.
    pub browsers_at_once: usize,
    /// Bounds on a visit to a website.
    pub site_limits: sources::site::Limits,
    /// What all visits that run hold of websites together, in bytes.
    pub sites_bytes: u64,
    /// Websites that are judged at a time, of those that are visited.
    pub sites_judged_at_once: usize,
    /// Threads of one scan.
    pub scan_threads: usize,
    /// How long a worker that fell silent keeps a scan.
    pub lease_life: Duration,
    /// How long a worker waits before it looks at the queue again, or asks a database again that did not answer.
    pub poll_interval: Duration,
}

impl Config {
    /// As a server on its own is configured, its clones in `clone_folder`.
    #[must_use]
    pub fn new(clone_folder: PathBuf) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            session_life: Duration::from_hours(24),
            is_registration_open: true,
            registration_limit: 300,
            max_waiting_scans: 1_000,
            login_limit: 5,
            login_window: Duration::from_mins(15),
            default_plan: Plan::Unlimited,
            plans: Plans::default(),
            request_burst: 10,
            request_limit: 60,
            submission_limit: 30,
            submission_window: Duration::from_mins(10),
            webhook_secret: None,
            public_url: "http://127.0.0.1:8080".to_owned(),
            proof_origins: vec![(Scheme::Https, 443), (Scheme::Http, 80)],
            clone_folder,
            max_clone_bytes: 8 << 30,
            clone_timeout: Duration::from_mins(15),
            advisories_folder: None,
            advisories: None,
            max_findings: 100_000,
            max_site_findings: 5_000,
            browser: None,
            browsers_at_once: processors,
            site_limits: sources::site::Limits {
                // Others wait for the browser.
                all_rendering: Duration::from_mins(1),
                ..sources::site::Limits::default()
            },
            sites_bytes: 512 << 20,
            sites_judged_at_once: processors,
            scan_threads: processors,
            lease_life: Duration::from_secs(30),
            poll_interval: Duration::from_secs(1),
        }
    }
}

/// What time it is.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> i64 + Send + Sync>);

impl Clock {
    /// The machine's.
    #[must_use]
    pub fn system() -> Self {
        Self::new(|| {
            SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
        })
    }

    /// One that says the milliseconds since 1970 UTC.
    pub fn new(now_ms: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(now_ms))
    }

    /// Milliseconds since 1970 UTC.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        (self.0)()
    }
}
