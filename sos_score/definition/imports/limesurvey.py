"""LimeSurvey's survey structure (``.lss``)."""

from __future__ import annotations

import re
from xml.etree import ElementTree
from xml.parsers import expat

from sos_score.definition.imports.form import (
    Answers,
    Form,
    ImportedItem,
    ImportedScale,
    LeftOut,
    Reason,
    make_answers,
    refuse,
)

_ROWS = dict[str, str]
_SINGLE = ("L", "!", "O")
_ARRAYS = ("F", "H")
_POINTS = {"A": 5, "B": 10}
_FIXED = {
    "5": [(str(number), str(number)) for number in range(1, 6)],
    "Y": [("Y", "Yes"), ("N", "No")],
    "C": [("Y", "Yes"), ("N", "No"), ("U", "Uncertain")],
    "E": [("I", "Increase"), ("S", "Same"), ("D", "Decrease")],
}
_NO_QUESTION = ("X", "*")
_CODE = re.compile(r"([A-Za-z]{1,3})(\d{1,4})")


def read_limesurvey(text: str, path: str, first: int = 1) -> Form:
    """Return the form of a survey structure: single choices and arrays; each question that is an array is a scale."""
    root = _parse(text, path)
    questions = [*_list_rows(root, "questions"), *_list_rows(root, "subquestions")]
    if not questions:
        raise refuse(path, "is not a survey structure of LimeSurvey (document/questions is missing)")
    parents = [row for row in questions if row.get("parent_qid", "0") in ("", "0")]
    options = _list_answers(root)
    items: list[ImportedItem] = []
    scales: list[ImportedScale] = []
    left_out: list[LeftOut] = []
    for question in sorted(parents, key=lambda row: (_order(row, "gid"), _order(row, "question_order"))):
        kind, title = question.get("type", ""), question.get("title", "")
        if kind in _NO_QUESTION:
            left_out += [LeftOut(title, Reason.FORMULA)] if kind == "*" else []
            continue
        answers, reasons = _read_answers(kind, options.get(question.get("qid", ""), []), first)
        if answers is None:
            left_out.append(_explain(title, kind))
            continue
        below = [row for row in questions if row.get("parent_qid") == question.get("qid")]
        names = [
            f"{title}[{row.get('title', '')}]" for row in sorted(below, key=lambda row: _order(row, "question_order"))
        ]
        columns = names if kind in (*_ARRAYS, *_POINTS) else [title]
        items += [ImportedItem(column, answers) for column in columns]
        scales += [ImportedScale(title, dict.fromkeys(columns, False))] if len(columns) > 1 else []
        left_out += reasons
    return Form(tuple(items), tuple(scales), tuple(dict.fromkeys(left_out)))


def _parse(text: str, path: str) -> ElementTree.Element:
    """Return the root of an XML text without a document type, which is where entities would be declared."""

    def forbid(*_: object) -> None:
        raise refuse(path, "declares a document type, which no survey structure has; it was not read")

    checker = expat.ParserCreate("utf-8")
    checker.StartDoctypeDeclHandler = forbid
    try:
        checker.Parse(text.encode(), True)  # noqa: FBT003 - the last piece
        return ElementTree.fromstring(text.encode())
    except (expat.ExpatError, ElementTree.ParseError) as error:
        raise refuse(path, f"is not XML ({error})") from None


def _list_rows(root: ElementTree.Element, section: str) -> list[_ROWS]:
    return [{cell.tag: cell.text or "" for cell in row} for row in root.iterfind(f"{section}/rows/row")]


def _list_answers(root: ElementTree.Element) -> dict[str, list[tuple[str, str]]]:
    """Return code and text of each answer by question, in order; newer files keep texts apart, by language."""
    texts: dict[str, str] = {}
    for row in _list_rows(root, "answer_l10ns"):
        texts.setdefault(row.get("aid", ""), row.get("answer", ""))
    found: dict[str, dict[str, str]] = {}
    for row in sorted(_list_rows(root, "answers"), key=lambda row: _order(row, "sortorder")):
        text = texts.get(row.get("aid", ""), row.get("answer", ""))
        # The same code again is the same answer in another language.
        found.setdefault(row.get("qid", ""), {}).setdefault(row.get("code", ""), text)
    return {qid: list(pairs.items()) for qid, pairs in found.items()}


def _order(row: _ROWS, key: str) -> int:
    text = row.get(key, "")
    return int(text) if text.isascii() and text.isdecimal() else 0


def _read_answers(kind: str, pairs: list[tuple[str, str]], first: int) -> tuple[Answers | None, list[LeftOut]]:
    if kind in _POINTS:
        return Answers((), 1, _POINTS[kind]), []
    if kind in _FIXED:
        return make_answers(_FIXED[kind], first)
    if kind not in (*_SINGLE, *_ARRAYS):
        return None, []
    numbered = [_CODE.fullmatch(code) for code, _ in pairs]
    answers, reasons = make_answers(pairs, first)
    if answers is None or not answers.own_codes or not all(numbered):
        return answers, reasons
    # A1 to A5 are the answers 1 to 5, whatever their order.
    plain, reasons = make_answers([(match[2], text) for match, (_, text) in zip(numbered, pairs, strict=True) if match])
    if plain is None:
        return answers, reasons
    own = tuple((match[0], int(match[2])) for match in numbered if match)
    kept = tuple((code, number) for code, number in own if plain.low <= number <= plain.high)
    return Answers(plain.labels, plain.low, plain.high, plain.step, plain.missing, kept), reasons


def _explain(title: str, kind: str) -> LeftOut:
    if kind in ("M", "P", "R", ":", ";", "1"):
        return LeftOut(title, Reason.SEVERAL)
    return LeftOut(title, Reason.CODES if kind in (*_SINGLE, *_ARRAYS) else Reason.KIND, f"type {kind}")
