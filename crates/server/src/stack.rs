//! What every request passes on its way in and out, in one place and in order.

use std::{
    any::Any,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::{Duration, Instant},
};

use api::{Dialect, Trouble};
use app::Origin;
use axum::{
    Router,
    extract::{ConnectInfo, MatchedPath, Request, State},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use http::{HeaderName, HeaderValue, StatusCode, Uri, header};
use ipnet::IpNet;
use metrics_exporter_prometheus::PrometheusHandle;
use tracing::Instrument as _;

use crate::{Settings, origin};

/// Longest time that an answer may take to begin.
const TIMEOUT: Duration = Duration::from_secs(60);
/// Longest path and query of a request, in bytes: what RFC 9110, 4.1 asks for at least.
const MAX_TARGET_BYTES: usize = 8_000;
/// Headers of a request.
pub(crate) const MAX_HEADERS: usize = 100;
/// What they may take together, in bytes.
const MAX_HEADERS_BYTES: usize = 32 << 10;
/// Longest name that a caller may give to a request.
const MAX_REQUEST_ID: usize = 64;
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What the stack has to know.
#[derive(Clone)]
struct Known {
    trusted: Arc<[IpNet]>,
    metrics_allow: Arc<[IpNet]>,
    metrics: PrometheusHandle,
}

/// The client's address, for those behind the stack.
#[derive(Clone, Copy)]
struct Client(IpAddr);

/// Puts the stack around the APIs.
pub(crate) fn around(apis: Router, settings: &Settings, metrics: PrometheusHandle) -> Router {
    let known = Known {
        trusted: settings.trusted_proxy.clone().into(),
        metrics_allow: settings.metrics_allow.clone().into(),
        metrics,
    };
    let own = Router::new().route("/metrics", get(told_metrics)).with_state(known.clone());
    // The last layer is the first that a request meets.
    Router::new()
        .merge(own)
        .merge(apis)
        // Nothing below has to think of time.
        .layer(middleware::from_fn(in_time))
        // A handler that panics takes nobody else along.
        .layer(middleware::from_fn(caught))
        .layer(middleware::from_fn(bounded))
        .layer(middleware::from_fn(guarded))
        // Measured with everything that is ours in it.
        .layer(middleware::from_fn(measured))
        // Who calls, and the name under which the log tells of it.
        .layer(middleware::from_fn_with_state(known, named))
}

/// Finds out where a request comes from, names it, and logs what became of it. Queries stay out of the log: they may hold what
/// their sender would not want there.
async fn named(State(known): State<Known>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0);
    let client = peer.map(|peer| origin::client(peer, request.headers(), &known.trusted));
    if let Some(address) = client {
        request.extensions_mut().insert(Client(address));
    }
    request.extensions_mut().insert(Origin { address: client, ..Origin::default() });
    let id = request_id(&request);
    let span = tracing::info_span!(
        "request",
        id = id.to_str().unwrap_or_default(),
        method = %request.method(),
        path = request.uri().path(),
    );
    let began = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    span.in_scope(|| {
        tracing::info!(
            status = response.status().as_u16(),
            ms,
            client = client.map(tracing::field::display),
            "answered"
        );
    });
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

/// The caller's name for the request, if it is a sane one, else one of ours.
fn request_id(request: &Request) -> HeaderValue {
    let given = request.headers().get(&REQUEST_ID).filter(|value| {
        let bytes = value.as_bytes();
        let is_plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        !bytes.is_empty() && bytes.len() <= MAX_REQUEST_ID && bytes.iter().all(is_plain)
    });
    let ours = || HeaderValue::try_from(uuid::Uuid::now_v7().to_string()).ok();
    given.cloned().or_else(ours).unwrap_or_else(|| HeaderValue::from_static("unnamed"))
}

/// Counts requests and how long they took, by route.
async fn measured(request: Request, next: Next) -> Response {
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "none".to_owned(), |path| path.as_str().to_owned());
    let method = request.method().to_string();
    let began = Instant::now();
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    let labels = [("method", method), ("route", route), ("status", status)];
    metrics::counter!("bartizan_http_requests_total", &labels).increment(1);
    metrics::histogram!("bartizan_http_request_duration_seconds", &labels)
        .record(began.elapsed().as_secs_f64());
    response
}

/// Refuses requests whose head is larger than any that means something.
async fn bounded(request: Request, next: Next) -> Response {
    let target = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
    if target > MAX_TARGET_BYTES {
        let what = format!("path and query are longer than {MAX_TARGET_BYTES} bytes");
        return api::trouble(
            request.uri(),
            Dialect::of(request.headers()),
            Trouble::Unreadable(what),
        );
    }
    let headers = request.headers();
    let bytes: usize =
        headers.iter().map(|(name, value)| name.as_str().len() + value.as_bytes().len()).sum();
    if headers.len() > MAX_HEADERS || bytes > MAX_HEADERS_BYTES {
        let what = format!(
            "there are more than {MAX_HEADERS} headers, or they are larger than {MAX_HEADERS_BYTES} bytes"
        );
        return api::trouble(
            request.uri(),
            Dialect::of(request.headers()),
            Trouble::Unreadable(what),
        );
    }
    next.run(request).await
}

/// Tells browsers to take answers for what they are.
async fn guarded(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
    response
}

async fn caught(request: Request, next: Next) -> Response {
    let (uri, dialect) = (request.uri().clone(), Dialect::of(request.headers()));
    let running = std::panic::AssertUnwindSafe(next.run(request));
    match futures::FutureExt::catch_unwind(running).await {
        Ok(response) => response,
        Err(panic) => {
            tracing::error!(panic = panic_message(panic.as_ref()), "a handler panicked");
            api::trouble(&uri, dialect, Trouble::Panicked)
        }
    }
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}

async fn in_time(request: Request, next: Next) -> Response {
    let (uri, dialect) = (request.uri().clone(), Dialect::of(request.headers()));
    match tokio::time::timeout(TIMEOUT, next.run(request)).await {
        Ok(response) => response,
        Err(_) => api::trouble(&uri, dialect, Trouble::Overloaded),
    }
}

/// `/metrics`, in Prometheus' text format, to those who may read it.
async fn told_metrics(
    State(known): State<Known>,
    axum::Extension(Client(client)): axum::Extension<Client>,
    uri: Uri,
) -> Response {
    if !known.metrics_allow.iter().any(|network| network.contains(&client)) {
        return api::trouble(&uri, Dialect::Unknown, Trouble::NotFound);
    }
    let text = known.metrics.render();
    let media_type = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    (StatusCode::OK, [(header::CONTENT_TYPE, media_type)], text).into_response()
}
