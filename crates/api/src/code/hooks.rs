//! `/v1/hooks`: code hosts tell of pushes. They sign what they send, and have no session.

use aide::{
    OperationOutput,
    axum::{ApiRouter, routing::post_with},
    generate::GenContext,
    openapi::{Operation, Response as DocumentedResponse, StatusCode},
    transform::TransformOperation,
};
use app::{App, Delivery, Provider, Received, stored::ScanId};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::HeaderMap;
use schemars::JsonSchema;
use serde::Serialize;
use zeroize::Zeroizing;

use super::{Answer, Code, Visitor};
use crate::kit::{self, Id, Reply};

/// Largest body, in bytes: GitHub sends at most 25 MB.
const MAX_BYTES: usize = 25 << 20;

type RawBody = kit::RawBody<Code, MAX_BYTES>;

pub(super) fn routes() -> ApiRouter<App> {
    Provider::ALL.into_iter().fold(ApiRouter::new(), |routes, provider| {
        let receive = async move |State(app): State<App>, visitor: Visitor, body: RawBody| {
            receive(app, visitor, provider, body).await
        };
        let path = format!("/v1/hooks/{}", provider.as_str());
        routes.api_route(&path, post_with(receive, |op| described(op, provider)))
    })
}

fn described(op: TransformOperation<'_>, provider: Provider) -> TransformOperation<'_> {
    let (id, host) = match provider {
        Provider::GitHub => ("receiveGithubHook", "GitHub"),
        Provider::GitLab => ("receiveGitlabHook", "GitLab"),
        Provider::Forgejo => ("receiveForgejoHook", "Forgejo or Gitea"),
        Provider::Bitbucket => ("receiveBitbucketHook", "Bitbucket Cloud"),
    };
    op.id(id).tag("webhooks").summary(&format!("A push, told by {host}")).description(
        "The host signs the body with the project's webhook secret. Without that: 401.",
    )
}

/// A push was taken.
#[derive(Serialize, JsonSchema)]
struct Accepted {
    /// `true`.
    accepted: bool,
    /// The scans that were started; none if the delivery came before.
    scans: Vec<Id<ScanId>>,
}

/// Something that starts no scan.
#[derive(Serialize, JsonSchema)]
struct NotAccepted {
    /// `false`.
    accepted: bool,
    reason: &'static str,
}

/// What came of a delivery.
struct Outcome(Received);

impl IntoResponse for Outcome {
    fn into_response(self) -> Response {
        match self.0 {
            Received::Push(scans) => {
                let scans = scans.into_iter().map(Id).collect();
                Reply::<_, 202>::new(Accepted { accepted: true, scans }).into_response()
            }
            Received::Ignored(reason) => {
                Reply::<_, 200>::new(NotAccepted { accepted: false, reason }).into_response()
            }
        }
    }
}

impl OperationOutput for Outcome {
    type Inner = Accepted;

    fn inferred_responses(
        ctx: &mut GenContext,
        operation: &mut Operation,
    ) -> Vec<(Option<StatusCode>, DocumentedResponse)> {
        let accepted = Reply::<Accepted, 202>::inferred_responses(ctx, operation);
        let others = Reply::<NotAccepted, 200>::inferred_responses(ctx, operation);
        accepted.into_iter().chain(others).collect()
    }
}

async fn receive(app: App, visitor: Visitor, provider: Provider, body: RawBody) -> Answer<Outcome> {
    let delivery = delivery(provider, &body.headers);
    Ok(Outcome(app.receive_webhook(&visitor.origin, delivery, body.bytes.into()).await?))
}

/// What the headers of a provider tell.
fn delivery(provider: Provider, headers: &HeaderMap) -> Delivery {
    let first = |names: &[&str]| {
        names.iter().find_map(|name| headers.get(*name)?.to_str().ok()).map(str::to_owned)
    };
    let (event, id, proof): (&[&str], &[&str], &[&str]) = match provider {
        Provider::GitHub => (&["x-github-event"], &["x-github-delivery"], &["x-hub-signature-256"]),
        Provider::GitLab => (&["x-gitlab-event"], &["x-gitlab-event-uuid"], &["x-gitlab-token"]),
        Provider::Forgejo => (
            &["x-forgejo-event", "x-gitea-event"],
            &["x-forgejo-delivery", "x-gitea-delivery"],
            &["x-forgejo-signature", "x-gitea-signature"],
        ),
        Provider::Bitbucket => (&["x-event-key"], &["x-request-uuid"], &["x-hub-signature"]),
    };
    Delivery {
        provider,
        event: first(event).unwrap_or_default(),
        id: first(id),
        proof: first(proof).map(Zeroizing::new),
    }
}
