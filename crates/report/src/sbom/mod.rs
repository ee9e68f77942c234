//! What a target is made of, as SPDX 2.3 JSON (<https://spdx.github.io/spdx-spec/v2.3/>) and CycloneDX 1.5 and 1.6 JSON
//! (<https://cyclonedx.org/docs/1.6/json/>).
//!
//! A package is told once, with all its places. Equal input gives equal bytes, whatever the order of the files.

mod cyclonedx;
mod inventory;
mod licence;
mod spdx;
mod vulnerabilities;

use std::{
    io::{self, BufWriter, Write},
    sync::Arc,
};

use model::{Dependency, Finding, TargetPath};
use uuid::Uuid;

use crate::Repository;
use inventory::Inventory;

/// Writes a bill of materials in one form, and flushes.
///
/// # Errors
/// Those of `out`.
pub fn write(sbom: &Sbom<'_>, format: SbomFormat, out: &mut dyn Write) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(64 << 10, out);
    let inventory = Inventory::of(sbom, format);
    match format {
        SbomFormat::Spdx23 => spdx::write(sbom, &inventory, &mut out)?,
        SbomFormat::CycloneDx15 => {
            cyclonedx::write(sbom, &inventory, cyclonedx::Version::V1_5, &mut out)?;
        }
        SbomFormat::CycloneDx16 => {
            cyclonedx::write(sbom, &inventory, cyclonedx::Version::V1_6, &mut out)?;
        }
    }
    out.flush()
}

/// The form of a bill of materials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SbomFormat {
    /// SPDX 2.3. It has no place for findings.
    Spdx23,
    /// CycloneDX 1.5. It has no place for lines.
    CycloneDx15,
    /// CycloneDX 1.6.
    CycloneDx16,
}

/// What a target is made of.
#[derive(Clone, Copy, Debug)]
pub struct Sbom<'a> {
    /// Version of the program that looked.
    pub tool_version: &'a str,
    /// What was looked at, as the user named it. Credentials in a URL are left out.
    pub target: &'a str,
    /// Where the target comes from, if it is a repository.
    pub repository: Option<Repository<'a>>,
    /// Milliseconds since 1970 UTC; written in whole seconds, as SPDX wants it.
    pub created_at_ms: i64,
    /// Names this document and no other: random, or a digest of what the document is made of. It becomes a UUID of version 8
    /// (RFC 9562), in the namespace of SPDX and the serial number of CycloneDX.
    pub document_id: [u8; 16],
    /// The files that name packages.
    pub files: &'a [PackageFile<'a>],
    /// What is known against the packages, for CycloneDX; `None` where nobody asked. Findings about anything else are passed
    /// over. A package that is in no file is told as well.
    pub findings: Option<&'a [Finding]>,
}

/// The packages that one file names.
#[derive(Clone, Copy, Debug)]
pub struct PackageFile<'a> {
    /// Which.
    pub path: &'a TargetPath,
    /// The packages; [`Dependency::needed_by`] counts in this list.
    pub dependencies: &'a [Dependency],
    /// The package URL of each, where it has one; packages with the same are one. What does not begin with `pkg:` is none.
    pub purls: &'a [Option<Arc<str>>],
}

impl Sbom<'_> {
    fn uuid(&self) -> Uuid {
        uuid::Builder::from_custom_bytes(self.document_id).into_uuid()
    }

    /// RFC 3339 in whole seconds.
    fn created(&self) -> String {
        let seconds = self.created_at_ms.div_euclid(1_000);
        crate::time::rfc3339(seconds.saturating_mul(1_000))
            .unwrap_or_else(|| "1970-01-01T00:00:00Z".to_owned())
    }
}

/// Letters, digits and dots as they are, all else as `-`: what an id of SPDX may hold (section 3.2), and a path of a URI.
fn plain_id(text: &str) -> String {
    const MAX_CHARS: usize = 160;
    text.chars()
        .take(MAX_CHARS)
        .map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' })
        .collect()
}
