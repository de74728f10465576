#!/bin/sh
# No test waits for a fixed time without saying why.  Each line that sleeps has a
# comment that begins with one of these words:
#
#	look	between two looks of a wait that has a deadline
#	pace	how fast things are sent, or done
#	quiet	something that must not come, or no more of it, could come
#	time	the time itself is the point; the words behind it say which
#
# A helper or program that only has to be there (exec sleep 60) does not count.
set -eu

: "${TOP:=$(cd "$(dirname "$0")/../.." && pwd)}"
cd "$TOP/tests"
bad=$(find . -type f ! -name '*.pyc' ! -path './fuzz/corpus/*' -exec \
    grep -nE '^[[:space:]]*((time|_time)\.sleep\(|u?sleep\(|nanosleep\(|sleep [0-9$"])|(&&|\|\|) +sleep [0-9$"]' \
    /dev/null {} + |
    grep -vE '(# |/\* )(look|pace|quiet|time)(:|$| \*/)' || :)
[ -z "$bad" ] && exit
printf '%s\n' "$bad" >&2
echo 'sleeps.sh: wait for a condition with a deadline, or say why it sleeps' >&2
exit 1
