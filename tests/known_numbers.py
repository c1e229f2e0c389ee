"""What a reader of one report knows of the people in each site: every number shown, as a linear equation."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from scipy.optimize import linprog

from sos_score.commands.compare import describe_comparison
from sos_score.comparison.finding import Contrast, Measure, Unit
from sos_score.comparison.links import count_linked
from sos_score.report.response_counts import count_answers, list_missing

PEOPLE = ""
BOTH = "both waves"
ITEMS = {"mood": ("q1", "q2", "q3", "q4"), "calm": ("q1", "q2")}  # whoever has a score has answered all of them
_OF_EVERYBODY = (Contrast.SCORES, Contrast.LEVEL, Contrast.WITHIN, Contrast.LEVELS, Contrast.LEVEL_WITHIN)
Cell = tuple[str, str, str, str]
"""Source, scale ("" for people), site, wave; `BOTH` in place of a wave is of who is there at the first and the last."""


@dataclass
class Known:
    """Unknown counts and sums of scores by cell, and the equations between them; the truth is there to check them."""

    counts: dict[Cell, int]
    sums: dict[Cell, float]
    hidden: list[Cell]
    waves: list[str]
    parts: list[dict[Cell, float]] = field(default_factory=list)
    """Who answered at both waves, at the first only or at the last only, of each site where these are a few."""
    _of_counts: list[tuple[dict[Cell, float], float]] = field(default_factory=list)
    _of_sums: list[tuple[dict[Cell, float], float]] = field(default_factory=list)

    def count(self, terms, total):
        """Take up that counts of cells, each times a number, come to a total."""
        truth = sum(times * self.counts[cell] for cell, times in terms.items())
        assert math.isclose(truth, total, abs_tol=1e-9), (terms, total, truth)
        self._of_counts.append((terms, total))

    def sum(self, terms, total):
        """Take up that sums of scores, each times a number, come to a total."""
        truth = sum(times * self.sums[cell] for cell, times in terms.items())
        assert math.isclose(truth, total, abs_tol=1e-6), (terms, total, truth)
        self._of_sums.append((terms, total))

    def narrow(self, wanted):
        """Return the fewest and the most people that cells, each times a number, can have.

        A reader knows besides that no more have a score than are people, that a site not shown has somebody, and that
        nobody is there at both waves who is not at each.
        """
        cells = list(self.counts)
        place = {each: number for number, each in enumerate(cells)}
        equal = np.zeros((len(self._of_counts), len(cells)))
        for row, (terms, _) in zip(equal, self._of_counts, strict=True):
            for each, times in terms.items():
                row[place[each]] = times
        pairs = [(each, (each[0], PEOPLE, *each[2:])) for each in cells if each[1] != PEOPLE and each[3] != BOTH]
        pairs += [
            ((each[0], scale, *each[2:]), each) for each in cells for scale, items in ITEMS.items() if each[1] in items
        ]
        pairs += [(each, (*each[:3], wave)) for each in cells if each[3] == BOTH for wave in self.waves]
        upper = np.zeros((len(pairs), len(cells)))
        for row, (fewer, more) in zip(upper, pairs, strict=True):
            row[place[fewer]], row[place[more]] = 1.0, -1.0
        least = [(1.0 if each[1] == PEOPLE and each[3] != BOTH and self.counts[each] else 0.0, None) for each in cells]
        aim = np.zeros(len(cells))
        for each, times in wanted.items():
            aim[place[each]] = times
        ends = []
        for sign in (1.0, -1.0):
            found = linprog(
                sign * aim, A_ub=upper if pairs else None, b_ub=np.zeros(len(pairs)) if pairs else None,
                A_eq=equal if len(equal) else None,
                b_eq=[total for _, total in self._of_counts] if len(equal) else None, bounds=least,
            )  # fmt: skip
            assert found.status in (0, 3), found.message
            ends.append(sign * found.fun if found.status == 0 else sign * math.inf * sign * (1 if sign < 0 else -1))
        low, high = ends[0], abs(ends[1]) if math.isfinite(ends[1]) else math.inf
        return math.ceil(low - 1e-6), math.inf if math.isinf(high) else math.floor(high + 1e-6)

    def is_sum_fixed(self, cell):
        """Return whether the sum of a cell's scores follows: its unit vector is in the span of the equations."""
        cells = list(self.sums)
        known = np.array([[terms.get(each, 0.0) for each in cells] for terms, _ in self._of_sums])
        if not known.size or cell not in self.sums:
            return False
        unit = np.array([float(each == cell) for each in cells])
        rank = np.linalg.matrix_rank(known, tol=1e-7)
        return bool(np.linalg.matrix_rank(np.vstack([known, unit]), tol=1e-7) == rank)


