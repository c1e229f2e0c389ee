"""The data of a study as tables for other programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sos_score.comparison.judging import Comparison
from sos_score.export.judged import COLUMNS, list_judged
from sos_score.study.data import StudyData
from sos_score.study.links import LinkTable
from sos_score.study.outcome import SourceTable

if TYPE_CHECKING:
    import polars as pl

Rename = Callable[[str], str]
_KEPT = ("site", "arm", "wave")
_IDS = {
    "source": "the source of the study file",
    "instrument": "the instrument, by the id of its definition",
    "sheet": "number of the answer sheet within its source and instrument",
    "person": "who is linked across waves",
    "site": "the site, by its id in the study file",
    "arm": "the arm of the site",
    "wave": "the wave",
}
_OTHER_ID = "the {name}, as in the study's files; a pseudonym unless ids were kept"


def make_tables(
    data: StudyData, comparison: Comparison, links: Iterable[LinkTable], rename: Rename
) -> dict[str, pl.DataFrame]:
    """Return every table of an export by the name of its file; ids of people and levels go through `rename`."""
    import polars as pl

    judged = pl.DataFrame(list_judged(data, comparison), schema=_find_schema())
    made = {
        "scores": _stack([_list_scores(table, data, rename) for table in data.tables]),
        "items": _stack([_list_items(table, rename) for table in data.tables if len(table.answers.columns)]),
        "key": _list_key(data),
        "judged_rows": judged,
        "plan": pl.DataFrame(list(_flatten(_describe_plan(data))), schema=["setting", "value"], orient="row"),
        "links": _list_links(links, rename),
    }
    return {"codebook": _describe_columns(made, data), **made}


def _stack(frames: list[pl.DataFrame]) -> pl.DataFrame:
    import polars as pl

    return pl.concat(frames, how="diagonal") if frames else pl.DataFrame()


def _find_schema() -> dict[str, Any]:
    import polars as pl

    whole = ("row", "n")
    texts = ("question", "source", "scale", "unit", "site", "wave_1", "wave_2", "method", "clustered_on", "x", "y",
             "level", "levels", "fitted", "compared", "family")  # fmt: skip
    return {name: pl.Int64 if name in whole else pl.String if name in texts else pl.Float64 for name in COLUMNS}


def _list_ids(table: SourceTable, rename: Rename) -> pl.DataFrame:
    """Return who, where and when of each answer sheet: all columns of texts."""
    import polars as pl

    names = [name for name in table.frame.columns if table.frame[name].dtype == object]
    ids = {
        name: [_rename(value, name, rename) for value in table.frame[name].tolist()]
        for name in dict.fromkeys(("person", *_KEPT, *names))
    }
    frame = pl.DataFrame(ids, schema=dict.fromkeys(ids, pl.String))
    instrument = table.instrument.id if table.instrument else ""
    return frame.select(
        pl.lit(table.source).alias("source"), pl.lit(instrument).alias("instrument"),
        pl.int_range(1, frame.height + 1, dtype=pl.Int64).alias("sheet"), pl.all(),
    )  # fmt: skip


def _rename(value: object, name: str, rename: Rename) -> str | None:
    if not isinstance(value, str):
        return None
    return value if name in _KEPT else rename(value)


def _list_scores(table: SourceTable, data: StudyData, rename: Rename) -> pl.DataFrame:
    import polars as pl

    ids = _list_ids(table, rename)
    found = []
    for outcome in data.outcomes:
        if outcome.table is table:
            counted = f"n_{outcome.scale}"
            answered = table.frame[counted].to_numpy(float) if counted in table.frame else [None] * ids.height
            found.append(
                ids.with_columns(
                    pl.lit(outcome.scale).alias("scale"),
                    pl.Series("score", table.frame[outcome.scale].to_numpy(float)).fill_nan(None),
                    pl.Series("answered", answered, dtype=pl.Float64).fill_nan(None).cast(pl.Int64),
                )
            )
    return _stack(found)


def _list_items(table: SourceTable, rename: Rename) -> pl.DataFrame:
    import polars as pl

    ids = _list_ids(table, rename)
    codes = pl.DataFrame({str(name): table.answers[name].to_numpy(float) for name in table.answers}).fill_nan(None)
    whole = ids.hstack(codes.rename({name: f"\x1f{name}" for name in codes.columns}))
    long = whole.unpivot(index=ids.columns, variable_name="item", value_name="code")
    return long.with_columns(pl.col("item").str.slice(1))


def _list_key(data: StudyData) -> pl.DataFrame:
    import polars as pl

    rows = [
        {"source": table.source, "instrument": plan.instrument.id, "scale": scale.scale,
         "kind": "score" if scale.of_scores else "item", "item": term.name, "sign": -1 if term.is_reversed else 1,
         "weight": float(term.weight), "low": float(term.low), "high": float(term.high), "options": term.options,
         "is_recoded": int(bool(term.recode)), "method": scale.method, "required": scale.required}
        for table in data.tables if (plan := table.plan)
        for scale in plan.scales
        for term in scale.terms
    ]  # fmt: skip
    names = ("source", "instrument", "scale", "kind", "item", "sign", "weight", "low", "high", "options", "is_recoded",
             "method", "required")  # fmt: skip
    return (
        pl.DataFrame(rows, infer_schema_length=None) if rows else pl.DataFrame(schema=dict.fromkeys(names, pl.String))
    )


def _list_links(links: Iterable[LinkTable], rename: Rename) -> pl.DataFrame:
    import polars as pl

    rows: list[dict[str, str | None]] = []
    for table in links:
        for unit, (ids, _) in table.rows.items():
            above = {name: _rename(ids.get(name), name, rename) for name in table.above}
            rows.append({"unit": table.unit, "id": _rename(unit, table.unit, rename), **above})
    names = dict.fromkeys(name for row in rows for name in row) or {"unit": None, "id": None}
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String))


def _describe_plan(data: StudyData) -> dict[str, Any]:
    """Return what the study file says of sites, arms, waves, design and plan, without the files it names."""
    kept = ("id", "title", "arms", "sites", "waves", "design", "levels", "pairs", "plan", "privacy")
    return {name: value for name, value in data.study.model_dump(mode="json").items() if name in kept}


def _flatten(value: Any, above: str = "") -> Iterator[tuple[str, str]]:
    pairs: Iterable[tuple[Any, Any]]
    if isinstance(value, Mapping):
        pairs = value.items()
    elif isinstance(value, list):
        pairs = enumerate(value, start=1)
    else:
        yield above, "" if value is None else str(value)
        return
    for name, each in pairs:
        yield from _flatten(each, f"{above}.{name}" if above else str(name))


_MEANINGS: dict[str, dict[str, str]] = {
    "scores": {
        "scale": "the scale, by its id; its title is below",
        "score": "the score that the comparison uses; blank where too few items were answered",
        "answered": "how many items were answered",
    },
    "items": {
        "item": "the item, by its id",
        "code": "the code of the answer, before reversal; blank where missing",
    },
    "key": {
        "scale": "the scale",
        "kind": "item, or score where the scale is made of other scales",
        "item": "the item or the other scale",
        "sign": "-1 where it is reversed: low + high - code",
        "weight": "how often it counts",
        "low": "the lowest code",
        "high": "the highest code",
        "options": "how many answers an item has; 0 where they are not consecutive whole numbers",
        "is_recoded": "1 where what an answer counts is not its code",
        "method": "mean or sum",
        "required": "the least number of answers for a score",
    },
    "judged_rows": dict(COLUMNS),
    "plan": {"setting": "a setting of the study file, by its path", "value": "its value"},
    "links": {"unit": "the level that a row is about", "id": "its id; the other columns are what it belongs to"},
}


def _describe_columns(tables: Mapping[str, pl.DataFrame], data: StudyData) -> pl.DataFrame:
    """Return what each column means, and the titles, ranges and directions of the scales."""
    import polars as pl

    rows: list[dict[str, Any]] = []
    for name, frame in tables.items():
        for column in frame.columns:
            meaning = _MEANINGS[name].get(column) or _IDS.get(column) or _OTHER_ID.format(name=column)
            rows.append({"file": name, "column": column, "meaning": meaning})
    study = data.study
    labels = {
        "site": {site: study.label_site(site) for site in study.sites},
        "arm": {arm: study.label_arm(arm) for arm in study.arms},
        "wave": study.waves,
    }
    rows += [{"file": "scores", "column": column, "value": value, "meaning": label}
             for column, held in labels.items() for value, label in held.items()]  # fmt: skip
    rows += [
        {"file": "scores", "column": "scale", "value": each.id, "meaning": f"{each.title} ({each.source_label})",
         "low": each.low, "high": each.high, "higher_is": each.higher_is, "good": each.good or "",
         "outcome": int(each.is_planned)}
        for each in data.outcomes
    ]  # fmt: skip
    schema = {"file": pl.String, "column": pl.String, "value": pl.String, "meaning": pl.String, "low": pl.Float64,
              "high": pl.Float64, "higher_is": pl.String, "good": pl.String, "outcome": pl.Int64}  # fmt: skip
    return pl.DataFrame(rows, schema=schema).fill_nan(None)
