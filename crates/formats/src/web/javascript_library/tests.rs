use std::time::Instant;

use proptest::prelude::*;

use super::*;

fn versions(content: &str) -> Vec<(String, String)> {
    in_content(content.as_bytes()).into_iter().map(|l| (l.package, l.version)).collect()
}

#[test]
fn every_pattern_finds_its_examples_and_nothing_in_its_counter_examples() {
    for pattern in &PATTERNS {
        let name = (pattern.package, pattern.regex);
        assert!(compile(pattern).is_some(), "{name:?}");
        assert!(!pattern.examples.is_empty(), "{name:?}");
        for (content, version) in pattern.examples {
            // Alone, and in the middle of a bundle.
            for content in [(*content).to_owned(), format!("a();\n{content}\nb();")] {
                let found = in_content(content.as_bytes());
                let library = found.iter().find(|l| l.package == pattern.package);
                let library = library.unwrap_or_else(|| panic!("{name:?}: {content}"));
                assert_eq!(&library.version, version, "{name:?}: {content}");
                let place = &content[library.range.clone()];
                assert!(version.contains(place), "{place} is not {version}");
            }
        }
        for content in pattern.counter_examples {
            assert!(content.contains(pattern.literal), "{name:?}: {content} is no test");
            let found = versions(content);
            assert!(found.iter().all(|l| l.0 != pattern.package), "{content}: {found:?}");
        }
    }
}

#[test]
fn no_example_is_taken_for_another_library() {
    for pattern in &PATTERNS {
        for (content, _) in pattern.examples {
            let found = versions(content);
            assert!(found.iter().all(|l| l.0 == pattern.package), "{content}: {found:?}");
        }
    }
}

#[test]
fn a_bundle_holds_several_versions_of_one_library_each_told_once() {
    let bundle = "/*! jQuery v1.12.4 */x();/*! jQuery v3.6.0 */y();/*! jQuery v1.12.4 */";
    let found = in_content(bundle.as_bytes());
    let versions: Vec<_> = found.iter().map(|l| l.version.as_str()).collect();
    assert_eq!(versions, ["1.12.4", "3.6.0"]);
    assert_eq!(&bundle[found[1].range.clone()], "3.6.0");
}

#[test]
fn prose_about_a_library_is_no_banner() {
    let confidence = |content: &str| in_content(content.as_bytes())[0].confidence;
    for banner in [
        "/*! jQuery v3.4.1 */",
        "a();/* x */\n/*\n * jQuery v3.4.1",
        "// https://x.example jQuery v3.4.1",
    ] {
        assert_eq!(confidence(banner), Confidence::High, "{banner}");
    }
    for prose in [
        "<p>We use jQuery v3.4.1",
        "/* x */ \"jQuery v3.4.1\"",
        "see https://x.example jQuery v3.4.1",
    ] {
        assert_eq!(confidence(prose), Confidence::Low, "{prose}");
    }
}

