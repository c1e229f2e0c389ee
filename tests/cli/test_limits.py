"""Limits of the machine, of formats and of the program: each is said, with exit 1, and nothing is left half-written."""

import subprocess
import sys
from pathlib import Path

import pytest
from support import ROOT, CommandLine

from sos_score import inputs
from sos_score.cli import process
from sos_score.definition.instrument.responses import MOST_OPTIONS
from sos_score.definition.model import MOST_LETTERS
from sos_score.definition.yaml.parser import MAX_DEPTH
from sos_score.errors import clip
from sos_score.output import workbook as output
from sos_score.survey.check import wrong_answers
from sos_score.survey.readers import cells, content, csv, workbook

LIMITS = (ROOT / "docs/explanation/limits.md").read_text(encoding="utf-8")
ANSWERS = ROOT / "examples/wai_s_labels.csv"
run = CommandLine()
SOS_SCORE = str(Path(sys.executable).with_name("sos-score"))
needs_ulimit = pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")


def run_limited(limit, arguments, folder):
    """Run a command under a limit of the shell."""
    words = ["sh", "-c", f'ulimit {limit}; exec "$0" "$@"', SOS_SCORE, *map(str, arguments)]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


def with_text(folder, size):
    """Return the answers with an id of so many characters."""
    path = folder / "answers.csv"
    path.write_text(ANSWERS.read_text().replace("F01", "x" * size, 1))
    return path


@needs_ulimit
@pytest.mark.parametrize("kind", ["csv", "json", "parquet", "sav", "xlsx"])
def test_files_that_may_not_be_so_large_are_not_written(tmp_path, kind):
    result = run_limited("-f 1", ["score", ANSWERS, "-i", "wai-s", "-o", f"o.{kind}"], tmp_path)
    assert result.returncode == 1
    assert f"o.{kind}: cannot be written (" in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("kind", "unit"), [("xlsx", "characters"), ("sav", "bytes")])
def test_a_text_that_a_format_would_cut_is_refused(tmp_path, kind, unit):
    output = tmp_path / f"o.{kind}"
    result = run("score", with_text(tmp_path, 40_000), "-i", "wai-s", "-o", output)
    assert result.exit_code == 1
    said = f"{output}: a text of 40,000 {unit} in 'respondent'; {kind} holds 32,767\n  hint: write CSV or Parquet\n"
    assert result.stderr.startswith(said)
    assert not output.exists()


@pytest.mark.parametrize("kind", ["csv", "json", "parquet", "sav", "xlsx"])
def test_scores_of_a_shipped_instrument_are_written_in_every_format(tmp_path, kind):
    output = tmp_path / f"o.{kind}"
    result = run("score", with_text(tmp_path, 30_000), "-i", "wai-s", "-o", output)
    assert result.exit_code == 0
    assert output.stat().st_size > 0


@pytest.mark.parametrize("command", ["score", "check", "reliability"])
def test_a_cell_of_sixteen_million_characters_is_named_with_its_line(tmp_path, command):
    path = with_text(tmp_path, 17 << 20)
    result = run(command, path, "-i", "wai-s")
    assert result.exit_code == 1
    said = f"{path}:2: a cell holds more than 16,777,216 characters\n  hint: a quote may be opened and never closed\n"
    assert result.stderr.startswith(said)


@pytest.mark.parametrize("command", ["validate", "show", "agreement"])
def test_an_item_with_a_billion_answers_is_refused_where_it_is_written(tmp_path, command):
    definition = tmp_path / "mood.yaml"
    assert run("new", "instrument", "Mood", "--items", 4, "--labels", "0-10", "-o", definition).exit_code == 0
    text = definition.read_text()
    assert "max: 10\n" in text
    definition.write_text(text.replace("max: 10\n", "max: 1000000000\n"))
    words = {"agreement": [ANSWERS, "-i", definition, "--team", "site"]}.get(command, [definition])
    result = run(command, *words)
    assert result.exit_code == 1
    said = result.stdout + result.stderr
    assert "response_scales" in said
    assert "0 to 1000000000 is 1,000,000,001 answers, and at most 1,001 are counted" in said
    assert "hint: correct max, or add 'step: any' where every number between is an answer" in said


