"""Write the invented data of the contrast study; the same seed gives the same bytes.

Run ``python examples/contrast_study/generate.py``; it needs numpy only. No number in here comes from a real person
or team: README.md says what is built in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from answers import (
    Form,
    Numbers,
    Rows,
    Whole,
    answer,
    draw_apart,
    leave_out,
    mix,
    number,
    relabel,
    standardise,
    write_table,
)

SEED = 27
SITES = (1, 2, 3, 4)
SOS_SITES = (1, 4)
WAVES = ("T1", "T2")

# Mean and SD of teams; invented, as norms.yaml says.
NORMS = {
    "proficiency": (3.65, 0.30),
    "rigidity": (3.05, 0.30),
    "resistance": (2.75, 0.30),
    "engagement": (3.60, 0.35),
    "functionality": (3.01, 0.35),
    "stress": (2.85, 0.35),
}
SUBSCALES = {
    "proficiency": {"responsiveness": 7, "competence": 8},
    "rigidity": {"centralization": 7, "formalization": 7},
    "resistance": {"apathy": 6, "suppression": 7},
    "engagement": {"personalization": 5, "accomplishment": 6},
    "functionality": {"growth": 5, "clarity": 6, "cooperation": 4},
    "stress": {"exhaustion": 6, "conflict": 7, "overload": 7},
}
GOOD_IS_HIGH = np.array([1, -1, -1, 1, 1, -1])
# T-scores each team is meant to have, in the order of NORMS.
LEVELS = {
    ("T1", 1): (46, 55, 55, 34, 63, 61),
    ("T1", 2): (46, 54, 56, 38, 62, 60),
    ("T1", 3): (50, 50, 50, 44, 62, 58),
    ("T1", 4): (47, 54, 55, 34, 63, 60),
    ("T2", 1): (46, 55, 55, 34, 63, 61),
    ("T2", 2): (66, 38, 38, 30, 75, 57),
    ("T2", 3): (27, 71, 72, 21, 62, 76),
    ("T2", 4): (47, 54, 55, 34, 63, 60),
}
# Staff at T1, how many of them stayed, and how many came before T2.
TEAMS = {1: (15, 12, 2), 2: (14, 8, 7), 3: (16, 7, 6), 4: (13, 11, 3)}
EXTENT = ("Not at all", "To a slight extent", "To a moderate extent", "To a great extent", "To a very great extent")
FREQUENCY = ("Never", "Rarely", "Occasionally", "Sometimes", "Often", "Very often", "Always")
# The curly apostrophe is where Windows-1252 and UTF-8 part.
FAMILY_NUMBER, DO_NOT_KNOW = "Family\u2019s number", "Don\u2019t know"

FAMILIES_OF_WORKERS = (4, 3, 3, 3, 2)
# In SDs of family scores; they cancel within each arm.
SITE_EFFECTS = {1: 0.08, 2: 0.08, 3: -0.08, 4: -0.08}


WAI = Form(
    blocks=(
        (2, 4, 7, 11, 13, 15, 16, 18, 24, 31, 33, 35),
        (1, 5, 8, 17, 19, 20, 21, 23, 26, 28, 29, 36),
        (3, 6, 9, 10, 12, 14, 22, 25, 27, 30, 32, 34),
    ),
    top=7,
    noise=1.45,
    apart=0.4,
    turned=(7, 11, 15, 31, 33, 1, 20, 29, 3, 9, 10, 12, 27, 34),
)
YATCHMENOFF = Form(
    blocks=((1, 4, 8, 10, 13, 14, 17, 18), (2, 3, 7, 15), (5, 9, 11, 16), (6, 12, 19)),
    top=5,
    noise=0.72,
    apart=0.38,
    turned=(3, 5, 6, 16),
)
CCBC = Form(blocks=(tuple(range(1, 11)), tuple(range(11, 21))), top=5, noise=0.6, apart=0.15)
FEEDBACK = Form(blocks=(tuple(range(1, 11)),), top=5, noise=0.75)
PRACTICE = Form(blocks=(tuple(range(1, 7)),), top=5, noise=0.5)


@dataclass(frozen=True)
class Families:
    """Who works with whom, and what is true of them (in SDs).

    `worker` gives each family the place of its worker in `workers`; `positive` is a family's view, `use` the level
    of Signs of Safety use with it, `competence` a worker's.
    """

    ids: list[str]
    worker: Whole
    site: Whole
    workers: list[str]
    positive: Numbers
    use: Numbers
    competence: Numbers

    def links(self, family: int) -> list[str]:
        """Return a family's worker and site."""
        return [self.workers[self.worker[family]], str(self.site[family])]

    def name_rows(self, kept: Whole, cells: Rows, wave: str) -> Rows:
        """Return the rows of answers with family, worker, site and wave before them."""
        return [[self.ids[f], *self.links(f), wave, *row] for f, row in zip(kept, cells, strict=True)]