def gather(report, manifest):
    """Return every number about people in a report, or in a comparison without one; what is few is `hidden`."""
    known = _list_truth(report)
    for each in report.comparison.findings:
        if not each.is_hidden:
            _read_finding(known, each, report)
    _read_counts(known, report)
    _read_totals(known, report)
    _read_manifest(known, report, manifest)
    _read_links(known, report)
    _read_gaps(known, report)
    _read_notes(known, report)
    return known


def _list_truth(report):
    data, plan = report.data, report.comparison.plan
    counts, sums = {}, {}
    for table in data.tables:
        for site in plan.sites:
            people = [set(table.frame.loc[(table.frame["site"] == site) & (table.frame["wave"] == wave), "person"])
                      for wave in plan.span]  # fmt: skip
            counts[table.source, PEOPLE, site, BOTH] = len(people[0] & people[-1]) if len(plan.waves) > 1 else 0
            for wave in plan.waves:
                here = table.frame[(table.frame["site"] == site) & (table.frame["wave"] == wave)]
                counts[table.source, PEOPLE, site, wave] = here["person"].nunique()
                for scale in (each.scale for each in data.outcomes if each.table is table):
                    counts[table.source, scale, site, wave] = int(here[scale].notna().sum())
                    sums[table.source, scale, site, wave] = float(here[scale].sum())
                for item in table.answers:
                    counts[table.source, str(item), site, wave] = int(table.answers.loc[here.index, item].notna().sum())
    hidden = [
        cell
        for cell, count in counts.items()
        if 0 < count < plan.smallest_cell and cell[3] != BOTH and (cell in sums or cell[1] == PEOPLE)
    ]
    known = Known(counts, sums, hidden, list(plan.span) if len(plan.waves) > 1 else [])
    for outcome in report.comparison.outcomes if known.waves else ():
        for site in plan.sites:
            cells = [(outcome.source, outcome.scale, site, wave) for wave in (BOTH, *plan.span)]
            links = count_linked(outcome, plan, (site,))
            counts[cells[0]] = links.both
            one, first, last = ({cells[0]: 1.0}, *({cell: 1.0, cells[0]: -1.0} for cell in cells[1:]))
            sizes = zip((one, first, last), (links.both, links.first_only, links.last_only), strict=True)
            known.parts += [terms for terms, size in sizes if 0 < size < plan.smallest_cell]
    return known


def _read_finding(known, each, report):  # noqa: C901 - a branch for each kind of contrast
    """Take the counts of a finding, and its means as sums where its counts are known."""
    contrast, members, scale = each.groups.contrast, each.groups.members, each.scale
    plan = report.comparison.plan
    waves = list(plan.waves)

    def cells(sites, wave):
        return [(each.source, scale, site, wave) for site in sites]

    def take(group, count, mean=math.nan):
        known.count(dict.fromkeys(group, 1.0), count)
        if not math.isnan(mean):
            known.sum(dict.fromkeys(group, 1.0), mean * count)

    if each.unit is Unit.SITES or not each.counts or each.question == "missing":
        return
    if contrast in _OF_EVERYBODY:
        _read_everybody(known, each, plan)
        return
    of_arm = {arm: [site for site in plan.sites if plan.arms.get(site, "") == arm] for arm in members}
    values = each.means or (math.nan,) * len(each.counts)
    if contrast is Contrast.WAVE_COUNTS:
        for wave, count in zip(members, each.counts, strict=True):
            if wave in waves:
                take(cells([each.site], wave), count)
    elif contrast is Contrast.SITE and each.waves:
        is_mean = each.question == "descriptives"
        take(cells([each.site], each.waves[0]), each.counts[0], each.estimate.value if is_mean else math.nan)
    elif contrast is Contrast.ARMS and len(each.waves) == 1 and len(each.counts) == 2:
        for arm, count, mean in zip(members, each.counts, values, strict=True):
            take(cells(of_arm[arm], each.waves[0]), count, mean)
    elif contrast is Contrast.ARM_CHANGES and len(each.counts) == 4:
        order = [(arm, wave) for wave in each.waves for arm in reversed(members)]
        for (arm, wave), count, mean in zip(order, each.counts, values, strict=True):
            take(cells(of_arm[arm], wave), count, mean)
    elif contrast in (Contrast.SITES, Contrast.SITE_PAIR) and len(each.counts) == len(members):
        for site, count in zip(members, each.counts, strict=True):
            take(cells([site], each.waves[0]), count)
    elif contrast is Contrast.WAVES and len(each.counts) == 2 and each.site:
        for wave, count in zip(members, each.counts, strict=True):
            take(cells([each.site], wave), count)


