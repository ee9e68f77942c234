//! `password = "…"`: a value that is given to a telling name, in any language or notation.
//!
//! There is no pattern here, because a pattern cannot judge. From a keyword's place the name around it, what assigns, and
//! the value are read by hand, each through a limit; then name, notation and value are judged together.

mod members;
mod name;
mod operator;
mod other;
mod php;
mod value;
mod verdict;
mod wrapped;

use std::ops::Range;

use model::Confidence;

use self::{
    members::{members, opening_at},
    name::{is_telling, most, name_around},
    operator::{Operator, operator_behind},
    value::{Notation, Value, value_at},
    verdict::{Given, judge},
};
pub(crate) use self::{
    name::begins_a_name,
    verdict::{is_example_login, judge_alone, means_no_word},
};
use super::rule::Wanted;

/// How far back the beginning of a line is looked for.
const MAX_LINE_START_BYTES: usize = 200;
/// Shortest value, in bytes: of a password four characters, of a token eight.
const MIN_VALUE_BYTES: usize = 4;
/// White space between name, operator and value.
const MAX_GAP_BYTES: usize = 40;

/// A value that was found, not yet judged by its path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Assigned {
    /// Of the value, without quotes.
    pub(crate) value: Range<usize>,
    pub(crate) confidence: Confidence,
    /// Not quoted: in source code such a value is a variable's name.
    pub(crate) bare: bool,
    /// One of a list or a mapping, in which names have values of their own.
    pub(crate) listed: bool,
}

/// Reads the assignment around the keyword at `keyword`, if there is one: its value, or those of a list, that convince.
pub(crate) fn find(text: &[u8], keyword: Range<usize>, wanted: Wanted) -> Vec<Assigned> {
    let Some(name) = name_around(text, &keyword) else { return Vec::new() };
    let Some(name_text) = text.get(name.clone()) else { return Vec::new() };
    // Most names are given nothing, or nothing that could be judged; that is seen sooner than what a name says.
    let Some((operator, at)) = operator_behind(text, &name) else { return Vec::new() };
    let value = value_at(text, at, operator).filter(|value| value.range.len() >= MIN_VALUE_BYTES);
    let list = match (&value, operator) {
        (None, Operator::Assign | Operator::Colon) => {
            opening_at(text, at).map(|at| (at, text.len()))
        }
        // A document in a text.
        (Some(value), Operator::Assign | Operator::Colon) => {
            opening_at(text, value.range.start).map(|at| (at, value.range.end))
        }
        _ => None,
    };
    let is_meant = (value.is_some() || list.is_some())
        && is_telling(name_text, text.get(keyword).unwrap_or_default(), wanted)
        && !(wanted == Wanted::Token && is_beside_its_signature(text, &name));
    if !is_meant {
        return Vec::new();
    }
    let mut values: Vec<Value> = list.map(|(at, end)| members(text, at, end)).unwrap_or_default();
    values.retain(|value| value.range.len() >= MIN_VALUE_BYTES);
    if values.is_empty() {
        values.extend(value);
    }
    let judged = values.into_iter().filter_map(|value| {
        let confidence = judge(&Given {
            name: name_text,
            value: text.get(value.range.clone())?,
            operator,
            notation: value.notation,
            wanted,
        })?;
        let confidence = match operator {
            _ if !is_documentation(text, name.start) => confidence.min(most(name_text, wanted)),
            // A call in prose.
            Operator::Comma | Operator::FlagWord => return None,
            // What documentation assigns is an example.
            _ => Confidence::Low,
        };
        let bare = value.notation.is_bare()
            && !is_a_literal(text, &name, &value.range)
            && !is_of_a_query(text, &name);
        let listed = value.notation == Notation::Member;
        Some(Assigned { value: value.range, confidence, bare, listed })
    });
    judged.collect()
}

/// Whether name and value are all of a text in quotes: `"spring.datasource.password=…"`.
fn is_a_literal(text: &[u8], name: &Range<usize>, value: &Range<usize>) -> bool {
    let opening = name.start.checked_sub(1).and_then(|at| byte(text, at));
    matches!(opening, Some(b'"' | b'\'' | b'`')) && opening == byte(text, value.end)
}

/// Whether the name is that of a parameter in a URL: `…?apiKey=…`, `…&token=…`.
fn is_of_a_query(text: &[u8], name: &Range<usize>) -> bool {
    let line = line_before(text, name.start);
    let quote = line.iter().rev().find(|b| matches!(b, b'"' | b'\'' | b'`'));
    // In a text that is open.
    let is_open = quote.is_some_and(|quote| line.iter().filter(|b| *b == quote).count() % 2 == 1);
    is_open && matches!(line, [.., before, b'?' | b'&'] if !before.is_ascii_whitespace())
}

