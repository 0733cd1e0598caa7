"""The scripts that a page carries compressed, as its loader lets them run."""

import re
import zlib

from maps.packing import ALPHABET


def bytes_of(text):
    """The bytes that a packed text holds."""
    size, _, written = text.strip().partition(":")
    digit = {character: place for place, character in enumerate(ALPHABET)}
    pairs = zip(written[::2], written[1::2], strict=True)
    bits = "".join(f"{91 * digit[high] + digit[low]:013b}" for high, low in pairs)
    return bytes(int(bits[k : k + 8], 2) for k in range(0, 8 * int(size), 8))


def scripts_of(page):
    """The scripts that a page carries, in the order in which they run."""
    packed = re.search(r'<script type="text/plain" id="scripts">(.*?)</script>', page, re.DOTALL)[1]
    return zlib.decompress(bytes_of(packed), -zlib.MAX_WBITS).decode().split("\0")
