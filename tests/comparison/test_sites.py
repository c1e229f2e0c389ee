"""Sites against sites: one test for both directions, and no site surer than the people in it."""

import numpy as np
import pytest
from support import ROOT

from sos_score.comparison.compare import choose_outcomes, make_plan, take_scores
from sos_score.study.file import read_study
from sos_score.study.load import load_study_data


@pytest.fixture(scope="module")
def example():
    return load_study_data(read_study(ROOT / "examples" / "contrast_study" / "study.yaml"))


def test_answers_know_the_worker_they_are_nested_in_and_staff_have_none(example):
    plan = make_plan(example.study)
    found = {each.source: take_scores(each, plan)[0] for each in choose_outcomes(example)}
    assert {name: each.cluster_level for name, each in found.items() if not each.cluster_level} == {"osc": ""}
    assert found["osc"].cluster is None
    family = found["alliance_family"]
    assert family.cluster_level == "worker"
    assert family.cluster.shape == family.score.shape
    for worker in np.unique(family.cluster):
        assert len(set(family.site[family.cluster == worker])) == 1
    assert np.unique(family.cluster).size == 20
