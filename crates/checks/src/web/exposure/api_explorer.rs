use model::{CheckId, Confidence, Severity};

use super::answers;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("exposure.api-explorer"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://swagger.io/tools/swagger-ui/",
    page: page!("exposure/api-explorer"),
    run: Run::Site(run),
};

const PATHS: &[&str] = &[
    "/swagger-ui/",
    "/swagger-ui.html",
    "/swagger-ui/index.html",
    "/swagger/index.html",
    "/docs",
    "/redoc",
    "/graphiql",
];

/// What only these pages hold, and what they are.
const PAGES: &[(&str, &str)] = &[
    ("SwaggerUIBundle", "Swagger UI"),
    ("swagger-ui-bundle.js", "Swagger UI"),
    ("<redoc ", "Redoc"),
    ("redoc.standalone.js", "Redoc"),
    ("GraphiQL.createFetcher", "GraphiQL"),
    ("graphiql.min.js", "GraphiQL"),
];

fn run(visit: &Visit<'_>, report: &mut Report) {
    for (answer, text) in answers::at(visit, PATHS).filter(|(_, text)| answers::is_page(text)) {
        if let Some((mark, what)) = PAGES.iter().find(|(mark, _)| text.contains(mark)) {
            report.add(
                answers::found(answer, what)
                    .detail(format!("It is {what}."))
                    .evidence("value", *mark),
            );
        }
    }
}
