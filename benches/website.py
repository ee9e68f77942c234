#!/usr/bin/env python3
"""Scans websites that this machine serves: one of 20 pages and 3 MB, fifty at once, and one with a bundle of 10 MB. Beside it wapiti with
its passive modules, if it is on the PATH or named: what it takes on the same site, and what either finds in heads that are weak.

    cargo build --release --examples && python3 benches/website.py
    python3 -m venv peer && peer/bin/pip install wapiti3 && python3 benches/website.py --wapiti peer/bin/wapiti

The server, Python's own, runs beside the scans on the same cores, so that wall times hold its work too.
"""

import argparse
import json
import os
import pathlib
import random
import shutil
import subprocess
import tempfile
import time

WORDS = "lorem ipsum dolor sit amet consetetur sadipscing elitr sed diam nonumy eirmod tempor invidunt ut labore".split()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bartizan", default="target/release/bartizan")
    parser.add_argument("--many-sites", default="target/release/examples/many_sites")
    parser.add_argument("--wapiti", default=shutil.which("wapiti"))
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bartizan-bench-") as folder:
        root = pathlib.Path(folder)
        pages(root / "site")
        bundle(root / "bundle")
        with serving(root / "site") as url:
            measure("20 pages, 3 MB", options, url, aim="1.5 s, 150 MB")
            together(options, url)
            peer(options, url)
        with serving(root / "bundle") as url:
            measure("a bundle of 10 MB", options, url, aim="0.15 s more than without")
        (root / "bundle" / "app.js").write_text("")
        with serving(root / "bundle") as url:
            measure("the same without it", options, url)
    if options.wapiti:
        compare(options)


def pages(folder):
    """Twenty pages that link to each other, with scripts, styles and images: 3 MB in all."""
    draw = random.Random(1)
    folder.mkdir()
    links = "".join(f'<li><a href="/page{n}.html">Page {n}</a></li>' for n in range(20))
    text = lambda words: " ".join(draw.choice(WORDS) for _ in range(words))
    for name in ["index", *(f"page{n}" for n in range(19))]:
        body = "".join(f"<h2>{text(4)}</h2><p>{text(120)}</p><img src=/i{n}.png alt='{text(3)}'>" for n in range(40))
        head = "<meta charset=utf-8><title>" + text(4) + "</title><link rel=stylesheet href=/a.css><script src=/app.js></script>"
        (folder / f"{name}.html").write_text(f"<!doctype html><html lang=en><head>{head}</head><body><ul>{links}</ul>{body}</body></html>")
    (folder / "app.js").write_text("".join(f"function f{n}(a,b){{return a[{n}]+'{text(6)}'+b}}\n" for n in range(6_000)))
    (folder / "a.css").write_text("".join(f".c{n}{{color:#{n:06x};margin:{n}px}}\n" for n in range(8_000)))
    for n in range(40):
        (folder / f"i{n}.png").write_bytes(b"\x89PNG\r\n\x1a\n" + draw.randbytes(25_000))


def bundle(folder):
    draw = random.Random(2)
    folder.mkdir()
    (folder / "index.html").write_text("<!doctype html><html lang=en><title>App</title><script src=/app.js></script>")
    lines = (f"e[{n}]=function(t,r){{var o=t.{draw.choice(WORDS)};return r(o,'{draw.getrandbits(64):x}')}};" for n in range(170_000))
    (folder / "app.js").write_text("".join(lines)[: 10 << 20])


class serving:
    """A server of a folder, on a port of its own, in a process of its own. Each answer has the further fields."""

    def __init__(self, folder, fields=()):
        self.folder = folder
        self.fields = fields

    def __enter__(self):
        code = (
            "import http.server,functools,sys,json;f=json.loads(sys.argv[2])\n"
            "class H(http.server.SimpleHTTPRequestHandler):\n"
            " protocol_version='HTTP/1.1'\n"
            " log_message=lambda *a:None\n"
            " def end_headers(self):\n"
            "  [self.send_header(*one) for one in f];super().end_headers()\n"
            "h=functools.partial(H,directory=sys.argv[1])\n"
            "s=http.server.ThreadingHTTPServer(('127.0.0.1',0),h);print(s.server_port,flush=True);s.serve_forever()"
        )
        command = ["python3", "-c", code, str(self.folder), json.dumps(self.fields)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        return f"http://127.0.0.1:{self.process.stdout.readline().strip()}/"

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def report(options, url):
    command = [options.bartizan, "scan", url, "--format", "json", "--allow-private-targets", "127.0.0.0/8"]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout)


