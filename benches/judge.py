#!/usr/bin/env python3
"""Measures how fast a server judges again what it scanned before, when there are new advisories.

    benches/judge.py <zip of Go's advisories> [--bartizan target/release/bartizan] [--database postgres://...]
                     [--projects 200] [--packages 5000]

Scans so many projects with so many locked packages each, one in ten of them a package that has advisories, and imports one more advisory
that is about none of them. Prints one line for each figure, with the aim beside it.
"""

import argparse
import json
import pathlib
import random
import shutil
import subprocess
import tempfile
import time
import zipfile

from server import Server, git, tell


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("advisories", type=pathlib.Path)
    parser.add_argument("--bartizan", default="target/release/bartizan")
    parser.add_argument("--database", help="a postgres:// URL of an empty database")
    parser.add_argument("--projects", type=int, default=200)
    parser.add_argument("--packages", type=int, default=5_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bartizan-bench-") as folder:
        measure(options, pathlib.Path(folder))


def measure(options, folder):
    def learn(path):
        command = [options.bartizan, "advisories", "import", path, "--data-dir", folder / "data"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    learn(options.advisories)
    known = packages(options.advisories)
    draw = random.Random(1)
    server = Server(options, folder)
    try:
        server.register()
        found = 0
        for number in range(options.projects):
            path = repository(folder / f"p{number}", draw, known, options.packages)
            server.post("/v1/orgs/bench/projects", {"slug": f"p{number}", "name": path.name, "repo_url": path.as_uri()})
            found += sum(server.scan(f"p{number}", poll=0.01)["findings_count"].values())
            shutil.rmtree(path)
        one_more = folder / "one-more"
        one_more.mkdir()
        (one_more / "X-1.json").write_text(json.dumps({
            "id": "X-1", "modified": "2024-01-01T00:00:00Z", "affected": [{
                "package": {"ecosystem": "Go", "name": "example.com/nobody-has-this"}, "versions": ["1.0.0"]}]}))
        learn(one_more)
        name = "bartizan_judge_packages_seconds_sum"
        while (seconds := server.metric(name)) == 0.0:
            time.sleep(0.2)
        count = options.projects * options.packages
        # Beside the modules, the version of Go.
        assert server.metric("bartizan_judged_packages_total") == count + options.projects
        tell(f"{count:,} stored packages, {found:,} findings, judged again in", seconds, "s", 5 * count / 1_000_000)
        print(f"memory after it: {server.memory():.0f} MB")
    finally:
        server.stop()


def packages(archive):
    """Modules that advisories are about, each with a version that is affected."""
    known = []
    with zipfile.ZipFile(archive) as files:
        for name in files.namelist():
            for affected in json.loads(files.read(name)).get("affected", []):
                events = [event for one in affected.get("ranges", []) for event in one["events"] if "introduced" in event]
                module = affected["package"]["name"]
                if events and module not in ("stdlib", "toolchain"):
                    introduced = events[0]["introduced"]
                    known.append((module, "v0.0.0" if introduced == "0" else f"v{introduced}"))
    return known


def repository(path, draw, known, count):
    """A repository that locks so many packages."""
    path.mkdir()
    modules = {}
    while len(modules) < count:
        module, version = draw.choice(known) if draw.random() < 0.1 else (f"example.com/own-{draw.randrange(10**9)}", "v1.2.3")
        modules[module] = version
    lines = "".join(f"\t{module} {version}\n" for module, version in modules.items())
    (path / "go.mod").write_text(f"module example.com/bench\n\ngo 1.24\n\nrequire (\n{lines})\n")
    git(path)
    return path


if __name__ == "__main__":
    main()
