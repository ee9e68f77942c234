//! A TCP connection to a checked address that ends in time.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};

use crate::{Error, watch::Watch};

/// How long a read may go on without looking at the watch.
const SLICE: Duration = Duration::from_millis(100);
/// A handshake with the largest chains there are is a tenth of it.
const MAX_BYTES: usize = 512 << 10;

pub(super) struct Wire<'a> {
    stream: TcpStream,
    watch: &'a Watch,
    host: &'a str,
    until: Instant,
    left: usize,
}

impl<'a> Wire<'a> {
    /// Connects to the first address that takes a connection. `limit` is for everything on it.
    pub(super) fn connect(
        addresses: &[SocketAddr],
        host: &'a str,
        watch: &'a Watch,
        limit: Duration,
    ) -> Result<Self, Error> {
        let until = Instant::now() + limit;
        let port = addresses.first().map_or(0, SocketAddr::port);
        let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
        for (number, address) in addresses.iter().enumerate() {
            watch.check(host)?;
            // Those behind an address that leads nowhere shall have their turn.
            let turns = u32::try_from(addresses.len() - number).unwrap_or(u32::MAX);
            let left = until.saturating_duration_since(Instant::now()) / turns;
            let left = left.min(watch.remaining());
            if left.is_zero() {
                return Err(Error::TimedOut { host: host.to_owned(), after: limit });
            }
            match TcpStream::connect_timeout(address, left) {
                Ok(stream) => {
                    let unusable = |error: io::Error| Error::Start { reason: error.to_string() };
                    stream.set_nodelay(true).map_err(unusable)?;
                    stream.set_read_timeout(Some(SLICE)).map_err(unusable)?;
                    stream.set_write_timeout(Some(SLICE)).map_err(unusable)?;
                    return Ok(Self { stream, watch, host, until, left: MAX_BYTES });
                }
                Err(error) => last = error,
            }
        }
        let host = host.to_owned();
        Err(match last.kind() {
            io::ErrorKind::ConnectionRefused => Error::ConnectionRefused { host, port },
            io::ErrorKind::TimedOut => Error::TimedOut { host, after: limit },
            _ => Error::Unreachable { host, port, reason: last.to_string() },
        })
    }

    /// Whom it leads to.
    pub(super) fn peer(&self) -> Option<SocketAddr> {
        self.stream.peer_addr().ok()
    }

    /// Until something happened, the time is over, or nobody wants it any more.
    fn wait<T>(&mut self, mut act: impl FnMut(&mut TcpStream) -> io::Result<T>) -> io::Result<T> {
        loop {
            self.watch.check(self.host).map_err(io::Error::other)?;
            if Instant::now() >= self.until {
                return Err(io::ErrorKind::TimedOut.into());
            }
            match act(&mut self.stream) {
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::WouldBlock
                            | io::ErrorKind::TimedOut
                            | io::ErrorKind::Interrupted
                    ) => {}
                outcome => return outcome,
            }
        }
    }
}

impl Read for Wire<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "its handshake does not end"));
        }
        let room = buffer.len().min(self.left);
        let read = self.wait(|stream| stream.read(buffer.get_mut(..room).unwrap_or_default()))?;
        self.left -= read;
        Ok(read)
    }
}

impl Write for Wire<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.wait(|stream| stream.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}
