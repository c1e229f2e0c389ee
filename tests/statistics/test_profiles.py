import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sos_score.notes import note
from sos_score.statistics.profiles import ProfilePeople, compare_profiles, draw_profiles, judge_similarity


def people(profile, n, spread=0.0, seed=0, ids=()):
    rng = np.random.default_rng(seed)
    return ProfilePeople(np.asarray(profile, dtype=float) + spread * rng.normal(size=(n, len(profile))), ids)


def test_a_flat_profile_has_no_shape():
    found = compare_profiles(people([50.1] * 3, 3), people([1, 2, 3], 3), seed=1)
    assert np.isnan(found.correlation.value)
    assert note("profile_flat") in found.notes


def test_distance_splits_into_elevation_scatter_and_shape_by_hand_arithmetic():
    # (40, 50, 60) and (55, 65, 51): D2 = 225 + 225 + 81 = 531. Elevations 50 and 57: 3 x 49 = 147.
    # Scatters sqrt(200) and sqrt(104). Products of departures 20 + 0 - 60 = -40: r = -40 / sqrt(20800).
    found = compare_profiles(people([40, 50, 60], 2), people([55, 65, 51], 3), seed=1)
    assert found.d2 == pytest.approx(531)
    assert found.elevation_part == pytest.approx(147)
    assert found.scatter_part == pytest.approx((np.sqrt(200) - np.sqrt(104)) ** 2)
    r = -40 / np.sqrt(200 * 104)
    assert found.shape_part == pytest.approx(2 * np.sqrt(200 * 104) * (1 - r))
    assert found.correlation.value == pytest.approx(r)
    assert found.elevation_difference.value == pytest.approx(-7)
    assert found.scatter_difference.value == pytest.approx(np.sqrt(200) - np.sqrt(104))
    assert (found.n_first, found.n_second, found.notes) == (2, 3, ())
    # everyone in a site is alike, so the intervals have no width
    for estimate in (found.elevation_difference, found.scatter_difference, found.correlation):
        assert (estimate.low, estimate.high) == pytest.approx((estimate.value, estimate.value))
    assert found.distance.value == pytest.approx(np.sqrt(531 / 3))


@given(
    arrays(float, (2, 5), elements=st.floats(20, 80)),
    st.floats(-20, 20),
)
def test_the_parts_add_up_and_a_common_shift_changes_nothing(pair, shift):
    found = compare_profiles(people(pair[0], 2), people(pair[1], 2), seed=1, n_samples=2)
    assert found.elevation_part + found.scatter_part + found.shape_part == pytest.approx(found.d2, abs=1e-6)
    assert found.shape_part >= -1e-6
    moved = compare_profiles(people(pair[0] + shift, 2), people(pair[1] + shift, 2), seed=1, n_samples=2)
    assert moved.d2 == pytest.approx(found.d2, abs=1e-6)
    if not np.isnan(found.correlation.value):
        assert abs(found.correlation.value) <= 1 + 1e-9
        scatters = [np.sqrt(((profile - profile.mean()) ** 2).sum()) for profile in pair]
        expected = 2 * scatters[0] * scatters[1] * (1 - found.correlation.value)
        assert found.shape_part == pytest.approx(expected, abs=1e-6)


def test_means_are_over_the_people_who_have_the_scale():
    scores = np.array([[40.0, np.nan, 50], [60, 30, 50], [50, 40, np.nan]])
    found = compare_profiles(ProfilePeople(scores), people([50, 35, 50], 2), seed=1)
    assert found.d2 == 0
    assert found.elevation_difference.value == pytest.approx(0)


def test_a_scale_that_one_side_lacks_is_left_out():
    scores = np.array([[40.0, np.nan, 50, 61], [60, np.nan, 50, 59]])
    found = compare_profiles(ProfilePeople(scores), people([50, 35, 51, 50], 2), seed=1)
    assert found.d2 == pytest.approx(101)
    assert found.notes == (note("scales_left_out", scales=1, total=4),)


def test_one_person_has_a_profile_and_no_interval():
    found = compare_profiles(people([40, 50, 60], 1), people([50, 50, 50], 5), seed=1)
    assert found.d2 == pytest.approx(200)
    assert np.isnan([found.distance.value, found.distance.low, found.elevation_difference.low]).all()
    assert note("profile_no_intervals") in found.notes


def test_nobody_and_no_scale_give_nan_with_a_note():
    found = compare_profiles(ProfilePeople(np.empty((0, 3))), people([50, 50, 50], 5), seed=1)
    assert np.isnan([found.d2, found.elevation_part, found.elevation_difference.value]).all()
    assert found.notes[0] == note("scales_left_out", scales=3, total=3)


def test_two_scales_have_no_shape_to_correlate():
    found = compare_profiles(people([40, 60], 2), people([45, 62], 2), seed=1)
    assert np.isnan(found.correlation.value)
    assert note("profile_few_scales") in found.notes
    assert found.elevation_part + found.scatter_part + found.shape_part == pytest.approx(found.d2)


def test_intervals_repeat_with_their_seed_and_not_with_another():
    sides = people([40, 50, 60], 10, 8.0, 1), people([45, 50, 55], 12, 8.0, 2)
    assert compare_profiles(*sides, seed=5).distance == compare_profiles(*sides, seed=5).distance
    assert compare_profiles(*sides, seed=5).distance != compare_profiles(*sides, seed=6).distance


