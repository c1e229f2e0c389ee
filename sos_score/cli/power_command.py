"""``sos-score power``."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from sos_score.cli.options import Force, Format, Output

Goal = Annotated[
    Literal["arms", "equivalence", "change", "correlation", "alpha", "icc"],
    typer.Option(
        "--for",
        help="What to plan for: a difference of arms, ruling one out, one team's change, a correlation of workers, "
        "or the interval of alpha or of an ICC.",
    ),
]
Study = Annotated[
    str | None, typer.Option("--from", metavar="STUDY.yaml", help="Take from this study what other options leave open.")
]
Scale = Annotated[str | None, typer.Option("--scale", metavar="S", help="The outcome of that study to plan for.")]
SitesPerArm = Annotated[int | None, typer.Option("--sites-per-arm", metavar="N", help="Sites in each of the two arms.")]
Arms = Annotated[str | None, typer.Option("--arms", metavar="A,B", help="Sites of each arm, where unequal.")]
People = Annotated[
    str | None,
    typer.Option(
        "--people",
        metavar="N",
        help="People who answer in each site, at each wave; 8,12/20,25,6 names every site of both arms.",
    ),
]
Icc = Annotated[
    float | None, typer.Option("--icc", metavar="R", help="Share of the variance that lies between sites (workers).")
]
Waves = Annotated[
    int | None,
    typer.Option("--waves", metavar="1|2", help="1: compare arms once; 2: compare their changes. [default: 1]"),
]
Overlap = Annotated[
    float | None,
    typer.Option(
        "--overlap", metavar="R", help="Share of people who answer at both waves. [default: 0; 1 for a team's change]"
    ),
]
PersonCorrelation = Annotated[
    float | None,
    typer.Option(
        "--person-correlation", metavar="R", help="Correlation of a person's answers at the two waves. [default: 0.5]"
    ),
]
SiteCorrelation = Annotated[
    float | None,
    typer.Option(
        "--site-correlation", metavar="R", help="Correlation of a site's true means at the two waves. [default: 0.8]"
    ),
]
Effect = Annotated[
    float | None,
    typer.Option("--effect", metavar="D", help="The true effect, in standard deviations, or the correlation."),
]
Limit = Annotated[
    float | None, typer.Option("--limit", metavar="D", help="The difference to rule out, in standard deviations.")
]
Workers = Annotated[int | None, typer.Option("--workers", metavar="N", help="Workers of a correlation.")]
Items = Annotated[int | None, typer.Option("--items", metavar="N", help="Items of the scale whose alpha is planned.")]
Raters = Annotated[int | None, typer.Option("--raters", metavar="N", help="Raters of each target of an ICC.")]
Expect = Annotated[float | None, typer.Option("--expect", metavar="R", help="The alpha or ICC that is expected.")]
Width = Annotated[float | None, typer.Option("--width", metavar="W", help="How wide its 95% interval may be.")]
Alpha = Annotated[float, typer.Option("--alpha", metavar="P", help="The two-sided significance level.")]
Power = Annotated[float, typer.Option("--power", metavar="P", help="Chance of showing the effect.")]
Figure = Annotated[str | None, typer.Option("--figure", metavar="PATH", help="Draw a picture too (.png or .svg).")]


def power(
    *,
    goal: Goal = "arms",
    study: Study = None,
    scale: Scale = None,
    sites_per_arm: SitesPerArm = None,
    arms: Arms = None,
    people: People = None,
    icc: Icc = None,
    waves: Waves = None,
    overlap: Overlap = None,
    person_correlation: PersonCorrelation = None,
    site_correlation: SiteCorrelation = None,
    effect: Effect = None,
    limit: Limit = None,
    workers: Workers = None,
    items: Items = None,
    raters: Raters = None,
    expect: Expect = None,
    width: Width = None,
    alpha: Alpha = 0.05,
    wanted: Power = 0.8,
    figure: Figure = None,
    fmt: Format = None,
    output: Output = None,
    force: Force = False,
) -> None:
    """Plan a study: the smallest effect it could show.

    With --effect, also how many sites that effect needs.
    """
    from dataclasses import replace

    from sos_score.commands.power import write_plan
    from sos_score.commands.power_request import PlanRequest

    over_time = (waves, overlap, person_correlation, site_correlation)
    request = PlanRequest(sites_per_arm, arms, people, icc, *over_time, alpha, wanted, effect, study, scale)
    request = replace(
        request, goal=goal, limit=limit, workers=workers, items=items, raters=raters, expect=expect, width=width
    )
    write_plan(request, figure, fmt, output, force=force)