def _read_everybody(known, each, plan):
    """Take how many scores of all sites are divided among levels, or are paired with one of their site or worker."""
    if each.unit is not Unit.SCORES or len(each.waves) != 1:
        return
    cells = [(each.source, each.scale, site, each.waves[0]) for site in plan.sites]
    if each.groups.contrast is Contrast.SCORES and sum(known.counts[cell] for cell in cells) != each.counts[0]:
        return  # some have no score to be paired with
    known.count(dict.fromkeys(cells, 1.0), each.counts[0])


def _read_counts(known, report):
    """Take how many people answered, of every place where a table, picture, first screen or checklist may take it."""
    for each in count_answers(report.data):
        for wave, count in each.waves.items():
            if count is not None:
                known.count({(each.source, PEOPLE, each.site, wave): 1.0}, count)
        if each.both is not None:
            known.count({(each.source, PEOPLE, each.site, BOTH): 1.0}, each.both)
    for label, shares in list_missing(report.data).items():
        table = next(each for each in report.data.tables if report.labels.sources[each.source] == label)
        for item, share in shares.items():
            cells = [cell for cell in known.counts if cell[:2] == (table.source, item)]
            known.count(dict.fromkeys(cells, 1.0), (1.0 - share) * len(table.frame))


def _read_totals(known, report):
    """Take what everybody's answers come to: n of reliability, and sums from the pictures of answers."""
    labels = report.labels.names
    for each in report.trust:
        source, scale = next(key for key, name in labels.items() if name == each.name[:2])
        group = dict.fromkeys([(source, scale, site, each.name[2]) for site in report.comparison.plan.sites], 1.0)
        known.count(group, each.n)
        # Shares of answers of each item, times n, are sums: as exactly as a reader could ever measure a picture.
        known.sum(group, sum(known.sums[cell] for cell in group))


def _read_manifest(known, report, manifest):
    sites, waves = list(report.comparison.plan.sites), list(report.comparison.plan.waves)

    def everywhere(source, scale):
        return dict.fromkeys([(source, scale, site, wave) for site in sites for wave in waves], 1.0)

    counts = {"sources": None, "files": None} if manifest is None else manifest["counts"]
    for each in counts["sources"] or ():
        source = each["source"]
        known.count(everywhere(source, PEOPLE), each["rows_used"])
        for scale, lost in each["without_score"].items():
            if lost is not None:
                known.count(everywhere(source, scale), each["rows_used"] - lost)
    about = describe_comparison(report.data, report.comparison)
    for each in (*(counts["files"] or ()), *(about["files"] or ())):
        source, _, part = Path(each["file"]).stem.partition("_")
        held = (each["rows"], *each["scored"].values())
        for scale, number in zip((PEOPLE, *(name.removeprefix("mood_") for name in each["scored"])), held, strict=True):
            if number is not None:
                cells = [cell for cell in everywhere(source, scale) if not part or part in cell[2:]]
                known.count(dict.fromkeys(cells, 1.0), number)
    judged = [each for each in report.comparison.findings if each.is_judged] if manifest else ()
    for said, finding in zip(manifest["findings"].values() if manifest else (), judged, strict=True):
        lost = said["without_score"]
        if lost is not None:
            places = [(site, wave) for site in ([finding.site] if finding.site else sites) for wave in finding.waves]
            terms = {(finding.source, PEOPLE, site, wave): 1.0 for site, wave in places}
            terms |= {(finding.source, finding.scale, site, wave): -1.0 for site, wave in places}
            known.count(terms, lost)


