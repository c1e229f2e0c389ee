import re
from base64 import b64encode
from hashlib import sha256
from itertools import pairwise

import pytest
from report_pages import Page, small_study
from support import ROOT

from sos_score.commands.report import run_report
from sos_score.report.request import ReportRequest
from sos_score.study.file import read_study
from sos_score.study.load import load_study_data


def make(path):
    return next(iter(run_report(ReportRequest(str(path))).files.values())).decode()


def test_a_question_has_a_section_and_the_annex_follows_folded(page):
    assert [each.text for each in page.all("h2")] == [
        "What was found",
        "What was measured?",
        "Who answered?",
        "Did teams change?",
        "Do the arms differ, and what can that mean?",
        "Who accounts for the differences?",
        "What goes with what?",
        "How robust are the findings?",
        "Findings of each kind, and what they rest on",
        "Questionnaires, scoring keys and rights",
        "Data quality and response",
        "Reliability",
        "Whether scales mean the same in groups",
        "Scores at each site and wave",
        "Agreement in teams",
        "Profiles and change",
        "Arms, and whether they changed differently",
        "How scores vary between sites and within them",
        "Associations in full",
        "Whether changes are more than error",
        "Floor and ceiling",
        "Who is missing",
        "Findings under other choices of the analysis",
        "Methods",
        "Provenance",
    ]
    links = [each.attributes["href"] for each in page.all("a") if "nav" in each.parents]
    assert links == [f"#{each.attributes['id']}" for each in page.all("section")]
    folded = [each for each in page.all("section") if "details" in each.parents]
    assert len(folded) == 17
    assert folded == page.all("section")[8:]


def test_the_first_section_says_who_answered_what_was_found_and_what_cannot_be_shown(page):
    first = page.all("section")[0].text
    lead, arms = [each.text for each in page.all("p") if each.attributes.get("class") == "lead"][:2]
    assert lead == (
        "T1 to T2: Site 2 (Contrast) better on 4 of 19 scales; Site 3 (Contrast) worse on 5 of 19 scales; no clear"
        " change in Site 1 (Signs of Safety) and Site 4 (Signs of Safety)."
    )
    assert arms == (
        "Signs of Safety and Contrast: change differed clearly on 1 of 19 scales and scores differed clearly on 1 of 7"
        " scales asked once."
    )
    assert "Site 3 (Contrast): Proficiency fell 0.68 [0.42, 0.94], 16 and 13 staff: worse." in first
    assert "Site 1 (Signs of Safety)" in page.all("table")[0].text
    limits = first.partition("What this study cannot show")[2]
    assert "With 2 sites against 2 there is no verdict on sites" in limits
    assert "Sites chose their arms, so they may have differed before." in limits
    assert "110 of 121 comparisons are unclear, which is no evidence that there is no difference." in limits
    assert len([each for each in page.all("svg") if "before-after" in each.attributes["aria-labelledby"]]) == 2
    assert first.index("What was found") < first.index("Who answered, at T1 and T2")


def test_the_annex_begins_with_the_limits_and_then_the_counts(page):
    annex = page.all("section")[8].text
    said = [
        "With 2 sites against 2 there is no verdict on sites: their smallest possible p is .333, so no test at .05 can"
        " show that Signs of Safety and Contrast differ, or that they do not.",
        "Change is T2 minus T1.",
        "Nothing below proves that a way of working is better, worse or no different.",
        "Of 19 comparisons of how the answers of the arms changed, 1 shows a difference, none is equivalent and 18 are"
        " inconclusive.",
    ]
    places = [annex.index(each) for each in said]
    assert places == sorted(places)


def test_every_site_is_named_with_its_arm_in_the_tables_of_the_main_part(page):
    heads = [each.text for each in page.all("th", "td") if each.text.startswith("Site ")]
    assert {"Site 1 (Signs of Safety)", "Site 2 (Contrast)"} <= set(heads)
    tables = [each.text for each in page.all("table") if "details" not in each.parents]
    assert len(tables) == 9
    assert not [text for text in tables if re.search(r"(?<!without )\bSite \d(?! \()(?=\s)", text)]


def test_a_mean_in_the_main_part_is_that_of_the_descriptives(page, demo):
    data = load_study_data(read_study(demo / "study.yaml"))
    table = next(each for each in data.tables if each.source == "osc")
    there = table.frame[(table.frame["site"] == "3") & (table.frame["wave"] == "T2")]["proficiency"].dropna()
    rows = [re.sub(r"\s+", " ", each.text).strip() for each in page.all("tr") if "details" not in each.parents]
    shown = next(each for each in rows if each.startswith("Site 3 (Contrast) 16, 13 3.67"))
    assert f"{there.mean():.2f} ({there.std():.2f})" in shown
    assert shown.endswith("-0.68 [-0.94, -0.42] \u25bc worse")


