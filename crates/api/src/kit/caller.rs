//! Who calls.

use std::marker::PhantomData;

use aide::{
    OperationInput,
    generate::GenContext,
    openapi::{Operation, Response as DocumentedResponse, StatusCode as DocumentedStatus},
};
use app::{App, Ctx, Origin};
use axum::extract::{FromRef, FromRequestParts};
use http::{HeaderMap, header, request::Parts};

use super::{Failure, Surface, fault};

/// What is kept of a program's name for itself.
const MAX_USER_AGENT_CHARS: usize = 256;

/// Extractor: the caller. First in every handler: it rejects before path, query and body are looked at, so that an anonymous
/// request learns nothing of what a valid one looks like.
pub(crate) struct Caller<S> {
    pub(crate) ctx: Ctx,
    surface: PhantomData<S>,
}

impl<S: Surface, X: Send + Sync> FromRequestParts<X> for Caller<S>
where
    App: FromRef<X>,
{
    type Rejection = Failure<S>;

    async fn from_request_parts(parts: &mut Parts, state: &X) -> Result<Self, Self::Rejection> {
        let app = App::from_ref(state);
        Ok(Self { ctx: S::authenticate(&app, parts).await?, surface: PhantomData })
    }
}

impl<S: Surface> OperationInput for Caller<S> {
    fn operation_input(_: &mut GenContext, operation: &mut Operation) {
        operation.security = S::SECURITY
            .iter()
            .map(|scheme| [((*scheme).to_owned(), Vec::new())].into_iter().collect())
            .collect();
    }

    fn inferred_early_responses(
        ctx: &mut GenContext,
        _: &mut Operation,
    ) -> Vec<(Option<DocumentedStatus>, DocumentedResponse)> {
        fault::early::<S>(ctx, &[(401, "Nobody has shown who calls"), (403, "The caller may not")])
    }
}

/// The token of `Authorization: Bearer <token>` (RFC 6750, 2.1); the scheme's case does not matter (RFC 9110, 11.1).
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Where the request comes from, as the server has found out, and by which program.
pub(crate) fn origin(parts: &Parts) -> Origin {
    let user_agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    let user_agent = user_agent.map(|name| name.chars().take(MAX_USER_AGENT_CHARS).collect());
    Origin { user_agent, ..parts.extensions.get::<Origin>().cloned().unwrap_or_default() }
}

impl<S: Surface, X: Send + Sync> FromRequestParts<X> for Visitor<S> {
    type Rejection = Failure<S>;

    async fn from_request_parts(parts: &mut Parts, _: &X) -> Result<Self, Self::Rejection> {
        Ok(Self { origin: origin(parts), surface: PhantomData })
    }
}

/// Extractor: somebody who has not shown who it is, where that is allowed.
pub(crate) struct Visitor<S> {
    pub(crate) origin: Origin,
    surface: PhantomData<S>,
}

impl<S: Surface> OperationInput for Visitor<S> {}