def used(command):
    """Wall and CPU seconds, and the peak of memory in MB, of a command."""
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    return time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def measure(name, options, url, aim=""):
    stats = report(options, url)["stats"]
    command = [options.bartizan, "scan", url, "--allow-private-targets", "127.0.0.0/8"]
    rounds = [used(command) for _ in range(options.rounds)]
    wall, cpu, memory = (sorted(column)[len(rounds) // 2] for column in zip(*rounds))
    aim = f"   (aim {aim})" if aim else ""
    print(f"{name}: {stats['resources']} answers, {stats['bytes'] / 1e6:.1f} MB, {wall:.2f} s, {cpu:.2f} s of CPU, {memory:.0f} MB{aim}")


def together(options, url, count=50):
    print(f"{count} at once in one process, aim 1 GB:", flush=True)
    subprocess.run([options.many_sites, str(count), url])


def wapiti(options, url, report, *more):
    """A command: the modules that send nothing crafted."""
    folder = pathlib.Path(report).parent
    command = [options.wapiti, "-u", url, "-m", "http_headers,cookieflags,csp,https_redirect", "-f", "json", "-o", str(report)]
    return command + ["--flush-session", "--no-bugreport", "--store-session", str(folder / "session"), "--store-config", str(folder / "config"), *more]


def peer(options, url):
    if not options.wapiti:
        return print("wapiti: not there")
    with tempfile.TemporaryDirectory(prefix="bartizan-peer-") as folder:
        rounds = [used(wapiti(options, url, pathlib.Path(folder) / "report.json")) for _ in range(options.rounds)]
    wall, cpu, memory = (sorted(column)[len(rounds) // 2] for column in zip(*rounds))
    print(f"wapiti, passive modules, the same 20 pages: {wall:.2f} s, {cpu:.2f} s of CPU, {memory:.0f} MB")


# What is weak, fields that show it, the check that says so, and what wapiti says of it.
WEAK = [
    ("no policy", [], "headers.security-headers", "CSP is not set"),
    ("a policy with 'unsafe-inline'", [("content-security-policy", "default-src 'self'; script-src 'self' 'unsafe-inline'")], "headers.csp-unsafe-inline", '"script-src" value is not safe'),
    ("a policy with any source of scripts", [("content-security-policy", "script-src *")], "headers.csp-wildcard-source", '"script-src" value is not safe'),
    ("a policy that a host undoes", [("content-security-policy", "script-src 'self' https://cdn.jsdelivr.net")], "headers.csp-bypassable-host", '"script-src" value is not safe'),
    ("a policy that only reports", [("content-security-policy-report-only", "default-src 'self'")], "headers.csp-report-only", "CSP is not set"),
    ("framing by an unknown word", [("x-frame-options", "ALLOW-FROM https://partner.example")], "headers.framing", "X-Frame-Options has an invalid value"),
    ("sniffing by an unknown word", [("x-content-type-options", "sniff")], "headers.content-type-options", "X-Content-Type-Options has an invalid value"),
    ("a session that scripts can read", [("set-cookie", "session=9f86d081884c7d659a2feaa0c55ad015")], "headers.cookie-attributes", "HttpOnly flag is not set"),
    ("a cookie that browsers refuse", [("set-cookie", "__Host-a=1; Secure; Path=/; Domain=example.com")], "headers.cookie-prefix", None),
    ("anybody may read with credentials", [("access-control-allow-origin", "null"), ("access-control-allow-credentials", "true")], "headers.cors-null-origin", None),
    ("a server that tells its version", [("server", "nginx/1.14.0")], "platform.outdated-nginx", None),
]


def compare(options):
    """One site for each; `None` where wapiti's modules have no words for it."""
    print("found in heads:                          Bartizan  wapiti")
    for what, fields, check, words in WEAK:
        with tempfile.TemporaryDirectory(prefix="bartizan-peer-") as folder:
            folder = pathlib.Path(folder)
            (folder / "site").mkdir()
            (folder / "site" / "index.html").write_text("<!doctype html><title>Site</title><p>Text")
            with serving(folder / "site", fields) as url:
                ours = any(finding["check_id"] == check for finding in report(options, url)["findings"])
                command = wapiti(options, url, folder / "report.json")
                subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                theirs = json.loads((folder / "report.json").read_text())
                told = [one["info"] for kind in ("vulnerabilities", "additionals") for all_ in theirs[kind].values() for one in all_]
        found = words is not None and any(words in one for one in told)
        print(f"{what:40} {'yes' if ours else 'no':9} {'yes' if found else 'no'}")


if __name__ == "__main__":
    main()
