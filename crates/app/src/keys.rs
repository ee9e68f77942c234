//! The keys of an installation: what is sealed in its database, and what proves its sessions, hangs on them.

use aes_gcm::{
    Aes256Gcm, KeyInit as _, Nonce,
    aead::{Aead as _, Payload},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac as _};
use model::SecretValue;
use sha2::{Digest as _, Sha256};
use store::{OrganizationId, ProjectId};
use zeroize::Zeroizing;

use crate::Error;

/// How the sealed form begins: its version.
const VERSION: u8 = 1;
const KEY_ID_BYTES: usize = 4;
/// NIST SP 800-38D, 8.2.2: a random nonce is safe for 2^32 messages of one key.
const NONCE_BYTES: usize = 12;

/// One key, 32 random bytes.
#[derive(Clone)]
pub struct DataKey(Zeroizing<[u8; 32]>);

/// The keys: the first seals, each opens what it sealed.
#[derive(Clone)]
pub struct DataKeys {
    keys: Vec<DataKey>,
}

/// What a secret belongs to. A secret that is moved to another row does not open there.
#[derive(Clone, Copy)]
pub(crate) struct Belonging {
    pub(crate) purpose: &'static str,
    pub(crate) organization: OrganizationId,
    pub(crate) project: ProjectId,
}

/// Why keys could not be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a data key is 32 random bytes in base64; several are separated by commas, the one that seals first"
)]
pub struct InvalidKey;

impl DataKey {
    /// Takes a key.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Names the key without telling it.
    fn id(&self) -> [u8; KEY_ID_BYTES] {
        let digest = Sha256::new_with_prefix(b"bartizan data key\0")
            .chain_update(self.0.as_slice())
            .finalize();
        let mut id = [0; KEY_ID_BYTES];
        for (to, from) in id.iter_mut().zip(digest) {
            *to = from;
        }
        id
    }

    /// A key for one purpose, which tells nothing of this one.
    fn derive(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        // HMAC takes keys of any length.
        let Ok(mut mac) = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(self.0.as_slice()) else {
            return Zeroizing::new([0; 32]);
        };
        mac.update(purpose.as_bytes());
        Zeroizing::new(mac.finalize().into_bytes().into())
    }

    fn cipher(&self) -> Aes256Gcm {
        Aes256Gcm::new((&*self.derive("bartizan seal 1")).into())
    }
}

impl DataKeys {
    /// One key.
    #[must_use]
    pub fn one(key: DataKey) -> Self {
        Self { keys: vec![key] }
    }

    /// Reads keys in base64, separated by commas.
    ///
    /// # Errors
    /// Something else stands there.
    pub fn parse(text: &str) -> Result<Self, InvalidKey> {
        let key = |text: &str| {
            let bytes = Zeroizing::new(STANDARD.decode(text.trim()).map_err(|_| InvalidKey)?);
            let key: [u8; 32] = bytes.as_slice().try_into().map_err(|_| InvalidKey)?;
            Ok(DataKey::new(key))
        };
        Ok(Self { keys: text.split(',').map(key).collect::<Result<_, _>>()? })
    }

    /// A key that signs sessions, and all that may have signed those that live.
    pub(crate) fn session_keys(&self) -> Vec<Zeroizing<[u8; 32]>> {
        self.keys.iter().map(|key| key.derive("bartizan session 1")).collect()
    }

    /// The key under which the secrets of an organization are hashed.
    pub(crate) fn hash_key(&self, organization: OrganizationId) -> engine::HashKey {
        let purpose = format!("bartizan secret hash 1 {organization}");
        let key = self.keys.first().map(|key| key.derive(&purpose)).unwrap_or_default();
        engine::HashKey::new(*key)
    }

