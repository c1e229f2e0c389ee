"""Scored Parquet as `score` writes it: people in workers in sites, two waves, ten scales, from a seed."""

from __future__ import annotations

import argparse
from pathlib import Path

SCALES = 10
SEED = 20261127
_WORKERS = 20  # a site; fewer where it has fewer than ten people for each
_BOTH, _FIRST = 0.4, 0.7  # of people: answer at both waves; at the first or at both


def list_treated(sites: int) -> list[str]:
    """Return the sites of the treated arm: every second one."""
    return [f"S{place:04}" for place in range(0, sites, 2)]


def write_scores(path: Path, people: int, sites: int, *, scales: int = SCALES, parts: int = 0, seed: int = SEED) -> int:
    """Write one row a person and wave, and return how many; in `parts`, as Spark leaves a table, where there are any.

    A score is 3.5 and what its site (SD 0.15), the site at that wave (0.1), its worker (0.2), the person (0.6) and the
    moment (0.5) add to it, and 0.1 for treated sites at the second wave; 3% have none.
    """
    import numpy as np
    import polars as pl

    rng = np.random.default_rng(seed)
    site = rng.integers(0, sites, people)
    workers = max(1, min(_WORKERS, people // (10 * sites)))
    worker = site * workers + rng.integers(0, workers, people)
    kind = rng.random(people)
    first, last = np.flatnonzero(kind < _FIRST), np.flatnonzero((kind < _BOTH) | (kind >= _FIRST))
    who = np.concatenate([first, last])
    wave = np.repeat([0, 1], [first.size, last.size])
    treated = (site[who] % 2 == 0) & (wave == 1)
    order = np.lexsort([wave, who])
    who, wave, treated = who[order], wave[order], treated[order]
    columns: dict[str, pl.Series] = {
        "respondent": "P" + pl.Series(who).cast(pl.String).str.zfill(7),
        "site": "S" + pl.Series(site[who]).cast(pl.String).str.zfill(4),
        "wave": "T" + pl.Series(wave + 1).cast(pl.String),
        "worker": "W" + pl.Series(worker[who]).cast(pl.String).str.zfill(5),
    }
    for number in range(1, scales + 1):
        score = 3.5 + 0.1 * treated + rng.normal(0, 0.5, who.size)
        score += rng.normal(0, 0.15, sites)[site[who]] + rng.normal(0, 0.1, (sites, 2))[site[who], wave]
        score += rng.normal(0, 0.2, sites * workers)[worker[who]] + rng.normal(0, 0.6, people)[who]
        score = np.round(np.clip(score, 1, 6) * 6) / 6  # the mean of six answers
        missing = rng.random(who.size) < 0.03
        columns[f"s{number:02}"] = pl.Series(np.where(missing, np.nan, score)).fill_nan(None)
        columns[f"s{number:02}_n"] = pl.Series(np.where(missing, 2, 6), dtype=pl.Int64)
    frame = pl.DataFrame(columns)
    if not parts:
        frame.write_parquet(path)
        return frame.height
    path.mkdir()
    for number, part in enumerate(frame.iter_slices(-(-frame.height // parts))):
        name = f"part-{number:05}-0d5d7a2c-c000.snappy.parquet"
        part.write_parquet(path / name, compression="snappy")
        (path / f".{name}.crc").write_bytes(b"crc\0")
    (path / "_SUCCESS").touch()
    return frame.height


def main() -> None:
    """Write the file that the command line asks for, and say which of its sites are treated."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--sites", type=int, default=10)
    parser.add_argument("--scales", type=int, default=SCALES)
    parser.add_argument("--parts", type=int, default=0)
    given = parser.parse_args()
    write_scores(given.path, given.people, given.sites, scales=given.scales, parts=given.parts)
    print(",".join(list_treated(given.sites)))


if __name__ == "__main__":
    main()
