"""Qualtrics' survey files (``.qsf``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sos_score.definition.imports.form import (
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

_ONE_ANSWER = ("SAVR", "SAHR", "SACOL", "DL", "SB", "NPS")
_NO_QUESTION = ("DB", "Timing", "Meta", "Captcha")


def read_qualtrics(data: Any, path: str) -> Form:
    """Return the form of a Qualtrics survey: single choices and Likert matrices; each matrix is a scale."""
    elements = data.get("SurveyElements") if isinstance(data, dict) else None
    if not isinstance(elements, list):
        raise refuse(path, "is not a survey of Qualtrics (SurveyElements is missing)")
    items: list[ImportedItem] = []
    scales: list[ImportedScale] = []
    left_out: list[LeftOut] = []
    trash = _list_trash(elements)
    for element in elements:
        question = take(take(element, dict, {}).get("Payload"), dict, {})
        if take(element, dict, {}).get("Element") == "SO":
            left_out.append(LeftOut("Scoring", Reason.FORMULA))
        if take(element, dict, {}).get("Element") != "SQ" or str(question.get("QuestionID")) in trash:
            continue
        found, reasons = _read_question(question)
        left_out += reasons
        # Rows of two matrices may have one export tag: the second would be scored from the columns of the first.
        known = {item.column for item in items}
        left_out += [LeftOut(item.column, Reason.TWICE) for item in found if item.column in known]
        found = [item for item in found if item.column not in known]
        items += found
        if len(found) > 1:
            tag = clean_text(question.get("DataExportTag", ""))
            scales.append(ImportedScale(tag, dict.fromkeys([item.column for item in found], False)))
    return Form(tuple(items), tuple(scales), tuple(dict.fromkeys(left_out)))


def _list_trash(elements: list[Any]) -> set[str]:
    """Return the questions that were thrown away, which the file still holds."""
    thrown: set[str] = set()
    for element in elements:
        blocks = take(element, dict, {}).get("Payload")
        if take(element, dict, {}).get("Element") == "BL" and isinstance(blocks, dict | list):
            for block in blocks.values() if isinstance(blocks, dict) else blocks:
                if take(block, dict, {}).get("Type") == "Trash":
                    thrown |= {
                        str(take(each, dict, {}).get("QuestionID"))
                        for each in take(block.get("BlockElements"), list, [])
                    }
    return thrown


def _read_question(question: Mapping[str, Any]) -> tuple[list[ImportedItem], list[LeftOut]]:
    tag, kind = clean_text(question.get("DataExportTag", "")), str(question.get("QuestionType", ""))
    selector = str(question.get("Selector", ""))
    if kind in _NO_QUESTION:
        return [], []
    if kind == "MC" and selector in _ONE_ANSWER:
        columns, options = [tag], _list_options(question, "Choice")
    elif kind == "Matrix" and selector in ("Likert", "Bipolar") and question.get("SubSelector") != "MultipleAnswer":
        columns, options = list(_name_rows(question, tag)), _list_options(question, "Answer")
    else:
        several = kind in ("MC", "Matrix") and selector not in _ONE_ANSWER
        return [], [LeftOut(tag, Reason.SEVERAL if several else Reason.KIND, f"{kind} {selector}".strip())]
    answers, reasons = make_answers(options)
    if answers is None:
        return [], [LeftOut(tag, Reason.CODES)]
    return [ImportedItem(column, answers) for column in columns], reasons


def _list_options(question: Mapping[str, Any], what: str) -> list[tuple[str, str]]:
    """Return the code in exports and the text of each answer, in the order that is shown."""
    options = _by_id(question.get(f"{what}s"))
    recode = _by_id(question.get("RecodeValues"))
    shown = [str(each) for each in take(question.get(f"{what}Order"), list, [])]
    order = [each for each in shown if each in options] or list(options)
    return [(str(recode.get(each, each)), str(take(options[each], dict, {}).get("Display", ""))) for each in order]


def _name_rows(question: Mapping[str, Any], tag: str) -> Iterator[str]:
    tags = _by_id(question.get("ChoiceDataExportTags"))
    rows = _by_id(question.get("Choices"))
    shown = [str(each) for each in take(question.get("ChoiceOrder"), list, [])]
    for each in [one for one in shown if one in rows] or list(rows):
        own = tags.get(each)
        yield clean_text(own) if isinstance(own, str) and own else f"{tag}_{each}"


def _by_id(value: Any) -> dict[str, Any]:
    """Return a mapping by id; Qualtrics writes a list where the ids are 0, 1, 2 and on, and false for nothing."""
    if isinstance(value, list):
        return {str(place): each for place, each in enumerate(value)}
    return {str(key): each for key, each in value.items()} if isinstance(value, dict) else {}
