//! What a name server knows.

use std::collections::{BTreeMap, BTreeSet};

use crate::DnsReply;

/// Names and their records.
#[derive(Clone, Debug, Default)]
pub struct Zone {
    records: BTreeMap<(String, u16), Vec<Vec<u8>>>,
    names: BTreeSet<String>,
}

impl Zone {
    /// One record a line, as in zone files but without classes and times: `example.com MX 10 mx.example.com`. The types are A, AAAA,
    /// CNAME, NS, MX, TXT (the rest of the line), CAA (`0 issue ca.example`), DS (tag, algorithm, kind of digest) and DNSKEY (flags,
    /// algorithm); of the last two the digest and the key are made up.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut zone = Self::default();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (name, rest) = line.split_once(' ').unwrap();
            let (kind, value) = rest.split_once(' ').unwrap();
            let (number, record) = record(kind, value);
            zone.records.entry((name.to_owned(), number)).or_default().push(record);
            zone.names.insert(name.to_owned());
        }
        zone
    }

    /// What it says of a name and a type. Names above those that it knows exist, others do not.
    #[must_use]
    pub fn answer(&self, name: &str, kind: u16) -> DnsReply {
        match self.records.get(&(name.to_owned(), kind)) {
            Some(records) => DnsReply::Records(records.clone()),
            None if self.has(name) => DnsReply::Code(0),
            None => DnsReply::Code(3),
        }
    }

    fn has(&self, name: &str) -> bool {
        let is_below = |known: &String| {
            known.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        self.names.iter().any(is_below)
    }
}

/// The type's number, and the record as it stands in messages.
fn record(kind: &str, value: &str) -> (u16, Vec<u8>) {
    let words: Vec<&str> = value.split(' ').collect();
    let number = |at: usize| -> u16 { words.get(at).unwrap().parse().unwrap() };
    let byte = |at: usize| u8::try_from(number(at)).unwrap();
    match kind {
        "A" => (1, value.parse::<std::net::Ipv4Addr>().unwrap().octets().to_vec()),
        "NS" => (2, DnsReply::name(value)),
        "CNAME" => (5, DnsReply::name(value)),
        "MX" => {
            let name = DnsReply::name(words.get(1).unwrap());
            (15, [&number(0).to_be_bytes()[..], &name].concat())
        }
        "TXT" => (16, DnsReply::text(value)),
        "AAAA" => (28, value.parse::<std::net::Ipv6Addr>().unwrap().octets().to_vec()),
        "DS" => {
            let head = [&number(0).to_be_bytes()[..], &[byte(1), byte(2)]].concat();
            (43, [head, vec![7; 32]].concat())
        }
        "DNSKEY" => {
            // The protocol is always 3 (RFC 4034, 2.1.2).
            let head = [&number(0).to_be_bytes()[..], &[3, byte(1)]].concat();
            (48, [head, vec![7; 64]].concat())
        }
        "CAA" => {
            let tag = words.get(1).unwrap();
            let text = words.get(2..).unwrap().join(" ");
            let head = [byte(0), u8::try_from(tag.len()).unwrap()];
            (257, [&head, tag.as_bytes(), text.as_bytes()].concat())
        }
        other => panic!("{other} is no type that a zone of a test has"),
    }
}
