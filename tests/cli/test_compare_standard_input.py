"""``compare -`` reads scores from standard input as it reads them from a file."""

from pathlib import Path

from support import ROOT, CommandLine

run = CommandLine()


def test_scores_from_standard_input_are_compared_as_those_of_a_file(tmp_path: Path) -> None:
    scores = tmp_path / "scores.csv"
    assert run("score", ROOT / "examples/wai_s_labels.csv", "-i", "wai-s", "-q", "-o", scores).exit_code == 0
    words = ["--treated", "1,4", "--format", "csv"]
    from_file = run("compare", scores, *words)
    from_input = run("compare", "-", *words, stdin=scores.read_bytes())
    assert (from_input.exit_code, from_file.exit_code) == (0, 0)
    assert from_input.stdout == from_file.stdout


def test_standard_input_that_is_empty_is_said() -> None:
    result = run("compare", "-", stdin=b"")
    assert result.exit_code == 1
    assert result.stderr.startswith("-:1: has no header line\n")
