# SPDX-License-Identifier: GPL-2.0-only
"""One module a verb: ``NAME``, ``HELP``, ``add_arguments(parser)``, ``run(args) -> int``; its docstring is its help.

Adding a verb is adding a file. Keep imports of heavy libraries inside functions.
"""
