/* The sight kernel of sim/sight/kernels.py in plain C, function by function: the yardstick for
   what the numba kernel could reach. Same algorithm, same order of operations, same rows. */

#include <math.h>
#include <stdint.h>

enum { DOME, CONVEX, REFLEX, FOOTBRIDGE = 1, SUBWAY = 2, SECTORS = 256, TASKS = 4, FULL = -1 };
#define FACE 1.6
#define FOOTBRIDGE_M 5.5
#define TOUCH 1e-9
#define SLACK 1e-9

typedef struct {
    double west, south, cell;
    int64_t columns, rows;
    const int64_t *ptr;
    const int32_t *item;
    const double *line;
    const int8_t *first;
} Grid;

typedef struct {
    const double *x, *y, *mount;
    const int8_t *deck, *kind;
    const double *lx, *ly, *rx, *ry, *near, *reach;
} Heads;

typedef struct {
    Grid grid;
    const int32_t *edge;
    const int8_t *deck;
    const double *start;
} Streets;

typedef struct {
    Grid grid;
    const double *top;
} Walls;

typedef struct {
    int64_t size, room;
    double *piece, *wall, *shadow, *open, *depth;
    int32_t *chosen;
    int32_t *head, *edge;
    int8_t *task;
    double *begin, *end;
} Work;

typedef struct { double low, high; } Span;
typedef struct { double west, south, east, north; } Window;
typedef struct { int64_t c0, r0, c1, r1; } Cells;

static inline double min2(double a, double b) { return a < b ? a : b; }
static inline double max2(double a, double b) { return a > b ? a : b; }

static inline Span clip_above(Span s, double at_a, double at_b) {
    if (at_a < 0 && at_b < 0) return (Span){1, 0};
    if (at_a < 0) s.low = max2(s.low, at_a / (at_a - at_b));
    else if (at_b < 0) s.high = min2(s.high, at_a / (at_a - at_b));
    return s;
}

static inline Span within_ring(double ax, double ay, double bx, double by, double radius) {
    double dx = bx - ax, dy = by - ay, squared = dx * dx + dy * dy, across = ax * dy - ay * dx;
    double room = radius * radius * squared - across * across;
    if (room <= 0 || squared == 0) return (Span){1, 0};
    double middle = -(ax * dx + ay * dy) / squared, half = sqrt(room) / squared;
    return (Span){middle - half, middle + half};
}

static inline Window sector_window(int kind, double lx, double ly, double rx, double ry, double r) {
    if (kind != CONVEX) return (Window){-r, -r, r, r};
    Window w = {r * min2(0, min2(lx, rx)), r * min2(0, min2(ly, ry)),
                r * max2(0, max2(lx, rx)), r * max2(0, max2(ly, ry))};
    if (lx <= 0 && 0 <= rx) w.north = r;
    if (ry <= 0 && 0 <= ly) w.east = r;
    if (rx <= 0 && 0 <= lx) w.south = -r;
    if (ly <= 0 && 0 <= ry) w.west = -r;
    return w;
}

static inline int64_t bound(double v, int64_t low, int64_t high) {
    int64_t i = (int64_t)floor(v);
    return i < low ? low : i > high ? high : i;
}

static inline Cells cell_window(const Grid *g, double x, double y, Window w) {
    return (Cells){bound((x + w.west - g->west) / g->cell, 0, g->columns),
                   bound((y + w.south - g->south) / g->cell, 0, g->rows),
                   bound((x + w.east - g->west) / g->cell, -1, g->columns - 1),
                   bound((y + w.north - g->south) / g->cell, -1, g->rows - 1)};
}

