#!/bin/sh
# docs/security.md has a row for each thing that an engine can write or send:
# members of a call's record, messages, descriptors.  Each row names its tests
# (named_tests.sh looks whether there are such), and monitor and keeper touch no
# member of a record where its row does not say so.  TOP is the source tree.
set -eu

: "${TOP:=../..}"
doc=$TOP/docs/security.md
status=0

say()
{
	echo "engine_tables.sh: $*" >&2
	status=1
}

# body FILE WHAT: what stands between the braces after WHAT, without comments
body()
{
	awk -v what="$2" 'BEGIN { RS = "\001" } {
		while ((at = index($0, "/*")) > 0) {
			rest = substr($0, at + 2)
			$0 = substr($0, 1, at - 1) " " \
			    substr(rest, index(rest, "*/") + 2)
		}
		rest = substr($0, index($0, what " {") + length(what) + 2)
		print substr(rest, 1, index(rest, "}") - 1)
	}' "$1"
}

# The members of struct call_record: of "type a, b[N]", a and b
members()
{
	body "$TOP/pptpd/shared/call_record.h" 'struct call_record' |
		awk 'BEGIN { RS = ";" } {
			gsub(/\[[^]]*\]/, "")
			n = split($0, part, ",")
			for (i = 1; i <= n; i++) {
				words = split(part[i], word)
				if (words > 0)
					print word[words]
			}
		}'
}

messages()
{
	body "$TOP/pptpd/shared/ipc.h" 'enum ipc_type' |
		grep -o 'IPC_[A-Z_]*'
}

descriptors()
{
	sed -n 's/^#define \(IPC_FD_[A-Z]*\)[[:space:]].*/\1/p' \
		"$TOP/pptpd/shared/ipc.h"
}

# The rows of the tables: what they are about (without backquotes, commas
# round each), and the rest
rows=$(sed -n '/^### What an engine can write/,/^### The /p' "$doc" |
	sed -n '/^| field/d; /^| message/d; /^| descriptor/d; /^|---/d; /^| /p' |
	sed 's/^| \([^|]*\) |/\1|/' |
	awk -F'|' '{ gsub(/`/, "", $1); gsub(/, */, ",", $1)
		line = "," $1 ","
		for (i = 2; i <= NF; i++) line = line "|" $i
		print line }')

# row NAME: what its row says
row()
{
	printf '%s\n' "$rows" | grep -F "$1" | awk -F'|' -v name="$1" \
		'index($1, "," name ",") > 0'
}

n=0
for name in $(members) $(messages) $(descriptors); do
	n=$((n + 1))
	[ -n "$(row "$name")" ] || say "$name has no row"
done
[ "$n" -ge 60 ] || say "only $n members, messages and descriptors found"

printf '%s\n' "$rows" | awk -F'|' '$(NF - 1) !~ /`[a-z]*\/[a-z_]*/ { print $1 }' |
	{ while read -r what; do
		echo "engine_tables.sh: $what names no test" >&2
		bad=1
	done; [ -z "${bad:-}" ]; } || status=1

# WHO FILE MEMBER of each use of a record
used()
{
	for who in keeper monitor; do
		grep -o 'rec->[a-z_.]*' "$TOP/pptpd/$who"/*.c /dev/null |
			sed -n "s/^\(.*\):rec->\(.*\)/$who \1 \2/p"
	done | sort -u
}

uses=$(used)
[ -n "$uses" ] || say 'monitor and keeper use no record'
while read -r who file name; do
	row "$name" | cut -d'|' -f2,3 | grep -q "$who" ||
		say "$file uses $name of a record, and its row does not say so"
done <<END
$uses
END
exit $status
