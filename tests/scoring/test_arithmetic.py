"""The plain arithmetic of one person is that of the engine, for any definition and any choice."""

from __future__ import annotations

import polars as pl
import pytest
from byhand import Codes, instruments, place_by_hand, score_by_hand
from hypothesis import given, settings
from hypothesis import strategies as st

from sos_score import ScoringChoices, score_survey
from sos_score.definition.instrument.instrument import Instrument
from sos_score.scoring.arithmetic import score_row
from sos_score.scoring.norms import NamedNorm
from sos_score.scoring.plan import METRICS, plan_scores


@st.composite
def people(draw: st.DrawFn, instrument: Instrument) -> list[Codes]:
    """Draw the codes of a few people, gaps included."""
    responses = instrument.responses
    codes = {item: st.none() | st.integers(scale.min, scale.max) for item, scale in responses.items()}
    return draw(st.lists(st.fixed_dictionaries(codes), min_size=1, max_size=5))


@st.composite
def choices(draw: st.DrawFn, instrument: Instrument) -> ScoringChoices:
    """Draw norms in both metrics for every scale."""
    norms = [
        NamedNorm(
            name=f"by_{metric}",
            instrument=instrument.id,
            unit="respondent",
            score=metric,
            means={scale: draw(st.floats(-50, 50)) for scale in instrument.scales},
            sds={scale: draw(st.floats(0.1, 30)) for scale in instrument.scales},
            n=None,
            description="chance",
        )
        for metric in ("mean", "sum")
    ]
    return ScoringChoices(metrics=METRICS, norms=tuple(norms))


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_one_person_scored_alone_is_scored_as_in_a_survey(data: st.DataObject) -> None:
    instrument = data.draw(instruments())
    rows = data.draw(people(instrument))
    chosen = data.draw(choices(instrument))
    frame = pl.DataFrame(rows, schema=dict.fromkeys(instrument.responses, pl.Int64))
    surveyed = score_survey(frame, instrument, choices=chosen).to_dicts()
    plan = plan_scores(instrument, chosen)
    for codes, row in zip(rows, surveyed, strict=True):
        alone = score_row(plan, codes)
        assert set(alone) == set(instrument.scales)
        for scale in instrument.scales:
            assert len(alone[scale].values) == row[f"test_{scale}_n"]
            assert agree(alone[scale].score, row[f"test_{scale}"])
            assert agree(alone[scale].mean, row[f"test_{scale}_mean"])
            for norm, t in alone[scale].t_scores.items():
                assert agree(t, row[f"test_{scale}_t_{norm}"])


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_further_metrics_are_the_mean_in_other_units(data: st.DataObject) -> None:
    instrument = data.draw(instruments())
    rows = data.draw(people(instrument))
    frame = pl.DataFrame(rows, schema=dict.fromkeys(instrument.responses, pl.Int64))
    surveyed = score_survey(frame, instrument, choices=ScoringChoices(metrics=METRICS)).to_dicts()
    for codes, row in zip(rows, surveyed, strict=True):
        for plan in plan_scores(instrument).scales:
            count, size = row[f"test_{plan.scale}_n"], len(plan.terms)
            own = score_by_hand(instrument, codes)[plan.scale][0]
            if own is None:
                assert [row[f"test_{plan.scale}_{metric}"] for metric in METRICS] == [None] * 3
                continue
            is_sum, as_answered = plan.method == "sum", plan.rule.sums == "as_answered"
            mean = own / (count if as_answered else size) if is_sum else own
            assert row[f"test_{plan.scale}_mean"] == pytest.approx(float(mean), abs=1e-12, rel=1e-12)
            assert row[f"test_{plan.scale}_sum"] == pytest.approx(float(mean * size), abs=1e-11, rel=1e-12)
            pomp = place_by_hand(instrument, plan.scale, codes)
            assert row[f"test_{plan.scale}_pomp"] == pytest.approx(float(pomp), abs=1e-10, rel=1e-12)


def agree(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return one == pytest.approx(other, rel=1e-12, abs=1e-12)
