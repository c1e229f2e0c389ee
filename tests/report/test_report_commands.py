import errno
import json
import os
import random
import re
import shutil
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
import xlsxwriter
from report_pages import INSTRUMENT, small_study
from support import ROOT, CommandLine, run_shell
from typer.testing import CliRunner

from sos_score.cli import app
from sos_score.report.seal import check_seal, seal

run = CommandLine()


@pytest.fixture
def study(tmp_path):
    return small_study(tmp_path / "small")


@pytest.fixture(autouse=True)
def _fixed_time(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")


def write_all(study, *more):
    """Write the report in every form."""
    forms = [part for name in ("report.html", "report.docx", "report.xlsx") for part in ("-o", study.parent / name)]
    scores = ["--scores", study.parent / "scores.sav", "--figures", study.parent / "figures"]
    result = run("report", study, *forms, *scores, *more)
    assert (result.exit_code, result.stdout) == (0, ""), result.stderr
    return result.stderr


def write(study, *more):
    result = run("report", study, "-o", study.parent / "report.html", *more)
    assert (result.exit_code, result.stdout) == (0, "")
    return result.stderr


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    """Return a study with its report in every form."""
    study = small_study(tmp_path_factory.mktemp("everything") / "small")
    write_all(study)
    return study


@pytest.fixture(scope="module")
def paged(tmp_path_factory):
    """Return a study with its page alone, for what is the same of every form: to verify it takes a third as long."""
    study = small_study(tmp_path_factory.mktemp("paged") / "small")
    write(study)
    return study


def copy(study, folder):
    """Return the study in a folder of its own."""
    shutil.copytree(study.parent, folder / "small")
    return folder / "small" / "study.yaml"


def list_files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_report_is_a_page_a_manifest_and_pictures_where_they_are_wanted(study):
    before = list_files(study.parent)
    said = write(study, "--figures", study.parent / "figures")
    folder = study.parent
    assert said == (
        f"{folder}/report.html: 7 sections, an annex of 16, 11 pictures, also in {folder}/figures\n"
        f"{folder}/report.manifest.json: what it was made from\n"
    )
    names = ("answers-staff", "before-after", "change-staff", "consistency", "forest-arms-t2", "forest-did", "missing",
             "response", "robustness", "variation", "variation-last")  # fmt: skip
    expected = [f"figures/{name}.{kind}" for name in names for kind in ("png", "svg")]
    assert sorted([*before, "report.html", "report.manifest.json", *expected]) == list_files(folder)
    for name in names:
        svg = (folder / f"figures/{name}.svg").read_text(encoding="utf-8")
        assert re.search(r"<dc:description>.{20,}?</dc:description>", svg, re.DOTALL)
        assert (folder / f"figures/{name}.png").read_bytes().startswith(b"\x89PNG")


def test_one_run_writes_every_form_with_the_scores_and_one_manifest(study):
    folder = study.parent
    assert write_all(study) == (
        f"{folder}/report.html: 7 sections, an annex of 16, 11 pictures, also in {folder}/figures\n"
        f"{folder}/report.docx: the same; its annex is report-annex.docx\n{folder}/report.xlsx: the same\n"
        f"{folder}/scores.sav: 60 rows of scores, with the ids of the people\n"
        f"{folder}/report.manifest.json: what it was made from\n"
    )
    manifest = json.loads((folder / "report.manifest.json").read_text(encoding="utf-8"))
    assert {"report.html", "report.docx", "report.xlsx", "scores.sav", "figures/missing.png"} < set(manifest["outputs"])
    for name, digest in manifest["outputs"].items():
        assert sha256((folder / name).read_bytes()).hexdigest() == digest
    assert manifest["request"] == {
        "outputs": ["report.html", "report.docx", "report.xlsx"], "figures": "figures", "scores": "scores.sav",
    }  # fmt: skip
    said = run("verify", folder / "report.manifest.json").stdout
    assert said == "report.html: 27 outputs and 3 inputs as recorded; 5 findings come out the same.\n"


def test_the_same_inputs_give_the_same_bytes(study):
    write_all(study)
    made = [*(study.parent / "figures").iterdir(), *study.parent.glob("report.*"), study.parent / "scores.sav"]
    first = {path: path.read_bytes() for path in made}
    write_all(study, "--force")
    assert {path: path.read_bytes() for path in made} == first


def test_what_is_said_of_a_file_is_said_beside_its_report(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with xlsxwriter.Workbook("staff.xlsx") as book:
        sheet = book.add_worksheet("Data")
        sheet.write_row(0, 0, ["respondent", "site", "safety"])
        for row in range(1, 17):
            sheet.write_row(row, 0, [f"R{row}", "north" if row > 8 else "south", row % 9])
        sheet.set_row(3, options={"hidden": True})
    Path("study.yaml").write_text(
        "format: 1\nid: trial\ntitle: Trial\nsites: {north: {}, south: {}}\n"
        "sources: {staff: {files: [staff.xlsx], instrument: safety-scale}}\n"
    )
    assert run("report", "study.yaml", "-o", "report.html").stderr.splitlines()[-1] == (
        "staff.xlsx: rows of sheet 'Data' are hidden, as by a filter, and are read too: delete what is not meant"
    )


def test_a_word_document_alone_is_a_report_too(study):
    path = study.parent / "alone.docx"
    assert run("report", study, "-o", path).stderr == (
        f"{path}: 7 sections, an annex of 16, 11 pictures; its annex is alone-annex.docx\n"
        f"{study.parent}/alone.manifest.json: what it was made from\n"
    )
    assert run("verify", study.parent / "alone.manifest.json").exit_code == 0
    assert not (study.parent / "report.html").exists()


def test_the_manifest_says_when_and_the_report_on_which_day(study, monkeypatch):
    write(study)
    assert "14 November 2023" in (study.parent / "report.html").read_text(encoding="utf-8")
    path = study.parent / "report.manifest.json"
    first = json.loads(path.read_text(encoding="utf-8"))
    assert first.pop("made_at") == "2023-11-14T22:13:20+00:00"
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    before = datetime.now(UTC).replace(microsecond=0)
    write(study, "--force")
    second = json.loads(path.read_text(encoding="utf-8"))
    assert before <= datetime.fromisoformat(second.pop("made_at")) <= datetime.now(UTC)
    assert second.pop("outputs").keys() == first.pop("outputs").keys()
    assert second.pop("seal") != first.pop("seal")
    assert second == first
    assert run("verify", path).exit_code == 0


@pytest.mark.parametrize("wrong", ["yesterday", "", "9" * 30])
def test_a_time_that_is_none_is_told_and_nothing_is_written(study, monkeypatch, wrong):
    before = list_files(study.parent)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", wrong)
    result = run("report", study, "-o", study.parent / "report.html")
    assert (result.exit_code, result.stderr) == (
        2, f"SOURCE_DATE_EPOCH is a time in seconds since 1970, not '{wrong}'\nTry 'sos-score report --help'.\n",
    )  # fmt: skip
    assert list_files(study.parent) == before


def test_the_manifest_counts_what_was_left_out_on_the_way(study):
    folder = study.parent
    head, *lines = (folder / "answers.csv").read_text().splitlines()
    lines[0] = ",".join([*lines[0].split(",")[:3], "", "1", "1", "1"])  # no score: every item is needed
    lines += ["new-1,,T1,1,2,3,4", ",,,,,,", "new-2,z,T1,1,2,3,4", "new-3,d,T1,1,2,3,4", "new-3,d,T2,1,2,3,9"]
    (folder / "answers.csv").write_text("\n".join([head, *lines]) + "\n")
    text = study.read_text().replace("  c: {", "  d: {arm: old}\n  c: {")
    text = text.replace(
        "instrument: mood.yaml}", "instrument: mood.yaml, on_invalid: missing, where: {site: [a,b,c,d]}}"
    )
    study.write_text(text)
    write(study)
    manifest = json.loads((folder / "report.manifest.json").read_text(encoding="utf-8"))
    counts = manifest["counts"]
    assert counts["files"][0]["rows"] == 62
    assert counts["files"][0]["left_out"] == {"where: site": 3}
    assert counts["files"][0]["blank_rows"] == 0  # a row without a site is none of those asked for
    assert counts["files"][0]["invalid_made_missing"] == {"q4": 1}
    assert counts["sources"] == [
        {"source": "staff", "instrument": "mood", "rows_read": 65, "rows_left_out": 3, "rows_used": 62,
         "without_score": {"mood": 2}},
    ]  # fmt: skip
    assert manifest["sources"]["staff"]["on_invalid"] == "missing"
    assert manifest["sources"]["staff"]["where"] == {"site": ["a", "b", "c", "d"]}
    findings = manifest["findings"]
    assert findings["staff.mood | change | staff | A | T1 to T2 | T2 - T1"]["without_score"] == 1
    # One person in d: hidden, and the other sites of its arm with it, so that no total leaves d a narrow choice.
    assert counts["not_shown"]["change"] > 0
    assert not any(f"| staff | {site} |" in name for site in ("B", "C", "d", "D") for name in findings)
    assert "new-" not in (folder / "report.manifest.json").read_text()


@pytest.mark.parametrize(("rows", "are_counted"), [(4, False), (5, True)])
def test_rows_of_files_are_counted_out_only_where_none_is_too_small_to_be_shown(study, rows, are_counted):
    folder = study.parent
    head, *lines = (folder / "answers.csv").read_text().splitlines()
    (folder / "answers.csv").write_text("\n".join([head, *lines[:-rows]]) + "\n")
    (folder / "few.csv").write_text("\n".join([head, *lines[-rows:]]) + "\n")
    study.write_text(study.read_text().replace("files: answers.csv", "files: [answers.csv, few.csv]"))
    write(study)
    page = (folder / "report.html").read_text(encoding="utf-8")
    counts = json.loads((folder / "report.manifest.json").read_text(encoding="utf-8"))["counts"]
    assert ("Files read" in page) == are_counted
    assert (
        "How many rows each file holds is not shown: it could give away a group of fewer than 5 people." in page
    ) != are_counted
    assert counts["files"] is None or [each["rows"] for each in counts["files"]] == [55, 5]
    assert (counts["files"] is not None, counts["sources"] is not None) == (are_counted, are_counted)
    assert CliRunner().invoke(app, ["verify", str(folder / "report.manifest.json")]).exit_code == 0


def test_a_file_of_two_instruments_is_counted_for_both(study):
    folder = study.parent
    other = INSTRUMENT.replace("id: mood", "id: calm").replace("q1..q4", "r1..r2")
    other = other.replace("[q1, q2, q3, q4]", "[r1, r2]").replace("{mood: {title: Mood", "{calm: {title: Calm")
    (folder / "calm.yaml").write_text(other)
    head, *lines = (folder / "answers.csv").read_text().splitlines()
    lines = [f"{line},2,{4 if n else ''}" for n, line in enumerate(lines)]
    (folder / "answers.csv").write_text("\n".join([f"{head},r1,r2", *lines]) + "\n")
    study.write_text(study.read_text().replace("instrument: mood.yaml}", "instrument: [mood.yaml, calm.yaml]}"))
    write(study)
    files = json.loads((folder / "report.manifest.json").read_text(encoding="utf-8"))["counts"]["files"]
    assert [each["instruments"] for each in files] == [["mood", "calm"]]
    assert files[0]["scored"] == {"mood_mood": 60, "calm_calm": 59}
    assert files[0]["rows"] == 60


def test_a_study_moved_as_a_whole_gives_the_same_manifest(study, tmp_path):
    write(study)
    other = tmp_path / "elsewhere"
    shutil.copytree(study.parent, other, ignore=shutil.ignore_patterns("report.*"))
    write(other / "study.yaml")
    for name in ("report.html", "report.manifest.json"):
        assert (other / name).read_bytes() == (study.parent / name).read_bytes()


def test_the_manifest_says_what_a_report_was_made_from(study):
    write(study)
    folder = study.parent
    manifest = json.loads((folder / "report.manifest.json").read_text(encoding="utf-8"))
    assert {(each["kind"], each["path"]): each["sha256"] for each in manifest["inputs"]} == {
        (kind, name): sha256((folder / name).read_bytes()).hexdigest()
        for kind, name in (("study", "study.yaml"), ("instrument", "mood.yaml"), ("answers", "answers.csv"))
    }
    assert manifest["outputs"] == {"report.html": sha256((folder / "report.html").read_bytes()).hexdigest()}
    assert manifest["plan"]["alpha"] == 0.05
    assert manifest["privacy"] == {"smallest_cell": 5}
    assert {"sos-score", "python", "numpy", "scipy", "matplotlib"} <= set(manifest["versions"])
    assert manifest["counts"]["files"][0] == {
        "file": "answers.csv",
        "instruments": ["mood"],
        "rows": 60,
        "norms": [],
        "blank_rows": 0,
        "missing": {},
        "invalid_made_missing": {},
        "scored": {"mood_mood": 60},
        "about": [],
        "left_out": {},
        "warnings": [],
    }
    assert sum(manifest["counts"]["verdicts"].values()) == len(manifest["findings"]) == 5
    one = manifest["findings"]["staff.mood | change | staff | C | T1 to T2 | T2 - T1"]
    assert one["n"] == [12, 12]
    assert set(one) == {
        "n", "estimate", "low", "high", "effect", "p", "p_adjusted", "smallest", "detectable", "verdict",
        "without_score",
    }  # fmt: skip


def test_a_report_that_is_as_recorded_is_said_to_be(study):
    write(study, "--figures", study.parent / "figures")
    result = run("verify", study.parent / "report.manifest.json")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "report.html: 23 outputs and 3 inputs as recorded; 5 findings come out the same.\n"


def test_a_changed_answer_is_found_number_by_number(study):
    write(study)
    answers = study.parent / "answers.csv"
    lines = answers.read_text().splitlines()
    lines[-1] = lines[-1].rsplit(",", 1)[0] + (",1" if lines[-1][-1] != "1" else ",5")
    answers.write_text("\n".join(lines) + "\n")
    path = study.parent / "report.manifest.json"
    result = run("verify", path)
    assert (result.exit_code, result.stdout) == (1, "")
    said = result.stderr.splitlines()
    assert said[0] == f"{path}: answers.csv: has been changed since"
    name = re.escape("staff.mood | change | staff | C | T1 to T2 | T2 - T1")
    assert any(re.fullmatch(rf"{re.escape(str(path))}: {name}: estimate was \S+, is \S+", line) for line in said)
    assert said[-1] == f"{len(said) - 1} problems in {path}; the report does not stand as recorded."


def test_a_changed_page_a_changed_finding_and_a_lost_input_are_found(study):
    write(study)
    path, page = study.parent / "report.manifest.json", study.parent / "report.html"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    name = "staff.mood | did | staff | T1 to T2 | New change - Old change"
    was = manifest["findings"][name]["estimate"]
    manifest["findings"][name]["estimate"] = was + 1
    path.write_text(json.dumps(manifest), encoding="utf-8")
    page.write_text(page.read_text(encoding="utf-8").replace("inconclusive", "different"), encoding="utf-8")
    assert run("verify", path).stderr == (
        f"{path}: report.html: has been changed since\n{path}: {name}: estimate was {was + 1}, is {was}\n"
        f"2 problems in {path}; the report does not stand as recorded.\n"
    )
    (study.parent / "answers.csv").unlink()
    assert run("verify", path).stderr == (
        f"{path}: answers.csv: is not there\n{path}: report.html: has been changed since\n"
        f"2 problems in {path}; the report does not stand as recorded, and nothing was recomputed.\n"
    )


def test_a_forged_page_whose_sum_was_forged_too_comes_out_otherwise(study):
    write(study)
    path, page = study.parent / "report.manifest.json", study.parent / "report.html"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    page.write_text(page.read_text(encoding="utf-8").replace("inconclusive", "different"), encoding="utf-8")
    manifest["outputs"]["report.html"] = sha256(page.read_bytes()).hexdigest()
    path.write_text(json.dumps(manifest), encoding="utf-8")
    assert run("verify", path).stderr == (
        f"{path}: report.html: comes out otherwise\n1 problem in {path}; the report does not stand as recorded.\n"
    )


GIVE_MANIFEST = "\n  hint: give the .manifest.json that was written beside the report"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read (No such file or directory)"),
        ("{", f"is not a manifest (not JSON){GIVE_MANIFEST}"),
        ("[]", "is not a manifest (format 1)"),
        (
            '{"format": 1, "study": {}, "inputs": [{"sha256": 3}], "request": {"outputs": []}}',
            "is not a manifest (wrong or missing: made_at, study.path, request.outputs, request.figures,"
            " request.scores, versions, inputs.0.sha256, outputs, findings)",
        ),
        ("[" * 100_000, f"is not a manifest (not JSON){GIVE_MANIFEST}"),
        ('{"format": true}', "is not a manifest (format 1)"),
        (
            '{"format": 1, "made_at": "", "study": {"path": "a\\u0000.yaml"}, "inputs": [],'
            ' "findings": {}, "outputs": {}, "versions": {},'
            ' "request": {"outputs": ["\\ud800.html"], "figures": null, "scores": null}}',
            "is not a manifest (wrong or missing: study.path, request.outputs.0)",
        ),
    ],
)
def test_what_is_no_manifest_is_said_to_be_none(tmp_path, content, said):
    path = tmp_path / "m.json"
    if content is not None:
        path.write_text(content)
    result = run("verify", path)
    assert (result.exit_code, result.stderr) == (1, f"{path}: {said}\n")