@needs_ulimit
@pytest.mark.parametrize("megabytes", [100, 450])
def test_too_little_memory_is_said_before_anything_is_begun(tmp_path, megabytes):
    result = run_limited(f"-v {megabytes * 1000}", ["score", ANSWERS, "-i", "wai-s", "-o", "o.csv"], tmp_path)
    assert result.returncode == 1
    limit = f"this process may use {megabytes * 1000 >> 10} MB of memory (ulimit -v)"
    assert result.stderr == f"{limit}, which is too little; allow 4,096 MB. Nothing was written.\n"
    assert list(tmp_path.iterdir()) == []


def test_the_page_of_limits_states_what_holds():
    stated = [
        f"column map or key | {inputs.MOST_OF_SETTINGS // 1_000_000} MB; {MAX_DEPTH} levels",
        f"| answers of one item | {MOST_OPTIONS:,} ",
        f"a wave or a source | {MOST_LETTERS} characters",
        f"| a cell of a text file | {csv._MAX_CELL:,} characters",
        f"a Stata file | {cells.MOST_CELLS // 1_000_000} million",
        f"| what a workbook unpacks to | {workbook._MOST_BYTES >> 30} GB",
        f"gzip unpacks to | {content._MOST_BYTES >> 30} GB",
        f"(.xls) | {workbook._MOST_SECONDS} seconds",
        f"| {output.MOST_CHARACTERS:,} characters or bytes",
        f"| {output.MOST_ROWS:,} |",
        f"from {process.LEAST_MEMORY >> 20:,} MB",
        f"by the first {wrong_answers.MOST_TEXTS} different texts",
        f"cut to {len(clip('x' * 1000))} characters",
    ]
    assert [each for each in stated if each not in LIMITS] == []


def test_a_definition_nested_too_deeply_is_refused(tmp_path):
    path = tmp_path / "deep.yaml"
    path.write_text("id: " + "[" * 60 + "]" * 60 + "\n")
    result = run("validate", path)
    assert result.exit_code == 1
    assert f"{path}:1:" in result.stdout + result.stderr
    assert "nested" in result.stdout + result.stderr


@pytest.mark.soak
def test_three_hundred_thousand_wrong_answers_are_said_in_a_few_lines(tmp_path):
    head = ANSWERS.read_text().splitlines()[0]
    rows = [f"P{row},1,T1," + ",".join(f"bad {row} {item} {'x' * 80}" for item in range(12)) for row in range(25_000)]
    path = tmp_path / "wrong.csv"
    path.write_text("\n".join([head, *rows]))
    result = run("score", path, "-i", "wai-s")
    assert result.exit_code == 1
    assert len(result.stderr) < 10_000
    assert "299967 more texts are not allowed either" in result.stderr.replace(",", "")


@pytest.mark.parametrize(
    ("kind", "keys"),
    [("text", 10_000), *((kind, 1000) for kind in ("json", "github", "gitlab", "sarif", "junit"))],
)
def test_thousands_of_wrong_keys_are_said_in_a_hundred_messages_in_every_format(tmp_path, kind, keys):
    path = tmp_path / "safety-scale.yaml"
    extra = "".join(f"key_{number}: 1\n" for number in range(keys))
    path.write_text((ROOT / "instruments/safety-scale.yaml").read_text(encoding="utf-8") + extra, encoding="utf-8")
    result = run("validate", path, "--format", kind)
    assert result.exit_code == 1
    assert f"; and {keys - 100:,} more problems of this kind" in result.output
    assert "key_99:" in result.output or '"where": "key_99"' in result.output
    assert "key_100" not in result.output
    assert len(result.output) < 150_000
    if kind == "text":
        assert result.output.endswith("\n10000 problems in " + f"{path}.\n")


def test_a_value_as_long_as_a_chapter_is_cut_in_what_is_said_of_it(tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text(
        f"format: 1\nid: s\ntitle: S\nsites: {{1: {{}}}}\nsources: {{a: {{files: a.csv, instrument: {'o' * 9000}}}}}\n"
    )
    result = run("validate", path)
    assert result.exit_code == 1
    assert max(map(len, result.output.splitlines())) < 2200
    assert "sources.a.instrument: no instrument 'ooo" in result.output
    assert "(sos-score list shows the shipped ones; or give a path to a .yaml file)" in result.output
