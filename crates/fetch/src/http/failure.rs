//! What the network stack's errors mean.

use std::{error, io, time::Duration};

use crate::{Error, SafeUrl, error::printable, guard::Scheme};

/// An error before the answer's headers were there. `idle` is how long the peer may be silent.
pub(super) fn of_request(error: &reqwest::Error, url: &SafeUrl, idle: Duration) -> Error {
    let host = url.host().to_owned();
    let port = url.port().unwrap_or_default();
    let reason = innermost(error);
    let kinds: Vec<io::ErrorKind> =
        chain(error).filter_map(|e| e.downcast_ref::<io::Error>()).map(io::Error::kind).collect();
    let has = |kind| kinds.contains(&kind);
    if error.is_connect() {
        return if has(io::ErrorKind::ConnectionRefused) {
            Error::ConnectionRefused { host, port }
        } else if url.scheme() == Scheme::Https
            // rustls reports what it does not accept as invalid data, a peer that hangs up in the handshake as an early end.
            && (has(io::ErrorKind::InvalidData) || has(io::ErrorKind::UnexpectedEof))
        {
            Error::Tls { host, reason, is_certificate: is_about_certificate(error) }
        } else {
            Error::Unreachable { host, port, reason }
        };
    }
    if error.is_timeout() {
        return Error::TimedOut { host, after: idle };
    }
    if error.is_builder() {
        return Error::Http { host, reason };
    }
    lost_or_wrong(error, host, reason)
}

/// An error while the body was read.
pub(super) fn of_body(error: &io::Error, url: &SafeUrl, idle: Duration) -> Error {
    let host = url.host().to_owned();
    if error.kind() == io::ErrorKind::TimedOut
        || error.get_ref().is_some_and(|inner| {
            inner.downcast_ref::<reqwest::Error>().is_some_and(reqwest::Error::is_timeout)
        })
    {
        return Error::TimedOut { host, after: idle };
    }
    let reason = innermost(error);
    lost_or_wrong(error, host, reason)
}

fn lost_or_wrong(error: &(dyn error::Error + 'static), host: String, reason: String) -> Error {
    let broken = chain(error).any(|e| e.downcast_ref::<io::Error>().is_some())
        // hyper's own errors are opaque; these are its words for a connection that ended early.
        || ["connection closed", "end of file", "unexpected EOF", "connection error", "body"]
            .iter()
            .any(|words| reason.contains(words));
    if broken { Error::ConnectionLost { host, reason } } else { Error::Http { host, reason } }
}

/// Whether the handshake came as far as the certificate, which was refused.
fn is_about_certificate(error: &(dyn error::Error + 'static)) -> bool {
    chain(error)
        .filter_map(|e| e.downcast_ref())
        .any(|e: &rustls::Error| matches!(e, rustls::Error::InvalidCertificate(_)))
}

/// The words of the last cause: those before it repeat the URL with its query, or say nothing.
pub(super) fn innermost(error: &(dyn error::Error + 'static)) -> String {
    match chain(error).last() {
        Some(last) if !last.is::<reqwest::Error>() => printable(&last.to_string()),
        _ => "for a reason it does not tell".to_owned(),
    }
}

fn chain<'a>(
    error: &'a (dyn error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn error::Error + 'static)> {
    std::iter::successors(Some(error), |error| {
        // An I/O error's source is its inner error's source; the inner error itself is what we want to see.
        match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner as &(dyn error::Error + 'static)),
            None => error.source(),
        }
    })
}
