//! `bartizan serve`, `bartizan worker`, `bartizan admin`.

use std::{
    env,
    io::{self, BufRead as _, IsTerminal as _, Write as _},
    net::SocketAddr,
    path::PathBuf,
    process::ExitCode,
};

use anyhow::{Context as _, Result, bail};
use app::{
    Password,
    stored::{Plan, Role, UserStatus},
};
use clap::{Args, Subcommand};
use serde::Serialize;
use server::{Settings, admin};

use crate::Failure;

/// Where a password for `bartizan admin` can be set, for scripts.
const PASSWORD_VARIABLE: &str = "BARTIZAN_ADMIN_PASSWORD";

/// The settings of a server. What is absent is as the file says, else as it is built in.
#[derive(Debug, Args, Serialize)]
pub(crate) struct ServerArguments {
    /// Read settings from this TOML file: the names of these flags, with `_` instead of `-`
    #[arg(long, value_name = "FILE", env = "BARTIZAN_CONFIG", value_hint = clap::ValueHint::FilePath)]
    #[serde(skip)]
    config: Option<PathBuf>,

    /// Where data and keys are [default: ./bartizan-data]
    #[arg(long, value_name = "FOLDER", env = "BARTIZAN_DATA_DIR", value_hint = clap::ValueHint::DirPath)]
    #[serde(skip_serializing_if = "Option::is_none")]
    data_dir: Option<PathBuf>,

    /// `postgres://...` [default: a file in the data directory]
    #[arg(long, value_name = "URL", env = "BARTIZAN_DATABASE", hide_env_values = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    database: Option<String>,

    /// `text` or `json` [default: text]
    #[arg(long, value_name = "FORMAT", env = "BARTIZAN_LOG_FORMAT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    log_format: Option<String>,

    /// What is logged, as `warn` or `info,store=debug` [default: info]
    #[arg(long, value_name = "FILTER", env = "BARTIZAN_LOG")]
    #[serde(skip_serializing_if = "Option::is_none")]
    log: Option<String>,

    /// What new organizations may use: free, hobby, pro, unlimited [default: unlimited]
    #[arg(long, value_name = "PLAN", env = "BARTIZAN_DEFAULT_PLAN")]
    #[serde(skip_serializing_if = "Option::is_none")]
    default_plan: Option<String>,
}

/// What runs scans.
#[derive(Debug, Args, Serialize)]
pub(crate) struct WorkArguments {
    /// Scans of repositories at a time [default: one for each core]
    #[arg(long, value_name = "NUMBER", env = "BARTIZAN_WORKERS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    workers: Option<usize>,

    /// Scans of websites at a time [default: 16]
    #[arg(long, value_name = "NUMBER", env = "BARTIZAN_SITE_WORKERS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    site_workers: Option<usize>,

    /// Render pages of websites in a browser that has no network of its own: the one on PATH, or this one
    #[arg(
        long,
        value_name = "PROGRAM",
        env = "BARTIZAN_BROWSER",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "auto",
        value_hint = clap::ValueHint::ExecutablePath
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    browser: Option<String>,

    /// Let that browser do without its sandbox, as root has to: for containers that are a sandbox themselves
    #[arg(
        long,
        env = "BARTIZAN_BROWSER_NO_SANDBOX",
        num_args = 0..=1,
        default_missing_value = "true",
        value_parser = clap::builder::FalseyValueParser::new(),
        value_name = "true | false"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    browser_no_sandbox: Option<bool>,

    /// Browsers at a time [default: one for each core]
    #[arg(long, value_name = "NUMBER", env = "BARTIZAN_BROWSERS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    browsers: Option<usize>,

    /// How long a worker that fell silent keeps its scan [default: 30]
    #[arg(long, value_name = "SECONDS", env = "BARTIZAN_LEASE_SECONDS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    lease_seconds: Option<u64>,

    /// Schemes that may be cloned beside https: http, file, ssh
    #[arg(
        long,
        value_name = "SCHEMES",
        value_delimiter = ',',
        env = "BARTIZAN_ALLOW_CLONE_SCHEMES"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    allow_clone_schemes: Option<Vec<String>>,

