"""T-scores: against R, by hand, and against a sample of the data's own, on every kind of frame."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import duckdb
import narwhals as nw
import pandas as pd
import polars as pl
import pytest
from support import ROOT, make_instrument

from sos_score import ColumnMap, InvalidDefinition, InvalidSurvey, ScoringChoices, load_instrument, score_survey
from sos_score.scoring.norms import NamedNorm, NormFile, Reference, name_norms, read_norm_file
from sos_score.scoring.reference_samples import measure_reference

GOLDEN = ROOT / "tests" / "golden" / "scoring"
FOLDER = ROOT / "tests" / "invalid" / "norms"

# The norms of the call in R that made sites_scores.csv: mean and sd of each scale's mean.
SITES_NORMS = {
    "pro": (3.55, 0.48), "rig": (2.95, 0.52), "res": (2.70, 0.50), "eng": (3.45, 0.55), "fun": (3.30, 0.50),
    "str": (3.10, 0.56),
}  # fmt: skip
PAIR = make_instrument({"s": {"items": ["q1", "q2"], "missing": {"min_answered": 1}}}, "q1..q2")


def make_norm(
    instrument: str = "test", score: str = "mean", unit: str = "respondent", **raw: tuple[float, float]
) -> Any:
    return NamedNorm(
        name="n",
        instrument=instrument,
        unit=unit,
        score=score,
        means={scale: mean for scale, (mean, _) in raw.items()},
        sds={scale: sd for scale, (_, sd) in raw.items()},
        n=100,
        description="people (a book)",
    )


def test_t_scores_are_those_of_r_and_empty_where_the_score_is() -> None:
    with (GOLDEN / "sites_scores.csv").open(newline="") as stream:
        wanted = list(csv.DictReader(stream))
    answers = pl.read_csv(GOLDEN / "sites.csv", infer_schema_length=None)
    got = score_survey(
        answers,
        load_instrument(str(GOLDEN / "sites.yaml")),
        columns=ColumnMap(respondent="person", wave="wave"),
        choices=ScoringChoices(norms=(make_norm("sites", **SITES_NORMS),)),
    ).to_dicts()
    empty = 0
    for ours, theirs in zip(got, wanted, strict=True):
        for scale in SITES_NORMS:
            text = theirs[f"{scale.upper()}_T"]
            empty += text == ""
            value = ours[f"sites_{scale}_t_n"]
            assert value is None if text == "" else value == pytest.approx(float(text), rel=1e-10)
    assert empty > 5


@pytest.mark.parametrize(
    ("method", "sums", "metric", "answers", "wanted"),
    [
        # 3 items, 4 and 5 answered: mean 4.5, prorated sum 13.5, sum as answered 9; T = 50 + 10 (x - 4) / 2.
        ("mean", "prorated", "mean", (4, 5, None), 52.5),
        ("mean", "prorated", "sum", (4, 5, None), 97.5),
        ("sum", "prorated", "sum", (4, 5, None), 97.5),
        ("sum", "prorated", "mean", (4, 5, None), 52.5),
        ("sum", "as_answered", "sum", (4, 5, None), 75.0),
        ("sum", "as_answered", "mean", (4, 5, None), 52.5),
        ("sum", "strict", "sum", (4, 5, None), None),
        ("sum", "strict", "sum", (4, 5, 1), 80.0),
        ("mean", "prorated", "mean", (4, None, None), None),
    ],
)
def test_a_norm_is_read_in_its_own_metric(
    method: str, sums: str, metric: str, answers: tuple[int | None, ...], wanted: float | None
) -> None:
    rule = {"min_answered": 2, "sums": sums}
    instrument = make_instrument({"s": {"items": ["q1..q3"], "score": method, "missing": rule}}, "q1..q3")
    frame = pl.DataFrame(
        {f"q{n}": [answer] for n, answer in enumerate(answers, start=1)},
        schema_overrides={"q3": pl.Int64, "q2": pl.Int64},
    )
    choices = ScoringChoices(norms=(make_norm(score=metric, s=(4.0, 2.0)),))
    assert score_survey(frame, instrument, choices=choices)["test_s_t_n"].to_list() == [wanted]


def test_a_norm_for_some_scales_or_another_instrument_gives_no_other_columns() -> None:
    instrument = make_instrument({"s": {"items": ["q1"]}, "t": {"items": ["q2"]}}, "q1..q2")
    choices = ScoringChoices(norms=(make_norm(s=(3.0, 1.0)), make_norm("other", t=(3.0, 1.0))))
    scored = score_survey(pl.DataFrame({"q1": [4], "q2": [4]}), instrument, choices=choices)
    assert scored.columns == ["test_s", "test_s_n", "test_s_t_n", "test_t", "test_t_n"]
    assert scored["test_s_t_n"].to_list() == [60.0]


def test_what_is_said_of_a_norm_names_its_population_and_its_unit() -> None:
    norms = {
        "a": {"population": "workers", "unit": "team", "n": 100, "source": "a book", "score": "mean", "scales": {}}
    }
    stated = NormFile.model_validate({"format": 1, "instrument": "test", "norms": norms}).norms
    (named,) = name_norms("test", stated)
    assert named.describe() == (
        "a: T-scores (50 + 10 z) against workers (a book), 100 teams; "
        "it describes teams, so only the mean of a team's T-scores can be read"
    )


# Reference samples. Scores are means of two answers.

ROWS = [
    # respondent, site, wave, q1, q2: mean
    ("A", 1, "T1", 1, 1),  # 1
    ("B", 1, "T1", 2, 4),  # 3
    ("C", 2, "T1", 5, 5),  # 5
    ("D", 2, "T1", 5, None),  # 5
    ("E", None, "T1", 4, 4),  # 4
    ("A", 1, "T2", 3, 4),  # 3.5
    ("B", 1, "T2", None, None),
]
NAMES = ("respondent", "site", "wave", "q1", "q2")


def make_frames() -> dict[str, Any]:
    columns = {name: [row[place] for row in ROWS] for place, name in enumerate(NAMES)}
    table = pl.DataFrame(columns).to_arrow()
    return {
        "polars": pl.DataFrame(columns),
        "lazy": pl.LazyFrame(columns),
        "arrow": table,
        "duckdb": duckdb.from_arrow(table),
        "pandas": pd.DataFrame(columns),
    }


def list_t(frame: Any) -> list[float | None]:
    if isinstance(frame, duckdb.DuckDBPyRelation | pl.LazyFrame):
        frame = frame.pl() if isinstance(frame, duckdb.DuckDBPyRelation) else frame.collect()
    cells = (
        frame["test_s_t_mine"].to_pylist()
        if hasattr(frame["test_s_t_mine"], "to_pylist")
        else list(frame["test_s_t_mine"])
    )
    return [None if cell is None or cell != cell else float(cell) for cell in cells]


def score_against(frame: Any, **reference: Any) -> list[float | None]:
    sample = Reference.model_validate({"population": "our own", "unit": "respondent", **reference})
    return list_t(score_survey(frame, PAIR, choices=ScoringChoices(references={"test": (("mine", sample),)})))


@pytest.mark.parametrize("kind", ["polars", "lazy", "arrow", "duckdb", "pandas"])
@pytest.mark.parametrize(
    ("reference", "mean", "sd"),
    [
        # T1: 1, 3, 5, 5, 4: mean 3.6; squares 6.76 + .36 + 1.96 + 1.96 + .16 = 11.2; sd = sqrt(11.2 / 4).
        ({"where": {"wave": ["T1"]}}, 3.6, 2.8**0.5),
        # All six: mean 21.5 / 6; squares of 1, 3, 5, 5, 4, 3.5 add up to 88.25.
        ({}, 21.5 / 6, ((88.25 - 21.5**2 / 6) / 5) ** 0.5),
        # Site 1 at T1, whether a frame keeps 1, 1.0 or "1": 1 and 3.
        ({"where": {"wave": ["T1"], "site": [1]}}, 2.0, 2.0**0.5),
        ({"where": {"wave": ["T1"], "site": ["1"]}}, 2.0, 2.0**0.5),
        # Teams at T1: sites 1 and 2 with means 2 and 5; E is of no site.
        ({"unit": "team", "where": {"wave": ["T1"]}}, 3.5, 4.5**0.5),
    ],
)
def test_local_t_is_read_against_the_sample_on_every_frame(
    kind: str, reference: dict[str, Any], mean: float, sd: float
) -> None:
    wanted = [50 + 10 * (score - mean) / sd for score in (1, 3, 5, 5, 4, 3.5)] + [None]
    got = score_against(make_frames()[kind], **reference)
    assert [value is None for value in got] == [value is None for value in wanted]
    assert got[:-1] == pytest.approx(wanted[:-1], abs=1e-12)


@pytest.mark.parametrize(
    ("sites", "said"),
    [
        (["N", "S", "N", "S", "S", None], "our own (2 teams with members at several sites, each counted as one)"),
        (["N", "N", "S", "S", "S", None], "our own"),
    ],
)
def test_a_norm_of_teams_that_each_site_numbers_from_1_says_so(sites: list[str | None], said: str) -> None:
    scored = nw.from_native(pl.LazyFrame({"team": list("112223"), "site": sites, "m": [1.0, 2, 3, 4, 5, 6]}))
    sample = Reference(population="our own", unit="team", team="team")
    assert measure_reference(scored, "mine", sample, PAIR, {"s": "m"}).description == said
    for other in (sample.model_copy(update={"team": "site"}), sample.model_copy(update={"unit": "respondent"})):
        assert measure_reference(scored, "mine", other, PAIR, {"s": "m"}).description == "our own"
    assert measure_reference(scored.drop("site"), "mine", sample, PAIR, {"s": "m"}).description == "our own"


@pytest.mark.parametrize(
    ("people", "said", "n"),
    [
        ("aabbc", "our own (5 answer sheets, several of one person, each counted as one)", 3),
        ("abcde", "our own", 5),
        (["a", "a", "b", None, "c"], "our own", 5),  # how many people they are is not known
    ],
)
def test_a_norm_of_people_who_are_there_several_times_says_how_many_they_are(people: Any, said: str, n: int) -> None:
    rows = {"target": list(people), "respondent": list("vwxyz"), "m": [1.0, 2, 3, 4, 5]}
    scored = nw.from_native(pl.LazyFrame({name: [*values, None] for name, values in rows.items()}))
    found = measure_reference(scored, "mine", Reference(population="our own", unit="respondent"), PAIR, {"s": "m"})
    assert (found.description, found.n) == (said, n)
    assert found.sds["s"] == pytest.approx(2.5**0.5)  # of all five, of which each has a T


def test_a_lazy_frame_stays_lazy_where_a_sample_is_measured() -> None:
    sample = Reference(population="our own", unit="respondent")
    scored = score_survey(
        pl.LazyFrame(ROWS, NAMES, orient="row"), PAIR, choices=ScoringChoices(references={"test": (("mine", sample),)})
    )
    assert isinstance(scored, pl.LazyFrame)


def test_a_scale_without_spread_in_the_sample_has_no_local_t_and_the_others_do() -> None:
    instrument = make_instrument({"s": {"items": ["q1"]}, "t": {"items": ["q2"]}}, "q1..q2")
    sample = Reference(population="our own", unit="respondent")
    frame = pl.DataFrame({"q1": [3, 3, 3], "q2": [1, 2, 3]})
    scored = score_survey(frame, instrument, choices=ScoringChoices(references={"test": (("mine", sample),)}))
    assert scored["test_s_t_mine"].to_list() == [None, None, None]
    assert scored["test_t_t_mine"].to_list() == [40, 50, 60]


def test_the_rounding_of_equal_means_is_no_spread() -> None:
    instrument = make_instrument({"s": {"items": ["q1..q3"]}}, "q1..q3")
    frame = pl.DataFrame({"q1": [1, 2, 1] * 9, "q2": [2, 1, 1] * 9, "q3": [1, 1, 2] * 9})
    sample = Reference(population="our own", unit="respondent")
    with pytest.raises(InvalidSurvey, match="no scale with two different scores"):
        score_survey(frame, instrument, choices=ScoringChoices(references={"test": (("mine", sample),)}))


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ({"where": {"wave": ["T9"]}}, "the reference 'mine' (wave T9) has no scale with two different scores"),
        (
            {"where": {"wave": ["T2", "T3"], "site": [1]}},
            "the reference 'mine' (wave T2 or T3 and site 1) has no scale with two different scores",
        ),
        (
            {"unit": "team", "where": {"site": [1]}},
            "the reference 'mine' (site 1) has no scale with two different team means",
        ),
        ({"where": {"waves": ["T1"]}}, "no id column 'waves' for the reference 'mine'\n  hint: did you mean 'wave'?"),
        ({"unit": "team", "team": "unit"}, "no id column 'unit' for the reference 'mine'"),
    ],
)
def test_a_sample_that_is_not_there_is_a_problem(reference: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidSurvey) as caught:
        score_against(make_frames()["polars"], **reference)
    assert str(caught.value) == said


# Files of norms.


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_wrong_file_of_norms_says_exactly_this(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)
    with pytest.raises(InvalidDefinition) as caught:
        read_norm_file(Path(path.name), [load_instrument("wai-s"), load_instrument("osc"), WITH_NORM])
    assert f"{caught.value}\n" == path.with_suffix(".txt").read_text(encoding="utf-8")


STATED = {
    "population": "p",
    "unit": "team",
    "n": 9,
    "source": "s",
    "score": "mean",
    "scales": {"s": {"mean": 3, "sd": 1}},
}
WITH_NORM = make_instrument({"s": {"items": ["q1"]}}, "q1", norms={"first": STATED})


def test_every_wrong_file_of_norms_has_its_text() -> None:
    assert {path.stem for path in FOLDER.glob("*.yaml")} == {path.stem for path in FOLDER.glob("*.txt")}
    assert len(list(FOLDER.glob("*.yaml"))) >= 10


def test_the_norms_of_the_example_are_read() -> None:
    path = ROOT / "examples" / "contrast_study" / "norms.yaml"
    norm_file = read_norm_file(path, [load_instrument("osc")])
    assert list(norm_file.norms) == ["fictional_teams"]
    assert "FICTIONAL" in norm_file.norms["fictional_teams"].population
