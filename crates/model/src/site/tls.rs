//! What a website's TLS endpoint offers, and the certificates it shows.

use std::fmt;

/// What is known of an endpoint. Nothing in it is a judgement but [`Trust`], which is the one of a TLS client with this system's roots.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tls {
    /// One for each of [`Version::ALL`], in that order.
    pub versions: Vec<VersionOffer>,
    /// One for each of [`Weakness::ALL`], in that order; of TLS 1.2 and below, as TLS 1.3 has no such suites.
    pub weak_suites: Vec<WeakOffer>,
    /// Whether HTTP/2 is negotiated where it is offered first (ALPN, RFC 7301).
    pub alpn_h2: Answer,
    /// Whether HTTP/1.1 is negotiated where it is offered.
    pub alpn_http_1_1: Answer,
    /// RFC 5746, for TLS 1.2 and below. [`Answer::Unknown`] where only TLS 1.3 is offered, which has no renegotiation.
    pub secure_renegotiation: Answer,
    /// Whether an OCSP response came with the certificate (RFC 6066, section 8).
    pub ocsp_stapled: Answer,
    /// The certificates as they were sent, the server's own first. At most 16.
    pub chain: Vec<Certificate>,
    /// How they follow each other.
    pub chain_order: ChainOrder,
    /// Whether a client would go on with them.
    pub trust: Trust,
    /// Connections that were made to find all this out.
    pub connections: u32,
    /// Why some answers are unknown.
    pub unfinished: Option<Unfinished>,
}

impl Tls {
    /// Whether a version is offered.
    #[must_use]
    pub fn offers(&self, version: Version) -> Answer {
        let of = |offer: &&VersionOffer| offer.version == version;
        self.versions.iter().find(of).map_or(Answer::Unknown, |offer| offer.offered)
    }

    /// What was chosen in the newest version that is known to be offered.
    #[must_use]
    pub fn newest(&self) -> Option<&VersionOffer> {
        let offered = self.versions.iter().filter(|offer| offer.offered == Answer::Yes);
        offered.max_by_key(|offer| offer.version)
    }

    /// Whether suites of a weakness are accepted.
    #[must_use]
    pub fn accepts(&self, weakness: Weakness) -> Answer {
        let of = |offer: &&WeakOffer| offer.weakness == weakness;
        self.weak_suites.iter().find(of).map_or(Answer::Unknown, |offer| offer.accepted)
    }
}

/// Yes, no, or not found out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Answer {
    /// It was seen.
    Yes,
    /// It was asked for and refused.
    No,
    /// It was not asked for, or the answer was not clear.
    #[default]
    Unknown,
}

/// A version of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// SSL 3.0 (RFC 6101).
    Ssl3,
    /// TLS 1.0 (RFC 2246).
    Tls10,
    /// TLS 1.1 (RFC 4346).
    Tls11,
    /// TLS 1.2 (RFC 5246).
    Tls12,
    /// TLS 1.3 (RFC 8446).
    Tls13,
}

impl Version {
    /// The oldest first.
    pub const ALL: [Self; 5] = [Self::Ssl3, Self::Tls10, Self::Tls11, Self::Tls12, Self::Tls13];

    /// As people call it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ssl3 => "SSL 3.0",
            Self::Tls10 => "TLS 1.0",
            Self::Tls11 => "TLS 1.1",
            Self::Tls12 => "TLS 1.2",
            Self::Tls13 => "TLS 1.3",
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Whether a version is offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionOffer {
    /// Which.
    pub version: Version,
    /// Whether.
    pub offered: Answer,
    /// What the server chose of all suites, the strongest named first. `None` where it was not asked at this version.
    pub suite: Option<CipherSuite>,
}

/// A cipher suite.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CipherSuite {
    /// Its number in IANA's registry.
    pub id: u16,
    /// Its name there (`TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256`), or the number in hexadecimal.
    pub name: String,
}

/// What is wrong with a cipher suite. One suite may have several of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weakness {
    /// Nothing is encrypted.
    Null,
    /// Keys short enough for the export laws of 1995.
    Export,
    /// Nobody is authenticated.
    Anonymous,
    /// RC4 (RFC 7465).
    Rc4,
    /// DES with 56 bits or fewer, and RC2.
    Des,
    /// Triple DES: 64-bit blocks (CVE-2016-2183).
    TripleDes,
    /// The key is sent under the certificate's RSA key: no forward secrecy.
    StaticRsa,
    /// Diffie-Hellman with the certificate's key: no forward secrecy.
    StaticDh,
    /// CBC with a MAC before padding, which is hard to implement safely.
    Cbc,
}

