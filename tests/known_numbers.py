"""What a reader of one report knows of the people in each site: every number shown, as a linear equation."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linprog

from sos_score.comparison.finding import Contrast, Unit
from sos_score.report.response_counts import count_answers

PEOPLE = ""
Cell = tuple[str, str, str, str]
"""Source, scale ("" for people), site, wave."""


@dataclass
class Known:
    """Unknown counts and sums of scores by cell, and the equations between them; the truth is there to check them."""

    counts: dict[Cell, int]
    sums: dict[Cell, float]
    hidden: list[Cell]
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

    def narrow(self, cell):
        """Return the fewest and the most people that a cell can have.

        A reader knows besides that no more have a score than are people, and that a site not shown has somebody.
        """
        cells = list(self.counts)
        place = {each: number for number, each in enumerate(cells)}
        equal = np.zeros((len(self._of_counts), len(cells)))
        for row, (terms, _) in zip(equal, self._of_counts, strict=True):
            for each, times in terms.items():
                row[place[each]] = times
        pairs = [each for each in cells if each[1] != PEOPLE]
        upper = np.zeros((len(pairs), len(cells)))
        for row, each in zip(upper, pairs, strict=True):
            row[place[each]], row[place[each[0], PEOPLE, each[2], each[3]]] = 1.0, -1.0
        least = [(1.0 if each[1] == PEOPLE and self.counts[each] else 0.0, None) for each in cells]
        aim = np.eye(len(cells))[place[cell]]
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


def gather(report, manifest, study):
    """Return every number about people of one report; what is below the limit is `hidden`."""
    known = _list_truth(report)
    for each in report.comparison.findings:
        if not each.is_hidden:
            _read_finding(known, each, report, study)
    _read_counts(known, report)
    _read_totals(known, report, study)
    _read_manifest(known, report, manifest)
    return known


def _list_truth(report):
    data, plan = report.data, report.comparison.plan
    counts, sums = {}, {}
    for table in data.tables:
        for site in plan.sites:
            for wave in plan.waves:
                here = table.frame[(table.frame["site"] == site) & (table.frame["wave"] == wave)]
                counts[table.source, PEOPLE, site, wave] = here["person"].nunique()
                for scale in (each.scale for each in data.outcomes if each.table is table):
                    counts[table.source, scale, site, wave] = int(here[scale].notna().sum())
                    sums[table.source, scale, site, wave] = float(here[scale].sum())
    hidden = [cell for cell, count in counts.items() if 0 < count < plan.smallest_cell]
    return Known(counts, sums, hidden)


def _read_finding(known, each, report, study):  # noqa: C901 - a branch for each kind of contrast
    """Take the counts of a finding, and its means as sums where its counts are known."""
    contrast, members, scale = each.groups.contrast, each.groups.members, each.scale
    waves = list(report.comparison.plan.waves)

    def cells(sites, wave):
        return [(each.source, scale, site, wave) for site in sites]

    def take(group, count, mean=math.nan):
        known.count(dict.fromkeys(group, 1.0), count)
        if not math.isnan(mean):
            known.sum(dict.fromkeys(group, 1.0), mean * count)

    if each.unit not in (Unit.PEOPLE, Unit.ADJUSTED) or not each.counts:
        return
    of_arm = {arm: [site for site, its in study.arms.items() if its == arm] for arm in members}
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


def _read_counts(known, report):
    """Take how many people answered, of every place where a table, picture, first screen or checklist may take it."""
    for each in count_answers(report.data):
        for wave, count in each.waves.items():
            if count is not None:
                known.count({(each.source, PEOPLE, each.site, wave): 1.0}, count)


def _read_totals(known, report, study):
    """Take what everybody's answers come to: n of reliability, and sums from the pictures of answers."""
    labels = report.labels.names
    for each in report.trust:
        source, scale = next(key for key, name in labels.items() if name == each.name[:2])
        group = dict.fromkeys([(source, scale, site, each.name[2]) for site in study.arms], 1.0)
        known.count(group, each.n)
        # Shares of answers of each item, times n, are sums: as exactly as a reader could ever measure a picture.
        known.sum(group, sum(known.sums[cell] for cell in group))


def _read_manifest(known, report, manifest):
    sites, waves = list(report.comparison.plan.sites), list(report.comparison.plan.waves)

    def everywhere(source, scale):
        return dict.fromkeys([(source, scale, site, wave) for site in sites for wave in waves], 1.0)

    for each in manifest["counts"]["sources"] or ():
        source = each["source"]
        known.count(everywhere(source, PEOPLE), each["rows_used"])
        for scale, lost in each["without_score"].items():
            known.count(everywhere(source, scale), each["rows_used"] - lost)
    for each in manifest["counts"]["files"] or ():
        known.count(everywhere(each["file"].removesuffix(".csv"), PEOPLE), each["rows"])
    by_name = dict(
        zip(manifest["findings"], [each for each in report.comparison.findings if each.is_judged], strict=True)
    )
    for name, finding in by_name.items():
        lost = manifest["findings"][name]["without_score"]
        if lost is not None:
            places = [(site, wave) for site in ([finding.site] if finding.site else sites) for wave in finding.waves]
            terms = {(finding.source, PEOPLE, site, wave): 1.0 for site, wave in places}
            terms |= {(finding.source, finding.scale, site, wave): -1.0 for site, wave in places}
            known.count(terms, lost)
