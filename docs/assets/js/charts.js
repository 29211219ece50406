// Pictures: a specification (checks/page/pictures.py says what may stand in it) and the values
// of a graph go in, an SVG string comes out. Runs at build time and again in the browser when a
// given changes. Colours are CSS variables of docs/assets/css/book.css, so both themes work.
import { clocks } from "./charts_clocks.js";
import { around, moves, plane } from "./charts_lines.js";
import { rounded } from "./exact.js";
import { find, has, inUnit, shown, sweep, valueAt } from "./graph.js";
import { FORMS, inText } from "./words.js";

export const WIDTH = 640;
const LEFT = 6;
const TONES = 6;
const DASHES = ["", "8 5", "2 4", "12 4 2 4", "5 3", "1 6"];

// Draw the picture `id` of a model with `values` (base units) as a reader sees it.
export function picture(model, id, values) {
  const spec = model.pictures.find((p) => p.id === id);
  if (!spec) throw new Error(`${model.slug} has no picture '${id}'`);
  const kind = KINDS[spec.kind];
  if (!kind) throw new Error(`no kind '${spec.kind}'; there are ${Object.keys(KINDS).join(", ")}`);
  const board = { model, spec, values, write: (text) => filled(model, text, values) };
  const { height, body } = kind(board);
  const name = `picture-${model.slug}-${spec.id}`;
  return (
    `<svg class="chart" viewBox="0 0 ${WIDTH} ${px(height)}" role="img" ` +
    `aria-labelledby="${name}-title ${name}-desc" xmlns="http://www.w3.org/2000/svg">` +
    `<title id="${name}-title">${escaped(board.write(spec.title))}</title>` +
    `<desc id="${name}-desc">${escaped(board.write(spec.alt))}</desc>${body}</svg>`
  );
}

// -- text and numbers -------------------------------------------------------------------------

export function escaped(text) {
  return String(text)
    .replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;").replaceAll("$", "&#36;");
}

// Replace each {{ name | unit places bare words }} {{ lit: x }} and {{ cite: x | source }} in a text.
export function filled(model, text, values) {
  return String(text ?? "").replace(/\{\{\s*(.*?)\s*\}\}/g, (_, body) => {
    if (body.startsWith("lit:")) return body.slice(4).trim();
    if (body.startsWith("cite:")) return body.slice(5).trim().replace(/\s*\|\s*(.*)$/, " ($1)");
    const [reference, words = ""] = body.split("|");
    const options = {};
    for (const word of words.split(/\s+/).filter(Boolean)) {
      if (/^\d+$/.test(word)) options.places = Number(word);
      else if (word === "bare") options.bare = true;
      else if (FORMS.includes(word.toLowerCase())) options.words = word;
      else options.unit = word;
    }
    return inText(model, known(model, reference.trim().split(".").pop()), values, options);
  });
}

export function known(model, name) {
  if (!has(model, name)) throw new Error(`${model.slug} has no figure '${name}'`);
  return name;
}

// A number of an axis: as many decimals as the step between ticks needs.
function tickText(value, step) {
  const places = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return rounded(value, 1, 1, Math.min(places, 12));
}

// Coordinates need no more than two decimals.
export function px(x) {
  return String(Math.round(x * 100) / 100);
}

// A position or amount: a number stands for itself, a name for that figure in `unit`.
export function amount(board, value, unit) {
  if (typeof value === "number") return value;
  return inUnit(board.model, valueAt(board.model, known(board.model, value), board.values), unit);
}

// -- scales -----------------------------------------------------------------------------------

function niceStep(span, count) {
  const raw = span / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  return [1, 2, 2.5, 5, 10].find((m) => m * power >= raw * 0.999) * power;
}

export function linear(from, to, start, end, count = 5) {
  const step = niceStep(to - from || 1, count);
  const ticks = [];
  for (let i = Math.ceil(from / step - 1e-9); i * step <= to + step * 1e-9; i += 1) {
    ticks.push([i * step, tickText(i * step, step)]);
  }
  return { at: (x) => start + ((x - from) / (to - from || 1)) * (end - start), ticks };
}

