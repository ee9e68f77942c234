#!/usr/bin/env python3
"""Counts what a scanner found of the credentials that CredData labels, line by line.

    benches/labelled.py [--beyond 150] <CredData> <report>...

CredData is https://github.com/Samsung/CredData with the folder `data` that its own `download_data.py` makes; files that are
not there are left out, with their labels. A report is what `bartizan scan <CredData>/data --no-ignore --only secrets --format json`
or `gitleaks dir -f json <CredData>/data` wrote.

A label is found if a finding touches its lines; a finding is right if it touches a label's that is true. Lines count, not
findings: a file of ten passwords counts ten times. Labels of what identifies, and opens nothing, are left out: UUIDs, names of buckets and
domains, ids of clients and applications. A finding at one of them is right or wrong as they say.

`--beyond` counts only in the repositories behind the first so many, by their number of true labels, and only such with one.
"""

import argparse
import collections
import csv
import json
import sys
from dataclasses import dataclass
from pathlib import Path

# Categories of which no value is a secret.
IDENTIFIERS = {"UUID", "AWS S3 Bucket", "Firebase Domain", "Tencent WeChat API App ID", "AWS Client ID"}
LEVELS = ("low", "medium", "high")


@dataclass
class Label:
    first: int
    last: int
    is_true: bool
    categories: set[str]

    def touches(self, first: int, last: int) -> bool:
        return self.first <= last and first <= self.last


def is_true(row: dict[str, str]) -> bool:
    return row["GroundTruth"] == "T"


def labels_of(creddata: Path, beyond: int) -> dict[str, list[Label]]:
    """By path below `data`, of the files that are there."""
    tables = []
    for table in sorted((creddata / "meta").glob("*.csv")):
        with table.open(newline="") as rows:
            tables.append(list(csv.DictReader(rows)))
    if beyond > 0:
        tables.sort(key=lambda rows: (-sum(map(is_true, rows)), -len(rows)))
        tables = [rows for rows in tables[beyond:] if any(map(is_true, rows))]
    labels = collections.defaultdict(list)
    for row in (row for rows in tables for row in rows):
        path = row["FilePath"].removeprefix("data/")
        if (creddata / "data" / path).is_file():
            lines = int(row["LineStart"]), int(row["LineEnd"])
            labels[path].append(Label(*lines, is_true(row), set(row["Category"].split(":"))))
    return labels


def places_of(report: object, least: str) -> dict[str, list[tuple[int, int]]]:
    """Where a report's findings stand; those of Bartizan only from a level of confidence on."""
    places = collections.defaultdict(list)
    if isinstance(report, list):
        for finding in report:
            path = finding["File"].rsplit("/data/", 1)[-1].removeprefix("data/")
            places[path].append((finding["StartLine"], finding["EndLine"]))
        return places
    for finding in report["findings"]:
        if LEVELS.index(finding["confidence"]) < LEVELS.index(least):
            continue
        if finding["places_total"] > len(finding["places"]):
            sys.exit("a finding stands at more places than the report lists: scan in parts")
        for place in finding["places"]:
            places[place["path"]].append((place["line_start"], place["line_end"]))
    return places


def count(labels: dict[str, list[Label]], places: dict[str, list[tuple[int, int]]]) -> str:
    found = missed = 0
    for path, of_file in labels.items():
        for label in of_file:
            if label.is_true and not label.categories <= IDENTIFIERS:
                is_found = any(label.touches(*lines) for lines in places.get(path, ()))
                found, missed = found + is_found, missed + (not is_found)
    right, wrong = set(), set()
    repositories = {path.split("/")[0] for path in labels}
    in_these = ((path, lines) for path, lines in places.items() if path.split("/")[0] in repositories)
    for path, lines_of_file in in_these:
        for lines in lines_of_file:
            true = any(label.is_true and label.touches(*lines) for label in labels.get(path, ()))
            (right if true else wrong).add((path, lines[0]))
    wrong -= right
    recall, precision = found / max(1, found + missed), len(right) / max(1, len(right) + len(wrong))
    return f"{found} of {found + missed} | {recall:.2f} | {len(right)} | {len(wrong)} | {precision:.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--beyond", type=int, default=0)
    parser.add_argument("creddata", type=Path)
    parser.add_argument("reports", type=Path, nargs="+")
    arguments = parser.parse_args()
    labels = labels_of(arguments.creddata, arguments.beyond)
    if not labels:
        sys.exit(f"no labelled file below {arguments.creddata}/data")
    print("| report | labels found | recall | lines right | lines wrong | precision |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for path in arguments.reports:
        report = json.loads(path.read_text())
        has_levels = isinstance(report, dict)
        for least in LEVELS if has_levels else [""]:
            name = f"{path.name}, from {least}" if has_levels else path.name
            print(f"| {name} | {count(labels, places_of(report, least))} |")


if __name__ == "__main__":
    main()
