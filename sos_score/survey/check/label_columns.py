"""Codes that do not mean what the file itself says of them, in its value labels or in columns of labels beside them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sos_score.definition.text import fold_code, fold_text, read_number
from sos_score.errors import Problem
from sos_score.survey.answers import AnswerKey, ColumnValues, write_code
from sos_score.survey.coding import FEWEST_STRAYS, SMALLEST_SHARE
from sos_score.survey.columns import Columns
from sos_score.survey.readers.export import Export
from sos_score.words import join

_BESIDE = re.compile(r"[ ._-]*\(?(labels?|lbl|lab|texts?|txt)\)?")
_MOST_ROWS = 10_000


@dataclass(frozen=True)
class _Conflict:
    """An item whose codes the file says mean other answers."""

    item: str
    column: str
    key: AnswerKey
    # the code of the file that each answer of the scale has there; empty where there is no rule in it
    meanings: Mapping[float, float]
    said: str  # what the file says, in words


def check_label_columns(export: Export, columns: Columns, keys: Mapping[str, AnswerKey]) -> list[Problem]:
    """Return a problem for each response scale whose labels in the file contradict its codes; reads its first rows."""
    found = [*_check_value_labels(export.values, columns, keys), *_check_columns(export, columns, keys)]
    groups: dict[tuple[str, str], list[_Conflict]] = {}
    for each in found:
        groups.setdefault((each.key.address, str(each.meanings)), []).append(each)
    return [_explain(conflicts, export.name, columns, keys) for conflicts in groups.values()]


def _explain(conflicts: list[_Conflict], path: str, columns: Columns, keys: Mapping[str, AnswerKey]) -> Problem:
    first, items = conflicts[0], [each.item for each in conflicts]
    of_scale = [item for item in columns.items if keys[item].address == first.key.address]
    hint = ""
    if first.meanings:
        codes = ", ".join(f"{_write(code)}: {_write(value)}" for value, code in sorted(first.meanings.items()))
        owners = [first.key.address] if items == of_scale else [f"{first.key.owner}/{item}" for item in items]
        hint = f"add to the column map: codes: {{{', '.join(f'{owner}: {{{codes}}}' for owner in owners)}}}"
    message = first.said + (f" ({len(items)} items: {join(items)})" if len(items) > 1 else "")
    return Problem(message, path, where=first.column, hint=hint, rule="answer", items=len(items))


def _write(number: float) -> str:
    return f"{number:.10g}"


def _check_value_labels(
    values: Mapping[str, ColumnValues], columns: Columns, keys: Mapping[str, AnswerKey]
) -> Iterator[_Conflict]:
    """Yield the items whose value labels, unknown to the definition, are those of a scale stored one off."""
    for item, column in columns.items.items():
        key = keys[item]
        if column not in values or key.has_own_codes or not key.responses.is_whole:
            continue
        labels = {write_code(code): fold_code(label) for code, label in values[column].labels.items()}
        answers = {
            code: label for code, label in labels.items() if code not in key.reasons and label not in key.reasons
        }
        codes = sorted(code for text in answers if (code := read_number(text)) is not None)
        low, high = key.responses.min, key.responses.max
        is_known = any(label in key.texts for label in answers.values())
        if is_known or len(codes) != key.responses.options or not codes:
            continue
        step = codes[0] - low
        if abs(step) == 1 and codes[-1] == high + step:
            said = (
                f"the file labels its codes {_write(codes[0])} to {_write(codes[-1])}, and '{key.name}' is {low}-{high}"
            )
            yield _Conflict(item, column, key, {value: value + step for value in key.responses.values}, said)


def _check_columns(export: Export, columns: Columns, keys: Mapping[str, AnswerKey]) -> Iterator[_Conflict]:
    """Yield the items beside which a column of labels says that their codes mean other answers."""
    labelled = [item for item in columns.items if keys[item].owner and keys[item].responses.labels]
    folded = {name: fold_text(name) for name in export.header} if labelled else {}
    beside = {item: label for item in labelled if (label := _find_beside(columns.items[item], folded))}
    if not beside:
        return
    wanted = Columns({label: label for label in beside.values()}, {}, {item: columns.items[item] for item in beside})
    rows = export.scan(wanted, {}).head(_MOST_ROWS).collect()
    for item, label in beside.items():
        column, key = columns.items[item], keys[item]
        pairs = Counter(zip(rows[column].cast(str).to_list(), rows[label].to_list(), strict=True))
        yield from _compare(item, column, key, label, pairs)


def _find_beside(column: str, header: Mapping[str, str]) -> str:
    """Return the column that is called as another one, and labels; empty where there is none, or several."""
    start = header.get(column, column)
    found = [
        name for name, folded in header.items() if folded.startswith(start) and _BESIDE.fullmatch(folded[len(start) :])
    ]
    return found[0] if len(found) == 1 else ""


def _compare(
    item: str, column: str, key: AnswerKey, beside: str, pairs: Mapping[tuple[str | None, str | None], int]
) -> Iterator[_Conflict]:
    labels = {fold_code(label): code for label, code in key.responses.labels.items()}
    known: Counter[tuple[float, float, str]] = Counter()
    for (cell, text), count in pairs.items():
        meant = labels.get(fold_code(text or ""))
        code = key.read(cell or "").code
        code = read_number(cell or "") if code is None and not key.has_own_codes else code
        if meant is not None and code is not None and fold_code(cell or "") not in labels:
            known[code, meant, str(text).strip()] += count
    wrong = Counter({pair: count for pair, count in known.items() if pair[0] != pair[1]})
    if wrong.total() < max(FEWEST_STRAYS, SMALLEST_SHARE * known.total()):
        return
    steps, sums = {code - meant for code, meant, _ in known}, {code + meant for code, meant, _ in known}
    values = key.responses.values
    meanings: dict[float, float] = {}
    if len(steps) == 1:
        meanings = {value: value + next(iter(steps)) for value in values}
    elif len(sums) == 1:
        meanings = {value: next(iter(sums)) - value for value in values}
    code, meant, text = wrong.most_common(1)[0][0]
    said = f"{_write(code)} stands beside {text!r} in '{beside}', which is {_write(meant)} of '{key.name}'"
    yield _Conflict(item, column, key, meanings if not key.has_own_codes else {}, said)
