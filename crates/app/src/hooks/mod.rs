//! Webhooks of code hosts: a push starts a scan of its branch. Whoever sends proves that it knows the project's secret; whoever
//! does not learns nothing, not even whether there is such a project.

mod payload;
mod proof;
mod setup;

use sha2::{Digest as _, Sha256};
use store::{Access, NewEvent, NewScan, Project, ScanId, ScanKind, ScanTrigger};
use zeroize::Zeroizing;

use crate::{App, Error, Origin, text};
use payload::{Branch, Names, Payload, Said};
use proof::Tried;

pub use setup::{ProviderSetup, WebhookSetup};

/// Projects of one repository, of whatever organization, whose secrets are tried.
const MAX_PROJECTS: u64 = 4_096;
/// Longest name of a delivery that is kept as it is.
const MAX_DELIVERY_CHARS: usize = 128;

/// Who sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    /// GitHub, and GitHub Enterprise.
    GitHub,
    /// GitLab.
    GitLab,
    /// Forgejo and Gitea.
    Forgejo,
    /// Bitbucket Cloud.
    Bitbucket,
}

/// A call of a webhook, as its headers tell it.
pub struct Delivery {
    /// Who sends.
    pub provider: Provider,
    /// What has happened: `X-GitHub-Event`, `X-Gitlab-Event`, `X-Forgejo-Event` or `X-Gitea-Event`, `X-Event-Key`.
    pub event: String,
    /// Names the call, so that one that is repeated is known: `X-GitHub-Delivery`, `X-Gitlab-Event-UUID`, `X-Forgejo-Delivery` or
    /// `X-Gitea-Delivery`, `X-Request-UUID`.
    pub id: Option<String>,
    /// What proves it, as the header says it: `X-Hub-Signature-256`, `X-Gitlab-Token`, `X-Forgejo-Signature` or
    /// `X-Gitea-Signature`, `X-Hub-Signature`.
    pub proof: Option<Zeroizing<String>>,
}

/// What came of a delivery that was proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received {
    /// A push: the scans it has started, none if it is a repetition.
    Push(Vec<ScanId>),
    /// Something that starts no scan, and why.
    Ignored(&'static str),
}

impl Provider {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::GitHub, Self::GitLab, Self::Forgejo, Self::Bitbucket];

    /// Its name in URLs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GitHub => "github",
            Self::GitLab => "gitlab",
            Self::Forgejo => "forgejo",
            Self::Bitbucket => "bitbucket",
        }
    }
}

impl App {
    /// Takes a call of a webhook.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] unless the secret of a project of that repository, or the installation's, proves it: for an
    /// unknown repository, a wrong proof and none alike.
    pub async fn receive_webhook(
        &self,
        origin: &Origin,
        delivery: Delivery,
        body: Vec<u8>,
    ) -> Result<Received, Error> {
        let (provider, event) = (delivery.provider, delivery.event.clone());
        // A body may be large.
        let (payload, body) = tokio::task::spawn_blocking(move || {
            let payload = payload::understand(provider, &event, &body);
            (payload, body)
        })
        .await
        .map_err(Error::internal)?;
        let Payload { names, said } = payload;
        let matched = self.projects_of(names).await?;
        let name = name_of(&delivery, &body);
        let proven = self.prove(Tried { provider, proof: delivery.proof, body }, matched).await?;
        if proven.is_empty() {
            return Err(Error::Unauthenticated);
        }
        let branches = match said {
            Said::Pushed(branches) => branches,
            Said::Ignored(reason) => return Ok(Received::Ignored(reason)),
        };
        let mut scans = Vec::new();
        for project in proven {
            scans.extend(self.start_of_push(origin, provider, &project, &name, &branches).await?);
        }
        Ok(Received::Push(scans))
    }

    /// The projects that have one of these addresses, else the one of that owner and name. Both are looked for in any case, so
    /// that an unknown repository takes no other time.
    async fn projects_of(&self, names: Names) -> Result<Vec<Project>, Error> {
        let system = self.store.system(Access::Read).await?;
        let mut projects: Vec<Project> = Vec::new();
        for identity in &names.identities {
            for project in system.projects_of_repository(identity, MAX_PROJECTS).await? {
                if projects.iter().all(|known| known.id != project.id) {
                    projects.push(project);
                }
            }
        }
        let owner = match &names.full_name {
            Some((owner, _)) => system.organization_by_slug(owner).await?,
            None => None,
        };
        drop(system);
        let named = match (owner, &names.full_name) {
            (Some(owner), Some((_, name))) => {
                let tenant = self.store.tenant(owner.id, Access::Read).await?;
                tenant.project_by_slug(name).await?
            }
            _ => None,
        };
        // First, so that no number of projects of others hides it.
        projects.retain(|known| named.as_ref().is_none_or(|named| named.id != known.id));
        projects.splice(0..0, named);
        Ok(projects)
    }

    async fn start_of_push(
        &self,
        origin: &Origin,
        provider: Provider,
        project: &Project,
        delivery: &str,
        branches: &[Branch],
    ) -> Result<Vec<ScanId>, Error> {
        let now_ms = self.now_ms();
        let tenant = self.store.tenant(project.organization_id, Access::Write).await?;
        if !tenant.take_delivery(project.id, delivery, now_ms).await? {
            return Ok(Vec::new());
        }
        let mut scans = Vec::new();
        for branch in branches {
            tenant.cancel_replaced(project.id, &branch.name, now_ms).await?;
            self.require_room(&tenant).await?;
            let new = NewScan {
                project: project.id,
                trigger: ScanTrigger::Webhook,
                kind: ScanKind::Full,
                clone_url: project.repo_url.clone(),
                target_ref: branch.name.clone(),
                pushed: branch.commit.clone().map(|commit| (provider.as_str(), commit)),
            };
            let scan = tenant.add_scan(new, now_ms).await?;
            let address = origin.address.map(|address| address.to_string());
            let started = NewEvent {
                user: None,
                actor: &format!("webhook {}", provider.as_str()),
                action: "scan.started",
                subject: &scan.id.to_string(),
                address: address.as_deref(),
                user_agent: origin.user_agent.as_deref(),
            };
            tenant.log(started, now_ms).await?;
            tracing::info!(scan = %scan.id, commit = branch.commit, "a push starts a scan");
            scans.push(scan);
        }
        tenant.commit().await?;
        for scan in &scans {
            self.wake.notify_one();
            self.tell_of_push(project.clone(), scan.clone());
        }
        Ok(scans.into_iter().map(|scan| scan.id).collect())
    }
}

/// What a repeated delivery is known by. One without a name is known by its content.
fn name_of(delivery: &Delivery, body: &[u8]) -> String {
    let provider = delivery.provider.as_str();
    let is_name = |id: &&String| {
        (1..=MAX_DELIVERY_CHARS).contains(&id.len()) && id.chars().all(|c| c.is_ascii_graphic())
    };
    match delivery.id.as_ref().filter(is_name) {
        Some(id) => format!("{provider} {id}"),
        None => {
            let id = delivery.id.as_deref().unwrap_or_default();
            let digest =
                Sha256::new_with_prefix(id).chain_update([0]).chain_update(body).finalize();
            format!("{provider} sha256 {}", text::hexadecimal(&digest))
        }
    }
}

/// A branch's name, if git takes it for one.
fn is_branch(name: &str) -> bool {
    text::branch("ref", name).is_ok()
}
