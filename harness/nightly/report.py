# SPDX-License-Identifier: GPL-2.0-only
"""A night as text, as Markdown for a job's summary, as JSON, and as commands for GitHub Actions."""

import json
import secrets
from dataclasses import asdict

from harness.history.nights import Night
from harness.nightly.changes import lines
from harness.nightly.night import Outcome
from harness.report.harmless import harmless
from harness.results.github import annotations


def render(outcome: Outcome, form: str) -> str:
    """One of ``text``, ``markdown``, ``json``, ``github``."""
    return {"text": _text, "markdown": _markdown, "json": _json, "github": _github}[form](outcome)


def headline(outcome: Outcome) -> str:
    """The night in one sentence."""
    if outcome.run is None:
        assert outcome.last
        return (
            f"nothing new since {_named(outcome.last)}, which ended with status {outcome.last.status}: nothing was run"
        )
    assert outcome.run.verdict
    if outcome.baseline is None:
        return f"the first night, nothing to compare with: {outcome.run.verdict.sentence}"
    if not outcome.changes:
        but = " but in the kill matrix" if outcome.kills.told else ""
        return f"nothing changed since {_named(outcome.baseline)} ({outcome.baseline.word}){but}"
    return f"changed since {_named(outcome.baseline)} ({outcome.baseline.word}): {outcome.run.verdict.sentence}"


def _named(night: Night) -> str:
    return f"run {night.number} of {night.started[:10]}"


def _text(outcome: Outcome) -> str:
    parts = [headline(outcome)]
    for title, sentences in lines(outcome.changes):
        parts += ["", f"{title}:", *(f"  {sentence}" for sentence in sentences)]
    if outcome.kills.told:
        parts += ["", "kill matrix:", *(f"  {sentence}" for sentence in outcome.kills.told)]
    return harmless("\n".join([*parts, ""]))


def _markdown(outcome: Outcome) -> str:
    parts = [f"**{_inline(headline(outcome))}**", ""]
    for title, sentences in [
        *lines(outcome.changes),
        *([("kill matrix", outcome.kills.told)] if outcome.kills.told else []),
    ]:
        parts += [f"### {title}", "", *(f"- {_inline(sentence)}" for sentence in sentences), ""]
    return "\n".join(parts)


def _inline(text: str) -> str:
    """Guest output in it makes neither HTML nor a table, nor a line of its own."""
    return harmless(" ".join(text.split())).replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|")


def _json(outcome: Outcome) -> str:
    plain = {
        "status": int(outcome.status), "headline": headline(outcome), "changes": asdict(outcome.changes),
        "run": outcome.folder.number if outcome.folder else None,
        "baseline": outcome.baseline.number if outcome.baseline else None,
        "mutants": dict(outcome.kills.states), "kill_matrix": list(outcome.kills.told),
    }  # fmt: skip
    return json.dumps(plain, indent=1) + "\n"


def _github(outcome: Outcome) -> str:
    """The text with commands off, so that a guest's words are no commands, then the annotations."""
    token = secrets.token_hex(8)  # which a guest cannot foresee
    text = f"::stop-commands::{token}\n{_text(outcome)}::{token}::\n"
    return text + (annotations(outcome.run) if outcome.run else "")
