"""Tables of raters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sos_score.commands.analysis import AnalysisRequest, make_table, print_p, write_analysis
from sos_score.notes import Note
from sos_score.output.table import Column, Table
from sos_score.psychometrics.raters.tables import RaterTables
from sos_score.scoring.responses import Responses

if TYPE_CHECKING:
    import pandas as pd

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
_SEVERITY = (
    Column("rater"),
    Column("n"),
    Column("above", 2, key="difference"),
    Column("from", 2, key="low"),
    Column("to", 2, key="high"),
    Column("p", 3),
)
_LIMIT = (
    Column("rater", key="rater_1"),
    Column("less", key="rater_2"),
    Column("n"),
    Column("difference", 2),
    Column("from", 2, key="low"),
    Column("to", 2, key="high"),
    Column("lower", 2, key="limit_low"),
    Column("upper", 2, key="limit_high"),
)
_MEAN = (
    Column("form"),
    Column("of", key="basis"),
    Column("k"),
    Column("ICC", 2, key="icc"),
    Column("from", 2, key="ci_low"),
    Column("to", 2, key="ci_high"),
)
_PART = (
    Column("targets"),
    *(Column(label, 2, key=key) for label, key in (
        ("target", "target"), ("rater", "rater"), ("item", "item"), ("t x r", "target_rater"), ("t x i", "target_item"),
        ("r x i", "rater_item"), ("rest", "residual"), ("G", "g"), ("from", "g_low"), ("to", "g_high"), ("Phi", "phi"),
        ("from ", "phi_low"), ("to ", "phi_high"),
    )),
    Column("for .7", 0, key="needed_70"),
    Column("for .8", 0, key="needed_80"),
)  # fmt: skip
_ABOUT_PARTS = (
    "target to rest: shares of the variance of single answers, of targets with every rating of every item. G, Phi: of "
    "one rater's mean of all items, for the order of targets and for the scores as such, with their 95% intervals. for "
    ".7, .8: how many raters Phi needs; a dash: more than 50.",
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
    "complete: targets rated once by every rater.{shares} alpha: Krippendorff's, ordinal for items, interval for "
    "scales. kappa: quadratic weights, mean over items and pairs of raters."
)
_SHARES = " same, within 1: shares of the pairs of ratings of one target."
_ABOUT_SEVERITY = (
    "above: how much higher a rater rates than the average rater of the same targets; below 0: rates lower. from, to: "
    "95% interval.",
)
_ABOUT_LIMITS = (
    "difference: mean of the first rater less the second, with its 95% interval. lower, upper: limits of agreement, "
    "between which about 95 of 100 differences lie.",
)
_ABOUT_MEANS = ("k: how many raters' mean is used for each target. ICC: of that mean.",)
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
        "severity": make_table(tables.severity, (Column("name"), *_SEVERITY)),
        "limits": make_table(tables.limits, (Column("name"), *_LIMIT)),
        "means": make_table(tables.means, (Column("name"), *_MEAN)),
        "parts": make_table(tables.parts, (Column("name"), Column("raters"), Column("items"), *_PART)),
        "targets": make_table(tables.targets, (Column("scale"), *_TARGET), stub=2),
        "duplicates": make_table(tables.duplicates, (Column("target"), Column("rater"), Column("rows"))),
    }
    of_many = {scale.scale for scale in responses.plan.scales if scale.method == "mean" and len(scale.terms) > 1}
    named = set(tables.measures.loc[tables.measures["kind"] == "scale", "name"])
    # How often means of many items are equal, or a point apart, says nothing.
    spare = ("exact", "within_one") if named <= of_many else ()
    shown = [*_choose(tables, "scale", "pooled items", tables.notes, spare)]
    if has_items:
        shown += _choose(tables, "item", "item", (), ())
    if has_targets:
        shown.append(results["targets"])
    if len(tables.duplicates):
        shown.append(results["duplicates"])
    write_analysis(request, responses, results, shown)


def _choose(
    tables: RaterTables, kind: str, kappa_kind: str, notes: tuple[Note, ...], spare: tuple[str, ...]
) -> list[Table]:
    """Return the tables of all scales or of all items, without the columns that can be spared."""
    name = Column(kind, key="name")
    measures = tuple(each for each in _MEASURE if each.name not in spare)
    kappas = tables.kappas[tables.kappas["kind"] == kappa_kind]

    def make(frame: pd.DataFrame, columns: tuple[Column, ...], about: tuple[str | Note, ...] = ()) -> Table:
        return make_table(frame[frame["kind"] == kind], (name, *columns), notes=about)

    parts = [
        make(tables.measures, measures, (_ABOUT_MEASURES.format(shares="" if spare else _SHARES), *notes)),
        print_p(make(tables.severity, _SEVERITY, _ABOUT_SEVERITY), "p"),
        make(tables.limits, _LIMIT, _ABOUT_LIMITS),
        make(tables.iccs, _ICC, _ABOUT_ICCS),
        make(tables.means, _MEAN, _ABOUT_MEANS),
        make(tables.parts, _PART, _ABOUT_PARTS),
        make_table(kappas, (name, *_KAPPA)),
    ]
    return [part for part in parts if part.rows]
