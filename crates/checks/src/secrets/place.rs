//! What a path says about a candidate: in a lock file a long string is a hash, in source code a bare word is a name.

use model::Confidence;

use super::{Candidate, Rank, Rule, rule::Finder};

/// What kind of file a path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// Generated list of packages and their hashes.
    Lock,
    /// Somebody else's code, or a build's output.
    Vendored,
    /// Translations of labels.
    Labels,
    /// Style sheets and drawings.
    Markup,
    /// Tests, fixtures, examples, documentation.
    Sample,
    /// Anything else.
    Ordinary,
}

/// The kind of the file at `path` (`/`-separated).
#[must_use]
pub fn kind(path: &str) -> FileKind {
    let lower = path.to_ascii_lowercase();
    let name = lower.rsplit('/').next().unwrap_or(&lower);
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    if is_lock(name, extension) {
        return FileKind::Lock;
    }
    if is_vendored(&lower, name) {
        return FileKind::Vendored;
    }
    if matches!(
        extension,
        "css"
            | "scss"
            | "sass"
            | "less"
            | "svg"
            | "xsl"
            | "xslt"
            | "xsd"
            | "wsdl"
            | "po"
            | "pot"
            | "strings"
            | "resx"
            | "xlf"
            | "xliff"
    ) {
        return if matches!(extension, "po" | "pot" | "strings" | "resx" | "xlf" | "xliff") {
            FileKind::Labels
        } else {
            FileKind::Markup
        };
    }
    let mut folders: Vec<&str> = lower.split('/').collect();
    folders.pop();
    if folders.iter().any(|f| {
        matches!(
            *f,
            "locale"
                | "locales"
                | "i18n"
                | "l10n"
                | "lang"
                | "langs"
                | "languages"
                | "translations"
                | "translation"
        )
    }) || name == "strings.xml"
    {
        return FileKind::Labels;
    }
    let sample = |word: &str| {
        word.split(['_', '-', '.']).any(|part| {
            matches!(
                part,
                "test"
                    | "tests"
                    | "testing"
                    | "testdata"
                    | "spec"
                    | "specs"
                    | "fixture"
                    | "fixtures"
                    | "mock"
                    | "mocks"
                    | "example"
                    | "examples"
                    | "sample"
                    | "samples"
                    | "demo"
                    | "demos"
                    | "doc"
                    | "docs"
                    | "documentation"
                    | "e2e"
                    | "stub"
                    | "stubs"
                    | "testcase"
                    | "testcases"
                    | "testsuite"
                    | "testsuites"
                    | "testutil"
                    | "testutils"
                    | "testlib"
                    | "unittest"
                    | "unittests"
                    | "smoketest"
                    | "selftest"
                    | "guide"
                    | "guides"
                    | "tutorial"
                    | "tutorials"
                    | "quickstart"
                    | "quickstarts"
                    | "cookbook"
                    | "changelog"
            )
        })
    };
    // `t` is where Perl's and git's tests are.
    if folders.iter().any(|folder| sample(folder) || matches!(*folder, "__tests__" | "t"))
        || has_test_hump(path)
        || sample(name)
        || matches!(extension, "md" | "mdx" | "rst" | "adoc" | "asciidoc")
    {
        return FileKind::Sample;
    }
    // `FooTest.java`, `TestFoo.cs`, `FooTests.swift`.
    let stem = path.rsplit('/').next().unwrap_or(path);
    let stem = stem.split('.').next().unwrap_or(stem);
    if stem.ends_with("Test")
        || stem.ends_with("Tests")
        || stem.ends_with("Spec")
        || stem.ends_with("IT") && stem.len() > 4
    {
        return FileKind::Sample;
    }
    FileKind::Ordinary
}

/// Whether a key or a password at `path` is there for show: tests, examples, other people's code, and the key store with
/// which Android's tools sign on the developer's own machine.
#[must_use]
pub fn is_sample(path: &str) -> bool {
    matches!(kind(path), FileKind::Sample | FileKind::Vendored)
        || path.rsplit('/').next() == Some("debug.keystore")
}

