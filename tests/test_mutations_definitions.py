"""Three hundred seeded mistakes in the shipped definitions, each told with its place or without effect."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from sos_score import list_instruments, load_instrument, score_survey
from sos_score.cli import app
from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.yaml.document import parse_yaml

ROOT = Path(__file__).parents[1]
SOURCES = {name: (ROOT / "instruments" / f"{name}.yaml").read_bytes() for name in list_instruments()}
EACH = 50

Place = tuple[Any, Any, Any]
Mutate = Callable[[bytes, random.Random], bytes]


def list_places(data: Any) -> list[Place]:
    """Return each container, key (or index) and value of a tree."""
    pairs = list(data.items()) if isinstance(data, dict) else list(enumerate(data)) if isinstance(data, list) else []
    return [(data, key, value) for key, value in pairs] + [place for _, value in pairs for place in list_places(value)]


def read(raw: bytes) -> Any:
    return parse_yaml(raw, "x.yaml").data


def write(data: Any) -> bytes:
    # JSON over several lines is YAML, with a line for each value.
    return json.dumps(data, indent=1, ensure_ascii=False).encode()


def misspell(word: str, dice: random.Random) -> str:
    at = dice.randrange(len(word))
    return dice.choice([word[:at] + word[at + 1 :], word[:at] + "z" + word[at:], word[:at] + word[at] + word[at:]])


def drop_a_key(raw: bytes, dice: random.Random) -> bytes:
    data = read(raw)
    node, key, _ = dice.choice([place for place in list_places(data) if isinstance(place[0], dict)])
    del node[key]
    return write(data)


def misspell_a_key(raw: bytes, dice: random.Random) -> bytes:
    data = read(raw)
    node, key, _ = dice.choice([place for place in list_places(data) if isinstance(place[0], dict)])
    pairs = [(misspell(name, dice) if name == key else name, value) for name, value in node.items()]
    node.clear()
    node.update(pairs)
    return write(data)


def duplicate_a_key(raw: bytes, dice: random.Random) -> bytes:
    lines = raw.decode().splitlines(keepends=True)
    whole = [n for n, line in enumerate(lines) if re.fullmatch(r" *[a-z_]+: (?!>|[\[{][^\]}]*$).*\n", line)]
    at = dice.choice(whole)
    return "".join([*lines[: at + 1], lines[at], *lines[at + 1 :]]).encode()


def give_a_wrong_type(raw: bytes, dice: random.Random) -> bytes:
    data = read(raw)
    node, key, value = dice.choice(list_places(data))
    others = [None, True, 3, 2.5, "text", [], {}, ["text"], {"key": 1}]
    node[key] = dice.choice([other for other in others if type(other) is not type(value)])
    return write(data)


def break_the_yaml(raw: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(raw))
    marks = [b"{", b"]", b"'", b'"', b": ", b"\t", b"\n", b"- ", b"&", b"*", b"%", b"\x00", b"\xff", b"#", b"? ", b"|"]
    changes = [raw[:at], raw[:at] + raw[at + 1 :], *(raw[:at] + mark + raw[at:] for mark in marks)]
    return dice.choice(changes)


def refer_to_nothing_or_too_much(raw: bytes, dice: random.Random) -> bytes:
    data = read(raw)
    instrument = Instrument.model_validate(data)
    names = {*instrument.responses, *instrument.scales, *instrument.response_scales}
    references = [
        place for place in list_places(data) if isinstance(place[2], str) and place[2].removeprefix("-") in names
    ]
    numbers = [place for place in list_places(data) if type(place[2]) is int]
    if references and dice.random() < 0.5:
        node, key, value = dice.choice(references)
        node[key] = dice.choice([misspell(value, dice), *sorted(names)])
    else:
        node, key, value = dice.choice(numbers)
        node[key] = dice.choice([value - 1, value + 1, -value - 1, value * 1000, 10**15, -(10**15)])
    return write(data)


MUTATIONS: list[tuple[Mutate, float]] = [
    # With the share of mutations that must at least be told: the rest mean nothing.
    (drop_a_key, 0.7),
    (misspell_a_key, 0.8),
    (duplicate_a_key, 1.0),
    (give_a_wrong_type, 0.9),
    (break_the_yaml, 0.5),
    (refer_to_nothing_or_too_much, 0.7),
]


def score_random_answers(instrument: Instrument, like: Instrument) -> list[dict[str, Any]]:
    """Score answers allowed by `like`, the sound definition, some of them missing."""
    dice = random.Random(f"answers of {like.id}")
    rows = [
        {
            item: None if dice.random() < share else dice.choice(responses.values)
            for item, responses in like.responses.items()
        }
        for share in (0, 0, 0, 0.05, 0.15, 0.3)
    ]
    return score_survey(pl.DataFrame(rows, infer_schema_length=None), instrument).to_dicts()


def check_is_told(stderr: str, path: Path, lines: int) -> None:
    *told, summary = stderr.splitlines()
    assert re.fullmatch(rf"\d+ problems? in {re.escape(str(path))}( \(.+\))?\.", summary)
    assert told
    for line in told:
        if not line.startswith("  hint: "):
            place = re.match(rf"{re.escape(str(path))}:(\d+):\d+: (?:error|warning) SOS\d\d\d: ", line)
            assert place, line
            assert 1 <= int(place[1]) <= lines


@pytest.mark.soak
@pytest.mark.parametrize(("mutate", "share"), MUTATIONS, ids=lambda value: getattr(value, "__name__", ""))
def test_a_mistake_is_told_with_its_place_or_changes_no_score(mutate: Mutate, share: float, tmp_path: Path) -> None:
    told = 0
    for seed in range(EACH):
        dice = random.Random(f"{mutate.__name__} {seed}")
        name = dice.choice(sorted(SOURCES))
        path = tmp_path / f"{name}.yaml"
        raw = mutate(SOURCES[name], dice)
        path.write_bytes(raw)
        result = CliRunner().invoke(app, ["validate", str(path)])
        assert result.exception is None or isinstance(result.exception, SystemExit), (seed, result.exception)
        if result.exit_code:
            assert result.exit_code == 1
            check_is_told(result.stderr, path, raw.count(b"\n") + 1)
            told += 1
        else:
            sound = load_instrument(name)
            mutated = load_instrument(str(path))
            assert score_random_answers(mutated, sound) == score_random_answers(sound, sound), (seed, name)
    assert told >= share * EACH


def test_three_hundred_mistakes_are_made() -> None:
    assert EACH * len(MUTATIONS) == 300