@pytest.mark.parametrize(
    ("place", "forged", "said"),
    [
        (("study", "title"), "Large", "study.title: was Large, is Small"),
        (("plan", "alpha"), 0.5, "plan.alpha: was 0.5, is 0.05"),
        (("privacy", "smallest_cell"), 1, "privacy.smallest_cell: was 1, is 5"),
        (("sources", "staff", "label"), "Us", "sources.staff.label: was Us, is Staff"),
        (("counts", "sources", 0, "rows_used"), 61, "counts.sources[0].rows_used: was 61, is 60"),
        (("counts", "extra"), True, "counts.extra: was True, is nothing"),
        (("notes",), [], "notes[0]: was nothing, is the plan states no smallest effect"),
        (("inputs",), [], "answers.csv: is read and was not recorded"),
        (("findings", "staff.mood | did | staff | T1 to T2 | New change - Old change", "estimate"), 10**400,
         f"staff.mood | did | staff | T1 to T2 | New change - Old change: estimate was 1{'0' * 59}..., is "),
        (("findings", "staff.mood | did | staff | T1 to T2 | New change - Old change", "proof"), "sure",
         "staff.mood | did | staff | T1 to T2 | New change - Old change: proof was sure, is nothing"),
    ],
)  # fmt: skip
def test_whatever_is_forged_in_a_manifest_is_found(paged, tmp_path, place, forged, said):
    path = copy(paged, tmp_path).parent / "report.manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    part = manifest
    for name in place[:-1]:
        part = part[name]
    part[place[-1]] = forged
    path.write_text(json.dumps(manifest), encoding="utf-8")
    result = run("verify", path)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"{path}: {said}"), result.stderr


