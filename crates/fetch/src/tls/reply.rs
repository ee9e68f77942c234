//! What a server answers to a hello, as far as it is in clear text: total over any bytes, and bounded.

use model::site::tls::Version;
use tls_parser::{
    TlsMessageHandshake, parse_tls_handshake_certificatestatus,
    parse_tls_handshake_msg_certificate, parse_tls_handshake_server_hello,
};

/// RFC 5246, section 6.2.3: 2^14 bytes and what encryption adds.
const MAX_RECORD_BYTES: usize = (1 << 14) + 2048;
/// Of all messages up to the end of the server's part.
const MAX_HANDSHAKE_BYTES: usize = 128 << 10;
/// Of everything, empty records included.
const MAX_BYTES: usize = 256 << 10;
const MAX_CERTIFICATES: usize = 16;

/// A server's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// It goes on with the handshake.
    Hello(ServerHello),
    /// It said no.
    Refused,
    /// It speaks something else.
    Unclear(&'static str),
}

/// What a server chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ServerHello {
    pub(super) version: Version,
    pub(super) suite: u16,
    pub(super) secure_renegotiation: bool,
    pub(super) alpn: Option<Vec<u8>>,
    /// DER, as sent; only where [`Reply::new`] was asked for it.
    pub(super) chain: Vec<Vec<u8>>,
    pub(super) ocsp_response: Vec<u8>,
}

/// An answer in the making.
#[derive(Debug)]
pub(super) struct Reply {
    certificates: bool,
    bytes: usize,
    records: Vec<u8>,
    messages: Vec<u8>,
    handshake_bytes: usize,
    hello: Option<ServerHello>,
}

impl Reply {
    /// One that ends with the server's hello, or with its certificates.
    pub(super) fn new(certificates: bool) -> Self {
        Self {
            certificates,
            bytes: 0,
            records: Vec::new(),
            messages: Vec::new(),
            handshake_bytes: 0,
            hello: None,
        }
    }

    /// Takes what came; `Some` when there is no need for more.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Option<Heard> {
        self.bytes = self.bytes.saturating_add(bytes.len());
        self.records.extend_from_slice(bytes);
        let mut records = std::mem::take(&mut self.records);
        let mut rest = records.as_slice();
        while let [kind, major, _, high, low, tail @ ..] = rest {
            let length = usize::from(u16::from_be_bytes([*high, *low]));
            if *major != 3 || !(20..=23).contains(kind) || length > MAX_RECORD_BYTES {
                return Some(self.ended("it does not speak TLS"));
            }
            let Some((content, after)) = tail.split_at_checked(length) else { break };
            if let Some(heard) = self.record(*kind, content) {
                return Some(heard);
            }
            rest = after;
        }
        let read = records.len() - rest.len();
        records.drain(..read);
        self.records = records;
        (self.bytes > MAX_BYTES).then(|| self.ended("its handshake does not end"))
    }

    /// The connection was closed.
    pub(super) fn closed(&mut self) -> Heard {
        if self.bytes == 0 { Heard::Refused } else { self.ended("it closed the connection") }
    }

    fn ended(&mut self, reason: &'static str) -> Heard {
        self.hello.take().map_or(Heard::Unclear(reason), Heard::Hello)
    }

    fn record(&mut self, kind: u8, content: &[u8]) -> Option<Heard> {
        match (kind, content) {
            // RFC 6066, section 3: a warning that it does not know the name, and goes on.
            (21, [1, 112]) => None,
            (21, [_, _]) if self.hello.is_none() => Some(Heard::Refused),
            (22, _) => {
                self.handshake_bytes = self.handshake_bytes.saturating_add(content.len());
                if self.handshake_bytes > MAX_HANDSHAKE_BYTES {
                    return Some(self.ended("its handshake does not end"));
                }
                self.messages.extend_from_slice(content);
                self.handshake()
            }
            _ => Some(self.ended("its answer is no handshake")),
        }
    }

    fn handshake(&mut self) -> Option<Heard> {
        let mut messages = std::mem::take(&mut self.messages);
        let mut rest = messages.as_slice();
        while let [kind, a, b, c, tail @ ..] = rest {
            let length = usize::try_from(u32::from_be_bytes([0, *a, *b, *c])).unwrap_or(usize::MAX);
            if length > MAX_HANDSHAKE_BYTES {
                return Some(self.ended("its handshake does not end"));
            }
            let Some((content, after)) = tail.split_at_checked(length) else { break };
            if let Some(heard) = self.message(*kind, content) {
                return Some(heard);
            }
            rest = after;
        }
        let read = messages.len() - rest.len();
        messages.drain(..read);
        self.messages = messages;
        None
    }

    /// RFC 5246, section 7.4: hello (2), certificate (11), its status (22), key exchange (12), request (13), done (14).
    fn message(&mut self, kind: u8, content: &[u8]) -> Option<Heard> {
        match (kind, &mut self.hello) {
            (2, None) => {
                let Some(hello) = server_hello(content) else {
                    return Some(Heard::Unclear("its hello does not decode"));
                };
                let whole = !self.certificates || hello.version == Version::Tls13;
                self.hello = Some(hello);
                whole.then(|| self.ended(""))
            }
            (11, Some(hello)) if hello.chain.is_empty() => {
                hello.chain = chain(content);
                None
            }
            (22, Some(hello)) => {
                if let Ok((_, status)) = parse_tls_handshake_certificatestatus(content) {
                    hello.ocsp_response = status.blob.to_vec();
                }
                None
            }
            _ => Some(self.ended("its handshake begins with something else than a hello")),
        }
    }
}

