//! Points in time as text.

use jiff::Timestamp;

/// RFC 3339 in UTC; `None` outside of the years 0 to 9999, which RFC 3339 cannot write. A commit may claim any time.
pub(crate) fn rfc3339(unix_ms: i64) -> Option<String> {
    let text = Timestamp::from_millisecond(unix_ms).ok()?.to_string();
    (!text.starts_with('-')).then_some(text)
}

/// The day, in UTC.
pub(crate) fn date(unix_ms: i64) -> Option<String> {
    let mut text = rfc3339(unix_ms)?;
    text.truncate("2000-01-01".len());
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_that_rfc_3339_cannot_write_are_absent() {
        assert_eq!(rfc3339(1_714_564_800_000).as_deref(), Some("2024-05-01T12:00:00Z"));
        assert_eq!(rfc3339(1_714_564_800_250).as_deref(), Some("2024-05-01T12:00:00.25Z"));
        assert_eq!(date(-1).as_deref(), Some("1969-12-31"));
        assert_eq!(rfc3339(i64::MAX), None);
        assert_eq!(rfc3339(-200_000_000_000_000), None);
    }
}