    /// Private networks that may be reached, as `10.0.0.0/8,127.0.0.0/8`
    #[arg(
        long,
        value_name = "NETWORKS",
        value_delimiter = ',',
        env = "BARTIZAN_ALLOW_PRIVATE_TARGETS"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    allow_private_targets: Option<Vec<String>>,

    /// Name servers to ask for records of websites' domains, as `9.9.9.9:53` [default: the system's]
    #[arg(long, value_name = "ADDRESSES", value_delimiter = ',', env = "BARTIZAN_DNS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    dns: Option<Vec<SocketAddr>>,

    /// Largest repository to clone, in MiB as it is sent [default: 4096]
    #[arg(long, value_name = "MIB", env = "BARTIZAN_MAX_CLONE_MIB")]
    #[serde(skip_serializing_if = "Option::is_none")]
    max_clone_mib: Option<u64>,

    /// Longest time a clone may take [default: 1800]
    #[arg(long, value_name = "SECONDS", env = "BARTIZAN_CLONE_TIMEOUT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    clone_timeout: Option<u64>,

    /// Fetch nothing but what is to be scanned: no advisories
    #[arg(
        long,
        env = "BARTIZAN_OFFLINE",
        num_args = 0..=1,
        default_missing_value = "true",
        value_name = "true | false"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    offline: Option<bool>,

    /// Fetch advisories from this mirror of OSV's export
    #[arg(long, value_name = "URL", env = "BARTIZAN_ADVISORIES_URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    advisories_url: Option<String>,

    /// Fetch CISA's catalogue of exploited vulnerabilities from here; empty for not at all
    #[arg(long, value_name = "URL", env = "BARTIZAN_KEV_URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    kev_url: Option<String>,

    /// Fetch FIRST's scores from here; empty for not at all
    #[arg(long, value_name = "URL", env = "BARTIZAN_EPSS_URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    epss_url: Option<String>,

    /// Trust this certificate authority too (a PEM file)
    #[arg(long, value_name = "FILE", env = "BARTIZAN_CA_CERT", value_hint = clap::ValueHint::FilePath)]
    #[serde(skip_serializing_if = "Option::is_none")]
    ca_cert: Option<PathBuf>,
}

#[derive(Debug, Args, Serialize)]
#[command(after_long_help = "\
Examples:
  bartizan serve
  bartizan serve --listen 0.0.0.0:8443 --tls-cert cert.pem --tls-key key.pem
  BARTIZAN_DATABASE=postgres://bartizan:...@db/bartizan bartizan serve --workers 0

From the environment only:
  BARTIZAN_DATA_KEY         32 random bytes in base64, instead of the file `data.key` in the data directory;
                            several are separated by commas: the first seals, each opens what it sealed
  BARTIZAN_WEBHOOK_SECRET   also proves webhooks, of all projects: for installations with one organization")]
pub(crate) struct ServeArguments {
    /// Where to listen [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS", env = "BARTIZAN_LISTEN")]
    #[serde(skip_serializing_if = "Option::is_none")]
    listen: Option<SocketAddr>,

    /// The URL under which clients reach the server, if it is not where it listens
    #[arg(long, value_name = "URL", env = "BARTIZAN_PUBLIC_URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    public_url: Option<String>,

    /// Certificate chain for https (a PEM file)
    #[arg(long, value_name = "FILE", env = "BARTIZAN_TLS_CERT", value_hint = clap::ValueHint::FilePath)]
    #[serde(skip_serializing_if = "Option::is_none")]
    tls_cert: Option<PathBuf>,

    /// Private key for https (a PEM file)
    #[arg(long, value_name = "FILE", env = "BARTIZAN_TLS_KEY", value_hint = clap::ValueHint::FilePath)]
    #[serde(skip_serializing_if = "Option::is_none")]
    tls_key: Option<PathBuf>,

    /// Proxies whose X-Forwarded-For is believed, as `10.0.0.0/8`
    #[arg(long, value_name = "NETWORKS", value_delimiter = ',', env = "BARTIZAN_TRUSTED_PROXY")]
    #[serde(skip_serializing_if = "Option::is_none")]
    trusted_proxy: Option<Vec<String>>,

