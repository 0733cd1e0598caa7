"""One digest of arrays, bytes and plain data, whatever it is taken of.

What the digest of a city, of a scenario or of the code covers is decided where each lives.
"""

from __future__ import annotations

import hashlib
import json

import numpy as np


def digest_of(*parts: object) -> str:
    """Return a digest of arrays, bytes, and plain data as JSON writes it, in this order."""
    total = hashlib.sha256()
    for part in parts:
        if isinstance(part, np.ndarray):
            content = np.ascontiguousarray(part)
            head = f"{content.dtype.str}{content.shape}".encode()
            body = content.reshape(-1).view(np.uint8).data
        else:
            head = b"plain"
            body = memoryview(
                part if isinstance(part, bytes) else json.dumps(part, sort_keys=True).encode()
            )
        total.update(f"{len(head)},{len(body)};".encode() + head)
        total.update(body)
    return total.hexdigest()
