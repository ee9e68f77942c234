//! Exports: all findings of a scan, handed out in parts, so that a million of them leave in constant memory. The shapes of JSON
//! and CSV are each surface's own; SARIF is the same for all.

use std::{
    fs::{self, File},
    io::{self, Read as _, Seek as _},
    sync::Arc,
    time::Duration,
};

use futures::{
    StreamExt as _,
    stream::{self, BoxStream},
};
use model::{
    CheckId, Commit, Cwe, Finding as ModelFinding, Fingerprint, Note, NoteKind, ObjectId, Place,
    Position, Scanner, Snippet, Span, Suppression, TargetPath,
};
pub use report::sbom::SbomFormat as BillFormat;
use report::{Format, Repository, RuleDoc, SarifStyle, ScanReport, Stats};
use sha2::{Digest as _, Sha256};
use store::{
    Access, Finding, FindingFilter, FindingStatus, Project, Scan, ScanId, ScanKind, ScanStatus,
};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::{
    App, Ctx, Error,
    findings::{confidence_of_rank, severity_of_rank},
    packages::{Bill, Unpacker},
    projects::by_slug,
    rule_docs_of,
    scans::{ScanView, numbered, of_project},
    worker::rows::package_of,
};

/// Rows of CSV, for the surfaces to write in their own order of columns.
pub mod csv {
    pub use report::csv::{Breaks, write_row};
}

/// Findings of one part.
const PART: u64 = 500;
/// Results of one SARIF log, as GitHub code scanning takes them.
const MAX_RESULTS: u64 = 25_000;
/// Logs that are written at a time.
static LOGS: Semaphore = Semaphore::const_new(2);
/// How much of a log is read at a time, in bytes.
const PIECE_BYTES: usize = 64 << 10;

/// A scan that has ended, and what it found.
pub struct Export {
    /// The scan.
    pub scan: Scan,
    /// What it is a scan of.
    pub project: Project,
    app: App,
}

impl App {
    /// Begins to export a scan of the project of that slug.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Conflict`] if the scan has not ended: what it has not found yet would seem not to be there.
    pub async fn export(&self, ctx: &Ctx, slug: &str, id: ScanId) -> Result<Export, Error> {
        let tenant = self.read(ctx).await?;
        let scan = of_project(&tenant, slug, id).await?;
        let project = by_slug(&tenant, slug).await?;
        self.export_of(ScanView { scan, project })
    }

    /// Begins to export the scan of that number.
    ///
    /// # Errors
    /// As [`Self::export`].
    pub async fn export_by_number(&self, ctx: &Ctx, number: i64) -> Result<Export, Error> {
        let tenant = self.read(ctx).await?;
        self.export_of(numbered(&tenant, number).await?)
    }

    fn export_of(&self, view: ScanView) -> Result<Export, Error> {
        let ScanView { scan, project } = view;
        if !scan.status.is_terminal() {
            let message =
                format!("the scan is {}; export it when it has ended", scan.status.as_str());
            return Err(Error::Conflict(message));
        }
        Ok(Export { scan, project, app: self.clone() })
    }
}

