//! SPF (RFC 7208).

use model::one_line;

use super::super::note;

/// Mechanisms and modifiers that ask DNS may be so many, of all included records together (section 4.6.4).
pub const MAX_LOOKUPS: usize = 10;
/// So many terms are read.
const MAX_TERMS: usize = 1_000;

/// Who may send mail for a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spf {
    /// In order.
    pub mechanisms: Vec<Mechanism>,
    /// `redirect`
    pub redirect: Option<String>,
    /// `exp`
    pub explanation: Option<String>,
    /// Mistakes for which a receiver gives up (`permerror`, section 4.6), at most [`MAX_ISSUES`](super::super::MAX_ISSUES).
    pub errors: Vec<Error>,
    /// What works but is better otherwise.
    pub warnings: Vec<Warning>,
}

/// One mechanism.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mechanism {
    /// What follows of a match.
    pub qualifier: Qualifier,
    /// What it matches.
    pub kind: MechanismKind,
    /// What stands behind the colon, or else from the slash on; empty if there is neither.
    pub value: String,
}

/// What follows of a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Qualifier {
    /// `+`, or none: the sender may.
    Pass,
    /// `-`: it may not.
    Fail,
    /// `~`: it may probably not.
    SoftFail,
    /// `?`: nothing is said.
    Neutral,
}

/// The mechanisms of section 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MechanismKind {
    /// `all`
    All,
    /// `include`
    Include,
    /// `a`
    A,
    /// `mx`
    Mx,
    /// `ptr`
    Ptr,
    /// `ip4`
    Ip4,
    /// `ip6`
    Ip6,
    /// `exists`
    Exists,
}

/// For what a receiver gives up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A mechanism nobody knows, cut to a line.
    #[error("`{0}` is no mechanism")]
    UnknownMechanism(String),
    /// A mechanism with a value that makes no sense, cut to a line.
    #[error("`{0}` has no valid value")]
    InvalidValue(String),
    /// `redirect` or `exp` twice (section 6).
    #[error("`{0}` stands there twice")]
    RepeatedModifier(&'static str),
    /// More than [`MAX_LOOKUPS`] in this record alone.
    #[error("the record asks DNS more than ten times")]
    TooManyLookups,
    /// More terms than a record can have.
    #[error("the record is too long")]
    TooLong,
}

/// What works but is better otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warning {
    /// `ptr`, which nobody is to use (section 5.5).
    Ptr,
    /// Something stands behind `all` and is never looked at (section 5.1).
    BehindAll,
    /// `redirect` beside `all` is ignored (section 6.1).
    RedirectIgnored,
    /// Neither `all` nor `redirect`: what is not named is neutral (section 4.7).
    NoEnd,
}

/// Whether a TXT record is one of SPF's (section 4.5): several at a name are an error.
#[must_use]
pub fn is_spf(record: &str) -> bool {
    let start = record.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("v=spf1"));
    start && record.get(6..).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

impl Spf {
    /// Reads a record; `None` if it is not one of SPF's.
    #[must_use]
    pub fn parse(record: &str) -> Option<Self> {
        let terms = record.get(6..).filter(|_| is_spf(record))?;
        let mut spf = Self::default();
        for (number, term) in terms.split(' ').filter(|term| !term.is_empty()).enumerate() {
            if number >= MAX_TERMS {
                note(&mut spf.errors, Error::TooLong);
                break;
            }
            spf.read_term(term);
        }
        let all = spf.mechanisms.iter().position(|m| m.kind == MechanismKind::All);
        match all {
            Some(at) if at + 1 < spf.mechanisms.len() => spf.warnings.push(Warning::BehindAll),
            None if spf.redirect.is_none() => spf.warnings.push(Warning::NoEnd),
            _ => {}
        }
        if all.is_some() && spf.redirect.is_some() {
            spf.warnings.push(Warning::RedirectIgnored);
        }
        if spf.mechanisms.iter().any(|m| m.kind == MechanismKind::Ptr) {
            spf.warnings.push(Warning::Ptr);
        }
        if spf.lookups() > MAX_LOOKUPS {
            note(&mut spf.errors, Error::TooManyLookups);
        }
        Some(spf)
    }

