//! One finding: a head, its place, its lines, and labelled rows of what else is known.

use std::io::{self, Write};

use model::{Commit, Confidence, Finding, Place, Verification, visible};

use super::{Page, paint::Ink};
use crate::{
    summary::suppressed_by,
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
        if let Some(reason) = &finding.suppression {
            self.row("suppressed", suppressed_by(reason), out)?;
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

const fn verdict(answer: Verification) -> &'static str {
    match answer {
        Verification::Active => "active: the provider still accepts it",
        Verification::Inactive => "inactive: the provider refuses it",
        Verification::Unknown => "unknown: the provider gave no clear answer",
    }
}
