"""One HTML file from a run folder: folium's map and page, our own layer, nothing from a network.

It puts the file together: which scripts and styles go in, where data may stand and how it is
escaped. Names in the data are hostile until escaped: they enter the page as JSON whose markup
characters are written as code points, or through an escaping template, and never through folium's
own templates, which would evaluate them.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import folium
import jinja2
import numpy as np
from branca.element import Element, Figure, MacroElement
from markupsafe import Markup

from maps.answer import (
    answer_counts,
    answer_headline,
    answer_of,
    date_words,
    ends_of,
    is_answered,
)
from maps.basemap import basemap_of
from maps.bundle import bundle
from maps.credits import credit_of
from maps.districts import districts_of
from maps.names import area_pair, clean_name
from maps.numbers import percent
from maps.packing import deflated, printable
from maps.payload import Payload, build_payload, years_of
from maps.picture import street_picture
from maps.run_folder import RunFolder, read_run_folder
from maps.stops import alerts_sentences, oversight_sentences
from maps.story import NOT_CONCLUDED, STEPS, STORY_TEXTS, cases_chart, story_of
from maps.story_tables import tables_of, years_of_plan
from maps.texts import LANGUAGES, TEXTS, closed_up, is_proxy, table, text, texts_of
from maps.weeks import weeks_facts
from sim.atomic_write import replace_text
from sim.errors import InputError

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'"
)
"""The scripts that a page was written with may run, and its styles; no address may be asked."""
OUR_STYLES = ("page.css", "districts.css")
ENTRY = "panel.js"
"""The module that the script of a page of one run begins with."""
SCRIPT_NAME = "Unseen"
"""What the page's script calls what its entry exports."""
SURFACE = "L"
"""What the page's modules call that on which their map is drawn."""
LIVE = 'document.documentElement.classList.add("live");'
"""Tells the style sheet that scripts run, before anything is drawn."""
MOST_CLASSES = 6
HEADLINE_TASK = "recognise"
WRITTEN = ("headline_", "answer_", "partly_real", "about_partly_real", "about_on_listed", "quote_")
"""How texts begin that are filled when a page is written, or that stand in another one's place."""


def write_map(run_folder: Path, run: RunFolder | None = None) -> Path:
    """Write map.html into a finished run folder and return its path.

    Parameters
    ----------
    run_folder
        A folder that `sim run` has finished. Its map.html, if any, is replaced once the new one is
        whole.
    run
        The folder as already read, where it is.

    Raises
    ------
    InputError
        The folder is not a finished run, or was written by another version.
    """
    run = run or read_run_folder(Path(run_folder))
    return write_page(Path(run_folder) / "map.html", page_of(run))


def page_of(run: RunFolder, *, own: bool = False) -> str:
    """Return the page of a run.

    Parameters
    ----------
    run
        As read.
    own
        Whether its map is drawn on the page's own surface, so that nobody else's code stands in
        the file; else on Leaflet's.
    """
    return _page(run, build_payload(run), own=own).render()


def write_page(target: Path, content: str) -> Path:
    """Write a page whole or not at all, and return its path."""
    replace_text(target, content, remedy="")
    return target


class Page(Figure):
    """folium's page, with a language, and with a policy under which only its own scripts run.

    Scripts are carried compressed: one that is small lets the others run.
    """

    _template = jinja2.Template(
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" content="{{ this.policy }}">\n'
        "{{ this.header.render(**kwargs) }}\n</head>\n<body>\n{{ this.html.render(**kwargs) }}\n"
        '<script type="text/plain" id="scripts">{{ this.packed }}</script>\n'
        "<script>{{ this.loader }}</script>\n</body>\n</html>\n"
    )

    def __init__(self) -> None:
        super().__init__()
        self.header._children.clear()
        self._scripts: list[str] = []
        self.loader = page_asset("loader.js")
        self.policy = self.packed = ""

    def add_script(self, script: str) -> None:
        """Add a script of ours; all run in their order, once the page is there."""
        self._scripts.append(script)

    def render(self, **kwargs: Any) -> str:  # noqa: ANN401 - folium's own signature
        """Return the page, its policy before anything that could ask."""
        for child in self._children.values():
            child.render(**kwargs)
        scripts = [*self._scripts, f"\n{self.script.render(**kwargs)}\n"]
        self.policy = policy_of([LIVE, self.loader, *scripts])
        self.packed = printable(deflated("\0".join(scripts).encode()))
        return str(self._template.render(this=self, kwargs=kwargs))


