//! Keys of DKIM (RFC 6376, section 3.6.1; RFC 8463 for Ed25519).

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{super::note, tags};

/// A key at `<selector>._domainkey.<name>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DkimKey {
    /// Which kind.
    pub kind: KeyKind,
    /// An empty `p`: it was withdrawn.
    pub is_revoked: bool,
    /// Its length; `None` if it is withdrawn or cannot be read.
    pub bits: Option<u32>,
    /// `t=y`: receivers are not to mind failures.
    pub is_test: bool,
    /// `t=s`: only for the name itself.
    pub is_strict: bool,
    /// `h` names SHA-1 and nothing better.
    pub is_sha1_only: bool,
    /// What is wrong.
    pub issues: Vec<Issue>,
}

/// `k`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// `rsa`, which is also meant without a word.
    Rsa,
    /// `ed25519`
    Ed25519,
    /// Something receivers ignore.
    Unknown,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Issue {
    /// `v` is there, and is not `DKIM1` or not first.
    InvalidVersion,
    /// No `p`.
    NoKey,
    /// `p` is no base64, or no key of its kind.
    InvalidKey,
    /// `k` names a kind nobody knows.
    UnknownKind,
}

impl DkimKey {
    /// Reads a record; `None` if it has nothing of one.
    #[must_use]
    pub fn parse(record: &str) -> Option<Self> {
        let mut key = Self {
            kind: KeyKind::Rsa,
            is_revoked: false,
            bits: None,
            is_test: false,
            is_strict: false,
            is_sha1_only: false,
            issues: Vec::new(),
        };
        let mut public = None;
        let mut is_one = false;
        for (number, (name, value)) in tags(record).enumerate() {
            let value = value.unwrap_or_default();
            match name {
                "v" => {
                    if number > 0 || value != "DKIM1" {
                        note(&mut key.issues, Issue::InvalidVersion);
                    }
                    is_one |= value == "DKIM1";
                }
                "p" => public = Some(value),
                "k" => {
                    key.kind = match value {
                        "rsa" => KeyKind::Rsa,
                        "ed25519" => KeyKind::Ed25519,
                        _ => KeyKind::Unknown,
                    };
                }
                "t" => {
                    let mut flags = value.split(':').map(str::trim_ascii);
                    key.is_test = flags.clone().any(|flag| flag == "y");
                    key.is_strict = flags.any(|flag| flag == "s");
                }
                "h" => {
                    let mut names = value.split(':').map(str::trim_ascii);
                    key.is_sha1_only = !value.is_empty() && names.all(|name| name == "sha1");
                }
                _ => {}
            }
        }
        if !is_one && public.is_none() {
            return None;
        }
        if key.kind == KeyKind::Unknown {
            note(&mut key.issues, Issue::UnknownKind);
        }
        key.read_key(public);
        Some(key)
    }

    fn read_key(&mut self, public: Option<&str>) {
        let Some(public) = public else { return note(&mut self.issues, Issue::NoKey) };
        let dense: String = public.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        if dense.is_empty() {
            self.is_revoked = true;
            return;
        }
        self.bits = STANDARD.decode(dense).ok().and_then(|der| match self.kind {
            KeyKind::Rsa => rsa_bits(&der),
            KeyKind::Ed25519 => (der.len() == 32).then_some(256),
            KeyKind::Unknown => None,
        });
        if self.bits.is_none() && self.kind != KeyKind::Unknown {
            note(&mut self.issues, Issue::InvalidKey);
        }
    }
}

/// The length of the modulus of a `SubjectPublicKeyInfo` (RFC 5280), or of a bare `RSAPublicKey` (RFC 8017), in DER.
fn rsa_bits(der: &[u8]) -> Option<u32> {
    let (sequence, _) = element(der, 0x30)?;
    let key = match element(sequence, 0x30) {
        Some((_algorithm, rest)) => {
            let (bits, _) = element(rest, 0x03)?;
            element(bits.strip_prefix(&[0])?, 0x30)?.0
        }
        None => sequence,
    };
    let (modulus, _) = element(key, 0x02)?;
    let start = modulus.iter().position(|byte| *byte != 0)?;
    let significant = modulus.get(start..)?;
    let bytes = u32::try_from(significant.len()).ok()?;
    Some(bytes * 8 - significant.first()?.leading_zeros())
}

/// The content of an element with this tag, and what is behind it.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (first, rest) = der.split_first()?;
    if *first != tag {
        return None;
    }
    let (length, rest) = rest.split_first()?;
    let (length, rest) = match *length {
        short @ 0..=0x7F => (usize::from(short), rest),
        long @ 0x81..=0x83 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(long & 0x7F))?;
            (bytes.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The key of RFC 6376, appendix C: 1024 bits.
    const RSA: &str = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB";

    #[test]
    fn lengths_of_keys_are_known() {
        let key = DkimKey::parse(&format!("v=DKIM1; k=rsa; t=y:s; p={RSA}")).unwrap();
        assert_eq!((key.kind, key.bits), (KeyKind::Rsa, Some(1024)));
        assert!(key.is_test && key.is_strict && !key.is_revoked);
        assert_eq!(key.issues, []);
        let key =
            DkimKey::parse("v=DKIM1;k=ed25519;p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
        assert_eq!(key.unwrap().bits, Some(256));
        assert!(DkimKey::parse("v=DKIM1; p=").unwrap().is_revoked);
        assert!(DkimKey::parse(&format!("p={RSA}; h=sha1")).unwrap().is_sha1_only);
        assert_eq!(DkimKey::parse("v=spf1 -all"), None);
    }

    #[test]
    fn mistakes_are_told() {
        let issues = |record: &str| DkimKey::parse(record).unwrap().issues;
        assert_eq!(issues("v=DKIM1"), [Issue::NoKey]);
        assert_eq!(issues("v=DKIM1; p=!"), [Issue::InvalidKey]);
        assert_eq!(issues("p=MIGf; v=DKIM1"), [Issue::InvalidVersion, Issue::InvalidKey]);
        assert_eq!(issues("v=DKIM1; k=x; p=AAAA"), [Issue::UnknownKind]);
    }

    proptest! {
        #[test]
        fn whatever_stands_there_is_read(record in "v=DKIM1;([;=: ]|p=|k=|\\PC){0,30}", der in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = DkimKey::parse(&record);
            let _ = rsa_bits(&der);
            let record = format!("p={}", STANDARD.encode(&der));
            prop_assert!(DkimKey::parse(&record).is_some());
        }
    }
}
