"""Command lines and configuration files that both servers are given.

Each case: name, and any of
  args      words after the program's name
  conf      text of /etc/pptpd.conf; None: there is no such file
  clients   how many clients call in, for pppd's argument vector
  differ    why the servers differ, where they are meant to; then
  status, log, argv, stdout   what ours does instead: an exit status, lines
            that must be logged, pppd's vectors, and whether stdout is ours
PPPD, FILE and DIR stand for paths of the lab."""

PPP = 'ppp PPPD\n'
NET = PPP + 'localip 10.0.0.1\nremoteip 10.1.0.1\n'


def case(name, **what):
    return dict(what, name=name)


ARGS = [
    case('no file', args=[]),
    case('-v', args=['-v']),
    case('--version shortened', args=['--v']),
    case('-h', args=['-h']),
    case('-h before a missing file', args=['-h', '-c', '/nonexistent']),
    case('missing file before -h', args=['-c', '/nonexistent', '-h']),
    case('-c missing', args=['-c', '/nonexistent']),
    case('-c empty', args=['-c', '']),
    case('-c directory', args=['-c', 'DIR'], status=1,
         differ='a directory is no configuration', log=[
             'E MGR: Config file not found!']),
    case('--c means --conf', args=['--c', '/nonexistent']),
    case('--con means --conf', args=['--con', '/nonexistent']),
    case('--d means --debug', args=['--d', '-C', '5']),
    case('--p means --ppp', args=['--p', '/nonexistent']),
    case('--lo means --logwtmp', args=['--lo']),
    case('--l is ambiguous', args=['--l', 'x']),
    case('--zzz', args=['--zzz']),
    case('-Z', args=['-Z']),
    case('-V', args=['-V', 'blue']),
    case('-c without a value', args=['-c']),
    case('--listen without a value', args=['--listen']),
    case('--debug=1', args=['--debug=1']),
    case('-dx', args=['-dx']),
    case('words between options', args=['stray', '-C', '3', 'more']),
    case('-C 0', args=['-C', '0']),
    case('-C -1', args=['-C', '-1'], differ='crashed', status=1, log=[
        'E command line: connections: not a number of 0 or more: "-1"']),
    case('-C abc', args=['-C', 'abc'], differ='served nobody', status=1, log=[
        'E command line: connections: not a number of 0 or more: "abc"']),
    case('-C 5', args=['-C', '5']),
    case('-C 5, file 7', args=['-C', '5'], conf='connections 7\n'),
    case('-C 5, file abc', args=['-C', '5'], conf='connections abc\n'),
    case('-l name', args=['-l', 'localhost']),
    case('-l 127.1', args=['-l', '127.1']),
    case('-l no such name', args=['-l', 'nosuch.invalid']),
    case('-l empty', args=['-l', '']),
    case('-l wins over a bad listen', args=['-l', '127.0.0.1'],
         conf='listen nosuch.invalid\n'),
    case('-e missing', args=['-e', '/nonexistent']),
    case('-e empty', args=['-e', '']),
    case('-e directory', args=['-e', 'DIR'], status=1,
         differ='a directory cannot be run',
         log=['E MGR: PPP binary DIR not executable']),
    case('-o missing', args=['-o', '/nonexistent']),
    case('-o empty', args=['-o', '']),
    case('-p empty', args=['-p', '']),
    case('-p directory', args=['-p', 'DIR']),
    case('-t 0', args=['-t', '0']),
    case('-t abc', args=['-t', 'abc']),
    case('-s empty', args=['-s', ''], conf=NET + 'speed 57600\n', clients=1),
    case('-s wins', args=['-s', '300'], conf=NET + 'speed 57600\n',
         clients=1),
    case('last -s wins', args=['-s', '1', '-s', '2'], conf=NET, clients=1),
    case('flags of both', args=['-i'], conf=NET + 'logwtmp\noption FILE\n'
         'speed 57600\n', clients=1),
]

BARE = [case('bare ' + key, conf=key + '\n') for key in (
    'connections', 'stimeout', 'listen', 'speed', 'option', 'ppp', 'pidfile',
    'localip', 'remoteip', 'debug', 'delegate', 'logwtmp', 'noipparam')]

