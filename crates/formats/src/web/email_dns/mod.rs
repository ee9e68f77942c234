//! What DNS says about who may send mail for a name and who may issue certificates: [`spf`], [`dmarc`], [`dkim`], [`caa`],
//! and [`transport`] (MTA-STS, TLS reports).
//!
//! Records come as texts: whoever resolved a name has put the strings of a TXT record together without blanks
//! (RFC 7208, section 3.3).

pub mod caa;
pub mod dkim;
pub mod dmarc;
pub mod spf;
pub mod transport;

/// `tag=value; tag=value` (RFC 6376, section 3.2): the pairs, trimmed, names as they stand. A part without `=` has the name alone.
fn tags(record: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    record.split(';').map(str::trim_ascii).filter(|part| !part.is_empty()).map(|part| {
        match part.split_once('=') {
            Some((name, value)) => (name.trim_ascii_end(), Some(value.trim_ascii_start())),
            None => (part, None),
        }
    })
}
