"""What one answer means: a code, a reason for having none, or neither."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sos_score.definition.folding import fold_text
from sos_score.definition.instrument import Instrument, ResponseScale
from sos_score.survey.columns import ColumnMap, list_t_scores

WHOLE = re.compile(r"([-+]?[0-9]+)(?:\.0*)?")
_DECIMAL = re.compile(r"[-+]?[0-9]+(?:\.[0-9]*)?")
_BLANK = "blank"
T_RANGE = ResponseScale(min=0, max=100)


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
    responses : ResponseScale
    texts : dict
        Folded text to code, from labels and from a platform's own codes.
    reasons : dict
        Folded text to the reason for a missing answer.
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
        folded = fold_text(cell)
        if not folded:
            return Reading(missing=_BLANK)
        if self.has_fractions and _DECIMAL.fullmatch(folded):
            return Reading(code=float(folded)) if self._contains(float(folded)) else Reading()
        number = WHOLE.fullmatch(folded)
        for text in (folded, str(int(number[1]))) if number else (folded,):
            if text in self.texts:
                return Reading(code=self.texts[text])
            if text in self.reasons:
                return Reading(missing=self.reasons[text])
        if number and not self.has_own_codes and self._contains(int(number[1])):
            return Reading(code=int(number[1]))
        return Reading()

    def _contains(self, number: float) -> bool:
        return self.responses.min <= number <= self.responses.max

    def special_numbers(self) -> dict[int, int]:
        """Return the numbers that mean something other than themselves."""
        numbers = {int(text): code for text, code in self.texts.items() if WHOLE.fullmatch(text) and "." not in text}
        return {number: code for number, code in numbers.items() if number != code or self.has_own_codes}

    def describe(self) -> str:
        """Return what is allowed, in a few words."""
        bounds = "a code of the column map" if self.has_own_codes else f"{self.responses.min}-{self.responses.max}"
        if not self.responses.labels:
            return bounds
        ordered = sorted(self.responses.labels, key=self.responses.labels.__getitem__)
        return f"{ordered[0]} .. {ordered[-1]}, or {bounds}"


def build_answer_keys(instruments: Iterable[Instrument], column_map: ColumnMap | None = None) -> dict[str, AnswerKey]:
    """Return how each item's cells are read: the definition, with what the column map adds.

    Parameters
    ----------
    instruments : iterable of Instrument
    column_map : ColumnMap, optional

    Returns
    -------
    dict
        Item id to `AnswerKey`; a ready-made T-score under the name of its output column.
    """
    keys: dict[str, AnswerKey] = {}
    for instrument in instruments:
        for item, name in instrument.response_names.items():
            keys[item] = _build_key(name, item, instrument.response_scales[name], column_map or ColumnMap())
        for column, _ in list_t_scores(instrument, column_map):
            keys[column] = AnswerKey("T-score", T_RANGE, {}, {}, has_fractions=True)
    return keys


def _build_key(name: str, item: str, responses: ResponseScale, column_map: ColumnMap) -> AnswerKey:
    codes = column_map.codes.get(name, {}) | column_map.codes.get(item, {})
    texts = responses.labels | column_map.labels.get(name, {}) | column_map.labels.get(item, {}) | codes
    reasons = {
        fold_text(text): reason
        for source in (responses.missing, column_map.missing)
        for reason, listed in source.items()
        for text in listed
    }
    return AnswerKey(name, responses, {fold_text(text): code for text, code in texts.items()}, reasons, bool(codes))
