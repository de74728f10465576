# Completion of pptpdctl and vpnuser for bash.  Commands and options are those of
# their own --help, so this file needs no change when they get more.

# _pptpd_words COMMAND: its commands; with -o its options
_pptpd_words()
{
	if [ "$1" = -o ]; then
		"$2" --help 2>/dev/null |
		    grep -o -E '^  -[a-z],|--[a-z][a-z-]*' | tr -d ' ,' |
		    sort -u
	else
		"$1" --help 2>/dev/null |
		    sed -n 's/^  \([a-z][a-z-]*\)\( .*\)*$/\1/p'
	fi
}

# _pptpd_names COMMAND OPTIONS...: what its calls or users are named.  Names may
# come from clients: what is no plain word is left out, and none is evaluated.
_pptpd_names()
{
	case ${1##*/} in
	vpnuser) "$@" show 2>/dev/null | sed 1d | cut -f 1 ;;
	*) "$@" list 2>/dev/null | sed 1d | tr -s ' ' '\n' ;;
	esac | grep -x -E '[A-Za-z0-9_][A-Za-z0-9._@-]*' | sort -u
}

# Keeps what begins with the word that is being typed.  Not compgen -W: that
# evaluates the words.
_pptpd_reply()
{
	local word

	COMPREPLY=()
	while IFS= read -r word; do
		[[ $word == "$1"* ]] && COMPREPLY+=("$word")
	done
}

_pptpd_complete()
{
	local program=$1 current=$2 previous=$3 word command='' i
	local -a server=()

	case $previous in
	-p|--pidfile|-s|--socket|-f|--file)
		if [ "$previous" != -s ] || [ "${program##*/}" != vpnuser ]; then
			compopt -o default
			COMPREPLY=()
			return
		fi ;;
	-w)	case " ${COMP_WORDS[*]} " in
		*' trace '*)
			compopt -o default
			COMPREPLY=()
			return ;;
		esac ;;
	--state)
		_pptpd_reply "$current" < <(printf '%s\n' starting login up)
		return ;;
	--message|--columns|--sort|--user|--client|--address|--interface|\
	--server|--radius|--seconds|--packets|-d|--delay|-n|--iterations)
		COMPREPLY=()
		return ;;
	-a)	if [ "${program##*/}" = vpnuser ]; then
			COMPREPLY=()
			return
		fi ;;
	esac
	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		case $word in
		-p|--pidfile|-s|--socket|-f|--file)
			server+=("$word" "${COMP_WORDS[i + 1]}")
			i=$((i + 1)) ;;
		--message|--columns|--sort|--user|--client|--address|\
		--interface|--state|--server|--radius|--seconds|--packets|\
		-d|--delay|-n|--iterations)
			i=$((i + 1)) ;;
		-a)	[ "${program##*/}" != vpnuser ] || i=$((i + 1)) ;;
		-*) ;;
		*)	command=$word
			break ;;
		esac
	done
	if [[ $current == -* ]]; then
		_pptpd_reply "$current" < <(_pptpd_words -o "$program")
	elif [ -z "$command" ]; then
		_pptpd_reply "$current" < <(_pptpd_words "$program")
	else
		case $command in
		show|kick|trace|del|passwd|domain)
			_pptpd_reply "$current" < <(_pptpd_names "$program" \
			    "${server[@]}") ;;
		log-level)
			_pptpd_reply "$current" < <(printf '%s\n' info debug) ;;
		doctor)	compopt -o default
			COMPREPLY=() ;;
		*)	COMPREPLY=() ;;
		esac
	fi
}

complete -F _pptpd_complete pptpdctl vpnuser
