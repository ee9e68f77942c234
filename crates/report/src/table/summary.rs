//! The end of the table: how much was found, what was scanned, what was not and why.

use std::{
    io::{self, Write},
    time::Duration,
};

use model::{Note, NoteKind, visible};

use super::{Page, paint::Ink};
use crate::{
    ScanReport,
    repository::without_credentials,
    summary::{by_kind, by_severity, by_suppression, meaning, speaks, suppressed, suppressed_by},
    text::{counted, grouped, one_line, wrap},
    time::date,
};

/// How many notes of one kind are told.
const TOLD_NOTES: usize = 5;

impl Page {
    pub(super) fn summary(&self, report: &ScanReport<'_>, out: &mut dyn Write) -> io::Result<()> {
        self.counts(report, out)?;
        self.suppressed(report, out)?;
        self.grade(report, out)?;
        self.prose("", &scanned(report), out)?;
        self.missing(report, out)?;
        self.remarks(report.notes, out)?;
        self.passed_over(report.notes, out)
    }

    fn counts(&self, report: &ScanReport<'_>, out: &mut dyn Write) -> io::Result<()> {
        let counts = by_severity(report.findings);
        let total: usize = counts.iter().map(|(_, count)| count).sum();
        if total == 0 {
            let (ink, words) = if report.complete {
                (Ink::Good, "Nothing found.")
            } else {
                (Ink::Warning, "Nothing found in what was scanned, but the scan is incomplete.")
            };
            return writeln!(out, "{}", self.paint.ink(ink, words));
        }
        let parts: Vec<String> = counts
            .iter()
            .filter(|(_, count)| *count > 0)
            .map(|(severity, count)| {
                self.paint.ink(Ink::Severity(*severity), &format!("{} {severity}", grouped(*count)))
            })
            .collect();
        let head = counted(total, "finding", "findings");
        writeln!(out, "{}: {}", self.paint.ink(Ink::Strong, &head), parts.join(", "))
    }

    /// `Grade C+ (60 of 100): csp -25, strict-transport-security -20.`
    fn grade(&self, report: &ScanReport<'_>, out: &mut dyn Write) -> io::Result<()> {
        let Some(grade) = report.grade else { return Ok(()) };
        let counted = grade.tests.iter().filter(|test| test.modifier != 0);
        let parts: Vec<String> =
            counted.map(|test| format!("{} {:+}", test.name, test.modifier)).collect();
        let parts =
            if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
        let text = format!("Grade {} ({} of 100){parts}.", grade.letter, grade.score);
        self.prose("", &text, out)
    }

    fn suppressed(&self, report: &ScanReport<'_>, out: &mut dyn Write) -> io::Result<()> {
        let total = suppressed(report.findings);
        if total == 0 {
            return Ok(());
        }
        let parts: Vec<String> = by_suppression(report.findings)
            .iter()
            .filter(|(_, count)| *count > 0)
            .map(|(reason, count)| format!("{} {}", grouped(*count), suppressed_by(reason)))
            .collect();
        self.prose("", &format!("{} suppressed: {}", grouped(total), parts.join(", ")), out)
    }

    /// What should have been looked at and was not.
    fn missing(&self, report: &ScanReport<'_>, out: &mut dyn Write) -> io::Result<()> {
        let kinds = by_kind(report.notes);
        let mut kinds = kinds.iter().filter(|(kind, _)| kind.is_incomplete()).peekable();
        match (kinds.peek().is_some(), report.complete) {
            (false, true) => return Ok(()),
            (false, false) => {
                return writeln!(
                    out,
                    "\n{}",
                    self.paint.ink(Ink::Warning, "The scan is incomplete.")
                );
            }
            (true, true) => writeln!(out, "\n{}", self.paint.ink(Ink::Warning, "Not looked at:"))?,
            (true, false) => {
                writeln!(
                    out,
                    "\n{}",
                    self.paint.ink(Ink::Warning, "The scan is incomplete. Not looked at:")
                )?;
            }
        }
        kinds.try_for_each(|(kind, notes)| self.notes(*kind, notes, out))
    }

    /// Messages that a person should read though nothing is missing.
    fn remarks(&self, notes: &[Note], out: &mut dyn Write) -> io::Result<()> {
        let speaking = notes.iter().filter(|note| speaks(note) && !note.kind.is_incomplete());
        let speaking: Vec<Note> = speaking.cloned().collect();
        if speaking.is_empty() {
            return Ok(());
        }
        writeln!(out, "\n{}", self.paint.ink(Ink::Strong, "Worth knowing:"))?;
        by_kind(&speaking).iter().try_for_each(|(kind, notes)| self.notes(*kind, notes, out))
    }

