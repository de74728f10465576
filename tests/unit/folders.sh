#!/bin/sh
# Which folder of pptpd/ may include which: fails if a file includes a header
# of a folder that is not its own and not left of it in `order`, or if a
# program includes a header of another program, or if a program beside pptpd/
# includes one of a program in it.  TOP is the source tree.
set -eu

order='base protocol state config shared admin'
programs='monitor engine keeper ctl'

TOP=$(cd "${TOP:=../..}" && pwd)
cd "$TOP/pptpd"

# forbidden FOLDER MAY...: lines of its files that include anything else
forbidden()
{
	folder=$1
	shift
	grep -n '^[[:blank:]]*#[[:blank:]]*include[[:blank:]]*"' \
		"$folder"/*.[ch] /dev/null |
		while IFS=: read -r file line text; do
			header=${text#*\"} header=${header%\"*}
			from=${header%%/*}
			case $header in
			config.h) continue ;;
			*/*) ;;
			*) echo "$file:$line: \"$header\" does not name its folder"
				continue ;;
			esac
			case " $* " in
			*" $from "*) ;;
			*) echo "$file:$line: $folder must not include $header" ;;
			esac
		done
}

left='' all=''
for folder in $order; do
	left="$left $folder"
	# shellcheck disable=SC2086 # a list of words
	all="$all$(forbidden "$folder" $left)"
done
for folder in $programs; do
	# shellcheck disable=SC2086 # a list of words
	all="$all$(forbidden "$folder" $left "$folder")"
done
# Programs beside pptpd/ include headers of their own folder, which they do not
# name, and of those above that are no program's.
cd "$TOP"
for folder in aaa bcrelay; do
	[ -d "$folder" ] || continue
	# shellcheck disable=SC2086 # a list of words
	all="$all$(forbidden "$folder" $left | while IFS= read -r line; do
		header=${line#*\"} header=${header%\"*}
		case $line in
		*'does not name its folder')
			[ -f "$folder/$header" ] || echo "$line" ;;
		*) echo "$line" ;;
		esac
	done)"
done
cd "$TOP/pptpd"
for folder in */; do
	case " $order $programs " in
	*" ${folder%/} "*) ;;
	*) all="$all
pptpd/$folder is in no list of folders.sh" ;;
	esac
done
if [ -n "$all" ]; then
	printf '%s\n' "$all" | sed '/^$/d' >&2
	exit 1
fi
