"""What one answer means: a code, a reason for having none, or neither."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.instrument.responses import ResponseScale
from sos_score.definition.text import WHOLE, fold_code
from sos_score.survey.column_map import ColumnMap
from sos_score.survey.vendor_scores import list_vendor_scores

_DECIMAL = re.compile(r"[-+]?[0-9]+(?:\.[0-9]*)?")
_BLANK = "blank"
T_RANGE = ResponseScale.model_construct(min=0, max=100)  # nothing to check, and no model to build for it


@dataclass(frozen=True)
class Reading:
    """What one cell says.

    Attributes
    ----------
    code : float or None
        The answer; None where there is none.
    missing : str
        Why there is none: ``blank`` or a reason of the definition; empty where the cell is not allowed.
    """

    code: float | None = None
    missing: str = ""

    @property
    def is_allowed(self) -> bool:
        """Return whether the cell is an answer or a known way of not answering."""
        return self.code is not None or bool(self.missing)


@dataclass(frozen=True)
class AnswerKey:
    """How the cells of one item are read.

    Attributes
    ----------
    name : str
        The response scale's name.
    texts : dict
        Text, as `fold_code` leaves it, to code: from labels and from a platform's own codes.
    reasons : dict
        Text, as `fold_code` leaves it, to the reason for a missing answer.
    has_own_codes : bool
        Whether the platform's codes replace the definition's, so that a bare number means nothing by itself.
    has_fractions : bool
        Whether anything between min and max is allowed, as for T-scores.
    """

    name: str
    responses: ResponseScale
    texts: Mapping[str, int]
    reasons: Mapping[str, str]
    has_own_codes: bool = False
    has_fractions: bool = False

    def read(self, cell: str) -> Reading:
        """Return what a cell says; digits are never pulled out of a longer text."""
        text = fold_code(cell)
        if not text:
            return Reading(missing=_BLANK)
        if text in self.texts:
            return Reading(code=self.texts[text])
        if text in self.reasons:
            return Reading(missing=self.reasons[text])
        if self.has_fractions and _DECIMAL.fullmatch(text):
            return Reading(code=float(text)) if self._contains(float(text)) else Reading()
        if WHOLE.fullmatch(text) and not self.has_own_codes and self._contains(int(text)):
            return Reading(code=int(text))
        return Reading()

    def is_number(self, cell: str) -> bool:
        """Return whether a cell holds a number that could be a code, were it inside the range."""
        return (
            not self.has_own_codes and (_DECIMAL if self.has_fractions else WHOLE).fullmatch(cell.strip()) is not None
        )

    def _contains(self, number: float) -> bool:
        return self.responses.min <= number <= self.responses.max

    def special_numbers(self) -> dict[int, int]:
        """Return the numbers that mean something other than themselves."""
        numbers = {int(text): code for text, code in self.texts.items() if WHOLE.fullmatch(text)}
        return {number: code for number, code in numbers.items() if number != code or self.has_own_codes}

    def barred_numbers(self) -> list[int]:
        """Return the numbers inside the range that are no codes: they mean something else, or nothing."""
        numbers = {int(text) for text in self.reasons if WHOLE.fullmatch(text)} | self.special_numbers().keys()
        return sorted(number for number in numbers if self._contains(number))

    def list_numbers(self) -> list[str]:
        """Return every number that means something: the ends of the range, codes, and reasons for having none."""
        named = [text for text in (*self.texts, *self.reasons) if WHOLE.fullmatch(text)]
        return [str(self.responses.min), str(self.responses.max), *named]

    def describe(self) -> str:
        """Return what is allowed, in a few words."""
        bounds = "a code of the column map" if self.has_own_codes else f"{self.responses.min}-{self.responses.max}"
        if not self.responses.labels:
            return bounds
        ordered = sorted(self.responses.labels, key=self.responses.labels.__getitem__)
        return f"{ordered[0]} .. {ordered[-1]}, or {bounds}"


@dataclass(frozen=True)
class ColumnValues:
    """What a file itself says of the codes in one of its columns, as SPSS and Stata files do.

    Attributes
    ----------
    labels : mapping
        Code to label. An answer is read by its label where the definition knows the label, else by its code.
    reasons : mapping
        Code to why there is no answer: the file's missing values.
    """

    labels: Mapping[float, str] = field(default_factory=dict)
    reasons: Mapping[float, str] = field(default_factory=dict)

    def extend(self, key: AnswerKey) -> AnswerKey:
        """Return how the cells of an item are read where this is said of its column."""
        known = {
            code: key.texts[fold_code(label)] for code, label in self.labels.items() if fold_code(label) in key.texts
        }
        texts = {f"{code:.15g}": meant for code, meant in known.items()}
        reasons = {f"{code:.15g}": reason for code, reason in self.reasons.items()}
        return replace(key, texts={**key.texts, **texts}, reasons={**key.reasons, **reasons})


def build_answer_keys(instruments: Iterable[Instrument], column_map: ColumnMap | None = None) -> dict[str, AnswerKey]:
    """Return how each item's cells are read: the definition, with what the column map adds."""
    keys: dict[str, AnswerKey] = {}
    for instrument in instruments:
        shared = {name: _build_key(name, name, each, column_map) for name, each in instrument.response_scales.items()}
        for item, name in instrument.response_names.items():
            has_own = column_map is not None and (item in column_map.codes or item in column_map.labels)
            responses = instrument.response_scales[name]
            keys[item] = _build_key(name, item, responses, column_map) if has_own else shared[name]
        for ready in list_vendor_scores(instrument, column_map.t_scores if column_map else {}):
            missing = _list_reasons(column_map.missing if column_map else {})
            keys[ready.column] = AnswerKey("T-score", T_RANGE, {}, missing, has_fractions=True)
    return keys


def _build_key(name: str, item: str, responses: ResponseScale, column_map: ColumnMap | None) -> AnswerKey:
    codes: dict[str, int] = {}
    texts, reasons = responses.labels, _list_reasons(responses.missing)
    if column_map is not None:
        codes = column_map.codes.get(name, {}) | column_map.codes.get(item, {})
        texts = texts | column_map.labels.get(name, {}) | column_map.labels.get(item, {}) | codes
        reasons |= _list_reasons(column_map.missing)
    return AnswerKey(name, responses, {fold_code(text): code for text, code in texts.items()}, reasons, bool(codes))


def _list_reasons(missing: Mapping[str, Iterable[str]]) -> dict[str, str]:
    return {fold_code(text): reason for reason, listed in missing.items() for text in listed}
