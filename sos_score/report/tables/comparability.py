"""Whether scales mean the same over what is compared, in words: once for a table, for each finding, and every model."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from sos_score.comparison.comparability import LEAST, LEAST_CFI, MOST_CFI_LOST
from sos_score.comparison.finding import Comparability, Finding, Standing
from sos_score.output.numbers import format_p
from sos_score.output.table import Cell, Column, Table
from sos_score.report.labels import Labels
from sos_score.study.put_back import FAILED, GROUPS, InvarianceRow
from sos_score.words import count, join

_TESTED = {
    Standing.SCALAR: "tested (lavaan): scalar, so means can be compared",
    Standing.METRIC: (
        "tested (lavaan): metric but not scalar, so a difference of means may be one of how items are answered"
    ),
    Standing.CONFIGURAL: "tested (lavaan): configural only, so means are not comparable",
    Standing.NOT_CONFIGURAL: "tested (lavaan): one factor fits the groups badly, so means are not comparable",
}
_REASONS = {
    Standing.FEW_PEOPLE: f"fewer than {LEAST} complete answers in a group",
    Standing.ONE_ITEM: "one item only",
    Standing.FEW_ITEMS: "two items only",
    Standing.NO_ITEMS: "only scores, no answers to items",
    Standing.OF_SCALES: "made of other scales, which are tested by themselves",
    Standing.RECODED: "items count something else than their code",
    Standing.NOT_CONVERGED: "a model did not converge",
}
_NOT_TESTED = "not tested yet (sos-score export writes invariance.R for it)"
_SHORT = {
    Standing.SCALAR: "yes (tested, scalar)",
    Standing.METRIC: "in part (tested, metric)",
    Standing.CONFIGURAL: "no (tested, configural)",
    Standing.NOT_CONFIGURAL: "no (tested, bad fit)",
}


def describe_comparability(finding: Finding) -> str:
    """Return over what a finding's scale is known to mean the same, or why not: for a cell of a file."""
    by_word: dict[str, list[str]] = {}
    for each in finding.comparability:
        by_word.setdefault(_name_standing(each.standing), []).append(_name_over(each))
    return "; ".join(f"over {join(list(dict.fromkeys(where)))}: {word}" for word, where in by_word.items())


def _name_over(each: Comparability) -> str:
    return f"{each.over} at {each.wave}" if each.wave else each.over


def _name_standing(standing: Standing) -> str:
    if standing in _TESTED:
        return _TESTED[standing]
    return _NOT_TESTED if standing is Standing.NOT_TESTED else f"not testable here ({_REASONS[standing]})"


def list_comparability(findings: Iterable[Finding]) -> Iterator[str]:
    """Yield in one sentence whether the scales of a table mean the same over what it compares; nothing else."""
    scales: dict[str, dict[str, None]] = {}
    overs: dict[str, set[str]] = {}
    for finding in findings:
        for each in finding.comparability:
            word = _name_standing(each.standing)
            overs.setdefault(word, set()).add(each.over)
            scales.setdefault(word, {})[finding.outcome] = None
    if not scales:
        return
    every = set().union(*overs.values())
    about = f"Whether scales mean the same over {_join_overs(every)}"
    if len(scales) == 1:
        yield f"{about}: {next(iter(scales))}."
        return
    where = {word: "" if held == every else f", over {_join_overs(held)}" for word, held in overs.items()}
    parts = [f"{count(len(held), 'scale')} {word}{where[word]}" for word, held in scales.items()]
    yield f"{about}: {'; '.join(parts)}."


def _join_overs(overs: Collection[str]) -> str:
    return join([each for each in GROUPS if each in overs])


def list_shortest(findings: Iterable[Finding]) -> Iterator[str]:
    """Yield the same in a line of a screen, for the first answer."""
    standings: dict[Standing, dict[str, None]] = {}
    overs: dict[str, None] = {}
    for finding in findings:
        for each in finding.comparability:
            overs[each.over] = None
            standings.setdefault(each.standing, {})[finding.outcome] = None
    tested = [each for each in standings if each in _TESTED]
    about = f"Whether scales mean the same over {_join_overs(overs)}"
    if tested:
        parts = [f"{_SHORT[each]} for {len(held)}" for each, held in standings.items() if each in _TESTED]
        yield f"{about}: {', '.join(parts)}."
    elif Standing.NOT_TESTED in standings:
        yield f"{about}: not tested (--only change says how)."
    elif Standing.FEW_PEOPLE in standings:
        yield f"{about}: too few answers to test it."
    elif standings:
        yield f"{about}: not testable here."


def make_invariance_table(rows: Iterable[InvarianceRow], labels: Labels) -> Table:
    """Return every model that was put back, with its fit and what it loses against the level before."""
    cells: list[tuple[Cell, ...]] = []
    for each in rows:
        source, scale = labels.names[each.source, each.scale]
        over = f"{each.groups} at {each.wave}" if each.wave else each.groups
        if each.level in FAILED:
            cells.append((source, scale, over, each.level, *[None] * 6))
            continue
        fits = each.fits
        p = fits["p_change"]
        cells.append(
            (source, scale, over, each.level, fits["chi2"], fits["df"], fits["cfi"], fits["rmsea"], fits["cfi_change"],
             None if p != p else format_p(p))  # noqa: PLR0124 - NaN where there is no level before
        )  # fmt: skip
    columns = (
        Column("source", wraps=True), Column("scale", wraps=True), Column("over", wraps=True), Column("model"),
        Column("chi2", 1), Column("df", 0), Column("CFI", 3), Column("RMSEA", 3), Column("CFI gained", 3), Column("p"),
    )  # fmt: skip
    notes = (
        f"A level holds where the configural model has a CFI of {LEAST_CFI:.2f} or more and each further level loses no"
        f" more than {MOST_CFI_LOST:.3f} of it (Cheung & Rensvold, 2002). Computed in R by lavaan and semTools;"
        " over waves, people who answered twice count as different people.",
    )
    return Table(columns, tuple(cells), "Whether scales mean the same in groups", notes, stub=3)
