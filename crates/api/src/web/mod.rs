//! The Web API: scans of websites, for programs with a token of an organization. Lists come newest first, the next page is behind
//! `next_cursor`.

mod cursor;
mod findings;
pub(crate) mod mcp;
mod scans;

use aide::{
    axum::ApiRouter,
    openapi::{Info, OpenApi, ReferenceOr, SecurityScheme},
};
use app::{
    App, Ctx,
    stored::{Plan, TokenKind},
};
use axum::{Router, middleware};
use http::request::Parts;
use schemars::JsonSchema;
use serde::Serialize;

use crate::kit::{self, Exact, Fault, Surface, Vocabulary, Word, standing};

/// The path that is this API's alone.
pub(crate) const FINDINGS: &str = "/api/v1/findings";
/// How tokens begin.
const TOKENS: [&str; 2] = ["fxv_", "fxw_"];
/// Names them in the document.
const BEARER: &str = "bearer";

/// The dialect of the Web API.
pub(crate) struct Web;

type Caller = kit::Caller<Web>;
type Path<T> = kit::Path<Web, T>;
type Query<T> = kit::Query<Web, T>;
type Body<T> = kit::Body<Web, T>;
type Answer<T> = Result<kit::Reply<T>, kit::Failure<Web>>;

/// What went wrong.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Error")]
pub(crate) struct Envelope {
    /// A stable id, for programs.
    error: &'static str,
    /// What went wrong, for people, where the id does not say it. Its words may change.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    /// What is wrong with which part of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    issues: Option<Vec<Issue>>,
    /// What is lacking: `plan_required`.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    /// When it may be tried again.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_seconds: Option<u64>,
    /// How many scans the month holds, where they are used up.
    #[serde(skip_serializing_if = "Option::is_none")]
    quota: Option<Quota>,
}

/// How many scans a plan holds, and how many are used.
#[derive(Serialize, JsonSchema)]
struct Quota {
    plan: Word<PlanName>,
    /// Null: as many as one likes.
    limit: Option<u64>,
    used: u64,
    /// Null: as many as one likes.
    remaining: Option<u64>,
    period_start: Exact,
    period_end: Exact,
}

impl From<&app::Quota> for Quota {
    fn from(quota: &app::Quota) -> Self {
        Self {
            plan: Word(PlanName(quota.plan)),
            limit: quota.limit,
            used: quota.used,
            remaining: quota.remaining(),
            period_start: Exact(quota.period.start_ms),
            period_end: Exact(quota.period.end_ms),
        }
    }
}

/// A plan.
#[derive(Clone, Copy)]
struct PlanName(Plan);

impl Vocabulary for PlanName {
    const NAME: &'static str = "Plan";
    const ALL: &'static [Self] =
        &[Self(Plan::Free), Self(Plan::Hobby), Self(Plan::Pro), Self(Plan::Unlimited)];

    fn word(self) -> &'static str {
        self.0.as_str()
    }
}

/// What is wrong with one part of the request.
#[derive(Serialize, JsonSchema)]
struct Issue {
    /// Which part.
    path: String,
    /// `invalid`, `missing`, `unrecognized`.
    code: &'static str,
    /// For people. Its words may change.
    message: String,
}

impl Surface for Web {
    type Envelope = Envelope;

    const SECURITY: &'static [&'static str] = &[BEARER];

    fn envelope(fault: &Fault) -> Envelope {
        let error = match fault.code {
            "unauthorized" => "invalid_token",
            "bad_request" => "invalid_input",
            other => other,
        };
        // These say all there is to say.
        let is_told =
            matches!(error, "invalid_token" | "forbidden" | "not_found" | "invalid_input");
        let issue = |issue: &app::Issue| Issue {
            path: issue.field.clone(),
            code: issue.code,
            message: issue.message.clone(),
        };
        Envelope {
            error,
            message: (!is_told || fault.reason.is_some()).then(|| fault.message.clone()),
            issues: (error == "invalid_input").then(|| fault.issues.iter().map(issue).collect()),
            reason: fault.reason,
            retry_after_seconds: fault.retry_after.map(|wait| wait.as_secs()),
            quota: fault.quota.as_deref().map(Quota::from),
        }
    }

    async fn authenticate(app: &App, parts: &mut Parts) -> Result<Ctx, app::Error> {
        let token = kit::bearer(&parts.headers).ok_or(app::Error::Unauthenticated)?;
        let kinds = [TokenKind::WebActive, TokenKind::WebPassive];
        let ctx = app.authenticate_token(kit::origin(parts), token, &kinds).await?;
        // Whatever comes of it, the request counts.
        standing::spend(app, parts, &ctx).await?;
        Ok(ctx)
    }
}

/// Whether it is a token of this API, by its beginning.
pub(crate) fn is_token(token: &str) -> bool {
    TOKENS.iter().any(|begin| token.starts_with(begin))
}

/// The paths, into the document as well. The Workspace API claims those of scans too.
pub(crate) fn routes(document: &mut OpenApi) -> Router<App> {
    ApiRouter::new()
        .merge(scans::routes())
        .merge(findings::routes())
        .finish_api(document)
        .layer(middleware::from_fn(standing::tell))
        .fallback(async || Fault::unknown_route().told::<Web>())
        .method_not_allowed_fallback(async || Fault::method_not_allowed().told::<Web>())
}

/// The document, before its paths are in it.
pub(crate) fn document() -> OpenApi {
    let mut document = OpenApi {
        info: Info {
            title: "Bartizan Web API".to_owned(),
            description: Some(
                "Scans of websites, and what they found. Start a scan, poll it until its status is `completed`, read its findings. \
                 Lists come newest first: pass `next_cursor` as `cursor` for the next page, until it is null. Whatever is added \
                 meanwhile, no entry is skipped or told twice."
                    .to_owned(),
            ),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            ..Info::default()
        },
        ..OpenApi::default()
    };
    let bearer = SecurityScheme::Http {
        scheme: "bearer".to_owned(),
        bearer_format: None,
        description: Some(
            "A token of the organization: `fxw_` starts passive scans, `fxv_` active ones too where they are authorized. \
             Administrators make them with `POST /v1/orgs/{org}/api-tokens`"
                .to_owned(),
        ),
        extensions: Default::default(),
    };
    let components = document.components.get_or_insert_default();
    components.security_schemes.insert(BEARER.to_owned(), ReferenceOr::Item(bearer));
    document
}
