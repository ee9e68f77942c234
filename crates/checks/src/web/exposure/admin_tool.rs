use model::{CheckId, Confidence, Cwe, Severity};

use crate::web::{Check, Found, Page, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("exposure.admin-tool"),
    severity: Severity::Low,
    confidence: Confidence::High,
    // Excessive Attack Surface.
    cwe: Some(Cwe(1125)),
    reference: "https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing/02-Configuration_and_Deployment_Management_Testing/05-Enumerate_Infrastructure_and_Application_Admin_Interfaces",
    page: page!("exposure/admin-tool"),
    run: Run::Page(run),
};

/// Tools for those who run a site: the start of the title, a mark in the page, and the name.
const TOOLS: &[(&str, &str, &str)] = &[
    ("phpMyAdmin", "pma_username", "phpMyAdmin"),
    ("Login - Adminer", "adminer", "Adminer"),
    ("phpPgAdmin", "phppgadmin", "phpPgAdmin"),
    ("pgAdmin 4", "pgadmin", "pgAdmin"),
    ("Sign in [Jenkins]", "j_username", "Jenkins"),
    ("RabbitMQ Management", "rabbitmq", "RabbitMQ"),
    ("Portainer", "portainer", "Portainer"),
    ("Traefik", "traefik", "Traefik"),
    ("Apache Airflow", "airflow", "Airflow"),
    ("Kibana", "kbn", "Kibana"),
    ("Plesk Obsidian", "plesk", "Plesk"),
    ("Webmin", "webmin", "Webmin"),
];

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let title = page.document.first("title").map(|title| title.words()).unwrap_or_default();
    let tool =
        TOOLS.iter().find(|(start, mark, _)| title.starts_with(start) && page.text.contains(mark));
    if let Some((_, _, name)) = tool {
        report.add(
            Found::at(page.url())
                .key(*name)
                .detail(format!("It is {name}."))
                .evidence("value", title),
        );
    }
}
