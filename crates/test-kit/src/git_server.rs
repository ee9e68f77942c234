//! `git http-backend` on loopback, and the ways in which such a server fails.

use std::{
    fs,
    io::Write as _,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use tempfile::TempDir;

use crate::{Ending, HttpServer, Reply, Repo, Request, repo::isolated_git};

/// A git server over http or https, on 127.0.0.1 and a port of its own. It ends when it is dropped.
///
/// ```
/// use test_kit::{GitServer, Repo};
/// let repo = Repo::new();
/// repo.write("a.txt", "one\n").commit("first");
/// let server = GitServer::of(&repo);
/// repo.git(&["ls-remote", &server.url()]);
/// ```
pub struct GitServer {
    http: HttpServer,
    name: String,
    is_mended: Arc<AtomicBool>,
}

/// How a [`GitServer`] is to be.
pub struct GitServerBuilder {
    repositories: Vec<(String, PathBuf)>,
    folders: Vec<Arc<TempDir>>,
    https: bool,
    token: Option<String>,
    fault: Fault,
    version_2: bool,
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// Every request is answered with this status.
    Status(u16),
    /// The first request is redirected to the repository at this URL.
    RedirectTo(String),
    /// Every POST is redirected to the repository at this URL.
    RedirectPostTo(String),
    /// Every request is answered with a web page.
    WebPage,
    /// The type of the answer is right, its content is not.
    Garbage,
    /// Nothing comes.
    Stall,
    /// The pack stops in its middle, and nothing follows.
    StallInPack,
    /// The connection is closed in the middle of the pack.
    BreakOffInPack,
    /// The answer ends in the middle of the pack as if it were complete.
    EndInPack,
    /// A byte in the middle of the pack is another one.
    CorruptPack,
}

impl GitServer {
    /// Over http, one repository, open to everyone.
    #[must_use]
    pub fn of(repo: &Repo) -> Self {
        Self::builder(repo).start()
    }

    /// For more.
    #[must_use]
    pub fn builder(repo: &Repo) -> GitServerBuilder {
        GitServerBuilder {
            repositories: vec![("repository.git".to_owned(), repo.git_dir())],
            folders: vec![repo.folder()],
            https: false,
            token: None,
            fault: Fault::None,
            version_2: true,
        }
    }

    /// The URL of the (first) repository.
    #[must_use]
    pub fn url(&self) -> String {
        self.http.url(&self.name)
    }

    /// From now on nothing goes wrong any more.
    pub fn mend(&self) {
        self.is_mended.store(true, Ordering::SeqCst);
    }

    /// The HTTP server below: URLs under other names, its authority, the requests it has seen.
    #[must_use]
    pub fn http(&self) -> &HttpServer {
        &self.http
    }
}

impl GitServerBuilder {
    /// One more repository, at `/<name>`.
    #[must_use]
    pub fn and(mut self, name: &str, repo: &Repo) -> Self {
        self.repositories.push((name.to_owned(), repo.git_dir()));
        self.folders.push(repo.folder());
        self
    }

    /// Over TLS.
    #[must_use]
    pub fn https(mut self) -> Self {
        self.https = true;
        self
    }

    /// Only for whoever sends this token as a password, under any user name.
    #[must_use]
    pub fn token(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self
    }

    /// Something goes wrong.
    #[must_use]
    pub fn fault(mut self, fault: Fault) -> Self {
        self.fault = fault;
        self
    }

    /// Speaks only the oldest version of git's protocol.
    #[must_use]
    pub fn old_protocol(mut self) -> Self {
        self.version_2 = false;
        self
    }

    /// Starts it.
    #[must_use]
    pub fn start(self) -> GitServer {
        let root = tempfile::tempdir().unwrap();
        for (name, git_dir) in &self.repositories {
            let link = root.path().join(name);
            fs::create_dir_all(link.parent().unwrap()).unwrap();
            symlink(git_dir, link).unwrap();
        }
        let (name, _) = self.repositories.first().unwrap().clone();
        let https = self.https;
        let is_mended = Arc::new(AtomicBool::new(false));
        let server = Backend { root, options: self, is_mended: Arc::clone(&is_mended) };
        let answer = move |request: &Request| server.answer(request);
        let http = if https { HttpServer::https(answer) } else { HttpServer::http(answer) };
        GitServer { http, name, is_mended }
    }
}

struct Backend {
    root: TempDir,
    options: GitServerBuilder,
    is_mended: Arc<AtomicBool>,
}

impl Backend {
    fn answer(&self, request: &Request) -> Reply {
        let has_pack = request.method == "POST" && asks_for_pack(&request.body);
        let (service, kind) = match request.method.as_str() {
            "GET" => ("/info/refs", "advertisement"),
            _ => ("/git-upload-pack", "result"),
        };
        let fault = match self.is_mended.load(Ordering::SeqCst) {
            true => &Fault::None,
            false => &self.options.fault,
        };
        match fault {
            Fault::Status(status) => return Reply::status(*status),
            Fault::RedirectTo(url) if request.method == "GET" => {
                let query = if request.query.is_empty() {
                    String::new()
                } else {
                    format!("?{}", request.query)
                };
                return Reply::redirect(302, &format!("{url}{service}{query}"));
            }
            Fault::RedirectPostTo(url) if request.method == "POST" => {
                return Reply::redirect(307, &format!("{url}{service}"));
            }
            Fault::WebPage => {
                return Reply::ok("<!doctype html>")
                    .header("content-type", "text/html; charset=utf-8");
            }
            Fault::Garbage => {
                return Reply::ok("this is not a packet line")
                    .header("content-type", &format!("application/x-git-upload-pack-{kind}"));
            }
            Fault::Stall => return Reply { ending: Ending::Silence, ..Reply::ok("") },
            _ => {}
        }
        if let Some(token) = &self.options.token
            && !is_authorized(request, token)
        {
            return Reply::status(401).header("www-authenticate", "Basic realm=\"git\"");
        }
        let mut reply = run(self.root.path(), request, self.options.version_2);
        if has_pack {
            let middle = reply.body.len() / 2;
            match fault {
                Fault::StallInPack => {
                    reply.body.truncate(middle);
                    reply.ending = Ending::Stall;
                }
                Fault::BreakOffInPack => {
                    reply.body.truncate(middle);
                    reply.ending = Ending::BreakOff;
                }
                Fault::EndInPack => reply.body.truncate(middle),
                Fault::CorruptPack => {
                    if let Some(byte) = reply.body.get_mut(middle) {
                        *byte ^= 0x55;
                    }
                }
                _ => {}
            }
        }
        reply
    }
}

fn asks_for_pack(body: &[u8]) -> bool {
    body.windows(5).any(|word| word == b"want ")
}

fn is_authorized(request: &Request, token: &str) -> bool {
    request
        .header("authorization")
        .and_then(|value| value.strip_prefix("Basic "))
        .and_then(|encoded| STANDARD.decode(encoded).ok())
        .and_then(|pair| String::from_utf8(pair).ok())
        .is_some_and(|pair| pair.split_once(':').is_some_and(|(_, password)| password == token))
}

/// git-http-backend(1) as a CGI program.
fn run(root: &Path, request: &Request, version_2: bool) -> Reply {
    let mut command = isolated_git(root);
    command
        .arg("http-backend")
        .env("GIT_PROJECT_ROOT", root)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("REQUEST_METHOD", &request.method)
        .env("PATH_INFO", &request.path)
        .env("QUERY_STRING", &request.query)
        .env("CONTENT_TYPE", request.header("content-type").unwrap_or_default())
        .env("CONTENT_LENGTH", request.body.len().to_string())
        .env("REMOTE_ADDR", "127.0.0.1")
        // As a server of the public does: packs without blobs for whoever asks.
        .env("GIT_CONFIG_COUNT", "2")
        .env("GIT_CONFIG_KEY_0", "uploadpack.allowFilter")
        .env("GIT_CONFIG_VALUE_0", "true")
        .env("GIT_CONFIG_KEY_1", "safe.directory")
        .env("GIT_CONFIG_VALUE_1", "*")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    if let Some(protocol) = request.header("git-protocol").filter(|_| version_2) {
        command.env("GIT_PROTOCOL", protocol);
    }
    let mut child = command.spawn().expect("git is installed");
    // Requests are smaller than a pipe, or read before anything is written.
    child.stdin.take().unwrap().write_all(&request.body).unwrap_or_default();
    let output = child.wait_with_output().unwrap().stdout;
    let end = output.windows(4).position(|w| w == b"\r\n\r\n").unwrap_or(output.len());
    let (head, body) = output.split_at(end);
    let mut reply = Reply::ok(body.get(4..).unwrap_or_default());
    for line in String::from_utf8_lossy(head).lines() {
        match line.split_once(':') {
            Some(("Status", status)) => {
                let code = status.split_whitespace().next().unwrap_or_default();
                reply.status = code.parse().unwrap_or(500);
            }
            Some((name, value)) => reply.headers.push((name.to_owned(), value.trim().to_owned())),
            None => {}
        }
    }
    reply
}
