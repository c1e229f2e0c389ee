"""Pseudonyms link what ids link, and cells keep their meaning outside the file that explained it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import make_instrument

from sos_score.errors import InvalidInput
from sos_score.survey.answers import ColumnValues, build_answer_keys
from sos_score.survey.pseudonyms import Pseudonyms, make_key, read_key
from sos_score.survey.shared_columns import PlainCells

KEY = bytes.fromhex("ab" * 32)


def test_a_pseudonym_is_the_hmac_that_openssl_gives() -> None:
    # printf F01 | openssl dgst -sha256 -mac HMAC -macopt hexkey:abab...
    names = Pseudonyms(KEY)
    assert names.name("F01") == "p438f2cf01aee7cb"
    assert names.name("12") == "p6aaab05877496aa"
    assert names.people == 2


@pytest.mark.parametrize("text", [" 12 ", "12.0", "12"])
def test_ids_that_link_have_one_pseudonym(text: str) -> None:
    assert Pseudonyms(KEY).name(text) == "p6aaab05877496aa"


def test_ids_that_do_not_link_have_two_and_a_blank_has_none() -> None:
    names = Pseudonyms(KEY)
    assert len({names.name(each) for each in ("f1", "F1", "01", "1")}) == 4
    assert names.name("  ") == ""
    assert names.people == 4


@given(st.lists(st.text(min_size=1), unique=True, max_size=30))
def test_no_two_ids_share_a_pseudonym(texts: list[str]) -> None:
    names = Pseudonyms(KEY)
    made = {text: names.name(text) for text in texts}
    assert {names.name(text) for text in texts} == set(made.values())
    assert names.people == len(set(made.values()) - {""})


def test_a_collision_is_refused_and_never_two_people_made_one() -> None:
    names = Pseudonyms(KEY, length=1)
    with pytest.raises(InvalidInput, match="two ids get the same pseudonym 'p"):
        _ = [names.name(f"id{number}") for number in range(17)]


def test_a_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "key.txt"
    key = make_key(path)
    assert read_key(path) == key
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(InvalidInput, match="already exists, and what was made with another key would no longer link"):
        make_key(path)
    assert read_key(path) == key


@pytest.mark.parametrize("text", ["", "abc", "ä" * 64, "z" * 64])
def test_a_file_that_is_no_key_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "key.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"is not a key \(64 hexadecimal digits, as --new-key makes them\)"):
        read_key(path)


LABELS = {"agree5": {"min": 1, "max": 5, "labels": {"Never": 1, "Always": 5}, "missing": {"refused": [9]}}}
BASE = build_answer_keys([make_instrument({"s": {"items": ["q1..q6"]}}, response_scales=LABELS)])["q1"]


@pytest.mark.parametrize(
    ("labels", "reasons", "cell", "written"),
    [
        ({}, {}, "3", "3"),
        ({1.0: "Never", 5.0: "Always"}, {}, "5", "5"),
        ({0.0: "never", 4.0: "Always"}, {}, "4", "Always"),
        ({0.0: "never", 4.0: "Always"}, {}, "2", "code 2 of the file"),
        ({1.0: "Words of the survey"}, {}, "1", "1"),
        ({}, {3.0: "not sure"}, "3", ""),
        ({}, {9.0: "not sure"}, "9", ""),
        ({}, {}, "9", "9"),
        ({}, {}, "77", "77"),
        ({}, {}, "", ""),
    ],
)
def test_an_answer_is_read_alone_as_it_was_in_its_file(labels, reasons, cell: str, written: str) -> None:
    values = ColumnValues(labels, reasons)
    assert PlainCells(values, BASE).write(cell) == written
    meant, alone = values.extend(BASE).read(cell), BASE.read(written)
    assert (meant.code, meant.is_allowed) == (alone.code, alone.is_allowed)


def test_a_code_that_is_no_answer_becomes_its_label() -> None:
    plain = PlainCells(ColumnValues({1.0: "Female", 2.0: "Male"}, {-9.0: ""}))
    assert [plain.write(cell) for cell in ("1", "2", "3", "-9", "")] == ["Female", "Male", "3", "", ""]
