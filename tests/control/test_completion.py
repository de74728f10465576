"""Completion in bash and zsh: every command and option that the programs
name in their usage, and nothing that a client's name could have run."""

import os
import re
import shutil
import subprocess

from pptptest import namespaces, server
from pptptest.control import CTL, start
from pptptest.lab import CLIENT
from pptptest.points import Skip, check, point

VPNUSER = '/usr/bin/vpnuser'
BASH = '/usr/share/bash-completion/completions/'
ZSH = '/usr/share/zsh/site-functions/_pptpdctl'
SECRETS = '/run/conformance/secrets'

IN_BASH = r'''
compopt() { echo "files"; }
. "$1"; shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_pptpd_complete "$1" "${COMP_WORDS[COMP_CWORD]}" \
    "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\n' "${COMPREPLY[@]}"
'''
IN_ZSH = r'''
setopt extended_glob
compadd() { for w in "${found[@]}"; do
	[[ $w == ${words[CURRENT]}* ]] && print -r -- "$w"; done }
_files() { echo files }
file=$1; shift
words=("$@") CURRENT=$#
complete_it() { source $file }
complete_it
'''


def usage(program):
    """Commands and options of its usage, read on its own."""
    text = subprocess.run([program, '--help'],
                          stdout=subprocess.PIPE).stdout.decode()
    commands, options = [], set()
    for line in text.splitlines():
        if re.match('  [a-z]', line):
            commands.append(line.split()[0])
        options.update(re.findall('^  (-[a-z]), --', line))
        options.update(re.findall('--[a-z-]+', line))
    check(len(commands) > 3 and len(options) > 5, text)
    return commands, options


def bash(*words):
    done = subprocess.run(
        ['bash', '-c', IN_BASH, 'bash',
         BASH + os.path.basename(words[0])] + list(words),
        stdin=subprocess.DEVNULL, timeout=40, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT)
    return done.stdout.decode().split('\n')[:-1]


def zsh(*words):
    done = subprocess.run(['zsh', '-f', '-c', IN_ZSH, 'zsh', ZSH] +
                          list(words), stdin=subprocess.DEVNULL, timeout=40,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.stdout.decode().split('\n')[:-1]


def complete(shell):
    for program in (CTL, VPNUSER):
        commands, options = usage(program)
        got = shell(program, '')
        check(sorted(got) == sorted(commands), '%s, not %s' % (got, commands))
        got = shell(program, '-')
        check(sorted(got) == sorted(options), '%s, not %s' % (
            got, sorted(options)))
        got = shell(program, '--ver')
        check(got == ['--version'], str(got))
    check(shell(CTL, '-j', 'sta') == ['status'], 'behind an option')
    check('files' in shell(CTL, '-p', '/e'), 'a file')
    check('files' in shell(CTL, 'doctor', '/e'), 'a file for doctor')
    check(shell(CTL, 'status', '') in ([], ['']), 'behind status')
    check('files' in shell(CTL, 'trace', '1A2B', '-w', ''), 'for trace')
    check(shell(CTL, 'log-level', '') == ['info', 'debug'], 'levels')
    check(shell(CTL, 'list', '--state', 'u') == ['up'], 'a state')
    check(shell(CTL, '-a', 'kic') == ['kick'], 'an option without a word')
    check(shell(CTL, '--message', 'bye', 'kic') == ['kick'], 'a message')
    for option in '--seconds', '-d', '--iterations', '--user', '--sort':
        check(shell(CTL, 'top', option, '') in ([], ['']), 'a number')


def names(shell, call_id):
    for command in 'kick', 'trace':
        got = shell(CTL, '-p', server.PIDFILE, command, '')
        check(call_id in got and CLIENT in got, str(got))
    mark = '/run/conformance/mark'
    namespaces.write(SECRETS, 'alice * x *\n"a$(touch %s)" * x *\n'
                     '"`touch %s`" * x *\nbob * x *\n' % (mark, mark))
    got = shell(VPNUSER, '-f', SECRETS, 'del', '')
    check(got == ['alice', 'bob'], str(got))
    check(shell(VPNUSER, '-f', SECRETS, 'passwd', 'b') == ['bob'], 'bob')
    check(not os.path.exists(mark), 'a name was run')


@point('completion-bash', 'bash completes each command and option of '
       'pptpdctl and vpnuser, calls and users; names are never evaluated')
def in_bash(lab):
    complete(bash)
    start(lab)
    names(bash, '%04X' % lab.call().theirs)


@point('completion-zsh', 'the same in zsh')
def in_zsh(lab):
    if shutil.which('zsh') is None:
        raise Skip('there is no zsh')
    complete(zsh)
    start(lab)
    names(zsh, '%04X' % lab.call().theirs)
