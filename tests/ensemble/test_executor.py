"""Workers of this machine are closed to everybody but the program that started them."""

import socket
import ssl
import subprocess
import sys
from contextlib import ExitStack, suppress

import pytest

from sim.ensemble import executor
from sim.ensemble.executor import computed, workers_of
from sim.errors import InputError

distributed = pytest.importorskip("distributed", reason="the extra `distributed`")
psutil = pytest.importorskip("psutil", reason="comes with dask.distributed")
pytest.importorskip("cryptography", reason="the extra `distributed`")


@pytest.fixture(scope="module")
def workers():
    with workers_of(None, 2) as found:
        yield found


def ports():
    """Return every port on which this process or one that it started listens."""
    here = psutil.Process()
    every = [here, *here.children(recursive=True)]
    found = [one for process in every for one in process.net_connections("inet")]
    return {one.laddr.port for one in found if one.status == psutil.CONN_LISTEN}


def test_workers_compute(workers):
    found = dict(computed(workers, pow, {"a": (2, 3), "b": (3, 2)}))
    assert found == {"a": 8, "b": 9}


def test_the_port_that_dask_usually_takes_may_be_in_use():
    with ExitStack() as stack:
        with suppress(OSError):  # then another program has it
            stack.enter_context(socket.create_server(("", 8787)))
        others = stack.enter_context(workers_of(None, 2))
        assert dict(computed(others, pow, {"a": (2, 3)})) == {"a": 8}


def addresses(workers):
    info = workers.client.scheduler_info()
    return [workers.client.scheduler.address, *info["workers"]]


def test_every_address_is_of_this_machine_and_encrypted(workers):
    for address in addresses(workers):
        assert address.startswith("tls://127.0.0.1:")
    nannies = [worker["nanny"] for worker in workers.client.scheduler_info()["workers"].values()]
    assert all(address.startswith("tls://127.0.0.1:") for address in nannies)


# Another program asks, as another user would: in this one, distributed's half-begun clients are
# collected on the thread of the next one's loop and hold it up.
STRANGER = """
import os, sys, distributed
address, own = sys.argv[1], distributed.Security.temporary() if sys.argv[2] == "own" else None
try:
    client = distributed.Client(address, security=own, timeout=2)
    print("let in", client.submit(os.getpid).result(timeout=2), flush=True)
except (OSError, TypeError, ValueError, RuntimeError) as refused:
    print("refused", type(refused).__name__, flush=True)
os._exit(0)
"""


@pytest.mark.parametrize("scheme", ["tcp", "tls"])
@pytest.mark.parametrize("security", ["none", "own"])
def test_no_other_client_is_let_in(workers, scheme, security):
    address = workers.client.scheduler.address.replace("tls", scheme, 1)
    asked = [sys.executable, "-c", STRANGER, address, security]
    found = subprocess.run(asked, capture_output=True, text=True, timeout=120, check=False)
    assert found.stdout.startswith("refused "), found.stdout + found.stderr


def refuses(port, begin):
    """Return whether a port closes or alerts where a client begins so."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as plain:
        try:
            return begin(plain)[:4] in (b"", b"\x15\x03\x03\x00", b"\x15\x03\x01\x00")
        except (ssl.SSLError, ConnectionError):
            return True


def over_http(plain):
    plain.sendall(b"GET / HTTP/1.0\r\n\r\n")
    return plain.recv(100)


def without_a_certificate(plain):
    anybody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
    with anybody.wrap_socket(plain) as line:  # TLS 1.3 refuses with its first answer
        line.sendall(b"hello")
        return line.recv(100)


@pytest.mark.parametrize("begin", [over_http, without_a_certificate])
def test_no_port_answers_to_who_has_no_certificate(workers, begin):
    found = ports()
    assert {int(address.rpartition(":")[2]) for address in addresses(workers)} <= found
    assert [port for port in found if not refuses(port, begin)] == []


def test_without_cryptography_several_workers_are_refused_and_one_is_not(monkeypatch):
    monkeypatch.setattr(executor, "find_spec", lambda _name: None)
    with workers_of(None, None) as alone:
        assert alone.client is None
    refused = pytest.raises(InputError, match="several workers need cryptography; install it: ")
    with refused, workers_of(None, 2):
        pytest.fail("they were begun")
