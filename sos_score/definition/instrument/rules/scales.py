"""Rules on scales: what they are made of, and whether anybody can have a score."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sos_score.definition.instrument.ids import expand_ids, split_sign
from sos_score.definition.instrument.instrument import Instrument, scoring_key
from sos_score.definition.instrument.rules.finding import Finding, UnreadableParts, describe_ids
from sos_score.definition.instrument.scale import Scale, expand_items
from sos_score.definition.yaml.document import Loc
from sos_score.errors import guess


def check_scale_sources(instrument: Instrument, lost: UnreadableParts) -> Iterator[Finding]:
    """A scale is made of items, of other scales' items, or of other scales: one of the three."""
    for name, scale in instrument.scales.items():
        sources = scale.sources()
        if len(sources) != 1 and (sources or not lost.has("scales", name)):
            given = " and ".join(sources) or "none of them"
            message = f"needs one of items, items_of and scales, and has {given}"
            yield Finding(("scales", name), message, rule="scale-sources")
        for key, names in sources.items():
            if not names:
                yield Finding(("scales", name, key), "must not be empty", rule="empty-scale")
    if not lost.list_known("scales", instrument.scales) and "scales" not in lost.sections:
        yield Finding(("scales",), "there are no scales", rule="no-scales")


def check_scale_items(instrument: Instrument, _lost: UnreadableParts) -> Iterator[Finding]:
    """A scale names items that exist, each once."""
    known = list(instrument.response_names)
    if not known:
        return
    for name, scale in instrument.scales.items():
        seen: set[str] = set()
        for index, signed in enumerate(scale.items or ()):
            loc: Loc = ("scales", name, "items", index)
            bare, _ = split_sign(signed)
            if not expand_ids(bare):
                message = f"{bare!r} is not a range of ids (first to last, as wais_01..wais_12)"
                yield Finding(loc, message, rule="range-downwards")
            unknown = [item for item in expand_ids(bare) if item not in known]
            if len(unknown) == 1:
                message = f"no item '{unknown[0]}' (items: {describe_ids(known)})"
                yield Finding(loc, message, guess(unknown[0], known), rule="unknown-item")
            elif unknown:
                message = f"no items {describe_ids(unknown)} (items: {describe_ids(known)})"
                yield Finding(loc, message, rule="unknown-item")
            for item in expand_ids(bare):
                if item in seen:
                    yield Finding(loc, f"item '{item}' is in this scale twice", rule="repeated-item")
                seen.add(item)


def check_scale_parts(instrument: Instrument, lost: UnreadableParts) -> Iterator[Finding]:
    """A scale of scales names scales that exist, each once, and never itself in the end."""
    known = lost.list_known("scales", instrument.scales)
    for name, scale in instrument.scales.items():
        for key in ("items_of", "scales"):
            parts = [split_sign(signed)[0] for signed in getattr(scale, key) or ()]
            for index, part in enumerate(parts):
                loc: Loc = ("scales", name, key, index)
                if part == name:
                    yield Finding(loc, "the scale names itself", rule="scale-itself")
                elif part not in known and "scales" not in lost.sections:
                    message = f"no scale '{part}' (scales: {', '.join(known)})"
                    yield Finding(loc, message, guess(part, known), rule="unknown-scale")
                elif part in parts[:index]:
                    yield Finding(loc, f"scale '{part}' is in this scale twice", rule="repeated-scale")
    for circle in _circles(instrument):
        message = f"the scales go round in a circle ({' > '.join(circle)})"
        yield Finding(("scales", circle[0]), message, rule="circle")


def _parts(instrument: Instrument, name: str) -> list[str]:
    scale = instrument.scales[name]
    named = [split_sign(signed)[0] for signed in [*(scale.items_of or ()), *(scale.scales or ())]]
    return [part for part in named if part in instrument.scales]


def _circles(instrument: Instrument) -> list[list[str]]:
    """Return each circle of two or more scales once, from its first scale in the file."""
    order = {name: index for index, name in enumerate(instrument.scales)}
    found: list[list[str]] = []
    for start in instrument.scales:
        trail, seen = [[start]], {start}
        while trail:
            path = trail.pop()
            for part in _parts(instrument, path[-1]):
                if part == start and len(path) > 1 and all(order[start] <= order[step] for step in path):
                    found.append([*path, start])
                    trail = []
                    break
                if part not in seen:
                    seen.add(part)
                    trail.append([*path, part])
    return found


