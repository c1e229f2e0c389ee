"""Open Scale Definitions (``.osd``), the format of OpenScales."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sos_score.definition.imports.form import (
    Answers,
    Form,
    ImportedItem,
    ImportedScale,
    LeftOut,
    Reason,
    clean_text,
    make_answers,
    refuse,
    take,
)

_METHODS = {
    "mean_coded": "mean", "sum_coded": "sum", "mean": "mean", "sum": "sum", "average": "mean", "avg": "mean",
}  # fmt: skip
_NO_QUESTION = ("inst", "section", "image")
_MANY = ("multicheck",)


def read_openscales(data: Any, path: str) -> Form:
    """Return the form of an Open Scale Definition: Likert items and single choices, means and sums of signed items."""
    definition = take(data.get("definition") if isinstance(data, dict) else None, dict, {})
    if not isinstance(definition.get("items"), list):
        raise refuse(path, "is not an Open Scale Definition (definition.items is missing)")
    texts = _choose_texts(take(data.get("translations"), dict, {}))
    items: list[ImportedItem] = []
    left_out: list[LeftOut] = []
    for item in definition["items"]:
        found, reasons = _read_item(take(item, dict, {}), take(definition.get("likert_options"), dict, {}), texts)
        items += [found] if found is not None else []
        left_out += reasons
    known = {item.column for item in items}
    scales: list[ImportedScale] = []
    for name, scoring in take(definition.get("scoring"), dict, {}).items():
        scale, reasons = _read_scale(name, take(scoring, dict, {}), known)
        scales += [scale] if scale is not None else []
        left_out += reasons
    citation = clean_text(take(take(definition.get("scale_info"), dict, {}).get("citation"), str, ""))
    return Form(tuple(items), tuple(scales), tuple(dict.fromkeys(left_out)), (citation,) if citation else ())


def _choose_texts(translations: Mapping[str, Any]) -> dict[str, Any]:
    """Return the texts in English, or in the first language there is."""
    found = (translations[language] for language in ("en", *translations) if language in translations)
    return next((texts for texts in found if isinstance(texts, dict)), {})


def _read_item(
    item: Mapping[str, Any], common: Mapping[str, Any], texts: Mapping[str, Any]
) -> tuple[ImportedItem | None, list[LeftOut]]:
    name, kind = str(item.get("id", "")), str(item.get("type", ""))
    if kind in _NO_QUESTION:
        return None, []
    if kind == "likert":
        answers, doubts = _read_likert(name, item, common, texts)
    elif kind == "multi":
        options = [each for each in take(item.get("options"), list, []) if isinstance(each, dict)]
        pairs = [(str(each.get("value", "")), str(texts.get(str(each.get("text_key")), ""))) for each in options]
        answers, doubts = make_answers(pairs)
    elif kind == "vas":
        low, high = take(item.get("min"), int, 0), take(item.get("max"), int, 100)
        answers, doubts = (Answers((), low, high, "any") if low < high else None), []
    else:
        return None, [LeftOut(name, Reason.SEVERAL if kind in _MANY else Reason.KIND, kind)]
    if answers is None:
        return None, [LeftOut(name, Reason.CODES)]
    if item.get("visible_when"):
        doubts = [*doubts, LeftOut(name, Reason.CONDITION)]
    return ImportedItem(name, answers), doubts


def _read_likert(
    name: str, item: Mapping[str, Any], common: Mapping[str, Any], texts: Mapping[str, Any]
) -> tuple[Answers | None, list[LeftOut]]:
    points = take(item.get("likert_points"), int, take(common.get("points"), int, 0))
    low = take(item.get("likert_min"), int, take(common.get("min"), int, 1))
    high = take(item.get("likert_max"), int, low + points - 1)
    if "likert_max" not in item and "likert_points" not in item:
        high = take(common.get("max"), int, high)
    keys = take(item.get("likert_labels"), list, take(common.get("labels"), list, []))
    if points < 2 or low >= high:
        return None, []
    step = (high - low) / (points - 1)
    codes = [int(code) if code % 1 == 0 else code for code in (low + place * step for place in range(points))]
    doubts = [] if step == 1 else [LeftOut(name, Reason.SPACING, f"{points} from {low} to {high}")]
    labels = [str(texts.get(str(key), "")) if key else "" for key in keys]
    if len(labels) == points and all(labels):
        answers, more = make_answers([(f"{code}", text) for code, text in zip(codes, labels, strict=True)])
        if answers is not None and not more:
            return answers, doubts
    return Answers((), low, high, None if step == 1 else step), doubts


def _read_scale(name: str, scoring: Mapping[str, Any], known: set[str]) -> tuple[ImportedScale | None, list[LeftOut]]:
    method = str(scoring.get("method", ""))
    if method not in _METHODS:
        return None, [LeftOut(name, Reason.METHOD, method)]
    beyond = [key for key in ("value_map", "scores", "variants", "weights") if scoring.get(key)]
    if beyond:
        return None, [LeftOut(name, Reason.METHOD, ", ".join(beyond))]
    listed = scoring.get("items")
    signs = take(listed, dict, take(scoring.get("item_coding"), dict, {}))
    named = [str(item) for item in take(listed, list, list(signs))]
    wanted = [item for item in dict.fromkeys(named) if signs.get(item, 1) != 0]
    odd = sorted({str(signs[item]) for item in wanted if signs.get(item, 1) not in (1, -1)})
    if odd:
        return None, [LeftOut(name, Reason.METHOD, f"weights {', '.join(odd)}")]
    lost = [item for item in wanted if item not in known]
    if lost:
        return None, [LeftOut(name, Reason.UNKNOWN, ", ".join(lost))]
    if not wanted:
        return None, [LeftOut(name, Reason.FEW)]
    reasons = list(_find_beyond(name, scoring))
    return ImportedScale(
        name, {item: signs.get(item, 1) == -1 for item in wanted}, _METHODS[method], is_stated=True
    ), reasons


def _find_beyond(name: str, scoring: Mapping[str, Any]) -> Iterator[LeftOut]:
    if scoring.get("transform"):
        yield LeftOut(name, Reason.TRANSFORM)
    if take(scoring.get("norms"), dict, {}).get("thresholds"):
        yield LeftOut(name, Reason.CUT_OFFS)
