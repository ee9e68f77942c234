//! A row that came back to a stranger: how bad that is, and how it is told without saying what stands in it.

use model::{Confidence, Severity};
use serde_json::{Map, Value};
use url::Url;

use crate::web::Found;

/// Most names of columns that are told.
const MAX_COLUMNS: usize = 20;
/// Words of columns that hold what is about a person, or opens something.
const PERSONAL: &[&str] = &[
    "birth",
    "birthdate",
    "birthday",
    "diagnosis",
    "dob",
    "email",
    "iban",
    "passport",
    "passwd",
    "password",
    "phone",
    "salary",
    "secret",
    "ssn",
    "telephone",
];
/// The same, as two words that follow each other.
const PERSONAL_PAIRS: &[(&str, &str)] = &[
    ("access", "token"),
    ("api", "key"),
    ("auth", "token"),
    ("bank", "account"),
    ("card", "number"),
    ("home", "address"),
    ("ip", "address"),
    ("national", "id"),
    ("private", "key"),
    ("refresh", "token"),
    ("reset", "token"),
    ("session", "token"),
    ("tax", "id"),
];
/// Words of tables that are nobody else's business.
const PRIVATE: &[&str] = &[
    "accounts",
    "admins",
    "appointments",
    "bookings",
    "chats",
    "clients",
    "contacts",
    "conversations",
    "credentials",
    "customers",
    "employees",
    "invoices",
    "leads",
    "members",
    "messages",
    "orders",
    "patients",
    "payments",
    "secrets",
    "sessions",
    "submissions",
    "subscribers",
    "subscriptions",
    "tokens",
    "transactions",
    "users",
];
/// Columns that say whose a row is.
const OWNERS: &[(&str, &str)] = &[
    ("account", "id"),
    ("created", "by"),
    ("customer", "id"),
    ("member", "id"),
    ("owner", "id"),
    ("user", "id"),
];

/// A row: the names of its columns, and whether something stands in them.
pub(super) struct Row(Vec<(String, bool)>);

impl Row {
    /// Of an object whose members are the columns.
    pub(super) fn of(object: &Map<String, Value>) -> Self {
        let columns = object.iter().map(|(name, value)| (name.clone(), is_told(value)));
        Self(columns.take(MAX_COLUMNS * 10).collect())
    }

    /// Without the columns that the service itself adds.
    pub(super) fn without(mut self, is_added: fn(&str) -> bool) -> Self {
        self.0.retain(|(name, _)| !is_added(name));
        self
    }

    /// Says that this row of `name` came back.
    pub(super) fn told(&self, url: &Url, name: &str) -> Found {
        let (severity, confidence, why) = self.judged(name);
        let columns: Vec<&str> =
            self.0.iter().take(MAX_COLUMNS).map(|(name, _)| name.as_str()).collect();
        Found::at(url)
            .key(format!("{} {name}", url.host_str().unwrap_or_default()))
            .severity(severity)
            .confidence(confidence)
            .detail(format!(
                "A row of `{name}` came back to a visitor who has not signed in. {why}"
            ))
            .evidence("host", url.host_str().unwrap_or_default())
            .evidence("table", name)
            .evidence("columns", columns.join(", "))
            .evidence("count", "1 (no more was asked for)")
    }

    fn judged(&self, name: &str) -> (Severity, Confidence, String) {
        let personal = self.0.iter().find(|(name, is_told)| *is_told && is_personal(name));
        if let Some((column, _)) = personal {
            let why =
                format!("Its column `{column}` has a value that is about a person or secret.");
            return (Severity::Critical, Confidence::High, why);
        }
        if words(name).iter().any(|word| PRIVATE.contains(&word.as_str())) {
            let why = "By its name it holds what is nobody else's business.".to_owned();
            return (Severity::High, Confidence::Medium, why);
        }
        let is_owned = self.0.iter().any(|(name, _)| has_pair(&words(name), OWNERS));
        if is_owned || words(name).iter().any(|word| word == "profiles") {
            let why =
                "Its rows belong to single users: see whether everybody is meant to read them.";
            return (Severity::Medium, Confidence::Medium, why.to_owned());
        }
        let why = "That is right for what is published anyway, and wrong for everything else.";
        (Severity::Info, Confidence::Medium, why.to_owned())
    }
}

fn is_told(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) => false,
        Value::String(text) => !text.is_empty(),
        Value::Number(_) | Value::Array(_) => true,
        // Firestore: the value stands below its type.
        Value::Object(typed) => {
            !typed.contains_key("nullValue") && !typed.contains_key("booleanValue")
        }
    }
}

fn is_personal(column: &str) -> bool {
    let words = words(column);
    words.iter().any(|word| PERSONAL.contains(&word.as_str())) || has_pair(&words, PERSONAL_PAIRS)
}

fn has_pair(words: &[String], pairs: &[(&str, &str)]) -> bool {
    words.windows(2).any(|pair| match pair {
        [a, b] => pairs.contains(&(a.as_str(), b.as_str())),
        _ => false,
    })
}

/// `userId`, `user_id` and `USER-ID` are the same two words.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && was_lower) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphanumeric()) {
            word.extend(c.to_lowercase());
        }
        was_lower = c.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn severity(name: &str, row: &str) -> Severity {
        let object: Map<String, Value> = serde_json::from_str(row).unwrap();
        Row::of(&object).judged(name).0
    }

    #[test]
    fn a_row_is_as_bad_as_what_stands_in_it() {
        assert_eq!(severity("team", r#"{"id":1,"contactEmail":"a@b.c"}"#), Severity::Critical);
        assert_eq!(severity("apps", r#"{"api_key":"x"}"#), Severity::Critical);
        assert_eq!(
            severity("team", r#"{"email":null,"phone":"","show_email":true}"#),
            Severity::Info
        );
        assert_eq!(severity("shop_orders", r#"{"id":1}"#), Severity::High);
        assert_eq!(severity("notes", r#"{"userId":"u","text":"x"}"#), Severity::Medium);
        assert_eq!(severity("posts", r#"{"id":1,"title":"x"}"#), Severity::Info);
    }

    #[test]
    fn values_are_not_told() {
        let object = serde_json::from_str(r#"{"email":"ann@example.org","n":4711}"#).unwrap();
        let url = Url::parse("https://example.org/rest/v1/people").unwrap();
        let found = format!("{:?}", Row::of(&object).told(&url, "people"));
        assert!(found.contains("email") && !found.contains("ann@") && !found.contains("4711"));
    }
}
