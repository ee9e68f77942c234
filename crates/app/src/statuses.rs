//! What a code host hears of a pushed commit: that it is being scanned, and whether it passed. Best effort: a token that may not
//! write statuses, or a host that does not answer, is in nobody's way.
//!
//! GitHub: "REST API endpoints for commit statuses". GitLab: "Commits API", "Set commit pipeline status". Forgejo and Gitea:
//! `repoCreateStatus`. Bitbucket Cloud: "Create a build status for a commit".

use base64::{Engine as _, prelude::BASE64_STANDARD};
use fetch::{
    SafeUrl, Scheme,
    git::Credentials,
    http::{Redirects, Request},
};
use model::Severity;
use serde_json::{Value, json};
use store::{Access, FindingFilter, FindingStatus, Project, Scan, ScanStatus, Totals};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::{App, Error, Provider, findings::severity_rank};

/// Statuses that are sent at a time; a host that is slow does not take all threads.
static SENDING: Semaphore = Semaphore::const_new(4);
/// The name under which a host shows them.
const CONTEXT: &str = "bartizan";

/// How a commit stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Pending,
    Success,
    Failure,
}

/// What a host is told.
#[derive(Debug, PartialEq, Eq)]
struct Told {
    state: State,
    /// One line.
    description: String,
}

/// A call of a host's API, but for the credentials.
#[derive(Debug, PartialEq, Eq)]
struct Call {
    url: String,
    body: Value,
}

impl App {
    /// Tells the host that a pushed commit is going to be scanned. Does not wait for it.
    pub(crate) fn tell_of_push(&self, project: Project, scan: Scan) {
        let app = self.clone();
        tokio::spawn(async move {
            let told = Told { state: State::Pending, description: "scan is waiting".to_owned() };
            app.send_status(&project, &scan, told).await;
        });
    }

    /// Tells the host how a scan of a pushed commit ended, if it did.
    pub(crate) async fn tell_of_end(&self, scan: &Scan) {
        if scan.pushed_commit.is_none() {
            return;
        }
        match self.verdict(scan).await {
            Ok(Some((project, scan, told))) => self.send_status(&project, &scan, told).await,
            Ok(None) => {}
            Err(error) => {
                let error: &dyn std::error::Error = &error;
                tracing::warn!(scan = %scan.id, error, "a commit's status is not known");
            }
        }
    }

    async fn verdict(&self, scan: &Scan) -> Result<Option<(Project, Scan, Told)>, Error> {
        let tenant = self.store.tenant(scan.organization_id, Access::Read).await?;
        let Some(project) = tenant.project(scan.project_id).await? else { return Ok(None) };
        let Some(scan) = tenant.scan(scan.id).await? else { return Ok(None) };
        let told = match scan.status {
            ScanStatus::Completed => {
                let open = FindingFilter {
                    scan: Some(scan.id),
                    status: Some(FindingStatus::Open),
                    ..FindingFilter::default()
                };
                judged(tenant.finding_totals(&open).await?, project.fail_on)
            }
            ScanStatus::Failed => {
                Told { state: State::Failure, description: "the scan failed".to_owned() }
            }
            ScanStatus::Queued | ScanStatus::Running | ScanStatus::Cancelled => return Ok(None),
        };
        Ok(Some((project, scan, told)))
    }

    async fn send_status(&self, project: &Project, scan: &Scan, told: Told) {
        let Ok(_turn) = SENDING.acquire().await else { return };
        let Some(request) = self.status_request(project, scan, &told) else { return };
        let client = self.fetch.clone();
        let sent = tokio::task::spawn_blocking(move || client.send(request)).await;
        match sent {
            Ok(Ok(answer)) if answer.status.is_success() => {}
            Ok(Ok(answer)) => {
                let status = answer.status.as_u16();
                tracing::info!(scan = %scan.id, status, "the host takes no status of a commit");
            }
            Ok(Err(error)) => {
                let error: &dyn std::error::Error = &error;
                tracing::info!(scan = %scan.id, error, "a commit's status could not be sent");
            }
            Err(error) => tracing::error!(%error, "the sending of a status panicked"),
        }
    }

