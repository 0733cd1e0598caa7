// Types of what the page's modules hand to each other.

/** Named integer columns (maps/packing.py, maps/payload.py). */
type Columns = Record<string, Int32Array>;

/** Where the page's grid lies: Web-Mercator metres. */
interface Grid {
  origin: number[];
  unit: number;
}

/** A text in English and Chinese. */
type Pair = string[];

/** What the page carries besides columns (maps/payload.py). */
interface Head extends Grid {
  columns: [string, number, number, number, number][];
  decimetre: number;
  line_step: number;
  field_step: number;
  piece_step: number;
  pieces_met: boolean;
  tasks: string[];
  totals: number[];
  /** The lower of the two totals that the page tells of. */
  first?: number;
  typical: Record<string, Record<string, number | null>>[];
  critical: Record<string, number | null>;
  names: Pair[];
  found: Pair[];
  walkable: boolean;
  years: (number | null)[];
  layers: { owners: string[]; districts: District[]; sensitive: Sensitive | null };
  simulated: boolean;
  /** What software that reads faces needs in the case that is the reference; null where none is told. */
  software: { pupil_px: number; pitch: number } | null;
  /** Why cameras cannot be changed; null where they can, and then the kernel has what it needs. */
  fixed: string | null;
  sight: SightHead | null;
  walks: NamedWalk[];
  places: { kind: string; name: Pair; at: number[] }[];
  outlines: { kind: string; name: Pair }[];
}

type Steps = Record<string, number>[];

interface District {
  name: Pair;
  steps: Steps;
}

interface Sensitive {
  places: number;
  steps: Steps;
}

interface NamedWalk {
  name: Pair;
  length: number;
  duration_s: number;
  steps: Record<string, Record<string, number | null>>[];
}

interface LatLng {
  lat: number;
  lng: number;
}

/** A place on the network: metres along an edge from its first end. */
interface Place {
  edge: number;
  at: number;
}

/** A stretch of an edge in walking direction, metres from its first end. */
interface Step {
  edge: number;
  from: number;
  to: number;
}

/** Cheapest costs from a place to junctions, the metres walked, and the arc by which each is reached. */
interface Tree {
  found: Float64Array;
  metres: Float64Array;
  came: Int32Array;
}

type PartCost = (edge: number, from: number, to: number) => number;
type Near = (junction: number, edge: number, onward: number) => boolean;

/** A shortest way, with what a search for a less seen one needs. */
interface Shortest {
  a: Place;
  b: Place;
  steps: Step[];
  length: number;
  most: number;
  near: Near;
  nearBack: Near;
}

/** A way with the metres of it that are seen. */
interface Way {
  steps: Step[];
  seen: number;
  length: number;
}

interface Run {
  metres: number;
  seen: boolean;
}

/** Figures of a way; `first` is null where it is never seen, `met` where the page does not know. */
interface WayFigures {
  length: number;
  seen: number;
  gap: number;
  first: number | null;
  runs: Run[];
  share: number;
  met: number | null;
}

/** A wall that a ray meets: metres away, its ring, metres along its side, 1 where met squarely. */
interface Hit {
  away: number;
  ring: number;
  along: number;
  square: number;
}

/** A camera that sees a way: from and to where, metres from its beginning. */
interface Meeting {
  head: number;
  edge: number;
  from: number;
  to: number;
}

/** A way at a number of cameras; `left` is the shortest that none of them sees, null where there is none. */
interface AtCount extends WayFigures {
  total: number;
  left: { steps: Step[]; length: number } | null;
}

/** A way at two numbers of cameras; `last` is null where it is not told. */
interface BothCounts {
  at: AtCount[];
  inside: boolean;
  last: number | null;
  meetings: Meeting[] | null;
}

/** A name that can be typed, and the junction it stands for. */
interface Entry {
  name: Pair;
  junction: number;
  street: number;
  forms: string[];
}

/** How the grid lies on a canvas: canvas pixel = k·(x, −y) + (tx, ty). */
interface CanvasView {
  k: number;
  tx: number;
  ty: number;
  zoom: number;
  pixels: number;
  width: number;
  height: number;
  left: number;
  west: number;
  east: number;
  north: number;
  south: number;
  toGrid(context: CanvasRenderingContext2D): void;
  toScreen(context: CanvasRenderingContext2D): void;
}

interface Colours {
  paper: string;
  water: string;
  waterName: string;
  green: string;
  greenName: string;
  inkUnseen: string;
  inkSeen: string;
  inkFresh: string;
  block: string;
  blockEdge: string;
  unseen: string;
  dark: string;
  outline: string;
  camera: string;
  field: string;
  fieldEdge: string;
  walk: string;
  walkInside: string;
  casing: string;
  label: string;
  station: string;
  glow: number;
  font: string;
  classes: string[];
}

