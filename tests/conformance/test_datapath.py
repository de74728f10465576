"""datapath kernel where the kernel cannot carry calls: userspace does, and the
log has the reason.  tests/system has the kernel that can."""

from lab import CLIENT, OTHER, data
from points import check, point

FALLS_BACK = ('CTRL: Client %s: the kernel cannot carry this call, userspace '
              'does: .*')


@point('Dp-1', 'datapath kernel: a call that the kernel cannot carry works, '
       'and one line has the reason')
def dp_1(lab):
    lab.server(conf=[('datapath', 'kernel')])
    mark = lab.log.mark()
    session = lab.call()
    session.needs('the call')
    line = lab.log.wait(FALLS_BACK % CLIENT.replace('.', r'\.'), 2, mark)
    check(line, 'the log does not say why')
    for number in range(20):
        check(session.delivered(data(b'%d' % number)),
              'frame %d is lost' % number)
    return str(line)


@point('Dp-2', 'datapath kernel for one network: nothing is said of others')
def dp_2(lab):
    lab.server(conf=[('datapath', 'kernel %s' % OTHER)])
    mark = lab.log.mark()
    lab.call(address=CLIENT).needs('the call')
    check(not lab.log.find(FALLS_BACK % '.*', mark), 'something is said')
    lab.call(address=OTHER).needs('the other call')
    check(lab.log.wait(FALLS_BACK % OTHER.replace('.', r'\.'), 2, mark),
          'nothing is said of %s' % OTHER)
    return 'one line, about %s' % OTHER


@point('Dp-3', 'the first datapath kernel needs a start, and the log says so')
def dp_3(lab):
    run = lab.server()
    mark = lab.log.mark()
    run.reload(conf=[('datapath', 'kernel')])
    check(lab.log.wait('.*datapath: counts when pptpd is started again', 2,
                       mark), 'nothing is said')
    lab.call().needs('the call')
    check(not lab.log.find(FALLS_BACK % '.*', mark), 'it counts')
    return 'said'
