"""``sos-score diff``: two definitions, what changed in meaning, and what that does to scores."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from support import ROOT, CommandLine, commit

WAI_S = (ROOT / "instruments" / "wai-s.yaml").read_text(encoding="utf-8")
ITEMS = [f"wais_{number:02}" for number in range(1, 13)]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def diff() -> CommandLine:
    return CommandLine("diff")


def write(folder: Path, *pairs: tuple[str, str]) -> str:
    text = WAI_S
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    (folder / "wai-s.yaml").write_text(text, encoding="utf-8")
    return "./wai-s.yaml"


SIGN = ("-wais_10", "wais_10")
RAISED = ("version: 1.0.0", "version: 2.0.0")


def test_a_changed_sign_without_a_raised_version_is_an_error(folder: Path, diff: CommandLine) -> None:
    result = diff("wai-s", write(folder, SIGN))
    assert result.exit_code == 1
    assert result.stdout == (
        "wai-s 1.0.0 to wai-s 1.0.0: 2 changes; scores of goal and total can change.\n\n"
        "Scores can change by\n"
        "  reversal: scales.goal.items wais_10: reversed, now forward (goal)\n"
        "  reversal: scales.total.items wais_10: reversed, now forward (total)\n"
    )
    assert result.stderr == (
        "wai-s.yaml:4: version: is 1.0.0, and was 1.0.0, although scores of goal and total can change\n"
        "  hint: raise the version, so that scores of the two keys can be told apart\n"
    )


def test_a_raised_version_makes_it_a_change_that_is_said(folder: Path, diff: CommandLine) -> None:
    result = diff("wai-s", write(folder, SIGN, RAISED))
    assert (result.exit_code, result.stderr) == (0, "")
    assert "No score changes by\n  version: version: 1.0.0, now 2.0.0\n" in result.stdout


def test_what_changes_no_score_needs_no_version(folder: Path, diff: CommandLine) -> None:
    result = diff("wai-s", write(folder, ("title: Bond", "title: Ties")))
    assert result.exit_code == 0
    assert "1 change; no score can change." in result.stdout
    assert diff("wai-s", "wai-s").stdout == "wai-s 1.0.0 to wai-s 1.0.0: nothing changed in meaning.\n"


def test_the_scores_of_an_export_differ_as_by_hand(folder: Path, diff: CommandLine) -> None:
    # Item 10 counts 8 - x before and x after: x = 7 gives 1 and 7, so a Goal mean of four items rises by 6/4; x = 4
    # gives 4 both times; x = 1 lowers it by 6/4. In the total of twelve the differences are 6/12 and -6/12.
    rows = [dict.fromkeys(ITEMS, 4) | {"wais_10": answer} for answer in (7, 4, 1, 7)]
    lines = [",".join(["respondent", *ITEMS]), *(f"R{n}," + ",".join(map(str, r.values())) for n, r in enumerate(rows))]
    Path("t1.csv").write_text("\n".join(lines) + "\n")
    result = diff("wai-s", write(folder, SIGN, RAISED), "--data", "t1.csv", "--format", "json")
    assert result.exit_code == 0
    scores = {each["score"]: each for each in json.loads(result.stdout)["scores"]}
    assert scores["goal"] == {
        "score": "goal", "rows": 4, "changed": 3, "gained": 0, "lost": 0, "mean": 6 / 16, "largest": 1.5,
    }  # fmt: skip
    assert scores["total"]["mean"] == pytest.approx(6 / 48, abs=1e-12)
    assert (scores["total"]["largest"], scores["total"]["changed"]) == (pytest.approx(0.5, abs=1e-12), 3)
    assert (scores["bond"]["changed"], scores["bond"]["mean"], scores["bond"]["largest"]) == (0, 0.0, 0.0)


def test_scores_that_come_and_go_are_counted(folder: Path, diff: CommandLine) -> None:
    # 80% of 4 is 4 items, and 3 of 4 are answered: no score before, one after.
    answered = ",".join(["4"] * 11)
    Path("t1.csv").write_text(f"respondent,{','.join(ITEMS)}\nR1,,{answered}\nR2,4,{answered}\n")
    new = write(folder, ("missing: {min_answered: 80%}", "missing: {min_answered: 2/3}"), RAISED)
    result = diff("wai-s", new, "--data", "t1.csv", columns=100)
    (task,) = [line.split() for line in result.stdout.splitlines() if line.startswith("task")]
    assert task == ["task", "2", "1", "1", "0", "0.000", "0.000"]


def test_markdown_holds_every_text_of_a_definition_as_it_is(folder: Path, diff: CommandLine) -> None:
    label = ("Always: 7}", 'Always: 7, "<b>|`@team #1": 7}')
    result = diff("wai-s", write(folder, label, SIGN), "--format", "markdown")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[:6] == [
        "**wai-s 1.0.0 to wai-s 1.0.0: 3 changes; scores of task, bond, goal and total can change.**",
        "",
        "Error: version is 1.0.0, and was 1.0.0, although scores of task, bond, goal and total can change; raise the "
        "version, so that scores of the two keys can be told apart.",
        "",
        "| what | where | before | after | scores it can change |",
        "|---|---|---|---|---|",
    ]
    assert (
        "| `answer label` | `response_scales.never_always.labels <b>\\|'@team #1` | `-` | `7` | "
        "`task, bond, goal, total` |" in result.stdout.splitlines()
    )


def test_a_definition_is_read_as_it_was_at_a_revision(folder: Path, diff: CommandLine) -> None:
    (folder / "keys").mkdir()
    write(folder / "keys")
    commit(folder)
    write(folder / "keys", SIGN)
    assert "scores of goal and total can change" in diff("HEAD:keys/wai-s.yaml", "keys/wai-s.yaml").stdout
    write(folder)
    commit(folder)
    assert "nothing changed in meaning" in diff("HEAD:wai-s.yaml", "wai-s.yaml").stdout
    lost = diff("HEAD:keys/wai.yaml", "keys/wai-s.yaml")
    assert lost.exit_code == 1
    assert lost.stderr.startswith("HEAD:keys/wai.yaml: cannot be read from git (fatal: path 'keys/wai.yaml'")


def test_both_definitions_are_checked_before_anything_is_compared(folder: Path, diff: CommandLine) -> None:
    result = diff("wai-z", write(folder, ("min: 1", "min: 9")))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "no instrument 'wai-z'" in result.stderr
    assert "wai-s.yaml:" in result.stderr
    assert result.stderr.endswith("nothing was compared.\n")


def test_two_definitions_are_compared_without_polars() -> None:
    code = "import sys; sys.modules['polars'] = None; from sos_score.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "diff", "wai-s", "wai-sr", "-f", "json"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["new"] == {"id": "wai-sr", "version": "1.0.0"}


CUT = "cut_offs:\n  line: {title: Line, source: Us (2020), scales: {total: 4}}\norder: [wais_01..wais_12]\n"


def test_a_changed_cut_off_changes_bands_though_no_score(folder: Path, diff: CommandLine) -> None:
    for name in ("old", "new"):
        (folder / name).mkdir()
    (folder / "old" / "wai-s.yaml").write_text(
        WAI_S + CUT.replace("[wais_01..wais_12]", f"[{', '.join(ITEMS)}]"), encoding="utf-8"
    )
    (folder / "new" / "wai-s.yaml").write_text(WAI_S + CUT.replace("total: 4", "total: 5"), encoding="utf-8")
    found = diff("old/wai-s.yaml", "new/wai-s.yaml")
    assert found.exit_code == 0
    said = " ".join(found.stdout.split())
    assert said.startswith(
        "wai-s 1.0.0 to wai-s 1.0.0: 1 change; bands of total can change, though no score does. Bands"
    )
    assert "cut-off: cut_offs line: title Line" in said
    assert "No score changes by" not in said
    assert "none; bands of total" in diff("old/wai-s.yaml", "new/wai-s.yaml", "-f", "markdown").stdout


def test_another_order_of_the_form_is_a_change_and_a_range_of_the_same_items_is_none(
    folder: Path, diff: CommandLine
) -> None:
    for name in ("old", "new"):
        (folder / name).mkdir()
    (folder / "old" / "wai-s.yaml").write_text(WAI_S + CUT, encoding="utf-8")
    (folder / "new" / "wai-s.yaml").write_text(
        WAI_S + CUT.replace("[wais_01..wais_12]", "[wais_02, wais_01, wais_03..wais_12]")
    )
    assert "order: order" in diff("old/wai-s.yaml", "new/wai-s.yaml").stdout
    (folder / "new" / "wai-s.yaml").write_text(WAI_S + CUT.partition("order")[0], encoding="utf-8")
    assert "nothing changed in meaning" in diff("old/wai-s.yaml", "new/wai-s.yaml").stdout
