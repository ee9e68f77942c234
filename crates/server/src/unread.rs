//! Requests of which the HTTP library cannot read the head: it answers them itself, with a status and nothing else, and no layer of the
//! stack sees them. What it writes is replaced by an answer in the envelope of the API that the path belongs to.

use std::{
    future::Future,
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use api::{Dialect, Trouble};
use axum_server::accept::Accept;
use futures::FutureExt as _;
use http::{HeaderValue, Uri, header};
use http_body_util::BodyExt as _;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How much of a head is remembered, in bytes: no path of ours is longer.
const MAX_HEAD_BYTES: usize = 512;

/// Accepts what the acceptor within accepts.
#[derive(Clone)]
pub(crate) struct Answering<A>(pub(crate) A);

/// A connection on which every answer has an envelope.
pub(crate) struct Connection<S> {
    stream: S,
    /// How the request that is being read begins.
    head: Vec<u8>,
    /// Something was written since: what is read next begins another request.
    is_answered: bool,
    /// An answer on its way instead of the library's.
    replacement: Option<Replacement>,
}

struct Replacement {
    bytes: Vec<u8>,
    written: usize,
}

impl<A, I, S> Accept<I, S> for Answering<A>
where
    A: Accept<I, S>,
    A::Future: Send + 'static,
{
    type Stream = Connection<A::Stream>;
    type Service = A::Service;
    type Future =
        Pin<Box<dyn Future<Output = io::Result<(Self::Stream, Self::Service)>> + Send + 'static>>;

    fn accept(&self, stream: I, service: S) -> Self::Future {
        let accepted = self.0.accept(stream, service);
        Box::pin(
            accepted.map(|accepted| {
                accepted.map(|(stream, service)| (Connection::new(stream), service))
            }),
        )
    }
}

impl<S> Connection<S> {
    fn new(stream: S) -> Self {
        Self { stream, head: Vec::new(), is_answered: false, replacement: None }
    }

    fn remember(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        if std::mem::take(&mut self.is_answered) {
            self.head.clear();
        }
        let room = MAX_HEAD_BYTES.saturating_sub(self.head.len());
        self.head.extend(bytes.iter().take(room));
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Connection<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        ready!(Pin::new(&mut this.stream).poll_read(context, buffer))?;
        this.remember(buffer.filled().get(before..).unwrap_or_default());
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Connection<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.replacement.is_none()
            && let Some(status) = refusal(bytes)
        {
            this.replacement = answer(status, &this.head);
        }
        this.is_answered = true;
        let Some(replacement) = &mut this.replacement else {
            return Pin::new(&mut this.stream).poll_write(context, bytes);
        };
        loop {
            let rest = replacement.bytes.get(replacement.written..).unwrap_or_default();
            if rest.is_empty() {
                this.replacement = None;
                // As far as the library knows, its own answer has gone.
                return Poll::Ready(Ok(bytes.len()));
            }
            match ready!(Pin::new(&mut this.stream).poll_write(context, rest))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                written => replacement.written += written,
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}

/// The status of an answer that the library gives on its own account: no answer of ours to a faulty request is without a body.
fn refusal(bytes: &[u8]) -> Option<u16> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (line, headers) = text.split_once("\r\n")?;
    let status = line.strip_prefix("HTTP/1.")?.split(' ').nth(1)?.parse().ok()?;
    let is_refusal = matches!(status, 400 | 414 | 431)
        && headers.ends_with("\r\n\r\n")
        && headers.lines().any(|line| line.eq_ignore_ascii_case("content-length: 0"));
    is_refusal.then_some(status)
}

/// What is said instead. The answer to HEAD has no body in any case.
fn answer(status: u16, head: &[u8]) -> Option<Replacement> {
    let how = match status {
        414 => "path and query are too long",
        431 => "there are too many headers, or they are too large",
        _ => "it is not a request of HTTP/1.1",
    };
    let mut words = head.split(|byte| matches!(byte, b' ' | b'?' | b'\r' | b'\n'));
    let method = words.next().unwrap_or_default();
    if method == b"HEAD" {
        return None;
    }
    let uri = words.next().and_then(|path| Uri::try_from(path).ok()).unwrap_or_default();
    tracing::info!(status, path = uri.path(), "the head of a request was not read");
    let mut response = api::trouble(&uri, Dialect::Unknown, Trouble::Unreadable(how.to_owned()));
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let (parts, body) = response.into_parts();
    // An envelope is there at once.
    let body = body.collect().now_or_never()?.ok()?.to_bytes();
    let mut bytes =
        format!("HTTP/1.1 {}\r\ncontent-length: {}\r\n", parts.status, body.len()).into_bytes();
    for (name, value) in parts.headers.iter().filter(|(name, _)| *name != header::CONTENT_LENGTH) {
        bytes.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    bytes.extend(b"\r\n");
    bytes.extend(body);
    Some(Replacement { bytes, written: 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_librarys_own_answers_are_refusals() {
        let refused = "HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\ndate: now\r\n\r\n";
        assert_eq!(refusal(refused.as_bytes()), Some(431));
        for other in [
            "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n\r\n{}",
            "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n",
            "{\"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n",
            "",
        ] {
            assert_eq!(refusal(other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn the_path_says_whose_envelope_it_is() {
        let told = |head: &str| {
            let replacement = answer(431, head.as_bytes()).unwrap();
            String::from_utf8(replacement.bytes).unwrap()
        };
        let code = told("GET /v1/orgs/acme HTTP/1.1\r\nhost: x\r\n");
        let workspace = told("GET /api/v1/projects?page=2 HTTP/1.1\r\n");
        let unknown = told("GET");
        assert!(code.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{code}");
        let body = |text: &str| text.split_once("\r\n\r\n").unwrap().1.to_owned();
        assert_eq!(body(&code), body(&unknown));
        assert_ne!(body(&code), body(&workspace));
        assert!(answer(431, b"HEAD / HTTP/1.1\r\n").is_none());
    }

    #[test]
    fn a_further_request_of_the_connection_has_a_head_of_its_own() {
        let mut connection = Connection::new(());
        connection.remember(b"GET /v1/o");
        connection.remember(b"rgs HTTP/1.1");
        assert_eq!(connection.head, b"GET /v1/orgs HTTP/1.1");
        connection.is_answered = true;
        connection.remember(&[b'x'; 2 * MAX_HEAD_BYTES]);
        assert_eq!(connection.head, [b'x'; MAX_HEAD_BYTES]);
    }
}
