# SPDX-License-Identifier: GPL-2.0-only
"""The report as one self-contained HTML file: no network, one script and one style of its own, guest output escaped."""

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from harness.cost.words import cost_told
from harness.counted import counted
from harness.report.cost_picture import cost_picture
from harness.report.harmless import harmless
from harness.report.page import TIERS, Limits, page
from harness.results.run import Run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2 import Template
    from markupsafe import Markup

MAX_BYTES = 5_000_000
QUOTED = re.compile("`([^`\n]{1,200})`")


def render_html(run: Run, max_bytes: int = MAX_BYTES, logs: "Mapping[str, str] | None" = None) -> str:
    """The report as an HTML document; less is shown until it is at most ``max_bytes`` long in UTF-8.

    ``logs`` are kernel logs by name, already cut (harness.report.logs).
    """
    text = ""
    for limits in TIERS:
        text = _render(run, limits, (logs or {}) if limits.logs else {})
        if len(text.encode()) <= max_bytes:
            break
    return text


def _render(run: Run, limits: Limits, logs: "Mapping[str, str]") -> str:
    from markupsafe import Markup

    return template("report.html.j2").render(
        page=page(run, limits), run=run, verdict=run.verdict, logs=logs,
        cost_told=cost_told(run.cost) if run.cost else (),
        cost_picture=cost_picture(run.cost.changes) if run.cost else None,
        style=Markup(style()), style_digest=digest(style()), script=Markup(script()), script_digest=digest(script()),
    )  # fmt: skip


def digest(text: str) -> str:
    """The SHA-256 that a Content-Security-Policy names, in base64."""
    return b64encode(sha256(text.encode()).digest()).decode()


@cache
def style() -> str:
    """The page's style sheet."""
    return (files("harness.report") / "templates" / "report.css").read_text(encoding="utf-8")


@cache
def script() -> str:
    """The page's script: the files of script/ in the order of their names."""
    parts = sorted((files("harness.report") / "script").iterdir(), key=lambda part: part.name)
    return "\n".join(part.read_text(encoding="utf-8") for part in parts if part.name.endswith(".js"))


@cache
def template(name: str) -> "Template":
    """A template of templates/: everything it prints is made harmless and escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("harness.report"), autoescape=True, undefined=StrictUndefined, finalize=_harmless,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["letter"] = lambda actor: "ABCD"[actor]
    environment.filters["prose"] = prose
    environment.filters["counted"] = counted
    return environment.get_template(name)


def prose(text: str) -> "Markup":
    """One of our sentences, with its `names` as code; whatever a guest put into it stays text."""
    from markupsafe import Markup, escape

    return Markup(QUOTED.sub(r"<code>\1</code>", str(escape(harmless(text)))))


def _harmless(value: Any) -> Any:
    """Every text the template prints goes through here, before it is escaped."""
    return harmless(value) if isinstance(value, str) and not hasattr(value, "__html__") else value
