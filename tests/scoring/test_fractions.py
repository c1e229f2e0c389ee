"""Answers that are no whole numbers are scored by hand's arithmetic, and every analysis takes them or says why not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from support import CommandLine, make_instrument, unwrap

from sos_score import assess_agreement, assess_raters, assess_reliability, read_responses, score_survey
from sos_score.notes import note
from sos_score.scoring.arithmetic import score_row
from sos_score.scoring.plan import plan_scores

SCALES: dict[str, Any] = {
    "slider": {"min": 0, "max": 100, "step": "any"},
    "often": {"min": 0, "max": 3, "labels": {"Never": 0, "Once or twice": 0.5, "Often": 3}},
    "agree5": {"min": 1, "max": 5},
}
INSTRUMENT = make_instrument(
    {"s": {"items": ["a1", "-a2", "a3"]}, "f": {"items": ["b1", "-b2"], "score": "sum"}, "w": {"items": ["c1", "c2"]}},
    [
        {"ids": "a1..a3", "responses": "slider"},
        {"ids": "b1..b2", "responses": "often"},
        {"ids": "c1..c2", "responses": "agree5"},
    ],
    response_scales=SCALES,
)
ROWS = [
    ["A", "x", 72.5, 10, 60, "Once or twice", "Never", 2, 3],
    ["B", "x", 80, 20.25, 70, "Often", "0,5", 4, 4],
    ["C", "x", 15.5, 90, 5, "Never", "Often", 1, 2],
    ["D", "y", 50, 51.5, 40, "Once or twice", "Often", 5, 5],
    ["E", "y", 33.1, 60, 35, "Often", "Never", 3, 2],
    ["F", "y", 66.6, 42, 58, "Never", "Never", 2, 2],
]
NAMES = ["respondent", "site", "a1", "a2", "a3", "b1", "b2", "c1", "c2"]
ANSWERS = pl.DataFrame(
    {name: [str(row[place]) for row in ROWS] if place in (0, 1, 5, 6) else [float(row[place]) for row in ROWS]
     for place, name in enumerate(NAMES)}
)  # fmt: skip


def test_scores_are_those_of_arithmetic_by_hand() -> None:
    scores = score_survey(ANSWERS, INSTRUMENT)
    assert scores["test_s"].to_list()[:2] == [(72.5 + 90 + 60) / 3, (80 + 79.75 + 70) / 3]
    assert scores["test_f"].to_list() == [0.5 + 3, 3 + 2.5, 0, 0.5, 6, 3]
    row = score_row(plan_scores(INSTRUMENT), {"a1": 72.5, "a2": 10, "a3": 60, "b1": 0.5, "b2": 0, "c1": 2, "c2": 3})
    assert row["s"].score == scores["test_s"][0]


def test_a_file_gives_what_the_frame_gives(tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    ANSWERS.write_csv(path)
    (tmp_path / "semicolons.csv").write_text(
        "\n".join(
            ";".join(line.split(",")).replace(".", ",") for line in path.read_text().replace('"0,5"', "0.5").split("\n")
        )
    )
    (tmp_path / "test.yaml").write_text(DEFINITION)
    wanted = score_survey(ANSWERS, INSTRUMENT)
    for name in ("survey.csv", "semicolons.csv"):
        scored = CommandLine("score")(tmp_path / name, "-i", tmp_path / "test.yaml", "-f", "csv", "-q")
        assert scored.exit_code == 0, scored.stderr
        assert pl.read_csv(scored.stdout.encode())["test_s"].to_list() == pytest.approx(wanted["test_s"].to_list())
        assert pl.read_csv(scored.stdout.encode())["test_f"].to_list() == wanted["test_f"].to_list()


DEFINITION = """\
format: 1
id: test
version: 1.0.0
title: Test
construct: nothing
answered_by: [staff]
references: []
rights: {holder: nobody}
verification:
  key: {status: user, source: a test}
  responses: {status: user, source: a test}
  missing: {status: user, source: a test}
response_scales:
  slider: {min: 0, max: 100, step: any}
  often: {min: 0, max: 3, labels: {Never: 0, Once or twice: 0.5, Often: 3}}
  agree5: {min: 1, max: 5}
items:
  - {ids: a1..a3, responses: slider}
  - {ids: b1..b2, responses: often}
  - {ids: c1..c2, responses: agree5}
missing: {min_answered: all}
scales:
  s: {title: s, items: [a1, -a2, a3], score: mean, higher_is: more}
  f: {title: f, items: [b1, -b2], score: sum, higher_is: more}
  w: {title: w, items: [c1, c2], score: mean, higher_is: more}
examples:
  - {name: a slider, answers: {a1: 72.5, a2: 10, a3: 60, b1: 0.5, b2: Never, c1: 2, c2: 3}, scores: {s: 445/6}}
"""


def test_reliability_has_no_ordinal_alpha_of_fractions_and_alpha_of_all() -> None:
    tables = assess_reliability(read_responses(ANSWERS, INSTRUMENT))
    found = tables.scales.set_index("scale")
    frame = ANSWERS.select("a1", (100 - pl.col("a2")).alias("a2"), "a3")
    total = frame.sum_horizontal().var()
    alpha = 3 / 2 * (1 - sum(frame[name].var() for name in frame.columns) / total)
    assert found.loc["s", "alpha"] == pytest.approx(alpha)
    assert found[["n"]].to_numpy().ravel().tolist() == [6, 6, 6]
    assert "ordinal_fractions" in [each.code for each in unwrap(tables.notes)]


def test_agreement_and_raters_take_fractions() -> None:
    agreement = assess_agreement(read_responses(ANSWERS, INSTRUMENT), "site")
    teams = agreement.teams.set_index(["scale", "site"])
    assert teams.loc[("s", "x"), "note"].endswith("do not share one response scale of whole numbers.")
    r = 1 - (7 / 3 + 1) / 2 / 2  # mean variance of the two items against that of five equally likely answers, 2
    assert teams.loc[("w", "x"), "rwg"] == pytest.approx((2 * r) / (2 * r + 1 - r))
    rated = ANSWERS.drop("respondent", "site").with_columns(
        target=pl.Series(list("112233")), rater=pl.Series(list("XYXYXY"))
    )
    tables = assess_raters(read_responses(rated, INSTRUMENT), "target", "rater")
    assert set(tables.kappas["name"]) == {"w", "c1", "c2"}
    assert note("kappa_no_steps", item="b1") in tables.notes
