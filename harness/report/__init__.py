# SPDX-License-Identifier: GPL-2.0-only
"""A run as a person reads it: terminal, HTML, Markdown, mail."""
