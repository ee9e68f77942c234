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
        Ecosystem::RedHat => red_hat(release),
        Ecosystem::Suse => suse(release),
        _ => release,
    };
    (!release.is_empty()).then_some(release)
}

/// The releases whose advisories are about packages of one: none in particular, that one, and what goes with it.
pub(crate) fn releases(
    ecosystem: Ecosystem,
    of: Option<&str>,
) -> impl Iterator<Item = Option<&str>> {
    let own = of.and_then(|of| release(ecosystem, of));
    // Modules of SUSE Linux Enterprise 12 are the same for all of its service packs.
    let shared = own.filter(|own| ecosystem == Ecosystem::Suse && own.starts_with("12 "));
    let shared = shared.and_then(|own| own.get(..2));
    std::iter::once(None).chain(own.map(Some)).chain(shared.map(Some))
}

/// Red Hat's releases are parts of a CPE: product, version, and behind two colons the repository (`enterprise_linux:9::baseos`,
/// `enterprise_linux:7::server`; from 10 on the version has a minor number). All repositories of a major version of Enterprise
/// Linux are one release. Other products stay what they are, as do streams with support of their own (`rhel_eus:9.2::baseos`):
/// they repair older versions than the release does.
fn red_hat(release: &str) -> &str {
    const PRODUCT: &str = "enterprise_linux:";
    let Some(version) = release.strip_prefix(PRODUCT) else { return release };
    let digits = version.bytes().take_while(u8::is_ascii_digit).count();
    let is_whole =
        version.get(digits..).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', ':']));
    if digits > 0 && is_whole {
        release.get(..PRODUCT.len() + digits).unwrap_or(release)
    } else {
        release
    }
}

/// From version 15 on, the packages of SUSE's server come in modules, each a product of its own: version and service pack tell what
/// goes together (`15 SP6` of `Linux Enterprise Server 15 SP6` and of `Linux Enterprise Module for Basesystem 15 SP6`). What
/// is repaired after a service pack's time, under the server's name and `-LTSS`, was broken in it before.
fn suse(release: &str) -> &str {
    let Some(product) = release.strip_prefix("Linux Enterprise ") else { return release };
    let module = product.strip_prefix("Module for ").and_then(|module| {
        let mut blanks = module.rmatch_indices(' ').map(|(at, _)| at + 1);
        let last = blanks.next().and_then(|at| module.get(at..))?;
        let at = if last.starts_with("SP") { blanks.next()? } else { module.len() - last.len() };
        module.get(at..)
    });
    let server =
        || product.strip_prefix("Server ").map(|own| own.strip_suffix("-LTSS").unwrap_or(own));
    let version = module.or_else(server);
    version.filter(|version| version.starts_with(|c: char| c.is_ascii_digit())).unwrap_or(release)
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

/// Whether an entry of an advisory is about a package or what it is built of, whatever its version: the same name of the same
/// ecosystem, and the same release or all of them.
#[must_use]
pub fn is_about(affected: &Affected, package: &Package) -> bool {
    let wanted = affected.release.as_deref().and_then(|text| release(affected.ecosystem, text));
    let named = names::normalise(affected.ecosystem, &affected.name);
    affected.ecosystem == package.ecosystem
        && releases(package.ecosystem, package.release.as_deref()).any(|given| given == wanted)
        && package.judged_as().any(|(name, _)| names::normalise(package.ecosystem, name) == named)
}

/// The ecosystem of a stored key, and the release; empty if it is of none in particular.
pub(crate) fn ecosystem_and_release(stored: &str) -> (&str, &str) {
    let mut parts = stored.split('\0');
    (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
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
    fn a_package_is_judged_by_what_is_said_of_its_release() {
        let of = |ecosystem, release| releases(ecosystem, release).collect::<Vec<_>>();
        assert_eq!(of(Ecosystem::Npm, None), [None]);
        assert_eq!(
            of(Ecosystem::RedHat, Some("enterprise_linux:9")),
            [None, Some("enterprise_linux:9")]
        );
        let server = "Linux Enterprise Server 15 SP6";
        assert_eq!(of(Ecosystem::Suse, Some(server)), [None, Some("15 SP6")]);
        let server = "Linux Enterprise Server 12 SP5";
        assert_eq!(of(Ecosystem::Suse, Some(server)), [None, Some("12 SP5"), Some("12")]);
    }

    #[test]
    fn releases_of_one_distribution_have_one_form() {
        assert_eq!(release(Ecosystem::Ubuntu, "22.04:LTS"), Some("22.04"));
        assert_eq!(release(Ecosystem::Ubuntu, "Pro:18.04:LTS"), Some("Pro:18.04"));
        assert_eq!(release(Ecosystem::Debian, "12"), Some("12"));
        assert_eq!(release(Ecosystem::Debian, ""), None);
        let red_hat = |text| release(Ecosystem::RedHat, text).unwrap();
        for text in ["enterprise_linux:9", "enterprise_linux:9::baseos", "enterprise_linux:9::crb"]
        {
            assert_eq!(red_hat(text), "enterprise_linux:9");
        }
        assert_eq!(red_hat("enterprise_linux:10.1"), "enterprise_linux:10");
        for other in [
            "rhel_eus:9.2::baseos",
            "rhel_aus:8.2::baseos",
            "enterprise_linux_eus:10.0",
            "openstack:17.1::el9",
            "enterprise_linux:",
            "enterprise_linux:9x",
        ] {
            assert_eq!(red_hat(other), other);
        }
        let suse = |text| release(Ecosystem::Suse, text).unwrap();
        for text in [
            "15 SP6",
            "Linux Enterprise Server 15 SP6",
            "Linux Enterprise Server 15 SP6-LTSS",
            "Linux Enterprise Module for Basesystem 15 SP6",
            "Linux Enterprise Module for Python 3 15 SP6",
        ] {
            assert_eq!(suse(text), "15 SP6");
        }
        assert_eq!(suse("Linux Enterprise Module for Public Cloud 12"), "12");
        for other in [
            "Linux Enterprise Server for SAP Applications 15 SP6",
            "Linux Enterprise High Performance Computing 15 SP3-ESPOS",
            "Linux Enterprise Module for SP1",
            "Manager Server 4.3",
        ] {
            assert_eq!(suse(other), other);
        }
        assert_eq!(release(Ecosystem::Maven, "https://maven.google.com"), None);
    }
}
