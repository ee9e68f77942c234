//! CISA's catalogue of known exploited vulnerabilities, JSON.

use model::KnownExploited;
use serde::Deserialize;
use serde_json::Value;

use super::time;
use crate::Problem;

/// Whether a JSON text begins as the catalogue does, whose head is short.
#[must_use]
pub fn is_one(bytes: &[u8]) -> bool {
    let begin = bytes.get(..bytes.len().min(1024)).unwrap_or_default();
    begin.windows(b"\"catalogVersion\"".len()).any(|window| window == b"\"catalogVersion\"")
}

/// Reads the catalogue. Entries without a CVE are left out.
///
/// # Errors
///
/// It is no JSON, or no such catalogue.
pub fn read(bytes: &[u8]) -> Result<Vec<KnownExploited>, Problem> {
    #[derive(Deserialize)]
    struct Catalogue {
        vulnerabilities: Vec<Value>,
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let catalogue: Catalogue = serde_json::from_slice(bytes).map_err(|error| {
        Problem::at(
            error.line() as u64,
            "it is not the catalogue of known exploited vulnerabilities",
        )
    })?;
    Ok(catalogue.vulnerabilities.iter().filter_map(entry).collect())
}

fn entry(value: &Value) -> Option<KnownExploited> {
    let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().trim();
    let cve = text("cveID");
    cve.starts_with("CVE-").then(|| KnownExploited {
        cve: cve.to_owned(),
        added_day: time::days(text("dateAdded")),
        ransomware: text("knownRansomwareCampaignUse") == "Known",
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn entries_are_read_and_those_without_a_cve_left_out() {
        let read = read(
            br#"{"title": "t", "vulnerabilities": [
            {"cveID": "CVE-2025-1", "dateAdded": "1970-01-11", "knownRansomwareCampaignUse": "Known"},
            {"cveID": "CVE-2025-2", "dateAdded": 5}, {"cveID": "x"}, 1, null]}"#,
        )
        .unwrap();
        assert_eq!(
            read,
            [
                KnownExploited { cve: "CVE-2025-1".into(), added_day: Some(10), ransomware: true },
                KnownExploited { cve: "CVE-2025-2".into(), added_day: None, ransomware: false },
            ]
        );
    }

    #[test]
    fn another_file_is_refused() {
        assert!(read(b"{}").is_err());
        assert!(read(b"{\"vulnerabilities\": 1}").is_err());
        assert!(read(b"").is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes);
        }
    }
}