def staff_teams(rng: np.random.Generator) -> dict[str, dict[str, int]]:
    """Return who is in which site, by wave; the same person has the same id at both."""
    teams: dict[str, dict[str, int]] = {wave: {} for wave in WAVES}
    for site, (first, stayed, came) in TEAMS.items():
        staying = np.sort(rng.permutation(first)[:stayed]) + 1
        teams["T1"] |= {f"S{site}{person:02}": site for person in range(1, first + 1)}
        teams["T2"] |= {f"S{site}{person:02}": site for person in [*staying, *range(first + 1, first + came + 1)]}
    return teams


def draw_outlook(rng: np.random.Generator, people: list[str], before: dict[str, Numbers], sites: Whole) -> Numbers:
    """Return people's deviations from their team on the six scales; who was there before resembles their past."""
    general = rng.standard_normal(len(people))[:, None] * GOOD_IS_HIGH
    drawn = mix(0.5, general, rng.standard_normal((len(people), len(NORMS))))
    for place, person in enumerate(people):
        if person in before:
            drawn[place] = mix(0.7, before[person], drawn[place])
    return standardise(drawn, sites)


def write_climate(rng: np.random.Generator, folder: Path, teams: dict[str, dict[str, int]]) -> None:
    """Write the OSC answers, T1 as labels and T2 as codes."""
    subscales = {part: count for parts in SUBSCALES.values() for part, count in parts.items()}
    columns = [name for part, count in subscales.items() for name in number(f"{part}_", count, 1)]
    outlook: dict[str, Numbers] = {}
    for wave, team in teams.items():
        people, sites = list(team), np.array(list(team.values()))
        deviations = draw_outlook(rng, people, outlook, sites)
        outlook = dict(zip(people, deviations, strict=True))
        answers = []
        for place, (scale, (mean, sd)) in enumerate(NORMS.items()):
            planned = np.array([mean + sd * (LEVELS[wave, site][place] - 50) / 10 for site in team.values()])
            form = Form(_split_items(SUBSCALES[scale].values()), top=5, noise=0.4, apart=0.22)
            answers.append(answer(rng, form, planned + 0.3 * deviations[:, place], sites))
        gaps = {"": 0.03, "N/A": 0.004} if wave == "T1" else {"": 0.03, "99": 0.004}
        rows = leave_out(rng, np.hstack(answers), gaps, stopped=rng.permutation(len(people))[:2])
        if wave == "T1":
            rows = relabel(rows, {str(code): text for code, text in enumerate(EXTENT, start=1)})
        named = [[person, str(team[person]), *row] for person, row in zip(people, rows, strict=True)]
        write_table(folder / f"osc_{wave.lower()}.csv", ["respondent", "site", *columns], named)


def _split_items(counts: Iterable[int]) -> tuple[tuple[int, ...], ...]:
    ends = np.cumsum([0, *counts])
    return tuple(tuple(range(start + 1, end + 1)) for start, end in pairwise(ends))


def draw_families(rng: np.random.Generator, teams: dict[str, dict[str, int]]) -> Families:
    """Return families of workers who stayed: the worker matters, the site hardly, Signs of Safety not."""
    staying = [[person for person in teams["T1"] if person in teams["T2"] and teams["T1"][person] == s] for s in SITES]
    workers = [person for team in staying for person in sorted(rng.permutation(team)[: len(FAMILIES_OF_WORKERS)])]
    of_worker = np.repeat(SITES, len(FAMILIES_OF_WORKERS))
    worker = np.repeat(np.arange(len(workers)), np.tile(FAMILIES_OF_WORKERS, len(SITES)))
    site = of_worker[worker]
    manner = draw_apart(rng, of_worker)
    competence = mix(0.88, manner, draw_apart(rng, of_worker))
    positive = mix(np.sqrt(0.6), manner[worker], draw_apart(rng, site))
    positive = positive + np.array([SITE_EFFECTS[place] for place in site])
    habit = mix(0.7, draw_apart(rng, of_worker)[worker], draw_apart(rng, site))
    return Families(number("F", len(worker)), worker, site, workers, positive, _unrelated(habit, positive), competence)


