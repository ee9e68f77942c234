//! Isolation between origins: `Cross-Origin-Opener-Policy` and `Cross-Origin-Embedder-Policy` (HTML, sections 7.1.3 and 7.1.4),
//! `Cross-Origin-Resource-Policy` (Fetch, section 3.7).

use super::structured;

/// `Cross-Origin-Opener-Policy`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenerPolicy {
    /// `unsafe-none`, which is also what counts without the header.
    UnsafeNone,
    /// `same-origin-allow-popups`
    SameOriginAllowPopups,
    /// `same-origin`
    SameOrigin,
    /// `noopener-allow-popups`
    NoopenerAllowPopups,
}

/// `Cross-Origin-Embedder-Policy`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmbedderPolicy {
    /// `unsafe-none`, which is also what counts without the header.
    UnsafeNone,
    /// `require-corp`
    RequireCorp,
    /// `credentialless`
    Credentialless,
}

/// `Cross-Origin-Resource-Policy`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourcePolicy {
    /// `same-origin`
    SameOrigin,
    /// `same-site`
    SameSite,
    /// `cross-origin`
    CrossOrigin,
}

/// A policy and where breaches of it are reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported<P> {
    /// The policy.
    pub policy: P,
    /// The parameter `report-to`.
    pub report_to: Option<String>,
}

/// A value no browser knows: it counts as if the header were not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no browser knows this value")]
pub struct UnknownValue;

impl OpenerPolicy {
    /// Reads the field; several lines make no item, and count as none.
    pub fn parse(field: &str) -> Result<Reported<Self>, UnknownValue> {
        token(field, |word| match word {
            "unsafe-none" => Some(Self::UnsafeNone),
            "same-origin-allow-popups" => Some(Self::SameOriginAllowPopups),
            "same-origin" => Some(Self::SameOrigin),
            "noopener-allow-popups" => Some(Self::NoopenerAllowPopups),
            _ => None,
        })
    }
}

impl EmbedderPolicy {
    /// Reads the field; several lines make no item, and count as none.
    pub fn parse(field: &str) -> Result<Reported<Self>, UnknownValue> {
        token(field, |word| match word {
            "unsafe-none" => Some(Self::UnsafeNone),
            "require-corp" => Some(Self::RequireCorp),
            "credentialless" => Some(Self::Credentialless),
            _ => None,
        })
    }
}

impl ResourcePolicy {
    /// Reads the field, which is no structured one: the word must stand there as it is, in lower case.
    pub fn parse(field: &str) -> Result<Self, UnknownValue> {
        match super::syntax::trim(field) {
            "same-origin" => Ok(Self::SameOrigin),
            "same-site" => Ok(Self::SameSite),
            "cross-origin" => Ok(Self::CrossOrigin),
            _ => Err(UnknownValue),
        }
    }
}

fn token<P>(field: &str, known: fn(&str) -> Option<P>) -> Result<Reported<P>, UnknownValue> {
    let item = structured::item(field).map_err(|_| UnknownValue)?;
    let token = item.bare_item.as_token().ok_or(UnknownValue)?;
    let policy = known(token.as_str()).ok_or(UnknownValue)?;
    let report_to = item
        .params
        .get("report-to")
        .and_then(|endpoint| endpoint.as_string())
        .map(|endpoint| endpoint.as_str().to_owned());
    Ok(Reported { policy, report_to })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_word_counts_only_as_the_specification_spells_it() {
        let opener = OpenerPolicy::parse("same-origin; report-to=\"x\"").unwrap();
        assert_eq!(opener.policy, OpenerPolicy::SameOrigin);
        assert_eq!(opener.report_to.as_deref(), Some("x"));
        assert_eq!(
            EmbedderPolicy::parse("credentialless").unwrap().policy,
            EmbedderPolicy::Credentialless
        );
        assert_eq!(ResourcePolicy::parse(" same-site "), Ok(ResourcePolicy::SameSite));
        for wrong in ["Same-Origin", "\"same-origin\"", "same-origin, same-origin", ""] {
            assert_eq!(OpenerPolicy::parse(wrong), Err(UnknownValue), "{wrong}");
            assert_eq!(ResourcePolicy::parse(wrong), Err(UnknownValue), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn whatever_stands_there_is_read(field in "(same-origin|report-to|[=;\" ]|\\PC){0,20}") {
            let _ = (OpenerPolicy::parse(&field), EmbedderPolicy::parse(&field));
            let _ = ResourcePolicy::parse(&field);
        }
    }
}
