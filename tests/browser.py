"""A headless Chromium that is spoken to over a pipe: no driver, no port, no network."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, NoReturn

import pytest
from support import ROOT

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
AXE = ROOT / ".ci" / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync --hide-scrollbars --remote-debugging-pipe"
)


def require_chromium() -> None:
    """Skip a test where there is no Chromium; in CI it has to be there."""
    if CHROMIUM is None:
        _miss("chromium")


def read_axe() -> str:
    """Return the rules of accessibility as a script, or skip a test where they are not installed; in CI they are."""
    if not AXE.exists():
        _miss("axe-core")
    return AXE.read_text(encoding="utf-8")


def _miss(name: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(f"{name} is not installed, and .ci/run installs it")
    pytest.skip(f"{name} is not installed")


class Browser:
    """One page in one browser, and everything it says and asks for."""

    def __init__(self, profile: Path) -> None:
        ours, theirs = os.pipe(), os.pipe()  # commands to the browser, answers from it
        command = f'exec "{CHROMIUM}" {FLAGS} --user-data-dir="{profile}" about:blank 3<&{ours[0]} 4>&{theirs[1]}'
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen(
            ["bash", "-c", command], pass_fds=(ours[0], theirs[1]), stdout=quiet, stderr=quiet
        )
        os.close(ours[0])
        os.close(theirs[1])
        self.commands, self.answers = os.fdopen(ours[1], "wb"), os.fdopen(theirs[0], "rb")
        self.rest = b""
        self.events: list[dict[str, Any]] = []
        self.number = 0
        self.session: str | None = None
        target = next(each for each in self.send("Target.getTargets")["targetInfos"] if each["type"] == "page")
        self.session = self.send("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and return its answer; events on the way are kept."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        self.commands.write(json.dumps(message).encode() + b"\0")
        self.commands.flush()
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                assert "error" not in answer, answer
                return answer["result"]
            self.events.append(answer)

    def receive(self) -> dict[str, Any]:
        """Return the next message of the browser."""
        while b"\0" not in self.rest:
            chunk = os.read(self.answers.fileno(), 1 << 16)
            assert chunk, "the browser has gone"
            self.rest += chunk
        message, _, self.rest = self.rest.partition(b"\0")
        return json.loads(message)

    def open(self, page: Path, width: int, *, dark: bool = False, media: str = "") -> None:
        """Open a page at a width and wait until it is loaded."""
        self.events.clear()
        self.send(
            "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 600
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.send("Emulation.setEmulatedMedia", media=media, features=[scheme])
        self.send("Page.navigate", url=page.resolve().as_uri())
        while not any(each.get("method") == "Page.loadEventFired" for each in self.events):
            self.events.append(self.receive())

    def ask(self, expression: str) -> Any:
        """Return the value of an expression in the page."""
        return self.send("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def list_faults(self, rules: str) -> list[str]:
        """Return every breach of WCAG 2.2 AA and of good practice that axe-core finds in the page, with its place."""
        self.ask(rules)
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        run = f"axe.run(document, {{runOnly: {json.dumps(tags)}}}).then(found => found.violations)"
        answer = self.send("Runtime.evaluate", expression=run, awaitPromise=True, returnByValue=True)
        violations = answer["result"]["value"]
        return [f"{each['id']}: {node['html'][:200]}" for each in violations for node in each["nodes"]]

    def list_messages(self) -> list[str]:
        """Return everything the page wrote to the console, violations of its security policy included."""
        self.ask("0")
        names = ("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown")
        return [json.dumps(each["params"]) for each in self.events if each.get("method") in names]

    def list_requests(self) -> list[str]:
        """Return every address that was asked for."""
        found = [each for each in self.events if each.get("method") == "Network.requestWillBeSent"]
        return [each["params"]["request"]["url"] for each in found]

    def shoot(self, path: Path, *, whole: bool = False) -> None:
        """Write a picture of the page."""
        shot = self.send("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(shot["data"]))

    def close(self) -> None:
        """End the browser."""
        self.process.terminate()
        self.process.wait(20)
        self.commands.close()
        self.answers.close()
