//! Pages and files with one weakness each.

/// A page with one weakness in its head or its status.
pub(super) struct Page {
    pub(super) check: &'static str,
    pub(super) path: &'static str,
    /// Lines of the head.
    pub(super) fields: &'static str,
    pub(super) body: &'static str,
    pub(super) status: u16,
}

const fn page(check: &'static str, path: &'static str, fields: &'static str) -> Page {
    Page { check, path, fields, body: "<!doctype html><title>Page</title>", status: 200 }
}

const fn place(
    check: &'static str,
    path: &'static str,
    fields: &'static str,
    body: &'static str,
) -> Page {
    Page { check, path, fields, body, status: 200 }
}

/// Every one, each at a path of its own; those without are part of the answer for what is missing.
pub(super) fn pages() -> Vec<Page> {
    vec![
        page(
            "headers.cacheable-cookies",
            "/cacheable",
            "cache-control: public, max-age=600\nset-cookie: session=9f86d081884c7d659a2feaa0c55ad015; Secure; HttpOnly; SameSite=Lax",
        ),
        page(
            "headers.cookie-attributes",
            "/cookie-attributes",
            "set-cookie: sid=9f86d081884c7d659a2feaa0c55ad015",
        ),
        page(
            "headers.cookie-lifetime",
            "/cookie-lifetime",
            "set-cookie: sessionid=9f86d081884c7d659a2feaa0c55ad015; Max-Age=63072000",
        ),
        page(
            "headers.cookie-prefix",
            "/cookie-prefix",
            "set-cookie: __Host-id=a; Secure; Path=/; Domain=weak.test",
        ),
        page("headers.cookie-rejected", "/cookie-rejected", "set-cookie: a=1; SameSite=None"),
        page(
            "headers.cookie-scope",
            "/cookie-scope",
            "set-cookie: PHPSESSID=9f86d081884c7d659a2feaa0c55ad015; Domain=weak.test",
        ),
        page("headers.cookie-syntax", "/cookie-syntax", "set-cookie: lax=1; SameSite=Laxx"),
        page(
            "headers.cors-insecure-origin",
            "/cors-http",
            "access-control-allow-origin: http://app.example\naccess-control-allow-credentials: true",
        ),
        page(
            "headers.cors-invalid",
            "/cors-two",
            "access-control-allow-origin: https://a.example, https://b.example",
        ),
        page("headers.cors-null-origin", "/cors-null", "access-control-allow-origin: null"),
        page(
            "headers.cors-wildcard-credentials",
            "/cors-any",
            "access-control-allow-origin: *\naccess-control-allow-credentials: true",
        ),
        page(
            "headers.cross-domain-policies",
            "/cross-domain",
            "x-permitted-cross-domain-policies: all",
        ),
        page(
            "headers.cross-origin-policies-invalid",
            "/opener",
            "cross-origin-opener-policy: \"same-origin\"",
        ),
        page(
            "headers.csp-bypassable-host",
            "/csp-host",
            "content-security-policy: script-src 'self' https://cdn.jsdelivr.net",
        ),
        page(
            "headers.csp-insecure-scheme",
            "/csp-http",
            "content-security-policy: default-src 'self' http:",
        ),
        page(
            "headers.csp-missing-directives",
            "/csp-little",
            "content-security-policy: upgrade-insecure-requests",
        ),
        page(
            "headers.csp-report-endpoint",
            "/csp-report",
            "content-security-policy: default-src 'self'; report-to csp",
        ),
        page(
            "headers.csp-report-only",
            "/csp-only",
            "content-security-policy-report-only: default-src 'self'; report-uri /csp",
        ),
        page("headers.csp-syntax", "/csp-syntax", "content-security-policy: default-src self"),
        page(
            "headers.csp-unsafe-eval",
            "/csp-eval",
            "content-security-policy: script-src 'self' 'unsafe-eval'",
        ),
        page(
            "headers.csp-unsafe-inline",
            "/csp-inline",
            "content-security-policy: script-src 'self' 'unsafe-inline'",
        ),
        page(
            "headers.csp-unsafe-inline-style",
            "/csp-style",
            "content-security-policy: default-src 'self'; style-src 'self' 'unsafe-inline'",
        ),
        page("headers.csp-wildcard-source", "/csp-any", "content-security-policy: script-src *"),
        page(
            "headers.debug-headers",
            "/debug",
            "x-debug-token: 3f2a1b\nx-debug-token-link: https://weak.test/_profiler/3f2a1b",
        ),
        page("headers.deprecated-headers", "/deprecated", "x-xss-protection: 1; mode=block"),
        page(
            "headers.duplicate-headers",
            "/twice",
            "strict-transport-security: max-age=0\nstrict-transport-security: max-age=31536000",
        ),
        page("headers.framing", "/framing", "x-frame-options: ALLOW-FROM https://partner.example"),
        page(
            "headers.hsts-invalid",
            "/hsts-invalid",
            "strict-transport-security: includeSubDomains",
        ),
        page(
            "headers.hsts-preload",
            "/hsts-preload",
            "strict-transport-security: max-age=86400; includeSubDomains; preload",
        ),
        page("headers.hsts-short", "/hsts-short", "strict-transport-security: max-age=86400"),
        page(
            "headers.hsts-subdomains",
            "/hsts-alone",
            "strict-transport-security: max-age=31536000",
        ),
        page("headers.internal-address", "/internal", "x-backend-server: 10.0.3.17:8080"),
        page(
            "headers.permissions-policy-invalid",
            "/permissions",
            "permissions-policy: camera 'none'; microphone 'none'",
        ),
        page("headers.referrer-policy-invalid", "/referrer-none", "referrer-policy: none"),
        page("headers.referrer-policy-unsafe", "/referrer-all", "referrer-policy: unsafe-url"),
        page("headers.refresh-header", "/refresh", "refresh: 0; url=/new"),
        page("headers.content-type-options", "/sniff", "x-content-type-options: sniff"),
        page("headers.server-version", "/server", "server: nginx/1.18.0 (Ubuntu)"),
        page("headers.technology-banner", "/banner", "x-powered-by: PHP/7.4.3"),
        page("platform.development-server", "/werkzeug", "server: Werkzeug/3.0.1 Python/3.12.1"),
        page("platform.outdated-apache", "/apache", "server: Apache/2.2.15"),
        page("platform.outdated-iis", "/iis", "server: Microsoft-IIS/8.5"),
        page("platform.outdated-nginx", "/nginx", "server: nginx/1.14.0"),
        page(
            "platform.outdated-openssl",
            "/openssl",
            "server: Apache/2.4.41 (Win64) OpenSSL/1.1.1c PHP/8.4.1",
        ),
        page("platform.outdated-php", "/php", "x-powered-by: PHP/7.4.33"),
        page("platform.outdated-python", "/python", "server: Werkzeug/0.16.0 Python/3.6.9"),
        page("performance.cache-conflict", "/cache", "cache-control: no-store, max-age=3600"),
        place(
            "headers.csp-meta-only",
            "/csp-meta",
            "",
            "<!doctype html><head><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'self'; frame-ancestors 'none'\"></head>",
        ),
        place(
            "i18n.charset-conflict",
            "/two-charsets",
            "content-type: text/html; charset=ISO-8859-1",
            "<!doctype html><meta charset=\"utf-8\"><title>x</title>",
        ),
        place(
            "i18n.charset-legacy",
            "/latin",
            "content-type: text/html; charset=iso-8859-1",
            "<!doctype html><title>x</title>",
        ),
        place(
            "i18n.charset-missing",
            "/no-charset",
            "content-type: text/html",
            "<!doctype html><title>\u{d6}ffnungszeiten</title>",
        ),
        place(
            "content.stack-trace",
            "/warning",
            "",
            "<br /><b>Warning</b>:  Undefined variable $x in <b>/var/www/shop/index.php</b> on line <b>12</b><br />",
        ),
        Page {
            status: 500,
            ..place(
                "content.database-error",
                "/sql",
                "",
                "SQLSTATE[42S02]: Base table or view not found: 1146 Table 'shop.orders' doesn't exist",
            )
        },
        place(
            "exposure.directory-listing",
            "/files/",
            "",
            "<html><head><title>Index of /files</title></head><body><h1>Index of /files</h1><a href=\"../\">../</a></body></html>",
        ),
        place(
            "exposure.bucket-listing",
            "/bucket",
            "content-type: application/xml",
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>shop</Name><Contents><Key>a.zip</Key></Contents></ListBucketResult>",
        ),
        place(
            "exposure.actuator-environment",
            "/actuator/env",
            "content-type: application/json",
            "{\"activeProfiles\": [\"prod\"], \"propertySources\": [{\"name\": \"systemEnvironment\", \"properties\": {}}]}",
        ),
        place(
            "exposure.actuator",
            "/actuator",
            "content-type: application/vnd.spring-boot.actuator.v3+json",
            "{\"_links\": {\"self\": {\"href\": \"https://weak.test/actuator\"}, \"heapdump\": {\"href\": \"https://weak.test/actuator/heapdump\"}}}",
        ),
        place(
            "exposure.api-explorer",
            "/docs",
            "",
            "<div id=\"swagger-ui\"></div><script>const ui = SwaggerUIBundle({url: \"/openapi.json\"})</script>",
        ),
        place(
            "exposure.cross-domain-policy",
            "/crossdomain.xml",
            "content-type: text/xml",
            "<?xml version=\"1.0\"?><cross-domain-policy><allow-access-from domain=\"*\"/></cross-domain-policy>",
        ),
        place(
            "exposure.ds-store",
            "/.DS_Store",
            "content-type: application/octet-stream",
            "\0\0\0\u{1}Bud1\0\0",
        ),
        place(
            "exposure.elmah",
            "/elmah.axd",
            "",
            "<title>Error log for shop on WEB01 (Page #1)</title><h1>Error Log for shop on WEB01</h1><p>Powered by ELMAH</p>",
        ),
        place(
            "exposure.environment-file",
            "/.env",
            "content-type: application/octet-stream",
            "# production\nAPP_NAME=Shop\nDB_PASSWORD=\"hunter2\"\n",
        ),
        place(
            "exposure.git-repository",
            "/.git/HEAD",
            "content-type: text/plain",
            "ref: refs/heads/main\n",
        ),
        place(
            "exposure.go-profiler",
            "/debug/pprof/",
            "",
            "<html><head><title>/debug/pprof/</title></head><body>/debug/pprof/<p>Types of profiles available:</p></body></html>",
        ),
        place(
            "exposure.graphql-introspection",
            "/graphql",
            "content-type: application/json",
            "{\"data\": {\"__schema\": {\"queryType\": {\"name\": \"Query\"}, \"types\": []}}}",
        ),
        place(
            "exposure.laravel-telescope",
            "/telescope",
            "",
            "<title>Telescope - Shop</title><script>window.Telescope = {\"path\":\"telescope\"};</script>",
        ),
        place(
            "exposure.mercurial-repository",
            "/.hg/requires",
            "content-type: text/plain",
            "dotencode\nfncache\nrevlogv1\nstore\n",
        ),
        place(
            "exposure.metrics",
            "/metrics",
            "content-type: text/plain; version=0.0.4",
            "# HELP go_goroutines Number of goroutines that currently exist.\n# TYPE go_goroutines gauge\ngo_goroutines 12\n",
        ),
        place(
            "exposure.openapi-document",
            "/openapi.json",
            "content-type: application/json",
            "{\"openapi\": \"3.1.0\", \"info\": {\"title\": \"Shop\"}, \"paths\": {\"/orders\": {}}}",
        ),
        place(
            "exposure.phpinfo",
            "/phpinfo.php",
            "",
            "<title>PHP 8.3.4 - phpinfo()</title><h1 class=\"p\">PHP Version 8.3.4</h1>",
        ),
        place(
            "exposure.server-status",
            "/server-status",
            "",
            "<h1>Apache Server Status for example.com (via 10.0.0.5)</h1>",
        ),
        place(
            "exposure.subversion-repository",
            "/.svn/entries",
            "content-type: text/plain",
            "12\n",
        ),
        place(
            "exposure.symfony-profiler",
            "/_profiler/",
            "",
            "<title>Symfony Profiler</title><a href=\"/_profiler/empty/search/results\">Search</a>",
        ),
        place(
            "exposure.wordpress-debug-log",
            "/wp-content/debug.log",
            "content-type: text/plain",
            "[12-Mar-2026 10:00:00 UTC] PHP Warning:  Undefined variable $x in /var/www/html/wp-content/plugins/a/a.php on line 3\n",
        ),
        place(
            "exposure.wordpress-users",
            "/wp-json/wp/v2/users",
            "content-type: application/json",
            "[{\"id\": 1, \"name\": \"Ann\", \"slug\": \"ann\"}]",
        ),
        Page {
            status: 404,
            ..place(
                "content.debug-page",
                "",
                "",
                "<p>Using the URLconf defined in <code>shop.urls</code>, Django tried these patterns</p><p>You're seeing this error because you have <code>DEBUG = True</code></p>",
            )
        },
        Page {
            status: 404,
            ..place(
                "platform.outdated-tomcat",
                "",
                "",
                "<h1>HTTP Status 404 – Not Found</h1><hr class=\"line\" /><h3>Apache Tomcat/8.5.32</h3>",
            )
        },
    ]
}
