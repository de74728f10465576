#!/bin/sh
# Each number in docs/security-tests.md has a test, and each test that is named
# there, in the tables of what an engine can write in docs/security.md, or in
# docs/radius-attributes.md, is where that says.  TOP is the source tree.
set -eu

: "${TOP:=../..}"
table=$TOP/docs/security-tests.md
status=0

say()
{
	echo "named_tests.sh: $*" >&2
	status=1
}

# has FILE NAME: a point, a test of Check, a function, or a row of a table
has()
{
	case $1 in
	*.py|*/hostile) grep -qE "(point\(|ident = )'$2'|^def $2\(" "$1" ;;
	*.c) grep -qE "START_TEST\($2\)|\{ \"$2\"|^$2\(" "$1" ;;
	*) false ;;
	esac
}

# "ID TEST", TEST being "FILE: NAME" or "FILE"
refs=$(sed -n 's/^| \([A-Za-z]*-[0-9]*\) |.*| \(`.*\) |$/\1 \2/p' "$table" |
	awk -F'`' '{ split($1, id, " ")
		for (i = 2; i < NF; i += 2) print id[1], $i }')

# The same of the other tables, whose last column has the tests
refs=$refs'
'$(sed -n '/^### What an engine can write/,/^### The /p' \
    "$TOP/docs/security.md" | awk -F'|' '/^\|/ {
	n = split($(NF - 1), part, "`")
	for (i = 2; i <= n; i += 2) print "security.md", part[i] }')

# ... and of RADIUS's attributes
refs=$refs'
'$(awk -F'|' '/^\|/ { n = split($(NF - 1), part, "`")
	for (i = 2; i <= n; i += 2) print "radius-attributes.md", part[i] }' \
    "$TOP/docs/radius-attributes.md")

while read -r id file name; do
	path=$TOP/tests/${file%:}
	if ! [ -f "$path" ]; then
		say "$id: no file tests/${file%:}"
	elif [ -n "$name" ] && ! has "$path" "$name"; then
		say "$id: no $name in tests/${file%:}"
	fi
done <<END
$refs
END

# PREFIX FIRST LAST
while read -r prefix n last; do
	while [ "$n" -le "$last" ]; do
		case "
$refs" in
		*"
$prefix-$n "*) ;;
		*) say "$prefix-$n has no test" ;;
		esac
		n=$((n + 1))
	done
done <<END
T 1 14
T 20 42
D 1 22
Fl 1 26
END

# Findings of the review: a row each.
n=1
while [ "$n" -le 25 ]; do
	grep -q "^| S-$n |" "$table" || say "S-$n has no row"
	n=$((n + 1))
done
exit $status