function logarithmic(from, to, start, end) {
  const [a, b] = [Math.log10(from), Math.log10(to)];
  const multiples = b - a < 1 ? [1, 2, 3, 5, 7] : b - a < 2.2 ? [1, 2, 5] : [1];
  const every = Math.max(1, Math.ceil((b - a) / 8));
  const ticks = [];
  for (let power = Math.floor(a); power <= b; power += 1) {
    if (power % every) continue;
    for (const m of multiples) {
      const x = m * 10 ** power;
      if (x >= from * 0.999999 && x <= to * 1.000001) ticks.push([x, tickText(x, 10 ** power)]);
    }
  }
  return { at: (x) => start + ((Math.log10(x) - a) / (b - a || 1)) * (end - start), ticks };
}

export function scale(kind, from, to, start, end, count) {
  return kind === "log" ? logarithmic(from, to, start, end) : linear(from, to, start, end, count);
}

// The upper end of an axis that holds `largest`: the next tick above it.
export function ceiling(largest) {
  if (!(largest > 0)) return 1;
  const step = niceStep(largest, 5);
  return Math.ceil(largest / step - 1e-9) * step;
}

// -- shapes -----------------------------------------------------------------------------------

export function text(x, y, content, { anchor = "start", cls = "", figure = "" } = {}) {
  const classes = cls ? ` class="${cls}"` : "";
  const data = figure ? ` data-fig="${figure}"` : "";
  return `<text x="${px(x)}" y="${px(y)}" text-anchor="${anchor}"${classes}${data}>${escaped(content)}</text>`;
}

export function line(x1, y1, x2, y2, cls) {
  return `<line x1="${px(x1)}" y1="${px(y1)}" x2="${px(x2)}" y2="${px(y2)}" class="${cls}"/>`;
}

export function box(x, y, width, height, cls, title = "", extra = "") {
  const inside = title ? `><title>${escaped(title)}</title></rect>` : "/>";
  return (
    `<rect x="${px(x)}" y="${px(y)}" width="${px(Math.max(0, width))}" height="${px(height)}" ` +
    `class="${cls}"${extra}${inside}`
  );
}

export const tone = (index) => `tone-${(index % TONES) + 1}`;

// Roughly how wide a text is drawn, for deciding whether it fits.
export const textWidth = (content, size = 14) => String(content).length * size * 0.56;

// A legend in lines; `mark(x, y, index)` draws the sample. Returns [svg, height].
export function legend(labels, mark, top) {
  let [x, y, out] = [0, top + 12, ""];
  labels.forEach((label, index) => {
    const width = 30 + textWidth(label) + 16;
    if (x > 0 && x + width > WIDTH) [x, y] = [0, y + 22];
    out += mark(x, y, index) + text(x + 26, y, label);
    x += width;
  });
  return [out, labels.length ? y - top + 12 : 0];
}

const toneMark = (x, y, index) => box(x, y - 11, 18, 13, `segment ${tone(index)}`);

export function bottomAxis(axis, top, bottom, label) {
  const ticks = axis.ticks.map(
    ([value, content]) =>
      line(axis.at(value), top, axis.at(value), bottom, "grid") +
      text(axis.at(value), bottom + 18, content, { anchor: "middle", cls: "tick" }),
  );
  const title = label ? text(WIDTH / 2, bottom + 38, label, { anchor: "middle", cls: "axis" }) : "";
  return ticks.join("") + title;
}

// -- stacked bars and bars --------------------------------------------------------------------

// The limit's line and its label, which turns to the left where there is no room to the right.
function limitLine(board, axis, top, bottom) {
  const { limit, unit } = board.spec;
  if (!limit) return "";
  const x = axis.at(amount(board, limit.figure, unit));
  const label = `${board.write(limit.label)}: ${shown(board.model, limit.figure, board.values)}`;
  const left = x + textWidth(label) + 8 > WIDTH;
  return (
    line(x, top - 4, x, bottom, "limit") +
    text(x + (left ? -6 : 6), top - 8, label, { anchor: left ? "end" : "start", cls: "strong" })
  );
}

