"""A report as one page that needs nothing else: no script, no address, no style but its own."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from sos_score.definition.study.model import Study
from sos_score.output.table import Table, drop_hidden, find_numeric, show_cells
from sos_score.report.figures.svg import inline_svg
from sos_score.report.model import Section
from sos_score.version import __version__
from sos_score.words import count, join


def make_page(study: Study, sections: Sequence[Section]) -> str:
    """Return a report as HTML."""
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
        lead=describe_design(study),
        software=f"sos-score {__version__}",
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
        style=Markup(style),
        sections=sections,
        show_table=show_table,
        draw=lambda picture: Markup(inline_svg(picture)),
    )


def _prepare(table: Table) -> dict[str, Any]:
    table = drop_hidden(table)
    return {"table": table, "cells": show_cells(table), "numeric": find_numeric(table)}


def describe_design(study: Study) -> str:
    """Return how many sites, waves and sources there are, as a report begins."""
    arms = [f"{count(len(study.sites_of(arm)), 'site')} {study.label_arm(arm)}" for arm in study.arms]
    where = join(arms) if arms else count(len(study.sites), "site")
    waves = f", {count(len(study.waves), 'wave')}" if study.waves else ""
    return (
        f"{where}{waves}, {count(len(study.sources), 'source')} of answers. The plan of analysis is the study file's."
    )
