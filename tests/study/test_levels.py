"""Which worker a family has at each wave: blank at one, or another than before."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from sos_score.comparison.compare import compare_study
from sos_score.comparison.finding import Finding, Unit
from sos_score.study.data import StudyData
from sos_score.study.file import read_study
from sos_score.study.from_scores import ScoredFile, make_study_from_scores
from sos_score.study.load import load_study_data

GOLDEN = Path(__file__).parents[1] / "golden"
R = json.loads((GOLDEN / "statistics" / "families.json").read_text())["cr2_worker/did"]


def load(tmp_path: Path, *, worker_at_t2: str) -> StudyData:
    """Return 60 families in 20 workers that R has tested, every second family with this worker at T2."""
    with (GOLDEN / "mixed" / "families.csv").open() as lines:
        families = list(csv.DictReader(lines))
    rows = [["person", "site", "wave", "worker", "warmth"]]
    for place, family in enumerate(families):
        for wave in ("T2", "T1"):
            worker = worker_at_t2 if wave == "T2" and place % 2 else family["worker"]
            rows.append([family["family"], family["site"], wave, worker, family[wave]])
    with (tmp_path / "scores.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return make_study_from_scores(ScoredFile(str(tmp_path / "scores.csv"), wave="wave", treated=("1", "4")))


def judge_did(data: StudyData) -> Finding:
    found = compare_study(data, ["did"]).findings
    return next(each for each in found if each.is_judged and each.unit is Unit.PEOPLE)


def notes_of(data: StudyData) -> dict[str, str]:
    return {each.code: str(each) for each in data.notes if each.code.startswith("level_")}


def test_a_family_whose_worker_is_blank_at_one_wave_is_in_one_cluster_at_both(tmp_path: Path) -> None:
    data = load(tmp_path, worker_at_t2="")
    judged = judge_did(data)
    assert (judged.estimate.se, judged.test.df) == pytest.approx((R["se"][3], R["df_satt"][3]), rel=1e-8)
    assert notes_of(data) == {
        "level_carried": "scores: 30 rows do not say which worker: that of the same person at another wave is used"
    }


def test_families_with_another_worker_later_are_counted_and_what_it_does_to_intervals_is_said(tmp_path: Path) -> None:
    data = load(tmp_path, worker_at_t2="new")
    assert judge_did(data).estimate.se > R["se"][3]
    assert notes_of(data) == {
        "level_changed": "scores: 30 people changed worker between waves, and the scores of such a person count as"
        " independent of one another, which makes intervals of change wider than they need be",
    }


def test_a_family_that_two_workers_rate_at_one_wave_has_not_changed_workers(tmp_path: Path) -> None:
    rows = ["person,site,wave,worker,rater,warmth"]
    for family in range(12):
        for wave in ("T1", "T2"):
            rows += [f"F{family},1,{wave},W{(family + more) % 3},R{more},{family % 5}" for more in (0, 1)]
    (tmp_path / "rated.csv").write_text("\n".join(rows))
    assert notes_of(make_study_from_scores(ScoredFile(str(tmp_path / "rated.csv"), wave="wave"))) == {}


RIGHT = {
    "units with several desks": ["U1,D1", "U1,D2", "U2,D3", "U2,D4"],
    "units of one desk, which each calls desk 1": ["U1,D1", "U2,D1", "U3,D1"],
    "desks of several units": ["D1,U1", "D1,U2", "D2,U1", "D2,U2"],
}


@pytest.mark.parametrize("groups", RIGHT.values(), ids=RIGHT)
def test_levels_that_can_be_in_the_right_order_are_taken_as_they_are_named(tmp_path: Path, groups: list[str]) -> None:
    rows = [f"P{place},{group},1,T1,5\n" for place, group in enumerate(groups * 2)]
    (tmp_path / "a.csv").write_text("respondent,one,two,site,wave,safety\n" + "".join(rows))
    (tmp_path / "map.yaml").write_text("respondent: respondent\nsite: site\nothers: {one: one, two: two}\n")
    (tmp_path / "study.yaml").write_text(
        "format: 1\nid: s\ntitle: S\nsites: {1: {}}\nlevels: [site, one, two]\n"
        "sources: {a: {files: a.csv, instrument: safety-scale, columns: map.yaml}}\n"
    )
    assert load_study_data(read_study(tmp_path / "study.yaml")).tables[0].levels == ("site", "one", "two")


def test_fewer_families_than_may_be_counted_are_not(tmp_path: Path) -> None:
    families = [(site, f"F{site}{number}", number) for site in (1, 2) for number in range(10, 22)]
    rows = ["person,site,wave,worker,warmth"]
    for site, family, number in families:
        rows.append(f"{family},{site},T1,W{number % 3},{number % 5}")
        rows.append(f"{family},{site},T2,{'' if number == 12 else f'W{number % 3}'},{number % 4}")
    (tmp_path / "few.csv").write_text("\n".join(rows))
    data = make_study_from_scores(ScoredFile(str(tmp_path / "few.csv"), wave="wave"))
    assert notes_of(data) == {
        "level_carried": "scores: fewer than 5 rows do not say which worker: that of the same person at another wave"
        " is used"
    }
