"""What root may do to files, given up for a while: for tests of folders that may not be written."""

import ctypes
import os
import sys
from contextlib import contextmanager

import pytest

VERSION_3 = 0x20080522
"""Layout of the capability structures (capget(2))."""
OVER_FILE_PERMISSIONS = (1 << 1) | (1 << 2)
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH: root reads, writes and searches what it likes."""


class Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class Sets(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint32) for name in ("effective", "permitted", "inheritable")]


def call(name, sets):
    """Call capget or capset for this thread."""
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(ctypes.byref(Header(VERSION_3, 0)), sets):
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error), name)


@contextmanager
def file_permissions_hold():
    """While this lasts, permissions of files bind this thread, and those it starts, as any user."""
    if os.geteuid() != 0:
        yield
        return
    if not sys.platform.startswith("linux"):
        pytest.skip("root can only give up its rights over files on Linux")
    sets = (Sets * 2)()
    call("capget", sets)
    before = sets[0].effective
    sets[0].effective = before & ~OVER_FILE_PERMISSIONS
    call("capset", sets)
    try:
        yield
    finally:
        sets[0].effective = before
        call("capset", sets)
