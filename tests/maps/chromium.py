"""Chromium opened on a page from disk, and what tests ask of it."""

import json
import time

from maps import write_map

FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--window-size=1280,800", "--lang=en-US",
)  # fmt: skip
HOSTILE = (
    "</script><script>window.ran=1</script>",
    "<img src=x onerror=window.ran=2>",
    "\"'><svg onload=window.ran=3>",
    "{{ 7 * 7 }}{% raw %}",
    "\\u003cscript>window.ran=4",
    "\u202e\u2028back`${window.ran=5}`",
    "long " * 400,
)


def open_file(browser, path, width=1280, height=800):
    browser.get_log("browser")
    browser.get_log("performance")
    screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    browser.get(path.as_uri())


def open_page(browser, folder, width=1280, height=800):
    open_file(browser, write_map(folder), width, height)
    wait(browser, "return document.documentElement.classList.contains('whole')")


def wait(browser, condition):
    for _ in range(100):
        if browser.execute_script(condition):
            return
        time.sleep(0.05)
    raise AssertionError([condition, *browser.get_log("browser")])


def requests(browser):
    """Addresses asked for and not stopped inside the browser by the page's policy."""
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked, stopped = {}, set()
    for message in messages:
        about = message["params"]
        if message["method"] == "Network.requestWillBeSent":
            asked[about["requestId"]] = about["request"]["url"]
        if about.get("blockedReason") == "csp":
            stopped.add(about["requestId"])
    return [url for request, url in asked.items() if request not in stopped]


def complaints(browser):
    """What the console says, but for remarks on how these tests read the canvas."""
    return [entry for entry in browser.get_log("browser") if entry["source"] != "rendering"]


def lit_pixels(browser):
    """Number of painted pixels on the canvas of seen streets, after the next frame."""
    return browser.execute_async_script(
        """
        const done = arguments[0];
        requestAnimationFrame(() => requestAnimationFrame(() => {
          const canvas = Unseen.panel.sheets.light._container;
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          let painted = 0;
          for (let i = 0; i < data.length; i += 4) {
            painted += data[i + 3] > 200 && data[i] > data[i + 2] + 60;
          }
          done(painted);
        }));
        """
    )


def set_slider(browser, total):
    """Show a number of cameras, also one between the slider's stops."""
    browser.execute_script("Unseen.panel.setTotal(arguments[0])", total)


def number(browser, name):
    written = browser.execute_script(f"return document.getElementById('{name}').textContent")
    return float(written.replace(",", "").rstrip("%").rstrip(" m"))


VISIBLE_TEXT = """
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
const found = [];
while (walker.nextNode()) {
  const node = walker.currentNode, parent = node.parentElement;
  const neutral = parent.closest("script, style, [translate=no], [lang]:not(html)");
  if (!node.data.trim() || neutral) continue;
  if (parent.closest("details") || parent.checkVisibility()) found.push(node.data.trim());
}
return found;
"""


def words(texts):
    """Those of some texts that hold a letter."""
    return {text for text in texts if any(character.isalpha() for character in text)}
