# SPDX-License-Identifier: GPL-2.0-only
"""``python -m harness`` is the console script ``lab``."""

import sys

from harness.cli import main

sys.exit(main())
