"""What a definition with recodes, weights, conditions, tables and cut-offs shows of itself, and of a file."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from openpyxl import load_workbook
from support import CommandLine

from sos_score import load_instrument

DEFINITION = """\
format: 1
id: own
version: 1.0.0
title: Own
construct: strain
answered_by: [staff]
references: []
rights: {holder: nobody}
verification:
  key: {status: user, source: a test}
  responses: {status: user, source: a test}
  missing: {status: user, source: a test}
response_scales:
  often: {min: 0, max: 3, recode: {0: 0, 1: 0, 2: 1, 3: 1}}
  yes: {min: 0, max: 1, labels: {No: 0, Yes: 1}}
items:
  - {ids: leads, responses: yes}
  - {ids: q1..q3, responses: often}
  - {ids: q4, responses: often, asked_if: {leads: [Yes]}}
order: [q4, q3, q2, q1, leads]
missing: {min_answered: 60%}
scales:
  strain:
    {title: Strain, items: [q1, -q2, q3, q4], score: sum, weights: {q1: 2}, round: half_up, higher_is: more strain}
conversions:
  metric: {title: Metric score, source: A book, scales: {strain: {0: 0, 1..4: 2.5, 5: 9}}}
cut_offs:
  high: {title: High strain, source: A book, scales: {strain: 3}}
