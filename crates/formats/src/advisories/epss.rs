//! FIRST's exploit prediction scores, CSV: a comment with the model's date, a line of names, then `cve,epss,percentile`.

use model::ExploitPrediction;

use super::time;
use crate::Problem;

/// The scores of one day.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scores {
    /// When they were computed, in milliseconds since 1970.
    pub computed_ms: Option<i64>,
    /// In the order of the file.
    pub scores: Vec<ExploitPrediction>,
    /// Lines that are none of it, the first few.
    pub problems: Vec<Problem>,
}

/// More broken lines than this are not told one by one.
const PROBLEMS: usize = 10;

/// Reads the file.
///
/// # Errors
///
/// There is no line of names with the columns `cve`, `epss` and `percentile`.
pub fn read(bytes: &[u8]) -> Result<Scores, Problem> {
    let mut out = Scores::default();
    let mut columns = None;
    for (line, number) in bytes.split(|byte| *byte == b'\n').zip(1..) {
        let Ok(line) = str::from_utf8(line) else {
            tell(&mut out, number);
            continue;
        };
        let line = line.trim_start_matches('\u{feff}').trim();
        if let Some(comment) = line.strip_prefix('#') {
            out.computed_ms = out.computed_ms.or_else(|| computed(comment));
        } else if line.is_empty() {
        } else if let Some(columns) = &columns {
            match score(line, columns) {
                Some(score) => out.scores.push(score),
                None => tell(&mut out, number),
            }
        } else {
            columns = Some(Columns::read(line).ok_or_else(|| {
                Problem::at(number, "it has no columns cve, epss and percentile")
            })?);
        }
    }
    if columns.is_none() {
        return Err(Problem::general("it has no columns cve, epss and percentile"));
    }
    Ok(out)
}

fn tell(out: &mut Scores, line: u64) {
    if out.problems.len() < PROBLEMS {
        out.problems.push(Problem::at(line, "it is no CVE with two numbers between 0 and 1"));
    }
}

/// `model_version:v2025.03.14,score_date:2026-08-21T12:00:00Z`
fn computed(comment: &str) -> Option<i64> {
    let date = comment.split(',').find_map(|part| part.trim().strip_prefix("score_date:"))?;
    // The offset is written `+0000` at times.
    time::milliseconds(date.strip_suffix("+0000").unwrap_or(date))
}

struct Columns {
    cve: usize,
    probability: usize,
    percentile: usize,
}

impl Columns {
    fn read(line: &str) -> Option<Self> {
        let find = |name| line.split(',').position(|column| column.trim() == name);
        Some(Self {
            cve: find("cve")?,
            probability: find("epss")?,
            percentile: find("percentile")?,
        })
    }
}

fn score(line: &str, columns: &Columns) -> Option<ExploitPrediction> {
    let field = |at| Some(line.split(',').nth(at)?.trim());
    let share = |at| field(at)?.parse::<f32>().ok().filter(|share| (0.0..=1.0).contains(share));
    let cve = field(columns.cve)?;
    cve.starts_with("CVE-").then_some(())?;
    Some(ExploitPrediction {
        cve: cve.to_owned(),
        probability: share(columns.probability)?,
        percentile: share(columns.percentile)?,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn scores_are_read_with_their_day() {
        let read = read(
            b"#model_version:v2025.03.14,score_date:2024-05-01T12:00:00+0000\r\ncve,epss,percentile\r\nCVE-1999-1,0.01,0.5\r\nCVE-1999-2,1.5,0\nnonsense\n\nCVE-1999-3,1,1",
        )
        .unwrap();
        assert_eq!(read.computed_ms, Some(1_714_564_800_000));
        assert_eq!(read.scores.len(), 2);
        assert_eq!(
            read.scores[0],
            ExploitPrediction { cve: "CVE-1999-1".into(), probability: 0.01, percentile: 0.5 }
        );
        let lines: Vec<_> = read.problems.iter().map(|problem| problem.line).collect();
        assert_eq!(lines, [Some(4), Some(5)]);
    }

    #[test]
    fn a_file_without_the_columns_is_refused() {
        assert!(read(b"").is_err());
        assert!(read(b"a,b\n1,2\n").is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut file = b"cve,epss,percentile\n".to_vec();
            file.extend(bytes);
            prop_assert!(read(&file).is_ok());
        }
    }
}
