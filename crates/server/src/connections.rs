//! How many connections there may be: so many in all, and so many from one place, so that nobody takes them all.

use std::{
    collections::HashMap,
    future::{Ready, ready},
    io::{self, IoSlice},
    net::IpAddr,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use app::place_of;
use axum_server::accept::Accept;
use ipnet::IpNet;
use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

/// Connections from one place: an IPv4 address, or a /64 of IPv6, which one network has (RFC 6177).
const MAX_OF_PLACE: usize = 1_024;
/// Connections in all, if the system lets a process have twice as many files.
const MAX: usize = 8_192;

/// Lets connections in, as long as there are not too many.
#[derive(Clone)]
pub(crate) struct Gate {
    inside: Arc<Mutex<Inside>>,
    max: usize,
    max_of_place: usize,
    /// Proxies stand for many.
    proxies: Arc<[IpNet]>,
}

#[derive(Default)]
struct Inside {
    all: usize,
    by_place: HashMap<IpAddr, usize>,
}

/// A connection that was let in.
pub(crate) struct Connection {
    stream: TcpStream,
    _visit: Visit,
}

/// A place among those that were let in, until it is dropped.
struct Visit {
    gate: Gate,
    place: IpAddr,
}

impl Gate {
    /// A gate that lets proxies through as often as they like.
    pub(crate) fn new(proxies: &[IpNet]) -> Self {
        // Where it cannot be raised or read, the system's own limit holds.
        let files = getrlimit(Resource::Nofile);
        let _ = setrlimit(
            Resource::Nofile,
            rustix::process::Rlimit { current: files.maximum, ..files },
        );
        let files = getrlimit(Resource::Nofile)
            .current
            .map_or(usize::MAX, |files| usize::try_from(files).unwrap_or(usize::MAX));
        Self {
            inside: Arc::default(),
            max: MAX.min(files / 2),
            max_of_place: MAX_OF_PLACE,
            proxies: proxies.into(),
        }
    }

    fn enter(&self, address: IpAddr) -> Option<Visit> {
        let place = place_of(address);
        let is_proxy = self.proxies.iter().any(|network| network.contains(&address.to_canonical()));
        let mut inside = self.inside.lock().unwrap_or_else(PoisonError::into_inner);
        let here = inside.by_place.get(&place).copied().unwrap_or(0);
        if inside.all >= self.max || (here >= self.max_of_place && !is_proxy) {
            return None;
        }
        inside.all += 1;
        inside.by_place.insert(place, here + 1);
        drop(inside);
        Some(Visit { gate: self.clone(), place })
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        let mut inside = self.gate.inside.lock().unwrap_or_else(PoisonError::into_inner);
        inside.all = inside.all.saturating_sub(1);
        if let Some(here) = inside.by_place.get_mut(&self.place) {
            *here = here.saturating_sub(1);
            if *here == 0 {
                inside.by_place.remove(&self.place);
            }
        }
    }
}

impl<S> Accept<TcpStream, S> for Gate {
    type Stream = Connection;
    type Service = S;
    type Future = Ready<io::Result<(Connection, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        ready(stream.peer_addr().and_then(|peer| {
            let Some(visit) = self.enter(peer.ip()) else {
                metrics::counter!("bartizan_connections_refused_total").increment(1);
                return Err(io::Error::other("too many connections"));
            };
            stream.set_nodelay(true)?;
            Ok((Connection { stream, _visit: visit }, service))
        }))
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write_vectored(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(max: usize, max_of_place: usize) -> Gate {
        let proxies = ["10.0.0.0/8".parse().unwrap()];
        Gate { max, max_of_place, ..Gate::new(&proxies) }
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn one_place_does_not_take_all_connections() {
        let gate = gate(5, 2);
        let first = gate.enter(address("192.0.2.1")).unwrap();
        let _second = gate.enter(address("::ffff:192.0.2.1")).unwrap();
        assert!(gate.enter(address("192.0.2.1")).is_none());
        let _other = gate.enter(address("192.0.2.2")).unwrap();
        drop(first);
        assert!(gate.enter(address("192.0.2.1")).is_some());
    }

    #[test]
    fn a_network_of_ipv6_is_one_place() {
        let gate = gate(5, 1);
        let _first = gate.enter(address("2001:db8::1")).unwrap();
        assert!(gate.enter(address("2001:db8::ffff:2")).is_none());
        assert!(gate.enter(address("2001:db8:0:1::1")).is_some());
    }

    #[test]
    fn a_proxy_stands_for_many_and_there_is_an_end_to_all() {
        let gate = gate(3, 1);
        let visits: Vec<_> = (0..3).map(|_| gate.enter(address("10.0.0.1")).unwrap()).collect();
        assert!(gate.enter(address("10.0.0.1")).is_none());
        assert!(gate.enter(address("192.0.2.1")).is_none());
        drop(visits);
        assert!(gate.inside.lock().unwrap().by_place.is_empty());
    }
}
