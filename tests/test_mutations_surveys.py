"""Three hundred damaged copies of the example: each is refused with the place of the damage, or scored as before."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from support import ROOT
from typer.testing import CliRunner

from sos_score.cli.app import app

SEEDS = [*range(4), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(4, 10))]
EXAMPLE = (ROOT / "examples" / "wai_s_labels.csv").read_text(encoding="utf-8")
HEADER, *ROWS = list(csv.reader(EXAMPLE.splitlines()))
ITEMS = range(3, 15)
CODES = {"Never": 1, "Rarely": 2, "Occasionally": 3, "Sometimes": 4, "Often": 5, "Very often": 6, "Always": 7}


@dataclass(frozen=True)
class Refused:
    """The damage must be named: `words` in a problem on `line` (of the file as a whole where it is None)."""

    line: int | None
    words: str


@dataclass(frozen=True)
class Scored:
    """The damage means nothing: the rows of the example at `rows` have the scores they always had.

    `but` is the place of a row that has, of each scale of the item, one answer less.
    """

    rows: range = range(len(ROWS))
    but: int | None = None


Mutant = tuple[bytes, Refused | Scored]


def render(rows: list[list[str]], delimiter: str = ",", end: str = "\n", quoting: int = csv.QUOTE_MINIMAL) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(rows)
    return text.getvalue()


class Table:
    """A fresh copy of the example, and a place in it."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.rows = [list(row) for row in (HEADER, *ROWS)]
        self.row = random.randrange(1, len(self.rows))
        labelled = [place for place in ITEMS if self.rows[self.row][place] in CODES]
        self.item = random.choice(labelled)

    @property
    def line(self) -> int:
        return self.row + 1

    @property
    def cell(self) -> str:
        return self.rows[self.row][self.item]

    @cell.setter
    def cell(self, text: str) -> None:
        self.rows[self.row][self.item] = text

    def bytes(self) -> bytes:
        return render(self.rows).encode()

    def refused(self, words: str) -> Mutant:
        """Return the table as a file that is wrong at the place."""
        return self.bytes(), Refused(self.line, words)


def _not_a_response(table: Table, cell: str) -> Mutant:
    table.cell = cell
    return table.refused(f"{HEADER[table.item]}: {cell!r} is not a response of 'never_always'")


# What is wrong.


def drop_a_cell(table: Table) -> Mutant:
    del table.rows[table.row][table.random.randrange(15)]
    return table.refused("14 cells, and the header has 15")


def add_a_delimiter(table: Table) -> Mutant:
    lines = EXAMPLE.splitlines(keepends=True)
    line = lines[table.row]
    cut = table.random.randrange(len(line))
    lines[table.row] = f"{line[:cut]},{line[cut:]}"
    return "".join(lines).encode(), Refused(table.line, "16 cells, and the header has 15")


def move_a_cell_to_the_next_row(table: Table) -> Mutant:
    table.row = table.random.randrange(1, len(ROWS))
    table.rows[table.row + 1].append(table.rows[table.row].pop())
    return table.refused("14 cells, and the header has 15")


def misspell_a_label(table: Table) -> Mutant:
    place = table.random.randrange(len(table.cell))
    return _not_a_response(table, table.cell[:place] + table.cell[place + 1 :])


def append_digits_to_a_label(table: Table) -> Mutant:
    return _not_a_response(table, f"{table.cell} ({CODES[table.cell]})")


def answer_out_of_range(table: Table) -> Mutant:
    table.cell = str(table.random.choice([-1, 0, 8, 9, 77, 100, 40000]))
    return table.refused(f"{HEADER[table.item]}: {table.cell} is outside 1-7")


def answer_between_codes(table: Table) -> Mutant:
    table.cell = f"{table.random.randrange(1, 7)}.5"
    return table.refused(f"{HEADER[table.item]}: {table.cell} is between two answers of 1-7")


def repeat_a_row(table: Table) -> Mutant:
    first = table.row
    table.row = table.random.randrange(first + 1, len(table.rows) + 1)
    table.rows.insert(table.row, list(table.rows[first]))
    who, when = table.rows[first][0], table.rows[first][2]
    return table.refused(f"respondent '{who}' at {when} already on line {first + 1}")


def blank_a_respondent(table: Table) -> Mutant:
    table.rows[table.row][0] = table.random.choice(["", " ", "\u00a0"])
    return table.refused("respondent: the respondent is blank")


def delete_an_item(table: Table) -> Mutant:
    for row in table.rows:
        del row[table.item]
    table.row = 0
    return table.refused(f"no column '{HEADER[table.item]}'")


def misspell_a_header(table: Table) -> Mutant:
    table.row = 0
    name = HEADER[table.item]
    table.cell = table.random.choice([name.replace("_", ""), name[1:], f"x{name}"])
    return table.refused(f"no column '{name}'\n  hint: did you mean '{table.cell}'?")


