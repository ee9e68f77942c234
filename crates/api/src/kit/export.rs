//! Files of a scan's findings, made while they are sent: a million findings leave in constant memory.

use std::{io, marker::PhantomData};

use app::{BillFormat, Export, stored};
use axum::body::Body;
use bytes::Bytes;
use futures::{Stream, StreamExt as _, TryStreamExt as _, stream};
use serde::Serialize;
use serde_json::Value;

use super::{Attachment, Fault, MediaTypes, Vocabulary};

/// What a report is written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Format {
    /// The scan and its findings, as the API tells them.
    #[default]
    Json,
    /// The findings, a row each (RFC 4180).
    Csv,
    /// SARIF 2.1.0.
    Sarif,
    /// The packages, as CycloneDX 1.5, with what was found in them.
    CycloneDx,
    /// The packages, as SPDX 2.3.
    Spdx,
}

impl Vocabulary for Format {
    const NAME: &'static str = "ReportFormat";
    const ALL: &'static [Self] = &[Self::Json, Self::Csv, Self::Sarif, Self::CycloneDx, Self::Spdx];

    fn word(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Sarif => "sarif",
            Self::CycloneDx => "cyclonedx",
            Self::Spdx => "spdx",
        }
    }
}

impl Format {
    fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Sarif => "application/sarif+json",
            Self::CycloneDx => "application/vnd.cyclonedx+json; version=1.5",
            Self::Spdx => "application/spdx+json",
        }
    }

    /// How the names of such files end.
    fn ending(self) -> &'static str {
        match self {
            Self::CycloneDx => "cdx.json",
            Self::Spdx => "spdx.json",
            Self::Json | Self::Csv | Self::Sarif => self.word(),
        }
    }
}

impl MediaTypes for Format {
    const ALL: &'static [&'static str] = &[
        "application/json",
        "text/csv",
        "application/sarif+json",
        "application/vnd.cyclonedx+json",
        "application/spdx+json",
    ];
}

/// A column of CSV: its name, and where in a finding's JSON its value stands (RFC 6901).
pub(crate) struct Column(pub(crate) &'static str, pub(crate) &'static str);

/// How an API tells of a scan and its findings.
pub(crate) struct Shape<S, W> {
    pub(crate) scan: S,
    pub(crate) finding: W,
    pub(crate) columns: &'static [Column],
}

/// The report of a scan, as a file of that name and the format's ending.
///
/// # Errors
/// [`app::Error::Conflict`] for the packages of a scan that did not look for them; [`app::Error::Unavailable`].
pub(crate) async fn report<S: Serialize, F: Serialize>(
    export: &Export,
    format: Format,
    name: &str,
    shape: Shape<S, impl Fn(stored::Finding) -> F + Send + 'static>,
) -> Result<Attachment<Format>, app::Error> {
    let body = match format {
        Format::Json => json(export, shape),
        Format::Csv => csv(export, shape),
        Format::Sarif => sent(export.sarif().await?),
        Format::CycloneDx => sent(export.bill(BillFormat::CycloneDx15).await?),
        Format::Spdx => sent(export.bill(BillFormat::Spdx23).await?),
    };
    Ok(Attachment {
        file_name: format!("{name}.{}", format.ending()),
        media_type: format.media_type(),
        body,
        media_types: PhantomData,
    })
}

/// `{"scan": {...}, "findings": [...]}`.
fn json<S: Serialize, F: Serialize>(
    export: &Export,
    shape: Shape<S, impl Fn(stored::Finding) -> F + Send + 'static>,
) -> Body {
    let begin = written(|out| {
        out.extend_from_slice(b"{\"scan\":");
        serde_json::to_writer(&mut *out, &shape.scan)?;
        out.extend_from_slice(b",\"findings\":[");
        Ok(())
    });
    let mut separator = "";
    let findings = export.findings().map(move |part| {
        let part = part?;
        written(|out| {
            for finding in part {
                out.extend_from_slice(separator.as_bytes());
                serde_json::to_writer(&mut *out, &(shape.finding)(finding))?;
                separator = ",";
            }
            Ok(())
        })
    });
    let end = stream::once(async { Ok(b"]}\n".to_vec()) });
    sent(stream::once(async { begin }).chain(findings).chain(end))
}

/// A header row and a row for each finding.
fn csv<S, F: Serialize>(
    export: &Export,
    shape: Shape<S, impl Fn(stored::Finding) -> F + Send + 'static>,
) -> Body {
    let Shape { finding, columns, .. } = shape;
    let begin = written(|out| {
        let names: Vec<_> = columns.iter().map(|Column(name, _)| *name).collect();
        app::csv::write_row(&names, app::csv::Breaks::Kept, out)
    });
    let findings = export.findings().map(move |part| {
        let part = part?;
        written(|out| {
            for one in part {
                let told = serde_json::to_value(finding(one))?;
                let cell = |Column(_, pointer): &Column| told.pointer(pointer).map(cell);
                let cells: Vec<_> =
                    columns.iter().map(|column| cell(column).unwrap_or_default()).collect();
                let cells: Vec<_> = cells.iter().map(String::as_str).collect();
                app::csv::write_row(&cells, app::csv::Breaks::Kept, out)?;
            }
            Ok(())
        })
    });
    sent(stream::once(async { begin }).chain(findings))
}

/// A value in a cell. Several are separated by spaces, which neither ids nor URLs have.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(cell).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}

fn written(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> Result<Vec<u8>, app::Error> {
    let mut out = Vec::new();
    write(&mut out).map_err(|error| app::Error::Internal(error.into()))?;
    Ok(out)
}

/// A body of these pieces. An error cuts the connection off, so that nobody takes a part for the whole.
fn sent(pieces: impl Stream<Item = Result<Vec<u8>, app::Error>> + Send + 'static) -> Body {
    // Made into a fault, it is logged as any other.
    Body::from_stream(
        pieces.map_ok(Bytes::from).map_err(|error| io::Error::other(Fault::from(error).message)),
    )
}
