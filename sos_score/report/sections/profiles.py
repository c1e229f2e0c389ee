"""What a report says of profiles over several scales: how far apart sites are, and in which way."""

from __future__ import annotations

from collections.abc import Iterator

from sos_score.comparison.finding import Finding
from sos_score.comparison.verdict import Verdict
from sos_score.report.model import Block, ReportData
from sos_score.report.questions.profiles import list_shown, make_page_table, make_similarity_table

_ABOUT = (
    "A profile is a site's T-scores over the scales of one source. Two profiles can differ in elevation (the mean over"
    " the scales), in scatter (how uneven they are) and in shape (which scales are high and which are low). Profiles"
    " are not sorted into types."
)
_NOTES = (
    "Distance: T-score points per scale, less what chance alone adds; 0 means no more than chance would give."
    " Elevation and scatter: differences, the first minus the second. Shape: correlation over the scales. Bootstrap"
    " intervals over people.",
    "D2: sum of squared differences over the scales, chance included (Cronbach & Gleser, 1953), and its parts.",
)
_SIMILAR = "Very similar: no two sites differ by more than 3 T-score points per scale; a rule of thumb of sos-score."


def describe_profiles(report: ReportData) -> Iterator[Block]:
    """Yield whether sites had similar profiles, and how each two differ."""
    labels, found = report.labels, list_shown(report.comparison)
    if not found:
        return
    yield Block("heading", "Profiles of sites")
    yield Block("text", _ABOUT)
    judged = [each for each in found if each.verdict]
    largest: dict[tuple[str, int], Finding] = {}
    for each in judged:
        largest.setdefault((each.source, each.n_groups), each)
    said = [
        labels.describe_reason(each)
        for each in judged
        if each in largest.values() or each.verdict is not Verdict.CANNOT_TELL
    ]
    if said:
        yield Block("list", tuple(dict.fromkeys(said)))
    for title, is_over_time in (("Each site over time", True), ("Each two sites at a wave", False)):
        members = [each for each in found if not each.verdict and bool(each.site) == is_over_time]
        table = make_page_table(members, labels, title, _NOTES)
        if table.rows:
            yield Block("table" if is_over_time else "folded", table)
    if judged:
        title = "Whether sites had very similar profiles"
        yield Block("folded", make_similarity_table(judged, labels, title, (_SIMILAR,), with_arms=True))