def test_samples_that_are_there_already_are_those_that_would_be_drawn():
    sides = people([40, 50, 60], 10, 8.0, 1), people([45, 50, 55], 12, 8.0, 2)
    drawn = draw_profiles(*sides, seed=5)
    assert drawn.d2.shape == drawn.correlation.shape == (1999,)
    for name in ("elevation_difference", "scatter_difference", "correlation", "distance"):
        assert getattr(compare_profiles(*sides, seed=6, drawn=drawn), name) == getattr(
            compare_profiles(*sides, seed=5), name
        )
    sites = {"A": sides[0], "B": sides[1]}
    assert judge_similarity(sites, seed=6, drawn={("A", "B"): drawn}) == judge_similarity(sites, seed=5)


def test_intervals_widen_with_confidence_and_hold_the_value():
    sides = people([40, 50, 60], 15, 8.0, 1), people([45, 50, 55], 15, 8.0, 2)
    narrow, wide = (compare_profiles(*sides, seed=5, level=level) for level in (0.5, 0.99))
    for name in ("elevation_difference", "scatter_difference", "correlation", "distance"):
        one, two = getattr(narrow, name), getattr(wide, name)
        assert two.low <= one.low <= one.high <= two.high
        assert two.low <= two.value <= two.high


def test_the_elevation_interval_is_about_that_of_a_mean_difference():
    sides = people([50] * 6, 60, 10.0, 1), people([52] * 6, 60, 10.0, 2)
    found = compare_profiles(*sides, seed=5).elevation_difference
    means = [side.scores.mean(axis=1) for side in sides]
    half = 1.96 * np.sqrt(sum(mean.var(ddof=1) / mean.size for mean in means))
    assert found.high - found.low == pytest.approx(2 * half, rel=0.08)


def test_people_in_both_waves_are_drawn_together():
    rng = np.random.default_rng(3)
    person = 10 * rng.normal(size=(30, 1))
    before = 50 + person + rng.normal(size=(30, 6))
    after = 51 + person + rng.normal(size=(30, 6))
    ids = tuple(f"p{j}" for j in range(30))
    linked = compare_profiles(ProfilePeople(before, ids), ProfilePeople(after, ids), seed=1)
    unlinked = compare_profiles(ProfilePeople(before), ProfilePeople(after), seed=1)
    assert linked.d2 == unlinked.d2
    width = [found.elevation_difference.high - found.elevation_difference.low for found in (linked, unlinked)]
    assert width[0] < width[1] / 5
    some = compare_profiles(ProfilePeople(before, ids), ProfilePeople(after, (*ids[:15], *"abcdefghijklmno")), seed=1)
    between = some.elevation_difference.high - some.elevation_difference.low
    assert width[0] < between < width[1]


def test_the_distance_of_two_samples_of_one_site_is_about_zero():
    apart = [
        compare_profiles(people([50] * 6, 20, 10.0, j), people([50] * 6, 20, 10.0, 1000 + j), seed=1, n_samples=200)
        for j in range(40)
    ]
    assert np.mean([np.sqrt(found.d2 / 6) for found in apart]) > 2.5
    assert np.median([found.distance.value for found in apart]) < 1.5
    assert np.mean([found.distance.low for found in apart]) < 0.2


def test_very_similar_profiles_can_be_supported():
    sites = {f"site {j}": people([45, 50, 55, 48, 52, 50], 400, 8.0, j) for j in (1, 2, 4)}
    found = judge_similarity(sites, seed=1)
    assert (found.verdict, found.notes) == ("supported", ())
    assert str(found.answer) == (
        "site 1, site 2 and site 4 had very similar profiles: no two differ by more than 3 points per scale."
    )


def test_very_similar_profiles_can_be_refused():
    sites = {"A": people([40, 50, 60], 30, 8.0, 1), "B": people([60, 50, 40], 30, 8.0, 2)}
    found = judge_similarity(sites, seed=1)
    assert found.verdict == "refused"
    assert str(found.answer).startswith("A and B did not have very similar profiles: A and B differ by ")
    assert str(found.answer).endswith("more than 3 points per scale.")


def test_small_sites_leave_similarity_open():
    sites = {name: people([50] * 6, 9, 10.0, j) for j, name in enumerate("ABC")}
    found = judge_similarity(sites, seed=1)
    assert found.verdict == "cannot tell"
    assert str(found.answer).startswith(
        "The data cannot tell whether A, B and C had very similar profiles (within 3 points per scale): "
    )
    one = judge_similarity({"A": people([50, 51, 52], 1), "B": people([50, 51, 53], 9)}, seed=1)
    assert one.verdict == "cannot tell"
    assert "an unknown number of points" in str(one.answer)
    assert one.notes == (note("of_two_profiles", first="A", second="B", said=note("profile_no_intervals")),)


def test_one_profile_cannot_be_similar_to_itself():
    with pytest.raises(ValueError, match="two or more"):
        judge_similarity({"A": people([50, 50, 50], 5)}, seed=1)


@pytest.mark.slow
@pytest.mark.parametrize("shift", [0.0, 3.0, 5.0])
def test_the_interval_of_the_distance_covers(shift):
    root = np.linalg.cholesky(0.5 * np.eye(6) + 0.5) * 10
    rng = np.random.default_rng(8)
    held = 0
    for j in range(250):
        sides = (ProfilePeople(50 + move + rng.normal(size=(15, 6)) @ root.T) for move in (0.0, shift))
        found = compare_profiles(*sides, seed=j, n_samples=399).distance
        held += found.low <= shift <= found.high
    assert held / 250 >= 0.92, held
