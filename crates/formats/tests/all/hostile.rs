//! Bytes of strangers: no reader panics, hangs or recurses, whatever it is given.

use std::{collections::BTreeMap, time::Instant};

use formats::lockfiles::{FORMATS, format_of};
use proptest::prelude::*;

use crate::{
    lockfiles_apple_and_others as others, lockfiles_containers as containers,
    lockfiles_dotnet as dotnet, lockfiles_java as java, lockfiles_ruby_and_php as ruby_and_php,
    sbom,
};

/// A file of every format that has more than a few lines.
const SAMPLES: &[(&str, &str)] = &[
    ("pom.xml", java::POM),
    ("gradle.lockfile", java::GRADLE_LOCK),
    ("libs.versions.toml", java::CATALOGUE),
    ("Gemfile.lock", ruby_and_php::GEMFILE_LOCK),
    ("composer.lock", ruby_and_php::COMPOSER_LOCK),
    ("packages.lock.json", dotnet::PACKAGES_LOCK),
    ("packages.config", dotnet::PACKAGES_CONFIG),
    ("a.csproj", dotnet::CSPROJ),
    ("a.deps.json", dotnet::DEPS_JSON),
    ("mix.lock", others::MIX_LOCK),
    ("rebar.lock", others::REBAR_LOCK),
    ("pubspec.lock", others::PUBSPEC_LOCK),
    ("Package.resolved", others::PACKAGE_RESOLVED_1),
    ("Package.resolved", others::PACKAGE_RESOLVED_3),
    ("Podfile.lock", others::PODFILE_LOCK),
    ("stack.yaml.lock", others::STACK_LOCK),
    ("renv.lock", others::RENV_LOCK),
    ("conan.lock", others::CONAN_LOCK_1),
    ("conan.lock", others::CONAN_LOCK_2),
    (".terraform.lock.hcl", others::TERRAFORM_LOCK),
    (".github/workflows/ci.yml", containers::WORKFLOW),
    ("Dockerfile", containers::DOCKERFILE),
    ("bom.json", sbom::CYCLONEDX),
    ("bom.xml", sbom::CYCLONEDX_XML),
    ("a.spdx.json", sbom::SPDX),
    ("a.spdx", sbom::SPDX_TAG_VALUE),
];

fn read(path: &str, bytes: &[u8]) -> usize {
    let format = format_of(path).unwrap();
    let list = (format.read)(path, bytes, &BTreeMap::new());
    for dependency in &list.dependencies {
        assert!(!dependency.package.name.is_empty() && !dependency.package.version.is_empty());
        assert!(dependency.needed_by.iter().all(|who| (*who as usize) < list.dependencies.len()));
        assert!(!(format.repair)(dependency, "1.2.3").is_empty());
    }
    for problem in &list.problems {
        assert!(problem.message.len() < 2_000 && !problem.message.contains('\n'));
    }
    list.dependencies.len()
}

#[test]
fn every_sample_is_read_and_may_end_anywhere() {
    for (path, text) in SAMPLES {
        assert!(read(path, text.as_bytes()) > 0, "{path}");
        for end in 0..text.len() {
            read(path, &text.as_bytes()[..end]);
        }
    }
}

#[test]
fn every_sample_survives_every_byte_that_is_another() {
    for (path, text) in SAMPLES {
        for at in 0..text.len() {
            for byte in [b'"', b'<', b'{', b' ', b'\n', 0, 0xFF] {
                let mut bytes = text.as_bytes().to_vec();
                bytes[at] = byte;
                read(path, &bytes);
            }
        }
    }
}

#[test]
fn a_file_of_something_else_is_told_and_an_empty_one_is_not() {
    for (path, _) in SAMPLES {
        let list = crate::kit::list(&[(path, "nothing of the kind\n")]);
        assert_eq!(list.dependencies, []);
        let is_silent = matches!(
            *path,
            "gradle.lockfile" | "mix.lock" | "rebar.lock" | ".terraform.lock.hcl" | "Dockerfile"
        ) || path.contains("bom");
        let is_told = matches!(list.problems.as_slice(), [problem] if problem.is_unread);
        assert!(is_silent || is_told, "{path}: {:?}", list.problems);
    }
    for path in ["pubspec.lock", "Podfile.lock", "Gemfile.lock", "cabal.project.freeze", "mix.lock"]
    {
        let list = crate::kit::list(&[(path, "")]);
        assert_eq!((&list.dependencies[..], &list.problems[..]), (&[][..], &[][..]));
    }
}

