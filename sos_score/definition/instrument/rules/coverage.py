"""Advice on examples: whether they would show that the key is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

from sos_score.definition.instrument.instrument import Example, Instrument, scoring_key
from sos_score.definition.instrument.responses import ResponseScale
from sos_score.definition.instrument.rules.finding import Finding, describe_ids
from sos_score.definition.instrument.scale import expand_items
from sos_score.definition.text import fold_code, read_number

Row = dict[str, float | None]
Meaning = dict[str, float | None]


def advise_examples(instrument: Instrument) -> Iterator[Finding]:
    """Examples cover each scale, an extreme row, a row with missing answers, and every item's place and sign."""
    if not instrument.examples:
        yield Finding((), "has no examples, so that nothing shows whether the key is right", rule="no-examples")
        return
    meanings = {name: _read_meanings(responses) for name, responses in instrument.response_scales.items()}
    rows = [_read_row(instrument, example, meanings) for example in instrument.examples]
    yield from _find_repeated(instrument)
    yield from _find_uncovered(instrument)
    yield from _find_unread_rows(instrument, rows)
    yield from _find_interchangeable(instrument, rows)
    yield from _find_unsigned(instrument, rows)


def _read_row(instrument: Instrument, example: Example, meanings: Mapping[str, Meaning]) -> Row:
    """Return each item's code; None where it is missing."""
    row: Row = {}
    for item, name in instrument.response_names.items():
        answer = example.answers.get(item, example.answers.get("all"))
        folded = "" if answer is None else fold_code(str(answer))
        row[item] = meanings[name][folded] if folded in meanings[name] else read_number(folded)
    return row


def _read_meanings(responses: ResponseScale) -> Meaning:
    """Return the code of each label, and None for each text that says why there is no answer."""
    labels = {fold_code(text): code for text, code in responses.labels.items()}
    return labels | dict.fromkeys(["", *(fold_code(text) for codes in responses.missing.values() for text in codes)])


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
    stated = list(_stated(instrument, rows))
    items = list(instrument.responses)
    signs: dict[str, set[tuple[str, bool]]] = {item: set() for item in items}
    for scale in instrument.scales:
        for item, is_reversed in scoring_key(instrument, scale).items():
            signs[item].add((scale, is_reversed))
    alike: dict[frozenset[tuple[str, bool]], list[int]] = {}
    for place, item in enumerate(items):
        alike.setdefault(frozenset(signs[item]), []).append(place)
    pairs: list[tuple[int, int]] = []
    for (one_signs, some), (other_signs, others) in combinations(alike.items(), 2):
        differing = {scale for scale, _ in one_signs ^ other_signs}
        telling = [row for scale, row in stated if scale in differing]
        answered: dict[tuple[float | None, ...], list[int]] = {}
        for place in others:
            answered.setdefault(tuple(row[items[place]] for row in telling), []).append(place)
        for place in some:
            twins = answered.get(tuple(row[items[place]] for row in telling), ())
            pairs += [(min(place, twin), max(place, twin)) for twin in twins]
    if pairs:
        one, other = (items[place] for place in min(pairs))
        more = (
            f", and {len(pairs) - 1} more pairs" if len(pairs) > 2 else ", and 1 more pair" if len(pairs) == 2 else ""
        )
        message = f"'{one}' and '{other}' could stand in each other's place and no example would show it{more}"
        hint = "add an example in which answers differ from item to item"
        yield Finding(("examples",), message, hint, "items-interchangeable")


def _find_unsigned(instrument: Instrument, rows: list[Row]) -> Iterator[Finding]:
    """An item that is only ever answered in the middle, or missing, could have the other sign."""
    telling = [
        {item for item, code in row.items() if code is not None and not _is_middle(instrument, item, code)}
        for row in rows
    ]
    for name, scale in instrument.scales.items():
        shown: set[str] = set()
        for example, items in zip(instrument.examples, telling, strict=True):
            stated = [whole for whole, score in example.scores.items() if score is not None]
            if any(whole == name or _contains(instrument, whole, name) for whole in stated):
                shown |= items
        unseen = [item for item, _ in expand_items(scale) if item not in shown]
        if unseen and shown:
            message = f"the sign of {describe_ids(unseen)} could be wrong and no example would show it"
            yield Finding(("scales", name, "items"), message, rule="sign-untested")


def _contains(instrument: Instrument, whole: str, part: str) -> bool:
    scale = instrument.scales[whole]
    names = [name.removeprefix("-") for name in [*(scale.items_of or ()), *(scale.scales or ())]]
    return part in names or any(_contains(instrument, name, part) for name in names)


def _is_middle(instrument: Instrument, item: str, code: float) -> bool:
    responses = instrument.responses[item]
    return 2 * code == responses.min + responses.max
