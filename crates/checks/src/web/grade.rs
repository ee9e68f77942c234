//! The grade of a site, A+ to F, by its response headers.
//!
//! A site begins with 100 points; each test takes some or gives some, and what is given counts only if little was taken. Tests, points and
//! bands are those of Mozilla's HTTP Observatory (<https://developer.mozilla.org/en-US/observatory/docs/tests_and_scoring>), so that the two
//! can be compared; `docs/grade.md` has them all, and where the two differ.

mod cookies;
mod policy;
mod scripts;
#[cfg(test)]
mod tests;

use std::fmt;

use formats::web::{
    cross_origin::{EmbedderPolicy, OpenerPolicy},
    hsts::Hsts,
    referrer_policy::{self, ReferrerPolicy},
};
use model::site::{Answer, Headers, Resource, Role, Site, tls::Trust};
use url::Url;

use super::Visit;

/// What a site begins with.
const START: i32 = 100;
/// So many points have to be left for gifts to count.
const LEAST_FOR_GIFTS: i32 = 90;
/// Half a year less some days, as many sites count.
const SHORT_HSTS_SECONDS: u64 = 180 * 24 * 60 * 60;

/// A site's grade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grade {
    /// The band that the score is in.
    pub letter: Letter,
    /// From 0; a little over 100 is possible.
    pub score: u32,
    /// What it is made of, always in the same order; empty if the site did not answer, which is graded with F.
    pub tests: Vec<Test>,
}

/// One test of a grade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Test {
    /// What was looked at, in words of the Observatory's.
    pub name: &'static str,
    /// Points given, or taken if negative.
    pub modifier: i32,
    /// What was seen.
    pub sentence: &'static str,
}

/// Bands of scores, the best one last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "they say themselves")]
pub enum Letter {
    F,
    DMinus,
    D,
    DPlus,
    CMinus,
    C,
    CPlus,
    BMinus,
    B,
    BPlus,
    AMinus,
    A,
    APlus,
}

/// Grades the page that the start led to, and the way there.
#[must_use]
pub fn grade(visit: &Visit<'_>) -> Grade {
    let Some((resource, answer)) = visit.site.landing() else {
        return Grade { letter: Letter::F, score: 0, tests: Vec::new() };
    };
    let page = visit.landing();
    let policy = policy::Outcome::of(answer, page);
    let headers = &answer.headers;
    let hsts = transport(visit.site, answer);
    let parts = [
        ("content-security-policy", policy.points()),
        ("cookies", cookies::points(resource, hsts.0 == 0)),
        ("cross-origin-embedder-policy", embedder(headers)),
        ("cross-origin-opener-policy", opener(headers)),
        ("cross-origin-resource-sharing", sharing(headers)),
        ("redirection", redirection(visit)),
        ("referrer-policy", referrer(visit, headers)),
        ("strict-transport-security", hsts),
        ("subresource-integrity", scripts::points(answer, page)),
        ("x-content-type-options", sniffing(headers)),
        ("x-frame-options", framing(headers, &policy)),
        ("cross-origin-resource-policy", resource_policy(headers)),
    ];
    let tests: Vec<Test> = parts
        .into_iter()
        .map(|(name, (modifier, sentence))| Test { name, modifier, sentence })
        .collect();
    let taken: i32 = tests.iter().map(|test| test.modifier.min(0)).sum();
    let given: i32 = tests.iter().map(|test| test.modifier.max(0)).sum();
    let strict = START + taken;
    let score = if strict >= LEAST_FOR_GIFTS { strict + given } else { strict };
    let score = u32::try_from(score).unwrap_or(0);
    Grade { letter: Letter::of(score), score, tests }
}

/// Points, and why.
type Points = (i32, &'static str);

impl Letter {
    /// The band of a score.
    #[must_use]
    pub const fn of(score: u32) -> Self {
        match score {
            100.. => Self::APlus,
            90.. => Self::A,
            85.. => Self::AMinus,
            80.. => Self::BPlus,
            70.. => Self::B,
            65.. => Self::BMinus,
            60.. => Self::CPlus,
            50.. => Self::C,
            45.. => Self::CMinus,
            40.. => Self::DPlus,
            30.. => Self::D,
            25.. => Self::DMinus,
            _ => Self::F,
        }
    }

    /// `A+` to `F`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::APlus => "A+",
            Self::A => "A",
            Self::AMinus => "A-",
            Self::BPlus => "B+",
            Self::B => "B",
            Self::BMinus => "B-",
            Self::CPlus => "C+",
            Self::C => "C",
            Self::CMinus => "C-",
            Self::DPlus => "D+",
            Self::D => "D",
            Self::DMinus => "D-",
            Self::F => "F",
        }
    }
}

impl fmt::Display for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

fn transport(site: &Site, answer: &Answer) -> Points {
    if answer.url.scheme() != "https" {
        return (-20, "The site is not on https, where alone Strict-Transport-Security counts.");
    }
    // RFC 6797, 8.1: it counts over a connection without errors only.
    if site.tls.as_ref().is_some_and(|tls| matches!(tls.trust, Trust::Refused(_))) {
        return (
            -20,
            "Strict-Transport-Security does not count under a certificate that is refused.",
        );
    }
    match Hsts::of_fields(answer.headers.all("strict-transport-security")) {
        None => (-20, "Strict-Transport-Security is not sent."),
        Some(Err(_)) => (-20, "Strict-Transport-Security cannot be read."),
        Some(Ok(hsts)) if hsts.max_age < SHORT_HSTS_SECONDS => {
            (-10, "Strict-Transport-Security is kept for less than half a year.")
        }
        Some(Ok(_)) => (0, "Strict-Transport-Security is kept for half a year at least."),
    }
}

