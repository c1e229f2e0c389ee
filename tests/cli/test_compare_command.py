"""``sos-score compare``: the example study's findings, every format, every option, every exit code."""

import csv
import io
import json
import math
import os
import re
import shutil
import subprocess
import sys
from contextlib import suppress

import pytest
import xlsxwriter
from factories import Rows
from python_calamine import CalamineWorkbook
from support import ROOT, CommandLine, run_shell

from sos_score import compare_study
from sos_score.comparison.questions.registry import OF_STUDY, QUESTIONS
from sos_score.report.questions.registry import SHEETS

STUDY = ROOT / "examples" / "contrast_study" / "study.yaml"
CLIMATE = ("proficiency", "rigidity", "resistance", "engagement", "functionality", "stress")


SUMMARISED = ("design", "level", "change", "arms", "did")
run = CommandLine("compare")


@pytest.fixture(scope="module")
def data(example_data):
    return example_data


@pytest.fixture(scope="module")
def found(data, example_comparison):
    return Rows(example_comparison, data)


@pytest.fixture(scope="module")
def part(data):
    return Rows(compare_study(data, instruments=["wai"]), data)


def test_whoever_compares_can_follow_what_is_drawn(data, capfd):
    told = []

    def track(steps, what):
        told.append((what, len(steps)))
        return steps

    followed = compare_study(data, ["profiles"], track=track)
    assert told == [("Profiles over time", 4), ("Profiles of sites", 12)]
    assert repr(followed.findings) == repr(compare_study(data, ["profiles"]).findings)
    assert capfd.readouterr() == ("", "")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
def test_a_bar_is_shown_on_a_terminal_and_taken_away_again():
    def compare(*options):
        reader, writer = os.openpty()
        os.set_blocking(reader, False)
        command = [
            sys.executable,
            "-m",
            "sos_score",
            "compare",
            str(STUDY),
            "--only",
            "profiles",
            "-i",
            "osc",
            *options,
        ]
        set_up = os.environ | {"TERM": "xterm"}
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=writer, check=True, env=set_up)
        shown = b""
        with suppress(BlockingIOError):  # a terminal hands out no more than 4096 bytes at once
            while part := os.read(reader, 100_000):
                shown += part
        return done.stdout, shown.decode()

    plain, shown = compare()
    assert "Profiles of sites" in shown
    assert "\x1b[2K" in shown.partition("Profiles of sites")[2]  # the line is erased
    assert b"\x1b[2K" not in plain
    assert compare("--quiet") == (plain, "")


def judged(found, question, **where):
    rows = [row for row in found.ask(question) if row.is_primary]
    return [row for row in rows if all(getattr(row, name) == value for name, value in where.items())]


@pytest.mark.parametrize(("scale", "good"), [("engagement", "worse"), ("functionality", "better"), ("stress", "worse")])
def test_against_the_norm_what_was_built_in_comes_out_at_every_site(found, scale, good):
    rows = judged(found, "level", source="osc", scale=scale)
    assert len(rows) == 8
    # Adjusted over the 24 tests of a wave not all are told; every one is on its side of the norm with its own p.
    assert {(row.verdict, row.is_good) for row in rows} <= {("different", good), ("inconclusive", "")}
    assert ("different", good) in {(row.verdict, row.is_good) for row in rows}
    assert all((row.estimate > 0) == (scale != "engagement") and row.p < 0.05 for row in rows)


def test_site_2_is_better_and_site_3_much_worse_at_t2(found):
    two = {row.scale: row for row in judged(found, "change", source="osc", site="Site 2")}
    three = {row.scale: row for row in judged(found, "change", source="osc", site="Site 3")}
    assert {scale for scale, row in two.items() if row.is_good == "better" and row.verdict == "different"} == {
        "proficiency", "rigidity", "resistance", "functionality",
    }  # fmt: skip
    worse = {scale for scale, row in three.items() if row.is_good == "worse" and row.verdict == "different"}
    assert worse == set(CLIMATE) - {"functionality"}
    assert all(abs(three[scale].effect) > 1.5 for scale in worse)


