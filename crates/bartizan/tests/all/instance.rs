//! A server that a test started, and calls to it with curl.

use std::{
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;
use test_kit::{Repo, password};

use crate::support::command;

/// Longer than anything takes on a machine that has other things to do.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);
/// What lets a server clone from this machine.
pub(crate) const LOOPBACK: [&str; 4] =
    ["--allow-clone-schemes", "http", "--allow-private-targets", "127.0.0.0/8"];

/// A server with a data directory of its own. It is killed when it is dropped.
pub(crate) struct Server {
    pub(crate) child: Child,
    pub(crate) url: String,
    /// What it has said until it listened.
    pub(crate) greeting: String,
}

/// Where a server keeps what it knows; it goes with it.
pub(crate) struct Place {
    pub(crate) folder: TempDir,
    /// For servers on PostgreSQL.
    database: Option<String>,
}

/// Paths of PEM files.
pub(crate) struct Certificate {
    certificate: String,
    key: String,
    pub(crate) authority: String,
}

impl Certificate {
    pub(crate) fn flags(&self) -> [&str; 4] {
        ["--tls-cert", &self.certificate, "--tls-key", &self.key]
    }
}

impl Place {
    pub(crate) fn sqlite() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), database: None }
    }

    /// SQLite, and PostgreSQL where there is one.
    pub(crate) fn all() -> Vec<Self> {
        let mut all = vec![Self::sqlite()];
        match std::env::var("BARTIZAN_TEST_POSTGRES") {
            Ok(server) => {
                let folder = tempfile::tempdir().unwrap();
                let name = folder.path().file_name().unwrap().to_string_lossy().to_lowercase();
                let name = format!("e2e_{}", name.trim_start_matches('.'));
                let admin = server.replace("/?", "/postgres?");
                let made = Command::new("psql")
                    .args([&admin, "-qc", &format!("CREATE DATABASE \"{name}\"")])
                    .status()
                    .unwrap();
                assert!(made.success());
                let database = Some(server.replace("/?", &format!("/{name}?")));
                all.push(Self { folder, database });
            }
            Err(_) => eprintln!("skipped on PostgreSQL: BARTIZAN_TEST_POSTGRES is not set"),
        }
        all
    }

    /// Where its database is another one.
    pub(crate) fn on(database: String) -> Self {
        Self { folder: tempfile::tempdir().unwrap(), database: Some(database) }
    }

    /// A certificate of this machine, its key and the authority that both come from.
    pub(crate) fn certificate(&self) -> Certificate {
        let made = test_kit::certificate();
        let file = |name: &str, text: &str| {
            let path = self.folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path.to_string_lossy().into_owned()
        };
        Certificate {
            certificate: file("cert.pem", &made.certificate_pem),
            key: file("key.pem", &made.key_pem),
            authority: file("ca.pem", &made.authority_pem),
        }
    }

    /// Where its database is, if it is on PostgreSQL.
    pub(crate) fn database(&self) -> Option<&str> {
        self.database.as_deref()
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command(self.folder.path(), arguments);
        // Nothing but what a test sets up is reached, unless the test says otherwise.
        command.arg("--data-dir").arg(self.data()).env("BARTIZAN_OFFLINE", "true");
        if let Some(url) = &self.database {
            command.env("BARTIZAN_DATABASE", url);
        }
        command
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn serve(&self, arguments: &[&str]) -> Server {
        let mut command = self.command(&["serve", "--listen", "127.0.0.1:0"]);
        command.args(arguments);
        self.serve_by(command)
    }

    /// A server that `command` starts.
    pub(crate) fn serve_by(&self, mut command: Command) -> Server {
        for limit in ["LOGIN_LIMIT", "REQUEST_BURST", "REQUEST_LIMIT", "SUBMISSION_LIMIT"] {
            command.env(format!("BARTIZAN_{limit}"), "1000");
        }
        let command = command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut greeting = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        while !greeting.contains("/docs") {
            assert!(out.read_line(&mut greeting).unwrap() > 0, "it ended: {greeting}");
        }
        let url = greeting.split_whitespace().find(|word| word.starts_with("http")).unwrap();
        let url = url.to_owned();
        std::thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()));
        Server { child, url, greeting }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{}", self.body))
    }
}

impl Server {
    /// A call with curl, as documentation shows it.
    pub(crate) fn curl(&self, arguments: &[&str]) -> Answer {
        let output = Command::new("curl")
            .args(["-sS", "-i", "--max-time", "60"])
            .args(arguments)
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let (headers, body) = text.split_once("\r\n\r\n").unwrap();
        let status = headers.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, headers: headers.to_lowercase(), body: body.to_owned() }
    }

    pub(crate) fn call(
        &self,
        method: &str,
        path: &str,
        token: &str,
        body: Option<&Value>,
    ) -> Answer {
        let url = format!("{}{path}", self.url);
        let authorization = format!("authorization: Bearer {token}");
        let mut arguments = vec!["-X", method, url.as_str()];
        if !token.is_empty() {
            arguments.extend(["-H", authorization.as_str()]);
        }
        let body = body.map(Value::to_string);
        if let Some(body) = &body {
            arguments.extend(["-H", "content-type: application/json", "-d", body.as_str()]);
        }
        self.curl(&arguments)
    }

    pub(crate) fn get(&self, path: &str, token: &str) -> Value {
        let answer = self.call("GET", path, token, None);
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.json()
    }

    pub(crate) fn post(&self, path: &str, token: &str, body: &Value) -> Value {
        let answer = self.call("POST", path, token, Some(body));
        assert!((200..300).contains(&answer.status), "{path}: {}", answer.body);
        answer.json()
    }

    /// Registers an organization; says its admin's token.
    pub(crate) fn register(&self, slug: &str) -> String {
        let body = json!({ "org_name": slug, "org_slug": slug, "email": format!("you@{slug}.example"),
            "password": "use-a-real-password-here" });
        self.post("/v1/auth/register", "", &body)["token"].as_str().unwrap().to_owned()
    }

    /// Makes the project `web` and starts a scan; says its path.
    pub(crate) fn start_scan(&self, token: &str, organization: &str, repository: &str) -> String {
        let projects = format!("/v1/orgs/{organization}/projects");
        let body = json!({ "slug": "web", "name": "Web", "repo_url": repository });
        self.post(&projects, token, &body);
        self.scan_again(token, organization)
    }

    pub(crate) fn scan_again(&self, token: &str, organization: &str) -> String {
        let project = format!("/v1/orgs/{organization}/projects/web");
        let scan = self.post(&format!("{project}/run-scan"), token, &json!({}));
        format!("{project}/scans/{}", scan["id"].as_str().unwrap())
    }

    /// Asks until the scan has that status.
    pub(crate) fn wait(&self, scan: &str, token: &str, statuses: &[&str]) -> Value {
        let has_one = |scan: &Value| statuses.contains(&scan["status"].as_str().unwrap());
        self.wait_for(scan, token, has_one)
    }

    /// Asks until the answer is as wanted.
    pub(crate) fn wait_for(
        &self,
        path: &str,
        token: &str,
        is_wanted: impl Fn(&Value) -> bool,
    ) -> Value {
        let mut last = Value::Null;
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            last = self.get(path, token);
            if is_wanted(&last) {
                return last;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("{path} is never as wanted: {last}");
    }

    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
    }
}

pub(crate) fn leaky() -> Repo {
    let repo = Repo::new();
    repo.write("app.env", format!("DB_PASSWORD={}\n", password())).commit("first");
    repo.write("b.env", format!("API_PASSWORD={}x\n", password())).commit("second");
    repo
}
