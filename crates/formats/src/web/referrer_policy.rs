//! `Referrer-Policy` (<https://www.w3.org/TR/referrer-policy/>).

use model::one_line;

use super::note;

/// What a browser tells other places about the page it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReferrerPolicy {
    /// `no-referrer`
    NoReferrer,
    /// `no-referrer-when-downgrade`
    NoReferrerWhenDowngrade,
    /// `same-origin`
    SameOrigin,
    /// `origin`
    Origin,
    /// `strict-origin`
    StrictOrigin,
    /// `origin-when-cross-origin`
    OriginWhenCrossOrigin,
    /// `strict-origin-when-cross-origin`, which is also what counts without a policy.
    StrictOriginWhenCrossOrigin,
    /// `unsafe-url`
    UnsafeUrl,
}

/// What a header says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// The last word that is known; `None` if there is none.
    pub policy: Option<ReferrerPolicy>,
    /// Words that nobody knows, each cut to a line, at most [`MAX_ISSUES`](super::MAX_ISSUES).
    pub unknown: Vec<String>,
}

impl ReferrerPolicy {
    const ALL: [(&'static str, Self); 8] = [
        ("no-referrer", Self::NoReferrer),
        ("no-referrer-when-downgrade", Self::NoReferrerWhenDowngrade),
        ("same-origin", Self::SameOrigin),
        ("origin", Self::Origin),
        ("strict-origin", Self::StrictOrigin),
        ("origin-when-cross-origin", Self::OriginWhenCrossOrigin),
        ("strict-origin-when-cross-origin", Self::StrictOriginWhenCrossOrigin),
        ("unsafe-url", Self::UnsafeUrl),
    ];

    /// The policy of a word in any case; also of `<meta name="referrer">`'s old words (HTML, section 4.2.5.1) if `is_meta`.
    #[must_use]
    pub fn of_word(word: &str, is_meta: bool) -> Option<Self> {
        let word = word.to_ascii_lowercase();
        let known = Self::ALL.iter().find(|known| known.0 == word).map(|known| known.1);
        known.or(match word.as_str() {
            "never" if is_meta => Some(Self::NoReferrer),
            "default" if is_meta => Some(Self::StrictOriginWhenCrossOrigin),
            "always" if is_meta => Some(Self::UnsafeUrl),
            "origin-when-crossorigin" if is_meta => Some(Self::OriginWhenCrossOrigin),
            _ => None,
        })
    }

    /// Its word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|known| known.1 == self).map_or("", |known| known.0)
    }

    /// Whether other origins may learn path and query of a page on `https`.
    #[must_use]
    pub fn tells_path_to_others(self) -> bool {
        matches!(self, Self::UnsafeUrl | Self::NoReferrerWhenDowngrade)
    }

    /// Whether something goes over an unencrypted connection from a page on `https`.
    #[must_use]
    pub fn tells_over_http(self) -> bool {
        matches!(self, Self::UnsafeUrl | Self::Origin | Self::OriginWhenCrossOrigin)
    }
}

/// Reads all lines of the header: the last word that is known counts (section 8.1), so that a new one may follow an old one.
#[must_use]
pub fn parse<'a>(fields: impl IntoIterator<Item = &'a str>) -> Header {
    let mut header = Header::default();
    for word in fields.into_iter().flat_map(|field| field.split(',')) {
        let word = super::syntax::trim(word);
        match ReferrerPolicy::of_word(word, false) {
            Some(policy) => header.policy = Some(policy),
            None if word.is_empty() => {}
            None => note(&mut header.unknown, one_line(word, 80)),
        }
    }
    header
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_last_known_word_counts() {
        let header = parse(["no-referrer, Strict-Origin-When-Cross-Origin", "future-policy"]);
        assert_eq!(header.policy, Some(ReferrerPolicy::StrictOriginWhenCrossOrigin));
        assert_eq!(header.unknown, ["future-policy"]);
        assert_eq!(parse(["no referrer", ""]).policy, None);
        assert_eq!(ReferrerPolicy::of_word("never", true), Some(ReferrerPolicy::NoReferrer));
        assert_eq!(ReferrerPolicy::of_word("never", false), None);
    }

    #[test]
    fn each_policy_knows_what_it_tells() {
        assert!(ReferrerPolicy::UnsafeUrl.tells_path_to_others());
        assert!(ReferrerPolicy::Origin.tells_over_http());
        assert!(!ReferrerPolicy::StrictOrigin.tells_over_http());
        for (word, policy) in ReferrerPolicy::ALL {
            assert_eq!(policy.as_str(), word);
        }
    }

    proptest! {
        #[test]
        fn whatever_stands_there_is_read(field in "(origin|[, -]|\\PC){0,20}") {
            prop_assert!(parse([field.as_str()]).unknown.iter().all(|word| word.len() < 400));
        }
    }
}