def test_an_input_that_is_recorded_and_not_read_is_found(paged, tmp_path):
    path = copy(paged, tmp_path).parent / "report.manifest.json"
    (path.parent / "more.csv").write_bytes(b"")
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["inputs"].append({"kind": "data", "path": "more.csv", "sha256": sha256(b"").hexdigest()})
    path.write_text(json.dumps(manifest), encoding="utf-8")
    assert run("verify", path).stderr == (
        f"{path}: more.csv: is not read any more\n1 problem in {path}; the report does not stand as recorded.\n"
    )


def test_versions_that_were_taken_out_are_missed(paged, tmp_path):
    path = copy(paged, tmp_path).parent / "report.manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    del manifest["versions"]["numpy"]
    path.write_bytes(seal_again(manifest))
    assert run("verify", path).stdout.endswith(" with no word of numpy, so its files were not made again.\n")


def test_a_wrong_command_line_is_told_at_once(study):
    usage = "Try 'sos-score report --help'.\n"
    result = run("report", study, "-o", "report.pdf")
    assert (result.exit_code, result.stderr) == (
        2,
        f"a report is an .html, .docx or .xlsx file, not 'report.pdf'; for a PDF, open the .html and print it\n{usage}",
    )
    result = run("report", study, "-o", "r.html", "-o", "r.sav")
    assert result.stderr == f"a report holds no scores of single people; for them give --scores r.sav\n{usage}"
    result = run("report", study, "--scores", "r.csv")
    assert result.stderr == f"the scores of a study are a .sav file, not 'r.csv'\n{usage}"
    result = run("report", study, "-o", "r.html", "-o", "./r.html")
    assert (result.exit_code, result.stderr) == (2, f"two outputs would be one file: r.html\n{usage}")
    result = run("report", "scores.csv", "-o", study.parent / "r.html")
    assert (result.exit_code, result.stderr) == (
        2,
        f"a report is made from a study file (.yaml), not from 'scores.csv'\n{usage}",
    )
    result = run("report", study, "-o", study.parent / "nowhere" / "r.html")
    path = study.parent / "nowhere"
    assert (result.exit_code, result.stderr) == (1, f"{path}/r.html: there is no folder '{path}'\n")


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ("", "--figures names no folder"),
        ("report.html", "two outputs would be one file: report.html"),
        ("report.manifest.json", "two outputs would be one file: report.manifest.json"),
    ],
)
def test_pictures_go_into_a_folder_that_is_nothing_else(study, monkeypatch, figures, said):
    monkeypatch.chdir(study.parent)
    before = list_files(study.parent)
    result = run("report", study, "-o", "report.html", "--figures", figures)
    assert (result.exit_code, result.stderr.splitlines()[0]) == (2, said)
    assert list_files(study.parent) == before