static int64_t gather_segments(const Streets *s, const Heads *h, int64_t i, Work *work, Window *kept) {
    const Grid *g = &s->grid;
    const int64_t n = work->size;
    double x = h->x[i], y = h->y[i], reach = h->reach[4 * i];
    double lx = h->lx[i], ly = h->ly[i], rx = h->rx[i], ry = h->ry[i];
    int kind = h->kind[i], deck = h->deck[i];
    Cells c = cell_window(g, x, y, sector_window(kind, lx, ly, rx, ry, reach));
    Window w = {0, 0, 0, 0};
    int64_t count = 0;
    for (int64_t row = c.r0; row <= c.r1 && c.c0 <= c.c1; row++) {
        int64_t start = row * g->columns + c.c0, stop = row * g->columns + c.c1 + 1;
        int64_t after = g->ptr[start + 1];
        for (int64_t k = g->ptr[start]; k < g->ptr[stop]; k++) {
            int at = g->first[k];
            if (!((at & 1 || k < after) && (at & 2 || row == c.r0))) continue;
            int32_t segment = g->item[k];
            if (s->deck[segment] != deck) continue;
            double ax = g->line[4 * k] - x, ay = g->line[4 * k + 1] - y;
            double bx = g->line[4 * k + 2] - x, by = g->line[4 * k + 3] - y;
            Span p = within_ring(ax, ay, bx, by, reach);
            p.low = max2(p.low, 0);
            p.high = min2(p.high, 1);
            if (kind == CONVEX && p.low < p.high) {
                p = clip_above(p, ax * ly - ay * lx, bx * ly - by * lx);
                p = clip_above(p, rx * ay - ry * ax, rx * by - ry * bx);
            }
            if (p.low >= p.high) continue;
            if (count == n) return FULL;
            work->chosen[count] = segment;
            double *v = work->piece + count;
            v[0] = ax; v[n] = ay; v[2 * n] = bx; v[3 * n] = by; v[4 * n] = p.low; v[5 * n] = p.high;
            count++;
            for (int end = 0; end < 2; end++) {
                double at_s = end ? p.high : p.low;
                double px = ax + at_s * (bx - ax), py = ay + at_s * (by - ay);
                w.west = min2(w.west, px); w.east = max2(w.east, px);
                w.south = min2(w.south, py); w.north = max2(w.north, py);
            }
        }
    }
    *kept = w;
    return count;
}

static inline void add_wall(double *wall, int64_t n, int64_t at, double px, double py, double qx,
                            double qy, double shade) {
    double ex = qx - px, ey = qy - py, *v = wall + at;
    v[0] = px; v[n] = py; v[2 * n] = qx; v[3 * n] = qy; v[4 * n] = ex; v[5 * n] = ey;
    v[6 * n] = shade > 0 ? (ex * py - ey * px) / shade : INFINITY;
}

static int64_t gather_walls(const Walls *walls, const Heads *h, int64_t i, Work *work, Window w) {
    const Grid *g = &walls->grid;
    double x = h->x[i], y = h->y[i];
    double lx = h->lx[i], ly = h->ly[i], rx = h->rx[i], ry = h->ry[i];
    int kind = h->kind[i];
    double deck_height = h->deck[i] == FOOTBRIDGE ? FOOTBRIDGE_M : 0;
    double lens = h->mount[i] + deck_height, face = FACE + deck_height;
    Cells c = cell_window(g, x, y, w);
    int64_t count = 0;
    for (int64_t row = c.r0; row <= c.r1 && c.c0 <= c.c1; row++) {
        int64_t start = row * g->columns + c.c0, stop = row * g->columns + c.c1 + 1;
        int64_t after = g->ptr[start + 1];
        for (int64_t k = g->ptr[start]; k < g->ptr[stop]; k++) {
            int at = g->first[k];
            if (!((at & 1 || k < after) && (at & 2 || row == c.r0))) continue;
            double px = g->line[4 * k] - x, py = g->line[4 * k + 1] - y;
            double qx = g->line[4 * k + 2] - x, qy = g->line[4 * k + 3] - y;
            double facing = px * qy - py * qx, top = walls->top[g->item[k]];
            int low = top < lens;
            if (facing == 0 || (facing > 0 && !low) || top <= face) continue;
            if (max2(px, qx) < w.west || min2(px, qx) > w.east || max2(py, qy) < w.south) continue;
            if (min2(py, qy) > w.north) continue;
            if (kind == CONVEX && ((lx * py - ly * px > 0 && lx * qy - ly * qx > 0) ||
                                   (rx * py - ry * px < 0 && rx * qy - ry * qx < 0)))
                continue;
            if (count == work->size) return FULL;
            double shade = low ? (lens - top) / (lens - face) : 0;
            if (facing < 0) add_wall(work->wall, work->size, count++, px, py, qx, qy, shade);
            else add_wall(work->wall, work->size, count++, qx, qy, px, py, shade);
        }
    }
    return count;
}

static inline double sector_of(double x, double y) {
    double along = y / (fabs(x) + fabs(y));
    double turn = x >= 0 ? along : 2 - along;
    return (turn >= 0 ? turn : turn + 4) * (SECTORS / 4);
}

