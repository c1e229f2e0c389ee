"""Help: groups in the order of work, allowed values as choices, and examples that run."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml
from support import ROOT, CommandLine, run_command

from sos_score.check.finding import LEVELS
from sos_score.cli import app
from sos_score.cli.guide import GUIDES, list_choices, list_examples
from sos_score.commands.schema import MODELS
from sos_score.commands.validate import REPORTERS
from sos_score.comparison.questions.registry import QUESTIONS
from sos_score.output.delimited import RESULT_FORMATS
from sos_score.output.files import SCORE_FORMATS
from sos_score.scoring.plan import METRICS

run = CommandLine()
SLOW = ("demo", "report", "verify", "compare", "power")


def find_command(words: str) -> Any:
    command: Any = typer.main.get_command(app)
    for word in words.split():
        command = command.commands[word]
    return command


def list_params() -> list[tuple[str, Any]]:
    return [(words, part) for words in GUIDES for part in find_command(words).params]


def test_commands_are_listed_in_the_order_of_work_with_all_of_what_they_do() -> None:
    shown = run("--help").stdout
    heads = re.findall(r"^([A-Z][\w ]+):$", shown, re.MULTILINE)
    assert heads == ["Start", "Score", "Trust the scores", "Compare", "Report", "Definitions", "Options"]
    names = re.findall(r"^  ([a-z]+)  ", shown, re.MULTILINE)
    assert names == list(dict.fromkeys(words.split()[0] for words in GUIDES))
    assert "..." not in shown
    assert max(map(len, shown.splitlines())) <= 80


@pytest.mark.parametrize("name", typer.main.get_command(app).commands)  # type: ignore[attr-defined]
def test_a_command_is_listed_with_the_first_sentence_of_its_help(name: str) -> None:
    first = " ".join(find_command(name).help.partition("\n\n")[0].split())
    assert f" {name} {first} " in " ".join(run("--help").stdout.split())


@pytest.mark.parametrize("words", GUIDES)
def test_the_help_of_a_command_ends_with_two_examples_and_its_page(words: str) -> None:
    shown = run(*words.split(), "--help").stdout
    examples = list_examples(words)
    assert len(examples) == 2
    assert shown.split("Examples, in the folder that 'sos-score demo' makes:\n")[1].split("\n\n")[0].splitlines() == [
        f"  {example}" for example in examples
    ]
    assert shown.endswith(f"\nRead more: {GUIDES[words].page}\n")
    assert (ROOT / GUIDES[words].page).is_file()


@pytest.mark.parametrize("words", GUIDES)
def test_help_names_no_type_of_python(words: str) -> None:
    shown = run(*words.split(), "--help").stdout
    assert not re.search(r"<(str|int|float|list|path|bool)|int range|\bx[<>]=|\{|\}", shown)
    for part in find_command(words).params:
        if part.param_type_name == "option" and not part.is_flag:
            assert part.metavar or list_choices(part), part.name


def test_allowed_values_are_those_the_program_knows() -> None:
    allowed = {(words, part.opts[-1]): list_choices(part) for words, part in list_params()}
    assert allowed["compare", "--only"] == [*QUESTIONS, "sensitivity"]
    assert allowed["score", "--as"] == list(METRICS)
    assert allowed["check", "--fail-on"] == [str(level) for level in LEVELS]
    assert allowed["schema", "kind"] == list(MODELS)
    assert allowed["validate", "-f"] == list(REPORTERS)
    assert allowed["score", "-f"] == ["table", *SCORE_FORMATS]
    assert allowed["raters", "-f"] == ["table", *RESULT_FORMATS]
    assert allowed["show", "-f"] == ["table", "json"]


def test_a_misused_command_names_its_own_help() -> None:
    assert run("compare").stderr.splitlines()[1] == "Try 'sos-score compare --help' for help."
    assert run("report", "scores.csv").stderr.endswith("Try 'sos-score report --help'.\n")
    assert run("new", "instrument").stderr.splitlines()[1] == "Try 'sos-score new instrument --help' for help."


def test_a_name_of_two_words_without_quotes_is_told_to_be_quoted() -> None:
    done = run("demo", "my", "folder")
    assert done.exit_code == 2
    assert done.stderr.endswith("Error: Unexpected words: folder. Put a name of several words in quotes.\n")


def test_help_is_found_by_its_name_too() -> None:
    assert run("help").stdout == run("--help").stdout
    assert run("help", "new", "study").stdout == run("new", "study", "--help").stdout


def test_words_for_a_command_that_takes_none_are_not_told_to_be_quoted() -> None:
    done = run("list", "burnout")
    assert done.exit_code == 2
    assert done.stderr.endswith("Error: Unexpected words: burnout. This command takes options only.\n")


def test_the_shell_completes_commands_and_allowed_values() -> None:
    def complete(words: str, number: int) -> list[str]:
        environment = {"_SOS_SCORE_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(number)}
        code = "import sys; sys.argv = ['sos-score']; from sos_score.cli import main; main()"
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout.split()

    assert set(complete("sos-score re", 1)) == {"reliability", "report", "retest"}
    assert complete("sos-score score t1.csv --on-invalid ", 4) == ["error", "missing"]


def _run_examples(words: list[str], folder: Path) -> None:
    for name in words:
        for example in list_examples(name):
            shown, code = run_command(example, folder)
            assert code == 0, f"{example}\n{shown}"


def _keep_one_source(path: Path) -> None:
    """Make a study one of feedback alone: what is exported of all of it is in the page on exporting."""
    study = yaml.safe_load(path.read_text(encoding="utf-8"))
    study["sources"] = {"feedback": study["sources"]["feedback"]}
    study["plan"]["outcomes"] = ["feedback"]
    del study["pairs"], study["norms"]
    path.write_text(yaml.safe_dump(study, sort_keys=False), encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("words", [name for name in GUIDES if name not in SLOW])
def test_the_examples_in_help_run(words: str, tmp_path: Path) -> None:
    folder = shutil.copytree(ROOT / "examples" / "contrast_study", tmp_path / "contrast-study")
    if words == "export":
        _keep_one_source(folder / "study.yaml")
    _run_examples([words], folder)


@pytest.mark.soak
def test_the_examples_of_the_report_run_in_the_folder_the_demo_makes(tmp_path: Path) -> None:
    _run_examples(["demo"], tmp_path)
    _run_examples(["report", "verify", "compare", "power"], tmp_path / "contrast-study")


@pytest.mark.parametrize("words", [["--help"], ["compare", "--help"], ["new", "instrument", "--help"]], ids=" ".join)
def test_help_loads_no_library_but_the_command_line(words: list[str]) -> None:
    code = (
        "import sys; from sos_score.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print([name for name in ('polars', 'narwhals', 'rich', 'yaml', 'numpy') if name in sys.modules],"
        " file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, *words], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"


@pytest.mark.parametrize(("words", "loaded"), [("--help", []), ("list", ["list"]), ("--version", [])])
def test_only_the_command_that_is_asked_for_is_loaded(words: str, loaded: list[str]) -> None:
    code = (
        "import sys; from sos_score.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print([name.split('.')[-1] for name in sys.modules if name.endswith('_command')], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, words], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr == f"{[f'{name}_command' for name in loaded]}\n"


def test_the_help_of_the_module_is_that_of_the_program() -> None:
    module = subprocess.run([sys.executable, "-m", "sos_score", "--help"], capture_output=True, text=True, check=True)
    assert "\nStart:\n  demo" in module.stdout