function stackedBars(board) {
  const { spec, model, values, write } = board;
  const { unit } = spec;
  const worth = (name) => inUnit(model, valueAt(model, known(model, name), values), unit);
  // The fullest bar comes first, so that the legend follows the order of its segments.
  const fullest = [...spec.bars].sort((a, b) => b.segments.length - a.segments.length);
  const labels = [...new Set(fullest.flatMap((b) => b.segments.map((s) => write(s.label))))];
  const totals = spec.bars.map((b) => b.segments.reduce((sum, s) => sum + worth(s.figure), 0));
  const most = Math.max(...totals, spec.limit ? amount(board, spec.limit.figure, unit) : 0);
  const [key, keyHeight] = legend(labels, toneMark, 0);
  const top = keyHeight + (spec.limit ? 32 : 12);
  const bottom = top + spec.bars.length * 58 + 4;
  const axis = linear(0, ceiling(most), LEFT, WIDTH - 24);
  const rows = spec.bars.map((bar, index) => {
    const y = top + index * 58;
    let [end, out, inside] = [0, "", ""];
    for (const s of bar.segments) {
      const start = end;
      end += worth(s.figure);
      const [x, width] = [axis.at(start), axis.at(end) - axis.at(start)];
      const written = shown(model, s.figure, values);
      const label = write(s.label);
      out += box(x, y + 24, width, 26, `segment ${tone(labels.indexOf(label))}`, `${label}: ${written}`);
      if (width > textWidth(written, 13) + 10) {
        const figure = `${model.slug}.${s.figure}`;
        inside += text(x + width / 2, y + 42, written, { anchor: "middle", cls: "on-tone", figure });
      }
    }
    return [out, inside];
  });
  const titles = spec.bars.map((bar, index) => barTitle(board, bar, top + index * 58 + 18));
  const body =
    key + bottomAxis(axis, top, bottom, unit) + rows.map(([drawn]) => drawn).join("") +
    limitLine(board, axis, top, bottom) + rows.map(([, inside]) => inside).join("") + titles.join("");
  return { height: bottom + 46, body };
}

// "Data parallel: 1,133 GB, does not fit", in parts so that name, sum and verdict stand apart.
function barTitle(board, bar, y) {
  const { model, spec, values, write } = board;
  const places = spec.places ?? Math.max(...bar.segments.map((s) => find(model, s.figure)[0].places));
  // The total of a bar of one figure is that figure; a sum of several is rounded as a whole.
  const [num, den] = model.units[spec.unit];
  const sum = bar.segments.reduce((all, s) => all + valueAt(model, s.figure, values), 0);
  const written = `${rounded(sum, num, den, places)} ${spec.unit}`;
  const verdict = bar.verdict ? shown(model, bar.verdict, values) : "";
  const mark = bar.verdict ? (valueAt(model, bar.verdict, values) === 1 ? "✓ " : "✗ ") : "";
  return (
    `<text x="${LEFT}" y="${px(y)}" class="halo"><tspan class="strong">${escaped(write(bar.label))}</tspan>` +
    `<tspan dx="10">${escaped(written)}</tspan>` +
    (verdict ? `<tspan dx="10" class="${mark === "✓ " ? "yes" : "no"}">${escaped(mark + verdict)}</tspan>` : "") +
    `</text>`
  );
}

function bars(board) {
  const { spec, model, values, write } = board;
  const { unit } = spec;
  const series = spec.series ?? [""];
  const all = spec.groups.flatMap((g) => g.figures).map((n) => amount(board, n, unit));
  const most = Math.max(...all, spec.limit ? amount(board, spec.limit.figure, unit) : 0);
  const [key, keyHeight] = series.length > 1 ? legend(series.map(write), toneMark, 0) : ["", 0];
  const step = 26 + series.length * 26 + 8;
  const top = keyHeight + (spec.limit ? 32 : 8);
  const bottom = top + spec.groups.length * step + 2;
  const axis = linear(0, ceiling(most), LEFT, WIDTH - 110);
  const rows = spec.groups.map((group, g) => {
    const y = top + g * step;
    const drawn = group.figures.map((name, s) => {
      const width = axis.at(amount(board, name, unit)) - axis.at(0);
      const written = shown(model, known(model, name), values, spec.places === undefined ? { unit } : { unit, places: spec.places });
      const title = `${write(group.label)}${series[s] ? `, ${write(series[s])}` : ""}: ${written}`;
      const figure = `${model.slug}.${name}`;
      return (
        box(axis.at(0), y + 24 + s * 26, width, 22, `segment ${tone(s)}`, title) +
        text(axis.at(0) + width + 7, y + 40 + s * 26, written, { figure })
      );
    });
    return text(LEFT, y + 18, write(group.label), { cls: "strong halo" }) + drawn.join("");
  });
  const body =
    key + bottomAxis(axis, top, bottom, write(spec.axis ?? unit)) + rows.join("") +
    limitLine(board, axis, top, bottom);
  return { height: bottom + 46, body };
}