@pytest.mark.parametrize("site", ["Site 1", "Site 4"])
def test_sites_1_and_4_do_not_change(found, site):
    rows = judged(found, "change", source="osc", site=site)
    assert [row.scale for row in rows] == list(CLIMATE)
    assert {row.verdict for row in rows} == {"inconclusive"}
    assert all(abs(row.effect) < 0.3 for row in rows)


def test_engagement_is_lower_with_signs_of_safety_before_and_higher_after(found):
    (before,) = [row for row in found.ask("baseline") if (row.source, row.scale) == ("osc", "engagement")]
    assert (before.wave, before.verdict, before.effect < -0.25) == ("T1", "not alike at baseline", True)
    (after,) = judged(found, "arms", source="osc", scale="engagement", unit="staff")
    # Its own p shows it; adjusted over the six scales of the source it does not.
    assert (after.wave, after.estimate > 0, after.p < 0.05, after.verdict) == ("T2", True, True, "inconclusive")


def test_no_site_level_test_is_judged(found):
    rows = [row for row in found.rows if row.unit == "sites" and row.question in ("arms", "did")]
    assert len(rows) == 2 * 45
    assert not any(row.is_primary or row.verdict for row in rows)
    assert all(row.p >= 1 / 3 - 1e-12 for row in rows if row.method_code == "permutation_exact")
    assert all(row.p == 2 / 6 for row in found.ask("design") if row.method_code == "smallest_p")


def test_every_null_result_has_its_smallest_detectable_effect(found):
    rows = [row for row in found.rows if row.is_primary and row.verdict in ("inconclusive", "equivalent")]
    assert len(rows) > 100
    assert not [row for row in rows if row.question not in OF_STUDY and math.isnan(row.detectable)]


def test_the_verdict_about_the_arms_is_said_first_and_in_one_sentence():
    shown = run(STUDY, "--full", "-q", "-i", "osc")
    assert shown.exit_code == 0
    text = " ".join(shown.stdout.split())
    assert text.startswith(
        "Signs of Safety in four sites (an invented study) With 2 sites against 2 there is no verdict on sites:"
        " their"
        " smallest possible p is .333, so no test at .05 can show that Signs of Safety and Contrast differ, or that"
        " they do not."
    )
    assert "Sites chose their arms, so they may have differed before." in text
    assert (
        "- Engagement (Culture and climate, staff): below fictional_teams at all 4 sites (worse), T2 (1 team mean may"
        " not be reported as the team's, or only with a caveat)." in text
    )
    places = [text.index(f"{list(QUESTIONS).index(each) + 1}. {QUESTIONS[each].title}") for each in SUMMARISED]
    assert places == sorted(places)
    assert places[0] < text.index("Scores at each site and wave: Culture and climate, staff") < places[1]


@pytest.mark.soak
def test_no_table_is_broken_at_80_columns(workplace):
    for options in ("", *(f"--only {question} --scale osc.engagement" for question in SUMMARISED)):
        shown = run_shell(f"sos-score compare examples/contrast_study/study.yaml -q {options}", workplace).splitlines()
        assert max(len(line.rstrip()) for line in shown) <= 80
        assert not [line for line in shown if "…" in line]
        titles = [line for line in shown if re.match(r"osc\.engagement: ", line)]
        assert len(titles) == (1 if options else 0)


def test_csv_holds_every_row_in_full_precision_and_its_sentence(part):
    rows = list(csv.DictReader(io.StringIO(run(STUDY, "-i", "wai", "-f", "csv", "-q").stdout)))
    assert len(rows) == len(part.rows) > 500
    for written, row in zip(rows, part.rows, strict=True):
        assert (written["source"], written["question"], written["verdict"]) == (row.source, row.question, row.verdict)
        assert written["estimate"] == ("" if math.isnan(row.estimate) else repr(row.estimate))
        assert written["counts"] == "; ".join(map(str, row.counts))
        assert written["sentence"] == row.sentence


def test_json_says_what_the_rows_rest_on(part):
    written = json.loads(run(STUDY, "-i", "wai", "-f", "json", "-q").stdout)
    assert [name for name in written if name in QUESTIONS] == [name for name in QUESTIONS if part.ask(name)]
    assert sum(len(rows) for name, rows in written.items() if name in QUESTIONS) == len(part.rows)
    about = written["about"]
    assert about["defaults"] == ["sources.min_answered: the definition's own rule", "sources.on_invalid: error"]
    assert about["families"] == part.families
    assert {each["kind"] for each in about["inputs"]} == {"study", "instrument", "columns", "norms", "links", "answers"}
    assert about["plan"]["multiplicity"] == {"method": "holm", "family": "source", "families": {}}
    assert "NaN" not in json.dumps(written)