def test_nothing_is_overwritten_unasked(study):
    write(study)
    page = study.parent / "report.html"
    told = "already exists; add --force to replace it, or choose another name\n"
    result = run("report", study, "-o", page)
    assert (result.exit_code, result.stderr) == (
        1,
        f"{page}: {told}",
    )
    page.unlink()
    manifest = study.parent / "report.manifest.json"
    assert run("report", study, "-o", page).stderr == f"{manifest}: {told}"
    manifest.unlink()
    (study.parent / "r.docx").write_text("mine")
    said = run("report", study, "-o", page, "-o", study.parent / "r.docx").stderr
    assert said == f"{study.parent}/r.docx: {told}"
    assert not page.exists()
    figure = study.parent / "figures" / "missing.png"
    figure.parent.mkdir()
    figure.write_text("mine")
    assert run("report", study, "-o", page, "--figures", figure.parent).stderr == f"{figure}: {told}"
    assert figure.read_text() == "mine"
    assert not page.exists()


def test_the_annex_of_a_word_document_is_written_over_nothing_and_is_recorded(study):
    annex = study.parent / "all-annex.docx"
    annex.write_text("mine")
    result = run("report", study, "-o", study.parent / "all.docx")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"{annex}: ")
    assert annex.read_text() == "mine"
    assert not (study.parent / "all.docx").exists()
    assert run("report", study, "-o", study.parent / "all.docx", "--force").exit_code == 0
    manifest = json.loads((study.parent / "all.manifest.json").read_text(encoding="utf-8"))
    assert set(manifest["outputs"]) == {"all.docx", "all-annex.docx"}
    clash = run("report", study, "-o", study.parent / "b.docx", "-o", annex.with_name("b-annex.docx"))
    assert "two outputs would be one file: b-annex.docx" in clash.stderr


