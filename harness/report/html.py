# SPDX-License-Identifier: GPL-2.0-only
"""The report as one self-contained HTML file: no script, no network, everything from a guest escaped."""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from harness.report.harmless import harmless
from harness.report.page import LEAST, LESS, Limits, page
from harness.results.run import Run

if TYPE_CHECKING:
    from jinja2 import Template

MAX_BYTES = 5_000_000


def render_html(run: Run, max_bytes: int = MAX_BYTES) -> str:
    """The report as an HTML document; less is shown until it is at most ``max_bytes`` long in UTF-8."""
    text = ""
    for limits in (Limits(), LESS, LEAST):
        text = _render(run, limits)
        if len(text.encode()) <= max_bytes:
            break
    return text


def _render(run: Run, limits: Limits) -> str:
    from markupsafe import Markup

    style = _style()
    digest = b64encode(sha256(style.encode()).digest()).decode()
    return _template().render(
        page=page(run, limits), run=run, verdict=run.verdict, style=Markup(style), style_digest=digest
    )


@cache
def _template() -> "Template":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("harness.report"), autoescape=True, undefined=StrictUndefined, finalize=_harmless,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["letter"] = lambda actor: "ABCD"[actor]
    return environment.get_template("report.html.j2")


@cache
def _style() -> str:
    from importlib.resources import files

    return (files("harness.report") / "templates" / "report.css").read_text(encoding="utf-8")


def _harmless(value: Any) -> Any:
    """Every text the template prints goes through here, before it is escaped."""
    return harmless(value) if isinstance(value, str) and not hasattr(value, "__html__") else value