/// Whether the line is one of a comment that documents: ` * …`, `/// …`, `//! …`, or code set off in a comment, `#    …`.
/// Code that was commented out stands behind its mark without a gap, or with a short one.
fn is_documentation(text: &[u8], at: usize) -> bool {
    let indented = line_before(text, at);
    let line = indented.trim_ascii_start();
    let gap = |mark: usize| {
        line.get(mark..)
            .unwrap_or_default()
            .iter()
            .take_while(|b| matches!(b, b' ' | b'\t'))
            .count()
    };
    line.starts_with(b"/// ")
        || line.starts_with(b"//! ")
        // Without an indent it is an item of a list.
        || (line.starts_with(b"* ") && line.len() < indented.len())
        || (line.starts_with(b"#") && gap(1) >= 3)
        || (line.starts_with(b"//") && gap(2) >= 3)
}

/// How far from a token what is sent with it stands.
const MAX_REQUEST_BYTES: usize = 300;

/// A token that is sent with the time and a signature over both is made anew for each request.
fn is_beside_its_signature(text: &[u8], name: &Range<usize>) -> bool {
    let Some(b"token") = text.get(name.clone()) else { return false };
    let around = name.start.saturating_sub(MAX_REQUEST_BYTES)
        ..text.len().min(name.end.saturating_add(MAX_REQUEST_BYTES));
    let around = text.get(around).unwrap_or_default();
    [b"timestamp".as_slice(), b"signature"]
        .iter()
        .all(|word| memchr::memmem::find(around, word).is_some())
}

fn byte(text: &[u8], at: usize) -> Option<u8> {
    text.get(at).copied()
}

/// What of its line stands before `at`, as far as that is looked for.
fn line_before(text: &[u8], at: usize) -> &[u8] {
    let before = text.get(at.saturating_sub(MAX_LINE_START_BYTES)..at).unwrap_or_default();
    let start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
    before.get(start..).unwrap_or_default()
}

