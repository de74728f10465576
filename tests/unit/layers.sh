#!/bin/sh
# The pure layers make no system call: fails if one of the archives in PURE
# needs anything that is neither in them nor on the list below.
set -eu

: "${PURE:=../../pptpd/libpptp.a}"
: "${NM:=nm}"

# Memory, strings, numbers, text <-> address, option parsing, libcrypto's digests
# (which read files once, in digest_init()); what compilers,
# FORTIFY and sanitizers put in their place.
allowed='
mem[a-z]*|__mem[a-z]*_chk|explicit_bzero|__explicit_bzero_chk|bcmp
str[a-z0-9_]*|__str[a-z0-9_]*_chk|__strdup|__xpg_strerror_r|__rawmemchr
__u?(div|mod|divmod)[dt]i[34]|__aeabi_[a-z0-9]*
__isoc23_strto[a-z]*|__strto[a-z]*_internal|ato[a-z]*
malloc|calloc|realloc|reallocarray|free|abort
v?snprintf|__v?snprintf_chk
inet_(ntop|pton|addr|aton)|__inet_aton_exact|[hn]to[hn][ls]
getopt_long|opt(arg|ind|err|opt)
reg(comp|exec|error|free)
EVP_(MD_CTX_(new|free)|md5|sha1|Digest(Init_ex|Update|Final_ex))|HMAC|CRYPTO_memcmp
MD4|DES_(set_key_unchecked|ecb_encrypt)
__ctype_(b|tolower|toupper)_loc|is[a-z]+|to(lower|upper)
qsort|bsearch
__stack_chk_(fail|guard)(_local)?|__assert_fail|__assert
__(asan|ubsan|msan|tsan|lsan|sanitizer|sancov|gcov|llvm)_?[a-z0-9_]*
llvm_gcda_[a-z_]*|llvm_gcov_[a-z_]*|__start___sancov_[a-z0-9_]*|__stop___sancov_[a-z0-9_]*
_GLOBAL_OFFSET_TABLE_|__tls_get_addr|__odr_asan[a-z0-9_.]*
'
pattern=$(echo "$allowed" | tr '\n' '|' | sed 's/^|*//; s/|*$//')

for lib in $PURE; do
	if ! [ -r "$lib" ]; then
		echo "layers.sh: $lib is not there" >&2
		exit 1
	fi
done
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# With a symbol's size before its type, or without: the name is last.
for lib in $PURE; do
	"$NM" -P "$lib" 2>/dev/null
done >"$tmp/all"
awk 'NF >= 2 && $2 ~ /^[A-TV-Zvw]$/ && !($2 ~ /^[vw]$/ && NF < 3) { print $1 }' \
	"$tmp/all" | sort -u >"$tmp/defined"
awk 'NF >= 2 && $2 == "U" { sub(/@.*/, "", $1); print $1 }' "$tmp/all" |
	sort -u >"$tmp/wanted"
if ! [ -s "$tmp/defined" ]; then
	echo "layers.sh: no symbols in $PURE" >&2
	exit 1
fi
comm -13 "$tmp/defined" "$tmp/wanted" | grep -Evx "$pattern" >"$tmp/bad" || :
if [ -s "$tmp/bad" ]; then
	echo "layers.sh: the pure libraries must not use:" >&2
	while read -r name; do
		files=$(for lib in $PURE; do "$NM" -A -P -u "$lib" 2>/dev/null; done |
			awk -v n="$name" '{ sub(/@.*/, "", $2) }
			$2 == n { print $1 }' |
			sed 's/.*\[\(.*\)\]:*$/\1/' | sort -u | tr '\n' ' ' |
			sed 's/ $//')
		echo "  $name ($files)" >&2
	done <"$tmp/bad"
	exit 1
fi
