"""The instruments that ship with sos-score, by who answers them and what they measure."""

from __future__ import annotations

from typing import get_args

from sos_score.definition.instrument.instrument import Instrument, Respondent
from sos_score.definition.library import find_definition, list_instruments
from sos_score.definition.text import fold_text
from sos_score.errors import InvalidRequest
from sos_score.output.delimited import RESULT_FORMATS, open_console, write_table
from sos_score.output.files import choose_format
from sos_score.output.table import Cell, Column, Table, print_table

_WHO = get_args(Respondent)
_COLUMNS = (
    Column("answered by", key="answered_by", shown=False),
    Column("measures", wraps=True, narrowest=13),
    Column("id"),
    Column("title", wraps=True, narrowest=16),
    Column("items", shown=False),
    Column("scales", shown=False),
    Column("key"),
    Column("rights", wraps=True, narrowest=12, key="licence_or_holder"),
    Column("wording", shown=False),
    Column("licence", shown=False),
    Column("holder", key="rights", shown=False),
)
_NOTE = (
    "rights: the licence of the wording of items, where the definition holds it; else who holds the rights.\n"
    "sos-score show ID says all that is known of the rights, and who vouches for each part."
)


def list_library(
    measures: str | None, answered_by: str | None, fmt: str | None, output: str | None, *, force: bool
) -> None:
    """Show or write the shipped instruments, how well each key is known, and whether the wording of items is there."""
    found = [
        instrument
        for name in list_instruments()
        if _is_wanted(instrument := find_definition(name).instrument, measures, answered_by)
    ]
    if not found:
        raise InvalidRequest(_describe_nothing(measures, answered_by))
    found.sort(key=lambda each: (_WHO.index(each.answered_by[0]), each.measures.casefold(), each.id))
    if choose_format(fmt, output, RESULT_FORMATS) != "table":
        write_table(Table(_COLUMNS, tuple(map(_describe, found))), fmt, output, force=force)
        return
    console = open_console()
    for who in dict.fromkeys(each.answered_by[0] for each in found):
        rows = tuple(_describe(each) for each in found if each.answered_by[0] == who)
        print_table(Table(_COLUMNS, rows, title=f"Usually answered by {who}"), console)
        console.print()
    console.print(_NOTE, markup=False)


def _is_wanted(instrument: Instrument, measures: str | None, answered_by: str | None) -> bool:
    titles = [instrument.measures, *(scale.title for scale in instrument.scales.values())]
    is_measured = measures is None or any(
        f" {_fold_spelling(measures)}" in f" {_fold_spelling(each)}" for each in titles
    )
    return is_measured and (answered_by is None or answered_by in instrument.answered_by)


def _fold_spelling(text: str) -> str:
    """Return a text in which wellbeing is well-being, and organisational organizational."""
    return fold_text(text).replace("-", "").replace("iz", "is")


def _describe_nothing(measures: str | None, answered_by: str | None) -> str:
    asked = [f"measures '{measures}'"] if measures is not None else []
    asked += [f"is answered by {answered_by}"] if answered_by is not None else []
    known = sorted({find_definition(name).instrument.measures for name in list_instruments()})
    return f"no instrument {' and '.join(asked)} (measured: {'; '.join(known)})"


def _describe(instrument: Instrument) -> tuple[Cell, ...]:
    return (
        ", ".join(instrument.answered_by),
        instrument.measures,
        instrument.id,
        instrument.title,
        len(instrument.responses),
        len(instrument.scales),
        instrument.verification.key.status,
        instrument.rights.licence if instrument.labels else _shorten(instrument.rights.holder),
        "yes" if instrument.labels else "no",
        instrument.rights.licence or "",
        instrument.rights.holder,
    )


def _shorten(holder: str) -> str:
    """Return who holds the rights, without what else is said of them.

    Examples
    --------
    >>> _shorten("University of Tennessee; a fee-based scoring service"), _shorten("public domain, as CMU states")
    ('University of Tennessee', 'public domain')
    """
    return holder.partition(";")[0].partition(", as ")[0].strip()
