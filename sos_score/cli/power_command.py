"""``sos-score power``."""

from __future__ import annotations

from typing import Annotated

import typer

from sos_score.cli.options import Force, Format, Output
from sos_score.errors import InvalidRequest


def power(
    *,
    study: Annotated[
        str | None, typer.Option("--from", metavar="STUDY.yaml", help="Take what is not given from this study.")
    ] = None,
    scale: Annotated[
        str | None, typer.Option("--scale", metavar="S", help="The outcome of that study to plan for.")
    ] = None,
    sites_per_arm: Annotated[
        int | None, typer.Option("--sites-per-arm", metavar="N", help="Sites in each of the two arms.")
    ] = None,
    arms: Annotated[str | None, typer.Option("--arms", metavar="A,B", help="Sites of each arm, where unequal.")] = None,
    people: Annotated[
        int | None, typer.Option("--people", metavar="N", help="People who answer in each site, at each wave.")
    ] = None,
    icc: Annotated[
        float | None, typer.Option("--icc", metavar="R", help="Share of the variance that lies between sites.")
    ] = None,
    waves: Annotated[
        int | None, typer.Option("--waves", help="1 (unless said): arms are compared once; 2: their changes are.")
    ] = None,
    overlap: Annotated[
        float | None, typer.Option("--overlap", metavar="R", help="Share of people who answer at both waves (0).")
    ] = None,
    person_correlation: Annotated[
        float | None, typer.Option("--person-correlation", metavar="R", help="Of a person's two answers (0.5).")
    ] = None,
    site_correlation: Annotated[
        float | None, typer.Option("--site-correlation", metavar="R", help="Of a site's true means over time (0.8).")
    ] = None,
    effect: Annotated[
        float | None, typer.Option("--effect", metavar="D", help="Effect to be shown, in standard deviations.")
    ] = None,
    alpha: Annotated[float, typer.Option("--alpha", metavar="P", help="Two-sided.")] = 0.05,
    wanted: Annotated[float, typer.Option("--power", metavar="P", help="Chance of showing the effect.")] = 0.8,
    figure: Annotated[
        str | None, typer.Option("--figure", metavar="PATH", help="Draw a picture too (.png or .svg).")
    ] = None,
    fmt: Format = None,
    output: Output = None,
    force: Force = False,
) -> None:
    """Plan the next study: the smallest effect it could show, and how many sites an effect needs."""
    from sos_score.report.plans import PlanRequest
    from sos_score.report.power import write_plan
    from sos_score.report.study_plans import fill_from_study

    request = PlanRequest(
        sites_per_arm=sites_per_arm,
        arms=arms,
        people=people,
        icc=icc,
        waves=waves,
        overlap=overlap,
        person_correlation=person_correlation,
        site_correlation=site_correlation,
        alpha=alpha,
        power=wanted,
        effect=effect,
    )
    found: tuple[str, ...] = ()
    if study is not None:
        request, found = fill_from_study(request, study, scale)
    elif scale is not None:
        raise InvalidRequest("--scale needs --from STUDY.yaml")
    write_plan(request, figure, fmt, output, force=force, found=found)
