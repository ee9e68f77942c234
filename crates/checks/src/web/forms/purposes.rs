//! What a field asks of the person who fills it in, and the tokens of `autocomplete` that say so (HTML, 4.10.18.7).

use formats::web::html::Element;

/// Names of fields, without marks and in lower case, and the token for each. Only names that mean one thing everywhere.
const BY_NAME: [(&str, &str); 41] = [
    ("email", "email"),
    ("emailaddress", "email"),
    ("useremail", "email"),
    ("youremail", "email"),
    ("phone", "tel"),
    ("phonenumber", "tel"),
    ("telephone", "tel"),
    ("telefon", "tel"),
    ("tel", "tel"),
    ("mobile", "tel"),
    ("mobilenumber", "tel"),
    ("firstname", "given-name"),
    ("fname", "given-name"),
    ("givenname", "given-name"),
    ("vorname", "given-name"),
    ("lastname", "family-name"),
    ("lname", "family-name"),
    ("surname", "family-name"),
    ("familyname", "family-name"),
    ("nachname", "family-name"),
    ("fullname", "name"),
    ("yourname", "name"),
    ("street", "street-address"),
    ("streetaddress", "street-address"),
    ("address1", "address-line1"),
    ("addressline1", "address-line1"),
    ("address2", "address-line2"),
    ("addressline2", "address-line2"),
    ("zip", "postal-code"),
    ("zipcode", "postal-code"),
    ("postcode", "postal-code"),
    ("postalcode", "postal-code"),
    ("plz", "postal-code"),
    ("birthday", "bday"),
    ("birthdate", "bday"),
    ("dateofbirth", "bday"),
    ("cardnumber", "cc-number"),
    ("creditcard", "cc-number"),
    ("ccnumber", "cc-number"),
    ("cvc", "cc-csc"),
    ("cvv", "cc-csc"),
];

/// Names of fields that `autocomplete` knows.
const FIELDS: [&str; 54] = [
    "name",
    "honorific-prefix",
    "given-name",
    "additional-name",
    "family-name",
    "honorific-suffix",
    "nickname",
    "username",
    "new-password",
    "current-password",
    "one-time-code",
    "organization-title",
    "organization",
    "street-address",
    "address-line1",
    "address-line2",
    "address-line3",
    "address-level4",
    "address-level3",
    "address-level2",
    "address-level1",
    "country",
    "country-name",
    "postal-code",
    "cc-name",
    "cc-given-name",
    "cc-additional-name",
    "cc-family-name",
    "cc-number",
    "cc-exp",
    "cc-exp-month",
    "cc-exp-year",
    "cc-csc",
    "cc-type",
    "transaction-currency",
    "transaction-amount",
    "language",
    "bday",
    "bday-day",
    "bday-month",
    "bday-year",
    "sex",
    "url",
    "photo",
    "tel",
    "tel-country-code",
    "tel-national",
    "tel-area-code",
    "tel-local",
    "tel-local-prefix",
    "tel-local-suffix",
    "tel-extension",
    "email",
    "impp",
];

/// The token for what a field asks, by its type or its name.
pub(super) fn token_for(field: Element<'_>) -> Option<&'static str> {
    match super::controls::kind(field).as_str() {
        "email" => return Some("email"),
        "tel" => return Some("tel"),
        "text" | "number" | "" => {}
        _ => return None,
    }
    ["name", "id"].into_iter().find_map(|attribute| {
        let name = plain(field.attribute(attribute)?);
        BY_NAME.iter().find(|(known, _)| *known == name).map(|(_, token)| *token)
    })
}

/// The last word of a name such as `user[first_name]` or `billing.firstName`, without marks, in lower case.
fn plain(name: &str) -> String {
    let name = name.trim().trim_end_matches(']');
    let last = name.rsplit(['[', '.', ':']).next().unwrap_or_default();
    let letters = last.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// Whether a value of `autocomplete` is one that HTML knows.
pub(super) fn is_known(value: &str) -> bool {
    let value = value.trim().to_ascii_lowercase();
    if matches!(value.as_str(), "" | "on" | "off") {
        return true;
    }
    let mut words = value.split_ascii_whitespace().peekable();
    words.next_if(|word| word.starts_with("section-"));
    words.next_if(|word| matches!(*word, "shipping" | "billing"));
    let has_place = words
        .next_if(|word| matches!(*word, "home" | "work" | "mobile" | "fax" | "pager"))
        .is_some();
    let is_place_right =
        |field: &str| !has_place || field.starts_with("tel") || matches!(field, "email" | "impp");
    let field = words.next();
    let is_field = match field {
        // Of a field for a passkey alone.
        Some("webauthn") => return words.next().is_none(),
        Some(field) => FIELDS.contains(&field) && is_place_right(field),
        None => false,
    };
    words.next_if(|word| *word == "webauthn");
    is_field && words.next().is_none()
}

#[cfg(test)]
mod tests {
    use formats::web::html::Document;

    use super::*;

    #[test]
    fn a_field_is_known_by_its_type_or_its_name() {
        for (tag, token) in [
            ("<input name='user[first_name]'>", Some("given-name")),
            ("<input type=Email name=x>", Some("email")),
            ("<input name=x id=billing.postalCode>", Some("postal-code")),
            ("<input name=city-of-birth>", None),
            ("<input type=checkbox name=email>", None),
        ] {
            let document = Document::parse(tag);
            assert_eq!(token_for(document.first("input").unwrap()), token, "{tag}");
        }
    }

    #[test]
    fn values_are_those_of_the_standard() {
        for value in [
            "on",
            "Email",
            "section-a shipping street-address",
            "billing work tel",
            "username webauthn",
        ] {
            assert!(is_known(value), "{value}");
        }
        for value in ["nope", "false", "home street-address", "email tel", "shipping", "off email"]
        {
            assert!(!is_known(value), "{value}");
        }
    }
}
