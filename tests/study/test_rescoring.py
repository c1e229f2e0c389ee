"""A study scored once more by another missing rule is what its files would have given under that rule."""

from dataclasses import replace

import pandas as pd
import pytest
from support import ROOT

from sos_score.study.file import read_study
from sos_score.study.load import load_study_data
from sos_score.study.rescore import rescore_study

STUDY = ROOT / "examples" / "contrast_study" / "study.yaml"


@pytest.fixture(scope="module")
def file():
    return read_study(STUDY)


@pytest.mark.parametrize("rule", ["all", "50%", 2])
def test_every_score_and_count_is_as_if_the_study_had_stated_the_rule(file, example_data, rule):
    sources = {name: each.model_copy(update={"min_answered": rule}) for name, each in file.study.sources.items()}
    stated = load_study_data(replace(file, study=file.study.model_copy(update={"sources": sources})))
    found = rescore_study(example_data, rule)
    assert len(found.tables) == len(stated.tables) > 5
    for one, other in zip(found.tables, stated.tables, strict=True):
        pd.testing.assert_frame_equal(one.frame, other.frame)
        assert one.plan == other.plan
    assert [each.id for each in found.outcomes] == [each.id for each in stated.outcomes]
    assert all(any(each.table is table for table in found.tables) for each in found.outcomes)


def test_a_stricter_rule_leaves_fewer_scores_and_ready_made_ones_stay(example_data):
    data = example_data
    strict = rescore_study(data, "all").outcome("alliance_family.total").frame["total"]
    assert 0 < strict.notna().sum() < data.outcome("alliance_family.total").frame["total"].notna().sum()
    ready = replace(data, tables=tuple(replace(table, plan=None) for table in data.tables))
    kept = replace(ready, outcomes=tuple(replace(each, table=ready.tables[0]) for each in data.outcomes))
    assert all(one is other for one, other in zip(rescore_study(kept, "all").tables, kept.tables, strict=True))
