//! Clients, names and clones for tests.

use std::{
    fmt,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64},
    },
};

use fetch::{
    Client, Error, Policy, SafeUrl, Scheme,
    git::{self, CloneRequest, Cloned, Credentials},
};
use model::SecretValue;
use tempfile::TempDir;
pub(crate) use test_kit::Names;
use test_kit::{GitServer, Reply, Repo};

/// Loopback and all schemes.
pub(crate) fn open() -> Policy {
    Policy {
        allow_schemes: [Scheme::Https, Scheme::Http, Scheme::Ssh, Scheme::File].into(),
        allow_private: vec!["127.0.0.0/8".parse().unwrap()],
        ..Policy::default()
    }
}

pub(crate) fn client(policy: Policy, names: Names, authority_pem: &str) -> Client {
    Client::with_certificates(policy, names, authority_pem.as_bytes()).unwrap()
}

/// A clone in the making: every field as it should be, until a test says otherwise.
pub(crate) struct Attempt {
    pub(crate) client: Client,
    pub(crate) url: SafeUrl,
    pub(crate) branch: Option<&'static str>,
    pub(crate) depth: Option<u32>,
    pub(crate) credentials: Option<Credentials>,
    pub(crate) limits: git::Limits,
    pub(crate) cancel: AtomicBool,
    pub(crate) received_bytes: AtomicU64,
    pub(crate) ssh_program: Option<PathBuf>,
    folder: Arc<TempDir>,
}

impl Attempt {
    pub(crate) fn new(client: Client, url: &str) -> Self {
        let url = client.url(url).unwrap();
        Self {
            client,
            url,
            branch: None,
            depth: None,
            credentials: None,
            limits: git::Limits::default(),
            cancel: AtomicBool::new(false),
            received_bytes: AtomicU64::new(0),
            ssh_program: None,
            folder: Arc::new(tempfile::tempdir().unwrap()),
        }
    }

    /// From loopback in clear text.
    pub(crate) fn at(url: &str) -> Self {
        Self::new(client(open(), Names::default(), ""), url)
    }

    pub(crate) fn with_token(mut self, token: &str) -> Self {
        let token = SecretValue::new(token.as_bytes());
        self.credentials = Some(Credentials { user: "any".to_owned(), token });
        self
    }

    pub(crate) fn destination(&self) -> PathBuf {
        self.folder.path().join("clone")
    }

    pub(crate) fn run(&self) -> Result<Made, Error> {
        let cloned = git::clone(
            &self.client,
            &CloneRequest {
                url: &self.url,
                branch: self.branch,
                depth: self.depth.map(|depth| depth.try_into().unwrap()),
                credentials: self.credentials.as_ref(),
                destination: &self.destination(),
                limits: self.limits,
                cancel: &self.cancel,
                received_bytes: Some(&self.received_bytes),
                ssh_program: self.ssh_program.as_deref(),
            },
        );
        if cloned.is_err() {
            assert!(!self.destination().exists(), "something was left behind");
        }
        cloned.map(|cloned| Made { cloned, _folder: Arc::clone(&self.folder) })
    }

    pub(crate) fn error(&self) -> Error {
        self.run().expect_err("the clone should have failed")
    }
}

/// A clone, as long as it is looked at.
pub(crate) struct Made {
    cloned: Cloned,
    _folder: Arc<TempDir>,
}

impl std::ops::Deref for Made {
    type Target = Cloned;

    fn deref(&self) -> &Cloned {
        &self.cloned
    }
}

impl fmt::Debug for Made {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cloned.fmt(f)
    }
}

/// git's view of a clone, without any configuration.
pub(crate) fn git(cloned: &Cloned, arguments: &[&str]) -> String {
    let output = test_kit::isolated_git(&cloned.git_dir)
        .arg("--git-dir")
        .arg(&cloned.git_dir)
        .args(arguments)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {arguments:?}: {errors}");
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}

/// Enough that a pack has a middle.
pub(crate) fn noise() -> Repo {
    let repo = Repo::new();
    repo.write("noise.bin", test_kit::noise(200_000)).commit("noise");
    repo
}

/// What a server without manners does with a connection.
pub(crate) fn raw(
    serve: impl Fn(&mut std::net::TcpStream) -> std::io::Result<()> + Sync,
    check: impl FnOnce(&str),
) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let (mut stream, _) = listener.accept().unwrap();
            // Until the client has had enough.
            let _ = serve(&mut stream);
        });
        check(&format!("http://{address}/"));
    });
}

/// Passes a request on to another server of the test.
pub(crate) fn forward(server: &GitServer, request: &test_kit::Request) -> Reply {
    let client = client(open(), Names::default(), "");
    let url = format!("{}?{}", server.http().url(&request.path), request.query);
    let mut sent = fetch::http::Request::get(client.url(&url).unwrap());
    sent.method = request.method.parse().unwrap();
    sent.body = request.body.clone();
    for name in ["content-type", "git-protocol", "authorization"] {
        if let Some(value) = request.header(name) {
            sent = sent.header(name, value).unwrap();
        }
    }
    let answer = client.send(sent).unwrap();
    let mut reply = Reply { status: answer.status.as_u16(), ..Reply::ok(answer.body) };
    if let Some(kind) = answer.headers.get("content-type") {
        reply = reply.header("content-type", kind.to_str().unwrap());
    }
    reply
}
