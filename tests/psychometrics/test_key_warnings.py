"""`score` warns of items that run against their scale, by the rule of reliability, in the first rows of a file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from support import CommandLine, make_instrument

from sos_score.psychometrics import key_warnings
from sos_score.psychometrics.internal_consistency.keycheck import check_keys
from sos_score.psychometrics.key_warnings import warn_of_keys
from sos_score.psychometrics.moments import moments
from sos_score.scoring.scorer import prepare_scorer
from sos_score.survey.readers.registry import open_export

ITEMS = [f"q{number}" for number in range(1, 7)]
LABELS = {"Never": 1, "Rarely": 2, "Sometimes": 3, "Often": 4, "Always": 5}
INSTRUMENT = make_instrument(
    {"calm": {"items": [*ITEMS[:5], "-q6"]}, "pair": {"items": ITEMS[:3]}, "both": {"scales": ["calm", "pair"]}},
    "q1..q6",
    response_scales={"agree5": {"min": 1, "max": 5, "labels": LABELS}},
)


def draw(rows: int = 80) -> pl.DataFrame:
    """Draw answers as they would stand in a file that is right: q6 the other way round."""
    rng = np.random.default_rng(3)
    answers = 3 + rng.normal(size=(rows, 1)) + 0.7 * rng.normal(size=(rows, 6))
    codes = np.clip(np.round(answers), 1, 5).astype(int)
    codes[:, 5] = 6 - codes[:, 5]
    return pl.DataFrame(codes, schema=ITEMS).with_columns(
        respondent=pl.Series([f"R{number}" for number in range(rows)]),
        site=pl.Series([str(number % 2 + 1) for number in range(rows)]),
        wave=pl.Series(["T1", "T2"] * (rows // 4) + ["T2", "T1"] * (rows // 4)),
    )


def warn(frame: pl.DataFrame, folder: Path) -> list[str]:
    path = folder / "survey.csv"
    frame.write_csv(path)
    with open_export(str(path)) as export:
        scorer = prepare_scorer(export.header, [INSTRUMENT])
        return list(map(str, warn_of_keys(export, scorer, export.guess_types(scorer.columns, scorer.keys))))


REVERSED = pl.col("q6").replace_strict({code: 6 - code for code in range(1, 6)})


def test_a_file_that_is_right_has_no_warning(tmp_path: Path) -> None:
    assert warn(draw(), tmp_path) == []


@pytest.mark.parametrize("kind", ["codes", "labels", "gaps"])
def test_an_item_that_the_platform_reversed_already_is_named(tmp_path: Path, kind: str) -> None:
    frame = draw().with_columns(REVERSED)
    if kind == "labels":
        frame = frame.with_columns(pl.col(ITEMS).replace_strict({code: label for label, code in LABELS.items()}))
    if kind == "gaps":
        frame = frame.with_columns(pl.when(pl.int_range(pl.len()) % 9 > 0).then("q2").alias("q2"))
    assert warn(frame, tmp_path) == ["q6 runs against calm: reversed in this file, or keyed wrongly?"]
    keyed = draw().with_columns(6 - REVERSED).select(ITEMS).to_numpy()
    assert np.flatnonzero(check_keys(moments(keyed)).suspected).tolist() == [5]


def test_an_item_reversed_at_one_site_is_named_with_it(tmp_path: Path) -> None:
    frame = draw(200).with_columns(pl.when(pl.col("site") == "2").then(REVERSED).otherwise("q6").alias("q6"))
    assert warn(frame, tmp_path) == ["q6 runs against calm in site 2: reversed in this file, or keyed wrongly?"]


def test_too_few_rows_accuse_nobody(tmp_path: Path) -> None:
    assert warn(draw().with_columns(REVERSED).head(8), tmp_path) == []


def test_of_a_large_file_the_first_rows_are_looked_at_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_warnings, "MOST_ROWS", 60)
    expected = "q6 runs against calm (the first 60 rows): reversed in this file, or keyed wrongly?"
    assert warn(draw().with_columns(REVERSED), tmp_path) == [expected]


def test_score_prints_the_warning_and_writes_it_beside_the_scores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("test.yaml").write_text(json.dumps(INSTRUMENT.model_dump(by_alias=True, exclude_none=True, mode="json")))
    draw().with_columns(REVERSED).write_csv("survey.csv")
    said = "survey.csv: warning: q6 runs against calm: reversed in this file, or keyed wrongly?\n"
    done = CommandLine("score")("survey.csv", "-i", "test.yaml", "-o", "scores.csv")
    assert (done.exit_code, done.stderr.endswith(said)) == (0, True), done.stderr
    about = json.loads(Path("scores.csv.about.json").read_text())
    (warning,) = about["files"][0]["warnings"]
    assert (warning["code"], warning["item"], warning["site"]) == ("file_item_against", "q6", "")
    # What is said of nothing but failures is said of doubtful scores too.
    assert CommandLine("score")("survey.csv", "-i", "test.yaml", "-f", "csv", "-q").stderr == said


def test_ready_made_t_scores_have_no_key(tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    path.write_text("respondent,T\nA,50\n")
    (tmp_path / "map.yaml").write_text(
        "respondent: respondent\nt_scores: {wai-s: {norm: vendor, source: somebody, scales: {total: T}}}\n"
    )
    done = CommandLine("score")(path, "-i", "wai-s", "-c", tmp_path / "map.yaml", "-f", "csv")
    assert (done.exit_code, "warning" in done.stderr) == (0, False)
