#!/bin/sh
# docs/migration.md names every keyword of pptpd.conf once in its tables, and
# none that is not there.  TOP is the source tree.
set -eu

: "${TOP:=../..}"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

{
	echo vrf	# what Poptop has and we have not
	tr '\n' ' ' <"$TOP/pptpd/config/conf_key.c" | grep -oE \
	    '(\{|LIMIT\() ?CONF_[A-Z_]+,\s+"[a-z-]+",(\s+[^,]+,\s+[^,]+,)?' |
	    grep -E 'LIMIT|BOTH|CONF_IN_FILE' | sed 's/[^"]*"\([^"]*\)".*/\1/'
} | sort >"$tmp/ours"
sed -n '/^## Keyword by keyword/,/^## Why/p' "$TOP/docs/migration.md" |
	sed -n 's/^| \(`[^|]*\) |.*/\1/p' | grep -o '`[a-z-]*`' | tr -d '`' |
	sort >"$tmp/told"
if [ "$(wc -l <"$tmp/ours")" -lt 30 ]; then
	echo "migration.sh: conf_key.c does not look as expected" >&2
	exit 1
fi
diff "$tmp/ours" "$tmp/told" >&2 || {
	echo "migration.sh: docs/migration.md differs (>) from conf_key.c (<)" >&2
	exit 1
}
