//! DMARC (RFC 7489, with the tags of RFC 9091 and of its successor, draft-ietf-dmarc-dmarcbis).

use model::one_line;

use super::{super::note, tags};

/// What receivers are to do with mail that is not what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dmarc {
    /// `p`; a receiver takes a record without one for `none` if `rua` is there, and ignores it otherwise (section 6.6.3).
    pub policy: Option<Policy>,
    /// `sp`: for subdomains.
    pub subdomain_policy: Option<Policy>,
    /// `np`: for subdomains that do not exist.
    pub nonexistent_policy: Option<Policy>,
    /// `pct`: the share of mail it is applied to, at most 100.
    pub percent: u8,
    /// `aspf=s`
    pub is_spf_strict: bool,
    /// `adkim=s`
    pub is_dkim_strict: bool,
    /// `t=y`: only a test.
    pub is_test: bool,
    /// `rua`: where summaries go, as they stand.
    pub aggregate_reports: Vec<String>,
    /// `ruf`: where reports about single mails go, as they stand.
    pub failure_reports: Vec<String>,
    /// What is wrong, at most [`MAX_ISSUES`](super::super::MAX_ISSUES).
    pub issues: Vec<Issue>,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Policy {
    /// Nothing.
    None,
    /// Put it aside.
    Quarantine,
    /// Refuse it.
    Reject,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Issue {
    /// No `p`, or one that is no policy.
    NoPolicy,
    /// A tag whose value makes no sense, cut to a line.
    InvalidValue(String),
    /// A tag nobody knows, cut to a line; it is ignored.
    UnknownTag(String),
    /// A tag that stood there before; the first one counts.
    Repeated(String),
    /// An address for reports without a scheme such as `mailto:`.
    InvalidAddress,
}

/// Whether a TXT record is one of DMARC's: several at a name count as none.
#[must_use]
pub fn is_dmarc(record: &str) -> bool {
    tags(record)
        .next()
        .is_some_and(|(name, value)| name.eq_ignore_ascii_case("v") && value == Some("DMARC1"))
}

impl Dmarc {
    /// Reads a record; `None` if it is not one of DMARC's.
    #[must_use]
    pub fn parse(record: &str) -> Option<Self> {
        if !is_dmarc(record) {
            return None;
        }
        let mut dmarc = Self {
            policy: None,
            subdomain_policy: None,
            nonexistent_policy: None,
            percent: 100,
            is_spf_strict: false,
            is_dkim_strict: false,
            is_test: false,
            aggregate_reports: Vec::new(),
            failure_reports: Vec::new(),
            issues: Vec::new(),
        };
        let mut seen: Vec<&str> = Vec::new();
        for (name, value) in tags(record).skip(1) {
            let Some(tag) = TAGS.into_iter().find(|tag| tag.eq_ignore_ascii_case(name)) else {
                note(&mut dmarc.issues, Issue::UnknownTag(one_line(name, 80)));
                continue;
            };
            if seen.contains(&tag) {
                note(&mut dmarc.issues, Issue::Repeated(tag.to_owned()));
                continue;
            }
            seen.push(tag);
            if !dmarc.read(tag, value.unwrap_or_default()) {
                note(&mut dmarc.issues, Issue::InvalidValue(tag.to_owned()));
            }
        }
        if dmarc.policy.is_none() {
            note(&mut dmarc.issues, Issue::NoPolicy);
        }
        Some(dmarc)
    }

    /// What receivers do in the end with all mail of the name itself.
    #[must_use]
    pub fn effective(&self) -> Policy {
        if self.is_test {
            return Policy::None;
        }
        self.policy.unwrap_or(Policy::None)
    }

    /// What receivers do with mail of subdomains.
    #[must_use]
    pub fn effective_for_subdomains(&self) -> Policy {
        if self.is_test {
            return Policy::None;
        }
        self.subdomain_policy.unwrap_or_else(|| self.effective())
    }

    fn read(&mut self, tag: &str, value: &str) -> bool {
        match tag {
            "p" => {
                self.policy = Policy::parse(value);
                self.policy.is_some()
            }
            "sp" => {
                self.subdomain_policy = Policy::parse(value);
                self.subdomain_policy.is_some()
            }
            "np" => {
                self.nonexistent_policy = Policy::parse(value);
                self.nonexistent_policy.is_some()
            }
            "pct" => match value.parse() {
                Ok(percent @ 0..=100) => {
                    self.percent = percent;
                    true
                }
                _ => false,
            },
            "aspf" => mode(value, &mut self.is_spf_strict),
            "adkim" => mode(value, &mut self.is_dkim_strict),
            "t" => {
                self.is_test = value.eq_ignore_ascii_case("y");
                self.is_test || value.eq_ignore_ascii_case("n")
            }
            "rua" => {
                self.aggregate_reports = addresses(value, &mut self.issues);
                true
            }
            "ruf" => {
                self.failure_reports = addresses(value, &mut self.issues);
                true
            }
            "ri" => value.parse::<u32>().is_ok(),
            "fo" => value.split(':').all(|word| {
                ["0", "1", "d", "s"]
                    .iter()
                    .any(|known| known.eq_ignore_ascii_case(word.trim_ascii()))
            }),
            "psd" => ["y", "n", "u"].iter().any(|known| known.eq_ignore_ascii_case(value)),
            _ => true,
        }
    }
}

impl Policy {
    fn parse(word: &str) -> Option<Self> {
        [("none", Self::None), ("quarantine", Self::Quarantine), ("reject", Self::Reject)]
            .into_iter()
            .find_map(|(known, policy)| known.eq_ignore_ascii_case(word).then_some(policy))
    }
}

const TAGS: [&str; 14] =
    ["v", "p", "sp", "np", "pct", "aspf", "adkim", "t", "rua", "ruf", "ri", "fo", "rf", "psd"];

fn mode(value: &str, is_strict: &mut bool) -> bool {
    *is_strict = value.eq_ignore_ascii_case("s");
    *is_strict || value.eq_ignore_ascii_case("r")
}

fn addresses(value: &str, issues: &mut Vec<Issue>) -> Vec<String> {
    let mut list = Vec::new();
    for address in value.split(',').map(str::trim_ascii).filter(|address| !address.is_empty()) {
        if !address.contains(':') {
            note(issues, Issue::InvalidAddress);
        }
        list.push(address.to_owned());
    }
    list
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_examples_of_appendix_b_are_read() {
        let dmarc = Dmarc::parse(
            "v=DMARC1; p=quarantine; rua=mailto:dmarc-feedback@example.com, mailto:tld-test@thirdparty.example.net!10m; pct=25",
        )
        .unwrap();
        assert_eq!((dmarc.policy, dmarc.percent), (Some(Policy::Quarantine), 25));
        assert_eq!(dmarc.aggregate_reports.len(), 2);
        assert_eq!(dmarc.effective_for_subdomains(), Policy::Quarantine);
        let strict =
            Dmarc::parse("v = DMARC1 ;p=Reject;sp=none;aspf=s;adkim=r;fo=1:d;t=y;").unwrap();
        assert!(strict.is_spf_strict && !strict.is_dkim_strict);
        assert_eq!((strict.effective(), strict.issues.len()), (Policy::None, 0));
        assert_eq!(Dmarc::parse("p=none; v=DMARC1"), None);
        assert_eq!(Dmarc::parse("v=DMARC10; p=none"), None);
    }

    #[test]
    fn mistakes_are_told() {
        let dmarc =
            Dmarc::parse("v=DMARC1; p=block; p=none; pct=101; rua=x@y; hello; aspf").unwrap();
        use Issue::*;
        assert_eq!(
            dmarc.issues,
            [
                InvalidValue("p".into()),
                Repeated("p".into()),
                InvalidValue("pct".into()),
                InvalidAddress,
                UnknownTag("hello".into()),
                InvalidValue("aspf".into()),
                NoPolicy,
            ]
        );
    }

    proptest! {
        #[test]
        fn whatever_stands_there_is_read(rest in "([;=:,! ]|p|rua|pct|\\PC){0,40}") {
            let dmarc = Dmarc::parse(&format!("v=DMARC1;{rest}")).unwrap();
            prop_assert!(dmarc.percent <= 100);
        }
    }
}
