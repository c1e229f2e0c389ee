"""Findings that somebody has looked at and lives with: they keep their reason, and are said again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sos_score.check.finding import Finding, Place, make_finding
from sos_score.definition.study.model import Accepted


def accept_findings(findings: Iterable[Finding], accepted: Iterable[Accepted]) -> list[Finding]:
    """Return findings with the reason of the first acceptance that fits; one that fits nothing is a finding itself.

    An acceptance holds while the finding is no larger than it says.
    """
    rest = dict.fromkeys(range(len(known := list(accepted))))
    judged = []
    for finding in findings:
        fits = [number for number, each in enumerate(known) if _fits(finding, each)]
        judged.append(replace(finding, reason=known[fits[0]].reason) if fits else finding)
        for number in fits:
            rest.pop(number, None)
    unused = [make_finding("accepted", "note", "acceptance_unused", Place(known[number].found)) for number in rest]
    return judged + unused


def _fits(finding: Finding, accepted: Accepted) -> bool:
    return (
        finding.code == accepted.found
        and accepted.source in (None, finding.source)
        and accepted.about in (None, finding.place.about)
        and (accepted.at_most is None or finding.place.count <= accepted.at_most)
    )