    /// `None` if the project has no token, or the scan no commit that a host told of.
    fn status_request(&self, project: &Project, scan: &Scan, told: &Told) -> Option<Request> {
        let provider = scan.pushed_to.as_deref()?;
        let provider = Provider::ALL.into_iter().find(|one| one.as_str() == provider)?;
        let commit = scan.pushed_commit.as_deref().filter(|commit| is_commit(commit))?;
        let repository = self.fetch.url(&project.repo_url).ok()?;
        // What cannot be opened is told when the repository is cloned.
        let (_, credentials) = self.credentials(project, &repository).ok()?;
        let credentials = credentials?;
        let call = call(provider, &repository, commit, told, &self.config.public_url)?;
        let url = self.fetch.url(&call.url).ok()?;
        let mut request = Request::post(url, call.body.to_string().into_bytes());
        request.redirects = Redirects::Keep;
        let request = request.header("content-type", "application/json").ok()?;
        authorized(request, provider, &credentials).ok()
    }
}

/// Whether a scan with so many open findings passes.
fn judged(Totals(counts): Totals, fail_on: Option<i16>) -> Told {
    let count = |severity: Severity| counts.get(usize::from(severity.rank())).copied();
    let found: Vec<(Severity, i64)> = Severity::ALL
        .into_iter()
        .filter_map(|severity| Some((severity, count(severity).filter(|count| *count > 0)?)))
        .collect();
    let fails = |severity: Severity| fail_on.is_some_and(|from| severity_rank(severity) >= from);
    let state = match found.iter().any(|(severity, _)| fails(*severity)) {
        true => State::Failure,
        false => State::Success,
    };
    let words = found.iter().map(|(severity, count)| format!("{count} {severity}"));
    let description = match words.collect::<Vec<_>>().as_slice() {
        [] => "nothing found".to_owned(),
        words => format!("open findings: {}", words.join(", ")),
    };
    Told { state, description }
}

/// How a host wants to hear of it. The token of `repository` goes to its own host only, or to the one that github.com and
/// bitbucket.org keep for their APIs.
fn call(
    provider: Provider,
    repository: &SafeUrl,
    commit: &str,
    Told { state, description }: &Told,
    public_url: &str,
) -> Option<Call> {
    let path = repository.path().trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    let (owner, name) = path.rsplit_once('/')?;
    // Whatever stands before is where the host itself is installed.
    let (prefix, owner) =
        owner.rsplit_once('/').map_or(("", owner), |(before, owner)| (before, owner));
    if !matches!(repository.scheme(), Scheme::Https | Scheme::Http) {
        return None;
    }
    let origin = repository.authority();
    let installed = match prefix {
        "" => origin.clone(),
        prefix => format!("{origin}/{prefix}"),
    };
    let plain = match state {
        State::Pending => "pending",
        State::Success => "success",
        State::Failure => "failure",
    };
    let github_like = json!({ "state": plain, "context": CONTEXT, "description": description });
    let (url, body) = match provider {
        Provider::GitHub => {
            let api = match repository.host() {
                "github.com" => "https://api.github.com".to_owned(),
                _ => format!("{origin}/api/v3"),
            };
            (format!("{api}/repos/{owner}/{name}/statuses/{commit}"), github_like)
        }
        Provider::Forgejo => {
            (format!("{installed}/api/v1/repos/{owner}/{name}/statuses/{commit}"), github_like)
        }
        Provider::GitLab => {
            // Groups have groups: the whole path names the project.
            let project = path.replace('/', "%2F");
            let state = if *state == State::Failure { "failed" } else { plain };
            let body = json!({ "state": state, "name": CONTEXT, "description": description });
            (format!("{origin}/api/v4/projects/{project}/statuses/{commit}"), body)
        }
        Provider::Bitbucket => {
            let api = match repository.host() {
                "bitbucket.org" => "https://api.bitbucket.org",
                _ => &origin,
            };
            let state = match state {
                State::Pending => "INPROGRESS",
                State::Success => "SUCCESSFUL",
                State::Failure => "FAILED",
            };
            let body = json!({
                "key": CONTEXT, "state": state, "name": "Bartizan", "description": description, "url": public_url,
            });
            (format!("{api}/2.0/repositories/{owner}/{name}/commit/{commit}/statuses/build"), body)
        }
    };
    Some(Call { url, body })
}

