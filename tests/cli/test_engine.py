"""What cannot be done with --engine spark is said before Spark starts."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import CommandLine

WAI = ("-i", "wai-s", "--engine", "spark")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "--engine spark writes a folder of Parquet files: give --output scores.parquet"),
        (("-o", "scores.csv", "-f", "csv"), "--engine spark writes a folder of Parquet files"),
        (("-o", "new.parquet", "--long"), "--long is not possible with --engine spark"),
        (("-o", "new.parquet", "--header-row", "2"),
         "--from, --sheet, --header-row and the like are not possible with --engine spark"),
    ],
)  # fmt: skip
def test_what_spark_cannot_do_is_refused(words: tuple[str, ...], said: str, cli: CommandLine, workplace: Path) -> None:
    done = cli("score", workplace / "examples" / "wai_s_labels.csv", *WAI, *words)
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.split())


def test_a_folder_that_holds_an_input_or_anything_else_is_never_replaced(cli: CommandLine, workplace: Path) -> None:
    data = workplace / "examples" / "wai_s_labels.csv"
    other = workplace / "other"
    other.mkdir()
    for target, said in (
        (workplace / "examples", "is or holds an input of this command, and would be replaced"),
        (other, "is there already and holds no scores that Spark has written, so it is not replaced"),
    ):
        done = cli("score", data, *WAI, "-o", target, "--force")
        assert done.exit_code == 1
        assert said in " ".join(done.stderr.split())
    assert data.exists()
