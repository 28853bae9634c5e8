# SPDX-License-Identifier: GPL-2.0-only
"""`lab new`: skeletons that work as they are; one file of templates/ for each kind."""
