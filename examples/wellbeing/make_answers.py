"""Make the invented answers of the tutorial: ``python make_answers.py`` writes the same two files each time."""

from __future__ import annotations

import csv
import random
from pathlib import Path

LABELS = ("Never", "Rarely", "Sometimes", "Often", "Always")
REVERSED = (3, 8)
ENERGY = range(1, 6)
TEAMS = {"Harbour": (12, 0.9), "Meadow": (11, 0.1), "Orchard": (12, 0.0), "Quarry": (13, 0.0)}  # people, rise in Energy
NEW_IN_AUTUMN = 2  # of each team, in place of its first two


def make_rows() -> list[list[str]]:
    """Return a row for each person and wave."""
    draw = random.Random(2026)
    rows = []
    for team, (people, rise) in TEAMS.items():
        levels = [draw.gauss(3.1, 0.6) for _ in range(people + NEW_IN_AUTUMN)]
        for wave, first in (("Spring", 0), ("Autumn", NEW_IN_AUTUMN)):
            for number in range(first, first + people):
                answers = []
                for item in range(1, 11):
                    level = levels[number] + (rise if wave == "Autumn" and item in ENERGY else 0)
                    code = min(5, max(1, round(draw.gauss(level, 0.7))))
                    answers.append("" if draw.random() < 0.01 else LABELS[(6 - code if item in REVERSED else code) - 1])
                rows.append([f"{team[0]}{number + 1:02d}", team, wave, *answers])
    return rows


def make_summer(rows: list[list[str]]) -> list[list[str]]:
    """Return a third wave, without a column for it: everyone of autumn again, one answer in five another one."""
    draw = random.Random(2027)
    return [
        [*row[:2], *(draw.choice(LABELS) if each and draw.random() < 0.2 else each for each in row[3:])]
        for row in rows
        if row[2] == "Autumn"
    ]


def write(name: str, ids: list[str], rows: list[list[str]]) -> None:
    """Write a file of answers beside this one."""
    with (Path(__file__).parent / name).open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*ids, *(f"sw_{item:02d}" for item in range(1, 11))])
        writer.writerows(rows)


if __name__ == "__main__":
    answers = make_rows()
    write("answers.csv", ["respondent", "site", "wave"], answers)
    write("answers_summer.csv", ["respondent", "site"], make_summer(answers))
