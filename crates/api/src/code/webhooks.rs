//! `/v1/orgs/{org}/projects/{project}/webhook-setup`: what is pasted into a code host, for administrators.

use aide::axum::{
    ApiRouter,
    routing::{get_with, post_with},
};
use app::{App, FailOn, Provider, WebhookSetup};
use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Answer, Caller, InProject, Path};
use crate::kit::{Millis, Reply, Vocabulary, Word};

pub(super) fn routes() -> ApiRouter<App> {
    ApiRouter::new()
        .api_route(
            "/v1/orgs/{org}/projects/{project}/webhook-setup",
            get_with(get, |op| {
                op.id("getWebhookSetup").tag("webhooks").summary("What to paste into the code host")
            }),
        )
        .api_route(
            "/v1/orgs/{org}/projects/{project}/webhook-setup/rotate",
            post_with(rotate, |op| {
                op.id("rotateWebhookSecret")
                    .tag("webhooks")
                    .summary("Make a new secret")
                    .description("The old one stays valid for 24 hours.")
            }),
        )
}

/// How webhooks of a project are set up.
#[derive(Serialize, JsonSchema)]
struct Setup {
    /// What proves a push.
    secret: String,
    /// Until when the secret before it is valid too.
    previous_secret_valid_until: Option<Millis>,
    /// From which severity on an open finding gives a pushed commit the status `failure`; the project's `fail_on`.
    fail_on: Word<FailOn>,
    providers: Vec<OfProvider>,
}

/// How a webhook of one provider is set up.
#[derive(Serialize, JsonSchema)]
struct OfProvider {
    provider: Word<Provider>,
    /// Where it sends to.
    url: String,
    secret: String,
    /// In which header the proof comes.
    header: &'static str,
    /// Of what it has to tell.
    event: &'static str,
}

impl Vocabulary for Provider {
    const NAME: &'static str = "Provider";
    const ALL: &'static [Self] = &Self::ALL;

    fn word(self) -> &'static str {
        self.as_str()
    }
}

impl From<WebhookSetup> for Setup {
    fn from(setup: WebhookSetup) -> Self {
        let secret = setup.secret.to_string();
        let of_provider = |one: app::ProviderSetup| OfProvider {
            provider: Word(one.provider),
            url: one.url,
            secret: secret.clone(),
            header: one.header,
            event: one.event,
        };
        let providers = setup.providers.into_iter().map(of_provider).collect();
        let previous_secret_valid_until = setup.previous_valid_until_ms.map(Millis);
        let fail_on = Word(setup.fail_on);
        Self { secret, previous_secret_valid_until, fail_on, providers }
    }
}

async fn get(
    State(app): State<App>,
    caller: Caller,
    Path { value: at, .. }: Path<InProject>,
) -> Answer<Reply<Setup>> {
    Ok(Reply::new(app.webhook_setup(&caller.ctx, &at.project).await?.into()))
}

async fn rotate(
    State(app): State<App>,
    caller: Caller,
    Path { value: at, .. }: Path<InProject>,
) -> Answer<Reply<Setup>> {
    Ok(Reply::new(app.rotate_webhook_secret(&caller.ctx, &at.project).await?.into()))
}
