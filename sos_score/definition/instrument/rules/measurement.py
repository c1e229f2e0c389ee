"""Advice on scales and answers that can be scored, and may still not mean what their author thinks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from sos_score.definition.instrument.ids import split_sign
from sos_score.definition.instrument.instrument import Instrument, scoring_key
from sos_score.definition.instrument.rules.features import find_range
from sos_score.definition.instrument.rules.finding import Finding, describe_ids
from sos_score.words import join

_NUMBERED = re.compile(r"(.*?)(\d{1,9})")
_FEW_ANSWERED = 2  # a score from less than one half of the items says little of the scale


def advise_direction(instrument: Instrument) -> Iterator[Finding]:
    """Where items are reversed, somebody must be able to see which end of the answers is which."""
    reversed_items = {
        item: None
        for name, scale in instrument.scales.items()
        if scale.items is not None
        for item, is_reversed in scoring_key(instrument, name).items()
        if is_reversed
    }
    for name, responses in instrument.response_scales.items():
        found = [item for item in reversed_items if instrument.response_names[item] == name]
        codes = set(responses.labels.values())
        if found and not {responses.min, responses.max} <= codes:
            message = f"{describe_ids(found)} reversed, and no label says what {responses.min} and {responses.max} mean"
            hint = "label at least the two ends, as the form has them"
            yield Finding(("response_scales", name), message, hint, "direction-not-stated")


def advise_ranges(instrument: Instrument) -> Iterator[Finding]:
    """Items of one score are answered on one range: else those with the widest range decide it."""
    for name, scale in instrument.scales.items():
        if scale.scales is not None:
            yield from _advise_parts(instrument, name, [split_sign(part)[0] for part in scale.scales])
        if scale.items is None:
            continue
        ranges = {
            (responses.min, responses.max)
            for responses in (instrument.responses[item] for item in scoring_key(instrument, name))
        }
        if len(ranges) > 1:
            shown = join([f"{low}-{high}" for low, high in sorted(ranges)])
            yield Finding(
                ("scales", name), f"its items are answered on different ranges ({shown})", rule="mixed-ranges"
            )


def _advise_parts(instrument: Instrument, name: str, parts: list[str]) -> Iterator[Finding]:
    """Yield a scale of scores of different ranges of which some may be missing: the others would stand for them."""
    scale, rule = instrument.scales[name], instrument.missing_rule(name)
    if (scale.score == "sum" and rule.sums != "prorated") or rule.count_required(len(parts)) >= len(parts):
        return
    ranges = {ends for part in parts if (ends := find_range(instrument, part)) is not None}
    if len(ranges) > 1:
        shown = join([f"{low:.10g}-{high:.10g}" for low, high in sorted(ranges)])
        message = f"its scores have different ranges ({shown}), and those there stand for one that is missing"
        yield Finding(("scales", name), message, "ask for every score: missing: {min_answered: all}", "mixed-ranges")


def advise_signs(instrument: Instrument) -> Iterator[Finding]:
    """Two scales that share items turn them the same way, or all of them the other way."""
    keys = {name: scoring_key(instrument, name) for name, scale in instrument.scales.items() if scale.items is not None}
    for (first, one), (second, other) in combinations(keys.items(), 2):
        shared = [item for item in other if item in one]
        same = [item for item in shared if one[item] == other[item]]
        unlike = [item for item in shared if one[item] != other[item]]
        if same and unlike:
            odd = unlike if len(unlike) <= len(same) else same
            message = f"turns {describe_ids(odd)} against the other items it shares with '{first}'"
            yield Finding(
                ("scales", second, "items"),
                message,
                "one of the two has a sign too many, or lacks one",
                "sign-conflict",
            )


def advise_keys(instrument: Instrument) -> Iterator[Finding]:
    """No scale is reversed as a whole, and no two scales are one."""
    seen: dict[tuple[frozenset[tuple[str, bool]], str], str] = {}
    for name, scale in instrument.scales.items():
        key = scoring_key(instrument, name)
        if scale.items is not None and len(key) > 1 and all(key.values()):
            message = "every item is reversed: a high score means that little of what the items say is true"
            yield Finding(("scales", name, "items"), message, rule="all-reversed")
        if scale.scales is not None:
            continue
        what = (frozenset(key.items()), scale.score)
        if what in seen:
            yield Finding(("scales", name), f"has the same items and signs as '{seen[what]}'", rule="same-key")
        seen.setdefault(what, name)


def advise_titles(instrument: Instrument) -> Iterator[Finding]:
    """No two scales have one title, which is all that a table shows of them."""
    seen: dict[str, str] = {}
    for name, scale in instrument.scales.items():
        folded = " ".join(scale.title.casefold().split())
        if folded in seen:
            yield Finding(
                ("scales", name, "title"), f"{scale.title!r} is also the title of '{seen[folded]}'", rule="title-twice"
            )
        seen.setdefault(folded, name)


def advise_item_ids(instrument: Instrument) -> Iterator[Finding]:
    """Item ids differ by more than case and leading zeros, and their numbers run on."""
    seen: dict[str, str] = {}
    for index, block in enumerate(instrument.items):
        own = _expand(block.ids)
        for item in (item for item in instrument.response_names if item in own):
            folded = re.sub(r"0+(?=\d)", "", item.casefold().replace("_", ""))
            if seen.get(folded, item) != item:
                message = f"'{item}' and '{seen[folded]}' are easily taken for one column"
                yield Finding(("items", index, "ids"), message, rule="ids-alike")
            seen.setdefault(folded, item)
    yield from _find_gaps(instrument)


def _expand(ids: list[str]) -> set[str]:
    from sos_score.definition.instrument.ids import expand_ids

    return {item for text in ids for item in expand_ids(text)}


def _find_gaps(instrument: Instrument) -> Iterator[Finding]:
    numbers: dict[str, list[int]] = {}
    for item in instrument.response_names:
        if match := _NUMBERED.fullmatch(item):
            numbers.setdefault(match[1], []).append(int(match[2]))
    for stem, found in numbers.items():
        lacking = sorted(set(range(min(found), max(found) + 1)) - set(found)) if max(found) < 1000 else []
        if lacking:
            shown = describe_ids([f"{stem}{number}" for number in lacking])
            yield Finding(("items",), f"no {shown}, though there are items before and after", rule="number-gap")


def advise_missing_rules(instrument: Instrument) -> Iterator[Finding]:
    """A score needs at least one half of its items, and a sum that adds nothing for a missing item is lower for it."""
    for name, scale in instrument.scales.items():
        size = len(scale.scales or scoring_key(instrument, name))
        rule = instrument.missing_rule(name)
        loc = ("scales", name, "missing") if scale.missing else ("missing",)
        required = rule.count_required(size)
        if required * _FEW_ANSWERED < size:
            what = "scores" if scale.scales else "items"
            message = f"scale '{name}' is scored from {required} of its {size} {what}"
            yield Finding((*loc, "min_answered"), message, rule="few-answered")
        if scale.score == "sum" and rule.sums == "as_answered" and required < size:
            message = f"the sum of '{name}' is lower for each item that somebody leaves out"
            yield Finding((*loc, "sums"), message, rule="sum-as-answered")
