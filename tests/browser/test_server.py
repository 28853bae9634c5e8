# SPDX-License-Identifier: GPL-2.0-only
"""`lab report --serve` in a real browser. Skipped, and said so, where there is none."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.report.server import Server
from harness.results.folder import RunFolder
from harness.verdict.judge import judged
from tests.browser.chromium import PHONE, WIDE, chromium, console, lacking, resize, unfit, wait
from tests.browser.test_report import all_of
from tests.fakes import results as fakes

pytestmark = [
    pytest.mark.skipif(bool(lacking()), reason=f"no browser to test the server with: {lacking()}"),
    pytest.mark.timeout(300),
]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    runs = tmp_path_factory.mktemp("runs")
    for number in (1, 2):
        (runs / str(number)).mkdir()
        RunFolder(runs / str(number)).save(judged(replace(fakes.run(), number=number)))
    with Server(Path(runs), 0) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server.url
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def driver() -> Iterator[Any]:
    with chromium() as browser:
        yield browser


def click(driver: Any, selector: str) -> None:
    element = all_of(driver, selector)[0]
    driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
    element.click()


def test_two_kernels_are_compared_by_clicking(driver: Any, url: str) -> None:
    resize(driver, WIDE)
    driver.get(url)
    click(driver, f'input[name=before][value="1:{fakes.BROKEN}"]')
    click(driver, f'input[name=after][value="2:{fakes.STOCK}"]')
    click(driver, "button")
    wait(driver, "document.title.includes('2:stock')")
    assert "1:unlocked-eio" in driver.title
    assert all_of(driver, ".verdict b")[0].text == "FIXED"
    assert (console(driver), unfit(driver)) == ([], [])


def test_a_run_opens_from_the_list_and_draws_itself(driver: Any, url: str) -> None:
    resize(driver, WIDE)
    driver.get(url)
    click(driver, 'a[href="/run/2"]')
    wait(driver, "document.documentElement.dataset.ready")
    assert all_of(driver, ".shown table.il")
    assert console(driver) == []


@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_the_list_is_accessible_and_no_wider_than_the_screen(driver: Any, url: str, size: tuple[int, int]) -> None:
    resize(driver, size)
    driver.get(url)
    assert (console(driver), unfit(driver)) == ([], [])
    assert driver.execute_script("return document.documentElement.scrollWidth") <= size[0]
