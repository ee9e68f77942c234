#!/usr/bin/env python3
"""Measures how fast lock files are read and judged, beside osv-scanner and cargo-audit, with the same advisories.

    benches/packages.py <all.zip>... [--folder <lock files>]... [--advisory-db <RustSec's repository>]

The archives are OSV's, each in a folder named after its ecosystem. From them a repository is made that locks `--packages`
(default 5,000) packages, of which one in twenty stands in a version that an advisory names; its Cargo.lock is measured alone,
too, with RustSec's advisories only. What runs by turns is compared turn by turn: the ratio is the median of the turns'.
Nothing is fetched. A peer that is not installed is left out, and said to be.
"""

import argparse
import concurrent.futures
import json
import multiprocessing
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import compare
import reference

EVERY = 20


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archives", nargs="+", type=Path, metavar="archive")
    parser.add_argument("--folder", action="append", default=[], type=Path)
    parser.add_argument("--advisory-db", type=Path, help="a clone of RustSec's database, for cargo-audit")
    parser.add_argument("--packages", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--bartizan", default=str(Path(__file__).parent.parent / "target/release/bartizan"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        # A process that has read all advisories would lend its size to those that it starts.
        with concurrent.futures.ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as other:
            other.submit(prepare, options, scratch).result()
        repository = scratch / "repository"
        measure(f"{options.packages:,} packages", options, scratch / "everything", repository)
        if (scratch / "rust").exists():
            measure("their Cargo.lock alone", options, scratch / "rust", scratch / "alone", with_cargo=True)
        for folder in options.folder:
            measure(folder.name, options, scratch / "everything", folder)


def prepare(options, scratch):
    """Advisories for all, and what is scanned."""
    records = {path.parent.name: read(path) for path in options.archives}
    store(options, records, scratch / "everything")
    generate(scratch / "repository", records, options.packages)
    if "crates.io" in records:
        store(options, {"crates.io": records["crates.io"]}, scratch / "rust")
        (scratch / "alone").mkdir()
        shutil.copy(scratch / "repository" / "Cargo.lock", scratch / "alone")


def read(path):
    with zipfile.ZipFile(path) as archive:
        return [json.loads(archive.read(name)) for name in archive.namelist() if name.endswith(".json")]


def store(options, records, folder):
    """The same advisories as osv-scanner's database and as our index, below one folder."""
    folder.mkdir()
    reference.database(folder, records)
    archives = [str(folder / "osv-scalibr" / ecosystem / "all.zip") for ecosystem in records]
    arguments = [options.bartizan, "advisories", "import", *archives, "--data-dir", str(folder / "data")]
    compare.run(compare.Command("import", arguments))


# -- a repository


def generate(folder, records, count):
    """Lock files of the ecosystems at hand that lock `count` packages together."""
    folder.mkdir()
    writers = {
        "crates.io": ("Cargo.lock", cargo),
        "npm": ("package-lock.json", npm),
        "PyPI": ("poetry.lock", poetry),
        "Go": ("go.mod", go),
    }
    at_hand = [ecosystem for ecosystem in writers if records.get(ecosystem)]
    if not at_hand:
        sys.exit(f"none of the archives is of {', '.join(writers)}")
    for place, ecosystem in enumerate(at_hand):
        share = count // len(at_hand) + (place < count % len(at_hand))
        hits = affected(ecosystem, records[ecosystem], share // EVERY)
        prefix = "example.com/" if ecosystem == "Go" else ""
        others = [(f"{prefix}nothing-known-{n}", f"1.{n % 9}.{n}") for n in range(share - len(hits))]
        name, write = writers[ecosystem]
        (folder / name).write_text(write(sorted(hits + others)))


def affected(ecosystem, records, count):
    """So many packages, each in the first version that is affected."""
    found = {}
    for record in records:
        for affected in record["affected"]:
            about = affected.get("package", {})
            if about.get("ecosystem") != ecosystem or about["name"] in ("stdlib", "toolchain") or "withdrawn" in record:
                continue
            events = [event for one in affected.get("ranges", []) if one["type"] != "GIT" for event in one["events"]]
            versions = [event["introduced"] for event in events if event.get("introduced", "0") != "0"]
            # From the beginning on: one that surely came before the repair.
            versions += ["0.0.1" for event in events if event.get("introduced") == "0"]
            if versions and len(found) < count:
                found.setdefault(about["name"], versions[0])
    return list(found.items())


def cargo(packages):
    source = "registry+https://github.com/rust-lang/crates.io-index"
    entry = '\n[[package]]\nname = "{}"\nversion = "{}"\nsource = "{}"\nchecksum = "{}"\n'
    return "version = 3\n" + "".join(entry.format(name, version, source, "0" * 64) for name, version in packages)


def npm(packages):
    def entry(name, version):
        bare = name.split("/")[-1]
        resolved = f"https://registry.npmjs.org/{name}/-/{bare}-{version}.tgz"
        return {"version": version, "resolved": resolved, "integrity": "sha512-" + "0" * 86 + "=="}

    listed = {f"node_modules/{name}": entry(name, version) for name, version in packages}
    root = {"name": "app", "dependencies": {name: version for name, version in packages[:50]}}
    return json.dumps({"name": "app", "lockfileVersion": 3, "packages": {"": root} | listed}, indent=2)


def poetry(packages):
    entry = '[[package]]\nname = "{}"\nversion = "{}"\ndescription = ""\noptional = false\nfiles = []\n\n'
    return "".join(entry.format(name, version) for name, version in packages) + '[metadata]\nlock-version = "2.0"\n'


def go(packages):
    lines = (f"\t{name} v{version}\n" for name, version in packages)
    return f"module example.com/app\n\ngo 1.26.0\n\nrequire (\n{''.join(lines)})\n"


# -- runs


def measure(what, options, prepared, folder, with_cargo=False):
    for name in ["OSV_SCANNER_LOCAL_DB_CACHE_DIRECTORY", "OSV_SCALIBR_LOCAL_DB_CACHE_DIRECTORY"]:
        os.environ[name] = str(prepared)
    scan = ["scan", str(folder), "--only", "dependencies", "--no-ignore", "--format", "json"]
    commands = [
        compare.Command("bartizan", [options.bartizan, *scan, "--data-dir", str(prepared / "data")], compare.FINDINGS),
        compare.Command("osv-scanner", reference.command(folder), {0, 1}),
    ]
    if with_cargo and options.advisory_db:
        audit = ["cargo-audit", "audit", "--db", str(options.advisory_db), "--no-fetch", "--stale", "--no-yanked"]
        commands.append(compare.Command("cargo-audit", [*audit, "--file", str(folder / "Cargo.lock")], {0, 1}))
    for command in commands:
        if shutil.which(command.arguments[0]) is None:
            print(f"{command.name}: not installed, left out", file=sys.stderr)
    commands = [command for command in commands if shutil.which(command.arguments[0])]
    runs = compare.measure(commands, options.rounds)
    report = json.loads(subprocess.run(commands[0].arguments, capture_output=True).stdout)
    affected = len({finding["package"]["purl"] for finding in report["findings"]})
    print(f"\n{what}: {report['stats']['packages']:,} listed, {affected:,} with {len(report['findings']):,} findings")
    print(f"\n| | CPU s | x | wall s | x | peak MiB |\n| --- |{' ---: |' * 5}")
    for name, theirs in runs.items():
        def ratio(of):
            return statistics.median(of(one) / of(own) for one, own in zip(theirs, runs["bartizan"]))

        def median(of):
            return statistics.median(map(of, theirs))

        cpu, wall = (lambda run: run.cpu), (lambda run: run.wall)
        figures = f"{median(cpu):.3f} | {ratio(cpu):.1f} | {median(wall):.3f} | {ratio(wall):.1f}"
        print(f"| {name} | {figures} | {median(lambda run: run.peak_mib):.0f} |")


if __name__ == "__main__":
    main()
