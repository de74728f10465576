"""What the system refuses while the configuration is read again."""

from errno import EADDRINUSE, EAGAIN, EMFILE, ENFILE, ENOMEM

from pptptest import namespaces, rules
from pptptest.calls import goes_on, needs_engine, settled
from pptptest.lab import OTHER, client
from pptptest.logsink import ERR, INFO
from pptptest.points import Fail, check, point

OLD = [('remoteip', '10.0.0.200-203')]
NEW = [('remoteip', '10.0.0.210-213'), ('listen', namespaces.SERVER)]
NAME = [('remoteip', '10.0.0.210-213,localhost')]
TRIES = 3


def refused(call, error, conf=NEW):
    """Nothing changes, and the log says why."""
    @point('reload-%s-%s' % (call, rules.name(error)), '%s fails with %s while '
           'the configuration is read again: it does not change'
           % (call, rules.name(error)))
    def test(lab):
        faults = rules.Rules(lab)
        run = lab.server(conf=OLD)
        session = lab.call()
        lab.call(address=client(30)).close()
        before = settled(run)
        faults.set('pptpd', call, error)
        for _ in range(TRIES):
            line = run.reload(conf)
            check(line.level == ERR, line.text)
        check(faults.hits() >= TRIES, 'only %d of %d had to do with it'
              % (faults.hits(), TRIES))
        faults.clear()
        after = settled(run)
        check(after == before, 'descriptors and processes: %d and %d, before '
              '%d and %d' % (after + before))
        session.needs('a call from before')
        other = lab.call(address=OTHER, to=namespaces.SERVER2)
        check(other.pppd.argv[4].endswith(':10.0.0.201'), 'the addresses have '
              'changed: ' + other.pppd.argv[4])
        again = run.reload(conf)
        check(again.level == INFO, again.text)
        session.needs('a call from before')
        check(lab.call(address=client(3)).pppd.argv[4].endswith(':10.0.0.210'),
              'the addresses have not changed')
        return line.text


@point('reload-listener-lost', 'the new listener does not reach the engine: '
       'another engine starts with it, and takes the calls')
def listener_lost(lab):
    faults = rules.Rules(lab)
    run = lab.server(conf=OLD)
    needs_engine(run)
    session = lab.call()
    engine = run.engines()[0].pid
    faults.set('engine', 'recvmsg', rules.LOST, times=1)
    mark = lab.log.mark()
    line = run.reload(NEW)
    check(line.level == INFO, line.text)
    said = lab.log.wait('.*no new listener.*', 3, mark)
    check(said and faults.hits() == 1, 'it was not lost')
    check(lab.until(lambda: [p.pid for p in run.engines()] not in
                    ([], [engine]), 5) is not None, 'the engine stays')
    goes_on(session)
    lab.call(address=OTHER, to=namespaces.SERVER).needs('a new call')
    try:
        lab.connect(OTHER, namespaces.SERVER2)
    except OSError:
        return said.text
    raise Fail('it listens on the old address')


for one in EMFILE, ENFILE:
    refused('open', one)
    refused('socket', one)
refused('listen', EADDRINUSE)
refused('calloc', ENOMEM)
refused('fork', EAGAIN, NAME)
refused('socketpair', EMFILE, NAME)
