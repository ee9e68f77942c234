//! From the events of a range to stretches of versions.
//!
//! The evaluation algorithm of the OSV schema goes over a range's sorted events for each version that is asked about. Here it runs
//! once, over the events alone; what it finds are stretches, and a version is affected if it lies in one of them.

use std::cmp::Ordering;

use model::{Affected, RangeEvent, VersionScheme};

use crate::order::compare;

/// Versions that are affected, from the first to the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stretch<'a> {
    /// It and what follows. `None`: from the beginning.
    pub(crate) low: Option<&'a str>,
    /// Where it ends.
    pub(crate) high: High<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum High<'a> {
    /// Nowhere.
    Open,
    /// Before a version that repairs it.
    Fixed(&'a str),
    /// Before a version of which nothing is said.
    Before(&'a str),
    /// With this version.
    Through(&'a str),
}

/// Longer texts are no versions.
pub(crate) const VERSION_BYTES: usize = 1024;

/// Ten times what the longest records need.
const COMPARISONS_MAX: usize = 10_000_000;

/// What an entry says, as stretches: its ranges', and one for each single version that lies in none of them.
pub(crate) fn stretches(scheme: VersionScheme, affected: &Affected) -> Vec<Stretch<'_>> {
    if affected.is_every_version() {
        return vec![Stretch { low: None, high: High::Open }];
    }
    let mut out = Vec::new();
    for range in &affected.ranges {
        let events = &range.events;
        if !events.iter().any(is_too_long) {
            of_range(scheme, events.iter(), &mut out);
            continue;
        }
        // Of what cannot be kept, the range that remains must not say less: without an end it goes on, without a limit it has none, and
        // where it begins nobody knows.
        let is_begin = |event: &RangeEvent| matches!(event, RangeEvent::Introduced(_));
        let is_limit = |event: &RangeEvent| matches!(event, RangeEvent::Limit(_));
        if events.iter().any(|event| is_begin(event) && is_too_long(event)) {
            out.push(Stretch { low: None, high: High::Open });
            continue;
        }
        let is_limited = !events.iter().any(|event| is_limit(event) && is_too_long(event));
        let is_kept = |event: &&RangeEvent| !is_too_long(event) && (is_limited || !is_limit(event));
        of_range(scheme, events.iter().filter(is_kept), &mut out);
    }
    let of_ranges = out.len();
    // A record may be made to be slow; then what its ranges cover stays in its list.
    let of_ranges =
        if of_ranges * affected.versions.len() > COMPARISONS_MAX { 0 } else { of_ranges };
    for version in &affected.versions {
        let known = out.get(..of_ranges).unwrap_or_default();
        if version.len() <= VERSION_BYTES && !known.iter().any(|s| s.contains(scheme, version)) {
            out.push(Stretch { low: Some(version), high: High::Through(version) });
        }
    }
    out
}

/// Whether a version of a range or list is too long to be one. What is said then is less exact.
pub(crate) fn has_too_long(affected: &Affected) -> bool {
    affected.ranges.iter().flat_map(|range| &range.events).any(is_too_long)
        || affected.versions.iter().any(|version| version.len() > VERSION_BYTES)
}

fn is_too_long(event: &RangeEvent) -> bool {
    event.version().len() > VERSION_BYTES
}

/// `introduced: "0"` is before every version.
const BEGINNING: &str = "0";
/// `limit: "*"` is behind every version.
const INFINITY: &str = "*";

/// The schema does not say what events of one version mean together. As sources use them: `introduced` and directly behind it `fixed`
/// of the same version is a stretch without versions (RustSec writes such), with `last_affected` one of a single version; and where
/// one stretch ends and another begins, affected is what lies in the other.
fn of_range<'a>(
    scheme: VersionScheme,
    events: impl Iterator<Item = &'a RangeEvent> + Clone,
    out: &mut Vec<Stretch<'a>>,
) {
    let limit = limit(scheme, events.clone());
    let mut end = |low: Option<&'a str>, high: High<'a>| {
        out.push(Stretch { low, high }.before(scheme, limit));
        if out.last().is_some_and(|stretch| stretch.is_empty(scheme)) {
            out.pop();
        }
    };
    let is_equal = |a: &str, b: &str| compare(scheme, a, b).is_eq();
    let mut sorted: Vec<&RangeEvent> = Vec::with_capacity(events.size_hint().0);
    let mut events = events.filter(|event| !matches!(event, RangeEvent::Limit(_))).peekable();
    while let Some(event) = events.next() {
        match (event, events.peek()) {
            (RangeEvent::Introduced(low), Some(RangeEvent::Fixed(high)))
                if low != BEGINNING && is_equal(low, high) => {}
            (RangeEvent::Introduced(low), Some(RangeEvent::LastAffected(high)))
                if low != BEGINNING && is_equal(low, high) =>
            {
                end(Some(low), High::Through(high));
            }
            _ => {
                sorted.push(event);
                continue;
            }
        }
        events.next();
    }
    sorted.sort_by(|a, b| {
        let rank = |event: &RangeEvent| match event {
            RangeEvent::Fixed(_) | RangeEvent::Limit(_) => 0,
            RangeEvent::LastAffected(_) => 1,
            RangeEvent::Introduced(_) => 2,
        };
        is_beginning(b)
            .cmp(&is_beginning(a))
            .then_with(|| compare(scheme, a.version(), b.version()))
            .then_with(|| rank(a).cmp(&rank(b)))
    });
    let mut begun: Option<Option<&str>> = None;
    for event in sorted {
        match (event, begun) {
            (RangeEvent::Introduced(version), None) => {
                begun = Some((version != BEGINNING).then_some(version));
            }
            (RangeEvent::Fixed(version), Some(low)) => {
                end(low, High::Fixed(version));
                begun = None;
            }
            (RangeEvent::LastAffected(version), Some(low)) => {
                end(low, High::Through(version));
                begun = None;
            }
            _ => {}
        }
    }
    if let Some(low) = begun {
        end(low, High::Open);
    }
}

