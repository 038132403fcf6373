"""Run the emulator inside Lambda's Python: ``<runtime>/bin/python local/launcher.py <lock> <packages>``.

The emulator starts each function with the interpreter that runs itself. That interpreter has what Lambda's runtime has
(boto3) and no more, so that a function finds its other packages in its layers or nowhere; the emulator's own packages
are added to the path of this process only.

The lock is held, with this process's id in the file, for as long as this process lives: who finds it free knows that no
emulator runs, whatever a former one left behind.
"""

from __future__ import annotations

import fcntl
import os
import runpy
import site
import sys


def main(lock_path: str, packages: str) -> None:
    """Take the lock, then serve until the process is told to end."""
    # Read and write without truncation: the id of a running emulator must survive a second start.
    with open(os.open(lock_path, os.O_RDWR | os.O_CREAT, 0o600), "r+", encoding="ascii") as lock:  # noqa: PTH123
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit(f"an emulator already runs on {lock_path}")
        lock.truncate()
        lock.write(str(os.getpid()))
        lock.flush()
        site.addsitedir(packages)
        sys.argv = ["ministack"]
        runpy.run_module("ministack", run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
