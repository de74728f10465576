#!/bin/sh
# Do folders.sh, circles.sh, sleeps.sh and front_door.sh see what they are for?
# Each is run on a small tree that breaks its rule, and must fail and name the
# culprit.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
: "${CC:=cc}" "${AR:=ar}"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# must_fail WORD COMMAND...: and its output has the word
must_fail()
{
	word=$1
	shift
	if "$@" >"$tmp/out" 2>&1; then
		echo "rules.sh: no complaint about $word" >&2
		exit 1
	fi
	grep -q "$word" "$tmp/out" || {
		cat "$tmp/out" >&2
		echo "rules.sh: $word is not named" >&2
		exit 1
	}
}

mkdir -p "$tmp/tree/pptpd" && cd "$tmp/tree/pptpd"
for folder in base protocol state config shared admin monitor engine keeper \
	ctl; do
	mkdir "$folder"
	echo '#include "base/log.h"' >"$folder/$folder.c"
done
folders()
{
	TOP=$tmp/tree "$here/folders.sh"
}
folders
echo '#include "state/ctrl.h"' >protocol/up.c
must_fail 'protocol/up.c:1: protocol must not include state/ctrl.h' folders
rm protocol/up.c
echo ' # include "keeper/keeper.h"' >monitor/across.h
must_fail 'monitor/across.h:1: monitor must not' folders
rm monitor/across.h
echo '#include "log.h"' >engine/bare.c
must_fail 'does not name its folder' folders
rm engine/bare.c
mkdir "$tmp/tree/aaa"
printf '%s\n' '#include "base/log.h"' '#include "own.h"' >"$tmp/tree/aaa/own.h"
folders
echo '#include "monitor/monitor.h"' >"$tmp/tree/aaa/up.c"
must_fail 'aaa/up.c:1: aaa must not include monitor/monitor.h' folders
echo '#include "other.h"' >"$tmp/tree/aaa/up.c"
must_fail 'aaa/up.c:1: "other.h" does not name its folder' folders
rm -r "$tmp/tree/aaa"
mkdir attic
must_fail 'pptpd/attic/ is in no list' folders
rmdir attic
folders

cd "$tmp"
object()    # NAME TEXT
{
	echo "$2" >"$1.c"
	# shellcheck disable=SC2086 # a compiler with its words
	$CC -c -o "$1.o" "$1.c"
}
circles()
{
	PROGRAMS=$1 "$here/circles.sh"
}
object low 'int low(void) { return 1; }'
object mid 'int low(void); int mid(void) { return low(); }'
object top 'int mid(void); int top(void) { return mid(); }'
object main 'int top(void); int main(void) { return top(); }'
$AR rc good.a low.o mid.o top.o
circles good.a
circles good.a+main.o
object bad 'int top(void); int low(void) { return top(); }'
$AR rc bad.a bad.o mid.o top.o
must_fail 'bad.o' circles bad.a
object calls 'int helper(void); int low(void) { return helper(); }'
object main2 'int top(void); int helper(void) { return 0; }
	int main(void) { return top(); }'
$AR rc up.a calls.o mid.o top.o
circles up.a
must_fail 'main2.o' circles up.a+main2.o

mkdir -p "$tmp/tree/tests/sub"
sleeps()
{
	TOP=$tmp/tree "$here/sleeps.sh"
}
cd "$tmp/tree/tests/sub"
printf '%s\n' '    time.sleep(1)  # quiet: lines' '    time.sleep(2)  # pace' \
    "    code = 'time.sleep(1)'" >a.py
printf '%s\n' 'sleep 1	# look' 'exec sleep 60' >b
printf '%s\n' '	usleep(100);	/* pace */' >c.c
sleeps
for line in '    time.sleep(0.5)' '    time.sleep(1)  # a while' \
    '    time.sleep(1)  # timely'; do
	echo "$line" >d.py
	must_fail 'sub/d.py:1:' sleeps
done
rm d.py
for line in 'sleep 1' '	ready &&'' sleep 0.5' 'sleep "$n"'; do
	echo "$line" >e
	must_fail 'sub/e:1:' sleeps
done
rm e
echo '	usleep(1);' >f.c
must_fail 'sub/f.c:1:' sleeps

front_door()
{
	TOP=$tmp/tree "$here/front_door.sh"
}
cd "$tmp/tree"
mkdir -p aaa bcrelay plugins logwtmp
echo 'int serve_all(void);' >aaa/serve.c
echo '`serve.c` `serve_all`, `aaa/serve.c`; `make check` `_init`' >HACKING.md
front_door
echo '`aaa/gone.c`' >>HACKING.md
must_fail 'no file aaa/gone.c' front_door
echo '`serve_none`' >HACKING.md
must_fail 'no serve_none' front_door
