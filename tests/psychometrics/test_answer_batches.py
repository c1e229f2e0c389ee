from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest

from sos_score import assess_agreement, assess_reliability, open_responses, read_responses
from sos_score.errors import InvalidSurvey
from sos_score.scoring import files as exports

ITEMS = [f"i{number}" for number in range(1, 6)]
ANALYSES = {
    "listwise": lambda responses: assess_reliability(responses, ["site"]),
    "pairwise": lambda responses: assess_reliability(responses, ["site"], "pairwise"),
    "agreement": lambda responses: assess_agreement(responses, "site"),
}


@pytest.fixture
def answers():
    """Return rows with a gap, and with an item that nobody at site 3 was asked."""
    rng = np.random.default_rng(8)
    size = 300
    codes = np.clip(np.round(3 + rng.normal(size=(size, 1)) + rng.normal(size=(size, 5))), 1, 5).astype(int)
    frame = pl.DataFrame({"respondent": [f"r{row}" for row in range(size)], "site": rng.choice(["1", "2", "3"], size)})
    frame = frame.with_columns(pl.Series(item, codes[:, place]) for place, item in enumerate(ITEMS))
    asked, answered = pl.col("site") != "3", pl.int_range(size) != 250
    return frame.with_columns(pl.when(asked).then("i2").alias("i2"), pl.when(answered).then("i4").alias("i4"))


@pytest.fixture
def instrument(make_instrument):
    return make_instrument({"s": [*ITEMS[:4], "-i5"], "t": ITEMS[1:4]}, 1, 5)


def assert_alike(got, want):
    assert got.notes == want.notes
    for field in got.__slots__:
        if field not in ("notes", "verdicts"):
            pd.testing.assert_frame_equal(getattr(got, field), getattr(want, field), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("analysis", ANALYSES)
@pytest.mark.parametrize("kind", ["plain", "with blank lines", "with a text far down"])
def test_files_give_what_frames_give_however_often_they_are_read(
    kind, analysis, answers, instrument, tmp_path, monkeypatch
):
    monkeypatch.setattr(exports, "_BATCH", 40)
    if kind == "with a text far down":
        # Only then is it known that the column holds texts: the file is read again, and what was summed is void.
        late = pl.when(pl.int_range(pl.len()) == 270).then(pl.lit("3 ")).otherwise(pl.col("i1").cast(pl.String))
        answers = answers.with_columns(late.alias("i1"))
    text = answers.write_csv()
    path = tmp_path / "data.csv"
    path.write_text(text.replace("\nr200,", "\n\nr200,") if kind == "with blank lines" else text, encoding="utf-8")
    want = ANALYSES[analysis](read_responses(answers, instrument))
    with open_responses([str(path)], instrument) as responses:
        assert not responses.is_checked
        assert_alike(ANALYSES[analysis](responses), want)
        assert responses.is_checked
        # The second time the rows are known to be right.
        assert_alike(ANALYSES[analysis](responses), want)
        assert [outcome.rows for outcome in responses.summaries] == [len(answers)]


@pytest.mark.parametrize("analysis", ANALYSES)
def test_several_files_are_one_with_gaps_where_a_file_lacks_a_column(analysis, answers, instrument, tmp_path):
    (tmp_path / "a.csv").write_text(answers[:120].write_csv(), encoding="utf-8")
    (tmp_path / "b.csv").write_text(answers[120:].drop("site").write_csv(), encoding="utf-8")
    blank = pl.when(pl.int_range(pl.len()) < 120).then("site").alias("site")
    want = ANALYSES[analysis](read_responses(answers.with_columns(blank), instrument))
    with open_responses([str(tmp_path / "a.csv"), str(tmp_path / "b.csv")], instrument) as responses:
        assert responses.ids == ("source", "respondent", "site")
        assert_alike(ANALYSES[analysis](responses), want)
        sources = assess_reliability(responses, ["source"], scales=["s"]).scales
    assert sources["source"].tolist() == ["all", "a.csv", "b.csv"]
    assert sources["rows"].tolist() == [300, 120, 180]


def test_the_problems_of_every_file_are_said_when_they_are_first_read(answers, instrument, tmp_path):
    wrong = pl.when(pl.int_range(pl.len()) == 3).then(9).otherwise("i1").alias("i1")
    (tmp_path / "a.csv").write_text(answers.with_columns(wrong).write_csv(), encoding="utf-8")
    (tmp_path / "b.csv").write_text(pl.concat([answers, answers[:1]]).write_csv(), encoding="utf-8")
    (tmp_path / "c.csv").write_text(answers.drop("i3").write_csv(), encoding="utf-8")
    names = [str(tmp_path / f"{name}.csv") for name in "abc"]
    said = ["i1: 9 is outside 1-5", "respondent 'r0' already on line 2"]
    for read in (
        lambda responses: assess_reliability(responses, ["site"]),
        lambda responses: responses.frame,
        lambda responses: responses.summaries,
    ):
        with open_responses(names[:2], instrument) as responses, pytest.raises(InvalidSurvey) as raised:
            read(responses)
        assert [each.split(": ", 1)[1] for each in map(str, raised.value.problems)] == said
    with pytest.raises(InvalidSurvey) as raised, open_responses(names, instrument):
        pass
    assert len(raised.value.problems) == 3


@pytest.mark.parametrize(("low", "high"), [(-100, 100), (-127, 127), (-128, 127), (0, 300), (0, 40_000)])
def test_codes_of_any_range_are_summed_as_they_are(low, high, make_instrument):
    rng = np.random.default_rng(3)
    x = np.round(rng.uniform(low, high, (60, 1)) / 2 + rng.uniform(low, high, (60, 3)) / 2).astype(int)
    x[0], x[1] = low, high
    team = np.repeat(["a", "b"], 30)
    frame = pl.DataFrame({"team": team, **{f"i{place}": x[:, place] for place in range(3)}})
    responses = read_responses(frame, make_instrument({"s": ["i0", "i1", "-i2"]}, low, high))
    items = assess_reliability(responses).items
    keyed = x * [1, 1, -1] + [0, 0, low + high]
    np.testing.assert_allclose(items["mean"], keyed.mean(axis=0))
    np.testing.assert_allclose(items["sd"], keyed.std(axis=0, ddof=1))
    assert items["floor"].tolist() == [1 / 60, 1 / 60, 1 / 60]
    teams = assess_agreement(responses, "team").teams
    parts = [x[team == name] for name in "ab"]
    np.testing.assert_allclose(teams["mean_variance"], [part.var(axis=0, ddof=1).mean() for part in parts])
    np.testing.assert_allclose(teams["ad_m"], [np.abs(part - part.mean(axis=0)).mean() for part in parts])


def test_a_row_that_names_nobody_and_answers_nothing_is_no_row_of_a_file(make_instrument, tmp_path):
    instrument = make_instrument({"s": ["i1", "i2", "i3"]}, 1, 5)
    path = tmp_path / "data.csv"
    path.write_text("site,i1,i2,i3\n1,1,2,2\n1,3,4,5\n,,,\n1,5,5,4\n2,,,\n1,2,3,\n", encoding="utf-8")
    for _ in range(2):
        with open_responses([str(path)], instrument) as responses:
            got = assess_reliability(responses, ["site"]).scales
            assert got[["site", "rows", "n", "incomplete", "blank"]].to_numpy().tolist() == [
                ["all", 5, 3, 1, 1],
                ["1", 4, 3, 1, 0],
                ["2", 1, 0, 0, 1],
            ]
            assert len(responses.frame.collect(backend="polars")) == 5
