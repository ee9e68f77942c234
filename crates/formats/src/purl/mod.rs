//! Package URLs (<https://github.com/package-url/purl-spec>): read, built and written in their canonical form.

mod distro;
mod package;
pub(crate) mod source;
mod types;

use std::{borrow::Cow, collections::BTreeMap, fmt};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Everything but letters, digits and `.-_~:`.
const ENCODED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'.').remove(b'-').remove(b'_').remove(b'~').remove(b':');

/// A package URL, always in its canonical spelling: two that mean the same package are equal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Purl {
    kind: String,
    namespace: Option<String>,
    name: String,
    version: Option<String>,
    qualifiers: BTreeMap<String, String>,
    subpath: Option<String>,
}

/// Why something is no package URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It begins with something else than `pkg:`.
    #[error("a package URL begins with `pkg:`")]
    Scheme,
    /// No type, or one with other characters than letters, digits, dots and hyphens.
    #[error("a package URL needs a type of letters, digits, dots and hyphens")]
    Type,
    /// No name, or none that the type allows.
    #[error("a package URL needs a name that its type allows")]
    Name,
    /// A namespace where the type allows none, or none where it needs one.
    #[error("the type of the package URL has another rule for namespaces")]
    Namespace,
    /// A version that the type does not allow.
    #[error("the type of the package URL does not allow such a version")]
    Version,
    /// A qualifier without a name, twice, or one that is missing.
    #[error("a qualifier of the package URL is missing, twice there or has no proper name")]
    Qualifier,
    /// Percent-encoded bytes that are no UTF-8.
    #[error("the package URL is not UTF-8")]
    Encoding,
}

/// The parts of a package URL, not encoded. Those that are empty count as missing.
#[derive(Clone, Debug, Default)]
pub struct Parts {
    /// The type: `npm`.
    pub kind: String,
    /// What stands before the name, with `/` between its parts: `@babel`, `github.com/gorilla`.
    pub namespace: String,
    /// The name.
    pub name: String,
    /// The version.
    pub version: String,
    /// Names in any case.
    pub qualifiers: Vec<(String, String)>,
    /// A path inside of the package.
    pub subpath: String,
}

impl Purl {
    /// From its parts, which become canonical as the type demands.
    ///
    /// # Errors
    ///
    /// If a part is missing or not allowed.
    pub fn build(parts: Parts) -> Result<Self, Error> {
        let kind = parts.kind.to_ascii_lowercase();
        let starts = kind.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
        let goes_on = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
        if !starts || !kind.bytes().all(goes_on) {
            return Err(Error::Type);
        }
        let mut qualifiers = BTreeMap::new();
        for (key, value) in parts.qualifiers {
            if value.is_empty() {
                continue;
            }
            let key = key.to_ascii_lowercase();
            let starts = key.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
            let goes_on =
                |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
            if !starts || !key.bytes().all(goes_on) || qualifiers.insert(key, value).is_some() {
                return Err(Error::Qualifier);
            }
        }
        let namespace = segments(&parts.namespace).join("/");
        let subpath: Vec<_> = segments(&parts.subpath)
            .into_iter()
            .filter(|part| !matches!(*part, "." | ".."))
            .collect();
        let name = parts.name.trim_matches('/');
        let mut purl = Self {
            kind,
            namespace: some(&namespace),
            name: name.to_owned(),
            version: some(&parts.version),
            qualifiers,
            subpath: some(&subpath.join("/")),
        };
        types::apply(&mut purl)?;
        Ok(purl)
    }

