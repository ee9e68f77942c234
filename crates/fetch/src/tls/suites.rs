//! Cipher suites: which are offered, in which order, and what is wrong with them.

use std::cmp::Reverse;

use model::site::tls::{CipherSuite, Weakness};
use tls_parser::{
    CIPHERS, TlsCipherAu as Au, TlsCipherEnc as Enc, TlsCipherEncMode as Mode, TlsCipherKx as Kx,
    TlsCipherMac as Mac, TlsCipherSuite,
};

/// TLS 1.3 has others.
pub(super) const TLS13: [u16; 5] = [0x1301, 0x1302, 0x1303, 0x1304, 0x1305];

/// All suites of TLS 1.2 and below that a web server may have, the strongest first: those that need no shared secret, with a cipher that
/// was ever common. Some servers give up on lists of more than 128.
pub(super) fn all() -> Vec<u16> {
    let mut suites: Vec<&TlsCipherSuite> =
        CIPHERS.values().filter(|suite| is_common(suite)).collect();
    suites.sort_by_key(|suite| {
        let weaknesses = weaknesses(suite);
        // `Weakness` is ordered from the worst on.
        let worst = weaknesses.iter().min().map_or(usize::MAX, |worst| *worst as usize);
        (
            Reverse(worst),
            weaknesses.len(),
            suite.kx != Kx::Ecdhe,
            Reverse(suite.enc_size),
            suite.id.0,
        )
    });
    suites.into_iter().map(|suite| suite.id.0).collect()
}

fn is_common(suite: &TlsCipherSuite) -> bool {
    let exchange =
        matches!(suite.kx, Kx::Rsa | Kx::Dh | Kx::Dhe | Kx::Ecdh | Kx::Ecdhe | Kx::Aecdh);
    let authentication = matches!(suite.au, Au::Null | Au::Rsa | Au::Dss | Au::Ecdsa);
    let cipher = matches!(
        suite.enc,
        Enc::Null
            | Enc::Des
            | Enc::TripleDes
            | Enc::Rc2
            | Enc::Rc4
            | Enc::Aes
            | Enc::Chacha20_Poly1305
    );
    // Nobody has the newer kinds of suite for DSA keys.
    let obsolete = suite.au == Au::Dss && suite.mac == Mac::HmacSha256;
    exchange && authentication && cipher && suite.enc_mode != Mode::Ccm && !obsolete
}

/// What is wrong with a suite, by its number.
pub(super) fn weaknesses_of(id: u16) -> Vec<Weakness> {
    TlsCipherSuite::from_id(id).map(weaknesses).unwrap_or_default()
}

fn weaknesses(suite: &TlsCipherSuite) -> Vec<Weakness> {
    let anonymous = suite.au == Au::Null;
    let is = |weakness| match weakness {
        Weakness::Null => suite.enc == Enc::Null,
        Weakness::Export => suite.name.contains("EXPORT"),
        Weakness::Anonymous => anonymous,
        Weakness::Rc4 => suite.enc == Enc::Rc4,
        Weakness::Des => matches!(suite.enc, Enc::Des | Enc::Rc2),
        Weakness::TripleDes => suite.enc == Enc::TripleDes,
        Weakness::StaticRsa => suite.kx == Kx::Rsa,
        // The anonymous ones are called so too, but make their keys anew.
        Weakness::StaticDh => matches!(suite.kx, Kx::Dh | Kx::Ecdh) && !anonymous,
        Weakness::Cbc => suite.enc_mode == Mode::Cbc,
    };
    Weakness::ALL.into_iter().filter(|weakness| is(*weakness)).collect()
}

/// A suite by its number.
pub(super) fn named(id: u16) -> CipherSuite {
    let name = TlsCipherSuite::from_id(id)
        .map_or_else(|| format!("0x{id:04X}"), |suite| suite.name.to_owned());
    CipherSuite { id, name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_stand_first_and_the_list_is_short() {
        let all = all();
        assert!((80..=128).contains(&all.len()), "{}", all.len());
        assert_eq!(weaknesses_of(all[0]), []);
        assert!(named(all[0]).name.starts_with("TLS_ECDHE_"));
        assert!(weaknesses_of(all[all.len() - 1]).contains(&Weakness::Null));
        for weakness in Weakness::ALL {
            assert!(all.iter().any(|id| weaknesses_of(*id).contains(&weakness)), "{weakness:?}");
        }
    }

    #[test]
    fn a_suite_is_what_its_name_says() {
        use Weakness::{Anonymous, Cbc, Des, Export, Null, Rc4, StaticDh, StaticRsa, TripleDes};
        for (id, name, expected) in [
            (0xc02f, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", &[][..]),
            (0xcca8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", &[]),
            (0xc013, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", &[Cbc]),
            (0x009c, "TLS_RSA_WITH_AES_128_GCM_SHA256", &[StaticRsa]),
            (0x002f, "TLS_RSA_WITH_AES_128_CBC_SHA", &[StaticRsa, Cbc]),
            (0x000a, "TLS_RSA_WITH_3DES_EDE_CBC_SHA", &[TripleDes, StaticRsa, Cbc]),
            (0x0005, "TLS_RSA_WITH_RC4_128_SHA", &[Rc4, StaticRsa]),
            (0x0003, "TLS_RSA_EXPORT_WITH_RC4_40_MD5", &[Export, Rc4, StaticRsa]),
            (0x0014, "TLS_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA", &[Export, Des, Cbc]),
            (0x0006, "TLS_RSA_EXPORT_WITH_RC2_CBC_40_MD5", &[Export, Des, StaticRsa, Cbc]),
            (0x003b, "TLS_RSA_WITH_NULL_SHA256", &[Null, StaticRsa]),
            (0x00a6, "TLS_DH_anon_WITH_AES_128_GCM_SHA256", &[Anonymous]),
            (0xc018, "TLS_ECDH_anon_WITH_AES_128_CBC_SHA", &[Anonymous, Cbc]),
            (0xc031, "TLS_ECDH_RSA_WITH_AES_128_GCM_SHA256", &[StaticDh]),
            (0xfafa, "0xFAFA", &[]),
        ] {
            assert_eq!((named(id).name.as_str(), &*weaknesses_of(id)), (name, expected));
        }
    }
}
