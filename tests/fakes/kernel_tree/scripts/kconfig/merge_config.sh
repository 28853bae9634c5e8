#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# merge_config.sh -m .config FRAGMENT
cat "$3" >> "$2"
