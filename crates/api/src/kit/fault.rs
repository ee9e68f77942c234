//! Errors on their way out.

use std::{marker::PhantomData, time::Duration};

use aide::{
    OperationOutput,
    generate::GenContext,
    openapi::{
        MediaType, Operation, Response as DocumentedResponse, SchemaObject,
        StatusCode as DocumentedStatus,
    },
};
use app::{Issue, Quota, Standing};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

use super::{Surface, standing};

/// Longest message about what was sent.
const MAX_MESSAGE_CHARS: usize = 300;

/// Longest name of a part of the request that is repeated.
const MAX_FIELD_BYTES: usize = 64;

/// What went wrong, before an API has put it into its words.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) status: StatusCode,
    /// A stable id.
    pub(crate) code: &'static str,
    /// For people.
    pub(crate) message: String,
    /// What is wrong with which part of the request.
    pub(crate) issues: Vec<Issue>,
    pub(crate) retry_after: Option<Duration>,
    /// How the caller stands with the window that is full.
    pub(crate) standing: Option<Box<Standing>>,
    /// What is used up.
    pub(crate) quota: Option<Box<Quota>>,
    /// A stable id of what is lacking, where the other one does not say it.
    pub(crate) reason: Option<&'static str>,
}

impl Fault {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            issues: Vec::new(),
            retry_after: None,
            standing: None,
            quota: None,
            reason: None,
        }
    }

    /// The message may repeat what was sent: not at length.
    pub(crate) fn bad_request(field: &str, message: impl Into<String>) -> Self {
        let mut message = message.into();
        if let Some((end, _)) = message.char_indices().nth(MAX_MESSAGE_CHARS) {
            message.truncate(end);
            message.push('…');
        }
        app::Error::invalid(field, message).into()
    }

    /// What serde says of a part of the request that is not as it must be, which it knows as `field`.
    pub(super) fn misunderstood(what: &str, field: &str, cause: &dyn std::fmt::Display) -> Self {
        let cause = cause.to_string();
        // Of what is missing, unknown or there twice, serde says the name in words only.
        let named =
            |word: &str| cause.strip_prefix(word)?.strip_prefix(" field `")?.split('`').next();
        let (code, named) = match ["missing", "unknown", "duplicate"].map(named) {
            [Some(name), ..] => ("missing", Some(name)),
            [_, Some(name), _] => ("unrecognized", Some(name)),
            [.., name] => ("invalid", name),
        };
        let field = named.unwrap_or(field);
        let is_one = !matches!(field, "." | "?") && field.len() <= MAX_FIELD_BYTES;
        let field = if is_one { field } else { what };
        let mut fault =
            Self::bad_request(field, format!("the {what} is not as it must be: {cause}"));
        fault.issues.iter_mut().for_each(|issue| issue.code = code);
        fault
    }

    pub(crate) fn unknown_route() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "there is nothing at this path")
    }

    pub(crate) fn method_not_allowed() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "this path does not answer to this method",
        )
    }

    pub(crate) fn payload_too_large(limit: usize) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "payload_too_large",
            format!("the body is larger than {limit} bytes"),
        )
    }

    pub(crate) fn unsupported_media_type() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "the body must be sent as content-type: application/json",
        )
    }

    pub(crate) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "internal error")
    }

    pub(crate) fn unavailable() -> Self {
        app::Error::Unavailable.into()
    }

    /// The response, in the words of `S`.
    pub(crate) fn told<S: Surface>(&self) -> Response {
        let mut response = (self.status, axum::Json(S::envelope(self))).into_response();
        let headers = response.headers_mut();
        if self.status == StatusCode::UNAUTHORIZED {
            // RFC 9110, 15.5.2 wants one.
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(wait) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs()));
        }
        if let Some(standing) = &self.standing {
            standing::write(headers, standing);
        }
        response
    }
}

