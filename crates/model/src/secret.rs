//! A credential's value while a scan holds it, and the little of it that may be shown.

use std::{
    fmt,
    hash::{Hash, Hasher},
    sync::Arc,
};

use zeroize::Zeroizing;

use crate::is_hidden;

/// The bytes of a credential. There is no `Debug`, no `Display` and no serialization; clones share the memory, and the last
/// one clears it on drop.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretValue(Arc<Zeroizing<Box<[u8]>>>);

impl SecretValue {
    /// Takes a copy.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        Self(Arc::new(Zeroizing::new(bytes.into())))
    }

    /// The value itself, for judging, hashing and asking its provider. It must not end in text that leaves the process.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl Hash for SecretValue {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.expose().hash(state);
    }
}

/// What a finding shows of a credential: at most its first four characters, and never more than a quarter of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mask(String);

impl Mask {
    /// The stars behind the visible part; their number says nothing about the length.
    const STARS: &'static str = "********";
    /// Most characters that are shown.
    const SHOWN_CHARS: usize = 4;
    /// Enough for four times as many, of four bytes each.
    const HEAD_BYTES: usize = 4 * 4 * Self::SHOWN_CHARS;

    /// Masks a value. Foreign bytes and hidden characters show as `?`.
    #[must_use]
    pub fn of(secret: &[u8]) -> Self {
        // A secret may be long; so many bytes hold all characters that matter.
        let head = String::from_utf8_lossy(secret.get(..Self::HEAD_BYTES).unwrap_or(secret));
        let shown = head.chars().take(4 * Self::SHOWN_CHARS).count() / 4;
        let mut text: String = head
            .chars()
            .take(shown)
            .map(|c| if is_hidden(c) || c == char::REPLACEMENT_CHARACTER { '?' } else { c })
            .collect();
        text.push_str(Self::STARS);
        Self(text)
    }

    /// The masked text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_shows_four_characters_of_a_token_and_less_of_a_short_password() {
        assert_eq!(Mask::of(b"ghp_0123456789abcdef").as_str(), "ghp_********");
        assert_eq!(Mask::of(b"hunter2!").as_str(), "hu********");
        assert_eq!(Mask::of(b"abc").as_str(), "********");
        assert_eq!(Mask::of("пароль秘密".as_bytes()).as_str(), "па********");
        assert_eq!(Mask::of("🔑🔑🔑".as_bytes()).as_str(), "********");
        assert_eq!(
            Mask::of(b"\x1b[31m\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff").as_str(),
            "?[31********"
        );
    }
}
