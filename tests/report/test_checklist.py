"""The draft of results and checklists says what the study knows, asks for the rest, and hides small groups."""

from __future__ import annotations

import shutil
from io import BytesIO

import pytest
import yaml
from docx import Document
from report_pages import small_study
from support import ROOT, CommandLine

from sos_score.comparison.compare import compare_study
from sos_score.comparison.finding import Unit
from sos_score.comparison.verdict import Verdict
from sos_score.report.checklist.draft import make_checklist
from sos_score.report.checklist.facts import FACTS
from sos_score.report.checklist.items import JARS, TREND
from sos_score.report.checklist.results import list_paragraphs
from sos_score.report.model import ReportData
from sos_score.study.file import read_study
from sos_score.study.load import load_study_data

run = CommandLine("report")


def read(study):
    data = load_study_data(read_study(study))
    return ReportData(data, compare_study(data), "report.manifest.json")


def write(report):
    return make_checklist(report, ".md").decode()


def part(text, heading):
    """Return the lines below a heading of the draft."""
    return text.split(f"### {heading}\n", 1)[1].split("\n##", 1)[0]


@pytest.fixture(scope="module")
def staff():
    return read(ROOT / "examples" / "staff_survey.yaml")


@pytest.fixture(scope="module")
def text(staff):
    return write(staff)


def test_every_item_of_trend_is_there_once():
    assert [int(item.name.split(".")[0]) for item in TREND] == list(range(1, 23))


def test_items_name_facts_that_exist_and_every_fact_is_used():
    assert {name for item in (*TREND, *JARS) for name in item.facts} == FACTS.keys()


def test_items_refer_to_items_of_trend():
    numbers = {item.name.split(".")[0] for item in TREND}
    assert {number for item in (*TREND, *JARS) for number in item.see} <= numbers


def test_every_item_has_something_below_it(text):
    for item in (*TREND, *JARS):
        assert "\n- " in part(text, item.name), item.name


def test_the_design_is_what_the_study_file_says(text):
    assert "- Signs of Safety: 2 sites (North and West).\n- Contrast: 2 sites (East and South)." in text
    assert "The study file does not state how sites came to their arms: say how." in part(text, "8. Assignment")
    assert "The smallest effect that would matter is 0.5 standard deviations." in part(text, "7. Sample size")


def test_people_are_counted_by_site_and_wave(text):
    flow = part(text, "12. Participant flow")
    assert (
        "- Climate, staff, T1: North (Signs of Safety) 15, East (Contrast) 14, South (Contrast) 16,"
        " West (Signs of Safety) 13; 58 in all."
    ) in flow
    assert "- Climate, staff, South (Contrast): 7 answered at both T1 and T2." in flow


def test_an_instrument_comes_with_its_version_and_how_its_key_is_known(text):
    outcomes = part(text, "6. Outcomes")
    assert "(osc 1.0.0), 88 items; its definition: key structural, responses unverified, missing project." in outcomes
    assert "| Climate, staff | Engagement | T1 | 42 | 11 | 0.85 [0.77, 0.91] |" in outcomes


def test_what_no_file_says_is_asked_and_not_made_up(text):
    assert "- [ ] **To answer:** What are the dates of each wave?" in part(text, "13. Recruitment")
    assert part(text, "19. Adverse events").strip().splitlines()[-1] == "- [ ] **To answer:** Was anyone harmed?"


def test_a_difference_is_told_with_its_interval_test_effect_and_people(text):
    assert (
        "In South (Contrast), Engagement fell by 0.80 points from T1 to T2, 95% CI of the difference [-1.18, -0.41],"
        " t(13.0) = -4.48, adjusted p = .004, g = -1.86 [-2.92, -0.76], n = 16 at T1 and 13 at T2 (worse); it started"
    ) in text
    assert "Engagement changed differently in the arms: Signs of Safety 3.01 to 3.03, Contrast 3.27 to 2.78" in text


def test_every_difference_among_people_is_told_and_unclear_ones_are_counted(staff, text):
    judged = [
        each
        for each in staff.comparison.findings
        if each.is_judged and each.question in ("change", "arms", "did") and each.unit is not Unit.SITES
    ]
    clear = [each for each in judged if each.verdict is Verdict.DIFFERENT]
    results = text.split("## TREND")[0]
    assert results.count("95% CI of the difference") == len(clear) == 4
    assert "6 of 8 comparisons of a site with itself over time found no clear difference." in results
    assert "No clear difference is not evidence of no difference." in results


