// Lets the page's scripts run, which it carries compressed: it inflates them and adds each as an element
// of its own. The page's policy knows every one of them by its digest. The text is as in payload.js.

(async () => {
  const bytesOf = (text) => {
    const digits = new Map(Array.from({ length: 94 }, (_, k) => String.fromCharCode(33 + k))
      .filter((sign) => !'<&"'.includes(sign)).map((sign, digit) => [sign, digit]));
    const colon = text.indexOf(":");
    const bytes = new Uint8Array(Number(text.slice(0, colon)));
    let [held, bits, at] = [0, 0, 0];
    for (let i = colon + 1; i + 1 < text.length; i += 2) {
      held = (held << 13) | (digits.get(text[i]) * digits.size + digits.get(text[i + 1]));
      for (bits += 13; bits >= 8; bits -= 8) bytes[at++] = held >> (bits - 8);
      held &= (1 << bits) - 1;
    }
    return bytes;
  };
  try {
    const packed = new Blob([bytesOf(document.getElementById("scripts").textContent.trim())]);
    const sources = await new Response(packed.stream().pipeThrough(new DecompressionStream("deflate-raw"))).text();
    for (const source of sources.split("\0")) {
      const script = document.createElement("script");
      script.textContent = source;
      document.head.append(script);
    }
  } catch (error) {
    document.documentElement.classList.remove("live");
    document.getElementById("notice").hidden = false;
    console.error(error);
  }
})();
