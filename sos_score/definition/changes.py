"""What differs between two definitions of an instrument, and which scores that can change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sos_score.definition.instrument.ids import expand_ids, split_sign
from sos_score.definition.instrument.instrument import Instrument, scoring_key, scoring_weights
from sos_score.definition.instrument.responses import ResponseScale
from sos_score.definition.yaml.document import Document
from sos_score.errors import Problem
from sos_score.words import join


class Aspect(StrEnum):
    """What of a definition a change is about."""

    ID = "id"
    VERSION = "version"
    SCALE = "scale"
    ITEM = "item"
    SIGN = "sign"
    METHOD = "method"
    RANGE = "range"
    LABEL = "label"
    MISSING_CODE = "missing code"
    MISSING_RULE = "missing rule"
    RECODE = "recode"
    WEIGHT = "weight"
    CONDITION = "condition"
    NORM = "norm"
    CONVERSION = "conversion"
    CUT_OFF = "cut-off"
    ORDER = "order"
    DIRECTION = "direction"
    TITLE = "title"
    RESPONDENTS = "respondents"
    WORDING = "wording"
    LICENCE = "licence"
    VERIFICATION = "verification"
    REFERENCE = "reference"
    NOTE = "note"
    EXAMPLE = "example"
    OTHER = "other"


@dataclass(frozen=True)
class Change:
    """One thing that two definitions say differently."""

    aspect: Aspect
    place: str  # where in the file, in its own words (``scales.goal.items``)
    name: str  # the item, text or part there; empty where the place says it
    # plain data; None where one of the definitions has nothing there
    before: Any
    after: Any
    scales: tuple[str, ...] = ()  # the scales whose scores it can change; none where it changes no score
    bands: tuple[str, ...] = ()  # the scales whose scores it can put in another band of published cut-offs


@dataclass(frozen=True)
class Comparison:
    """Two definitions and every change from the first to the second."""

    old: Instrument
    new: Instrument
    changes: tuple[Change, ...]

    @property
    def scales(self) -> tuple[str, ...]:
        """Return the scales whose scores can change, in the order of the definitions."""
        found = {scale for change in self.changes for scale in change.scales}
        return tuple(name for name in dict.fromkeys([*self.old.scales, *self.new.scales]) if name in found)

    @property
    def bands(self) -> tuple[str, ...]:
        """Return the scales whose scores can be in another band, though they stay as they are."""
        return tuple(dict.fromkeys(scale for change in self.changes for scale in change.bands))

    @property
    def lacks_version(self) -> bool:
        """Return whether a score can change although the version of the same instrument was not raised."""
        is_raised = _read_version(self.new.version) > _read_version(self.old.version)
        return bool(self.scales) and self.old.id == self.new.id and not is_raised


# Keys that change no score, and what they are about. Whatever is not named here may change one.
_OF_INSTRUMENT = {
    "id": Aspect.ID,
    "version": Aspect.VERSION,
    "title": Aspect.TITLE,
    "construct": Aspect.TITLE,
    "answered_by": Aspect.RESPONDENTS,
    "references": Aspect.REFERENCE,
    "rights": Aspect.LICENCE,
    "verification": Aspect.VERIFICATION,
    "notes": Aspect.NOTE,
    "examples": Aspect.EXAMPLE,
    "suppress": Aspect.NOTE,
}
_OF_SCALE = {"title": Aspect.TITLE, "higher_is": Aspect.DIRECTION, "good": Aspect.DIRECTION}
_OF_ITEM = {"label": Aspect.WORDING, "asked_if": Aspect.CONDITION, "recode": Aspect.RECODE}
_OF_NORM = {"population", "unit", "n", "source"}
_RANGE = ("min", "max", "step")
_KEY = ("items", "items_of", "scales", "missing", "weights")
_COMPARED_APART = {"cut_offs", "order", "conversions", "response_scales", "items", "missing", "scales", "norms"}


def compare_definitions(old: Instrument, new: Instrument) -> Comparison:
    """Return what changed in meaning from `old` to `new`; the order of parts and how ids are written do not count.

    Examples
    --------
    >>> from sos_score import load_instrument
    >>> old = load_instrument("wai-s")
    >>> bond = old.scales["bond"].model_copy(update={"items": ["wais_03", "wais_05", "wais_07", "-wais_09"]})
    >>> new = old.model_copy(update={"scales": old.scales | {"bond": bond}})
    >>> [(each.aspect.value, each.name, each.before, each.after) for each in compare_definitions(old, new).changes]
    [('sign', 'wais_09', 'forward', 'reversed'), ('sign', 'wais_09', 'forward', 'reversed')]
    >>> compare_definitions(old, new).scales
    ('bond', 'total')
    """
    found = [
        *_compare_heads(old, new),
        *_compare_scales(old, new),
        *_compare_rules(old, new),
        *_compare_items(old, new),
        *_compare_norms(old, new),
        *_compare_conversions(old, new),
        *_compare_cut_offs(old, new),
        *_compare_order(old, new),
    ]
    return Comparison(old, new, tuple(_add_dependents(change, old, new) for change in found))


def check_version(comparison: Comparison, document: Document) -> list[Problem]:
    """Return that a score can change and the version of the new definition, which is in `document`, was not raised."""
    if not comparison.lacks_version:
        return []
    scales, version = join(comparison.scales), comparison.new.version
    message = f"is {version}, and was {comparison.old.version}, although scores of {scales} can change"
    hint = "raise the version, so that scores of the two keys can be told apart"
    return [document.problem(("version",), message, hint=hint, rule="version-not-raised")]


def _read_version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


def _compare_heads(old: Instrument, new: Instrument) -> Iterator[Change]:
    before, after = (
        each.model_dump(by_alias=True) | {"examples": {example.name: example.model_dump() for example in each.examples}}
        for each in (old, new)
    )
    everything = tuple(dict.fromkeys([*old.scales, *new.scales]))
    for key in before:
        if key in _COMPARED_APART or before[key] == after[key]:
            continue
        aspect = _OF_INSTRUMENT.get(key, Aspect.OTHER)
        scales = () if key in _OF_INSTRUMENT else everything
        yield from _compare_parts(Change(aspect, key, "", before[key], after[key], scales))


def _compare_parts(whole: Change) -> Iterator[Change]:
    """Yield a change for each key or entry that differs, or the whole where it has none."""
    before, after = whole.before, whole.after
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            if before.get(key) != after.get(key):
                yield replace(whole, name=str(key), before=before.get(key), after=after.get(key))
    elif isinstance(before, list) and isinstance(after, list):
        yield from (replace(whole, before=each, after=None) for each in before if each not in after)
        yield from (replace(whole, before=None, after=each) for each in after if each not in before)
    else:
        yield whole


def _compare_scales(old: Instrument, new: Instrument) -> Iterator[Change]:
    for name in dict.fromkeys([*old.scales, *new.scales]):
        place = f"scales.{name}"
        if name not in old.scales or name not in new.scales:
            titles = [each.scales[name].title if name in each.scales else None for each in (old, new)]
            yield Change(Aspect.SCALE, place, "", titles[0], titles[1], (name,))
            continue
        yield from _compare_keys(old, new, name)
        weights = scoring_weights(old, name), scoring_weights(new, name)
        yield from _compare_parts(Change(Aspect.WEIGHT, f"{place}.weights", "", weights[0], weights[1], (name,)))
        before, after = old.scales[name].model_dump(), new.scales[name].model_dump()
        for key in before:
            if key not in _KEY and before[key] != after[key]:
                aspect = Aspect.METHOD if key in ("score", "round") else _OF_SCALE.get(key, Aspect.OTHER)
                scales = () if key in _OF_SCALE else (name,)
                yield Change(aspect, f"{place}.{key}", "", before[key], after[key], scales)


def _compare_keys(old: Instrument, new: Instrument, name: str) -> Iterator[Change]:
    of_scores = [each.scales[name].scales is not None for each in (old, new)]
    if of_scores[0] != of_scores[1]:
        made_of = ["scores of scales" if each else "items" for each in of_scores]
        yield Change(Aspect.METHOD, f"scales.{name}", "made of", made_of[0], made_of[1], (name,))
        return
    before, after = (_read_key(each, name) for each in (old, new))
    place = f"scales.{name}.{'scales' if of_scores[0] else 'items'}"
    for part in dict.fromkeys([*before, *after]):
        if before.get(part) != after.get(part):
            aspect = Aspect.SIGN if part in before and part in after else Aspect.ITEM
            yield Change(aspect, place, part, before.get(part), after.get(part), (name,))


def _read_key(instrument: Instrument, name: str) -> dict[str, str]:
    parts = instrument.scales[name].scales
    key = dict(map(split_sign, parts)) if parts is not None else scoring_key(instrument, name)
    return {part: "reversed" if flipped else "forward" for part, flipped in key.items()}


def _compare_rules(old: Instrument, new: Instrument) -> Iterator[Change]:
    shared = [name for name in old.scales if name in new.scales]
    differ = [name for name in shared if old.missing_rule(name) != new.missing_rule(name)]
    common = [name for name in shared if not old.scales[name].missing and not new.scales[name].missing]
    if old.missing != new.missing:
        scales = [name for name in common if name in differ and _counts_otherwise(old, new, name)]
        rules = (old.missing.model_dump(), new.missing.model_dump())
        yield Change(Aspect.MISSING_RULE, "missing", "", rules[0], rules[1], tuple(scales))
    for name in differ:
        if name not in common:
            rules = (old.missing_rule(name).model_dump(), new.missing_rule(name).model_dump())
            scales = [name] if _counts_otherwise(old, new, name) else []
            yield Change(Aspect.MISSING_RULE, f"scales.{name}.missing", "", rules[0], rules[1], tuple(scales))


def _counts_otherwise(old: Instrument, new: Instrument, name: str) -> bool:
    """Return whether two rules for one scale can give two scores: 80% and 4 of 5 cannot."""
    rules = old.missing_rule(name), new.missing_rule(name)
    size = len(_read_key(new, name))
    counts = [rule.count_required(size) for rule in rules]
    plain = [rule.model_copy(update={"min_answered": 1}) for rule in rules]
    return counts[0] != counts[1] or plain[0] != plain[1]


def _compare_items(old: Instrument, new: Instrument) -> Iterator[Change]:
    shared: dict[tuple[str, str], list[str]] = {}
    for item in dict.fromkeys([*old.responses, *new.responses]):
        if item in old.responses and item in new.responses:
            shared.setdefault((old.response_names[item], new.response_names[item]), []).append(item)
        else:
            there = ["defined" if item in each.responses else None for each in (old, new)]
            yield Change(Aspect.ITEM, "items", item, there[0], there[1])
    for (before, after), items in shared.items():
        scales = _find_users(items, old, new)
        place = f"response_scales.{after}"
        yield from _compare_responses(place, old.response_scales[before], new.response_scales[after], scales)
    blocks_before, blocks_after = _spread_blocks(old), _spread_blocks(new)
    for item in [each for each in blocks_before if each in blocks_after]:
        parts = blocks_before[item], blocks_after[item]
        for key in parts[0]:
            if parts[0][key] != parts[1][key]:
                aspect = _OF_ITEM.get(key, Aspect.OTHER)
                scales = () if aspect is Aspect.WORDING else _find_users([item], old, new)
                yield Change(aspect, f"items.{key}", item, parts[0][key], parts[1][key], scales)


def _spread_blocks(instrument: Instrument) -> dict[str, dict[str, Any]]:
    """Return what is said of each item beyond its answers."""
    found: dict[str, dict[str, Any]] = {}
    for block in instrument.items:
        said = {key: value for key, value in block.model_dump().items() if key not in ("ids", "responses")}
        # A recode is the item's own or its response scale's.
        for item in (item for text in block.ids for item in expand_ids(text)):
            found[item] = said | {"recode": instrument.recodes.get(item, {})}
    return found


def _find_users(items: Iterable[str], *instruments: Instrument) -> tuple[str, ...]:
    """Return the scales that any of the items counts in."""
    wanted = set(items)
    return tuple(
        dict.fromkeys(name for each in instruments for name in each.scales if wanted & scoring_key(each, name).keys())
    )


def _compare_responses(place: str, old: ResponseScale, new: ResponseScale, scales: tuple[str, ...]) -> Iterator[Change]:
    before, after = old.model_dump(), new.model_dump()
    for key in before:
        if key not in ("labels", "missing", "recode") and before[key] != after[key]:
            aspect = Aspect.RANGE if key in _RANGE else Aspect.OTHER
            yield Change(aspect, f"{place}.{key}", "", before[key], after[key], scales)
    yield from _compare_parts(Change(Aspect.LABEL, f"{place}.labels", "", old.labels, new.labels, scales))
    reasons = [{code: reason for reason, codes in each.missing.items() for code in codes} for each in (old, new)]
    for change in _compare_parts(Change(Aspect.MISSING_CODE, f"{place}.missing", "", reasons[0], reasons[1], scales)):
        # Under another reason it is no answer still.
        yield replace(change, scales=()) if change.before and change.after else change


def _compare_norms(old: Instrument, new: Instrument) -> Iterator[Change]:
    for name in dict.fromkeys([*old.norms, *new.norms]):
        norms = [each.norms[name].model_dump() if name in each.norms else None for each in (old, new)]
        users = tuple(dict.fromkeys(scale for norm in norms if norm for scale in norm["scales"]))
        if norms[0] is None or norms[1] is None:
            sources = [norm and norm["source"] for norm in norms]
            yield Change(Aspect.NORM, f"norms.{name}", "", sources[0], sources[1], users)
            continue
        yield from _compare_norm(name, norms[0], norms[1], users)


def _compare_norm(
    name: str, old: Mapping[str, Any], new: Mapping[str, Any], users: tuple[str, ...]
) -> Iterator[Change]:
    for key in old:
        if key == "scales":
            whole = Change(Aspect.NORM, f"norms.{name}.scales", "", old[key], new[key])
            yield from (replace(change, scales=(change.name,)) for change in _compare_parts(whole))
        elif old[key] != new[key]:
            yield Change(Aspect.NORM, f"norms.{name}.{key}", "", old[key], new[key], () if key in _OF_NORM else users)


def _compare_conversions(old: Instrument, new: Instrument) -> Iterator[Change]:
    before, after = ({name: each.model_dump() for name, each in side.conversions.items()} for side in (old, new))
    for change in _compare_parts(Change(Aspect.CONVERSION, "conversions", "", before, after)):
        users = [scale for side in (change.before, change.after) if side for scale in side["scales"]]
        yield replace(change, scales=tuple(dict.fromkeys(users)))


def _compare_cut_offs(old: Instrument, new: Instrument) -> Iterator[Change]:
    before, after = ({name: each.model_dump() for name, each in side.cut_offs.items()} for side in (old, new))
    for change in _compare_parts(Change(Aspect.CUT_OFF, "cut_offs", "", before, after)):
        points = [side["scales"] if side else {} for side in (change.before, change.after)]
        bands = [
            scale for scale in dict.fromkeys([*points[0], *points[1]]) if points[0].get(scale) != points[1].get(scale)
        ]
        yield replace(change, bands=tuple(bands))


def _compare_order(old: Instrument, new: Instrument) -> Iterator[Change]:
    """Yield a change where the form asks in another order; without a stated one, that of the items is no statement."""
    if (old.order or new.order) and old.administration != new.administration:
        yield Change(Aspect.ORDER, "order", "", old.order, new.order)


def _add_dependents(change: Change, *instruments: Instrument) -> Change:
    """Return a change with the scales that are made of the scores of those it changes."""
    found = list(change.scales)
    for name in found:
        for each in instruments:
            users = [scale for scale, made in each.scales.items() if name in _strip(made.scales)]
            found += [scale for scale in users if scale not in found]
    return replace(change, scales=tuple(found))


def _strip(names: list[str] | None) -> list[str]:
    return [split_sign(name)[0] for name in names or ()]
