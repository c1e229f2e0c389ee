"""Files that Spark reads, scores and writes: too many for one machine, or not to leave their cluster."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sos_score.characters import make_visible
from sos_score.commands.column_maps import pair_maps
from sos_score.commands.score_output import name_companion
from sos_score.commands.score_request import ScoreRequest, load_definitions, make_choices
from sos_score.definition.instrument.instrument import Instrument
from sos_score.errors import InvalidOutput, InvalidRequest, InvalidSurvey, Problem
from sos_score.output.files import create_files
from sos_score.scoring.frames import score_survey
from sos_score.scoring.provenance import describe_caveat, describe_scores
from sos_score.scoring.responses import Responses, read_responses
from sos_score.scoring.scorer import OnInvalid
from sos_score.survey.column_map import ColumnMap
from sos_score.survey.readers.export import AS_FOUND, ReadingOptions
from sos_score.version import __version__


def score_on_spark(request: ScoreRequest) -> None:
    """Score files on Spark into a folder of Parquet files, of which nothing passes through this process."""
    output = request.output
    if output in (None, "", "-") or request.fmt not in (None, "parquet"):
        raise InvalidRequest("--engine spark writes a folder of Parquet files: give --output scores.parquet")
    if request.is_long:
        raise InvalidRequest("--long is not possible with --engine spark")
    is_local = "://" not in str(output)
    target = Path(str(output))
    if is_local:
        _check_target(target, request)
    definitions = load_definitions(request.instruments)
    instruments = [definition.instrument for definition in definitions]
    column_map = _choose_map(request.data, request.column_maps, instruments)
    choices = make_choices(request, instruments)
    place = str(target.absolute()) if is_local else str(output)
    abouts = [name_companion(target)] if is_local else []
    with create_files(abouts, force=request.force) as streams, refuse_failures():
        frame = open_spark_frame(request.data, request.reading)
        scored = score_survey(frame, instruments, columns=column_map, on_invalid=request.on_invalid, choices=choices)
        scored.write.mode("overwrite" if request.force else "errorifexists").parquet(place)
        about = describe_scores(definitions, (), __version__, choices.min_answered)
        for stream in streams:
            stream.write(f"{json.dumps(about, indent=2, ensure_ascii=False)}\n".encode())
    if not request.quiet:
        lines = [f"Scores are in {output}.", *map(describe_caveat, instruments)]
        print("\n".join(filter(None, lines)), file=sys.stderr)  # noqa: T201 - messages go to standard error


def _check_target(target: Path, request: ScoreRequest) -> None:
    """Raise `InvalidOutput` where writing would replace an input, or a folder that Spark has not written."""
    whole = target.resolve()
    if any(whole in (path, *path.parents) for path in (Path(each).resolve() for each in request.inputs)):
        message, hint = "is or holds an input of this command, and would be replaced", "choose another name"
        raise InvalidOutput([Problem(message, str(target), hint=hint, rule="output")])
    if target.exists() and not (target / "_SUCCESS").exists():
        message = "is there already and holds no scores that Spark has written, so it is not replaced"
        raise InvalidOutput([Problem(message, str(target), hint="choose another name", rule="output")])
    if target.exists() and not request.force:
        message = "already exists; add --force to replace it, or choose another name"
        raise InvalidOutput([Problem(message, str(target), rule="output")])


def read_on_spark(
    data: Sequence[str], instrument: Instrument, maps: Sequence[Path], on_invalid: OnInvalid, reading: ReadingOptions
) -> Responses:
    """Return the answers in files as Spark reads them."""
    column_map = _choose_map(data, maps, [instrument])
    return read_responses(open_spark_frame(data, reading), instrument, columns=column_map, on_invalid=on_invalid)


def _choose_map(data: Sequence[str], maps: Sequence[Path], instruments: Sequence[Instrument]) -> ColumnMap | None:
    if len(maps) > 1:
        raise InvalidRequest("with --engine spark all files are one survey: give one column map (-c)")
    return pair_maps(data[:1], maps, instruments)[0][1]


def open_spark_frame(data: Sequence[str], reading: ReadingOptions = AS_FOUND) -> Any:
    """Return CSV or Parquet files, folders and patterns of either as one Spark frame; cells of CSV stay text."""
    if reading != AS_FOUND:
        raise InvalidRequest("--from, --sheet, --header-row and the like are not possible with --engine spark")
    if "-" in data:
        raise InvalidRequest("--engine spark reads files, not standard input")
    kinds = {"csv" if name.lower().endswith((".csv", ".csv.gz")) else "parquet" for name in data}
    if len(kinds) > 1:
        raise InvalidRequest("--engine spark reads files of one kind at a time: CSV or Parquet")
    session = _start_session()
    from pyspark.errors import AnalysisException

    try:
        options = {"header": "true", "enforceSchema": "false", "escape": '"', "multiLine": "true"}
        read = session.read
        return read.options(**options).csv(list(data)) if kinds == {"csv"} else read.parquet(*data)
    except AnalysisException as error:
        message = f"cannot be read ({str(error).splitlines()[0][:100]})"
        raise InvalidSurvey([Problem(message, ", ".join(data), rule="file")]) from None


@contextmanager
def refuse_failures() -> Iterator[None]:
    """Turn what stops Spark, or what it cannot reach or read, into a problem: it is no bug of ours."""
    try:
        yield
    except _list_failures() as error:
        java = getattr(error, "java_exception", None)
        said = (str(java.toString()) if java is not None else str(error)).strip().splitlines()
        message = f"stopped before the end ({make_visible(said[0] if said else type(error).__name__)[:200]})"
        hint = "see what it printed above; its workers need sos-score too, and PYSPARK_PYTHON names their Python"
        raise InvalidSurvey([Problem(message, "Spark", hint=hint, rule="file")]) from None


def _list_failures() -> tuple[type[Exception], ...]:
    """Return what Spark raises; nothing where there is no Spark, which is said elsewhere."""
    try:
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException
    except ImportError:
        return ()
    return Py4JError, PySparkException


def _start_session() -> Any:
    """Return a session on the cluster that SPARK_MASTER or Spark's own settings name, else on this machine."""
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise InvalidRequest("--engine spark needs PySpark: pip install 'sos-score[spark]'") from None
    if not shutil.which("java") and "JAVA_HOME" not in os.environ:
        raise InvalidRequest("--engine spark needs Java 17 or later, and no java is on the PATH")
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("sos-score").config("spark.ui.enabled", "false")
    if os.environ.get("SPARK_MASTER"):
        builder = builder.master(os.environ["SPARK_MASTER"])
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session
