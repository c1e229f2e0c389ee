"""Reliability tables."""

from __future__ import annotations

from collections.abc import Sequence

from sos_score.commands.analysis import AnalysisRequest, make_table, write_analysis
from sos_score.output.table import Column
from sos_score.psychometrics.internal_consistency.tables import ReliabilityTables
from sos_score.psychometrics.tables import find_code
from sos_score.scoring.responses import Responses

_ITEM = (
    Column("n"),
    Column("mean", 2),
    Column("SD", 2, key="sd"),
    Column("floor", 2),
    Column("ceil", 2, key="ceiling"),
    Column("rest", 2, key="item_rest_r"),
    Column("without", 2, key="alpha_if_dropped"),
)
_LAMBDAS = {"lambda4_too_many_items", "lambda6_singular"}
_ORDINAL = {
    *("ordinal_too_few_rows", "ordinal_too_few_items", "ordinal_too_many_options", "ordinal_of_scores"),
    *("ordinal_many_options", "ordinal_fractions", "ordinal_different_options"),
    *("polychoric_rough", "polychoric_at_bound", "polychoric_not_definite"),
}
_ABOUT_ITEMS = (
    "Under the scale's key. floor, ceil: shares at the ends. rest: correlation with the sum of the other items. "
    "without: alpha without the item."
)


def write_reliability(
    request: AnalysisRequest, responses: Responses, tables: ReliabilityTables, *, has_items: bool
) -> None:
    """Write the reliability of each scale; in the terminal with the items only where they are asked for."""
    by = [str(name) for name in tables.scales.columns[: list(tables.scales.columns).index("scale")]]
    stub = (Column("scale"), *map(Column, by))
    sentences = tuple(tables.suspicions["sentence"])
    columns = _choose_columns(tables, len(by))
    labels = " ".join(column.label for column in columns)
    # The terminal has no lambdas, and not always ordinal alpha: nor what there is to say of them.
    silent = _LAMBDAS if "ordinal" in labels else _LAMBDAS | _ORDINAL
    said = [note for note in tables.notes if find_code(note) not in silent]
    teams = _list_teams(responses, tables, by)
    about = _describe_columns(str(tables.scales["missing"].iloc[0]), labels)
    shown = make_table(tables.scales, (*stub, *columns), notes=(*sentences, about, *teams, *said), stub=len(stub))
    items = make_table(tables.items, (*stub, Column("item"), *_ITEM), notes=(_ABOUT_ITEMS,), stub=len(stub) + 1)
    results = {
        "scales": make_table(tables.scales, stub, notes=(*sentences, *tables.notes)),
        "items": make_table(tables.items, (*stub, Column("item"))),
        "suspicions": make_table(tables.suspicions, (*stub, Column("item"))),
    }
    write_analysis(request, responses, results, [shown, items] if has_items else [shown])


def _choose_columns(tables: ReliabilityTables, groups: int) -> list[Column]:
    """Return what there is room for in 80 columns beside the group columns."""
    alpha = [Column("alpha", 2), Column("from", 2, key="alpha_low"), Column("to", 2, key="alpha_high")]
    has_people = bool((tables.scales["interval"] != "Feldt").any())
    people = [Column("people")] if has_people else []
    columns = [Column("n"), *people, Column("of", key="rows"), Column("items"), *alpha, Column("omega", 2)]
    if tables.scales["omega_low"].notna().any():
        interval = [Column("from", 2, key="omega_low"), Column("to", 2, key="omega_high")]
        columns = [each for each in columns if each.name != "rows" or groups < 2]
        return [*columns, *interval]
    if "teams" in tables.scales:
        within = [Column("within", 2, key="alpha_within"), Column("omega w.", 2, key="omega_within")]
        return [each for each in columns if each.name not in ("rows", "items")] + within
    columns += [Column("ordinal", 2, key="ordinal_alpha")] if not groups and not has_people else []
    return [*columns, Column("SEM", 2, key="sem")]


def _describe_columns(missing: str, labels: str) -> str:
    rows = "rows with every answer" if missing == "listwise" else "the fewest rows behind any pair of items"
    error = " SEM: error of one score, in its points." if "SEM" in labels else ""
    people = " people: who answered them." if "people" in labels else ""
    within = " within, omega w.: alpha and omega within teams." if "within" in labels else ""
    return (
        f"n: {rows} ({missing}).{people} from, to: 95% interval. omega: one factor, model-implied variance."
        f"{within}{error}"
    )


def _list_teams(responses: Responses, tables: ReliabilityTables, by: Sequence[str]) -> list[str]:
    """Return that differences between teams are part of the coefficients, where they are and it was not asked."""
    if "site" not in responses.ids or "site" in by or "teams" in tables.scales:
        return []
    return ["Differences between sites are part of these; --team site gives alpha and omega within them."]
