"""A real browser, where the machine has one: Debian's Chromium, driven by Playwright."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Locator, Page, sync_playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
WHY_NOT = "no Chromium on this machine (apt-get install chromium)"

ARGUMENTS = ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
"""Tests run as root, where Chromium has no sandbox; its camera shows a test picture."""

PATIENCE_MS = 90_000
"""A first call waits until the function has unpacked its layers and loaded the models."""

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


class Studio:
    """The Studio in a tab, as its user sees it.

    Parameters
    ----------
    browser
        The browser.
    base_url, api_key
        The API that serves the page, and the key that the user has.
    options
        Of the tab, such as ``locale`` and ``viewport``.
    """

    def __init__(self, browser: Browser, base_url: str, api_key: str, **options: Any) -> None:
        self.context = browser.new_context(**({"viewport": DESKTOP, "locale": "en-GB"} | options))
        self.context.set_default_timeout(PATIENCE_MS)
        self.page: Page = self.context.new_page()
        self.base_url, self.api_key = base_url, api_key
        self.defects: list[str] = []
        self.page.on("pageerror", lambda error: self.defects.append(str(error)))
        self.page.on("console", lambda line: self._note(line.type, line.text))

    def _note(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"} and not text.startswith("Failed to load resource"):
            self.defects.append(text)

    def open(self) -> "Studio":
        """Load the page and give the key."""
        self.page.goto(f"{self.base_url}/")
        self.page.locator("#key").fill(self.api_key)
        self.page.locator("form button[type=submit]").click()
        self.page.locator(".drop").wait_for()
        return self

    def choose(self, photo: bytes, name: str = "me.jpg") -> "Studio":
        """Choose a file."""
        self.page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "image/jpeg", "buffer": photo})
        return self

    def made(self) -> "Studio":
        """Wait for the photo."""
        self.photo.wait_for()
        self.rest()
        return self

    def rest(self) -> None:
        """Wait until nothing is under way."""
        self.page.locator(".mat .busy").wait_for(state="detached")

    def change(self, control: Locator, *, on: bool = True) -> None:
        """Set a switch or choose an option, and wait for what comes of it."""
        with self.page.expect_response(lambda answer: answer.request.method == "POST"):
            control.set_checked(on)
        self.rest()

    def tab(self, name: str) -> None:
        """Open one of the panels."""
        self.page.locator(f"#tab-{name}").click()

    def switch(self, name: str) -> Locator:
        """Return the switch of an effect in its panel."""
        return self.page.locator(".effect").get_by_role("switch", name=name, exact=True)

    @property
    def photo(self) -> Locator:
        """The photo that is shown."""
        return self.page.locator(".photo .now")

    @property
    def shown(self) -> str:
        """The id of the photo that is shown."""
        return (self.photo.get_attribute("src") or "").partition(".jpg")[0].rpartition("/")[2]

    @property
    def order(self) -> str:
        """The order of the photo."""
        kept: dict[str, str] = json.loads(self.page.evaluate("sessionStorage.getItem('photo')"))
        return kept["order"]

    @property
    def strip(self) -> Locator:
        """The steps of the history."""
        return self.page.locator(".strip .frame")

    def measures(self) -> list[dict[str, Any]]:
        """Return what the page has measured: name, milliseconds in all, and those of the server."""
        found: list[dict[str, Any]] = self.page.evaluate(
            "performance.getEntriesByType('measure').map(({name, duration, detail}) => ({name, duration, ...detail}))"
        )
        return found
