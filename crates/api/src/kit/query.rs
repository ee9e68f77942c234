//! The parameters behind a path.

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

/// Extractor: the parameters in the query, which `T` names.
pub(crate) struct Query<S, T> {
    pub(crate) value: T,
    surface: PhantomData<S>,
}

impl<S: Surface, T: DeserializeOwned + Send, X: Send + Sync> FromRequestParts<X> for Query<S, T> {
    type Rejection = Failure<S>;

    async fn from_request_parts(parts: &mut Parts, state: &X) -> Result<Self, Self::Rejection> {
        match axum::extract::Query::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(value)) => Ok(Self { value, surface: PhantomData }),
            Err(rejection) => {
                let text = rejection.body_text();
                let cause =
                    text.strip_prefix("Failed to deserialize query string: ").unwrap_or(&text);
                let message = format!("the query is not as it must be: {cause}");
                Err(Fault::bad_request("query", message).into())
            }
        }
    }
}

impl<S: Surface, T: JsonSchema> OperationInput for Query<S, T> {
    fn operation_input(ctx: &mut GenContext, operation: &mut Operation) {
        // Not as a named schema: nothing but the parameters made of it is told.
        let schema = T::json_schema(&mut ctx.schema);
        let parameters = parameters_from_schema(ctx, schema, ParamLocation::Query);
        add_parameters(ctx, operation, parameters);
    }

    fn inferred_early_responses(
        ctx: &mut GenContext,
        _: &mut Operation,
    ) -> Vec<(Option<DocumentedStatus>, DocumentedResponse)> {
        fault::early::<S>(ctx, &[(400, "The request makes no sense")])
    }
}