fn embedder(headers: &Headers) -> Points {
    let field = headers.joined("cross-origin-embedder-policy");
    match field.map(|field| EmbedderPolicy::parse(&field)) {
        None => (0, "Cross-Origin-Embedder-Policy is not sent."),
        Some(Err(_)) => (-5, "Cross-Origin-Embedder-Policy holds no known value."),
        Some(Ok(stated)) => match stated.policy {
            EmbedderPolicy::UnsafeNone => (0, "Cross-Origin-Embedder-Policy isolates nothing."),
            EmbedderPolicy::RequireCorp | EmbedderPolicy::Credentialless => {
                (10, "Cross-Origin-Embedder-Policy restricts what of other origins is loaded.")
            }
        },
    }
}

fn opener(headers: &Headers) -> Points {
    let field = headers.joined("cross-origin-opener-policy");
    match field.map(|field| OpenerPolicy::parse(&field)) {
        None => (0, "Cross-Origin-Opener-Policy is not sent."),
        Some(Err(_)) => (-5, "Cross-Origin-Opener-Policy holds no known value."),
        Some(Ok(stated)) => match stated.policy {
            OpenerPolicy::UnsafeNone => (0, "Cross-Origin-Opener-Policy isolates nothing."),
            OpenerPolicy::SameOrigin
            | OpenerPolicy::SameOriginAllowPopups
            | OpenerPolicy::NoopenerAllowPopups => {
                (10, "Cross-Origin-Opener-Policy parts the page from other sites' windows.")
            }
        },
    }
}

fn resource_policy(headers: &Headers) -> Points {
    let field = headers.joined("cross-origin-resource-policy");
    match field.map(|field| field.to_ascii_lowercase()).as_deref() {
        None => (0, "Cross-Origin-Resource-Policy is not sent."),
        Some("same-origin" | "same-site") => {
            (10, "Cross-Origin-Resource-Policy keeps other sites from loading the page.")
        }
        Some("cross-origin") => (0, "Cross-Origin-Resource-Policy lets every site load the page."),
        Some(_) => (-5, "Cross-Origin-Resource-Policy holds no known value."),
    }
}

/// Whether any origin that asks is allowed is not known here: a visit asks as nobody.
fn sharing(headers: &Headers) -> Points {
    match headers.get("access-control-allow-origin") {
        None => (0, "CORS lets no other site read the page."),
        Some("*") => (0, "CORS lets every site read the page without cookies."),
        Some(_) => (0, "CORS lets some site read the page."),
    }
}

fn referrer(visit: &Visit<'_>, headers: &Headers) -> Points {
    let element = visit.landing().and_then(|page| {
        let said = page
            .document
            .meta("referrer")
            .filter_map(|(_, content)| ReferrerPolicy::of_word(content.trim(), true));
        said.last()
    });
    let stated = referrer_policy::parse(headers.all("referrer-policy")).policy;
    match element.or(stated) {
        Some(policy) if policy.tells_path_to_others() || policy.tells_over_http() => {
            (-5, "Referrer-Policy tells other sites more than browsers would.")
        }
        Some(_) => (5, "Referrer-Policy keeps addresses from other sites."),
        None if headers.has("referrer-policy") => (-5, "Referrer-Policy holds no known policy."),
        None => (0, "Referrer-Policy is not sent."),
    }
}

fn sniffing(headers: &Headers) -> Points {
    let all = headers.joined("x-content-type-options");
    match all.as_deref().and_then(|all| all.split(',').next()).map(str::trim) {
        None => (-5, "X-Content-Type-Options is not sent."),
        Some(first) if first.eq_ignore_ascii_case("nosniff") => {
            (0, "X-Content-Type-Options keeps browsers from guessing types.")
        }
        Some(_) => (-5, "X-Content-Type-Options holds no known value."),
    }
}

fn framing(headers: &Headers, policy: &policy::Outcome) -> Points {
    if policy.has_frame_ancestors() {
        return (5, "The Content-Security-Policy says who may frame the page.");
    }
    let field = headers.get("x-frame-options").map(str::to_ascii_lowercase);
    match field.as_deref() {
        None => (-20, "Nothing says who may frame the page."),
        Some("deny" | "sameorigin") => (5, "X-Frame-Options says who may frame the page."),
        Some(other) if other.starts_with("allow-from") => {
            (0, "X-Frame-Options holds ALLOW-FROM, which browsers no longer know.")
        }
        Some(_) => (-20, "X-Frame-Options holds no known value."),
    }
}

/// The way of a visitor who begins on plain http.
fn redirection(visit: &Visit<'_>) -> Points {
    let plain = visit.site.resources.iter().find(|resource| resource.role == Role::PlainHttp);
    let begins_plain = |resource: &&Resource| resource.url.scheme() == "http";
    let plain = plain.or_else(|| visit.site.resources.first().filter(begins_plain));
    let Some(resource) = plain else { return (0, "Plain http was not asked.") };
    let Some(answer) = resource.answer() else { return (0, "Nothing answers on plain http.") };
    let way: Vec<&Url> = resource.hops.iter().map(|hop| &hop.url).chain([&answer.url]).collect();
    match way.as_slice() {
        [] | [_] => (-20, "Plain http does not redirect to https."),
        [.., last] if last.scheme() != "https" => (-20, "Plain http does not lead to https."),
        [_, second, ..] if second.scheme() == "http" => {
            (-10, "Plain http leads to plain http before it leads to https.")
        }
        [first, second, ..] if first.host_str() != second.host_str() => {
            (-5, "Plain http leads to https on another host first.")
        }
        _ => (0, "Plain http leads to https on the same host."),
    }
}
