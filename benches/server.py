#!/usr/bin/env python3
"""Measures a server on this machine: how fast it is there, what it needs when nobody asks, how fast it scans and stores, and
how long reads take while it scans.

    benches/server.py [--bartizan target/release/bartizan] [--database postgres://...] [--rate 200] [--seconds 20]

Prints one line for each figure, with the aim beside it. Repositories are made in a temporary folder and cloned as `file:` URLs.
"""

import argparse
import json
import multiprocessing
import os
import pathlib
import random
import string
import subprocess
import tempfile
import time
import urllib.request

FINDINGS = 25_000
"""Findings of the large repository."""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bartizan", default="target/release/bartizan")
    parser.add_argument("--generator", default="target/release/examples/open_loop",
                        help="made by cargo build --release -p test-kit --example open_loop")
    parser.add_argument("--database", help="a postgres:// URL of an empty database")
    parser.add_argument("--rate", type=int, default=200, help="requests a second, whether answers come or not")
    parser.add_argument("--seconds", type=int, default=20, help="of each round of reads")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bartizan-bench-") as folder:
        measure(options, pathlib.Path(folder))


def measure(options, folder):
    small = repository(folder / "small", files=1_000, secrets=50)
    large = repository(folder / "large", files=FINDINGS // 100, secrets=FINDINGS)
    server = Server(options, folder)
    try:
        tell("up after", server.up_after * 1000, "ms", 300)
        time.sleep(2)
        tell("memory when idle", server.memory(), "MB", 60)
        server.register()
        for name, path in [("small", small), ("warm", small), *[(f"large-{n}", large) for n in range(4)]]:
            server.post("/v1/orgs/bench/projects", {"slug": name, "name": name, "repo_url": path.as_uri()})
        server.scan("warm")
        began = time.monotonic()
        scan = server.scan("small", poll=0.01)
        tell("a repository of 1,000 files, from run-scan to completed", time.monotonic() - began, "s", 1)
        assert sum(scan["findings_count"].values()) > 45, scan
        before = server.stored()
        for n in range(4):
            scan = server.scan(f"large-{n}")
            # A few of the passwords that are drawn look like something else.
            assert sum(scan["findings_count"].values()) > 0.99 * FINDINGS, scan
        seconds, scans = (now - then for now, then in zip(server.stored(), before))
        tell(f"{FINDINGS:,} findings of one scan stored in", seconds / scans, "s", 2)
        for beside, what in [("small", "of 1,000 files each"), ("large-1", f"that find {FINDINGS:,} each")]:
            reads(server, options, beside, what)
        print(f"memory after it: {server.memory():.0f} MB")
    finally:
        server.stop()


def tell(what, value, unit, aim):
    print(f"{what}: {value:.2f} {unit} (aim: under {aim})", flush=True)


def repository(path, files, secrets):
    """A repository with so many files of which some hold so many passwords."""
    path.mkdir()
    draw = random.Random(1)
    letters = string.ascii_letters + string.digits
    for number in range(files):
        lines = [f"line {n} of file {number}" for n in range(20)]
        count = secrets // files + (number < secrets % files)
        for n in range(count):
            lines.append(f"DB_PASSWORD_{n}={''.join(draw.choices(letters, k=20))}")
        (path / f"f{number}.env").write_text("\n".join(lines) + "\n")
    git(path)
    return path


def git(path):
    """Commits what is in a folder."""
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b.example", "-c", "init.defaultBranch=main", "-C", path]
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "all"]):
        subprocess.run([*command, *arguments], check=True)


