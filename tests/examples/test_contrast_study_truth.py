import re
from pathlib import Path

import numpy as np
import pytest
import yaml

STUDY = Path(__file__).parents[2] / "examples" / "contrast_study"
README = (STUDY / "README.md").read_text(encoding="utf-8")
NORMS = yaml.safe_load((STUDY / "norms.yaml").read_text(encoding="utf-8"))["norms"]["fictional_teams"]["scales"]
SCALES = list(NORMS)
SOS = [1, 4]
CONTRAST = [2, 3]


def pick(climate, scale, wave, *sites):
    rows = (climate["wave"] == wave) & climate["site"].isin(sites)
    return climate.loc[rows, f"osc_{scale}"].dropna().to_numpy()


def welch(new, old):
    spread = np.sqrt(new.var(ddof=1) / len(new) + old.var(ddof=1) / len(old))
    return (new.mean() - old.mean()) / spread


def against_norm(answers, mean):
    return (answers.mean() - mean) / (answers.std(ddof=1) / np.sqrt(len(answers)))


def pooled_sd(new, old):
    squares = ((new - new.mean()) ** 2).sum() + ((old - old.mean()) ** 2).sum()
    return np.sqrt(squares / (len(new) + len(old) - 2))


def team_t(climate, scale, wave, site):
    norm = NORMS[scale]
    return 50 + 10 * (pick(climate, scale, wave, site).mean() - norm["mean"]) / norm["sd"]


def family_tables(scores):
    """Each family score at each wave, a row a family."""
    feedback = scores["family_feedback"].groupby(["family", "worker", "site"], as_index=False).mean(numeric_only=True)
    tables = [("family_feedback_feedback", feedback)]
    for file, score in (("wai_client", "wai_total"), ("yatchmenoff", "yatchmenoff_total")):
        tables += [(score, rows) for _, rows in scores[file].groupby("wave")]
    return [(score, rows.dropna(subset=[score])) for score, rows in tables]


def mean_squares(rows, score):
    """Mean squares between sites, between workers in sites, and within workers."""
    y, worker, site = rows[score], rows.groupby("worker")[score], rows.groupby("site")[score]
    of_worker, of_site = worker.transform("mean"), site.transform("mean")
    sums = [((of_site - y.mean()) ** 2).sum(), ((of_worker - of_site) ** 2).sum(), ((y - of_worker) ** 2).sum()]
    counts = [site.ngroups - 1, worker.ngroups - site.ngroups, len(y) - worker.ngroups]
    return np.array(sums) / counts


def test_staff_turn_over_as_the_readme_says(scores, planned):
    before, after = (scores[name].groupby("site")["respondent"].agg(set) for name in ("osc_t1", "osc_t2"))
    found = {s: (len(before[s]), len(before[s] & after[s]), len(after[s] - before[s])) for s in before.index}
    assert found == planned["TEAMS"]
    assert found == {1: (15, 12, 2), 2: (14, 8, 7), 3: (16, 7, 6), 4: (13, 11, 3)}


def test_team_means_are_the_readmes_and_close_to_the_plan(climate, planned):
    table = re.findall(r"^\| (T\d) \| (\d) \| (.+) \|$", README, re.MULTILINE)
    assert len(table) == 8
    plan = planned["LEVELS"]
    for wave, site, cells in table:
        found = [team_t(climate, scale, wave, int(site)) for scale in SCALES]
        assert [round(value) for value in found] == [int(cell) for cell in cells.split(" | ")]
        assert np.abs(np.array(found) - plan[wave, int(site)]).max() < 3


def test_sites_1_2_and_4_are_alike_at_t1_and_site_3_is_average_in_culture(climate):
    profiles = np.array([[team_t(climate, scale, "T1", site) for scale in SCALES] for site in (1, 2, 4)])
    assert np.ptp(profiles, axis=0).max() < 5
    assert all(abs(team_t(climate, scale, "T1", 3) - 50) < 2 for scale in SCALES[:3])


@pytest.mark.parametrize("wave", ["T1", "T2"])
@pytest.mark.parametrize("site", [1, 2, 3, 4])
def test_engagement_is_below_and_functionality_and_stress_above_the_norm_everywhere(climate, wave, site):
    means = {scale: raw["mean"] for scale, raw in NORMS.items()}
    assert against_norm(pick(climate, "engagement", wave, site), means["engagement"]) < -2.2
    assert against_norm(pick(climate, "functionality", wave, site), means["functionality"]) > 2.2
    assert against_norm(pick(climate, "stress", wave, site), means["stress"]) > 2.2


def change(climate, scale, site):
    return welch(pick(climate, scale, "T2", site), pick(climate, scale, "T1", site))


def test_site_2_is_better_at_t2(climate):
    assert change(climate, "proficiency", 2) > 3
    assert change(climate, "rigidity", 2) < -3
    assert change(climate, "resistance", 2) < -3
    assert change(climate, "functionality", 2) > 3
    assert abs(change(climate, "engagement", 2)) < 2


