//! Puts the APIs on a listener and the workers behind them.

pub mod admin;
mod connections;
mod keys;
mod logs;
mod origin;
mod scratch;
mod settings;
mod stack;
mod unread;

use std::{
    io::Write as _,
    net::{SocketAddr, TcpListener},
    path::Path,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context as _, Result};
use app::{App, Clock, Config, Reach};
use axum_server::{Handle, tls_rustls::RustlsConfig};
use checks::secrets::Ruleset;
use fetch::{
    Client, Policy, SystemResolver,
    browser::{self, Browser},
    dns::Records,
};
use hyper_util::rt::TokioTimer;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use model::SecretValue;
use store::Store;
use tokio::{runtime::Runtime, sync::watch, task::JoinSet};

use connections::Gate;
use scratch::Scratch;
pub use settings::{LogFormat, Settings};
use unread::Answering;

/// How long requests and scans may go on after the server was told to stop.
const DRAIN: Duration = Duration::from_secs(20);
/// How long the head of a request may take.
const HEADER_TIMEOUT: Duration = Duration::from_secs(15);
/// How often is done what nobody asks for.
const UPKEEP_EVERY: Duration = Duration::from_mins(15);
/// Another secret that proves webhooks, for installations with one organization.
const WEBHOOK_SECRET: &str = "BARTIZAN_WEBHOOK_SECRET";
/// The database in the data directory.
const DATABASE_FILE: &str = "bartizan.db";
/// Where in the data directory clones lie while they are scanned.
const CLONES: &str = "clones";
/// Where in the data directory what is known about vulnerabilities is.
const ADVISORIES: &str = "advisories";

/// Listens until it is told to stop, by SIGTERM or Ctrl-C. Scans run in this process as well, unless `workers` is 0.
///
/// # Errors
/// Data, keys, the database or the listener cannot be opened.
pub fn serve(settings: &Settings) -> Result<()> {
    logs::begin(settings)?;
    let listener = TcpListener::bind(settings.listen)
        .with_context(|| format!("cannot listen on {}", settings.listen))?;
    let address = listener.local_addr()?;
    let Assembled { runtime, app, _scratch } = assemble(settings, address)?;
    runtime.block_on(async {
        let metrics = metrics()?;
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        work(&app, workers(settings), settings.site_workers, &stopped, &mut tasks);
        greet(settings, &app, address).await?;
        let handle = Handle::new();
        tokio::spawn(stop_on_signal(handle.clone(), stop));
        listen(settings, listener, &app, metrics, handle).await?;
        while tasks.join_next().await.is_some() {}
        Ok(())
    })
}

/// Runs scans only, until it is told to stop.
///
/// # Errors
/// Data, keys or the database cannot be opened.
pub fn work_only(settings: &Settings) -> Result<()> {
    logs::begin(settings)?;
    let Assembled { runtime, app, _scratch } = assemble(settings, settings.listen)?;
    runtime.block_on(async {
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let count = workers(settings).max(1);
        let sites = settings.site_workers;
        work(&app, count, sites, &stopped, &mut tasks);
        say(&format!(
            "Bartizan {} runs {count} scans of repositories and {sites} of websites at a time",
            env!("CARGO_PKG_VERSION")
        ));
        signalled().await;
        stop.send_replace(true);
        while tasks.join_next().await.is_some() {}
        Ok(())
    })
}

fn workers(settings: &Settings) -> usize {
    settings.workers.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from))
}

/// The application over its database, with its keys, and what runs it.
struct Assembled {
    runtime: Runtime,
    /// It has to go after what runs in the runtime, outside of it: its connections to elsewhere block.
    app: App,
    _scratch: Scratch,
}

fn assemble(settings: &Settings, address: SocketAddr) -> Result<Assembled> {
    let reach = reach(settings, address)?;
    let browser = browser(settings)?;
    let ruleset = Arc::new(Ruleset::builder()?.build());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let folder = settings.data_dir.as_path();
    keys::make_folder(folder)?;
    let keys = keys::load(folder)?;
    let store = runtime.block_on(open(settings, folder))?;
    let scratch = Scratch::begin(&folder.join(CLONES))?;
    let defaults = Config::new(scratch.folder.clone());
    let config = Config {
        session_life: Duration::from_secs(settings.session_hours.saturating_mul(3_600)),
        is_registration_open: !settings.closed_registration,
        login_limit: settings.login_limit,
        registration_limit: settings.registration_limit,
        login_window: Duration::from_secs(settings.login_window_minutes.saturating_mul(60)),
        default_plan: app::stored::Plan::parse(&settings.default_plan)
            .context("--default-plan is free, hobby, pro or unlimited")?,
        plans: settings.plans()?,
        request_burst: settings.request_burst,
        request_limit: settings.request_limit,
        submission_limit: settings.submission_limit,
        submission_window: Duration::from_secs(settings.submission_window_minutes * 60),
        webhook_secret: std::env::var_os(WEBHOOK_SECRET)
            .filter(|secret| !secret.is_empty())
            .map(|secret| SecretValue::new(secret.as_encoded_bytes())),
        public_url: settings.url(address),
        max_clone_bytes: settings.max_clone_mib.saturating_mul(1 << 20),
        clone_timeout: Duration::from_secs(settings.clone_timeout),
        browser,
        browsers_at_once: settings.browsers.unwrap_or(defaults.browsers_at_once),
        lease_life: Duration::from_secs(settings.lease_seconds),
        advisories_folder: Some(folder.join(ADVISORIES)),
        advisories: settings.publishers(),
        ..defaults
    };
    let app = App::new(store, keys, reach, ruleset, Clock::system(), config)?;
    Ok(Assembled { runtime, app, _scratch: scratch })
}

