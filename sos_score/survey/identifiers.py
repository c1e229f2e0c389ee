"""Columns of a file that say who somebody is: e-mail and IP addresses, places, names, telephone numbers."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from sos_score.survey.columns import Columns
from sos_score.survey.readers.export import Export


@dataclass(frozen=True)
class Kind:
    """One way of identifying people."""

    name: str
    header: str  # what such columns are called, as a pattern of small letters only
    cells: str = ""  # what stands in them, as a pattern; empty where the cells do not tell
    # the share of the cells that must match for a column of another name; 0 where one cell is enough
    least: float = 0.0


KINDS = (
    Kind("e-mail", r".*email(address)?", r"^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$"),
    Kind("IP address", r"ip(address)?", r"^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}$"),
    Kind("place", r"(location)?(latitude|longitude)|(home|street|postal)?address", ""),
    Kind("postcode", r"(home)?(postcode|postalcode|zipcode)", r"(?i)^[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}$", 0.5),
    Kind("name", r"(recipient|your|child|parent|worker|staff|full)*(first|last|fore|sur|family|full|given)?name"),
    Kind("telephone number", r".*(telephone|phone|mobile)(number|no)?", r"^(\+44|0)[\d ]{9,12}$", 0.5),
    Kind("date of birth", r".*(dateofbirth|birthdate|dob)"),
    Kind("NHS or insurance number", r"(nhs|nino|nationalinsurance|niu?)(number|no)?"),
)


@dataclass(frozen=True)
class Identifier:
    """A column that identifies people."""

    column: str
    kind: str  # the name of a `Kind`
    # how many cells look so, of how many that hold anything; all of them where only the header tells
    cells: int
    filled: int


def find_identifiers(export: Export) -> list[Identifier]:
    """Return the columns of an export that identify people by their header or by what stands in them."""
    import polars as pl

    names = [name for name, times in Counter(export.header).items() if times == 1]
    text = pl.col(names).cast(pl.String).str.strip_chars()
    frame = export.scan(Columns({name: name for name in names}, {}, {}), {}).select(text)
    shaped = [kind for kind in KINDS if kind.cells]
    counts = [pl.col(names).str.contains(kind.cells).sum().name.suffix(f"\x1f{kind.name}") for kind in shaped]
    filled = (pl.col(names).fill_null("") != "").sum()
    found = frame.select(filled, *counts).collect(engine="streaming").row(0, named=True)
    identifiers = []
    for name in names:
        for kind in KINDS:
            cells = int(found.get(f"{name}\x1f{kind.name}") or 0)
            is_called = re.fullmatch(kind.header, re.sub(r"[^a-z]", "", name.casefold())) is not None
            if found[name] and (is_called or (cells and cells >= kind.least * found[name])):
                identifiers.append(Identifier(name, kind.name, found[name] if is_called else cells, found[name]))
                break
    return identifiers
