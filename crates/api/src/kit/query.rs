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

    async fn from_request_parts(parts: &mut Parts, _: &X) -> Result<Self, Self::Rejection> {
        let query = parts.uri.query().unwrap_or_default();
        let pairs = serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
        match serde_path_to_error::deserialize(pairs) {
            Ok(value) => Ok(Self { value, surface: PhantomData }),
            Err(error) => {
                let field = error.path().to_string();
                Err(Fault::misunderstood("query", &field, error.inner()).into())
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
