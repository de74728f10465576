#!/bin/sh
# No circle of modules within a library or program: fails if two objects of an
# archive need each other, directly or by way of others.  PROGRAMS names them, as
# ARCHIVE or ARCHIVE+MAIN.o.
set -eu

: "${NM:=nm}" "${PROGRAMS:?}"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# edges FILE...: pairs "A B" where object A needs a symbol that B defines.
# nm -A prints "ARCHIVE[OBJECT]: SYMBOL TYPE ..." or "OBJECT: SYMBOL TYPE ...".
edges()
{
	"$NM" -P -A "$@" 2>/dev/null | awk '
		{ sub(/^.*[[\/]/, "", $1); sub(/\]?:$/, "", $1) }
		$3 ~ /^[TDBRC]$/ { home[$2] = $1 }
		$3 == "U" { need[$1 " " $2] }
		END {
			for (n in need) {
				split(n, a, " ")
				if (a[2] in home && home[a[2]] != a[1])
					edge[a[1] " " home[a[2]]]
			}
			for (e in edge)
				print e
		}' | sort
}

bad=0
for program in $PROGRAMS; do
	archive=${program%%+*}
	name=${archive##*/}
	# shellcheck disable=SC2086 # words
	set -- $(echo "$program" | tr + ' ')
	for file; do
		[ -r "$file" ] || {
			echo "circles.sh: $file is not there" >&2
			exit 1
		}
	done
	edges "$@" >"$tmp/edges"
	# tsort names the objects of each circle on stderr, and fails.
	tsort "$tmp/edges" >/dev/null 2>"$tmp/circle" || {
		echo "circles.sh: modules of $name need each other:" >&2
		sed -n 's/^tsort: \(.*\.o\)$/  \1/p' "$tmp/circle" | sort -u >&2
		bad=1
	}
done
exit $bad