def test_a_workbook_has_an_index_and_a_sheet_for_each_kind_of_finding(tmp_path, found):
    out = tmp_path / "out.xlsx"
    assert run(STUDY, "-o", out, "-q").exit_code == 0
    book = CalamineWorkbook.from_path(out)
    assert book.sheet_names == ["Contents", *SHEETS, "about"]
    for name, (_, questions) in SHEETS.items():
        rows = sum(len(found.ask(question)) for question in questions)
        assert len(book.get_sheet_by_name(name).to_python()) == rows + 1
    again = run(STUDY, "--only", "design", "-o", out, "-q")
    assert again.exit_code == 1
    assert "--force" in again.stderr


def test_what_was_defaulted_and_who_vouches_is_said_on_standard_error():
    said = run(STUDY, "--scale", "osc.stress").stderr
    assert "default: sources.min_answered: the definition's own rule" in said.splitlines()
    assert "osc 1.0.0: key structural, responses unverified; missing rule set by sos-score" in said.splitlines()
    assert run(STUDY, "--scale", "osc.stress", "-q").stderr == ""


def test_a_question_a_scale_and_an_instrument_can_be_asked_for(data):
    only = compare_study(data, ["change"], ["wai"], ["bond"])
    assert {(each.source, each.scale, each.question) for each in only.findings} == {
        ("alliance_family", "bond", "change"),
        ("alliance_worker", "bond", "change"),
    }
    assert {each.source for each in compare_study(data, ["descriptives"], ["engagement"]).findings} == {"engagement"}
    assert not {dict(each.values).get("source") for each in only.notes} & {"competence", "practice"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["--only", "chnage"],
            "'profiles', 'reliable', 'extremes', 'missing', 'sensitivity'. Did you mean 'change'?",
        ),
        (["--scale", "nothing"], "no outcome is left to compare (outcomes: osc.proficiency, "),
        (["--scale", "Proficiency"], "did you mean 'proficiency'?"),
        (["-f", "docx"], "docx"),
    ],
)
def test_a_wrong_request_exits_with_2(words, said):
    result = run(STUDY, *words)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""


def test_a_study_that_is_not_there_exits_with_1(tmp_path):
    result = run(tmp_path / "none.yaml")
    assert result.exit_code == 1
    assert "none.yaml" in result.stderr


@pytest.fixture
def scored(tmp_path):
    path = tmp_path / "scored.csv"
    lines = ["respondent,site,wave,warmth"]
    for site, base in zip("1234", (2.0, 3.0, 3.5, 2.5), strict=True):
        for wave, change in (("T1", 0.0), ("T2", 0.4)):
            lines += [f"P{site}{n},{site},{wave},{base + change * (n % 3) + n / 10:.2f}" for n in range(8)]
    path.write_text("\n".join(lines) + "\n")
    return path


def test_a_file_of_scores_needs_no_study_file(scored):
    result = run(scored, "--treated", "1,4", "-f", "json", "-q")
    assert result.exit_code == 0
    written = json.loads(result.stdout)
    people = next(row for row in written["arms"] if row["is_primary"] and row["unit"] == "people")
    assert (people["groups"], people["counts"]) == ("Treated - Contrast", "16; 16")
    assert people["estimate"] == pytest.approx((2.0 + 2.5) / 2 - (3.0 + 3.5) / 2)
    assert "plan.smallest_effect: none, so nothing can be called equivalent" in written["about"]["defaults"]