    /// From where /metrics may be read [default: loopback]
    #[arg(long, value_name = "NETWORKS", value_delimiter = ',', env = "BARTIZAN_METRICS_ALLOW")]
    #[serde(skip_serializing_if = "Option::is_none")]
    metrics_allow: Option<Vec<String>>,

    /// Nobody registers: administrators make users, `bartizan admin` makes organizations
    #[arg(
        long,
        env = "BARTIZAN_CLOSED_REGISTRATION",
        num_args = 0..=1,
        default_missing_value = "true",
        value_name = "true | false"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_registration: Option<bool>,

    /// How long a session lives [default: 24]
    #[arg(long, value_name = "HOURS", env = "BARTIZAN_SESSION_HOURS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    session_hours: Option<u64>,

    /// Attempts to log in from one address within the window [default: 5]
    #[arg(long, value_name = "NUMBER", env = "BARTIZAN_LOGIN_LIMIT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    login_limit: Option<u64>,

    /// Accounts that may be made from one address within the window [default: 300]
    #[arg(long, value_name = "NUMBER", env = "BARTIZAN_REGISTRATION_LIMIT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    registration_limit: Option<u64>,

    /// Requests with one web token in any second [default: 10]
    #[arg(long, value_name = "NUMBER", env = "BARTIZAN_REQUEST_BURST")]
    #[serde(skip_serializing_if = "Option::is_none")]
    request_burst: Option<u64>,

    /// Requests with one web token in any minute [default: 60]
    #[arg(long, value_name = "NUMBER", env = "BARTIZAN_REQUEST_LIMIT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    request_limit: Option<u64>,

    /// Scans of websites that one user may ask for within the next window [default: 30]
    #[arg(long, value_name = "NUMBER", env = "BARTIZAN_SUBMISSION_LIMIT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    submission_limit: Option<u64>,

    /// The window for --submission-limit [default: 10]
    #[arg(long, value_name = "MINUTES", env = "BARTIZAN_SUBMISSION_WINDOW_MINUTES")]
    #[serde(skip_serializing_if = "Option::is_none")]
    submission_window_minutes: Option<u64>,

    /// The window for --login-limit and --registration-limit [default: 15]
    #[arg(long, value_name = "MINUTES", env = "BARTIZAN_LOGIN_WINDOW_MINUTES")]
    #[serde(skip_serializing_if = "Option::is_none")]
    login_window_minutes: Option<u64>,

    #[command(flatten)]
    #[serde(flatten)]
    work: WorkArguments,

    #[command(flatten)]
    #[serde(flatten)]
    server: ServerArguments,
}

#[derive(Debug, Args, Serialize)]
pub(crate) struct WorkerArguments {
    #[command(flatten)]
    #[serde(flatten)]
    work: WorkArguments,

    #[command(flatten)]
    #[serde(flatten)]
    server: ServerArguments,
}

#[derive(Debug, Args)]
pub(crate) struct AdminArguments {
    #[command(subcommand)]
    command: AdminCommand,

    #[command(flatten)]
    server: ServerArguments,
}

/// Passwords are read from BARTIZAN_ADMIN_PASSWORD or standard input, never from an argument: others can read those.
#[derive(Debug, Subcommand)]
pub(crate) enum AdminCommand {
    /// List organizations, with their plans
    Organizations,
    /// Make an organization with its first user; the password comes from standard input
    AddOrganization {
        /// Its name in URLs
        slug: String,
        /// Its name for people
        name: String,
        /// The first user's address
        email: String,
    },
    /// Remove an organization with everything in it
    RemoveOrganization {
        /// Its name in URLs
        slug: String,
        /// Yes, with everything in it
        #[arg(long, required = true)]
        yes: bool,
    },
    /// Say what an organization may use
    SetPlan {
        /// Its name in URLs
        slug: String,
        /// free, hobby, pro or unlimited
        #[arg(value_parser = |word: &str| Plan::parse(word).ok_or("one of free, hobby, pro, unlimited"))]
        plan: Plan,
    },
    /// Say what an organization may use, and what it has used this month
    Quota {
        /// Its name in URLs
        slug: String,
    },
    /// List the users of an organization
    Users {
        /// Its name in URLs
        slug: String,
    },
    /// Add a user; the password comes from standard input
    AddUser {
        /// The organization's name in URLs
        slug: String,
        /// The user's address
        email: String,
        /// admin, member or viewer
        #[arg(long, default_value = "member", value_parser = role)]
        role: Role,
    },
    /// Set a user's password and end the user's sessions; the password comes from standard input
    ResetPassword {
        /// The organization's name in URLs
        slug: String,
        /// The user's address
        email: String,
    },
    /// Change a user's role or suspend the user
    ChangeUser {
        /// The organization's name in URLs
        slug: String,
        /// The user's address
        email: String,
        /// admin, member or viewer
        #[arg(long, value_parser = role)]
        role: Option<Role>,
        /// active or suspended
        #[arg(long, value_parser = |word: &str| UserStatus::parse(word).ok_or("one of active, suspended"))]
        status: Option<UserStatus>,
    },
}

