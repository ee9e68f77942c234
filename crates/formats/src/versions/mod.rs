//! The order of versions, one file per scheme.
//!
//! A version is read once into a [`Version`]: its scheme and a *key*, bytes whose order as bytes is the order of the versions. So the
//! order is total by construction, whatever the text; a comparison is one of short byte strings; and an index may store the keys of its
//! bounds and never parse them again. Keys are no stable format: what stores them is rebuilt with the program.
//!
//! A text that a scheme has no place for (`latest` in SemVer, `1.0-bulbasaur` in PEP 440) comes before every version that it has one for;
//! [`Version::is_regular`] tells.

mod apk;
mod conda;
mod cran;
mod dpkg;
mod go;
mod hackage;
mod key;
mod lines;
mod maven;
mod nuget;
mod packagist;
mod pep440;
mod pub_dev;
mod rpm;
mod rubygems;
mod scan;
mod semver;

use std::{cmp::Ordering, fmt};

use model::{Ecosystem, VersionScheme};

pub use lines::{Wrong, check_lines};

use key::Key;

/// A version that has been read, ready to be compared with others of its scheme.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    // The scheme first: versions of different schemes have an order too, though one without a meaning.
    scheme: VersionScheme,
    key: Key,
}

impl Version {
    /// Reads a version. Every text is one; nothing is allocated for those of ordinary length.
    #[must_use]
    pub fn parse(scheme: VersionScheme, text: &str) -> Self {
        let mut key = Key::regular();
        let understood = match scheme {
            VersionScheme::SemVer => semver::write(text, &mut key),
            VersionScheme::Go => go::write(text, &mut key),
            VersionScheme::Pep440 => pep440::write(text, &mut key),
            VersionScheme::Maven => maven::write(text, &mut key),
            VersionScheme::NuGet => nuget::write(text, &mut key),
            VersionScheme::RubyGems => rubygems::write(text, &mut key),
            VersionScheme::Packagist => packagist::write(text, &mut key),
            VersionScheme::Pub => pub_dev::write(text, &mut key),
            VersionScheme::Cran => cran::write(text, &mut key),
            VersionScheme::Hackage => hackage::write(text, &mut key),
            VersionScheme::Conda => conda::write(text, &mut key),
            VersionScheme::Dpkg => dpkg::write(text, &mut key),
            VersionScheme::Apk => apk::write(text, &mut key),
            VersionScheme::Rpm => rpm::write(text, &mut key),
        };
        if understood.is_none() {
            key = Key::irregular();
            match scheme {
                VersionScheme::Pep440 => pep440::write_legacy(text, &mut key),
                _ => key.raw(text.trim().as_bytes()),
            }
        }
        Self { scheme, key }
    }

    /// What it was read as.
    #[must_use]
    pub const fn scheme(&self) -> VersionScheme {
        self.scheme
    }

    /// Bytes that are ordered as the versions of a scheme are.
    #[must_use]
    pub fn key(&self) -> &[u8] {
        self.key.as_bytes()
    }

    /// Whether the scheme has a place for such a text. Where not, its order among others means nothing, and a range that holds it says
    /// nothing about it.
    #[must_use]
    pub fn is_regular(&self) -> bool {
        self.key.is_regular()
    }
}

impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Version({:?}, {:02x?})", self.scheme, self.key())
    }
}

/// Which of two versions comes first. Total: every text has a place, nonsense too. Who compares one with many keeps a [`Version`].
#[must_use]
pub fn compare(scheme: VersionScheme, a: &str, b: &str) -> Ordering {
    if a == b {
        return Ordering::Equal;
    }
    Version::parse(scheme, a).cmp(&Version::parse(scheme, b))
}

/// The scheme that a person or a file names: an ecosystem of the OSV schema in any case and with or without its release (`npm`,
/// `Debian:12`), or a common word (`semver`, `redhat`, `alpine`).
#[must_use]
pub fn scheme_named(word: &str) -> Option<VersionScheme> {
    let (word, release) = match word.trim().split_once(':') {
        Some((word, release)) => (word, Some(release)),
        None => (word.trim(), None),
    };
    let common = [
        ("semver", VersionScheme::SemVer),
        ("cargo", VersionScheme::SemVer),
        ("golang", VersionScheme::Go),
        ("pep440", VersionScheme::Pep440),
        ("gem", VersionScheme::RubyGems),
        ("composer", VersionScheme::Packagist),
        ("dart", VersionScheme::Pub),
        ("pvp", VersionScheme::Hackage),
        ("deb", VersionScheme::Dpkg),
        ("dpkg", VersionScheme::Dpkg),
        ("apk", VersionScheme::Apk),
        ("rpm", VersionScheme::Rpm),
        ("redhat", VersionScheme::Rpm),
    ];
    let common = common
        .into_iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(word))
        .map(|(_, scheme)| scheme);
    common.or_else(|| {
        let named = |ecosystem: &&Ecosystem| ecosystem.as_str().eq_ignore_ascii_case(word);
        Ecosystem::ALL.iter().find(named).map(|ecosystem| ecosystem.scheme_in(release))
    })
}

#[cfg(test)]
mod tests;
