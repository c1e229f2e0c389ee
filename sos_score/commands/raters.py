"""Tables of raters."""

from __future__ import annotations

from sos_score.commands.analysis import AnalysisRequest, make_table, write_analysis
from sos_score.notes import Note
from sos_score.output.table import Column, Table
from sos_score.psychometrics.raters.tables import RaterTables
from sos_score.scoring.responses import Responses

_ICC = (
    Column("form"),
    Column("also", key="shrout_fleiss"),
    Column("of", key="basis"),
    Column("n", key="targets"),
    Column("ICC", 2, key="icc"),
    Column("from", 2, key="ci_low"),
    Column("to", 2, key="ci_high"),
)
_MEASURE = (
    Column("targets"),
    Column("complete"),
    Column("pairs"),
    Column("same", 2, key="exact"),
    Column("within 1", 2, key="within_one"),
    Column("alpha", 2, key="krippendorff_alpha"),
    Column("kappa", 2, key="kappa_mean"),
)
_KAPPA = (
    Column("rater", key="rater_1"),
    Column("and", key="rater_2"),
    Column("weights"),
    Column("n"),
    Column("kappa", 2),
    Column("SE", 2, key="se"),
    Column("from", 2, key="ci_low"),
    Column("to", 2, key="ci_high"),
)
_TARGET = (
    Column("target"),
    Column("ratings"),
    Column("mean", 2),
    Column("SD", 2, key="sd"),
    Column("lowest", 2, key="minimum"),
    Column("highest", 2, key="maximum"),
    Column("spread", 2),
)
_ABOUT_MEASURES = (
    "complete: targets rated once by every rater. same, within 1: shares of the pairs of ratings of one target. "
    "alpha: Krippendorff's, ordinal for items, interval for scales. kappa: quadratic weights, mean over items and "
    "pairs of raters.",
)
_ABOUT_ICCS = (
    "form: McGraw & Wong; also: Shrout & Fleiss. A agreement, C consistency; 1 a single rater, k the mean of k. "
    "from, to: 95% interval. complete: targets with every rater; all: every rating, raters taken as interchangeable.",
)


def write_raters(
    request: AnalysisRequest, responses: Responses, tables: RaterTables, *, has_items: bool, has_targets: bool
) -> None:
    """Write the agreement of raters; in the terminal scales only, unless items or targets are asked for."""
    results = {
        "measures": make_table(tables.measures, (Column("name"), *_MEASURE), notes=tables.notes),
        "iccs": make_table(tables.iccs, (Column("name"), *_ICC)),
        "kappas": make_table(tables.kappas, (Column("name"), *_KAPPA)),
        "targets": make_table(tables.targets, (Column("scale"), *_TARGET), stub=2),
        "duplicates": make_table(tables.duplicates, (Column("target"), Column("rater"), Column("rows"))),
    }
    shown = [*_choose(tables, "scale", "pooled items", tables.notes)]
    if has_items:
        shown += _choose(tables, "item", "item", ())
    if has_targets:
        shown.append(results["targets"])
    if len(tables.duplicates):
        shown.append(results["duplicates"])
    write_analysis(request, responses, results, shown)


def _choose(tables: RaterTables, kind: str, kappa_kind: str, notes: tuple[Note, ...]) -> list[Table]:
    """Return the three tables of all scales or of all items."""
    name = Column(kind, key="name")
    kappas = tables.kappas[tables.kappas["kind"] == kappa_kind]
    parts = [
        make_table(
            tables.measures[tables.measures["kind"] == kind], (name, *_MEASURE), notes=(*_ABOUT_MEASURES, *notes)
        ),
        make_table(tables.iccs[tables.iccs["kind"] == kind], (name, *_ICC), notes=_ABOUT_ICCS),
    ]
    return [*parts, make_table(kappas, (name, *_KAPPA))] if len(kappas) else parts
