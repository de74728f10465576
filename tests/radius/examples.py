"""Files of docs/examples, as the tests use them."""

import os

from pptptest.points import check

ROOT = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__)))), 'docs', 'examples')


def path(*names):
    return os.path.join(ROOT, *names)


def text(names, *changes):
    """What is in the file path(*names), with these (old, new) in it."""
    with open(path(*names)) as stream:
        content = stream.read()
    for old, new in changes:
        check(old in content, '%s has no "%s"' % (names[-1], old))
        content = content.replace(old, new)
    return content