fn server_hello(content: &[u8]) -> Option<ServerHello> {
    let (_, hello) = parse_tls_handshake_server_hello(content).ok()?;
    let mut version = match hello.version.0 {
        0x0300 => Version::Ssl3,
        0x0301 => Version::Tls10,
        0x0302 => Version::Tls11,
        0x0303 => Version::Tls12,
        _ => return None,
    };
    let mut secure_renegotiation = false;
    let mut alpn = None;
    let mut rest = hello.ext.unwrap_or_default();
    while let [kind_high, kind_low, high, low, tail @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let Some((content, after)) = tail.split_at_checked(length) else { break };
        match (u16::from_be_bytes([*kind_high, *kind_low]), content) {
            (0xff01, _) => secure_renegotiation = true,
            // A list of one name, each with its length.
            (16, [_, _, length, name @ ..]) if usize::from(*length) == name.len() => {
                alpn = Some(name.to_vec());
            }
            (43, [0x03, 0x04]) => version = Version::Tls13,
            _ => {}
        }
        rest = after;
    }
    Some(ServerHello {
        version,
        suite: hello.cipher.0,
        secure_renegotiation,
        alpn,
        chain: Vec::new(),
        ocsp_response: Vec::new(),
    })
}

fn chain(content: &[u8]) -> Vec<Vec<u8>> {
    match parse_tls_handshake_msg_certificate(content) {
        Ok((_, TlsMessageHandshake::Certificate(sent))) => {
            let certificates = sent.cert_chain.iter().take(MAX_CERTIFICATES);
            certificates.map(|certificate| certificate.data.to_vec()).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn record(kind: u8, content: &[u8]) -> Vec<u8> {
        let mut record = vec![kind, 3, 1];
        record.extend(u16::try_from(content.len()).unwrap().to_be_bytes());
        record.extend(content);
        record
    }

    fn message(kind: u8, content: &[u8]) -> Vec<u8> {
        let mut message = u32::try_from(content.len()).unwrap().to_be_bytes().to_vec();
        message[0] = kind;
        message.extend(content);
        message
    }

    fn hello(version: u16, extensions: &[u8]) -> Vec<u8> {
        let mut hello = version.to_be_bytes().to_vec();
        hello.extend([7; 32]);
        hello.extend([0, 0xc0, 0x2f, 0]);
        if !extensions.is_empty() {
            hello.extend(u16::try_from(extensions.len()).unwrap().to_be_bytes());
            hello.extend(extensions);
        }
        message(2, &hello)
    }

    fn heard(bytes: &[u8], certificates: bool) -> Heard {
        let mut reply = Reply::new(certificates);
        reply.feed(bytes).unwrap_or_else(|| reply.closed())
    }

    fn server_hello(bytes: &[u8], certificates: bool) -> ServerHello {
        match heard(bytes, certificates) {
            Heard::Hello(hello) => hello,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_hello_says_what_was_chosen() {
        let extensions = [0xff, 1, 0, 1, 0, 0, 16, 0, 5, 0, 3, 2, b'h', b'2'];
        let hello = server_hello(&record(22, &self::hello(0x0303, &extensions)), false);
        assert_eq!((hello.version, hello.suite), (Version::Tls12, 0xc02f));
        assert_eq!((hello.secure_renegotiation, hello.alpn), (true, Some(b"h2".to_vec())));
        for (number, version) in
            [(0x0300, Version::Ssl3), (0x0301, Version::Tls10), (0x0302, Version::Tls11)]
        {
            let hello = server_hello(&record(22, &self::hello(number, &[])), false);
            assert_eq!((hello.version, hello.secure_renegotiation), (version, false));
        }
        let hello = server_hello(&record(22, &self::hello(0x0303, &[0, 43, 0, 2, 3, 4])), true);
        assert_eq!(hello.version, Version::Tls13);
    }

    #[test]
    fn certificates_and_their_status_are_kept_whatever_the_records() {
        let chain = message(11, &[0, 0, 10, 0, 0, 3, 1, 2, 3, 0, 0, 1, 9]);
        let status = message(22, &[1, 0, 0, 2, 5, 6]);
        let flight = [hello(0x0303, &[]), chain, status, message(14, &[])].concat();
        for size in 1..=flight.len() {
            let records: Vec<u8> = flight.chunks(size).flat_map(|part| record(22, part)).collect();
            let hello = server_hello(&records, true);
            assert_eq!(hello.chain, [vec![1, 2, 3], vec![9]]);
            assert_eq!(hello.ocsp_response, [5, 6]);
        }
    }

    #[test]
    fn alerts_and_hang_ups_are_a_no() {
        assert_eq!(heard(&record(21, &[2, 70]), false), Heard::Refused);
        assert_eq!(heard(&[], false), Heard::Refused);
        let warned = [record(21, &[1, 112]), record(22, &hello(0x0303, &[]))].concat();
        assert_eq!(server_hello(&warned, false).version, Version::Tls12);
    }

    #[test]
    fn what_is_no_tls_is_not_clear() {
        for bytes in [
            b"HTTP/1.1 400 Bad Request\r\n\r\n".as_slice(),
            b"220 mail.example.org ESMTP\r\n",
            b"\x16\x03\x01",
            &record(22, &message(1, b"")),
            &record(22, &message(2, b"nonsense")),
            &record(23, b"data"),
            &[22, 3, 1, 0xff, 0xff],
        ] {
            assert!(matches!(heard(bytes, true), Heard::Unclear(_)), "{bytes:?}");
        }
    }

    #[test]
    fn no_answer_goes_on_for_ever() {
        for part in [record(22, b""), record(21, &[1, 112]), record(22, &[14, 0, 0, 0])] {
            let mut reply = Reply::new(true);
            reply.feed(&record(22, &hello(0x0303, &[])));
            let ended = (0..100_000).any(|_| reply.feed(&part).is_some());
            assert!(ended, "{part:?}");
        }
        let mut reply = Reply::new(true);
        reply.feed(&record(22, &[11, 1, 0, 0]));
        assert!((0..100).any(|_| reply.feed(&record(22, &[0; 16_000])).is_some()));
    }

    proptest! {
        #[test]
        fn any_bytes_are_an_answer(parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 0..8)) {
            let mut reply = Reply::new(true);
            for part in parts {
                if reply.feed(&part).is_some() {
                    break;
                }
            }
            let _ = reply.closed();
        }

        #[test]
        fn any_messages_are_an_answer(kinds in prop::collection::vec((0_u8..25, prop::collection::vec(any::<u8>(), 0..100)), 0..8)) {
            let mut reply = Reply::new(true);
            let begun = reply.feed(&record(22, &hello(0x0303, &[])));
            prop_assert!(begun.is_none());
            for (kind, content) in kinds {
                if reply.feed(&record(22, &message(kind, &content))).is_some() {
                    break;
                }
            }
            let _ = reply.closed();
        }
    }
}