def policy_of(scripts: list[str]) -> str:
    """Return the policy that lets some scripts run, each known by its SHA-256, and no other."""
    for script in scripts:
        if "</script" in script.lower() or "\r" in script:
            raise RuntimeError("a script that would end its element cannot be written into a page")
    digests = [hashlib.sha256(script.encode()).digest() for script in scripts]
    hashes = [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]
    return CONTENT_SECURITY_POLICY.format(scripts=" ".join(hashes))


class QuietMap(folium.Map):
    """folium's map without tiles, without anything from a CDN, and free to be zoomed by hand."""

    _template = jinja2.Template(
        "{% macro html(this, kwargs) %}"
        '<div id="{{ this.get_name() }}" class="folium-map"></div>{% endmacro %}'
        "{% macro script(this, kwargs) %}"
        "const {{ this.get_name() }} = L.map({{ this.get_name()|tojson }}, "
        "{crs: L.CRS.{{ this.crs }}, zoomControl: false, attributionControl: false, "
        "zoomSnap: 0.25, zoomDelta: 0.5, wheelPxPerZoomLevel: 90, maxZoom: 20, "
        "zoomAnimation: {{ this.animated|tojson }}});"
        "{% endmacro %}"
    )

    def __init__(self, name: str = "streets", *, animated: bool = True) -> None:
        super().__init__(tiles=None)
        self.default_js = []
        self.default_css = []
        self.animated = animated
        self._id = f"of_{name}"


class SeenStreets(MacroElement):
    """Our layer: streets, cameras and walks drawn on canvas from the page's packed columns.

    Parameters
    ----------
    call
        The function of ours that draws on the map this is added to, or on both of `beside`.
    beside
        Names of the maps of a comparison.
    """

    _template = jinja2.Template(
        "{% macro script(this, kwargs) %}{{ this.call }}"
        "({{ this.beside or this._parent.get_name() }});{% endmacro %}"
    )

    def __init__(self, call: str = "Unseen.start", beside: str = "") -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # folium states no types
        self.call = call
        self.beside = beside


class Verbatim(Element):
    """Text that goes into the page as it is: branca would evaluate any template inside it."""

    _template = jinja2.Template("{{ this.content }}")

    def __init__(self, content: str) -> None:
        super().__init__()
        self.content = content


def _page(run: RunFolder, payload: Payload, *, own: bool) -> Page:
    facts = page_facts(run)
    stops = [*alerts_sentences(run.summary), *oversight_sentences(run.summary)]
    facts |= {f"stops_{k}": said for k, said in enumerate(stops)}
    facts["districts"] = districts_of(run, facts["area"])
    weeks, said_of_weeks = weeks_facts(run)
    facts |= said_of_weeks
    streets = QuietMap()
    SeenStreets().add_to(streets)
    texts = texts_of(run.summary)
    if own:
        texts = {**texts, "software": texts["software_own"]}
    words = page_words(texts, facts)
    body = page_template("page.html").render(
        tasks=run.tasks,
        rows=_rows(run),
        picture=Markup(picture_of(run)),
        ends=[f"{end:,}" for end in facts["ends"]],
        walkable=payload.head["walkable"],
        named=payload.head["walkable"] or payload.head["walks"],
        walked=has_walks(run),
        answered=is_answered(run.summary),
        stops=[f"stops_{k}" for k in range(len(stops))],
        weeks=weeks,
        cites=[("", facts["cite"])],
        story=[step for step in STEPS if f"story_{step}" in facts],
        districts=facts["districts"],
        story_tables=facts.get("story_tables", {}),
        not_concluded=[f"story_not_{name}" for name in NOT_CONCLUDED],
        cases=Markup(cases_chart(run)),
        **words,
    )
    carried = {
        "payload": payload.head,
        "facts": facts,
        "texts": table({key: pair for key, pair in texts.items() if not _only_written(key)}),
        "classes": class_ends(run.totals),
    }
    packed = {"packed": payload.columns.text()}
    return assemble([streets], words, ENTRY, body, carried, packed, own=own)