impl Weakness {
    /// The worst first.
    pub const ALL: [Self; 9] = [
        Self::Null,
        Self::Export,
        Self::Anonymous,
        Self::Rc4,
        Self::Des,
        Self::TripleDes,
        Self::StaticRsa,
        Self::StaticDh,
        Self::Cbc,
    ];
}

/// Whether suites of a weakness are accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeakOffer {
    /// Which weakness.
    pub weakness: Weakness,
    /// Whether one of its suites is accepted.
    pub accepted: Answer,
    /// Those that were seen to be; others of the kind may be too.
    pub suites: Vec<CipherSuite>,
}

/// A certificate, as it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The subject's name, as text; at most 300 characters, nothing hidden.
    pub subject: String,
    /// The issuer's name, likewise.
    pub issuer: String,
    /// `subjectAltName`: DNS names, and addresses as text. At most 500.
    pub names: Vec<String>,
    /// Milliseconds since 1970.
    pub not_before_ms: i64,
    /// Milliseconds since 1970; the last moment at which it holds.
    pub not_after_ms: i64,
    /// The subject's key.
    pub key: PublicKey,
    /// How the issuer signed it.
    pub signature: Signature,
    /// The serial number, in lower-case hexadecimal.
    pub serial: String,
    /// `basicConstraints` with `cA`.
    pub is_ca: bool,
    /// Whether it names itself as its issuer.
    pub self_signed: bool,
    /// SHA-256 of its DER form, in lower-case hexadecimal.
    pub sha256: String,
    /// Where its revocation can be asked for (authority information access). At most 8.
    pub ocsp_urls: Vec<String>,
    /// Where its issuer's certificate can be had. At most 8.
    pub issuer_urls: Vec<String>,
    /// Whether OCSP stapling is demanded (RFC 7633).
    pub must_staple: bool,
}

/// A public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// Its kind.
    pub algorithm: KeyAlgorithm,
    /// Its size: the modulus of RSA and DSA, the field of a curve. `None` if it is not known.
    pub bits: Option<u32>,
}

/// A kind of key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyAlgorithm {
    /// RSA, also restricted to PSS.
    Rsa,
    /// A curve, by its name (`P-256`) or object identifier.
    Ec(String),
    /// Ed25519.
    Ed25519,
    /// Ed448.
    Ed448,
    /// DSA.
    Dsa,
    /// Another, by its object identifier.
    Other(String),
}

/// How a certificate was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// In OpenSSL's words (`sha256WithRSAEncryption`), or the object identifier.
    pub algorithm: String,
    /// The hash in it.
    pub hash: HashAlgorithm,
}

/// A hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HashAlgorithm {
    /// MD2.
    Md2,
    /// MD4.
    Md4,
    /// MD5.
    Md5,
    /// SHA-1.
    Sha1,
    /// SHA-224.
    Sha224,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512, also inside Ed25519.
    Sha512,
    /// Another, or one that parameters tell.
    Other,
}

/// How the certificates of a chain follow each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ChainOrder {
    /// None were seen.
    #[default]
    Unknown,
    /// Each is issued by the next one.
    InOrder,
    /// All of them belong together, in another order.
    OutOfOrder,
    /// Some do not belong to the server's certificate.
    Unrelated,
}

/// Whether a client with this system's roots goes on with a chain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Trust {
    /// It does.
    Trusted,
    /// It does not, for at least one reason.
    Refused(Vec<Distrust>),
    /// There was no chain, or there are no roots.
    #[default]
    Unknown,
}

/// Why a chain is not trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Distrust {
    /// A certificate's time is over.
    Expired,
    /// A certificate's time is to come.
    NotYetValid,
    /// The server's certificate is for other names.
    WrongName,
    /// It was signed by itself.
    SelfSigned,
    /// No known authority leads to it, and its issuer's certificate did not come along: a server that forgets an intermediate.
    Incomplete,
    /// No known authority leads to it.
    UnknownIssuer,
    /// It was revoked. Not asked for so far.
    Revoked,
    /// It is not for servers.
    WrongPurpose,
    /// A certificate does not decode.
    Malformed,
    /// A key or signature that clients do not take.
    WeakSignature,
    /// A signature is wrong: of a certificate, or the server's own in the handshake.
    BadSignature,
    /// Another reason, in the TLS library's words.
    Other(String),
}

/// Why some answers are unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfinished {
    /// The probe took as long as it may.
    Deadline,
    /// It made as many connections as it may.
    Connections,
    /// The server no longer answered, or not clearly; the last reason.
    Unclear(String),
}
