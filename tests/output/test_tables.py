"""Tables fit the terminal: wide ones in even parts, long texts between words."""

import io

import pytest
from rich.console import Console

from sos_score.output.table import Column, Table, print_table


def show(table, width):
    stream = io.StringIO()
    print_table(table, Console(file=stream, width=width, highlight=False, color_system=None))
    return stream.getvalue().splitlines()


def wide(columns):
    labels = (Column("outcome"), *(Column(f"site {number}") for number in range(columns)))
    return Table(labels, (("warmth", *(f"cell {number}" for number in range(columns))),))


@pytest.mark.parametrize("width", [40, 60, 80, 100])
@pytest.mark.parametrize("columns", [1, 4, 5, 9])
def test_a_wide_table_is_split_evenly_and_every_cell_is_shown_once(columns, width):
    lines = show(wide(columns), width)
    assert max(map(len, lines)) <= width
    heads = [line.count("site") for line in lines if line.startswith("outcome")]
    assert sum(heads) == columns
    assert max(heads) - min(heads) <= len(heads)
    text = "\n".join(lines)
    assert all(text.count(f"cell {number}") == 1 for number in range(columns))


def test_a_part_is_not_left_with_one_column_where_it_can_share():
    heads = [line.count("site") for line in show(wide(8), 75) if line.startswith("outcome")]
    assert heads == [4, 4]


def test_a_long_text_is_broken_between_words_only():
    text = "a finding that goes on, word after word, until no terminal could hold it in one line"
    table = Table((Column("where", wraps=True, narrowest=8), Column("n"), Column("finding", wraps=True)),
                  (("Site 1, people of it", 12, text),))  # fmt: skip
    lines = show(table, 60)
    assert max(map(len, lines)) <= 60
    words = " ".join(lines[2:]).split()
    assert set(text.split()) <= set(words)


def test_a_cell_of_two_lines_is_as_wide_as_the_longer():
    lines = show(Table((Column("estimate"), Column("p")), (("0.52 [0.28, 0.76]\ng 1.41", ".001"),)), 40)
    assert [line.rstrip() for line in lines] == [
        "estimate            p",
        "────────────────────────",
        "0.52 [0.28, 0.76]   .001",
        "g 1.41",
    ]