def repeat_an_item(table: Table) -> Mutant:
    for row in table.rows:
        row.append(row[table.item])
    table.row = 0
    return table.refused(f"several columns are called '{HEADER[table.item]}'")


def open_a_quote(table: Table) -> Mutant:
    lines = EXAMPLE.splitlines(keepends=True)
    cells = lines[table.row].split(",")
    place = table.random.randrange(len(cells))
    cells[place] = f'"{cells[place]}'
    lines[table.row] = ",".join(cells)
    return "".join(lines).encode(), Refused(table.line, "a quote is opened in this row and never closed")


def put_a_quote_into_a_label(table: Table) -> Mutant:
    cell = f'{table.cell[:1]}"{table.cell[1:]}'
    lines = EXAMPLE.splitlines(keepends=True)
    cells = lines[table.row].split(",")
    cells[table.item] = cells[table.item].replace(table.cell, cell)
    lines[table.row] = ",".join(cells)
    return "".join(lines).encode(), Refused(table.line, f"{cell!r} is not a response of")


def put_a_byte_into_a_label(table: Table) -> Mutant:
    table.cell = f"{table.cell[:2]}\0{table.cell[2:]}"
    wrong = table.cell.replace("\0", "\u00ff")
    return table.bytes().replace(b"\0", b"\xff"), Refused(table.line, f"{wrong!r} is not a response of")


def put_a_byte_of_no_encoding_anywhere(table: Table) -> Mutant:
    place = table.random.randrange(len(EXAMPLE))
    content = EXAMPLE.encode()[:place] + b"\x81" + EXAMPLE.encode()[place:]
    return content, Refused(None, "is neither UTF-8 nor UTF-16 nor Windows-1252 text")


def put_a_nul_into_a_label(table: Table) -> Mutant:
    return _not_a_response(table, f"{table.cell[:2]}\0{table.cell[2:]}")


def misspell_below_cells_of_several_lines(table: Table) -> Mutant:
    for number, row in enumerate(table.rows):
        row.insert(0, "one\ntwo\n\nfour" if number else "Any\r\ncomments?")
    table.item += 1
    table.cell = "Oftn"
    # The header takes two lines and each row above it four.
    return table.bytes(), Refused(3 + 4 * (table.row - 1), f"{HEADER[table.item - 1]}: 'Oftn' is not a response of")


def truncate(table: Table) -> Mutant:
    place = table.random.randrange(len(EXAMPLE))
    kept = EXAMPLE[:place]
    *whole, last = kept.split("\n")
    cells = last.split(",")
    if not kept:
        return b"", Refused(1, "has no header line")
    if not whole:
        return kept.encode(), Refused(1, "no column")
    rows = range(len(whole) - 1)
    if last and len(cells) < 15:
        return kept.encode(), Refused(len(whole) + 1, "and the header has 15")
    if last and cells[-1] != ROWS[len(rows)][-1]:
        # Nobody can tell an answer that was cut off as a whole from one that was never given.
        scored = Scored(range(len(whole)), but=len(rows)) if cells[-1] == "" else None
        return kept.encode(), scored or Refused(len(whole) + 1, f"{cells[-1]!r} is not a response of")
    if not last and not rows:
        return kept.encode(), Refused(None, "has a header and no rows")
    return kept.encode(), Scored(range(len(rows) + bool(last)))


# What means nothing.


def change_the_case_of_labels(table: Table) -> Mutant:
    change = table.random.choice([str.upper, str.lower, str.title, str.swapcase])
    table.rows[1:] = [[*row[:3], *map(change, row[3:])] for row in table.rows[1:]]
    return table.bytes(), Scored()


def change_the_case_of_headers(table: Table) -> Mutant:
    change = table.random.choice([str.upper, str.title, str.swapcase, " {}".format, "{} ".format])
    table.rows[0] = [change(name) for name in table.rows[0]]
    return table.bytes(), Scored()


def add_white_space_to_labels(table: Table) -> Mutant:
    space = table.random.choice([" ", "\u00a0", "\t", "\n", "\r\n", "\ufeff", "\u200b", "\u3000"])
    for row in table.rows[1:]:
        place = table.random.choice(ITEMS)
        row[place] = table.random.choice([f"{space}{row[place]}", f"{row[place]}{space}", f" {row[place]}{space} "])
    return table.bytes(), Scored()


def give_some_answers_as_codes(table: Table) -> Mutant:
    form = table.random.choice(["{}", "{}.0", " {} ", "0{}", "+{}"])
    for row in table.rows[1:]:
        for place in ITEMS:
            if row[place] in CODES and table.random.random() < table.random.choice([0.3, 1]):
                row[place] = form.format(CODES[row[place]])
    return table.bytes(), Scored()


def say_missing_otherwise(table: Table) -> Mutant:
    other = table.random.choice(["99", "not applicable", "n/a", "99.0", "", "  "])
    table.rows = [[other if cell == "N/A" else cell for cell in row] for row in table.rows]
    return table.bytes(), Scored()