static inline double nearest_squared(double ax, double ay, double bx, double by) {
    double dx = bx - ax, dy = by - ay, squared = dx * dx + dy * dy;
    double s = squared == 0 ? 0 : min2(max2(-(ax * dx + ay * dy) / squared, 0), 1);
    double x = ax + s * dx, y = ay + s * dy;
    return x * x + y * y;
}

static void measure_depth(const double *wall, int64_t n, int64_t count, double *depth) {
    for (int b = 0; b < SECTORS; b++) depth[b] = INFINITY;
    for (int64_t w = 0; w < count; w++) {
        if (wall[6 * n + w] < INFINITY) continue;
        double px = wall[w], py = wall[n + w], qx = wall[2 * n + w], qy = wall[3 * n + w];
        double first = sector_of(qx, qy), last = sector_of(px, py);
        if (last < first) last += SECTORS;
        double far = max2(px * px + py * py, qx * qx + qy * qy);
        for (int b = (int)(first + SLACK) + 1; b < (int)(last - SLACK); b++)
            depth[b % SECTORS] = min2(depth[b % SECTORS], far);
    }
}

static inline int is_hidden(double ax, double ay, double bx, double by, const double *depth) {
    double turn = ax * by - ay * bx;
    if (turn == 0) return 0;
    double first = sector_of(ax, ay), last = sector_of(bx, by);
    if (turn < 0) { double t = first; first = last; last = t; }
    if (last < first) last += SECTORS;
    double near = nearest_squared(ax, ay, bx, by) * (1 - SLACK);
    int stop = (int)(last + SLACK) + 1;
    for (int b = (int)floor(first - SLACK); b < stop; b++)
        if (depth[(b + SECTORS) % SECTORS] >= near) return 0;
    return 1;
}

static int64_t drop_hidden_walls(double *wall, int64_t n, int64_t walls, const double *depth) {
    int64_t count = 0;
    for (int64_t w = 0; w < walls; w++) {
        if (is_hidden(wall[w], wall[n + w], wall[2 * n + w], wall[3 * n + w], depth)) continue;
        for (int row = 0; row < 7; row++) wall[row * n + count] = wall[row * n + w];
        count++;
    }
    return count;
}

static inline int64_t add_shadow(double *shadow, int64_t n, int64_t count, double low, double high) {
    if (low >= high) return count;
    int64_t k = count;
    for (; k > 0 && shadow[k - 1] > low; k--) {
        shadow[k] = shadow[k - 1];
        shadow[n + k] = shadow[n + k - 1];
    }
    shadow[k] = low;
    shadow[n + k] = high;
    return count + 1;
}

static inline Span wall_shadow(double ax, double ay, double bx, double by, Span s,
                               const double *wall, int64_t n, int64_t w) {
    double px = wall[w], py = wall[n + w];
    double after_a = ax * py - ay * px, after_b = bx * py - by * px;
    if (after_a < 0 && after_b < 0) return (Span){1, 0};
    double qx = wall[2 * n + w], qy = wall[3 * n + w];
    double before_a = ay * qx - ax * qy, before_b = by * qx - bx * qy;
    if (before_a <= 0 && before_b <= 0) return (Span){1, 0};
    double ex = wall[4 * n + w], ey = wall[5 * n + w];
    double beyond_a = ex * (ay - py) - ey * (ax - px), beyond_b = ex * (by - py) - ey * (bx - px);
    if (beyond_a <= 0 && beyond_b <= 0) return (Span){1, 0};
    s = clip_above(s, after_a, after_b);
    s = clip_above(s, before_a, before_b);
    s = clip_above(s, beyond_a, beyond_b);
    double furthest = wall[6 * n + w];
    if (furthest < INFINITY)
        s = clip_above(s, furthest - (ex * ay - ey * ax), furthest - (ex * by - ey * bx));
    return s;
}