class Server:
    def __init__(self, options, folder):
        environment = {key: value for key, value in os.environ.items() if not key.startswith("BARTIZAN_")}
        if options.database:
            environment["BARTIZAN_DATABASE"] = options.database
        began = time.monotonic()
        self.process = subprocess.Popen(
            [options.bartizan, "serve", "--listen", "127.0.0.1:0", "--data-dir", folder / "data", "--log", "error", "--offline",
             "--allow-clone-schemes", "file"],
            stdout=subprocess.PIPE, text=True, env=environment)
        line = self.process.stdout.readline()
        self.url = line.split()[-1]
        self.token = None
        self.request("GET", "/healthz")
        self.up_after = time.monotonic() - began

    @classmethod
    def at(cls, url, token):
        """One that somebody else has started."""
        server = cls.__new__(cls)
        server.url, server.token = url, token
        return server

    def request(self, method, path, body=None):
        request = urllib.request.Request(self.url + path, method=method)
        if self.token:
            request.add_header("authorization", f"Bearer {self.token}")
        data = None
        if body is not None:
            request.add_header("content-type", "application/json")
            data = json.dumps(body).encode()
        with urllib.request.urlopen(request, data=data, timeout=60) as answer:
            return answer.read().decode()

    def register(self):
        """Makes the organization `bench`; what is asked from now on is asked by its administrator."""
        self.token = self.post("/v1/auth/register", {
            "org_name": "Bench", "org_slug": "bench", "email": "you@bench.example", "password": "a long password"})["token"]

    def get(self, path):
        return json.loads(self.request("GET", path))

    def post(self, path, body):
        return json.loads(self.request("POST", path, body))

    def scan(self, project, poll=0.05):
        scan = self.post(f"/v1/orgs/bench/projects/{project}/run-scan", {})
        while scan["status"] in ("queued", "running"):
            time.sleep(poll)
            scan = self.get(f"/v1/orgs/bench/projects/{project}/scans/{scan['id']}")
        assert scan["status"] == "completed", scan
        return scan

    def metric(self, name):
        for line in self.request("GET", "/metrics").splitlines():
            if line.startswith(name):
                return float(line.rsplit(" ", 1)[1])
        return 0.0

    def stored(self):
        """How long findings were stored in all, in seconds, and those of how many scans."""
        return self.metric("bartizan_scan_store_seconds_sum"), self.metric("bartizan_scan_store_seconds_count")

    def memory(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) / 1000 for line in status.splitlines() if line.startswith("VmRSS"))

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


def scanning(url, token, project, stop):
    """Scans a project again and again."""
    server = Server.at(url, token)
    while not stop.is_set():
        server.scan(project, poll=0.2)


def reads(server, options, beside, what):
    """Reads at a fixed rate, two scans of the project `beside` at all times. A request that is late counts from when it was due."""
    scan = server.get("/v1/orgs/bench/projects/large-3/scans?limit=1")[0]["id"]
    paths = [
        "/v1/orgs/bench/findings",
        "/v1/orgs/bench/findings?severity=high,critical",
        "/v1/orgs/bench/projects",
        "/v1/orgs/bench/projects/large-0/scans",
        f"/v1/orgs/bench/projects/large-3/scans/{scan}/findings?limit=100",
        "/api/v1/projects",
    ]
    # In processes of their own: what they do with their answers is not to delay the reads.
    stop = multiprocessing.Event()
    scans = [multiprocessing.Process(target=scanning, args=(server.url, server.token, beside, stop)) for _ in range(2)]
    for process in scans:
        process.start()
    address = server.url.removeprefix("http://")
    asked = subprocess.run(
        [options.generator, address, str(options.rate), str(options.seconds), *paths],
        env={"TOKEN": server.token}, stdout=subprocess.PIPE, text=True, check=True)
    stop.set()
    for process in scans:
        process.join()
    took = sorted(int(line) / 1_000_000 for line in asked.stdout.split())
    count = len(took)
    print(f"{count} reads at {options.rate}/s, {FINDINGS * 4:,} findings, two scans {what}: median {took[count // 2] * 1000:.1f} ms")
    tell("99 % of them in", took[count * 99 // 100] * 1000, "ms", 10)


if __name__ == "__main__":
    main()