def test_headings_skip_no_level_and_there_is_one_title(page):
    levels = [int(each.tag[1]) for each in page.all("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert page.all("html")[0].attributes["lang"] == "en-GB"
    assert len(page.all("main")) == len(page.all("header")) == 1
    assert [each.text for each in page.all("title") if "head" in each.parents] == [page.all("h1")[0].text]


def test_every_table_has_a_caption_and_every_heading_cell_a_scope(page):
    tables = page.all("table")
    assert len(tables) == len(page.all("caption")) > 10
    assert all(each.text.strip() for each in page.all("caption"))
    scopes = {each.attributes.get("scope") for each in page.all("th")}
    assert scopes == {"col", "row"}


def test_every_picture_says_what_it_shows(page):
    pictures = page.all("svg")
    assert len(pictures) == 2 * len(page.all("figure")) == 2 * 24
    texts = {each.attributes["id"]: each.text for each in page.all("title", "desc") if "id" in each.attributes}
    for picture in pictures:
        assert picture.attributes["role"] == "img"
        title, description = picture.attributes["aria-labelledby"].split()
        assert len(texts[title]) > 20
        assert len(texts[description]) > 40
    assert texts["profile-osc-title"] == "Culture and climate, staff: 24 of 48 team means lie outside the norm band"
    assert "Site 2 (Contrast): Proficiency 47 T1, 65 T2;" in texts["profile-osc-desc"]


def test_no_id_is_there_twice_and_every_reference_leads_somewhere(page):
    ids = [each.attributes["id"] for each in page.elements if "id" in each.attributes]
    assert len(ids) == len(set(ids))
    targets = [each.attributes["href"] for each in page.elements if "href" in each.attributes]
    targets += [f"#{name}" for each in page.elements for name in re.findall(r"url\(#([^)]*)\)", str(each.attributes))]
    assert {each.removeprefix("#") for each in targets} <= set(ids)


def test_the_page_needs_nothing_from_elsewhere(page, demo):
    text = (demo / "report.html").read_text(encoding="utf-8")
    assert not page.all("script", "link", "img", "iframe", "object", "base", "form")
    assert not re.search(r"""(src|href|action|data)\s*=\s*["'](?!#)""", text)
    assert not re.search(r"@import|url\((?!#)|\son\w+=|\sstyle=", text)
    policy = next(each for each in page.all("meta") if "http-equiv" in each.attributes).attributes["content"]
    (style,) = page.all("style")
    digest = b64encode(sha256(style.text.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def test_every_colour_follows_the_page(page):
    for each in page.elements:
        for key in ("fill", "stroke"):
            assert not each.attributes.get(key, "").startswith("#"), each


def contrast(one, other):
    def light(colour):
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05

    return max(light(one), light(other)) / min(light(one), light(other))


def test_text_and_marks_stand_out_in_light_dark_and_print(page):
    blocks = re.findall(r":root \{(.*?)\}", page.all("style")[0].text, re.DOTALL)
    themes = [dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", block)) for block in blocks]
    assert len(themes) == 3
    for theme in themes:
        for name in ("ink", "soft", "link"):
            assert contrast(theme[name], theme["paper"]) >= 4.5
        for name in ("blue", "orange"):
            assert contrast(theme[name], theme["paper"]) >= 3
        for name in ("pale", "line", "blue2", "blue3", "orange2", "orange3"):
            assert contrast(theme["ink"], theme[name]) >= 4.5


def test_nobody_is_named_anywhere(demo):
    data = load_study_data(read_study(demo / "study.yaml"))
    names = {str(value) for table in data.tables for column in ("person", "worker", "family", "rater")
             if column in table.frame for value in table.frame[column].dropna()}  # fmt: skip
    assert len(names) > 200
    for name in ("report.html", "report.manifest.json"):
        words = set(re.findall(r"[\w-]+", (demo / name).read_text(encoding="utf-8")))
        assert not words & names


def test_a_site_called_script_shows_as_text(tmp_path):
    study = small_study(tmp_path, label="<script>alert(1)</script>", title="<b>bold</b> & <i>")
    text = make(study)
    assert "<script" not in text
    found = Page(text)
    assert found.all("h1")[0].text == "<b>bold</b> & <i>"
    assert any(each.text == "<script>alert(1)</script> (New)" for each in found.all("th", "td"))
    assert "<script>alert(1)</script>" in next(
        e.text for e in found.all("desc") if e.attributes["id"] == "response-desc"
    )


@pytest.mark.parametrize("sizes", [{"a": 12}, {"a": 9, "b": 9, "c": 12}])
@pytest.mark.parametrize("answer", ["3", "", None])
def test_a_study_whose_variation_cannot_be_divided_is_told_without_that_picture(tmp_path, sizes, answer):
    study = small_study(tmp_path, sizes=sizes, arms=len(sizes) > 1)
    answers = tmp_path / "answers.csv"
    header, *rows = answers.read_text().splitlines()
    if answer is not None:
        rows = [",".join([*row.split(",")[:3], *[answer] * 4]) for row in rows]
    answers.write_text("\n".join([header, *rows]) + "\n")
    found = Page(make(study))
    is_divided = answer is None and len(sizes) > 1
    assert ("variation-desc" in [each.attributes["id"] for each in found.all("desc")]) == is_divided


def test_a_site_is_written_as_it_is_whatever_a_plotting_program_would_make_of_it(tmp_path):
    found = Page(make(small_study(tmp_path, label="Under $\\bad $5 and $6 \U0001f389")))
    assert any(each.text == "Under $\\bad $5 and $6 \U0001f389 (New)" for each in found.all("th", "td"))


def test_a_small_group_is_not_shown_and_neither_is_what_would_give_it_away(tmp_path):
    found = Page(make(small_study(tmp_path, sizes={"a": 4, "b": 9, "c": 12})))
    assert "few: fewer than 5 people, or a count that would give such a group away." in [e.text for e in found.all("p")]
    (table,) = [each for each in found.all("table") if "People who answered" in each.text]
    cells = re.sub(r"\s+", " ", table.text)
    assert "A (New) few few" in cells
    assert "B (Old) few few" in cells
    # B and C are one arm: its total less C would be B, and the total of all less both would be A.
    assert "C (Old) few few" in cells
    drawn = next(each.text for each in found.all("desc") if each.attributes["id"] == "response-desc")
    assert "A (New): not shown at T1, not shown at T2." in drawn
    assert not [each for each in found.all("desc") if re.search(r"\bA( \(New\))?:? \d", each.text)]


def test_a_study_of_small_groups_only_says_that_there_is_no_verdict(tmp_path):
    found = Page(make(small_study(tmp_path, sizes={"a": 4, "b": 3, "c": 2})))
    said = "No comparison of this study can be both computed and shown, so there is no verdict. The section on"
    assert any(each.text.startswith(said) for each in found.all("p"))
    assert not any("Verdicts" in each.text or "Families of tests" in each.text for each in found.all("caption"))


@pytest.mark.parametrize(("people", "is_drawn"), [(4, False), (5, True)])
def test_missing_answers_of_a_few_people_are_not_drawn_however_often_they_answered(tmp_path, people, is_drawn):
    found = Page(make(small_study(tmp_path, sizes={"a": people}, arms=False)))
    assert ("missing-desc" in [each.attributes["id"] for each in found.all("desc")]) == is_drawn


@pytest.mark.parametrize("waves", [("T1",), ("T1", "T2")])
def test_a_study_without_arms_or_a_second_wave_is_told_as_far_as_it_goes(tmp_path, waves):
    found = Page(make(small_study(tmp_path, arms=False, waves=waves)))
    titles = [each.text for each in found.all("h2")]
    assert "Arms, and whether they changed differently" not in titles
    assert ("Profiles and change" in titles) == (len(waves) > 1)
    assert titles[0] == "What was found"
    assert "Do the arms differ, and what can that mean?" not in titles
    assert ("Did teams change?" in titles) == (len(waves) > 1)
    assert "workers" not in " ".join(each.text for each in found.all("p", "li", "th", "caption"))


def test_the_picture_in_the_docs_is_of_today(page):
    shown = (ROOT / "docs" / "profile.svg").read_text(encoding="utf-8")
    words = re.search("<dc:description>(.*?)</dc:description>", shown, re.DOTALL)
    assert words
    assert words[1] == next(each.text for each in page.all("desc") if each.attributes["id"] == "profile-osc-desc")


def test_of_sites_and_kinds_of_answer_the_fewer_stand_at_the_head_of_who_answered(page, tmp_path):
    assert next(each.text for each in page.all("th")) == "answers of"
    assert [each.text for each in Page(make(small_study(tmp_path))).all("th")][:2] == ["site", "Staff"]
