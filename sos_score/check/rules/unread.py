"""Columns that are missing, and answers that are not allowed: what `score` would refuse."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sos_score.check.answers import MAX_LINES, Answers, FileAnswers
from sos_score.check.finding import Finding, Place, make_finding
from sos_score.definition.text import fold_code
from sos_score.errors import Problem
from sos_score.survey.check.label_columns import check_label_columns
from sos_score.survey.check.wrong_answers import Located, explain_answers
from sos_score.survey.coding import Invalid, find_invalid


def find_refused(name: str, problems: Iterable[Problem]) -> Iterator[Finding]:
    """Yield what is wrong with a file or its columns before any answer is read."""
    for each in problems:
        lines = () if each.line is None else (each.line,)
        place = Place(each.where, name, lines, count=each.count)
        yield make_finding("columns", "problem", "refused", place, message=each.message, hint=each.hint)


def find_columns(answers: Answers) -> Iterator[Finding]:
    """Yield the columns that are missing or ambiguous."""
    for file in answers.files:
        yield from find_refused(file.name, file.problems)


def find_contradicted(answers: Answers) -> Iterator[Finding]:
    """Yield the response scales whose codes mean other answers in the file's own labels."""
    for file in answers.files:
        yield from find_refused(file.name, check_label_columns(file.export, file.scorer.columns, file.scorer.keys))


def find_absent(answers: Answers, asked: Iterable[str]) -> Iterator[Finding]:
    """Yield the instruments, of those asked for, that no file has any column of."""
    found = {name for file in answers.files for name in file.scorer.instruments}
    for name in asked:
        if name not in found:
            yield make_finding("columns", "problem", "instrument_absent", Place(name))


def find_not_allowed(answers: Answers) -> Iterator[Finding]:
    """Yield each text that is no answer and no known way of not answering, once however many items have it."""
    for file in answers.files:
        groups: dict[tuple[str, bool, str], list[Invalid]] = {}
        for each in find_invalid(file.distinct, file.scorer.columns, file.scorer.keys):
            groups.setdefault((each.key.address, each.is_number, fold_code(each.text)), []).append(each)
        lines = _find_lines(file, [each for found in groups.values() for each in found]) if groups else {}
        for found in sorted(groups.values(), key=lambda each: -sum(one.count for one in each)):
            places = sorted({line for each in found for line in lines[each.text.strip()]})
            (problem,) = explain_answers([Located(each, places[0] if places else None) for each in found], file.name)
            about = found[0].item if len(found) == 1 else ""
            place = Place(about, file.name, tuple(places[:MAX_LINES]), count=sum(each.count for each in found))
            said = {"text": found[0].text.strip(), "message": problem.message, "hint": problem.hint}
            columns = tuple(dict.fromkeys(each.column for each in found))
            yield make_finding("answers", "problem", "answer_not_allowed", place, columns=columns, **said)


def _find_lines(file: FileAnswers, invalid: list[Invalid]) -> dict[str, list[int]]:
    """Return the lines on which each text stands in a column where it is not allowed."""
    places: dict[int, set[str]] = {}
    for each in invalid:
        places.setdefault(file.export.header.index(each.column), set()).add(each.text.strip())
    lines: dict[str, list[int]] = {each.text.strip(): [] for each in invalid}
    for line, cells in file.export.records():
        for text in {text for place, texts in places.items() if (text := cells[place].strip()) in texts}:
            lines[text].append(line)
    return lines
