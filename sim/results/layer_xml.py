"""Styles of layers as files hold them: QML, which QGIS reads, and SLD, which others read.

Comes in: a `sim.results.layer_look.Look`; goes out: a text of XML. QML is as QGIS 3.22 writes it;
SLD is Styled Layer Descriptor 1.1 of the OGC, which has no faint features and so draws all alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree.ElementTree import Element, SubElement, tostring

from sim.results.layer_look import OUTSIDE_OPACITY, Condition, Fill, Line, Look, Mark, Rule

WRITTEN_FOR = "3.22.16"
PIXELS_PER_MM = 1 / 0.28
"""SLD counts in pixels, which the standard sets at 0.28 mm."""
_SLD = {
    "xmlns": "http://www.opengis.net/sld",
    "xmlns:se": "http://www.opengis.net/se",
    "xmlns:ogc": "http://www.opengis.net/ogc",
    "version": "1.1.0",
}
_WELL_KNOWN = {"circle": "circle", "filled_arrowhead": "triangle"}


def qml(look: Look) -> str:
    """Return a style as QGIS keeps it.

    Parameters
    ----------
    look
        The style.
    """
    root = Element("qgis", version=WRITTEN_FOR, styleCategories="Symbology")
    renderer = SubElement(
        root, "renderer-v2", type="RuleRenderer", symbollevels="0", forceraster="0",
        enableorderby="0",
    )  # fmt: skip
    rules = SubElement(renderer, "rules", key="all")
    symbols = SubElement(renderer, "symbols")
    for number, rule in enumerate(look.rules):
        told = {"key": f"rule {number}", "symbol": str(number), "label": rule.label}
        expression = _expression(rule.condition)
        SubElement(rules, "rule", told | ({"filter": expression} if expression else {}))
        _qml_symbol(symbols, str(number), rule, look.veiled_unless)
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + _text(root)


def sld(look: Look) -> str:
    """Return a style as the OGC's Styled Layer Descriptor.

    Parameters
    ----------
    look
        The style.
    """
    root = Element("StyledLayerDescriptor", _SLD)
    layer = SubElement(root, "NamedLayer")
    SubElement(layer, "se:Name").text = look.layer
    style = SubElement(layer, "UserStyle")
    SubElement(style, "se:Name").text = look.name
    drawn = SubElement(style, "se:FeatureTypeStyle")
    for rule in look.rules:
        element = SubElement(drawn, "se:Rule")
        SubElement(element, "se:Name").text = rule.label
        SubElement(SubElement(element, "se:Description"), "se:Title").text = rule.label
        _sld_filter(element, rule.condition)
        for symbol in rule.symbols:
            _sld_symbol(element, symbol)
    return _text(root)


def _text(root: Element) -> str:
    return tostring(root, encoding="unicode") + "\n"


def _expression(condition: Condition) -> str:
    """Return a condition in the language of QGIS's expressions; empty for all features."""
    column = '"' + condition.column.replace('"', '""') + '"'
    if condition.kind == "else":
        return "ELSE"
    if condition.kind == "is":
        return f"{column} = '" + condition.text.replace("'", "''") + "'"
    ends = ((">", condition.low), ("<=", condition.high))
    return " AND ".join(f"{column} {sign} {end:.15g}" for sign, end in ends if end is not None)


def _qml_symbol(symbols: Element, name: str, rule: Rule, veiled_unless: str) -> None:
    kinds = {Line: "line", Fill: "fill", Mark: "marker"}
    symbol = SubElement(
        symbols, "symbol", name=name, type=kinds[type(rule.symbols[0])], alpha="1",
        clip_to_extent="1", force_rhr="0",
    )  # fmt: skip
    if veiled_unless:
        _data_defined(symbol, "alpha", f'if("{veiled_unless}", 100, {OUTSIDE_OPACITY})')
    for part in rule.symbols:
        how = {"enabled": "1", "pass": "0", "locked": "0"}
        layer = SubElement(symbol, "layer", {"class": f"Simple{_class(part)}", **how})
        _options(layer, _properties(part))
        if isinstance(part, Mark) and part.turned_by:
            _data_defined(layer, "angle", f'"{part.turned_by}" - {part.points_to:g}')


def _class(part: Line | Fill | Mark) -> str:
    return {Line: "Line", Fill: "Fill", Mark: "Marker"}[type(part)]


def _properties(part: Line | Fill | Mark) -> dict[str, str]:
    """Return a symbol's properties by QGIS's names."""
    if isinstance(part, Line):
        dashes = {
            "use_custom_dash": "1",
            "customdash": ";".join(f"{length:g}" for length in part.dashes),
            "customdash_unit": "MM",
        }
        return {
            "line_color": _rgba(part.colour, part.opacity),
            "line_width": f"{part.width:g}",
            "line_width_unit": "MM",
            "line_style": "solid",
            "capstyle": "flat" if part.dashes else "round",
            "joinstyle": "round",
            **(dashes if part.dashes else {"use_custom_dash": "0"}),
        }
    edge = {"outline_color": _rgba(part.edge), "outline_width": f"{part.edge_width:g}"}
    if isinstance(part, Fill):
        return {
            "color": _rgba(part.colour or part.edge, part.opacity if part.colour else 0),
            "style": "solid" if part.colour else "no",
            "outline_style": "dash" if part.dashed else "solid" if part.edge_width else "no",
            "outline_width_unit": "MM",
            "joinstyle": "bevel",
            **edge,
        }
    return {
        "name": part.shape,
        "color": _rgba(part.colour),
        **_size(part),
        "angle": "0",
        "outline_style": "solid" if part.edge_width else "no",
        "outline_width_unit": "MM",
        **edge,
    }


