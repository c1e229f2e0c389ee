"""Damaged files of every format: each is refused with its place, or scored, in bounded time and memory.

Each damage is drawn from a seed. The files are scored in a process of their own: one that ends it is named.
"""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest
from exports import WRITERS, Columns, pack, write_csv, write_xlsx
from support import ROOT

EXAMPLE = list(csv.reader((ROOT / "examples" / "wai_s_labels.csv").read_text(encoding="utf-8").splitlines()))
LABELS: Columns = {name: [row[place] for row in EXAMPLE[1:]] for place, name in enumerate(EXAMPLE[0])}
WORDS = {
    "Never": 1,
    "Rarely": 2,
    "Occasionally": 3,
    "Sometimes": 4,
    "Often": 5,
    "Very often": 6,
    "Always": 7,
    "N/A": 99,
}
CODES: Columns = {
    name: [WORDS.get(str(cell)) for cell in cells] if name.startswith("wais") else cells
    for name, cells in LABELS.items()
}
MOST_BYTES, MOST_SECONDS = 8 << 30, 20
ITEMS = [name for name in LABELS if name.startswith("wais")]
XML = re.compile(r"sheet|content|shared|styles|workbook|Types")
HUGE = [b"0", b"-1", b"2147483648", b"4294967295", b"9223372036854775808", b"1" + b"0" * 30]


def score_all(paths: list[Path]) -> dict[Path, dict[str, Any]]:
    """Return what came of scoring each file, in a process with bounded memory."""
    words = [str(MOST_BYTES), json.dumps(["-i", "wai-s", "-f", "csv"])]
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "run_many.py"), *words],
        input="\n".join(map(str, paths)).encode(),
        capture_output=True,
        check=False,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "COLUMNS": "80"},
    )
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, f"{told[-1]['path']} ended the process: {done.stderr[-1000:]!r}"
    return {Path(each["path"]): each for each in told if "code" in each}


def check(found: dict[str, Any]) -> None:
    """Hold that a file was scored in range, or refused with its place."""
    path = found["path"]
    assert not found["escaped"], f"{path}: {found['escaped']}"
    assert found["seconds"] < MOST_SECONDS, f"{path}: {found['seconds']} s"
    assert len(found["said"]) < 100_000, path
    if found["code"] == 0:
        scores = pl.read_csv(io.StringIO(found["scores"]), infer_schema=False)["wai_s_total"].cast(pl.Float64)
        assert scores.drop_nulls().is_between(1, 7).all(), path
        return
    assert (found["code"], found["scores"]) == (1, ""), path
    assert found["said"].startswith(path), found["said"]
    assert found["said"].endswith("nothing was scored.\n"), found["said"]


# Damage to bytes, and to the parts of a workbook, which are then packed as if nothing had happened.


def damage_bytes(random: Random, content: bytes, others: list[bytes]) -> bytes:
    found, size = bytearray(content), len(content)
    place, other = random.randrange(size), random.randrange(size)
    match random.randrange(8):
        case 0:
            del found[place:]
        case 1:
            for _ in range(random.choice([1, 3, 20])):
                found[random.randrange(size)] ^= 1 << random.randrange(8)
        case 2:
            found[place : place + random.choice([4, 64, 512])] = bytes(random.choice([4, 64, 512]))
        case 3:
            found[place:place] = random.randbytes(random.choice([1, 8, 200]))
        case 4:
            del found[place : place + random.choice([1, 8, 300])]
        case 5:
            found[place:place] = found[other : other + 200]
        case 6:
            found[place:] = random.choice(others)[place:]
        case _:
            for _ in range(random.choice([1, 3])):
                found[random.randrange(min(size, 2000))] = random.choice([0, 1, 127, 128, 255])
    return bytes(found)


def damage_part(random: Random, content: bytes) -> bytes:
    def now_and_then(pattern: bytes, replace: Callable[[re.Match[bytes]], bytes], text: bytes) -> bytes:
        return re.sub(pattern, lambda found: replace(found) if random.random() < 0.1 else found[0], text)

    places = [b"A0", b"XFD1048576", b"ZZZZZ1", b"A99999999999", b"", b"1A"]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = random.choice([each for each in parts if XML.search(each)])
    text = parts[name]
    match random.randrange(6):
        case 0:
            text = damage_bytes(random, text, list(parts.values()))
        case 1:
            text = now_and_then(rb'"\d+"', lambda _: b'"%b"' % random.choice(HUGE), text)
        case 2:
            text = now_and_then(rb'ref?="[A-Z]+\d+(:[A-Z]+\d+)?"', lambda _: b'r="%b"' % random.choice(places), text)
        case 3:
            kinds = [b"s", b"n", b"e", b"d", b"b", b"inlineStr", b"str", b"float", b"percentage", b"x"]
            text = now_and_then(
                rb'(t|value-type)="\w+"', lambda found: b'%b="%b"' % (found[1], random.choice(kinds)), text
            )
        case 4:
            text = now_and_then(rb">\d+<", lambda _: b">%b<" % random.choice([*HUGE, b"1e400", b"NaN", b""]), text)
        case _:
            count = random.choice(HUGE)
            text = re.sub(
                rb'(\w*[cC]ount|number-\w+-repeated)="\d+"', lambda found: b'%b="%b"' % (found[1], count), text
            )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, part in (parts | {name: text}).items():
            archive.writestr(each, part)
    return packed.getvalue()


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[bytes]]:
    """Return the example in every format, with labels and with codes."""
    folder = tmp_path_factory.mktemp("sound")
    found: dict[str, list[bytes]] = {}
    for suffix, write in WRITERS.items():
        for columns in (LABELS, CODES):
            path = folder / f"sound{suffix}"
            write(path, columns)
            found.setdefault(suffix, []).append(path.read_bytes())
            found.setdefault(".gz", []).append(pack(path).read_bytes())
    found[".xls"] = [(ROOT / "tests" / "survey" / "files" / "answers.xls").read_bytes()]
    return found


