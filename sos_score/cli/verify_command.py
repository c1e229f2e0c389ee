"""``sos-score verify``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def verify(
    manifest: Annotated[Path, typer.Argument(metavar="MANIFEST", help="The .manifest.json beside a report.")],
    sign_key: Annotated[
        Path | None, typer.Option("--sign-key", metavar="FILE", help="The key that the manifest was signed with.")
    ] = None,
) -> None:
    """Recompute a report from its manifest and say what differs."""
    from sos_score.commands.verify import verify_report

    typer.echo(verify_report(manifest, sign_key))
