//! Dates in headers (RFC 9110, section 5.6.7).

use jiff::{Timestamp, fmt::rfc2822};

/// Reads a date in the form that servers have to write (`Sun, 06 Nov 1994 08:49:37 GMT`).
#[must_use]
pub fn parse(value: &str) -> Option<Timestamp> {
    let value = value.trim();
    // Longer ones are none; the reader would take comments too.
    (value.len() <= 40).then_some(())?;
    Some(rfc2822::parse(value).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_example_of_the_specification_is_a_date() {
        let date = "1994-11-06T08:49:37Z".parse().ok();
        assert_eq!(parse("Sun, 06 Nov 1994 08:49:37 GMT"), date);
        assert!(parse("tomorrow").is_none() && parse("").is_none());
    }

    proptest! {
        #[test]
        fn whatever_stands_there_is_read(text in "\\PC{0,50}") {
            let _ = parse(&text);
        }
    }
}
