"""How often intervals cover and tests refuse; the soaks draw as many studies as the limits were set on."""

import numpy as np
import pytest

from sos_score.statistics.mixed.data import variance_data
from sos_score.statistics.mixed.fixed_effects import assess_coefficients
from sos_score.statistics.mixed.model import fit_variance
from sos_score.statistics.mixed.shares import profile_shares
from sos_score.statistics.mixed.variance_tests import assess_levels, compare_levels

pytestmark = pytest.mark.slow


def draw_study(rng, sites, workers, families, share_site, share_worker):
    site = np.repeat(np.arange(sites), workers * families)
    worker = np.repeat(np.arange(sites * workers), families)
    y = np.sqrt(share_site) * rng.normal(size=sites)[site]
    y += np.sqrt(share_worker) * rng.normal(size=sites * workers)[worker]
    y += np.sqrt(1 - share_site - share_worker) * rng.normal(size=site.size)
    return y, site, worker


def find_coverage(n_studies, shape, true):
    rng = np.random.default_rng(20170328)
    held = np.zeros(3)
    for _ in range(n_studies):
        y, site, worker = draw_study(rng, *shape, *true)
        found = profile_shares(variance_data(y, {"sites": site, "workers": worker})).values()
        held += [one.low <= share <= one.high for one, share in zip(found, (*true, 1 - sum(true)), strict=True)]
    return held / n_studies


def some_or_many(some, many, *others):
    """Return how many studies are drawn: some for every change, many in the soak."""
    return [pytest.param(some, *others), pytest.param(many, *others, marks=pytest.mark.soak)]


@pytest.mark.parametrize(
    ("studies", "true"),
    [
        *some_or_many(60, 150, (0.1, 0.3)),
        *(pytest.param(150, each, marks=pytest.mark.soak) for each in ((0.3, 0.1), (0.0, 0.3))),
    ],
)
def test_profile_intervals_of_shares_cover_in_4_sites_of_5_workers_of_3_families(studies, true):
    coverage = find_coverage(studies, (4, 5, 3), true)
    assert (coverage >= 0.91).all(), coverage


@pytest.mark.soak
def test_profile_intervals_of_shares_cover_in_20_sites_of_5_workers_of_5_families():
    coverage = find_coverage(80, (20, 5, 5), (0.1, 0.3))
    assert (coverage >= 0.91).all(), coverage


@pytest.mark.parametrize("studies", some_or_many(150, 400))
def test_the_mixture_test_of_a_level_keeps_its_level(studies):
    rng = np.random.default_rng(11)
    refused = np.zeros(2)
    for _ in range(studies):
        y, site, worker = draw_study(rng, 4, 5, 3, 0.0, 0.0)
        data = variance_data(y, {"sites": site, "workers": worker})
        refused += [test.p < 0.05 for test in assess_levels(data, fit_variance(data)).values()]
    assert (refused / studies <= 0.07).all(), refused


@pytest.mark.parametrize(
    ("studies", "share"), [*some_or_many(60, 150, 0.3), pytest.param(150, 0.05, marks=pytest.mark.soak)]
)
def test_levels_of_equal_variance_are_rarely_told_apart(studies, share):
    rng = np.random.default_rng(12)
    told = 0
    for _ in range(studies):
        y, site, worker = draw_study(rng, 4, 5, 3, share, share)
        told += compare_levels(variance_data(y, {"sites": site, "workers": worker}), "sites", "workers").p < 0.05
    assert told / studies <= 0.09


@pytest.mark.parametrize("studies", some_or_many(200, 600))
def test_the_slope_of_a_worker_level_predictor_keeps_its_level(studies):
    rng = np.random.default_rng(13)
    refused = 0
    for _ in range(studies):
        y, site, worker = draw_study(rng, 4, 5, 3, 0.1, 0.3)
        competence = rng.normal(size=20)[worker]
        design = np.column_stack([np.ones(y.size), competence])
        data = variance_data(y, {"sites": site, "workers": worker}, design)
        refused += assess_coefficients(data, fit_variance(data))[1].p < 0.05
    assert 0.03 < refused / studies < 0.07
