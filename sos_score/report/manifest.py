"""What a report was made from and what came out, so that anyone can make it again."""

from __future__ import annotations

import json
import math
import os
import platform
from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sos_score import __version__
from sos_score.comparison.rows import Row
from sos_score.report.study_report import Report, ReportRequest
from sos_score.scoring.provenance import describe_outcome
from sos_score.scoring.study_data import StudyData

FORMAT = 1
NUMBERS = ("estimate", "low", "high", "effect", "p", "p_adjusted", "smallest", "detectable")
_PACKAGES = ("matplotlib", "narwhals", "numpy", "pandas", "pingouin", "polars", "scipy")


def make_manifest(request: ReportRequest, report: Report) -> bytes:
    """Return the manifest of a report as JSON.

    Parameters
    ----------
    request : ReportRequest
    report : Report

    Returns
    -------
    bytes
        Paths are given from the manifest's folder. There is no time in it: the same inputs give the same bytes.
    """
    folder = request.manifest.parent
    data, comparison = report.evidence.data, report.evidence.comparison
    verdicts = Counter(f"{row.question} of {row.unit}: {row.verdict}" for row in comparison.rows if row.is_primary)
    manifest = {
        "format": FORMAT,
        "study": {"id": data.study.id, "title": data.study.title, "path": relate(request.study, folder)},
        "page": relate(request.page, folder),
        "figures": None if request.figures is None else relate(request.figures, folder),
        "versions": list_versions(),
        "inputs": list_inputs(data, folder),
        "outputs": {relate(path, folder): sha256(content).hexdigest() for path, content in report.files.items()},
        "plan": data.study.plan.model_dump(mode="json"),
        "privacy": data.study.privacy.model_dump(mode="json"),
        "defaults": list(data.defaults),
        "counts": {
            "files": [describe_outcome(each) | {"file": relate(each.name, folder)} for each in data.files],
            "families": comparison.families,
            "verdicts": dict(sorted(verdicts.items())),
        },
        "notes": list(comparison.notes),
        "findings": list_findings(comparison.rows),
    }
    return (json.dumps(manifest, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def relate(path: str | Path, folder: Path) -> str:
    """Return a path as seen from a folder, with slashes."""
    return Path(os.path.relpath(path, folder)).as_posix()


def list_versions() -> dict[str, str]:
    """Return the versions of whatever numbers and pictures depend on."""
    own = {"sos-score": __version__, "python": platform.python_version()}
    return own | {name: version(name) for name in _PACKAGES}


def list_inputs(data: StudyData, folder: Path) -> list[dict[str, str]]:
    """Return every input with its SHA-256; a shipped instrument goes by its id."""
    return [
        {"kind": each.kind, "path": relate(each.path, folder), "sha256": each.sha256}
        if Path(each.path).suffix
        else {"kind": each.kind, "id": each.path, "sha256": each.sha256}
        for each in data.inputs
    ]


def list_findings(rows: Iterable[Row]) -> dict[str, dict[str, Any]]:
    """Return every judged finding by its name, in full precision; what cannot be computed is null."""
    return {name_finding(row): _describe(row) for row in rows if row.is_primary}


def name_finding(row: Row) -> str:
    """Return what a finding is about, which no other is."""
    parts = (f"{row.source}.{row.scale}", row.question, row.unit, row.site, row.wave, row.groups)
    return " | ".join(part for part in parts if part)


def _describe(row: Row) -> dict[str, Any]:
    numbers: Mapping[str, float] = {name: getattr(row, name) for name in NUMBERS}
    plain = {name: value if math.isfinite(value) else None for name, value in numbers.items()}
    return {"n": list(row.counts), **plain, "verdict": row.verdict}
