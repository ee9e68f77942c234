//! Where a request comes from: the peer, unless the peer is a proxy that is trusted to say.

use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;
use ipnet::IpNet;

/// How proxies tell of their clients. The nearest proxy writes last.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// The client's address. Entries of the header are believed from the right, as long as a trusted proxy has written them.
pub(crate) fn client(peer: SocketAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(&address));
    let mut client = peer.ip().to_canonical();
    let hops = headers
        .get_all(FORWARDED_FOR)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|hop| hop.trim().parse::<IpAddr>().ok().map(|address| address.to_canonical()));
    for hop in hops.collect::<Vec<_>>().into_iter().rev() {
        match hop {
            Some(address) if is_trusted(client) => client = address,
            _ => break,
        }
    }
    client
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn client_of(peer: &str, forwarded: &[&'static str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED_FOR, HeaderValue::from_static(value));
        }
        let trusted: Vec<IpNet> = trusted.iter().map(|network| network.parse().unwrap()).collect();
        client(SocketAddr::new(peer.parse().unwrap(), 1), &headers, &trusted).to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        assert_eq!(client_of("192.0.2.1", &["198.51.100.7"], &[]), "192.0.2.1");
        assert_eq!(client_of("10.0.0.1", &["198.51.100.7"], &["10.0.0.0/8"]), "198.51.100.7");
        // What the client itself has written stands further left.
        assert_eq!(
            client_of("10.0.0.1", &["1.1.1.1, 198.51.100.7"], &["10.0.0.0/8"]),
            "198.51.100.7"
        );
        assert_eq!(
            client_of("10.0.0.1", &["198.51.100.7", "10.0.0.2"], &["10.0.0.0/8"]),
            "198.51.100.7"
        );
        assert_eq!(client_of("10.0.0.1", &["nonsense"], &["10.0.0.0/8"]), "10.0.0.1");
        assert_eq!(client_of("::ffff:192.0.2.1", &[], &[]), "192.0.2.1");
    }
}
