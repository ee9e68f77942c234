//! Points for the Content-Security-Policy.

use std::collections::{BTreeMap, HashSet, btree_map::Entry};

use formats::web::csp::{Delivery, IssueKind, Keyword, Policy, Source, Value};
use model::site::Answer;

use super::Points;
use crate::web::{Page, headers::policies::PagePolicies};

/// What a page's policies are worth.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outcome {
    verdict: Verdict,
    names_ancestors: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Verdict {
    Missing,
    ReportsOnly,
    Invalid,
    UnsafeScripts,
    InsecureScheme,
    UnsafeEval,
    InsecurePassive,
    UnsafeStyles,
    RepeatsReporting,
    Safe,
    SafeAndClosed,
}

impl Outcome {
    pub(super) fn of(answer: &Answer, page: Option<&Page<'_>>) -> Self {
        let head;
        let all = if let Some(page) = page {
            &page.policies().policies
        } else {
            head = PagePolicies::read(&answer.headers, None);
            &head.policies
        };
        let names_ancestors = all.enforced().any(|policy| {
            policy.delivery == Delivery::Header && policy.directive("frame-ancestors").is_some()
        });
        let verdict = if all.is_enforced() {
            let policies: Vec<&Policy> = all.enforced().collect();
            judge(&policies, answer.url.scheme() == "https")
        } else if all.policies.iter().any(|policy| !policy.is_enforced()) {
            Verdict::ReportsOnly
        } else {
            Verdict::Missing
        };
        Self { verdict, names_ancestors }
    }

    pub(super) fn has_frame_ancestors(self) -> bool {
        self.names_ancestors && self.verdict != Verdict::Invalid
    }

    pub(super) fn points(self) -> Points {
        match self.verdict {
            Verdict::Missing => (-25, "There is no Content-Security-Policy."),
            Verdict::ReportsOnly => (-25, "The Content-Security-Policy only reports."),
            Verdict::Invalid => (-25, "The Content-Security-Policy is not valid."),
            Verdict::UnsafeScripts => (
                -20,
                "The Content-Security-Policy lets scripts or plug-ins come from anywhere, or inline.",
            ),
            Verdict::InsecureScheme => {
                (-20, "The Content-Security-Policy of a page on https allows sources on http.")
            }
            Verdict::UnsafeEval => (-10, "The Content-Security-Policy allows eval."),
            Verdict::InsecurePassive => (
                -10,
                "The Content-Security-Policy of a page on https allows images or media on http.",
            ),
            Verdict::UnsafeStyles => (
                0,
                "The Content-Security-Policy restricts scripts, and lets styles come from anywhere, or inline.",
            ),
            Verdict::RepeatsReporting => {
                (0, "The Content-Security-Policy says twice where to report.")
            }
            Verdict::Safe => (5, "The Content-Security-Policy allows nothing that is unsafe."),
            Verdict::SafeAndClosed => (
                10,
                "The Content-Security-Policy allows nothing by default and nothing that is unsafe.",
            ),
        }
    }
}

/// The first thing that is wrong decides, whatever the points.
fn judge(policies: &[&Policy], is_https: bool) -> Verdict {
    let repeated = |is_reporting: bool| {
        policies.iter().flat_map(|policy| &policy.issues).any(|issue| {
            issue.kind == IssueKind::DuplicateDirective
                && matches!(issue.directive.as_str(), "report-uri" | "report-to") == is_reporting
        })
    };
    if repeated(false) {
        return Verdict::Invalid;
    }
    let all = Merged::of(policies);
    let Some(scripts) = Trusted::of(all.governing("script-src")) else { return Verdict::Invalid };
    let styles = Trusted::without_inline(all.governing("style-src"));
    let has_eval = |trusted: &Trusted<'_>| trusted.any(|source| source.is(Keyword::UnsafeEval));
    if scripts.is_unsafe()
        || all.governing("object-src").is_none_or(|l| l.iter().any(|s| is_broad(s)))
    {
        return Verdict::UnsafeScripts;
    }
    if is_https && (scripts.any(is_insecure) || all.active().any(is_insecure)) {
        return Verdict::InsecureScheme;
    }
    if has_eval(&scripts) || has_eval(&styles) {
        return Verdict::UnsafeEval;
    }
    if repeated(true) {
        return Verdict::RepeatsReporting;
    }
    let mut passive = ["img-src", "media-src"].into_iter().filter_map(|name| all.governing(name));
    if is_https && passive.any(|list| list.iter().any(|source| is_insecure(source))) {
        return Verdict::InsecurePassive;
    }
    if styles.is_unsafe() {
        return Verdict::UnsafeStyles;
    }
    match all.lists.get("default-src") {
        Some(list) if list.is_empty() => Verdict::SafeAndClosed,
        _ => Verdict::Safe,
    }
}

