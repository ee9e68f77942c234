use model::Ecosystem;

use super::super::{
    format_of,
    testing::{Folder, folder, read, survives, told, told_at},
};

#[test]
fn requirements_are_listed_if_they_name_one_version() {
    let text = "\u{feff}# by hand
-i https://pypi.example.com/simple
Django[argon2]==4.2.1 ; python_version >= '3.8'  # web
requests == 2.31.0 \\
    --hash=sha256:00 \\
    --hash=sha256:11
old===1.0-legacy
range>=1.0
urllib3
pinned-elsewhere
-c constraints.txt
-r base.txt
-r requirements-dev.txt
-e git+https://example.com/x.git#egg=x
name @ https://example.com/name-1.0.whl
./local.whl
what is this
split>=1, \\
  ==1.5
";
    let files = folder(&[
        ("requirements.txt", text),
        ("requirements-dev.txt", "pytest==7.0\n"),
        ("constraints.txt", "Pinned_Elsewhere==3.3\n"),
    ]);
    let list = read("requirements.txt", &files);
    let expected = [
        "Django 4.2.1 direct @3:17+5",
        "requests 2.31.0 direct @4:13+6",
        "old 1.0-legacy direct @7:7+10",
        "split 1.5 direct @18:1+5",
        "pinned-elsewhere 3.3 direct @10:1+16",
    ];
    assert_eq!(told(&list), expected);
    let problems: Vec<_> =
        list.problems.iter().map(|problem| (problem.line, &*problem.message)).collect();
    let expected = [
        (Some(12), "`base.txt` is not read: it is no requirements file of the target"),
        (Some(17), "This line is no requirement that pip knows"),
        (None, "2 requirements name no single version"),
        (None, "3 requirements are addresses or folders"),
    ];
    assert_eq!(problems, expected);
    assert_eq!(told_at("requirements-dev.txt", &files), ["pytest 7.0 direct dev @1:9+3"]);
    assert_eq!(told_at("constraints.txt", &files), Vec::<String>::new());
    survives("requirements.txt", &files);
}

#[test]
fn compiled_requirements_tell_who_needs_what() {
    let text = "click==8.1.7 \\
    --hash=sha256:00
    # via flask
flask==3.0.0
    # via -r requirements.in
jinja2==3.1.2  # via flask
markupsafe==2.1.3
    # via
    #   jinja2
    #   werkzeug
werkzeug==3.0.1
    # via
    #   flask
    #   shop (pyproject.toml)
zipp==3.0
    # via
    #   -c constraints.txt
    #   shop
ruff==0.1
";
    let files = folder(&[("requirements/prod.txt", text)]);
    let expected = [
        "click 8.1.7 transitive @1:8+5 < flask",
        "flask 3.0.0 direct @4:8+5",
        "jinja2 3.1.2 transitive @6:9+5 < flask",
        "markupsafe 2.1.3 transitive @7:13+5 < jinja2 < werkzeug",
        "werkzeug 3.0.1 direct @11:11+5 < flask",
        "zipp 3.0 direct @15:7+3",
        "ruff 0.1 direct @19:7+3",
    ];
    assert_eq!(told_at("requirements/prod.txt", &files), expected);
}

#[test]
fn requirements_of_windows_shells_are_read() {
    let units = "\u{feff}a==1.0\r\nb==2.0\r\n".encode_utf16().flat_map(u16::to_le_bytes);
    let bytes: Vec<u8> = units.collect();
    let list = (format_of("requirements.txt").unwrap().read)("x.txt", &bytes, &Folder::new());
    assert_eq!(told(&list), ["a 1.0 direct @1:4+3", "b 2.0 direct @2:4+3"]);
}

#[test]
fn which_files_are_requirements() {
    for path in [
        "requirements.txt",
        "a/requirements_dev.txt",
        "test-requirements.txt",
        "requirements/x.txt",
    ] {
        assert_eq!(format_of(path).unwrap().name, "requirements.txt", "{path}");
    }
    assert!(format_of("requirements.md").is_none() && format_of("notes.txt").is_none());
}

