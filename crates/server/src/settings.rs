//! What an operator has said: in a file, in the environment, on the command line; the later wins.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use app::{Allowance, Plans, advisories::Publishers, stored::Plan};
use figment::{
    Figment,
    providers::{Format as _, Serialized, Toml},
};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// Calls within a window that can be allowed.
const MAX_CALLS: u64 = 1_000;

/// All that can be said. The names are those of the flags, with `_` in a file.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where data and keys are.
    pub data_dir: PathBuf,
    /// `postgres://...`; a file in the data directory otherwise. It may hold a password.
    pub database: Option<String>,
    /// Scans at a time; as many as there are processors unless said otherwise, none with 0.
    pub workers: Option<usize>,
    /// Scans of websites at a time; none with 0. They wait for answers most of the time.
    pub site_workers: usize,
    /// What renders pages of websites: the path of Chromium, or `auto` for the one on `PATH`; nothing if it is empty.
    pub browser: String,
    /// Whether it does without its sandbox, as root has to.
    pub browser_no_sandbox: bool,
    /// Such browsers at a time; as many as there are processors unless said otherwise.
    pub browsers: Option<usize>,
    /// How long a worker that fell silent keeps its scan, in seconds.
    pub lease_seconds: u64,
    /// Under which URL clients reach the server, if it is not where it listens.
    pub public_url: Option<String>,
    /// Whether only administrators make users, and only the command line organizations.
    pub closed_registration: bool,
    /// How long a session lives.
    pub session_hours: u64,
    /// Accounts that may be made from one address within `login_window_minutes`.
    pub registration_limit: u64,
    /// Attempts to log in from one address within `login_window_minutes`.
    pub login_limit: u64,
    /// See `login_limit`.
    pub login_window_minutes: u64,
    /// What new organizations may use: `free`, `hobby`, `pro`, `unlimited`.
    pub default_plan: String,
    /// What plans hold, where it is not what is built in, by their names. In a file only.
    pub plans: BTreeMap<String, PlanSettings>,
    /// Requests with one web token in any second.
    pub request_burst: u64,
    /// Requests with one web token in any minute.
    pub request_limit: u64,
    /// Scans of websites that one user may ask for in any `submission_window_minutes`.
    pub submission_limit: u64,
    /// See `submission_limit`.
    pub submission_window_minutes: u64,
    /// Proxies whose word on the client's address is taken.
    pub trusted_proxy: Vec<IpNet>,
    /// From where `/metrics` may be read.
    pub metrics_allow: Vec<IpNet>,
    /// A PEM file with the certificate chain.
    pub tls_cert: Option<PathBuf>,
    /// A PEM file with the private key.
    pub tls_key: Option<PathBuf>,
    /// Schemes that may be cloned beside https: `http`, `file`, `ssh`.
    pub allow_clone_schemes: Vec<String>,
    /// Private networks that may be reached.
    pub allow_private_targets: Vec<String>,
    /// Name servers that are asked what the domain name system says of websites; the system's without any.
    pub dns: Vec<SocketAddr>,
    /// Largest repository to clone, in MiB as it is sent.
    pub max_clone_mib: u64,
    /// Longest time a clone may take, in seconds.
    pub clone_timeout: u64,
    /// Whether nothing is fetched but what is to be scanned.
    pub offline: bool,
    /// The export of OSV that advisories are fetched from, or a mirror of it.
    pub advisories_url: String,
    /// CISA's catalogue of exploited vulnerabilities; empty for none.
    pub kev_url: String,
    /// FIRST's scores; empty for none.
    pub epss_url: String,
    /// A PEM file with further certificate authorities.
    pub ca_cert: Option<PathBuf>,
    /// `text` or `json`.
    pub log_format: LogFormat,
    /// What is logged, as `info` or `info,store=debug`.
    pub log: String,
}

/// What a plan holds; what is absent is as it is built in.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PlanSettings {
    /// Scans of websites in a month.
    pub scans_a_month: Option<Cap>,
    /// Domains that can be verified.
    pub domains: Option<u64>,
    /// Tokens of the Web API.
    pub web_tokens: Option<u64>,
    /// Whether websites may be scanned actively.
    pub active_scans: Option<bool>,
    /// How long scans and findings are kept.
    pub retention_days: Option<u64>,
}

