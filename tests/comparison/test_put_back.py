"""Results of an export's scripts put back: read, held against the data, and shown beside the findings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support import CommandLine

from sos_score import compare_study, load_study_data, read_study
from sos_score.comparison.comparability import judge_models
from sos_score.comparison.finding import Comparability, Standing
from sos_score.comparison.sensitivity import IMPUTED, assess_sensitivity
from sos_score.errors import InvalidSurvey
from sos_score.export.judged import list_judged
from sos_score.report.model import ReportData
from sos_score.report.sections.registry import list_sections
from sos_score.report.tables.comparability import describe_comparability, list_comparability
from sos_score.study.put_back import InvarianceRow
from sos_score.study.results import IMPUTATION_COLUMNS, INVARIANCE_COLUMNS

compare = CommandLine("compare")
NAN = float("nan")


def write_study(folder: Path, people: int, results: str = "") -> Path:
    """Write a study of four sites in two arms with two waves, the same each time."""
    draw = np.random.default_rng(3)
    lines = ["respondent,site,wave,who5_1,who5_2,who5_3,who5_4,who5_5"]
    for site in "ABCD":
        for person in range(people):
            level = draw.integers(1, 5)
            for wave in ("T1", "T2"):
                answers = np.clip(level + draw.integers(-1, 2, 5), 0, 5)
                lines.append(",".join([f"{site}{person}", site, wave, *map(str, answers)]))
    (folder / "answers.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    sites = "".join(f"  {site}: {{arm: {'new' if site in 'AB' else 'old'}}}\n" for site in "ABCD")
    (folder / "study.yaml").write_text(
        f"format: 1\nid: small\ntitle: Small\narms: {{new: {{}}, old: {{reference: true}}}}\nsites:\n{sites}"
        "waves: [T1, T2]\nsources: {staff: {label: Staff, files: answers.csv, instrument: who-5, answered_by: staff}}\n"
        f"plan: {{smallest_effect: {{value: 0.5, unit: g}}}}\n{results}",
        encoding="utf-8",
    )
    return folder / "study.yaml"


def find_arms(study: Path) -> tuple[Comparability, ...]:
    found = compare_study(load_study_data(read_study(study)), ("arms",), judged_only=True)
    return next(each.comparability for each in found.findings if each.is_judged and each.waves == ("T2",))


def make_models(cfi: float, *changes: float) -> dict[str, InvarianceRow]:
    levels = ("configural", "metric", "scalar")
    return {
        level: InvarianceRow(1, "staff", "total", "waves", "", 120, level, {"cfi": cfi, "cfi_change": change})
        for level, change in zip(levels, (NAN, *changes), strict=True)
    }


def write_invariance(folder: Path, *rows: str) -> None:
    (folder / "invariance.csv").write_text("\n".join([",".join(INVARIANCE_COLUMNS), *rows]) + "\n", encoding="utf-8")


def write_imputation(study: Path, shift: float = 0.0, filled: int = 10) -> None:
    """Write every judged change and difference of people as if 0.2 had been added to it by filling in."""
    data = load_study_data(read_study(study))
    lines = [",".join(IMPUTATION_COLUMNS)]
    for row in list_judged(data, compare_study(data, ("change", "arms", "did"), judged_only=True)):
        if row["method"] != "permutation":
            own = row["estimate"] + shift
            found = {**row, "observed": own, "n": row["n"] + filled, "imputations": 50, "estimate": own + 0.2,
                     "se": 0.01, "low": own + 0.18, "high": own + 0.22, "df": 40, "p": 1e-9,
                     "missing_information": 0.25}  # fmt: skip
            lines.append(",".join("" if found[name] is None else str(found[name]) for name in IMPUTATION_COLUMNS))
    (study.parent / "imputation.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("cfi", "changes", "standing"),
    [
        (0.97, (-0.005, -0.010), Standing.SCALAR),
        (0.97, (0.002, -0.011), Standing.METRIC),
        (0.90, (-0.020, 0.0), Standing.CONFIGURAL),
        (0.89, (0.0, 0.0), Standing.NOT_CONFIGURAL),
        (NAN, (NAN, NAN), Standing.NOT_CONFIGURAL),
    ],
)
def test_a_level_holds_where_the_fit_loses_no_more_than_a_hundredth(
    cfi: float, changes: tuple[float, ...], standing: Standing
) -> None:
    assert judge_models(make_models(cfi, *changes)) is standing


def test_groups_of_fewer_than_a_hundred_cannot_be_tested_and_larger_ones_are_not_tested_yet(tmp_path: Path) -> None:
    assert find_arms(write_study(tmp_path, 49)) == (Comparability("arms", "T2", Standing.FEW_PEOPLE),)
    assert find_arms(write_study(tmp_path, 50)) == (Comparability("arms", "T2", Standing.NOT_TESTED),)


def test_every_comparison_of_waves_or_arms_says_what_is_known_of_its_scale(tmp_path: Path) -> None:
    study = write_study(tmp_path, 50, "results: {invariance: invariance.csv}\n")
    write_invariance(
        tmp_path,
        "staff,total,waves,,200,configural,20,10,0.98,0.05,0.02,,",
        "staff,total,waves,,200,metric,24,14,0.978,0.05,0.03,0.4,-0.002",
        "staff,total,waves,,200,scalar,30,18,0.975,0.05,0.03,0.2,-0.003",
        "staff,total,arms,T1,100,configural,20,10,0.98,0.05,0.02,,",
        "staff,total,arms,T1,100,metric,50,14,0.95,0.07,0.06,0.001,-0.03",
        "staff,total,arms,T1,100,scalar,60,18,0.94,0.08,0.07,0.02,-0.01",
    )
    data = load_study_data(read_study(study))
    comparison = compare_study(data, ("change", "arms", "did"), judged_only=True)
    said = {each.question: describe_comparability(each) for each in comparison.findings if each.is_judged}
    assert said["change"] == "over waves: tested (lavaan): scalar, so means can be compared"
    assert said["did"] == (
        "over waves: tested (lavaan): scalar, so means can be compared;"
        " over arms at T1: tested (lavaan): configural only, so means are not comparable;"
        " over arms at T2: not tested yet (sos-score export writes invariance.R for it)"
    )
    assert list(list_comparability(comparison.ask("change"))) == [
        "Whether scales mean the same over waves: tested (lavaan): scalar, so means can be compared."
    ]
    sections = {each.name: each for each in list_sections(ReportData(data, comparison, "m.json"))}
    (table,) = (block.value for block in sections["comparability"].blocks if block.kind == "table")
    assert [row[2:4] for row in table.rows] == [
        (over, level) for over in ("waves", "arms at T1") for level in ("configural", "metric", "scalar")
    ]
    assert any("over waves: tested" in str(block.value) for block in sections["changes"].blocks)
    methods = "\n".join(str(block.value) for block in sections["methods"].blocks)
    assert f"The folder {tmp_path.name} holds scripts, written from this plan by sos-score export" in methods
    assert str(tmp_path) not in methods
    assert "Cheung, G. W., & Rensvold, R. B. (2002)" in methods


def test_findings_stand_beside_the_same_with_scores_filled_in_and_verdicts_are_judged_again(tmp_path: Path) -> None:
    study = write_study(tmp_path, 12)
    write_imputation(study)
    write_study(tmp_path, 12, "results: {imputation: imputation.csv}\n")
    data = load_study_data(read_study(study))
    assert [each.kind for each in data.inputs].count("results") == 1
    comparison = compare_study(data, ("change", "arms", "did"))
    judged = [each for each in comparison.findings if each.is_judged and each.unit.value == "people"]
    assert len(judged) == 6
    for each in judged:
        assert each.imputed is not None
        assert each.imputed.estimate.value == pytest.approx(each.estimate.value + 0.2)
    assert not any(each.imputed for each in comparison.findings if not each.is_judged)
    found = assess_sensitivity(data, {})
    (choice,) = (each for each in found.choices if each.kind == IMPUTED)
    others = [each.others[choice] for each in found.findings if choice in each.others]
    assert len(others) == 6
    assert all(other.test.p == 1e-9 for other in others)
    sections = {each.name: each for each in list_sections(ReportData(data, comparison, "m.json"))}
    tables = [block.value for block in sections["sensitivity"].blocks if block.kind == "folded"]
    (table,) = (each for each in tables if each.title == "Judged findings with missing scores filled in")
    assert len(table.rows) == 6


def test_what_was_filled_in_for_fewer_people_than_may_be_shown_stays_hidden(tmp_path: Path) -> None:
    study = write_study(tmp_path, 12)
    for filled, shown in ((4, 0), (5, 6)):
        write_study(tmp_path, 12)
        write_imputation(study, filled=filled)
        write_study(tmp_path, 12, "results: {imputation: imputation.csv}\n")
        found = compare_study(load_study_data(read_study(study)), ("change", "arms", "did"), judged_only=True)
        assert sum(each.imputed is not None for each in found.findings) == shown


def test_results_of_other_data_are_refused_with_their_place(tmp_path: Path) -> None:
    study = write_study(tmp_path, 12)
    write_imputation(study, shift=0.5)
    write_study(tmp_path, 12, "results: {imputation: imputation.csv}\n")
    data = load_study_data(read_study(study))
    with pytest.raises(InvalidSurvey) as error:
        compare_study(data, ("did",), judged_only=True)
    own = compare_study(load_study_data(read_study(write_study(tmp_path, 12))), ("did",), judged_only=True)
    estimate = next(each.estimate.value for each in own.findings if each.is_judged)
    (problem,) = error.value.problems
    assert problem.line == 7
    assert str(problem).removeprefix(f"{tmp_path}/") == (
        f"imputation.csv:7: observed: is {estimate + 0.5:.6g}, and the data give {estimate:.6g} now\n"
        "  hint: the data or the plan have changed since: export the study and run imputation.R again"
    )


def test_everything_wrong_in_results_is_said_at_once(tmp_path: Path) -> None:
    study = write_study(tmp_path, 12, "results: {invariance: invariance.csv, imputation: imputation.csv}\n")
    write_invariance(
        tmp_path,
        "staf,total,waves,,48,not testable,,,,,,,",
        "staff,totl,waves,,48,not testable,,,,,,,",
        "staff,total,wave,,48,not testable,,,,,,,",
        "staff,total,arms,T3,24,strict,x,,,,,,",
        "staff,total,arms,T2,20,not testable,,,,,,,",
        "staff,total,arms,T2,24,not testable,,,,,,,",
        "staff,total",
        "staff,total,sites,T1,12,configural,1,2,,0,0,,",
        "staff,total,sites,T2,inf,not testable,,,,,,,",
    )
    (tmp_path / "imputation.csv").write_text("question,source\nchange,staff\n", encoding="utf-8")
    done = compare(study)
    assert done.exit_code == 1
    said = done.output.replace(f"{tmp_path}/", "").splitlines()
    assert said == [
        "invariance.csv:2: source: 'staf' is not one of staff",
        "  hint: did you mean 'staff'?",
        "invariance.csv:3: scale: 'totl' is not one of total",
        "  hint: did you mean 'total'?",
        "invariance.csv:4: groups: 'wave' is not one of waves, arms, sites",
        "  hint: did you mean 'waves'?",
        "invariance.csv:5: wave: 'T3' is not one of blank, T1, T2",
        "invariance.csv:5: level: 'strict' is not one of configural, metric, scalar, not testable, not converged",
        "  hint: did you mean 'metric'?",
        "invariance.csv:5: chi2: 'x' is not a number",
        "invariance.csv:6: smallest: is 20, and the smallest group has 24 complete answers now",
        "  hint: the data have changed since: export the study and run invariance.R again",
        "invariance.csv:7: says the same row again as line 6",
        "invariance.csv:8: has not as many cells as the first row (13)",
        "invariance.csv:9: cfi: '' is not a number",
        "invariance.csv:10: smallest: 'inf' is not a whole number",
        "imputation.csv:1: has no column scale, unit, site, wave_1, wave_2, method, x, y, level, observed, imputations,"
        f" n, estimate, se, low, high, df, p, missing_information (columns: {', '.join(IMPUTATION_COLUMNS)})",
        "  hint: run the script of the folder again; it writes them",
        "12 problems in 2 files; nothing was compared.",
    ]


def test_a_file_of_results_that_is_not_there_is_named_in_the_study_file(tmp_path: Path) -> None:
    done = compare(write_study(tmp_path, 12, "results: {invariance: for-r/invariance.csv}\n"))
    assert done.exit_code == 1
    assert "study.yaml:13: results.invariance: no file 'for-r/invariance.csv'" in done.output
