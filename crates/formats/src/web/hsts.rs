//! `Strict-Transport-Security` (RFC 6797).

use super::{
    note,
    syntax::{delta_seconds, is_token, parameter, split_unquoted},
};

/// One year, which the preload list asks for at least.
pub const PRELOAD_MAX_AGE_SECONDS: u64 = 31_536_000;

/// A policy that browsers keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hsts {
    /// How long it is kept, in seconds; zero makes browsers forget it.
    pub max_age: u64,
    /// `includeSubDomains`
    pub includes_subdomains: bool,
    /// `preload`, which means nothing to browsers but to the preload list.
    pub is_preload: bool,
    /// What a browser passes over, at most [`MAX_ISSUES`](super::MAX_ISSUES).
    pub issues: Vec<Issue>,
}

/// What a browser passes over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Issue {
    /// A directive that nobody knows (section 6.1, rule 5).
    UnknownDirective,
    /// A value where none belongs.
    UnexpectedValue,
    /// There are several header fields; only the first counts (section 8.1).
    SeveralFields,
}

/// Why a header is no policy, so that browsers ignore all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Section 6.1.1.
    #[error("`max-age` is missing")]
    NoMaxAge,
    /// Section 6.1.1.
    #[error("`max-age` is no number of seconds")]
    InvalidMaxAge,
    /// Section 6.1, rule 2.
    #[error("a directive is repeated")]
    RepeatedDirective,
    /// Section 6.1.
    #[error("it does not fit the grammar")]
    Grammar,
}

/// What keeps a policy from the preload list (<https://hstspreload.org/#submission-requirements>), its header alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PreloadGap {
    /// `max-age` is under [`PRELOAD_MAX_AGE_SECONDS`].
    MaxAge,
    /// `includeSubDomains` is missing.
    Subdomains,
    /// `preload` is missing.
    Preload,
}

impl Hsts {
    /// Reads the fields of one response, in order; `None` if there is none.
    pub fn of_fields<'a>(fields: impl IntoIterator<Item = &'a str>) -> Option<Result<Self, Error>> {
        let mut fields = fields.into_iter();
        let mut first = Self::parse(fields.next()?);
        if let (Ok(hsts), Some(_)) = (&mut first, fields.next()) {
            note(&mut hsts.issues, Issue::SeveralFields);
        }
        Some(first)
    }

    /// Reads one field.
    pub fn parse(field: &str) -> Result<Self, Error> {
        let mut max_age = None;
        let (mut includes_subdomains, mut is_preload) = (false, false);
        let mut issues = Vec::new();
        for part in split_unquoted(field, b';').filter(|part| !part.is_empty()) {
            let directive = parameter(part);
            if !is_token(directive.name) {
                return Err(Error::Grammar);
            }
            let is = |name: &str| directive.name.eq_ignore_ascii_case(name);
            let flag = if is("includesubdomains") {
                Some(&mut includes_subdomains)
            } else if is("preload") {
                Some(&mut is_preload)
            } else {
                None
            };
            if let Some(flag) = flag {
                if std::mem::replace(flag, true) {
                    return Err(Error::RepeatedDirective);
                }
                if directive.value.is_some() {
                    note(&mut issues, Issue::UnexpectedValue);
                }
            } else if is("max-age") {
                let value = directive.value.as_deref().ok_or(Error::InvalidMaxAge)?;
                let seconds = delta_seconds(value).ok_or(Error::InvalidMaxAge)?;
                if max_age.replace(seconds).is_some() {
                    return Err(Error::RepeatedDirective);
                }
            } else if directive.is_well_formed {
                note(&mut issues, Issue::UnknownDirective);
            } else {
                return Err(Error::Grammar);
            }
        }
        let max_age = max_age.ok_or(Error::NoMaxAge)?;
        Ok(Self { max_age, includes_subdomains, is_preload, issues })
    }

    /// What keeps it from the preload list.
    #[must_use]
    pub fn preload_gaps(&self) -> Vec<PreloadGap> {
        let mut gaps = Vec::new();
        if self.max_age < PRELOAD_MAX_AGE_SECONDS {
            gaps.push(PreloadGap::MaxAge);
        }
        if !self.includes_subdomains {
            gaps.push(PreloadGap::Subdomains);
        }
        if !self.is_preload {
            gaps.push(PreloadGap::Preload);
        }
        gaps
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_examples_of_section_6_2_are_read() {
        for (field, max_age, includes_subdomains) in [
            ("max-age=31536000", 31_536_000, false),
            ("max-age=15768000 ; includeSubDomains", 15_768_000, true),
            ("max-age=\"31536000\"", 31_536_000, false),
            ("max-age=0", 0, false),
            ("max-age=0; includeSubDomains", 0, true),
            ("; MAX-AGE = 5 ;;INCLUDESUBDOMAINS;", 5, true),
        ] {
            let hsts = Hsts::parse(field).unwrap();
            assert_eq!((hsts.max_age, hsts.includes_subdomains), (max_age, includes_subdomains));
            assert_eq!(hsts.issues, [], "{field}");
        }
    }

    #[test]
    fn what_browsers_ignore_is_an_error() {
        for (field, error) in [
            ("", Error::NoMaxAge),
            ("includeSubDomains", Error::NoMaxAge),
            ("max-age", Error::InvalidMaxAge),
            ("max-age=-1", Error::InvalidMaxAge),
            ("max-age=1; max-age=1", Error::RepeatedDirective),
            ("max-age=1, includeSubDomains", Error::InvalidMaxAge),
            ("max-age=1; a b", Error::Grammar),
        ] {
            assert_eq!(Hsts::parse(field), Err(error), "{field}");
        }
    }

    #[test]
    fn of_several_fields_the_first_counts() {
        let hsts = Hsts::of_fields(["max-age=1; x=y", "max-age=2"]).unwrap().unwrap();
        assert_eq!(hsts.max_age, 1);
        assert_eq!(hsts.issues, [Issue::UnknownDirective, Issue::SeveralFields]);
        assert_eq!(Hsts::of_fields([]), None);
    }

    #[test]
    fn the_preload_list_asks_for_a_year_and_both_words() {
        let gaps = |field| Hsts::parse(field).unwrap().preload_gaps();
        assert_eq!(gaps("max-age=31536000; includeSubDomains; preload"), []);
        assert_eq!(gaps("max-age=31535999; preload"), [PreloadGap::MaxAge, PreloadGap::Subdomains]);
    }

    proptest! {
        #[test]
        fn whatever_stands_there_is_read(field in "(max-age|[=; \",0-9a]|\\PC){0,30}") {
            if let Ok(hsts) = Hsts::parse(&field) {
                prop_assert!(hsts.preload_gaps().len() <= 3);
            }
        }
    }
}