/// How many of something.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(untagged)]
pub enum Cap {
    /// As many.
    Number(u64),
    /// As many as one likes.
    Word(NoCap),
}

/// `"no cap"`.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub enum NoCap {
    /// As many as one likes.
    #[serde(rename = "no cap")]
    NoCap,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs: one object a line.
    Json,
}

impl Default for Settings {
    fn default() -> Self {
        let loopback =
            [IpAddr::from(Ipv4Addr::LOCALHOST), IpAddr::from(std::net::Ipv6Addr::LOCALHOST)];
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            data_dir: PathBuf::from("bartizan-data"),
            database: None,
            workers: None,
            site_workers: 16,
            browser: String::new(),
            browser_no_sandbox: false,
            browsers: None,
            lease_seconds: 30,
            public_url: None,
            closed_registration: false,
            session_hours: 24,
            registration_limit: 300,
            login_limit: 5,
            login_window_minutes: 15,
            default_plan: "unlimited".to_owned(),
            plans: BTreeMap::new(),
            request_burst: 10,
            request_limit: 60,
            submission_limit: 30,
            submission_window_minutes: 10,
            trusted_proxy: Vec::new(),
            metrics_allow: loopback.map(IpNet::from).to_vec(),
            tls_cert: None,
            tls_key: None,
            allow_clone_schemes: Vec::new(),
            allow_private_targets: Vec::new(),
            dns: Vec::new(),
            max_clone_mib: 4096,
            clone_timeout: 1800,
            offline: false,
            advisories_url: app::advisories::OSV_URL.to_owned(),
            kev_url: app::advisories::KEV_URL.to_owned(),
            epss_url: app::advisories::EPSS_URL.to_owned(),
            ca_cert: None,
            log_format: LogFormat::Text,
            log: "info,sea_orm_migration=warn,sqlx::postgres::notice=warn".to_owned(),
        }
    }
}

impl Settings {
    /// Puts them together: what is built in, then `file`, then `flags`, of which what is absent says nothing.
    ///
    /// # Errors
    /// Something cannot be read or makes no sense.
    pub fn read(file: Option<&Path>, flags: impl Serialize) -> Result<Self> {
        let mut figment = Figment::from(Serialized::defaults(Self::default()));
        if let Some(path) = file {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            figment = figment.merge(Toml::string(&text));
        }
        let settings: Self = figment
            .merge(Serialized::defaults(flags))
            .extract()
            .context("the settings make no sense")?;
        settings.require_sense()?;
        Ok(settings)
    }

    fn require_sense(&self) -> Result<()> {
        if self.tls_cert.is_some() != self.tls_key.is_some() {
            bail!("--tls-cert and --tls-key go together");
        }
        if self.lease_seconds == 0 {
            bail!("--lease-seconds must be at least 1");
        }
        if self.browsers == Some(0) {
            bail!("--browsers must be at least 1; without --browser there is none");
        }
        for (flag, value) in [
            ("--session-hours", self.session_hours),
            ("--login-limit", self.login_limit),
            ("--registration-limit", self.registration_limit),
            ("--login-window-minutes", self.login_window_minutes),
        ] {
            if value == 0 {
                bail!("{flag} must be at least 1");
            }
        }
        // The times of as many calls are kept of each token or user; a window is forgotten with its day.
        for (flag, value, limit) in [
            ("--request-burst", self.request_burst, MAX_CALLS),
            ("--request-limit", self.request_limit, MAX_CALLS),
            ("--submission-limit", self.submission_limit, MAX_CALLS),
            ("--submission-window-minutes", self.submission_window_minutes, 24 * 60),
        ] {
            if !(1..=limit).contains(&value) {
                bail!("{flag} must be from 1 to {limit}");
            }
        }
        self.plans()?;
        if let Some(url) = &self.public_url
            && !(url.starts_with("https://") || url.starts_with("http://"))
        {
            bail!("--public-url must begin with https:// or http://");
        }
        if let Some(url) = &self.database
            && !(url.starts_with("postgres://") || url.starts_with("postgresql://"))
        {
            // What stands there may be a password: it is not repeated.
            bail!("--database must be a postgres:// URL; without it data are kept in --data-dir");
        }
        Ok(())
    }