def test_a_wrong_answer_leaves_no_report(study):
    answers = study.parent / "answers.csv"
    answers.write_text(answers.read_text() + "x,a,T1,9,1,1,1\n")
    before = list_files(study.parent)
    result = run("report", study, "-o", study.parent / "report.html")
    assert result.exit_code == 1
    assert "9 is outside 1-5" in result.stderr
    assert list_files(study.parent) == before


@pytest.mark.parametrize("is_new", [True, False])
def test_a_failing_disk_leaves_no_half_of_a_report(study, monkeypatch, is_new):
    if not is_new:
        write(study, "--figures", study.parent / "figures")
        (study.parent / "answers.csv").write_text((study.parent / "answers.csv").read_text().replace(",5\n", ",4\n"))
    before = {name: (study.parent / name).read_bytes() for name in list_files(study.parent)}
    real, placed = os.replace, []

    def fail(part, target):
        if target.name == "report.manifest.json" and len(placed) > 2:
            placed.clear()  # once: the old files are put back by the same call
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target))
        placed.append(target.name)
        return real(part, target)

    monkeypatch.setattr(os, "replace", fail)
    figures = study.parent / "figures"
    result = run("report", study, "-o", study.parent / "report.html", "--figures", figures, "--force")
    assert (result.exit_code, result.stderr) == (
        1, f"{study.parent}/report.manifest.json: cannot be written (No space left on device)\n",
    )  # fmt: skip
    assert {name: (study.parent / name).read_bytes() for name in list_files(study.parent)} == before
    assert figures.is_dir() is not is_new


