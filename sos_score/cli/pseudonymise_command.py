"""``sos-score pseudonymise``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sos_score.cli.options import ColumnMaps, Force, From, HeaderRow, Sheet


def pseudonymise(
    data: Annotated[str, typer.Argument(metavar="DATA", help="A survey export; - is standard input.")],
    key_file: Annotated[
        Path, typer.Option("--key-file", metavar="KEY", help="The key: only files made with one key link.")
    ],
    output: Annotated[str, typer.Option("--output", "-o", metavar="OUT.csv", help="The file to be shared.")],
    *,
    new_key: Annotated[bool, typer.Option("--new-key", help="Make the key file first; for your eyes only.")] = False,
    instrument: Annotated[
        list[str] | None,
        typer.Option("--instrument", "-i", metavar="ID|PATH", help="Keep the items of this instrument; repeatable."),
    ] = None,
    columns: ColumnMaps = None,
    hashed: Annotated[
        list[str] | None,
        typer.Option("--id", metavar="COLUMN", help="Hash this column too, or a pattern (id_*); repeatable."),
    ] = None,
    keep: Annotated[
        list[str] | None,
        typer.Option("--keep", metavar="COLUMN", help="Keep this column whatever is in it; repeatable."),
    ] = None,
    drop: Annotated[
        list[str] | None, typer.Option("--drop", metavar="COLUMN", help="Leave this column out too; repeatable.")
    ] = None,
    platform: From = None,
    sheet: Sheet = None,
    header_row: HeaderRow = None,
    force: Force = False,
) -> None:
    """Write a copy without names that can still be linked.

    Ids are hashed with a key. Free text and columns that look like identifiers are left out.
    """
    from sos_score.commands.pseudonymise import PseudonymRequest, describe_shared, share_file
    from sos_score.survey.readers.export import ReadingOptions

    request = PseudonymRequest(
        data=data,
        key_file=key_file,
        output=output,
        instruments=tuple(instrument or ()),
        column_maps=tuple(columns or ()),
        ids=tuple(hashed or ()),
        keep=tuple(keep or ()),
        drop=tuple(drop or ()),
        new_key=new_key,
        reading=ReadingOptions(platform, sheet, header_row),
        force=force,
    )
    typer.echo("\n".join(describe_shared(request, share_file(request))))
