//! Values of `hreflang` that search engines know.

/// Languages of two letters (ISO 639-1).
const LANGUAGES: &str = "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es \
    et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr \
    ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt \
    qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo \
    wa wo xh yi yo za zh zu iw in ji sh";
/// What is taken for a country of ISO 3166-1 and is none.
const NO_REGIONS: [&str; 3] = ["UK", "EU", "EN"];

/// What is wrong with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Language,
    Region,
}

/// Language, script and region, with dashes between them; or `x-default`. Of what follows nothing is said.
pub(super) fn fault_of(tag: &str) -> Option<Fault> {
    let tag = tag.trim();
    if tag.eq_ignore_ascii_case("x-default") {
        return None;
    }
    let mut parts = tag.split('-');
    let language = parts.next().unwrap_or_default().to_ascii_lowercase();
    let is_language = match language.len() {
        2 => LANGUAGES.split_ascii_whitespace().any(|known| known == language),
        // Search engines take some of ISO 639-2 and 639-3 as well.
        3 => language.bytes().all(|byte| byte.is_ascii_lowercase()),
        _ => false,
    };
    if !is_language {
        return Some(Fault::Language);
    }
    let region = parts.find(|part| part.len() != 4)?;
    let is_region = match region.len() {
        2 => {
            region.bytes().all(|byte| byte.is_ascii_alphabetic())
                && !NO_REGIONS.iter().any(|no| region.eq_ignore_ascii_case(no))
        }
        3 => region.bytes().all(|byte| byte.is_ascii_digit()),
        // A variant or an extension of BCP 47.
        length => length > 4,
    };
    (!is_region).then_some(Fault::Region)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_and_regions_are_those_of_the_standards() {
        for tag in ["de", "en-GB", "zh-Hans-CN", "X-Default", "es-419", "gsw", "de-CH-1996"] {
            assert_eq!(fault_of(tag), None, "{tag}");
        }
        for tag in ["", "jp", "en_US", "english", "US", "cn"] {
            assert_eq!(fault_of(tag), Some(Fault::Language), "{tag}");
        }
        for tag in ["en-UK", "en-EU", "en-1", "de-"] {
            assert_eq!(fault_of(tag), Some(Fault::Region), "{tag}");
        }
    }
}