SYNTAX = [
    case('empty file', conf=''),
    case('first one counts', conf=PPP + 'speed 1\nspeed 2\nlocalip 10.0.0.1\n'
         'localip 10.0.0.2\nremoteip 10.1.0.1\n', clients=1),
    case('tabs and blanks', conf=PPP + 'speed\t \t57600 \t \nlocalip\t10.0.0.1'
         '\t\nremoteip 10.1.0.1  ', clients=1),
    case('no newline at the end', conf=PPP + 'localip 10.0.0.1\n'
         'remoteip 10.1.0.7', clients=1),
    case('leading blanks', conf=' connections 3\n\tdebug\n  # comment\n'),
    case('blank lines', conf='   \n\t\n\n \nconnections 3\n'),
    case('509 octets', conf='connections 3' + ' ' * 496 + '\n'),
    case('510 octets', conf='connections 3' + ' ' * 497 + '\n'),
    case('long comment', conf='#' * 1100 + '\nconnections 3\n'),
    case('long line at the end', conf='connections 3\n#' + 'x' * 700),
    case('the way back: keywords of ours alone',
         conf=NET + 'auth-penalty 30\nauth-timeout 60\ncall-rate 50\n'
         'call-rate-per-ip 9\ncall-timeout 30\nconnection-rate 90\n'
         'connection-rate-per-ip 9\ndatapath userspace\nengines 1\n'
         'log-rate 50\nmax-per-ip 9\nmax-unauth 50\nmax-unauth-per-ip 9\n'
         'message-rate 90\nrestart-grace 30\nsandbox on\n', clients=1),
    case('unknown keywords', conf='ipxnets 1\nvrf blue\nConnections 3\n'
         'connections=4\n'),
    case('value of a flag', conf='delegate no\n'),
    case('blank in a speed', conf=NET + 'speed 1 2\n', clients=1),
    case('Windows line ends', conf='connections 3\r\ndelegate\r\n',
         differ='keywords with a carriage return were unknown',
         log=['I MGR: Manager process started']),
    case('comment after a value', conf=PPP + 'localip 10.0.0.1 # ours\n'
         'remoteip 10.1.0.1-2 # theirs\n', clients=1,
         differ='the comment was a part of the value', status=0,
         argv=['local 115200 10.0.0.1:10.1.0.1 ipparam 127.0.0.2 '
               'remotenumber 127.0.0.2']),
    case('byte order mark', conf='\ufeffconnections 3\n',
         differ='the first keyword was unknown',
         log=['I MGR: Maximum of 3 connections available']),
]

NUMBERS = [case('connections ' + value, conf='connections %s\n' % value)
           for value in ('-3', '0', '5x', '0x5', '+5', '300')] + [
    case('connections 99999999999', conf='connections 99999999999\n',
         differ='crashed', status=0, log=[
             'I MGR: Maximum of 65535 connections reduced to 100, not enough '
             'IP addresses given']),
]

REMOTE = [case('remoteip ' + value, conf=PPP + 'localip 10.9.9.9\nremoteip %s'
               '\n' % value, clients=clients) for value, clients in (
    ('10.0.0.5-9', 3), ('10-11.0.0.1', 2), ('10.0.0.5-5', 1),
    ('10.0.0.1-10.0.0.5', 0), ('10.0.0.1-5-7', 0), ('10.0.0.234-8', 0),
    ('10.0.0.10-', 0), ('-10.0.0.1', 0), ('10.0.0.-5', 0),
    ('10.0.0.250-260', 0), ('10.0.0.256', 0), ('10.0.0.300-301', 0),
    ('10.0.0.1111-1112', 0), ('0010.0.0.5-0006', 0),
    ('10.0.0.1,10.0.0.1', 0), ('10.0.0.1-2,10.0.0.2', 0),
    ('10.0.0.10, 10.0.0.11', 0), ('10.0.0.10,', 0), (',10.0.0.10', 0),
    ('10.0.0.10,,10.0.0.11', 0), ('10.0-1.0-1.1', 0), ('1-2.3', 0),
    ('10.0.0', 1), ('10.1', 1), ('10', 1), ('0x0a.0.0.5', 1),
    ('010.0.0.1', 1), ('010.00.0.1-2', 2), ('10.0.0.010-012', 3),
    ('1-5', 0), ('a-b', 0), ('10.0.0.1-a', 0), ('nosuch.invalid', 0),
    ('255.255.255.255', 0), ('0.0.0.0', 0), ('a b', 0))] + [
    case('remoteip localhost', conf=PPP + 'localip 10.9.9.9\n'
         'remoteip localhost\n', differ='pppd refused the address and '
         'exited', log=[
             'W /etc/pptpd.conf:3: remoteip: no end of a call can have a '
             'loopback, multicast or reserved address, so this one is left '
             'out: "127.0.0.1"',
             'W /etc/pptpd.conf:3: remoteip: no address is left, every client '
             'will be refused']),
    case('remoteip 10.0.0.5,localhost,10.0.0.7-8', conf=PPP +
         'localip 10.9.9.9\nremoteip 10.0.0.5,localhost,10.0.0.7-8\n',
         clients=3, differ='pppd refused the address and exited',
         log=['W /etc/pptpd.conf:3: remoteip: no end of a call can have a '
              'loopback, multicast or reserved address, so this one is left '
              'out: "127.0.0.1"'],
         argv=['local 115200 10.9.9.9:10.0.0.%d ipparam 127.0.0.2 '
               'remotenumber 127.0.0.2' % n for n in (5, 7, 8)]),
    case('remoteip written twice in two ways', conf='remoteip 10.1,10.0.0.1\n',
         differ='only the texts were compared', status=1, log=[
             'E MGR: Remote IP address 10.0.0.1 in config is a duplicate!']),
    case('remoteip with a word behind', conf=PPP + 'localip 10.0.0.1 10.0.0.2\n'
         'remoteip 10.1.0.1 word,10.1.0.2 \n', clients=2,
         differ='the words went to pppd, which passes over them',
         argv=['local 115200 10.0.0.1:10.1.0.1 ipparam 127.0.0.2 '
               'remotenumber 127.0.0.2',
               'local 115200 10.0.0.1:10.1.0.2 ipparam 127.0.0.2 '
               'remotenumber 127.0.0.2']),
    case('remoteip with four digits', conf='remoteip 10.0.0.1-1111\n',
         differ='the last digit was lost', status=1,
         log=['E MGR: Bad remote IP range: 10.0.0.1-1111']),
]

