"""Which worker a family has at each wave: blank at one, or another than before."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from sos_score.comparison.compare import compare_study
from sos_score.comparison.finding import Finding, Unit
from sos_score.study.data import StudyData
from sos_score.study.from_scores import ScoredFile, make_study_from_scores

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
        "level_changed": "scores: 30 people have another worker at another wave: their scores are taken as independent"
        " of each other, which makes intervals of change wider than they need be"
    }


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
