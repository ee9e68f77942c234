//! Checksums that providers put into their tokens, so that a scanner can tell a real one from a string that looks like one.

use crc::{CRC_16_XMODEM, Crc};
use data_encoding::BASE32_NOPAD;

const XMODEM: Crc<u16> = Crc::<u16>::new(&CRC_16_XMODEM);

/// A checksum a rule can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checksum {
    /// GitHub's classic tokens, and npm's, which took the scheme over: the last six characters are the CRC-32 of the
    /// thirty before them, in base 62 (`0-9A-Za-z`), padded with zeros on the left. Published in GitHub's "Behind GitHub's
    /// new authentication token formats" (2021).
    Github,
    /// Grafana's service account tokens: `glsa_` + 32 characters + `_` + CRC-32 of all before that underscore, in eight
    /// hexadecimal digits (`pkg/components/satokengen` in grafana/grafana).
    Grafana,
    /// Seeds of NATS' keys: base32 (RFC 4648, section 6) of two bytes for the kind of key, the 32 of the seed, and the CRC-16/XMODEM of
    /// both, the lower byte first (`strkey.go` in nats-io/nkeys).
    Nkey,
}

impl Checksum {
    /// The checksum of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "github" => Some(Self::Github),
            "grafana" => Some(Self::Grafana),
            "nkey" => Some(Self::Nkey),
            _ => None,
        }
    }

    /// Whether `token` carries the right one.
    #[must_use]
    pub fn holds(self, token: &[u8]) -> bool {
        match self {
            Self::Github => {
                let Some((head, sum)) =
                    token.len().checked_sub(6).and_then(|at| token.split_at_checked(at))
                else {
                    return false;
                };
                self.of(head).is_some_and(|right| right.as_bytes() == sum)
            }
            Self::Grafana => {
                let Some((head, sum)) =
                    token.len().checked_sub(8).and_then(|at| token.split_at_checked(at))
                else {
                    return false;
                };
                self.of(head).is_some_and(|right| right.as_bytes().eq_ignore_ascii_case(sum))
            }
            Self::Nkey => BASE32_NOPAD.decode(token).is_ok_and(|bytes| {
                bytes
                    .split_last_chunk()
                    .is_some_and(|(key, sum)| XMODEM.checksum(key) == u16::from_le_bytes(*sum))
            }),
        }
    }

    /// The checksum that belongs behind `head`, the token as far as it stands before it.
    #[must_use]
    pub fn of(self, head: &[u8]) -> Option<String> {
        match self {
            Self::Github => {
                let random = head.get(head.len().checked_sub(30)?..)?;
                Some(base62(crc32fast::hash(random), 6))
            }
            Self::Grafana => {
                let body = head.strip_suffix(b"_")?;
                Some(format!("{:08x}", crc32fast::hash(body)))
            }
            // 54 characters are six bits short of the 34 bytes that are summed up; the last two are taken to be none.
            Self::Nkey => {
                let head = head.get(head.len().checked_sub(54)?..)?;
                let mut bytes = BASE32_NOPAD.decode(&[head, b"AA"].concat()).ok()?;
                bytes.truncate(34);
                bytes.extend(XMODEM.checksum(&bytes).to_le_bytes());
                BASE32_NOPAD.encode(&bytes).get(54..).map(str::to_owned)
            }
        }
    }
}

fn base62(mut number: u32, width: usize) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut digits = Vec::with_capacity(width);
    while number > 0 || digits.len() < width {
        digits.extend(
            DIGITS.get(usize::try_from(number % 62).unwrap_or_default()).copied().map(char::from),
        );
        number /= 62;
    }
    digits.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example that GitHub's own secret-scanning documents publish: a revoked token, put together here so that it
    /// stands in no file.
    #[test]
    fn a_checksum_holds_for_what_it_was_made_for_and_for_nothing_else() {
        let head = format!("ghp_{}", "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ");
        let token = format!("{head}{}", Checksum::Github.of(head.as_bytes()).unwrap());
        assert_eq!(&token[token.len() - 6..], "0mLq17");
        assert!(Checksum::Github.holds(token.as_bytes()));
        assert!(!Checksum::Github.holds(token.replace("zQW", "zQX").as_bytes()));
        assert!(!Checksum::Github.holds(b"short"));

        let head = format!("glsa_{}_", "a".repeat(32));
        let token = format!("{head}{}", Checksum::Grafana.of(head.as_bytes()).unwrap());
        assert!(Checksum::Grafana.holds(token.as_bytes()));
        assert!(!Checksum::Grafana.holds(format!("{head}00000000").as_bytes()));

        let head = format!("SU{}", "AEMQ".repeat(13));
        let token = format!("{head}{}", Checksum::Nkey.of(head.as_bytes()).unwrap());
        assert_eq!(token.len(), 58);
        assert!(Checksum::Nkey.holds(token.as_bytes()));
        assert!(!Checksum::Nkey.holds(token.replace("SUA", "SUE").as_bytes()));
        assert!(!Checksum::Nkey.holds(b"SU"));
    }
}
