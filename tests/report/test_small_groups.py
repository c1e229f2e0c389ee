"""Nothing a report shows, taken together, lets anybody work out how many people a small group has."""

import json
from functools import cache
from io import BytesIO

import numpy as np
import pytest
from openpyxl import load_workbook
from report_pages import INSTRUMENT
from scipy.optimize import linprog

from sos_score.commands.report import run_report
from sos_score.comparison.finding import Contrast, Unit
from sos_score.output.table import Table
from sos_score.report.manifest import make_manifest
from sos_score.report.request import ReportRequest
from sos_score.report.response_counts import count_answers

LEAST = 5
BOTH = ("T1", "T2")
# Sites of each arm, with how many people answered at each wave.
STUDIES = {
    "one arm, 1, 1 and 20": {"": {"a": (1, 1), "b": (1, 1), "c": (20, 20)}},
    "3 and 14s": {"": {"a": (3, 3), "b": (14, 14), "c": (14, 14), "d": (14, 14)}},
    "two arms": {"new": {"a": (3, 3), "b": (9, 9)}, "old": {"c": (12, 12), "d": (8, 8), "e": (7, 7)}},
    "an arm of a few": {"new": {"a": (1, 1), "b": (1, 1)}, "old": {"c": (20, 20), "d": (20, 20)}},
    "small in both arms": {"new": {"a": (2, 2), "b": (9, 9)}, "old": {"c": (1, 1), "d": (2, 2), "e": (17, 17)}},
    "no arms": {"": {"a": (4, 4), "b": (6, 6), "c": (11, 11)}},
    "one wave": {"": {"a": (4,), "b": (9,), "c": (12,)}},
    "one site, few at one wave": {"": {"a": (4, 9)}},
    "all leave": {"": {"a": (9, 1), "b": (9, 1), "c": (12, 1)}},
    "few at one wave": {"new": {"a": (9, 3), "b": (8, 9)}, "old": {"c": (12, 12), "d": (8, 8)}},
    "nothing hidden": {"new": {"a": (9, 8), "b": (8, 9)}, "old": {"c": (12, 12), "d": (8, 8)}},
}


def write_study(folder, arms, *, is_file_a_site=False):
    """Write a study of one source: people numbered in each site, one file or one a site."""
    draw = np.random.default_rng(3)
    head = "respondent,site,wave,q1,q2,q3,q4"
    files = {}
    for site, sizes in ((site, sizes) for sites in arms.values() for site, sizes in sites.items()):
        lines = files.setdefault(f"{site}.csv" if is_file_a_site else "answers.csv", [head])
        for wave, size in zip(BOTH, sizes, strict=False):
            for number in range(size):
                answers = np.clip(draw.integers(1, 6) + draw.integers(-1, 2, 4), 1, 5)
                lines.append(",".join(map(str, (f"{site}-{number}", site, wave, *answers))))
    for name, lines in files.items():
        (folder / name).write_text("\n".join(lines) + "\n")
    (folder / "mood.yaml").write_text(INSTRUMENT)
    waves = max(len(sizes) for sites in arms.values() for sizes in sites.values())
    sites = [
        f"  {site}: {{label: {site.upper()}{f', arm: {arm}' if arm else ''}}}"
        for arm, members in arms.items()
        for site in members
    ]
    (folder / "study.yaml").write_text(
        "format: 1\nid: small\ntitle: Small\n"
        + ("arms: {new: {label: New}, old: {label: Old, reference: true}}\n" if "new" in arms else "")
        + "sites:\n" + "\n".join(sites) + f"\nwaves: [{', '.join(BOTH[:waves])}]\n"
        f"sources: {{staff: {{label: Staff, files: [{', '.join(files)}], instrument: mood.yaml}}}}\n"
    )  # fmt: skip
    return folder / "study.yaml"


@pytest.fixture(scope="module")
def make(tmp_path_factory):
    """Return the report on a study and its manifest, made once for all tests that read them."""

    @cache
    def make_report(name, is_file_a_site):
        folder = tmp_path_factory.mktemp("study")
        study = write_study(folder, STUDIES[name], is_file_a_site=is_file_a_site)
        request = ReportRequest(str(study), (str(folder / "r.html"), str(folder / "r.xlsx")))
        report = run_report(request)
        return report, json.loads(make_manifest(request, report, "2026-01-01T00:00:00+00:00"))

    return lambda name, *, is_file_a_site=False: make_report(name, is_file_a_site)


