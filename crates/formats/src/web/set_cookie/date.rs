//! Dates of cookies.

use jiff::{Timestamp, civil, tz::TimeZone};

/// A `cookie-date` (section 5.1.1), which takes nearly anything that has a time, a day, a month and a year.
#[must_use]
pub fn parse(text: &str) -> Option<Timestamp> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let is_delimiter = |c: char| matches!(c, '\t' | ' '..='/' | ';'..='@' | '['..='`' | '{'..='~');
    let (mut time, mut day, mut month, mut year) = (None, None, None, None);
    for word in text.split(is_delimiter).filter(|word| !word.is_empty()) {
        if time.is_none() {
            time = parse_time(word);
            if time.is_some() {
                continue;
            }
        }
        if day.is_none() {
            day = leading_number(word, 1, 2);
            if day.is_some() {
                continue;
            }
        }
        if month.is_none() {
            let start = word.get(..3).unwrap_or_default();
            month = MONTHS.iter().position(|name| name.eq_ignore_ascii_case(start));
            if month.is_some() {
                continue;
            }
        }
        if year.is_none() {
            year = leading_number(word, 2, 4);
        }
    }
    let year = match year? {
        short @ 70..=99 => short + 1900,
        short @ 0..=69 => short + 2000,
        whole => whole,
    };
    let (hour, minute, second) = time?;
    // Leap seconds are none of a cookie's (the algorithm refuses them), nor are years before 1601.
    if year < 1601 {
        return None;
    }
    let small = |number: u16| i8::try_from(number).ok();
    civil::DateTime::new(
        i16::try_from(year).ok()?,
        i8::try_from(month? + 1).ok()?,
        small(day?)?,
        small(hour)?,
        small(minute)?,
        small(second)?,
        0,
    )
    .ok()?
    .to_zoned(TimeZone::UTC)
    .ok()
    .map(|zoned| zoned.timestamp())
}

/// `hms-time`
fn parse_time(word: &str) -> Option<(u16, u16, u16)> {
    let mut fields = word.splitn(3, ':');
    let mut field = || fields.next();
    let (hour, minute, second) = (field()?, field()?, field()?);
    let whole = |text: &str| {
        text.bytes().all(|byte| byte.is_ascii_digit()).then(|| leading_number(text, 1, 2))?
    };
    Some((whole(hour)?, whole(minute)?, leading_number(second, 1, 2)?))
}

/// The number a word begins with, if it has that many digits and something else behind them, or nothing.
fn leading_number(word: &str, least: usize, most: usize) -> Option<u16> {
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    if digits < least || digits > most {
        return None;
    }
    word.get(..digits)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_each_of_their_old_forms() {
        for text in [
            "Wed, 09 Jun 2021 10:18:14 GMT",
            "Wednesday, 09-Jun-21 10:18:14 GMT",
            "Wed Jun  9 10:18:14 2021",
            "9 june 2021 10:18:14",
            "10:18:14 9 Jun 21",
        ] {
            assert_eq!(parse(text), Some("2021-06-09T10:18:14Z".parse().unwrap()), "{text}");
        }
        for text in [
            "",
            "0",
            "Wed, 31 Feb 2021 10:18:14 GMT",
            "9 Jun 1600 1:1:1",
            "9 Jun 2021",
            "9 Jun 2021 24:00:00",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
