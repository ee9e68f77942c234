//! GitHub Actions and images.

use crate::kit::{list, problems, read, rows};

pub(crate) const WORKFLOW: &str = r#"name: CI
on: [push]
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - name: Pinned
        uses: "actions/setup-node@60edb5dd545a775178f52524783378180af0d1f8" # v4.0.2
      - uses: tj-actions/changed-files@0e58ed8671d6b60d0890c21b07f8835ace038e67  # pin@v45.0.7
      - uses: github/codeql-action/init@v3.25.0
      - uses: ./local/action
      - uses: docker://alpine:3.8
      - uses: pypa/gh-action-pypi-publish@release/v1
      - uses: owner/branch@main
      - uses: owner/bare@a81bbbf8298c0fa03ea29cdc473d45769f953675
      - run: |
          cat <<EOF
          - uses: evil/not-used@v1
          EOF
      # - uses: commented/out@v1
  call:
    uses: octo-org/example/.github/workflows/reusable.yml@1.2.3
"#;

#[test]
fn the_comment_behind_a_pinned_commit_says_its_version() {
    let commit = "11bd71901bbe5b1630ceea73d27597364c9af683";
    let listed = |comment: &str| {
        let text = format!("jobs: {{}}\nruns:\n  steps:\n    - uses: o/r@{commit} {comment}\n");
        list(&[("action.yml", &text)])
    };
    for (comment, version) in [
        ("# v4.1.1", "v4.1.1"),
        ("#v4", "v4"),
        ("# 4.1.1", "4.1.1"),
        ("# tag=v4.1.1", "v4.1.1"),
        ("# ratchet:o/r@v4", "v4"),
        ("# pin@v4.1.1 (2024-10-23)", "v4.1.1"),
        ("# tag: o/r/v1.2.3-rc.1, do not touch", "v1.2.3-rc.1"),
        ("\t# renovate: v2.0", "v2.0"),
    ] {
        let list = listed(comment);
        assert_eq!(&*list.dependencies[0].package.version, version, "{comment}");
        assert!(list.problems.is_empty());
    }
    for comment in [
        "",
        "# main",
        "# 2023-11-02",
        "# 2023.11.02",
        "# since 3",
        "# 5.x",
        "# 0123456",
        "# v",
        "v4",
    ] {
        let list = listed(comment);
        assert!(list.dependencies.is_empty(), "{comment}");
        assert_eq!(list.problems.len(), 1, "{comment}");
    }
}

#[test]
fn actions_have_the_version_of_their_tag_or_comment() {
    let list = list(&[(".github/workflows/ci.yml", WORKFLOW)]);
    assert_eq!(
        rows(&list),
        [
            "actions/checkout v4 @7 direct",
            "actions/setup-node v4.0.2 @9 direct",
            "tj-actions/changed-files v45.0.7 @10 direct",
            "github/codeql-action v3.25.0 @11 direct",
            "alpine 3.8 @13 direct",
            "pypa/gh-action-pypi-publish v1 @14 direct",
            "octo-org/example 1.2.3 @23 direct",
        ]
    );
    assert_eq!(
        problems(&list),
        [
            "`owner/branch` is used without a version: `main`",
            "`owner/bare` is used without a version: `a81bbbf8298c0fa03ea29cdc473d45769f953675`",
        ]
    );
}

#[test]
fn an_action_of_others_and_one_in_an_image() {
    let text = "runs:\n  using: composite\n  steps:\n    - uses: a/b@v1\n";
    assert_eq!(read(&[("x/action.yaml", text)]), ["a/b v1 @4 direct"]);
    let text = "runs:\n  using: docker\n  image: docker://debian:stretch-slim\n";
    assert_eq!(read(&[("action.yml", text)]), ["debian stretch-slim @3 direct"]);
}

pub(crate) const DOCKERFILE: &str = r#"# syntax=docker/dockerfile:1
ARG VERSION=20
ARG BASE=node:${VERSION}-alpine REGISTRY
FROM --platform=$BUILDPLATFORM golang:1.21 AS build
RUN <<EOF bash
FROM not:this
EOF
RUN echo a && \
    # a comment
    echo FROM b
FROM ${BASE} as Web
FROM web
COPY --from=build /a /a
COPY --from=0 /a /b
COPY --link --from=busybox:1.36 /bin /bin
from debian@sha256:0123 \
  AS last
FROM localhost:5000/app
FROM ${REGISTRY}/x:1
FROM scratch
FROM ${NAME:-alpine:${MINOR:-3.18}}
"#;

#[test]
fn images_are_those_that_are_no_stages() {
    let list = list(&[("build/Dockerfile", DOCKERFILE)]);
    assert_eq!(
        rows(&list),
        [
            "golang 1.21 @4 direct",
            "node 20-alpine @11 `${BASE}` direct",
            "busybox 1.36 @15 direct",
            "debian sha256:0123 @16 `from debian@sha256:0123 \\` direct",
            "localhost:5000/app latest @18 `localhost:5000/app` direct",
            "alpine 3.18 @21 `${NAME:-alpine:${MINOR:-3.18}}` direct",
        ]
    );
    assert_eq!(problems(&list), ["The image `${REGISTRY}/x:1` needs a build argument"]);
}

#[test]
fn names_of_build_files() {
    for path in
        ["Dockerfile", "a/Containerfile", "Dockerfile.prod", "web.Dockerfile", "x.dockerfile"]
    {
        assert_eq!(read(&[(path, "FROM a:1")]), ["a 1 @1 direct"]);
    }
    assert!(formats::lockfiles::format_of("Dockerfiles/readme.md").is_none());
}

#[test]
fn another_escape_and_an_endless_heredoc() {
    let text = "# escape=`\nFROM `\n  windows:1 `\n AS x\nRUN a\\\nFROM b:2\n";
    assert_eq!(read(&[("Dockerfile", text)]), ["windows 1 @2 `FROM `` direct", "b 2 @6 direct"]);
    let list = list(&[("Dockerfile", "FROM a:1\nRUN <<EOF\nFROM b:2\n")]);
    assert_eq!(rows(&list), ["a 1 @1 direct"]);
    assert_eq!(problems(&list), ["A heredoc of the file does not end"]);
}