def list_sizes(arms):
    return {
        (site, wave): size
        for sites in arms.values()
        for site, sizes in sites.items()
        for wave, size in zip(BOTH, sizes, strict=False)
    }


class Equations:
    """What a reader knows: sums of people over sites and waves."""

    def __init__(self, sizes):
        self.sizes, self.places = sizes, list(sizes)
        self.rows, self.sums = [], []

    def add(self, places, total):
        row = np.array([float(place in places) for place in self.places])
        truth = sum(self.sizes[place] for place in self.places if place in places)
        assert total == truth, (places, total)  # the equation is read aright
        self.rows.append(row)
        self.sums.append(float(total))

    def is_fixed(self, place):
        """Return whether a count follows from the others: its unit vector is in the span of the equations."""
        unit = np.array([float(each == place) for each in self.places])
        known = np.array(self.rows).reshape(-1, len(self.places))
        return np.linalg.matrix_rank(np.vstack([known, unit])) == np.linalg.matrix_rank(known) if self.rows else False

    def find_most(self, place):
        """Return the most people that a place can have for all a reader knows."""
        if not self.rows:
            return np.inf
        aim = -np.array([float(each == place) for each in self.places])
        found = linprog(aim, A_eq=np.array(self.rows), b_eq=np.array(self.sums), bounds=(0, None))
        return -found.fun if found.status == 0 else np.inf


def read_counts(known, finding, arms):  # noqa: C901 - a branch for each kind of contrast
    """Take the counts of a finding, by field, for the places it counts."""
    if finding.unit not in (Unit.PEOPLE, Unit.ADJUSTED) or not finding.counts:
        return 0
    contrast, members = finding.groups.contrast, finding.groups.members
    of_arm = {arm: list(sites) for arm, sites in arms.items()}
    before = len(known.rows)
    if contrast is Contrast.WAVE_COUNTS:
        for wave, count in zip(members, finding.counts, strict=True):
            if wave in BOTH:
                known.add({(finding.site, wave)}, count)
    elif contrast is Contrast.ARMS and len(finding.waves) == 1:
        for arm, count in zip(members, finding.counts, strict=True):
            known.add({(site, finding.waves[0]) for site in of_arm[arm]}, count)
    elif contrast is Contrast.ARM_CHANGES and len(finding.counts) == 4:
        cells = [(arm, wave) for wave in finding.waves for arm in reversed(members)]
        for (arm, wave), count in zip(cells, finding.counts, strict=True):
            known.add({(site, wave) for site in of_arm[arm]}, count)
    elif contrast is Contrast.ARM_CHANGES and len(finding.counts) == 1:
        known.add({(site, wave) for sites in of_arm.values() for site in sites for wave in finding.waves},
                  finding.counts[0])  # fmt: skip
    elif contrast is Contrast.SITE and len(finding.waves) == 1:
        known.add({(finding.site, finding.waves[0])}, finding.counts[0])
    elif contrast in (Contrast.SITES, Contrast.SITE_PAIR) and len(finding.waves) == len(finding.counts) // len(members):
        for site, count in zip(members, finding.counts, strict=True):
            known.add({(site, finding.waves[0])}, count)
    return len(known.rows) - before


def find_tables(report, name):
    """Return the tables of a section of the main part."""
    (section,) = [each for each in report.sections if each.name == name and not each.is_annex] or [None]
    return [block.value for block in section.blocks if isinstance(block.value, Table)] if section else []


def read_main_part(known, report, arms):
    """Take the numbers of people that the first page and the tables after it print, as a reader does."""
    for place, number in [*read_sites(report), *read_arms(report, arms)]:
        if number.isdecimal():
            known.add(place, int(number))


def read_sites(report):
    """Yield a site at a wave and the number printed for it."""
    (who,) = find_tables(report, "findings")
    for row in who.rows:
        for column, cell in zip(who.columns[1:], row[1:], strict=True):
            site = row[0] if who.columns[0].label == "site" else column.label
            yield from read_waves([site.partition(" ")[0].lower()], cell.split(", "))
    for table in find_tables(report, "changes"):
        for _, site, counts, *_ in (row for row in table.rows if row[1]):
            yield from read_waves([site.partition(" ")[0].lower()], counts.split(", "))


