#!/bin/sh
# HACKING.md names files and functions that there are: whoever renames one has to
# come by.  TOP is the source tree.
set -eu

: "${TOP:=../..}"
cd "$TOP"
all=$(mktemp)
trap 'rm -f "$all"' EXIT
find pptpd aaa bcrelay plugins logwtmp tests -name '*.[ch]' -exec cat {} + >"$all"
status=0
for word in $(grep -o '`[^` ]*`' HACKING.md | tr -d '`' | sort -u); do
	case $word in
	*[!A-Za-z0-9_./-]*|[._]*) ;;
	*.c|*.h|*.sh|*.py)
		[ -n "$(find . -path "*/$word" -print | head -n 1)" ] || {
			echo "front_door.sh: HACKING.md: no file $word" >&2
			status=1
		} ;;
	*[!a-z0-9_]*) ;;
	*_*)
		grep -qw "$word" "$all" || {
			echo "front_door.sh: HACKING.md: no $word" >&2
			status=1
		} ;;
	esac
done
exit $status
