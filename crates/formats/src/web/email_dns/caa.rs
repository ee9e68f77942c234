//! CAA (RFC 8659, section 4): which authorities may issue certificates.

use super::tags;

/// One record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caa {
    /// Bit 0 of the flags: an authority that does not know the property issues nothing.
    pub is_critical: bool,
    /// The property.
    pub property: Property,
}

/// A property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Property {
    /// `issue`
    Issue(Issuer),
    /// `issuewild`: for wildcards, where it is there instead of `issue`.
    IssueWild(Issuer),
    /// `issuemail` (RFC 9495)
    IssueMail(Issuer),
    /// `iodef`: where violations are told, as it stands.
    Iodef(String),
    /// Something else; its name in lower case.
    Other(String),
}

/// Who may issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    /// In lower case; `None` forbids everyone, and so does a value that does not fit the grammar (section 4.2).
    pub domain: Option<String>,
    /// Parameters in order, such as `accounturi` and `validationmethods`.
    pub parameters: Vec<(String, String)>,
}

impl Caa {
    /// Reads flags, tag and value of a record.
    #[must_use]
    pub fn new(flags: u8, tag: &str, value: &str) -> Self {
        let property = match tag.to_ascii_lowercase().as_str() {
            "issue" => Property::Issue(Issuer::parse(value)),
            "issuewild" => Property::IssueWild(Issuer::parse(value)),
            "issuemail" => Property::IssueMail(Issuer::parse(value)),
            "iodef" => Property::Iodef(value.to_owned()),
            other => Property::Other(other.to_owned()),
        };
        Self { is_critical: flags & 0x80 != 0, property }
    }
}

impl Issuer {
    fn parse(value: &str) -> Self {
        let (domain, rest) = value.split_once(';').unwrap_or((value, ""));
        let domain = domain.trim_ascii().to_ascii_lowercase();
        let is_domain = !domain.is_empty()
            && domain.split('.').all(|label| {
                !label.is_empty()
                    && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            });
        let parameters = tags(rest)
            .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
            .collect();
        Self { domain: is_domain.then_some(domain), parameters }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_examples_of_section_4_are_read() {
        let caa = Caa::new(0, "issue", "ca1.example.net; account=230123");
        let Property::Issue(issuer) = caa.property else { panic!() };
        assert_eq!(issuer.domain.as_deref(), Some("ca1.example.net"));
        assert_eq!(issuer.parameters, [("account".to_owned(), "230123".to_owned())]);
        let nobody = Issuer { domain: None, parameters: Vec::new() };
        assert_eq!(Caa::new(0, "IssueWild", ";").property, Property::IssueWild(nobody.clone()));
        assert_eq!(Caa::new(0, "issue", "%%%%%").property, Property::Issue(nobody));
        let unknown = Caa::new(128, "tbs", "Unknown");
        assert!(unknown.is_critical && unknown.property == Property::Other("tbs".into()));
    }

    proptest! {
        #[test]
        fn whatever_stands_there_is_read(flags: u8, tag in "(issue|\\PC){0,3}", value in "([;=.a ]|\\PC){0,30}") {
            let _ = Caa::new(flags, &tag, &value);
        }
    }
}