def test_what_is_read_is_never_written_over(study):
    target = study.parent / "answers.sav"
    target.symlink_to(study.parent / "answers.csv")
    result = run("report", study, "-o", study.parent / "r.html", "--scores", target, "--force")
    assert (result.exit_code, result.stderr) == (
        1,
        f"{target}: is an input of this command, and would be replaced\n  hint: choose another name\n"
        f"1 problem in {target}; nothing was written.\n",
    )
    assert not (study.parent / "r.html").exists()


KINDS = ["report.html", "report.docx", "report.xlsx", "scores.sav", "figures/missing.png"]


@pytest.mark.parametrize("names", [KINDS, *(pytest.param([each], marks=pytest.mark.soak) for each in KINDS)])
def test_any_file_that_is_changed_or_lost_is_named(everything, tmp_path, names):
    study = copy(everything, tmp_path)
    path, changed = study.parent / "report.manifest.json", [study.parent / name for name in names]
    problems = f"{len(names)} problem{'s' * (len(names) > 1)} in {path}; the report does not stand as recorded."
    for each in changed:
        each.write_bytes(each.read_bytes()[:-1] + b"?")
    said = {f"{path}: {name}: has been changed since" for name in names}
    assert set(run("verify", path).stderr.splitlines()) == {*said, problems}
    for each in changed:
        each.unlink()
    said = {f"{path}: {name}: is not there" for name in names}
    assert set(run("verify", path).stderr.splitlines()) == {*said, problems}