// -- curve ------------------------------------------------------------------------------------

function sweepPoints(spec) {
  const count = spec.points ?? 96;
  const ratio = spec.to / spec.from;
  return Array.from({ length: count }, (_, i) => {
    const part = i / (count - 1);
    return spec.x_scale === "log" ? spec.from * ratio ** part : spec.from + part * (spec.to - spec.from);
  });
}

// The ends of a curve. Drawn `around` some figures, it begins and ends beyond the outermost of
// them; drawn `near` its given, some steps before and after it. Else an end may be a figure.
function windowed(board, given) {
  const { spec } = board;
  const { unit } = given;
  const ends = ({ from, to }) => ({ ...board, spec: { ...spec, from, to } });
  if (spec.around) {
    const [from, to] = around(spec.around.map((name) => amount(board, name, unit)), 0.2);
    return ends({ from, to });
  }
  if (spec.near) {
    const step = amount(board, spec.near.step, unit);
    const reach = spec.near.steps * (given.integer ? Math.max(1, step) : step);
    const at = amount(board, spec.x, unit);
    return ends({ from: Math.max(given.low, at - reach), to: Math.min(given.high, at + reach) });
  }
  return ends({ from: amount(board, spec.from, unit), to: amount(board, spec.to, unit) });
}

// The points of a sweep; a given of whole numbers is swept over whole numbers only. The figures
// that a curve is drawn around are among them, for there it may have its corners.
function sweptPoints(board) {
  const { spec, model } = board;
  const corners = (spec.around ?? []).map((name) => amount(board, name, model.givens[spec.x].unit));
  // A hair to either side of a corner as well, where a jump has its two ends.
  const hair = (spec.to - spec.from) * 1e-6;
  const beside = corners.flatMap((c) => [c - hair, c, c + hair]);
  const points = [...sweepPoints(spec), ...beside].sort((a, b) => a - b);
  return board.model.givens[board.spec.x].integer ? [...new Set(points.map(Math.round))] : points;
}

