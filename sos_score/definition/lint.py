"""The rules a schema cannot say: whether the parts of a definition fit together.

Each rule is a function from an instrument to findings; ``RULES`` names them. A finding's name is its rule's
id, stable across versions, so that a CI job can rely on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sos_score.definition.folding import fold_text
from sos_score.definition.instrument import Instrument, Scale, expand_ids, expand_items, key_of, split_sign
from sos_score.definition.yamlfile import Document, Loc
from sos_score.errors import Problem, guess


@dataclass(frozen=True)
class Finding:
    """What a rule found, and where in the definition."""

    loc: Loc
    message: str
    hint: str = ""


@dataclass(frozen=True)
class Lost:
    """The parts of a broken definition that could not be read, and so cannot be missed."""

    sections: frozenset[str] = frozenset()
    names: frozenset[tuple[str, str]] = frozenset()

    def has(self, section: str, name: str) -> bool:
        """Return whether `name` may have been in `section` before it was lost."""
        return section in self.sections or (section, name) in self.names

    def list_known(self, section: str, names: Iterable[str]) -> list[str]:
        """Return the names of a section as the author sees it: those that can be read, and those lost."""
        lost = sorted(name for place, name in self.names if place == section)
        return list(dict.fromkeys([*names, *lost]))


Rule = Callable[[Instrument, Lost], Iterator[Finding]]


def lint(instrument: Instrument, document: Document, lost: Lost | None = None) -> list[Problem]:
    """Return what the rules find wrong in `instrument`.

    Parameters
    ----------
    instrument : Instrument
    document : Document
        The file it was read from; gives each finding its line.
    lost : Lost, optional
        What could not be read.

    Returns
    -------
    list of Problem
        In the order of the file.
    """
    lost = lost or Lost()
    problems = [
        document.problem(found.loc, found.message, hint=found.hint, rule=name)
        for name, rule in RULES.items()
        for found in rule(instrument, lost)
    ]
    stem = Path(document.path).name.removesuffix(".yaml").removesuffix(".yml")
    if "id" not in lost.sections and document.path and instrument.id != stem:
        message = f"{instrument.id!r} is unlike the file name '{Path(document.path).name}'"
        problems.append(
            document.problem(("id",), message, hint=f"rename the file to {instrument.id}.yaml", rule="id-file")
        )
    return sorted(problems, key=lambda problem: problem.line or 0)


def _describe_ids(ids: list[str]) -> str:
    if not ids:
        return "none"
    return f"{ids[0]}..{ids[-1]}" if len(ids) > 4 else ", ".join(ids)


def check_response_range(instrument: Instrument, _lost: Lost) -> Iterator[Finding]:
    """A response scale needs min < max."""
    for name, responses in instrument.response_scales.items():
        if responses.min >= responses.max:
            yield Finding(("response_scales", name, "min"), f"min {responses.min} is not below max {responses.max}")


def check_label_cover(instrument: Instrument, _lost: Lost) -> Iterator[Finding]:
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


def check_label_texts(instrument: Instrument, _lost: Lost) -> Iterator[Finding]:
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


def check_missing_codes(instrument: Instrument, _lost: Lost) -> Iterator[Finding]:
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


def check_items(instrument: Instrument, lost: Lost) -> Iterator[Finding]:
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
            seen.add(item)
        if block.label and len([item for text in block.ids for item in expand_ids(text)]) > 1:
            yield Finding((*loc, "label"), "a label can only be given to one item")
    if not seen and "items" not in lost.sections:
        yield Finding(("items",), "there are no items")


def check_response_use(instrument: Instrument, _lost: Lost) -> Iterator[Finding]:
    """Every response scale is used by an item."""
    used = {block.responses for block in instrument.items}
    if not used or not used <= instrument.response_scales.keys():
        return  # a misspelt name is no sign that the scale it means is not used
    for name in instrument.response_scales:
        if name not in used:
            yield Finding(("response_scales", name), "no item uses this response scale")


def check_scale_sources(instrument: Instrument, lost: Lost) -> Iterator[Finding]:
    """A scale is made of items, of other scales' items, or of other scales: one of the three."""
    for name, scale in instrument.scales.items():
        sources = scale.sources()
        if len(sources) != 1 and (sources or not lost.has("scales", name)):
            given = " and ".join(sources) or "none of them"
            yield Finding(("scales", name), f"needs one of items, items_of and scales, and has {given}")
        for key, names in sources.items():
            if not names:
                yield Finding(("scales", name, key), "must not be empty")
    if not lost.list_known("scales", instrument.scales) and "scales" not in lost.sections:
        yield Finding(("scales",), "there are no scales")


