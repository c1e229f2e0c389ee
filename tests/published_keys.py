"""The keys of the shipped instruments as their sources print them, typed a second time; no definition is read here."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

Signed = list[int]


@dataclass(frozen=True)
class Key:
    """Prefix and width of the item numbers, the answers, the signed items of each scale, and how they are scored."""

    form: str
    answers: range
    scales: dict[str, Signed]
    score: str = "mean"
    least: str | int = "4/5"

    def count_required(self, size: int) -> int:
        return self.least if isinstance(self.least, int) else ceil(Fraction(self.least) * size)


WAI_TASK = [2, 4, -7, -11, 13, -15, 16, 18, 24, -31, -33, 35]
WAI_BOND = [-1, 5, 8, 17, 19, -20, 21, 23, 26, 28, -29, 36]
WAI_GOAL = [-3, 6, -9, -10, -12, 14, 22, 25, -27, 30, 32, -34]
SHORT_BOND = [3, 5, 7, 9]
YATCHMENOFF = {
    "buy_in": [1, 4, 8, 10, 13, 14, 17, 18],
    "receptivity": [2, -3, 7, 15],
    "working_relationship": [-5, 9, 11, -16],
    "mistrust": [6, -12, -19],
    "total": [-item if item in (3, 5, 6, 16) else item for item in range(1, 20)],
}
OSC = {
    "proficiency": {"responsiveness": 7, "competence": 8},
    "rigidity": {"centralization": 7, "formalization": 7},
    "resistance": {"apathy": 6, "suppression": 7},
    "engagement": {"personalization": 5, "accomplishment": 6},
    "functionality": {"growth": 5, "clarity": 6, "cooperation": 4},
    "stress": {"exhaustion": 6, "conflict": 7, "overload": 7},
}


def reverse(items: range, *reversed_items: int) -> Signed:
    """Return the items with a minus sign before those that are reversed."""
    return [-item if item in reversed_items else item for item in items]


def part(prefixes: list[str], size: int) -> dict[str, Signed]:
    """Return scales of `size` items each, one after the other, and a total of all of them."""
    scales = {name: list(range(size * place + 1, size * (place + 1) + 1)) for place, name in enumerate(prefixes)}
    return scales | {"total": list(range(1, size * len(prefixes) + 1))}


KEYS: dict[str, Key] = {
    "wai": Key(
        "wai_{:02}", range(1, 8),
        {"task": WAI_TASK, "bond": WAI_BOND, "goal": WAI_GOAL, "total": WAI_TASK + WAI_BOND + WAI_GOAL},
    ),
    "wai-s": Key(
        "wais_{:02}", range(1, 8),
        {
            "task": [1, 2, 8, 12], "bond": SHORT_BOND, "goal": [-4, 6, -10, 11],
            "total": [1, 2, 8, 12, *SHORT_BOND, -4, 6, -10, 11],
        },
    ),
    "wai-sr": Key(
        "waisr_{:02}", range(1, 6),
        {"task": [1, 2, 10, 12], "bond": SHORT_BOND, "goal": [4, 6, 8, 11], "total": list(range(1, 13))},
    ),
    "yatchmenoff": Key("yat_{:02}", range(1, 6), YATCHMENOFF),
    "safety-scale": Key("safety", range(11), {"safety": [1]}),
    "practice-elements": Key("element_{}", range(1, 6), {"use": [1, 2, 3, 4, 5, 6]}),
    "family-feedback": Key("feedback_{:02}", range(1, 6), {"feedback": list(range(1, 11))}),
    "cbi": Key(
        "cbi_{:02}", range(0, 101, 25),
        {"personal": list(range(1, 7)), "work": reverse(range(7, 14), 13), "client": list(range(14, 20))},
    ),
    "pss-10": Key("pss10_{:02}", range(5), {"total": reverse(range(1, 11), 4, 5, 7, 8)}, "sum"),
    "pss-4": Key("pss4_{}", range(5), {"total": [1, -2, -3, 4]}, "sum"),
    "mastery": Key("mastery_{}", range(1, 5), {"total": reverse(range(1, 8), 1, 2, 3, 5, 7)}, "sum"),
    "parental-stress": Key(
        "pstress_{:02}", range(1, 6), {"total": reverse(range(1, 19), 1, 2, 5, 6, 7, 8, 17, 18)}, "sum"
    ),
    "olbi": Key(
        "olbi_{:02}", range(1, 5),
        {
            "exhaustion": [-2, -4, 5, -8, 10, -12, 14, 16], "disengagement": [1, -3, -6, 7, -9, -11, 13, 15],
            "total": reverse(range(1, 17), 2, 3, 4, 6, 8, 9, 11, 12),
        },
        "sum",
    ),
    "lsns-6": Key("lsns_{}", range(6), {"family": [1, 2, 3], "friends": [4, 5, 6], "total": list(range(1, 7))}, "sum"),
    "core-10": Key("core10_{:02}", range(5), {"total": reverse(range(1, 11), 2, 3)}, "sum", 9),
    "who-5": Key("who5_{}", range(6), {"total": list(range(1, 6))}, "sum", "1"),
    "mos-sss": Key(
        "mos_{:02}", range(1, 6),
        {
            "emotional": [3, 4, 8, 9, 13, 16, 17, 19], "tangible": [2, 5, 12, 15], "affectionate": [6, 10, 20],
            "interaction": [7, 11, 18], "overall": list(range(2, 21)),
        },
    ),
    "rosenberg": Key("rses_{:02}", range(4), {"total": reverse(range(1, 11), 3, 5, 8, 9, 10)}, "sum"),
    "swls": Key("swls_{}", range(1, 8), {"total": list(range(1, 6))}, "sum"),
    "uwes-9": Key(
        "uwes_{}", range(7),
        {"vigor": [1, 2, 5], "dedication": [3, 4, 7], "absorption": [6, 8, 9], "total": list(range(1, 10))},
    ),
    "ics": Key(
        "ics_{:02}", range(5),
        part(["focus", "educational", "recognition", "rewards", "selection_ebp", "selection_openness"], 3),
    ),
    "ils": Key("ils_{:02}", range(5), part(["proactive", "knowledgeable", "supportive", "perseverant"], 3)),
    "ebpas-15": Key(
        "ebpas_{:02}", range(5),
        {
            "requirements": [11, 12, 13], "appeal": [9, 10, 14, 15], "openness": [1, 2, 4, 8],
            "divergence": [3, 5, 6, 7], "total": reverse(range(1, 16), 3, 5, 6, 7),
        },
    ),
    "proqol-5": Key(
        "proqol_{:02}", range(1, 6),
        {
            "compassion_satisfaction": [3, 6, 12, 16, 18, 20, 22, 24, 27, 30],
            "burnout": [-1, -4, 8, 10, -15, -17, 19, 21, 26, -29],
            "secondary_trauma": [2, 5, 7, 9, 11, 13, 14, 23, 25, 28],
        },
        "sum",
    ),
}  # fmt: skip
STATUSES = {
    "cbi": ("verified", "verified", "project"),
    "ccbc": ("structural", "unverified", "project"),
    "core-10": ("derived", "verified", "unverified"),
    "ebpas-15": ("unverified", "unverified", "project"),
    "family-feedback": ("structural", "structural", "project"),
    "ics": ("unverified", "unverified", "project"),
    "ils": ("unverified", "unverified", "project"),
    "lsns-6": ("unverified", "unverified", "project"),
    "mastery": ("unverified", "verified", "project"),
    "mos-sss": ("verified", "verified", "project"),
    "olbi": ("verified", "verified", "project"),
    "osc": ("structural", "unverified", "project"),
    "parental-stress": ("unverified", "verified", "project"),
    "practice-elements": ("structural", "structural", "project"),
    "proqol-5": ("unverified", "verified", "project"),
    "pss-10": ("verified", "verified", "project"),
    "pss-4": ("verified", "verified", "project"),
    "rosenberg": ("verified", "verified", "project"),
    "safety-scale": ("verified", "verified", "project"),
    "swls": ("verified", "verified", "project"),
    "uwes-9": ("unverified", "unverified", "project"),
    "wai": ("verified", "verified", "project"),
    "wai-s": ("derived", "verified", "project"),
    "wai-sr": ("verified", "verified", "project"),
    "who-5": ("verified", "verified", "project"),
    "yatchmenoff": ("unverified", "unverified", "project"),
}
WORDED = {"cbi", "core-10", "swls"}


def list_key(name: str) -> tuple[Key, dict[str, dict[str, bool]]]:
    """Return how an instrument is scored, and each scale's items, True where reversed."""
    if name == "osc":
        parts = {below: size for scale in OSC.values() for below, size in scale.items()}
        items = {below: [f"{below}_{n}" for n in range(1, size + 1)] for below, size in parts.items()}
        above = {scale: [item for below in made for item in items[below]] for scale, made in OSC.items()}
        return Key("", range(1, 6), {}), {scale: dict.fromkeys(made, False) for scale, made in (items | above).items()}
    if name == "ccbc":
        areas = {"clinical_skill": "skill", "cultural_empathy": "empathy"}
        return Key("", range(1, 6), {}), {
            area: {f"{stem}_{n:02}": False for n in range(1, 11)} for area, stem in areas.items()
        }
    key = KEYS[name]
    return key, {
        scale: {key.form.format(abs(number)): number < 0 for number in signed} for scale, signed in key.scales.items()
    }