    /// What nobody expects to be looked at: numbers only.
    fn passed_over(&self, notes: &[Note], out: &mut dyn Write) -> io::Result<()> {
        let kinds = by_kind(notes);
        let mut counts = kinds
            .iter()
            .map(|(kind, notes)| (kind, notes.iter().filter(|note| !speaks(note)).count()))
            .filter(|(_, count)| *count > 0)
            .peekable();
        if counts.peek().is_none() {
            return Ok(());
        }
        writeln!(out, "\n{}", self.paint.ink(Ink::Strong, "Passed over:"))?;
        counts.try_for_each(|(kind, count)| {
            writeln!(out, "  {:>7}  {}", grouped(count), meaning(*kind))
        })
    }

    fn notes(&self, kind: NoteKind, notes: &[&Note], out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "  {:>7}  {}", grouped(notes.len()), meaning(kind))?;
        for note in notes.iter().take(TOLD_NOTES) {
            let message = one_line(&note.message);
            match &note.path {
                None => self.prose("           ", &message, out)?,
                Some(path) => {
                    let path = visible(path.as_str());
                    let colon = if message.is_empty() { "" } else { ": " };
                    self.prose("           ", &format!("{path}{colon}{message}"), out)?;
                }
            }
        }
        match notes.len().saturating_sub(TOLD_NOTES) {
            0 => Ok(()),
            more => writeln!(out, "           and {} more", grouped(more)),
        }
    }

    fn prose(&self, indent: &str, text: &str, out: &mut dyn Write) -> io::Result<()> {
        wrap(text, self.width - indent.len())
            .iter()
            .try_for_each(|line| writeln!(out, "{indent}{line}"))
    }
}

/// `Scanned ./shop: 1,204 files, 3.4 MB, in 1.2 s.`
fn scanned(report: &ScanReport<'_>) -> String {
    let stats = &report.stats;
    let mut parts = Vec::new();
    let counts = [
        (stats.files, "file", "files"),
        (stats.blobs, "blob", "blobs"),
        (stats.commits, "commit", "commits"),
        (stats.resources, "answer", "answers"),
    ];
    for (count, one, many) in counts {
        if count > 0 {
            parts.push(counted(count, one, many));
        }
    }
    if parts.is_empty() {
        parts.push(if report.history { "no commits" } else { "no files" }.to_owned());
    }
    let history = if report.history { " and its history" } else { "" };
    let count = counted(stats.packages, "package", "packages");
    let packages = match (report.packages_judged, report.advisories_at_ms.and_then(date)) {
        _ if stats.packages == 0 => String::new(),
        // Not all of them; the notes say which.
        _ if report.notes.iter().any(|note| note.kind == NoteKind::NotJudged) => {
            format!(" {count} listed.")
        }
        (true, Some(day)) => format!(" {count} judged by advisories of {day}."),
        (true, None) => format!(" {count} judged."),
        (false, _) => format!(" {count} listed."),
    };
    format!(
        "Scanned {}{history}: {}, {}, in {}.{packages}",
        without_credentials(report.target),
        parts.join(", "),
        size(stats.bytes),
        duration(report.elapsed)
    )
}

/// Decimal units (SI), one place behind the point.
fn size(bytes: u64) -> String {
    const UNITS: [(u64, &str); 4] =
        [(1_000_000_000_000, "TB"), (1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    match UNITS.iter().find(|(unit, _)| bytes >= *unit) {
        None => format!("{bytes} B"),
        Some((unit, name)) => {
            format!("{}.{} {name}", grouped(bytes / unit), bytes % unit / (unit / 10))
        }
    }
}

fn duration(elapsed: Duration) -> String {
    let seconds = elapsed.as_secs();
    match seconds {
        0 => format!("{} ms", elapsed.as_millis()),
        1..60 => format!("{seconds}.{} s", elapsed.subsec_millis() / 100),
        60..3_600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_read_well() {
        assert_eq!(
            (size(999), size(1_000), size(3_460_000)),
            ("999 B".into(), "1.0 kB".into(), "3.4 MB".into())
        );
        assert_eq!(size(u64::MAX), "18,446,744.0 TB");
        let spoken =
            [(40, "40 ms"), (1_250, "1.2 s"), (61_000, "1 min 1 s"), (7_380_000, "2 h 3 min")];
        for (ms, words) in spoken {
            assert_eq!(duration(Duration::from_millis(ms)), words);
        }
    }
}
