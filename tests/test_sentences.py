"""Sentences are data with one home: every note has one, and no two parts of the program share a code."""

from __future__ import annotations

import ast
import inspect
import re
import string
from collections import Counter
from pathlib import Path

import pytest

import sos_score
from sos_score.notes import Note, note
from sos_score.sentences import SENTENCES
from sos_score.sentences.check import CHECK
from sos_score.sentences.comparison import COMPARISON
from sos_score.sentences.psychometrics import FEW, PSYCHOMETRICS
from sos_score.sentences.statistics import STATISTICS
from sos_score.sentences.study import STUDY
from sos_score.sentences.survey import SURVEY

PACKAGE = Path(sos_score.__file__).parent
PARTS = (SURVEY, STATISTICS, PSYCHOMETRICS, STUDY, COMPARISON, CHECK)


def test_no_code_has_two_sentences() -> None:
    assert [code for code, number in Counter(code for part in PARTS for code in part).items() if number > 1] == []
    assert len(SENTENCES) == sum(map(len, PARTS))


def test_every_code_that_is_written_out_has_a_sentence() -> None:
    called = {
        node.args[0].value
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "note"
        and isinstance(node.args[0], ast.Constant)
    }
    assert len(called) > 100
    assert called - SENTENCES.keys() == set()


@pytest.mark.parametrize("code", [code for code, made in SENTENCES.items() if isinstance(made, str)])
def test_a_template_is_filled_from_its_values(code: str) -> None:
    names = {name.split(".")[0] for _, name, _, _ in string.Formatter().parse(str(SENTENCES[code])) if name}
    assert str(note(code, **dict.fromkeys(names, 1)))


def test_a_code_without_a_sentence_is_a_mistake() -> None:
    with pytest.raises(KeyError, match="nothing of the kind"):
        note("nothing of the kind")


def test_notes_with_the_same_values_are_the_same_note() -> None:
    assert note("few_hidden", least=5) == Note("few_hidden", (("least", 5),))
    assert note("few_hidden", least=5)["least"] == 5


@pytest.mark.parametrize(
    ("code", "values", "said"),
    [
        ("consistency_too_few_rows", {"n": 1, "least": 3},
         "No internal consistency: 1 complete row, at least 3 are needed."),
        ("consistency_too_few_pairs", {"n": 1, "first": "a", "second": "a", "least": 3},
         "No internal consistency: 1 row answers a, at least 3 are needed."),
        ("consistency_too_few_pairs", {"n": 2, "first": "a", "second": "b", "least": 3},
         "No internal consistency: 2 rows answer both a and b, at least 3 are needed."),
        ("omega_fewer_rows_than_items", {"n": 1, "items": 5}, "No omega: 1 row is too few for 5 items."),
        ("key_unchecked", {"n": 1, "varying": 1}, "The key was not checked: 1 row and 1 item that varies are too few."),
        ("retest_too_few", {"n": 1, "least": 3},
         "No correlation: 1 person has both scores, at least 3 are needed."),
        ("ratings_doubled", {"pairs": 1}, "1 pair of target and rater has more than one rating; none is used."),
        ("several_ratings", {"source": "x", "people": 1, "least": 1},
         "x: 1 person was rated more than once; the mean of their ratings is compared"),
        ("ordinal_first_rows", {"first": 10_000, "n": "few"}, "Ordinal alpha is of the first 10,000 complete rows."),
        ("ordinal_first_rows", {"first": 10_000, "n": 19_751},
         "Ordinal alpha is of the first 10,000 of 19,751 complete rows."),
    ],
)  # fmt: skip
def test_one_and_few_are_said_as_one_says_them(code: str, values: dict[str, object], said: str) -> None:
    assert str(note(code, **values)) == said


@pytest.mark.parametrize("code", sorted(PSYCHOMETRICS))
def test_a_count_that_stands_for_several_never_joins_a_number(code: str) -> None:
    made = PSYCHOMETRICS[code]
    names = (
        list(inspect.signature(made).parameters)
        if callable(made)
        else [name for _, name, _, _ in string.Formatter().parse(made) if name]
    )
    if "n" not in names:
        return
    numbers = dict.fromkeys(names, 12345)
    said = str(note(code, **numbers | {"n": FEW}))
    assert not re.search(r"[\d,]few|few[\d,]", said)
