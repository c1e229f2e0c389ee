"""A hidden group stays hidden across everything that leaves the program together: two attacks on one report."""

import copy
from collections import Counter
from random import Random

import pytest
from attacker import KNOWN, LEAST, Study, compare_scores, list_disclosed, make_report, studies, write_everything
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from known_numbers import gather

from sos_score.commands.compare import describe_comparison
from sos_score.study.suppression import find_hidden_sites

# A failure is told as it is found: to make it smaller takes hundreds of reports, and the study is printed anyway.
QUICK = settings(max_examples=2, derandomize=True, deadline=None, database=None, report_multiple_bugs=False,
                 phases=(Phase.explicit, Phase.generate), suppress_health_check=list(HealthCheck))  # fmt: skip


def find_hidden(report):
    data = report.data
    return find_hidden_sites(data.study, data.tables, data.outcomes)


def move(study, hidden, random):
    """Return the study with some people of a hidden site in another hidden one of the same arm; None where none is.

    Whoever answered twice goes along at both waves, and a worker's people with their worker, in all sources where these
    are paired: nobody is said to have moved.
    """

    def list_moved(source, wave):
        sources = list(study.sizes) if study.pairs and study.across else [source]
        waves = study.waves if study.linked or study.across or study.workers else [wave]
        return [(each, when) for each in sources for when in waves]

    places = [
        (source, wave, site, other)
        for source in study.sizes
        for wave in study.waves
        for site in hidden.at(source, wave)
        for other in hidden.at(source, wave)
        if site != other and study.arms[site] == study.arms[other]
        if all({site, other} <= hidden.at(*each) for each in list_moved(source, wave))
    ]
    if not places:
        return None
    source, wave, site, other = random.choice(sorted(places))
    moved = copy.deepcopy(study)
    there = {
        where: [
            row for each, when in list_moved(source, wave) for row in moved.rows[each] if row[1:3] == [where, when]
        ]
        for where in (site, other)
    }  # fmt: skip
    who = 7 if study.workers else 0  # whole workers, or single people
    units = list(dict.fromkeys(row[who] for row in there[site]))
    goes = set(random.sample(units, random.randint(1, len(units)))) if units else set()
    comes = set()
    if random.random() < 0.5:  # they change places
        goes, comes = set(units), {row[who] for row in there[other]}
    for where, to, they in ((site, other, goes), (other, site, comes)):
        for row in there[where]:
            if row[who] in they:
                row[1] = to
                if study.workers:
                    row[7] = f"{row[7]}{where}"
    return moved


def _show(one, other):
    """Return where two texts begin to differ."""
    place = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
    return one[max(place - 200, 0) : place + 60], other[max(place - 20, 0) : place + 60]


def attack_by_moving(folder, study, random, make=make_report, made=None):
    """Move people among hidden sites, and hold that no output is another one; return how many moves there were."""
    report, manifest = made or make(folder / "as it is", study)
    hidden = find_hidden(report)
    before = None
    tried = 0
    for number in range(6):
        moved = move(study, hidden, random)
        if moved is None:
            break
        other, its_manifest = make(folder / f"moved {number}", moved)
        if find_hidden(other) != hidden or list_places(moved) != list_places(study):
            continue  # this move would be seen by what is hidden, which is told
        before = before or list_disclosed(report, manifest)
        after = list_disclosed(other, its_manifest)
        assert before.keys() == after.keys(), study
        for name, text in before.items():
            other_text = after[name]
            assert text == other_text, (name, _show(text, other_text), study)
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


def attack_by_solving(folder, study, make=make_report, made=None):
    """Solve for every hidden count and sum from all numbers of one report; return how many were hidden."""
    report, manifest = made or make(folder, study)
    known = gather(report, manifest)
    for place in known.hidden:
        low, high = known.narrow({place: 1.0})
        assert high - low >= LEAST - 1, (place, low, high, study)
        assert not known.is_sum_fixed(place), (place, study)
    for part in known.parts:
        low, high = known.narrow(part)
        assert high - low >= LEAST - 1, (part, low, high, study)
    return len(known.hidden), len(known.parts)


@QUICK
@given(studies(), st.randoms(use_true_random=False))
def test_nobody_sees_which_hidden_site_people_are_in(tmp_path_factory, study, random):
    attack_by_moving(tmp_path_factory.mktemp("study"), study, random)


@QUICK
@given(studies())
def test_no_hidden_count_or_sum_follows_from_the_numbers_shown(tmp_path_factory, study):
    attack_by_solving(tmp_path_factory.mktemp("study"), study)


@pytest.mark.parametrize("name", KNOWN)
def test_studies_that_gave_somebody_away_do_so_no_longer(tmp_path, name):
    made = make_report(tmp_path / "made", KNOWN[name])
    assert any(attack_by_solving(tmp_path, KNOWN[name], made=made))
    assert attack_by_moving(tmp_path / "moved", KNOWN[name], Random(1), made=made)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name in ("few scores at one wave", "few who stay") else pytest.mark.soak)
        for name in KNOWN
    ],
)
def test_files_of_their_scores_give_nobody_away_either(tmp_path, name):
    study = KNOWN[name].take_first("scores")
    made = compare_scores(tmp_path / "made", study)
    assert any(attack_by_solving(tmp_path, study, made=made))
    assert attack_by_moving(tmp_path / "moved", study, Random(1), compare_scores, made)