async fn open(settings: &Settings, folder: &Path) -> Result<Store> {
    match &settings.database {
        // Its URL may hold a password, so that no message repeats it.
        Some(url) => Store::postgres(url).await.context("cannot open the database of --database"),
        None => {
            let path = folder.join(DATABASE_FILE);
            keys::make_private(&path)?;
            let told = || format!("cannot open the database {}", path.display());
            Store::sqlite(&path).await.with_context(told)
        }
    }
}

/// The ways out, as the settings open them, for a server that listens at `address`.
fn reach(settings: &Settings, address: SocketAddr) -> Result<Reach> {
    let mut policy = Policy { own_listener: Some(address), ..Policy::default() };
    for network in &settings.allow_private_targets {
        let network = fetch::guard::network(network).context("--allow-private-targets")?;
        policy.allow_private.push(network);
    }
    let visitors = policy.clone();
    for scheme in &settings.allow_clone_schemes {
        let scheme = scheme.parse().with_context(|| format!("--allow-clone-schemes {scheme}"))?;
        policy.allow_schemes.insert(scheme);
    }
    let (pem, told) = match &settings.ca_cert {
        Some(path) => {
            let told = format!("--ca-cert {}", path.display());
            (std::fs::read(path).with_context(|| told.clone())?, told)
        }
        None => (Vec::new(), "no secure connections can be made".to_owned()),
    };
    let client = Client::with_certificates(policy, SystemResolver, &pem);
    let visitor = Client::for_websites(visitors, SystemResolver, &pem);
    Ok(Reach {
        client: client.with_context(|| told.clone())?,
        visitor: visitor.with_context(|| told)?,
        records: records(settings)?,
    })
}

/// Who is asked what the domain name system says of websites. A system without name servers has no such answers, and the rest can be
/// looked at.
fn records(settings: &Settings) -> Result<Option<Arc<dyn Records>>> {
    match fetch::dns::ask(&settings.dns) {
        Ok(records) => Ok(Some(records)),
        Err(error) if settings.dns.is_empty() => {
            tracing::warn!(%error, "records of the domain name system are not looked at");
            Ok(None)
        }
        Err(error) => Err(error).context("--dns"),
    }
}

/// What renders pages of websites, if anything shall. It is started once, so that whoever starts the server hears that it cannot be.
fn browser(settings: &Settings) -> Result<Option<browser::Options>> {
    if settings.browser.is_empty() || settings.site_workers == 0 {
        return Ok(None);
    }
    let name = settings.browser.as_ref();
    let options = browser::Options::named(name, settings.browser_no_sandbox);
    let options = options.context("--browser")?;
    Browser::start(&options, &Arc::default()).context("--browser")?;
    Ok(Some(options))
}

/// Workers, and what is done now and then.
fn work(
    app: &App,
    workers: usize,
    site_workers: usize,
    stopped: &watch::Receiver<bool>,
    tasks: &mut JoinSet<()>,
) {
    for _ in 0..workers {
        let (app, stopped) = (app.clone(), stopped.clone());
        tasks.spawn(async move { app.run_worker(stopped).await });
    }
    if site_workers > 0 {
        let (app, stopped) = (app.clone(), stopped.clone());
        tasks.spawn(async move { app.run_site_scans(site_workers, stopped).await });
    }
    if workers > 0 || site_workers > 0 {
        let (app, stopped) = (app.clone(), stopped.clone());
        tasks.spawn(async move { app.hear_of_scans(stopped).await });
    }
    {
        let (app, stopped) = (app.clone(), stopped.clone());
        tasks.spawn(async move { app.keep_advisories(stopped).await });
    }
    {
        let (app, stopped) = (app.clone(), stopped.clone());
        tasks.spawn(async move { app.keep_judged(stopped).await });
    }
    {
        let (app, stopped) = (app.clone(), stopped.clone());
        tasks.spawn(async move { app.keep_domains(stopped).await });
    }
    let (app, mut stopped) = (app.clone(), stopped.clone());
    tasks.spawn(async move {
        loop {
            if let Err(error) = app.upkeep().await {
                tracing::warn!(%error, "upkeep is put off");
            }
            tokio::select! {
                () = tokio::time::sleep(UPKEEP_EVERY) => {}
                _ = stopped.wait_for(|stopped| *stopped) => return,
            }
        }
    });
}

