"""What survey has to say of a file, by code."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sos_score.words import join


def _platform(title: str, rows: int) -> str:
    under = "1 row under the header is" if rows == 1 else f"{rows} rows under the header are"
    return f"read as an export of {title}" + (f": {under} not answers" if rows else "")


def _read_in_parts(count: int) -> str:
    return f"read as one survey of {count:,} files"


def _partial_rows_kept(rows: int) -> str:
    return f"{rows:,} partial {'row' if rows == 1 else 'rows'} kept"


def _ids_of_record(rows: int) -> str:
    return f"{rows:,} {'row takes' if rows == 1 else 'rows take'} ids from another row of the same record"


def _also_in(count: int, path: str) -> str:
    rows = "1 row names" if count == 1 else f"{count:,} rows name"
    return f"{rows} a person who is in {path} too, and no wave is stated"


def _sheet_read(sheet: str, others: Sequence[str]) -> str:
    listed = ", ".join(f"'{name}'" for name in others)
    return f"sheet '{sheet}' is read; hidden: {listed}"


def _rows_filtered(rows: int, column: str) -> str:
    those, are, them = ("1 row", "it is", "it") if rows == 1 else (f"{rows:,} rows", "they are", "them")
    return (
        f"SPSS leaves {those} out ({column} is 0); here {are} read unless a column map leaves {them} out with"
        f" where: {{{column}: [1]}}"
    )


def _items_unfit(instrument: str, items: Sequence[str], count: int) -> str:
    return f"{instrument}: the columns of {_list(items, count)} hold texts that are not answers (own labels or codes?)"


def _items_lost(instrument: str, items: Sequence[str], count: int) -> str:
    return f"{instrument}: no column is known for {_list(items, count)}"


def _items_by(why: str) -> Callable[..., str]:
    def say(instrument: str, items: int, first: str, column: str) -> str:
        found = "1 item was" if items == 1 else f"{items} items were"
        return f"{instrument}: {found} matched by {why} ({first}: {column}); compare with the questionnaire"

    return say


def _list(names: Sequence[str], count: int) -> str:
    return ", ".join(names) + (f" and {count - len(names)} more" if count > len(names) else "")


def _answers_unasked(count: int, items: Sequence[str]) -> str:
    answers = "1 answer" if count == 1 else f"{count:,} answers"
    shown = _list(items[:4], len(items))
    is_or_are = ("is to an item that was" if count == 1 else "are to items that were") + " not asked"
    return f"{answers} {is_or_are}, and {'does' if count == 1 else 'do'} not count ({shown})"


def _uneven_parts(scale: str, count: int | str, source: str = "") -> str:
    number = f"{count:,}" if isinstance(count, int) else count
    about = f"{source}: {scale}" if source else scale
    scores = "1 score lacks a part" if number == "1" else f"{number} scores lack a part"
    return (
        f"{about}: {scores}, and its parts have different ranges: what is there stands for what is missing, which can"
        " take a score beyond the range of the scale (min_answered: all asks for every part)"
    )


def _labels_read_as(languages: Sequence[str], other: str) -> str:
    return f"labels read as {join(languages)}" + (f", not as {other}" if other else "")


def _other_id_columns(role: str, column: str, others: Sequence[str]) -> str:
    return f"{role}: '{column}' is taken; it could be {_list([repr(each) for each in others], len(others))}"


def _other_runs(instrument: str, others: Sequence[str]) -> str:
    return f"{instrument}: the items could also begin at {_list([repr(each) for each in others], len(others))}"


def _ids_repeated(column: str, rows: int) -> str:
    return f"respondent: {rows:,} rows share an id in '{column}' with another row; is there a column for the wave?"


def _ids_blank(column: str, rows: int) -> str:
    return f"respondent: '{column}' is blank in {rows:,} {'row' if rows == 1 else 'rows'}"


SURVEY: dict[str, str | Callable[..., str]] = {
    "platform": _platform,
    "read_in_parts": _read_in_parts,
    "partial_rows_kept": _partial_rows_kept,
    "ids_of_record": _ids_of_record,
    "also_in": _also_in,
    "sheet_read": _sheet_read,
    "rows_hidden": "rows of sheet '{sheet}' are hidden, as by a filter, and are read too: delete what is not meant",
    "rows_filtered": _rows_filtered,
    "weights_unused": "the file weights its cases in SPSS, and no weights are used here",
    "answers_unasked": _answers_unasked,
    "uneven_parts": _uneven_parts,
    "labels_read_as": _labels_read_as,
    "old_workbook": "an .xls file shows errors as blank cells and 50% as 0.5; save it as .xlsx if it has any",
    "no_respondent_column": "respondent: no column has a name that ids of people usually have",
    "no_site_column": "site: no column has a name that sites usually have",
    "other_id_columns": _other_id_columns,
    "ids_repeated": _ids_repeated,
    "ids_blank": _ids_blank,
    "items_by_wording": _items_by("their wording"),
    "items_by_number": _items_by("the numbers in the headers, in order"),
    "items_by_order": _items_by("their order alone, as the only columns with nothing but answers"),
    "items_by_options": _items_by("columns of 0 and 1, the options in the order of the file"),
    "occasions_counted": "wave: the items appear several times; the waves are counted from the left and need names",
    "other_runs": _other_runs,
    "items_unfit": _items_unfit,
    "items_lost": _items_lost,
}
