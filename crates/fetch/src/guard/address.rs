//! Which addresses are not globally routable.
//!
//! After the IANA special-purpose address registries (RFC 6890, as updated by RFC 8190),
//! <https://www.iana.org/assignments/iana-ipv4-special-registry> and `iana-ipv6-special-registry`, with multicast added. A few small
//! ranges that IANA marks as globally reachable (192.0.0.9, parts of 2001::/23) are refused with the block around them: nothing to scan is there.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket};

/// The address that a connection would end at: the IPv4 address inside an IPv4-mapped one (RFC 4291, 2.5.5.2; the system
/// connects to it over IPv4) and inside one that NAT64 translates (RFC 6052, 64:ff9b::/96; what DNS64 answers on networks without IPv4).
pub(super) fn judged(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else { return address };
    let inner = match v6.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => (high, low),
        _ => return address,
    };
    IpAddr::V4(Ipv4Addr::from_bits(u32::from(inner.0) << 16 | u32::from(inner.1)))
}

/// The special-purpose range an address is in, as words that follow "which is"; `None` for a globally routable one.
pub(super) fn special(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(v4) => V4
            .iter()
            .find(|(base, prefix, _)| (v4.to_bits() ^ base.to_bits()) >> (32 - prefix) == 0)
            .map(|(_, _, range)| *range),
        IpAddr::V6(v6) => V6
            .iter()
            .find(|(base, prefix, _)| (v6.to_bits() ^ base.to_bits()) >> (128 - prefix) == 0)
            .map(|(_, _, range)| *range)
            // Global unicast is 2000::/3 and nothing else so far (RFC 4291, 2.4; IANA ipv6-address-space).
            .or((v6.to_bits() >> 125 != 1).then_some("not global unicast (RFC 4291)")),
    }
}

/// Whether a connection to `address` may end at what listens at `own`, both [judged](judged). Who listens at no address in particular
/// listens at all that the machine has, and a connection to none in particular ends at the machine.
pub(super) fn answers_for(own: IpAddr, address: IpAddr) -> bool {
    let is_here = || {
        // Only what the machine has can be bound; nothing is sent.
        address.is_loopback() || UdpSocket::bind((address, 0)).is_ok()
    };
    match (own.is_unspecified(), address.is_unspecified()) {
        (_, true) => true,
        (true, false) => is_here(),
        (false, false) => judged(own) == address,
    }
}

type Range<A> = (A, u32, &'static str);

/// Prefixes are at least 1 bit: the shift above stays inside the type.
const V4: &[Range<Ipv4Addr>] = &[
    (Ipv4Addr::new(0, 0, 0, 0), 8, "\"this network\" (RFC 791)"),
    (Ipv4Addr::new(10, 0, 0, 0), 8, "private (RFC 1918)"),
    (Ipv4Addr::new(100, 64, 0, 0), 10, "shared by carrier-grade NAT (RFC 6598)"),
    (Ipv4Addr::new(127, 0, 0, 0), 8, "loopback (RFC 1122)"),
    (Ipv4Addr::new(169, 254, 0, 0), 16, "link-local (RFC 3927)"),
    (Ipv4Addr::new(172, 16, 0, 0), 12, "private (RFC 1918)"),
    (Ipv4Addr::new(192, 0, 0, 0), 24, "for protocol assignments (RFC 6890)"),
    (Ipv4Addr::new(192, 0, 2, 0), 24, "for documentation (RFC 5737)"),
    (Ipv4Addr::new(192, 88, 99, 0), 24, "a 6to4 relay (RFC 7526)"),
    (Ipv4Addr::new(192, 168, 0, 0), 16, "private (RFC 1918)"),
    (Ipv4Addr::new(198, 18, 0, 0), 15, "for benchmarks (RFC 2544)"),
    (Ipv4Addr::new(198, 51, 100, 0), 24, "for documentation (RFC 5737)"),
    (Ipv4Addr::new(203, 0, 113, 0), 24, "for documentation (RFC 5737)"),
    (Ipv4Addr::new(224, 0, 0, 0), 4, "multicast (RFC 5771)"),
    (Ipv4Addr::BROADCAST, 32, "broadcast (RFC 919)"),
    (Ipv4Addr::new(240, 0, 0, 0), 4, "reserved (RFC 1112)"),
];

const V6: &[Range<Ipv6Addr>] = &[
    (Ipv6Addr::UNSPECIFIED, 128, "unspecified (RFC 4291)"),
    (Ipv6Addr::LOCALHOST, 128, "loopback (RFC 4291)"),
    // RFC 4291, 2.5.5.1, deprecated: no network routes it, whatever IPv4 address is inside.
    (Ipv6Addr::UNSPECIFIED, 96, "IPv4-compatible (RFC 4291)"),
    (v6(0x64, 0xff9b, 1), 48, "translated locally by NAT64 (RFC 8215)"),
    (v6(0x100, 0, 0), 64, "discard-only (RFC 6666)"),
    (v6(0x2001, 0, 0), 32, "Teredo (RFC 4380)"),
    (v6(0x2001, 0x10, 0), 28, "ORCHID (RFC 4843)"),
    (v6(0x2001, 0x20, 0), 28, "ORCHIDv2 (RFC 7343)"),
    (v6(0x2001, 0, 0), 23, "for protocol assignments (RFC 2928)"),
    (v6(0x2001, 0xdb8, 0), 32, "for documentation (RFC 3849)"),
    (v6(0x2002, 0, 0), 16, "6to4 (RFC 3056)"),
    (v6(0x3fff, 0, 0), 20, "for documentation (RFC 9637)"),
    (v6(0x5f00, 0, 0), 16, "for segment routing (RFC 9602)"),
    (v6(0xfc00, 0, 0), 7, "private (RFC 4193)"),
    (v6(0xfe80, 0, 0), 10, "link-local (RFC 4291)"),
    (v6(0xfec0, 0, 0), 10, "site-local (RFC 3879)"),
    (v6(0xff00, 0, 0), 8, "multicast (RFC 4291)"),
];

const fn v6(a: u16, b: u16, c: u16) -> Ipv6Addr {
    Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0)
}

