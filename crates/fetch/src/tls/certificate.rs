//! X.509 certificates (RFC 5280) as plain data.

use std::net::{Ipv4Addr, Ipv6Addr};

use model::site::tls::{Certificate, HashAlgorithm, KeyAlgorithm, PublicKey, Signature};
use sha2::{Digest as _, Sha256};
use x509_parser::{
    certificate::X509Certificate,
    extensions::{GeneralName, ParsedExtension},
    oid_registry::Oid,
    prelude::FromDer as _,
    public_key::PublicKey as ParsedKey,
    signature_algorithm::SignatureAlgorithm,
    x509::{AlgorithmIdentifier, SubjectPublicKeyInfo},
};

use crate::error::printable;

const MAX_NAMES: usize = 500;
const MAX_URLS: usize = 8;
/// RFC 5280, section 4.1.2.2: serial numbers have at most 20.
const MAX_SERIAL_BYTES: usize = 64;

/// Reads a certificate in DER form; `None` if it does not decode.
pub(super) fn read(der: &[u8]) -> Option<Certificate> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let subject = certificate.subject();
    let issuer = certificate.issuer();
    let validity = certificate.validity();
    let mut told = Certificate {
        subject: printable(&subject.to_string()),
        issuer: printable(&issuer.to_string()),
        names: Vec::new(),
        not_before_ms: validity.not_before.timestamp().saturating_mul(1000),
        not_after_ms: validity.not_after.timestamp().saturating_mul(1000),
        key: key(certificate.public_key()),
        signature: signature(&certificate.signature_algorithm),
        serial: serial(certificate.raw_serial()),
        is_ca: false,
        self_signed: subject.as_raw() == issuer.as_raw(),
        sha256: hexadecimal(&Sha256::digest(der)),
        ocsp_urls: Vec::new(),
        issuer_urls: Vec::new(),
        must_staple: false,
    };
    for extension in certificate.extensions() {
        match extension.parsed_extension() {
            ParsedExtension::SubjectAlternativeName(names) => {
                told.names = names.general_names.iter().filter_map(name).take(MAX_NAMES).collect();
            }
            ParsedExtension::BasicConstraints(constraints) => told.is_ca = constraints.ca,
            ParsedExtension::AuthorityInfoAccess(access) => {
                for description in &access.accessdescs {
                    let GeneralName::URI(url) = description.access_location else { continue };
                    // RFC 5280, section 4.2.2.1.
                    let urls = match description.access_method.to_id_string().as_str() {
                        "1.3.6.1.5.5.7.48.1" => &mut told.ocsp_urls,
                        "1.3.6.1.5.5.7.48.2" => &mut told.issuer_urls,
                        _ => continue,
                    };
                    if urls.len() < MAX_URLS {
                        urls.push(printable(url));
                    }
                }
            }
            // RFC 7633: a sequence of extensions of TLS, 5 among them for status_request.
            _ if extension.oid.to_id_string() == "1.3.6.1.5.5.7.1.24" => {
                told.must_staple = extension.value.windows(3).any(|integer| integer == [2, 1, 5]);
            }
            _ => {}
        }
    }
    Some(told)
}

fn name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some(printable(name)),
        GeneralName::IPAddress(bytes) => <[u8; 4]>::try_from(*bytes)
            .map(|bytes| Ipv4Addr::from(bytes).to_string())
            .or_else(|_| {
                <[u8; 16]>::try_from(*bytes).map(|bytes| Ipv6Addr::from(bytes).to_string())
            })
            .ok(),
        _ => None,
    }
}