#[test]
fn addresses_name_libraries_and_versions() {
    use Confidence::{High, Low, Medium};
    for (url, package, version, confidence) in [
        ("https://code.jquery.com/jquery-3.4.1.min.js", "jquery", "3.4.1", Medium),
        ("https://code.jquery.com/jquery-3.4.1.slim.min.js", "jquery", "3.4.1", Medium),
        ("https://code.jquery.com/ui/1.12.1/jquery-ui.min.js", "jquery-ui", "1.12.1", Medium),
        (
            "//cdnjs.cloudflare.com/ajax/libs/twitter-bootstrap/4.3.1/js/bootstrap.js",
            "bootstrap",
            "4.3.1",
            High,
        ),
        (
            "https://cdnjs.cloudflare.com/ajax/libs/lodash.js/4.17.15/lodash.core.min.js",
            "lodash",
            "4.17.15",
            High,
        ),
        ("https://cdnjs.cloudflare.com/ajax/libs/some-lib/1.2/x.js", "some-lib", "1.2", Medium),
        (
            "https://ajax.googleapis.com/ajax/libs/angularjs/1.6.9/angular.min.js",
            "angular",
            "1.6.9",
            High,
        ),
        ("https://cdn.jsdelivr.net/npm/vue@2.6.11/dist/vue.js", "vue", "2.6.11", High),
        (
            "https://cdn.jsdelivr.net/npm/@popperjs/core@2.11.6/dist/umd/popper.min.js",
            "@popperjs/core",
            "2.11.6",
            High,
        ),
        (
            "https://unpkg.com/react-dom@16.13.1/umd/react-dom.production.min.js",
            "react-dom",
            "16.13.1",
            High,
        ),
        ("https://unpkg.com/d3@4.0.0-rc.1", "d3", "4.0.0-rc.1", High),
        (
            "https://maxcdn.bootstrapcdn.com/bootstrap/3.3.7/js/bootstrap.min.js",
            "bootstrap",
            "3.3.7",
            Medium,
        ),
        ("/wp-includes/js/jquery/jquery.min.js?ver=3.6.0", "jquery", "3.6.0", Low),
        ("js/jquery.dataTables-1.10.20.min.js", "datatables.net", "1.10.20", Medium),
        ("/static/swfobject_2.2.js", "swfobject", "2.2", Medium),
    ] {
        let found = in_url(url);
        assert_eq!(found.len(), 1, "{url}: {found:?}");
        assert_eq!((found[0].package.as_str(), found[0].version.as_str()), (package, version));
        assert_eq!(found[0].confidence, confidence, "{url}");
        assert_eq!(&url[found[0].range.clone()], version);
    }
    let combined = in_url(
        "https://cdn.jsdelivr.net/combine/npm/jquery@3.4.1,npm/bootstrap@4.3.1/dist/js/bootstrap.min.js",
    );
    assert_eq!(combined.len(), 2);
    for url in [
        "https://unpkg.com/vue@3",
        "https://unpkg.com/vue@latest/dist/vue.js",
        "https://unpkg.com/vue@3.4/dist/vue.js",
        "https://cdn.jsdelivr.net/gh/user/repo@1.2.3/x.js",
        "https://example.com/app-1.2.3.js",
        "https://user@1.2.3.4/jquery.js",
        "/jquery.js?ver=5",
        "/jquery-3.4.1.css",
        "",
    ] {
        assert_eq!(in_url(url), [], "{url}");
    }
}

#[test]
fn a_large_bundle_takes_one_pass() {
    let line = "function a(b,c){return b.version===c?b.useState(c):{name:\"x\",jquery:c}}\n";
    let mut bundle = line.repeat(10 * 1024 * 1024 / line.len());
    bundle.push_str("/*! jQuery v3.4.1 */");
    let hostile = "moment.js lodash Select2 jQuery UI __lodash_hash_undefined__".repeat(150_000);
    assert_eq!(in_content(b""), []);
    let start = Instant::now();
    assert_eq!(versions(&bundle).len(), 1);
    let took = start.elapsed();
    let start = Instant::now();
    assert_eq!(in_content(hostile.as_bytes()), []);
    eprintln!("10 MB in {took:?}, a hostile 9 MB in {:?}", start.elapsed());
    assert!(took.as_secs() < 2 && start.elapsed().as_secs() < 5);
}

proptest! {
    #[test]
    fn whatever_stands_there_is_read(
        content in proptest::collection::vec(any::<u8>(), 0..200),
        text in "(jQuery v|lodash |[0-9.]{0,8}|moment\\.js|@license React v|\\PC|\n){0,30}",
        url in "(/|@|jquery|ajax/libs/|[-.0-9?=,]|ver|\\.js|\\PC){0,20}",
    ) {
        let _ = in_content(&content);
        for library in in_content(text.as_bytes()) {
            prop_assert!(text.get(library.range.clone()).is_some());
        }
        for library in in_url(&url) {
            prop_assert_eq!(url.get(library.range.clone()), Some(library.version.as_str()));
        }
    }
}
