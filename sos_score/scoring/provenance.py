"""Which key gave a score, and who vouches for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sos_score.definition.instrument.instrument import Instrument, scoring_key
from sos_score.definition.instrument.published import Conversion, CutOff
from sos_score.definition.reading import Definition
from sos_score.inputs import name_files
from sos_score.notes import Note
from sos_score.scoring.file_summary import FileSummary

_DOUBTFUL = ("derived", "unverified", "structural")
_PART_NAMES = {"key": "key", "responses": "responses", "missing": "missing rule", "norms": "norms"}


def describe_definition(definition: Definition) -> dict[str, Any]:
    """Return what identifies a definition and who vouches for each part of it, as plain data."""
    instrument = definition.instrument
    wording: dict[str, Any] = {} if definition.wording is None else {"wording_sha256": definition.wording.sha256}
    if definition.extends:
        wording |= {"extends": [{"file": Path(each.path).name, "sha256": each.sha256} for each in definition.extends]}
    return {
        "id": instrument.id,
        "version": instrument.version,
        "title": instrument.title,
        "sha256": definition.document.sha256,
        "verification": {part: claim.model_dump() for part, claim in instrument.verification.parts().items()},
        "missing": {
            name: instrument.missing_rule(name).describe(
                scale.score, of_scores=scale.scales is not None, of_asked=_has_unasked(instrument, name)
            )
            for name, scale in instrument.scales.items()
        },
        **_list_published(instrument),
        "rights": instrument.rights.model_dump(),
        "notes": list(instrument.notes),
        **wording,
    }


def _has_unasked(instrument: Instrument, scale: str) -> bool:
    """Return whether some items of a scale are not asked of everybody."""
    is_of_items = instrument.scales[scale].scales is None
    return is_of_items and not instrument.conditions.keys().isdisjoint(scoring_key(instrument, scale))


def _list_published(instrument: Instrument) -> dict[str, Any]:
    """Return where published tables and cut-offs are printed; nothing where a definition has none."""
    named: dict[str, Mapping[str, Conversion | CutOff]] = {
        "conversions": instrument.conversions,
        "cut_offs": instrument.cut_offs,
    }
    return {
        key: {name: {"title": each.title, "source": each.source} for name, each in published.items()}
        for key, published in named.items()
        if published
    }


def describe_caveat(instrument: Instrument) -> str:
    """Return one line on whatever is not verified; nothing where all is.

    Examples
    --------
    >>> from sos_score import load_instrument
    >>> describe_caveat(load_instrument("wai-sr"))
    'wai-sr 1.0.0: missing rule set by sos-score'
    >>> describe_caveat(load_instrument("osc"))
    'osc 1.0.0: key structural, responses unverified; missing rule set by sos-score'
    """
    parts = instrument.verification.parts()
    doubtful = [f"{_PART_NAMES[part]} {claim.status}" for part, claim in parts.items() if claim.status in _DOUBTFUL]
    own = [_PART_NAMES[part] for part, claim in parts.items() if claim.status == "project"]
    said = [", ".join(doubtful)] if doubtful else []
    if own:
        said.append(f"{' and '.join(own)} set by sos-score")
    return f"{instrument.id} {instrument.version}: {'; '.join(said)}" if said else ""


def describe_norms(summary: FileSummary) -> list[str]:
    """Return what the T-scores of a file were read against, in words; those that arrived as such included."""
    said = [norm.describe() for norm in summary.norms] + [ready.describe() for ready in summary.vendor_scores]
    return list(dict.fromkeys(said))


def describe_summary(summary: FileSummary) -> dict[str, Any]:
    """Return what became of one file, as plain data without any answer of a respondent."""
    invalid: dict[str, int] = {}
    for each in summary.invalid:
        invalid[each.item] = invalid.get(each.item, 0) + each.count
    return {
        "file": summary.name,
        "rows": summary.rows,
        "instruments": list(summary.instruments),
        "norms": describe_norms(summary),
        "blank_rows": summary.blank_rows,
        "left_out": dict(summary.left_out),
        "about": _list_notes(summary.about),
        "warnings": _list_notes(summary.warnings),
        "missing": summary.missing,
        "invalid_made_missing": invalid,
        "scored": summary.scored,
    }


def _list_notes(notes: Iterable[Note]) -> list[dict[str, Any]]:
    return [{"code": each.code, **dict(each.values), "sentence": str(each)} for each in notes]


def describe_override(rule: int | str, instruments: Iterable[Instrument]) -> str:
    """Return in words that a missing rule took the place of the definitions' own, and where it could not.

    Examples
    --------
    >>> from sos_score import load_instrument
    >>> describe_override("2/3", [load_instrument("wai-s")])
    "missing rule set to at least 2/3 of a scale's items, instead of the rule in the definitions"
    """
    how = "every item" if rule == "all" else f"at least {rule} of a scale's items"
    text = f"missing rule set to {how}, instead of the rule in the definitions"
    strict = [
        f"{instrument.column_stem}_{name}"
        for instrument in instruments
        for name, scale in instrument.scales.items()
        if scale.score == "sum" and instrument.missing_rule(name).sums == "strict"
    ]
    return f"{text}; strict sums still need every item ({', '.join(strict)})" if strict else text


def describe_scores(
    definitions: Iterable[Definition],
    summaries: Iterable[FileSummary],
    version: str,
    min_answered: int | str | None = None,
) -> dict[str, Any]:
    """Return everything that has to stand beside a file of scores, as plain data."""
    definitions, summaries = list(definitions), list(summaries)
    instruments = [definition.instrument for definition in definitions]
    names = name_files(summary.name for summary in summaries)
    override = {} if min_answered is None else {"min_answered": describe_override(min_answered, instruments)}
    return {
        "software": f"sos-score {version}",
        **override,
        "definitions": [describe_definition(definition) for definition in definitions],
        "files": [describe_summary(summary) | {"file": names[summary.name]} for summary in summaries],
    }