async fn listen(
    settings: &Settings,
    listener: TcpListener,
    app: &App,
    metrics: PrometheusHandle,
    handle: Handle<SocketAddr>,
) -> Result<()> {
    listener.set_nonblocking(true)?;
    let router = stack::around(api::router(app.clone()), settings, metrics);
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    macro_rules! run {
        ($server:expr) => {{
            // Only HTTP/1.1: its timeout counts from the connection on, not from the first bytes that tell its version.
            let mut server = $server.handle(handle).http1_only();
            // Who sends a head byte by byte does not keep a connection for long.
            let http = server.http_builder();
            http.http1()
                .timer(TokioTimer::new())
                .header_read_timeout(HEADER_TIMEOUT)
                // The stack wants less, and says so in words.
                .max_headers(4 * stack::MAX_HEADERS);
            server.serve(service).await.context("the listener has failed")
        }};
    }
    let gate = Gate::new(&settings.trusted_proxy);
    match settings.tls_cert.as_ref().zip(settings.tls_key.as_ref()) {
        Some((certificate, key)) => {
            let tls = RustlsConfig::from_pem_file(certificate, key)
                .await
                .context("cannot read --tls-cert and --tls-key")?;
            let mut http1 = rustls::ServerConfig::clone(&tls.get_inner());
            http1.alpn_protocols = vec![b"http/1.1".to_vec()];
            tls.reload_from_config(Arc::new(http1));
            let server = axum_server::from_tcp_rustls(listener, tls)?;
            run!(server.map(|tls| Answering(tls.acceptor(gate))))
        }
        None => run!(axum_server::from_tcp(listener)?.acceptor(Answering(gate))),
    }
}

/// Numbers of this process.
fn metrics() -> Result<PrometheusHandle> {
    let buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
    let recorder = PrometheusBuilder::new().set_buckets(&buckets)?.build_recorder();
    let handle = recorder.handle();
    // A second server in one process, as in tests, counts together with the first.
    let _ = metrics::set_global_recorder(recorder);
    Ok(handle)
}

async fn stop_on_signal(handle: Handle<SocketAddr>, stop: watch::Sender<bool>) {
    signalled().await;
    tracing::info!("stopping: scans are given back, requests may end");
    stop.send_replace(true);
    handle.graceful_shutdown(Some(DRAIN));
}

/// Waits for SIGTERM or Ctrl-C.
async fn signalled() {
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
}

/// Says where everything is and, as long as nobody has registered, how to.
async fn greet(settings: &Settings, app: &App, address: SocketAddr) -> Result<()> {
    let url = settings.url(address);
    let folder = std::path::absolute(&settings.data_dir)?;
    let database = match settings.database {
        Some(_) => "PostgreSQL".to_owned(),
        None => folder.join(DATABASE_FILE).display().to_string(),
    };
    let key = match std::env::var_os("BARTIZAN_DATA_KEY").is_some_and(|key| !key.is_empty()) {
        true => "from BARTIZAN_DATA_KEY".to_owned(),
        false => format!(
            "{} (keep a copy: without it stored tokens are lost)",
            folder.join(keys::FILE_NAME).display()
        ),
    };
    let rendered = match settings.browser.is_empty() {
        true => "",
        false => ", whose pages are rendered",
    };
    say(&format!(
        "Bartizan {} listens on {url}\n  database       {database}\n  data key       {key}\n  workers        {}, and {} for websites{rendered}\n  documentation  {url}/docs",
        env!("CARGO_PKG_VERSION"),
        workers(settings),
        settings.site_workers,
    ));
    if !settings.closed_registration && !app.operator().has_organizations().await? {
        say(&format!(
            "\nNobody has registered yet. Make your organization and its first user:\n\n  curl -X POST {url}/v1/auth/register \\\n    -H 'content-type: application/json' \\\n    -d '{{\"org_name\": \"Acme Inc.\", \"org_slug\": \"acme\", \"email\": \"you@acme.example\", \"password\": \"use-a-real-password-here\"}}'\n"
        ));
    }
    Ok(())
}

/// Writes to standard output. Who closed it does not want to hear.
fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}