def test_of_everybody_who_changed_by_more_than_error_none_of_a_hidden_site_is_counted(tmp_path):
    sizes = {
        source: {(site, wave): few.get((site, wave), 14) for site in "abcd" for wave in ("T1", "T2")}
        for source, few in {"staff": {("d", "T2"): 4}, "family": {("a", "T1"): 2, ("b", "T1"): 3}}.items()
    }
    study = Study({"a": "old", "b": "old", "c": "new", "d": "old"}, ["T1", "T2"], sizes, linked=True)
    assert any(attack_by_solving(tmp_path, study))


def test_the_leavers_of_an_arm_are_not_told_where_its_sites_lost_hardly_fewer_for_certain(tmp_path):
    """Who is there at the first wave less who is there at the last is the fewest that a site can have lost."""
    sizes = [19, 16, 7, 1, 15, 6, 17, 13, 12, 10]
    cells = [(site, wave) for site in "abcde" for wave in ("T1", "T2")]
    arms = {site: "old" if site == "c" else "new" for site in "abcde"}
    study = Study(arms, ["T1", "T2"], {"staff": dict(zip(cells, sizes, strict=True))}, linked=True, gaps=1, seed=9)
    assert any(attack_by_solving(tmp_path, study))


def test_no_note_and_no_file_says_how_many_there_are_in_all_where_that_is_one_hidden_site_and_another(tmp_path):
    """Four people and one: of five together, neither site could have more than four."""
    study = Study({"a": "", "b": ""}, ["T1"], {"staff": {("a", "T1"): 4, ("b", "T1"): 1}})
    study.rows["staff"] += [[f"x{number}", "", "T1", "1", "2", "1", "2"] for number in range(6)]
    report, manifest = make_report(tmp_path, study)
    (left_out,) = [each for each in report.data.notes if each.code == "left_out"]
    assert str(left_out) == "staff: 6 rows have no site, and are left out"
    said = "How many rows each file holds is not shown: it could give away a group of fewer than 5 people."
    for counts in (manifest["counts"], describe_comparison(report.data, report.comparison)):
        assert (counts["files"], counts["files_not_shown"]) == (None, said)


@pytest.mark.parametrize(
    "how",
    [
        pytest.param({"forms": (".html",), "figures": None}, marks=pytest.mark.slow, id="page"),
        pytest.param({}, marks=pytest.mark.soak, id="every form and picture"),
    ],
)
def test_no_byte_of_any_file_shows_which_hidden_site_people_are_in(tmp_path, monkeypatch, how):
    """Page, Word, workbooks, pictures, their coordinates, draft, manifest, CSV and JSON."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    study = KNOWN["two sites an arm"]
    moved = move(study, find_hidden(make_report(tmp_path / "known", study)[0]), Random(1))
    assert moved.rows != study.rows
    before, after = (
        write_everything(tmp_path / name, each, **how) for name, each in (("one", study), ("other", moved))
    )
    assert before.keys() == after.keys()
    assert [name for name, content in before.items() if content != after[name]] == []


def attack_many(folders, number):
    """Attack so many studies both ways, and return how many there were of what."""
    tried = Counter()

    @settings(QUICK, max_examples=number)
    @given(studies(), st.randoms(use_true_random=False))
    def attack(study, random):
        nonlocal tried
        folder = folders.mktemp("study")
        tried["studies"] += 1
        for make, of in ((make_report, study), (compare_scores, study.take_first("scores"))):
            tried["moves"] += attack_by_moving(folder / f"{make.__name__} moved", of, random, make)
            cells, parts = attack_by_solving(folder / f"{make.__name__} solved", of, make)
            tried += Counter({"hidden cells": cells, "few who stayed, left or came": parts})

    attack()
    return tried


@pytest.mark.soak
def test_many_studies_are_attacked_both_ways(tmp_path_factory):
    tried = attack_many(tmp_path_factory, 10)
    assert tried["studies"] >= 10
    assert tried["moves"] >= 5
    assert tried["hidden cells"] >= 20


@pytest.mark.soak
def test_very_many_studies_are_attacked_both_ways(tmp_path_factory):
    tried = attack_many(tmp_path_factory, 250)
    assert tried["studies"] >= 250
    assert tried["moves"] >= 80
    assert tried["hidden cells"] >= 600


def test_both_attacks_find_what_a_report_would_give_away(tmp_path, monkeypatch):
    """A rule that hides the small sites only is caught."""
    monkeypatch.setattr("sos_score.study.suppression.is_safe", lambda *_: True)
    with pytest.raises(AssertionError):
        attack_by_solving(tmp_path, KNOWN["one person, no arms"])
