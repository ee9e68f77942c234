#!/usr/bin/env python3
"""Asks osv-scanner what Bartizan should find in lock files.

    benches/reference.py expect <folder>                       writes <folder>/<project>/expected.txt
    benches/reference.py compare <folder> <all.zip>...         counts what both list and find, and prints the rest

`expect` takes a folder as crates/engine/tests/fixtures/reference is one: projects, and `advisories.jsonl`, one OSV record
in a line. What begins with `# By hand` stays as it is; packages that <project>/without.txt names are left out.

`compare` takes any folder and OSV's archives, each in a folder named after its ecosystem; files that both read are compared,
package by package and vulnerability by vulnerability. Nothing is fetched: osv-scanner (version 2) runs offline.
"""

import argparse
import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.parse
import zipfile

# What osv-scanner asks of, even if no file names such a package.
ECOSYSTEMS = [
    "CRAN", "ConanCenter", "GIT", "GitHub Actions", "Go", "Hackage", "Hex", "Maven", "NuGet", "Packagist", "Pub",
    "PyPI", "RubyGems", "SwiftURL", "crates.io", "npm", "opam", "Julia", "GHC", "VSCode",
]
TYPES = {
    "cargo": "crates.io", "composer": "Packagist", "cran": "CRAN", "gem": "RubyGems", "githubactions": "GitHub Actions",
    "golang": "Go", "hackage": "Hackage", "hex": "Hex", "maven": "Maven", "npm": "npm", "nuget": "NuGet", "pub": "Pub",
    "pypi": "PyPI", "swift": "SwiftURL", "conan": "ConanCenter",
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["expect", "compare"])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("archives", nargs="*", type=pathlib.Path)
    parser.add_argument("--bartizan", default=str(pathlib.Path(__file__).parent.parent / "target/release/bartizan"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        if options.what == "expect":
            expect(options.folder, scratch)
        else:
            compare(options, scratch)


# -- osv-scanner


def database(scratch, records):
    """Its offline database: an archive for each ecosystem, of records by ecosystem."""
    for ecosystem in ECOSYSTEMS:
        path = scratch / "osv-scalibr" / ecosystem / "all.zip"
        path.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            # It refuses an archive of nothing.
            nothing = {"id": "NONE-0", "modified": "2020-01-01T00:00:00Z", "affected": []}
            for record in records.get(ecosystem) or [nothing]:
                archive.writestr(f"{record['id']}.json", json.dumps(record))
    # Version 2 has had both names.
    (scratch / "osv-scanner").symlink_to("osv-scalibr")


def by_ecosystem(records):
    sorted_out = collections.defaultdict(list)
    for record in records:
        named = {affected["package"]["ecosystem"] for affected in record["affected"] if "package" in affected}
        for ecosystem in named:
            sorted_out[ecosystem.split(":")[0]].append(record)
    return sorted_out


def command(folder):
    """Of a scan that fetches nothing, and builds nothing of what it scans."""
    return [
        "osv-scanner", "scan", "source", "--recursive", "--offline", "--no-resolve", "--no-ignore", "--all-packages",
        "--no-call-analysis=go", "--no-call-analysis=rust", "--format=json", str(folder),
    ]


def osv_scanner(scratch, folder):
    """What it says of each package of each file."""
    environment = os.environ | {
        "OSV_SCANNER_LOCAL_DB_CACHE_DIRECTORY": str(scratch),
        "OSV_SCALIBR_LOCAL_DB_CACHE_DIRECTORY": str(scratch),
    }
    done = subprocess.run(command(folder), env=environment, capture_output=True, text=True)
    if "unable to fetch OSV database" in done.stderr:
        sys.exit(f"osv-scanner misses advisories:\n{done.stderr[-2000:]}")
    root = f"{folder.resolve()}/"
    for source in json.loads(done.stdout or '{"results": []}')["results"]:
        path = source["source"]["path"].removeprefix(root)
        for package in source["packages"]:
            yield path, package


def expect(folder, scratch):
    records = [json.loads(line) for line in (folder / "advisories.jsonl").read_text().splitlines()]
    database(scratch, by_ecosystem(records))
    version = subprocess.run(["osv-scanner", "--version"], check=True, capture_output=True, text=True).stdout
    found = collections.defaultdict(set)
    for path, package in osv_scanner(scratch, folder):
        about = package["package"]
        named = f"{about['name']} {about['version'].removeprefix('v')}"
        groups = (sorted(group["ids"]) for group in package.get("groups", []))
        found[path.split("/")[0]].update(" ".join([named, *ids]) for ids in groups)
    for project in sorted(path for path in folder.iterdir() if path.is_dir()):
        path, without = project / "expected.txt", project / "without.txt"
        if path.exists() and path.read_text().startswith("# By hand"):
            print(f"     {project.name}: left as it was checked by hand")
            continue
        left_out = without.read_text().splitlines() if without.exists() else []
        lines = sorted(line for line in found[project.name] if " ".join(line.split(" ")[:2]) not in left_out)
        path.write_text("".join(f"{line}\n" for line in lines))
        print(f"{len(lines):4}  {project.name}")
    print(version.splitlines()[0])


# -- both


def identity(ecosystem, name, version):
    """Names as their registries compare them."""
    if ecosystem == "PyPI":
        name = re.sub(r"[-_.]+", "-", name)
    if ecosystem == "SwiftURL":
        name = name.removeprefix("https://").removesuffix(".git")
    if ecosystem in ("PyPI", "NuGet", "Packagist", "Hex", "GitHub Actions", "SwiftURL"):
        name = name.lower()
    return ecosystem, name, version.removeprefix("v") if ecosystem == "Go" else version


def of_purl(purl):
    kind, rest = purl.removeprefix("pkg:").split("?")[0].split("#")[0].split("/", 1)
    name, _, version = rest.rpartition("@")
    name = urllib.parse.unquote(name)
    name = name.replace("/", ":") if kind == "maven" else name
    return identity(TYPES.get(kind, kind), name, urllib.parse.unquote(version))


def bartizan(options, scratch):
    """Packages, and ids by package, of each file."""
    def run(*arguments):
        done = subprocess.run([options.bartizan, *map(str, arguments)], capture_output=True, text=True)
        if done.returncode not in (0, 1, 4):
            sys.exit(done.stderr)

    data = ("--data-dir", scratch / "data")
    run("advisories", "import", *options.archives, *data)
    run("sbom", options.folder, "--no-ignore", "--output", scratch / "bom.json")
    scan = ("--only", "dependencies", "--no-ignore", "--format", "json")
    run("scan", options.folder, *scan, "--output", scratch / "report.json", *data)
    listed, found = collections.defaultdict(set), collections.defaultdict(lambda: collections.defaultdict(set))
    for component in json.loads((scratch / "bom.json").read_text())["components"]:
        for place in component.get("evidence", {}).get("occurrences", []):
            if "purl" in component:
                listed[place["location"]].add(of_purl(component["purl"]))
    for finding in json.loads((scratch / "report.json").read_text())["findings"]:
        if finding["package"] and finding["aliases"]:
            for place in finding["places"]:
                found[place["path"]][of_purl(finding["package"]["purl"])].update(finding["aliases"])
    return listed, found


def compare(options, scratch):
    records = {}
    for path in options.archives:
        with zipfile.ZipFile(path) as archive:
            records[path.parent.name] = [
                json.loads(archive.read(name)) for name in archive.namelist() if name.endswith(".json")
            ]
    database(scratch, records)
    theirs, their_ids = collections.defaultdict(set), collections.defaultdict(dict)
    for path, package in osv_scanner(scratch, options.folder):
        about = package["package"]
        key = identity(about.get("ecosystem", ""), about["name"], about["version"])
        theirs[path].add(key)
        ids = {one["id"] for one in package.get("vulnerabilities", [])}
        if ids:
            their_ids[path][key] = their_ids[path].get(key, set()) | ids
    ours, our_ids = bartizan(options, scratch)
    kinds = collections.defaultdict(collections.Counter)
    rest = [f"they read   {path}" for path in set(theirs) - set(ours) if any(key[2] for key in theirs[path])]
    rest += [f"we read     {path}" for path in set(ours) - set(theirs)]
    for path in sorted(set(theirs) & set(ours)):
        count = kinds[path.split("/")[-1]]
        count["files"] += 1
        count["both"] += len(theirs[path] & ours[path])
        # What they list without a version nobody can judge.
        versioned = {key for key in theirs[path] - ours[path] if key[2]}
        count["they"] += len(versioned)
        count["we"] += len(ours[path] - theirs[path])
        rest += [f"they list  {path}  {' '.join(key)}" for key in versioned]
        rest += [f"we list    {path}  {' '.join(key)}" for key in ours[path] - theirs[path]]
        for key in theirs[path] & ours[path]:
            they, we = their_ids[path].get(key, set()), our_ids[path].get(key, set())
            count["ids of both"] += len(they & we)
            count["ids of theirs"] += len(they - we)
            # Ours name every alias: what counts is a package in which only we find something.
            count["packages of ours"] += bool(we and not they)
            rest += [f"they find  {path}  {' '.join(key)}  {' '.join(sorted(they - we))}"] * bool(they - we)
            rest += [f"we find    {path}  {' '.join(key)}  {' '.join(sorted(we))}"] * bool(we and not they)
    print("\n".join(sorted(rest)))
    columns = ["files", "both", "they", "we", "ids of both", "ids of theirs", "packages of ours"]
    print(f"\n| | {' | '.join(columns)} |\n| --- |{' ---: |' * len(columns)}")
    for kind, count in sorted(kinds.items(), key=lambda kind: -kind[1]["both"]):
        print(f"| {kind} | {' | '.join(f'{count[column]:,}' for column in columns)} |")


if __name__ == "__main__":
    main()
