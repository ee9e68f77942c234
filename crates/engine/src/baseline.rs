//! Findings that are known already: a report of this program, or of gitleaks, given as a baseline.

use model::{Fingerprint, SecretHash};
use serde_json::Value;

/// What a baseline file names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// Under which key its hashes were made.
    pub key_id: Option<String>,
    /// Findings of ours.
    pub known: Vec<Known>,
    /// Findings of another tool: `[commit:]path:rule:line`.
    pub foreign: Vec<String>,
}

/// A finding as a report of ours names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Which finding.
    pub fingerprint: Fingerprint,
    /// Of which secret, if it is about one.
    pub hash: Option<SecretHash>,
}

/// What is wrong with a baseline file.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// Not JSON.
    #[error("not JSON: line {line}, column {column}")]
    Syntax {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
    },
    /// JSON, but no report.
    #[error("neither a JSON report of bartizan nor one of gitleaks")]
    Form,
    /// A later version's.
    #[error("a report of version {0}; this program knows version 1")]
    Version(u64),
}

impl Baseline {
    /// Reads a JSON report of this program, or of gitleaks.
    ///
    /// # Errors
    /// It is neither.
    pub fn parse(text: &str) -> Result<Self, BaselineError> {
        let value: Value = serde_json::from_str(text).map_err(|error| BaselineError::Syntax {
            line: error.line(),
            column: error.column(),
        })?;
        match value {
            Value::Array(findings) => Self::foreign(&findings),
            Value::Object(report) => {
                match report.get("version").and_then(Value::as_u64) {
                    Some(1) => {}
                    Some(other) => return Err(BaselineError::Version(other)),
                    None => return Err(BaselineError::Form),
                }
                let findings =
                    report.get("findings").and_then(Value::as_array).ok_or(BaselineError::Form)?;
                let text = |finding: &Value, name: &str| {
                    finding.get(name).and_then(Value::as_str).map(str::to_owned)
                };
                Ok(Self {
                    key_id: report.get("key_id").and_then(Value::as_str).map(str::to_owned),
                    known: findings
                        .iter()
                        .filter_map(|finding| {
                            let hash = text(finding, "secret_hash");
                            Some(Known {
                                fingerprint: Fingerprint::from_hex(&text(finding, "fingerprint")?)?,
                                hash: hash.and_then(|hash| SecretHash::from_hex(&hash)),
                            })
                        })
                        .collect(),
                    foreign: Vec::new(),
                })
            }
            _ => Err(BaselineError::Form),
        }
    }

    fn foreign(findings: &[Value]) -> Result<Self, BaselineError> {
        let mut foreign = Vec::new();
        for finding in findings {
            let text = |name: &str| finding.get(name).and_then(Value::as_str);
            let (Some(file), Some(rule)) = (text("File"), text("RuleID")) else {
                return Err(BaselineError::Form);
            };
            let line = finding.get("StartLine").and_then(Value::as_u64).unwrap_or_default();
            let commit = text("Commit")
                .filter(|commit| !commit.is_empty())
                .map_or(String::new(), |commit| format!("{commit}:"));
            foreign.push(format!("{commit}{file}:{rule}:{line}"));
        }
        Ok(Self { foreign, ..Self::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_report_and_gitleaks_are_understood() {
        let hex = "00112233445566778899aabbccddeeff";
        let ours = format!(
            r#"{{"version":1,"key_id":"k","findings":[{{"fingerprint":"{hex}","secret_hash":null}}]}}"#
        );
        let baseline = Baseline::parse(&ours).unwrap();
        let fingerprint = Fingerprint::from_hex(hex).unwrap();
        assert_eq!(baseline.known, [Known { fingerprint, hash: None }]);
        let theirs = r#"[{"RuleID":"aws","File":"a/b","StartLine":3,"Commit":"abc"},{"RuleID":"x","File":"c","StartLine":1,"Commit":""}]"#;
        assert_eq!(Baseline::parse(theirs).unwrap().foreign, ["abc:a/b:aws:3", "c:x:1"]);
    }

    #[test]
    fn anything_else_is_refused_with_its_reason() {
        assert!(matches!(Baseline::parse("{"), Err(BaselineError::Syntax { line: 1, .. })));
        assert!(matches!(Baseline::parse("{}"), Err(BaselineError::Form)));
        assert!(matches!(Baseline::parse(r#"{"version":9}"#), Err(BaselineError::Version(9))));
        assert!(matches!(Baseline::parse("[1]"), Err(BaselineError::Form)));
    }
}
