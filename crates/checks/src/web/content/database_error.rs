use model::{CheckId, Confidence, Cwe, Severity};

use crate::web::{Check, Found, Report, Run, Visit, bodies, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("content.database-error"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    // Generation of Error Message Containing Sensitive Information.
    cwe: Some(Cwe(209)),
    reference: "https://owasp.org/www-community/attacks/SQL_Injection",
    page: page!("content/database-error"),
    run: Run::Site(run),
};

/// What databases and their drivers say, and whose words they are.
const WORDS: &[(&str, &str)] = &[
    ("You have an error in your SQL syntax; check the manual", "MySQL"),
    ("SQLSTATE[", "PDO"),
    ("mysqli_sql_exception", "MySQL"),
    ("supplied argument is not a valid MySQL", "MySQL"),
    ("pg_query(): Query failed", "PostgreSQL"),
    ("PG::SyntaxError", "PostgreSQL"),
    ("org.postgresql.util.PSQLException", "PostgreSQL"),
    ("psycopg2.errors.", "PostgreSQL"),
    ("Unclosed quotation mark after the character string", "SQL Server"),
    ("System.Data.SqlClient.SqlException", "SQL Server"),
    ("Microsoft OLE DB Provider for", "SQL Server"),
    ("java.sql.SQLException", "JDBC"),
    ("ORA-00933: ", "Oracle"),
    ("ORA-01756: ", "Oracle"),
    ("SQLite3::SQLException", "SQLite"),
    ("sqlite3.OperationalError", "SQLite"),
    ("MongoServerError: ", "MongoDB"),
    ("Error establishing a database connection</h1>", "WordPress"),
];

/// Only what came with an error: a page with success may be about databases.
fn run(visit: &Visit<'_>, report: &mut Report) {
    for (answer, text) in bodies::texts(visit).filter(|(answer, _)| answer.status >= 400) {
        if let Some((words, database)) = WORDS.iter().find(|(words, _)| text.contains(words)) {
            report.add(
                Found::at(&answer.url)
                    .key(*database)
                    .detail(format!("They are the words of {database}."))
                    .evidence("status", answer.status.to_string())
                    .evidence("value", *words),
            );
        }
    }
}