def _read_links(known, report):
    """Take who answered at both waves, at the first only and at the last only, wherever that is said."""
    plan = report.comparison.plan
    if not known.waves:
        return
    missing = [each for each in report.comparison.ask("missing") if each.method and each.method.code == "attrition"]
    told = {("missing", each.source, each.scale, each.site) for each in missing if each.site}
    told |= {
        (each.question, each.source, each.scale, each.site)
        for each in report.comparison.ask("reliable")
        if each.site and each.groups.contrast is Contrast.BEYOND and each.counts
    }

    def list_sites(each, member):
        """Return the sites that a number is about: one, or those of an arm, or of all, whose people can be followed."""
        if each.site:
            return [each.site]
        sites = [site for site in plan.sites if member in ("", plan.arms.get(site, ""))]
        is_of_told = each.question in ("missing", "reliable")
        return [site for site in sites if (each.question, each.source, each.scale, site) in told or not is_of_told]

    def take(each, member="", **parts):
        for part, number in parts.items():
            places = [(each.source, each.scale, site) for site in list_sites(each, member)]
            terms = {(*place, BOTH): 1.0 if part == "both" else -1.0 for place in places}
            wave = {"left": plan.first_wave, "came": plan.last_wave}.get(part)
            known.count(terms | {(*place, wave): 1.0 for place in places if wave}, number)

    for each in report.comparison.findings:
        for member, parts in _list_links(each, len(plan.waves)):
            take(each, member, **parts)
    for each in missing:
        shares = each.means or (each.effect.value,)
        for member, started, share in zip(each.groups.members, each.counts, shares, strict=bool(each.counts)):
            sites = list_sites(each, member)
            known.count({(each.source, each.scale, site, plan.first_wave): 1.0 for site in sites}, started)
            take(each, member, left=share * started)


def _list_links(each, waves):
    """Yield what a finding says of who is there twice, at the first wave and at the last: of an arm, or of its site."""
    for said in () if each.is_hidden else each.notes:
        if said.code == "linked" and each.site:
            yield "", {part: said[part] for part in ("both", "left", "came")}
    contrast, members, counts = each.groups.contrast, each.groups.members, each.counts
    if not counts:
        return
    if contrast is Contrast.WAVE_COUNTS and len(counts) > waves:
        yield "", {"both": counts[-1]}
    elif contrast in (Contrast.LINKED, Contrast.RELIABLE, Contrast.BEYOND):
        yield "", {"both": counts[0]}
    elif contrast in (Contrast.LEAVERS, Contrast.NEWCOMERS):
        part = "left" if contrast is Contrast.LEAVERS else "came"
        yield next(iter(members), ""), {part: counts[0], "both": counts[1]}
    elif each.method and each.method.code == "ancova":
        yield from ((arm, {"both": number}) for arm, number in zip(members, counts, strict=True))


def _read_gaps(known, report):
    """Take how many answer sheets there are, and how many of them have no score."""
    for each in report.comparison.ask("missing"):
        if each.effect.measure is Measure.UNSCORED and each.counts:
            place = (each.source, each.scale, each.site, each.waves[0])
            people = (each.source, PEOPLE, *place[2:])
            known.count({people: 1.0}, each.counts[0])
            known.count({people: 1.0, place: -1.0}, each.effect.value * each.counts[0])


def _read_notes(known, report):
    """Take how many rows a source has in all, where a note counts some of them."""
    for each in (*report.comparison.notes, *report.sensitivity.notes):
        if each.code in ("straight_lined", "several_raters", "not_linked") and " of " in each["part"]:
            cells = [cell for cell in known.counts if cell[:2] == (each["source"], PEOPLE) and cell[3] != BOTH]
            known.count(dict.fromkeys(cells, 1.0), int(each["part"].rpartition(" of ")[2]))
