#!/usr/bin/env python3
"""Runs Bartizan and its peers by turns over the same target and prints CPU time, wall time and peak memory as a table.

    benches/compare.py history <repository>     everything that was ever committed
    benches/compare.py tree <folder>            the files of today
    benches/compare.py start                    one small file

A peer that is not installed is left out, and said to be. `--rounds` (default 5) is how often each runs; the table holds
medians and, because machines differ, ratios to Bartizan. Bartizan is `target/release/bartizan`, or what `--bartizan` names.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

# Findings are no error here.
FINDINGS = {0, 1, 4}


@dataclass
class Command:
    name: str
    arguments: list[str]
    codes: set[int] = field(default_factory=lambda: {0})
    folder: str | None = None


@dataclass
class Run:
    cpu: float
    wall: float
    peak_mib: float


def run(command: Command) -> Run:
    """One run, its output thrown away, measured by the kernel (wait4)."""
    began = time.monotonic()
    child = subprocess.Popen(
        command.arguments,
        cwd=command.folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - began
    if child.returncode not in command.codes:
        sys.exit(f"{command.name} ended with code {child.returncode}: {' '.join(command.arguments)}")
    return Run(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024)


def history(bartizan: str, repository: str, literal: str) -> list[Command]:
    return [
        Command("bartizan", [bartizan, "scan", repository, "--history", "--format", "json"], FINDINGS),
        Command(
            "git cat-file",
            ["git", "-C", repository, "cat-file", "--batch-all-objects", "--batch", "--buffer"],
        ),
        Command(
            "git cat-file --unordered",
            ["git", "-C", repository, "cat-file", "--batch-all-objects", "--batch", "--buffer", "--unordered"],
        ),
        Command("gitleaks", ["gitleaks", "git", "--no-banner", "--log-opts=--all", repository], FINDINGS),
        Command("kingfisher", ["kingfisher", "scan", repository, "--no-validate"], {0, 200, 205}),
    ]


def tree(bartizan: str, folder: str, literal: str) -> list[Command]:
    return [
        Command("bartizan", [bartizan, "scan", folder, "--only", "secrets", "--format", "json"], FINDINGS),
        Command("bartizan, packages too", [bartizan, "scan", folder, "--format", "json"], FINDINGS),
        Command("rg -c", ["rg", "-c", "--hidden", "--glob", "!.git", "-F", literal, folder], {0, 1}),
        Command("gitleaks", ["gitleaks", "dir", "--no-banner", folder], FINDINGS),
        Command("ripsecrets", ["ripsecrets", folder], FINDINGS),
    ]


def start(bartizan: str, folder: str, literal: str) -> list[Command]:
    return [
        Command("bartizan", [bartizan, "scan", folder, "--format", "json"], FINDINGS),
        Command("gitleaks", ["gitleaks", "dir", "--no-banner", folder], FINDINGS),
        Command("ripsecrets", ["ripsecrets", folder], FINDINGS),
    ]


def blob_mib(repository: str) -> float:
    """Size of all blobs of a repository, each counted once."""
    listed = subprocess.run(
        ["git", "-C", repository, "cat-file", "--batch-all-objects", "--unordered",
         "--batch-check=%(objecttype) %(objectsize)"],
        check=True, capture_output=True, text=True,
    ).stdout
    return sum(int(line.split()[1]) for line in listed.splitlines() if line.startswith("blob ")) / 2**20


def measure(commands: list[Command], rounds: int) -> dict[str, list[Run]]:
    """By turns, so that whatever slows the machine down slows all of them; a first round warms the caches."""
    runs: dict[str, list[Run]] = {command.name: [] for command in commands}
    for turn in range(rounds + 1):
        for command in commands:
            result = run(command)
            if turn > 0:
                runs[command.name].append(result)
    return runs


def table(runs: dict[str, list[Run]], mib: float | None) -> str:
    def median(name: str, of) -> float:
        return statistics.median(of(result) for result in runs[name])

    own_cpu, own_wall = (median("bartizan", of) for of in (lambda r: r.cpu, lambda r: r.wall))
    head = "| | CPU s | x | wall s | x | peak MiB |" + (" MiB per CPU s |" if mib else "")
    lines = [head, "| --- |" + " ---: |" * (6 if mib else 5)]
    for name in runs:
        cpu, wall = median(name, lambda r: r.cpu), median(name, lambda r: r.wall)
        peak = median(name, lambda r: r.peak_mib)
        line = f"| {name} | {cpu:.2f} | {cpu / own_cpu:.2f} | {wall:.2f} | {wall / own_wall:.2f} | {peak:.0f} |"
        lines.append(line + (f" {mib / cpu:.0f} |" if mib else ""))
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario", choices=["history", "tree", "start"])
    parser.add_argument("target", nargs="?", help="a repository or a folder")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--bartizan", default=str(Path(__file__).parent.parent / "target/release/bartizan"))
    parser.add_argument("--literal", default="static", help="what rg looks for")
    parser.add_argument("--without", action="append", default=[], help="a peer to leave out; may be repeated")
    arguments = parser.parse_args()
    if arguments.scenario != "start" and arguments.target is None:
        parser.error("a target is needed")
    if arguments.rounds < 1:
        parser.error("at least one round")
    with tempfile.TemporaryDirectory() as small:
        Path(small, "small.txt").write_text("nothing to see\n")
        target = os.path.abspath(arguments.target or small)
        scenario = {"history": history, "tree": tree, "start": start}[arguments.scenario]
        commands = scenario(arguments.bartizan, target, arguments.literal)
        missing = [command.name for command in commands if shutil.which(command.arguments[0]) is None]
        if "bartizan" in missing:
            sys.exit(f"there is no {arguments.bartizan}; build it with `cargo build --release`")
        left_out = {*missing, *arguments.without}
        for name in missing:
            print(f"{name}: not installed, left out", file=sys.stderr)
        commands = [command for command in commands if command.name not in left_out]
        mib = blob_mib(target) if arguments.scenario == "history" else None
        print(table(measure(commands, arguments.rounds), mib))
        if mib:
            print(f"\n{mib:.0f} MiB of blobs")


if __name__ == "__main__":
    main()
