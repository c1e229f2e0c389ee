"""What a study's data come to, and the exact words for each way in which they cannot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sos_score import InvalidSurvey, load_instrument
from sos_score.study.data import StudyData
from sos_score.study.file import read_study
from sos_score.study.load import load_study_data
from sos_score.study.outcome import SourceTable

ARMS = "arms: {new: {label: New}, old: {label: Old, reference: true}}\n"
STUDY = f"""\
format: 1
id: trial
title: Trial
{ARMS}sites: {{1: {{arm: new, label: North}}, 2: {{arm: old}}}}
waves: [T1, T2]
sources:
  safety:
    files: a.csv
    instrument: safety-scale
"""
ROWS = """\
respondent,site,wave,safety
F01,1,T1,5
F03,1,T1,6
F02,2,T1,6
F04,2,T1,2
F01,1,T2,7
F03,1,T2,6
F02,2,T2,4
F05,2,T2,3
"""
FAMILIES = "family,wave,safety\nF1,T1,5\nF2,T1,6\nF3,T1,2\nF4,T1,4\n"
ONCE = ROWS[: ROWS.index("F01,1,T2")]


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


ALL_SHOWN = "privacy: {smallest_cell: 1}"


def load(rows: str = ROWS, source: str = "", rest: str = ALL_SHOWN, study: str = STUDY, **files: str) -> StudyData:
    """Load a study whose source has further lines, and that has further keys and files (``b_csv`` is b.csv)."""
    Path("a.csv").write_text(rows, encoding="utf-8")
    for name, text in files.items():
        Path(name.replace("_", ".")).write_text(text, encoding="utf-8")
    lines = f"    {source}\n" if source else ""
    Path("study.yaml").write_text(f"{study}{lines}{rest}\n", encoding="utf-8")
    return load_study_data(read_study(Path("study.yaml")))


def refuse(rows: str = ROWS, source: str = "", rest: str = ALL_SHOWN, study: str = STUDY, **files: str) -> str:
    with pytest.raises(InvalidSurvey) as refused:
        load(rows, source, rest, study, **files)
    return str(refused.value)


def test_a_row_has_its_person_site_arm_wave_score_and_count() -> None:
    data = load(ROWS.replace("F04,2,T1,2", "F04,2,T1,"))
    expected = pd.DataFrame(
        {
            "person": ["F01", "F03", "F02", "F04", "F01", "F03", "F02", "F05"],
            "site": list("11221122"),
            "arm": ["new", "new", "old", "old"] * 2,
            "wave": ["T1"] * 4 + ["T2"] * 4,
            "safety": [5, 6, 6, float("nan"), 7, 6, 4, 3],
            "n_safety": [1.0, 1, 1, 0, 1, 1, 1, 1],
        }
    )
    pd.testing.assert_frame_equal(data.tables[0].frame, expected, check_dtype=False)
    assert data.tables[0].answers["safety"].tolist()[:3] == [5, 6, 6]
    assert data.tables[0].levels == ("site",)
    assert data.notes == ()
    assert (data.files[0].name, data.files[0].rows) == ("a.csv", 8)


def test_an_outcome_knows_its_scale_and_who_vouches_for_it() -> None:
    data = load(source="label: Safety, families' view")
    outcome = data.outcome("safety.safety")
    assert data.outcomes == (outcome,)
    assert (outcome.source, outcome.scale, outcome.instrument) == ("safety", "safety", "safety-scale")
    assert (outcome.title, outcome.source_label) == ("Safety", "Safety, families' view")
    assert (outcome.answered_by, outcome.metric) == ("family", "mean")
    assert (outcome.higher_is, outcome.good) == ("safer children", "high")
    assert (outcome.low, outcome.high, outcome.norms) == (0, 10, ())
    assert outcome.verification == load_instrument("safety-scale").verification.parts()
    assert outcome.is_planned
    assert outcome.frame is data.tables[0].frame


def test_only_what_the_plan_names_is_planned() -> None:
    data = load(
        "respondent,site,wave," + ",".join(f"wais_{n:02}" for n in range(1, 13)) + "\n"
        "F1,1,T1" + ",4" * 12 + "\nF2,2,T1" + ",4" * 12 + "\n",
        rest="plan: {outcomes: [safety.bond]}",
        study=STUDY.replace("safety-scale", "wai-s"),
    )
    assert [each.scale for each in data.outcomes if each.is_planned] == ["bond"]
    assert [each.scale for each in data.outcomes] == ["task", "bond", "goal", "total"]


def test_every_input_is_listed_once_with_its_hash() -> None:
    import hashlib

    data = load()
    assert [(each.kind, each.path) for each in data.inputs] == [
        ("study", "study.yaml"),
        ("instrument", "safety-scale"),
        ("answers", "a.csv"),
    ]
    assert data.inputs[2].sha256 == hashlib.sha256(ROWS.encode()).hexdigest()


def test_paths_are_relative_to_the_study_file(tmp_path: Path) -> None:
    folder = tmp_path / "inner"
    folder.mkdir()
    (folder / "a.csv").write_text(ROWS, encoding="utf-8")
    (folder / "study.yaml").write_text(STUDY, encoding="utf-8")
    data = load_study_data(read_study(Path("inner/study.yaml")))
    assert data.files[0].name == "inner/a.csv"


def test_sites_and_waves_are_matched_after_folding_case_and_white_space() -> None:
    assert set(load(ROWS.replace("T1", " t1 ")).tables[0].frame["wave"]) == {"T1", "T2"}


def test_a_missing_rule_of_the_source_takes_the_place_of_the_definitions() -> None:
    rows = "respondent,site,wave," + ",".join(f"wais_{n:02}" for n in range(1, 13)) + "\n"
    rows += "F1,1,T1" + ",4" * 3 + "," * 9 + "\nF2,2,T1" + ",4" * 12 + "\n"
    study = STUDY.replace("safety-scale", "wai-s")
    assert pd.isna(load(rows, study=study).tables[0].frame["total"][0])
    assert load(rows, "min_answered: 2", study=study).tables[0].frame["total"][0] == 4


def test_answers_that_are_not_allowed_can_count_as_missing() -> None:
    data = load(ROWS.replace(",5\n", ",55\n"), "on_invalid: missing")
    assert pd.isna(data.tables[0].frame["safety"][0])
    assert data.files[0].invalid[0].count == 1


def test_ids_of_other_names_and_some_of_the_rows_can_be_used() -> None:
    rows = "case,by,team,wave,safety\nI1,family,1,T1,3\nI1,worker,1,T1,4\nI2,family,2,T1,5\n"
    columns = "rater: by\ntarget: case\nwave: wave\nothers: {team: team}\n"
    source = "columns: c.yaml\n    ids: {person: target, site: team}\n    where: {rater: Family}"
    data = load(rows, source, c_yaml=columns)
    assert data.tables[0].frame[["person", "site", "safety"]].to_numpy().tolist() == [
        ["I1", "1", 3.0],
        ["I2", "2", 5.0],
    ]


BY = "format: 1\nrespondent: respondent\nsite: site\nwave: wave\nothers: {by: by}\n"
TWICE = """\
columns: by.yaml
    on_invalid: missing
    where: {by: [staff]}
  other:
    files: a.csv
    instrument: safety-scale
    label: Children
    columns: by.yaml
    on_invalid: missing
    where: {by: [%s]}"""


@pytest.mark.parametrize(("other", "rows", "scored", "left"), [("child", 8, 7, {}), ("staff", 4, 4, {"where: by": 4})])
def test_rows_of_one_file_that_several_sources_choose_are_counted_together(
    other: str, rows: int, scored: int, left: dict[str, int]
) -> None:
    head, *lines = ROWS.replace("F05,2,T2,3", "F05,2,T2,33").splitlines()
    named = [f"by,{head}", *(f"{('staff', 'child')[place % 2]},{line}" for place, line in enumerate(lines))]
    if other == "staff":
        named = [line.replace("child", "nobody") for line in named]
    (file,) = load("\n".join(named) + "\n", TWICE % other, by_yaml=BY).files
    if other == "child":
        assert [(each.item, each.count) for each in file.invalid] == [("safety", 1)]
    assert (file.rows, file.scored, dict(file.left_out)) == (rows, {"safety_scale_safety": scored}, left)


def test_norms_and_reference_samples_give_t_scores() -> None:
    norms = """\
