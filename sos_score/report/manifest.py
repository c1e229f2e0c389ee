"""What a report was made from and what came out, so that anyone can make it again."""

from __future__ import annotations

import json
import math
import os
import platform
import zlib
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from sos_score.comparison.finding import Finding
from sos_score.comparison.judging import Comparison
from sos_score.comparison.outcome import OutcomeScores
from sos_score.comparison.plan import ComparisonPlan
from sos_score.errors import InvalidRequest
from sos_score.report.columns import COLUMNS
from sos_score.report.labels import Labels
from sos_score.report.request import Report, ReportRequest
from sos_score.report.response_counts import describe_files, explain_files, may_count
from sos_score.report.seal import seal
from sos_score.study.data import StudyData
from sos_score.study.outcome import SourceTable
from sos_score.version import __version__

FORMAT = 1
NUMBERS = ("estimate", "low", "high", "effect", "p", "p_adjusted", "smallest", "detectable")
_PACKAGES = (
    "jinja2", "matplotlib", "narwhals", "numpy", "pandas", "pingouin", "polars", "pyreadstat", "python-docx", "scipy",
    "xlsxwriter",
)  # fmt: skip
_EPOCH = "SOURCE_DATE_EPOCH"


def make_manifest(request: ReportRequest, report: Report, made_at: str, key: bytes | None = None) -> bytes:
    """Return the manifest of a report as JSON, sealed, or signed with a key; paths are given from its folder.

    The same inputs and the same time give the same bytes.
    """
    folder = request.manifest.parent
    data, comparison = report.data, report.comparison
    labels = Labels.of(comparison, data)
    manifest = {
        "format": FORMAT,
        "made_at": made_at,
        "study": {"id": data.study.id, "title": data.study.title, "path": relate(request.study, folder)},
        "request": {
            "outputs": [relate(each, folder) for each in request.outputs],
            "figures": None if request.figures is None else relate(request.figures, folder),
            "scores": None if request.scores is None else relate(request.scores, folder),
        },
        "versions": list_versions(),
        "inputs": list_inputs(data, folder),
        "outputs": {relate(path, folder): sha256(content).hexdigest() for path, content in report.files.items()},
        "plan": data.study.plan.model_dump(mode="json"),
        "privacy": data.study.privacy.model_dump(mode="json"),
        "sources": {name: source.model_dump(mode="json") for name, source in data.study.sources.items()},
        "defaults": list(data.defaults),
        "counts": _count(request, data, comparison, labels),
        "notes": list(map(labels.describe, comparison.notes)),
        "findings": list_findings(comparison, labels),
    }
    return seal((json.dumps(manifest, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode(), key)


def format_now() -> str:
    """Return the time in UTC, or that in SOURCE_DATE_EPOCH; raise `InvalidRequest` where that is not a time."""
    given = os.environ.get(_EPOCH)
    try:
        now = datetime.now(UTC) if given is None else datetime.fromtimestamp(int(given), UTC)
    except (ValueError, OverflowError, OSError):
        raise InvalidRequest(f"{_EPOCH} is a time in seconds since 1970, not '{given}'") from None
    return now.isoformat(timespec="seconds")


def relate(path: str | Path, folder: Path) -> str:
    """Return a path relative to a folder, with slashes."""
    return Path(os.path.relpath(path, folder)).as_posix()


def list_versions() -> dict[str, str]:
    """Return the versions of whatever numbers, pictures and files depend on."""
    own = {"sos-score": __version__, "python": platform.python_version(), "zlib": zlib.ZLIB_RUNTIME_VERSION}
    return own | {name: version(name) for name in _PACKAGES}


def list_inputs(data: StudyData, folder: Path) -> list[dict[str, str]]:
    """Return every input with its SHA-256; a shipped instrument goes by its id."""
    return [
        {"kind": each.kind, "path": relate(each.path, folder), "sha256": each.sha256}
        if Path(each.path).suffix
        else {"kind": each.kind, "id": each.path, "sha256": each.sha256}
        for each in data.inputs
    ]


def _count(request: ReportRequest, data: StudyData, comparison: Comparison, labels: Labels) -> dict[str, Any]:
    """Return what was left out, step by step, and what came of the rest."""
    folder = request.manifest.parent
    verdicts = Counter(
        f"{each.question} of {labels.name_unit(each)}: {labels.name_verdict(each)}"
        for each in comparison.findings
        if each.is_judged
    )
    hidden = Counter(each.question for each in comparison.findings if each.is_hidden)
    files = describe_files(data)
    sources = [_count_source(Path(request.study).parent, data, table) for table in data.tables]
    return {
        "files": None if files is None else [each | {"file": relate(each["file"], folder)} for each in files],
        "sources": None if files is None else sources,
        **({"files_not_shown": said} if (said := explain_files(data)) else {}),
        "not_shown": dict(sorted(hidden.items())),
        "families": comparison.families,
        "verdicts": dict(sorted(verdicts.items())),
    }


def _count_source(folder: Path, data: StudyData, table: SourceTable) -> dict[str, Any]:
    """Return how many rows of a source were read, left out, and used without a score."""
    files = {str(folder / each) for each in data.study.sources[table.source].files}
    read = sum(each.rows + sum(each.left_out.values()) for each in data.files if each.name in files)
    scales = [each.scale for each in data.outcomes if each.table is table]
    return {
        "source": table.source,
        "instrument": table.instrument.id if table.instrument else "",
        "rows_read": read,
        "rows_left_out": read - len(table.frame),
        "rows_used": len(table.frame),
        "without_score": {
            scale: int(table.frame[scale].isna().sum()) if may_count(data, table, scale) else None for scale in scales
        },
    }


def list_findings(comparison: Comparison, labels: Labels) -> dict[str, dict[str, Any]]:
    """Return every judged finding by its name, in full precision; what cannot be computed is null."""
    outcomes = {(outcome.source, outcome.scale): outcome for outcome in comparison.outcomes}
    return {
        name_finding(each, labels): _describe(each, labels)
        | {"without_score": _count_lost(each, outcomes, comparison.plan)}
        for each in comparison.findings
        if each.is_judged
    }


def name_finding(finding: Finding, labels: Labels) -> str:
    """Return what a finding is about, which no other is."""
    parts = (
        finding.outcome,
        finding.question,
        labels.name_unit(finding),
        labels.name_site(finding.site),
        labels.name_waves(finding.waves),
        labels.name_groups(finding),
    )
    return " | ".join(part for part in parts if part)


def _describe(finding: Finding, labels: Labels) -> dict[str, Any]:
    numbers = {name: COLUMNS[name].take(finding, labels) for name in NUMBERS}
    plain = {
        name: value if isinstance(value, float) and math.isfinite(value) else None for name, value in numbers.items()
    }
    return {"n": list(finding.counts), **plain, "verdict": labels.name_verdict(finding)}


def _count_lost(
    finding: Finding, outcomes: Mapping[tuple[str, str], OutcomeScores], plan: ComparisonPlan
) -> int | None:
    """Return how many answer sheets of a finding's sites and waves have no score; None where that is not shown."""
    outcome = outcomes.get((finding.source, finding.scale)) if len(finding.sources) == 1 else None
    if outcome is None or finding.is_hidden:
        return None
    sites = [finding.site] if finding.site else list(plan.sites)
    there = np.isin(outcome.site, sites) & np.isin(outcome.wave, plan.list_waves(finding.waves))
    return int((there & np.isnan(outcome.score)).sum())
