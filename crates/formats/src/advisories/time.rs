//! Points in time as sources write them.

use jiff::{Timestamp, civil, tz::TimeZone};

/// Milliseconds since 1970 of an RFC 3339 text; one without an offset, or a day alone, is in UTC. `None` for what is neither, and for
/// the year 1, which is how Go writes that it does not know.
pub(super) fn milliseconds(text: &str) -> Option<i64> {
    let text = text.trim();
    let at = text.parse::<Timestamp>().ok().or_else(|| {
        let local = text.parse::<civil::DateTime>().ok()?;
        Some(local.to_zoned(TimeZone::UTC).ok()?.timestamp())
    })?;
    let ms = at.as_millisecond();
    (ms > YEAR_1000_MS).then_some(ms)
}

/// Days since 1970 of `2024-05-01`.
pub(super) fn days(text: &str) -> Option<i32> {
    i32::try_from(milliseconds(text)?.div_euclid(86_400_000)).ok()
}

const YEAR_1000_MS: i64 = -30_610_224_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_offset_without_and_as_a_day() {
        assert_eq!(milliseconds("2024-05-01T12:00:00Z"), Some(1_714_564_800_000));
        assert_eq!(milliseconds("2024-05-01T14:00:00.25+02:00"), Some(1_714_564_800_250));
        assert_eq!(milliseconds("2024-05-01T12:00:00"), Some(1_714_564_800_000));
        assert_eq!(milliseconds("2024-05-01"), Some(1_714_521_600_000));
        assert_eq!(days("1970-01-02"), Some(1));
        for nonsense in ["", "0001-01-01T00:00:00Z", "yesterday", "2024-13-01"] {
            assert_eq!(milliseconds(nonsense), None, "{nonsense}");
        }
    }
}