def test_a_file_of_scores_without_a_wave_is_one_wave(scored):
    lines = [line for line in scored.read_text().splitlines() if ",T2," not in line]
    scored.write_text("\n".join(line.replace(",T1,", ",").replace(",wave,", ",") for line in lines) + "\n")
    result = run(scored, "--treated", "1,4", "-f", "json", "-q")
    assert result.exit_code == 0, result.stderr
    written = json.loads(result.stdout)
    assert set(written) & set(QUESTIONS) == {"design", "descriptives", "arms", "variation", "missing"}
    assert "there is one wave: no change can be looked at" in written["notes"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["--site", "sit"],
            "has no column 'sit' for the site (columns: respondent, site, wave, warmth) did you mean 'site'?",
        ),
        (["--wave", "time"], "has no column 'time' for the wave"),
        (["--treated", "9"], "no site '9' in column 'site' (sites: 1, 2, 3, 4)"),
        (["--treated", "1,2,3,4"], "every site is treated (1, 2, 3, 4), so there is none to compare them with"),
    ],
)
def test_a_wrong_column_or_site_exits_with_2(scored, words, said):
    result = run(scored, *words)
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_small_site_is_hidden_in_every_format(tmp_path, scored):
    rows = [line for line in scored.read_text().splitlines() if not re.match(r"P1[3-7],1,", line)]
    rows = [re.sub(r"^(P1\d,1,T.),.*", r"\1,4.4321", line) for line in rows]
    scored.write_text("\n".join(rows) + "\n")
    outputs = [
        run(scored, "--treated", "1,4", *words).output for words in ([], ["--full"], ["-f", "csv"], ["-f", "json"])
    ]
    outputs += [run(scored, "--treated", "1,4", "--only", question).output for question in QUESTIONS]
    book = tmp_path / "out.xlsx"
    run(scored, "--treated", "1,4", "-o", book)
    workbook = CalamineWorkbook.from_path(book)
    outputs += [str(workbook.get_sheet_by_name(name).to_python()) for name in workbook.sheet_names]
    for text in outputs:
        assert "4.43" not in text
    rows = list(csv.DictReader(io.StringIO(outputs[2])))
    for row in rows:
        if row["site"] in ("1", "4"):
            assert (row["estimate"], row["counts"], row["sentence"]) == ("", "", "")
            assert row["notes"] == "not shown: a group of fewer than 5 people, or one that would reveal such a group"


def test_the_same_person_in_two_sites_is_an_error_in_the_file(scored):
    text = scored.read_text() + "P10,2,T1,3.0\n"
    scored.write_text(text)
    result = run(scored, "--treated", "1,4")
    assert result.exit_code == 1
    assert "person 'P10' at T1 is in site '2' here and in '1' on line 2" in result.stderr


def test_a_study_with_one_arm_describes_and_says_so(tmp_path):
    folder = tmp_path / "contrast_study"
    shutil.copytree(STUDY.parent, folder)
    text = (folder / "study.yaml").read_text()
    text = text.replace("  sos: {label: Signs of Safety}\n", "").replace("arm: sos", "arm: contrast")
    (folder / "study.yaml").write_text(text)
    result = run(folder / "study.yaml", "--scale", "osc.stress", "-q")
    assert result.exit_code == 0, result.stderr
    assert "there is one arm, Contrast: sites are described, and no arms compared" in " ".join(result.stdout.split())


def test_answers_of_a_workbook_that_were_made_missing_are_counted_by_file(tmp_path):
    rows = [["A title"], ["respondent", "site", "safety"], *([f"P{each}", str(each % 2), 5] for each in range(12))]
    rows[4][2] = 77
    with xlsxwriter.Workbook(tmp_path / "answers.xlsx") as book:
        book.add_worksheet("Notes").write(0, 0, "Read me")
        sheet = book.add_worksheet("Answers")
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row)
    study = tmp_path / "study.yaml"
    study.write_text(
        "format: 1\nid: s\ntitle: S\nsites: {0: {}, 1: {}}\nsources:\n"
        "  safety: {files: answers.xlsx, instrument: safety-scale, sheet: Answers, header_row: 2}\n"
    )
    path = tmp_path / "answers.xlsx"
    assert run(study).stderr.startswith(f"{path}: Answers!C5: safety: 77 is outside 0-10\n")
    study.write_text(study.read_text().replace("header_row: 2", "header_row: 2, on_invalid: missing"))
    result = run(study, "-f", "json")
    (file,) = json.loads(result.stdout)["about"]["files"]
    assert (file["file"], file["invalid_made_missing"]) == ("answers.xlsx", {"safety": 1})
    assert result.stderr.startswith(f"{path}: 1 answer not allowed, treated as missing (safety 1)\n")
