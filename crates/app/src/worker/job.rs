//! One scan of a repository: what is to be done for it, and the doing, which knows no database.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use checks::secrets::Ruleset;
use engine::{Cancel, Dependencies, HashKey, Outcome, Progress, Suppressions};
use fetch::{
    SafeUrl, Scheme,
    git::{self, CloneRequest, Credentials},
};
use model::{Finding, Note, Scanner};
use sources::git::Repository;
use store::{Access, Coverage, Packages, Project, Scan, ScanKind};
use tempfile::TempDir;

use super::{
    Ended, Finds,
    sentences::{self, Token},
};
use crate::{App, Error, keys::Belonging, packages, projects::identity};

/// What is to be done for a scan.
pub(super) enum Prepared {
    /// This.
    Ready(Box<Job>),
    /// Nothing: it fails, for this reason.
    Hopeless(String),
    /// Nothing: it is not there any more.
    Gone,
}

/// What a scan found.
pub(super) struct Found {
    /// The commit it looked at.
    pub(super) commit: Option<String>,
    pub(super) findings: Vec<Finding>,
    /// What it could not look at, in a sentence.
    pub(super) incomplete: Option<String>,
    /// For how much of the project's branch it speaks.
    pub(super) coverage: Coverage,
    /// The packages, if it looked for them and could keep them.
    pub(super) packages: Option<Packages>,
}

/// A scan that can be run.
pub(super) struct Job {
    look: Look,
    client: fetch::Client,
    url: SafeUrl,
    /// The repository is the project's own.
    is_of_project: bool,
    revision: String,
    credentials: Option<Credentials>,
    token: Token,
    clone_folder: PathBuf,
    max_clone_bytes: u64,
    max_findings: usize,
    clone_timeout: Duration,
    ruleset: Arc<Ruleset>,
    dependencies: Dependencies,
    key: HashKey,
    threads: usize,
}

/// At what a scan looks.
#[derive(Clone, Copy)]
struct Look {
    secrets: Option<Depth>,
    packages: bool,
}

/// How far back.
#[derive(Clone, Copy)]
enum Depth {
    /// All that was ever committed.
    History,
    /// The files as they are.
    Files,
}

/// A repository on this disk.
struct Local {
    path: PathBuf,
    /// What of it is scanned; all of a clone.
    revision: Option<String>,
    _clone: Option<TempDir>,
}

impl Look {
    /// `None` for what no check is there for: a scan of nothing would say that all is well.
    const fn of(kind: ScanKind) -> Option<Self> {
        let (secrets, packages) = match kind {
            ScanKind::Full => (Some(Depth::History), true),
            ScanKind::Secrets => (Some(Depth::History), false),
            ScanKind::Quick => (Some(Depth::Files), true),
            ScanKind::Dependencies => (None, true),
            ScanKind::Code | ScanKind::Config => return None,
        };
        Some(Self { secrets, packages })
    }

    /// The scanners that it speaks for, if these notes are all that was left out.
    fn covers(self, notes: &[Note]) -> Vec<&'static str> {
        if notes.iter().any(|note| note.kind.is_unread()) {
            return Vec::new();
        }
        let is_judged = !notes.iter().any(|note| note.kind.is_incomplete());
        let secrets = self.secrets.map(|_| Scanner::Secrets);
        let packages = (self.packages && is_judged).then_some(Scanner::Dependencies);
        secrets.into_iter().chain(packages).map(Scanner::as_str).collect()
    }
}

impl App {
    pub(super) async fn prepare(&self, scan: &Scan) -> Result<Prepared, Error> {
        let Some(look) = Look::of(scan.kind) else {
            return Ok(Prepared::Hopeless(sentences::no_checks(scan.kind)));
        };
        let tenant = self.store.tenant(scan.organization_id, Access::Read).await?;
        let Some(project) = tenant.project(scan.project_id).await? else {
            return Ok(Prepared::Gone);
        };
        drop(tenant);
        let url = match self.fetch.url(&scan.clone_url) {
            Ok(url) => url,
            Err(error) => {
                return Ok(Prepared::Hopeless(sentences::of_clone(&error, Token::Absent)));
            }
        };
        let (token, credentials) = match self.credentials(&project, &url) {
            Ok(found) => found,
            Err(error) => {
                let error: &dyn std::error::Error = &error;
                tracing::error!(project = %project.id, error, "an access token cannot be opened");
                return Ok(Prepared::Hopeless(sentences::SEALED_TOKEN.to_owned()));
            }
        };
        Ok(Prepared::Ready(Box::new(Job {
            look,
            client: self.fetch.clone(),
            is_of_project: identity(&url) == project.repo_identity,
            url,
            revision: scan.target_ref.clone(),
            credentials,
            token,
            clone_folder: self.config.clone_folder.clone(),
            max_clone_bytes: self.config.max_clone_bytes,
            max_findings: self.config.max_findings,
            clone_timeout: self.config.clone_timeout,
            ruleset: match look.secrets {
                Some(_) => Arc::clone(&self.ruleset),
                None => Arc::new(Ruleset::empty().build()),
            },
            dependencies: Dependencies { index: self.advisories(), ..Dependencies::default() },
            key: self.keys.hash_key(scan.organization_id),
            threads: self.config.scan_threads,
        })))
    }

