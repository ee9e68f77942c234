//! Counting, and the words for what is counted.

use std::{collections::BTreeMap, sync::Arc};

use model::{Finding, Note, NoteKind, Severity, Suppression};

/// Findings that count, worst first; every severity is there.
pub(crate) fn by_severity(findings: &[Finding]) -> [(Severity, usize); 5] {
    Severity::ALL.map(|severity| {
        (
            severity,
            findings
                .iter()
                .filter(|finding| finding.counts() && finding.severity == severity)
                .count(),
        )
    })
}

/// Findings that do not count, by reason; every reason is there. A VEX statement is one reason, whatever its words.
pub(crate) fn by_suppression(findings: &[Finding]) -> [(Suppression, usize); 5] {
    [
        Suppression::Comment,
        Suppression::Baseline,
        Suppression::IgnoreFile,
        Suppression::Configuration,
        Suppression::Vex(Arc::default()),
    ]
    .map(|reason| {
        let same = |other: &Suppression| other.as_str() == reason.as_str();
        let count = findings
            .iter()
            .filter(|finding| finding.suppression.as_ref().is_some_and(same))
            .count();
        (reason, count)
    })
}

/// How many findings do not count.
pub(crate) fn suppressed(findings: &[Finding]) -> usize {
    findings.iter().filter(|finding| !finding.counts()).count()
}

/// Notes by kind; only kinds that occur.
pub(crate) fn by_kind(notes: &[Note]) -> BTreeMap<NoteKind, Vec<&Note>> {
    let mut kinds: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for note in notes {
        kinds.entry(note.kind).or_default().push(note);
    }
    kinds
}

/// Whether a person wants to read this note itself, and not only how many there are of its kind.
pub(crate) fn speaks(note: &Note) -> bool {
    note.kind.is_incomplete()
        || note.path.is_none()
        || matches!(note.kind, NoteKind::Configuration | NoteKind::Format | NoteKind::Verification)
}

/// Suppressed how; add a reason to [`by_suppression`] as well.
pub(crate) const fn suppressed_by(reason: &Suppression) -> &'static str {
    match reason {
        Suppression::Comment => "by a comment in the source",
        Suppression::Baseline => "by the baseline",
        Suppression::IgnoreFile => "by .gitleaksignore",
        Suppression::Configuration => "by the configuration",
        Suppression::Vex(_) => "by a VEX statement",
    }
}

/// What a VEX statement says in favour of the finding's suppression.
pub(crate) fn justification(finding: &Finding) -> Option<&str> {
    match &finding.suppression {
        Some(Suppression::Vex(justification)) => Some(justification),
        _ => None,
    }
}

/// What happened to things of this kind.
pub(crate) const fn meaning(kind: NoteKind) -> &'static str {
    match kind {
        NoteKind::Binary => "binary content",
        NoteKind::TooLarge => "larger than the limit",
        NoteKind::Unreadable => "could not be read",
        NoteKind::Symlink => "symbolic links, not followed",
        NoteKind::Special => "neither file, directory nor link",
        NoteKind::Ignored => "left out by .gitignore",
        NoteKind::Excluded => "left out by the configuration",
        NoteKind::Vendored => "vendored, scanned for proven formats only",
        NoteKind::Archive => "archives not read, or not to their end",
        NoteKind::MissingObject => "git objects that are not there",
        NoteKind::Corrupt => "damaged git objects",
        NoteKind::Submodule => "submodules, scanned on their own",
        NoteKind::LfsPointer => "Git LFS pointers, content elsewhere",
        NoteKind::Configuration => "configuration without effect",
        NoteKind::Limit => "a limit of the scan was reached",
        NoteKind::Format => "lock files and manifests that say less than they could",
        NoteKind::PackagesUnread => "lock files and manifests not read, or not to their end",
        NoteKind::NotJudged => "dependencies listed, not judged",
        NoteKind::Verification => "credentials not verified",
        NoteKind::Unvisited => "parts of the site met and not visited",
        NoteKind::Unverified => "visited although the certificate does not verify",
        NoteKind::NotRendered => "pages not rendered in a browser",
    }
}
