use super::super::{
    format_of,
    testing::{folder, read, survives, told, told_at},
};

const GO_MOD: &str = r#"module example.com/shop // ours

go 1.21.0

toolchain go1.22.1-custom

require github.com/pkg/errors v0.9.1
require (
	"golang.org/x/text" v0.3.7
	golang.org/x/net v0.7.0 // indirect
	example.com/old/v2 v2.0.0+incompatible //indirect
	example.com/gone v1.0.0
	example.com/local v0.0.0-20210101000000-0123456789ab
	example.com/forked v1.1.0
)

exclude example.com/gone v1.0.0

replace (
	example.com/local => ../local
	example.com/forked v1.1.0 => example.com/fork v1.1.1
	golang.org/x/net v0.6.0 => golang.org/x/net v0.6.1
)

retract [v1.0.0, v1.9.9]
"#;

#[test]
fn go_mod_names_what_is_selected_after_replacements_and_exclusions() {
    let files = folder(&[("go.mod", GO_MOD)]);
    let expected = [
        "stdlib 1.22.1 direct @5:13+6",
        "github.com/pkg/errors v0.9.1 direct @7:31+6",
        "golang.org/x/text v0.3.7 direct @9:22+6",
        "golang.org/x/net v0.7.0 transitive @10:19+6",
        "example.com/old/v2 v2.0.0+incompatible transitive @11:21+19",
        "example.com/fork v1.1.1 direct @21:48+6",
    ];
    assert_eq!(told_at("go.mod", &files), expected);
    survives("go.mod", &files);
}

#[test]
fn go_work_adds_a_toolchain_and_replacements() {
    let text =
        "go 1.22.0\n\nuse (\n\t./a\n\t./b\n)\nreplace example.com/x => example.com/y v1.2.3\n";
    let files = folder(&[("go.work", text)]);
    let expected = ["stdlib 1.22.0 direct @1:4+6", "example.com/y v1.2.3 @7:40+6"];
    assert_eq!(told_at("go.work", &files), expected);
    survives("go.work", &files);
}

const GO_SUM: &str = "example.com/a v1.0.0 h1:x=
example.com/a v1.0.0/go.mod h1:x=
example.com/b v1.1.0/go.mod h1:x=
example.com/b v1.1.0 h1:x=
example.com/b v1.2.0/go.mod h1:x=
example.com/c v1.2.0/go.mod h1:x=
example.com/c v1.3.0 h1:x=
example.com/c v1.3.0/go.mod h1:x=
";

#[test]
fn go_sum_tells_only_what_an_older_go_mod_leaves_out() {
    let old = "module m\ngo 1.16\nrequire example.com/a v1.0.0\n";
    let files = folder(&[("go.sum", GO_SUM), ("go.mod", old)]);
    assert_eq!(told_at("go.sum", &files), ["example.com/c v1.3.0 transitive @7:15+6"]);
    let complete = folder(&[("go.sum", GO_SUM), ("go.mod", "go 1.17\n")]);
    assert_eq!(told_at("go.sum", &complete), Vec::<String>::new());
    survives("go.sum", &files);
}

#[test]
fn modules_txt_names_what_was_copied() {
    let text = "# example.com/a v1.0.0
## explicit; go 1.17
example.com/a
# example.com/b v1.1.0
example.com/b/sub
# example.com/c v1.0.0 => ../c
## explicit
example.com/c
# example.com/d v1.0.0 => example.com/e v1.4.0
## explicit; go 1.20
example.com/d
# example.com/unused v1.0.0 => example.com/e v1.5.0
# example.com/wild => example.com/e v1.6.0
";
    let files = folder(&[
        ("x/vendor/modules.txt", text),
        ("x/go.mod", "require (\n example.com/a v1.0.0 // indirect\n example.com/d v1.0.0\n)\n"),
    ]);
    let expected = [
        "example.com/a v1.0.0 transitive @1:17+6",
        "example.com/b v1.1.0 transitive @4:17+6",
        "example.com/e v1.4.0 direct @9:41+6",
    ];
    assert_eq!(told_at("x/vendor/modules.txt", &files), expected);
    let alone = folder(&[("vendor/modules.txt", text)]);
    assert_eq!(told_at("vendor/modules.txt", &alone)[0], "example.com/a v1.0.0 @1:17+6");
    survives("x/vendor/modules.txt", &files);
}

#[test]
fn a_requirement_without_a_version_is_a_problem() {
    let list = read("go.mod", &folder(&[("go.mod", "require (\n\texample.com/a\n)\n")]));
    assert_eq!((told(&list).len(), list.problems[0].line), (0, Some(2)));
}

#[test]
fn repairs_write_versions_as_go_wants_them() {
    let files = folder(&[("go.mod", GO_MOD)]);
    let list = read("go.mod", &files);
    let repair = |path: &str, at: usize, fixed: &str| {
        (format_of(path).unwrap().repair)(&list.dependencies[at], fixed)
    };
    assert_eq!(repair("go.mod", 1, "0.9.2"), "go get github.com/pkg/errors@v0.9.2");
    assert_eq!(repair("go.mod", 0, "1.22.5"), "go get toolchain@go1.22.5");
    assert_eq!(repair("go.work", 0, "1.22.5"), "go work edit -toolchain=go1.22.5");
    assert_eq!(
        repair("vendor/modules.txt", 2, "v0.3.8"),
        "go get golang.org/x/text@v0.3.8 && go mod vendor"
    );
}
