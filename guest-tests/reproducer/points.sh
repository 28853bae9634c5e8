#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# points.sh VMLINUX STOPS: points.h for that kernel. Each line of STOPS is FUNCTION OFFSET INSTRUCTION; that must be what
# stands there, else the kernel was compiled otherwise, and the schedule would stop somewhere else.
# points.sh VMLINUX: describes FUNCTION OFFSET pairs from stdin, for who made STOPS.
set -eu

vmlinux=$1 stops=${2:-}

# "call <dax_insert_entry>", "ret", "push": the address and the instruction at FUNCTION+OFFSET, addresses left out.
at() { # FUNCTION OFFSET
	objdump -d --no-show-raw-insn --disassemble="$1" "$vmlinux" | awk -v function_="$1" -v offset="$2" '
		function hex(text,    i, n) {
			for (i = 1; i <= length(text); i++)
				n = 16 * n + index("0123456789abcdef", substr(text, i, 1)) - 1
			return n
		}
		$2 == "<" function_ ">:" {
			wanted = substr($1, 1, 8) sprintf("%08x", hex(substr($1, 9)) + hex(substr(offset, 3))) ":"
			sub("^0+", "", wanted)
		}
		wanted != "" && $1 == wanted {
			words = $2
			for (i = 3; i <= NF; i++)
				if ($i ~ /^<.*>$/)
					words = words " " $i
			sub(":", "", $1)
			print "0x" $1, words
			found = 1
			exit
		}
		END { exit !found }'
}

# Offsets in FUNCTION at which INSTRUCTION stands.
same() { # FUNCTION INSTRUCTION
	objdump -d --no-show-raw-insn --disassemble="$1" "$vmlinux" | awk -v function_="$1" -v wanted="$2" '
		function hex(text,    i, n) {
			for (i = 1; i <= length(text); i++)
				n = 16 * n + index("0123456789abcdef", substr(text, i, 1)) - 1
			return n
		}
		$2 == "<" function_ ">:" { base = hex(substr($1, 9)); inside = 1; next }
		inside && /^ *[0-9a-f]+:/ {
			words = $2
			for (i = 3; i <= NF; i++)
				if ($i ~ /^<.*>$/)
					words = words " " $i
			sub(":", "", $1)
			low = length($1) > 8 ? substr($1, length($1) - 7) : $1
			if (words == wanted)
				printf " 0x%x", hex(low) - base
		}'
}

if [ -z "$stops" ]; then
	while read -r name offset; do
		found=$(at "$name" "$offset") || exit 1
		echo "${found#* }"
	done
	exit
fi

echo "/* Made by points.sh from $(basename "$vmlinux"). */"
echo "#define BUILD_ID \"$(readelf -n "$vmlinux" | awk '/Build ID:/ { print $3; exit }')\""
echo "static const unsigned long points[] = {"
while read -r name offset instruction; do
	found=$(at "$name" "$offset") || found="nowhere nothing"
	if [ "${found#* }" != "$instruction" ]; then
		echo "points.sh: $name+$offset is \`${found#* }\` in $vmlinux, and was \`$instruction\`: build the kernel from" \
			"kernel.config and patches/ with the compiler that README names, or correct the offset in" \
			"$stops; it stands at$(same "$name" "$instruction")" >&2
		exit 1
	fi
	echo "	${found%% *}UL, /* $name+$offset: $instruction */"
done <"$stops"
echo "	0"
echo "};"