format: 1
instrument: safety-scale
norms:
  ours: {population: families, unit: respondent, n: 50, source: x, score: mean, scales: {safety: {mean: 5, sd: 2}}}
local:
  first: {population: all at T1, unit: respondent, where: {wave: [T1]}}
"""
    data = load(rest="norms: n.yaml", n_yaml=norms)
    outcome = data.outcomes[0]
    assert [(norm.name, norm.is_local) for norm in outcome.norms] == [("ours", False), ("first", True)]
    assert outcome.frame[outcome.t_column("ours")].tolist()[:4] == [50, 55, 55, 35]
    # The sample at T1 is 5, 6, 6, 2: mean 4.75, variance (0.0625 + 1.5625 + 1.5625 + 7.5625) / 3.
    assert outcome.frame[outcome.t_column("first")][4] == pytest.approx(50 + 10 * 2.25 / (10.75 / 3) ** 0.5)


def test_a_reference_sample_without_scores_is_refused() -> None:
    norms = (
        "format: 1\ninstrument: safety-scale\nlocal:\n  t9: {population: x, unit: respondent, where: {wave: [T9]}}\n"
    )
    assert refuse(rest="norms: n.yaml", n_yaml=norms) == (
        "n.yaml: local.t9: the reference 't9' (wave T9) has no scale with two different scores\n"
        "1 problem in n.yaml; nothing was compared."
    )


VENDOR = """\
respondent: respondent
site: site
wave: wave
t_scores:
  safety-scale: {norm: vendor, source: the vendor, scales: {safety: safety}}
