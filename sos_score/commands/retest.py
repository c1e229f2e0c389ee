"""Tables of the same people at two occasions."""

from __future__ import annotations

from sos_score.commands.analysis import AnalysisRequest, make_table, write_analysis
from sos_score.output.table import Column
from sos_score.psychometrics.retest.tables import RetestTables
from sos_score.scoring.responses import Responses

_STABILITY = (
    Column("scale"),
    Column("n"),
    Column("r", 2),
    Column("from", 2, key="r_low"),
    Column("to", 2, key="r_high"),
    Column("ICC(A,1)", 2, key="icc_agreement"),
    Column("from ", 2, key="icc_agreement_low"),
    Column("to ", 2, key="icc_agreement_high"),
    Column("change", 2, key="mean_change"),
)
_ERROR = (
    Column("scale"),
    Column("reliability", 2),
    Column("n", key="reliability_n"),
    Column("from", 2, key="reliability_low"),
    Column("to", 2, key="reliability_high"),
    Column("SEM", 2, key="sem"),
    Column("beyond", 2, key="critical_change"),
    Column("from ", 2, key="critical_change_low"),
    Column("to ", 2, key="critical_change_high"),
)
_CHANGE = (
    Column("scale"),
    Column("of difference", 2, key="difference_reliability"),
    Column("improved"),
    Column("unchanged"),
    Column("deteriorated"),
)
_PEOPLE = (
    Column("respondent"),
    Column("scale"),
    Column("first", 2),
    Column("second", 2),
    Column("change", 2),
    Column("index", 2),
    Column("outcome"),
)


def write_retest(request: AnalysisRequest, responses: Responses, tables: RetestTables, *, has_people: bool) -> None:
    """Write stability and reliable change; in the terminal with each person only where they are asked for."""
    sources = dict.fromkeys(tables.scales["reliability_from"])
    stated = "stated" in sources
    source = "stated" if stated else "alpha at the first occasion, of n complete rows"
    ends = "" if stated else "; from, to: at the ends of alpha's interval"
    words = (
        "from, to: 95% interval of the value before it. change: of the mean, second minus first.",
        f"reliability: {source}. beyond: the change of one person that is more than error (95%){ends}.",
        "of difference: reliability of the difference of the two scores, among those with both.",
    )
    stability = make_table(tables.scales, _STABILITY, notes=words[:1])
    error = make_table(tables.scales, _ERROR, notes=words[1:2])
    change = make_table(tables.scales, _CHANGE, notes=(words[2], *tables.notes))
    people = make_table(tables.people, _PEOPLE, stub=2)
    results = {"scales": make_table(tables.scales, (Column("scale"),), notes=tables.notes), "people": people}
    write_analysis(request, responses, results, [stability, error, change, *([people] if has_people else [])])
