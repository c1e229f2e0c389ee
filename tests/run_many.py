"""Score many files, one after the other, and say of each what came of it: a line of JSON a file.

A process of its own with bounded memory: what must not happen is that a file takes the process down with it.
"""

from __future__ import annotations

import json
import resource
import sys
import time
import traceback

from typer.testing import CliRunner

from sos_score.cli.app import app


def tell(found: dict[str, object]) -> None:
    sys.stdout.write(f"{json.dumps(found)}\n")
    sys.stdout.flush()


def main(most_bytes: int, words: list[str], paths: list[str]) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes))
    for path in paths:
        tell({"path": path})  # so that it is known which file ended the process
        start = time.process_time()
        result = CliRunner().invoke(app, ["score", path, *words])
        escaped = result.exception is not None and not isinstance(result.exception, SystemExit)
        trace = "".join(traceback.format_exception(result.exception)[-4:]) if escaped else ""
        found = {
            "path": path,
            "code": result.exit_code,
            "scores": result.stdout,
            "said": result.stderr,
            "escaped": trace,
            "seconds": round(time.process_time() - start, 2),
        }
        tell(found)


if __name__ == "__main__":
    main(int(sys.argv[1]), json.loads(sys.argv[2]), sys.stdin.read().splitlines())
