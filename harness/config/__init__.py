# SPDX-License-Identifier: GPL-2.0-only
"""lab.yaml, scenario files and series.yaml: models, and a loader whose errors name file, line and key."""