"""
ANSWERS = "respondent,leads,q1,q2,q3,q4\nA,Yes,3,1,2,0\nB,No,2,3,,\nC,No,0,3,1,\nD,Yes,0,,1,\n"


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("own.yaml").write_text(DEFINITION)
    Path("t1.csv").write_text(ANSWERS)


def run(*words: str) -> str:
    done = CommandLine()(*words)
    assert done.exit_code == 0, done.output
    return done.stdout


# A: 2 x 1 + (1 - 0) + 1 + 0 = 4. B: 2 of 3 asked; (2 x 1 + 0) / 3 x 5 = 3.33 is 3. C: 0 + 0 + 0. D: 2 of 4 asked.
SCORES = [("A", 4, 4, 2.5), ("B", 3, 2, 2.5), ("C", 0, 3, 0), ("D", None, 2, None)]
BELOW, ABOVE = "below the published cut-off (3)", "at or above the published cut-off (3)"


@pytest.mark.parametrize("name", ["s.csv", "s.parquet", "s.xlsx", "s.json", "s.sav"])
def test_every_file_holds_scores_converted_scores_and_bands(name: str) -> None:
    run("score", "t1.csv", "-i", "own.yaml", "-o", name, "-q")
    if name.endswith("csv"):
        frame = pl.read_csv(name)
    elif name.endswith("parquet"):
        frame = pl.read_parquet(name)
    elif name.endswith("json"):
        frame = pl.DataFrame(json.loads(Path(name).read_text())["rows"])
    elif name.endswith("xlsx"):
        head, *rows = load_workbook(name)["scores"].iter_rows(values_only=True)
        frame = pl.DataFrame(rows, schema=list(head), orient="row")
    else:
        import pyreadstat

        frame = pl.from_pandas(pyreadstat.read_sav(name)[0])
    columns = ["respondent", "own_strain", "own_strain_n", "own_strain_metric"]
    assert frame.select(columns).rows() == SCORES
    assert [each or None for each in frame["own_strain_high"]] == [ABOVE, ABOVE, BELOW, None]


def test_long_scores_and_the_codebook_have_them_too() -> None:
    run("score", "t1.csv", "-i", "own.yaml", "--long", "-o", "long.csv", "-q")
    assert pl.read_csv("long.csv").select("score", "metric", "high").rows()[0] == (4, 2.5, ABOVE)
    run("codebook", "-i", "own.yaml", "-o", "book.csv")
    book = {row["column"]: row for row in pl.read_csv("book.csv", infer_schema_length=None).to_dicts()}
    assert book["own_strain"]["unit"] == "weighted sum of 4 items, in whole points (halves upwards)"
    assert (book["own_strain"]["lowest"], book["own_strain"]["highest"]) == (0, 5)
    assert book["own_strain"]["missing"] == "at least 60% of the items asked answered; sum prorated"
    assert book["own_strain_metric"]["unit"] == "Metric score (A book)"
    assert "no diagnosis" in book["own_strain_high"]["label"]


def test_an_explanation_shows_each_step() -> None:
    shown = run("explain", "t1.csv", "-i", "own.yaml", "--respondent", "B")
    lines = [" ".join(line.split()) for line in shown.splitlines()]
    assert "q1 q1 2 2 2 counts 1 (weight 2)" in lines
    assert "q2 q2 3 3 3 counts 1; 0 + 1 - 1 = 0" in lines
    assert "q4 q4 not asked" in lines
    text = " ".join(lines)
    assert (
        "answered: 2 of 3 asked of 4, 2 needed (at least 60% of the items asked answered; sum prorated): enough" in text
    )
    assert "sum: (2 x 1 + 0) x 5 / 3 = 2 x 5 / 3 = 3.333333333" in text
    assert "rounded, halves upwards: 3" in text
    assert f"High strain: {ABOVE}. Source: A book" in text


def test_show_says_all_of_it() -> None:
    shown = " ".join(run("show", "own.yaml").split())
    assert "weighted sum, rounded 0-5" in shown
    assert "strain: 2 x q1, -q2, q3, q4" in shown
    assert "q1, q2, q3, q4: 0 counts 0, 1 counts 0, 2 counts 1, 3 counts 1" in shown or "q1..q4: 0 counts 0" in shown
    assert "Asked only if q4: leads is 1" in shown
    assert "Order of the form q4, q3, q2, q1, leads" in shown
    assert "Published cut-offs (no diagnosis) high: High strain, strain 3. A book" in shown


def test_reliability_is_that_of_recoded_and_weighted_answers() -> None:
    rows = [[0, 1, 2], [3, 3, 2], [1, 0, 0], [2, 3, 3], [0, 2, 1], [3, 2, 3], [1, 1, 0], [2, 0, 2]]
    text = DEFINITION.replace("items: [q1, -q2, q3, q4]", "items: [q1, q2, q3]").partition("conversions:")[0]
    text = text.replace("  - {ids: q4, responses: often, asked_if: {leads: [Yes]}}\n", "").replace("[q4, q3", "[q3")
    text = text.replace("  - {ids: leads, responses: yes}\n", "").replace(", leads]", "]")
    Path("own.yaml").write_text(text.replace("  yes: {min: 0, max: 1, labels: {No: 0, Yes: 1}}\n", ""))
    Path("t2.csv").write_text("q1,q2,q3\n" + "\n".join(",".join(map(str, row)) for row in rows) + "\n")
    found = json.loads(run("reliability", "t2.csv", "-i", "own.yaml", "-f", "json"))
    counted = pl.DataFrame([[2 * (row[0] > 1), int(row[1] > 1), int(row[2] > 1)] for row in rows], orient="row")
    alpha = 1.5 * (1 - sum(counted[name].var() for name in counted.columns) / counted.sum_horizontal().var())
    assert found["scales"][0]["alpha"] == pytest.approx(alpha, abs=1e-12)
    assert found["scales"][0]["mean"] == pytest.approx(counted.sum_horizontal().mean(), abs=1e-12)


def test_a_check_counts_what_was_not_asked_as_not_missing_and_looks_at_answers_as_given() -> None:
    Path("t3.csv").write_text("respondent,leads,q1,q2,q3,q4\nA,Yes,3,1,2,0\nB,No,2,3,1,\nC,No,0,3,1,\nD,No,0,,1,\n")
    said = CommandLine()("check", "t3.csv", "-i", "own.yaml").stdout
    assert "own: 3 answered every item, 1 half or more, 0 less, 0 none" in said
    assert "most often missing: q2 1\n" in said
    assert load_instrument("own.yaml").administration == ("q4", "q3", "q2", "q1", "leads")


def test_a_check_takes_answers_that_differ_for_no_straight_line_though_they_count_the_same() -> None:
    items = [f"q{number}" for number in range(1, 13)]
    text = DEFINITION.partition("conversions:")[0].replace("q1..q3", "q1..q12").replace("order:", "# order:")
    text = text.replace("  - {ids: q4, responses: often, asked_if: {leads: [Yes]}}\n", "")
    text = text.replace("  - {ids: leads, responses: yes}\n", "").replace("[q1, -q2, q3, q4]", "[q1..q12]")
    Path("own.yaml").write_text(text.replace("  yes: {min: 0, max: 1, labels: {No: 0, Yes: 1}}\n", ""))
    rows = [[(place + row) % 2 for place in range(12)] for row in range(6)] + [[1] * 12]
    lines = [f"R{number},{','.join(map(str, row))}" for number, row in enumerate(rows)]
    Path("t4.csv").write_text("\n".join([f"respondent,{','.join(items)}", *lines]) + "\n")
    done = CommandLine()("check", "t4.csv", "-i", "own.yaml", "-f", "json")
    found = json.loads(done.stdout)
    assert [group["straight_lines"] for group in found["groups"]] == [1]


def test_an_answer_to_an_item_that_was_not_asked_is_counted_and_said() -> None:
    Path("t4.csv").write_text(
        "respondent,site,leads,q1,q2,q3,q4\nA,1,Yes,3,1,2,0\nB,1,No,2,3,1,2\nC,2,No,0,3,1,3\nD,2,No,0,,1,\n"
    )
    done = CommandLine()("score", "t4.csv", "-i", "own.yaml", "-q")
    said = "2 answers are to items that were not asked, and do not count (q4)"
    assert done.stderr == f"t4.csv: warning: {said}\n"
    checked = " ".join(CommandLine()("check", "t4.csv", "-i", "own.yaml").stdout.split())
    assert (
        "warning t4.csv:3, 4: 2 rows answer q4, which the answer to leads says was not asked: the answers do not count"
        in (checked)
    )
    assert said in CommandLine()("reliability", "t4.csv", "-i", "own.yaml").stderr
    assert "not asked" not in CommandLine()("score", "t1.csv", "-i", "own.yaml", "-q").stderr


def test_coefficients_say_whom_they_are_of_and_that_weights_are_not_used() -> None:
    rows = [f"{n},{n % 2},Yes,{n % 4},{(n // 2) % 4},{(n // 3) % 4},{(n + n // 4) % 4}" for n in range(80)]
    Path("t5.csv").write_text("respondent,site,leads,q1,q2,q3,q4\n" + "\n".join(rows) + "\n")
    found = json.loads(run("reliability", "t5.csv", "-i", "own.yaml", "-f", "json"))
    said = found["scales"][0]["note"]
    assert "the coefficients are of those who were asked, and answered, every item" in said
    assert "Ordinal alpha is of the items without their weights." in said
    teams = CommandLine()("agreement", "t5.csv", "-i", "own.yaml", "--team", "site")
    assert "of the items without their weights" in " ".join(teams.output.split())


def test_the_key_is_checked_on_what_answers_count() -> None:
    # q3 is recoded the other way round: as given it runs with the others, and as it counts against them.
    text = DEFINITION.replace(
        "q1..q3, responses: often}",
        "q1..q2, responses: often}\n  - {ids: q3, responses: often, recode: {0: 1, 1: 1, 2: 0, 3: 0}}",
    )
    text = text.partition("conversions:")[0].replace("-q2", "q2")
    Path("own.yaml").write_text(text)
    rows = [f"{n},No,{n % 4},{n % 4},{n % 4}," for n in range(200)]
    Path("t6.csv").write_text("respondent,leads,q1,q2,q3,q4\n" + "\n".join(rows) + "\n")
    assert "against the key of strain: q3" in " ".join(
        CommandLine()("check", "t6.csv", "-i", "own.yaml").stdout.split()
    )
