//! Encrypted mail: MTA-STS (RFC 8461, sections 3.1 and 3.2) and reports about it (RFC 8460, section 3).

use super::tags;

/// The record at `_mta-sts.<name>`: its `id` changes with the policy. `None` if it is none, or has no valid `id`.
#[must_use]
pub fn mta_sts_id(record: &str) -> Option<&str> {
    if !begins(record, "STSv1") {
        return None;
    }
    let id = tags(record).find_map(|(name, value)| value.filter(|_| name == "id"))?;
    let is_id = (1..=32).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_id.then_some(id)
}

/// The record at `_smtp._tls.<name>`: where reports go, as they stand. `None` if it is none.
#[must_use]
pub fn tls_report_addresses(record: &str) -> Option<Vec<String>> {
    if !begins(record, "TLSRPTv1") {
        return None;
    }
    let rua = tags(record).find_map(|(name, value)| value.filter(|_| name == "rua"))?;
    let addresses = rua.split(',').map(str::trim_ascii).filter(|address| !address.is_empty());
    Some(addresses.map(str::to_owned).collect())
}

/// The document at `https://mta-sts.<name>/.well-known/mta-sts.txt`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MtaStsPolicy {
    /// What senders do where a server cannot be verified.
    pub mode: Mode,
    /// For how many seconds it is kept; at most a year counts.
    pub max_age: u64,
    /// Patterns of mail servers' names in lower case, `*.` first at most.
    pub servers: Vec<String>,
}

/// What senders do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// They do not deliver.
    Enforce,
    /// They deliver and report.
    Testing,
    /// There is no policy any more.
    None,
}

/// Why a document is no policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It does not say `version: STSv1`.
    #[error("`version: STSv1` is missing")]
    Version,
    /// No `mode`, or an unknown one.
    #[error("`mode` is missing or unknown")]
    Mode,
    /// No `max_age`, or no number.
    #[error("`max_age` is missing or no number")]
    MaxAge,
    /// No `mx` where the mode needs one.
    #[error("`mx` is missing")]
    NoServer,
}

/// So many servers are read.
const MAX_SERVERS: usize = 1_000;

impl MtaStsPolicy {
    /// Reads the document.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let (mut version, mut mode, mut max_age) = (None, None, None);
        let mut servers = Vec::new();
        for (key, value) in text.lines().filter_map(|line| line.split_once(':')) {
            let value = value.trim_ascii();
            match key.trim_ascii() {
                "version" => _ = version.get_or_insert(value),
                "mode" => _ = mode.get_or_insert(value),
                "max_age" => _ = max_age.get_or_insert(value),
                "mx" if servers.len() < MAX_SERVERS => servers.push(value.to_ascii_lowercase()),
                _ => {}
            }
        }
        if version != Some("STSv1") {
            return Err(Error::Version);
        }
        let mode = match mode {
            Some("enforce") => Mode::Enforce,
            Some("testing") => Mode::Testing,
            Some("none") => Mode::None,
            _ => return Err(Error::Mode),
        };
        let max_age = max_age.and_then(super::super::syntax::delta_seconds).ok_or(Error::MaxAge)?;
        if servers.is_empty() && mode != Mode::None {
            return Err(Error::NoServer);
        }
        Ok(Self { mode, max_age, servers })
    }
}

fn begins(record: &str, version: &str) -> bool {
    tags(record).next() == Some(("v", Some(version)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn records_of_both_are_read() {
        assert_eq!(mta_sts_id("v=STSv1; id=20160831085700Z;"), Some("20160831085700Z"));
        assert_eq!(mta_sts_id("v=STSv1; id=a-b;"), None);
        assert_eq!(mta_sts_id("id=a; v=STSv1"), None);
        let reports =
            tls_report_addresses("v=TLSRPTv1; rua=mailto:a@b.example, https://b.example/r");
        assert_eq!(reports.map(|list| list.len()), Some(2));
        assert_eq!(tls_report_addresses("v=TLSRPTv1"), None);
    }

    #[test]
    fn the_policy_of_section_3_2_is_read() {
        let text = "version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmx: *.Example.net\r\nmax_age: 604800\r\n";
        let policy = MtaStsPolicy::parse(text).unwrap();
        assert_eq!((policy.mode, policy.max_age), (Mode::Enforce, 604_800));
        assert_eq!(policy.servers, ["mail.example.com", "*.example.net"]);
        for (text, error) in [
            ("", Error::Version),
            ("version: STSv1", Error::Mode),
            ("version: STSv1\nmode: testing", Error::MaxAge),
            ("version: STSv1\nmode: testing\nmax_age: 1", Error::NoServer),
        ] {
            assert_eq!(MtaStsPolicy::parse(text), Err(error), "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_stands_there_is_read(text in "(v=STSv1|version: STSv1|mx:|[;=:\n ]|id|\\PC){0,30}") {
            let _ = (mta_sts_id(&text), tls_report_addresses(&text), MtaStsPolicy::parse(&text));
        }
    }
}
