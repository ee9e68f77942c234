//! Repositories made with the `git` command, the same bytes every time.

use std::{
    cell::Cell,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
};

use tempfile::TempDir;

/// A repository in a folder of its own, which goes with it (and with the last server that serves it). Names, dates and configuration do not depend on the machine.
///
/// ```
/// let repo = test_kit::Repo::new();
/// repo.write("a.txt", "one\n");
/// let first = repo.commit("first");
/// repo.branch("next").write("a.txt", "two\n").commit("second");
/// assert_eq!(repo.git(&["rev-parse", "main"]), first);
/// ```
pub struct Repo {
    /// Shared with the servers that serve it.
    root: Arc<TempDir>,
    path: PathBuf,
    commits: Cell<u64>,
}

/// Author and committer of everything.
pub(crate) const NAME: &str = "Ada Example";
const EMAIL: &str = "ada@example.org";
/// 2024-01-01 00:00:00 UTC; each commit is a minute later.
const FIRST_COMMIT: u64 = 1_704_067_200;

impl Default for Repo {
    fn default() -> Self {
        Self::new()
    }
}

impl Repo {
    /// An empty repository with a work tree, on the unborn branch `main`.
    #[must_use]
    pub fn new() -> Self {
        Self::init(&["init", "--quiet", "--initial-branch=main"])
    }

    /// The same with SHA-256 object ids.
    #[must_use]
    pub fn sha256() -> Self {
        Self::init(&["init", "--quiet", "--initial-branch=main", "--object-format=sha256"])
    }

    fn init(arguments: &[&str]) -> Self {
        let repo = Self::unborn();
        repo.git(arguments);
        repo
    }

    fn unborn() -> Self {
        let root = Arc::new(tempfile::tempdir().unwrap());
        let path = root.path().join("repository");
        fs::create_dir(&path).unwrap();
        Self { root, path, commits: Cell::new(0) }
    }

    /// The work tree, or the git directory of a bare repository.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The git directory.
    #[must_use]
    pub fn git_dir(&self) -> PathBuf {
        PathBuf::from(self.git(&["rev-parse", "--absolute-git-dir"]))
    }

    /// Runs git here and gives what it prints, without the last line break.
    pub fn git(&self, arguments: &[&str]) -> String {
        self.git_in(&self.path, arguments)
    }

    fn git_in(&self, folder: &Path, arguments: &[&str]) -> String {
        let mut command = isolated_git(self.root.path());
        let date = format!("{} +0000", FIRST_COMMIT + 60 * self.commits.get());
        command
            .current_dir(folder)
            .args(["-c", "commit.gpgSign=false", "-c", "protocol.file.allow=always"])
            .args(arguments)
            .env("GIT_AUTHOR_DATE", &date)
            .env("GIT_COMMITTER_DATE", &date)
            .stdin(Stdio::null());
        let output = command.output().expect("git is installed");
        assert!(
            output.status.success(),
            "git {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).trim_end_matches('\n').to_owned()
    }

    /// Writes a file of the work tree, with its folders.
    pub fn write(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) -> &Self {
        let path = self.path.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    /// Commits the whole work tree, changed or not, and gives the id.
    pub fn commit(&self, message: &str) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
        self.next_minute();
        self.git(&["rev-parse", "HEAD"])
    }

    /// Makes a branch here and goes on with it.
    pub fn branch(&self, name: &str) -> &Self {
        self.git(&["switch", "--quiet", "--create", name]);
        self
    }

    /// Goes on with a branch that is there.
    pub fn switch(&self, name: &str) -> &Self {
        self.git(&["switch", "--quiet", name]);
        self
    }

    /// Puts an annotated tag on the last commit.
    pub fn tag(&self, name: &str) -> &Self {
        self.git(&["tag", "--annotate", "--message", name, name]);
        self
    }

    /// Merges a branch into this one, with a commit of its own, and gives the id.
    pub fn merge(&self, branch: &str) -> String {
        self.git(&["merge", "--quiet", "--no-ff", "--no-edit", branch]);
        self.next_minute();
        self.git(&["rev-parse", "HEAD"])
    }

    /// Adds another repository as a submodule, without committing.
    pub fn submodule(&self, path: &str, other: &Self) -> &Self {
        let other = other.path.to_str().unwrap();
        self.git(&["submodule", "--quiet", "add", other, path]);
        self
    }

    /// A second work tree on a new branch; it goes with this repository.
    pub fn worktree(&self, branch: &str) -> PathBuf {
        let path = self.root.path().join(format!("worktree-{branch}"));
        self.git(&["worktree", "add", "--quiet", "-b", branch, path.to_str().unwrap()]);
        path
    }

    /// A bare clone.
    #[must_use]
    pub fn bare(&self) -> Self {
        self.cloned(&["--bare"])
    }

    /// A bare clone with the last `depth` commits.
    #[must_use]
    pub fn shallow(&self, depth: u32) -> Self {
        self.cloned(&["--bare", &format!("--depth={depth}")])
    }

    /// A bare clone without blobs.
    #[must_use]
    pub fn partial(&self) -> Self {
        self.git(&["config", "uploadpack.allowFilter", "true"]);
        self.cloned(&["--bare", "--filter=blob:none"])
    }

    fn cloned(&self, options: &[&str]) -> Self {
        let clone = Self::unborn();
        let from = format!("file://{}", self.path.to_str().unwrap());
        let mut arguments = vec!["clone", "--quiet"];
        arguments.extend(options);
        arguments.extend([from.as_str(), "."]);
        clone.git(&arguments);
        clone
    }

    pub(crate) fn folder(&self) -> Arc<TempDir> {
        Arc::clone(&self.root)
    }

    fn next_minute(&self) {
        self.commits.set(self.commits.get() + 1);
    }
}

/// git without the user's and the system's configuration; what it writes to a home goes to `home`.
#[must_use]
pub fn isolated_git(home: &Path) -> Command {
    let mut command = Command::new("git");
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("GIT_") {
            command.env_remove(name);
        }
    }
    command
        .env("HOME", home)
        .env("XDG_CONFIG_HOME", home)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_AUTHOR_NAME", NAME)
        .env("GIT_AUTHOR_EMAIL", EMAIL)
        .env("GIT_COMMITTER_NAME", NAME)
        .env("GIT_COMMITTER_EMAIL", EMAIL)
        .env("LC_ALL", "C")
        .env("TZ", "UTC");
    command
}
