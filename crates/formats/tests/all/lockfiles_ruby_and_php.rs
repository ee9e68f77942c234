//! Bundler and Composer.

use crate::kit::{list, problems, read, rows};

pub(crate) const GEMFILE_LOCK: &str = "\
GIT
  remote: https://github.com/rails/webpacker.git
  revision: abc
  specs:
    webpacker (6.0.0)
      rack-proxy (>= 0.6)

PATH
  remote: .
  specs:
    mine (0.1.0)
      nokogiri (~> 1.15)

GEM
  remote: https://rubygems.org/
  specs:
    diff-lcs (1.5.0)
    mini_portile2 (2.8.4)
    nokogiri (1.15.4)
      mini_portile2 (~> 2.8.2)
      racc (~> 1.4)
    nokogiri (1.15.4-x86_64-linux)
      racc (~> 1.4)
    racc (1.7.1)
    rack (2.2.3)
    rack-proxy (0.7.0)
      rack
    rspec-expectations (3.12.0)
      diff-lcs (>= 1.2.0, < 2.0)

PLATFORMS
  ruby
  x86_64-linux

DEPENDENCIES
  mine!
  rack (= 2.2.3)
  rspec-expectations
  webpacker!

CHECKSUMS
  rack (2.2.3) sha256=abc

RUBY VERSION
   ruby 3.2.2p53

BUNDLED WITH
   2.4.10
";

#[test]
fn gems_have_a_graph_and_those_of_folders_and_repositories_are_left_out() {
    assert_eq!(
        read(&[("Gemfile.lock", GEMFILE_LOCK)]),
        [
            "diff-lcs 1.5.0 @17 transitive < rspec-expectations",
            "mini_portile2 2.8.4 @18 transitive < nokogiri",
            "nokogiri 1.15.4 @19 direct",
            "racc 1.7.1 @24 transitive < nokogiri",
            "rack 2.2.3 @25 direct < rack-proxy",
            "rack-proxy 0.7.0 @26 transitive",
            "rspec-expectations 3.12.0 @28 direct",
        ]
    );
}

#[test]
fn the_gemfile_beside_it_tells_what_is_for_development() {
    let gemfile = "gem 'rack', '2.2.3'\ngroup :test do\n  gem 'rspec-expectations'\nend\n";
    let rows = read(&[("x/Gemfile.lock", GEMFILE_LOCK), ("x/Gemfile", gemfile)]);
    let dev: Vec<_> = rows.iter().filter(|row| row.contains(" dev")).collect();
    assert_eq!(
        dev,
        [
            "diff-lcs 1.5.0 @17 transitive dev < rspec-expectations",
            "rspec-expectations 3.12.0 @28 direct dev"
        ]
    );
    let spec =
        "Gem::Specification.new do |s|\n  s.add_development_dependency 'rspec-expectations'\nend";
    let rows = read(&[("x/Gemfile.lock", GEMFILE_LOCK), ("x/mine.gemspec", spec)]);
    assert_eq!(rows.iter().filter(|row| row.contains(" dev")).count(), 2);
}

#[test]
fn the_other_name_of_the_lock_file_and_windows_lines_are_read_too() {
    let text = GEMFILE_LOCK.replace('\n', "\r\n");
    assert_eq!(read(&[("gems.locked", &text)]), read(&[("Gemfile.lock", GEMFILE_LOCK)]));
}

#[test]
fn a_gemspec_lists_only_what_it_pins() {
    let text = "Gem::Specification.new do |spec|\n  spec.name = 'x'\n  spec.add_dependency 'rack', '= 2.2.3'\n  \
                spec.add_dependency \"rails\", \">= 6\"\n  spec.add_development_dependency(\"rake\", \"=13.0.1\")\nend\n";
    assert_eq!(read(&[("x.gemspec", text)]), ["rack 2.2.3 @3 direct", "rake 13.0.1 @5 direct dev"]);
}

pub(crate) const COMPOSER_LOCK: &str = r#"{
    "content-hash": "a",
    "packages": [
        {
            "name": "monolog/monolog",
            "version": "2.8.0",
            "dist": {"type": "zip"},
            "require": {"php": ">=7.2", "psr/log": "^1.0.1 || ^2.0 || ^3.0"},
            "license": ["MIT"]
        },
        {"name": "psr/log", "version": "v1.1.4", "license": ["MIT", "BSD-3-Clause"], "abandoned": "x/y"},
        {"name": "mine/local", "version": "dev-main", "dist": {"type": "path", "url": "../local"}}
    ],
    "packages-dev": [
        {"name": "phpunit/phpunit", "version": "9.5.0", "abandoned": false}
    ]
}"#;

#[test]
fn composer_tells_licences_graph_and_what_is_abandoned() {
    assert_eq!(
        read(&[("composer.lock", COMPOSER_LOCK)]),
        [
            "monolog/monolog 2.8.0 @6 licence=MIT",
            "psr/log v1.1.4 @11 licence=MIT OR BSD-3-Clause withdrawn < monolog/monolog",
            "phpunit/phpunit 9.5.0 @15 dev",
        ]
    );
    let manifest =
        r#"{"require": {"Monolog/Monolog": "^2"}, "require-dev": {"phpunit/phpunit": "^9"}}"#;
    let rows = read(&[("a/composer.lock", COMPOSER_LOCK), ("a/composer.json", manifest)]);
    assert!(
        rows[0].contains(" direct")
            && rows[1].contains(" transitive")
            && rows[2].contains(" direct")
    );
}

#[test]
fn an_entry_without_a_version_is_a_problem() {
    let list = list(&[(
        "composer.lock",
        r#"{"packages": [{"name": "a/b"}, {"name": "c/d", "version": "1"}]}"#,
    )]);
    assert_eq!(rows(&list), ["c/d 1 @1"]);
    assert_eq!(problems(&list), ["An entry lacks its name or version: `a/b`"]);
}
