//! The Code API: organizations register repositories, scans clone them and report findings.

mod audit;
mod auth;
mod domains;
mod exports;
mod findings;
mod hooks;
mod projects;
mod scans;
mod tokens;
mod users;
mod webhooks;

use aide::{
    axum::ApiRouter,
    openapi::{Info, OpenApi, SecurityScheme},
};
use app::{App, Ctx};
use axum::extract::{FromRequestParts as _, RawPathParams};
use http::request::Parts;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kit::{self, Fault, Surface};

/// The dialect of the Code API.
pub(crate) struct Code;

type Caller = kit::Caller<Code>;
type Visitor = kit::Visitor<Code>;
type Path<T> = kit::Path<Code, T>;
type Query<T> = kit::Query<Code, T>;
type Body<T> = kit::Body<Code, T>;
type OptionalBody<T> = kit::OptionalBody<Code, T>;
type Answer<T> = Result<T, kit::Failure<Code>>;

/// What went wrong.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Error")]
pub(crate) struct Envelope {
    /// A stable id, for programs.
    error: &'static str,
    /// What went wrong, for people. Its words may change.
    message: String,
}

impl Surface for Code {
    type Envelope = Envelope;

    const SECURITY: &'static [&'static str] = &["bearer"];

    fn envelope(fault: &Fault) -> Envelope {
        Envelope { error: fault.code, message: fault.message.clone() }
    }

    async fn authenticate(app: &App, parts: &mut Parts) -> Result<Ctx, app::Error> {
        let token = kit::bearer(&parts.headers).ok_or(app::Error::Unauthenticated)?;
        let ctx = app.authenticate_session(kit::origin(parts), token).await?;
        // A path that cannot be read names no organization; its own extractor says so.
        if let Ok(parameters) = RawPathParams::from_request_parts(parts, &()).await
            && let Some((_, slug)) = parameters.iter().find(|(name, _)| *name == "org")
        {
            ctx.require_organization(slug)?;
        }
        Ok(ctx)
    }
}

/// `{org}`.
#[derive(Deserialize, JsonSchema)]
struct InOrganization {
    /// The organization's slug, which is the token's.
    org: String,
}

/// `{org}/projects/{project}`.
#[derive(Deserialize, JsonSchema)]
struct InProject {
    /// The organization's slug, which is the token's.
    #[expect(dead_code, reason = "the caller's extractor has compared it with the token's")]
    org: String,
    /// The project's slug.
    project: String,
}

/// The paths, without the documents.
pub(crate) fn routes() -> ApiRouter<App> {
    ApiRouter::new()
        .merge(auth::routes())
        .merge(projects::routes())
        .merge(scans::routes())
        .merge(findings::routes())
        .merge(exports::routes())
        .merge(users::routes())
        .merge(tokens::routes())
        .merge(domains::routes())
        .merge(audit::routes())
        .merge(webhooks::routes())
        .merge(hooks::routes())
}

/// The document, before its paths are in it.
pub(crate) fn document() -> OpenApi {
    let mut document = OpenApi {
        info: Info {
            title: "Bartizan Code API".to_owned(),
            description: Some(
                "Organizations register repositories; scans clone them and report findings. Lists come newest first; the next \
                 page is in the `Link` header."
                    .to_owned(),
            ),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            ..Info::default()
        },
        ..OpenApi::default()
    };
    let components = document.components.get_or_insert_default();
    let bearer = SecurityScheme::Http {
        scheme: "bearer".to_owned(),
        bearer_format: Some("JWT".to_owned()),
        description: Some("The token of a login or a registration".to_owned()),
        extensions: Default::default(),
    };
    components
        .security_schemes
        .insert("bearer".to_owned(), aide::openapi::ReferenceOr::Item(bearer));
    document
}
