#!/usr/bin/env python3
"""Measures the advisory index: how long it takes to build, how large it is, how fast it opens and answers.

    benches/advisories.py <archive or folder of advisories>... [--count 260000] [--threads 2]

The advisories that are given are stored as they are, and then again under other ids and names until there are `--count`: the same
number of advisories for each package, of ranges, versions and words as in reality. Prints one line for each figure, with the aim
beside it.
"""

import argparse
import json
import pathlib
import shutil
import subprocess
import tempfile


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", nargs="+", metavar="source")
    parser.add_argument("--count", type=int, default=260_000)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    build = ["cargo", "build", "--release", "--package", "advisories", "--example", "measure", "--message-format", "json"]
    out = subprocess.run(build, check=True, stdout=subprocess.PIPE, text=True).stdout
    messages = (json.loads(line) for line in out.splitlines())
    program = next(m["executable"] for m in messages if m.get("executable") and m["target"]["name"] == "measure")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="bartizan-bench-"))
    try:
        measure(program, folder, options)
    finally:
        shutil.rmtree(folder)


def measure(program, folder, options):
    def run(step, *arguments):
        command = [program, step, str(folder), *map(str, arguments)]
        return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)

    made = run("generate", options.count, *options.sources)
    print(f"{made['stored']:,} advisories, {made['real']:,} of them real")
    built = run("build", options.threads)
    asked = run("ask")
    figures = [
        ("built", f"{built['seconds']:.1f} s", "60 s"),
        ("peak memory of the build", f"{built['peak_mb']} MB", "1,000 MB"),
        ("index", f"{built['index_mb']:.0f} MB", "400 MB"),
        ("stored sources", f"{built['sources_mb']:.0f} MB", ""),
        ("opened", f"{asked['open_ms']:.3f} ms", "10 ms"),
        ("every checksum", f"{asked['verify_ms']:.0f} ms", ""),
        (f"hit, {asked['matches_per_hit']:.1f} vulnerabilities", f"{asked['hit_ns']:.0f} ns", "2,000 ns"),
        ("miss", f"{asked['miss_ns']:.0f} ns", "300 ns"),
        ("1,000,000 packages, one in ten a hit", f"{asked['million_s']:.2f} s", "5 s"),
        ("words and repairs of one vulnerability", f"{asked['words_us']:.0f} us", ""),
    ]
    for what, figure, aim in figures:
        print(f"{what:42} {figure:>12}" + (f"   aim {aim}" if aim else ""))


if __name__ == "__main__":
    main()
