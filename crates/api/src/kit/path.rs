//! The parameters in a path.

use std::marker::PhantomData;

use aide::{
    OperationInput,
    generate::GenContext,
    openapi::{Operation, Response as DocumentedResponse, StatusCode as DocumentedStatus},
    operation::{ParamLocation, add_parameters, parameters_from_schema},
};
use axum::extract::FromRequestParts;
use http::request::Parts;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use super::{Failure, Fault, Surface, fault};

/// Extractor: the parameters in the path, which `T` names.
pub(crate) struct Path<S, T> {
    pub(crate) value: T,
    surface: PhantomData<S>,
}

impl<S: Surface, T: DeserializeOwned + Send, X: Send + Sync> FromRequestParts<X> for Path<S, T> {
    type Rejection = Failure<S>;

    async fn from_request_parts(parts: &mut Parts, state: &X) -> Result<Self, Self::Rejection> {
        match axum::extract::Path::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self { value, surface: PhantomData }),
            Err(rejection) => {
                let text = rejection.body_text();
                let cause = text.strip_prefix("Invalid URL: ").unwrap_or(&text);
                let message = format!("the path is not as it must be: {cause}");
                Err(Fault::bad_request("path", message).into())
            }
        }
    }
}

impl<S: Surface, T: JsonSchema> OperationInput for Path<S, T> {
    fn operation_input(ctx: &mut GenContext, operation: &mut Operation) {
        // Not as a named schema: nothing but the parameters made of it is told.
        let schema = T::json_schema(&mut ctx.schema);
        let parameters = parameters_from_schema(ctx, schema, ParamLocation::Path);
        add_parameters(ctx, operation, parameters);
    }

    fn inferred_early_responses(
        ctx: &mut GenContext,
        _: &mut Operation,
    ) -> Vec<(Option<DocumentedStatus>, DocumentedResponse)> {
        fault::early::<S>(
            ctx,
            &[(400, "The request makes no sense"), (404, "There is no such thing")],
        )
    }
}