def _only_written(key: str) -> bool:
    """Return whether a text is filled when the page is written, so that no script asks for it."""
    return key.startswith(WRITTEN) or key in STORY_TEXTS


def page_words(texts: Mapping[str, tuple[str, str]], facts: dict[str, Any]) -> dict[str, Any]:
    """Return what every template is given: texts, facts, and a key's text in each language."""
    english, chinese = (
        partial(_said, texts, at, city=facts["city"][at], seen=texts[f"{HEADLINE_TASK}_seen"][at])
        for at in range(len(LANGUAGES))
    )
    return {"texts": texts, "facts": facts, "t": english, "chinese": chinese}


def assemble(
    maps: list[QuietMap],
    words: dict[str, Any],
    entry: str,
    body: str,
    carried: dict[str, Any],
    packed: dict[str, str],
    *,
    own: bool = False,
) -> Page:
    """Put a page together: styles and scripts in its head, maps, words and data in its body.

    Parameters
    ----------
    maps
        With what draws on them.
    words
        As `page_words` gives them.
    entry
        The module that this page's script begins with.
    body
        Escaped markup.
    carried
        Small things, as JSON.
    packed
        Packed columns by the id of the element that holds them.
    own
        As in `page_of`.
    """
    page = Page()
    for drawn in maps:
        page.add_child(drawn)
    surface = page_script("plane.js", SURFACE) if own else _leaflet("leaflet.js")
    for content in (page_template("head.html").render(**words), *_styles(own=own)):
        page.header.add_child(Verbatim(content))
    page.header.add_child(Verbatim(f"<script>{LIVE}</script>"))
    for script in (surface, page_script(entry)):
        page.add_script(script)
    data = (f'<script type="text/plain" id="{name}">{text}</script>'
            for name, text in packed.items())  # fmt: skip
    holder = f'<script type="application/json" id="carried">{safe_json(carried)}</script>'
    for content in (body, holder, *data):
        page.html.add_child(Verbatim(content))
    return page


def has_walks(run: RunFolder) -> bool:
    """Whether a run has typical walks, and so figures of them."""
    return bool(run.summary["steps"][0]["trips"][HEADLINE_TASK]["observed_length"]["n"])


def safe_json(content: object) -> str:
    """Write JSON that can neither end its script element nor begin another."""
    written = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        written = written.replace(character, f"\\u{ord(character):04x}")
    return written


def class_ends(totals: list[int]) -> list[int]:
    """Return the camera counts at which a colour ends: the totals, thinned evenly if many."""
    if len(totals) <= MOST_CLASSES:
        return totals
    places = np.linspace(0, len(totals) - 1, MOST_CLASSES).round().astype(int)
    return [totals[place] for place in places]


