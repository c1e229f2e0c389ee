"""Agreement tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sos_score.commands.analysis import AnalysisRequest, make_table, print_p, write_analysis
from sos_score.notes import Note
from sos_score.output.table import Column, Table
from sos_score.psychometrics.teams.reporting import RULE, TeamMeanVerdict
from sos_score.psychometrics.teams.tables import AgreementTables
from sos_score.scoring.responses import Responses
from sos_score.words import format_fixed

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


def write_agreement(request: AnalysisRequest, responses: Responses, tables: AgreementTables, team: str) -> None:
    """Write the agreement of each team, with the verdict on its mean, and over teams."""
    by = [str(name) for name in tables.scales.columns[: list(tables.scales.columns).index("scale")]]
    others = [name for name in by if name != team]
    stub = (Column("scale"), *map(Column, others), Column(team))
    notes = [
        f"report: whether the mean may be reported as the team's. It takes {RULE}.",
        *_list_reasons(tables.verdicts),
    ]
    options = tables.teams["ad_cutoff"].dropna().unique()
    if len(options) == 1:
        notes.append(
            f"AD: mean absolute deviation from the item means; up to {format_fixed(options[0], 2)} counts as agreement."
        )
    notes.append("n: members with complete answers, of those who answered anything. mean: of everybody with a score.")
    # With a group column there is no room for everything; files hold it all.
    spare = ("r_star", "p") if others else ()
    team_columns, scale_columns = ([each for each in group if each.name not in spare] for group in (_TEAM, _SCALE))
    teams = make_table(tables.teams, (*stub, *team_columns), notes=notes, stub=len(stub))
    about: tuple[str | Note, ...] = ("from, to: 95% interval of ICC(1). rwg, SD: over the teams.", *tables.notes)
    scales = make_table(
        tables.scales, (Column("scale"), *map(Column, by), *scale_columns), notes=about, stub=1 + len(by)
    )
    shown = [_qualify(teams, tables.verdicts), print_p(scales, "p")]
    write_analysis(request, responses, {"scales": scales, "teams": teams}, shown)


def _qualify(teams: Table, verdicts: Sequence[TeamMeanVerdict]) -> Table:
    """Return the table with the verdict in words."""
    place = [column.name for column in teams.columns].index("may_report")
    rows = tuple(
        (*row[:place], _describe_verdict(verdict), *row[place + 1 :])
        for row, verdict in zip(teams.rows, verdicts, strict=True)
    )
    return replace(teams, rows=rows)


def _list_reasons(verdicts: Sequence[TeamMeanVerdict]) -> list[str]:
    """Return what is said against the means of teams, each thing once."""
    said: dict[str, None] = {}
    for verdict in verdicts:
        against = verdict.caveats if verdict.may_report else (verdict.reason,)
        said |= {f"{_describe_verdict(verdict)}: {each}": None for each in against}
    return list(said)


def _describe_verdict(verdict: TeamMeanVerdict) -> str:
    if verdict.may_report is None:
        return "not known"
    return "no" if not verdict.may_report else "yes, but" if verdict.caveats else "yes"