LISTS = [
    case('nothing given', conf=PPP, clients=2),
    case('only remoteip', conf=PPP + 'remoteip 10.0.0.1-3\n', clients=2),
    case('only localip', conf=PPP + 'localip 10.0.0.1\n', clients=2),
    case('two of localip', conf=PPP + 'localip 10.0.0.1-2\n', clients=2),
    case('localip is a name', conf=PPP + 'localip localhost\n'
         'remoteip 10.0.0.1\n', differ='pppd refused the address and exited',
         log=['W /etc/pptpd.conf:2: localip: no end of a call can have a '
              'loopback, multicast or reserved address, so this one is left '
              'out: "127.0.0.1"',
              'W /etc/pptpd.conf:3: remoteip: no address is left, every client '
              'will be refused']),
    case('1 local, 10 remote', conf='localip 10.0.0.1\n'
         'remoteip 10.1.0.1-10\n'),
    case('3 local, 10 remote', conf='localip 10.0.0.1-3\n'
         'remoteip 10.1.0.1-10\n'),
    case('20 local, 10 remote', conf='localip 10.0.0.1-20\n'
         'remoteip 10.1.0.1-10\n'),
    case('both bad', conf='localip x y\nremoteip a b\n'),
    case('300 wanted, none given', conf='connections 300\n'),
    case('300 wanted, 256 given', conf='connections 300\n'
         'remoteip 10.0.0.0-255\n'),
    case('2 wanted, none given', conf='connections 2\n'),
    case('3 wanted, 3 given', conf='connections 3\nlocalip 10.9.9.9\n'
         'remoteip 10.0.0.1-3\n'),
    case('a bad one just behind the limit', conf='connections 3\n'
         'localip 10.9.9.9\nremoteip 10.0.0.1-3,bad bad\n'),
    case('a bad range just behind the limit', conf='connections 1\n'
         'localip 10.9.9.9\nremoteip 10.0.0.1,10.0.0.9-2\n'),
    case('a bad one far behind the limit', conf='connections 1\n'
         'localip 10.9.9.9\nremoteip 10.0.0.1,10.0.0.2,bad bad\n'),
    case('a duplicate behind the limit', conf='connections 3\n'
         'localip 10.9.9.9\nremoteip 10.0.0.1-3,10.0.0.1\n'),
    case('above 255 behind the limit', conf='connections 1\n'
         'localip 10.9.9.9\nremoteip 10.0.0.254-300\n'),
    case('delegate reads no lists', conf=PPP + 'delegate\n'
         'remoteip bad bad\nspeed\n', clients=1),
]

CASES = ARGS + BARE + SYNTAX + NUMBERS + REMOTE + LISTS