#[cfg(test)]
mod tests {
    use crate::guard::Policy;

    fn refused(address: &str) -> Option<&'static str> {
        Policy::default().check_address(address.parse().unwrap()).err()
    }

    #[test]
    fn every_range_is_refused_at_both_ends_and_open_behind_them() {
        // (first, last, the address before, the address behind): `None` where the neighbour is refused for another reason.
        #[rustfmt::skip]
        let table: &[(&str, &str, Option<&str>, Option<&str>)] = &[
            ("0.0.0.0", "0.255.255.255", None, Some("1.0.0.0")),
            ("10.0.0.0", "10.255.255.255", Some("9.255.255.255"), Some("11.0.0.0")),
            ("100.64.0.0", "100.127.255.255", Some("100.63.255.255"), Some("100.128.0.0")),
            ("127.0.0.0", "127.255.255.255", Some("126.255.255.255"), Some("128.0.0.0")),
            ("169.254.0.0", "169.254.255.255", Some("169.253.255.255"), Some("169.255.0.0")),
            ("172.16.0.0", "172.31.255.255", Some("172.15.255.255"), Some("172.32.0.0")),
            ("192.0.0.0", "192.0.0.255", Some("191.255.255.255"), Some("192.0.1.0")),
            ("192.0.2.0", "192.0.2.255", Some("192.0.1.255"), Some("192.0.3.0")),
            ("192.88.99.0", "192.88.99.255", Some("192.88.98.255"), Some("192.88.100.0")),
            ("192.168.0.0", "192.168.255.255", Some("192.167.255.255"), Some("192.169.0.0")),
            ("198.18.0.0", "198.19.255.255", Some("198.17.255.255"), Some("198.20.0.0")),
            ("198.51.100.0", "198.51.100.255", Some("198.51.99.255"), Some("198.51.101.0")),
            ("203.0.113.0", "203.0.113.255", Some("203.0.112.255"), Some("203.0.114.0")),
            ("224.0.0.0", "255.255.255.255", Some("223.255.255.255"), None),
            ("::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", None, Some("2000::")),
            ("2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", Some("2000:ffff::"), Some("2001:200::")),
            ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", Some("2001:db7::"), Some("2001:db9::")),
            ("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", Some("2001:ffff::"), Some("2003::")),
            ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", Some("3ffe:ffff::"), Some("3fff:1000::")),
            ("4000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", Some("3fff:ffff::"), None),
        ];
        for (first, last, before, behind) in table {
            assert!(refused(first).is_some(), "{first}");
            assert!(refused(last).is_some(), "{last}");
            for open in [before, behind].into_iter().flatten() {
                assert_eq!(refused(open), None, "{open}");
            }
        }
    }

    #[test]
    fn a_range_is_called_by_its_name() {
        for (address, range) in [
            ("127.0.0.1", "loopback (RFC 1122)"),
            ("169.254.169.254", "link-local (RFC 3927)"),
            ("255.255.255.255", "broadcast (RFC 919)"),
            ("::", "unspecified (RFC 4291)"),
            ("::1", "loopback (RFC 4291)"),
            ("::127.0.0.1", "IPv4-compatible (RFC 4291)"),
            ("::8.8.8.8", "IPv4-compatible (RFC 4291)"),
            ("::ffff:0:8.8.8.8", "not global unicast (RFC 4291)"),
            ("64:ff9b:1::8.8.8.8", "translated locally by NAT64 (RFC 8215)"),
            ("100::1", "discard-only (RFC 6666)"),
            ("2001::1", "Teredo (RFC 4380)"),
            ("2001:10::1", "ORCHID (RFC 4843)"),
            ("2001:2f::1", "ORCHIDv2 (RFC 7343)"),
            ("2002:7f00:1::", "6to4 (RFC 3056)"),
            ("fd00:ec2::254", "private (RFC 4193)"),
            ("fe80::1", "link-local (RFC 4291)"),
            ("fec0::1", "site-local (RFC 3879)"),
            ("ff02::1", "multicast (RFC 4291)"),
        ] {
            assert_eq!(refused(address), Some(range), "{address}");
        }
    }

    #[test]
    fn an_address_inside_another_is_judged_itself() {
        for (address, range) in [
            ("::ffff:127.0.0.1", Some("loopback (RFC 1122)")),
            ("::ffff:10.1.2.3", Some("private (RFC 1918)")),
            ("::ffff:8.8.8.8", None),
            ("64:ff9b::169.254.169.254", Some("link-local (RFC 3927)")),
            ("64:ff9b::8.8.8.8", None),
        ] {
            assert_eq!(refused(address), range, "{address}");
        }
    }

    #[test]
    fn an_allowed_network_opens_itself_and_nothing_else() {
        let policy = Policy {
            allow_private: vec!["127.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()],
            ..Policy::default()
        };
        for (address, open) in [
            ("127.0.0.1", true),
            ("::ffff:127.0.0.1", true),
            ("::1", false),
            ("::127.0.0.1", false),
            ("fd12::1", true),
            ("fc12::1", false),
            ("10.0.0.1", false),
        ] {
            assert_eq!(policy.check_address(address.parse().unwrap()).is_ok(), open, "{address}");
        }
    }
}
