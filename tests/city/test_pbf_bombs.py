"""OSM extracts whose blobs unpack to far more than the format allows: refused before they are."""

import resource
import struct
import subprocess
import sys
import zlib

import pytest

from sim.cli import main

pytestmark = pytest.mark.slow

LIMIT_MB = 32
"""Of one blob unpacked, by the format."""


def varint(number):
    parts = b""
    while True:
        number, part = number >> 7, number & 127
        parts += bytes([part | (128 if number else 0)])
        if not number:
            return parts


def field(key, content):
    return varint(key << 3 | 2) + varint(len(content)) + content


def blob(kind, megabytes, declared=None):
    """Write a blob of one long text, packed; its header may say another length."""
    packer, size = zlib.compressobj(9), 0
    inside = [field(4, b"OsmSchema-V0.6") + field(4, b"DenseNodes")]
    if kind == b"OSMData":
        text = varint(1 << 3 | 2) + varint(megabytes << 20)
        inside = [varint(1 << 3 | 2) + varint(len(text) + (megabytes << 20)) + text]
        inside += [bytes(1 << 20)] * megabytes
    packed = b""
    for part in inside:
        packed += packer.compress(part)
        size += len(part)
    packed += packer.flush()
    body = varint(2 << 3) + varint(size if declared is None else declared) + field(3, packed)
    head = field(1, kind) + varint(3 << 3) + varint(len(body))
    return struct.pack(">I", len(head)) + head + body


BOMBS = {
    "a blob as large as may be": (LIMIT_MB - 1, None),
    "a blob above the limit": (LIMIT_MB * 8, None),
    "one that says it is small": (LIMIT_MB * 8, 1000),
    "one that says it is huge": (1, 1 << 31),
    "one that says it is nothing": (1, 0),
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_bombs_are_one_line(tmp_path, monkeypatch, capsys, bomb):
    monkeypatch.setenv("HK_CAMERA_SIM_DATA", str(tmp_path / "bundles"))
    path = tmp_path / "bomb.osm.pbf"
    path.write_bytes(blob(b"OSMHeader", 0) + blob(b"OSMData", *bomb))
    assert path.stat().st_size < 500_000
    assert main(["data", "import", str(path), "--name", "bomb"]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "bomb.osm.pbf" in err
    assert not (tmp_path / "bundles" / "bomb").exists()


def test_a_bomb_takes_no_memory(tmp_path):
    path = tmp_path / "bomb.osm.pbf"
    path.write_bytes(blob(b"OSMHeader", 0) + blob(b"OSMData", 2000, 1 << 31))
    limit = 3 << 30

    def limited():
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))

    words = ["data", "import", str(path), "--name", "bomb"]
    done = subprocess.run(
        [sys.executable, "-m", "sim.cli", *words], capture_output=True, text=True, check=False,
        preexec_fn=limited, timeout=120,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
