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


def test_the_sections_come_in_their_order(page):
    assert [each.text for each in page.all("h2")] == [
        "Summary",
        "What was measured, and by whom",
        "Data quality and response",
        "Reliability",
        "Scores at each site and wave",
        "Agreement in teams",
        "Profiles and change",
        "Arms, and whether they changed differently",
        "Who accounts for the variation",
        "What goes with what",
        "Floor and ceiling",
        "What the verdicts hang on",
        "Methods",
        "Provenance",
    ]
    links = [each.attributes["href"] for each in page.all("a") if "nav" in each.parents]
    assert links == [f"#{each.attributes['id']}" for each in page.all("section")]


def test_the_limits_come_first_and_then_the_counts(page):
    said = [each.text for each in page.all("p", "li") if "section" in each.parents][:6]
    assert said == [
        "With 2 sites against 2 there is no verdict on sites: their smallest possible p is .333, so no test at .05 can"
        " show that Signs of Safety and Contrast differ, or that they do not. Every other p is about more answers from"
        " these same sites.",
        "Sites chose their arms, so they may have differed before. Observed by evaluators who knew the arms. Cases"
        " selected by the workers themselves.",
        "Change is T2 minus T1.",
        "However large or small a difference between the arms is, so few sites cannot show that it is more than chance,"
        " or that there is none. Nothing below proves that a way of working is better, worse or no different.",
        "Of 19 comparisons of how the answers of the arms changed, 1 shows a difference, none is equivalent and 18 are"
        " inconclusive.",
        "Of 26 comparisons of the answers of the arms at one wave, 1 shows a difference, none is equivalent and 25 are"
        " inconclusive.",
    ]


def test_headings_skip_no_level_and_there_is_one_title(page):
    levels = [int(each.tag[1]) for each in page.all("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert page.all("html")[0].attributes["lang"] == "en"
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
    assert len(pictures) == len(page.all("figure")) == 20
    texts = {each.attributes["id"]: each.text for each in page.all("title", "desc") if "id" in each.attributes}
    for picture in pictures:
        assert picture.attributes["role"] == "img"
        title, description = picture.attributes["aria-labelledby"].split()
        assert len(texts[title]) > 20
        assert len(texts[description]) > 40
    assert texts["profile-osc-title"] == "Culture and climate, staff: 24 of 48 team means lie outside the norm band"
    assert "Site 2: Proficiency 47 T1, 65 T2;" in texts["profile-osc-desc"]


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
    assert any(each.text == "<script>alert(1)</script>" for each in found.all("th", "td"))
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
    assert any(each.text == "Under $\\bad $5 and $6 \U0001f389" for each in found.all("th", "td"))


def test_a_small_group_is_not_shown_and_neither_is_what_would_give_it_away(tmp_path):
    found = Page(make(small_study(tmp_path, sizes={"a": 4, "b": 9, "c": 12})))
    assert "few: fewer than 5 people, or a count that would give such a group away." in [e.text for e in found.all("p")]
    (table,) = [each for each in found.all("table") if "People who answered" in each.text]
    cells = re.sub(r"\s+", " ", table.text)
    assert "A few few" in cells
    assert "B few few" in cells
    # B and C are one arm: its total less C would be B, and the total of all less both would be A.
    assert "C few few" in cells
    drawn = next(each.text for each in found.all("desc") if each.attributes["id"] == "response-desc")
    assert "A: not shown at T1, not shown at T2." in drawn
    assert not [each for each in found.all("desc") if re.search(r"\bA: \d", each.text)]


def test_a_study_of_small_groups_only_says_that_there_is_no_verdict(tmp_path):
    found = Page(make(small_study(tmp_path, sizes={"a": 4, "b": 3, "c": 2})))
    said = "No comparison of this study can be both computed and shown, so there is no verdict. What stands in the way"
    assert any(each.text.startswith(said) for each in found.all("p"))
    assert not any("Verdicts" in each.text or "Families of tests" in each.text for each in found.all("caption"))


@pytest.mark.parametrize(("people", "is_drawn"), [(4, False), (5, True)])
def test_missing_answers_of_a_few_people_are_not_drawn_however_often_they_answered(tmp_path, people, is_drawn):
    found = Page(make(small_study(tmp_path, sizes={"a": people}, arms=False)))
    assert ("missing-desc" in [each.attributes["id"] for each in found.all("desc")]) == is_drawn


def test_people_are_drawn_one_by_one_only_where_nobody_else_is_given_away(tmp_path):
    apart = Page(make(small_study(tmp_path / "some", leavers={"a": 2})))
    alone = Page(make(small_study(tmp_path / "none")))

    def count_lines(found):
        return sum(
            each.attributes["d"].count("M") for each in found.all("path") if each.attributes.get("opacity") == "0.55"
        )

    assert count_lines(alone) == 9 + 9 + 12
    assert count_lines(apart) == 9 + 12


@pytest.mark.parametrize("waves", [("T1",), ("T1", "T2")])
def test_a_study_without_arms_or_a_second_wave_is_told_as_far_as_it_goes(tmp_path, waves):
    found = Page(make(small_study(tmp_path, arms=False, waves=waves)))
    titles = [each.text for each in found.all("h2")]
    assert "Arms, and whether they changed differently" not in titles
    assert ("Profiles and change" in titles) == (len(waves) > 1)
    assert titles[0] == "Summary"


def test_the_picture_in_the_docs_is_of_today(page):
    shown = (ROOT / "docs" / "profile.svg").read_text(encoding="utf-8")
    words = re.search("<dc:description>(.*?)</dc:description>", shown, re.DOTALL)
    assert words
    assert words[1] == next(each.text for each in page.all("desc") if each.attributes["id"] == "profile-osc-desc")
