//! What a scan listed, as a bill of materials.

use std::{
    io::{self, Write},
    sync::Arc,
};

use engine::Listed;
use formats::purl::Purl;
use model::Finding;
use report::{
    Repository,
    sbom::{self, PackageFile, Sbom, SbomFormat},
};

/// What a target is made of; see [`Sbom`].
#[derive(Clone, Copy, Debug)]
pub struct Bill<'a> {
    /// What was looked at, as the user named it.
    pub target: &'a str,
    /// Where it comes from.
    pub repository: Option<Repository<'a>>,
    /// Milliseconds since 1970 UTC.
    pub created_at_ms: i64,
    /// Names this document and no other.
    pub document_id: [u8; 16],
    /// The files that name packages.
    pub listed: &'a [Listed],
    /// What is known against the packages; `None` where nobody asked.
    pub findings: Option<&'a [Finding]>,
}

impl Bill<'_> {
    /// Writes it, and flushes.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, format: SbomFormat, out: &mut dyn Write) -> io::Result<()> {
        let purls: Vec<Vec<Option<Arc<str>>>> = self.listed.iter().map(purls).collect();
        let file = |(listed, purls)| {
            let Listed { path, list, .. }: &Listed = listed;
            let purls: &Vec<_> = purls;
            PackageFile { path, dependencies: &list.dependencies, purls }
        };
        let files: Vec<PackageFile<'_>> = self.listed.iter().zip(&purls).map(file).collect();
        let document = Sbom {
            tool_version: env!("CARGO_PKG_VERSION"),
            target: self.target,
            repository: self.repository,
            created_at_ms: self.created_at_ms,
            document_id: self.document_id,
            files: &files,
            findings: self.findings,
        };
        sbom::write(&document, format, out)
    }
}

fn purls(listed: &Listed) -> Vec<Option<Arc<str>>> {
    let dependencies = listed.list.dependencies.iter();
    dependencies.map(|one| Purl::of(&one.package).map(|purl| purl.to_string().into())).collect()
}