def _unrelated(values: Numbers, known: Numbers) -> Numbers:
    centred = known - known.mean()
    explained: Numbers = centred * (values @ centred) / (centred @ centred)
    return values - explained


def everyone(families: Families) -> Whole:
    """Return the places of all families."""
    return np.arange(len(families.ids))


def draw_waves(rng: np.random.Generator, families: Families, share: float) -> dict[str, Numbers]:
    """Return one measure of the families' view at both waves."""
    first = mix(share, families.positive, draw_apart(rng, families.site))
    return {"T1": first, "T2": mix(0.9, first, draw_apart(rng, families.site))}


def write_alliance(rng: np.random.Generator, folder: Path, families: Families, reached: Whole) -> None:
    """Write the WAI, both forms: clients' as labels, workers' as codes with the ends of the scale in words."""
    client = draw_waves(rng, families, 0.9)
    style = draw_apart(rng, np.repeat(SITES, len(FAMILIES_OF_WORKERS)))[families.worker]
    other = mix(0.5, style, draw_apart(rng, families.site))
    worker = {wave: mix(0.55, view, other) for wave, view in client.items()}

    labels = {str(code): text for code, text in enumerate(FREQUENCY, start=1)}
    gaps = {"": 0.02, "N/A": 0.005, DO_NOT_KNOW: 0.004}
    rows = Rows()
    for wave, kept in (("T1", everyone(families)), ("T2", reached)):
        answers = answer(rng, WAI, 4.8 + 0.75 * client[wave][kept], families.site[kept])
        cells = leave_out(rng, answers, gaps, stopped=rng.permutation(len(kept))[:2])
        rows += families.name_rows(kept, relabel(cells, labels), wave)
    header = [FAMILY_NUMBER, "Worker", "Team", "Wave", *number("Q5_", 36, 1)]
    write_table(folder / "wai_client.csv", header, rows, ";", "cp1252")

    rows = Rows()
    answered = np.sort(rng.permutation(len(families.ids))[:53])
    for wave, kept in (("T1", everyone(families)), ("T2", answered)):
        answers = answer(rng, WAI, 5.2 + 0.7 * worker[wave][kept], families.site[kept])
        cells = leave_out(rng, answers, {"": 0.024, "99": 0.004}, stopped=rng.permutation(len(kept))[:2])
        rows += families.name_rows(kept, relabel(cells, {"1": "1 (never)", "7": "7 (always)"}), wave)
    header = ["Family", "Social worker", "Site", "Time point", *[f"Q12 [{place:02}]" for place in range(1, 37)]]
    write_table(folder / "wai_worker.csv", header, rows)


def write_engagement(rng: np.random.Generator, folder: Path, families: Families, reached: Whole) -> None:
    """Write the Yatchmenoff answers, which fewer families give at T2."""
    view = draw_waves(rng, families, 0.9)
    rows = Rows()
    for wave, kept in (("T1", everyone(families)), ("T2", reached)):
        answers = answer(rng, YATCHMENOFF, 3.5 + 0.52 * view[wave][kept], families.site[kept])
        cells = leave_out(rng, answers, {"": 0.03, "N/A": 0.005}, stopped=rng.permutation(len(kept))[:1])
        rows += families.name_rows(kept, cells, wave)
    header = ["Family ID", "SW", "Site", "Time", *number("Y", 19, 1)]
    write_table(folder / "yatchmenoff.tsv", header, rows, "\t")


def write_competence(rng: np.random.Generator, folder: Path, families: Families) -> None:
    """Write the observers' CCBC ratings: a worker's first family and often another; some interviews rated twice."""
    first = np.searchsorted(families.worker, np.arange(len(families.workers)))
    again = np.sort(rng.permutation(len(first))[:14])
    interviews = np.sort(np.concatenate([first, first[again] + 1]))
    twice = np.sort(rng.permutation(len(interviews))[:14])
    which = np.sort(np.concatenate([np.arange(len(interviews)), twice]))
    raters = rng.integers(0, 2, len(interviews))[which]
    raters[1:][which[1:] == which[:-1]] = 1 - raters[:-1][which[1:] == which[:-1]]
    shown = 0.55 * families.competence[families.worker[interviews]] + 0.2 * rng.standard_normal(len(interviews))
    level = 3.35 + shown[which] - 0.2 * raters + 0.12 * rng.standard_normal(len(which))
    answers = answer(rng, CCBC, level, np.zeros(len(which), dtype=np.int64))
    cells = leave_out(rng, answers, {"": 0.015, "Not observed": 0.02}, stopped=rng.permutation(len(which))[:1])
    rows = [
        [f"O{raters[row] + 1}", f"I{which[row] + 1:02}", families.ids[f], *families.links(f), *cells[row]]
        for row, f in enumerate(interviews[which])
    ]
    header = ["rater", "target", "family", "worker", "site", *number("skill_", 10), *number("empathy_", 10)]
    write_table(folder / "ccbc.csv", header, rows)