    /// Reads one. What the specification leaves to a reader's goodwill is forgiven: case, needless slashes, characters that should have
    /// been encoded.
    ///
    /// # Errors
    ///
    /// If it is none.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        let (scheme, rest) = text.split_once(':').ok_or(Error::Scheme)?;
        if !scheme.eq_ignore_ascii_case("pkg") {
            return Err(Error::Scheme);
        }
        let (rest, subpath) = rest.rsplit_once('#').unwrap_or((rest, ""));
        let (rest, qualifiers) = rest.rsplit_once('?').unwrap_or((rest, ""));
        let (kind, rest) = rest.trim_start_matches('/').split_once('/').ok_or(Error::Type)?;
        let (path, version) = split_version(rest.trim_matches('/'));
        if path.ends_with('/') {
            return Err(Error::Name);
        }
        let (namespace, name) = path.rsplit_once('/').unwrap_or(("", path));
        let mut parts = Parts {
            kind: kind.to_owned(),
            namespace: decode_path(namespace)?,
            name: decode(name)?.into_owned(),
            version: decode(version)?.into_owned(),
            qualifiers: Vec::new(),
            subpath: decode_path(subpath)?,
        };
        for qualifier in qualifiers.split('&').filter(|qualifier| !qualifier.is_empty()) {
            let (key, value) = qualifier.split_once('=').ok_or(Error::Qualifier)?;
            parts.qualifiers.push((key.to_owned(), decode(value)?.into_owned()));
        }
        Self::build(parts)
    }

    /// The type: `npm`.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// What stands before the name.
    #[must_use]
    pub fn namespace(&self) -> Option<&str> {
        self.namespace.as_deref()
    }

    /// The name, without the namespace.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The version.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// A qualifier by its name in lower case.
    #[must_use]
    pub fn qualifier(&self, key: &str) -> Option<&str> {
        self.qualifiers.get(key).map(String::as_str)
    }

    /// All qualifiers, sorted.
    pub fn qualifiers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.qualifiers.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// A path inside of the package.
    #[must_use]
    pub fn subpath(&self) -> Option<&str> {
        self.subpath.as_deref()
    }

    /// The same package without version, qualifiers and path, as which advisories name it.
    #[must_use]
    pub fn unversioned(&self) -> Self {
        Self {
            version: None,
            qualifiers: BTreeMap::new(),
            subpath: None,
            kind: self.kind.clone(),
            namespace: self.namespace.clone(),
            name: self.name.clone(),
        }
    }
}

impl fmt::Display for Purl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let encoded = |text| utf8_percent_encode(text, ENCODED);
        write!(f, "pkg:{}", self.kind)?;
        let namespace = self.namespace.iter().flat_map(|namespace| namespace.split('/'));
        // Only a repository's name has slashes, and they are kept.
        for segment in namespace.chain(types::name_segments(self)) {
            write!(f, "/{}", encoded(segment))?;
        }
        if let Some(version) = &self.version {
            write!(f, "@{}", encoded(version))?;
        }
        for (at, (key, value)) in self.qualifiers.iter().enumerate() {
            write!(f, "{}{key}={}", if at == 0 { '?' } else { '&' }, encoded(value))?;
        }
        for (at, segment) in self.subpath.iter().flat_map(|path| path.split('/')).enumerate() {
            write!(f, "{}{}", if at == 0 { '#' } else { '/' }, encoded(segment))?;
        }
        Ok(())
    }
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn segments(path: &str) -> Vec<&str> {
    path.split('/').filter(|segment| !segment.is_empty()).collect()
}

fn decode(text: &str) -> Result<Cow<'_, str>, Error> {
    percent_decode_str(text).decode_utf8().map_err(|_| Error::Encoding)
}

/// Decodes each segment; a slash that was encoded in one separates two.
fn decode_path(path: &str) -> Result<String, Error> {
    let decoded: Result<Vec<_>, _> = segments(path).into_iter().map(decode).collect();
    Ok(decoded?.join("/"))
}

/// At the last `@`, unless a segment behind it shows that it is the scope of an npm package.
fn split_version(path: &str) -> (&str, &str) {
    match path.rsplit_once('@') {
        Some((before, after))
            if (before.is_empty() || before.ends_with('/')) && after.contains('/') =>
        {
            (path, "")
        }
        Some(split) => split,
        None => (path, ""),
    }
}

#[cfg(test)]
mod tests;
