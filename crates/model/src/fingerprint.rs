//! Identities of findings. Both are computed in `engine`; here is what they are.

use std::fmt;

/// Names the same problem in a later scan: 16 bytes over check, path and the text around the finding with every secret
/// masked. It does not depend on line numbers, on the machine, or on the secret beyond its visible characters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 16]);

/// Names the same secret at several places: the first 16 bytes of HMAC-SHA-256 under a key that stays with the user or
/// the server, so that a report does not let its reader test guesses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SecretHash([u8; 16]);

macro_rules! sixteen_bytes {
    ($name:ident) => {
        impl $name {
            /// Takes the bytes.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// Reads the 32 hexadecimal digits that `Display` writes.
            #[must_use]
            pub fn from_hex(hex: &str) -> Option<Self> {
                let digits = hex.as_bytes();
                if digits.len() != 32 {
                    return None;
                }
                let mut bytes = [0; 16];
                for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
                    let [high, low] = pair else { return None };
                    let digit = |digit: u8| {
                        char::from(digit).to_digit(16).and_then(|d| u8::try_from(d).ok())
                    };
                    *byte = digit(*high)? << 4 | digit(*low)?;
                }
                Some(Self(bytes))
            }

            /// The bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }
    };
}

sixteen_bytes!(Fingerprint);
sixteen_bytes!(SecretHash);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_goes_there_and_back() {
        let fingerprint = Fingerprint::from_bytes(*b"0123456789abcdef");
        assert_eq!(Fingerprint::from_hex(&fingerprint.to_string()), Some(fingerprint));
        assert_eq!(Fingerprint::from_hex("zz"), None);
        assert_eq!(Fingerprint::from_hex(&"+1".repeat(16)), None);
    }
}
