"""Print a software bill of materials (CycloneDX 1.6) of sos-score as it is installed: all it needs, with versions.

``python .ci/sbom.py > sos-score.cdx.json`` in the environment that is to be described.
"""

from __future__ import annotations

import json
import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from typing import Any

_REQUIREMENT = re.compile(r"^([A-Za-z0-9][\w.-]*)([^;]*)(?:;(.*))?$")


def make_sbom() -> dict[str, Any]:
    """Return the bill: sos-score, every distribution it needs, and which needs which."""
    found: dict[str, Distribution] = {}
    needs: dict[str, list[str]] = {}
    waiting = ["sos-score"]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found[name] = distribution(name)
        needs[name] = sorted(filter(_is_installed, _list_requirements(found[name])))
        waiting += needs[name]
    root = _describe("sos-score", found.pop("sos-score")) | {"type": "application"}
    components = {name: _describe(name, each) for name, each in sorted(found.items())}
    refs = {"sos-score": root["bom-ref"]} | {name: each["bom-ref"] for name, each in components.items()}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": root},
        "components": list(components.values()),
        "dependencies": [
            {"ref": refs[name], "dependsOn": [refs[each] for each in needs[name]]} for name in sorted(needs)
        ],
    }


def _list_requirements(found: Distribution) -> set[str]:
    """Return the names of what a distribution needs, without its extras; what another system needs is not installed."""
    matches = (_REQUIREMENT.match(each) for each in found.requires or ())
    return {re.sub(r"[-_.]+", "-", match[1]).lower() for match in matches if match and "extra" not in (match[3] or "")}


def _is_installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def _describe(name: str, found: Distribution) -> dict[str, Any]:
    purl = f"pkg:pypi/{name}@{found.version}"
    described: dict[str, Any] = {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": found.version,
        "purl": purl,
    }
    licence = found.metadata.get("License-Expression")
    return described | ({"licenses": [{"expression": licence}]} if licence else {})


if __name__ == "__main__":
    json.dump(make_sbom(), sys.stdout, indent=2)
    sys.stdout.write("\n")
