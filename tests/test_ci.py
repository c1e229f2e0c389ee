"""What the project offers to CI, as it is run there: the action, the GitLab job and the hooks of pre-commit."""

from __future__ import annotations

import os
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from support import ROOT, commit, git

GOOD = (ROOT / "instruments" / "safety-scale.yaml").read_text(encoding="utf-8")
BAD = GOOD.replace("items: [safety]", "items: [safty]").replace("id: safety-scale", "id: broken")
PAGE = (ROOT / "docs" / "how-to" / "ci.md").read_text(encoding="utf-8")
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
PRE_COMMIT = Path(sys.executable).with_name("pre-commit")

needs_pre_commit = pytest.mark.skipif(
    not PRE_COMMIT.exists() and not os.environ.get("CI"), reason="pre-commit is not installed (pip install -e '.[dev]')"
)


def read_snippet(heading: str, number: int = 0) -> Any:
    """Return what a snippet of the page says: the first of a section unless `number` says otherwise."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return yaml.safe_load(re.findall(r"```yaml\n(.*?)```", section, re.DOTALL)[number])


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with a good definition, and YAML that is none."""
    folder = tmp_path / "project"
    (folder / "instruments").mkdir(parents=True)
    (folder / "instruments" / "safety-scale.yaml").write_text(GOOD, encoding="utf-8")
    (folder / "settings.yaml").write_text("colour: green\n", encoding="utf-8")
    commit(folder)
    return folder


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of its own of this project as it is here, with the tag VERSION."""
    if not (ROOT / ".git").exists():
        pytest.skip("this copy of the project is no checkout of git")
    folder = tmp_path_factory.mktemp("clone") / "sos-score"
    for name in git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0"):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
    commit(folder)
    git(folder, "tag", "VERSION")
    return folder


# The action


class Runner:
    """Runs the steps of the action as GitHub's runner does: expressions in, bash with its options, one folder."""

    def __init__(self, temporary: Path) -> None:
        self.temporary = temporary

    def __call__(self, number: int, folder: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
        given = {name: each["default"] for name, each in ACTION["inputs"].items()} | {
            name.replace("_", "-"): text for name, text in inputs.items()
        }
        known = {f"inputs.{name}": text for name, text in given.items()} | {"github.action_path": str(ROOT)}
        step = STEPS[number]
        environment = {
            name: re.sub(r"\$\{\{ (\S+) \}\}", lambda found: known[found[1]], text)
            for name, text in step["env"].items()
        }
        script = self.temporary / "step.sh"
        script.write_text(step["run"], encoding="utf-8")
        alone = {name: text for name, text in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
        alone |= {
            "GITHUB_ACTIONS": "true",
            "GITHUB_WORKSPACE": str(folder),
            "GITHUB_ACTION_PATH": str(ROOT),
            "RUNNER_TEMP": str(self.temporary),
            "CI": "true",
            "paths": "a variable of the job",
        }
        assert step["shell"] == "bash"
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", script]
        return subprocess.run(command, cwd=folder, env=alone | environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Runner:
    """The runner after the first step of the action, which installs."""
    ready = Runner(tmp_path_factory.mktemp("runner"))
    done = ready(0, ready.temporary)
    assert done.returncode == 0, done.stderr
    assert len(STEPS) == 2
    return ready


# The installation of the action: definitions are checked without what only the other commands need.

LACKING = """\
'{command}' needs {lacking}, which is not installed.
  hint: validate, list, show, schema and diff run without it; for the rest: python -m pip install sos-score
"""


def run_light(runner: Runner, words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    command = [runner.temporary / "sos-score/bin/sos-score", *words.format(instruments=ROOT / "instruments").split()]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_the_requirements_are_those_of_the_project() -> None:
    make = runpy.run_path(str(ROOT / ".ci" / "requirements.py"))["make_requirements"]
    assert (ROOT / "requirements-validate.txt").read_text(encoding="utf-8") == make(), "run: python .ci/requirements.py"


@pytest.mark.slow
def test_what_is_installed_is_small(runner: Runner) -> None:
    files = (path for path in (runner.temporary / "sos-score").rglob("*") if path.is_file() and not path.is_symlink())
    assert sum(path.stat().st_size for path in files) < 100_000_000


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    ["validate {instruments} --profile strict", "list", "show wai-s", "schema instrument", "diff wai-s wai-sr"],
)
def test_what_is_about_definitions_runs(words: str, runner: Runner, tmp_path: Path) -> None:
    done = run_light(runner, words, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


@pytest.mark.slow
def test_any_other_command_names_what_to_install(runner: Runner, tmp_path: Path) -> None:
    done = run_light(runner, "compare study.yaml", tmp_path)
    lacking = done.stderr.partition(" needs ")[2].partition(",")[0]
    assert (done.returncode, done.stderr) == (2, LACKING.format(command="compare", lacking=lacking))
    assert lacking in ("numpy", "polars")


def test_no_input_stands_in_a_script_of_the_action_where_it_could_be_a_command() -> None:
    assert all("${{" not in step["run"] for step in STEPS)
    named = {name for step in STEPS for text in step["env"].values() for name in re.findall(r"inputs\.([\w-]+)", text)}
    assert named == set(ACTION["inputs"])


@pytest.mark.slow
def test_the_action_passes_good_definitions_and_says_nothing(runner: Runner, project: Path) -> None:
    done = runner(1, project)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.slow
def test_the_action_annotates_a_bad_definition_and_fails(runner: Runner, project: Path) -> None:
    (project / "instruments" / "broken.yaml").write_text(BAD, encoding="utf-8")
    done = runner(1, project)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout == (
        "::error file=instruments/broken.yaml,line=31,col=13,title=SOS101 unknown item::"
        "scales.safety.items[0]: no item 'safty' (items: safety)%0Ahint: did you mean 'safety'?\n"
    )


@pytest.mark.slow
def test_the_action_takes_several_paths_and_names_that_look_like_commands(runner: Runner, project: Path) -> None:
    marks = project / "more keys $(touch obeyed)"
    marks.mkdir()
    (marks / "broken.yaml").write_text(BAD, encoding="utf-8")
    done = runner(1, project, paths=f"instruments\n{marks.name}\n\n--help\n", profile="strict")
    assert done.returncode == 1
    places = re.findall(r"^::error file=(.*?),line", done.stdout, re.MULTILINE)
    assert sorted(set(places)) == ["--help", f"{marks.name}/broken.yaml"]
    assert sorted(path.name for path in project.iterdir()) == [".git", "instruments", marks.name, "settings.yaml"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fmt", "start"), [("text", "instruments/broken.yaml:31:13: error SOS101"), ("sarif", "{\n"), ("gitlab", "[\n")]
)
def test_the_action_writes_the_whole_report_to_a_file(runner: Runner, project: Path, fmt: str, start: str) -> None:
    (project / "instruments" / "broken.yaml").write_text(BAD, encoding="utf-8")
    done = runner(1, project, format=fmt, output="report file")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")
    assert (project / "report file").read_text(encoding="utf-8").startswith(start)


@pytest.mark.slow
def test_the_action_checks_what_a_branch_changed(runner: Runner, project: Path) -> None:
    (project / "instruments" / "broken.yaml").write_text(BAD, encoding="utf-8")
    commit(project)
    assert runner(1, project, changed_from="HEAD", format="text").stdout.startswith("Nothing was checked")
    assert runner(1, project, changed_from="HEAD~1").returncode == 1
    assert runner(1, project, changed_from="$(touch obeyed)").returncode == 2
    assert not (project / "obeyed").exists()


# GitLab


@pytest.mark.soak
def test_the_job_for_gitlab_runs_as_the_page_has_it(project: Path, clone: Path, tmp_path: Path) -> None:
    (project / "instruments" / "broken.yaml").write_text(BAD, encoding="utf-8")
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "environment"], check=True)
    lines = read_snippet("GitLab")["definitions"]["script"]
    script = "\n".join(lines).replace("ADDRESS", f"file://{clone}")
    path = f"{tmp_path / 'environment' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script],
        cwd=project,
        env={name: text for name, text in os.environ.items() if name != "PYTHONPATH"} | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert '"check_name": "SOS101"' in (project / "codequality.json").read_text(encoding="utf-8")


# pre-commit


def run_hook(project: Path, hook: dict[str, Any]) -> tuple[int, str]:
    """Return the exit code of `git commit` with a hook installed, and what it prints."""
    config = project / ".pre-commit-config.yaml"
    with config.open("w", encoding="utf-8") as stream:
        yaml.safe_dump({"repos": [hook]}, stream)
    tools = project.parent / "tools"
    tools.mkdir(exist_ok=True)
    program = tools / "sos-score"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m sos_score "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    environment = {name: text for name, text in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT"))}
    environment |= {
        "PATH": f"{tools}{os.pathsep}{environment['PATH']}",
        "PYTHONPATH": str(ROOT),
        "PRE_COMMIT_HOME": str(project.parent / "pre-commit"),
        "GIT_CONFIG_GLOBAL": os.devnull,
    }
    who = ["-c", "user.name=nobody", "-c", "user.email=nobody@example.org"]
    for command in ([PRE_COMMIT, "install"], ["git", "add", "-A"]):
        subprocess.run(command, cwd=project, env=environment, check=True, capture_output=True)
    done = subprocess.run(
        ["git", *who, "commit", "-m", "Change"],
        cwd=project,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return done.returncode, done.stdout


def make_hooks(clone: Path) -> dict[str, dict[str, Any]]:
    """Return both hooks of the page; that of the repository runs what is installed, as an environment takes minutes."""
    own = read_snippet("Before each commit", 1)[0]
    own["repo"] = own["repo"].replace("ADDRESS", str(clone))
    own["hooks"][0]["language"] = "system"
    return {"local": read_snippet("Before each commit")[0], "own": own}


@needs_pre_commit
@pytest.mark.slow
@pytest.mark.parametrize("which", ["local", "own"])
def test_a_hook_lets_good_definitions_pass_and_stops_bad_ones(which: str, project: Path, clone: Path) -> None:
    hook = make_hooks(clone)[which]
    (project / "instruments" / "safety-scale.yaml").write_text(GOOD.replace("Several", "Many"), encoding="utf-8")
    code, said = run_hook(project, hook)
    assert code == 0, said
    assert re.search(r"^check instrument definitions\.+Passed$", said, re.MULTILINE)
    first = git(project, "rev-parse", "HEAD")
    (project / "instruments" / "broken.yaml").write_text(BAD, encoding="utf-8")
    code, said = run_hook(project, hook)
    assert code == 1
    assert re.search(r"^check instrument definitions\.+Failed$", said, re.MULTILINE)
    assert "instruments/broken.yaml:31:13: error SOS101: scales.safety.items[0]: no item 'safty'" in said
    assert git(project, "rev-parse", "HEAD") == first


@needs_pre_commit
@pytest.mark.slow
@pytest.mark.parametrize("which", ["local", "own"])
def test_a_hook_looks_at_no_other_yaml(which: str, project: Path, clone: Path) -> None:
    (project / "settings.yaml").write_text("colour: red\n", encoding="utf-8")
    code, said = run_hook(project, make_hooks(clone)[which])
    assert code == 0, said
    assert re.search(r"^check instrument definitions.*\(no files to check\)Skipped$", said, re.MULTILINE)
