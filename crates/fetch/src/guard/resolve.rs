//! Names to addresses.

use std::{
    net::{IpAddr, ToSocketAddrs as _},
    sync::mpsc,
    thread,
    time::Duration,
};

/// Names to addresses: an argument, so that a test decides what a name means.
pub trait Resolve: Send + Sync {
    /// All addresses of a name.
    ///
    /// # Errors
    /// When there are none, or not in time.
    fn resolve(&self, host: &str, timeout: Duration) -> Result<Vec<IpAddr>, ResolveError>;
}

/// Why a name gave no addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResolveError {
    /// Not in time.
    TimedOut,
    /// As the resolver put it.
    Failed(String),
}

/// The system's resolver, as configured in `/etc/nsswitch.conf` and its like.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(&self, host: &str, timeout: Duration) -> Result<Vec<IpAddr>, ResolveError> {
        let (send, receive) = mpsc::sync_channel(1);
        let name = host.to_owned();
        // The system's call cannot be interrupted; a thread that is late ends when it returns.
        thread::Builder::new()
            .name("resolve".to_owned())
            .spawn(move || {
                let found = (name.as_str(), 0).to_socket_addrs().map(|addresses| {
                    let mut unique = Vec::new();
                    for address in addresses {
                        if !unique.contains(&address.ip()) {
                            unique.push(address.ip());
                        }
                    }
                    unique
                });
                // Nobody waits any more after the timeout.
                let _ = send.send(found);
            })
            .map_err(|error| ResolveError::Failed(error.to_string()))?;
        match receive.recv_timeout(timeout) {
            Ok(Ok(addresses)) => Ok(addresses),
            Ok(Err(error)) => Err(ResolveError::Failed(error.to_string())),
            Err(_) => Err(ResolveError::TimedOut),
        }
    }
}
