#!/bin/sh
# Usage: bootstrap.sh, with TOP set to the source tree
# bootstrap removes files only in a directory that it has made: with
# PPTPD_BUILD=$HOME it must not take ~/src with it (S-17).
bootstrap=$TOP/bootstrap
[ "$(id -u)" = 0 ] || exit 77	# it looks at nothing before that

dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
fail()
{
	echo "$*" >&2
	exit 1
}

mkdir "$dir/src" "$dir/log" && echo mine >"$dir/src/work" &&
    echo mine >"$dir/log/messages" || exit 1
for command in run check; do
	# A bootstrap that goes on is stopped: the damage would be done by then.
	said=$(PPTPD_BUILD=$dir timeout 10 "$bootstrap" $command 2>&1) &&
	    fail "bootstrap $command took $dir for its own"
	case $said in
	*"$dir has files that bootstrap did not make"*) ;;
	*) fail "bootstrap $command said: $said" ;;
	esac
	[ "$(cat "$dir/src/work" "$dir/log/messages")" = "mine
mine" ] || fail "bootstrap $command removed what is not its own"
	[ "$(ls -A "$dir")" = "log
src" ] || fail "bootstrap $command wrote to what is not its own"
done