function curve(unplaced) {
  const given = unplaced.model.givens[unplaced.spec.x];
  if (!given) throw new Error(`${unplaced.spec.id}: '${unplaced.spec.x}' is not a given`);
  const board = windowed(unplaced, given);
  const { spec, model, values, write } = board;
  const { unit } = spec;
  const names = spec.series.map((s) => known(model, s.figure));
  const points = sweptPoints(board);
  const swept = sweep(model, names, spec.x, points, values).map(
    (row) => row && row.map((v) => inUnit(model, v, unit)),
  );
  const recorded = (spec.recorded ?? []).map((r) => ({
    label: write(r.label),
    points: r.points
      .map((p) => [amount(board, p.x, given.unit), amount(board, p.y, unit)])
      .filter(([at]) => !spec.around || (at >= spec.from && at <= spec.to)),
  }));
  const ys = [...swept.filter(Boolean).flat(), ...recorded.flatMap((r) => r.points.map((p) => p[1]))];
  const positive = ys.filter((y) => y > 0);
  const [closeLow, closeHigh] = spec.near ? around(ys) : [];
  const low = spec.y_from ?? closeLow ?? (spec.y_scale === "log" ? Math.min(...positive) : Math.min(0, ...ys));
  const high = spec.y_to ?? closeHigh ?? (spec.y_scale === "log" ? Math.max(...positive) : ceiling(Math.max(...ys)));
  const keys = [...spec.series.map((s) => write(s.label)), ...recorded.map((r) => r.label)];
  const sample = (x, y, index) =>
    index < names.length
      ? `<path d="M${px(x)} ${px(y - 5)}h20" class="curve ${tone(index)}" stroke-dasharray="${DASHES[index % 6]}"/>`
      : box(x + 5, y - 10, 9, 9, `recorded ${tone(index)}`);
  const [key, keyHeight] = legend(keys, sample, 0);
  const [right, top] = [WIDTH - 20, keyHeight + 34 + 20 * (spec.lines ?? []).length];
  const bottom = top + 250;
  const y = scale(spec.y_scale, low, high, bottom, top, 5);
  // As much room at the left as the longest number of the axis needs.
  const left = Math.max(66, ...y.ticks.map(([, content]) => textWidth(content) + 12));
  const x = scale(spec.x_scale, spec.from, spec.to, left, right, 6);
  const yAxis = y.ticks.map(
    ([value, content]) =>
      line(left, y.at(value), right, y.at(value), "grid") +
      text(left - 8, y.at(value) + 5, content, { anchor: "end", cls: "tick" }),
  );
  const title = write(spec.y_label ?? unit);
  // The axis' name stands above the labels of upright lines where those come near it.
  const raised = uprights(board).some((l) => x.at(l.at) < textWidth(title) + 90);
  const body =
    key +
    text(0, top - 14 - (raised ? 20 * (spec.lines ?? []).length : 0), title, { cls: "axis" }) +
    yAxis.join("") +
    bottomAxis(x, top, bottom, `${write(spec.x_label ?? given.label)}${given.unit ? ` (${given.unit})` : ""}`) +
    names.map((_, s) => path(points, swept, s, x, y, [low, high])).join("") +
    recorded.map((r, i) => recordedMarks(r.points, x, y, names.length + i)).join("") +
    uprightLines(board, x, top, bottom) +
    (spec.mark === false ? "" : marks(board, names, x, y, [low, high], ink(board, points, swept, x, y)));
  return { height: bottom + 48, body };
}

// One series as a path, broken where a point has no value or leaves the drawing.
function path(points, swept, series, x, y, [low, high]) {
  let [d, pen] = ["", "M"];
  points.forEach((point, i) => {
    const value = swept[i] && swept[i][series];
    if (value === null || value < low - 1e-12 || value > high * (1 + 1e-9)) {
      pen = "M";
      return;
    }
    d += `${pen}${px(x.at(point))} ${px(y.at(value))}`;
    pen = "L";
  });
  return `<path d="${d}" class="curve ${tone(series)}" stroke-dasharray="${DASHES[series % 6]}"/>`;
}

function recordedMarks(points, x, y, index) {
  return points
    .map(([px_, py]) => box(x.at(px_) - 4.5, y.at(py) - 4.5, 9, 9, `recorded ${tone(index)}`))
    .join("");
}

// The upright lines within the drawing: where, with what label, in which row above it.
function uprights(board) {
  const { model, spec, values, write } = board;
  const { unit } = model.givens[spec.x];
  return (spec.lines ?? [])
    .map((l, row) => ({
      row, at: amount(board, l.figure, unit),
      label: `${write(l.label)}: ${shown(model, l.figure, values)}`,
    }))
    .filter(({ at }) => at >= spec.from && at <= spec.to);
}

function uprightLines(board, x, top, bottom) {
  return uprights(board)
    .map(({ at, label, row }) => {
      const high = top - 8 - 20 * row;
      const leftward = x.at(at) + textWidth(label) > WIDTH;
      return (
        line(x.at(at), high + 4, x.at(at), bottom, "limit") +
        text(x.at(at) + (leftward ? -6 : 6), high, label, { anchor: leftward ? "end" : "start", cls: "strong" })
      );
    })
    .join("");
}

// Returns a function that tells whether a curve or an upright line crosses a box of the drawing.
function ink(board, points, swept, x, y) {
  const dots = swept.flatMap((row, i) => (row ?? []).map((v) => [x.at(points[i]), v === null ? NaN : y.at(v)]));
  const lines = uprights(board).map(({ at }) => x.at(at));
  return (from, to, top, bottom) =>
    lines.some((at) => at > from && at < to) ||
    dots.some(([u, v]) => u > from && u < to && v > top && v < bottom);
}

