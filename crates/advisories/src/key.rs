//! Under which bytes, and which hash of them, a package is found.

use formats::names;
use model::{Affected, Ecosystem, Package, VersionScheme};

/// Longer names are no packages.
pub(crate) const NAME_BYTES: usize = 1024;

/// Ecosystem, release and name, in the one form that each has: compared piece by piece, so that looking up allocates nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key<'a> {
    ecosystem: &'static str,
    release: &'a str,
    name: &'a str,
}

/// Between the parts of a stored key: no word of ours holds it, and a name that does is refused.
const BETWEEN: u8 = 0;

impl<'a> Key<'a> {
    /// From parts that [`names`] has normalised.
    pub(crate) fn new(ecosystem: Ecosystem, release: Option<&'a str>, name: &'a str) -> Self {
        Self { ecosystem: ecosystem.as_str(), release: release.unwrap_or_default(), name }
    }

    fn parts(&self) -> [&[u8]; 5] {
        [
            self.ecosystem.as_bytes(),
            &[BETWEEN],
            self.release.as_bytes(),
            &[BETWEEN],
            self.name.as_bytes(),
        ]
    }

    pub(crate) fn to_text(self) -> String {
        format!("{}\0{}\0{}", self.ecosystem, self.release, self.name)
    }

    /// Whether a stored key is this one.
    pub(crate) fn is(&self, mut stored: &[u8]) -> bool {
        for part in self.parts() {
            match stored.strip_prefix(part) {
                Some(rest) => stored = rest,
                None => return false,
            }
        }
        stored.is_empty()
    }

    /// A hash that is the same on every machine and in every version, since files hold it. It is not keyed: who chooses the names in
    /// an index chooses what it says anyway, and many equal hashes of names that are only asked for cost nothing.
    pub(crate) fn hash(&self) -> u64 {
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        for part in self.parts() {
            state = mix(state ^ part.len() as u64);
            for chunk in part.chunks(8) {
                let mut word = [0; 8];
                for (to, from) in word.iter_mut().zip(chunk) {
                    *to = *from;
                }
                state = mix(state ^ u64::from_le_bytes(word));
            }
        }
        state
    }
}

/// The upper and the lower half of a product, folded.
fn mix(word: u64) -> u64 {
    let product = u128::from(word ^ 0xA076_1D64_78BD_642F) * 0xE703_7ED1_A0B4_28DB;
    (product >> 64) as u64 ^ product as u64
}

/// The one form of what stands behind an ecosystem's colon. `None` where it does not tell packages apart.
pub(crate) fn release(ecosystem: Ecosystem, release: &str) -> Option<&str> {
    let release = release.trim();
    let release = match ecosystem {
        // A repository's address. A lock file does not say from which one a name came, and groups do not share names.
        Ecosystem::Maven => return None,
        // Whether a release is supported for long is not in its number.
        Ecosystem::Ubuntu => release.strip_suffix(":LTS").unwrap_or(release),
        _ => release,
    };
    (!release.is_empty()).then_some(release)
}

/// Whether a name can be a key's.
pub(crate) fn is_usable(name: &str) -> bool {
    !name.is_empty() && name.len() <= NAME_BYTES && !name.bytes().any(|byte| byte == BETWEEN)
}

/// The stored key of what an advisory names. `None` if it cannot be one.
pub(crate) fn of(ecosystem: Ecosystem, release: Option<&str>, name: &str) -> Option<String> {
    let name = names::normalise(ecosystem, name);
    let release = release.and_then(|release| self::release(ecosystem, release));
    let is_usable = is_usable(&name) && release.is_none_or(is_usable);
    is_usable.then(|| Key::new(ecosystem, release, &name).to_text())
}

/// Whether an entry of an advisory is about a package, whatever its version: the same name of the same ecosystem, and the same release
/// or all of them.
#[must_use]
pub fn is_about(affected: &Affected, package: &Package) -> bool {
    let wanted = affected.release.as_deref().and_then(|text| release(affected.ecosystem, text));
    let given = package.release.as_deref().and_then(|text| release(package.ecosystem, text));
    affected.ecosystem == package.ecosystem
        && (wanted.is_none() || wanted == given)
        && names::normalise(affected.ecosystem, &affected.name)
            == names::normalise(package.ecosystem, &package.name)
}

/// The ecosystem of a stored key.
pub(crate) fn ecosystem(stored: &str) -> &str {
    stored.split('\0').next().unwrap_or_default()
}

/// The hash of a stored key, and how versions of its package are ordered. `None` if it is none.
pub(crate) fn of_stored(stored: &str) -> Option<(u64, VersionScheme)> {
    let mut parts = stored.splitn(3, '\0');
    let ecosystem = Ecosystem::parse(parts.next()?)?;
    let (release, name) = (parts.next()?, parts.next()?);
    let release = (!release.is_empty()).then_some(release);
    Some((Key::new(ecosystem, release, name).hash(), ecosystem.scheme_in(release)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_itself_and_no_other() {
        let stored = of(Ecosystem::Debian, Some("12"), "curl").unwrap();
        let key = Key::new(Ecosystem::Debian, Some("12"), "curl");
        assert!(key.is(stored.as_bytes()));
        assert_eq!(of_stored(&stored), Some((key.hash(), VersionScheme::Dpkg)));
        for other in [
            Key::new(Ecosystem::Debian, None, "curl"),
            Key::new(Ecosystem::Debian, Some("12"), "curl2"),
            Key::new(Ecosystem::Debian, Some("12"), "cur"),
            Key::new(Ecosystem::Ubuntu, Some("12"), "curl"),
        ] {
            assert!(!other.is(stored.as_bytes()));
            assert_ne!(other.hash(), key.hash());
        }
        assert_eq!(of(Ecosystem::Npm, None, "a\0b"), None);
        assert_eq!(of(Ecosystem::Npm, None, ""), None);
    }

    #[test]
    fn releases_of_one_distribution_have_one_form() {
        assert_eq!(release(Ecosystem::Ubuntu, "22.04:LTS"), Some("22.04"));
        assert_eq!(release(Ecosystem::Ubuntu, "Pro:18.04:LTS"), Some("Pro:18.04"));
        assert_eq!(release(Ecosystem::Debian, "12"), Some("12"));
        assert_eq!(release(Ecosystem::Debian, ""), None);
        assert_eq!(release(Ecosystem::Maven, "https://maven.google.com"), None);
    }
}
