//! One finding: a head, its place, its lines, and labelled rows of what else is known.

use std::io::{self, Write};

use model::{
    Commit, Confidence, Finding, PackageDetail, Place, Reachable, Relation, Scope, Verification,
    visible,
};

use super::{Page, paint::Ink};
use crate::{
    package,
    summary::{justification, suppressed_by},
    text::{counted, grouped, one_line, width, wrap},
    time,
};

/// Columns of the longest severity and the gap behind it.
const HEAD_INDENT: usize = 10;
const LABEL_COLUMNS: usize = 12;
const ROW_INDENT: usize = 2 + LABEL_COLUMNS;
/// How many further places are named.
const NAMED_PLACES: usize = 3;

impl Page {
    pub(super) fn finding(&self, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
        self.head(finding, out)?;
        writeln!(out, "  {}", self.paint.ink(Ink::Place, &position(&finding.place)))?;
        if let Some(snippet) = &finding.snippet {
            self.snippet(snippet, Ink::Severity(finding.severity), out)?;
        } else if let Some(mask) = &finding.mask {
            self.row("secret", &visible(mask.as_str()), out)?;
        }
        for piece in &finding.evidence {
            self.row(&visible(&piece.name), &visible(&piece.value), out)?;
        }
        if let Some(reason) = &finding.suppression {
            let colon = if justification(finding).is_some() { ": " } else { "" };
            let why = justification(finding).unwrap_or_default();
            self.row("suppressed", &format!("{}{colon}{why}", suppressed_by(reason)), out)?;
        }
        if let Some(detail) = &finding.package {
            self.package(finding, detail, out)?;
        }
        if let Some(commit) = &finding.place.commit {
            self.row("commit", &origin(commit), out)?;
        }
        if finding.confidence != Confidence::High {
            self.row("confidence", finding.confidence.as_str(), out)?;
        }
        if let Some(encoding) = finding.encoding {
            self.row("encoding", encoding, out)?;
        }
        if let Some(answer) = finding.verification {
            self.row("verified", verdict(answer), out)?;
        }
        self.other_places(finding, out)?;
        self.row("repair", &finding.remediation, out)?;
        match finding.references.first() {
            Some(reference) => self.row("read on", reference, out),
            None => Ok(()),
        }
    }

    /// `critical  check-id: Title`.
    fn head(&self, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
        let check = one_line(finding.check.as_str());
        let lines = wrap(&format!("{check}: {}", finding.title), self.width - HEAD_INDENT);
        for (index, line) in lines.iter().enumerate() {
            if index > 0 {
                writeln!(out, "{:HEAD_INDENT$}{line}", "")?;
                continue;
            }
            let word = finding.severity.as_str();
            let gap = HEAD_INDENT.saturating_sub(word.len());
            let line = match line.strip_prefix(&check) {
                Some(rest) => format!("{}{rest}", self.paint.ink(Ink::Strong, &check)),
                None => line.clone(),
            };
            writeln!(
                out,
                "{}{:gap$}{line}",
                self.paint.ink(Ink::Severity(finding.severity), word),
                ""
            )?;
        }
        Ok(())
    }

    /// Which package, how it got in, what is known against it, what repairs it.
    fn package(
        &self,
        finding: &Finding,
        detail: &PackageDetail,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        self.row("package", &part(detail), out)?;
        self.row("through", &package::path(detail).unwrap_or_default(), out)?;
        self.row("ids", &package::ids(finding), out)?;
        self.row("risk", &risk(detail), out)?;
        self.row("reachable", reach(detail.reachable), out)?;
        self.row("fixed in", detail.fixed_version.as_deref().unwrap_or_default(), out)
    }

    fn other_places(&self, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
        let total = finding.other_places_total;
        if total == 0 {
            return Ok(());
        }
        self.row("also at", &counted(total, "more place", "more places"), out)?;
        let mut named = 0;
        for place in finding.other_places.iter().take(NAMED_PLACES) {
            let commit =
                place.commit.as_ref().map(|commit| format!("  {}", visible(commit.id.short())));
            let commit = self.paint.ink(Ink::Faint, &commit.unwrap_or_default());
            writeln!(
                out,
                "{:ROW_INDENT$}{}{commit}",
                "",
                self.paint.ink(Ink::Place, &position(place))
            )?;
            named += 1;
        }
        match total.saturating_sub(named) {
            0 => Ok(()),
            _ if named == 0 => Ok(()),
            more => writeln!(out, "{:ROW_INDENT$}and {} more", "", grouped(more)),
        }
    }

    /// A label and wrapped text; nothing where there is no text.
    fn row(&self, label: &str, text: &str, out: &mut dyn Write) -> io::Result<()> {
        for (index, line) in wrap(text, self.width - ROW_INDENT).iter().enumerate() {
            if index > 0 {
                writeln!(out, "{:ROW_INDENT$}{line}", "")?;
                continue;
            }
            let gap = LABEL_COLUMNS.saturating_sub(width(label));
            writeln!(out, "  {}{:gap$}{line}", self.paint.ink(Ink::Faint, label), "")?;
        }
        Ok(())
    }
}

/// `path:line:column`, which editors and terminals open on a click; never wrapped.
fn position(place: &Place) -> String {
    let path = visible(place.path.as_str());
    match place.span {
        Some(span) => format!("{path}:{}:{}", span.start.line, span.start.column),
        None => path.into_owned(),
    }
}

fn origin(commit: &Commit) -> String {
    let author = if commit.author.trim().is_empty() { &commit.email } else { &commit.author };
    let mut text = commit.id.short().to_owned();
    if !author.trim().is_empty() {
        text.push_str(" by ");
        text.push_str(author);
    }
    if let Some(date) = time::date(commit.time_ms) {
        text.push_str(" on ");
        text.push_str(&date);
    }
    text
}

/// `lodash 4.17.15 (npm), transitive, for development only`.
fn part(detail: &PackageDetail) -> String {
    let relation = match detail.relation {
        Relation::Direct | Relation::Transitive => format!(", {}", detail.relation.as_str()),
        Relation::Unknown => String::new(),
    };
    let scope = match detail.scope {
        Scope::Production => "",
        Scope::Development => ", for development only",
    };
    format!("{}{relation}{scope}", package::named(&detail.package))
}

/// `CVSS 7.4, known to be exploited, EPSS 12.3 %`.
fn risk(detail: &PackageDetail) -> String {
    let score = package::score(detail).map(|score| format!("CVSS {score:.1}"));
    let exploited = detail.is_exploited.then(|| "known to be exploited".to_owned());
    let probability = package::probability(detail)
        .map(|probability| format!("EPSS {:.1} %", probability * 100.0));
    let parts: Vec<String> = [score, exploited, probability].into_iter().flatten().collect();
    parts.join(", ")
}

const fn reach(reachable: Reachable) -> &'static str {
    match reachable {
        Reachable::Yes => "yes: the code mentions what the advisory names",
        Reachable::No => "no: the code mentions nothing that the advisory names",
        Reachable::Unknown => "",
    }
}

const fn verdict(answer: Verification) -> &'static str {
    match answer {
        Verification::Active => "active: the provider still accepts it",
        Verification::Inactive => "inactive: the provider refuses it",
        Verification::Unknown => "unknown: the provider gave no clear answer",
    }
}
