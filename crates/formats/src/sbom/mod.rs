//! Bills of materials that others wrote: SPDX 2.2 and 2.3 (JSON, tag-value), CycloneDX 1.2 to 1.6 (JSON, XML).
//!
//! A component is listed if it has a package URL of an ecosystem; who needs whom and what the product asks for itself follow from
//! the document's relationships.

mod cyclonedx;
mod document;
mod purl;
mod spdx;

use model::Dependency;

use crate::{
    Problem,
    lockfiles::{Format, List, entries::Entries, paths},
};

/// Bills of materials by the names that they usually have.
pub const FORMAT: Format =
    Format { name: "SBOM", claims, read: |path, bytes, _| read_named(path, bytes), repair };

/// `bom.json`, `*.cdx.json`, `*.spdx.json` and the like.
fn claims(path: &str) -> bool {
    const ENDINGS: [&str; 6] =
        [".cdx.json", ".cdx.xml", ".cyclonedx.json", ".spdx", ".spdx.json", ".sbom.json"];
    let name = paths::file_name(path).to_ascii_lowercase();
    matches!(&*name, "bom.json" | "bom.xml" | "sbom.json" | "sbom.xml" | "sbom.spdx")
        || ENDINGS.iter().any(|ending| name.ends_with(ending))
}

fn repair(dependency: &Dependency, fixed: &str) -> String {
    format!("build with {} {fixed} or later", dependency.package.name)
}

/// `bom.json` and `bom.xml` may be anything, other names promise a bill of materials.
fn read_named(path: &str, bytes: &[u8]) -> List {
    let mut list = read(bytes);
    let is_promised = claims(path) && !paths::file_name(path).starts_with("bom.");
    if is_promised && !looks_like_sbom(bytes) && !bytes.trim_ascii().is_empty() {
        let message = "This is no bill of materials of a version that is known here";
        list.problems.push(Problem::general(message).unread());
    }
    list
}

/// Whether a content is a bill of materials, whatever its name.
#[must_use]
pub fn looks_like_sbom(bytes: &[u8]) -> bool {
    kind_of(bytes).is_some()
}

/// Reads a bill of materials. What is none has no dependencies, and that is no problem: `bom.json` may be anything.
#[must_use]
pub fn read(bytes: &[u8]) -> List {
    let mut entries = Entries::of(bytes);
    match kind_of(bytes) {
        Some(Kind::CycloneDxJson) => cyclonedx::read_json(&entries.json(), &mut entries),
        Some(Kind::CycloneDxXml) => cyclonedx::read_xml(&entries.xml(), &mut entries),
        Some(Kind::SpdxJson) => spdx::read_json(&entries.json(), &mut entries),
        Some(Kind::SpdxTagValue) => spdx::read_tag_value(&mut entries),
        None => {}
    }
    entries.finish()
}

#[derive(Clone, Copy)]
enum Kind {
    CycloneDxJson,
    CycloneDxXml,
    SpdxJson,
    SpdxTagValue,
}

fn kind_of(bytes: &[u8]) -> Option<Kind> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    let holds = |text: &str| memchr::memmem::find(bytes, text.as_bytes()).is_some();
    match bytes.first()? {
        b'{' if holds("\"bomFormat\"") && holds("\"CycloneDX\"") => Some(Kind::CycloneDxJson),
        b'{' if holds("\"spdxVersion\"") && holds("\"SPDX-2.") => Some(Kind::SpdxJson),
        b'<' if holds("http://cyclonedx.org/schema/bom/") => Some(Kind::CycloneDxXml),
        _ if bytes.starts_with(b"SPDXVersion:") || holds("\nSPDXVersion: SPDX-2.") => {
            Some(Kind::SpdxTagValue)
        }
        _ => None,
    }
}