impl Export {
    /// The findings in parts, in the order they were stored in: the worst first. After an error nothing follows.
    #[must_use]
    pub fn findings(&self) -> BoxStream<'static, Result<Vec<Finding>, Error>> {
        let (app, organization, scan) = (self.app.clone(), self.scan.organization_id, self.scan.id);
        stream::try_unfold(0, move |after| {
            let app = app.clone();
            async move {
                let tenant = app.store.tenant(organization, Access::Read).await?;
                let part = tenant.findings_in_order(scan, after, PART).await?;
                let last = part.last().map(|finding| finding.number);
                Ok(last.map(|last| (part, last)))
            }
        })
        .boxed()
    }

    /// The findings as a SARIF 2.1.0 log, in pieces: at most 25,000 results, the worst, without those that somebody has set
    /// aside. After an error nothing follows.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn sarif(&self) -> Result<BoxStream<'static, Result<Vec<u8>, Error>>, Error> {
        let app = &self.app;
        let (turn, rows) = self.worst().await?;
        let tenant = app.store.tenant(self.scan.organization_id, Access::Read).await?;
        let of_scan = FindingFilter { scan: Some(self.scan.id), ..FindingFilter::default() };
        let all: i64 = tenant.finding_totals(&of_scan).await?.0.iter().sum();
        drop(tenant);
        let further = usize::try_from(all).unwrap_or(usize::MAX).saturating_sub(rows.len());
        let key_id = app.keys.hash_key(self.scan.organization_id).id();
        let (scan, ruleset) = (self.scan.clone(), Arc::clone(&app.ruleset));
        self.written(turn, move |file| {
            let findings: Vec<ModelFinding> = rows.into_iter().filter_map(finding_of).collect();
            let rules = rule_docs_of(&ruleset, &findings);
            write_sarif(&scan, &findings, further, &rules, &key_id, file)
        })
        .await
    }

    /// The packages that the scan listed, as a bill of materials, in pieces; in CycloneDX with what was found in them. After an
    /// error nothing follows.
    ///
    /// # Errors
    /// [`Error::Conflict`] for a scan that did not look for packages; [`Error::Unavailable`].
    pub async fn bill(
        &self,
        format: BillFormat,
    ) -> Result<BoxStream<'static, Result<Vec<u8>, Error>>, Error> {
        let tenant = self.app.store.tenant(self.scan.organization_id, Access::Read).await?;
        let packed = match self.scan.package_list_id {
            Some(id) => tenant.package_list(id).await?,
            None => None,
        };
        drop(tenant);
        let packed = packed.ok_or_else(|| {
            let message = "the scan has no list of packages: it did not look for them, or did not come to its end";
            Error::Conflict(message.to_owned())
        })?;
        let (turn, rows) = self.worst().await?;
        let scan = self.scan.clone();
        self.written(turn, move |file| write_bill(&scan, &packed, rows, format, file)).await
    }

    /// The worst findings, and the turn of a log that holds all of them while it is written.
    async fn worst(&self) -> Result<(SemaphorePermit<'static>, Vec<Finding>), Error> {
        let turn = LOGS.acquire().await.map_err(Error::internal)?;
        let tenant = self.app.store.tenant(self.scan.organization_id, Access::Read).await?;
        let rows = tenant.worst_findings(self.scan.id, MAX_RESULTS).await?;
        Ok((turn, rows))
    }

    /// What is written, from a file: whoever reads slowly holds that, and neither memory nor a thread.
    async fn written(
        &self,
        turn: SemaphorePermit<'static>,
        write: impl FnOnce(&mut File) -> io::Result<()> + Send + 'static,
    ) -> Result<BoxStream<'static, Result<Vec<u8>, Error>>, Error> {
        let folder = self.app.config.clone_folder.clone();
        let written = tokio::task::spawn_blocking(move || {
            fs::create_dir_all(&folder)?;
            let mut file = tempfile::tempfile_in(folder)?;
            write(&mut file)?;
            file.rewind()?;
            Ok::<_, io::Error>(file)
        });
        let file = written.await.map_err(Error::internal)?.map_err(Error::internal)?;
        drop(turn);
        Ok(pieces_of(file))
    }
}

/// A file in pieces.
fn pieces_of(file: File) -> BoxStream<'static, Result<Vec<u8>, Error>> {
    stream::try_unfold(file, |mut file| async move {
        let read = tokio::task::spawn_blocking(move || {
            let mut piece = vec![0; PIECE_BYTES];
            let length = file.read(&mut piece)?;
            piece.truncate(length);
            Ok::<_, io::Error>((piece, file))
        });
        let (piece, file) = read.await.map_err(Error::internal)?.map_err(Error::internal)?;
        Ok((!piece.is_empty()).then_some((piece, file)))
    })
    .boxed()
}

fn write_bill(
    scan: &Scan,
    packed: &[u8],
    rows: Vec<Finding>,
    format: BillFormat,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    // Whatever the document is made of makes its name.
    let mut name = Sha256::new();
    name.update(scan.id.to_string());
    name.update(format!("{format:?}"));
    for row in &rows {
        name.update(row.id.to_string());
        name.update(row.status.as_str());
    }
    let mut document_id = [0; 16];
    // Half of the digest.
    document_id.iter_mut().zip(name.finalize()).for_each(|(byte, from)| *byte = from);
    let listed = Unpacker::default().listed(packed)?;
    let findings: Vec<ModelFinding> = rows.into_iter().filter_map(finding_of).collect();
    let bill = Bill {
        target: &scan.clone_url,
        repository: Some(repository(scan)),
        created_at_ms: scan.completed_at.unwrap_or(scan.created_at),
        document_id,
        listed: &listed,
        findings: Some(&findings),
    };
    bill.write(format, out)
}

