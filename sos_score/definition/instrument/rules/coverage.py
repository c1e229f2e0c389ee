"""Advice on examples: whether they would show that the key is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from sos_score.definition.instrument.instrument import Example, Instrument, scoring_key
from sos_score.definition.instrument.rules.finding import Finding, describe_ids
from sos_score.definition.instrument.scale import Scale
from sos_score.definition.text import fold_code, read_number

Row = dict[str, float | None]


def advise_examples(instrument: Instrument) -> Iterator[Finding]:
    """Examples cover each scale, an extreme row, a row with missing answers, and every item's place and sign."""
    if not instrument.examples:
        yield Finding((), "has no examples, so that nothing shows whether the key is right", rule="no-examples")
        return
    rows = [_read_row(instrument, example) for example in instrument.examples]
    yield from _find_repeated(instrument)
    yield from _find_uncovered(instrument)
    yield from _find_unread_rows(instrument, rows)
    yield from _find_interchangeable(instrument, rows)
    yield from _find_unsigned(instrument, rows)


def _read_row(instrument: Instrument, example: Example) -> Row:
    """Return each item's code; None where it is missing."""
    row: Row = {}
    for item, responses in instrument.responses.items():
        answer = example.answers.get(item, example.answers.get("all"))
        labels = {fold_code(text): code for text, code in responses.labels.items()}
        missing = {fold_code(text) for codes in responses.missing.values() for text in codes}
        folded = "" if answer is None else fold_code(str(answer))
        row[item] = None if not folded or folded in missing else labels.get(folded, read_number(folded))
    return row


def _find_repeated(instrument: Instrument) -> Iterator[Finding]:
    seen: set[str] = set()
    for index, example in enumerate(instrument.examples):
        if example.name in seen:
            message = f"{example.name!r} is the name of an example before it"
            yield Finding(("examples", index, "name"), message, rule="example-name-twice")
        if not example.scores:
            yield Finding(("examples", index, "scores"), "states no score", rule="example-without-score")
        seen.add(example.name)


def _find_uncovered(instrument: Instrument) -> Iterator[Finding]:
    stated = {scale for example in instrument.examples for scale, score in example.scores.items() if score is not None}
    for name in instrument.scales:
        if name not in stated:
            yield Finding(("scales", name), "no example states a score of this scale", rule="scale-without-example")


def _find_unread_rows(instrument: Instrument, rows: list[Row]) -> Iterator[Finding]:
    loc = ("examples",)
    if not any(_is_extreme(instrument, row) for row in rows):
        yield Finding(loc, "no example has every answer at one end of its range", rule="no-extreme-example")
    else:
        yield from _find_unreached(instrument, rows)
    if all(None not in row.values() for row in rows):
        yield Finding(loc, "no example has a missing answer", rule="no-missing-example")
    elif not any(score is None for example in instrument.examples for score in example.scores.values()):
        message = "no example has too few answers for a score (scores: {total: null})"
        yield Finding(loc, message, rule="no-refused-example")


def _find_unreached(instrument: Instrument, rows: list[Row]) -> Iterator[Finding]:
    """Yield each end of a response scale that no example reaches: without it, another end would not show."""
    for name, responses in instrument.response_scales.items():
        items = [item for item, each in instrument.response_names.items() if each == name]
        for end, value in (("lowest", responses.min), ("highest", responses.max)):
            if items and not any(row[item] == value for row in rows for item in items):
                message = f"no example has the {end} answer of '{name}' ({value:.10g})"
                yield Finding(("examples",), message, rule="no-extreme-example")


def _is_extreme(instrument: Instrument, row: Row) -> bool:
    return any(
        all(row[item] == getattr(responses, end) for item, responses in instrument.responses.items())
        for end in ("min", "max")
    )


def _stated(instrument: Instrument, rows: list[Row]) -> Iterator[tuple[str, Row]]:
    """Yield each scale whose score an example states, with the answers it is worked out from."""
    for example, row in zip(instrument.examples, rows, strict=True):
        yield from ((scale, row) for scale, score in example.scores.items() if score is not None)


def _find_interchangeable(instrument: Instrument, rows: list[Row]) -> Iterator[Finding]:
    """Two items of different scales, or signs, that no example tells apart could stand in each other's place."""
    keys = {name: scoring_key(instrument, name) for name in instrument.scales}
    stated = list(_stated(instrument, rows))
    pairs = [
        (one, other)
        for one, other in combinations(instrument.responses, 2)
        if _differ(keys, one, other)
        and not any(keys[scale].get(one) != keys[scale].get(other) and row[one] != row[other] for scale, row in stated)
    ]
    if pairs:
        one, other = pairs[0]
        more = (
            f", and {len(pairs) - 1} more pairs" if len(pairs) > 2 else ", and 1 more pair" if len(pairs) == 2 else ""
        )
        message = f"'{one}' and '{other}' could stand in each other's place and no example would show it{more}"
        hint = "add an example in which answers differ from item to item"
        yield Finding(("examples",), message, hint, "items-interchangeable")


def _differ(keys: dict[str, dict[str, bool]], one: str, other: str) -> bool:
    return any(key.get(one) != key.get(other) for key in keys.values())


def _find_unsigned(instrument: Instrument, rows: list[Row]) -> Iterator[Finding]:
    """An item that is only ever answered in the middle, or missing, could have the other sign."""
    for name, scale in _list_own(instrument):
        shown: set[str] = set()
        for stated, row in _stated(instrument, rows):
            if name == stated or _contains(instrument, stated, name):
                shown |= {
                    item for item, code in row.items() if code is not None and not _is_middle(instrument, item, code)
                }
        unseen = [item for item in scoring_key(instrument, name) if item not in shown]
        if unseen and shown:
            message = f"the sign of {describe_ids(unseen)} could be wrong and no example would show it"
            yield Finding(("scales", name, "items"), message, rule="sign-untested")
        del scale


def _list_own(instrument: Instrument) -> Iterator[tuple[str, Scale]]:
    yield from ((name, scale) for name, scale in instrument.scales.items() if scale.items is not None)


def _contains(instrument: Instrument, whole: str, part: str) -> bool:
    scale = instrument.scales[whole]
    names = [name.removeprefix("-") for name in [*(scale.items_of or ()), *(scale.scales or ())]]
    return part in names or any(_contains(instrument, name, part) for name in names)


def _is_middle(instrument: Instrument, item: str, code: float) -> bool:
    responses = instrument.responses[item]
    return 2 * code == responses.min + responses.max
