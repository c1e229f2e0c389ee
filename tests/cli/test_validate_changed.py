"""``validate --changed-from``: which files are checked, and that a changed key needs a raised version."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support import ROOT, CommandLine, commit, git

run = CommandLine("validate")
WAI_S = (ROOT / "instruments" / "wai-s.yaml").read_text(encoding="utf-8")
SAFETY = (ROOT / "instruments" / "safety-scale.yaml").read_text(encoding="utf-8")
LABEL = ("min: 0", "min: 0\n    step: 1\n    labels: {Safe: 10}")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with two definitions in a folder, committed."""
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "wai-s.yaml").write_text(WAI_S, encoding="utf-8")
    (tmp_path / "keys" / "safety-scale.yaml").write_text(SAFETY, encoding="utf-8")
    commit(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def list_checked(*words: str | Path) -> list[str]:
    return list(json.loads(run("keys", "--changed-from", *words, "-f", "json").stdout)["files"])


def change(path: Path, *pairs: tuple[str, str], to: Path | None = None) -> None:
    text = path.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    (to or path).write_text(text, encoding="utf-8")


@pytest.mark.usefixtures("folder")
def test_where_nothing_changed_nothing_is_checked() -> None:
    result = run("keys", "--changed-from", "HEAD")
    assert (result.exit_code, result.stdout) == (0, "Nothing was checked: no file changed since HEAD.\n")


def test_new_changed_staged_and_committed_files_are_checked_and_deleted_ones_are_no_fault(folder: Path) -> None:
    first = git(folder, "rev-parse", "HEAD").strip()
    keys = folder / "keys"
    change(keys / "wai-s.yaml", ("id: wai-s", "id: untracked"), to=keys / "untracked.yaml")
    assert list_checked("HEAD") == ["keys/untracked.yaml"]
    git(folder, "add", "-A")
    assert list_checked("HEAD") == ["keys/untracked.yaml"]
    commit(folder)
    assert list_checked("HEAD") == []
    (keys / "wai-s.yaml").unlink()
    change(keys / "safety-scale.yaml", ("Several people", "Many people"))
    assert list_checked(first) == ["keys/safety-scale.yaml", "keys/untracked.yaml"]
    assert run("keys", "--changed-from", first).exit_code == 0


def test_what_the_other_branch_changed_meanwhile_is_not_checked(folder: Path) -> None:
    git(folder, "checkout", "-q", "-b", "mine")
    change(folder / "keys" / "wai-s.yaml", ("version: 1.0.0", "version: 1.0.1"))
    commit(folder)
    git(folder, "checkout", "-q", "main")
    change(folder / "keys" / "safety-scale.yaml", ("Several people", "Many people"))
    commit(folder)
    git(folder, "checkout", "-q", "mine")
    assert list_checked("main") == ["keys/wai-s.yaml"]


def test_from_another_folder_of_the_repository_the_same_files_are_checked(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(folder / "keys" / "wai-s.yaml", ("version: 1.0.0", "version: 1.0.1"))
    monkeypatch.chdir(folder / "keys")
    result = json.loads(run(".", "--changed-from", "HEAD", "-f", "json").stdout)
    assert result["files"] == ["wai-s.yaml"]


def test_a_name_that_git_would_quote_is_found(folder: Path) -> None:
    odd = folder / "keys" / 'tö "ast\t.yaml'
    change(folder / "keys" / "wai-s.yaml", to=odd)
    assert list_checked("HEAD") == ['keys/tö "ast\\t.yaml']


def test_a_changed_label_without_a_raised_version_is_an_error_at_the_version(folder: Path) -> None:
    path = folder / "keys" / "safety-scale.yaml"
    change(path, LABEL)
    result = run("keys", "--changed-from", "HEAD")
    assert (result.exit_code, result.stderr) == (
        1,
        "keys/safety-scale.yaml:4:1: error SOS704: version: is 1.0.0, and was 1.0.0, although scores of safety can "
        "change\n"
        "  hint: raise the version, so that scores of the two keys can be told apart\n"
        "1 problem in keys/safety-scale.yaml.\n",
    )
    assert run("keys").exit_code == 0
    change(path, ("version: 1.0.0", "version: 1.1.0"))
    assert run("keys", "--changed-from", "HEAD").exit_code == 0


def test_a_file_that_moved_is_compared_with_the_one_that_is_gone(folder: Path) -> None:
    moved = folder / "keys" / "new"
    moved.mkdir()
    git(folder, "mv", "keys/safety-scale.yaml", "keys/new/safety-scale.yaml")
    assert run("keys/new", "--changed-from", "HEAD").exit_code == 0
    change(moved / "safety-scale.yaml", LABEL)
    assert "error SOS704" in run("keys/new", "--changed-from", "HEAD").stderr


def test_a_file_under_a_new_name_and_id_is_another_instrument(folder: Path) -> None:
    keys = folder / "keys"
    change(keys / "safety-scale.yaml", LABEL, ("id: safety-scale", "id: other"), to=keys / "other.yaml")
    (keys / "safety-scale.yaml").unlink()
    assert run("keys", "--changed-from", "HEAD").exit_code == 0


def test_what_could_not_be_scored_before_needs_no_other_version(folder: Path) -> None:
    path = folder / "keys" / "safety-scale.yaml"
    change(path, ("items: [safety]", "items: [safty]"))
    commit(folder)
    change(path, ("items: [safty]", "items: [safety]"), LABEL)
    assert run("keys", "--changed-from", "HEAD").exit_code == 0


EXTENDS = """\
format: 1
id: welsh
version: 1.0.0
extends: safety-scale.yaml
response_scales: {zero_to_ten: {step: 1, labels: {LABEL: 10}}}
verification: {responses: {status: user, source: the translators}}
"""


def test_a_definition_that_extends_another_is_compared_as_both_were(folder: Path) -> None:
    keys = folder / "keys"
    (keys / "welsh.yaml").write_text(EXTENDS.replace("LABEL", "Diogel"), encoding="utf-8")
    commit(folder)
    (keys / "welsh.yaml").write_text(EXTENDS.replace("LABEL", "diogel iawn"), encoding="utf-8")
    change(keys / "safety-scale.yaml", ("Several people", "Many people"))
    result = run("keys", "--changed-from", "HEAD")
    assert result.stderr.startswith("keys/welsh.yaml:3:1: error SOS704: version: is 1.0.0, and was 1.0.0,")
    before = CommandLine("diff")("HEAD:keys/welsh.yaml", "keys/welsh.yaml")
    assert "answer label: response_scales.zero_to_ten.labels Diogel: " in before.stdout


def test_a_definition_that_extends_a_changed_one_is_checked_with_it(folder: Path) -> None:
    keys = folder / "keys"
    (keys / "welsh.yaml").write_text(EXTENDS.replace("LABEL", "Diogel"), encoding="utf-8")
    commit(folder)
    change(keys / "safety-scale.yaml", ("min: 0", "min: -1"), ("version: 1.0.0", "version: 1.1.0"))
    assert list_checked("HEAD") == ["keys/safety-scale.yaml", "keys/welsh.yaml"]
    assert "keys/welsh.yaml:3:1: error SOS704" in run("keys/welsh.yaml", "--changed-from", "HEAD").stderr


@pytest.mark.parametrize("revision", ["nowhere", "HEAD~9", "--output=x", "HEAD:keys"])
def test_a_revision_that_is_none_is_a_wrong_command_line(folder: Path, revision: str) -> None:
    result = run("keys", f"--changed-from={revision}")
    said = f"--changed-from: git knows no commit '{revision}' here"
    assert (result.exit_code, result.stderr.startswith(said)) == (2, True), result.stderr
    assert sorted(path.name for path in folder.iterdir()) == [".git", "keys"]


def test_outside_a_repository_git_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    result = run(".", "--changed-from", "main")
    assert result.exit_code == 2
    assert result.stderr.startswith("--changed-from: git knows no commit 'main' here (fatal: not a git repository")


def test_without_git_the_option_says_what_it_needs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(folder))
    result = run("keys", "--changed-from", "HEAD")
    assert result.exit_code == 2
    assert result.stderr.startswith("--changed-from needs git, which is not installed here\n")
