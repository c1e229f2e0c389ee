"""What became of a file of answers: rows, missing and refused answers, scores, and what has to be said of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sos_score.notes import Note
from sos_score.scoring.norms import NamedNorm
from sos_score.survey.coding import Invalid
from sos_score.survey.shape import CHOICE
from sos_score.survey.vendor_scores import VendorScore

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class FileSummary:
    """What became of one file.

    Attributes
    ----------
    name : str
        The file as the user named it.
    rows : int
        Rows scored.
    instruments : tuple of str
        The ids of those that were scored.
    norms : tuple of NamedNorm
        What T-scores were read against.
    vendor_scores : tuple of VendorScore
        T-scores that were passed through as they arrived.
    blank_rows : int
        Rows with nothing in them, left out.
    missing : dict
        How many answers are missing for a stated reason, by reason (blank cells are not counted).
    invalid : tuple of Invalid
        Answers that were not allowed and were made missing.
    scored : dict
        How many rows have a score, by score column.
    left_out : mapping
        How many rows a platform's rule left out, by the rule.
    about : tuple of Note
        What has to be said of how the file was read.
    warnings : tuple of Note
        What makes its scores doubtful.
    numeric : mapping
        How the item columns were read; for `Export.scan`.
    keys : tuple or None
        The roles that name a row, and a number for those of each row; None where rows name nobody.
    """

    name: str
    rows: int
    instruments: tuple[str, ...] = ()
    norms: tuple[NamedNorm, ...] = ()
    vendor_scores: tuple[VendorScore, ...] = ()
    blank_rows: int = 0
    missing: dict[str, int] = field(default_factory=dict)
    invalid: tuple[Invalid, ...] = ()
    scored: dict[str, int] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)
    about: tuple[Note, ...] = ()
    warnings: tuple[Note, ...] = ()
    numeric: Mapping[str, int] = field(default_factory=dict)
    keys: tuple[tuple[str, ...], pl.Series] | None = field(default=None, repr=False, compare=False)


def merge_summaries(one: FileSummary, other: FileSummary) -> FileSummary:
    """Return what became of a file that was read again: for another instrument, or for other rows of it."""
    if set(other.instruments) <= set(one.instruments):
        return _add_rows(one, other)
    return FileSummary(
        name=one.name,
        rows=max(one.rows, other.rows),  # a row may be blank but for the answers to one of them
        instruments=(*one.instruments, *other.instruments),
        norms=(*one.norms, *other.norms),
        vendor_scores=(*one.vendor_scores, *other.vendor_scores),
        blank_rows=min(one.blank_rows, other.blank_rows),
        missing=dict(Counter(one.missing) + Counter(other.missing)),
        invalid=(*one.invalid, *other.invalid),
        scored=one.scored | other.scored,
        left_out=dict(Counter(one.left_out) & Counter(other.left_out)),
        about=tuple(dict.fromkeys((*one.about, *other.about))),
        warnings=tuple(dict.fromkeys((*one.warnings, *other.warnings))),
        numeric=dict(one.numeric) | dict(other.numeric),
    )


def _add_rows(one: FileSummary, other: FileSummary) -> FileSummary:
    """Return what became of a file of which two sources chose their rows; without a choice they are the same rows."""
    chosen = [rule for rule in one.left_out if rule.startswith(CHOICE)]
    shared = count_shared(one, other)
    if not chosen or shared == other.rows:
        return one
    whole = one.rows + sum(one.left_out[rule] for rule in chosen)
    rows = min(one.rows + other.rows - shared, whole)
    left = {rule: number for rule, number in one.left_out.items() if rule not in chosen}
    left |= {chosen[0]: whole - rows} if whole > rows else {}
    scored = Counter(one.scored) + Counter(other.scored)
    return replace(
        one,
        rows=rows,
        missing=dict(Counter(one.missing) + Counter(other.missing)),
        invalid=(*one.invalid, *other.invalid),
        scored={column: min(number, rows) for column, number in scored.items()},
        left_out=left,
        about=tuple(dict.fromkeys((*one.about, *other.about))),
        warnings=tuple(dict.fromkeys((*one.warnings, *other.warnings))),
        keys=_join_keys(one, other),
    )


def count_shared(one: FileSummary, other: FileSummary) -> int:
    """Return how many rows of one summary name the same as a row of the other."""
    if one.keys is None or other.keys is None or one.keys[0] != other.keys[0]:
        return 0
    return int(other.keys[1].is_in(one.keys[1].implode()).sum())


def _join_keys(one: FileSummary, other: FileSummary) -> tuple[tuple[str, ...], pl.Series] | None:
    import polars as pl

    if one.keys is None or other.keys is None or one.keys[0] != other.keys[0]:
        return None
    return one.keys[0], pl.concat([one.keys[1], other.keys[1]])
