#!/bin/bash
# Usage: bootstrap_again.sh, with TOP set to the source tree
# A suite that fails is asked once more by bootstrap, for what failed in it; what
# passed at first counts once, and what fails twice is a failure.
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
# shellcheck disable=SC2034 # for what is taken from bootstrap
build=$dir
mkdir "$dir/log"
from='^# Five lanes run side by side' to='^# As Debian has built Poptop'
eval "$(sed -n "/$from/,/$to/p" "$TOP/bootstrap")"

bad=0
# expect NAME COUNTS ASKED: what it has counted, and how the runner was called
expect()
{
	local counts asked

	counts=$(tail -n 1 "$dir/log/counts")
	asked=$(tr '\n' ';' <"$dir/$1.asked")
	[ "$counts" = "$2" ] && [ "$asked" = "$3" ] && return
	echo "$1: counted $counts, not $2; asked '$asked', not '$3'" >&2
	cat "$dir/$1.out" >&2
	bad=1
}

# runner NAME ARGUMENT...: says the text of NAME.1, then of NAME.2
# shellcheck disable=SC2317 # points and the others call it
runner()
{
	local name=$1 text

	shift
	echo "$*" >>"$dir/$name.asked"
	text=$dir/$name.$(wc -l <"$dir/$name.asked")
	cat "$text"
	! grep -q '^not ok\| fail ' "$text" && tail -n 1 "$text" |
	    grep -q ' 0 failed'
}

# texts NAME FIRST SECOND
texts()
{
	printf '%b' "$2" >"$dir/$1.1"
	printf '%b' "$3" >"$dir/$1.2"
}

texts good 'A-1    pass  yes\n1 passed, 0 failed\n' ''
points good runner good --again >"$dir/good.out"
expect good '1 0 0' '--again;'

texts flaky 'A-1    pass  yes\nA-2    fail  no\nB-1a   fail  late\nC-1    skip  none
2 passed, 2 failed, 1 skipped\n' 'A-2    pass  yes\nB-1a   pass  yes\n2 passed, 0 failed\n'
points flaky runner flaky --again >"$dir/flaky.out"
expect flaky '4 0 1' '--again;--again --only A-2,B-1a;'
grep -q '  at first: A-2    fail  no' "$dir/flaky.out" || {
	echo 'flaky: it is not said what failed at first' >&2
	bad=1
}

texts broken 'A-1    pass  yes\nA-2    fail  no\n1 passed, 1 failed\n' \
    'A-2    fail  again no\n0 passed, 1 failed\n'
points broken runner broken >"$dir/broken.out"
expect broken '1 1 0' ';--only A-2;'

# A runner that dies has to do all of it again.
texts dead 'A-1    fail  no\n' 'A-1    pass  yes\n1 passed, 0 failed\n'
points dead runner dead >"$dir/dead.out"
expect dead '1 0 0' ';;'
texts mute '' ''
points mute runner mute >"$dir/mute.out"
expect mute '0 1 0' ';;'

# What passed in a scenario that is asked again counts once.
texts scene 'ok one: a\nok one: b\nok two: a\nnot ok two: b\nskip two: c\nskip three: a
3 passed, 1 failed, 2 skipped\n' 'ok two: a\nok two: b\nskip two: c
2 passed, 0 failed, 1 skipped\n'
scenarios scene runner scene --out x >"$dir/scene.out"
expect scene '4 0 2' '--out x;--out x two;'

texts whole 'ok a\nnot ok b\n1 passed, 1 failed\n' 'ok a\nok b\n2 passed, 0 failed\n'
suite whole runner whole >"$dir/whole.out"
expect whole '2 0 0' ';;'
exit $bad