impl From<app::Error> for Fault {
    fn from(error: app::Error) -> Self {
        let message = error.to_string();
        let (status, code) = match &error {
            app::Error::Unauthenticated => (StatusCode::UNAUTHORIZED, "unauthorized"),
            app::Error::Forbidden(_) => (StatusCode::FORBIDDEN, "forbidden"),
            app::Error::NotFound(_) => (StatusCode::NOT_FOUND, "not_found"),
            app::Error::Conflict(_) => (StatusCode::CONFLICT, "conflict"),
            app::Error::Invalid(_) => (StatusCode::BAD_REQUEST, "bad_request"),
            app::Error::LimitReached { .. } => (StatusCode::TOO_MANY_REQUESTS, "rate_limited"),
            app::Error::RateLimited { .. } => (StatusCode::TOO_MANY_REQUESTS, "rate_limited"),
            app::Error::QuotaExceeded(_) => (StatusCode::TOO_MANY_REQUESTS, "quota_exceeded"),
            app::Error::PlanRequired(_) => (StatusCode::FORBIDDEN, "forbidden"),
            app::Error::VerifyRequired => (StatusCode::FORBIDDEN, "verify_required"),
            app::Error::AuthorizationRequired => (StatusCode::FORBIDDEN, "authorization_required"),
            app::Error::TargetNotAllowed(_) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "target_not_allowed")
            }
            app::Error::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
            app::Error::Internal(source) => {
                // The span that this stands in carries the request's id.
                tracing::error!(error = chain(source.as_ref()), "internal error");
                (StatusCode::INTERNAL_SERVER_ERROR, "internal")
            }
        };
        let mut fault = Self::new(status, code, message);
        match error {
            app::Error::Invalid(issues) => fault.issues = issues,
            app::Error::LimitReached { retry_after } => fault.retry_after = Some(retry_after),
            app::Error::RateLimited { retry_after, standing } => {
                fault.retry_after = Some(retry_after);
                fault.standing = Some(Box::new(standing));
            }
            app::Error::QuotaExceeded(quota) => fault.quota = Some(Box::new(quota)),
            app::Error::PlanRequired(_) => fault.reason = Some("plan_required"),
            app::Error::Unavailable => fault.retry_after = Some(Duration::from_secs(1)),
            _ => {}
        }
        fault
    }
}

/// An error and what caused it.
fn chain(error: &dyn std::error::Error) -> String {
    let mut told = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        told = format!("{told}: {cause}");
        source = cause.source();
    }
    told
}

/// An error on its way out through `S`: what a handler or an extractor fails with.
pub(crate) struct Failure<S>(Fault, PhantomData<S>);

impl<S, E: Into<Fault>> From<E> for Failure<S> {
    fn from(error: E) -> Self {
        Self(error.into(), PhantomData)
    }
}

impl<S: Surface> IntoResponse for Failure<S> {
    fn into_response(self) -> Response {
        self.0.told::<S>()
    }
}

impl<S: Surface> OperationOutput for Failure<S> {
    type Inner = Self;

    fn inferred_responses(
        ctx: &mut GenContext,
        _: &mut Operation,
    ) -> Vec<(Option<DocumentedStatus>, DocumentedResponse)> {
        vec![(None, documented::<S>(ctx, "Something went wrong"))]
    }
}

/// How the document tells of an error.
pub(super) fn documented<S: Surface>(
    ctx: &mut GenContext,
    description: &str,
) -> DocumentedResponse {
    let schema = SchemaObject {
        json_schema: ctx.schema.subschema_for::<S::Envelope>(),
        external_docs: None,
        example: None,
    };
    let media = MediaType { schema: Some(schema), ..MediaType::default() };
    DocumentedResponse {
        description: description.to_owned(),
        content: [("application/json".to_owned(), media)].into_iter().collect(),
        ..DocumentedResponse::default()
    }
}

/// How the document tells of several errors.
pub(super) fn early<S: Surface>(
    ctx: &mut GenContext,
    faults: &[(u16, &str)],
) -> Vec<(Option<DocumentedStatus>, DocumentedResponse)> {
    faults
        .iter()
        .map(|(status, description)| {
            (Some(DocumentedStatus::Code(*status)), documented::<S>(ctx, description))
        })
        .collect()
}
