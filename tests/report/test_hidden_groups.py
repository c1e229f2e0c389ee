"""A hidden group stays hidden across everything that leaves the program together: two attacks on one report."""

import copy
from collections import Counter
from random import Random

import pytest
from attacker import LEAST, Study, list_disclosed, make_report, studies
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from known_numbers import gather

from sos_score.study.suppression import find_hidden_sites

QUICK = settings(max_examples=4, derandomize=True, deadline=None, database=None,
                 suppress_health_check=list(HealthCheck))  # fmt: skip
LONG = settings(QUICK, max_examples=250)


def find_hidden(report):
    data = report.data
    return find_hidden_sites(data.study, data.tables, data.outcomes)


def move(study, hidden, random):
    """Return the study with some people of a hidden site in another hidden one of the same arm; None where none is."""
    places = [
        (source, wave, site, other)
        for source in study.sizes
        for wave in study.waves
        for site in hidden.at(source, wave)
        for other in hidden.at(source, wave)
        if site != other
        and study.arms[site] == study.arms[other]
        # Who answered twice goes along at both waves: nobody is said to have moved.
        and (not study.linked or all({site, other} <= hidden.at(source, each) for each in study.waves))
    ]
    if not places:
        return None
    source, wave, site, other = random.choice(sorted(places))
    moved = copy.deepcopy(study)
    waves = study.waves if study.linked else [wave]
    there = {
        where: [row for row in moved.rows[source] if row[1] == where and row[2] in waves] for where in (site, other)
    }
    people = list(dict.fromkeys(row[0] for row in there[site]))
    goes = set(random.sample(people, random.randint(1, len(people)))) if people else set()
    comes = set()
    if random.random() < 0.5:  # they change places
        goes, comes = set(people), {row[0] for row in there[other]}
    for where, to, who in ((site, other, goes), (other, site, comes)):
        for row in there[where]:
            if row[0] in who:
                row[1] = to
    return moved


def attack_by_moving(folder, study, random, *, pictures=()):
    """Move people among hidden sites, and hold that no output is another one; return how many moves there were."""
    report, manifest = make_report(folder / "as it is", study)
    hidden = find_hidden(report)
    before = None
    tried = 0
    for number in range(6):
        moved = move(study, hidden, random)
        if moved is None:
            break
        other, its_manifest = make_report(folder / f"moved {number}", moved)
        if find_hidden(other) != hidden or list_places(moved) != list_places(study):
            continue  # this move would be seen by what is hidden, which is told
        before = before or list_disclosed(report, manifest, pictures=pictures)
        after = list_disclosed(other, its_manifest, pictures=pictures)
        assert before.keys() == after.keys(), study
        for name, text in before.items():
            assert text == after[name], (name, study)
        tried += 1
        break
    return tried


def list_places(study):
    """Return where anybody answered at all, and all items of each scale: that nobody did is no secret."""
    return {
        (source, items, row[1], row[2])
        for source, rows in study.rows.items()
        for items in (0, 2, 4)
        for row in rows
        if all(row[3 : 3 + items])
    }


def attack_by_solving(folder, study):
    """Solve for every hidden count and sum from all numbers of one report; return how many were hidden."""
    report, manifest = make_report(folder, study)
    known = gather(report, manifest, study)
    for place in known.hidden:
        low, high = known.narrow(place)
        assert high - low >= LEAST - 1, (place, low, high, study)
        assert not known.is_sum_fixed(place), (place, study)
    return len(known.hidden)


@QUICK
@given(studies(), st.randoms(use_true_random=False))
def test_nobody_sees_which_hidden_site_people_are_in(tmp_path_factory, study, random):
    attack_by_moving(tmp_path_factory.mktemp("study"), study, random)


@QUICK
@given(studies())
def test_no_hidden_count_or_sum_follows_from_the_numbers_shown(tmp_path_factory, study):
    attack_by_solving(tmp_path_factory.mktemp("study"), study)


# A person alone among five sites of 14; a few in one of two sites an arm, at both waves and at one.
KNOWN = {
    "one person, no arms": Study(dict.fromkeys("abcdef", ""), ["T1"], {"staff": dict(zip(
        [(site, "T1") for site in "abcdef"], [1, 14, 14, 14, 14, 14], strict=True))}, gaps=3),
    "two sites an arm": Study({"a": "new", "b": "new", "c": "old", "d": "old"}, ["T1", "T2"], {"staff": {
        (site, wave): 3 if site == "a" else 14 for site in "abcd" for wave in ("T1", "T2")}}, linked=True, gaps=1),
    "few at one wave": Study({"a": "new", "b": "new", "c": "old", "d": "old"}, ["T1", "T2"], {"staff": {
        (site, wave): 3 if (site, wave) == ("a", "T1") else 14 for site in "abcd" for wave in ("T1", "T2")}}),
}  # fmt: skip


@pytest.mark.parametrize("name", KNOWN)
def test_studies_that_gave_somebody_away_do_so_no_longer(tmp_path, name):
    assert attack_by_solving(tmp_path / "solved", KNOWN[name])
    assert attack_by_moving(tmp_path / "moved", KNOWN[name], Random(1))


@pytest.mark.slow
def test_pictures_do_not_show_which_hidden_site_people_are_in(tmp_path):
    assert attack_by_moving(tmp_path, KNOWN["two sites an arm"], Random(1), pictures=("svg", "png"))


@pytest.mark.slow
def test_many_studies_are_attacked_both_ways(tmp_path_factory):
    tried = Counter()

    @LONG
    @given(studies(), st.randoms(use_true_random=False))
    def attack(study, random):
        folder = tmp_path_factory.mktemp("study")
        tried["studies"] += 1
        tried["moves"] += attack_by_moving(folder / "moved", study, random)
        tried["hidden cells"] += attack_by_solving(folder / "solved", study)

    attack()
    assert tried["studies"] >= 250
    assert tried["moves"] >= 60
    assert tried["hidden cells"] >= 500


def test_both_attacks_find_what_a_report_would_give_away(tmp_path, monkeypatch):
    """A rule that hides the small sites only is caught."""
    hide = "sos_score.study.suppression.is_safe", "sos_score.report.response_counts.is_safe"
    for name in hide:
        monkeypatch.setattr(name, lambda *_: True)
    with pytest.raises(AssertionError):
        attack_by_solving(tmp_path, KNOWN["one person, no arms"])
