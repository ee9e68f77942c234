//! A `ClientHello` of any version (RFC 5246 section 7.4.1.2, RFC 8446 section 4.1.2, RFC 6101 section 5.6.1.2), written by hand: TLS libraries
//! no longer offer what is asked for here.

use model::site::tls::Version;

use super::suites;

/// What to offer.
#[derive(Clone, Debug)]
pub(super) struct Hello<'a> {
    /// The highest version.
    pub(super) version: Version,
    /// Suites, the preferred first. Those of TLS 1.3 are put in front of it for that version.
    pub(super) suites: &'a [u16],
    /// `None` for an address.
    pub(super) server_name: Option<&'a str>,
    /// A protocol for ALPN.
    pub(super) alpn: Option<&'a str>,
}

/// No key is made of it, so that it may be known.
const RANDOM: [u8; 32] = *b"a client that looks & goes away!";
/// RFC 7748: the point that everybody begins with is a valid key of X25519.
const KEY_SHARE: [u8; 32] = {
    let mut share = [0; 32];
    share[0] = 9;
    share
};
/// RFC 5746, section 3.3: what SSL 3.0 has in place of an extension.
const RENEGOTIATION_SCSV: u16 = 0x00ff;
/// X25519, P-256, P-384, P-521, ffdhe2048, ffdhe3072, ffdhe4096.
const GROUPS: [u16; 7] = [0x001d, 0x0017, 0x0018, 0x0019, 0x0100, 0x0101, 0x0102];
/// ECDSA, Ed25519, PSS and PKCS #1 with SHA-2; then SHA-1, for those who have nothing else.
#[rustfmt::skip]
const SIGNATURES: [u16; 15] = [
    0x0403, 0x0503, 0x0603, 0x0807, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0301, 0x0203, 0x0201, 0x0402, 0x0202,
];

impl Hello<'_> {
    /// The record to send.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let tls13 = self.version == Version::Tls13;
        let mut body = Vec::with_capacity(512);
        body.extend(number(self.version.min(Version::Tls12)).to_be_bytes());
        body.extend(RANDOM);
        // RFC 8446, appendix D.4: middleboxes want a session.
        prefixed8(&mut body, |out| out.extend(if tls13 { &RANDOM[..] } else { &[] }));
        prefixed16(&mut body, |out| {
            let first = if tls13 { &suites::TLS13[..] } else { &[] };
            let scsv = (self.version == Version::Ssl3).then_some(RENEGOTIATION_SCSV);
            for suite in first.iter().chain(self.suites).copied().chain(scsv) {
                out.extend(suite.to_be_bytes());
            }
        });
        // No compression.
        body.extend([1, 0]);
        if self.version != Version::Ssl3 {
            self.extensions(&mut body);
        }
        let mut message = vec![1];
        prefixed24(&mut message, &body);
        let record = if self.version == Version::Ssl3 { 0x0300_u16 } else { 0x0301 };
        let mut bytes = vec![22];
        bytes.extend(record.to_be_bytes());
        prefixed16(&mut bytes, |out| out.extend(&message));
        bytes
    }

    fn extensions(&self, body: &mut Vec<u8>) {
        let before = body.len();
        prefixed16(body, |out| {
            if let Some(name) = self.server_name {
                extension(out, 0, |out| {
                    prefixed16(out, |out| {
                        out.push(0);
                        prefixed16(out, |out| out.extend(name.as_bytes()));
                    });
                });
            }
            // An OCSP response (RFC 6066, section 8).
            extension(out, 5, |out| out.extend([1, 0, 0, 0, 0]));
            extension(out, 10, |out| numbers(out, &GROUPS));
            extension(out, 11, |out| out.extend([1, 0]));
            if self.version >= Version::Tls12 {
                extension(out, 13, |out| numbers(out, &SIGNATURES));
            }
            if let Some(protocol) = self.alpn {
                extension(out, 16, |out| {
                    prefixed16(out, |out| prefixed8(out, |out| out.extend(protocol.as_bytes())));
                });
            }
            extension(out, 23, |_| {});
            extension(out, 0xff01, |out| out.push(0));
            if self.version == Version::Tls13 {
                extension(out, 43, |out| out.extend([4, 0x03, 0x04, 0x03, 0x03]));
                extension(out, 51, |out| {
                    prefixed16(out, |out| {
                        out.extend(0x001d_u16.to_be_bytes());
                        prefixed16(out, |out| out.extend(KEY_SHARE));
                    });
                });
            }
            // RFC 7685: some servers hang at messages of 256 to 511 bytes.
            let length = before + 2 + out.len() + 4;
            if (256..512).contains(&length) {
                let padding = 512_usize.saturating_sub(length + 4);
                extension(out, 21, |out| out.resize(out.len() + padding, 0));
            }
        });
    }
}