// A dot on each series where the given stands now; its value to the right, or where that would
// cover something, or leave the drawing, to the left.
function marks(board, names, x, y, [low, high], covers) {
  const { model, spec, values } = board;
  const at = inUnit(model, values[spec.x], model.givens[spec.x].unit);
  if (!(at >= spec.from && at <= spec.to)) return "";
  const cx = x.at(at);
  const dots = names
    .map((name, s) => ({ name, s, value: inUnit(model, valueAt(model, name, values), spec.unit) }))
    .filter((d) => d.value >= low && d.value <= high)
    .map((d) => ({ ...d, cy: y.at(d.value), written: shown(model, d.name, values) }))
    .sort((a, b) => b.cy - a.cy);
  // From the lowest upwards, each label at least a line above the one before it.
  let free = Infinity;
  const labels = dots.map(({ name, cy, written }) => {
    free = Math.min(cy - 9, free - 17);
    const wide = textWidth(written);
    const clearLeft = cx - wide - 14 > x.at(spec.from) && !covers(cx - wide - 14, cx - 8, free - 14, free + 3);
    const leftward = cx + wide + 14 > WIDTH || (clearLeft && covers(cx + 8, cx + wide + 14, free - 14, free + 3));
    return text(cx + (leftward ? -10 : 10), free, written, {
      anchor: leftward ? "end" : "start", cls: "strong halo", figure: `${model.slug}.${name}`,
    });
  });
  const circles = dots.map(
    ({ s, cy }) => `<circle cx="${px(cx)}" cy="${px(cy)}" r="5.5" class="dot ${tone(s)}"/>`,
  );
  return circles.join("") + labels.join("");
}

// -- timeline ---------------------------------------------------------------------------------

// Fill patterns tell the kinds apart without colour: solid, stripes, dots, grid and so on.
function patterns(name, count) {
  const shapes = [
    "",
    '<path d="M0 8L8 0M-2 2L2 -2M6 10L10 6" class="hatch"/>',
    '<circle cx="4" cy="4" r="1.4" class="hatch-dot"/>',
    '<path d="M0 4H8" class="hatch"/>',
    '<path d="M0 0L8 8M-2 6L2 10M6 -2L10 2" class="hatch"/>',
    '<path d="M4 0V8" class="hatch"/>',
  ];
  const one = (i) =>
    `<pattern id="${name}-${i}" width="8" height="8" patternUnits="userSpaceOnUse">${shapes[i % 6]}</pattern>`;
  return `<defs>${Array.from({ length: count }, (_, i) => one(i)).join("")}</defs>`;
}

function patterned(name, x, y, width, height, index, title) {
  const over = index % 6 ? box(x, y, width, height, "", "", ` fill="url(#${name}-${index})" pointer-events="none"`) : "";
  return box(x, y, width, height, `segment ${tone(index)}`, title) + over;
}

// A label on a patterned segment, with a plain plate behind it.
function plate(x, y, label, index) {
  const width = textWidth(label, 13) + 6;
  const behind = index % 6 ? box(x - width / 2, y - 14, width, 18, tone(index)) : "";
  return behind + text(x, y, label, { anchor: "middle", cls: "on-tone" });
}

