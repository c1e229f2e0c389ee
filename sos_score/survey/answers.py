"""What one answer means: a code, a reason for having none, or neither."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.instrument.responses import ResponseScale
from sos_score.definition.text import fold_code, read_number
from sos_score.survey.answer_maps import merge_codes, select
from sos_score.survey.column_map import ColumnMap
from sos_score.survey.vendor_scores import list_vendor_scores

_BLANK = "blank"
_MISSING = "missing in the file"
_MOST_LISTED = 12
T_RANGE = ResponseScale.model_construct(min=0, max=100, step="any")  # nothing to check, and no model to build for it


@dataclass(frozen=True)
class Reading:
    """What one cell says."""

    code: float | None = None  # the answer; None where there is none
    missing: str = ""  # why there is none: ``blank`` or a reason of the definition; empty where the cell is not allowed

    @property
    def is_allowed(self) -> bool:
        """Return whether the cell is an answer or a known way of not answering."""
        return self.code is not None or bool(self.missing)


@dataclass(frozen=True)
class AnswerKey:
    """How the cells of one item are read."""

    name: str  # the response scale's name
    responses: ResponseScale
    # Text, as `fold_code` leaves it, to code: from labels and from a platform's own codes. A text that means two
    # answers in two languages is not among them until the language is settled.
    texts: Mapping[str, float]
    reasons: Mapping[str, str]  # text, as `fold_code` leaves it, to the reason for a missing answer
    # whether codes of a column map or of the file replace the definition's, so that a bare number means nothing
    has_own_codes: bool = False
    owner: str = ""  # the id of the instrument; none for T-scores
    # the labels by language, as `texts`; empty where there is only one language
    languages: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    # what the file itself calls its codes, each as `fold_code` leaves it
    labels_of_file: Mapping[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Return what a column map calls the response scale."""
        return f"{self.owner}/{self.name}"

    @cached_property
    def contested(self) -> dict[str, dict[str, float]]:
        """Return each text that means different answers in different languages, with its code in each of them."""
        every = {text for labels in self.languages.values() for text in labels} - self.texts.keys()
        return {
            text: {code: labels[text] for code, labels in self.languages.items() if text in labels} for text in every
        }

    def read(self, cell: str) -> Reading:
        """Return what a cell says; digits are never pulled out of a longer text."""
        text = fold_code(cell)
        if not text:
            return Reading(missing=_BLANK)
        if text in self.texts:
            return Reading(code=self.texts[text])
        if text in self.reasons:
            return Reading(missing=self.reasons[text])
        number = read_number(text)
        if number is not None and not self.has_own_codes and self.responses.allows(number):
            return Reading(code=number)
        return Reading()

    def is_number(self, cell: str) -> bool:
        """Return whether a cell holds a number that could be a code, were it one of the scale's."""
        return not self.has_own_codes and read_number(cell) is not None

    def special_numbers(self) -> dict[float, float]:
        """Return the numbers that mean something other than themselves."""
        numbers = {number: code for text, code in self.texts.items() if (number := read_number(text)) is not None}
        return {number: code for number, code in numbers.items() if number != code or self.has_own_codes}

    def barred_numbers(self) -> list[float]:
        """Return the numbers inside the range that are no codes: they mean something else, or nothing."""
        numbers = {number for text in self.reasons if (number := read_number(text)) is not None}
        return sorted(number for number in numbers | self.special_numbers().keys() if self.responses.allows(number))

    def list_numbers(self) -> list[str]:
        """Return every number that means something: the ends of the range, codes, and reasons for having none."""
        named = [text for text in (*self.texts, *self.reasons) if read_number(text) is not None]
        return [str(self.responses.min), str(self.responses.max), *named]

    def describe(self) -> str:
        """Return what is allowed: every label, and the numbers."""
        numbers = "a code that the column map or the file gives" if self.has_own_codes else self.describe_numbers()
        ordered = sorted(self.responses.labels, key=self.responses.labels.__getitem__)
        if not ordered:
            return numbers
        if len(ordered) > _MOST_LISTED:
            ordered = [*ordered[: _MOST_LISTED - 2], "...", ordered[-1]]
        return f"{', '.join(ordered)}, or {numbers}"

    def describe_numbers(self) -> str:
        """Return which numbers are answers.

        Examples
        --------
        >>> AnswerKey("slider", ResponseScale(min=0, max=10, step="any"), {}, {}).describe_numbers()
        'any number from 0 to 10'
        """
        responses, spacing = self.responses, self.responses.spacing
        if spacing == "labels":
            return ", ".join(f"{value:.10g}" for value in responses.values)
        if spacing == "any":
            return f"any number from {responses.min} to {responses.max}"
        return f"{responses.min}-{responses.max}" + ("" if responses.is_whole else f" in steps of {spacing}")


