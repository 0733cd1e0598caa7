"""The pictures of the map in README and docs, taken from a run by a browser without a window.

    sim run scenarios/as_announced.yaml
    python benchmarks/pictures.py out/as_announced docs

Chromium (or Chrome) is needed, and Pillow (`python -m pip install pillow`), which makes the files
a third as large. Each picture is a link to a view of map.html, as the page itself
makes them, so that a reader can open the same.
"""

import argparse
import shutil
import subprocess
import tempfile
from pathlib import Path

from PIL import Image

WALK = "from=22.31812,114.16902&to=22.32490,114.17170"
PICTURES = {
    # name: (what follows the "#", width, height)
    "pictures/first-screen.png": ("lang=en", 1280, 800),
    "pictures/map-zh.png": ("n=60000&task=recognise&lang=zh", 1280, 800),
    "pictures/map-4000.png": ("n=4000&task=recognise&lang=en", 1280, 800),
    "pictures/map-detect.png": ("n=4000&task=detect&lang=en", 1280, 800),
    "pictures/own-walk.png": (f"n=60000&task=recognise&lang=en&{WALK}", 1280, 800),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path, help="folder of a finished run")
    parser.add_argument("docs", type=Path, help="folder of the pages")
    asked = parser.parse_args()
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))))
    page = (asked.run / "map.html").resolve().as_uri()
    (asked.docs / "pictures").mkdir(exist_ok=True)
    for name, (view, width, height) in PICTURES.items():
        take(browser, f"{page}#{view}", asked.docs / name, width, height)
        print(asked.docs / name)


def take(browser, address, path, width, height):
    with tempfile.TemporaryDirectory() as profile:
        flags = (
            "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
            "--no-first-run", "--disable-background-networking", "--force-dark-mode",
            "--blink-settings=preferredColorScheme=0", f"--user-data-dir={profile}",
            "--virtual-time-budget=8000", f"--window-size={width},{height}",
            f"--screenshot={path.resolve()}",
        )  # fmt: skip
        subprocess.run([browser, *flags, address], check=True, capture_output=True)
    with Image.open(path) as picture:
        few = picture.convert("RGB").quantize(
            256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
        )
    few.save(path, optimize=True)


if __name__ == "__main__":
    main()