def swap_columns(table: Table) -> Mutant:
    order = table.random.sample(range(15), 15)
    table.rows = [[row[place] for place in order] for row in table.rows]
    return table.bytes(), Scored()


def add_a_column(table: Table) -> Mutant:
    place = table.random.randrange(16)
    content = table.random.choice(["", "x", "=1+1", 'say "so"', "a,b", "one\ntwo", "wais_01", "5"])
    for number, row in enumerate(table.rows):
        row.insert(place, content if number else table.random.choice(["", "note", "note\n2"]))
    return table.bytes(), Scored()


def delete_an_id(table: Table) -> Mutant:
    place = table.random.randrange(3)
    for row in table.rows:
        del row[place]
    return table.bytes(), Scored()


def write_it_otherwise(table: Table) -> Mutant:
    delimiter = table.random.choice([",", ";", "\t"])
    end = table.random.choice(["\n", "\r\n", "\r"])
    quoting = table.random.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
    encoding = table.random.choice(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
    return render(table.rows, delimiter, end, quoting).encode(encoding), Scored()


def add_blank_lines(table: Table) -> Mutant:
    lines = EXAMPLE.splitlines(keepends=True)
    for _ in range(table.random.randrange(1, 4)):
        lines.insert(table.random.randrange(1, len(lines) + 1), table.random.choice(["\n", "\r\n", "," * 14 + "\n"]))
    return "".join(lines).encode(), Scored()


def cut_the_last_line_end(table: Table) -> Mutant:
    return table.bytes().rstrip(), Scored()


def blank_an_answer(table: Table) -> Mutant:
    table.cell = ""
    return table.bytes(), Scored(but=table.row - 1)


def put_odd_characters_into_an_id(table: Table) -> Mutant:
    text = table.random.choice(['"', "'", "\u00ff", ";", "\t", "=", "\0", "\u2028", ","])
    table.rows[table.row][0] += text
    return table.bytes(), Scored()


MUTATIONS: list[Callable[[Table], Mutant]] = [
    drop_a_cell,
    add_a_delimiter,
    move_a_cell_to_the_next_row,
    misspell_a_label,
    append_digits_to_a_label,
    answer_out_of_range,
    answer_between_codes,
    repeat_a_row,
    blank_a_respondent,
    delete_an_item,
    misspell_a_header,
    repeat_an_item,
    open_a_quote,
    put_a_quote_into_a_label,
    put_a_byte_into_a_label,
    put_a_byte_of_no_encoding_anywhere,
    put_a_nul_into_a_label,
    misspell_below_cells_of_several_lines,
    truncate,
    change_the_case_of_labels,
    change_the_case_of_headers,
    add_white_space_to_labels,
    give_some_answers_as_codes,
    say_missing_otherwise,
    swap_columns,
    add_a_column,
    delete_an_id,
    write_it_otherwise,
    add_blank_lines,
    cut_the_last_line_end,
    blank_an_answer,
    put_odd_characters_into_an_id,
]

Scores = list[dict[str, str]]


def score(content: bytes, folder: Path) -> tuple[int, Scores, str]:
    """Return the exit code, the scores and the messages."""
    path = folder / "survey.csv"
    path.write_bytes(content)
    result = CliRunner().invoke(app, ["score", str(path), "-i", "wai-s", "-f", "csv", "-q"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    rows = csv.DictReader(io.StringIO(result.stdout, newline=""))
    scores = [{name: value for name, value in row.items() if name.startswith("wai_s")} for row in rows]
    return result.exit_code, scores, result.stderr.replace(str(folder), "")


@pytest.fixture(scope="module")
def undamaged(tmp_path_factory: pytest.TempPathFactory) -> Scores:
    code, scores, said = score(EXAMPLE.encode(), tmp_path_factory.mktemp("example"))
    assert (code, said, len(scores)) == (0, "", len(ROWS))
    return scores


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
def test_a_damaged_survey_is_refused_with_its_place_or_scored_as_before(
    mutation: Callable[[Table], Mutant], seed: int, undamaged: Scores, tmp_path: Path
) -> None:
    content, expected = mutation(Table(Random(f"{mutation.__name__} {seed}")))
    code, scores, said = score(content, tmp_path)
    if isinstance(expected, Refused):
        place = "" if expected.line is None else f":{expected.line}"
        problems = said.split("/survey.csv")
        assert (code, scores) == (1, [])
        assert any(each.startswith(f"{place}: ") and expected.words in each for each in problems), said
        assert said.endswith("nothing was scored.\n")
        return
    assert code == 0, said
    wanted = [dict(undamaged[place]) for place in expected.rows]
    if expected.but is not None:
        changed, before = scores.pop(expected.but), wanted.pop(expected.but)
        assert int(changed["wai_s_total_n"]) == int(before["wai_s_total_n"]) - 1
    assert scores == wanted


def test_there_are_three_hundred() -> None:
    assert len(MUTATIONS) * len(SEEDS) >= 300
