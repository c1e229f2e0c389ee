"""``sos-score columns``, which is ``sos-score new columns`` too."""

from __future__ import annotations

from typing import Annotated

import typer

from sos_score.cli.options import Force, From, HeaderRow, Instruments, Output, Sheet


def propose_columns(
    data: Annotated[str, typer.Argument(metavar="DATA", help="A survey export; - is standard input.")],
    instrument: Instruments,
    *,
    platform: From = None,
    sheet: Sheet = None,
    header_row: HeaderRow = None,
    output: Output = None,
    force: Force = False,
) -> None:
    """Propose which column of a file holds what.

    The proposal is a column map. It marks what needs checking; correct it, and give it to score with --columns.
    """
    from sos_score.commands.columns import propose_map
    from sos_score.survey.readers.export import ReadingOptions

    propose_map(data, instrument, output, ReadingOptions(platform, sheet, header_row), force=force)