FORGED = [*KINDS[1:-1], "figures/missing.svg"]


@pytest.mark.parametrize("names", [FORGED, *(pytest.param([each], marks=pytest.mark.soak) for each in FORGED)])
def test_any_forged_file_comes_out_otherwise(everything, tmp_path, names):
    study = copy(everything, tmp_path)
    path = study.parent / "report.manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    for name in names:
        (study.parent / name).write_bytes(b"forged")
        manifest["outputs"][name] = sha256(b"forged").hexdigest()
    path.write_text(json.dumps(manifest), encoding="utf-8")
    problems = f"{len(names)} problem{'s' * (len(names) > 1)} in {path}; the report does not stand as recorded."
    said = {f"{path}: {name}: comes out otherwise" for name in names}
    assert set(run("verify", path).stderr.splitlines()) == {*said, problems}


def test_a_file_put_into_the_record_or_taken_out_of_it_is_found(everything, tmp_path):
    study = copy(everything, tmp_path)
    path = study.parent / "report.manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    del manifest["outputs"]["report.docx"]
    manifest["outputs"]["answers.csv"] = manifest["inputs"][2]["sha256"]
    path.write_text(json.dumps(manifest), encoding="utf-8")
    assert run("verify", path).stderr == (
        f"{path}: report.docx: was not recorded\n{path}: answers.csv: is no output any more\n"
        f"2 problems in {path}; the report does not stand as recorded.\n"
    )


def seal_again(manifest):
    """Return a manifest as somebody would write it who knows how it is sealed."""
    manifest.pop("seal")
    return seal((json.dumps(manifest, indent=1, ensure_ascii=False) + "\n").encode())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('+00:00"', '+00:01"'),
        ('"kind": "study"', '"kind": "stady"'),
        ('"format": 1,', '"format": 1,\n "format": 1,'),
        ('"format": 1,', '"format": 1,\n "reviewed": true,'),
        ('"format": 1,', '"format":  1,'),
    ],
)
def test_every_byte_of_a_manifest_is_sealed(paged, tmp_path, old, new):
    path = copy(paged, tmp_path).parent / "report.manifest.json"
    before = path.read_text(encoding="utf-8")
    assert old in before
    path.write_text(before.replace(old, new, 1), encoding="utf-8")
    assert run("verify", path).stderr == (
        f"{path}: has been changed since\n1 problem in {path}; the report does not stand as recorded.\n"
    )


def test_a_seal_breaks_with_any_bit_of_what_it_seals(everything):
    content = (everything.parent / "report.manifest.json").read_bytes()
    assert check_seal(content) == ""
    draw = random.Random(17)
    for place in [0, len(content) - 1, *(draw.randrange(len(content)) for _ in range(2000))]:
        changed = bytearray(content)
        changed[place] ^= 1 << draw.randrange(8)
        assert check_seal(bytes(changed)), place
    assert check_seal(content + b"\n") == "has no seal at its end, which every manifest has"


def test_a_signed_manifest_cannot_be_changed_without_the_key(study):
    key, other = study.parent / "key.txt", study.parent / "other.txt"
    key.write_text("ab" * 32)
    other.write_text("cd" * 32)
    write(study, "--sign-key", key)
    path = study.parent / "report.manifest.json"
    assert run("verify", path, "--sign-key", key).exit_code == 0
    wrong = f"1 problem in {path}; the report does not stand as recorded.\n"
    assert run("verify", path).stderr == f"{path}: is signed: give the key with --sign-key\n{wrong}"
    changed = f"{path}: has been changed since, or was signed with another key\n{wrong}"
    assert run("verify", path, "--sign-key", other).stderr == changed
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["made_at"] = manifest["made_at"].replace("+00:00", "+00:01")
    path.write_bytes(seal_again(manifest))
    assert run("verify", path).exit_code == 0
    assert run("verify", path, "--sign-key", key).stderr == f"{path}: is not signed\n{wrong}"


def test_a_folder_that_moved_as_a_whole_still_verifies(everything, tmp_path):
    study = copy(everything, tmp_path / "far" / "away")
    said = run("verify", study.parent / "report.manifest.json").stdout
    assert said == "report.html: 27 outputs and 3 inputs as recorded; 5 findings come out the same.\n"


