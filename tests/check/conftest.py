from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from sos_score.check.sources import CheckedSource, Source, check_source
from sos_score.definition.instrument.instrument import Instrument

Check = Callable[..., CheckedSource]


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Check]:
    """Write texts as files and check them together: ``check(instrument, "respondent,q1\\nA,1\\n", by=("site",))``."""
    monkeypatch.chdir(tmp_path)
    with ExitStack() as stack:

        def run(instrument: Instrument, *texts: str, **choices: Any) -> CheckedSource:
            names = [f"t{number}.csv" for number in range(1, len(texts) + 1)]
            for name, text in zip(names, texts, strict=True):
                Path(name).write_text(text, encoding="utf-8")
            files = tuple((name, None) for name in names)
            return check_source(Source("", (instrument,), files, **choices), stack)

        yield run