def _size(mark: Mark) -> dict[str, str]:
    """Return a marker's size on paper, or on the ground between two sizes on paper."""
    if not mark.metres:
        return {"size": f"{mark.size:g}", "size_unit": "MM"}
    return {
        "size": f"{mark.metres:g}",
        "size_unit": "RenderMetersInMapUnits",
        "size_map_unit_scale": f"3x:0,0,1,{mark.size / 3:.3g},1,{mark.size:g}",
    }


def _options(parent: Element, values: Mapping[str, str]) -> None:
    options = SubElement(parent, "Option", type="Map")
    for name, value in values.items():
        SubElement(options, "Option", type="QString", name=name, value=value)


def _data_defined(parent: Element, name: str, expression: str) -> None:
    """Let an expression say a property of each feature."""
    defined = SubElement(parent, "data_defined_properties")
    options = SubElement(defined, "Option", type="Map")
    SubElement(options, "Option", type="QString", name="name", value="")
    properties = SubElement(options, "Option", type="Map", name="properties")
    one = SubElement(properties, "Option", type="Map", name=name)
    SubElement(one, "Option", type="bool", name="active", value="true")
    SubElement(one, "Option", type="QString", name="expression", value=expression)
    SubElement(one, "Option", type="int", name="type", value="3")  # by an expression
    SubElement(options, "Option", type="QString", name="type", value="collection")


def _rgba(colour: str, opacity: float = 1.0) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"{red},{green},{blue},{round(255 * opacity)}"


def _sld_filter(rule: Element, condition: Condition) -> None:
    if condition.kind == "all":
        return
    if condition.kind == "else":
        SubElement(rule, "se:ElseFilter")
        return
    where = SubElement(rule, "ogc:Filter")
    tests = [("PropertyIsEqualTo", condition.text)]
    if condition.kind == "above":
        ends = (("PropertyIsGreaterThan", condition.low),
                ("PropertyIsLessThanOrEqualTo", condition.high))  # fmt: skip
        tests = [(name, f"{end:.15g}") for name, end in ends if end is not None]
    if len(tests) > 1:
        where = SubElement(where, "ogc:And")
    for name, value in tests:
        test = SubElement(where, f"ogc:{name}")
        SubElement(test, "ogc:PropertyName").text = condition.column
        SubElement(test, "ogc:Literal").text = value


def _sld_symbol(rule: Element, part: Line | Fill | Mark) -> None:
    if isinstance(part, Line):
        line = SubElement(rule, "se:LineSymbolizer")
        dashes = tuple(length * PIXELS_PER_MM for length in part.dashes)
        _sld_stroke(line, part.colour, part.width, part.opacity, dashes)
        return
    if isinstance(part, Fill):
        area = SubElement(rule, "se:PolygonSymbolizer")
        if part.colour:
            _sld_fill(area, part.colour, part.opacity)
        if part.edge_width:
            _sld_stroke(area, part.edge, part.edge_width, 1.0, (3.0, 2.0) if part.dashed else ())
        return
    graphic = SubElement(SubElement(rule, "se:PointSymbolizer"), "se:Graphic")
    mark = SubElement(graphic, "se:Mark")
    SubElement(mark, "se:WellKnownName").text = _WELL_KNOWN[part.shape]
    _sld_fill(mark, part.colour, 1.0)
    if part.edge_width:
        _sld_stroke(mark, part.edge, part.edge_width, 1.0, ())
    SubElement(graphic, "se:Size").text = f"{part.size * PIXELS_PER_MM:.3g}"
    if part.turned_by:  # the triangle of the standard points up
        turn = SubElement(graphic, "se:Rotation")
        SubElement(turn, "ogc:PropertyName").text = part.turned_by


def _sld_fill(parent: Element, colour: str, opacity: float) -> None:
    fill = SubElement(parent, "se:Fill")
    SubElement(fill, "se:SvgParameter", name="fill").text = colour
    SubElement(fill, "se:SvgParameter", name="fill-opacity").text = f"{opacity:g}"


def _sld_stroke(
    parent: Element, colour: str, width_mm: float, opacity: float, dashes: tuple[float, ...]
) -> None:
    stroke = SubElement(parent, "se:Stroke")
    values = {
        "stroke": colour,
        "stroke-width": f"{width_mm * PIXELS_PER_MM:.3g}",
        "stroke-opacity": f"{opacity:g}",
        "stroke-linejoin": "round",
    }
    if dashes:
        values["stroke-dasharray"] = " ".join(f"{length:.3g}" for length in dashes)
    for name, value in values.items():
        SubElement(stroke, "se:SvgParameter", name=name).text = value