fn is_beginning(event: &RangeEvent) -> bool {
    matches!(event, RangeEvent::Introduced(version) if version == BEGINNING)
}

/// A version counts if it is before any of the limits, so the last one decides.
fn limit<'a>(
    scheme: VersionScheme,
    mut events: impl Iterator<Item = &'a RangeEvent> + Clone,
) -> Option<&'a str> {
    let mut limits = events.clone().filter_map(|event| match event {
        RangeEvent::Limit(version) => Some(version.as_str()),
        _ => None,
    });
    let first = limits.next()?;
    let last = limits.try_fold(first, |a, b| {
        if compare(scheme, a, b) == Ordering::Less { Ok::<_, ()>(b) } else { Ok(a) }
    });
    let has_infinity = events.any(|event| matches!(event, RangeEvent::Limit(v) if v == INFINITY));
    last.ok().filter(|_| !has_infinity)
}

impl<'a> Stretch<'a> {
    /// Cut at a limit.
    fn before(mut self, scheme: VersionScheme, limit: Option<&'a str>) -> Self {
        let Some(limit) = limit else { return self };
        let is_cut = match self.high {
            High::Open => true,
            High::Fixed(high) | High::Before(high) => {
                compare(scheme, limit, high) == Ordering::Less
            }
            High::Through(high) => compare(scheme, limit, high) != Ordering::Greater,
        };
        if is_cut {
            self.high = High::Before(limit);
        }
        self
    }

    fn is_empty(&self, scheme: VersionScheme) -> bool {
        let Some(low) = self.low else { return false };
        match self.high {
            High::Open => false,
            High::Fixed(high) | High::Before(high) => compare(scheme, low, high) != Ordering::Less,
            High::Through(high) => compare(scheme, low, high) == Ordering::Greater,
        }
    }

    fn contains(&self, scheme: VersionScheme, version: &str) -> bool {
        self.low.is_none_or(|low| compare(scheme, version, low) != Ordering::Less)
            && match self.high {
                High::Open => true,
                High::Fixed(high) | High::Before(high) => {
                    compare(scheme, version, high) == Ordering::Less
                }
                High::Through(high) => compare(scheme, version, high) != Ordering::Greater,
            }
    }
}

impl<'a> Stretch<'a> {
    /// The version, if it is one of a list.
    pub(crate) fn single(&self) -> Option<&'a str> {
        match (self.low, self.high) {
            (Some(low), High::Through(high)) if low == high => Some(low),
            _ => None,
        }
    }
}