#[test]
fn pipfile_lock_has_categories() {
    let lock = r#"{
  "_meta": {"pipfile-spec": 6, "sources": []},
  "default": {
    "requests": {"hashes": [], "index": "pypi", "version": "==2.31.0"},
    "urllib3": {"version": "==2.0.7"},
    "ours": {"git": "https://example.com/o.git", "ref": "0123"}
  },
  "develop": {
    "pytest": {"version": "==7.4.0"},
    "urllib3": {"version": "==2.0.7"}
  },
  "docs": {"sphinx": {"version": "==7.0"}}
}"#;
    let pipfile = "[packages]\nRequests = \"*\"\n[dev-packages]\npytest = \"*\"\n";
    let files = folder(&[("Pipfile.lock", lock), ("Pipfile", pipfile)]);
    let expected = [
        "requests 2.31.0 direct @4:63+6",
        "urllib3 2.0.7 transitive @5:31+5",
        "sphinx 7.0 transitive @12:37+3",
        "pytest 7.4.0 direct dev @9:30+5",
    ];
    assert_eq!(told_at("Pipfile.lock", &files), expected);
    survives("Pipfile.lock", &files);
}

const POETRY_1: &str = r#"[[package]]
name = "Colorama"
version = "0.4.6"
description = "Cross-platform"
category = "dev"
optional = false
python-versions = "*"
files = []

[[package]]
name = "flask"
version = "2.0.0"
category = "main"

[package.dependencies]
Werkzeug = ">=2"
colorama = {version = "*", markers = "sys_platform == 'win32'"}

[[package]]
name = "ours"
version = "0.1.0"
category = "main"

[package.source]
type = "git"
url = "https://example.com/ours.git"

[[package]]
name = "werkzeug"
version = "2.3.0"
category = "main"

[package.source]
type = "legacy"
url = "https://pypi.example.com/simple"

[metadata]
lock-version = "1.1"
"#;

const POETRY_MANIFEST: &str = r#"[tool.poetry.dependencies]
python = "^3.8"
flask = "^2"
[tool.poetry.group.dev.dependencies]
Colorama = "*"
"#;

#[test]
fn poetry_says_what_for_by_category_by_group_or_by_graph() {
    let expected = [
        "Colorama 0.4.6 direct dev @3:12+5 < flask",
        "flask 2.0.0 direct @12:12+5",
        "werkzeug 2.3.0 transitive @30:12+5 < flask",
    ];
    let files = folder(&[("poetry.lock", POETRY_1), ("pyproject.toml", POETRY_MANIFEST)]);
    assert_eq!(told_at("poetry.lock", &files), expected);
    survives("poetry.lock", &files);

    let by_group = POETRY_1
        .replace("category = \"dev\"", "groups = [\"dev\", \"docs\"]")
        .replace("category = \"main\"", "groups = [\"main\", \"dev\"]");
    let files = folder(&[("poetry.lock", &by_group), ("pyproject.toml", POETRY_MANIFEST)]);
    assert_eq!(told_at("poetry.lock", &files), expected);

    let neither = POETRY_1.replace("category", "x").replace("colorama = {", "x = {");
    let files = folder(&[("poetry.lock", &neither), ("pyproject.toml", POETRY_MANIFEST)]);
    assert_eq!(told_at("poetry.lock", &files)[0], "Colorama 0.4.6 direct dev @3:12+5");
    let alone = folder(&[("poetry.lock", &neither)]);
    assert_eq!(told_at("poetry.lock", &alone)[0], "Colorama 0.4.6 @3:12+5");
}

