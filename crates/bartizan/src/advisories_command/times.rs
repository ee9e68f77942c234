//! Points in time for people.

use jiff::Timestamp;

const MINUTE_MS: i64 = 60_000;

/// `2024-05-01T12:00:00Z`, without fractions.
pub(super) fn rfc3339(ms: i64) -> Option<String> {
    let at = Timestamp::from_second(ms.div_euclid(1_000)).ok()?;
    Some(at.to_string())
}

/// `2024-05-01`.
pub(super) fn day(ms: i64) -> String {
    let mut text = rfc3339(ms).unwrap_or_else(|| "unknown".to_owned());
    text.truncate("2024-05-01".len());
    text
}

/// `2024-05-01 12:00 UTC (3 hours ago)`.
pub(super) fn since(ms: Option<i64>, now_ms: i64) -> String {
    let Some((ms, text)) = ms.and_then(|ms| Some((ms, rfc3339(ms)?))) else {
        return "unknown".to_owned();
    };
    let minute = text.get(..16).unwrap_or(&text).replace('T', " ");
    format!("{minute} UTC ({})", age(now_ms.saturating_sub(ms)))
}

fn age(ms: i64) -> String {
    let minutes = ms / MINUTE_MS;
    let (number, unit) = match minutes {
        ..=0 => return "just now".to_owned(),
        1..60 => (minutes, "minute"),
        60..2_880 => (minutes / 60, "hour"),
        _ => (minutes / 1_440, "day"),
    };
    format!("{number} {unit}{} ago", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_told_in_one_unit() {
        let at = 1_714_564_800_000;
        let told = |later: i64| since(Some(at), at + later);
        assert_eq!(told(0), "2024-05-01 12:00 UTC (just now)");
        assert_eq!(told(-5), "2024-05-01 12:00 UTC (just now)");
        assert_eq!(told(MINUTE_MS), "2024-05-01 12:00 UTC (1 minute ago)");
        assert_eq!(told(47 * 60 * MINUTE_MS), "2024-05-01 12:00 UTC (47 hours ago)");
        assert_eq!(told(48 * 60 * MINUTE_MS), "2024-05-01 12:00 UTC (2 days ago)");
        assert_eq!(since(None, 0), "unknown");
        assert_eq!(day(at), "2024-05-01");
    }
}
