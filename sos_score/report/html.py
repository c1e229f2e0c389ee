"""A report as one page that needs nothing else: no script, no address, no style but its own."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sos_score.definition.study.model import Study
from sos_score.output.table import Table, drop_hidden, find_numeric, show_cells
from sos_score.report.figures.svg import inline_svg
from sos_score.report.model import Section
from sos_score.version import __version__
from sos_score.words import count, join

# Not by the locale, which would change the bytes.
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def make_page(study: Study, sections: Sequence[Section], made_on: str = "") -> str:
    """Return a report as HTML: its first section as a first screen, and its annex folded."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("sos_score.report"), autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True
    )
    assert environment.loader is not None
    style = environment.loader.get_source(environment, "report.css")[0]
    digest = b64encode(sha256(style.encode()).digest()).decode()

    def show_table(table: Table) -> Any:
        return Markup(environment.get_template("table.html.j2").render(_prepare(table)))

    return environment.get_template("report.html.j2").render(
        title=study.title,
        lead=describe_design(study, made_on),
        software=f"sos-score {__version__}",
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
        style=Markup(style),
        sections=[each for each in sections if not each.is_annex],
        annex=[each for each in sections if each.is_annex],
        show_table=show_table,
        draw=lambda picture: Markup(inline_svg(picture)),
    )


def _prepare(table: Table) -> dict[str, Any]:
    table = drop_hidden(table)
    return {"table": table, "cells": show_cells(table), "numeric": find_numeric(table)}


def describe_design(study: Study, made_on: str = "") -> str:
    """Return the day, and how many sites, waves and sources there are, as a report begins."""
    arms = [f"{len(study.sites_of(arm))} {study.label_arm(arm)}" for arm in study.arms]
    sites = f"{count(len(study.sites), 'site')}{f' ({join(arms)})' if arms else ''}"
    waves = f", {count(len(study.waves), 'wave')}" if study.waves else ""
    day = f"{write_day(made_on)}. " if made_on else ""
    return f"{day}{sites}{waves}, {count(len(study.sources), 'source')} of answers."


def write_day(day: str) -> str:
    """Return a day in words; what is no day stays as it is.

    Examples
    --------
    >>> write_day("2026-11-06")
    '6 November 2026'
    """
    try:
        date = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return day
    return f"{date.day} {_MONTHS[date.month - 1]} {date.year}"