fn role(word: &str) -> Result<Role, &'static str> {
    Role::parse(word).ok_or("one of admin, member, viewer")
}

pub(crate) fn serve(arguments: &ServeArguments) -> Result<ExitCode, Failure> {
    let settings = read(&arguments.server, arguments)?;
    server::serve(&settings).map_err(Failure::Usage)?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn work(arguments: &WorkerArguments) -> Result<ExitCode, Failure> {
    let settings = read(&arguments.server, arguments)?;
    server::work_only(&settings).map_err(Failure::Usage)?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn administer(arguments: AdminArguments) -> Result<ExitCode, Failure> {
    let settings = read(&arguments.server, &arguments.server)?;
    let told = command(arguments.command).and_then(|command| admin::run(&settings, command));
    let text: String = told
        .map_err(Failure::Usage)?
        .iter()
        .map(|line| line.split('\t').map(model::visible).collect::<Vec<_>>().join("\t") + "\n")
        .collect();
    // Who closed standard output does not want to hear of it.
    let _ = io::stdout().write_all(text.as_bytes());
    Ok(ExitCode::SUCCESS)
}

fn read(server: &ServerArguments, flags: impl Serialize) -> Result<Settings, Failure> {
    Settings::read(server.config.as_deref(), flags).map_err(Failure::Usage)
}

fn command(command: AdminCommand) -> Result<admin::Command> {
    Ok(match command {
        AdminCommand::Organizations => admin::Command::Organizations,
        AdminCommand::AddOrganization { slug, name, email } => {
            admin::Command::AddOrganization { slug, name, email, password: password()? }
        }
        AdminCommand::RemoveOrganization { slug, yes: _ } => {
            admin::Command::RemoveOrganization { slug }
        }
        AdminCommand::SetPlan { slug, plan } => admin::Command::SetPlan { slug, plan },
        AdminCommand::Quota { slug } => admin::Command::Quota { slug },
        AdminCommand::Users { slug } => admin::Command::Users { slug },
        AdminCommand::AddUser { slug, email, role } => {
            admin::Command::AddUser { slug, email, role, password: password()? }
        }
        AdminCommand::ResetPassword { slug, email } => {
            admin::Command::SetPassword { slug, email, password: password()? }
        }
        AdminCommand::ChangeUser { role: None, status: None, .. } => {
            bail!("nothing is to be changed: name --role or --status")
        }
        AdminCommand::ChangeUser { slug, email, role, status } => {
            admin::Command::ChangeUser { slug, email, role, status }
        }
    })
}

/// A password from the environment, else from the first line of standard input.
fn password() -> Result<Password> {
    if let Ok(text) = env::var(PASSWORD_VARIABLE) {
        return Ok(Password::new(text));
    }
    if io::stdin().is_terminal() {
        // It shows while it is typed; who minds pipes it.
        let _ = write!(io::stderr(), "Password: ");
    }
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line).context("cannot read standard input")?;
    let trimmed = line.trim_end_matches(['\r', '\n']);
    if trimmed.is_empty() {
        bail!("a password is wanted on standard input or in {PASSWORD_VARIABLE}");
    }
    Ok(Password::new(trimmed.to_owned()))
}
