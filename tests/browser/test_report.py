# SPDX-License-Identifier: GPL-2.0-only
"""The HTML report in a real browser. Skipped, and said so, where there is none."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.report import facts
from harness.report.data import ROWS_A_RUN
from harness.report.html import render_html
from harness.verdict.judge import judged
from tests.browser.chromium import PHONE, chromium, console, lacking, show, unfit, wait
from tests.fakes import results as fakes
from tests.unit.report.test_html import hostile

pytestmark = [
    pytest.mark.skipif(bool(lacking()), reason=f"no browser to test the report in: {lacking()}"),
    pytest.mark.timeout(300),
]


@pytest.fixture(scope="module")
def driver() -> Iterator[Any]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(render_html(judged(fakes.run())))
    return path


def all_of(driver: Any, selector: str) -> list[Any]:
    from selenium.webdriver.common.by import By

    return list(driver.find_elements(By.CSS_SELECTOR, selector))


def shown(driver: Any) -> str:
    """The schedule that the open section shows."""
    return str(all_of(driver, ".shown p code")[0].text)


def press(driver: Any, *keys: str) -> None:
    from selenium.webdriver.common.keys import Keys

    driver.switch_to.active_element.send_keys(*(getattr(Keys, key, key) for key in keys))


def focus(driver: Any, selector: str) -> None:
    driver.execute_script("document.querySelector(arguments[0]).focus()", selector)


@pytest.mark.parametrize(("size", "dark"), [((1280, 900), False), ((1280, 900), True), (PHONE, False), (PHONE, True)])
def test_it_is_accessible_quiet_and_no_wider_than_the_screen(
    driver: Any, page: Path, size: tuple[int, int], dark: bool
) -> None:
    show(driver, page, size, dark)
    assert console(driver) == []
    width, screen = driver.execute_script("return [document.documentElement.scrollWidth, innerWidth]")
    assert width <= screen == size[0]
    assert unfit(driver) == []


def test_axe_core_sees_what_is_wrong(driver: Any, tmp_path: Path) -> None:
    page = tmp_path / "wrong.html"
    page.write_text("<html data-ready='1' lang='en'><title>t</title><main><h1>h</h1><img src='data:,'></main></html>")
    show(driver, page)
    assert [each.split(":")[0] for each in unfit(driver)] == ["image-alt"]


@pytest.mark.parametrize("size", [(1280, 900), PHONE])
def test_a_command_line_stays_one_line_that_scrolls_and_is_copied_whole(
    driver: Any, page: Path, size: tuple[int, int]
) -> None:
    show(driver, page, size)
    lines = [each for each in all_of(driver, "code.line") if each.is_displayed()]
    assert [each.text.split()[1] for each in lines] == ["run", "replay"]
    for each in lines:
        assert each.size["height"] < 40
        driver.execute_script("getSelection().selectAllChildren(arguments[0])", each)
        selected = driver.execute_script("return String(getSelection())")
        assert selected == each.get_attribute("textContent")


def test_the_script_draws_the_diagram_that_the_lab_draws(driver: Any, page: Path) -> None:
    show(driver, page)
    run = fakes.run()
    result = run.result(fakes.FAKES[0].plan.name, fakes.BROKEN)
    assert result
    outcome = next(each for each in result.outcomes if str(each.schedule) == shown(driver))
    rows = driver.execute_script(
        "return [...document.querySelectorAll('.shown table.il tbody tr')].map((row) => "
        "[row.className, [...row.cells].findIndex((cell) => cell.textContent), row.querySelector('span').textContent])"
    )
    drawn = facts.diagram(run, result, outcome, ROWS_A_RUN)
    assert rows == [[row.kind, row.actor, row.text] for row in drawn.rows]


def test_a_schedule_is_chosen_by_keyboard(driver: Any, page: Path) -> None:
    show(driver, page)
    first = shown(driver)
    focus(driver, "select.names")
    press(driver, "ARROW_DOWN")
    second = shown(driver)
    assert second != first
    next_button = next(each for each in all_of(driver, ".chooser button") if each.text == "Next")
    driver.execute_script("arguments[0].focus()", next_button)
    press(driver, "ENTER")
    third = shown(driver)
    assert third not in (first, second)
    result = fakes.run().result(fakes.FAKES[0].plan.name, fakes.BROKEN)
    assert result
    assert [each.text for each in all_of(driver, ".chooser [role=status]")] == [f"3 of {len(result.outcomes)}"]


def test_a_schedule_that_passed_says_where_it_stopped_and_how_to_replay_it(driver: Any, page: Path) -> None:
    show(driver, page)
    focus(driver, ".chooser label:nth-of-type(2) select")
    press(driver, "END")
    text = all_of(driver, ".shown")[0].text
    assert "keeps no trace" in text and f"./lab replay 7 '{shown(driver)}'" in text


def test_a_grid_is_walked_with_the_arrow_keys_and_enter_shows_the_schedule(driver: Any, page: Path) -> None:
    show(driver, page)
    focus(driver, "svg.grid")
    press(driver, "ARROW_DOWN", "ARROW_DOWN", "ARROW_RIGHT", "ENTER")
    told = all_of(driver, "figure .status")[0].text
    down, across = shown(driver).split()[1:]
    assert told.startswith("passed: ") and down in told and across in told
    assert down.startswith("A@") and across.startswith("B@")


def test_every_outcome_of_a_grid_has_a_sign_beside_its_colour(driver: Any, page: Path) -> None:
    show(driver, page)
    classes = driver.execute_script(
        "return [...document.querySelectorAll('svg.grid')].map((grid) => "
        "[...grid.querySelectorAll('g path')].map((path) => path.getAttribute('class')))"
    )
    assert classes[0] == ["t-passed", "t-fault", "sign"]


def test_a_line_of_the_map_shows_a_schedule_that_fails_there(driver: Any, page: Path) -> None:
    show(driver, page)
    cell = next(each for each in all_of(driver, "button.pick") if "889" in row_text(driver, each))
    driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", cell)
    cell.click()
    assert "@dax_insert_entry+0x57#1" in shown(driver)
    here = all_of(driver, ".map .here")
    assert here and "889" in row_text(driver, here[0])


def test_a_phone_shows_the_lines_with_points_first_and_all_when_asked(driver: Any, tmp_path: Path) -> None:
    run = fakes.run()
    lines = {fakes.DAX: {**fakes.SOURCE, 880: "between();"}}
    path = tmp_path / "page.html"
    path.write_text(
        render_html(judged(replace(run, kernels=tuple(replace(each, lines=lines) for each in run.kernels))))
    )
    show(driver, path, PHONE)
    line = next(each for each in all_of(driver, ".map tr.plain") if "between();" in each.get_attribute("textContent"))
    assert not line.is_displayed()
    focus(driver, ".lines input[type=checkbox]")
    press(driver, "SPACE")
    assert line.is_displayed()


def row_text(driver: Any, element: Any) -> str:
    return str(driver.execute_script("return arguments[0].closest('tr').textContent", element))


def test_a_link_opens_the_section_it_leads_to(driver: Any, page: Path) -> None:
    show(driver, page)
    link = next(each for each in all_of(driver, "table.cells a") if each.text == "fsync-write")
    link.click()
    wait(driver, "document.querySelector('#s3 details').open")  # hashchange comes some time behind the click


def test_the_table_is_filtered_by_name_and_by_failure(driver: Any, page: Path) -> None:
    show(driver, page)
    focus(driver, "input[type=search]")
    press(driver, "read")
    assert visible(driver) == ["write-read-hole", "three-readers", "punch-read", "read-read"]
    focus(driver, "input[type=checkbox]")
    press(driver, "SPACE")
    assert visible(driver) == ["write-read-hole", "three-readers", "read-read"]


def visible(driver: Any) -> list[str]:
    return [each.text for each in all_of(driver, "table.cells tbody a") if each.is_displayed()]


def test_what_failed_is_printed(driver: Any, page: Path) -> None:
    show(driver, page)
    assert driver.print_page().startswith("JVBER")  # "%PDF" in base64
    assert driver.execute_script("return document.querySelectorAll('details.scenario[open]').length") == 4


def test_nothing_that_a_guest_prints_runs_or_becomes_markup(driver: Any, tmp_path: Path) -> None:
    path = tmp_path / "hostile.html"
    path.write_text(render_html(hostile()))
    show(driver, path)
    assert console(driver) == []
    tags = driver.execute_script(
        "return [...document.querySelectorAll('main *')].map((each) => each.localName).filter((name) => "
        "['script', 'img', 'iframe', 'style', 'link', 'object'].includes(name))"
    )
    assert tags == []
    text = driver.execute_script("return document.querySelector('.shown').textContent")
    assert "<script>alert('dmesg')</script>" in text and "\\x00" in text and "\x1b" not in text
