# SPDX-License-Identifier: GPL-2.0-only
"""`lab bisect`: which commit brought a failure, by a sweep of each commit that is worth its build."""
