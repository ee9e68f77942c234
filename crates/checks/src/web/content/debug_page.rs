use model::{CheckId, Confidence, Cwe, Severity};

use crate::web::{Check, Found, Report, Run, Visit, bodies, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("content.debug-page"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    // Active Debug Code.
    cwe: Some(Cwe(489)),
    reference: "https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing/08-Testing_for_Error_Handling/01-Testing_For_Improper_Error_Handling",
    page: page!("content/debug-page"),
    run: Run::Site(run),
};

/// Words that stand together on the error page that a framework shows to its developer, and how the framework is told not to.
const PAGES: &[(&str, &[&str], &str)] = &[
    ("Django", &["DEBUG = True", "URLconf"], "Set `DEBUG = False` in the settings."),
    ("Django", &["DEBUG = True", "Traceback"], "Set `DEBUG = False` in the settings."),
    (
        "Rails",
        &["<h1>Routing Error</h1>", "Rails.root"],
        "Run it with `RAILS_ENV=production`; there `config.consider_all_requests_local` is false.",
    ),
    (
        "Rails",
        &["Action Controller: Exception caught"],
        "Run it with `RAILS_ENV=production`; there `config.consider_all_requests_local` is false.",
    ),
    (
        "Rails web-console",
        &["data-template=\"console\"", "web-console"],
        "Keep the gem `web-console` in the group `development`.",
    ),
    (
        "Laravel Ignition",
        &["window.ignite", "ignition"],
        "Set `APP_DEBUG=false` and `APP_ENV=production` in `.env`.",
    ),
    (
        "Laravel Ignition",
        &["Spatie\\LaravelIgnition"],
        "Set `APP_DEBUG=false` and `APP_ENV=production` in `.env`.",
    ),
    (
        "Whoops",
        &["Whoops! There was an error.", "exc-title"],
        "Turn the application's debug mode off.",
    ),
    (
        "Symfony",
        &["<abbr title=\"Symfony\\", "trace-line"],
        "Set `APP_ENV=prod` and `APP_DEBUG=0`.",
    ),
    (
        "Werkzeug",
        &["Werkzeug Debugger", "EVALEX"],
        "Never run Flask with `debug=True` or `FLASK_DEBUG=1` where others reach it: its console runs code.",
    ),
    (
        "ASP.NET",
        &["Server Error in '", "<b> Stack Trace:</b>"],
        "Set `<customErrors mode=\"RemoteOnly\" />` and `<compilation debug=\"false\" />` in `web.config`.",
    ),
    (
        "ASP.NET Core",
        &["<title>Internal Server Error</title>", "id=\"stackpage\""],
        "Set `ASPNETCORE_ENVIRONMENT=Production`.",
    ),
    (
        "Play",
        &["<h1 id=\"title\">Action Not Found</h1>", "play-error-page"],
        "Start it in production mode, with `play.http.secret.key` set.",
    ),
    (
        "Yii",
        &["Yii Framework", "class=\"call-stack\""],
        "Set `YII_DEBUG` to false and `YII_ENV` to `prod`.",
    ),
    ("CakePHP", &["<title>Error: ", "cake-error"], "Set `debug` to false in `config/app.php`."),
    (
        "Phoenix",
        &["Plug.Debugger", "Phoenix"],
        "Run it with `MIX_ENV=prod`; there `debug_errors` is false.",
    ),
];

/// Whose pages run code for whoever asks, or have done so, or show the environment with its secrets.
const GRAVE: &[&str] = &["Werkzeug", "Rails web-console", "Laravel Ignition", "Whoops"];

/// Only what came with an error: a manual may quote such a page.
fn run(visit: &Visit<'_>, report: &mut Report) {
    for (answer, text) in bodies::texts(visit).filter(|(answer, _)| answer.status >= 400) {
        let page = PAGES.iter().find(|(_, words, _)| words.iter().all(|word| text.contains(word)));
        if let Some((framework, words, repair)) = page {
            report.add(
                Found::at(&answer.url)
                    .key(*framework)
                    .severity(if GRAVE.contains(framework) {
                        Severity::High
                    } else {
                        Severity::Medium
                    })
                    .detail(format!("It is the error page that {framework} shows to developers."))
                    .repair(*repair)
                    .evidence("status", answer.status.to_string())
                    .evidence("value", words.first().copied().unwrap_or_default()),
            );
        }
    }
}