def check_scale_items(instrument: Instrument, _lost: Lost) -> Iterator[Finding]:
    """A scale names items that exist, each once."""
    known = _items(instrument)
    if not known:
        return
    for name, scale in instrument.scales.items():
        seen: set[str] = set()
        for index, signed in enumerate(scale.items or ()):
            loc: Loc = ("scales", name, "items", index)
            bare, _ = split_sign(signed)
            if not expand_ids(bare):
                yield Finding(loc, f"{bare!r} is not a range of ids (first to last, as wais_01..wais_12)")
            unknown = [item for item in expand_ids(bare) if item not in known]
            if len(unknown) == 1:
                message = f"no item '{unknown[0]}' (items: {_describe_ids(known)})"
                yield Finding(loc, message, guess(unknown[0], known))
            elif unknown:
                yield Finding(loc, f"no items {_describe_ids(unknown)} (items: {_describe_ids(known)})")
            for item in expand_ids(bare):
                if item in seen:
                    yield Finding(loc, f"item '{item}' is in this scale twice")
                seen.add(item)


def check_scale_parts(instrument: Instrument, lost: Lost) -> Iterator[Finding]:
    """A scale of scales names scales that exist, each once, and never itself in the end."""
    known = lost.list_known("scales", instrument.scales)
    for name, scale in instrument.scales.items():
        for key in ("items_of", "scales"):
            parts = [split_sign(signed)[0] for signed in getattr(scale, key) or ()]
            for index, part in enumerate(parts):
                loc: Loc = ("scales", name, key, index)
                if part == name:
                    yield Finding(loc, "the scale names itself")
                elif part not in known and "scales" not in lost.sections:
                    yield Finding(loc, f"no scale '{part}' (scales: {', '.join(known)})", guess(part, known))
                elif part in parts[:index]:
                    yield Finding(loc, f"scale '{part}' is in this scale twice")
    for circle in _circles(instrument):
        yield Finding(("scales", circle[0]), f"the scales go round in a circle ({' > '.join(circle)})")


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


def _sound_scales(instrument: Instrument) -> set[str]:
    """Return the scales whose key can be worked out: everything below them exists, without a circle."""
    known = set(_items(instrument))
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


def check_pooled_items(instrument: Instrument, _lost: Lost) -> Iterator[Finding]:
    """Pooling the items of several scales must not pool an item twice."""
    sound = _sound_scales(instrument)
    for name, scale in instrument.scales.items():
        if scale.items_of is None:
            continue
        seen: dict[str, str] = {}
        for index, signed in enumerate(scale.items_of):
            part, _ = split_sign(signed)
            for item in key_of(instrument, part) if part in sound else ():
                if item in seen and seen[item] != part:
                    message = f"item '{item}' is in '{part}' and in '{seen[item]}', and would count twice"
                    yield Finding(("scales", name, "items_of", index), message)
                seen.setdefault(item, part)