static int64_t cast_shadows(double ax, double ay, double bx, double by, Span s, int64_t walls,
                            const Heads *h, int64_t i, Work *work) {
    int64_t count = 0, n = work->size, room = work->size + 2;
    if (h->near[i] > 0) {
        Span near = within_ring(ax, ay, bx, by, h->near[i]);
        count = add_shadow(work->shadow, room, count, max2(s.low, near.low), min2(s.high, near.high));
    }
    if (h->kind[i] == REFLEX) {
        double lx = h->lx[i], ly = h->ly[i], rx = h->rx[i], ry = h->ry[i];
        double right_a = ry * ax - rx * ay, right_b = ry * bx - rx * by;
        double left_a = lx * ay - ly * ax, left_b = lx * by - ly * bx;
        Span wedge = clip_above(clip_above(s, right_a, right_b), left_a, left_b);
        if (max2(right_a, right_b) <= 0 || max2(left_a, left_b) <= 0) wedge = (Span){1, 0};
        count = add_shadow(work->shadow, room, count, wedge.low, wedge.high);
    }
    for (int64_t w = 0; w < walls; w++) {
        Span hidden = wall_shadow(ax, ay, bx, by, s, work->wall, n, w);
        if (hidden.low < hidden.high)
            count = add_shadow(work->shadow, room, count, hidden.low, hidden.high);
    }
    return count;
}

static int64_t open_intervals(Span s, double length, Work *work, int64_t count) {
    int64_t found = 0, room = work->size + 2, open = work->size + 3;
    double lit = s.low;
    for (int64_t k = 0; k < count; k++) {
        if ((work->shadow[k] - lit) * length > TOUCH) {
            work->open[found] = lit;
            work->open[open + found++] = work->shadow[k];
        }
        lit = max2(lit, work->shadow[room + k]);
    }
    if ((s.high - lit) * length > TOUCH) {
        work->open[found] = lit;
        work->open[open + found++] = s.high;
    }
    return found;
}

static int64_t write_tasks(double ax, double ay, double bx, double by, const Heads *h, int64_t i,
                           int32_t segment, const Streets *s, Work *work, int64_t found, int64_t at) {
    double length = sqrt((bx - ax) * (bx - ax) + (by - ay) * (by - ay)), start = s->start[segment];
    int64_t open = work->size + 3;
    for (int task = 0; task < TASKS; task++) {
        Span ring = {0, 1};
        if (task > 0) {
            if (h->reach[4 * i + task] <= h->near[i]) break;
            ring = within_ring(ax, ay, bx, by, h->reach[4 * i + task]);
        }
        for (int64_t k = 0; k < found; k++) {
            double low = max2(work->open[k], ring.low), high = min2(work->open[open + k], ring.high);
            if ((high - low) * length > TOUCH) {
                work->head[at] = (int32_t)i;
                work->edge[at] = s->edge[segment];
                work->task[at] = (int8_t)task;
                work->begin[at] = start + low * length;
                work->end[at++] = start + high * length;
            }
        }
    }
    return at;
}

/* Returns the first head not finished; *rows is the number of whole rows. */
int64_t see_heads(const int64_t *order, int64_t begin, int64_t stop, const Heads *h,
                  const Streets *streets, const Walls *walls, Work *work, int64_t *rows) {
    const int64_t n = work->size;
    *rows = 0;
    for (int64_t q = begin; q < stop; q++) {
        int64_t i = order[q];
        if (h->reach[4 * i] <= h->near[i]) continue;
        Window window;
        int64_t count = gather_segments(streets, h, i, work, &window);
        if (count == 0) continue;
        int64_t wall_count = 0;
        if (count > 0 && h->deck[i] != SUBWAY) wall_count = gather_walls(walls, h, i, work, window);
        if (count == FULL || wall_count == FULL) return q;
        measure_depth(work->wall, n, wall_count, work->depth);
        wall_count = drop_hidden_walls(work->wall, n, wall_count, work->depth);
        int64_t at = *rows;
        for (int64_t k = 0; k < count; k++) {
            const double *v = work->piece + k;
            double ax = v[0], ay = v[n], bx = v[2 * n], by = v[3 * n];
            Span s = {v[4 * n], v[5 * n]};
            double dx = bx - ax, dy = by - ay;
            if (is_hidden(ax + s.low * dx, ay + s.low * dy, ax + s.high * dx, ay + s.high * dy,
                          work->depth))
                continue;
            int64_t dark = cast_shadows(ax, ay, bx, by, s, wall_count, h, i, work);
            double length = sqrt(dx * dx + dy * dy);
            int64_t found = open_intervals(s, length, work, dark);
            if (at + TASKS * found > work->room) return q;
            at = write_tasks(ax, ay, bx, by, h, i, work->chosen[k], streets, work, found, at);
        }
        *rows = at;
    }
    return stop;
}
