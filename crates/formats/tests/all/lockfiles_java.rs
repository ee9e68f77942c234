//! Maven and Gradle.

use std::collections::BTreeMap;

use formats::lockfiles::{Remembering, format_of};

use crate::kit::{list, problems, read, rows};

pub(crate) const POM: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>com.example</groupId>
  <artifactId>app</artifactId>
  <version>1.4.0</version>
  <properties>
    <log4j.version>2.14.1</log4j.version>
    <jackson.minor>9.4</jackson.minor>
    <jackson.version>2.${jackson.minor}</jackson.version>
  </properties>
  <dependencyManagement>
    <dependencies>
      <dependency>
        <groupId>org.yaml</groupId>
        <artifactId>snakeyaml</artifactId>
        <version>1.30</version>
        <scope>provided</scope>
      </dependency>
    </dependencies>
  </dependencyManagement>
  <dependencies>
    <!-- <dependency><groupId>no</groupId></dependency> -->
    <dependency>
      <groupId>org.apache.logging.log4j</groupId>
      <artifactId>log4j-core</artifactId>
      <version>${log4j.version}</version>
      <exclusions>
        <exclusion><groupId>x</groupId><artifactId>y</artifactId><version>9</version></exclusion>
      </exclusions>
    </dependency>
    <dependency>
      <groupId>com.fasterxml.jackson.core</groupId>
      <artifactId>jackson-databind</artifactId>
      <version> ${jackson.version} </version>
    </dependency>
    <dependency>
      <groupId>${project.groupId}</groupId>
      <artifactId>core</artifactId>
      <version>${project.version}</version>
    </dependency>
    <dependency>
      <groupId>org.yaml</groupId>
      <artifactId>snakeyaml</artifactId>
    </dependency>
    <dependency>
      <groupId>junit</groupId>
      <artifactId>junit</artifactId>
      <version>[4.12]</version>
      <scope>test</scope>
    </dependency>
    <dependency>
      <groupId>local</groupId>
      <artifactId>tools</artifactId>
      <version>1</version>
      <scope>system</scope>
    </dependency>
  </dependencies>
  <build><plugins><plugin><artifactId>z</artifactId><dependencies><dependency>
    <groupId>not</groupId><artifactId>ours</artifactId><version>1</version>
  </dependency></dependencies></plugin></plugins></build>
</project>
"#;

fn pom(path_and_inner: &str) -> String {
    format!("<project>{path_and_inner}</project>")
}

#[test]
fn a_pom_lists_what_it_names_with_properties_put_in() {
    assert_eq!(
        read(&[("a/pom.xml", POM)]),
        [
            "org.apache.logging.log4j:log4j-core 2.14.1 @27 `${log4j.version}` direct",
            "com.fasterxml.jackson.core:jackson-databind 2.9.4 @35 `${jackson.version}` direct",
            "com.example:core 1.4.0 @40 `${project.version}` direct",
            "org.yaml:snakeyaml 1.30 @44 `snakeyaml` direct dev",
            "junit:junit 4.12 @49 `[4.12]` direct dev",
        ]
    );
}

