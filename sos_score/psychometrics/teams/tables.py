"""Agreement in every team on every scale, and how much teams differ: one pass over the answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sos_score.errors import InvalidSurvey, Problem, check_kind
from sos_score.notes import Note, note
from sos_score.psychometrics.batches import Group, find_repeated
from sos_score.psychometrics.columns import ScaleColumns, list_scale_columns
from sos_score.psychometrics.tables import choose_scales, gather_notes, list_groups, name_group, place_row
from sos_score.psychometrics.teams.agreement import TeamAgreement, agreement_from_moments
from sos_score.psychometrics.teams.icc import team_icc_from_moments
from sos_score.psychometrics.teams.reporting import TeamMeanVerdict, judge_team_mean, summarise_agreement
from sos_score.psychometrics.teams.sums import TeamSums, sum_teams
from sos_score.scoring.responses import Responses
from sos_score.words import list_names

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class AgreementTables:
    """Agreement in teams on the scales of an instrument.

    Attributes
    ----------
    scales : pandas DataFrame
        One row a scale and group of `by`: ``teams``, ``people`` with a score, ``mean_size``, ``n0``; ``ms_between``,
        ``ms_within``, ``f``, ``df1``, ``df2``, ``p``; ``icc1``, ``icc2`` with ``_low`` and ``_high``, ``icc1_n0``;
        of rwg over teams: ``rwg_teams`` (that have one), ``rwg_mean``, ``rwg_sd``, ``rwg_median``, ``rwg_minimum``,
        ``rwg_maximum``, ``share_enough`` (.70 or more); ``note``.
    teams : pandas DataFrame
        One row a team, scale and group: ``members`` who answered anything, ``n`` with complete answers, ``items``,
        ``scored``, ``mean``, ``sd`` of the score; ``mean_variance``, ``rwg``, ``rwg_slight``, ``rwg_moderate``,
        ``r_star``, ``ad_m``, ``ad_cutoff`` (see `TeamAgreement`); ``may_report`` (True, False, None where agreement is
        not known), ``reason``, ``rule``; ``note``.
    verdicts : tuple of TeamMeanVerdict
        One a row of `teams`.
    notes : tuple of Note
        What could not be computed and what to beware of, each once.
    """

    scales: pd.DataFrame
    teams: pd.DataFrame
    verdicts: tuple[TeamMeanVerdict, ...]
    notes: tuple[Note, ...]


def assess_agreement(
    responses: Responses, team: str, by: str | Sequence[str] = (), *, scales: str | Iterable[str] = ()
) -> AgreementTables:
    """Assess whether the members of each team agree, and whether its mean may be reported.

    Parameters
    ----------
    responses : Responses
        See `read_responses` and `open_responses`.
    team : str
        The id column that names the team.
    by : str or sequence of str
        Id columns whose values make the groups, as the wave: a team is looked at in each. Without any, all rows of a
        team count together.
    scales : str or iterable of str
        Only these.

    Returns
    -------
    AgreementTables
        Agreement of complete answers to the items, as `team_agreement`; ICC(1) and ICC(2) of the scores, as
        `team_icc`. Rows with a blank team or group are left out. A team of one has no agreement and counts between
        teams. The parts of a scale of scores are taken as its items where they are means on one range; they have no
        mean absolute deviation.

    Raises
    ------
    InvalidSurvey
        There is no such id column, or no row names a team.

    Examples
    --------
    >>> import polars as pl
    >>> from sos_score import load_instrument, read_responses
    >>> answers = pl.read_csv("examples/wai_s_labels.csv")
    >>> tables = assess_agreement(read_responses(answers, load_instrument("wai-s")), "site", scales=["total"])
    >>> tables.teams[["site", "n", "may_report"]].values.tolist()
    [['1', 4, None], ['2', 4, None], ['3', 4, None], ['4', 5, True]]
    """
    import pandas as pd

    check_kind(responses, Responses, "read_responses(frame, instrument)")
    by = list_names(by)
    responses.require_ids(team, *by)
    chosen = list_scale_columns(responses, choose_scales(responses, scales))
    ids = [*by, *([team] if team not in by else [])]
    sums, spread = sum_teams(responses, chosen, ids)
    if not sums:
        raise InvalidSurvey([Problem(f"no row has a {' and a '.join(ids)}", responses.path, rule="column")])
    pooled = _find_pooled(responses, ids)
    # Over all groups together, people would count again who answered in several.
    groups = [(group, place) for group, place in list_groups((key[: len(by)] for _, key in sums), by).items()
              if group or not by]  # fmt: skip
    parts = [
        _Part(responses, scale, place, {key: one for (name, key), one in sums.items()
                                        if name == scale.plan.scale and key[: len(by)] == group}, ids, pooled=pooled)
        for scale in chosen
        for group, place in groups
    ]  # fmt: skip
    names = [scale.plan.scale for scale in chosen]
    about_teams = [(part.scale, name_group(where), each) for part in parts for where, each in part.team_notes]
    about_scales = [(part.scale, name_group(part.place), each) for part in parts for each in part.icc.notes]
    about_scales += [
        (part.scale, name_group(part.place), note("agreement_unweighted")) for part in parts if part.is_weighted
    ]
    every_team = list(dict.fromkeys(name_group(place) for part in parts for place in part.teams))
    return AgreementTables(
        pd.DataFrame([part.row() for part in parts]),
        pd.DataFrame([row for part in parts for row in part.team_rows()]),
        tuple(verdict for part in parts for verdict in part.verdicts),
        gather_notes(about_scales, names, [name_group(place) for _, place in groups], responses.instrument)
        + gather_notes(about_teams, names, every_team, responses.instrument)
        + ((note("team_people_pooled", team=team, number=len(pooled)),) if pooled else ())
        + ((note("teams_of_several_sites", team=team, number=len(spread)),) if spread else ()),
    )


def _find_pooled(responses: Responses, ids: Sequence[str]) -> frozenset[Group]:
    """Return the teams in which somebody is there more than once: at several waves, or about several others."""
    apart = {"wave", "rater", "target"} & set(responses.ids) - set(ids)
    return frozenset(find_repeated(responses, ids)) - {()} if apart else frozenset()


class _Part:
    """One scale in one group, with its teams."""

    def __init__(
        self,
        responses: Responses,
        columns: ScaleColumns,
        place: Mapping[str, str],
        sums: Mapping[Group, TeamSums],
        ids: Sequence[str],
        *,
        pooled: frozenset[Group],
    ) -> None:
        self.scale, self.place, self.is_weighted = columns.plan.scale, place, columns.plan.is_weighted
        ordered = {key: where for key, where in list_groups(sums, ids).items() if key}
        self.teams = list(ordered.values())
        self.sums = [sums[key] for key in ordered]
        options = _count_options(responses, columns)
        self.agreements = [_agree(one, options) for one in self.sums]
        self.verdicts = [
            judge_team_mean(agreement, is_pooled=key in pooled)
            for key, agreement in zip(ordered, self.agreements, strict=True)
        ]
        self.icc = team_icc_from_moments(
            [one.scored for one in self.sums], [one.mean for one in self.sums], [one.variance for one in self.sums]
        )

    @property
    def team_notes(self) -> list[tuple[Mapping[str, str], Note]]:
        """What could not be computed of a team, with the team."""
        both = zip(self.teams, self.agreements, strict=True)
        return [(place, each) for place, agreement in both for each in agreement.notes]

    def row(self) -> dict[str, Any]:
        """Return the row of the scale table."""
        values, icc = summarise_agreement([each.rwg for each in self.agreements]), self.icc
        row = {
            "teams": icc.teams,
            "people": icc.n,
            "mean_size": icc.mean_size,
            "n0": icc.n0,
            "ms_between": icc.ms_between,
            "ms_within": icc.ms_within,
            "f": icc.f,
            "df1": icc.df1,
            "df2": icc.df2,
            "p": icc.p,
            "icc1": icc.icc1,
            "icc1_low": icc.icc1_low,
            "icc1_high": icc.icc1_high,
            "icc2": icc.icc2,
            "icc2_low": icc.icc2_low,
            "icc2_high": icc.icc2_high,
            "icc1_n0": icc.icc1_n0,
            "rwg_teams": values.teams,
            "rwg_mean": values.mean,
            "rwg_sd": values.sd,
            "rwg_median": values.median,
            "rwg_minimum": values.minimum,
            "rwg_maximum": values.maximum,
            "share_enough": values.share_enough,
            "note": " ".join(map(str, icc.notes)),
        }
        return place_row(self.place, self.scale, row)

    def team_rows(self) -> list[dict[str, Any]]:
        """Return the rows of the team table."""
        return [
            place_row(place, self.scale, _describe_team(one, agreement, verdict))
            for place, one, agreement, verdict in zip(
                self.teams, self.sums, self.agreements, self.verdicts, strict=True
            )
        ]


def _describe_team(sums: TeamSums, agreement: TeamAgreement, verdict: TeamMeanVerdict) -> dict[str, Any]:
    return {
        "members": sums.members,
        "n": agreement.n,
        "items": agreement.items,
        "scored": sums.scored,
        "mean": sums.mean,
        "sd": float(np.sqrt(sums.variance)),
        "mean_variance": agreement.mean_variance,
        "rwg": agreement.rwg,
        "rwg_slight": agreement.rwg_slight,
        "rwg_moderate": agreement.rwg_moderate,
        "r_star": agreement.r_star,
        "ad_m": agreement.ad_m,
        "ad_cutoff": agreement.ad_cutoff,
        "may_report": verdict.may_report,
        "reason": str(verdict.reason),
        "rule": str(verdict.rule),
        "note": " ".join(map(str, agreement.notes)),
    }


def _count_options(responses: Responses, scale: ScaleColumns) -> int:
    """Return the response options of the terms; 0 where they have none in common."""
    if not scale.plan.of_scores:
        return scale.options
    methods = {plan.scale: plan.method for plan in responses.plan.scales}
    ranges = set(zip(scale.low.tolist(), scale.high.tolist(), strict=True))
    if len(ranges) > 1 or any(methods[name] != "mean" for name in scale.names):
        return 0
    return int(scale.high[0] - scale.low[0]) + 1


def _agree(sums: TeamSums, options: int) -> TeamAgreement:
    if options:
        return agreement_from_moments(
            sums.complete, sums.variances, options, deviations=sums.deviations, members=sums.members
        )
    nan, apart = np.nan, note("agreement_parts_differ")
    return TeamAgreement(sums.members, sums.complete, len(sums.variances), nan, nan, nan, nan, nan, nan, nan, (apart,))