fn authorized(
    request: Request,
    provider: Provider,
    credentials: &Credentials,
) -> Result<Request, fetch::Error> {
    let token = credentials.token.expose();
    let with =
        |scheme: &str, value: &[u8]| Zeroizing::new([scheme.as_bytes(), b" ", value].concat());
    match provider {
        Provider::GitHub => request.secret("authorization", &with("Bearer", token)),
        Provider::GitLab => request.secret("private-token", token),
        Provider::Forgejo => request.secret("authorization", &with("token", token)),
        // An app password goes with its user, an access token alone.
        Provider::Bitbucket if !credentials.user.starts_with("x-") => {
            let pair = Zeroizing::new([credentials.user.as_bytes(), b":", token].concat());
            let pair = Zeroizing::new(BASE64_STANDARD.encode(&*pair));
            request.secret("authorization", &with("Basic", pair.as_bytes()))
        }
        Provider::Bitbucket => request.secret("authorization", &with("Bearer", token)),
    }
}

/// SHA-1 or SHA-256, in hexadecimal.
fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use fetch::Policy;

    use super::*;

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    fn called(provider: Provider, repository: &str, state: State) -> Call {
        let url = SafeUrl::parse(repository, &Policy::default()).unwrap();
        let told = Told { state, description: "nothing found".to_owned() };
        call(provider, &url, COMMIT, &told, "https://bartizan.example").unwrap()
    }

    #[test]
    fn each_host_is_told_at_its_own_address_in_its_own_words() {
        use Provider::{Bitbucket, Forgejo, GitHub, GitLab};
        for (provider, repository, state, url, word) in [
            (
                GitHub,
                "https://github.com/acme/web.git",
                State::Pending,
                "https://api.github.com/repos/acme/web/statuses/",
                "pending",
            ),
            (
                GitHub,
                "https://git.corp.example:8443/acme/web",
                State::Failure,
                "https://git.corp.example:8443/api/v3/repos/acme/web/statuses/",
                "failure",
            ),
            (
                GitLab,
                "https://gitlab.com/acme/sub/web.git",
                State::Failure,
                "https://gitlab.com/api/v4/projects/acme%2Fsub%2Fweb/statuses/",
                "failed",
            ),
            (
                Forgejo,
                "https://codeberg.org/acme/web.git",
                State::Success,
                "https://codeberg.org/api/v1/repos/acme/web/statuses/",
                "success",
            ),
            (
                Forgejo,
                "https://host.example/git/acme/web.git",
                State::Success,
                "https://host.example/git/api/v1/repos/acme/web/statuses/",
                "success",
            ),
        ] {
            let call = called(provider, repository, state);
            assert_eq!(call.url, format!("{url}{COMMIT}"));
            assert_eq!(call.body["state"], word);
        }
        let call = called(Bitbucket, "https://bitbucket.org/acme/web.git", State::Pending);
        assert_eq!(
            call.url,
            format!(
                "https://api.bitbucket.org/2.0/repositories/acme/web/commit/{COMMIT}/statuses/build"
            )
        );
        assert_eq!(call.body["state"], "INPROGRESS");
        assert_eq!(call.body["url"], "https://bartizan.example");
    }

    #[test]
    fn a_token_leaves_its_host_for_the_api_of_two_known_hosts_only() {
        for provider in Provider::ALL {
            let call = called(provider, "https://evil.example/acme/web.git", State::Pending);
            assert!(call.url.starts_with("https://evil.example/"), "{}", call.url);
            let call =
                called(provider, "https://github.com.evil.example/acme/web.git", State::Pending);
            assert!(call.url.starts_with("https://github.com.evil.example/"), "{}", call.url);
        }
    }

    #[test]
    fn the_threshold_of_the_project_decides() {
        let open = Totals([0, 3, 0, 1, 0]);
        assert_eq!(judged(open, Some(3)).state, State::Failure);
        assert_eq!(judged(open, Some(4)).state, State::Success);
        assert_eq!(judged(open, None).state, State::Success);
        assert_eq!(judged(open, Some(4)).description, "open findings: 1 high, 3 low");
        assert_eq!(judged(Totals::default(), Some(0)).state, State::Success);
    }

    #[test]
    fn what_is_no_commit_is_no_part_of_a_url() {
        assert!(is_commit(COMMIT));
        assert!(!is_commit("../../../user/keys?x=0123456789abcdef01234567"));
    }
}
