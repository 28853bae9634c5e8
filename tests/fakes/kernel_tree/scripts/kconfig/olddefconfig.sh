#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# As kconfig: an option that Kconfig does not define, or whose dependency is not met, is dropped without a word.
met() { case $1 in CONFIG_FS_DAX) grep -q '^CONFIG_DAX=y' .config && grep -q '^CONFIG_ZONE_DEVICE=y' .config ;; esac; }
while read -r line; do
    name=${line%%=*}
    grep -qx "config ${name#CONFIG_}" Kconfig && met "$name" && echo "$line"
done < .config > .config.new
mv .config.new .config
