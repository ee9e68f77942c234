//! NuGet.

use crate::kit::{list, problems, read, rows};

pub(crate) const PACKAGES_LOCK: &str = r#"{
  "version": 2,
  "dependencies": {
    "net6.0": {
      "Newtonsoft.Json": { "type": "Direct", "requested": "[12.0.3, )", "resolved": "12.0.3" },
      "Serilog.Sinks": { "type": "Transitive", "resolved": "2.1.0", "dependencies": { "newtonsoft.json": "12.0.1" } },
      "my.project": { "type": "Project", "dependencies": { "Serilog.Sinks": "[2.1.0, )" } }
    },
    "net6.0/linux-x64": {
      "newtonsoft.json": { "type": "Transitive", "resolved": "12.0.3" },
      "Serilog.Sinks": { "type": "Direct", "resolved": "2.1.0" }
    }
  }
}"#;

#[test]
fn frameworks_share_packages_and_names_have_no_case() {
    assert_eq!(
        read(&[("packages.lock.json", PACKAGES_LOCK)]),
        ["Newtonsoft.Json 12.0.3 @5 direct < Serilog.Sinks", "Serilog.Sinks 2.1.0 @6 direct",]
    );
}

pub(crate) const PACKAGES_CONFIG: &str = "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?>
<packages>
  <package id=\"jQuery\" version=\"3.4.1\" targetFramework=\"net472\" />
  <package id=\"StyleCop\" version=\"4.7\" developmentDependency=\"true\" />
</packages>";

#[test]
fn packages_config_is_a_flat_list() {
    assert_eq!(
        read(&[("packages.config", PACKAGES_CONFIG)]),
        ["jQuery 3.4.1 @3", "StyleCop 4.7 @4 dev"]
    );
}

pub(crate) const CSPROJ: &str = r#"<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>net8.0</TargetFramework>
    <SerilogVersion>2.10.0</SerilogVersion>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Newtonsoft.Json" Version="[12.0.1,13.0)" />
    <PackageReference Include="Serilog" Version="$(SerilogVersion)" />
    <PackageReference Include="Analyzers"><Version>1.2</Version><PrivateAssets>all</PrivateAssets></PackageReference>
    <PackageReference Include="Central" />
    <PackageReference Include="Overridden" VersionOverride="5.0.0" />
    <PackageReference Include="Floating" Version="1.*" />
    <PackageReference Include="Shared" Version="$(FromProps)" />
    <PackageReference Include="Unknown" Version="$(Nowhere)" />
    <PackageReference Include="Nobody" />
  </ItemGroup>
</Project>"#;

#[test]
fn a_project_takes_properties_and_central_versions_from_the_folders_above() {
    let central = r#"<Project><PropertyGroup><V>7.1.0</V></PropertyGroup><ItemGroup>
        <PackageVersion Include="central" Version="$(V)" /><PackageVersion Include="Overridden" Version="4.0.0" />
        <GlobalPackageReference Include="Global" Version="1.0.0" /></ItemGroup></Project>"#;
    let props = r#"<Project><Import Project="build\shared.props" /><Import Project="$(MSBuildThisFileDirectory)Directory.Build.props" /></Project>"#;
    let shared = r#"<Project><PropertyGroup><FromProps Condition="'$(FromProps)' == ''">3.3.3</FromProps></PropertyGroup></Project>"#;
    let list = list(&[
        ("src/app/app.csproj", CSPROJ),
        ("Directory.Packages.props", central),
        ("src/Directory.Build.props", props),
        ("src/build/shared.props", shared),
    ]);
    assert_eq!(
        rows(&list),
        [
            "Newtonsoft.Json 12.0.1 @7 `[12.0.1,13.0)` direct",
            "Serilog 2.10.0 @8 `$(SerilogVersion)` direct",
            "Analyzers 1.2 @9 direct dev",
            "Central 7.1.0 @10 `Central` direct",
            "Overridden 5.0.0 @11 direct",
            "Shared 3.3.3 @13 `$(FromProps)` direct",
        ]
    );
    assert_eq!(
        problems(&list),
        [
            "The version of `Floating` is not exact",
            "The version of `Unknown` needs the property `Nowhere`, which this repository does not define",
            "1 references have no version in this repository: `Nobody`",
        ]
    );
    assert_eq!(
        read(&[("Directory.Packages.props", central)]),
        [
            "central 7.1.0 @2 `$(V)` direct",
            "Overridden 4.0.0 @2 direct",
            "Global 1.0.0 @3 direct dev"
        ]
    );
}

#[test]
fn a_test_project_is_development_and_self_import_ends() {
    let text = r#"<Project><Import Project="t.fsproj" /><PropertyGroup><A>$(A);$(A)</A></PropertyGroup><ItemGroup>
        <PackageReference Include="Microsoft.NET.Test.Sdk" Version="17.0.0" />
        <PackageReference Include="A;B" Version="1.0" /></ItemGroup></Project>"#;
    assert_eq!(
        read(&[("t/t.fsproj", text)]),
        [
            "Microsoft.NET.Test.Sdk 17.0.0 @2 direct dev",
            "A 1.0 @3 direct dev",
            "B 1.0 @3 direct dev"
        ]
    );
}

#[test]
fn a_folder_that_calls_some_projects_tests_does_not_call_all_so() {
    let props = r#"<Project><PropertyGroup><IsTestProject Condition="$(X.EndsWith('Test'))">true</IsTestProject></PropertyGroup></Project>"#;
    let text =
        r#"<Project><ItemGroup><PackageReference Include="A" Version="1" /></ItemGroup></Project>"#;
    let files = [("a/a.csproj", text), ("Directory.Build.props", props)];
    assert_eq!(read(&files), ["A 1 @1 direct"]);
    let text = r#"<Project><PropertyGroup><IsTestProject>true</IsTestProject></PropertyGroup><ItemGroup>
        <PackageReference Include="A" Version="1" /></ItemGroup></Project>"#;
    assert_eq!(read(&[("a/a.vbproj", text)]), ["A 1 @2 direct dev"]);
}

pub(crate) const DEPS_JSON: &str = r#"{
  "runtimeTarget": { "name": ".NETCoreApp,Version=v6.0" },
  "targets": { ".NETCoreApp,Version=v6.0": {
    "App/1.0.0": { "dependencies": { "Serilog": "2.10.0", "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64": "6.0.1" } },
    "Serilog/2.10.0": { "dependencies": { "System.Memory": "4.5.4" } },
    "System.Memory/4.5.4": {}
  } },
  "libraries": {
    "App/1.0.0": { "type": "project" },
    "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/6.0.1": { "type": "runtimepack" },
    "Serilog/2.10.0": { "type": "package" },
    "System.Memory/4.5.4": { "type": "package" }
  }
}"#;

#[test]
fn what_a_built_program_loads_includes_its_runtime() {
    assert_eq!(
        read(&[("bin/App.deps.json", DEPS_JSON)]),
        [
            "Microsoft.NETCore.App.Runtime.linux-x64 6.0.1 @10 direct",
            "Serilog 2.10.0 @11 direct",
            "System.Memory 4.5.4 @12 transitive < Serilog",
        ]
    );
}
