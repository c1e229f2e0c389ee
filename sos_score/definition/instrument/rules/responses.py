"""Rules on response scales and items."""

from __future__ import annotations

from collections.abc import Iterator

from sos_score.definition.instrument.ids import expand_ids
from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.instrument.rules.finding import Finding, UnreadableParts
from sos_score.definition.text import fold_text
from sos_score.definition.yaml.document import Loc
from sos_score.errors import guess


def check_response_range(instrument: Instrument, _lost: UnreadableParts) -> Iterator[Finding]:
    """A response scale needs min < max."""
    for name, responses in instrument.response_scales.items():
        if responses.min >= responses.max:
            yield Finding(("response_scales", name, "min"), f"min {responses.min} is not below max {responses.max}")


def check_label_cover(instrument: Instrument, _lost: UnreadableParts) -> Iterator[Finding]:
    """Labels, where there are any, cover min..max and nothing else."""
    for name, responses in instrument.response_scales.items():
        if not responses.labels or responses.min >= responses.max:
            continue
        loc = ("response_scales", name, "labels")
        bounds = f"{responses.min}-{responses.max}"
        for text, code in responses.labels.items():
            if not responses.min <= code <= responses.max:
                yield Finding((*loc, text), f"code {code} is outside {bounds}")
        # A mistyped range can be enormous: look at codes that exist, not at every code in the range.
        codes = {code for code in responses.labels.values() if responses.min <= code <= responses.max}
        lacking = responses.max - responses.min + 1 - len(codes)
        if lacking:
            first = next(code for code in range(responses.min, responses.max + 1) if code not in codes)
            yield Finding(loc, f"no label for code {first} ({lacking} of the codes {bounds} without a label)")


def check_label_texts(instrument: Instrument, _lost: UnreadableParts) -> Iterator[Finding]:
    """No text stands for two codes, nor for an answer and a missing one."""
    for name, responses in instrument.response_scales.items():
        seen: dict[str, tuple[str, int]] = {}
        for text, code in responses.labels.items():
            folded = fold_text(text)
            loc = ("response_scales", name, "labels", text)
            if folded in seen and seen[folded][1] != code:
                yield Finding(loc, f"{text!r} has code {code}, but {seen[folded][0]!r} has {seen[folded][1]}")
            if _is_whole(folded) and int(folded) != code:
                yield Finding(loc, f"the label {text!r} is itself a number, but its code is {code}")
            seen.setdefault(folded, (text, code))
        for reason, codes in responses.missing.items():
            for text in codes:
                if fold_text(text) in seen:
                    message = f"{text!r} is both missing and the label of {seen[fold_text(text)][1]}"
                    yield Finding(("response_scales", name, "missing", reason), message)


def check_missing_codes(instrument: Instrument, _lost: UnreadableParts) -> Iterator[Finding]:
    """Missing codes lie outside the valid range and have one reason each."""
    for name, responses in instrument.response_scales.items():
        reasons: dict[str, str] = {}
        for reason, codes in responses.missing.items():
            loc = ("response_scales", name, "missing", reason)
            for text in codes:
                folded = fold_text(text)
                if _is_whole(folded) and responses.min <= int(folded) <= responses.max:
                    yield Finding(loc, f"missing code {text} is inside the valid range {responses.min}-{responses.max}")
                if reasons.get(folded, reason) != reason:
                    yield Finding(loc, f"{text!r} already means '{reasons[folded]}'")
                reasons.setdefault(folded, reason)


def _is_whole(text: str) -> bool:
    return text.removeprefix("-").isdecimal() and text.isascii()


def check_items(instrument: Instrument, lost: UnreadableParts) -> Iterator[Finding]:
    """Items are defined once, and answered on a response scale that exists."""
    seen: set[str] = set()
    for index, block in enumerate(instrument.items):
        loc: Loc = ("items", index)
        if block.responses not in instrument.response_scales and not lost.has("response_scales", block.responses):
            known = lost.list_known("response_scales", instrument.response_scales)
            message = f"no response scale {block.responses!r} (response scales: {', '.join(known) or 'none'})"
            yield Finding((*loc, "responses"), message, guess(block.responses, known))
        for item in (item for text in block.ids for item in expand_ids(text)):
            if item in seen:
                yield Finding((*loc, "ids"), f"item '{item}' is defined twice")
            if item == "all":
                yield Finding((*loc, "ids"), "no item can be called 'all': in an example that is every item not named")
            seen.add(item)
        if block.label and len([item for text in block.ids for item in expand_ids(text)]) > 1:
            yield Finding((*loc, "label"), "a label can only be given to one item")
    if not seen and "items" not in lost.sections:
        yield Finding(("items",), "there are no items")


def check_response_use(instrument: Instrument, _lost: UnreadableParts) -> Iterator[Finding]:
    """Every response scale is used by an item."""
    used = {block.responses for block in instrument.items}
    if not used or not used <= instrument.response_scales.keys():
        return  # a misspelt name is no sign that the scale it means is not used
    for name in instrument.response_scales:
        if name not in used:
            yield Finding(("response_scales", name), "no item uses this response scale")
