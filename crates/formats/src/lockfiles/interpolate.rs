//! Properties in values: `${name}` of Maven, `$(name)` of MSBuild.

/// References that one text may lead to, and how long it and every value may be: a few lines can stand for gigabytes.
const MAX_REFERENCES: usize = 64;
const MAX_BYTES: usize = 1_024;

/// The text with every reference replaced, also those in values. The first name that nobody defines otherwise, and one that leads too
/// far.
pub(crate) fn interpolate<'v>(
    text: &'v str,
    (opening, closing): (&str, char),
    value_of: impl Fn(&str) -> Option<&'v str>,
) -> Result<String, String> {
    let mut out = String::new();
    // What is still to be written, the next piece last.
    let mut open: Vec<&str> = vec![text];
    let mut references = 0;
    while let Some(piece) = open.pop() {
        if piece.len() + out.len() > MAX_BYTES {
            return Err(piece.chars().take(80).collect());
        }
        let split = piece.split_once(opening).and_then(|(before, after)| {
            after.split_once(closing).map(|(name, behind)| (before, name, behind))
        });
        let Some((before, name, behind)) = split else {
            out.push_str(piece);
            continue;
        };
        out.push_str(before);
        references += 1;
        let value = value_of(name).filter(|_| references <= MAX_REFERENCES);
        open.push(behind);
        open.push(value.ok_or_else(|| name.to_owned())?);
    }
    Ok(out.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &'static str) -> Result<String, String> {
        interpolate(text, ("${", '}'), |name| match name {
            "a" => Some("1.${b}"),
            "b" => Some("2"),
            "circle" => Some("${circle}"),
            "bomb" => Some("${bomb}${bomb}"),
            "growing" => Some("0123456789${growing}"),
            _ => None,
        })
    }

    #[test]
    fn values_may_refer_to_others_but_not_for_ever() {
        assert_eq!(told("x-${a}.${b}${").as_deref(), Ok("x-1.2.2${"));
        assert_eq!(told("${c}").unwrap_err(), "c");
        assert_eq!(told("${circle}").unwrap_err(), "circle");
        assert_eq!(told("${bomb}").unwrap_err(), "bomb");
        assert_eq!(told("${growing}").unwrap_err(), "growing");
    }

    #[test]
    fn a_text_of_megabytes_is_not_copied() {
        let text = "x".repeat(1 << 20);
        assert_eq!(interpolate(&text, ("${", '}'), |_| None).unwrap_err().len(), 80);
    }
}