#[test]
fn properties_and_managed_versions_come_from_parents_in_the_repository() {
    let child = pom("<parent><groupId>g</groupId><artifactId>parent</artifactId><version>7</version></parent>
        <artifactId>child</artifactId><properties><b>2</b></properties>
        <dependencies><dependency><groupId>x</groupId><artifactId>a</artifactId></dependency>
        <dependency><groupId>x</groupId><artifactId>b</artifactId></dependency>
        <dependency><groupId>x</groupId><artifactId>c</artifactId><version>${project.parent.version}</version></dependency>
        <dependency><groupId>x</groupId><artifactId>a</artifactId><type>test-jar</type></dependency></dependencies>");
    let parent = pom("<groupId>g</groupId><artifactId>parent</artifactId><version>7</version>
        <parent><groupId>g</groupId><artifactId>root</artifactId><version>7</version><relativePath>../root</relativePath></parent>
        <properties><a>1</a><b>1</b></properties><dependencyManagement><dependencies>
        <dependency><groupId>x</groupId><artifactId>a</artifactId><version>${a}.${project.artifactId}</version></dependency>
        </dependencies></dependencyManagement>");
    let root = pom("<groupId>g</groupId><artifactId>root</artifactId><version>7</version><dependencyManagement><dependencies>
        <dependency><groupId>x</groupId><artifactId>a</artifactId><version>0</version></dependency>
        <dependency><groupId>x</groupId><artifactId>b</artifactId><version>${b}</version></dependency>
        </dependencies></dependencyManagement>");
    let list =
        list(&[("p/child/pom.xml", &child), ("p/pom.xml", &parent), ("root/pom.xml", &root)]);
    assert_eq!(
        rows(&list),
        [
            "x:a 1.child @3 `a` direct",
            "x:b 2 @4 `b` direct",
            "x:c 7 @5 `${project.parent.version}` direct"
        ]
    );
    assert_eq!(
        problems(&list),
        ["1 dependencies get their version from outside of this repository: `x:a`"]
    );
}

#[test]
fn a_bill_of_materials_is_imported_from_the_repository_after_own_entries() {
    let root = pom(
        "<groupId>org.x</groupId><artifactId>root</artifactId><version>3</version><modules><module>bom</module><module>app</module></modules>",
    );
    let bom = pom("<groupId>org.x</groupId><artifactId>x-bom</artifactId><version>3</version><properties><v>5</v></properties>
        <dependencyManagement><dependencies>
        <dependency><groupId>y</groupId><artifactId>a</artifactId><version>${v}</version></dependency>
        <dependency><groupId>y</groupId><artifactId>b</artifactId><version>${v}</version></dependency>
        <dependency><groupId>org.x</groupId><artifactId>x-bom</artifactId><version>3</version><type>pom</type><scope>import</scope></dependency>
        </dependencies></dependencyManagement>");
    let app = pom("<groupId>org.x</groupId><artifactId>app</artifactId><version>3</version><dependencyManagement><dependencies>
        <dependency><groupId>org.x</groupId><artifactId>x-bom</artifactId><version>${project.version}</version><type>pom</type><scope>import</scope></dependency>
        <dependency><groupId>y</groupId><artifactId>b</artifactId><version>6</version></dependency>
        </dependencies></dependencyManagement><dependencies>
        <dependency><groupId>y</groupId><artifactId>a</artifactId></dependency>
        <dependency><groupId>y</groupId><artifactId>b</artifactId></dependency></dependencies>");
    let files = [("app/pom.xml", &*app), ("pom.xml", &*root), ("bom/pom.xml", &*bom)];
    assert_eq!(read(&files), ["y:a 5 @5 `a` direct", "y:b 6 @6 `b` direct"]);
}

#[test]
fn what_is_remembered_of_parents_changes_nothing() {
    let parent = pom("<groupId>g</groupId><artifactId>p</artifactId><version>1</version><properties><v>1</v></properties>
        <dependencyManagement><dependencies><dependency><groupId>x</groupId><artifactId>${a}</artifactId><version>${v}</version></dependency></dependencies></dependencyManagement>");
    let child = |a: &str, v: &str| {
        pom(&format!("<parent><groupId>g</groupId><artifactId>p</artifactId><version>1</version></parent>
        <artifactId>c</artifactId><properties><a>{a}</a><v>{v}</v></properties>
        <dependencies><dependency><groupId>x</groupId><artifactId>{a}</artifactId></dependency></dependencies>"))
    };
    let (one, two) = (child("one", "2"), child("two", "3"));
    let files = [("pom.xml", &parent), ("1/pom.xml", &one), ("2/pom.xml", &two)];
    let files: BTreeMap<String, Vec<u8>> =
        files.map(|(path, text)| (path.to_owned(), text.clone().into_bytes())).into();
    let remembering = Remembering::new(&files);
    let format = format_of("pom.xml").unwrap();
    for (path, expected) in [("1/pom.xml", ("x:one", "2")), ("2/pom.xml", ("x:two", "3"))] {
        let list = (format.read)(path, &files[path], &remembering);
        assert_eq!(list, (format.read)(path, &files[path], &files));
        let package = &list.dependencies[0].package;
        assert_eq!((&*package.name, &*package.version), expected);
    }
}

#[test]
fn what_is_unknown_or_a_range_is_a_problem_and_never_a_guess() {
    let text = pom("<dependencies>
        <dependency><groupId>x</groupId><artifactId>a</artifactId><version>${nowhere}</version></dependency>
        <dependency><groupId>x</groupId><artifactId>b</artifactId><version>[1,2)</version></dependency>
        <dependency><groupId>x</groupId><artifactId>c</artifactId></dependency>
        <dependency><groupId>${g}</groupId><artifactId>d</artifactId></dependency></dependencies>");
    let list = list(&[("pom.xml", &text)]);
    assert_eq!(rows(&list), [""; 0]);
    assert_eq!(
        problems(&list),
        [
            "The version of `x:a` needs the property `nowhere`, which this repository does not define",
            "The version of `x:b` is a range",
            "A dependency's name uses an unknown property",
            "1 dependencies get their version from outside of this repository: `x:c`",
        ]
    );
    assert_eq!(list.problems[0].line, Some(2));
}

#[test]
fn circles_of_parents_and_properties_end() {
    let child = pom("<parent><groupId>g</groupId><artifactId>b</artifactId><version>1</version><relativePath>b.xml</relativePath></parent>
        <groupId>g</groupId><artifactId>a</artifactId><properties><p>${q}${q}</p><q>${p}${p}</q></properties>
        <dependencies><dependency><groupId>x</groupId><artifactId>a</artifactId><version>${p}</version></dependency>
        <dependency><groupId>x</groupId><artifactId>b</artifactId><version>1</version></dependency></dependencies>");
    let parent = pom("<parent><groupId>g</groupId><artifactId>a</artifactId><version>1</version><relativePath>pom.xml</relativePath></parent>
        <groupId>g</groupId><artifactId>b</artifactId>");
    let list = list(&[("pom.xml", &child), ("b.xml", &parent)]);
    assert_eq!(rows(&list), ["x:b 1 @4 direct"]);
    assert_eq!(list.problems.len(), 1);
}

pub(crate) const GRADLE_LOCK: &str = "# This is a Gradle generated file for dependency locking.\n\
# Manual edits can break the build and are not advised.\n\
com.google.guava:guava:31.1-jre=compileClasspath,runtimeClasspath,testRuntimeClasspath\n\
junit:junit:4.13.2=testCompileClasspath,testRuntimeClasspath\n\
empty=annotationProcessor\n";

#[test]
fn gradle_lock_files_know_tests_by_their_configurations() {
    assert_eq!(
        read(&[("app/gradle.lockfile", GRADLE_LOCK)]),
        ["com.google.guava:guava 31.1-jre @3", "junit:junit 4.13.2 @4 dev"]
    );
    assert_eq!(read(&[("buildscript-gradle.lockfile", "a:b:1=classpath\n")]), ["a:b 1 @1 dev"]);
    assert_eq!(
        read(&[("gradle/dependency-locks/testCompile.lockfile", "a:b:1\r\n")]),
        ["a:b 1 @1 dev"]
    );
    assert_eq!(
        problems(&list(&[("gradle.lockfile", "nonsense\n")])),
        ["This is no module of Gradle"]
    );
}

pub(crate) const CATALOGUE: &str = r#"[versions]
groovy = "3.0.5"
checkstyle = { strictly = "[8.37, 9.0[", prefer = "8.37" }
[libraries]
groovy-core = { module = "org.codehaus.groovy:groovy", version.ref = "groovy" }
commons = { group = "org.apache.commons", name = "commons-lang3", version = { strictly = "3.9" } }
short = "com.mycompany:mylib:1.4"
managed = { module = "org.springframework:spring-core" }
floating = "a:b:1.+"
tool = { module = "com.puppycrawl.tools:checkstyle", version.ref = "checkstyle" }
[plugins]
versions = { id = "com.github.ben-manes.versions", version = "0.45.0" }
short = "org.jmailen.kotlinter:3.0"
"#;

#[test]
fn a_version_catalogue_lists_exact_versions() {
    let list = list(&[("gradle/libs.versions.toml", CATALOGUE)]);
    assert_eq!(
        rows(&list),
        [
            "org.codehaus.groovy:groovy 3.0.5 @2 direct",
            "org.apache.commons:commons-lang3 3.9 @6 direct",
            "com.mycompany:mylib 1.4 @7 direct",
            "com.puppycrawl.tools:checkstyle 8.37 @3 direct",
            "com.github.ben-manes.versions:com.github.ben-manes.versions.gradle.plugin 0.45.0 @12 direct dev",
            "org.jmailen.kotlinter:org.jmailen.kotlinter.gradle.plugin 3.0 @13 direct dev",
        ]
    );
    assert_eq!(problems(&list), ["`floating` has no exact version"]);
}
