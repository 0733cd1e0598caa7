"""How soon a written page can be used, and what its frames cost: one command prints a table.

    python benchmarks/page_frames.py out/mong_kok/map.html out/hong_kong/map.html [--slower 4]

Each page is opened from disk in headless Chromium without a GPU and with the network cut, its
processor slowed down by `--slower` for the load: DOMContentLoaded, the picture (the still one, with
headline and figures, is painted), and the map (the page is ready and two frames have been painted).
Then, at full speed, the line between both numbers of cameras is moved, and the map is dragged, with
and without that line; a frame is the script that runs for it, until it returns. "painted" waits for
the pixels too, which no GPU draws here.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "maps")]

from page import FIRST_PICTURE, chromium, show

ROUNDS = 3
FRAMES = 60
SIZE = (1440, 900)
LOADED = """
const { domContentLoadedEventEnd, startTime } = performance.getEntriesByType("navigation")[0];
return domContentLoadedEventEnd - startTime;
"""
PICTURE = """
const done = arguments[0];
const seen = new PerformanceObserver((list) => done(list.getEntries()[0].renderTime));
seen.observe({ type: "element", buffered: true });
"""
FRAME = """
const [frames, painted, done] = arguments;
const { panel } = Unseen, { map, wipe } = panel, { light } = panel.sheets;
const timed = (step) => Array.from({ length: frames }, (_, i) => {
  const began = performance.now();
  step(i);
  if (light._request) {
    cancelAnimationFrame(light._request);
    light._request = 0;
    light._draw();
  }
  if (painted) light._context.getImageData(0, 0, 1, 1);
  return performance.now() - began;
});
const drag = (i) => {
  map._rawPanBy(L.point(i < frames / 2 ? 6 : -6, 3));
  map.fire("move").fire("drag");
};
const found = {};
wipe.hide();
light._draw();
found.drag = timed(drag);
wipe.show(0.5);
light._draw();
found.wipe = timed((i) => wipe.moveTo((i + 0.5) / frames));
found["drag with line"] = timed(drag);
wipe.hide();
done(found);
"""


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    given.add_argument("pages", nargs="+", type=Path, metavar="MAP.html")
    given.add_argument("--slower", type=float, default=4.0)
    asked = given.parse_args()
    browser = chromium()
    if browser is not None:
        show([row(browser, page.resolve(), asked.slower) for page in asked.pages])
        browser.quit()


def row(browser, page: Path, slower: float) -> dict:
    """What was found of one page: MB, seconds until it can be used, milliseconds a frame."""
    browser.set_window_size(*SIZE)
    loaded, picture, first = [], [], []
    for _ in range(ROUNDS):
        browser.get("about:blank")
        browser.execute_cdp_cmd("Emulation.setCPUThrottlingRate", {"rate": slower})
        browser.get(page.as_uri())
        first.append(browser.execute_async_script(FIRST_PICTURE))
        picture.append(browser.execute_async_script(PICTURE))
        loaded.append(browser.execute_script(LOADED))
        browser.execute_cdp_cmd("Emulation.setCPUThrottlingRate", {"rate": 1})
    found = {
        "page": page.parent.name,
        "MB": round(page.stat().st_size / 1e6, 2),
        f"loaded s, {slower:g}×": round(statistics.median(loaded) / 1000, 2),
        f"picture s, {slower:g}×": round(statistics.median(picture) / 1000, 2),
        f"map s, {slower:g}×": round(statistics.median(first) / 1000, 2),
    }
    for painted in (False, True):
        taken = browser.execute_async_script(FRAME, FRAMES, painted)
        for name, frames in taken.items():
            words = f"{name}, painted ms" if painted else f"{name} ms"
            ordered = sorted(frames)
            middle, most = statistics.median(frames), ordered[int(0.95 * len(ordered))]
            found[words] = f"{middle:.1f} ({most:.1f})"
    return found


if __name__ == "__main__":
    main()
