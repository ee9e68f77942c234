//! What a request carries.

use std::{marker::PhantomData, time::Duration};

use aide::{
    OperationInput,
    generate::GenContext,
    openapi::{
        MediaType, Operation, ReferenceOr, RequestBody, Response as DocumentedResponse,
        SchemaObject, StatusCode as DocumentedStatus,
    },
};
use axum::extract::{FromRequest, Request};
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, header};
use http_body_util::BodyExt as _;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::{Instant, timeout_at},
};

use super::{Failure, Fault, Surface, fault};

/// Largest body, in bytes.
const MAX_BYTES: usize = 1 << 20;
/// Bodies larger than that are held in memory a few at a time, as nobody has shown yet who sends them.
static LARGE: Semaphore = Semaphore::const_new(8);
/// How long a large body may take from its turn on: others wait for it.
const LARGE_TIMEOUT: Duration = Duration::from_secs(15);
/// A large body's turn.
type Turn = Option<SemaphorePermit<'static>>;
/// How much of a body that is too large is read on and thrown away, so that its sender hears the answer.
const MAX_DISCARDED_BYTES: usize = 128 << 20;

/// Extractor: a JSON body.
pub(crate) struct Body<S, T> {
    pub(crate) value: T,
    surface: PhantomData<S>,
}

impl<S: Surface, T: DeserializeOwned, X: Send + Sync> FromRequest<X> for Body<S, T> {
    type Rejection = Failure<S>;

    async fn from_request(request: Request, _: &X) -> Result<Self, Self::Rejection> {
        require_json(request.headers())?;
        let (bytes, _) = read(request, MAX_BYTES).await?;
        Ok(Self { value: understand(&bytes)?, surface: PhantomData })
    }
}

/// Extractor: a JSON body that may be left out.
pub(crate) struct OptionalBody<S, T> {
    pub(crate) value: T,
    surface: PhantomData<S>,
}

impl<S: Surface, T: DeserializeOwned + Default, X: Send + Sync> FromRequest<X>
    for OptionalBody<S, T>
{
    type Rejection = Failure<S>;

    async fn from_request(request: Request, _: &X) -> Result<Self, Self::Rejection> {
        let is_json = require_json(request.headers());
        let (bytes, _) = read(request, MAX_BYTES).await?;
        if bytes.is_empty() {
            return Ok(Self { value: T::default(), surface: PhantomData });
        }
        is_json?;
        Ok(Self { value: understand(&bytes)?, surface: PhantomData })
    }
}

/// Extractor: a body as it came, up to `MAX` bytes, and the headers.
pub(crate) struct RawBody<S, const MAX: usize> {
    pub(crate) bytes: Bytes,
    pub(crate) headers: HeaderMap,
    _turn: Turn,
    surface: PhantomData<S>,
}

impl<S: Surface, X: Send + Sync, const MAX: usize> FromRequest<X> for RawBody<S, MAX> {
    type Rejection = Failure<S>;

    async fn from_request(request: Request, _: &X) -> Result<Self, Self::Rejection> {
        let headers = request.headers().clone();
        let (bytes, _turn) = read(request, MAX).await?;
        Ok(Self { bytes, headers, _turn, surface: PhantomData })
    }
}

/// `application/json` or a type that says it is written so (RFC 6839, 3.1).
fn require_json(headers: &HeaderMap) -> Result<(), Fault> {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = value.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    let essence = essence.to_ascii_lowercase();
    let is_json = essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json"));
    if is_json { Ok(()) } else { Err(Fault::unsupported_media_type()) }
}

