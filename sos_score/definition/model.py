"""What the models of all files share."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Text = Annotated[str, Field(min_length=1)]


class Model(BaseModel):
    """A part of a file: every key known, every type as written, nothing changed afterwards."""

    # Built when it is first used: most commands use few of the models.
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)
