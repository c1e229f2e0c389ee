"""The example study, copied and run, to see what comes out before having data."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path

from sos_score.commands.compare import CompareRequest, write_comparison
from sos_score.commands.report import compare_whole, write_report
from sos_score.definition.library import find_folder
from sos_score.errors import InvalidOutput, Problem
from sos_score.output.files import check_output
from sos_score.output.terminal import announce
from sos_score.report.request import ReportRequest

_EXAMPLE = "contrast_study"
_ABOUT = "Copying an invented study to {folder}, comparing its sites and writing its report. This takes about a minute."
_LEFT_OUT = ("__pycache__", ".gitattributes", "*.py")


def run_demo(folder: Path) -> str:
    """Copy the example study into a folder that is not there yet, compare it, report on it, and return where to look.

    Nothing is left of the folder when anything fails.
    """
    if folder.exists():
        raise InvalidOutput([Problem("already exists; name another folder", str(folder),
                                     hint="sos-score demo my-demo", rule="output")])  # fmt: skip
    check_output(folder, force=False)
    print(_ABOUT.format(folder=folder), file=sys.stderr, flush=True)  # noqa: T201 - a message
    folder.mkdir()  # outside the block that removes it: of two demos at once, one must not remove the other's
    try:
        left_out = shutil.ignore_patterns(*_LEFT_OUT)
        shutil.copytree(find_folder("examples") / _EXAMPLE, folder, ignore=left_out, dirs_exist_ok=True)
        study = folder / "study.yaml"
        announce("Comparing its sites")
        compared = compare_whole(study, quiet=True)
        request = CompareRequest(path=str(study), output=str(folder / "comparison.xlsx"), quiet=True)
        write_comparison(compared.data, compared.comparison, request)
        announce("Writing its report")
        write_report(ReportRequest(study=str(study), outputs=(str(folder / "report.html"),), quiet=True), compared)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return _describe_places(folder)


def _describe_places(folder: Path) -> str:
    places = {
        "comparison.xlsx": "every result in full, as a workbook",
        "study.yaml": "the study file: sites, files and the plan of analysis",
        "synthetic": "the answers; all of them are invented",
        "README.md": "the differences that were built into the answers",
    }
    width = max(len(str(folder / name)) for name in places)
    report, study = folder / "report.html", folder / "study.yaml"
    return "\n".join(
        [
            "Open this first, in a browser:",
            f"  {report}",
            "Also in the folder:",
            *(f"  {folder / name!s:<{width}}  {what}" for name, what in places.items()),
            "Then try:",
            f"  sos-score compare {shlex.quote(str(study))}",
            f"  sos-score verify {shlex.quote(str(folder / 'report.manifest.json'))}",
        ]
    )
