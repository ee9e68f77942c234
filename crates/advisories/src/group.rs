//! One vulnerability, by whatever ids sources know it.

use std::fmt;

use formats::cvss::Score;
use model::{Advisory, AdvisoryKind, Severity};

use crate::{
    codec::u32_at,
    error::{Error, Result},
    index::{Hit, Index},
    layout::{AdvisoryRow, EXPLOITED, EXPLOITED_DAY, PREDICTED, RANSOMWARE, Section},
    record,
};

/// All that is known of one vulnerability: advisories that are aliases of each other.
#[derive(Clone, Copy)]
pub struct Group<'i> {
    pub(crate) index: &'i Index,
    pub(crate) number: u32,
}

/// That a vulnerability is known to be used by attackers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exploited {
    /// The day it was listed, in days since 1970.
    pub added_day: Option<i32>,
    /// Whether ransomware is known to use it.
    pub ransomware: bool,
}

/// How likely it is used within 30 days.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prediction {
    /// Between 0 and 1.
    pub probability: f32,
    /// The share of all vulnerabilities that are less likely.
    pub percentile: f32,
}

/// A number for comparing groups of one index. Another index numbers them otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupNumber(u32);

impl<'i> Group<'i> {
    /// Which one it is in its index.
    #[must_use]
    pub const fn number(&self) -> GroupNumber {
        GroupNumber(self.number)
    }

    /// Every id that names it: those of the registries' own databases first, then GitHub's, then the CVE number, then others.
    ///
    /// # Errors
    ///
    /// The index is damaged.
    pub fn ids(&self) -> Result<Vec<&'i str>> {
        let (first, count, ..) = self.row()?;
        let rows = self.index.map.rows(Section::GroupNames, first, count as usize)?;
        rows.chunks_exact(4)
            .filter_map(|row| u32_at(row, 0))
            .map(|id| self.index.map.text(id))
            .collect()
    }

    /// Everything that sources say, one advisory each. Inflates their texts.
    ///
    /// # Errors
    ///
    /// The index is damaged.
    pub fn advisories(&self) -> Result<Vec<Advisory>> {
        self.rows()?.iter().map(|row| self.index.advisory(row)).collect()
    }

    /// Whether attackers use it.
    ///
    /// # Errors
    ///
    /// The index is damaged.
    pub fn exploited(&self) -> Result<Option<Exploited>> {
        Ok(exploited(&self.rows()?))
    }

    /// How likely they will.
    ///
    /// # Errors
    ///
    /// The index is damaged.
    pub fn prediction(&self) -> Result<Option<Prediction>> {
        Ok(prediction(&self.rows()?))
    }

    fn rows(&self) -> Result<Vec<AdvisoryRow>> {
        let (.., first, count) = self.row()?;
        let rows = self.index.map.rows(Section::Members, first, count as usize)?;
        let numbers = rows.chunks_exact(4).filter_map(|row| u32_at(row, 0));
        numbers.map(|number| self.index.advisory_row(number)).collect()
    }

    fn row(&self) -> Result<(u32, u32, u32, u32)> {
        let row = self.index.map.row(Section::Groups, self.number)?;
        let number = |at| u32_at(row, at).ok_or(Error::Corrupt { what: Section::Groups.name() });
        Ok((number(0)?, number(4)?, number(8)?, number(12)?))
    }
}

impl fmt::Debug for Group<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Group").field(&self.ids()).finish()
    }
}

/// That a vulnerability is in a version of a package.
#[derive(Clone, Copy)]
pub struct Match<'i, 'm> {
    pub(crate) group: Group<'i>,
    /// Never empty, all of one group.
    pub(crate) hits: &'m [Hit],
}

