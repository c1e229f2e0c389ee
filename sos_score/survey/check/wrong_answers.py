"""What to say of answers that are not allowed: each text once, with what is allowed and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sos_score.definition.instrument.starter import quote
from sos_score.definition.text import fold_code, fold_text, read_number
from sos_score.errors import Problem, clip, guess
from sos_score.survey.answers import AnswerKey
from sos_score.survey.coding import Invalid
from sos_score.survey.languages import name_language
from sos_score.words import count, join

MOST_TEXTS = 20
"""Different texts of one response scale that are named; of the others there is a count."""

_LONGEST = 60
_NEAR = 0.8  # "Somewhat agree" is not meant by "Strongly agree"
_MARKS = re.compile(r"[\W\d_]+")
_CODED = re.compile(r"([A-Za-z]+)[0-9]+")  # LimeSurvey's A1 to A5
_NO_ANSWERS = {
    *("na", "n/a", "n.a.", "#n/a", "na()", "nan", "null", "#null!", "none", "nil", ".", "-", "--", "?", "*", "missing"),
    *("-1", "-7", "-8", "-9", "-66", "-77", "-88", "-98", "-99", "-999", "-9999", "77", "88", "98", "99", "888", "999"),
    *("9999", "blank", "skipped", "not answered", "no answer", "no response", "not applicable", "prefer not to say"),
    *("prefer not to answer", "don't know", "dont know", "not sure", "unsure", "refused", "not stated", "unknown"),
}


@dataclass(frozen=True)
class Located:
    """A text that is not allowed, with the line it was first seen on, where there are lines."""

    invalid: Invalid
    line: int | None = None


def explain_answers(found: Iterable[Located], path: str = "") -> list[Problem]:
    """Return a problem for each text that is not allowed, however many items and cells have it."""
    groups: dict[tuple[str, bool, bool, str], list[Located]] = {}
    for each in found:
        key = each.invalid.key
        what = (key.address, key.has_own_codes, each.invalid.is_number, fold_code(each.invalid.text))
        groups.setdefault(what, []).append(each)
    scales: dict[tuple[str, bool, bool], list[_Text]] = {}
    for what, places in groups.items():
        text = _Text(tuple(sorted(places, key=lambda each: each.line or 0)), path)
        scales.setdefault(what[:3], []).append(text)
    return [problem for texts in scales.values() for problem in _explain_scale(texts)]


@dataclass(frozen=True)
class _Text:
    """One text in all cells of a response scale that have it."""

    places: tuple[Located, ...]
    path: str

    @property
    def first(self) -> Located:
        return self.places[0]

    @property
    def text(self) -> str:
        return clip(self.first.invalid.text.strip(), _LONGEST)

    @property
    def label(self) -> str:
        """Return what the file itself calls the code; nothing where it does not say."""
        return self.first.invalid.key.labels_of_file.get(fold_code(self.text), "")

    @property
    def is_no_answer(self) -> bool:
        return not _NO_ANSWERS.isdisjoint((fold_code(self.text), fold_code(self.label)))

    def problem(self, message: str, hint: str = "", others: Sequence[_Text] = ()) -> Problem:
        invalid = self.first.invalid
        where = invalid.column if invalid.column == invalid.item else f"{invalid.column} (item {invalid.item})"
        cells = [each.invalid for text in (self, *others) for each in text.places]
        items = len({each.item for each in cells})
        return Problem(
            message, self.path, self.first.line, where, hint, "answer", sum(each.count for each in cells), items=items
        )


def _explain_scale(texts: list[_Text]) -> Iterator[Problem]:
    """Yield the problems of one response scale: what is allowed, and what to write, is said once, with the first."""
    texts.sort(key=lambda text: text.first.line or 0)
    named, others = texts[:MOST_TEXTS], texts[MOST_TEXTS:]
    hints = dict(_hint(texts, named))
    for place, text in enumerate(named):
        yield text.problem(_say(text, is_first=place == 0), hints.get(text.text, ""))
    if others:
        what = f"{others[0].text!r} and {count(len(others) - 1, 'more text')} are not allowed either"
        yield others[0].problem(what, "", others[1:])


def _say(text: _Text, *, is_first: bool) -> str:
    invalid = text.first.invalid
    key, responses = invalid.key, invalid.key.responses
    if invalid.is_contested:
        meanings = key.contested[fold_code(invalid.text)]
        listed = join([f"{code:.10g} in {name_language(language)}" for language, code in meanings.items()])
        return f"{text.text!r} is {listed}, and the other labels do not tell which language the file is in"
    if not invalid.is_number:
        return f"{text.text!r} is not a response of '{key.name}'" + (f" ({key.describe()})" if is_first else "")
    if responses.min <= float(fold_code(text.text)) <= responses.max:
        how = "none of" if responses.spacing == "labels" else "between two answers of"
        return f"{text.text} is {how} {key.describe_numbers()}"
    labelled = f" (labelled '{clip(text.label)}')" if text.label else ""
    outside = f"{text.text}{labelled} is outside {responses.min}-{responses.max}"
    if not invalid.step:
        return outside
    unused, way = (responses.max, "low") if invalid.step < 0 else (responses.min, "high")
    if invalid.place:
        role, value = invalid.place
        return f"{outside}, and at {role} {clip(value)} no answer is {unused}: are all stored one too {way} there?"
    return f"{outside}, and no answer is {unused}: are all stored one too {way}?"


def _hint(texts: Sequence[_Text], named: Sequence[_Text]) -> Iterator[tuple[str, str]]:
    """Yield what to do about some texts; what can be done about several at once stands with the first of them.

    A label is looked for only for those that are named: a file can hold a text of its own in every cell.
    """
    key = texts[0].first.invalid.key
    contested = [text for text in texts if text.first.invalid.is_contested]
    if contested:
        meanings = key.contested[fold_code(contested[0].text)]
        yield contested[0].text, f"say which language it is: --language {' or '.join(meanings)}"
    texts = [text for text in texts if text not in contested]
    without = [text for text in texts if text.is_no_answer and not text.first.invalid.step]
    if without:
        codes = ", ".join(_write(text.text) for text in without)
        yield without[0].text, f"if no answer is meant, add to the column map: missing: {{not answered: [{codes}]}}"
    rest = [text for text in named if text not in without and text not in contested]
    shifted = [text for text in rest if text.first.invalid.step]
    if shifted:
        step, responses = shifted[0].first.invalid.step, key.responses
        codes = ", ".join(f"{code + step}: {code}" for code in responses.values)
        way = "add to the column map:"
        if place := shifted[0].first.invalid.place:
            way = f"read that {place[0]} with a column map of its own: where: {{{place[0]}: [{_write(place[1])}]}},"
        yield shifted[0].text, f"if so, {way} codes: {{{key.address}: {{{codes}}}}}"
    fractions = [text for text in rest if text.first.invalid.is_number and "." in fold_code(text.text)]
    if fractions and key.owner and not key.responses.labels:
        hint = f"if fractions are answers, the definition says so: 'step: any', or 'step: 0.5', in '{key.name}'"
        yield fractions[0].text, hint
    wrapped: dict[str, float] = {}
    for text in rest if rest and not rest[0].first.invalid.is_number else ():
        label = _find_label(text)
        if label:
            wrapped[text.text] = key.texts[fold_code(label)]
        else:
            near = guess(text.text, key.responses.labels, _NEAR)
            yield text.text, near if re.findall(r"\d+", near) == re.findall(r"\d+", text.text) else ""
    if wrapped:
        added = ", ".join(f"{_write(text)}: {code}" for text, code in wrapped.items())
        hint = f"if that is a label, add to the column map: labels: {{{key.address}: {{{added}}}}}"
        yield next(iter(wrapped)), hint
    elif rest and not rest[0].first.invalid.is_number:
        yield from _hint_codes(key, rest)


def _hint_codes(key: AnswerKey, texts: Sequence[_Text]) -> Iterator[tuple[str, str]]:
    """Yield the codes that the file seems to have: A1 to A5, or all as far off as those with a label."""
    heads = [found[1] if (found := _CODED.fullmatch(text.text)) else "" for text in texts]
    offsets = {number - code for number, code in key.special_numbers().items()}
    numbers = [text.text for text in texts if key.has_own_codes and read_number(text.text) is not None]
    if heads[0] and len(set(heads)) == 1 and key.responses.is_whole:
        codes = ", ".join(f"{heads[0]}{code}: {code}" for code in key.responses.values)
        yield texts[0].text, f"if those are its codes, add to the column map: codes: {{{key.address}: {{{codes}}}}}"
    elif numbers and len(offsets) == 1 and (offset := offsets.pop()):
        codes = ", ".join(f"{code + offset:.10g}: {code:.10g}" for code in key.responses.values)
        way = f"the labelled codes are {abs(offset):.10g} too {'high' if offset > 0 else 'low'}"
        yield numbers[0], f"{way}: if all codes are, add to the column map: codes: {{{key.address}: {{{codes}}}}}"


def _find_label(text: _Text) -> str:
    """Return the label that a text is but for digits and marks around it, if no number in it says otherwise."""
    key = text.first.invalid.key
    bare = _MARKS.sub(" ", fold_text(text.text)).strip()
    for label, code in key.responses.labels.items():
        numbers = re.findall(r"\d+", text.text)
        if bare and bare == _MARKS.sub(" ", fold_text(label)).strip() and all(int(each) == code for each in numbers):
            return label
    return ""


def _write(text: str) -> str:
    """Return a text as a key or a value of YAML."""
    return text if re.fullmatch(r"-?[0-9]+", text) else quote(text)