/// A folder in mixed case one of whose words is a test: `src/androidTest`, `testFixtures`, `DockerTests`.
fn has_test_hump(path: &str) -> bool {
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    folders.split('/').any(|folder| {
        folder.strip_suffix("Test").or_else(|| folder.strip_suffix("Tests")).is_some()
            || folder
                .strip_prefix("test")
                .or_else(|| folder.strip_prefix("Test"))
                .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
    })
}

fn is_lock(name: &str, extension: &str) -> bool {
    extension == "lock"
        || matches!(
            name,
            "package-lock.json"
                | "npm-shrinkwrap.json"
                | "pnpm-lock.yaml"
                | "go.sum"
                | "packages.lock.json"
                | "project.assets.json"
                | "cargo.lock"
                | "mix.lock"
                | "flake.lock"
                | "deno.lock"
                | "bun.lockb"
                | "gradle.lockfile"
                | "podfile.lock"
                | "package.resolved"
                | "conan.lock"
                | "verification-metadata.xml"
                | ".terraform.lock.hcl"
                | "checksums.txt"
                | "sha256sums"
                | "buildinfo.json"
                | "yarn.lock"
                | ".secrets.baseline"
        )
        || matches!(extension, "sum" | "sha256" | "sha1" | "sha512" | "md5" | "integrity")
}

fn is_vendored(lower: &str, name: &str) -> bool {
    name.contains(".min.")
        || name.contains(".bundle.")
        || name.contains(".chunk.")
        || name.ends_with(".map")
        || lower.split('/').any(|folder| {
            matches!(
                folder,
                "node_modules"
                    | "bower_components"
                    | "vendor"
                    | "vendors"
                    | "third_party"
                    | "third-party"
                    | "thirdparty"
                    | "site-packages"
                    | "dist-packages"
                    | "pods"
                    | ".yarn"
                    | "jspm_packages"
                    | "godeps"
                    | "cue.mod"
            ) || is_module(folder)
        })
}

/// A folder of Go's module cache: `jwt-go@v3.2.0`.
fn is_module(folder: &str) -> bool {
    folder
        .rsplit_once("@v")
        .is_some_and(|(_, version)| version.starts_with(|c: char| c.is_ascii_digit()))
}

/// Whether a template with this name, without its last extension, makes a file of settings: `my.cnf.j2`, `values.yaml.tmpl`.
fn makes_settings(stem: &str) -> bool {
    const SETTINGS: &[&str] = &[
        "cfg",
        "cnf",
        "conf",
        "config",
        "env",
        "ini",
        "ldif",
        "properties",
        "service",
        "sh",
        "toml",
        "yaml",
        "yml",
    ];
    let extension = stem.rsplit_once('.').map_or("", |(_, extension)| extension);
    SETTINGS.iter().any(|settings| extension.eq_ignore_ascii_case(settings))
}

/// Source code, in which a value without quotes is a name or an expression.
#[must_use]
pub fn is_source_code(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let extension = extension.to_ascii_lowercase();
    if matches!(extension.as_str(), "erb" | "jinja" | "tmpl" | "tpl") && makes_settings(stem) {
        return false;
    }
    matches!(
        extension.as_str(),
        "c" | "cc"
            | "cpp"
            | "cxx"
            | "h"
            | "hh"
            | "hpp"
            | "m"
            | "mm"
            | "cs"
            | "vb"
            | "fs"
            | "java"
            | "kt"
            | "kts"
            | "scala"
            | "groovy"
            | "gradle"
            | "clj"
            | "go"
            | "rs"
            | "py"
            | "pyx"
            | "rb"
            | "erb"
            | "php"
            | "phtml"
            | "pl"
            | "pm"
            | "js"
            | "jsx"
            | "mjs"
            | "cjs"
            | "ts"
            | "tsx"
            | "vue"
            | "svelte"
            | "swift"
            | "dart"
            | "lua"
            | "r"
            | "jl"
            | "ex"
            | "exs"
            | "erl"
            | "hrl"
            | "hs"
            | "ml"
            | "mli"
            | "elm"
            | "zig"
            | "nim"
            | "cr"
            | "d"
            | "pas"
            | "sol"
            | "tf"
            | "hcl"
            | "json"
            | "jsonc"
            | "json5"
            | "ipynb"
            | "asm"
            | "s"
            | "v"
            | "sv"
            | "vhd"
            | "proto"
            | "thrift"
            | "graphql"
            | "html"
            | "htm"
            | "jsp"
            | "aspx"
            | "cshtml"
            | "razor"
            | "twig"
            | "hbs"
            | "ejs"
            | "jinja"
            | "tmpl"
            | "tpl"
            | "haml"
            | "slim"
            | "pug"
            | "css"
            | "coffee"
            | "bzl"
            | "star"
            | "awk"
            | "cmake"
            | "cue"
            | "tcl"
            | "el"
            | "lisp"
            | "scm"
            | "rkt"
    )
}

