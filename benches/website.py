#!/usr/bin/env python3
"""Scans websites that this machine serves: one of 20 pages and 3 MB, fifty at once, and one with a bundle of 10 MB.

    cargo build --release && python3 benches/website.py

The server, Python's own, runs beside the scans on the same cores, so that wall times hold its work too.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import random
import subprocess
import tempfile
import time

WORDS = "lorem ipsum dolor sit amet consetetur sadipscing elitr sed diam nonumy eirmod tempor invidunt ut labore".split()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bartizan", default="target/release/bartizan")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bartizan-bench-") as folder:
        root = pathlib.Path(folder)
        pages(root / "site")
        bundle(root / "bundle")
        with serving(root / "site") as url:
            measure("20 pages, 3 MB", options, url, aim="1.5 s, 150 MB")
            together(options, url)
        with serving(root / "bundle") as url:
            measure("a bundle of 10 MB", options, url, aim="0.15 s more than without")
        (root / "bundle" / "app.js").write_text("")
        with serving(root / "bundle") as url:
            measure("the same without it", options, url)


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
    """A server of a folder, on a port of its own, in a process of its own."""

    def __init__(self, folder):
        self.folder = folder

    def __enter__(self):
        code = (
            "import http.server,functools,sys;"
            "h=functools.partial(http.server.SimpleHTTPRequestHandler,directory=sys.argv[1]);"
            "h.func.log_message=lambda *a:None;h.func.protocol_version='HTTP/1.1';"
            "s=http.server.ThreadingHTTPServer(('127.0.0.1',0),h);print(s.server_port,flush=True);s.serve_forever()"
        )
        self.process = subprocess.Popen(["python3", "-c", code, str(self.folder)], stdout=subprocess.PIPE, text=True)
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
    began = time.monotonic()
    command = [options.bartizan, "scan", url, "--allow-private-targets", "127.0.0.0/8"]
    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        results = list(pool.map(lambda _: used(command), range(count)))
    memory = sum(memory for _, _, memory in results)
    print(f"{count} at once, a process each: {time.monotonic() - began:.1f} s, {memory:.0f} MB if all peaked together   (aim 1 GB in one process)")


if __name__ == "__main__":
    main()