def read_arms(report, arms):
    """Yield the sites of an arm at a wave and the number printed for them."""
    (answered,) = find_tables(report, "answered")
    by_label = {"New": "new", "Old": "old"} if "new" in arms else {"Staff": ""}
    waves = sum(column.label in BOTH for column in answered.columns)
    for row in answered.rows:
        sites = next(arms[by_label[cell]] for cell in row if cell in by_label)
        yield from read_waves(sites, map(str, row[answered.stub :][:waves]))
    for table in find_tables(report, "difference"):
        for row in (row for row in table.rows if "; " in row[1]):
            for arm, numbers in zip(("new", "old"), row[1].split("; "), strict=True):
                yield from read_waves(arms[arm], numbers.split(", "))


def read_waves(sites, numbers):
    for wave, number in zip(BOTH, numbers, strict=False):
        yield {(site, wave) for site in sites}, number


def gather(report, manifest, arms):
    """Return every sum that the report, its workbook and its manifest show."""
    known = Equations(list_sizes(arms))
    read_main_part(known, report, arms)
    for each in count_answers(report.data):
        for wave, count in each.waves.items():
            if count is not None:
                known.add({(each.site, wave)}, count)
    for finding in report.comparison.findings:
        read_counts(known, finding, arms)
    everything = set(known.places)
    for each in manifest["counts"]["sources"] or ():
        known.add(everything, each["rows_used"])
        known.add(everything, each["rows_read"] - each["rows_left_out"])
    for each in manifest["counts"]["files"] or ():
        site = each["file"].removesuffix(".csv")
        places = everything if site == "answers" else {place for place in everything if place[0] == site}
        known.add(places, each["rows"])
        known.add(places, each["scored"]["mood_mood"])
    return known


def check(known):
    for place, size in known.sizes.items():
        if 0 < size < LEAST:
            assert not known.is_fixed(place), place
            assert known.find_most(place) >= LEAST, place


@pytest.mark.parametrize("is_file_a_site", [False, True])
@pytest.mark.parametrize("name", STUDIES)
def test_what_is_shown_together_fixes_no_small_group(make, name, is_file_a_site):
    report, manifest = make(name, is_file_a_site=is_file_a_site)
    known = gather(report, manifest, STUDIES[name])
    check(known)
    assert bool(known.rows) or any(0 < size < LEAST for size in known.sizes.values())


def test_sites_of_one_one_and_twenty_are_all_hidden(make):
    report, manifest = make("one arm, 1, 1 and 20")
    assert [each.waves for each in count_answers(report.data)] == [{"T1": None, "T2": None}] * 3
    assert all(each.is_hidden for each in report.comparison.findings if each.unit is Unit.PEOPLE and each.sites_shown)
    known = gather(report, manifest, STUDIES["one arm, 1, 1 and 20"])
    assert not any(known.is_fixed(place) for place in known.places)


def test_where_nothing_is_small_everything_is_counted(make):
    report, manifest = make("nothing hidden")
    known = gather(report, manifest, STUDIES["nothing hidden"])
    assert all(known.is_fixed(place) for place in known.places)
    assert manifest["counts"]["files"][0]["rows"] == sum(known.sizes.values())


@pytest.mark.parametrize("name", ["one site, few at one wave", "all leave"])
def test_rows_of_a_file_that_would_tell_of_a_few_are_not_shown(make, name):
    report, manifest = make(name)
    assert manifest["counts"]["files"] is manifest["counts"]["sources"] is None
    titles = [b.value.title for s in report.sections for b in s.blocks if isinstance(b.value, Table)]
    assert "People who answered" in titles
    assert "Files read" not in titles
    book = load_workbook(BytesIO(next(made for path, made in report.files.items() if path.suffix == ".xlsx")))
    cells = {cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row}
    assert not cells & {sum(list_sizes(STUDIES[name]).values())}


@pytest.mark.parametrize("name", STUDIES)
def test_the_first_page_prints_no_number_of_a_small_group_and_every_other(make, name):
    report, _ = make(name)
    sizes, known = list_sizes(STUDIES[name]), Equations(list_sizes(STUDIES[name]))
    read_main_part(known, report, STUDIES[name])
    check(known)
    (who,) = find_tables(report, "findings")
    cells = [number for row in who.rows for cell in row[1:] for number in cell.split(", ")]
    assert len(cells) == len(sizes)
    assert ("few" in cells) == any(0 < size < LEAST for size in sizes.values())


def test_a_count_that_gives_a_group_away_is_noticed():
    known = Equations({("a", "T1"): 4, ("a", "T2"): 9})
    known.add({("a", "T2")}, 9)
    check(known)
    known.add({("a", "T1"), ("a", "T2")}, 13)
    with pytest.raises(AssertionError):
        check(known)
