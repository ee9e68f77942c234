//! `modified_id.csv` of an export of OSV: which records an ecosystem has, and when each was changed last
//! (<https://google.github.io/osv.dev/data/>).

use super::time::milliseconds;
use crate::Problem;

/// A line of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Modified {
    /// The record's id. It can be a part of a URL or of a file's name: see [`is_usable`].
    pub id: String,
    /// In milliseconds since 1970.
    pub modified_ms: i64,
}

/// Longer ones are no ids.
const ID_BYTES: usize = 200;

/// Reads `2024-05-01T12:00:00Z,GHSA-...` line by line. Who has a list and not all of it takes records for removed that are there, so a
/// list with a line that is not understood is none.
///
/// # Errors
///
/// The first line that is not understood. A head may stand before it.
pub fn read(bytes: &[u8]) -> Result<Vec<Modified>, Problem> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut out = Vec::new();
    for (number, line) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
        let line = line.trim_ascii();
        if line.is_empty() || (number == 1 && line.starts_with(b"modified")) {
            continue;
        }
        let row = str::from_utf8(line).ok().and_then(row);
        out.push(row.ok_or_else(|| Problem::at(number, "it is not a time and an id"))?);
    }
    Ok(out)
}

fn row(line: &str) -> Option<Modified> {
    let (at, id) = line.split_once(',')?;
    let id = id.trim();
    let modified_ms = milliseconds(at)?;
    is_usable(id).then(|| Modified { id: id.to_owned(), modified_ms })
}

/// A record's own `modified`, in milliseconds since 1970.
#[must_use]
pub fn time(text: &str) -> Option<i64> {
    milliseconds(text)
}

/// Whether an id is of letters, digits and `-_.:+~@`, begins with a letter or digit and is not too long.
#[must_use]
pub fn is_usable(id: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:+~@".contains(&byte);
    id.len() <= ID_BYTES
        && id.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric)
        && id.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_are_read_with_a_head_or_without() {
        let expected = [
            Modified { id: "GHSA-1".into(), modified_ms: 1_714_564_800_250 },
            Modified { id: "RHSA-2024:1".into(), modified_ms: 1_714_521_600_000 },
        ];
        let lines = "2024-05-01T12:00:00.25Z,GHSA-1\r\n2024-05-01T00:00:00Z,RHSA-2024:1\n\n";
        assert_eq!(read(lines.as_bytes()).unwrap(), expected);
        assert_eq!(read(format!("modified,id\n{lines}").as_bytes()).unwrap(), expected);
        assert_eq!(read(b"").unwrap(), []);
    }

    #[test]
    fn a_list_with_a_line_that_is_none_is_none() {
        for line in
            ["<html>", "2024-05-01,../x", "2024-05-01,", "2024-05-01,a/b", "soon,GHSA-1", "2024-05"]
        {
            let text = format!("2024-05-01T12:00:00Z,GHSA-1\n{line}\n");
            assert_eq!(read(text.as_bytes()).unwrap_err().line, Some(2), "{line}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes);
        }
    }
}
