import json
import re
import shutil
from hashlib import sha256

import pytest
from report_pages import small_study
from support import ROOT, run_shell
from typer.testing import CliRunner

from sos_score.cli import app
from sos_score.report import writers


def run(*arguments):
    return CliRunner().invoke(app, [str(each) for each in arguments])


@pytest.fixture
def study(tmp_path):
    return small_study(tmp_path / "small")


def write(study, *more):
    result = run("report", study, "-o", study.parent / "report.html", *more)
    assert (result.exit_code, result.stdout) == (0, "")
    return result.stderr


def list_files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_report_is_a_page_a_manifest_and_pictures_where_they_are_wanted(study):
    before = list_files(study.parent)
    said = write(study, "--figures", study.parent / "figures")
    folder = study.parent
    assert said == (
        f"{folder}/report.html: 9 sections, 6 pictures, also in {folder}/figures\n"
        f"{folder}/report.manifest.json: what it was made from\n"
    )
    names = ("change-staff", "forest-arms-t1", "forest-arms-t2", "forest-did", "missing", "response")
    expected = [f"figures/{name}.{kind}" for name in names for kind in ("png", "svg")]
    assert sorted([*before, "report.html", "report.manifest.json", *expected]) == list_files(folder)
    for name in names:
        svg = (folder / f"figures/{name}.svg").read_text(encoding="utf-8")
        assert re.search(r"<dc:description>.{20,}?</dc:description>", svg, re.DOTALL)
        assert (folder / f"figures/{name}.png").read_bytes().startswith(b"\x89PNG")


def test_the_same_inputs_give_the_same_bytes(study):
    write(study, "--figures", study.parent / "figures")
    made = [*(study.parent / "figures").iterdir(), *study.parent.glob("report.*")]
    first = {path: path.read_bytes() for path in made}
    write(study, "--figures", study.parent / "figures", "--force")
    assert {path: path.read_bytes() for path in made} == first


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
    }
    assert sum(manifest["counts"]["verdicts"].values()) == len(manifest["findings"]) == 9
    one = manifest["findings"]["staff.mood | change | people | C | T1 to T2 | T2 - T1"]
    assert one["n"] == [12, 12]
    assert set(one) == {
        "n", "estimate", "low", "high", "effect", "p", "p_adjusted", "smallest", "detectable", "verdict",
    }  # fmt: skip


def test_a_report_that_is_as_recorded_is_said_to_be(study):
    write(study, "--figures", study.parent / "figures")
    result = run("verify", study.parent / "report.manifest.json")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "report.html: 13 outputs and 3 inputs as recorded; 9 findings come out the same.\n"


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
    name = re.escape("staff.mood | change | people | C | T1 to T2 | T2 - T1")
    assert any(re.fullmatch(rf"{re.escape(str(path))}: {name}: estimate was \S+, is \S+", line) for line in said)
    assert said[-1] == f"{len(said) - 1} problems in {path}; the report does not stand as recorded."


def test_a_changed_page_a_changed_finding_and_a_lost_input_are_found(study):
    write(study)
    path, page = study.parent / "report.manifest.json", study.parent / "report.html"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    name = "staff.mood | did | sites | T1 to T2 | New change - Old change"
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


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read (No such file or directory)"),
        ("{", "is not a manifest (not JSON)"),
        ("[]", "is not a manifest (format 1)"),
        ('{"format": 1, "study": {}, "page": "x"}', "is not a manifest (no versions, inputs, outputs, findings)"),
    ],
)
def test_what_is_no_manifest_is_said_to_be_none(tmp_path, content, said):
    path = tmp_path / "m.json"
    if content is not None:
        path.write_text(content)
    result = run("verify", path)
    assert (result.exit_code, result.stderr) == (1, f"{path}: {said}\n")


def test_a_wrong_command_line_is_told_at_once(study):
    usage = "Try 'sos-score --help'.\n"
    result = run("report", study, "-o", "report.pdf")
    assert (result.exit_code, result.stderr) == (2, f"a report is an .html file, not 'report.pdf'\n{usage}")
    result = run("report", "scores.csv", "-o", study.parent / "r.html")
    assert (result.exit_code, result.stderr) == (
        2,
        f"a report is made from a study file (.yaml), not from 'scores.csv'\n{usage}",
    )
    result = run("report", study, "-o", study.parent / "nowhere" / "r.html")
    path = study.parent / "nowhere"
    assert (result.exit_code, result.stderr) == (1, f"{path}/r.html: there is no folder '{path}'\n")


def test_nothing_is_overwritten_unasked(study):
    write(study)
    page = study.parent / "report.html"
    hint = "  hint: choose another name, or replace it with --force\n"
    result = run("report", study, "-o", page)
    assert (result.exit_code, result.stderr) == (1, f"{page}: is there already\n{hint}")
    page.unlink()
    manifest = study.parent / "report.manifest.json"
    assert run("report", study, "-o", page).stderr == f"{manifest}: is there already\n{hint}"
    manifest.unlink()
    figure = study.parent / "figures" / "missing.png"
    figure.parent.mkdir()
    figure.write_text("mine")
    assert run("report", study, "-o", page, "--figures", figure.parent).stderr == f"{figure}: is there already\n{hint}"
    assert figure.read_text() == "mine"
    assert not page.exists()


def test_a_wrong_answer_leaves_no_report(study):
    answers = study.parent / "answers.csv"
    answers.write_text(answers.read_text() + "x,a,T1,9,1,1,1\n")
    before = list_files(study.parent)
    result = run("report", study, "-o", study.parent / "report.html")
    assert result.exit_code == 1
    assert "9 is outside 1-5" in result.stderr
    assert list_files(study.parent) == before


def test_a_failing_disk_leaves_no_half_of_a_report(study, monkeypatch):
    before = list_files(study.parent)
    real, calls = writers.replace_file, []

    def fail(path):
        calls.append(path)
        if path.name == "report.manifest.json":
            raise writers.InvalidOutput([writers.Problem("cannot be written (No space left on device)", str(path))])
        return real(path)

    monkeypatch.setattr("sos_score.report.study_report.replace_file", fail)
    result = run("report", study, "-o", study.parent / "report.html")
    assert (result.exit_code, len(calls)) == (1, 2)
    assert list_files(study.parent) == before


def test_the_demo_says_where_to_look_and_everything_it_names_is_there(demo):
    assert {"report.html", "report.manifest.json", "comparison.xlsx", "study.yaml", "README.md", "synthetic"} <= {
        path.name for path in demo.iterdir()
    }
    assert not list(demo.rglob("*.py"))
    again = run("demo", demo)
    assert (again.exit_code, again.stderr) == (1, f"{demo}: is a folder\n")


def test_a_demo_that_fails_leaves_nothing(tmp_path, monkeypatch):
    def fail(_request):
        raise KeyboardInterrupt

    monkeypatch.setattr("sos_score.report.demo.write_report", fail)
    assert run("demo", tmp_path / "x").exit_code != 0
    assert not (tmp_path / "x").exists()


def test_the_report_of_the_demo_verifies(demo):
    said = run_shell("sos-score verify report.manifest.json", demo)
    assert said == "report.html: 1 output and 26 inputs as recorded; 264 findings come out the same.\n"
    assert ROOT.name not in json.dumps(json.loads((demo / "report.manifest.json").read_text())["inputs"])
