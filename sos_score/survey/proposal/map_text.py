"""A proposed column map as YAML to read and correct."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sos_score.definition.instrument.starter import quote
from sos_score.survey.column_refs import fill_number
from sos_score.survey.proposal.items import ItemColumns
from sos_score.survey.proposal.propose import Proposal
from sos_score.survey.proposal.sample import Sample, shorten

_SHORTEST = 3  # a range of fewer items is no shorter than the items
_LAST_NUMBER = re.compile(r"(.*?)([0-9]{1,9})([^0-9]*)", re.DOTALL)
_NUMBERS = re.compile(r"[0-9]{1,9}")


def write_map(proposal: Proposal, occasion: str, next_step: str) -> str:
    """Return the text of the column map of one occasion; `next_step` is the command that uses it."""
    sample = proposal.sample
    lines = [
        f"# A column map of {proposal.name}, proposed by sos-score. Correct it, then",
        f"#   {next_step}",
        *(f"# Not sure: {doubt}" for doubt in proposal.doubts),
        "format: 1",
    ]
    for role in ("respondent", "site", "wave", "rater", "target"):
        found = proposal.roles.get(role)
        if found is not None and not (role == "wave" and occasion):
            lines.append(f"{role}: {_write_column(sample, found.place)}")
        elif role in ("respondent", "site"):
            lines.append(f"# {role}:")
    if occasion:
        lines.append(f"constants: {{wave: {quote(occasion)}}}")
    own = [each for each in proposal.items if each.occasion in ("", occasion)]
    written = [line for each in own for line in _write_items(sample, each)]
    keys = any(not line.lstrip().startswith("#") for line in written)
    return "\n".join([*lines, *(["items:"] if keys else []), *written, ""])


def _write_items(sample: Sample, each: ItemColumns) -> Iterator[str]:
    """Yield the lines of an instrument's items; those whose column has their id need none."""
    named = {
        item: _write_places(sample, each, item)
        for item in each.found
        if each.how[item] != "id" or sample.headers.places(item) != [each.found[item]]
    }
    if not named and not each.lost:
        yield f"# {each.instrument.id}: every column has the id of its item."
        return
    yield f"  # {each.instrument.id}"
    items = list(named)
    while items:
        size, pattern = _find_longest(sample, each, items)
        if pattern:
            yield f"  {items[0]}..{items[size - 1]}: {quote(pattern)}"
        else:
            wording = each.instrument.labels.get(items[0])
            about = f"  # {shorten(wording)}" if wording and each.how[items[0]] == "wording" else ""
            yield f"  {items[0]}: {named[items[0]]}{about}"
        items = items[size:]
    yield from (f"  # {item}:" for item in each.lost)


def _find_longest(sample: Sample, each: ItemColumns, items: Sequence[str]) -> tuple[int, str]:
    """Return how many of the first items one pattern covers, and the pattern."""
    for size in range(len(items), _SHORTEST - 1, -1):
        pattern = _find_pattern(sample, each, items[:size])
        if pattern:
            return size, pattern
    return 1, ""


def _write_places(sample: Sample, each: ItemColumns, item: str) -> str:
    places = each.found[item]
    if isinstance(places, int):
        return _write_column(sample, places)
    lowest = int(each.instrument.responses[item].min)
    options = ", ".join(f"{quote(sample.names[place])}: {lowest + number}" for number, place in enumerate(places))
    return f"{{options: {{{options}}}}}"


def _write_column(sample: Sample, place: int) -> str:
    name = sample.names[place]
    same = sample.headers.places(name)
    if same == [place]:
        return quote(name)
    if place in same:
        return f"{{column: {quote(name)}, which: {same.index(place) + 1}}}"
    return f"{{place: {place + 1}}}"


def _find_pattern(sample: Sample, each: ItemColumns, items: Sequence[str]) -> str:
    """Return the header with ``{n}`` for the number that makes it those of all items; nothing where there is none."""
    parts = [_LAST_NUMBER.fullmatch(item) for item in items]
    places = [each.found[item] for item in items]
    if not all(parts) or not all(isinstance(place, int) for place in places):
        return ""
    numbers = [int(part[2]) for part in parts if part]
    is_range = len({(part[1], part[3]) for part in parts if part}) == 1 and not any(part[3] for part in parts if part)
    if not is_range or numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        return ""
    names = [sample.names[place] for place in places if isinstance(place, int)]
    if any(sample.headers.places(name) != [place] for name, place in zip(names, places, strict=True)):
        return ""
    for digits in _NUMBERS.finditer(names[0]):
        offset = int(digits[0]) - numbers[0]
        for width in dict.fromkeys(["n", "n" * len(digits[0])]):
            place = f"{{{width}{f'{offset:+}' if offset else ''}}}"
            pattern = names[0][: digits.start()] + place + names[0][digits.end() :]
            if [fill_number(pattern, number) for number in numbers] == names:
                return pattern
    return ""
