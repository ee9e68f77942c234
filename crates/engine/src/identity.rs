//! Names of findings and of secrets.

use hmac::{Hmac, KeyInit as _, Mac as _};
use model::{Fingerprint, SecretHash};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// The key under which secrets are hashed. It stays with the user or the server: who has it can test guesses.
#[derive(Clone)]
pub struct HashKey(Zeroizing<[u8; 32]>);

impl HashKey {
    /// Takes a key.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Makes a key of a text of any length, as somebody may put into an environment variable.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        Self::new(Sha256::digest(text.as_bytes()).into())
    }

    /// Names the key without telling it, so that two reports know whether their hashes can be compared.
    #[must_use]
    pub fn id(&self) -> String {
        let digest = Sha256::new_with_prefix(b"bartizan key id\0")
            .chain_update(self.0.as_slice())
            .finalize();
        digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    pub(crate) fn hash(&self, secret: &[u8]) -> SecretHash {
        // HMAC takes keys of any length.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.0.as_slice()) else {
            return SecretHash::from_bytes([0; 16]);
        };
        mac.update(secret);
        SecretHash::from_bytes(first_half(&mac.finalize().into_bytes()))
    }
}

/// Stands for a line with every secret masked. A scan may keep very many, and lines are long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct LineId([u8; 16]);

impl LineId {
    /// White space counts as one blank, however much of it there is.
    pub(crate) fn of(masked_line: &str) -> Self {
        let mut hash = Sha256::new();
        for word in masked_line.split_whitespace() {
            hash.update(word);
            hash.update(b" ");
        }
        Self(first_half(&hash.finalize()))
    }
}

/// Names a finding: check, path, the line around it with every secret masked (none for a finding that is a path alone), and
/// which of several alike it is.
pub(crate) fn fingerprint(check: &str, path: &str, line: LineId, occurrence: u64) -> Fingerprint {
    let mut hash = Sha256::new();
    for part in ["bartizan finding 1", check, path] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.update(line.0);
    hash.update(occurrence.to_le_bytes());
    Fingerprint::from_bytes(first_half(&hash.finalize()))
}

fn first_half(digest: &[u8]) -> [u8; 16] {
    let mut half = [0; 16];
    for (to, from) in half.iter_mut().zip(digest) {
        *to = *from;
    }
    half
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_has_one_hash_under_one_key() {
        let (a, b) = (HashKey::from_text("a"), HashKey::from_text("b"));
        assert_eq!(a.hash(b"x"), HashKey::from_text("a").hash(b"x"));
        assert_ne!(a.hash(b"x"), b.hash(b"x"));
        assert_ne!(a.id(), b.id());
        assert_eq!(a.id().len(), 16);
    }

    #[test]
    fn parts_of_a_fingerprint_do_not_run_into_each_other() {
        let [none, line] = [LineId::default(), LineId::of("c  d")];
        assert_ne!(fingerprint("a", "bc", none, 0), fingerprint("ab", "c", none, 0));
        assert_ne!(fingerprint("a", "b", line, 0), fingerprint("a", "b", line, 1));
        assert_ne!(fingerprint("a", "b", line, 0), fingerprint("a", "b", none, 0));
        assert_eq!(line, LineId::of("\tc d"));
        assert_ne!(line, LineId::of("cd"));
    }
}
