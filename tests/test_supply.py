"""What is handed out: a wheel that comes out the same each time, and a list of all that it needs."""

import hashlib
import re
import runpy
import subprocess
import sys
import tomllib

import pytest
from support import ROOT

make_sbom = runpy.run_path(str(ROOT / ".ci" / "sbom.py"))["make_sbom"]


def test_the_bill_of_materials_names_all_that_the_project_asks_for():
    bill = make_sbom()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = {re.match(r"[\w-]+(\.[\w-]+)*", each)[0].lower() for each in project["dependencies"]}
    named = {each["name"]: each for each in bill["components"]}
    assert asked <= {*named, *(name.replace("-", ".") for name in named)}
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert (bill["metadata"]["component"]["name"], bill["metadata"]["component"]["version"]) == (
        project["name"], project["version"],
    )  # fmt: skip
    assert all(each["purl"] == f"pkg:pypi/{name}@{each['version']}" for name, each in named.items())


def test_the_bill_of_materials_says_which_needs_which():
    bill = make_sbom()
    known = {each["bom-ref"] for each in (bill["metadata"]["component"], *bill["components"])}
    assert {each["ref"] for each in bill["dependencies"]} == known
    assert {ref for each in bill["dependencies"] for ref in each["dependsOn"]} <= known


@pytest.mark.slow
def test_a_wheel_comes_out_the_same_byte_by_byte(tmp_path):
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    pip = [environment / "bin" / "python", "-m", "pip", "--quiet", "--disable-pip-version-check"]
    builders = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    subprocess.run([*pip, "install", *builders], check=True)
    sums = set()
    for name in ("first", "second"):
        make = [*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", tmp_path / name]
        subprocess.run([*make, ROOT], check=True)
        (wheel,) = (tmp_path / name).iterdir()
        sums.add(hashlib.sha256(wheel.read_bytes()).hexdigest())
    assert len(sums) == 1
