"""Compare a study under other choices of the analysis, and say which verdicts flip."""

from __future__ import annotations

from pathlib import Path
from textwrap import fill

from sos_score.commands.compare import CompareRequest, describe_inputs, load_request
from sos_score.comparison.plan import make_plan
from sos_score.comparison.sensitivity import assess_sensitivity, score_by_rules
from sos_score.errors import InvalidRequest
from sos_score.output.delimited import RESULT_FORMATS, open_console, write_tables
from sos_score.output.files import check_output, choose_format
from sos_score.output.table import print_table
from sos_score.output.terminal import announce
from sos_score.report.labels import Labels
from sos_score.report.tables.sensitivity import make_flip_table, make_matrix, name_choice, name_column
from sos_score.version import __version__

NAME = "sensitivity"
"""What `--only` calls it."""


def assess_file(request: CompareRequest) -> None:
    """Judge every finding of a study again under other choices, and show or write what flips."""
    if set(request.only) != {NAME}:
        raise InvalidRequest("sensitivity is about change, arms and did, and stands alone: leave out any other --only")
    kind = choose_format(request.fmt, request.output, RESULT_FORMATS)
    if request.output not in (None, "-"):
        check_output(Path(str(request.output)), force=request.force, inputs=[request.path])
    data = load_request(request)
    announce("Comparing again under each other choice", quiet=request.quiet)
    found = assess_sensitivity(data, score_by_rules(data), request.instruments, request.scales)
    labels = Labels(make_plan(data.study), data=data)
    if kind != "table":
        about = {
            "software": f"sos-score {__version__}",
            "study": {"id": data.study.id, "title": data.study.title},
            "inputs": describe_inputs(data),
            "choices": {name_column(choice, labels): name_choice(choice, labels) for choice in found.choices},
        }
        tables, inputs = {"sensitivity": make_matrix(found, labels)}, [each.path for each in data.inputs]
        write_tables(tables, request.fmt, request.output, force=request.force, about=about, inputs=inputs)
        return
    from rich.text import Text

    console = open_console()
    console.print(Text(fill(data.study.title, console.width), style="bold"))
    console.print()
    print_table(make_flip_table(found, labels), console)
