"""Information about Linux processes."""

import os
import subprocess
import sys
import time

from tests.faults.processes import alive, descendants, resources, seconds_used, wait_until_ended

_PARENT = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'input()'])"


def test_a_family_is_known_until_it_has_ended() -> None:
    parent = subprocess.Popen([sys.executable, "-c", _PARENT], stdin=subprocess.PIPE)
    try:
        while not (family := descendants(parent.pid)):
            time.sleep(0.01)
        assert parent.pid in descendants(os.getpid())
        assert alive({parent.pid, *family}) == {parent.pid, *family}
        assert wait_until_ended(family, 0.1) == family
        parent.kill()
        # A zombie: ended, but not waited for.
        assert wait_until_ended({parent.pid}, 10) == set()
        assert alive(family) == family
    finally:
        parent.kill()
        parent.communicate()
    assert wait_until_ended(family, 10) == set()
    assert seconds_used(parent.pid) == 0


def test_resources_of_this_process() -> None:
    before = resources(os.getpid())
    with open(os.devnull, encoding="utf-8"):
        assert resources(os.getpid()).files == before.files + 1
    assert before.memory > 10
    assert before.threads >= 1
    assert seconds_used(os.getpid()) > 0