function timeline(board) {
  const { spec, model, write } = board;
  const { unit } = spec;
  const kinds = Object.keys(spec.kinds);
  const name = `hatch-${model.slug}-${spec.id}`;
  const labels = kinds.map((k) => write(spec.kinds[k].label));
  const [key, keyHeight] = legend(labels, (x, y, i) => patterned(name, x, y - 11, 18, 13, i), 0);
  const rows = spec.rows.map((row) => ({
    label: write(row.label),
    segments: row.segments.map((s) => ({
      ...s, start: amount(board, s.start, unit), end: amount(board, s.end, unit),
    })),
  }));
  const ends = rows.flatMap((r) => r.segments.flatMap((s) => [s.start, s.end]));
  const upright = (spec.marks ?? []).map((m) => ({ at: amount(board, m.at, unit), label: write(m.label) }));
  const left = Math.min(230, Math.max(...rows.map((r) => textWidth(r.label))) + 14);
  const top = keyHeight + 10 + 20 * upright.length;
  const bottom = top + rows.length * 36 + 2;
  const x = linear(Math.min(0, ...ends), Math.max(...ends), left, WIDTH - 20, 6);
  const drawn = rows.map((row, r) => {
    const y = top + r * 36;
    const parts = row.segments.map((s) => {
      const kind = kinds.indexOf(s.kind);
      if (kind < 0) throw new Error(`${spec.id}: no kind '${s.kind}'`);
      const width = x.at(s.end) - x.at(s.start);
      const label = s.label ? write(s.label) : "";
      const span = `${tickText(s.start, 0.1)}–${tickText(s.end, 0.1)} ${unit}`;
      const fits = label && width > textWidth(label, 13) + 8;
      return (
        patterned(name, x.at(s.start), y + 5, width, 26, kind, `${label || labels[kind]}: ${span}`) +
        (fits ? plate(x.at(s.start) + width / 2, y + 23, label, kind) : "")
      );
    });
    return text(0, y + 23, row.label) + parts.join("");
  });
  const lines = upright.map((m, i) => {
    const leftward = x.at(m.at) + textWidth(m.label) > WIDTH;
    const y = top - 6 - 20 * i;
    return (
      line(x.at(m.at), y + 3, x.at(m.at), bottom, "limit") +
      text(x.at(m.at) + (leftward ? -5 : 5), y, m.label, { anchor: leftward ? "end" : "start", cls: "strong" })
    );
  });
  const axisLabel = spec.x_label ? `${write(spec.x_label)} (${unit})` : unit;
  const body =
    patterns(name, kinds.length) + key + bottomAxis(x, top, bottom, axisLabel) + drawn.join("") + lines.join("");
  return { height: bottom + 46, body };
}

// -- layout of GPUs ---------------------------------------------------------------------------

// The part that GPU `rank` plays: its index along each dimension, the fastest first in `order`.
export function roleOf(rank, sizes, order) {
  const role = {};
  let rest = rank;
  for (const dimension of order) {
    role[dimension] = rest % sizes[dimension];
    rest = Math.floor(rest / sizes[dimension]);
  }
  return role;
}

const MOST_NODES = 16;

function layout(board) {
  const { spec, write } = board;
  const whole = (v) => Math.round(typeof v === "number" ? v : valueAt(board.model, known(board.model, v), board.values));
  const [nodes, perNode] = [whole(spec.nodes), whole(spec.per_node)];
  const gpus = spec.gpus === undefined ? nodes * perNode : whole(spec.gpus);
  const sizes = { tensor: whole(spec.tensor), pipeline: whole(spec.pipeline) };
  sizes.data = Math.floor(gpus / (sizes.tensor * sizes.pipeline));
  const used = sizes.data * sizes.tensor * sizes.pipeline;
  const order = spec.order ?? ["tensor", "data", "pipeline"];
  const colour = spec.colour ?? "pipeline";
  const drawnNodes = Math.min(nodes, MOST_NODES);
  const nodeLabel = write(spec.node_label ?? "node");
  const left = textWidth(`${nodeLabel} ${drawnNodes}`) + 12;
  const width = (WIDTH - left - 2) / perNode;
  let [out, top] = ["", 30];
  out += text(0, 14, `t = tensor rank, p = pipeline stage, d = replica; colour: ${colour}`, { cls: "axis" });
  for (let n = 0; n < drawnNodes; n += 1) {
    const y = top + n * 42;
    out += text(0, y + 23, `${nodeLabel} ${n + 1}`);
    for (let g = 0; g < Math.min(perNode, gpus - n * perNode); g += 1) {
      const rank = n * perNode + g;
      const role = rank < used ? roleOf(rank, sizes, order) : null;
      out += gpu(left + g * width, y, width - 3, role, colour, rank);
    }
  }
  const bottom = top + drawnNodes * 42;
  const notes = [];
  const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;
  if (nodes > drawnNodes) notes.push(`and ${count(nodes - drawnNodes, "more node")} in the same order`);
  if (used < gpus) notes.push(`${count(gpus - used, "GPU")} without a part (dashed)`);
  if (!used) notes.push(`one replica needs ${count(sizes.tensor * sizes.pipeline, "GPU")}`);
  notes.forEach((note, i) => {
    out += text(left, bottom + 16 + 20 * i, note, { cls: "axis" });
  });
  return { height: bottom + 6 + 22 * notes.length, body: out };
}

