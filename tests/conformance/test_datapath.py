"""datapath kernel where the kernel cannot carry calls: userspace does, and the
log has the reason.  tests/system has the kernel that can."""

from pptptest.calls import goes_on
from pptptest.lab import CLIENT, OTHER, data
from pptptest.points import check, point

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


@point('Dp-3', 'the first datapath kernel, by SIGHUP: another pptpd takes over, '
       'a call of before goes on, and a new one is the kernel\'s if it can')
def dp_3(lab):
    run = lab.server()
    session = lab.call()
    mark = lab.log.mark()
    run.reload(conf=[('datapath', 'kernel')])
    said = lab.log.wait('.*datapath: another pptpd takes over for it', 2, mark)
    check(said, 'nothing is said')
    check(lab.log.wait('MGR: Manager process started', 10, mark),
          'it does not take over')
    goes_on(session)
    lab.call(address=OTHER).needs('a new call')
    check(lab.log.wait(FALLS_BACK % '.*', 2, mark), 'it does not count')
    return said.text