impl<'i> Match<'i, '_> {
    /// The vulnerability.
    #[must_use]
    pub const fn group(&self) -> Group<'i> {
        self.group
    }

    /// Every id that names it; see [`Group::ids`].
    ///
    /// # Errors
    ///
    /// The index is damaged.
    pub fn ids(&self) -> Result<Vec<&'i str>> {
        self.group.ids()
    }

    /// How bad: the worst that the advisories about this version say. A vulnerability that nobody rated is `Medium`, one that
    /// attackers are known to use at least `High`.
    #[must_use]
    pub fn severity(&self) -> Severity {
        let worst = self.hits.iter().map(|hit| hit.entry.severity).max();
        worst.and_then(Severity::of_rank).unwrap_or(Severity::Medium)
    }

    /// The highest CVSS score of the advisories about this version.
    #[must_use]
    pub fn score(&self) -> Option<Score> {
        self.hits.iter().filter_map(|hit| Score::from_tenths(hit.entry.score)).max()
    }

    /// What it is about: malice before anything else, and a source's word that it is no vulnerability before those that do not say.
    ///
    /// # Errors
    ///
    /// The index is damaged.
    pub fn kind(&self) -> Result<AdvisoryKind> {
        let rows = self.rows()?;
        let kinds = rows.iter().filter_map(|row| record::kind_of(row.kind));
        let order = |kind: &AdvisoryKind| match kind {
            AdvisoryKind::Vulnerability => 0,
            AdvisoryKind::Unsound => 1,
            AdvisoryKind::Notice => 2,
            AdvisoryKind::Unmaintained => 3,
            AdvisoryKind::Malicious => 4,
        };
        Ok(kinds.max_by_key(order).unwrap_or(AdvisoryKind::Vulnerability))
    }

    /// The later versions that repair it, nearest first: those that some advisory says repair it, and none says are affected.
    ///
    /// # Errors
    ///
    /// The index is damaged.
    pub fn fixed_versions(&self) -> Result<Vec<&'i str>> {
        let index = self.group.index;
        let mut out = Vec::new();
        // Positions of one package mean nothing in another: what is said of a release, and what is said of all.
        for hits in self.hits.chunk_by(|a, b| a.first_bound == b.first_bound) {
            let mut stretches = Vec::new();
            for hit in hits {
                stretches.extend(index.stretches(&hit.entry)?);
            }
            let here = hits.first().map_or(0, |hit| hit.position);
            let later = stretches.iter().filter_map(|stretch| stretch.fix());
            let mut fixes: Vec<u32> = later.filter(|fix| fix * 2 + 1 > here).collect();
            fixes.sort_unstable();
            fixes.dedup();
            fixes.truncate(FIXES_MAX);
            fixes.retain(|fix| !stretches.iter().any(|stretch| stretch.contains(fix * 2 + 1)));
            for fix in fixes {
                let first = hits.first().map_or(0, |hit| hit.first_bound);
                let bound = first.checked_add(fix).ok_or(Error::Corrupt { what: "Bounds" })?;
                let version = index.map.text(index.map.number(Section::Bounds, bound)?)?;
                if !out.contains(&version) {
                    out.push(version);
                }
            }
        }
        Ok(out)
    }

    /// The ids of the advisories about this version, without those that only name the same vulnerability.
    ///
    /// # Errors
    ///
    /// The index is damaged.
    pub fn advisory_ids(&self) -> Result<Vec<&'i str>> {
        self.rows()?.iter().map(|row| self.group.index.map.text(row.id)).collect()
    }

    /// The advisories about this version, whole. Inflates their texts.
    ///
    /// # Errors
    ///
    /// The index is damaged.
    pub fn advisories(&self) -> Result<Vec<Advisory>> {
        self.rows()?.iter().map(|row| self.group.index.advisory(row)).collect()
    }

    /// Whether attackers use it. Of a distribution's advisory, whether they use what it repairs.
    ///
    /// # Errors
    ///
    /// The index is damaged.
    pub fn exploited(&self) -> Result<Option<Exploited>> {
        Ok(exploited(&self.rows()?))
    }

    /// How likely they will.
    ///
    /// # Errors
    ///
    /// The index is damaged.
    pub fn prediction(&self) -> Result<Option<Prediction>> {
        Ok(prediction(&self.rows()?))
    }

    fn rows(&self) -> Result<Vec<AdvisoryRow>> {
        let mut numbers: Vec<u32> = self.hits.iter().map(|hit| hit.entry.advisory).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers.into_iter().map(|number| self.group.index.advisory_row(number)).collect()
    }
}

/// Nobody looks for a repair among more.
const FIXES_MAX: usize = 256;

impl fmt::Debug for Match<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Match")
            .field("ids", &self.ids())
            .field("severity", &self.severity())
            .field("score", &self.score())
            .field("fixed", &self.fixed_versions())
            .finish()
    }
}

fn exploited(rows: &[AdvisoryRow]) -> Option<Exploited> {
    let mut rows = rows.iter().filter(|row| row.flags & EXPLOITED != 0).peekable();
    rows.peek()?;
    let (mut added_day, mut ransomware) = (None::<i32>, false);
    for row in rows {
        if row.flags & EXPLOITED_DAY != 0 {
            added_day = Some(added_day.map_or(row.exploited_day, |day| day.min(row.exploited_day)));
        }
        ransomware |= row.flags & RANSOMWARE != 0;
    }
    Some(Exploited { added_day, ransomware })
}

fn prediction(rows: &[AdvisoryRow]) -> Option<Prediction> {
    let rows = rows.iter().filter(|row| row.flags & PREDICTED != 0);
    let row = rows.max_by(|a, b| a.probability.total_cmp(&b.probability))?;
    Some(Prediction { probability: row.probability, percentile: row.percentile })
}
