//! Bills of materials that others wrote: SPDX 2.2 and 2.3 (JSON, tag-value), CycloneDX 1.2 to 1.6 (JSON, XML).
//!
//! A component is listed if it has a version: as a package of the ecosystem that its package URL says, or of none in particular if it is a
//! package and nothing tells. What a distribution's package is built of is told by its package URL, or by what generators write beside
//! it. Who needs whom and what the product asks for itself follow from the document's relationships.

mod cyclonedx;
mod document;
mod purl;
mod source;
mod spdx;

use model::Dependency;

use crate::{
    Problem,
    lockfiles::{FilePath, Format, List, entries::Entries, paths},
};

/// Bills of materials by the names that they usually have.
pub const FORMAT: Format =
    Format { name: "SBOM", claims, read: |path, bytes, _| read_named(path, bytes), repair };

/// `bom.json`, `*.cdx.json`, `*.spdx.json` and the like.
fn claims(FilePath { name, .. }: FilePath<'_>) -> bool {
    const ENDINGS: [&str; 6] =
        [".cdx.json", ".cdx.xml", ".cyclonedx.json", ".spdx", ".spdx.json", ".sbom.json"];
    const NAMES: [&str; 4] = ["bom.json", "bom.xml", "sbom.json", "sbom.xml"];
    NAMES.iter().any(|known| name.eq_ignore_ascii_case(known))
        || ENDINGS.iter().any(|ending| paths::ends_with_in_any_case(name, ending))
}

fn repair(dependency: &Dependency, fixed: &str) -> String {
    let name = &dependency.package.name;
    match dependency.package.other_source() {
        Some(source) => format!("build with {name} of {source} {fixed} or later"),
        None => format!("build with {name} {fixed} or later"),
    }
}

/// `bom.json` and `bom.xml` may be anything, other names promise a bill of materials.
fn read_named(path: &str, bytes: &[u8]) -> List {
    let mut list = read(bytes);
    let is_promised = !paths::file_name(path).starts_with("bom.") || claims_to_be_sbom(bytes);
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

/// Whether a content, of which this is the beginning, says that it is a bill of materials, of whatever kind and version: by the
/// keys at the top of a JSON document, or the first of one in YAML, or by the namespace of one in XML.
#[must_use]
pub fn claims_to_be_sbom(begin: &[u8]) -> bool {
    let begin = text_of(begin);
    let holds = |text: &str| memchr::memmem::find(begin, text.as_bytes()).is_some();
    match begin.first() {
        Some(b'{') => top_level_keys(begin).any(|(key, value)| match key {
            b"bomFormat" | b"spdxVersion" | b"SPDXID" => true,
            b"@context" => memchr::memmem::find(value, b"spdx.org/rdf/3").is_some(),
            _ => false,
        }),
        Some(b'<') => {
            holds("http://cyclonedx.org/schema/bom") || holds("http://spdx.org/rdf/terms")
        }
        _ => {
            let mut lines = begin.split(|byte| *byte == b'\n');
            lines.any(|line| {
                [&b"SPDXVersion:"[..], b"SPDXID:", b"spdxVersion:", b"bomFormat:"]
                    .iter()
                    .any(|key| line.starts_with(key))
            })
        }
    }
}

/// The keys of the outermost object of a JSON document that may end anywhere, as they are spelt, each with what follows it.
fn top_level_keys(text: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut at = 0;
    let mut depth = 0_usize;
    let mut last: Option<(usize, usize)> = None;
    let mut key: Option<(usize, usize)> = None;
    std::iter::from_fn(move || {
        while let Some(byte) = text.get(at) {
            match byte {
                b'"' => {
                    let start = at + 1;
                    at = end_of_string(text, start);
                    last = Some((start, at));
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            at += 1;
            let is_end = depth == 0 || (depth == 1 && *byte == b',');
            if depth == 1 && *byte == b':' {
                key = last.take();
            } else if is_end && let Some((start, end)) = key.take() {
                return Some((text.get(start..end)?, text.get(end..at)?));
            }
        }
        let (start, end) = key.take()?;
        Some((text.get(start..end)?, text.get(end..)?))
    })
}

/// Where the quote stands that ends a string; the end of the text if none does.
fn end_of_string(text: &[u8], mut at: usize) -> usize {
    loop {
        match text.get(at) {
            None | Some(b'"') => return at.min(text.len()),
            Some(b'\\') => at += 2,
            Some(_) => at += 1,
        }
    }
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
    let bytes = text_of(bytes);
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

/// Without what may stand before it.
fn text_of(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start()
}
