#!/usr/bin/env python3
"""How long the Web API takes to answer while a server visits fifty websites at once.

    cargo build --release && python3 benches/visits.py [--database postgres://...]

One client lists scans as long as visits run, a hundred times a second at most, on the same cores as the server, the visits and the
website, which has 20 pages and 3 MB. Prints what half and 99 % of the answers took at most, and the server's peak of memory.
"""

import argparse
import http.client
import json
import pathlib
import subprocess
import tempfile
import time

import website

VISITS = 50


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bartizan", default="target/release/bartizan")
    parser.add_argument("--database")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bartizan-bench-") as folder:
        root = pathlib.Path(folder)
        website.pages(root / "site")
        with website.serving(root / "site") as url:
            beside(options, root, url)


def beside(options, root, url):
    limits = [f"--{name}=1000" for name in ("request-burst", "request-limit", "submission-limit")]
    command = [options.bartizan, "serve", "--offline", "--listen", "127.0.0.1:0", "--data-dir", str(root / "data"), f"--site-workers={VISITS}"]
    command += ["--allow-private-targets", "127.0.0.0/8", *limits]
    if options.database:
        command += ["--database", options.database]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        address = next(word for line in server.stdout for word in line.split() if word.startswith("http://"))
        measure(address.removeprefix("http://"), url, server.pid)
    finally:
        server.kill()


def measure(address, url, pid):
    slug = f"bench{int(time.time())}"
    account = {"org_name": "Bench", "org_slug": slug, "email": f"{slug}@bench.example", "password": "a long enough password"}
    session = call(address, "POST", "/v1/auth/register", None, account)["token"]
    make = lambda name: call(address, "POST", f"/v1/orgs/{slug}/api-tokens", session, {"name": name, "kind": "fxw"})["token"]
    tokens = [make(f"reader {number}") for number in range(4)]
    for _ in range(VISITS):
        call(address, "POST", "/api/v1/scans", tokens[0], {"target": url})
    began, took, words = time.monotonic(), [], ["queued"]
    connection = http.client.HTTPConnection(address)
    while any(word in ("queued", "running") for word in words):
        asked = time.monotonic()
        answer = call(address, "GET", "/api/v1/scans?limit=100", tokens[len(took) % len(tokens)], None, connection)
        took.append((time.monotonic() - asked) * 1000)
        words = [scan["status"] for scan in answer["scans"]]
        time.sleep(0.01)
    took.sort()
    memory = next(line for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM"))
    told = ", ".join(f"{words.count(word)} {word}" for word in sorted(set(words)))
    print(f"{VISITS} visits in {time.monotonic() - began:.1f} s ({told}), {int(memory.split()[1]) // 1024} MB")
    print(f"{len(took)} reads: half in {took[len(took) // 2]:.1f} ms, 99 % in {took[len(took) * 99 // 100]:.1f} ms (aim 50), all in {took[-1]:.1f} ms")


def call(address, method, path, token, body, connection=None):
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    connection = connection or http.client.HTTPConnection(address)
    connection.request(method, path, json.dumps(body) if body is not None else None, headers)
    answer = connection.getresponse()
    text = answer.read()
    if answer.status >= 300:
        raise SystemExit(f"{method} {path}: {answer.status} {text[:300]}")
    return json.loads(text)


if __name__ == "__main__":
    main()
