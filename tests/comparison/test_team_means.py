"""What speaks against a team's mean goes where the mean goes: its row, its test, sentences and tables."""

from __future__ import annotations

import numpy as np
import pytest
from factories import compare, make_outcome, make_plan

from sos_score.comparison.finding import Contrast
from sos_score.comparison.verdict import Verdict
from sos_score.report.labels import Labels
from sos_score.report.questions.descriptives import list_tables
from sos_score.report.questions.registry import VIEWS, list_summaries
from sos_score.report.questions.view import TERMINAL
from sos_score.scoring.norms import NamedNorm

NAN = np.nan
NORM = NamedNorm(
    name="made", instrument="made", unit="respondent", score="mean", means={"warmth": 2.0}, sds={"warmth": 0.5},
    n=100, description="a made norm",
)  # fmt: skip


def make_teams():
    """Return a team that agrees, two camps, camps less far apart, and one of which few answered every item."""
    rng = np.random.default_rng(4)
    alike = np.clip(np.round(3 + 0.4 * rng.normal(size=(10, 12))), 1, 5)
    camps = np.repeat([[2.0], [4.0]], 5, axis=0) + np.zeros((10, 12))
    near = np.clip(np.round(np.repeat([[2.4], [3.6]], 5, axis=0) + 0.4 * rng.normal(size=(10, 12))), 1, 5)
    few = alike.copy()
    few[5:, 0] = NAN
    few[4, 1] = NAN
    return {"1": alike, "2": camps, "3": near, "4": few}


@pytest.fixture(scope="module")
def found():
    teams = make_teams()
    cells = {(site, "T1"): np.nanmean(items, axis=1) for site, items in teams.items()}
    outcome = make_outcome(cells, items=np.concatenate(list(teams.values())), options=5, norm=NORM)
    return compare([outcome], make_plan(smallest_cell=1), ["descriptives", "level"])


def pick(found, contrast):
    return {
        row.site: row.finding
        for row in (*found.ask("descriptives"), *found.ask("level"))
        if row.finding.groups.contrast is contrast and row.method_code != "team_agreement"
    }


def test_the_verdict_on_each_team(found):
    gates = {row.site: row.finding for row in found.ask("level") if row.method_code == "team_agreement"}
    assert {site: gate.verdict for site, gate in gates.items()} == {
        "Site 1": Verdict.REPORTABLE,
        "Site 2": Verdict.NOT_REPORTABLE,
        "Site 3": Verdict.REPORTABLE_BUT,
        "Site 4": Verdict.NOT_KNOWN,
    }
    assert gates["Site 2"].effect.value > 0.9  # rwg(j) alone would let it pass
    assert gates["Site 4"].counts == (4,)


@pytest.mark.parametrize("contrast", [Contrast.SITE, Contrast.NORM])
def test_the_mean_and_its_test_carry_it(found, contrast):
    codes = {site: [each.code for each in finding.notes] for site, finding in pick(found, contrast).items()}
    against = ("team_agrees", "team_disagrees_on_items", "team_few_complete")
    assert {site: [code for code in found if code in against] for site, found in codes.items()} == {
        "Site 1": [],
        "Site 2": ["team_disagrees_on_items"],
        "Site 3": ["team_agrees"],
        "Site 4": ["team_few_complete"],
    }


def test_its_sentence_and_its_cell_say_so(found):
    sentences = {row.site: row.sentence for row in found.ask("level") if row.finding.is_judged}
    assert sentences["Site 1"].endswith("answering independently.")
    assert sentences["Site 3"].endswith(
        "answering independently. The members agree enough. They agree only moderately on single items (r*wg(j)"
        " below .70): two camps can look like this."
    )
    labels = Labels.of(found.comparison)
    first, _ = list_summaries(found.comparison, labels, TERMINAL)["level"] * 2
    (row,) = first.rows
    assert [str(cell).endswith("*") for cell in row[1:]] == [False, True, True, True]
    assert first.notes[0].startswith("*: the mean may not be reported as the team's")


def test_the_table_of_means_marks_them(found):
    (table,) = list_tables(found.comparison, Labels.of(found.comparison))
    assert [str(row[2]).endswith("*") for row in table.rows] == [False, True, True, True]
    assert sum(note.startswith("*: the mean may not") for note in table.notes) == 1


def test_the_table_of_the_level_gives_the_reason(found):
    (table,) = VIEWS["level"].full(found.comparison, Labels.of(found.comparison))
    said = {row[0]: row[-1] for row in table.rows if "team mean" in str(row[-1])}
    assert said["Site 1, T1"] == "team mean may be reported"
    assert said["Site 2, T1"] == (
        "team mean may not be reported: The members disagree on single items (r*wg(j) below .50), which a long scale"
        " hides: they may be two camps."
    )