def write_damaged(sound: dict[str, list[bytes]], folder: Path, seeds: range) -> Iterator[Path]:
    for seed in seeds:
        random = Random(seed)
        suffix = random.choice(sorted(sound))
        content = random.choice(sound[suffix])
        is_part = suffix in (".xlsx", ".ods") and random.random() < 0.7
        everything = [each for given in sound.values() for each in given]
        damaged = damage_part(random, content) if is_part else damage_bytes(random, content, everything)
        path = folder / f"{seed}{suffix}"
        path.write_bytes(damaged)
        yield path


@pytest.mark.parametrize(
    "seeds",
    [range(40), *(pytest.param(range(low, low + 196), marks=pytest.mark.soak) for low in range(40, 2000, 196))],
    ids=lambda seeds: f"{seeds.start}-{seeds.stop}",
)
def test_a_damaged_file_is_refused_with_its_place_or_scored(
    seeds: range, sound: dict[str, list[bytes]], tmp_path: Path
) -> None:
    paths = list(write_damaged(sound, tmp_path, seeds))
    found = score_all(paths)
    assert list(found) == paths
    for each in found.values():
        check(each)
    assert sum(each["code"] == 1 for each in found.values()) > len(paths) / 2


# Damage with a name.


@pytest.mark.soak
def test_ten_thousand_more_columns_change_nothing_in_any_format(tmp_path: Path) -> None:
    paths = {}
    more: Columns = {f"x{number}": [1, 2] for number in range(10_000)}
    for suffix, write in WRITERS.items():
        two = {name: cells[:2] for name, cells in CODES.items()}
        write(tmp_path / f"plain{suffix}", two)
        write(tmp_path / f"wide{suffix}", {**more, **two})
        paths[tmp_path / f"wide{suffix}"] = tmp_path / f"plain{suffix}"
    found = score_all([*paths, *paths.values()])
    for wide, plain in paths.items():
        check(found[wide])
        assert (found[wide]["code"], found[wide]["scores"]) == (0, found[plain]["scores"])


@pytest.mark.soak
def test_ten_thousand_columns_without_an_item_are_told_in_a_few_lines(tmp_path: Path) -> None:
    for suffix, write in WRITERS.items():
        write(tmp_path / f"wide{suffix}", {f"x{number}": [1, 2] for number in range(10_000)})
    for each in score_all(sorted(tmp_path.iterdir())).values():
        check(each)
        assert each["code"] == 1
        assert len(each["said"]) < 4_000


@pytest.mark.soak
@pytest.mark.parametrize("column", ["wais_02", "respondent", "comment"])
def test_a_cell_of_fifty_megabytes_is_told_in_a_few_lines(column: str, tmp_path: Path) -> None:
    book = "x" * 50_000_000
    columns: dict[str, list[Any]] = {name: list(cells[:2]) for name, cells in LABELS.items()} | {"comment": ["", ""]}
    columns[column][1] = book
    write_csv(tmp_path / "a.csv", columns)
    pl.DataFrame(columns).write_parquet(tmp_path / "a.parquet")
    WRITERS[".ods"](tmp_path / "a.ods", columns)
    write_xlsx(tmp_path / "a.xlsx", columns | {column: [columns[column][0], "IN ITS PLACE"]})
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part.replace(b"IN ITS PLACE", book.encode()))
    found = score_all([tmp_path / "a.csv", tmp_path / "a.parquet", tmp_path / "a.ods", tmp_path / "b.xlsx"])
    for path, each in found.items():
        check(each)
        # Text files have a limit of their own for a cell, since a quote may be open.
        assert each["code"] == (1 if column == "wais_02" or path.suffix == ".csv" else 0), each["said"]
        assert len(each["said"]) < 2_000


ENCODINGS = [
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "cp1252",
    "utf-32",
    "utf-7",
    "cp037",
    "mac-roman",
    "shift-jis",
]


def test_every_encoding_is_read_or_named(tmp_path: Path) -> None:
    columns = {name: [*cells[:2]] for name, cells in LABELS.items()} | {"Team's name": ["caf\u00e9", "b"]}
    write_csv(tmp_path / "utf-8.csv", columns)
    text = (tmp_path / "utf-8.csv").read_text(encoding="utf-8")
    for encoding in ENCODINGS:
        (tmp_path / f"{encoding}.csv").write_bytes(text.encode(encoding, "replace"))
    found = {path.stem: each for path, each in score_all(sorted(tmp_path.iterdir())).items()}
    for each in found.values():
        check(each)
    read = {name for name, each in found.items() if each["code"] == 0}
    assert read >= {"utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"}
    assert {found[name]["scores"] for name in read} == {found["utf-8"]["scores"]}
    assert {"utf-32", "cp037"} <= found.keys() - read