/// A version as it stands in messages.
pub(super) const fn number(version: Version) -> u16 {
    match version {
        Version::Ssl3 => 0x0300,
        Version::Tls10 => 0x0301,
        Version::Tls11 => 0x0302,
        Version::Tls12 => 0x0303,
        Version::Tls13 => 0x0304,
    }
}

fn extension(out: &mut Vec<u8>, kind: u16, content: impl FnOnce(&mut Vec<u8>)) {
    out.extend(kind.to_be_bytes());
    prefixed16(out, content);
}

fn numbers(out: &mut Vec<u8>, numbers: &[u16]) {
    prefixed16(out, |out| out.extend(numbers.iter().flat_map(|number| number.to_be_bytes())));
}

fn prefixed8(out: &mut Vec<u8>, content: impl FnOnce(&mut Vec<u8>)) {
    let mut inner = Vec::new();
    content(&mut inner);
    inner.truncate(usize::from(u8::MAX));
    out.push(u8::try_from(inner.len()).unwrap_or(u8::MAX));
    out.extend(inner);
}

fn prefixed16(out: &mut Vec<u8>, content: impl FnOnce(&mut Vec<u8>)) {
    let mut inner = Vec::new();
    content(&mut inner);
    inner.truncate(usize::from(u16::MAX));
    out.extend(u16::try_from(inner.len()).unwrap_or(u16::MAX).to_be_bytes());
    out.extend(inner);
}

fn prefixed24(out: &mut Vec<u8>, content: &[u8]) {
    let length = u32::try_from(content.len()).unwrap_or_default().to_be_bytes();
    out.extend(length.iter().skip(1));
    out.extend(content);
}

#[cfg(test)]
mod tests {
    use tls_parser::{TlsMessage, TlsMessageHandshake, parse_tls_plaintext};

    use super::*;

    #[test]
    fn what_is_written_reads_as_it_was_meant() {
        let all = suites::all();
        for version in Version::ALL {
            let hello =
                Hello { version, suites: &all, server_name: Some("example.org"), alpn: Some("h2") };
            let bytes = hello.bytes();
            let (rest, record) = parse_tls_plaintext(&bytes).unwrap();
            assert!(rest.is_empty());
            let [TlsMessage::Handshake(TlsMessageHandshake::ClientHello(hello))] =
                record.msg.as_slice()
            else {
                panic!("{record:?}")
            };
            assert_eq!(hello.version.0, number(version.min(Version::Tls12)));
            let extra = match version {
                Version::Ssl3 => 1,
                Version::Tls13 => suites::TLS13.len(),
                _ => 0,
            };
            assert_eq!(hello.ciphers.len(), all.len() + extra);
            let extensions = hello.ext.unwrap_or_default();
            let (rest, parsed) = tls_parser::parse_tls_client_hello_extensions(extensions).unwrap();
            assert!(rest.is_empty());
            assert_eq!(parsed.is_empty(), version == Version::Ssl3);
        }
    }

    #[test]
    fn short_hellos_are_padded_past_where_servers_hang() {
        let suites: Vec<u16> = (0..100).collect();
        let hello =
            Hello { version: Version::Tls12, suites: &suites, server_name: None, alpn: None };
        assert_eq!(hello.bytes().len(), 5 + 512);
    }
}