    /// What each plan holds.
    pub(crate) fn plans(&self) -> Result<Plans> {
        let mut plans = Plans::default();
        for (name, said) in &self.plans {
            let plan = Plan::parse(name).with_context(|| {
                format!("there is no plan `{name}`: they are free, hobby, pro and unlimited")
            })?;
            if said.retention_days == Some(0) {
                bail!("plans.{name}.retention_days must be at least 1");
            }
            said.apply(plans.of_mut(plan));
        }
        Ok(plans)
    }

    /// Where advisories are fetched from, if they are.
    pub(crate) fn publishers(&self) -> Option<Publishers> {
        let wanted = |url: &String| Some(url.clone()).filter(|url| !url.is_empty());
        (!self.offline).then(|| Publishers {
            osv_url: self.advisories_url.clone(),
            kev_url: wanted(&self.kev_url),
            epss_url: wanted(&self.epss_url),
        })
    }

    /// Under which URL clients reach a server that listens at `address`.
    pub(crate) fn url(&self, address: SocketAddr) -> String {
        let scheme = if self.tls_cert.is_some() { "https" } else { "http" };
        match &self.public_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => format!("{scheme}://{address}"),
        }
    }
}

impl PlanSettings {
    fn apply(&self, allowance: &mut Allowance) {
        match self.scans_a_month {
            Some(Cap::Number(scans)) => allowance.scans = Some(scans),
            Some(Cap::Word(NoCap::NoCap)) => allowance.scans = None,
            None => {}
        }
        allowance.domains = self.domains.unwrap_or(allowance.domains);
        allowance.web_tokens = self.web_tokens.unwrap_or(allowance.web_tokens);
        allowance.active_scans = self.active_scans.unwrap_or(allowance.active_scans);
        if let Some(days) = self.retention_days {
            allowance.retention = Duration::from_secs(days.saturating_mul(24 * 3_600));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default, Serialize)]
    struct Flags {
        #[serde(skip_serializing_if = "Option::is_none")]
        workers: Option<usize>,
        #[serde(skip_serializing_if = "Option::is_none")]
        database: Option<&'static str>,
    }

    #[test]
    fn a_flag_wins_over_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("bartizan.toml");
        std::fs::write(&file, "workers = 7\nlogin_limit = 9\ntrusted_proxy = [\"10.0.0.0/8\"]\n")
            .unwrap();
        let read = |flags| Settings::read(Some(&file), flags).unwrap();
        assert_eq!(read(Flags::default()).workers, Some(7));
        let settings = read(Flags { workers: Some(3), ..Flags::default() });
        assert_eq!((settings.workers, settings.login_limit), (Some(3), 9));
        assert_eq!(settings.trusted_proxy.len(), 1);
    }

    #[test]
    fn a_plan_holds_what_the_file_says_and_the_rest_as_before() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("bartizan.toml");
        let read = |text: &str| {
            std::fs::write(&file, text).unwrap();
            Settings::read(Some(&file), Flags::default())
        };
        let text = "[plans.free]\nscans_a_month = 10\n[plans.pro]\nscans_a_month = \"no cap\"\n";
        let plans = read(text).unwrap().plans().unwrap();
        assert_eq!((plans.free.scans, plans.free.domains), (Some(10), 1));
        assert_eq!((plans.pro.scans, plans.pro.web_tokens), (None, 5));
        assert_eq!(plans.hobby, Plans::default().hobby);
        for nonsense in [
            "[plans.gold]\ndomains = 1\n",
            "[plans.free]\nscans = 1\n",
            "[plans.free]\nscans_a_month = \"many\"\n",
            "[plans.free]\ndomains = -1\n",
            "[plans.free]\nretention_days = 0\n",
            "request_limit = 0\n",
            "request_burst = 1001\n",
            "submission_window_minutes = 1441\n",
        ] {
            assert!(read(nonsense).is_err(), "{nonsense}");
        }
    }

    #[test]
    fn nonsense_is_told_and_passwords_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("bartizan.toml");
        std::fs::write(&file, "wrokers = 7\n").unwrap();
        let error = Settings::read(Some(&file), Flags::default()).err().unwrap();
        assert!(format!("{error:#}").contains("wrokers"), "{error:#}");
        let flags = Flags { database: Some("mysql://user:hunter2@host/db"), ..Flags::default() };
        let error = Settings::read(None, flags).err().unwrap();
        assert!(!format!("{error:#}").contains("hunter2"), "{error:#}");
    }
}
