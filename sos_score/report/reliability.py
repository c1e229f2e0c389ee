"""Reliability tables."""

from __future__ import annotations

from sos_score.psychometrics.scale_reliability import ReliabilityTables
from sos_score.report.analysis import Analysis, make_table, write_analysis
from sos_score.report.tables import Column
from sos_score.scoring.responses import Responses

_ITEM = (
    Column("n"),
    Column("mean", 2),
    Column("SD", 2, key="sd"),
    Column("floor", 2),
    Column("ceiling", 2),
    Column("rest r", 2, key="item_rest_r"),
    Column("alpha without", 2, key="alpha_if_dropped"),
)


def write_reliability(job: Analysis, responses: Responses, tables: ReliabilityTables, *, has_items: bool) -> None:
    """Write the reliability of each scale; in the terminal with the items only where they are asked for."""
    by = [str(name) for name in tables.scales.columns[: list(tables.scales.columns).index("scale")]]
    stub = (Column("scale"), *map(Column, by))
    columns = [*stub, Column("n"), Column("items"), Column("alpha", 2), Column("from", 2, key="alpha_low")]
    columns += [Column("to", 2, key="alpha_high"), Column("omega", 2)]
    if tables.scales["omega_low"].notna().any():
        columns += [Column("from ", 2, key="omega_low"), Column("to ", 2, key="omega_high")]
    elif not by:
        columns += [Column("ordinal", 2, key="ordinal_alpha")]
    if len(by) < 2:
        columns += [Column("SEM", 2, key="sem")]
    sentences = tuple(tables.suspicions["sentence"])
    main = make_table(tables.scales, columns, notes=(*sentences, *tables.notes), stub=len(stub))
    items = make_table(tables.items, (*stub, Column("item"), *_ITEM), stub=len(stub) + 1)
    suspicions = make_table(tables.suspicions, (*stub, Column("item")), stub=len(stub) + 1)
    results = {"scales": main, "items": items, "suspicions": suspicions}
    write_analysis(job, responses, results, [main, items] if has_items else [main])