async fn read(request: Request, limit: usize) -> Result<(Bytes, Turn), Fault> {
    let mut turn = None;
    let mut body = request.into_body();
    let mut read = BytesMut::new();
    let mut total = 0_usize;
    let mut until = None;
    loop {
        let frame = match until {
            None => body.frame().await,
            Some(until) => {
                let late = |_| Fault::bad_request("body", "the body was too slow");
                timeout_at(until, body.frame()).await.map_err(late)?
            }
        };
        let Some(frame) = frame else { break };
        let broken = || Fault::bad_request("body", "the body ended before its end");
        let Ok(data) = frame.map_err(|_| broken())?.into_data() else { continue };
        total = total.saturating_add(data.len());
        if total > MAX_BYTES && total <= limit && turn.is_none() {
            turn = LARGE.acquire().await.ok();
            until = Some(Instant::now() + LARGE_TIMEOUT);
        }
        if total <= limit {
            read.extend_from_slice(&data);
        } else if total > MAX_DISCARDED_BYTES {
            break;
        } else {
            read.clear();
        }
    }
    if total > limit { Err(Fault::payload_too_large(limit)) } else { Ok((read.freeze(), turn)) }
}

/// Reads one JSON object and nothing behind it.
fn understand<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Fault> {
    // A list of its members' values would be taken for an object.
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        return Err(Fault::bad_request("body", "the body is not a JSON object"));
    }
    let mut from = serde_json::Deserializer::from_slice(bytes);
    let not_json = |error: &serde_json::Error| {
        Fault::bad_request("body", format!("the body is not JSON: {error}"))
    };
    let value = serde_path_to_error::deserialize(&mut from).map_err(|error| {
        match error.inner().classify() {
            serde_json::error::Category::Data => {
                Fault::misunderstood("body", &error.path().to_string(), error.inner())
            }
            _ => not_json(error.inner()),
        }
    })?;
    from.end().map_err(|error| not_json(&error))?;
    Ok(value)
}

impl<S: Surface, T: JsonSchema> OperationInput for Body<S, T> {
    fn operation_input(ctx: &mut GenContext, operation: &mut Operation) {
        document::<T>(ctx, operation, true);
    }

    fn inferred_early_responses(
        ctx: &mut GenContext,
        _: &mut Operation,
    ) -> Vec<(Option<DocumentedStatus>, DocumentedResponse)> {
        fault::early::<S>(ctx, FAULTS)
    }
}

impl<S: Surface, T: JsonSchema> OperationInput for OptionalBody<S, T> {
    fn operation_input(ctx: &mut GenContext, operation: &mut Operation) {
        document::<T>(ctx, operation, false);
    }

    fn inferred_early_responses(
        ctx: &mut GenContext,
        _: &mut Operation,
    ) -> Vec<(Option<DocumentedStatus>, DocumentedResponse)> {
        fault::early::<S>(ctx, FAULTS)
    }
}

impl<S: Surface, const MAX: usize> OperationInput for RawBody<S, MAX> {
    fn operation_input(ctx: &mut GenContext, operation: &mut Operation) {
        document::<serde_json::Map<String, serde_json::Value>>(ctx, operation, true);
    }

    fn inferred_early_responses(
        ctx: &mut GenContext,
        _: &mut Operation,
    ) -> Vec<(Option<DocumentedStatus>, DocumentedResponse)> {
        let proof = (401, "Nothing proves who sends");
        fault::early::<S>(ctx, &[proof, (413, "The body is too large")])
    }
}

const FAULTS: &[(u16, &str)] = &[
    (400, "The request makes no sense"),
    (413, "The body is larger than 1 MiB"),
    (415, "The body is not sent as JSON"),
];

fn document<T: JsonSchema>(ctx: &mut GenContext, operation: &mut Operation, required: bool) {
    let schema = SchemaObject {
        json_schema: ctx.schema.subschema_for::<T>(),
        external_docs: None,
        example: None,
    };
    let media = MediaType { schema: Some(schema), ..MediaType::default() };
    operation.request_body = Some(ReferenceOr::Item(RequestBody {
        content: [("application/json".to_owned(), media)].into_iter().collect(),
        required,
        ..RequestBody::default()
    }));
}