    /// How often it asks DNS itself; what included records ask comes on top (section 4.6.4).
    #[must_use]
    pub fn lookups(&self) -> usize {
        use MechanismKind::{A, Exists, Include, Mx, Ptr};
        let all = self.mechanisms.iter().position(|m| m.kind == MechanismKind::All);
        let reached = self.mechanisms.iter().take(all.unwrap_or(usize::MAX));
        let asking = reached.filter(|m| matches!(m.kind, A | Exists | Include | Mx | Ptr)).count();
        asking + usize::from(self.redirect.is_some() && all.is_none())
    }

    /// What becomes of senders that nothing names; `None` if the record does not say itself.
    #[must_use]
    pub fn all(&self) -> Option<Qualifier> {
        let all = self.mechanisms.iter().find(|m| m.kind == MechanismKind::All);
        all.map(|all| all.qualifier)
    }

    /// Names whose records belong to this one: of `include`, and of `redirect` if it counts. Those with macros are left out.
    pub fn included(&self) -> impl Iterator<Item = &str> {
        let include = self.mechanisms.iter().filter(|m| m.kind == MechanismKind::Include);
        let redirect = self.redirect.as_deref().filter(|_| self.all().is_none());
        include.map(|m| m.value.as_str()).chain(redirect).filter(|name| !name.contains('%'))
    }

    fn read_term(&mut self, term: &str) {
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        // A name and `=` make a modifier; unknown ones are ignored (section 6).
        if let Some((name, value)) = term.split_once('=')
            && name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.chars().all(is_name)
        {
            return self.read_modifier(name, value, term);
        }
        let (qualifier, rest) = match term.split_at_checked(1) {
            Some(("+", rest)) => (Qualifier::Pass, rest),
            Some(("-", rest)) => (Qualifier::Fail, rest),
            Some(("~", rest)) => (Qualifier::SoftFail, rest),
            Some(("?", rest)) => (Qualifier::Neutral, rest),
            _ => (Qualifier::Pass, term),
        };
        let end = rest.find([':', '/']).unwrap_or(rest.len());
        let (name, value) = rest.split_at_checked(end).unwrap_or((rest, ""));
        let has_colon = value.starts_with(':');
        let value = value.strip_prefix(':').unwrap_or(value);
        use MechanismKind::{A, All, Exists, Include, Ip4, Ip6, Mx, Ptr};
        let known = [
            ("all", All),
            ("include", Include),
            ("a", A),
            ("mx", Mx),
            ("ptr", Ptr),
            ("ip4", Ip4),
            ("ip6", Ip6),
            ("exists", Exists),
        ];
        let Some((_, kind)) = known.into_iter().find(|known| known.0.eq_ignore_ascii_case(name))
        else {
            return note(&mut self.errors, Error::UnknownMechanism(one_line(term, 80)));
        };
        let is_valid = match kind {
            All => value.is_empty() && !has_colon,
            Include | Exists => has_colon && is_domain(value),
            Ip4 => has_colon && is_network(value, 32),
            Ip6 => has_colon && is_network(value, 128),
            A | Mx | Ptr => is_domain_and_lengths(value, has_colon, kind != Ptr),
        };
        if !is_valid {
            return note(&mut self.errors, Error::InvalidValue(one_line(term, 80)));
        }
        self.mechanisms.push(Mechanism { qualifier, kind, value: value.to_owned() });
    }

    fn read_modifier(&mut self, name: &str, value: &str, term: &str) {
        let (modifier, name) = if name.eq_ignore_ascii_case("redirect") {
            (&mut self.redirect, "redirect")
        } else if name.eq_ignore_ascii_case("exp") {
            (&mut self.explanation, "exp")
        } else {
            return;
        };
        if modifier.is_some() {
            return note(&mut self.errors, Error::RepeatedModifier(name));
        }
        if !is_domain(value) {
            return note(&mut self.errors, Error::InvalidValue(one_line(term, 80)));
        }
        *modifier = Some(value.to_owned());
    }
}

/// A `domain-spec` (section 7.1), whose macros are not expanded: printable characters, and a last label of letters and digits.
fn is_domain(text: &str) -> bool {
    let is_visible = text.bytes().all(|byte| matches!(byte, 0x21..=0x7E));
    let text = text.strip_suffix('.').unwrap_or(text);
    let ends_in_macro = text.ends_with('}') || ["%%", "%_", "%-"].iter().any(|m| text.ends_with(m));
    let label = text.rsplit_once('.').map(|(_, label)| label);
    let is_label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && label.bytes().any(|byte| !byte.is_ascii_digit())
    };
    is_visible && !text.contains('/') && (ends_in_macro || label.is_some_and(is_label))
}