/// What all policies allow together: of a list that several have, what stands in each.
struct Merged<'p> {
    lists: BTreeMap<&'p str, Vec<&'p Source>>,
}

impl<'p> Merged<'p> {
    fn of(policies: &[&'p Policy]) -> Self {
        let mut lists: BTreeMap<&str, Vec<&Source>> = BTreeMap::new();
        for policy in policies {
            for directive in &policy.directives {
                let Value::Sources(sources) = &directive.value else { continue };
                match lists.entry(&directive.name) {
                    Entry::Vacant(vacant) => {
                        vacant.insert(sources.iter().collect());
                    }
                    Entry::Occupied(mut known) => {
                        let also: HashSet<&Source> = sources.iter().collect();
                        known.get_mut().retain(|source| also.contains(source));
                    }
                }
            }
        }
        Self { lists }
    }

    /// The list that governs, after the fallback; `None` means that everything is allowed.
    fn governing(&self, name: &str) -> Option<&[&'p Source]> {
        self.lists.get(name).or_else(|| self.lists.get("default-src")).map(Vec::as_slice)
    }

    /// Sources of what is more than shown. Those of scripts are judged on their own.
    fn active(&self) -> impl Iterator<Item = &'p Source> {
        let is_active = |name: &str| !matches!(name, "img-src" | "media-src" | "script-src");
        self.lists
            .iter()
            .filter(move |(name, _)| is_active(name))
            .flat_map(|(_, list)| list)
            .copied()
    }
}

/// A list without what browsers ignore in it; `None` inside means that everything is allowed.
struct Trusted<'p>(Option<Vec<&'p Source>>);

impl<'p> Trusted<'p> {
    /// `None` if `'strict-dynamic'` stands there and nothing that it could begin with.
    fn of(list: Option<&[&'p Source]>) -> Option<Self> {
        let trusted = Self::without_inline(list);
        if !trusted.any(|source| source.is(Keyword::StrictDynamic)) {
            return Some(trusted);
        }
        if !trusted.any(is_proof) {
            return None;
        }
        let counts = |source: &&Source| match source {
            Source::Scheme(scheme) => !matches!(scheme.as_str(), "http" | "https" | "ftp"),
            Source::Host(_) | Source::Keyword(Keyword::SelfOrigin) => false,
            _ => true,
        };
        Some(Self(trusted.0.map(|list| list.into_iter().filter(counts).collect())))
    }

    /// Beside a nonce or a hash `'unsafe-inline'` counts for nothing.
    fn without_inline(list: Option<&[&'p Source]>) -> Self {
        let Some(list) = list else { return Self(None) };
        let has_proof = list.iter().any(|source| is_proof(source));
        let counts = |source: &&&Source| !(has_proof && source.is(Keyword::UnsafeInline));
        Self(Some(list.iter().filter(counts).copied().collect()))
    }

    fn any(&self, is: impl Fn(&Source) -> bool) -> bool {
        self.0.iter().flatten().any(|source| is(source))
    }

    fn is_unsafe(&self) -> bool {
        self.0.is_none()
            || self.any(|source| {
                is_broad(source)
                    || source.is(Keyword::UnsafeInline)
                    || matches!(source, Source::Scheme(scheme) if scheme == "data")
            })
    }
}

fn is_proof(source: &Source) -> bool {
    matches!(source, Source::Nonce(_) | Source::Hash { .. })
}

/// `*`, `https:` and their like.
fn is_broad(source: &Source) -> bool {
    match source {
        Source::Scheme(scheme) => matches!(scheme.as_str(), "http" | "https" | "ftp"),
        Source::Host(host) => host.is_any_host() && host.port.is_none() && host.path.is_empty(),
        _ => false,
    }
}

fn is_insecure(source: &Source) -> bool {
    let scheme = match source {
        Source::Scheme(scheme) => Some(scheme),
        Source::Host(host) => host.scheme.as_ref(),
        _ => None,
    };
    scheme.is_some_and(|scheme| matches!(scheme.as_str(), "http" | "ftp"))
}