def check_item_use(instrument: Instrument, lost: Lost) -> Iterator[Finding]:
    """Every item is used by a scale."""
    scales, known = instrument.scales, set(_items(instrument))
    if not scales or lost.list_known("scales", scales) != list(scales):
        return
    for scale in scales.values():
        if not scale.sources() or not all(scale.sources().values()) or not _items_exist(scale, known):
            return  # a scale without its items, or with a misspelt one, cannot tell which items are used
    used = {item for scale in scales.values() for item, _ in expand_items(scale)}
    for index, block in enumerate(instrument.items):
        unused = [item for text in block.ids for item in expand_ids(text) if item not in used]
        if unused:
            noun = "item" if len(unused) == 1 else f"{len(unused)} items"
            yield Finding(("items", index, "ids"), f"{noun} in no scale ({_describe_ids(unused)})")


def check_missing_rules(instrument: Instrument, _lost: Lost) -> Iterator[Finding]:
    """Somebody must be able to meet each missing rule."""
    sound = _sound_scales(instrument)
    for name, scale in instrument.scales.items():
        if name not in sound:
            continue
        size = len(scale.scales or key_of(instrument, name))
        rule = instrument.missing_rule(name)
        required = rule.count_required(size)
        loc: Loc = ("scales", name, "missing", "min_answered") if scale.missing else ("missing", "min_answered")
        if required > size:
            what = "scores" if scale.scales else "items"
            yield Finding(loc, f"{rule.min_answered} asks for {required} of the {size} {what} of scale '{name}'")
        elif required < 1:
            yield Finding(loc, f"{rule.min_answered} would score scale '{name}' with nothing answered")


def check_score_names(instrument: Instrument, _lost: Lost) -> Iterator[Finding]:
    """No two scales write the same output column."""
    for name in instrument.scales:
        if name.endswith("_n") and name.removesuffix("_n") in instrument.scales:
            message = f"its column would be that of the count answered of '{name.removesuffix('_n')}'"
            yield Finding(("scales", name), message)


def check_norms(instrument: Instrument, lost: Lost) -> Iterator[Finding]:
    """Norms are for scales that exist and have a spread."""
    known = lost.list_known("scales", instrument.scales)
    for name, norm in instrument.norms.items():
        for scale, raw in norm.scales.items():
            loc = ("norms", name, "scales", scale)
            if scale not in known and "scales" not in lost.sections:
                yield Finding(loc, f"no scale '{scale}' (scales: {', '.join(known)})", guess(scale, known))
            if not raw.sd > 0:
                yield Finding((*loc, "sd"), f"{raw.sd:g} is not a standard deviation (more than 0)")
    if instrument.norms and instrument.verification.norms is None and "verification" not in lost.sections:
        yield Finding(("verification",), "has norms, and no 'norms' claim says who vouches for them")


def check_example_names(instrument: Instrument, lost: Lost) -> Iterator[Finding]:
    """Examples answer items that exist and state scores of scales that exist."""
    items = _items(instrument)
    scales = lost.list_known("scales", instrument.scales)
    for index, example in enumerate(instrument.examples):
        for item in example.answers:
            if items and item != "all" and item not in items:
                loc: Loc = ("examples", index, "answers", item)
                yield Finding(loc, f"no item '{item}' (items: {_describe_ids(items)})", guess(item, items))
        for scale in example.scores:
            if scales and scale not in scales:
                loc = ("examples", index, "scores", scale)
                yield Finding(loc, f"no scale '{scale}' (scales: {', '.join(scales)})", guess(scale, scales))


def _items(instrument: Instrument) -> list[str]:
    return list(instrument.response_names)


RULES: dict[str, Rule] = {
    "response-range": check_response_range,
    "label-cover": check_label_cover,
    "label-text": check_label_texts,
    "missing-code": check_missing_codes,
    "item": check_items,
    "unused-responses": check_response_use,
    "scale-source": check_scale_sources,
    "scale-item": check_scale_items,
    "scale-part": check_scale_parts,
    "pooled-twice": check_pooled_items,
    "unused-item": check_item_use,
    "missing-rule": check_missing_rules,
    "score-name": check_score_names,
    "norm": check_norms,
    "example-name": check_example_names,
}