/// What the path leaves of the candidate: its confidence, or nothing.
#[must_use]
pub fn judge(candidate: &Candidate, rule: &Rule, path: &str) -> Option<Confidence> {
    if !rule.holds_at(path) {
        return None;
    }
    if candidate.rank == Rank::User || candidate.rank == Rank::Proven {
        return Some(candidate.confidence);
    }
    let generic = candidate.rank == Rank::Generic;
    if generic && candidate.bare && is_source_code(path) {
        return None;
    }
    match kind(path) {
        FileKind::Lock | FileKind::Vendored | FileKind::Labels | FileKind::Markup if generic => {
            None
        }
        FileKind::Lock if candidate.rank == Rank::Assigned => None,
        FileKind::Vendored => Some(candidate.confidence.lowered()),
        FileKind::Sample if matches!(rule.finder, Finder::Content(_)) => {
            Some(candidate.confidence.lowered())
        }
        // What only its value speaks for. A weak one there is a test's, unless it is none of the words that tests are written with.
        FileKind::Sample if generic || rule.judged.is_some() => match candidate.confidence {
            Confidence::Low if !candidate.no_word => None,
            any => Some(any.lowered()),
        },
        _ => Some(candidate.confidence),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::secrets::{Ruleset, Scanner};

    #[test]
    fn a_weak_password_of_a_test_counts_if_it_is_no_word() {
        let rules = Arc::new(Ruleset::builtin().unwrap());
        let mut scanner = Scanner::new(Arc::clone(&rules));
        let mut judged = |text: &str, path: &str| -> Vec<Confidence> {
            let found = scanner.scan(text.as_bytes());
            let judged = found
                .iter()
                .filter_map(|candidate| judge(candidate, rules.get(candidate.rule).unwrap(), path));
            judged.collect()
        };
        let (word, no_word) = ("password: 'giraffes',", "password: 'zhmhhfld',");
        assert_eq!(judged(word, "src/a.js"), [Confidence::Low]);
        assert_eq!(judged(word, "test/a.js"), []);
        assert_eq!(judged(no_word, "src/a.js"), [Confidence::Medium]);
        assert_eq!(judged(no_word, "test/a.js"), [Confidence::Low]);
    }

    #[test]
    fn paths_are_known_for_what_they_are() {
        for (path, wanted) in [
            ("web/package-lock.json", FileKind::Lock),
            ("Cargo.lock", FileKind::Lock),
            ("go.sum", FileKind::Lock),
            ("a/node_modules/x/index.js", FileKind::Vendored),
            ("static/jquery.min.js", FileKind::Vendored),
            ("pkg/mod/github.com/x/jwt-go@v3.2.0/hmac.go", FileKind::Vendored),
            ("team/ops@vienna/deploy.yml", FileKind::Ordinary),
            ("src/i18n/en.json", FileKind::Labels),
            ("app/main.css", FileKind::Markup),
            ("src/test/java/FooTest.java", FileKind::Sample),
            ("pkg/server_test.go", FileKind::Sample),
            ("src/LoginTests.cs", FileKind::Sample),
            ("README.md", FileKind::Sample),
            ("git/t/lib-credential.sh", FileKind::Sample),
            ("core/src/dockerTest/resources/a.yaml", FileKind::Sample),
            ("cargo/tests/testsuite/login.rs", FileKind::Sample),
            ("src/contest/latest.py", FileKind::Ordinary),
            ("config/production.yml", FileKind::Ordinary),
        ] {
            assert_eq!(kind(path), wanted, "{path}");
        }
        assert!(
            is_source_code("a/b.TS") && !is_source_code("a/.env") && !is_source_code("deploy.yaml")
        );
    }
}
