"""What can be read off the pictures: their text, and of no person a score."""

import math
import re
from xml.etree import ElementTree as Tree

import numpy as np
import pytest
from browser import Browser, require_chromium
from report_pages import small_study
from support import CommandLine

from sos_score.comparison.compare import compare_study
from sos_score.comparison.questions.pair_scores import list_pair_scores
from sos_score.comparison.verdict import Verdict
from sos_score.output.numbers import with_interval
from sos_score.report.figures.change import list_changes
from sos_score.report.figures.consistency import draw_consistency
from sos_score.report.figures.forest import find_interval, list_forests
from sos_score.report.figures.pairs import _cut, _place, draw_pairs
from sos_score.report.figures.robustness import draw_robustness
from sos_score.report.figures.svg import inline_svg
from sos_score.report.model import BROAD, NARROW, ReportData
from sos_score.study.file import read_study
from sos_score.study.load import load_study_data

SVG = "{http://www.w3.org/2000/svg}"
FAULTS = """(() => {
  document.querySelectorAll('details').forEach(each => each.open = true);
  if (FONT) document.querySelectorAll('svg').forEach(each => each.setAttribute('font-family', FONT));
  const found = [];
  for (const svg of document.querySelectorAll('figure svg')) {
    const whole = svg.getBoundingClientRect();
    if (!whole.width) continue;
    const name = svg.getAttribute('aria-labelledby').split('-title')[0];
    const texts = [...svg.querySelectorAll('text')].map(each => [each.textContent, each.getBoundingClientRect()]);
    const sizes = [...svg.querySelectorAll('text')].map(each => parseFloat(getComputedStyle(each).fontSize));
    if (Math.min(...sizes) * whole.width / svg.viewBox.baseVal.width < 8.5) found.push([name, 'too small to read']);
    texts.forEach(([words, one], place) => {
      if (one.left < whole.left - 1 || one.right > whole.right + 1) found.push([name, words, 'is cut off']);
      if (one.top < whole.top - 1 || one.bottom > whole.bottom + 1) found.push([name, words, 'is cut off']);
      for (const [others, two] of texts.slice(place + 1)) {
        const across = Math.min(one.right, two.right) - Math.max(one.left, two.left);
        const down = Math.min(one.bottom, two.bottom) - Math.max(one.top, two.top);
        if (across > 1.5 && down > 0.35 * one.height) found.push([name, words, 'lies on', others]);
      }
    });
  }
  return found;
})()"""


def report_on(study):
    data = load_study_data(read_study(study))
    return ReportData(data, compare_study(data), "report.manifest.json")


@pytest.fixture(scope="module")
def example(example_data, example_comparison):
    return ReportData(example_data, example_comparison, "report.manifest.json")


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    require_chromium()
    browser = Browser(tmp_path_factory.mktemp("profile"))
    yield browser
    browser.close()


@pytest.mark.parametrize("font", ["", "Liberation Sans, Arial", "DejaVu Serif, serif"])
@pytest.mark.parametrize("width", [390, 1280])
def test_every_text_is_inside_its_picture_on_no_other_and_large_enough_in_whatever_font(browser, demo, width, font):
    browser.open(demo / "report.html", width)
    assert browser.ask(FAULTS.replace("FONT", repr(font))) == []


_LONG = {
    "{label: 'A'": "{label: 'The family hub and the early help team of Llanfihangel-y-Creuddyn'",
    "{label: 'B'": "{label: 'Equipe d accueil de Saint-Etienne-du-Rouvray, with the night team'",
    "{label: New}": "{label: Signs of Safety with coaching of the whole team}",
    "{label: Old,": "{label: 'Practice as usual, with a waiting list',",
    "title: Mood, items": "title: Perceived burden of recording and of court deadlines, items",
}


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize(
    "names", [{"title: Mood, items": "title: Engagement, items"}, _LONG], ids=["one word", "long names"]
)
def test_names_of_any_length_are_whole_and_lie_on_no_other(browser, tmp_path, width, names):
    study = small_study(tmp_path)
    for path in (study, tmp_path / "mood.yaml"):
        text = path.read_text()
        for short, long in names.items():
            text = text.replace(short, long)
        path.write_text(text)
    result = CommandLine()("report", study, "-o", tmp_path / "report.html", "-q")
    assert result.exit_code == 0, result.stderr
    browser.open(tmp_path / "report.html", width)
    assert browser.ask(FAULTS.replace("FONT", "''")) == []


def test_at_390_no_picture_has_to_be_moved_sideways(browser, demo):
    browser.open(demo / "report.html", 390)
    wide = "[...document.querySelectorAll('figure .wide')].filter(each => each.scrollWidth > each.clientWidth).length"
    assert browser.ask(wide) == 0


