//! What an administrator pastes into a code host, so that its pushes arrive.

use store::{Project, ProjectChanges, Role};
use zeroize::Zeroizing;

use super::Provider;
use crate::{App, Ctx, Error, FailOn, projects::by_slug};

/// How long the secret before a rotation still proves pushes.
const PREVIOUS_LIFE_MS: i64 = 24 * 3_600_000;

/// How a project's webhooks are set up.
pub struct WebhookSetup {
    /// What proves a push. The same for all providers.
    pub secret: Zeroizing<String>,
    /// Until when the secret before it is good as well, in milliseconds since 1970 UTC.
    pub previous_valid_until_ms: Option<i64>,
    /// From which severity on an open finding fails a pushed commit.
    pub fail_on: FailOn,
    /// One for each.
    pub providers: Vec<ProviderSetup>,
}

/// How a webhook of one provider is set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderSetup {
    /// Whose.
    pub provider: Provider,
    /// Where it sends to.
    pub url: String,
    /// In which header the proof comes.
    pub header: &'static str,
    /// Of what it tells.
    pub event: &'static str,
}

impl App {
    /// What is to be pasted into the code host of the project of that slug.
    ///
    /// # Errors
    /// [`Error::Forbidden`] but for administrators; [`Error::NotFound`].
    pub async fn webhook_setup(&self, ctx: &Ctx, slug: &str) -> Result<WebhookSetup, Error> {
        ctx.require(Role::Admin)?;
        let project = by_slug(&self.read(ctx).await?, slug).await?;
        self.setup_of(&project)
    }

    /// Makes a new secret; the one before it is good for another 24 hours.
    ///
    /// # Errors
    /// As [`Self::webhook_setup`].
    pub async fn rotate_webhook_secret(
        &self,
        ctx: &Ctx,
        slug: &str,
    ) -> Result<WebhookSetup, Error> {
        ctx.require(Role::Admin)?;
        let now_ms = self.now_ms();
        let tenant = self.write(ctx).await?;
        let project = by_slug(&tenant, slug).await?;
        let secret = self.new_webhook_secret(ctx, project.id)?;
        let until_ms = now_ms.saturating_add(PREVIOUS_LIFE_MS);
        let changes = ProjectChanges {
            sealed_webhook_secret: Some((secret, until_ms)),
            ..ProjectChanges::default()
        };
        let project = tenant.change_project(project.id, changes, now_ms).await?;
        ctx.log(&tenant, "project.webhook_secret_rotated", &project.slug, now_ms).await?;
        tenant.commit().await?;
        self.setup_of(&project)
    }

    fn setup_of(&self, project: &Project) -> Result<WebhookSetup, Error> {
        let secret = self.open_webhook_secret(project, &project.sealed_webhook_secret)?;
        // It was made of letters, digits, `-` and `_`.
        let secret = std::str::from_utf8(secret.expose()).map_err(Error::internal)?.to_owned();
        let now_ms = self.now_ms();
        let setup = |provider: Provider| {
            let (header, event) = match provider {
                Provider::GitHub => ("X-Hub-Signature-256", "push"),
                Provider::GitLab => ("X-Gitlab-Token", "Push Hook"),
                Provider::Forgejo => ("X-Forgejo-Signature", "push"),
                Provider::Bitbucket => ("X-Hub-Signature", "repo:push"),
            };
            let url = format!("{}/v1/hooks/{}", self.config.public_url, provider.as_str());
            ProviderSetup { provider, url, header, event }
        };
        Ok(WebhookSetup {
            secret: Zeroizing::new(secret),
            previous_valid_until_ms: project
                .previous_webhook_secret_until
                .filter(|until| now_ms < *until),
            fail_on: FailOn::of_rank(project.fail_on),
            providers: Provider::ALL.map(setup).to_vec(),
        })
    }
}
