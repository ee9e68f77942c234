//! `security.txt` (RFC 9116).

use jiff::Timestamp;
use model::one_line;

use super::note;
use crate::Problem;

/// So many bytes are read (section 5.4 advises a limit).
pub const MAX_BYTES: usize = 32 * 1024;

/// Whom to tell about a vulnerability. Values as they stand, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecurityTxt {
    /// `Contact`, the most welcome first; at least one is required.
    pub contacts: Vec<String>,
    /// `Expires`; `None` if there is none that is a time.
    pub expires: Option<Timestamp>,
    /// `Encryption`
    pub encryption: Vec<String>,
    /// `Acknowledgments`
    pub acknowledgments: Vec<String>,
    /// `Preferred-Languages`
    pub preferred_languages: Option<String>,
    /// `Canonical`
    pub canonical: Vec<String>,
    /// `Policy`
    pub policies: Vec<String>,
    /// `Hiring`
    pub hiring: Vec<String>,
    /// `CSAF`
    pub csaf: Vec<String>,
    /// Whether it has the form of an OpenPGP cleartext signature; whether the signature is good is not asked.
    pub is_signed: bool,
    /// What is wrong, at most [`MAX_ISSUES`](super::MAX_ISSUES).
    pub issues: Vec<Issue>,
}

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Issue {
    /// No `Contact` (section 2.5.3).
    NoContact,
    /// A `Contact` that is no URI with `mailto:`, `tel:` or `https:`.
    InvalidContact,
    /// No `Expires` (section 2.5.5).
    NoExpires,
    /// `Expires` is no time by RFC 3339.
    InvalidExpires,
    /// A field that may stand once stands there again; its name.
    Repeated(&'static str),
    /// A web address that is not `https` (section 2.5); the field's name.
    NotHttps(&'static str),
    /// A field that nobody knows, cut to a line; they are allowed (section 2.4).
    UnknownField(String),
    /// A line that is no field and no comment; the line's number.
    NotAField(u64),
}

const FIELDS: [&str; 9] = [
    "Contact",
    "Expires",
    "Encryption",
    "Acknowledgments",
    "Preferred-Languages",
    "Canonical",
    "Policy",
    "Hiring",
    "CSAF",
];

impl SecurityTxt {
    /// Reads a file; an error means that it is something else, such as the page of an application.
    pub fn parse(bytes: &[u8]) -> Result<Self, Problem> {
        let text = String::from_utf8_lossy(bytes.get(..MAX_BYTES).unwrap_or(bytes));
        let text = text.trim_start_matches('\u{feff}');
        if text.trim_start().starts_with('<') {
            return Err(Problem::general("This is no security.txt but a page").unread());
        }
        let mut file = Self::default();
        let mut is_header = false;
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if line == "-----BEGIN PGP SIGNED MESSAGE-----" {
                (file.is_signed, is_header) = (true, true);
            } else if line == "-----BEGIN PGP SIGNATURE-----" && file.is_signed {
                break;
            } else if is_header {
                // The armour's own headers end with an empty line.
                is_header = !line.is_empty();
            } else {
                let line = line.strip_prefix("- ").filter(|_| file.is_signed).unwrap_or(line);
                file.read_line(number, line);
            }
        }
        if file.contacts.is_empty() {
            note(&mut file.issues, Issue::NoContact);
        }
        if file.expires.is_none() && !file.issues.contains(&Issue::InvalidExpires) {
            note(&mut file.issues, Issue::NoExpires);
        }
        Ok(file)
    }

    fn read_line(&mut self, number: u64, line: &str) {
        if line.is_empty() || line.starts_with('#') {
            return;
        }
        let Some((name, value)) = line.split_once(':') else {
            return note(&mut self.issues, Issue::NotAField(number));
        };
        let value = value.trim();
        let Some(field) = FIELDS.into_iter().find(|field| field.eq_ignore_ascii_case(name)) else {
            return note(&mut self.issues, Issue::UnknownField(one_line(name, 80)));
        };
        let is_http = value.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("http:"));
        if is_http {
            note(&mut self.issues, Issue::NotHttps(field));
        }
        let list = match field {
            "Contact" => {
                let is_uri = ["mailto:", "tel:", "https:", "http:"].iter().any(|scheme| {
                    value.get(..scheme.len()).is_some_and(|s| s.eq_ignore_ascii_case(scheme))
                });
                if !is_uri {
                    note(&mut self.issues, Issue::InvalidContact);
                }
                &mut self.contacts
            }
            "Expires" => {
                let expires = value.parse::<Timestamp>().ok();
                if self.expires.is_some() {
                    return note(&mut self.issues, Issue::Repeated("Expires"));
                }
                if expires.is_none() {
                    note(&mut self.issues, Issue::InvalidExpires);
                }
                self.expires = expires;
                return;
            }
            "Preferred-Languages" => {
                if self.preferred_languages.is_some() {
                    return note(&mut self.issues, Issue::Repeated("Preferred-Languages"));
                }
                self.preferred_languages = Some(value.to_owned());
                return;
            }
            "Encryption" => &mut self.encryption,
            "Acknowledgments" => &mut self.acknowledgments,
            "Canonical" => &mut self.canonical,
            "Policy" => &mut self.policies,
            "Hiring" => &mut self.hiring,
            _ => &mut self.csaf,
        };
        list.push(value.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_example_of_section_2_6_is_read() {
        let file = SecurityTxt::parse(
            b"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n# Canonical URI\nCanonical: https://example.com/.well-known/security.txt\n\
              Contact: mailto:security@example.com\ncontact: tel:+1-201-555-0123\n- Expires: 2027-01-01T18:37:07z\nPreferred-Languages: en, es\n\
              -----BEGIN PGP SIGNATURE-----\nVersion: x\n",
        )
        .unwrap();
        assert!(file.is_signed);
        assert_eq!(file.contacts.len(), 2);
        assert_eq!(file.expires, Some("2027-01-01T18:37:07Z".parse().unwrap()));
        assert_eq!(file.issues, []);
    }

    #[test]
    fn what_the_specification_forbids_is_told() {
        let file = SecurityTxt::parse(
            b"Contact: security@example.com\nPolicy: http://example.com\nExpires: tomorrow\nAge: 5\nhello\n",
        )
        .unwrap();
        use Issue::*;
        assert_eq!(
            file.issues,
            [
                InvalidContact,
                NotHttps("Policy"),
                InvalidExpires,
                UnknownField("Age".into()),
                NotAField(5)
            ]
        );
        assert_eq!(SecurityTxt::parse(b"").unwrap().issues, [NoContact, NoExpires]);
        assert!(SecurityTxt::parse(b" <!doctype html>").is_err());
    }

    proptest! {
        #[test]
        fn whatever_stands_there_is_read(text in "(Contact|Expires|: |-----BEGIN PGP SIGNED MESSAGE-----|\n|\\PC){0,30}") {
            if let Ok(file) = SecurityTxt::parse(text.as_bytes()) {
                prop_assert!(file.contacts.len() <= 30);
            }
        }
    }
}