/// A name, if there is a colon, and lengths of prefixes: `example.com/24//64`.
fn is_domain_and_lengths(value: &str, has_colon: bool, has_lengths: bool) -> bool {
    let end = value.find('/').filter(|_| has_lengths).unwrap_or(value.len());
    let (domain, lengths) = value.split_at_checked(end).unwrap_or((value, ""));
    let (ip4, ip6) = match lengths.split_once("//") {
        Some((ip4, ip6)) => (ip4, Some(ip6)),
        None => (lengths, None),
    };
    let is_ip4 =
        ip4.is_empty() || ip4.strip_prefix('/').is_some_and(|length| is_length(length, 32));
    has_colon != domain.is_empty()
        && (domain.is_empty() || is_domain(domain))
        && is_ip4
        && ip6.is_none_or(|length| is_length(length, 128))
}

fn is_length(text: &str, most: u8) -> bool {
    let is_number =
        text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    is_number && text.parse::<u8>().is_ok_and(|length| length <= most)
}

/// An address with or without a prefix's length.
fn is_network(text: &str, bits: u8) -> bool {
    let (address, length) = match text.split_once('/') {
        Some((address, length)) => (address, Some(length)),
        None => (text, None),
    };
    let is_address = if bits == 32 {
        address.parse::<core::net::Ipv4Addr>().is_ok()
    } else {
        address.parse::<core::net::Ipv6Addr>().is_ok()
    };
    is_address && length.is_none_or(|length| is_length(length, bits))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn records_are_read_by_the_grammar() {
        let spf = Spf::parse(
            "v=spf1 a mx:example.net/24//64 ip4:192.0.2.0/24 IP6:2001:db8::/32 include:_spf.example.com exists:%{i}._spf.%{d} -all exp=e.example.com x=y",
        )
        .unwrap();
        assert_eq!((spf.errors.len(), spf.warnings.len()), (0, 0));
        assert_eq!((spf.mechanisms.len(), spf.lookups()), (7, 4));
        assert_eq!(spf.all(), Some(Qualifier::Fail));
        assert_eq!(spf.mechanisms[1].value, "example.net/24//64");
        assert_eq!(spf.included().collect::<Vec<_>>(), ["_spf.example.com"]);
        let redirect = Spf::parse("V=SPF1 redirect=_spf.example.com").unwrap();
        assert_eq!((redirect.lookups(), redirect.all()), (1, None));
        assert_eq!(redirect.included().collect::<Vec<_>>(), ["_spf.example.com"]);
        for other in ["v=spf10 -all", "v=spf2.0/pra", "spf1", ""] {
            assert_eq!(Spf::parse(other), None, "{other}");
        }
    }

    #[test]
    fn mistakes_that_make_receivers_give_up_are_errors() {
        for term in [
            "al",
            "ip4:1.2.3",
            "ip4",
            "ip4:1.2.3.4/33",
            "ip6:1.2.3.4",
            "include",
            "include:",
            "a:",
            "a/33",
            "mx:example.com/24//129",
            "all:x",
            "exists:/24",
            "-",
            "redirect=",
            "ptr:example.com/24",
            "a:b",
        ] {
            let spf = Spf::parse(&format!("v=spf1 {term} ~all")).unwrap();
            assert_eq!(spf.errors.len(), 1, "{term}");
        }
        let twice = Spf::parse("v=spf1 redirect=a.b redirect=a.b").unwrap();
        assert_eq!(twice.errors, [Error::RepeatedModifier("redirect")]);
        let many = Spf::parse(&format!("v=spf1{} -all", " include:a.b".repeat(11))).unwrap();
        assert_eq!(many.errors, [Error::TooManyLookups]);
    }

    #[test]
    fn what_is_better_otherwise_is_told() {
        let warnings = |record| Spf::parse(record).unwrap().warnings;
        assert_eq!(warnings("v=spf1 ptr"), [Warning::NoEnd, Warning::Ptr]);
        assert_eq!(
            warnings("v=spf1 +all mx redirect=a.b"),
            [Warning::BehindAll, Warning::RedirectIgnored]
        );
    }

    proptest! {
        #[test]
        fn whatever_stands_there_is_read(terms in "( |a|mx|ip4:|ip6:|include:|[-~?+:/.%=0-9]|\\PC){0,40}") {
            let spf = Spf::parse(&format!("v=spf1 {terms}")).unwrap();
            prop_assert!(spf.lookups() <= 41);
        }
    }
}
