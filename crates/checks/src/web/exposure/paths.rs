//! What a crawl asks for by its usual name, each with `GET` and nothing else.

/// A path that sites leave open by mistake, or that they ought to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExposedPath {
    /// From the root of the site's origin; with a query, where the answer without one says nothing.
    pub path: &'static str,
    /// The check that judges the answer.
    pub check: &'static str,
}

/// Every path, in order. Those below `/.well-known/` are answered as [`Role::WellKnown`](model::site::Role::WellKnown), the others as
/// [`Role::Exposed`](model::site::Role::Exposed).
pub const EXPOSED_PATHS: &[ExposedPath] = &[
    of("/.DS_Store", "exposure.ds-store"),
    of("/.env", "exposure.environment-file"),
    of("/.env.local", "exposure.environment-file"),
    of("/.env.production", "exposure.environment-file"),
    of("/.git/HEAD", "exposure.git-repository"),
    of("/.git/config", "exposure.git-repository"),
    of("/.hg/requires", "exposure.mercurial-repository"),
    of("/.svn/entries", "exposure.subversion-repository"),
    of("/.svn/wc.db", "exposure.subversion-repository"),
    of("/.well-known/security.txt", "exposure.security-txt-missing"),
    of("/_profiler", "exposure.symfony-profiler"),
    of("/_profiler/", "exposure.symfony-profiler"),
    of("/actuator", "exposure.actuator"),
    of("/actuator/env", "exposure.actuator-environment"),
    of("/actuator/prometheus", "exposure.metrics"),
    of("/app_dev.php", "exposure.symfony-profiler"),
    of("/clientaccesspolicy.xml", "exposure.cross-domain-policy"),
    of("/crossdomain.xml", "exposure.cross-domain-policy"),
    of("/debug/pprof/", "exposure.go-profiler"),
    of("/docs", "exposure.api-explorer"),
    of("/elmah.axd", "exposure.elmah"),
    of("/env", "exposure.actuator-environment"),
    of("/graphiql", "exposure.api-explorer"),
    of(
        "/graphql?query=%7B__schema%7BqueryType%7Bname%7Dtypes%7Bname%7D%7D%7D",
        "exposure.graphql-introspection",
    ),
    of("/info.php", "exposure.phpinfo"),
    of("/metrics", "exposure.metrics"),
    of("/nginx_status", "exposure.server-status"),
    of("/openapi.json", "exposure.openapi-document"),
    of("/phpinfo.php", "exposure.phpinfo"),
    of("/redoc", "exposure.api-explorer"),
    of("/server-status", "exposure.server-status"),
    of("/swagger-ui.html", "exposure.api-explorer"),
    of("/swagger-ui/", "exposure.api-explorer"),
    of("/swagger-ui/index.html", "exposure.api-explorer"),
    of("/swagger.json", "exposure.openapi-document"),
    of("/swagger/index.html", "exposure.api-explorer"),
    of("/swagger/v1/swagger.json", "exposure.openapi-document"),
    of("/telescope", "exposure.laravel-telescope"),
    of("/telescope/requests", "exposure.laravel-telescope"),
    of("/trace.axd", "exposure.elmah"),
    of("/v2/api-docs", "exposure.openapi-document"),
    of("/v3/api-docs", "exposure.openapi-document"),
    of("/wp-content/debug.log", "exposure.wordpress-debug-log"),
    of("/wp-json/wp/v2/users", "exposure.wordpress-users"),
];

const fn of(path: &'static str, check: &'static str) -> ExposedPath {
    ExposedPath { path, check }
}

#[cfg(test)]
mod tests {
    use crate::web::catalogue;

    use super::*;

    #[test]
    fn every_path_is_judged_by_a_check() {
        assert!(EXPOSED_PATHS.is_sorted_by(|a, b| a.path < b.path));
        for exposed in EXPOSED_PATHS {
            let judge = catalogue().find(|check| check.id.as_str() == exposed.check);
            // Its page has an example with the path, or one with a path beside it.
            assert!(
                judge.is_some_and(|check| check.page.contains(" as exposed")
                    || check.page.contains("/.well-known/"))
            );
            assert!(exposed.path.starts_with('/') && !exposed.path.contains(['#', ' ', '{']));
        }
    }
}
