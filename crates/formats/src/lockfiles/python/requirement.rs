//! One requirement: a name, extras, versions and a marker.
//! <https://packaging.python.org/en/latest/specifications/dependency-specifiers/>

/// A requirement, as slices of its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Requirement<'a> {
    pub(super) name: &'a str,
    /// `==1.0` or `>=1,<2`; empty if any version will do.
    pub(super) versions: &'a str,
    /// Whether an address stands in the place of versions.
    pub(super) is_address: bool,
}

/// Reads `name[extra] >=1,<2; marker` and `name @ address`. `None` where no name begins it.
pub(super) fn parse(text: &str) -> Option<Requirement<'_>> {
    let text = text.trim();
    let end = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')))
        .unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    if !name.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return None;
    }
    let mut rest = rest.trim_start();
    if let Some(extras) = rest.strip_prefix('[') {
        rest = extras.split_once(']').map_or("", |(_, rest)| rest).trim_start();
    }
    let is_address = rest.starts_with('@');
    let versions = rest.split(';').next().unwrap_or_default().trim();
    let versions = versions.strip_prefix('(').unwrap_or(versions);
    let versions = versions.strip_suffix(')').unwrap_or(versions).trim();
    let begins = |c: char| matches!(c, '=' | '<' | '>' | '!' | '~' | '@');
    // `./wheel.whl`, `https://..` and `name something` are no requirements.
    (versions.is_empty() || versions.starts_with(begins)).then_some(Requirement {
        name,
        versions,
        is_address,
    })
}

impl<'a> Requirement<'a> {
    /// The one version that `==` or `===` allows.
    pub(super) fn pinned(&self) -> Option<&'a str> {
        if self.is_address {
            return None;
        }
        self.versions.split(',').find_map(|clause| {
            let version = clause.trim().strip_prefix("==")?;
            let version = version.strip_prefix('=').unwrap_or(version).trim();
            let is_one = !version.is_empty() && !version.contains(['*', ' ', '\t']);
            is_one.then_some(version)
        })
    }
}

/// A name as an index compares it: lower case, and one dash for each run of dashes, underscores and dots.
/// <https://packaging.python.org/en/latest/specifications/name-normalization/>
pub(super) fn normal(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for c in name.chars() {
        if !matches!(c, '-' | '_' | '.') {
            normal.push(c.to_ascii_lowercase());
        } else if !normal.ends_with('-') {
            normal.push('-');
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_version_is_pinned_and_a_range_is_not() {
        for (text, name, version) in [
            ("a==1.0", "a", Some("1.0")),
            ("A.b_c-d [x, y] == 1.0.post1 ; python_version < '3'", "A.b_c-d", Some("1.0.post1")),
            ("a (===1.0+local)", "a", Some("1.0+local")),
            ("a>=1,==1.5", "a", Some("1.5")),
            ("a==1.*", "a", None),
            ("a~=1.0", "a", None),
            ("a", "a", None),
            ("a @ https://example.com/a==1.0.whl", "a", None),
        ] {
            let requirement = parse(text).unwrap();
            assert_eq!((requirement.name, requirement.pinned()), (name, version), "{text}");
        }
        for text in ["", "./a.whl", "https://example.com/a", "-e .", "a b", "git+https://x@y"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn names_are_compared_as_an_index_does() {
        assert_eq!(normal("Foo._-Bar"), "foo-bar");
    }
}
