//! `Cache-Control` of responses (RFC 9111, section 5.2.2; RFC 8246 for `immutable`, RFC 5861 for `stale-*`).

use super::{
    note,
    syntax::{delta_seconds, is_token, parameter, split_unquoted},
};

/// What caches may do with a response. Numbers are seconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CacheControl {
    /// `max-age`
    pub max_age: Option<u64>,
    /// `s-maxage`
    pub s_maxage: Option<u64>,
    /// `stale-while-revalidate`
    pub stale_while_revalidate: Option<u64>,
    /// `stale-if-error`
    pub stale_if_error: Option<u64>,
    /// `no-store`
    pub is_no_store: bool,
    /// `no-cache` for the whole response; with names of fields it is about these alone.
    pub is_no_cache: bool,
    /// `private` for the whole response; with names of fields it is about these alone.
    pub is_private: bool,
    /// `public`
    pub is_public: bool,
    /// `must-revalidate`
    pub is_must_revalidate: bool,
    /// `proxy-revalidate`
    pub is_proxy_revalidate: bool,
    /// `no-transform`
    pub is_no_transform: bool,
    /// `must-understand`
    pub is_must_understand: bool,
    /// `immutable`
    pub is_immutable: bool,
    /// What makes no sense, at most [`MAX_ISSUES`](super::MAX_ISSUES).
    pub issues: Vec<Issue>,
}

/// What makes no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Issue {
    /// A directive that does not fit the grammar.
    Grammar,
    /// A number is missing or is none; such a response counts as stale (section 4.2.1).
    InvalidNumber,
    /// A number stands there twice; the first one counts.
    Repeated,
    /// A directive that nobody knows, or that belongs in a request.
    Unknown,
}

/// Reads all lines of the header.
#[must_use]
pub fn parse<'a>(fields: impl IntoIterator<Item = &'a str>) -> CacheControl {
    let mut control = CacheControl::default();
    for part in fields.into_iter().flat_map(|field| split_unquoted(field, b',')) {
        if !part.is_empty() {
            control.read(part);
        }
    }
    control
}

impl CacheControl {
    /// Whether a cache that several people share may keep the response, as far as this header says.
    #[must_use]
    pub fn allows_shared_caches(&self) -> bool {
        !self.is_no_store && !self.is_private
    }

    /// For how long a browser may use the response without asking; `None` if the header does not say.
    #[must_use]
    pub fn browser_lifetime(&self) -> Option<u64> {
        if self.is_no_store || self.is_no_cache {
            return Some(0);
        }
        self.max_age
    }

    fn read(&mut self, part: &str) {
        let directive = parameter(part);
        if !is_token(directive.name) || !directive.is_well_formed {
            note(&mut self.issues, Issue::Grammar);
            if !is_token(directive.name) {
                return;
            }
        }
        let is_whole = directive.value.as_deref().is_none_or(str::is_empty);
        let name = directive.name.to_ascii_lowercase();
        let number = match name.as_str() {
            "max-age" => &mut self.max_age,
            "s-maxage" => &mut self.s_maxage,
            "stale-while-revalidate" => &mut self.stale_while_revalidate,
            "stale-if-error" => &mut self.stale_if_error,
            "no-store" => return self.is_no_store = true,
            "no-cache" => return self.is_no_cache |= is_whole,
            "private" => return self.is_private |= is_whole,
            "public" => return self.is_public = true,
            "must-revalidate" => return self.is_must_revalidate = true,
            "proxy-revalidate" => return self.is_proxy_revalidate = true,
            "no-transform" => return self.is_no_transform = true,
            "must-understand" => return self.is_must_understand = true,
            "immutable" => return self.is_immutable = true,
            _ => return note(&mut self.issues, Issue::Unknown),
        };
        let seconds = directive.value.as_deref().and_then(delta_seconds);
        if number.is_some() {
            note(&mut self.issues, Issue::Repeated);
        } else {
            *number = Some(seconds.unwrap_or(0));
        }
        if seconds.is_none() {
            note(&mut self.issues, Issue::InvalidNumber);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn directives_are_read_from_all_lines() {
        let control = parse(["max-age=31536000, Public", "immutable,,s-maxage=\"60\""]);
        assert_eq!((control.max_age, control.s_maxage), (Some(31_536_000), Some(60)));
        assert!(control.is_public && control.is_immutable && control.allows_shared_caches());
        assert_eq!(control.browser_lifetime(), Some(31_536_000));
        assert_eq!(control.issues, []);
    }

    #[test]
    fn a_directive_with_names_of_fields_is_about_them_alone() {
        let control = parse(["private=\"set-cookie, x\", no-cache=\"a\""]);
        assert!(!control.is_private && !control.is_no_cache);
        assert!(!parse(["no-store"]).allows_shared_caches());
    }

    #[test]
    fn a_number_that_is_none_makes_a_response_stale() {
        let control = parse(["max-age=-1, max-age=5, min-fresh=3, a b"]);
        assert_eq!(control.max_age, Some(0));
        use Issue::*;
        assert_eq!(control.issues, [InvalidNumber, Repeated, Unknown, Grammar]);
    }

    proptest! {
        #[test]
        fn whatever_stands_there_is_read(field in "(max-age|private|[=, \"0-9]|\\PC){0,30}") {
            let control = parse([field.as_str()]);
            prop_assert!(control.issues.len() <= super::super::MAX_ISSUES);
        }
    }
}