function gpu(x, y, width, role, colour, rank) {
  if (!role) return box(x, y, width, 36, "idle", `GPU ${rank}: no part`);
  const title = `GPU ${rank}: tensor rank ${role.tensor}, stage ${role.pipeline}, replica ${role.data}`;
  const cell = box(x, y, width, 36, `segment ${tone(role[colour])}`, title);
  if (width < 34) return cell;
  const [upper, lower] = width < 64
    ? [`p${role.pipeline}`, `t${role.tensor} d${role.data}`]
    : [`t${role.tensor}`, `p${role.pipeline} d${role.data}`];
  if (width < textWidth(lower, 12)) return cell;
  const middle = { anchor: "middle", cls: "on-tone small" };
  return cell + text(x + width / 2, y + 15, upper, middle) + text(x + width / 2, y + 30, lower, middle);
}

// -- decision tree ----------------------------------------------------------------------------

// A tree of splits that stand or are pruned, its leaves spread evenly over the width.
function tree(board) {
  const { spec, model, values, write } = board;
  const [key, keyHeight] = legend(spec.legend.map(write), treeMark, 0);
  const count = (node) => (node.leaf ? 1 : count(node.left) + count(node.right));
  const [step, high, top] = [WIDTH / count(spec.root), 116, keyHeight + 10];
  let [leaves, deepest, lines, boxes] = [0, 0, "", ""];
  const place = (node, level, there) => {
    deepest = Math.max(deepest, level);
    const y = top + level * high;
    if (node.leaf) {
      const x = step * (leaves + 0.5);
      leaves += 1;
      boxes += treeBox(x, y, step - 10, there ? "segment tone-2" : "idle", [
        write(node.leaf), there ? shown(model, known(model, node.weight), values) : "",
      ], there ? `${model.slug}.${node.weight}` : "");
      return x;
    }
    const stands = there && valueAt(model, known(model, node.stands), values) > 0;
    const sides = [place(node.left, level + 1, stands), place(node.right, level + 1, stands)];
    const x = (sides[0] + sides[1]) / 2;
    sides.forEach((side, i) => {
      lines += line(x, y + 64, side, y + high, stands ? "edge" : "edge pruned");
      if (stands) lines += text((x + side) / 2 + (i ? 12 : -12), y + 64 + (high - 64) / 2, write(spec.answers[i]), { anchor: i ? "start" : "end", cls: "axis halo" });
    });
    const gain = valueAt(model, known(model, node.gain), values);
    const second = `${write(spec.gain)} ${shown(model, node.gain, values)}`;
    const rows = !there ? [write(spec.gone)] : stands ? [write(node.split), second] : gain > 0
      ? [write(node.split), `${second}: ${write(spec.pruned)}`] : [write(spec.nothing)];
    // A node whose split is pruned is a leaf itself.
    if (there && !stands) rows.push(`${write(spec.weight)} ${shown(model, known(model, node.merged), values)}`);
    boxes += treeBox(x, y, Math.min(step * 1.9, 230), stands ? "segment tone-1" : there ? "segment tone-2" : "idle", rows, "");
    return x;
  };
  place(spec.root, 0, true);
  return { height: top + deepest * high + 70, body: key + lines + boxes };
}

const treeMark = (x, y, i) => box(x, y - 11, 18, 13, i === 2 ? "idle" : `segment tone-${i + 1}`);

function treeBox(x, y, width, cls, rows, figure) {
  const kept = rows.filter(Boolean);
  const faint = cls === "idle" ? "axis" : "on-tone";
  const first = y + 37 - 9 * (kept.length - 1);
  const written = kept.map((row, i) =>
    text(x, first + 18 * i, row, { anchor: "middle", cls: i ? faint : `${faint} strong`, figure: i ? figure : "" }));
  return box(x - width / 2, y, width, 64, cls, kept.join(", ")) + written.join("");
}

const KINDS = { stacked_bars: stackedBars, bars, curve, timeline, layout, tree, plane, moves, clocks };
