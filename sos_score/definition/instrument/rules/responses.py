"""Rules on response scales and items."""

from __future__ import annotations

from collections.abc import Iterator

from sos_score.definition.instrument.ids import expand_ids
from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.instrument.responses import MOST_OPTIONS, ResponseScale
from sos_score.definition.instrument.rules.finding import Finding, UnreadableParts
from sos_score.definition.text import fold_code, read_number
from sos_score.definition.yaml.document import Loc
from sos_score.errors import guess


def check_response_range(instrument: Instrument, _lost: UnreadableParts) -> Iterator[Finding]:
    """A response scale needs min < max, and steps that lead from one to the other."""
    for name, responses in instrument.response_scales.items():
        loc, spacing = ("response_scales", name), responses.spacing
        low, high = responses.min, responses.max
        if low >= high:
            yield Finding((*loc, "min"), f"min {low} is not below max {high}", rule="range-reversed")
        elif responses.step == "labels" and not responses.labels:
            message = "only labelled answers are allowed, and there are no labels"
            yield Finding((*loc, "step"), message, rule="labels-lacking")
        elif not isinstance(spacing, str) and not responses.allows(high):
            message = f"steps of {spacing} from {low} do not lead to {high}"
            yield Finding((*loc, "step"), message, rule="step-off")
        elif responses.options > MOST_OPTIONS:
            message = f"{low} to {high} is {responses.options:,} answers, and at most {MOST_OPTIONS:,} are counted"
            hint = "correct max, or add 'step: any' where every number between is an answer"
            yield Finding((*loc, "max"), message, hint, rule="range-too-wide")


def check_label_cover(instrument: Instrument, _lost: UnreadableParts) -> Iterator[Finding]:
    """Labels, where there are any, name answers, and all of them unless it is clear that some have none."""
    for name, responses in instrument.response_scales.items():
        if not responses.labels or responses.min >= responses.max:
            continue
        loc = ("response_scales", name, "labels")
        bounds = f"{responses.min}-{responses.max}"
        for text, code in responses.labels.items():
            if not responses.min <= code <= responses.max:
                yield Finding((*loc, text), f"code {code} is outside {bounds}", rule="label-outside")
            elif not responses.allows(code):
                message = f"code {code} is no answer in steps of {responses.spacing}"
                yield Finding((*loc, text), message, rule="label-between-steps")
        yield from _find_unlabelled(responses, loc, bounds)


def _find_unlabelled(responses: ResponseScale, loc: Loc, bounds: str) -> Iterator[Finding]:
    low, high = responses.min, responses.max
    codes = {code for code in responses.labels.values() if responses.allows(code)}
    if responses.spacing == "labels":
        for name, end in (("min", low), ("max", high)):
            if end not in codes:
                message = f"no label for {name} {end}, and only labelled answers are allowed"
                yield Finding(loc, message, rule="label-ends")
    elif responses.step is None and responses.is_whole:
        # A mistyped range can be enormous: look at codes that exist, not at every code in the range.
        lacking = responses.options - len(codes)
        are_anchors = codes in ({low, high}, {low, (low + high) / 2, high}) and lacking > 1
        if lacking and not are_anchors:
            first = next(code for code in range(int(low), int(high) + 1) if code not in codes)
            message = f"no label for code {first} ({lacking} of the codes {bounds} without a label)"
            hint = "add 'step: 1' where answers without a label are allowed, 'step: labels' where they are not"
            yield Finding(loc, message, hint, rule="label-gap")


def check_label_texts(instrument: Instrument, _lost: UnreadableParts) -> Iterator[Finding]:
    """No text stands for two codes, nor for an answer and a missing one."""
    for name, responses in instrument.response_scales.items():
        seen: dict[str, tuple[str, float]] = {}
        for text, code in responses.labels.items():
            folded = fold_code(text)
            loc = ("response_scales", name, "labels", text)
            if folded in seen and seen[folded][1] != code:
                message = f"{text!r} has code {code}, but {seen[folded][0]!r} has {seen[folded][1]}"
                yield Finding(loc, message, rule="label-two-codes")
            if read_number(text) not in (None, code):
                message = f"the label {text!r} is itself a number, but its code is {code}"
                yield Finding(loc, message, rule="label-other-number")
            seen.setdefault(folded, (text, code))
        for reason, codes in responses.missing.items():
            for text in codes:
                if fold_code(text) in seen:
                    message = f"{text!r} is both missing and the label of {seen[fold_code(text)][1]}"
                    yield Finding(("response_scales", name, "missing", reason), message, rule="label-also-missing")


def check_missing_codes(instrument: Instrument, _lost: UnreadableParts) -> Iterator[Finding]:
    """Missing codes lie outside the valid range and have one reason each."""
    for name, responses in instrument.response_scales.items():
        reasons: dict[str, str] = {}
        for reason, codes in responses.missing.items():
            loc = ("response_scales", name, "missing", reason)
            for text in codes:
                folded, number = fold_code(text), read_number(text)
                if number is not None and responses.min <= number <= responses.max:
                    message = f"missing code {text} is inside the valid range {responses.min}-{responses.max}"
                    yield Finding(loc, message, rule="missing-code-in-range")
                if reasons.get(folded, reason) != reason:
                    message = f"{text!r} already means '{reasons[folded]}'"
                    yield Finding(loc, message, rule="missing-two-reasons")
                reasons.setdefault(folded, reason)


def check_items(instrument: Instrument, lost: UnreadableParts) -> Iterator[Finding]:
    """Items are defined once, and answered on a response scale that exists."""
    seen: set[str] = set()
    for index, block in enumerate(instrument.items):
        loc: Loc = ("items", index)
        if block.responses not in instrument.response_scales and not lost.has("response_scales", block.responses):
            known = lost.list_known("response_scales", instrument.response_scales)
            message = f"no response scale {block.responses!r} (response scales: {', '.join(known) or 'none'})"
            yield Finding((*loc, "responses"), message, guess(block.responses, known), rule="unknown-responses")
        for item in (item for text in block.ids for item in expand_ids(text)):
            if item in seen:
                yield Finding((*loc, "ids"), f"item '{item}' is defined twice", rule="item-twice")
            if item == "all":
                message = "no item can be called 'all': in an example that is every item not named"
                yield Finding((*loc, "ids"), message, rule="item-called-all")
            seen.add(item)
        if block.label and len([item for text in block.ids for item in expand_ids(text)]) > 1:
            yield Finding((*loc, "label"), "a label can only be given to one item", rule="label-for-several")
    if not seen and "items" not in lost.sections:
        yield Finding(("items",), "there are no items", rule="no-items")


def check_response_use(instrument: Instrument, _lost: UnreadableParts) -> Iterator[Finding]:
    """Every response scale is used by an item."""
    used = {block.responses for block in instrument.items}
    if not used or not used <= instrument.response_scales.keys():
        return  # a misspelt name is no sign that the scale it means is not used
    for name in instrument.response_scales:
        if name not in used:
            yield Finding(("response_scales", name), "no item uses this response scale")