/** What is chosen and shown. */
interface State {
  task: number;
  total: number;
  walk: number;
  own: { path: Path2D; other: Path2D | null | undefined } | null;
  hidden: ArrayLike<number>;
  language: string;
  dark: number[] | null;
  darkShown: boolean;
  ramp: boolean;
  wipe: { x: number; totals: number[] } | null;
  day?: { path: Path2D } | null;
  camera?: { view: Path2D; dark: Path2D } | null;
  districts?: { name: string; alpha: number }[] | null;
}

/** A line, ready to be drawn. */
interface Line {
  path: Path2D;
  bounds: number[];
  ends: number[][];
}

/** Pieces in the order in which they are seen first, with the places where classes end. */
interface Order {
  pieces: Int32Array;
  rank: Int32Array;
  ends: number[];
}

/** Canvases of one class, as contexts. */
interface Pictures {
  sheets: { lights: CanvasRenderingContext2D; rims?: CanvasRenderingContext2D };
}

interface Growing extends Pictures {
  place: number;
  last: number;
}

/** A straight stretch of a street: x0, y0, x1, y1. */
type Stretch = number[];

interface Street {
  name: number;
  wide: number;
  length: number;
  parts: Stretch[];
}

/** What the sight kernel needs beside what is drawn (maps/sight_payload.py). */
interface SightHead {
  plane: number[];
  decks: string[];
}

/** Lines in metres on the page's plane. */
interface Lines {
  x0: Float64Array;
  y0: Float64Array;
  x1: Float64Array;
  y1: Float64Array;
}

/** Segments of streets: the edge of each, where along it each begins, and its deck. */
interface StreetLines extends Lines {
  edge: Int32Array;
  start: Float64Array;
  deck: Int32Array;
}

/** Walls with the building on the left, and the height of each. */
interface WallLines extends Lines {
  top: Float64Array;
}

/** A camera: metres on the plane, degrees clockwise from north; `reach` falls from task to task. */
interface Camera {
  x: number;
  y: number;
  mount: number;
  deck: number;
  heading: number;
  fieldOfView: number;
  near: number;
  reach: number[];
}

interface View {
  x: number;
  y: number;
  mount: number;
  deck: number;
  near: number;
  reach: number[];
  convex: boolean;
  reflex: boolean;
  lx: number;
  ly: number;
  rx: number;
  ry: number;
}

/** Intervals that a camera sees, by `place` = 4 · edge + task, then start. */
interface Seeing {
  place: Int32Array;
  start: Float64Array;
  end: Float64Array;
}

interface Watcher {
  id: number;
  rank: number;
  camera: Camera;
  seeing: Seeing;
  edges: number[];
}

/** Streets between two places, and who watches them: cameras of each edge, null where it is closed. */
interface WatchedTown {
  first: Int32Array;
  arcs: Int32Array;
  u: ArrayLike<number>;
  v: ArrayLike<number>;
  length: ArrayLike<number>;
  edges: (number[] | null)[];
  from: { node: number; cameras: number[] }[];
  to: { node: number; cameras: number[] }[];
  paid: Set<number>;
  direct: number[] | null;
  cameras: number;
}

/** A stretch that a camera sees. */
interface Seen {
  id: number;
  from: number;
  to: number;
}

/** Pieces of an edge: where each ends, and four ranks a piece. */
interface EdgePieces {
  end: Float64Array;
  rank: Int32Array;
}

/** The kernel on the page's geometry; `drawn` metres of an edge times its `scale` are metres on foot. */
interface PackedSight {
  sight: import("../../../maps/assets/sight.js").Sight;
  lines: StreetLines;
  walls: WallLines;
  plane: number[];
  drawn: Float64Array;
  scale: Float64Array;
  cutFirst: Int32Array;
  cut: Float64Array;
}

/** A camera that is there: its code, the camera of the page that it is like, whether it was changed. */
interface Standing {
  camera: Camera;
  code: number;
  like: number;
  changed: boolean;
  outline: number[][] | null;
}

/** Pieces of an edge in the page's steps, with four codes each and the page's piece each is of; and who sees the edge. */
interface CutEdge {
  length: number[];
  code: number[];
  of: number[];
  met: number[];
  strictest: number[];
}

/** The network of unseen streets: pieces, then junctions; `whole` is the length of all pieces inside. */
interface Network {
  junctions: number;
  ends: Int32Array;
  links: Int32Array;
  whole: number;
}