def test_the_page_of_the_example_is_smaller_than_a_megabyte(demo):
    assert (demo / "report.html").stat().st_size < 1_000_000


def test_text_of_a_picture_can_be_searched(tmp_path):
    (picture,) = list_changes(report_on(small_study(tmp_path)))
    for width in (BROAD, NARROW):
        root = Tree.fromstring(picture.render("svg", width))
        words = [each.text for each in root.iter(f"{SVG}text")]
        assert {"Mood", "A (New)", "B (Old)", "C (Old)", "1", "5", "T1", "T2"} <= set(words)
    page = Tree.fromstring(f"<div>{inline_svg(picture)}</div>")
    assert [each.get("class") for each in page] == ["broad", "narrow"]
    assert all("style" not in each.attrib for each in page.iter())


def test_what_a_page_holds_is_drawn_where_the_file_draws_it(tmp_path):
    (picture,) = list_changes(report_on(small_study(tmp_path)))
    whole = Tree.fromstring(picture.render("svg"))
    short = Tree.fromstring(f"<div>{inline_svg(picture)}</div>")[0]
    for tag in ("text", "use"):
        one = [(float(each.get("x")), float(each.get("y")), each.text) for each in whole.iter(f"{SVG}{tag}")]
        two = [(float(each.get("x")), float(each.get("y")), each.text) for each in short.iter(tag)]
        assert len(one) == len(two) > 5
        assert np.array([each[:2] for each in one]) == pytest.approx(np.array([each[:2] for each in two]), abs=0.051)
        assert [" ".join((each[2] or "").split()) for each in one] == [(each[2] or "").strip() for each in two]


def test_a_picture_of_change_holds_means_and_intervals_and_no_score_of_a_person(tmp_path):
    report = report_on(small_study(tmp_path, sizes={"a": 14, "b": 14, "c": 14}))
    (picture,) = list_changes(report)
    root = Tree.fromstring(picture.render("svg"))
    ends = {each.text: float(each.get("x")) for each in root.iter(f"{SVG}text") if each.text in ("1", "5")}
    lines = [each.get("d") for each in root.iter(f"{SVG}path") if "fill: none" in each.get("style", "")]
    places = [float(x) for line in lines for x in re.findall(r"[ML] ([\d.]+)", line)]
    places += [float(each.get("x")) for each in root.iter(f"{SVG}use")]
    scores = [1 + 4 * (x - ends["1"]) / (ends["5"] - ends["1"]) for x in places]
    told = {1.0, 3.0, 5.0}
    for each in report.comparison.ask("descriptives"):
        told |= {each.estimate.value, each.estimate.low, each.estimate.high}
    within = [score for score in scores if 1 <= score <= 5]
    assert len(within) >= 18
    assert [score for score in within if min(abs(score - each) for each in told) > 0.01] == []


def test_no_score_of_a_person_can_be_worked_out_from_where_circles_stand(example):
    picture = draw_pairs(example)
    clouds = picture.fill.keywords["clouds"]
    root = Tree.fromstring(picture.render("svg"))
    circles = {(each.get("x"), each.get("y")) for each in root.iter(f"{SVG}use")}
    assert len(circles) == sum(np.count_nonzero(cloud.counts) for cloud in clouds)
    for cloud in clouds:
        for bins in (cloud.x, cloud.y):
            digits = -math.floor(math.log10(bins.step)) + 1
            assert bins.step == pytest.approx(round(bins.step, digits))
            assert bins.start / bins.step == pytest.approx(round(bins.start / bins.step))
    for name in example.data.study.pairs:
        for axis, values in list_scores(example, name):
            drawn = [getattr(cloud, axis) for cloud in clouds if cloud.finding.pair == name]
            gap = np.diff(np.unique(values)).min()
            for bins in drawn:
                assert bins.step >= 5 * gap * (1 - 1e-9)


def list_scores(report, name):
    pair = report.data.study.pairs[name]
    if pair.kind != "agreement":
        for scores in list_pair_scores(pair, report.data, report.comparison.plan):
            both = ~np.isnan(scores.x) & ~np.isnan(scores.y)
            yield "x", scores.x[both]
            yield "y", scores.y[both]


def test_scores_that_differ_within_a_square_are_drawn_alike():
    draw = np.random.default_rng(3)
    whole = draw.integers(4, 21, size=40) / 4  # scores in quarters
    bins = _cut(whole)
    moved = bins.start + (_place(whole, bins) + draw.uniform(0.01, 0.99, 40)) * bins.step
    assert (_place(moved, bins) == _place(whole, bins)).all()
    assert bins.step >= 5 * 0.25