@dataclass(frozen=True)
class ColumnValues:
    """What a file itself says of the codes in one of its columns, as SPSS and Stata files do."""

    # Code to label. An answer is read by its label where the definition knows the label, else by its code; where the
    # labels give other codes than the definition, a code without a known label is no answer. The codes of a column map
    # go before both.
    labels: Mapping[float | str, str] = field(default_factory=dict)
    # Code to why there is no answer: the file's missing values; empty where the file does not say why. The definition's
    # own reason stands in its place where it knows the label.
    reasons: Mapping[float | str, str] = field(default_factory=dict)

    def extend(self, key: AnswerKey) -> AnswerKey:
        """Return how the cells of an item are read where this is said of its column."""
        labels = {write_code(code): fold_code(label) for code, label in self.labels.items()}
        texts = {code: key.texts[label] for code, label in labels.items() if label in key.texts}
        reasons = {code: key.reasons[label] for code, label in labels.items() if label in key.reasons}
        for code, label in self.reasons.items():
            stated = key.reasons.get(fold_code(label)) or label
            reasons[write_code(code)] = stated or key.reasons.get(write_code(code)) or _MISSING
        # Where the labels say that some codes mean another, a code without a label means nothing by itself.
        is_shifted = any(read_number(code) not in (None, meant) for code, meant in texts.items())
        return replace(
            key,
            texts={**texts, **key.texts} if key.has_own_codes else {**key.texts, **texts},
            reasons={**key.reasons, **reasons},
            has_own_codes=key.has_own_codes or is_shifted,
            labels_of_file={write_code(code): label.strip() for code, label in self.labels.items()},
        )


def write_code(code: float | str) -> str:
    """Return a code as it is compared with the cells of its column."""
    return fold_code(code if isinstance(code, str) else f"{code:.15g}")


def build_answer_keys(instruments: Iterable[Instrument], column_map: ColumnMap | None = None) -> dict[str, AnswerKey]:
    """Return how each item's cells are read: the definition, with what the column map adds."""
    keys: dict[str, AnswerKey] = {}
    column_map = column_map or ColumnMap()
    for instrument in instruments:
        shared = {name: _build_key(name, instrument, column_map) for name in instrument.response_scales}
        for item, name in instrument.response_names.items():
            has_own = [*select(column_map.codes, instrument, item), *select(column_map.labels, instrument, item)]
            keys[item] = _build_key(name, instrument, column_map, item) if has_own else shared[name]
        for ready in list_vendor_scores(instrument, column_map.t_scores):
            keys[ready.column] = AnswerKey("T-score", T_RANGE, {}, _list_reasons(column_map.missing))
    return keys


def _build_key(name: str, instrument: Instrument, column_map: ColumnMap, *item: str) -> AnswerKey:
    responses = instrument.response_scales[name]
    languages = {
        language: {fold_code(text): code for text, code in labels.items()}
        for language, labels in {instrument.language: responses.labels, **responses.labels_in}.items()
        if responses.labels_in
    }
    known: dict[str, float] = {
        fold_code(text): code
        for text, code in responses.texts.items()
        if all(labels.get(fold_code(text), code) == code for labels in languages.values())
    }
    for part in (name, *item):
        for added in select(column_map.labels, instrument, part):
            known |= {fold_code(text): code for text, code in added.items()}
    codes = merge_codes(column_map.codes, instrument, (name, *item))
    reasons = _list_reasons(responses.missing) | _list_reasons(column_map.missing)
    return AnswerKey(name, responses, known | codes, reasons, bool(codes), instrument.id, languages)


def _list_reasons(missing: Mapping[str, Iterable[str]]) -> dict[str, str]:
    return {fold_code(text): reason for reason, listed in missing.items() for text in listed}
