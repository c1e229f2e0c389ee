"""An item reversed in one site's file is named before any verdict, and the verdicts it touches carry it."""

from __future__ import annotations

import shutil

import polars as pl
import pytest
from support import ROOT, CommandLine

from sos_score.comparison.compare import compare_study
from sos_score.comparison.keys import CODE
from sos_score.report.labels import Labels
from sos_score.report.questions.registry import describe_finding
from sos_score.study.file import read_study
from sos_score.study.load import load_study_data

SCALES = {"working_relationship", "total"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return the example study, with one item of engagement reversed in the answers of site 2."""
    place = tmp_path_factory.mktemp("reversed") / "study"
    shutil.copytree(ROOT / "examples" / "contrast_study", place)
    path = place / "synthetic" / "yatchmenoff.tsv"
    answers = pl.read_csv(path, separator="\t", infer_schema=False)
    number = pl.col("Y9").cast(pl.Int64, strict=False)
    is_turned = (pl.col("Site") == "2") & number.is_not_null()
    answers = answers.with_columns(pl.when(is_turned).then((6 - number).cast(pl.String)).otherwise("Y9").alias("Y9"))
    answers.write_csv(path, separator="\t")
    return place


@pytest.fixture(scope="module")
def data(folder):
    return load_study_data(read_study(folder / "study.yaml"))


@pytest.fixture(scope="module")
def comparison(data):
    return compare_study(data, instruments=["yatchmenoff"])


def list_doubted(findings):
    return [each for each in findings if any(said.code == CODE for said in each.notes)]


def test_the_item_its_scales_and_the_place_come_first(comparison, data):
    first, *others = comparison.notes
    assert (first.code, first["item"], first["site"], first["wave"]) == (CODE, "yat_09", "2", "")
    assert [each for each in others if each.code == CODE] == []
    assert Labels.of(comparison, data).describe(first) == (
        "yat_09 runs against Working relationship and Engagement (Engagement, families) at Site 2: is it reversed in"
        " this file? Until that is known, do not rely on these scores"
    )


def test_the_verdicts_it_touches_carry_it_and_no_others(comparison):
    for question in ("change", "arms", "did"):
        judged = [each for each in comparison.ask(question) if each.is_judged]
        doubted = list_doubted(judged)
        assert {each.scale for each in doubted} == SCALES
        assert {each.site for each in doubted} == ({"2"} if question == "change" else {""})
        assert {each.scale for each in judged} > SCALES
        if question != "change":
            assert len(doubted) == len([each for each in judged if each.scale in SCALES])


def test_a_pair_is_touched_on_either_side(data):
    found = compare_study(data, ["association"])
    pairs = {each.pair for each in list_doubted(found.findings)}
    members = {name for name, pair in data.study.pairs.items() if "engagement.total" in (pair.x, pair.y)}
    assert pairs == members
    assert len(pairs) < len(data.study.pairs)


def test_its_sentence_says_so(comparison, data):
    labels = Labels.of(comparison, data)
    finding = next(each for each in list_doubted(comparison.ask("change")) if each.is_judged)
    assert describe_finding(finding, labels).endswith("; but yat_09 may be reversed in a file.")


@pytest.mark.parametrize(
    ("options", "total", "other"),
    [((), "Engagement", "Mistrust"), (("--full",), "engagement.total", "engagement.mistrust")],
)
def test_the_terminal_names_it_first_and_marks_the_cells(options, total, other, folder):
    result = CommandLine("compare")(folder / "study.yaml", "--instrument", "yatchmenoff", *options)
    lines = result.stdout.splitlines()
    assert lines[1].startswith("yat_09 runs against Working relationship and Engagement")
    rows = [(name, cells) for name, _, cells in (line.strip().partition("  ") for line in lines)]
    assert any("!" in cells for name, cells in rows if name == total)
    assert not any("!" in cells for name, cells in rows if name == other)
    assert "an item may be reversed in a file" in " ".join(result.stdout.split())
    assert result.exit_code == 0


def test_files_hold_it_with_each_finding(folder, tmp_path):
    done = CommandLine("compare")(
        folder / "study.yaml", "--instrument", "yatchmenoff", "--only", "arms", "-o", tmp_path / "found.csv"
    )
    assert done.exit_code == 0
    rows = pl.read_csv(tmp_path / "found.csv", infer_schema=False).filter(pl.col("is_primary") == "True")
    noted = rows.filter(pl.col("notes").str.contains("yat_09 runs against", literal=True))
    assert set(noted["scale"]) == SCALES
    assert noted.height == rows.filter(pl.col("scale").is_in(SCALES)).height > 0


def test_the_example_accuses_no_item(example_data):
    found = compare_study(example_data, ["change"])
    assert [each for each in found.notes if each.code == CODE] == []
    assert list_doubted(found.findings) == []
