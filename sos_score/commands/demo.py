"""The example study, copied and run, to see what comes out before having data."""

from __future__ import annotations

import shutil
from pathlib import Path

from sos_score.commands.compare import CompareRequest, compare_file
from sos_score.commands.report import write_report
from sos_score.definition.library import find_folder
from sos_score.output.files import check_output
from sos_score.report.request import ReportRequest

_EXAMPLE = "contrast_study"
_LEFT_OUT = ("__pycache__", ".gitattributes", "*.py")


def run_demo(folder: Path) -> str:
    """Copy the example study into a folder that is not there yet, compare it, report on it, and return where to look.

    Nothing is left of the folder when anything fails.
    """
    check_output(folder, force=False)
    try:
        shutil.copytree(find_folder("examples") / _EXAMPLE, folder, ignore=shutil.ignore_patterns(*_LEFT_OUT))
        study = folder / "study.yaml"
        compare_file(CompareRequest(path=str(study), output=str(folder / "comparison.xlsx"), quiet=True))
        write_report(ReportRequest(study=str(study), outputs=(str(folder / "report.html"),), quiet=True))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return _describe_places(folder)


def _describe_places(folder: Path) -> str:
    places = {
        "report.html": "the report: open it in a browser",
        "comparison.xlsx": "every finding in full precision",
        "study.yaml": "the study file: sites, sources and the plan",
        "synthetic": "the answers; all of them are invented",
        "README.md": "what was built into them",
    }
    width = max(len(str(folder / name)) for name in places)
    lines = [f"{folder / name!s:<{width}}  {what}" for name, what in places.items()]
    tries = [f"sos-score compare {folder / 'study.yaml'} --only did", f"sos-score verify {folder}/report.manifest.json"]
    return "\n".join([*lines, "Then try:", *(f"  {each}" for each in tries)])
