"""One set of sites is hidden for a source at a wave, for its people and for its scales."""

from sos_score.study.suppression import find_hidden, gives_arm_away


def hide(sizes, counts, arms=None):
    return find_hidden(sizes, dict.fromkeys(sizes, "") if arms is None else arms, 5, counts)


def test_counts_of_one_source_hide_the_same_partner():
    people, scores = {"a": 3, "b": 14, "c": 14}, {"a": 3, "b": 14, "c": 13}
    assert hide(people, []) == {"a", "b"}
    assert find_hidden(scores, dict.fromkeys(scores, ""), 5) == {"a", "c"}  # alone: c is the smallest of the others
    assert hide(people, [scores]) == {"a", "b"}


def test_a_partner_has_to_protect_every_count():
    assert hide({"a": 3, "b": 14, "c": 20}, [{"a": 2, "b": 0, "c": 9}]) == {"a", "b", "c"}


def test_a_site_that_alone_is_hidden_in_its_arm_gives_the_arm_away():
    sizes, arms = {"a": 7, "b": 3, "c": 20}, {"a": "new", "b": "", "c": "old"}
    hidden = find_hidden(sizes, arms, 5)
    assert hidden == {"a", "b"}
    assert gives_arm_away(sizes, hidden, arms, 5)
    assert not gives_arm_away({"a": 7, "b": 3, "c": 20}, {"a", "b"}, {"a": "new", "b": "new", "c": "old"}, 5)