fn serial(raw: &[u8]) -> String {
    let significant = raw.iter().position(|byte| *byte != 0).and_then(|at| raw.get(at..));
    let significant = significant.unwrap_or(&[0]);
    hexadecimal(significant.get(..MAX_SERIAL_BYTES).unwrap_or(significant))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Curves by object identifier: their names and sizes (RFC 5480, RFC 5639, SEC 2).
const CURVES: &[(&str, &str, u32)] = &[
    ("1.2.840.10045.3.1.1", "P-192", 192),
    ("1.3.132.0.33", "P-224", 224),
    ("1.2.840.10045.3.1.7", "P-256", 256),
    ("1.3.132.0.34", "P-384", 384),
    ("1.3.132.0.35", "P-521", 521),
    ("1.3.132.0.10", "secp256k1", 256),
    ("1.3.36.3.3.2.8.1.1.7", "brainpoolP256r1", 256),
    ("1.3.36.3.3.2.8.1.1.11", "brainpoolP384r1", 384),
    ("1.3.36.3.3.2.8.1.1.13", "brainpoolP512r1", 512),
];

fn key(info: &SubjectPublicKeyInfo<'_>) -> PublicKey {
    let oid = info.algorithm.algorithm.to_id_string();
    let (algorithm, bits) = match oid.as_str() {
        // RFC 8017, appendix A: rsaEncryption, id-RSASSA-PSS.
        "1.2.840.113549.1.1.1" | "1.2.840.113549.1.1.10" => (KeyAlgorithm::Rsa, rsa_bits(info)),
        "1.2.840.10045.2.1" => {
            let parameters = info.algorithm.parameters.as_ref();
            let oid =
                parameters.and_then(|any| Oid::try_from(any).ok()).map(|oid| oid.to_id_string());
            let oid = oid.unwrap_or_default();
            match CURVES.iter().find(|curve| curve.0 == oid) {
                Some((_, name, bits)) => (KeyAlgorithm::Ec((*name).to_owned()), Some(*bits)),
                None => (KeyAlgorithm::Ec(printable(&oid)), None),
            }
        }
        // RFC 8410.
        "1.3.101.112" => (KeyAlgorithm::Ed25519, Some(256)),
        "1.3.101.113" => (KeyAlgorithm::Ed448, Some(456)),
        "1.2.840.10040.4.1" => (KeyAlgorithm::Dsa, None),
        _ => (KeyAlgorithm::Other(printable(&oid)), None),
    };
    PublicKey { algorithm, bits }
}

fn rsa_bits(info: &SubjectPublicKeyInfo<'_>) -> Option<u32> {
    // A key that is restricted to PSS has the same form under another name, which the parser does not look into.
    let modulus = match info.parsed() {
        Ok(ParsedKey::RSA(key)) => key.modulus,
        _ => {
            x509_parser::public_key::RSAPublicKey::from_der(&info.subject_public_key.data)
                .ok()?
                .1
                .modulus
        }
    };
    let at = modulus.iter().position(|byte| *byte != 0)?;
    let significant = modulus.get(at..)?;
    let bits = significant.len().checked_mul(8)?;
    u32::try_from(bits).ok()?.checked_sub(significant.first()?.leading_zeros())
}

/// Signature algorithms by object identifier: OpenSSL's name, and the hash (RFC 8017, RFC 5758, RFC 3279, RFC 8410).
const SIGNATURES: &[(&str, &str, HashAlgorithm)] = &[
    ("1.2.840.113549.1.1.2", "md2WithRSAEncryption", HashAlgorithm::Md2),
    ("1.2.840.113549.1.1.3", "md4WithRSAEncryption", HashAlgorithm::Md4),
    ("1.2.840.113549.1.1.4", "md5WithRSAEncryption", HashAlgorithm::Md5),
    ("1.2.840.113549.1.1.5", "sha1WithRSAEncryption", HashAlgorithm::Sha1),
    ("1.3.14.3.2.29", "sha1WithRSA", HashAlgorithm::Sha1),
    ("1.2.840.113549.1.1.14", "sha224WithRSAEncryption", HashAlgorithm::Sha224),
    ("1.2.840.113549.1.1.11", "sha256WithRSAEncryption", HashAlgorithm::Sha256),
    ("1.2.840.113549.1.1.12", "sha384WithRSAEncryption", HashAlgorithm::Sha384),
    ("1.2.840.113549.1.1.13", "sha512WithRSAEncryption", HashAlgorithm::Sha512),
    ("1.2.840.10045.4.1", "ecdsa-with-SHA1", HashAlgorithm::Sha1),
    ("1.2.840.10045.4.3.1", "ecdsa-with-SHA224", HashAlgorithm::Sha224),
    ("1.2.840.10045.4.3.2", "ecdsa-with-SHA256", HashAlgorithm::Sha256),
    ("1.2.840.10045.4.3.3", "ecdsa-with-SHA384", HashAlgorithm::Sha384),
    ("1.2.840.10045.4.3.4", "ecdsa-with-SHA512", HashAlgorithm::Sha512),
    ("1.2.840.10040.4.3", "dsaWithSHA1", HashAlgorithm::Sha1),
    ("2.16.840.1.101.3.4.3.2", "dsa_with_SHA256", HashAlgorithm::Sha256),
    ("1.3.101.112", "ED25519", HashAlgorithm::Sha512),
    ("1.3.101.113", "ED448", HashAlgorithm::Other),
];

/// Hashes as parameters of PSS name them; SHA-1 is what stands for none (RFC 8017, appendix A.2.3).
const HASHES: &[(&str, HashAlgorithm)] = &[
    ("1.3.14.3.2.26", HashAlgorithm::Sha1),
    ("2.16.840.1.101.3.4.2.4", HashAlgorithm::Sha224),
    ("2.16.840.1.101.3.4.2.1", HashAlgorithm::Sha256),
    ("2.16.840.1.101.3.4.2.2", HashAlgorithm::Sha384),
    ("2.16.840.1.101.3.4.2.3", HashAlgorithm::Sha512),
];

fn signature(algorithm: &AlgorithmIdentifier<'_>) -> Signature {
    let oid = algorithm.algorithm.to_id_string();
    if let Ok(SignatureAlgorithm::RSASSA_PSS(parameters)) = SignatureAlgorithm::try_from(algorithm)
    {
        let hash = parameters.hash_algorithm_oid().to_id_string();
        let known = HASHES.iter().find(|known| known.0 == hash);
        let hash = known.map_or(HashAlgorithm::Other, |known| known.1);
        return Signature { algorithm: "rsassaPss".to_owned(), hash };
    }
    match SIGNATURES.iter().find(|known| known.0 == oid) {
        Some((_, name, hash)) => Signature { algorithm: (*name).to_owned(), hash: *hash },
        None => Signature { algorithm: printable(&oid), hash: HashAlgorithm::Other },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rcgen::{CertificateParams, KeyPair};

    use super::*;

    fn made() -> Vec<u8> {
        let names = ["example.org", "*.example.org", "192.0.2.1", "2001:db8::1"];
        let params = CertificateParams::new(names.map(str::to_owned).to_vec()).unwrap();
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec()
    }

    #[test]
    fn a_certificate_says_what_is_in_it() {
        let told = read(&made()).unwrap();
        assert_eq!(told.names, ["example.org", "*.example.org", "192.0.2.1", "2001:db8::1"]);
        assert_eq!(
            told.key,
            PublicKey { algorithm: KeyAlgorithm::Ec("P-256".into()), bits: Some(256) }
        );
        assert_eq!(told.signature.hash, HashAlgorithm::Sha256);
        assert_eq!((told.self_signed, told.is_ca, told.must_staple), (true, false, false));
        assert!(told.not_before_ms < told.not_after_ms);
        assert_eq!((told.sha256.len(), told.serial.is_empty()), (64, false));
    }

    #[test]
    fn what_is_no_certificate_is_none() {
        assert_eq!(read(b""), None);
        assert_eq!(read(b"\x30\x03\x02\x01\x00"), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = read(&bytes);
        }

        #[test]
        fn a_changed_certificate_is_read(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
            let mut der = made();
            for (at, byte) in changes {
                let at = at.index(der.len());
                der[at] = byte;
            }
            let _ = read(&der);
        }
    }
}
