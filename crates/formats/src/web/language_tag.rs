//! Language tags (BCP 47, RFC 5646).

/// ISO 639-1, with the codes that were withdrawn and still are understood. Languages with three letters are too many to be listed.
const LANGUAGES: &str = "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik in io is it iu iw ja ji jv jw ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mo mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu";

/// Whether a tag is well formed (RFC 5646, section 2.1), and a language of two letters is one that there is.
#[must_use]
pub fn is_valid(tag: &str) -> bool {
    let mut parts = tag.split('-').peekable();
    let Some(language) = parts.next() else { return false };
    if language.eq_ignore_ascii_case("x") || language.eq_ignore_ascii_case("i") {
        return is_private(parts);
    }
    let language = language.to_ascii_lowercase();
    let is_known = match language.len() {
        2 => LANGUAGES.split(' ').any(|known| known == language),
        // Four letters are reserved, and of five to eight none is registered.
        3 => language.bytes().all(|byte| byte.is_ascii_alphabetic()),
        _ => false,
    };
    let is = |part: &&str, length: std::ops::RangeInclusive<usize>, class: fn(&u8) -> bool| {
        length.contains(&part.len()) && part.bytes().all(|byte| class(&byte))
    };
    // Extended languages, script, region, variants: each at its place.
    for _ in 0..3 {
        if parts.next_if(|part| is(part, 3..=3, u8::is_ascii_alphabetic)).is_none() {
            break;
        }
    }
    parts.next_if(|part| is(part, 4..=4, u8::is_ascii_alphabetic));
    parts.next_if(|part| {
        is(part, 2..=2, u8::is_ascii_alphabetic) || is(part, 3..=3, u8::is_ascii_digit)
    });
    while parts
        .next_if(|part| {
            is(part, 5..=8, u8::is_ascii_alphanumeric)
                || (is(part, 4..=4, u8::is_ascii_alphanumeric)
                    && part.starts_with(|c: char| c.is_ascii_digit()))
        })
        .is_some()
    {}
    let rest = match parts.peek() {
        None => true,
        Some(singleton) if singleton.len() == 1 => is_private(parts),
        Some(_) => false,
    };
    is_known && rest
}

/// Extensions and private use: parts of up to eight letters and digits.
fn is_private<'t>(mut parts: impl Iterator<Item = &'t str>) -> bool {
    parts.all(|part| {
        (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_valid_or_not() {
        for tag in [
            "en",
            "EN-us",
            "zh-Hant-TW",
            "zh-cmn-Hans-CN",
            "es-419",
            "sl-nedis",
            "de-CH-1996",
            "x-klingon",
            "gsw",
            "en-u-ca-buddhist",
            "i-navajo",
        ] {
            assert!(is_valid(tag), "{tag}");
        }
        for tag in [
            "",
            "english",
            "en_US",
            "xx",
            "e",
            "en-",
            "en-US-",
            "en us",
            "1",
            "en-toolongpart",
            "-",
        ] {
            assert!(!is_valid(tag), "{tag}");
        }
    }
}
