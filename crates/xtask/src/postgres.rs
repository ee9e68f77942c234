//! A throw-away PostgreSQL for tests: in a temporary folder, reached through a socket in it, gone with its handle.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{self, Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

/// How long the server may take to answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server.
pub(crate) struct Postgres {
    server: Child,
    folder: PathBuf,
}

impl Postgres {
    /// Names the server for tests; each makes a database of its own.
    pub(crate) const VARIABLE: &str = "BARTIZAN_TEST_POSTGRES";

    /// Starts a server that belongs to `postgres`, with a role `bartizan` that may make databases and nothing else: row-level
    /// security does not hold for a superuser.
    pub(crate) fn start() -> Result<Self> {
        let folder = env::temp_dir().join(format!("bartizan-postgres-{}", process::id()));
        let _ = fs::remove_dir_all(&folder);
        let is_root = Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout == b"0\n");
        let mut make = Command::new("install");
        make.args(["-d", "-m", "700"]);
        if is_root {
            make.args(["-o", "postgres", "-g", "postgres"]);
        }
        run(make.arg(&folder))?;
        let data = folder.join("data");
        // The server refuses to be root's.
        let command = |program: &str| -> Result<Command> {
            let program = find(program)?;
            if !is_root {
                return Ok(Command::new(program));
            }
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
            command.current_dir("/");
            Ok(command)
        };
        run(command("initdb")?
            .args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N", "-D"])
            .arg(&data))?;
        let server = command("postgres")?
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(&folder)
            // Nothing of it has to survive.
            .args(["-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=300"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start postgres")?;
        let postgres = Self { server, folder };
        let started = Instant::now();
        while run(command("psql")?
            .args(["-q", "-U", "postgres", "-d", "postgres", "-h"])
            .arg(&postgres.folder)
            .args(["-c", "CREATE ROLE bartizan LOGIN CREATEDB NOSUPERUSER"]))
        .is_err()
        {
            if started.elapsed() > PATIENCE {
                bail!("postgres does not answer");
            }
            thread::sleep(Duration::from_millis(100));
        }
        Ok(postgres)
    }

    /// Where it is, as [`Self::VARIABLE`] says it; a database's name belongs between the slash and the question mark.
    pub(crate) fn url(&self) -> String {
        format!("postgres://bartizan@localhost/?host={}", self.folder.display())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Debian keeps the server's programs in a folder of their version's.
fn find(program: &str) -> Result<PathBuf> {
    let on_path = env::var_os("PATH").unwrap_or_default();
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    env::split_paths(&on_path)
        .chain(versions.map(|version| version.path().join("bin")))
        .map(|folder| folder.join(program))
        .find(|path| Path::is_file(path))
        .with_context(|| format!("{program} is not installed (Debian's package `postgresql`)"))
}

/// Whether a server could be started here.
pub(crate) fn is_installed() -> bool {
    ["initdb", "postgres", "psql"].iter().all(|program| find(program).is_ok())
}

fn run(command: &mut Command) -> Result<()> {
    let out = command.output().with_context(|| format!("cannot run {command:?}"))?;
    if !out.status.success() {
        bail!("{command:?}: {}", String::from_utf8_lossy(&out.stderr));
    }
    Ok(())
}
