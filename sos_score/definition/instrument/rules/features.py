"""Rules on what few definitions have: recodes, conditions, weights, published tables and cut-offs, order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from sos_score.definition.instrument.ids import expand_ids, split_sign
from sos_score.definition.instrument.instrument import Instrument, scoring_key, scoring_weights
from sos_score.definition.instrument.responses import ItemBlock, ResponseScale
from sos_score.definition.instrument.rules.finding import Finding, UnreadableParts, describe_ids
from sos_score.definition.instrument.rules.scales import find_sound_scales
from sos_score.definition.text import fold_code, read_number
from sos_score.definition.yaml.document import Loc
from sos_score.errors import guess


def check_recodes(instrument: Instrument, _lost: UnreadableParts) -> Iterator[Finding]:
    """A recode says of every answer what it counts, and leaves at least two that differ."""
    for name, responses in instrument.response_scales.items():
        if responses.recode:
            yield from _check_recode(responses.recode, responses, ("response_scales", name, "recode"))
    for index, block in enumerate(instrument.items):
        if block.recode and block.responses in instrument.response_scales:
            yield from _check_recode(
                block.recode, instrument.response_scales[block.responses], ("items", index, "recode")
            )


def _check_recode(recode: Mapping[int | float, int | float], responses: ResponseScale, loc: Loc) -> Iterator[Finding]:
    if responses.min >= responses.max:
        return
    if not responses.values:
        yield Finding(loc, "only answers that can be listed can be recoded, and these are too many")
        return
    for code in recode:
        if code not in responses.values:
            yield Finding((*loc, f"{code}"), f"{code} is no answer ({_list_numbers(responses.values)})")
    lacking = [value for value in responses.values if value not in recode]
    if lacking:
        yield Finding(loc, f"does not say what {_list_numbers(lacking)} counts")
    elif len(set(recode.values())) < 2:
        yield Finding(loc, "makes all answers count the same")


def _list_numbers(numbers: Iterable[float]) -> str:
    listed = [f"{number:.10g}" for number in numbers]
    return ", ".join(listed if len(listed) <= 8 else [*listed[:6], "...", listed[-1]])


def check_languages(instrument: Instrument, _lost: UnreadableParts) -> Iterator[Finding]:
    """The labels in another language name the same answers, and each text means one thing in its language."""
    for name, responses in instrument.response_scales.items():
        missing = {fold_code(text): reason for reason, texts in responses.missing.items() for text in texts}
        named = {*responses.labels.values()}
        for language, labels in responses.labels_in.items():
            loc: Loc = ("response_scales", name, "labels_in", language)
            if language == instrument.language:
                yield Finding(loc, f"{language!r} is the language of 'labels'")
            seen: dict[str, float] = {}
            for text, code in labels.items():
                folded = fold_code(text)
                known = seen.setdefault(folded, code)
                if known != code:
                    yield Finding((*loc, text), f"{text!r} has code {code}, and {known} above")
                if read_number(folded) not in (None, code):
                    yield Finding((*loc, text), f"{text!r} is a number, and means {code}")
                if folded in missing:
                    yield Finding((*loc, text), f"{text!r} already means '{missing[folded]}'")
                if code not in named:
                    yield Finding((*loc, text), f"{code} has no label in the first language")
            lacking = sorted(named - {*labels.values()})
            if lacking:
                yield Finding(loc, f"has no label for {_list_numbers(lacking)}")


def check_conditions(instrument: Instrument, _lost: UnreadableParts) -> Iterator[Finding]:
    """Items that are not always asked depend on answers that exist, and never on themselves in the end."""
    own = {
        item: (index, block)
        for index, block in enumerate(instrument.items)
        if block.asked_if
        for text in block.ids
        for item in expand_ids(text)
    }
    for index, block in enumerate(instrument.items):
        for gate in block.asked_if:
            yield from _check_gate(instrument, block, gate, ("items", index, "asked_if", gate))
    yield from _find_uneven(instrument)
    for item in own:
        circle = _find_circle(item, own)
        if circle and item == min(circle[:-1], key=list(own).index):
            message = f"the conditions go round in a circle ({' > '.join(circle)})"
            yield Finding(("items", own[item][0], "asked_if"), message)


def _find_uneven(instrument: Instrument) -> Iterator[Finding]:
    """Yield prorated sums in which what was not asked would be filled with answers of another range."""
    asked = {item for block in instrument.items if block.asked_if for text in block.ids for item in expand_ids(text)}
    sound = find_sound_scales(instrument) if asked and _are_sound(instrument) else set()
    for name, scale in instrument.scales.items():
        rule = instrument.missing_rule(name)
        if name not in sound or scale.scales is not None or scale.score != "sum" or rule.sums == "as_answered":
            continue
        key, counted = scoring_key(instrument, name), instrument.counted
        if asked & key.keys() and len({(counted[item].min, counted[item].max) for item in key}) > 1:
            message = "a sum of items that are not always asked would be prorated over items of different ranges"
            hint = "score the mean, or add 'sums: as_answered' to the missing rule"
            yield Finding(("scales", name, "score"), message, hint)


def _check_gate(instrument: Instrument, block: ItemBlock, gate: str, loc: Loc) -> Iterator[Finding]:
    known = list(instrument.response_names)
    if gate not in known:
        yield Finding(loc, f"no item '{gate}' (items: {describe_ids(known)})", guess(gate, known))
        return
    if instrument.response_names[gate] not in instrument.response_scales:
        return
    responses = instrument.response_scales[instrument.response_names[gate]]
    if gate in instrument.recodes:
        yield Finding(loc, f"'{gate}' is recoded; a condition looks at answers that count as they are")
    labels = {fold_code(text) for text in responses.labels}
    for answer in block.asked_if[gate]:
        if fold_code(answer) not in labels if isinstance(answer, str) else not responses.allows(answer):
            shown = ", ".join(responses.labels) or f"{responses.min}-{responses.max}"
            yield Finding(loc, f"{answer!r} is no answer to '{gate}' ({shown})")


def _find_circle(start: str, own: dict[str, tuple[int, ItemBlock]]) -> list[str]:
    trail, seen = [[start]], {start}
    while trail:
        path = trail.pop()
        for gate in own[path[-1]][1].asked_if if path[-1] in own else ():
            if gate == start:
                return [*path, start]
            if gate not in seen:
                seen.add(gate)
                trail.append([*path, gate])
    return []


def check_weights(instrument: Instrument, _lost: UnreadableParts) -> Iterator[Finding]:
    """A scale weighs what it is made of, each once."""
    for name, scale in instrument.scales.items():
        if not scale.weights or len(scale.sources()) != 1:
            continue
        (named,) = scale.sources().values()
        parts = [part for signed in named for part in expand_ids(split_sign(signed)[0])]
        for text in scale.weights:
            loc: Loc = ("scales", name, "weights", text)
            weighed = expand_ids(text) if scale.items is not None else (text,)
            unknown = [part for part in weighed if part not in parts]
            if unknown or not weighed:
                message = f"'{unknown[0] if unknown else text}' is no part of this scale ({describe_ids(parts)})"
                yield Finding(loc, message, guess(text, parts))
        counts = Counter(part for text in scale.weights for part in expand_ids(text))
        for part, number in counts.items():
            if number > 1:
                yield Finding(("scales", name, "weights"), f"'{part}' has a weight twice")


def check_conversions(instrument: Instrument, lost: UnreadableParts) -> Iterator[Finding]:
    """A published table converts scores that exist: whole ones, and every one that is possible."""
    for name, conversion in instrument.conversions.items():
        for scale, table in conversion.scales.items():
            loc: Loc = ("conversions", name, "scales", scale)
            yield from _check_scale(instrument, scale, loc, lost)
            reach = _find_reach(instrument, scale)
            if reach is None:
                continue
            if not _has_whole_scores(instrument, scale):
                message = f"scores of '{scale}' are not always whole, and the table has whole ones only"
                yield Finding(loc, message, "add 'round: half_up' to the scale, or 'sums: strict' to its missing rule")
                continue
            lowest, highest = reach
            lacking = [score for score in range(lowest, highest + 1) if score not in table]
            beyond = [score for score in table if not lowest <= score <= highest]
            if lacking:
                yield Finding(loc, f"has no entry for {_list_numbers(lacking)} (scores go from {lowest} to {highest})")
            if beyond:
                yield Finding(loc, f"{_list_numbers(beyond)} cannot be scored ({lowest} to {highest})")


def check_cut_offs(instrument: Instrument, lost: UnreadableParts) -> Iterator[Finding]:
    """A cut-off parts scores that exist."""
    for name, cut_off in instrument.cut_offs.items():
        for scale, points in cut_off.scales.items():
            loc: Loc = ("cut_offs", name, "scales", scale)
            yield from _check_scale(instrument, scale, loc, lost)
            reach = find_range(instrument, scale)
            if reach is None:
                continue
            low, high = reach
            for point in points:
                if not low < point <= high:
                    yield Finding(loc, f"{point:.10g} parts no scores: they go from {low:.10g} to {high:.10g}")


def _check_scale(instrument: Instrument, scale: str, loc: Loc, lost: UnreadableParts) -> Iterator[Finding]:
    known = lost.list_known("scales", instrument.scales)
    if scale not in known and "scales" not in lost.sections:
        yield Finding(loc, f"no scale '{scale}' (scales: {', '.join(known)})", guess(scale, known))


def find_range(instrument: Instrument, scale: str) -> tuple[float, float] | None:
    """Return the lowest and highest possible score; None where the key cannot be worked out."""
    is_readable = set(instrument.response_names.values()) <= instrument.response_scales.keys()
    if scale not in find_sound_scales(instrument) or not is_readable or not _are_sound(instrument):
        return None
    definition = instrument.scales[scale]
    if definition.scales is not None:
        parts = [
            (find_range(instrument, part), definition.weights.get(part, 1))
            for part in (split_sign(signed)[0] for signed in definition.scales)
        ]
    else:
        weights = scoring_weights(instrument, scale)
        counted = instrument.counted
        parts = [((counted[i].min, counted[i].max), weights.get(i, 1)) for i in scoring_key(instrument, scale)]
    share = sum(weight for _, weight in parts) if definition.score == "mean" else 1
    low, high = (sum(ends[at] * weight for ends, weight in parts if ends) / share for at in (0, 1))
    return low, high


def _find_reach(instrument: Instrument, scale: str) -> tuple[int, int] | None:
    ends = find_range(instrument, scale)
    return None if ends is None else (round(ends[0]), round(ends[1]))


def _are_sound(instrument: Instrument) -> bool:
    """Return whether every response scale and recode can be worked with."""
    return all(scale.min < scale.max for scale in instrument.response_scales.values()) and not list(
        check_recodes(instrument, UnreadableParts())
    )


def _has_whole_scores(instrument: Instrument, scale: str) -> bool:
    """Return whether every possible score is whole: rounded, or a sum of whole numbers that is never prorated."""
    definition, rule = instrument.scales[scale], instrument.missing_rule(scale)
    if definition.round:
        return True
    is_prorated = rule.sums == "prorated" and rule.min_answered != "all"
    if definition.score == "mean" or is_prorated or any(weight % 1 for weight in definition.weights.values()):
        return False
    if definition.scales is not None:
        return all(_has_whole_scores(instrument, split_sign(part)[0]) for part in definition.scales)
    return all(instrument.counted[item].is_whole for item in scoring_key(instrument, scale))


def check_order(instrument: Instrument, lost: UnreadableParts) -> Iterator[Finding]:
    """The order of the form names every item once."""
    known = list(instrument.response_names)
    if instrument.order is None or not known or "items" in lost.sections:
        return
    counts = Counter(instrument.administration)
    for item in counts:
        if item not in known:
            yield Finding(("order",), f"no item '{item}' (items: {describe_ids(known)})", guess(item, known))
    for item, number in counts.items():
        if number > 1:
            yield Finding(("order",), f"item '{item}' is in the order twice")
    lacking = [item for item in known if item not in counts]
    if lacking:
        noun = "item is" if len(lacking) == 1 else "items are"
        yield Finding(("order",), f"{len(lacking)} {noun} not in the order ({describe_ids(lacking)})")


def check_published_names(instrument: Instrument, _lost: UnreadableParts) -> Iterator[Finding]:
    """No converted score or band is written to the column of another."""
    columns: dict[str, str] = {}
    for scale in instrument.scales:
        columns |= {scale: f"scale '{scale}'", f"{scale}_n": f"the count answered of '{scale}'"}
        columns |= {f"{scale}_{metric}": f"a further metric of '{scale}'" for metric in ("mean", "sum", "pomp")}
        columns |= {f"{scale}_t_{norm}": f"the T-score of '{scale}'" for norm in instrument.norms}
    for section in ("conversions", "cut_offs"):
        for name, each in getattr(instrument, section).items():
            middle = "t_" if getattr(each, "unit", "") == "T" else ""
            for scale in each.scales:
                column = f"{scale}_{middle}{name}"
                if column in columns:
                    yield Finding((section, name), f"its column '{column}' would be that of {columns[column]}")
                columns[column] = f"'{name}'"
