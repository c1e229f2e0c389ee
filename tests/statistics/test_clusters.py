import numpy as np
import pytest

from sos_score.statistics.regression.cluster_robust import infer_cr2
from sos_score.statistics.regression.did import adjust_for_first, compare_changes, fit_changes
from sos_score.statistics.regression.ols import fit_least_squares, infer_classic, infer_hc3
from sos_score.statistics.site_comparison import compare_sites
from sos_score.statistics.t_tests import compare_student


def draw_study(rng, n_sites, n_people, site_sd):
    """Balanced sites x waves, half the sites treated, no effect; returns y, treated, post, sites."""
    sites = np.repeat(np.arange(n_sites), 2 * n_people)
    post = np.tile(np.repeat([0, 1], n_people), n_sites)
    wobble = rng.normal(0, site_sd, (n_sites, 2))
    y = wobble[sites, post] + rng.standard_normal(sites.size)
    return y, sites % 2 == 0, post, sites.tolist()


def test_in_a_balanced_study_cr2_on_site_is_the_t_test_of_site_changes():
    y, treated, post, sites = draw_study(np.random.default_rng(3), 6, 7, 0.5)
    found = infer_cr2(fit_changes(y, treated, post), sites)["treated:post"]
    cells = y.reshape(6, 2, 7).mean(axis=2)
    level = compare_sites(cells[:, 1] - cells[:, 0], np.arange(6) % 2 == 0).test
    assert found.estimate == pytest.approx(level.estimate)
    assert found.se == pytest.approx(level.se)
    assert found.df == pytest.approx(level.df) == 4.0
    assert found.p == pytest.approx(level.p)
    assert (found.low, found.high) == (pytest.approx(level.low), pytest.approx(level.high))


def test_with_everyone_their_own_cluster_cr2_is_hc2():
    rng = np.random.default_rng(8)
    x = np.column_stack([np.ones(20), rng.normal(size=20)])
    y = rng.normal(size=20)
    fit = fit_least_squares(y, x, ["intercept", "slope"])
    h = np.diag(x @ np.linalg.inv(x.T @ x) @ x.T)
    leads = x @ np.linalg.inv(x.T @ x)
    hc2 = np.sqrt(((leads * (fit.residuals / np.sqrt(1 - h))[:, None]) ** 2).sum(axis=0))
    found = infer_cr2(fit, list(range(20)))
    assert [each.se for each in found.values()] == pytest.approx(hc2.tolist())
    # Satterthwaite df with the n x n matrix written out
    for c, each in enumerate(found.values()):
        residual_maker = np.eye(20) - leads @ x.T
        p = residual_maker * (leads[:, c] / np.sqrt(1 - h))[None, :]
        gram = p.T @ p
        assert each.df == pytest.approx(np.trace(gram) ** 2 / (gram**2).sum())
        assert each.n == (20, 20)


def test_cr2_df_agree_with_the_matrices_written_out_for_unequal_clusters():
    rng = np.random.default_rng(11)
    clusters = np.repeat(np.arange(5), [3, 9, 4, 6, 2])
    x = np.column_stack([np.ones(24), rng.normal(size=24), clusters % 2])
    y = rng.normal(size=24)
    fit = fit_least_squares(y, x, ["intercept", "slope", "arm"])
    bread = np.linalg.inv(x.T @ x)
    maker = np.eye(24) - x @ bread @ x.T
    adjusters, meat = [], np.zeros((3, 3))
    for g in range(5):
        rows = clusters == g
        values, vectors = np.linalg.eigh(maker[np.ix_(rows, rows)])
        adjusters.append(vectors @ np.diag(values**-0.5) @ vectors.T)
        score = x[rows].T @ adjusters[g] @ fit.residuals[rows]
        meat += np.outer(score, score)
    se = np.sqrt(np.diag(bread @ meat @ bread))
    found = infer_cr2(fit, clusters.tolist())
    for c, each in enumerate(found.values()):
        p = np.column_stack([maker[:, clusters == g] @ adjusters[g] @ x[clusters == g] @ bread[:, c] for g in range(5)])
        gram = p.T @ p
        assert each.se == pytest.approx(se[c])
        assert each.df == pytest.approx(np.trace(gram) ** 2 / (gram**2).sum())