def test_site_3_is_much_worse_at_t2(climate):
    for scale in ("proficiency", "engagement"):
        assert change(climate, scale, 3) < -4
    for scale in ("rigidity", "resistance", "stress"):
        assert change(climate, scale, 3) > 4


@pytest.mark.parametrize("site", SOS)
@pytest.mark.parametrize("scale", SCALES)
def test_sites_1_and_4_do_not_change(climate, site, scale):
    new, old = pick(climate, scale, "T2", site), pick(climate, scale, "T1", site)
    g = (new.mean() - old.mean()) / pooled_sd(new, old)
    assert abs(g) < 0.3
    # The 90% interval of g, 1.71 being t at .95 with 25 degrees of freedom.
    assert abs(g) + 1.71 * np.sqrt(1 / len(new) + 1 / len(old)) < 1


def test_engagement_is_lower_with_signs_of_safety_at_t1_and_without_it_at_t2(climate):
    assert welch(pick(climate, "engagement", "T1", *SOS), pick(climate, "engagement", "T1", *CONTRAST)) < -2
    assert welch(pick(climate, "engagement", "T2", *SOS), pick(climate, "engagement", "T2", *CONTRAST)) > 2
    t = {(wave, site): team_t(climate, "engagement", wave, site) for wave in ("T1", "T2") for site in (1, 2, 3, 4)}
    assert max(t["T1", 1], t["T1", 4]) < min(t["T1", 2], t["T1", 3])
    assert max(t["T2", 2], t["T2", 3]) < min(t["T2", 1], t["T2", 4])


def test_workers_account_for_more_of_the_family_scores_than_sites(scores):
    for score, rows in family_tables(scores):
        sites, workers, within = mean_squares(rows, score)
        size = len(rows) / rows["worker"].nunique()
        share = (workers - within) / (workers - within + size * within)
        assert 0.38 < share < 0.67
        # No variance between sites: their mean square is below that of workers.
        assert sites < workers
        assert workers / within > 2.5


def test_family_scores_do_not_differ_between_the_arms(scores):
    for score, rows in family_tables(scores):
        treated = rows["site"].isin(SOS)
        assert abs(welch(rows.loc[treated, score].to_numpy(), rows.loc[~treated, score].to_numpy())) < 1


def test_competent_workers_have_positive_families(scores):
    ratings = scores["ccbc"].groupby("worker")[["ccbc_clinical_skill", "ccbc_cultural_empathy"]].mean()
    for score, rows in family_tables(scores):
        means = rows.groupby("worker")[score].mean()
        assert len(means) >= 18
        for area in ratings:
            assert 0.55 < ratings[area].corr(means) < 0.95


def test_signs_of_safety_is_used_more_in_its_sites_and_family_scores_do_not_go_with_it(scores):
    use = scores["practice_elements"].set_index("family")["practice_elements_use"].dropna()
    treated = scores["practice_elements"].set_index("family")["site"].isin(SOS)[use.index]
    assert use[treated].mean() - use[~treated].mean() > 1
    within = use - use.groupby(treated).transform("mean")
    for score, rows in family_tables(scores):
        views = rows.set_index("family")[score]
        assert abs(use.corr(views)) < 0.2
        assert abs(within.corr(views)) < 0.2


def test_client_and_worker_agree_on_the_alliance_in_part(scores):
    pairs = scores["wai_client"].merge(scores["wai_worker"], on=["family", "wave"], suffixes=("", "_worker"))
    for _, rows in pairs.groupby("wave"):
        client, worker = (
            rows.dropna(subset=["wai_total", "wai_total_worker"])[name] for name in ("wai_total", "wai_total_worker")
        )
        assert len(client) >= 35
        assert 0.35 < client.corr(worker) < 0.55
        assert 0.2 < (worker - client).mean() < 0.4


def test_families_are_lost_at_t2(scores):
    for name in ("wai_client", "yatchmenoff"):
        assert scores[name].groupby("wave").size().to_dict() == {"T1": 60, "T2": 43}
    assert scores["wai_worker"].groupby("wave").size().to_dict() == {"T1": 60, "T2": 53}


def test_some_interviews_are_rated_by_both_observers_who_mostly_agree(scores):
    wide = scores["ccbc"].pivot_table(index="target", columns="rater", values="ccbc_clinical_skill")
    assert len(wide) == 34
    assert len(wide.dropna()) == 14
    assert 0.6 < wide["O1"].corr(wide["O2"]) < 0.95


def test_several_people_rate_the_safety_of_a_case_and_families_are_kinder(scores):
    rows = scores["safety_scale"]
    assert not rows.duplicated(["rater", "target"]).any()
    assert rows.groupby("target").size().between(2, 4).all()
    means = rows.groupby("rated_by")["safety_scale_safety"].mean()
    assert 0.7 < means["family"] - means["worker"] < 1.4
    assert 0.2 < means["worker"] - means["observer"] < 0.8