    /// The project's access token, if it may go to `url`: it was given for the origin of the project's own repository.
    pub(crate) fn credentials(
        &self,
        project: &Project,
        url: &SafeUrl,
    ) -> Result<(Token, Option<Credentials>), Error> {
        let Some(sealed) = &project.sealed_access_token else { return Ok((Token::Absent, None)) };
        let own = self.fetch.url(&project.repo_url);
        if !own.is_ok_and(|own| own.origin() == url.origin()) {
            return Ok((Token::Kept, None));
        }
        let of = Belonging {
            purpose: "access token",
            organization: project.organization_id,
            project: project.id,
        };
        let token = self.keys.open(sealed, of)?;
        let user = project.access_token_user.clone();
        Ok((Token::Sent, Some(Credentials { user, token })))
    }
}

impl Job {
    /// Clones and scans. Blocks until `cancel` or the end; the clone is gone then.
    pub(super) fn run(self, progress: Arc<Progress>, cancel: Cancel) -> Ended {
        let local = match self.fetch(&cancel) {
            Ok(local) => local,
            Err(ended) => return ended,
        };
        let scan = engine::Scan {
            ruleset: self.ruleset,
            dependencies: self.look.packages.then_some(self.dependencies),
            // What a repository says of its own scans in a file is not obeyed: it does not get to say what is not to be found in
            // it. Comments beside a finding are; they are shown with it.
            suppressions: Suppressions::default(),
            key: self.key,
            threads: self.threads,
            limits: sources::Limits::default(),
            progress,
            cancel,
        };
        let looked = look(self.look, &scan, &local);
        if scan.cancel.is_cancelled() {
            return Ended::Stopped;
        }
        match looked {
            Ok((commit, mut outcome)) => {
                // The worst stand first.
                let dropped = outcome.findings.len().saturating_sub(self.max_findings);
                outcome.findings.truncate(self.max_findings);
                let packages = scan.dependencies.as_ref().and_then(|judge| {
                    let index = judge.index.as_deref();
                    packages::of_scan(index, &outcome.packages, &mut outcome.notes)
                });
                let incomplete = sentences::incomplete(&outcome.notes, dropped);
                let coverage = match (self.is_of_project, dropped) {
                    (false, _) => Coverage::Elsewhere,
                    (true, 0) => Coverage::Of(self.look.covers(&outcome.notes)),
                    (true, _) => Coverage::Of(Vec::new()),
                };
                Ended::Found(Finds::InRepository(Box::new(Found {
                    commit,
                    incomplete,
                    coverage,
                    packages,
                    findings: outcome.findings,
                })))
            }
            Err(error) => Ended::Failed(sentences::of_repository(&error)),
        }
    }

    fn fetch(&self, cancel: &Cancel) -> Result<Local, Ended> {
        let failed = |error: fetch::Error| match error {
            fetch::Error::Cancelled => Ended::Stopped,
            other => Ended::Failed(sentences::of_clone(&other, self.token)),
        };
        if self.url.scheme() == Scheme::File {
            let path = git::resolve_local(&self.url).map_err(failed)?;
            return Ok(Local { path, revision: Some(self.revision.clone()), _clone: None });
        }
        let folder = make_folder(&self.clone_folder).map_err(|error| {
            let error: &dyn std::error::Error = &error;
            tracing::error!(error, "there is no folder for a clone");
            Ended::Failed(sentences::OF_THIS_SERVER.to_owned())
        })?;
        let depth = match self.look.secrets {
            Some(Depth::History) => None,
            Some(Depth::Files) | None => 1.try_into().ok(),
        };
        let request = CloneRequest {
            url: &self.url,
            branch: Some(&self.revision),
            depth,
            credentials: self.credentials.as_ref(),
            destination: &folder.path().join("repository.git"),
            limits: git::Limits {
                max_pack_bytes: self.max_clone_bytes,
                timeout: self.clone_timeout,
                ..git::Limits::default()
            },
            cancel: cancel.flag(),
            received_bytes: None,
            ssh_program: None,
        };
        let cloned = git::clone(&self.client, &request).map_err(failed)?;
        if cloned.empty {
            return Err(Ended::Failed(sentences::EMPTY.to_owned()));
        }
        Ok(Local { path: cloned.git_dir, revision: None, _clone: Some(folder) })
    }
}

fn make_folder(parent: &Path) -> std::io::Result<TempDir> {
    fs::create_dir_all(parent)?;
    tempfile::Builder::new().prefix("bartizan-").tempdir_in(parent)
}

fn look(
    at: Look,
    scan: &engine::Scan,
    local: &Local,
) -> Result<(Option<String>, Outcome), sources::Error> {
    let repository = Repository::open(&local.path)?;
    let revision = local.revision.as_deref();
    let commit = repository.commit(revision)?;
    let outcome = match (at.secrets, &commit) {
        (Some(Depth::History), tip) => scan.history(&repository, revision, tip.as_ref())?,
        (_, Some(commit)) => scan.commit(&repository, commit)?,
        (_, None) => Outcome::default(),
    };
    Ok((commit.map(|id| id.as_str().to_owned()), outcome))
}
