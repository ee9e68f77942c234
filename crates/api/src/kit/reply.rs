//! What a handler answers.

use std::marker::PhantomData;

use aide::{
    OperationOutput,
    generate::GenContext,
    openapi::{
        MediaType, Operation, Response as DocumentedResponse, SchemaObject,
        StatusCode as DocumentedStatus,
    },
};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use schemars::JsonSchema;
use serde::Serialize;

/// A JSON body with the status `STATUS`, and perhaps a link to the next page.
pub(crate) struct Reply<T, const STATUS: u16 = 200> {
    body: T,
    link: Option<String>,
}

impl<T, const STATUS: u16> Reply<T, STATUS> {
    pub(crate) fn new(body: T) -> Self {
        Self { body, link: None }
    }

    /// With a `Link` header (RFC 8288).
    pub(crate) fn with_link(body: T, link: Option<String>) -> Self {
        Self { body, link }
    }
}

impl<T: Serialize, const STATUS: u16> IntoResponse for Reply<T, STATUS> {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(STATUS).unwrap_or(StatusCode::OK);
        let mut response = (status, axum::Json(self.body)).into_response();
        let headers = response.headers_mut();
        if let Some(link) = self.link.and_then(|link| HeaderValue::try_from(link).ok()) {
            headers.insert(header::LINK, link);
        }
        // What an answer tells is its caller's alone.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

impl<T: JsonSchema + Serialize, const STATUS: u16> OperationOutput for Reply<T, STATUS> {
    type Inner = T;

    fn operation_response(ctx: &mut GenContext, _: &mut Operation) -> Option<DocumentedResponse> {
        let schema = SchemaObject {
            json_schema: ctx.schema.subschema_for::<T>(),
            external_docs: None,
            example: None,
        };
        let media = MediaType { schema: Some(schema), ..MediaType::default() };
        Some(DocumentedResponse {
            description: reason(STATUS),
            content: [("application/json".to_owned(), media)].into_iter().collect(),
            ..DocumentedResponse::default()
        })
    }

    fn inferred_responses(
        ctx: &mut GenContext,
        operation: &mut Operation,
    ) -> Vec<(Option<DocumentedStatus>, DocumentedResponse)> {
        Self::operation_response(ctx, operation)
            .map(|response| (Some(DocumentedStatus::Code(STATUS)), response))
            .into_iter()
            .collect()
    }
}

/// 204.
pub(crate) struct Empty;

impl IntoResponse for Empty {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}

impl OperationOutput for Empty {
    type Inner = ();

    fn inferred_responses(
        _: &mut GenContext,
        _: &mut Operation,
    ) -> Vec<(Option<DocumentedStatus>, DocumentedResponse)> {
        let response =
            DocumentedResponse { description: reason(204), ..DocumentedResponse::default() };
        vec![(Some(DocumentedStatus::Code(204)), response)]
    }
}

/// A file, which is made while it is sent. `T` names the media types that it may have.
pub(crate) struct Attachment<T> {
    pub(crate) file_name: String,
    pub(crate) media_type: &'static str,
    pub(crate) body: axum::body::Body,
    pub(crate) media_types: PhantomData<T>,
}

/// The media types of an [`Attachment`].
pub(crate) trait MediaTypes {
    const ALL: &'static [&'static str];
}

impl<T> IntoResponse for Attachment<T> {
    fn into_response(self) -> Response {
        // Names are made of slugs and ids: nothing in them has to be escaped.
        let disposition = format!("attachment; filename=\"{}\"", self.file_name);
        let mut response = self.body.into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.media_type));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Ok(disposition) = HeaderValue::try_from(disposition) {
            headers.insert(header::CONTENT_DISPOSITION, disposition);
        }
        response
    }
}

impl<T: MediaTypes> OperationOutput for Attachment<T> {
    type Inner = T;

    fn inferred_responses(
        _: &mut GenContext,
        _: &mut Operation,
    ) -> Vec<(Option<DocumentedStatus>, DocumentedResponse)> {
        let content = T::ALL.iter().map(|name| ((*name).to_owned(), MediaType::default()));
        let response = DocumentedResponse {
            description: "The report, as a file".to_owned(),
            content: content.collect(),
            ..DocumentedResponse::default()
        };
        vec![(Some(DocumentedStatus::Code(200)), response)]
    }
}

fn reason(status: u16) -> String {
    StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or("Done")
        .to_owned()
}
