"""A study made from a table of scores comes to the same as one made from a study file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xlsxwriter
from support import make_instrument
from typer.testing import CliRunner

from sos_score import InvalidRequest, InvalidSurvey
from sos_score.cli import app
from sos_score.study.file import read_study
from sos_score.study.from_scores import ScoredFile, make_study_from_scores
from sos_score.study.load import load_study_data
from sos_score.survey.readers.export import ReadingOptions

EXAMPLE = Path(__file__).parents[2] / "examples" / "contrast_study"
SCORES = """\
respondent,site,wave,key worker,wai_s_bond,wai_s_bond_n,wai_s_bond_t_ours,mood,mood_n,note
F01,10,T10,A,5.5,4,52,3,2,late
F01,10,T2,A,5,4,48,2,2,
F02,2,T2,B,NA,1,,1,1,
F03,2,T10,B,4,4,40,,0,
F04,1,T2,C,4.25,4,41,3,2,
"""


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("scores.csv").write_text(SCORES, encoding="utf-8")
    return Path("scores.csv")


def make(path: Path, **changes: object) -> ScoredFile:
    return ScoredFile(str(path), **({"wave": "wave", "treated": ("1", "2")} | changes))  # type: ignore[arg-type]


def test_sites_arms_and_waves_are_those_of_the_data_in_natural_order(path: Path) -> None:
    study = make_study_from_scores(make(path)).study
    assert list(study.sites) == ["1", "2", "10"]
    assert list(study.waves) == ["T2", "T10"]
    assert [site.arm for site in study.sites.values()] == ["treated", "treated", "contrast"]
    assert (study.treated_arm, study.reference_arm) == ("treated", "contrast")
    assert study.title == "scores.csv"


ORDERS = {
    ("Spring", "Autumn"): ["Spring", "Autumn"],
    ("Before", "After"): ["Before", "After"],
    ("Start", "End"): ["Start", "End"],
    ("Wave 10", "Wave 9"): ["Wave 9", "Wave 10"],
    ("2020-04", "2019-10"): ["2019-10", "2020-04"],
}


@pytest.mark.parametrize("waves", ORDERS)
def test_waves_in_words_keep_the_order_in_which_they_appear(path: Path, waves: tuple[str, str]) -> None:
    path.write_text(SCORES.replace("T10", waves[0]).replace("T2", waves[1]), encoding="utf-8")
    data = make_study_from_scores(make(path))
    assert list(data.study.waves) == ORDERS[waves]
    said = [each["waves"] for each in data.notes if each.code == "waves_as_they_appear"]
    assert said == ([] if waves[0][-1].isdecimal() else [waves])


def test_waves_are_in_the_order_asked_for(path: Path) -> None:
    data = make_study_from_scores(make(path, waves=("T10", "T2")))
    assert list(data.study.waves) == ["T10", "T2"]
    assert "waves_as_they_appear" not in {each.code for each in data.notes}


def test_an_order_of_other_waves_is_refused(path: Path) -> None:
    with pytest.raises(InvalidRequest) as caught:
        make_study_from_scores(make(path, waves=("T1", "T2")))
    assert str(caught.value) == "--waves T1,T2 is not every wave of column 'wave' once (waves: T2, T10)"


def test_what_change_means_is_said_first_and_follows_the_order_asked_for(path: Path) -> None:
    path.write_text(SCORES.replace("T10", "Spring").replace("T2", "Autumn"), encoding="utf-8")
    runs = [
        CliRunner().invoke(app, ["compare", "scores.csv", *given])
        for given in ([], ["--waves", "Autumn,Spring", "--full"], ["--waves", "Autumn"])
    ]
    assert [run.exit_code for run in runs] == [0, 0, 2]
    assert "Change (Autumn minus Spring), in points" in runs[0].stdout
    assert "Change is Spring minus Autumn.\n" in runs[1].stdout


def test_known_scores_are_outcomes_of_their_definition(path: Path) -> None:
    data = make_study_from_scores(make(path))
    bond = data.outcome("wai_s.bond")
    assert (bond.title, bond.metric, bond.low, bond.high, bond.good) == ("Bond", "mean", 1, 7, "high")
    assert (bond.instrument, bond.answered_by, bond.is_planned) == ("wai-s", "family", True)
    assert bond.verification["key"].status == "derived"
    assert [norm.name for norm in bond.norms] == ["ours"]
    assert list(bond.frame.columns) == ["person", "site", "arm", "wave", "bond", "n_bond", "bond_t_ours"]
    assert bond.frame["bond"].fillna(-1).tolist() == [5.5, 5, -1, 4, 4.25]
    assert bond.frame[bond.t_column("ours")].fillna(-1).tolist() == [52, 48, -1, 40, 41]
    assert bond.frame["person"].tolist() == ["F01", "F01", "F02", "F03", "F04"]
    assert (bond.table.plan, len(bond.table.answers.columns)) == (None, 0)


def test_scores_without_a_known_definition_say_so_by_what_they_lack(path: Path) -> None:
    data = make_study_from_scores(make(path))
    assert [each.id for each in data.outcomes] == ["wai_s.bond", "scores.mood"]
    mood = data.outcome("scores.mood")
    assert (mood.title, mood.metric, mood.higher_is, mood.good) == ("mood", "score", "a higher mood", None)
    assert (mood.instrument, mood.answered_by, dict(mood.verification), mood.norms) == ("", "", {}, ())
    assert mood.frame["n_mood"].tolist() == [2, 2, 1, 0, 2]


def test_every_column_of_numbers_is_a_score_where_no_column_says_how_it_was_made(tmp_path: Path) -> None:
    path = tmp_path / "plain.csv"
    path.write_text("team,child,mood,calm,colour\n1,a,1,2,red\n2,b,3,.,blue\n2,c,4,4,red\n", encoding="utf-8")
    data = make_study_from_scores(make(path, site="team", wave=None, treated=("1",), person="child"))
    assert [each.scale for each in data.outcomes] == ["mood", "calm"]
    assert data.tables[0].frame["wave"].isna().all()
    assert tuple(map(str, data.notes)) == (
        "there is one wave: no change can be looked at",
        "scores: site 1, site 2 are not shown: fewer than 5 people, or a number that would give such a group away",
    )


def test_t_scores_alone_are_an_outcome_in_t(tmp_path: Path) -> None:
    path = tmp_path / "vendor.csv"
    path.write_text("respondent,site,osc_stress_t_us\nA,1,60\nB,2,55\nC,2,50\n", encoding="utf-8")
    stress = make_study_from_scores(make(path, wave=None, treated=())).outcome("osc.stress")
    assert (stress.metric, stress.frame["stress"].tolist()) == ("T", [60, 55, 50])
    assert stress.frame["stress_t_us"].tolist() == [60, 55, 50]
    assert stress.low != stress.low


def test_a_worker_and_a_family_are_levels_where_they_have_columns(path: Path) -> None:
    path.write_text(SCORES.replace("key worker", "worker"), encoding="utf-8")
    data = make_study_from_scores(make(path))
    assert data.tables[0].levels == ("site", "worker")
    assert data.tables[0].frame["worker"].tolist() == ["A", "A", "B", "B", "C"]


def test_rows_without_a_site_or_wave_are_left_out_and_counted(path: Path) -> None:
    path.write_text(SCORES + "F05,,T2,C,4,4,41,3,2,\nF06,1,,C,4,4,41,3,2,\n", encoding="utf-8")
    data = make_study_from_scores(make(path))
    assert len(data.tables[0].frame) == 5
    assert tuple(map(str, data.notes[:2])) == (
        "fewer than 5 rows have no site, and are left out",
        "fewer than 5 rows have no wave, and are left out",
    )


def test_scores_of_the_example_come_to_the_same_as_its_study(tmp_path: Path) -> None:
    target = tmp_path / "scored.csv"
    maps = EXAMPLE / "columns_yatchmenoff.yaml"
    args = ["score", str(EXAMPLE / "synthetic" / "yatchmenoff.tsv"), "-i", "yatchmenoff", "-c", str(maps)]
    assert CliRunner().invoke(app, [*args, "-o", str(target)]).exit_code == 0
    made = make_study_from_scores(make(target, treated=("1", "4"))).tables[0].frame
    read = next(
        table.frame
        for table in load_study_data(read_study(EXAMPLE / "study.yaml")).tables
        if table.source == "engagement"
    )
    columns = [name for name in read.columns if name != "arm"]
    pd.testing.assert_frame_equal(made[columns], read[columns])


REQUESTS = {
    "no column 'team' for the site (columns: respondent, site": {"site": "team"},
    "no column 'wav' for the wave": {"wave": "wav"},
    "no column 'name' for the person": {"person": "name"},
    "no site '7' in column 'site' (sites: 1, 2, 10)": {"treated": ("1", "7")},
    "every site is treated (1, 2, 10), so there is none to compare them with": {"treated": ("1", "2", "10")},
}


@pytest.mark.parametrize("text", REQUESTS)
def test_a_column_or_a_site_that_is_not_there_is_a_wrong_request(path: Path, text: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        make_study_from_scores(make(path, **REQUESTS[text]))
    assert text in str(refused.value)


PROBLEMS = {
    SCORES.replace("5.5", "5,5x"): "scores.csv:2: 11 cells, and the header has 10\n",
    SCORES + "D9\n": "scores.csv:7: 1 cell, and the header has 10\n",
    SCORES.replace("5.5", "high"): "scores.csv:2: wai_s_bond: 'high' is not a number\n",
    SCORES.replace("F03,2", "F01,2"): "scores.csv:5: person 'F01' at T10 is in site '2' here and in '10' on line 2\n",
    SCORES.replace("F02,2,T2", "F01,10,T2"): "scores.csv:4: person 'F01' at T2 already on line 3\n",
    SCORES.replace("F01,10,T10,A,5.5", "F01,10,T10,A,-99").replace("4.25", "58"): (
        "scores.csv:2: wai_s_bond: -99 is outside 1-7; 2 cells\n  hint: leave the cell empty where there is no score\n"
    ),
    SCORES.replace("wai_s_bond,wai_s_bond_n,", "x,y,").replace("52", "-9"): (
        "scores.csv:2: wai_s_bond_t_ours: -9 is outside 0-100\n  hint: leave the cell empty where there is no score\n"
    ),
    "respondent,rater,site,wave,mood\nF1,a,1,T1,3\nF1,b,1,T1,4\nF1,c,2,T1,4\nF2,c,10,T1,4\n": (
        "scores.csv:4: person 'F1' at T1 is in site '2' here and in '1' on line 2\n"
    ),
    SCORES.splitlines()[0] + "\n": "scores.csv: has a header and no rows\n",
    SCORES.replace("mood_n", "mood"): "scores.csv:1: several columns are called 'mood'\n",
    "respondent,site,wave\nF1,1,T1\nF2,2,T1\nF3,10,T1\n": (
        "scores.csv:1: has no column of scores\n"
        "  hint: answers are scored first: sos-score score, or a study file names them: sos-score new study\n"
    ),
    "respondent,site,wave,mood,mood_n\nF1,1,T1,3,4\nF2,2,T1,n/a,4\nF3,10,T1,4,4\n": (
        "scores.csv:1: has no column of scores\n  hint: 'mood' holds 'n/a', which is no number\n"
    ),
}


@pytest.mark.parametrize("text", PROBLEMS, ids=lambda text: PROBLEMS[text].strip())
def test_a_table_that_cannot_be_meant_is_refused(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidSurvey) as refused:
        make_study_from_scores(make(path))
    assert str(refused.value) == PROBLEMS[text] + "1 problem in scores.csv; nothing was compared."


def test_scores_with_decimal_commas_are_the_numbers_that_they_say(path: Path) -> None:
    rows = ["F1;1;T1;2,5;4", "F2;10;T1;2,875;4", "F3;2;T1;3;4", "F4;2;T1;;2"]
    path.write_text("\n".join(["respondent;site;wave;mood;mood_n", *rows]), encoding="utf-8")
    data = make_study_from_scores(make(path))
    assert [each.scale for each in data.outcomes] == ["mood"]
    np.testing.assert_array_equal(data.tables[0].frame["mood"], [2.5, 2.875, 3, np.nan])


def test_sites_and_waves_are_the_same_in_any_case_and_ids_that_a_program_wrote_as_numbers(path: Path) -> None:
    path.write_text(
        "respondent,site,wave,mood\n1,North,T1,3\n2,south,T1,4\n1.0,NORTH ,t1 ,4\n".replace("t1 ", "t2")
        + "2.0,South,T2,5\n3,1,T1,2\n3,1.0,T2,2\n",
        encoding="utf-8",
    )
    data = make_study_from_scores(make(path, treated=("north",), waves=("t1", "T2")))
    assert {name: site.arm for name, site in data.study.sites.items()} == {
        "1": "contrast", "North": "treated", "south": "contrast"
    }  # fmt: skip
    assert list(data.study.waves) == ["T1", "t2"]
    (table,) = data.tables
    assert table.frame["person"].tolist() == ["1", "2", "1", "2", "3", "3"]
    assert table.frame["site"].tolist() == ["North", "south", "North", "south", "1", "1"]
    with pytest.raises(InvalidRequest, match="every site is treated"):
        make_study_from_scores(make(path, treated=("NORTH", "South", "1")))


def test_scores_of_no_known_range_that_look_like_codes_are_said_to(path: Path) -> None:
    text = "respondent,site,mood,days\nA,1,3,4\nB,1,-99,60\nC,2,5,77\nD,2,4,-1\n"
    path.write_text(text, encoding="utf-8")
    data = make_study_from_scores(make(path, wave=None, treated=()))
    (said,) = (each for each in data.notes if each.code == "scores_like_codes")
    assert str(said) == (
        "scores: -99 in mood is far from every other score, and counted as a score: leave the cell empty where there"
        " is none"
    )


@pytest.mark.parametrize(
    ("cells", "texts"),
    [
        (["2.5", "n/a", "3"], ("n/a",)),
        (["2,300", "1,900", "2,500"], ("2,300", "1,900", "2,500")),
        (["45%", "50%", ""], ("45%", "50%")),
        (["late", "early", "3"], None),
        (["2024-01-03", "2024-01-04", "2024-01-05"], None),
        (["", "", ""], None),
    ],
)
def test_a_column_that_is_nearly_one_of_scores_is_said_to_be_left_out(
    path: Path, cells: list[str], texts: tuple[str, ...] | None
) -> None:
    rows = [f'P{number},{number % 2},{number},"{cell}"' for number, cell in enumerate(cells)]
    path.write_text("\n".join(["respondent,site,mood,worry", *rows]))
    data = make_study_from_scores(make(path, wave=None, treated=()))
    assert [each["texts"] for each in data.notes if each.code == "not_scores"] == ([texts] if texts else [])
    assert [each.scale for each in data.outcomes] == ["mood"]


@pytest.mark.parametrize("row", ["Mean,1,T2,,B,4,4,40,,0,", "F09,Total,T2,,B,4,4,40,,0,"])
def test_a_row_that_sums_up_the_others_is_no_person_and_no_site(path: Path, row: str) -> None:
    path.write_text(SCORES + row.replace(",,B", ",B") + "\n")
    with pytest.raises(InvalidSurvey) as refused:
        make_study_from_scores(make(path))
    (problem,) = refused.value.problems
    assert (problem.line, problem.rule) == (7, "id-summary")


@pytest.mark.parametrize(("score", "sums", "values"), [("mean", "prorated", "9,0"), ("sum", "prorated", "18,2"),
                                                       ("sum", "as_answered", "1,14")])  # fmt: skip
def test_scores_of_unlike_items_may_lie_beyond_the_range_of_all_of_them(
    path: Path, score: str, sums: str, values: str
) -> None:
    """With only the longer item answered a mean is 9, though that of both is at most 7."""
    instrument = make_instrument(
        {"s": {"items": ["a", "b"], "score": score}},
        [{"ids": "a", "responses": "long"}, {"ids": "b", "responses": "short"}],
        response_scales={"long": {"min": 0, "max": 10}, "short": {"min": 1, "max": 4}},
        missing={"min_answered": 1, "sums": sums},
    )
    first, second = values.split(",")
    path.write_text(f"respondent,site,test_s\nA,1,{first}\nB,2,{second}\n", encoding="utf-8")
    scored = make(path, wave=None, treated=(), instruments=(instrument,))
    assert make_study_from_scores(scored).tables[0].frame["s"].tolist() == [float(first), float(second)]
    path.write_text(f"respondent,site,test_s\nA,1,{first}\nB,2,21\n", encoding="utf-8")
    with pytest.raises(InvalidSurvey, match="test_s: 21 is outside"):
        make_study_from_scores(scored)


def test_scores_may_stand_in_one_sheet_of_a_workbook(path: Path) -> None:
    rows = [line.split(",") for line in SCORES.splitlines()]
    with xlsxwriter.Workbook("scores.xlsx") as book:
        book.add_worksheet("notes").write(0, 0, "read me")
        sheet = book.add_worksheet("scores")
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row)
    with pytest.raises(InvalidSurvey, match="several sheets"):
        make_study_from_scores(make(Path("scores.xlsx")))
    given = make_study_from_scores(make(path))
    found = make_study_from_scores(make(Path("scores.xlsx"), reading=ReadingOptions(sheet="scores")))
    for one, other in zip(given.tables, found.tables, strict=True):
        pd.testing.assert_frame_equal(one.frame, other.frame)
