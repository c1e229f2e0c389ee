"""What a report says of results that scripts of an export found in R, and how to have them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import PurePath

from sos_score.output.numbers import format_p, with_interval
from sos_score.output.table import Cell, Column, Table
from sos_score.report.model import Block, ReportData
from sos_score.report.tables.comparability import list_comparability, make_invariance_table
from sos_score.study.put_back import FAILED
from sos_score.words import count, join


def describe_comparability(report: ReportData) -> Iterator[Block]:
    """Yield whether scales mean the same over what is compared, and every model that says so."""
    for said in list_comparability(report.comparison.findings):
        yield Block("text", said)
    fitted = [each for each in report.data.results.invariance if each.level != FAILED[0]]
    if fitted:
        yield Block("table", make_invariance_table(fitted, report.labels))


def describe_imputed(report: ReportData) -> Iterator[Block]:
    """Yield the judged findings beside the same with missing scores filled in, where that was put back."""
    pooled = [each for each in report.comparison.findings if each.imputed]
    if not pooled:
        return
    rows: list[tuple[Cell, ...]] = []
    for each in pooled:
        assert each.imputed is not None
        own, filled, labels = each.estimate, each.imputed.estimate, report.labels
        place = ", ".join(
            part
            for part in (labels.name_site(each.site), labels.name_waves(each.waves), labels.name_groups(each))
            if part
        )
        p = "" if math.isnan(each.test.p) else format_p(each.test.p)
        rows.append(
            (labels.name_title(each), place, with_interval(own.value, own.low, own.high), p,
             with_interval(filled.value, filled.low, filled.high), format_p(each.imputed.p),
             each.imputed.missing_information)
        )  # fmt: skip
    first = pooled[0].imputed
    assert first is not None
    columns = (
        Column("scale", wraps=True), Column("where", wraps=True), Column("as planned"), Column("p"),
        Column("filled in"), Column("p, filled in"), Column("missing information", 2),
    )  # fmt: skip
    notes = (
        f"Missing scores and those of people who left were filled in {first.imputations} times from the scale's other"
        " waves, the site and the groups in it, as if they had answered as others like them, and pooled by Rubin's"
        " rules (R, mice). p is not adjusted. Missing information: the share of what is known that rests on this.",
    )
    title = "Judged findings with missing scores filled in"
    yield Block("folded", Table(columns, tuple(rows), title, notes, stub=2))


def describe_handover(report: ReportData) -> Iterator[Block]:
    """Yield where the scripts are that compute the judged findings again, and what of theirs is in the report."""
    results = report.data.results
    if results.folder:
        files = [PurePath(path).name for _, path in results.paths]
        verb = "were" if len(files) > 1 else "was"
        pooled = sum(each.imputed is not None for each in report.comparison.findings)
        said = [
            f"The folder {results.folder} holds scripts, written from this plan by sos-score export, that"
            f" compute every judged finding again in R and Python. Of what they found, {join(files)} {verb} put back."
        ]
        if results.imputation:
            verb = "stands" if pooled == 1 else "stand"
            said.append(
                f"{count(pooled, 'judged finding')} {verb} beside the same with missing scores filled in; the others"
                " rest on none, or on too few to be shown."
            )
        yield Block("text", " ".join(said))
        return
    study = next((PurePath(each.path).name for each in report.data.inputs if each.kind == "study"), "")
    if study:
        yield Block(
            "text",
            f"sos-score export {study} -o for-r writes a folder with the scored data and with scripts, written from"
            " this plan, that compute every judged finding again in R and Python, test whether scales mean the same in"
            " groups (invariance.R) and fill in missing scores (imputation.R).",
        )
