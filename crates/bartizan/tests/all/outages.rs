//! What a server stands on goes away, and comes back.

use std::{
    fs, io,
    net::Shutdown,
    os::unix::net::{UnixListener, UnixStream},
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, Mutex},
};

use serde_json::json;
use tempfile::TempDir;
use test_kit::GitServer;

use crate::instance::{LOOPBACK, Place, leaky};

/// Stands between a server and PostgreSQL's socket, and can be cut.
struct Wire {
    folder: TempDir,
    to: PathBuf,
    open: Arc<Mutex<Vec<UnixStream>>>,
}

impl Wire {
    /// PostgreSQL's name for the socket of its usual port.
    const SOCKET: &str = ".s.PGSQL.5432";

    fn to(folder: &Path) -> Self {
        let wire = Self {
            folder: TempDir::new().unwrap(),
            to: folder.join(Self::SOCKET),
            open: Arc::default(),
        };
        wire.mend();
        wire
    }

    fn mend(&self) {
        let listener = UnixListener::bind(self.folder.path().join(Self::SOCKET)).unwrap();
        let (to, open) = (self.to.clone(), Arc::clone(&self.open));
        // It waits for visitors as long as the test runs; once the socket is removed none comes.
        std::thread::spawn(move || {
            while let Ok((near, _)) = listener.accept() {
                let far = UnixStream::connect(&to).unwrap();
                for (from, to) in [(&near, &far), (&far, &near)] {
                    let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    std::thread::spawn(move || {
                        let _ = io::copy(&mut from, &mut to);
                        let _ = to.shutdown(Shutdown::Both);
                    });
                }
                open.lock().unwrap().push(near);
            }
        });
    }

    /// Breaks all connections and lets nobody in.
    fn cut(&self) {
        fs::remove_file(self.folder.path().join(Self::SOCKET)).unwrap();
        for stream in self.open.lock().unwrap().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

#[test]
fn a_database_that_goes_away_and_comes_back_loses_nothing() {
    let Some(place) = Place::all().into_iter().find(|place| place.database().is_some()) else {
        return;
    };
    let url = place.database().unwrap();
    let (before, folder) = url.split_once("host=").unwrap();
    let wire = Wire::to(Path::new(folder));
    let place = Place::on(format!("{before}host={}", wire.folder.path().display()));
    let repo = leaky();
    let git = GitServer::of(&repo);
    let server = place.serve(&LOOPBACK);
    let token = server.register("acme");
    let scan = server.start_scan(&token, "acme", &git.url());
    server.wait(&scan, &token, &["completed"]);

    wire.cut();
    let answer = server.call("GET", "/v1/orgs/acme/projects", &token, None);
    assert_eq!((answer.status, &answer.json()["error"]), (503, &json!("unavailable")));
    assert!(!answer.body.contains("PGSQL"), "{}", answer.body);
    assert_eq!(server.call("GET", "/healthz", "", None).status, 503);

    wire.mend();
    let projects = server.get("/v1/orgs/acme/projects", &token);
    assert_eq!(projects.as_array().unwrap().len(), 1);
    let scan = server.scan_again(&token, "acme");
    server.wait(&scan, &token, &["completed"]);
}

#[test]
fn a_full_disk_is_told_and_room_mends_it() {
    // A file system of its own, as far as this user may make one.
    let alone = ["unshare", "--user", "--map-root-user", "--mount"];
    let may = Command::new(alone[0])
        .args(&alone[1..])
        .args(["mount", "-t", "tmpfs", "none", "/mnt"])
        .output();
    if !may.is_ok_and(|tried| tried.status.success()) {
        eprintln!("skipped: no file system can be mounted here");
        return;
    }
    let place = Place::sqlite();
    fs::create_dir(place.data()).unwrap();
    let serve = place.command(&["serve", "--listen", "127.0.0.1:0"]);
    let mut command = Command::new(alone[0]);
    command.args(&alone[1..]).args(["sh", "-c"]);
    // It is filled and emptied from the inside, when somebody asks through a pipe.
    let pipe = |name: &str| {
        let path = place.data().with_file_name(name);
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        path
    };
    let [fill, filled, free, freed] = ["fill", "filled", "free", "freed"].map(pipe);
    command.arg(format!(
        "mount -t tmpfs -o size=16m,mode=700 none '{data}' && cd '{data}' && (
             read x <'{fill}'; cat /dev/zero >filler 2>/dev/null; echo >'{filled}'
             read x <'{free}'; rm filler; echo >'{freed}') & exec \"$@\"",
        data = place.data().display(),
        fill = fill.display(),
        filled = filled.display(),
        free = free.display(),
        freed = freed.display(),
    ));
    command.arg("sh").arg(serve.get_program()).args(serve.get_args()).args(LOOPBACK);
    for (name, value) in serve.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let server = place.serve_by(command);
    let ask = |wish: &Path, done: &Path| {
        fs::write(wish, "\n").unwrap();
        fs::read(done).unwrap();
    };
    let repo = leaky();
    let git = GitServer::of(&repo);
    let token = server.register("acme");
    let scan = server.start_scan(&token, "acme", &git.url());
    server.wait(&scan, &token, &["completed"]);

    ask(&fill, &filled);
    let large = json!({ "slug": "large", "name": "Large", "repo_url": git.url(),
        "description": "x".repeat(1_900) });
    let mut full = (0..2_000).map(|number| {
        let mut project = large.clone();
        project["slug"] = json!(format!("large-{number}"));
        server.call("POST", "/v1/orgs/acme/projects", &token, Some(&project))
    });
    let refused = full.find(|answer| answer.status != 201).unwrap();
    assert_eq!((refused.status, &refused.json()["error"]), (503, &json!("unavailable")));
    // What is there can be read.
    assert_eq!(server.get(&scan, &token)["status"], "completed");

    ask(&free, &freed);
    let project = json!({ "slug": "api", "name": "API", "repo_url": git.url() });
    server.post("/v1/orgs/acme/projects", &token, &project);
    let scan = server.scan_again(&token, "acme");
    server.wait(&scan, &token, &["completed"]);
}