def test_the_order_and_the_names_of_clusters_do_not_matter():
    y, treated, post, sites = draw_study(np.random.default_rng(4), 4, 5, 0.3)
    shuffle = np.random.default_rng(1).permutation(y.size)
    plain = compare_changes(y, treated, post, sites, range(y.size))
    mixed = compare_changes(
        y[shuffle], treated[shuffle], post[shuffle], [f"site {sites[i]}" for i in shuffle], shuffle.tolist()
    )
    for name in ("hc3", "cr2_site", "cr2_person"):
        ours, theirs = getattr(plain, name), getattr(mixed, name)
        assert (ours.se, ours.df, ours.p) == (
            pytest.approx(theirs.se),
            pytest.approx(theirs.df),
            pytest.approx(theirs.p),
        )


def test_missing_scores_drop_out_with_their_site_and_person():
    y, treated, post, sites = draw_study(np.random.default_rng(9), 4, 5, 0.3)
    holes = y.copy()
    holes[[0, 13, 22]] = np.nan
    kept = ~np.isnan(holes)
    found = compare_changes(holes, treated, post, sites, range(y.size))
    by_hand = compare_changes(
        y[kept], treated[kept], post[kept], np.array(sites)[kept].tolist(), np.arange(y.size)[kept].tolist()
    )
    assert found == by_hand
    assert sum(found.n) == y.size - 3


def test_regression_on_a_dummy_is_students_t():
    x, y = [5.0, 7, 8, 6], [4.0, 3, 6, 5, 2]
    design = [[1.0, 1.0]] * 4 + [[1.0, 0.0]] * 5
    found = infer_classic(fit_least_squares([*x, *y], design, ["intercept", "arm"]))["arm"]
    student = compare_student(x, y)
    for name in ("estimate", "se", "statistic", "df", "p", "low", "high"):
        assert getattr(found, name) == pytest.approx(getattr(student, name))
    assert found.n == (9,)
    assert found.method.code == "least_squares"


def test_hc3_of_two_groups_by_hand():
    # within a group of n, h = 1/n: the variance is sum (e / (1 - 1/n))^2 / n^2
    x, y = np.array([5.0, 7, 8, 6]), np.array([4.0, 3, 6, 5, 2])
    design = [[1.0, 1.0]] * 4 + [[1.0, 0.0]] * 5
    found = infer_hc3(fit_least_squares([*x, *y], design, ["intercept", "arm"]))["arm"]
    parts = [((v - v.mean()) ** 2).sum() / (1 - 1 / v.size) ** 2 / v.size**2 for v in (x, y)]
    assert found.se == pytest.approx(sum(parts) ** 0.5)
    assert found.df == 7


def test_covariance_analysis_drops_people_without_both_scores():
    second, first, arm = [3, 4, 6, 6, 7, 9, 5.0], [1, 2, 3, 1, 2, 4, np.nan], [0, 0, 0, 1, 1, 1, 1]
    assert adjust_for_first(second, first, arm) == adjust_for_first(second[:6], first[:6], arm[:6])


def share_rejected(n_sites, n_people, site_sd, draws):
    rng = np.random.default_rng(2018)
    rejected = 0
    for _ in range(draws):
        y, treated, post, sites = draw_study(rng, n_sites, n_people, site_sd)
        keep = rng.random(y.size) < 0.85
        there = np.flatnonzero(keep)
        fit = fit_changes(y[there], treated[there], post[there])
        labels = [sites[i] for i in there]
        rejected += infer_cr2(fit, labels)["treated:post"].p < 0.05
    return rejected / draws


@pytest.mark.slow
@pytest.mark.parametrize("n_sites", [4, 10])
def test_cr2_holds_its_level_with_few_sites(n_sites):
    # 2000 draws: standard error .005; cluster sizes unequal, sites wobble from wave to wave
    assert share_rejected(n_sites, 10, 0.5, 2000) == pytest.approx(0.05, abs=0.0175)