#[test]
fn deep_nesting_is_bounded() {
    let deep = |open: &str| open.repeat(200_000);
    for (path, text) in [
        ("pom.xml", format!("<project>{}", deep("<a>"))),
        ("a.csproj", format!("<Project>{}", deep("<ItemGroup>"))),
        ("composer.lock", deep("{\"packages\":[")),
        ("renv.lock", deep("[")),
        ("libs.versions.toml", format!("a = {}", deep("["))),
        ("libs.versions.toml", deep("a.")),
        (".github/workflows/a.yml", deep("- ")),
        ("Dockerfile", format!("FROM {}", deep("${A:-"))),
        ("Dockerfile", deep("FROM a\\\n")),
    ] {
        let start = Instant::now();
        read(path, text.as_bytes());
        assert!(start.elapsed().as_secs() < 5, "{path}");
    }
}

#[test]
fn a_million_entries_in_one_line_are_read_in_linear_time() {
    let entry = r#"{"name":"a/b","version":"1.0.0","require":{"a/b":"1"}},"#;
    let text = format!("{{\"packages\":[{}{{}}]}}", entry.repeat(200_000));
    let start = Instant::now();
    assert_eq!(read("composer.lock", text.as_bytes()), 200_000);
    assert!(start.elapsed().as_secs() < 10);
    let text = format!("<packages>{}</packages>", "<package id='a' version='1'/>".repeat(200_000));
    assert_eq!(read("packages.config", text.as_bytes()), 200_000);
    let text = "a:b:1=x\n".repeat(1_000_100);
    let list = crate::kit::list(&[("gradle.lockfile", &text)]);
    assert_eq!(list.dependencies.len(), 1_000_000);
    assert_eq!(crate::kit::problems(&list), ["Only the first 1000000 entries were read"]);
    assert!(start.elapsed().as_secs() < 30);
}

#[test]
fn names_that_point_to_much_cost_no_more_than_their_size() {
    let numbers = || 0..50_000;
    let versions: String = numbers().map(|number| format!("v{number} = \"1\"\n")).collect();
    let libraries = numbers()
        .map(|number| format!("l{number} = {{ module = \"a:b\", version.ref = \"v{number}\" }}\n"));
    let catalogue = format!("[versions]\n{versions}[libraries]\n{}", libraries.collect::<String>());
    let big = "9".repeat(1 << 20);
    let entry = "<dependency><groupId>g</groupId><artifactId>a</artifactId><version>${v}</version></dependency>";
    let pom = format!(
        "<project><properties><v>{big}</v></properties><dependencies>{}</dependencies></project>",
        entry.repeat(20_000)
    );
    let entry = r#"<PackageReference Include="A" Version="$(V)" />"#;
    let project = format!(
        "<Project><PropertyGroup><V>{big}</V></PropertyGroup><ItemGroup>{}</ItemGroup></Project>",
        entry.repeat(20_000)
    );
    let gemfile_lock =
        format!("PATH\n  remote: .\n  specs:\n{}", "    a (1)\n      b\n".repeat(100_000));
    let gemspec = "add_dependency 'x'\n".repeat(50_000);
    let start = Instant::now();
    for files in [
        &[("libs.versions.toml", &*catalogue)][..],
        &[("pom.xml", &pom)],
        &[("a.csproj", &project)],
        &[("Gemfile.lock", &gemfile_lock), ("a.gemspec", &gemspec)],
    ] {
        crate::kit::list(files);
    }
    assert!(start.elapsed().as_secs() < 10);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_reader_panics_on_any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        for format in FORMATS {
            let _ = (format.read)("pom.xml", &bytes, &BTreeMap::new());
        }
    }

    #[test]
    fn no_reader_panics_on_words_of_its_own(
        sample in 0..SAMPLES.len(),
        picks in proptest::collection::vec((any::<prop::sample::Index>(), 0_usize..40), 0..40),
    ) {
        let (path, text) = SAMPLES[sample];
        let bytes: Vec<u8> = picks
            .iter()
            .flat_map(|(at, length)| {
                let at = at.index(text.len());
                text.as_bytes()[at..text.len().min(at + length)].iter().copied()
            })
            .collect();
        read(path, &bytes);
    }
}
