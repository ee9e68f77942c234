//! The network stack's resolver: it knows the checked addresses of the requests under way, and nothing else.

use std::{
    collections::HashMap,
    future,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::guard::Checked;

#[derive(Clone, Default)]
pub(super) struct Pins(Arc<Mutex<HashMap<String, Held>>>);

struct Held {
    addresses: Vec<SocketAddr>,
    holders: usize,
}

/// Keeps a host's addresses known while a request to it is under way.
pub(super) struct Pin {
    pins: Pins,
    host: String,
}

impl Pins {
    /// The latest answer holds for everyone: each was judged by the same policy.
    pub(super) fn hold(&self, host: &str, checked: &Checked) -> Pin {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = held
            .entry(host.to_owned())
            .or_insert_with(|| Held { addresses: Vec::new(), holders: 0 });
        entry.addresses = checked.addresses().to_vec();
        entry.holders += 1;
        Pin { pins: self.clone(), host: host.to_owned() }
    }
}

impl Drop for Pin {
    fn drop(&mut self) {
        let mut held = self.pins.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = held.get_mut(&self.host) {
            entry.holders -= 1;
            if entry.holders == 0 {
                held.remove(&self.host);
            }
        }
    }
}

impl Resolve for Pins {
    fn resolve(&self, name: Name) -> Resolving {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = held.get(name.as_str()).map(|held| held.addresses.clone());
        Box::pin(future::ready(match found {
            // The port of the URL overrides; 0 stands for the scheme's own.
            Some(addresses) => {
                Ok(Box::new(addresses.into_iter().map(|address| SocketAddr::new(address.ip(), 0)))
                    as Addrs)
            }
            None => Err("no checked address".into()),
        }))
    }
}