/// Skips spaces and tabs; `None` where there are more than the limit.
fn skip_blanks(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let blanks =
        rest.iter().take(MAX_GAP_BYTES + 1).take_while(|b| matches!(b, b' ' | b'\t')).count();
    (blanks <= MAX_GAP_BYTES).then_some(at + blanks)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(line: &str, keyword: &str, wanted: Wanted) -> Option<(String, Confidence)> {
        let at = line.to_lowercase().find(keyword).unwrap();
        find(line.as_bytes(), at..at + keyword.len(), wanted)
            .into_iter()
            .next()
            .map(|assigned| (line[assigned.value].to_owned(), assigned.confidence))
    }

    #[test]
    fn the_value_is_read_in_every_notation() {
        for line in [
            r#"password = "Hunter2!x""#,
            r#"  "db_password": "Hunter2!x","#,
            r#"{\"password\":\"Hunter2!x\"}"#,
            "export DB_PASSWORD=Hunter2!x",
            "password: Hunter2!x",
            "config['password'] = 'Hunter2!x'",
            r#"define('DB_PASSWORD', 'Hunter2!x');"#,
            r#"conn.setPassword("Hunter2!x");"#,
            "<password>Hunter2!x</password>",
            r#":password => "Hunter2!x""#,
            r#"password := "Hunter2!x""#,
            r#"let password: &str = "Hunter2!x";"#,
            "mysql --password Hunter2!x -u root",
            "mysql --password=Hunter2!x -u root",
            r#"String adminPassword = "Hunter2!x";"#,
            "spring.datasource.password=Hunter2!x",
            r#"password = Some("Hunter2!x"),"#,
            r#"var password = []byte("Hunter2!x")"#,
            r#"password: new Secret('Hunter2!x')"#,
            r#"const p = process.env.PASSWORD||"Hunter2!x""#,
            "const p = process.env['PASSWORD'] ||\n    'Hunter2!x';",
            r#"this.password ??= "Hunter2!x""#,
            "{db: {host: h}, password: Hunter2!x}",
            "{ password: Hunter2!x , user: shop }",
            "- **Password:** Hunter2!x",
            "(PGPASSWORD=Hunter2!x psql -l)",
            r#"const p = process.env.PASSWORD || "Hunter2!x""#,
            r#"os.environ.get("PASSWORD") or "Hunter2!x""#,
            r#"config.password ?? 'Hunter2!x'"#,
            "config_set(:db, :password, 'Hunter2!x')",
            "docker run -d -e DB_PASSWORD=Hunter2!x -p 80:80 image:3",
            "PGPASSWORD=Hunter2!x psql -h localhost",
            "Get-Thing -Password Hunter2!x -User bob",
            "{user: shop, password: Hunter2!x}",
            "{ password: Hunter2!x, user: shop }",
            "- **password**: Hunter2!x",
            "docker build --build-arg DB_PASSWORD=Hunter2!x .",
        ] {
            assert_eq!(
                found(line, "password", Wanted::Password).map(|f| f.0).as_deref(),
                Some("Hunter2!x"),
                "{line}"
            );
        }
    }

    #[test]
    fn what_only_speaks_of_a_password_is_silent() {
        for line in [
            "password = os.environ['DB_PASSWORD']",
            "password: String,",
            "password_field = 'input-3'",
            "if (password == null) return;",
            r#""password": "Enter your password please""#,
            "password = user.password",
            "self.password = password",
            r#"password: "${DB_PASSWORD}""#,
            "def check(password=None):",
            r#"{"type": "password", "label": "Password"}"#,
            "const passwordInput = document.querySelector('#pw1')",
            r#"password: "password""#,
            "password.length >= 8",
            "password = getPassword()",
            "<password></password>",
            r#"password = getenv("Hunter2!x")"#,
            r#"password = Some("Hunter2!x" + suffix)"#,
            r#"{"type": "password", "name": "Hunter2!x"}"#,
            r#"{\"type\":\"password\",\"name\":\"Hunter2!x\"}"#,
            "the DB_PASSWORD=Hunter2!x is an example",
            "UPDATE u SET pw = digest(:password, 'sha256');",
            "VALUES (:user, :password, '2020-01-01')",
            "add_column :users, :password, 'varchar(255)'",
            r#"errors.add(:password, "mismatch1")"#,
            r#"strPassword = Request("txtPwd1")"#,
            "password = PasswordField('Contraseña1')",
            r#"password = Some("Hunter2!x").map(read)"#,
            r#"if type == "password" || "tel1" in x"#,
            r#"if name == "password" or "pwd1" in name:"#,
            "UPDATE users SET hash = md5(password || 'salt99x');",
            "_(\"Invalid username/password or 'OTP77'\")",
            r#"formErrors.password || "Pflichtfeld1!""#,
            "{id: int4, password: varchar255, token: char64x}",
            "{ user: string, password: string }",
            "{ password: user.password }",
            "{ password: $PASSWORD1, user: x }",
            "labelPassword: 'Hasło:',",
            "password_charset = 'UTF-8'",
        ] {
            assert_eq!(found(line, "password", Wanted::Password), None, "{line}");
        }
    }

    #[test]
    fn a_token_is_read_in_lists_calls_and_dumps() {
        let token = "9f86d081884c7d659a2feaa0c55ad015";
        for (line, keyword) in [
            ("{'tokens': ['TOKEN', 'b']}", "token"),
            ("var tokens = []string{\"TOKEN\"}", "token"),
            (r#""apitoken": "{\"acme\":\"TOKEN\"}","#, "token"),
            ("secret_key = unhexlify('TOKEN')", "key"),
            ("secretKey, err := hex.DecodeString(\"TOKEN\")", "key"),
            ("byte[] secretKey = Base64.getDecoder().decode(\"TOKEN\");", "key"),
            ("const secretKey = Buffer.from('TOKEN', 'hex')", "key"),
            (r#"a:1:{s:9:"api_token";s:32:"TOKEN";}"#, "token"),
            ("keytool -list -storepass TOKEN", "pass"),
        ] {
            let wanted = if keyword == "pass" { Wanted::Password } else { Wanted::Token };
            let found = found(&line.replace("TOKEN", token), keyword, wanted);
            assert_eq!(found.map(|found| found.0).as_deref(), Some(token), "{line}");
        }
        for line in ["token = digest('TOKEN')", "s:5:\"token\";s:x", "token, other := f(\"TOKEN\")"]
        {
            assert_eq!(
                found(&line.replace("TOKEN", token), "token", Wanted::Token),
                None,
                "{line}"
            );
        }
    }

    #[test]
    fn each_of_a_list_is_judged_and_a_label_is_not() {
        let line = "passwords = ['Hunter2!x', 'your password', 'zhmhhfld']";
        let all = find(line.as_bytes(), 0..8, Wanted::Password);
        let values: Vec<&str> = all.iter().map(|found| &line[found.value.clone()]).collect();
        assert_eq!(values, ["Hunter2!x", "zhmhhfld"]);
        assert!(all.iter().all(|found| found.listed && found.confidence == Confidence::Low));
        for line in ["password: ['required', 'min8']", "password: {label: 'Kennwort1'}"] {
            assert_eq!(found(line, "password", Wanted::Password), None, "{line}");
        }
    }

    #[test]
    fn a_parameter_of_a_url_is_no_variable() {
        let is_bare = |line: &str| {
            let at = line.find("apiKey").unwrap();
            find(line.as_bytes(), at..at + 6, Wanted::Token).first().map(|found| found.bare)
        };
        let token = "9f86d081884c7d659a2feaa0c55ad015";
        assert_eq!(is_bare(&format!("get('https://a.io/?apiKey={token}');")), Some(false));
        assert_eq!(is_bare(&format!("get('https://a.io/?a=b&apiKey={token}&c=d');")), Some(false));
        assert_eq!(is_bare(&format!("x ? apiKey={token}\n")), Some(true));
    }

    #[test]
    fn a_token_must_be_made_by_a_machine() {
        assert!(found(r#"api_key = "q8Zk2mW9xBv4Lr7TnY3c""#, "api_key", Wanted::Token).is_some());
        assert!(
            found("ACCESS_TOKEN=9f86d081884c7d659a2feaa0c55ad015", "token", Wanted::Token)
                .is_some()
        );
        for line in [
            r#"token = "access_token_endpoint""#,
            r#"tokenizer = "bert-base-uncased-v2""#,
            "tokenType: Bearer12345",
            r#"token_url: "https://auth.example.org/token1""#,
        ] {
            assert_eq!(found(line, "token", Wanted::Token), None, "{line}");
        }
    }
}