def page_facts(run: RunFolder) -> dict[str, Any]:
    """Return what the page says of the run, names and sentences as [English, Chinese]."""
    area, scenario = run.summary["area"], run.manifest.get("scenario") or {}
    city = list(TEXTS["this_area" if area["share_rule"] == "direct" else "hong_kong"])
    names = _area_names(run)
    sources = list(dict.fromkeys(map(_one_line, _attributions(run.manifest["data"]))))
    facts = {
        "area": names,
        "title": _title(scenario, names, "proxy_title" if is_proxy(run.summary) else "title"),
        "city": city,
        "ends": [step["total"] for step in ends_of(run.summary)],
        "dates": {
            f"{step['total']}": [date_words(date, language, short=True) for language in LANGUAGES]
            for step in run.summary["steps"]
            if (date := step.get("date"))
        },
        "still": [
            text("still", language, n=f"{ends_of(run.summary)[1]['total']:,}", city=name)
            for language, name in zip(LANGUAGES, city, strict=True)
        ],
        "walls": area["walls"],
        "share_rule": clean_name(area["share_rule"]),
        "street_share": clean_name(area["street_share"]),
        "optics": (scenario.get("cameras") or {}).get("optics"),
        "scenario": clean_name(run.summary["scenario"]).replace("_", " "),
        "seed": clean_name(str(run.manifest["seed"])),
        "sources": sources,
        "credit": credit_of(sources, bus_streets=is_proxy(run.summary)),
        "cite": _one_line(run.manifest.get("cite", "")),
        "notes": list(_notes(run.manifest.get("notes"))),
    }
    answered = answer_headline(run.summary, names, facts["city"])
    facts |= answered or headline(run, facts["city"])
    facts |= _story_facts(run, names)
    facts |= answer_counts(run.summary, names, dict(zip(run.totals, years_of(run), strict=True)))
    camera = f"camera_{facts['optics']}"
    if camera in TEXTS:
        notes = zip(facts["headline_note"], LANGUAGES, strict=True)
        facts["headline_note"] = [
            f"{note}{' ' if language == 'en' else ''}{text(camera, language)}"
            for note, language in notes
        ]
    return facts


def _area_names(run: RunFolder) -> list[str]:
    """Return the names of the study area as [English, Chinese]."""
    table = run.districts
    outline, parts = (table[table["kind"] == kind] for kind in ("area", "district"))
    own = outline["name_zh"].iloc[0] if len(outline) else ""
    known = zip(parts["name"], parts["name_zh"], strict=True)
    return area_pair(run.summary["area"]["name"], own, known)


def _story_facts(run: RunFolder, names: list[str]) -> dict[str, Any]:
    """Return the words of the story, its tables, and the years of the plan; none without one."""
    words = story_of(run, names)
    if not words:
        return {}
    return {
        **{f"story_{key}": pair for key, pair in words.items()},
        "story_tables": tables_of(run),
        "plan_years": [list(pair) for pair in years_of_plan(run.summary).items()],
    }


def _notes(found: object) -> Iterator[list[str]]:
    """Yield what the run substituted, guessed or left out, each as [English, Chinese]."""
    for note in found if isinstance(found, list) else []:
        if isinstance(note, dict) and all(isinstance(note.get(key), str) for key in ("en", "zh")):
            yield [_one_line(note["en"]), _one_line(note["zh"])]


def _title(scenario: dict[str, Any], area: list[str], question: str) -> list[str]:
    """Return the scenario's own title, or the question."""
    own = [clean_name(scenario.get(key)) for key in ("title", "title_zh")]
    if any(own):
        return [own[0] or own[1], own[1] or own[0]]
    return [text(question, lang, area=name) for lang, name in zip(LANGUAGES, area, strict=True)]


def headline(run: RunFolder, city: list[str]) -> dict[str, list[str]]:
    """Return the sentence of a run without an answer and its note, each as [English, Chinese].

    It compares the lowest with the highest total: median, 10th and 90th percentile of typical
    walks at recognise quality; or the share of street length where a run has no typical walks, or
    streets that buses use only, on which no trip is a walk.
    """
    proxy = is_proxy(run.summary)
    ends = dict(zip(("low", "high"), ends_of(run.summary), strict=True))
    values: dict[str, str] = {}
    walks = 0
    for end, step in ends.items():
        seen = step["trips"][HEADLINE_TASK]["observed_length"]
        walks = seen["n"]
        shares = seen if walks and not proxy else {"p50": step["coverage"][HEADLINE_TASK]}
        values[end] = f"{step['total']:,}"
        for name in shares.keys() & {"p10", "p50", "p90"}:
            values[f"{end}_{name}"] = percent(shares[name])
    many = "two" if len(run.summary["steps"]) > 1 else "one"
    key = f"headline_{many if walks and not proxy else 'streets'}"
    if proxy:
        key = "proxy_headline_streets"
    note = "headline_note" if walks else "headline_note_streets"
    if walks and proxy:
        note = "proxy_headline_note"
    return {
        "headline": [
            text(key, language, city=name, **values)
            for language, name in zip(LANGUAGES, city, strict=True)
        ],
        "headline_note": [text(note, language, walks=f"{walks:,}") for language in LANGUAGES],
    }


