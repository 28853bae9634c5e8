# SPDX-License-Identifier: GPL-2.0-only
"""A real Chromium, driven through chromedriver (https://www.w3.org/TR/webdriver2/)."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.browser.axe import lacking_axe, violations

WIDE, PHONE = (1280, 900), (390, 844)
TIMEOUT = 60  # s, on a machine that is busy with guests


def lacking() -> str:
    """Why no browser can be driven here, "" if one can."""
    missing = [name for name in ("chromium", "chromedriver") if not shutil.which(name)]
    return f"not installed: {', '.join(missing)} (./lab doctor --check --install)" if missing else ""


@contextmanager
def chromium() -> Iterator[Any]:
    """A driver without a window. It talks to no network but to the browser it starts."""
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service

    options = Options()
    options.binary_location = str(shutil.which("chromium"))
    for word in ("--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"):
        options.add_argument(word)
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")  # it refuses root otherwise
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(str(shutil.which("chromedriver"))))
    try:
        driver.set_script_timeout(TIMEOUT)
        yield driver
    finally:
        driver.quit()


def show(driver: Any, page: Path, size: tuple[int, int] = WIDE, dark: bool = False) -> None:
    """Opens a report of a file and waits until its script has drawn it."""
    resize(driver, size)
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
    driver.get("about:blank")
    driver.get_log("browser")
    driver.get(page.as_uri())
    wait(driver, "document.documentElement.dataset.ready")


def wait(driver: Any, condition: str) -> None:
    """Waits until the expression is true in the page; raises TimeoutException."""
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(driver, TIMEOUT).until(lambda each: each.execute_script(f"return {condition}"))


def resize(driver: Any, size: tuple[int, int]) -> None:
    """Makes the page as large as a screen, or a phone's, in CSS pixels."""
    metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size == PHONE}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def console(driver: Any) -> list[str]:
    """What the console got since it was last asked."""
    return [entry["message"] for entry in driver.get_log("browser")]


def unfit(driver: Any) -> list[str]:
    """What axe-core finds wrong with the page, with the first element of each. Skips the test where it is missing."""
    if missing := lacking_axe():
        pytest.skip(f"nothing else is wrong with the page, and axe-core did not look at it: {missing}")
    return [f"{each['id']}: {each['help']}: {each['nodes'][0]['html'][:200]}" for each in violations(driver)]