#[test]
fn pdm_lists_a_package_with_extras_once() {
    let lock = r#"[metadata]
groups = ["default", "test", "fast"]
lock_version = "4.5.0"

[[package]]
name = "httpx"
version = "0.27.0"
groups = ["default"]
dependencies = ["idna", "h11<0.15,>=0.13"]

[[package]]
name = "httpx"
version = "0.27.0"
extras = ["http2"]
groups = ["default"]
dependencies = ["h2<5,>=3", "httpx==0.27.0"]

[[package]]
name = "h2"
version = "4.1.0"
groups = ["fast"]

[[package]]
name = "h11"
version = "0.14.0"
groups = ["test"]

[[package]]
name = "idna"
version = "3.7"
groups = ["default", "test"]

[[package]]
name = "ours"
version = "1.0"
git = "https://example.com/o.git"
groups = ["default"]
"#;
    let manifest = r#"[project]
dependencies = ["httpx[http2]>=0.20"]
[project.optional-dependencies]
fast = ["h2"]
[dependency-groups]
test = ["h11", {include-group = "x"}]
"#;
    let files = folder(&[("pdm.lock", lock), ("pyproject.toml", manifest)]);
    let expected = [
        "httpx 0.27.0 direct @7:12+6",
        "h2 4.1.0 direct @20:12+5 < httpx",
        "h11 0.14.0 direct dev @25:12+6 < httpx",
        "idna 3.7 transitive @30:12+3 < httpx",
    ];
    assert_eq!(told_at("pdm.lock", &files), expected);
    survives("pdm.lock", &files);
    let without_groups = lock.replace("groups", "x").replace("h11<", "x<");
    let files = folder(&[("pdm.lock", &without_groups), ("pyproject.toml", manifest)]);
    assert_eq!(told_at("pdm.lock", &files)[2], "h11 0.14.0 direct dev @25:12+6");
}

#[test]
fn uv_knows_its_members_groups_and_forks() {
    let lock = r#"version = 1
requires-python = ">=3.12"

[manifest]
members = ["shop", "tool"]

[[package]]
name = "anyio"
version = "4.3.0"
source = { registry = "https://pypi.org/simple" }
dependencies = [
    { name = "idna" },
    { name = "numpy", version = "1.26.0", source = { registry = "https://pypi.org/simple" }, marker = "x" },
]
sdist = { url = "https://example.com/anyio.tar.gz", hash = "sha256:00" }

[[package]]
name = "idna"
version = "3.6"
source = { registry = "https://pypi.org/simple" }

[[package]]
name = "numpy"
version = "1.26.0"
source = { registry = "https://pypi.org/simple" }

[[package]]
name = "numpy"
version = "2.0.0"
source = { registry = "https://pypi.org/simple" }

[[package]]
name = "ours"
version = "1.0.0"
source = { git = "https://example.com/o.git?rev=main#0123" }
dependencies = [{ name = "idna" }]

[[package]]
name = "pytest"
version = "8.0.0"
source = { registry = "https://pypi.org/simple" }

[[package]]
name = "shop"
version = "0.1.0"
source = { editable = "." }
dependencies = [{ name = "anyio" }, { name = "tool" }]

[package.optional-dependencies]
fast = [{ name = "numpy", version = "2.0.0" }]

[package.dev-dependencies]
dev = [{ name = "pytest" }]

[[package]]
name = "tool"
source = { virtual = "tool" }
dependencies = [{ name = "ours" }]
"#;
    let files = folder(&[("uv.lock", lock)]);
    let expected = [
        "anyio 4.3.0 direct @9:12+5",
        "idna 3.6 transitive @19:12+3 < anyio",
        "numpy 1.26.0 transitive @24:12+6 < anyio",
        "numpy 2.0.0 direct @29:12+5",
        "pytest 8.0.0 direct dev @40:12+5",
    ];
    assert_eq!(told_at("uv.lock", &files), expected);
    survives("uv.lock", &files);
}

#[test]
fn pylock_lists_what_an_index_has() {
    let lock = r#"lock-version = "1.0"
created-by = "hand"

[[packages]]
name = "attrs"
version = "25.1.0"
wheels = [{ name = "attrs.whl", hashes = { sha256 = "00" } }]

[[packages]]
name = "cattrs"
version = "24.1.2"
dependencies = [{ name = "attrs" }]

[[packages]]
name = "ours"
version = "1.0"
vcs = { type = "git", url = "https://example.com/o.git", commit-id = "0123" }

[[packages]]
name = "folder"
directory = { path = "." }
"#;
    let manifest = "[project]\ndependencies = [\"cattrs\"]\n";
    let files = folder(&[("pylock.dev.toml", lock), ("pyproject.toml", manifest)]);
    let expected = ["attrs 25.1.0 transitive @6:12+6 < cattrs", "cattrs 24.1.2 direct @11:12+6"];
    assert_eq!(told_at("pylock.dev.toml", &files), expected);
    assert!(format_of("pylock.toml").is_some() && format_of("pylock.a.b.toml").is_none());
    survives("pylock.dev.toml", &files);
}