def _items_exist(scale: Scale, known: set[str]) -> bool:
    named = [expand_ids(split_sign(signed)[0]) for signed in scale.items or ()]
    return all(items and known.issuperset(items) for items in named)


def find_sound_scales(instrument: Instrument) -> set[str]:
    """Return the scales whose key can be worked out: everything below them exists, without a circle."""
    known = set(instrument.response_names)
    sound: set[str] = set()
    while True:
        found = {
            name
            for name, scale in instrument.scales.items()
            if len(scale.sources()) == 1
            and all(scale.sources().values())
            and _items_exist(scale, known)
            and all(split_sign(part)[0] in sound for part in [*(scale.items_of or ()), *(scale.scales or ())])
        }
        if found == sound:
            return sound
        sound = found


def check_pooled_items(instrument: Instrument, _lost: UnreadableParts) -> Iterator[Finding]:
    """Pooling the items of several scales must not pool an item twice."""
    sound = find_sound_scales(instrument)
    for name, scale in instrument.scales.items():
        if scale.items_of is None:
            continue
        seen: dict[str, str] = {}
        for index, signed in enumerate(scale.items_of):
            part, _ = split_sign(signed)
            for item in scoring_key(instrument, part) if part in sound else ():
                if item in seen and seen[item] != part:
                    message = f"item '{item}' is in '{part}' and in '{seen[item]}', and would count twice"
                    yield Finding(("scales", name, "items_of", index), message)
                seen.setdefault(item, part)
            for item in _list_repeated(instrument, part) if part in sound else ():
                message = f"item '{item}' is in several of the scales of '{part}', and would count twice"
                yield Finding(("scales", name, "items_of", index), message)


def _list_repeated(instrument: Instrument, name: str) -> list[str]:
    """Return the items that are below a scale of scale scores more than once."""
    if instrument.scales[name].scales is None:
        return []
    return [item for item, count in Counter(_walk_items(instrument, name)).items() if count > 1]


def _walk_items(instrument: Instrument, name: str) -> Iterator[str]:
    scale = instrument.scales[name]
    if scale.items is not None:
        yield from scoring_key(instrument, name)
    for signed in [*(scale.items_of or ()), *(scale.scales or ())]:
        yield from _walk_items(instrument, split_sign(signed)[0])


def check_item_use(instrument: Instrument, lost: UnreadableParts) -> Iterator[Finding]:
    """Every item is used by a scale, or decides whether others are asked."""
    scales, known = instrument.scales, set(instrument.response_names)
    if not scales or lost.list_known("scales", scales) != list(scales):
        return
    for scale in scales.values():
        if not scale.sources() or not all(scale.sources().values()) or not _items_exist(scale, known):
            return  # a scale without its items, or with a misspelt one, cannot tell which items are used
    used = {item for scale in scales.values() for item, _ in expand_items(scale)}
    used |= {gate for block in instrument.items for gate in block.asked_if}
    for index, block in enumerate(instrument.items):
        unused = [item for text in block.ids for item in expand_ids(text) if item not in used]
        if unused:
            noun = "item" if len(unused) == 1 else f"{len(unused)} items"
            yield Finding(("items", index, "ids"), f"{noun} in no scale ({describe_ids(unused)})")


def check_missing_rules(instrument: Instrument, _lost: UnreadableParts) -> Iterator[Finding]:
    """Somebody must be able to meet each missing rule."""
    sound = find_sound_scales(instrument)
    for name, scale in instrument.scales.items():
        if name not in sound:
            continue
        size = len(scale.scales or scoring_key(instrument, name))
        rule = instrument.missing_rule(name)
        required = rule.count_required(size)
        loc: Loc = ("scales", name, "missing", "min_answered") if scale.missing else ("missing", "min_answered")
        if required > size:
            what = "scores" if scale.scales else "items"
            message = f"{rule.min_answered} asks for {required} of the {size} {what} of scale '{name}'"
            yield Finding(loc, message, rule="missing-rule-out-of-reach")
        elif required < 1:
            message = f"{rule.min_answered} would score scale '{name}' with nothing answered"
            yield Finding(loc, message, rule="missing-rule-of-nothing")


def check_score_names(instrument: Instrument, _lost: UnreadableParts) -> Iterator[Finding]:
    """No two scales write the same output column."""
    for name in instrument.scales:
        if name.endswith("_n") and name.removesuffix("_n") in instrument.scales:
            message = f"its column would be that of the count answered of '{name.removesuffix('_n')}'"
            yield Finding(("scales", name), message)