def write_practice(rng: np.random.Generator, folder: Path, families: Families) -> None:
    """Write the observers' chart of practice elements, one a family."""
    level = np.where(np.isin(families.site, SOS_SITES), 3.7, 2.1) + 0.55 * families.use
    answers = answer(rng, PRACTICE, level, families.site)
    cells = leave_out(rng, answers, {"": 0.015, "Not observed": 0.015})
    observers = rng.integers(1, 3, len(cells))
    rows = [[f"O{observers[f]}", families.ids[f], *families.links(f), *row] for f, row in enumerate(cells)]
    header = ["Observer", "Family", "Worker", "Site", *number("E", 6, 1)]
    write_table(folder / "practice_elements.csv", header, rows)


def family_members(rng: np.random.Generator, families: Families) -> list[tuple[int, str]]:
    """Return who speaks for a family, with the family's place: in some families two people."""
    pairs = set(rng.permutation(len(families.ids))[:15])
    return [
        (f, f"{family}-{1 + second}") for f, family in enumerate(families.ids) for second in range(1 + (f in pairs))
    ]


def write_feedback(rng: np.random.Generator, folder: Path, families: Families, members: list[tuple[int, str]]) -> None:
    """Write what family members think of the service."""
    of_family = np.array([family for family, _ in members])
    view = draw_waves(rng, families, 0.9)["T1"][of_family]
    level = 3.6 + 0.5 * view + 0.2 * rng.standard_normal(len(members))
    answers = answer(rng, FEEDBACK, level, families.site[of_family])
    cells = leave_out(rng, answers, {"": 0.03, "N/A": 0.006}, stopped=rng.permutation(len(members))[:1])
    rows = [
        [person, families.ids[f], *families.links(f), *row] for (f, person), row in zip(members, cells, strict=True)
    ]
    header = ["respondent", "family", "worker", "site", *number("feedback_", 10)]
    write_table(folder / "family_feedback.csv", header, rows)


def write_safety(rng: np.random.Generator, folder: Path, families: Families, members: list[tuple[int, str]]) -> None:
    """Write the safety scale, a row a rating: by family members, the worker and for some cases an observer."""
    safe = 5.8 + 1.6 * mix(0.4, families.positive, draw_apart(rng, families.site))
    raters = [(f, "family", person, 1.0) for f, person in members]
    raters += [(f, "worker", families.links(f)[0], 0.2) for f in range(len(families.ids))]
    observed = sorted(rng.permutation(len(families.ids))[:34])
    raters += [(f, "observer", f"O{rng.integers(1, 3)}", -0.5) for f in observed]
    rows = Rows()
    for family, kind, rater, kinder in sorted(raters, key=lambda rating: rating[0]):
        rating = int(np.clip(np.floor(safe[family] + kinder + rng.standard_normal() + 0.5), 0, 10))
        given = rng.choice([str(rating), "", "N/A"], p=[0.95, 0.03, 0.02])
        rows.append([families.ids[family], *families.links(family), kind, rater, str(given)])
    write_table(folder / "safety_scale.csv", ["case", "worker", "site", "rated_by", "rater", "rating"], rows)


def write_study(folder: Path) -> None:
    """Write every file of the study into `folder`."""
    folder.mkdir(exist_ok=True)
    rng = np.random.default_rng(SEED)
    teams = staff_teams(rng)
    write_climate(rng, folder, teams)
    families = draw_families(rng, teams)
    links = [[family, *families.links(place)] for place, family in enumerate(families.ids)]
    write_table(folder / "families.csv", ["family", "worker", "site"], links)
    reached = np.sort(rng.permutation(len(families.ids))[:43])
    write_alliance(rng, folder, families, reached)
    write_engagement(rng, folder, families, reached)
    write_competence(rng, folder, families)
    write_practice(rng, folder, families)
    members = family_members(rng, families)
    write_feedback(rng, folder, families, members)
    write_safety(rng, folder, families, members)


if __name__ == "__main__":
    write_study(Path(__file__).parent / "synthetic")
