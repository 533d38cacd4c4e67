"""A real browser to look at pages with, which hears of mouse, touch and keys as from a reader."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
ON_PIPES = "import os, sys; [os.dup2(int(sys.argv[n]), n + 2) for n in (1, 2)]; os.execv(sys.argv[3], sys.argv[3:])"
"""A program that makes of two descriptors 3 and 4, on which Chromium is spoken to, and becomes another."""
FREE = 10
"""Descriptors from here on are not among those."""
DESKTOP = (1200, 900)


class Tab:
    """A page in Chromium, which hears of mouse, touch and keys as from a reader."""

    def __init__(self, browser: Browser, address: str, size: tuple[int, int], dark: bool) -> None:
        self._browser = browser
        target = browser.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = browser.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network"):
            self.send(f"{domain}.enable")
        width, height = size
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.dark(dark)
        self.send("Page.navigate", url=address)
        self.read("new Promise((done) => document.readyState === 'complete' ? done() : addEventListener('load', done))")

    def send(self, method: str, **params: Any) -> dict[str, Any]:
        return self._browser.send(method, self._session, **params)

    def read(self, script: str) -> Any:
        """The value of an expression, or what its promise gives."""
        reply = self.send("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in reply, reply["exceptionDetails"]
        return reply["result"].get("value")

    def settle(self) -> None:
        """Wait until what was asked for is drawn."""
        self.read("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))")

    def until(self, condition: str) -> None:
        """Wait until an expression is true, for ten seconds at most."""
        wait = f"while (!({condition}) && Date.now() < end) await new Promise((done) => setTimeout(done, 30));"
        assert self.read(f"(async () => {{ const end = Date.now() + 10000; {wait} return {condition}; }})()"), condition

    def text(self, id: str) -> str:
        return str(self.read(f"document.getElementById('{id}').textContent"))

    def outline(self) -> str:
        return str(self.read("document.querySelector('#shape .outline').getAttribute('d')"))

    def place(self, selector: str, x: float = 0.5, y: float = 0.5) -> dict[str, float]:
        """Pixels of a point of an element, brought into view."""
        box = f"document.querySelector({json.dumps(selector)})"
        for _ in range(2):  # what comes near the screen may be drawn only then, and push it away
            self.read(f"{box}.scrollIntoView({{block: 'center'}})")
            self.settle()
        left, top, width, height = self.read(
            f"(({{left, top, width, height}}) => [left, top, width, height])({box}.getBoundingClientRect())"
        )
        return {"x": left + x * width, "y": top + y * height}

    def mouse(self, kind: str, place: dict[str, float]) -> None:
        held = kind == "mouseMoved" or kind == "mousePressed"
        self.send("Input.dispatchMouseEvent", type=kind, button="left", buttons=int(held), clickCount=1, **place)

    def click(self, selector: str, x: float = 0.5, y: float = 0.5) -> None:
        place = self.place(selector, x, y)
        self.mouse("mousePressed", place)
        self.mouse("mouseReleased", place)
        self.settle()

    def press(self, key: str) -> None:
        text = {"text": key} if len(key) == 1 else {}
        self.send("Input.dispatchKeyEvent", type="keyDown", key=key, **text)
        self.send("Input.dispatchKeyEvent", type="keyUp", key=key)
        self.settle()

    def press_named(self, key: str, code: int) -> None:
        """Press a key that is told by its code, as sliders and dialogs of the browser itself want it."""
        for kind in ("rawKeyDown", "keyUp"):
            self.send("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code)
        self.settle()

    def choose(self, id: str, label: str) -> None:
        """Choose an option of a list by its text."""
        self.read(
            f"""(() => {{
              const list = document.getElementById('{id}');
              list.value = [...list.options].find((option) => option.text === {json.dumps(label)}).value;
              list.dispatchEvent(new Event('change', {{ bubbles: true }}));
            }})()"""
        )
        self.settle()

    def dark(self, dark: bool) -> None:
        """Let the reader's device be dark, or light."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.send("Emulation.setEmulatedMedia", features=[scheme])

    def events(self, *methods: str) -> list[dict[str, Any]]:
        """What has been heard from the page so far."""
        mine = [event for event in self._browser.events if event.get("sessionId") == self._session]
        return [event["params"] for event in mine if event["method"] in methods]


class Browser:
    """Chromium without a window, spoken to in its DevTools protocol over pipes."""

    def __init__(self, profile: Path) -> None:
        its_in, self._out = os.pipe()
        self._in, its_out = os.pipe()
        theirs = [fcntl.fcntl(end, fcntl.F_DUPFD, FREE) for end in (its_in, its_out)]
        command = [sys.executable, "-c", ON_PIPES, *map(str, theirs), str(BROWSER), "--headless", "--no-sandbox"]
        command += ["--disable-gpu", "--enable-unsafe-swiftshader", "--hide-scrollbars"]  # the one for WebGL
        command += ["--remote-debugging-pipe", f"--user-data-dir={profile}"]
        self._process = subprocess.Popen(command, pass_fds=theirs, stderr=subprocess.DEVNULL)
        for end in (its_in, its_out, *theirs):
            os.close(end)
        self._heard = b""
        self._sent = 0
        self.events: list[dict[str, Any]] = []

    def send(self, method: str, session: str | None = None, **params: Any) -> dict[str, Any]:
        """Ask for something and wait for the answer."""
        self._sent += 1
        message = {"id": self._sent, "method": method, "params": params} | ({"sessionId": session} if session else {})
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while (answer := self._hear()).get("id") != self._sent:
            self.events.append(answer)
        assert "error" not in answer, answer["error"]
        return dict(answer["result"])

    def _hear(self) -> dict[str, Any]:
        while b"\0" not in self._heard:
            some = os.read(self._in, 2**16)
            assert some, "the browser is gone"
            self._heard += some
        message, _, self._heard = self._heard.partition(b"\0")
        return dict(json.loads(message))

    def close(self) -> None:
        self.send("Browser.close")
        self._process.wait()
        for end in (self._in, self._out):
            os.close(end)


class Opener:
    """Opens pages in tabs, and tells in the end whether one of them has raised an error."""

    def __init__(self, browser: Browser, folder: Path) -> None:
        self._browser, self._folder = browser, folder
        self._tabs: list[Tab] = []

    def __call__(self, html: str, size: tuple[int, int] = DESKTOP, dark: bool = False) -> Tab:
        file = self._folder / f"page-{len(self._tabs)}.html"
        file.write_text(html, encoding="utf-8")
        self._tabs.append(Tab(self._browser, file.as_uri(), size, dark))
        return self._tabs[-1]

    def check(self) -> None:
        for tab in self._tabs:
            assert tab.events("Runtime.exceptionThrown", "Page.javascriptDialogOpening") == []
