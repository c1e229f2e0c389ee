"""Plain data as YAML, in the words of YAML 1.2: texts such as No, Off and 1:30 need no quotes there."""

from __future__ import annotations

import re
from typing import Any

import yaml

# What YAML 1.2 takes for a truth value or a number, by its tag; and the characters that each can begin with.
_TYPES = {
    "tag:yaml.org,2002:bool": ("true|True|TRUE|false|False|FALSE", "tTfF"),
    "tag:yaml.org,2002:float": (
        r"[-+]?[0-9][0-9_]*(?:\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)"
        r"|[-+]?\.[0-9_]+(?:[eE][-+][0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        "-+.0123456789",
    ),
    "tag:yaml.org,2002:int": (r"[-+]?(?:0b[01_]+|0o[0-7_]+|[0-9_]+|0x[0-9a-fA-F_]+)", "-+0123456789"),
}


def write_yaml(data: object) -> str:
    """Return plain data as YAML, its innermost lists and mappings in one line each."""
    text: str = yaml.dump(
        data, Dumper=_Dumper, default_flow_style=None, width=4096, sort_keys=False, allow_unicode=True
    )
    return text


class _Dumper(yaml.SafeDumper):
    yaml_implicit_resolvers = {
        first: [(tag, form) for tag, form in resolvers if tag not in _TYPES]
        for first, resolvers in yaml.SafeDumper.yaml_implicit_resolvers.items()
    }

    def analyze_scalar(self, scalar: str) -> Any:
        """Let a text with a question mark or a colon inside it stand in a list without quotes."""
        found = super().analyze_scalar(scalar)
        may_be_plain = found.allow_block_plain and scalar and not re.search(r"^[?:]|[,\[\]{}]", scalar)
        found.allow_flow_plain = bool(may_be_plain)
        return found

    def choose_scalar_style(self) -> str:
        """Put a text with an apostrophe or a line end in double quotes, as a person would."""
        style: str = super().choose_scalar_style()
        text: str = getattr(self.event, "value", "")
        return '"' if style == "'" and ("'" in text or "\n" in text) else style


for _tag, (_form, _first) in _TYPES.items():
    _Dumper.add_implicit_resolver(_tag, re.compile(f"(?:{_form})$"), list(_first))
