"""A norm of means is the norm of sums too, and the other way round: no norm of a study goes unused."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
import yaml
from support import ROOT

from sos_score.comparison.compare import compare_study
from sos_score.comparison.finding import Contrast
from sos_score.study.file import read_study
from sos_score.study.load import load_study_data


def compare_level(folder, *, scored_as, norm_of):
    """Return the level findings of the scale of five items, whose norm is 3.0 (0.8) in means, and its T-scores."""
    shutil.copytree(ROOT / "examples" / "wellbeing", folder)
    definition = yaml.safe_load((folder / "staff-wellbeing.yaml").read_text(encoding="utf-8"))
    for scale in definition["scales"].values():
        scale["score"] = scored_as
    del definition["examples"]
    (folder / "staff-wellbeing.yaml").write_text(yaml.safe_dump(definition), encoding="utf-8")
    times = 5 if norm_of == "sum" else 1
    norm = {"population": "invented", "unit": "respondent", "n": 400, "source": "invented", "score": norm_of,
            "scales": {"energy": {"mean": 3.0 * times, "sd": 0.8 * times}}}  # fmt: skip
    norms = {"format": 1, "instrument": "staff-wellbeing", "norms": {"nat": norm}}
    (folder / "norms.yaml").write_text(yaml.safe_dump(norms), encoding="utf-8")
    study = yaml.safe_load((folder / "study.yaml").read_text(encoding="utf-8")) | {"norms": "norms.yaml"}
    (folder / "study.yaml").write_text(yaml.safe_dump(study), encoding="utf-8")
    data = load_study_data(read_study(folder / "study.yaml"))
    found = compare_study(data, ["level"], scales=["energy"]).findings
    return [each for each in found if each.groups.contrast is Contrast.NORM], data.outcome("wellbeing.energy")


@pytest.mark.parametrize(("scored_as", "norm_of"), [("sum", "mean"), ("mean", "sum")])
def test_a_norm_in_the_other_metric_says_the_same(tmp_path, scored_as, norm_of):
    own, _ = compare_level(tmp_path / "own", scored_as=scored_as, norm_of=scored_as)
    other, outcome = compare_level(tmp_path / "other", scored_as=scored_as, norm_of=norm_of)
    assert len(other) == len(own) == 8
    for one, same in zip(own, other, strict=True):
        assert same.test.p == pytest.approx(one.test.p)
        assert same.estimate.value == pytest.approx(one.estimate.value)
        assert same.effect.value == pytest.approx(one.effect.value)
    first, frame = other[0], outcome.frame
    there = (frame["site"] == first.site) & (frame["wave"] == first.waves[0])
    assert first.effect.value == pytest.approx(np.mean(frame.loc[there, outcome.t_column("nat")]) - 50)
