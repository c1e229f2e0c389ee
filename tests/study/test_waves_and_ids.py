"""Waves side by side in one file, rows chosen before every check, and ids that are written differently."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import CommandLine

from sos_score import InvalidSurvey
from sos_score.study.data import StudyData
from sos_score.study.file import read_study
from sos_score.study.load import load_study_data

STUDY = """\
format: 1
id: trial
title: Trial
sites: {1: {}, 2: {}}
waves: [T1, T2]
privacy: {smallest_cell: 1}
sources:
  safety:
    instrument: safety-scale
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def load(source: str, **files: str) -> StudyData:
    for name, text in files.items():
        Path(name.replace("_", ".")).write_text(text, encoding="utf-8")
    Path("study.yaml").write_text(STUDY + "".join(f"    {line}\n" for line in source.splitlines()))
    return load_study_data(read_study(Path("study.yaml")))


def people(data: StudyData) -> list[tuple[str, str, float]]:
    frame = data.tables[0].frame
    return sorted(frame[["person", "wave", "safety"]].itertuples(index=False, name=None))


def codes(data: StudyData) -> dict[str, object]:
    return {each.code: dict(each.values) for each in data.notes}


WIDE = "id,site,before,after\nA,1,5,6\nB,2,3,4\n"
BEFORE = "respondent: id\nsite: site\nconstants: {wave: T1}\nitems: {safety: before}\n"


def test_a_file_with_waves_side_by_side_is_there_twice_with_a_map_for_each() -> None:
    after = BEFORE.replace("T1", "T2").replace("before", "after")
    data = load(
        "files: [wide.csv, wide.csv]\ncolumns: [t1.yaml, t2.yaml]", wide_csv=WIDE, t1_yaml=BEFORE, t2_yaml=after
    )
    assert people(data) == [("A", "T1", 5.0), ("A", "T2", 6.0), ("B", "T1", 3.0), ("B", "T2", 4.0)]
    assert [(file.name, file.rows) for file in data.files] == [("wide.csv", 2), ("wide.csv", 2)]
    assert "nobody_at_both" not in codes(data)


FORMS = "id,site,form,wave,safety\nA,1,Visit,T1,5\nA,1,Contact,T1,11\n,1,Contact,T1,4\nB,2,visit,T1,3\n"
ROLES = "respondent: id\nsite: site\nwave: wave\nothers: {form: form}\nitems: {safety: safety}\n"


def test_where_comes_before_every_check_of_a_study() -> None:
    data = load("files: a.csv\ncolumns: m.yaml\nwhere: {form: [Visit]}", a_csv=FORMS, m_yaml=ROLES)
    assert people(data) == [("A", "T1", 5.0), ("B", "T1", 3.0)]
    assert data.files[0].left_out == {"where: form": 2}


def test_where_may_leave_out_every_row_of_a_file_but_not_of_all() -> None:
    contacts = "id,site,form,wave,safety\nC,1,Contact,T1,5\n"
    files = {"a_csv": FORMS, "b_csv": contacts, "m_yaml": ROLES}
    data = load("files: [b.csv, a.csv]\ncolumns: m.yaml\nwhere: {form: Visit}", **files)
    assert people(data) == [("A", "T1", 5.0), ("B", "T1", 3.0)]
    with pytest.raises(InvalidSurvey) as caught:
        load("files: b.csv\ncolumns: m.yaml\nwhere: {form: Visit}", **files)
    assert str(caught.value.problems[0]) == (
        "study.yaml:12: sources.safety.where.form: no row has 'Visit' (values: Contact)"
    )


def write_waves(first: list[str], second: list[str]) -> str:
    rows = [f"{each},1,T1,5\n" for each in first] + [f"{each},1,T2,6\n" for each in second]
    return "respondent,site,wave,safety\n" + "".join(rows)


def test_whole_numbers_with_a_decimal_point_are_the_same_ids_and_counted() -> None:
    data = load("files: a.csv", a_csv=write_waves(["1", "2", "3"], ["1.0", "2.0", "4.0"]))
    assert [each[:2] for each in people(data)] == [
        ("1", "T1"),
        ("1", "T2"),
        ("2", "T1"),
        ("2", "T2"),
        ("3", "T1"),
        ("4", "T2"),
    ]
    assert codes(data)["ids_folded"] == {"source": "safety", "count": "3", "is_one": False}


@pytest.mark.parametrize(
    ("first", "second"), [(["F1", "F2"], ["f1", "f2"]), (["001", "002"], ["1", "2"]), (["F 1", "F 2"], ["F1", "F2"])]
)
def test_ids_that_differ_in_case_spaces_or_zeros_are_not_linked_and_named_by_count(
    first: list[str], second: list[str]
) -> None:
    data = load("files: a.csv", a_csv=write_waves(first, second))
    assert len(people(data)) == 4
    about = {"source": "safety", "first": "T1", "second": "T2"}
    assert codes(data)["ids_nearly_same"] == {**about, "count": "2", "is_one": False}
    assert codes(data)["nobody_at_both"] == about


def test_nobody_linked_is_said_before_anything_else() -> None:
    load("files: a.csv", a_csv=write_waves(["A", "B"], ["C", "D"]))
    result = CommandLine()("compare", "study.yaml")
    assert result.exit_code == 0, result.output
    said = " ".join(result.stdout.splitlines()[1:3])
    assert said.startswith("safety: nobody who answered at T1 answered at T2: do the ids name the same people?")


def test_two_people_whose_ids_become_one_are_a_problem() -> None:
    with pytest.raises(InvalidSurvey) as caught:
        load("files: a.csv", a_csv=write_waves(["1", "1.0"], []))
    (problem,) = caught.value.problems
    assert (problem.message, problem.line) == ("person '1' at T1 is there more than once", 2)


def test_everybody_in_two_files_without_a_wave_asks_for_it_in_one_line() -> None:
    rows = "respondent,site,safety\n" + "".join(f"P{number},1,5\n" for number in range(40))
    with pytest.raises(InvalidSurvey) as caught:
        load("files: [a.csv, b.csv]", a_csv=rows, b_csv=rows)
    (problem,) = caught.value.problems
    assert str(problem) == (
        "study.yaml:8: sources.safety: 40 of 40 people are there more than once, and no column says the wave\n"
        "  hint: name it in a column map (wave: COLUMN); of waves in files of their own, constants: {wave: T1}"
    )


TEAMS = "respondent,site,team,wave,safety\nA,1,red,T1,5\nB,1,blue,T1,3\nC,2,red,T1,4\nD,2,red,T1,6\n"


def test_teams_that_are_no_level_of_the_study_are_said_to_be_none() -> None:
    data = load("files: [teams.csv]", teams_csv=TEAMS)
    said = [str(each) for each in data.notes if each.code == "teams_no_level"]
    assert said == [
        "safety: 3 teams at 2 sites are no level of the study, so colleagues count as independent of one another within"
        " their site, and intervals may be too narrow; write in the study file levels: [site, team, worker, family]"
    ]


@pytest.mark.parametrize(
    ("text", "rest"),
    [(TEAMS.replace("blue", "red"), ""), (TEAMS, "levels: [site, team]"), (TEAMS.replace(",team,", ",colour,"), "")],
)
def test_nothing_is_said_of_teams_that_are_sites_or_levels_or_not_named(text: str, rest: str) -> None:
    data = load("files: [teams.csv]", teams_csv=text)
    Path("study.yaml").write_text(f"{Path('study.yaml').read_text()}{rest}\n")
    data = load_study_data(read_study("study.yaml"))
    assert "teams_no_level" not in codes(data)