#[test]
fn conda_environments_list_both_kinds_of_packages() {
    let text = "name: x
channels: [conda-forge]
dependencies:
  - python=3.9
  - conda-forge::numpy==1.21.2
  - zlib=1.2.13=h166bdaf_4
  - pandas>=1.0
  - scipy 1.7.*
  - pip
  - pip:
    - requests==2.31.0
    - flask
";
    let files = folder(&[("environment.yml", text)]);
    let list = read("environment.yml", &files);
    let expected = [
        "python 3.9 direct @4:12+3",
        "numpy 1.21.2 direct @5:25+6",
        "zlib 1.2.13 direct @6:10+6",
        "requests 2.31.0 direct @11:17+6",
    ];
    assert_eq!(told(&list), expected);
    assert_eq!(list.problems[0].message, "4 dependencies name no single version");
    let ecosystems: Vec<_> =
        list.dependencies.iter().map(|found| found.package.ecosystem).collect();
    assert_eq!(ecosystems[2..], [Ecosystem::Conda, Ecosystem::PyPi]);
    let broken = folder(&[("environment.yml", &format!("{text}x: [\n"))]);
    let list = read("environment.yml", &broken);
    assert_eq!((list.dependencies.len(), list.problems.len()), (4, 2));
    let foreign = folder(&[("environment.yml", "production: {port: 80}\n")]);
    assert_eq!(told_at("environment.yml", &foreign), Vec::<String>::new());
    survives("environment.yml", &files);
}

#[test]
fn conda_lock_lists_each_version_once_for_all_platforms() {
    let text = "version: 1
metadata: {platforms: [linux-64, osx-64]}
package:
- name: zlib
  version: 1.2.13
  manager: conda
  platform: linux-64
  dependencies: {libgcc: '>=12'}
  url: https://conda.anaconda.org/conda-forge/linux-64/zlib.conda
  category: main
- name: zlib
  version: 1.2.13
  manager: conda
  platform: osx-64
  dependencies: {}
  category: main
- name: libgcc
  version: '12.0'
  manager: conda
  platform: linux-64
  category: dev
- name: zlib
  version: '0.1'
  manager: pip
  platform: linux-64
  url: git+https://example.com/z.git
- name: rich
  version: 13.7.0
  manager: pip
  platform: linux-64
  category: main
";
    let files = folder(&[("conda-lock.yml", text)]);
    let expected =
        ["zlib 1.2.13 @5:12+6", "libgcc 12.0 dev @18:13+4 < zlib", "rich 13.7.0 @28:12+6"];
    assert_eq!(told_at("conda-lock.yml", &files), expected);
    survives("conda-lock.yml", &files);
}

#[test]
fn repairs_are_lines_and_commands_of_the_package_manager() {
    let files = folder(&[("requirements.txt", "flask==2.0.0\n")]);
    let flask = read("requirements.txt", &files).dependencies.remove(0);
    let repair = |path: &str| (format_of(path).unwrap().repair)(&flask, "2.3.2");
    assert_eq!(repair("requirements.txt"), "flask==2.3.2");
    assert_eq!(repair("Pipfile.lock"), "pipenv upgrade flask==2.3.2");
    assert_eq!(repair("poetry.lock"), "poetry add 'flask>=2.3.2'");
    assert_eq!(repair("pdm.lock"), "pdm add 'flask>=2.3.2'");
    assert_eq!(repair("uv.lock"), "uv lock --upgrade-package flask==2.3.2");
    assert_eq!(repair("pylock.toml"), "lock again with flask>=2.3.2");
    assert_eq!(repair("environment.yml"), "flask==2.3.2");
    assert_eq!(repair("conda-lock.yml"), "conda-lock lock --update flask");
}