def about(count: int) -> str:
    """Write a count that is no more exact than two digits: a thousand more or less."""
    return f"{float(f'{count:.2g}'):,.0f}"


def _rows(run: RunFolder) -> list[dict[str, str]]:
    """Rows of the table of all figures: a total and a task each."""
    rows = []
    for step in run.summary["steps"]:
        for task in run.tasks:
            seen = step["trips"][task]["observed_length"]
            p10, p50, p90 = (percent(seen[name]) for name in ("p10", "p50", "p90"))
            rows.append(
                {
                    "total": f"{step['total']:,}",
                    "here": f"{step['cameras']:,}",
                    "task": task,
                    "streets": percent(step["coverage"][task]),
                    "answer": percent(answer_of(step, task)[0]),
                    "walks": f"{p50} ({p10}–{p90})" if seen["n"] else "—",
                }
            )
    return rows


def picture_of(
    run: RunFolder, label: str = "picture-caption", ends: Sequence[int] | None = None
) -> str:
    """Draw the still picture: pieces in ink at two numbers of cameras, for the headline's task."""
    few, many = ends or [step["total"] for step in ends_of(run.summary)]
    rank = run.pieces[f"rank_{HEADLINE_TASK}"].to_numpy(np.int64)
    around = basemap_of(run).areas
    return street_picture(run.pieces["geometry"].to_numpy(), rank, few, many, label, around)


def _attributions(data: object) -> Iterator[str]:
    """Find every attribution in the manifest's account of the data, however deep it stands."""
    for key, value in data.items() if isinstance(data, dict) else ():
        if key == "attribution":
            yield from value if isinstance(value, list) else [value]
        else:
            yield from _attributions(value)
    for item in data if isinstance(data, list) else ():
        yield from _attributions(item)


def _one_line(value: object) -> str:
    return " ".join(str(value).split())[:1000]


def _said(texts: Mapping[str, tuple[str, str]], at: int, key: str, **values: object) -> str:
    return closed_up(texts[key][at].format(**values))


@cache
def page_asset(name: str) -> str:
    """Return a file of ours that goes into pages."""
    return files("maps").joinpath("assets", name).read_text(encoding="utf-8")


@cache
def page_template(name: str) -> jinja2.Template:
    """Return a template of ours that escapes whatever is put into it."""
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(page_asset),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


def _styles(*, own: bool) -> list[str]:
    surface = page_asset("plane.css") if own else _leaflet("leaflet.css")
    styles = [surface, *(page_asset(name) for name in OUR_STYLES)]
    return [f"<style>\n{style}\n</style>" for style in styles]


@cache
def page_script(entry: str, name: str = SCRIPT_NAME) -> str:
    """Return the script that a module of ours and all it imports make, under a name."""
    return bundle(entry, page_asset, name)


@cache
def _leaflet(name: str) -> str:
    """Read a file of Leaflet from the installed package, without what would ask for more files."""
    package = find_spec("js_lib_leaflet")
    if package is None or not package.submodule_search_locations:
        raise InputError(
            "map: the package django-js-lib-leaflet is not installed; "
            "run `pip install django-js-lib-leaflet`"
        )
    folder = Path(package.submodule_search_locations[0]) / "static" / "js_lib_leaflet"
    content = (folder / name).read_text(encoding="utf-8")
    if "</script" in content.lower() or "</style" in content.lower():
        raise RuntimeError(f"{name} of django-js-lib-leaflet cannot be written into a page")
    content = re.sub(r"(?m)^//# sourceMappingURL=.*$", "", content)
    return re.sub(r"(?m)^.*url\([^)]*\).*$", "", content) if name.endswith(".css") else content