    /// Seals a secret: version, key id, nonce, AES-256-GCM ciphertext and tag.
    pub(crate) fn seal(&self, secret: &[u8], of: Belonging) -> Result<Vec<u8>, Error> {
        let key = self.keys.first().ok_or_else(|| Error::internal("there is no data key"))?;
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(Error::internal)?;
        let payload = Payload { msg: secret, aad: &of.bytes() };
        let sealed = key
            .cipher()
            .encrypt(&Nonce::from(nonce), payload)
            .map_err(|_| Error::internal("a secret could not be sealed"))?;
        Ok([&[VERSION][..], &key.id(), &nonce, &sealed].concat())
    }

    /// Opens what was sealed.
    pub(crate) fn open(&self, sealed: &[u8], of: Belonging) -> Result<SecretValue, Error> {
        let unreadable = || {
            Error::internal(
                "a sealed secret cannot be opened: its data key is not among those configured",
            )
        };
        let rest = sealed.strip_prefix(&[VERSION]).ok_or_else(unreadable)?;
        let (id, rest) = rest.split_first_chunk::<KEY_ID_BYTES>().ok_or_else(unreadable)?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE_BYTES>().ok_or_else(unreadable)?;
        let key = self.keys.iter().find(|key| key.id() == *id).ok_or_else(unreadable)?;
        let payload = Payload { msg: sealed, aad: &of.bytes() };
        let secret = key
            .cipher()
            .decrypt(&Nonce::from(*nonce), payload)
            .map(Zeroizing::new)
            .map_err(|_| unreadable())?;
        Ok(SecretValue::new(&secret))
    }
}

impl Belonging {
    fn bytes(self) -> Vec<u8> {
        format!("{} {} {}", self.purpose, self.organization, self.project).into_bytes()
    }
}

/// 32 random bytes in base64url, 43 characters.
pub(crate) fn random_token() -> Result<Zeroizing<String>, Error> {
    let mut bytes = Zeroizing::new([0; 32]);
    getrandom::fill(bytes.as_mut_slice()).map_err(Error::internal)?;
    let token = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes.as_slice());
    Ok(Zeroizing::new(token))
}

/// What of a token is stored. It has 256 random bits, so one round of hashing is enough.
pub(crate) fn token_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn belonging() -> Belonging {
        Belonging {
            purpose: "test",
            organization: OrganizationId::generate(),
            project: ProjectId::generate(),
        }
    }

    #[test]
    fn what_is_sealed_opens_with_its_key_at_its_place_only() {
        let (old, new) = (DataKey::new([1; 32]), DataKey::new([2; 32]));
        let of = belonging();
        let sealed = DataKeys::one(old.clone()).seal(b"secret", of).unwrap();
        assert!(!sealed.windows(6).any(|window| window == b"secret"));
        let rotated = DataKeys { keys: vec![new.clone(), old] };
        assert_eq!(rotated.open(&sealed, of).unwrap().expose(), b"secret");
        assert!(DataKeys::one(new).open(&sealed, of).is_err());
        assert!(rotated.open(&sealed, belonging()).is_err());
        for at in 0..sealed.len() {
            let mut forged = sealed.clone();
            forged[at] ^= 1;
            assert!(rotated.open(&forged, of).is_err(), "byte {at}");
        }
        assert!(rotated.open(&[], of).is_err());
    }

    #[test]
    fn two_seals_of_one_secret_differ() {
        let keys = DataKeys::one(DataKey::new([1; 32]));
        let of = belonging();
        assert_ne!(keys.seal(b"secret", of).unwrap(), keys.seal(b"secret", of).unwrap());
    }

    #[test]
    fn keys_are_read() {
        let one = STANDARD.encode([1; 32]);
        let two = STANDARD.encode([2; 32]);
        assert_eq!(DataKeys::parse(&format!("{one}, {two}")).unwrap().keys.len(), 2);
        for bad in ["", "abc", &one[1..], &format!("{one},")] {
            assert!(DataKeys::parse(bad).is_err(), "{bad:?}");
        }
    }
}
