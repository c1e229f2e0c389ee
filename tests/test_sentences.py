"""Sentences are data with one home: every note has one, and no two parts of the program share a code."""

from __future__ import annotations

import ast
import string
from collections import Counter
from pathlib import Path

import pytest

import sos_score
from sos_score.notes import Note, note
from sos_score.sentences import SENTENCES
from sos_score.sentences.check import CHECK
from sos_score.sentences.comparison import COMPARISON
from sos_score.sentences.psychometrics import PSYCHOMETRICS
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