"""


def test_ready_made_t_scores_are_an_outcome_in_t() -> None:
    data = load(ROWS.replace(",5\n", ",55\n"), "columns: c.yaml", c_yaml=VENDOR)
    outcome = data.outcomes[0]
    assert (outcome.metric, outcome.table.plan) == ("T", None)
    assert outcome.low != outcome.low  # NaN: a T-score has no theoretical range
    assert outcome.frame["safety"].tolist()[:2] == [55, 6]
    assert outcome.frame[outcome.t_column("vendor")].tolist()[:2] == [55, 6]
    assert [(norm.name, norm.description) for norm in outcome.norms] == [("vendor", "the vendor")]
    assert list(outcome.table.answers.columns) == []
    assert len(outcome.table.answers) == 8


LINKS = "family,worker,site\nF1,A,1\nF2,A,1\nF3,B,2\nF4,B,2\n"


def test_a_table_of_links_gives_what_an_export_does_not_say() -> None:
    data = load(FAMILIES, "ids: {person: family}", "links: l.csv", l_csv=LINKS)
    table = data.tables[0]
    assert table.frame[["family", "worker", "site", "arm"]].to_numpy().tolist() == [
        ["F1", "A", "1", "new"],
        ["F2", "A", "1", "new"],
        ["F3", "B", "2", "old"],
        ["F4", "B", "2", "old"],
    ]
    assert table.levels == ("site", "worker", "family")


NOTES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "a wave that nobody answered at": (
        {"study": STUDY.replace("[T1, T2]", "[T1, T2, T3]")},
        ["nobody answered at T3 in any source"],
    ),
    "one wave": (
        {"rows": ONCE, "study": STUDY.replace("[T1, T2]", "[T1]")},
        ["there is one wave: no change can be looked at"],
    ),
    "no wave in the data": (
        {"rows": ONCE.replace(",wave", "").replace(",T1", "")},
        ["no source records a wave: no change can be looked at"],
    ),
    "a site that nobody answered in": (
        {"rows": ROWS.replace("F02,2,T2,4\nF05,2,T2,3\n", "")},
        ["safety: nobody answered in site 2 at T2"],
    ),
    "a site with one person": (
        {"rows": ROWS.replace("F01,1,T1,5\n", "")},
        ["safety: only one person in North at T1: no test and no interval there"],
    ),
    "one arm in the data": (
        {"rows": "".join(line for line in ROWS.splitlines(keepends=True) if ",2,T" not in line)},
        [
            "safety: nobody answered in site 2 at T1",
            "safety: nobody answered in site 2 at T2",
            "safety: everybody is in the arm New: no arms are compared",
        ],
    ),
    "one arm in the study": (
        {"study": STUDY.replace(", old: {label: Old, reference: true}", "").replace("arm: old", "arm: new")},
        ["there is one arm, New: sites are described, and no arms compared"],
    ),
    "no arms": (
        {"study": STUDY.replace(ARMS, "").replace("arm: new, ", "").replace("{arm: old}", "{}")},
        ["there are no arms: sites are described, and no arms compared"],
    ),
    "a person who moved": (
        {"rows": ROWS.replace("F05,2,T2", "F04,1,T2").replace("F03,1,T2", "F05,2,T2")},
        ["safety: 1 person is in different sites at different waves: counted where they answered, linked in no site"],
    ),
    "rows without a site": (
        {"rows": ROWS + "F06,,T1,3\n"},
        ["safety: 1 row has no site, and is left out (9 in all)"],
    ),
    "rows without a wave": (
        {"rows": ROWS + "F06,1,,3\nF07,1,,3\n"},
        ["safety: 2 rows have no wave, and are left out (10 in all)"],
    ),
    "nobody named": (
        {"rows": "\n".join(line.partition(",")[2] for line in ROWS.splitlines()) + "\n"},
        ["safety: no column says who answered, so nobody is linked across waves"],
    ),
    "nobody with a score": (
        {
            "rows": "".join(line.rpartition(",")[0] + ",\n" for line in ROWS.splitlines()).replace(
                "wave,", "wave,safety"
            )
        },
        ["safety: nobody has a score on safety"],
    ),
    "several raters": (
        {
            "rows": "rater,target,site,safety\nO1,I1,1,5\nO2,I1,1,6\nO1,I2,1,6\nO1,I3,2,6\nO1,I4,2,6\n",
            "study": STUDY.replace("[T1, T2]", "[T1]"),
        },
        ["there is one wave: no change can be looked at", "safety: 1 of 4 was rated by more than one rater"],
    ),
    "a level that nobody has": (
        {"rest": f"levels: [site, worker]\n{ALL_SHOWN}"},
        ["no source says which worker people belong to"],
    ),
    "families that are not linked": (
        {
            "rows": FAMILIES + "F5,T1,4\n",
            "source": "ids: {person: family}",
            "rest": f"links: l.csv\n{ALL_SHOWN}",
            "study": STUDY.replace("[T1, T2]", "[T1]"),
            "l_csv": LINKS,
        },
        [
            "safety: family: 1 of 5 is not in l.csv",
            "safety: 1 row has no site, and is left out (5 in all)",
            "there is one wave: no change can be looked at",
        ],
    ),
    "another worker than the linked one": (
        {
            "rows": "family,worker,wave,safety\nF1,C,T1,5\nF2,A,T1,5\nF3,B,T1,5\nF4,B,T1,5\n",
            "source": "ids: {person: family}",
            "rest": f"links: l.csv\n{ALL_SHOWN}",
            "study": STUDY.replace("[T1, T2]", "[T1]"),
            "l_csv": LINKS,
        },
        [
            "safety: family: 1 has a different worker in l.csv; the one in the export is used",
            "there is one wave: no change can be looked at",
        ],
    ),
}


@pytest.mark.parametrize("case", NOTES)
def test_what_the_data_do_not_allow_is_said(case: str) -> None:
    given, notes = NOTES[case]
    assert list(map(str, load(**given).notes)) == notes


WHY = "fewer than 3 people, or a number that would give such a group away"
FEW: dict[str, tuple[dict[str, Any], list[str]]] = {
    "a site with one person is one of those with too few": (
        {"rows": ROWS.replace("F01,1,T1,5\n", "")},
        [
            f"safety: North, site 2 at T1 are not shown: {WHY}",
            f"safety: North, site 2 at T2 are not shown: {WHY}",
        ],
    ),
    "a site with nobody": (
        {"rows": ROWS.replace("F02,2,T2,4\nF05,2,T2,3\n", "") + "F08,1,T1,1\nF08,1,T2,1\n"},
        [
            f"safety: North, site 2 at T1 are not shown: {WHY}",
            "safety: nobody answered in site 2 at T2",
        ],
    ),
    "a person who moved": (
        {
            "rows": "respondent,site,wave,safety\n"
            + "".join(f"A{n},1,T1,1\nB{n},2,T1,1\nA{n},1,T2,1\nB{n},2,T2,1\n" for n in range(3))
            + "M,1,T1,1\nM,2,T2,1\n"
        },
        [
            "safety: fewer than 3 people are in different sites at different waves: counted where they answered,"
            " linked in no site",
        ],
    ),
    "rows without a site": (
        {
            "rows": "respondent,site,wave,safety\n"
            + "".join(f"A{n},1,T1,1\nB{n},2,T1,1\nA{n},1,T2,1\nB{n},2,T2,1\n" for n in range(3))
            + "M,,T1,1\n"
        },
        ["safety: fewer than 3 rows have no site, and are left out"],
    ),
    "several raters": (
        {
            "rows": "rater,target,site,safety\n"
            + "".join(f"O1,I{n},{1 + n % 2},5\n" for n in range(6))
            + "O2,I1,2,6\n",
            "study": STUDY.replace("[T1, T2]", "[T1]"),
        },
        [
            "there is one wave: no change can be looked at",
            "safety: fewer than 3 of 6 were rated by more than one rater",
        ],
    ),
    "families that are not linked, or otherwise": (
        {
            "rows": "family,worker,wave,safety\n"
            + "F1,C,T1,5\nF2,A,T1,5\nF3,B,T1,5\nF4,B,T1,5\nF5,B,T1,4\nF6,A,T1,4\nF7,B,T1,4\n",
            "source": "ids: {person: family}",
            "rest": "links: l.csv\nprivacy: {smallest_cell: 3}",
            "study": STUDY.replace("[T1, T2]", "[T1]"),
            "l_csv": LINKS + "F6,A,1\nF7,B,2\n",
        },
        [
            "safety: family: fewer than 3 of 7 are not in l.csv",
            "safety: family: fewer than 3 have a different worker in l.csv; the one in the export is used",
            "safety: fewer than 3 rows have no site, and are left out",
            "there is one wave: no change can be looked at",
        ],
    ),
}


@pytest.mark.parametrize("case", FEW)
def test_a_few_people_are_not_counted_out(case: str) -> None:
    given, notes = FEW[case]
    assert list(map(str, load(**{"rest": "privacy: {smallest_cell: 3}"} | given).notes)) == notes


def test_those_with_one_person_are_not_told_from_those_with_two() -> None:
    rest = "privacy: {smallest_cell: 3}"
    one = load(ROWS.replace("F01,1,T1,5\n", "").replace("F01,1,T2,7\n", ""), rest=rest)
    assert one.notes == load(rest=rest).notes


def test_a_source_that_lacks_a_wave_of_the_others_says_so() -> None:
    study = STUDY + "  other:\n    files: b.csv\n    instrument: safety-scale\n  none:\n    files: c.csv\n"
    data = load(
        study=study + "    instrument: safety-scale\n", b_csv=ONCE, c_csv=ONCE.replace(",wave", "").replace(",T1", "")
    )
    assert list(map(str, data.notes)) == [
        "other: nobody answered at T2",
        "none: no wave is recorded, so there is no change to look at",
    ]


TWICE_HINT = (
    "  hint: say under ids who is linked across waves, and who the rater is where one person is rated by several\n"
)
SITE_HINT = "  hint: name it under ids, in the column map, or in a table of links\n"
ONE = "1 problem in a.csv; nothing was compared."

PROBLEMS: dict[str, tuple[dict[str, Any], str]] = {
    "a site that is not in the study": (
        {"rows": ROWS.replace("F02,2", "F02,Nroth").replace("F05,2", "F05,9")},
        "a.csv:4: site: 'Nroth' is not a site of the study (sites: 1, 2); 2 cells\n"
        "  hint: add it to sites, or leave it out with where: {site: [...]}\n"
        "a.csv:9: site: '9' is not a site of the study (sites: 1, 2)\n"
        "  hint: add it to sites, or leave it out with where: {site: [...]}\n"
        "2 problems in a.csv; nothing was compared.",
    ),
    "a site by its label": (
        {"rows": ROWS.replace("F01,1", "F01,north")},
        "a.csv:2: site: 'north' is not a site of the study (sites: 1, 2); 2 cells\n"
        "  hint: it is the label of site 1: name the site in the study as the data do\n"
        "1 problem in a.csv; nothing was compared.",
    ),
    "a wave that is not in the study": (
        {"rows": ROWS.replace("F05,2,T2", "F05,2,wave 3")},
        "a.csv:9: wave: 'wave 3' is not a wave of the study (waves: T1, T2)\n"
        f"  hint: add it to waves, or leave it out with where: {{wave: [...]}}\n{ONE}",
    ),
    "waves that the study does not name": (
        {"study": STUDY.replace("waves: [T1, T2]\n", "")},
        "study.yaml:7: sources.safety: the data have waves (T1, T2), and the study names none\n"
        "  hint: add waves: [T1, T2], in order, or choose one under where\n"
        "1 problem in study.yaml; nothing was compared.",
    ),
    "the same person twice in a file": (
        {"rows": ROWS + "F01,2,T1,3\n"},
        f"a.csv:10: respondent 'F01' at T1 already on line 2\n{ONE}",
    ),
    "the same person in two sites": (
        {
            "rows": "family,respondent,site,wave,safety\nF1,a,1,T1,5\nF1,b,2,T1,6\n",
            "source": "ids: {person: family}",
        },
        f"a.csv:3: person 'F1' at T1 is in site '1' and in site '2'\n{TWICE_HINT}{ONE}",
    ),
    "a person twice in a wave": (
        {
            "rows": "family,respondent,site,wave,safety\nF1,a,1,T1,5\nF1,b,1,T1,6\n",
            "source": "ids: {person: family}",
        },
        f"a.csv:2: person 'F1' at T1 is there more than once\n{TWICE_HINT}{ONE}",
    ),
    "a level that is named above the site and lies below it": (
        {
            "rows": "respondent,team,site,wave,safety\nF1,1,1,T1,5\nF2,2,1,T1,5\nF3,1,2,T1,6\nF4,2,2,T1,6\n",
            "rest": "levels: [team, site]",
        },
        "study.yaml:11: levels[0]: 'team' is above 'site', and site '1' has several: '1', '2'\n"
        "  hint: name the highest first: levels: [site, team]\n1 problem in study.yaml; nothing was compared.",
    ),
    "a level that is named above one that holds it": (
        {
            "rows": "respondent,worker,team,site,wave,safety\n"
            + "".join(f"F{n},W{n},U{1 + n // 3},1,T1,5\n" for n in range(1, 6)),
            "rest": "levels: [site, worker, team]",
        },
        "study.yaml:11: levels[1]: 'worker' is above 'team', and team 'U1' has several: 'W1', 'W2'\n"
        "  hint: name the highest first: team, worker\n1 problem in study.yaml; nothing was compared.",
    ),
    "a case rated in two sites at once": (
        {
            "rows": "target,rater,site,wave,safety\nF1,a,1,T1,5\nF1,b,1,T1,5\nF1,c,2,T1,6\nF2,c,2,T1,6\n",
            "source": "ids: {person: target}",
        },
        f"a.csv:4: person 'F1' at T1 is in site '1' and in site '2'\n{TWICE_HINT}{ONE}",
    ),
    "cases that each site numbers from 1, rated by people of the site": (
        {
            "rows": "target,rater,site,wave,safety\n"
            + "".join(f"{n},{who},{1 + (who > 'b')},T1,5\n" for n in range(1, 5) for who in "abcd"),
            "source": "ids: {person: target}",
        },
        "study.yaml:8: sources.safety: 4 of 4 people are in several sites at a wave\n"
        "  hint: where each site numbers its own, join the two in a column map: target: {join: [SITE, ID]}\n"
        "1 problem in study.yaml; nothing was compared.",
    ),
    "a person in two files": (
        {"study": STUDY.replace("a.csv", "[a.csv, b.csv]"), "b_csv": "respondent,site,wave,safety\nF01,1,T1,5\n"},
        f"b.csv:2: person 'F01' at T1 is already in a.csv\n{TWICE_HINT}1 problem in b.csv; nothing was compared.",
    ),
    "no column of sites": (
        {"rows": ROWS.replace("site", "team")},
        f"study.yaml:8: sources.safety: there is no id column 'site'\n{SITE_HINT}"
        "1 problem in study.yaml; nothing was compared.",
    ),
    "no row with a site": (
        {"rows": "respondent,site,wave,safety\nF01,,T1,5\n"},
        "study.yaml:8: sources.safety: no row has a site (a.csv)\n1 problem in study.yaml; nothing was compared.",
    ),
    "an empty file": (
        {"rows": "respondent,site,wave,safety\n"},
        f"a.csv: has a header and no rows\n{ONE}",
    ),
    "an answer that is not allowed": (
        {"rows": ROWS.replace(",5\n", ",55\n")},
        f"a.csv:2: safety: 55 is outside 0-10\n{ONE}",
    ),
    "a condition on a column that is not there": (
        {"source": "where: {sit: 1}"},
        "study.yaml:11: sources.safety.where.sit: there is no id column 'sit' (id columns: respondent, site, wave)\n"
        "  hint: did you mean 'site'?\n1 problem in study.yaml; nothing was compared.",
    ),
    "a condition that no row meets": (
        {"source": "where: {wave: [T11]}"},
        "study.yaml:11: sources.safety.where.wave: no row has 'T11' (values: T1, T2)\n"
        "  hint: did you mean 'T1'?\n1 problem in study.yaml; nothing was compared.",
    ),
    "an id column that is not there": (
        {"source": "ids: {worker: wrker}"},
        "study.yaml:11: sources.safety.ids.worker: there is no id column 'wrker' (id columns: respondent, site, wave)\n"
        "  hint: name it in the column map, under others\n1 problem in study.yaml; nothing was compared.",
    ),
    "ids that do not link at all": (
        {
            "rows": FAMILIES,
            "source": "ids: {person: family}",
            "rest": f"links: l.csv\n{ALL_SHOWN}",
            "l_csv": LINKS.replace("\nF", "\nFam"),
        },
        f"a.csv:2: family: no family of this file is in l.csv ('F1' is the first)\n  hint: did you mean 'Fam1'?\n{ONE}",
    ),
    "a site that the links contradict": (
        {
            "rows": "family,site,wave,safety\nF1,2,T1,5\nF2,1,T1,5\n",
            "source": "ids: {person: family}",
            "rest": f"links: l.csv\n{ALL_SHOWN}",
            "l_csv": LINKS,
        },
        f"a.csv:2: site: family 'F1' is in site '2' here and in '1' in l.csv:2\n{ONE}",
    ),
    "links that are wrong": (
        {"rows": FAMILIES, "rest": "links: l.csv", "l_csv": "family,worker,site\nF1,A,1\nF1,A,1\nF3,B,3\n"},
        "l.csv:3: family 'F1' is already on line 2\n"
        "l.csv:4: site: '3' is not a site of the study (sites: 1, 2)\n"
        "2 problems in l.csv; nothing was compared.",
    ),
    "links without levels": (
        {"rows": FAMILIES, "rest": "links: l.csv", "l_csv": "famly,worker,site\nF1,A,1\n"},
        "l.csv:1: needs a column for each level, the lowest first, and has famly, worker, site\n"
        "  hint: did you mean 'family'?\n1 problem in l.csv; nothing was compared.",
    ),
    "links without rows": (
        {"rows": FAMILIES, "rest": "links: l.csv", "l_csv": "family,worker,site\n"},
        "l.csv: has a header and no rows\n1 problem in l.csv; nothing was compared.",
    ),
}


@pytest.mark.parametrize("case", PROBLEMS)
def test_what_cannot_be_meant_is_refused(case: str) -> None:
    given, text = PROBLEMS[case]
    assert refuse(**given) == text


def test_the_problems_of_all_sources_come_at_once() -> None:
    study = STUDY + "  other:\n    files: b.csv\n    instrument: safety-scale\n"
    text = refuse(ROWS.replace(",5\n", ",55\n"), study=study, b_csv="respondent,site,wave,safety\n")
    assert text == (
        "a.csv:2: safety: 55 is outside 0-10\n"
        "b.csv: has a header and no rows\n"
        "2 problems in 2 files; nothing was compared."
    )


def test_nobody_is_named_in_a_note() -> None:
    for given, _ in NOTES.values():
        for note in load(**given).notes:
            assert not any(name in f"{note!r} {note}" for name in ("F0", "F1", "F5", "I1", "O1"))


def test_a_source_says_on_which_row_its_header_is() -> None:
    data = load(f"Trial\n{ROWS}", "header_row: 2")
    assert len(data.tables[0].frame) == len(load().tables[0].frame)


@pytest.mark.parametrize(
    ("levels", "groups", "below"),
    [
        (("worker",), ["1", "2", "1", "2"], ("worker",)),
        (("worker",), ["1", "1", "1", "1"], ("worker",)),  # each site has one worker, numbered from 1
        (("team",), ["1", "1", "2", "2"], ("team",)),
        (("ward",), ["1", "1", "2", "2"], ("ward",)),  # as many as sites: it may be either, and counts as nested
        (("county",), ["x", "x", "x", "x"], ()),
        (("site", "county"), ["x", "x", "x", "x"], ("county",)),
    ],
)
def test_a_level_is_above_the_site_only_where_its_groups_hold_whole_sites(levels, groups, below):
    frame = pd.DataFrame({"site": ["a", "a", "b", "b"], levels[-1]: groups}, dtype=object)
    table = SourceTable("staff", None, None, frame, pd.DataFrame(), levels)
    assert table.below_site == below
    assert table.name_columns(levels[-1]) == (("site", levels[-1]) if below else levels)


def test_scores_that_lack_a_part_of_another_range_are_counted_in_a_note() -> None:
    vouched = "{status: user, source: a test}"
    Path("two.yaml").write_text(
        "format: 1\nid: two\nversion: 1.0.0\ntitle: Two\nconstruct: nothing\nanswered_by: [family]\nreferences: []\n"
        f"rights: {{holder: nobody}}\nverification: {{key: {vouched}, responses: {vouched}, missing: {vouched}}}\n"
        "response_scales: {five: {min: 1, max: 5}, ten: {min: 0, max: 10}}\nmissing: {min_answered: 1}\n"
        "items: [{ids: q1, responses: five}, {ids: q2, responses: ten}]\n"
        "scales: {all: {title: All, items: [q1, q2], score: sum, higher_is: more}}\n"
    )
    rows = "respondent,site,wave,q1,q2\nF1,1,T1,1,10\nF2,2,T1,,10\nF3,2,T1,5,\n"
    study = STUDY.replace("instrument: safety-scale", "instrument: two.yaml")
    data = load(rows, rest="privacy: {smallest_cell: 1}", study=study)
    assert data.tables[0].frame["all"].tolist() == [11, 20, 10]
    (said,) = [each for each in data.notes if each.code == "uneven_parts"]
    assert (said["source"], said["scale"], said["count"]) == ("safety", "all", "2")
    assert str(said).startswith("safety: all: 2 scores lack a part, and its parts have different ranges: ")