def test_right_is_better_on_every_row_of_a_forest_and_turned_rows_say_so(example):
    change = next(each for each in list_forests(example) if each.name == "forest-did")
    root = Tree.fromstring(change.render("svg"))
    words = [each.text for each in root.iter(f"{SVG}text")]
    assert "Rigidity (low is good)" in words
    assert "Engagement" in words
    assert "\N{LEFTWARDS ARROW} better for Contrast" in words
    assert "better for Signs of Safety \N{RIGHTWARDS ARROW}" in words
    stress = next(each for each in example.comparison.ask("did") if each.scale == "stress" and each.is_judged)
    zero = next(float(each.get("x")) for each in root.iter(f"{SVG}text") if each.text == "0")
    row = next(float(each.get("y")) for each in root.iter(f"{SVG}text") if each.text == "Stress (low is good)")
    marks = [float(each.get("x")) for each in root.iter(f"{SVG}use") if abs(float(each.get("y")) - row) < 12]
    assert stress.effect.value < 0
    assert max(marks) > zero


def test_an_effect_beyond_the_scale_is_an_arrow_with_its_number(example):
    change = next(each for each in list_forests(example) if each.name == "forest-did")
    assert (
        "an arrow means that the interval goes on, and a number beside it is an effect that lies beyond"
        in change.reading
    )
    words = [each.text for each in Tree.fromstring(change.render("svg")).iter(f"{SVG}text")]
    widest = max((each for each in example.comparison.ask("did") if each.is_judged), key=lambda e: abs(e.effect.value))
    assert f"{widest.effect.value:.1f}" in words


@pytest.mark.parametrize(
    ("turned", "recoded", "said"),
    [
        ({"q2"}, set(), " (r): reverse-keyed in a scale; answers are shown as given."),
        ({"q2"}, {"q1", "q2"}, " (r): reverse-keyed in a scale; answers are shown as recoded."),
        (set(), {"q2"}, " Answers of recoded items are shown as recoded."),
        (set(), set(), "of those who answered."),
    ],
)
def test_recoded_answers_are_never_said_to_be_as_given(turned: set[str], recoded: set[str], said: str) -> None:
    from sos_score.report.figures.answers import _Answers, _make_picture

    shares = {"T1": {"q1": np.array([0.4, 0.6]), "q2": np.array([0.7, 0.3])}}
    found = _Answers((0, 1), ("no", "yes"), shares, frozenset(turned), frozenset(recoded))
    assert _make_picture("answers", "Staff", found).reading.endswith(said)


def test_of_many_scales_the_least_consistent_of_each_source_is_named_with_its_interval(example):
    picture = draw_consistency(example.trust, example.comparison.plan.span)
    lowest = min((each for each in example.trust if not math.isnan(each.alpha)), key=lambda each: each.alpha)
    source, scale, wave = lowest.name
    assert picture.title == f"The least consistent scale is {scale} ({source}): alpha {lowest.alpha:.2f} at {wave}"
    texts = [each.text for each in Tree.fromstring(picture.render("svg")).iter(f"{SVG}text")]
    assert f"{scale} {lowest.alpha:.2f} at {wave}" in texts
    low, high = lowest.interval
    assert f"{scale} {lowest.alpha:.2f} [{low:.2f}, {high:.2f}] at {wave}" in picture.description


def test_a_study_whose_scales_have_no_items_has_no_picture_of_consistency():
    assert draw_consistency((), ("T1", "T2")) is None


def test_every_difference_is_drawn_with_the_choices_that_give_it_another_verdict_and_no_estimate_of_theirs(example):
    picture = draw_robustness(example.sensitivity, example.labels)
    different = [each for each in example.sensitivity.findings if each.finding.verdict is Verdict.DIFFERENT]
    assert len(different) < 12
    flips = sum(len(each.flips) for each in different)
    root = Tree.fromstring(picture.render("svg"))
    diamonds = [group for group in root.iter(f"{SVG}use") if "#d55e00" in group.get("style", "").casefold()]
    assert len(diamonds) == flips + 1  # and the one of the key
    for each in different:
        assert f"{with_interval(each.finding.effect.value, *find_interval(each.finding)[:2])}, " in picture.description
        held = len(each.others) - len(each.flips)
        assert f"{held} of {len(each.others)}" in [text.text for text in root.iter(f"{SVG}text")]
    numbers = set(re.findall(r"-?\d\.\d\d", picture.description))
    planned = {
        f"{part:.2f}" for each in different for part in (each.finding.effect.value, *find_interval(each.finding))
    }
    assert numbers <= planned
