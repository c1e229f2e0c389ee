"""What is given as a file and is none, or is far too large to be what it should."""

import os
import sys

import pytest
from support import ROOT, CommandLine

run = CommandLine()
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes and devices of POSIX")


@pytest.mark.parametrize("kind", ["pipe", "/dev/zero"])
@pytest.mark.parametrize(
    ("command", "hint"),
    [
        (("score", "{}", "-i", "wai-s"), "  hint: give - for the file, and pipe the answers in\n"),
        (("check", "{}", "-i", "wai-s"), "  hint: give - for the file, and pipe the answers in\n"),
        (
            ("explain", "{}", "-i", "wai-s", "--respondent", "F1"),
            "  hint: give - for the file, and pipe the answers in\n",
        ),
        (("score", str(ROOT / "examples/wai_s_labels.csv"), "-i", "wai-s", "-c", "{}"), ""),
        (("show", "{}"), ""),
        (("verify", "{}"), ""),
        (("report", "{}.yaml"), ""),
    ],
)
def test_a_pipe_or_a_device_is_refused_at_once(tmp_path, kind, command, hint):
    given = kind
    if kind == "pipe":
        given = str(tmp_path / ("pipe.yaml" if command[-1].endswith(".yaml") else "pipe"))
        os.mkfifo(given)
    elif command[-1].endswith(".yaml"):
        (tmp_path / "device.yaml").symlink_to(kind)
        given = str(tmp_path / "device.yaml")
    result = run(*(part.format(given.removesuffix(".yaml")) if "{}" in part else part for part in command))
    assert result.exit_code == 1
    assert f"{given}: cannot be read (it is a pipe or a device, not a file)\n{hint}" in result.output


@pytest.mark.parametrize("kind", ["pipe", "/dev/zero"])
def test_a_definition_that_is_a_pipe_or_a_device_has_a_rule(tmp_path, kind):
    given = kind
    if kind == "pipe":
        given = str(tmp_path / "pipe")
        os.mkfifo(given)
    result = run("validate", given)
    assert result.exit_code == 1
    assert f"{given}: error SOS001: cannot be read (it is a pipe or a device, not a file)\n" in result.output


def test_a_definition_of_more_than_a_megabyte_is_not_read(tmp_path):
    large = tmp_path / "large.yaml"
    large.write_text("items:\n" + "- one\n" * 200_000)
    result = run("show", large)
    assert result.exit_code == 1
    assert f"{large}: cannot be read (it is larger than 1 MB)" in result.output
    assert f"{large}: error SOS001: cannot be read (it is larger than 1 MB)" in run("validate", large).output