def test_the_first_paragraph_says_what_the_design_cannot_show(staff):
    assert next(iter(list_paragraphs(staff))).startswith("With 2 sites against 2 there is no verdict on sites")


def test_a_study_without_arms_speaks_of_none(tmp_path):
    text = write(read(small_study(tmp_path, arms=False)))
    assert "came to their arms" not in text.replace(
        "Does the title or the abstract say how sites came to their arms?", ""
    )
    assert "- 3 sites: A, B and C." in text


def test_small_groups_stay_hidden_and_no_sum_gives_them_away(tmp_path):
    flow = part(write(read(small_study(tmp_path, sizes={"a": 3, "b": 14, "c": 14}))), "12. Participant flow")
    lines = [line for line in flow.splitlines() if ", T" in line and "answered at both" not in line]
    assert len(lines) == 2
    assert all("A (New) not shown" in line and "in all" not in line for line in lines)


def test_every_cell_of_a_table_stands_below_its_head(text):
    rows = [line for line in part(text, "6. Outcomes").splitlines() if line.startswith("|")]
    assert {row.count("|") for row in rows} == {12}
    assert (
        rows[0] == "| source | scale | wave | n | items | alpha [95% CI] | within sites | omega | ordinal | SEM | SDC |"
    )
    assert (
        rows[2]
        == "| Climate, staff | Engagement | T1 | 42 | 11 | 0.85 [0.77, 0.91] | 0.81 | 0.85 | 0.90 | 0.15 | 0.42 |"
    )


def test_the_word_document_says_the_same(staff):
    document = Document(BytesIO(make_checklist(staff, ".docx")))
    said = {paragraph.text for paragraph in document.paragraphs}
    assert set(list_paragraphs(staff)) <= said
    assert {item.name for item in (*TREND, *JARS)} <= said
    assert "To answer: Was anyone harmed?" in said


def test_the_draft_is_written_beside_the_report_and_the_manifest_does_not_hold_it(tmp_path):
    study, draft = small_study(tmp_path), tmp_path / "draft.md"
    result = run(study, "-o", tmp_path / "report.html", "--checklist", draft)
    assert result.exit_code == 0, result.stderr
    assert f"{draft}: a draft of the results and of the TREND and JARS-Quant checklists, to edit" in result.stderr
    assert draft.read_text(encoding="utf-8") == write(read(study))
    draft.write_text("edited", encoding="utf-8")
    assert CommandLine("verify")(tmp_path / "report.manifest.json").exit_code == 0


def test_a_checklist_of_another_kind_is_refused(tmp_path):
    result = run(ROOT / "examples" / "staff_survey.yaml", "-o", tmp_path / "r.html", "--checklist", "draft.pdf")
    assert result.exit_code == 2
    assert "a checklist is an .md or .docx file, not 'draft.pdf'" in result.stderr


def test_the_page_on_writing_up_quotes_the_draft():
    page = (ROOT / "docs" / "how-to" / "write-up.md").read_text(encoding="utf-8")
    quote = " ".join(line.removeprefix("> ") for line in page.splitlines() if line.startswith("> "))
    assert quote in " ".join(list_paragraphs(read(ROOT / "examples" / "wellbeing" / "study.yaml")))


def test_families_of_tests_that_the_plan_names_are_among_the_methods(tmp_path):
    shutil.copytree(ROOT / "examples" / "wellbeing", tmp_path / "study")
    path = tmp_path / "study" / "study.yaml"
    study = yaml.safe_load(path.read_text(encoding="utf-8"))
    study["plan"]["multiplicity"] = {"families": {"feeling": ["wellbeing.energy", "wellbeing.support"]}}
    path.write_text(yaml.safe_dump(study), encoding="utf-8")
    assert (
        "the judged tests of one question and unit, over one source, or over a family of the plan's own: feeling"
        " (wellbeing.energy, wellbeing.support), those at the first of several waves apart."
    ) in write(read(path))