def test_a_changed_definition_is_named_with_what_comes_of_it(paged, tmp_path):
    study = copy(paged, tmp_path)
    path, definition = study.parent / "report.manifest.json", study.parent / "mood.yaml"
    definition.write_text(definition.read_text().replace("[q1, q2, q3, q4]", "[q1, q2, q3, -q4]"))
    said = run("verify", path).stderr.splitlines()
    assert said[0] == f"{path}: mood.yaml: has been changed since"
    name = re.escape("staff.mood | change | staff | C | T1 to T2 | T2 - T1")
    assert any(re.fullmatch(rf"{re.escape(str(path))}: {name}: estimate was \S+, is \S+", line) for line in said)


def test_a_study_that_is_broken_now_is_said_to_be_beside_what_changed(paged, tmp_path):
    study = copy(paged, tmp_path)
    path, answers = study.parent / "report.manifest.json", study.parent / "answers.csv"
    answers.write_text(answers.read_text() + "x,a,T1,9,1,1,1\n")
    assert run("verify", path).stderr == (
        f"{path}: answers.csv: has been changed since\n"
        f"{answers}:62: q1: 9 is outside 1-5\n"
        "2 problems in 2 files; the report does not stand as recorded, and nothing was recomputed.\n"
    )


def test_a_shipped_definition_that_is_another_or_gone_is_named(paged, tmp_path):
    study = copy(paged, tmp_path)
    path = study.parent / "report.manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["inputs"] += [{"kind": "instrument", "id": name, "sha256": "0"} for name in ("osc", "no-such")]
    path.write_text(json.dumps(manifest), encoding="utf-8")
    assert run("verify", path).stderr == (
        f"{path}: osc: is another definition than the one recorded\n"
        f"{path}: no-such: is not shipped with this version\n"
        f"{path}: no-such: is not read any more\n{path}: osc: is not read any more\n"
        f"4 problems in {path}; the report does not stand as recorded.\n"
    )


def test_another_version_compares_findings_and_says_that_files_were_not_made_again(everything, tmp_path):
    study = copy(everything, tmp_path)
    path, page = study.parent / "report.manifest.json", study.parent / "report.docx"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["versions"] |= {"numpy": "1.0", "sos-score": "0.0.1"}
    manifest["outputs"]["report.docx"] = sha256(b"made by another version").hexdigest()
    page.write_bytes(b"made by another version")
    path.write_bytes(seal_again(manifest))
    assert run("verify", path).stdout == (
        "report.html: 27 outputs and 3 inputs as recorded; 5 findings come out the same."
        " It was made with sos-score 0.0.1, numpy 1.0, so its files were not made again.\n"
    )


def test_a_manifest_that_asks_for_a_form_there_is_none_of_is_told(paged, tmp_path):
    study = copy(paged, tmp_path)
    path = study.parent / "report.manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["request"]["outputs"] = ["report.pdf"]
    path.write_text(json.dumps(manifest), encoding="utf-8")
    assert run("verify", path).stderr == (
        f"{path}: a report is an .html, .docx or .xlsx file, not '{study.parent}/report.pdf';"
        " for a PDF, open the .html and print it\n"
        f"1 problem in {path}; the report does not stand as recorded, and nothing was recomputed.\n"
    )


def test_the_demo_says_where_to_look_and_everything_it_names_is_there(demo):
    assert {"report.html", "report.manifest.json", "comparison.xlsx", "study.yaml", "README.md", "synthetic"} <= {
        path.name for path in demo.iterdir()
    }
    assert not list(demo.rglob("*.py"))
    again = run("demo", demo)
    assert (again.exit_code, again.stderr) == (
        1,
        f"{demo}: already exists; name another folder\n  hint: sos-score demo my-demo\n",
    )


def test_the_demo_says_what_it_does_before_it_starts_and_what_to_open_first(demo_run):
    folder, stdout, stderr = demo_run
    assert stderr == (
        f"Copying an invented study to {folder}, comparing its sites and writing its report."
        " This takes about a minute.\n"
    )
    assert stdout.splitlines()[:2] == ["Open this first, in a browser:", f"  {folder / 'report.html'}"]


def test_a_demo_that_fails_leaves_nothing(tmp_path, monkeypatch):
    def fail(_study, *, quiet):
        assert quiet
        raise KeyboardInterrupt

    monkeypatch.setattr("sos_score.commands.demo.compare_whole", fail)
    assert run("demo", tmp_path / "x").exit_code != 0
    assert not (tmp_path / "x").exists()


@pytest.mark.soak
def test_the_report_of_the_demo_verifies(demo):
    said = run_shell("sos-score verify report.manifest.json", demo)
    assert said == "report.html: 1 output and 26 inputs as recorded; 215 findings come out the same.\n"
    assert str(ROOT) not in json.dumps(json.loads((demo / "report.manifest.json").read_text())["inputs"])