fn repository(scan: &Scan) -> Repository<'_> {
    Repository { url: Some(&scan.clone_url), commit: scan.commit_sha.as_deref() }
}

fn write_sarif(
    scan: &Scan,
    findings: &[ModelFinding],
    further: usize,
    rules: &[RuleDoc<'_>],
    key_id: &str,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut notes = Vec::new();
    if let Some(error) = &scan.error {
        notes.push(Note::general(NoteKind::Limit, error.clone()));
    }
    if further > 0 {
        let message = format!(
            "{further} further findings are left out of this log: they are in the other formats"
        );
        notes.push(Note::general(NoteKind::Limit, message));
    }
    let started_at_ms = scan.started_at.unwrap_or(scan.created_at);
    let elapsed_ms = scan.completed_at.unwrap_or(started_at_ms).saturating_sub(started_at_ms);
    let report = ScanReport {
        grade: None,
        tool_version: env!("CARGO_PKG_VERSION"),
        target: &scan.clone_url,
        started_at_ms,
        elapsed: Duration::from_millis(u64::try_from(elapsed_ms).unwrap_or(0)),
        findings,
        notes: &notes,
        // Not written down.
        stats: Stats::default(),
        rules,
        key_id,
        complete: scan.status == ScanStatus::Completed && scan.error.is_none(),
        history: matches!(scan.kind, ScanKind::Full | ScanKind::Secrets),
        packages_judged: scan.advisories_at.is_some(),
        advisories_at_ms: scan.advisories_at,
        repository: Some(repository(scan)),
    };
    report::write(&report, Format::Sarif(SarifStyle { show_suppressed: false }), out)
}

/// What is still known of a finding. `None` for a row that this version did not write.
fn finding_of(row: Finding) -> Option<ModelFinding> {
    let number = |number: Option<i64>| number.and_then(|number| u64::try_from(number).ok());
    let position = |line, column| Some(Position { line: number(line)?, column: number(column)? });
    let start = position(row.line_start, row.column_start);
    let end = position(row.line_end, row.column_end);
    let commit = row.commit_sha.map(|id| {
        Arc::new(Commit {
            id: ObjectId::from_hex(id),
            author: String::new(),
            email: String::new(),
            // Not written down; no calendar has it.
            time_ms: i64::MIN,
        })
    });
    let place = Place {
        path: TargetPath::from_escaped(row.file_path.unwrap_or_default()),
        span: start.zip(end).map(|(start, end)| Span { start, end }),
        commit,
    };
    let references = row.references.as_array().map(Vec::as_slice).unwrap_or_default();
    let is_set_aside = matches!(row.status, FindingStatus::Ignored | FindingStatus::FalsePositive);
    let fingerprint = Fingerprint::from_hex(&row.fingerprint)?;
    // It begins with the line of the finding.
    let snippet = row.snippet.zip(start.zip(end)).map(|(text, (start, end))| {
        let lines = text.split('\n').map(str::to_owned).collect();
        Arc::new(Snippet { first_line: start.line, lines, mark: Span { start, end } })
    });
    let scanner = Scanner::parse(&row.scanner).unwrap_or(Scanner::Secrets);
    let mut finding =
        ModelFinding::builder(CheckId::new(row.check_id), scanner, place, fingerprint)
            .rated(severity_of_rank(row.severity), confidence_of_rank(row.confidence))
            .told(row.title, row.description, row.remediation)
            .classified(
                row.cwe_id.as_deref().and_then(Cwe::parse),
                references.iter().filter_map(|page| page.as_str()).map(Arc::from).collect(),
            )
            .suppressed(is_set_aside.then_some(Suppression::Configuration))
            .build();
    finding.snippet = snippet;
    finding.package = row.package.as_ref().and_then(package_of).map(Arc::new);
    let aliases = row.aliases.as_array().map(Vec::as_slice).unwrap_or_default();
    finding.aliases = aliases.iter().filter_map(|alias| alias.as_str()).map(Arc::from).collect();
    Some(finding)
}
