"""Agreement tables."""

from __future__ import annotations

from dataclasses import replace

from sos_score.commands.analysis import Analysis, make_table, write_analysis
from sos_score.output.table import Column, Table
from sos_score.psychometrics.teams.reporting import RULE
from sos_score.psychometrics.teams.tables import AgreementTables
from sos_score.scoring.responses import Responses

_TEAM = (
    Column("n"),
    Column("of", key="members"),
    Column("mean", 2),
    Column("rwg", 2),
    Column("slight", 2, key="rwg_slight"),
    Column("r*wg", 2, key="r_star"),
    Column("AD", 2, key="ad_m"),
    Column("report", key="may_report"),
)
_SCALE = (
    Column("teams"),
    Column("n", key="people"),
    Column("ICC(1)", 2, key="icc1"),
    Column("from", 2, key="icc1_low"),
    Column("to", 2, key="icc1_high"),
    Column("ICC(2)", 2, key="icc2"),
    Column("p", 3),
    Column("rwg", 2, key="rwg_mean"),
    Column("SD", 2, key="rwg_sd"),
)


def write_agreement(job: Analysis, responses: Responses, tables: AgreementTables, team: str) -> None:
    """Write the agreement of each team, with the verdict on its mean, and over teams."""
    by = [str(name) for name in tables.scales.columns[: list(tables.scales.columns).index("scale")]]
    others = [name for name in by if name != team]
    stub = (Column("scale"), *map(Column, others), Column(team))
    reasons = tables.teams["reason"].str.split(". ", regex=False)
    caveats = dict.fromkeys(part.rstrip(".") for parts in reasons for part in parts[1:])
    notes = [f"report: {RULE}.", *(f"yes, but: {caveat[0].lower()}{caveat[1:]}." for caveat in caveats)]
    options = tables.teams["ad_cutoff"].dropna().unique()
    if len(options) == 1:
        notes.append(f"AD: mean absolute deviation from the item means; up to {options[0]:.2f} counts as agreement.")
    notes.append("n: members with complete answers, of those who answered anything. mean: of everybody with a score.")
    # With a group column there is no room for everything; files hold it all.
    spare = ("r_star", "p") if others else ()
    team_columns, scale_columns = ([each for each in group if each.name not in spare] for group in (_TEAM, _SCALE))
    teams = make_table(tables.teams, (*stub, *team_columns), notes=notes, stub=len(stub))
    about = ("from, to: 95% interval of ICC(1). rwg, SD: over the teams.", *tables.notes)
    scales = make_table(
        tables.scales, (Column("scale"), *map(Column, by), *scale_columns), notes=about, stub=1 + len(by)
    )
    write_analysis(job, responses, {"scales": scales, "teams": teams}, [_qualify(teams), scales])


def _qualify(teams: Table) -> Table:
    """Return the table with the verdict in words."""
    names = [column.name for column in teams.columns]
    verdict, reason = names.index("may_report"), names.index("reason")

    def say(row: tuple[object, ...]) -> str:
        if row[verdict] is None:
            return "not known"
        return "yes, but" if row[verdict] == "yes" and ". " in str(row[reason]) else str(row[verdict])

    rows = tuple((*row[:verdict], say(row), *row[verdict + 1 :]) for row in teams.rows)
    return replace(teams, rows=rows)
