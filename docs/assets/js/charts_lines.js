// Pictures of lines and of moves: `plane` draws straight lines and points, `moves` draws where
// something stood and where it stands now. checks/page/pictures.py says what a specification holds.
import {
  WIDTH, amount, bottomAxis, box, escaped, known, legend, line, linear, px, text, textWidth, tone,
} from "./charts.js";
import { shown } from "./graph.js";

const DASH = ["", "9 5", "3 4", "12 4 3 4"];

// An interval that holds all values, with room at both ends; never of no width.
export function around(values, room = 0.08) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const pad = (high - low) * room || Math.abs(high) * room || 1;
  return [low - pad, high + pad];
}

// -- plane ------------------------------------------------------------------------------------

export function plane(board) {
  const { spec, write, model, values } = board;
  const drawn = spec.lines.map((l) => {
    const [slope, height] = [amount(board, l.slope, ""), amount(board, l.intercept, "")];
    const at = (x) => [x, l.fold ? Math.abs(slope * x) : slope * x + height];
    return { label: write(l.label), ends: (l.fold ? [spec.from, 0, spec.to] : [spec.from, spec.to]).map(at) };
  });
  const points = (spec.points ?? []).map((p) => ({
    label: write(p.label), x: amount(board, p.x, ""), y: amount(board, p.y, ""),
    written: shown(model, known(model, p.y), values), figure: `${model.slug}.${p.y}`,
  }));
  const labels = [...drawn.map((l) => l.label), ...new Set(points.map((p) => p.label))];
  const marks = labels.slice(drawn.length);
  const sample = (x, y, i) =>
    i < drawn.length
      ? `<path d="M${px(x)} ${px(y - 5)}h20" class="curve ${tone(i)}" stroke-dasharray="${DASH[i % 4]}"/>`
      : mark(x + 10, y - 5, i - drawn.length, i);
  const [key, keyHeight] = legend(labels, sample, 0);
  const [left, right, top] = [66, WIDTH - 20, keyHeight + 34];
  const bottom = top + 250;
  const ys = [...drawn.flatMap((l) => l.ends.map((e) => e[1])), ...points.map((p) => p.y)];
  const [low, high] = around([0, ...ys], 0.06);
  const x = linear(spec.from, spec.to, left, right, 6);
  const y = linear(low, high, bottom, top, 5);
  const grid = y.ticks.map(
    ([value, content]) =>
      line(left, y.at(value), right, y.at(value), "grid") +
      text(left - 8, y.at(value) + 5, content, { anchor: "end", cls: "tick" }),
  );
  const lines = drawn.map(
    ({ ends }, i) =>
      `<path d="M${ends.map(([u, v]) => `${px(x.at(u))} ${px(y.at(v))}`).join("L")}" ` +
      `class="curve ${tone(i)}" stroke-dasharray="${DASH[i % 4]}"/>`,
  );
  const gaps = (spec.gaps ?? []).map((g) => gap(board, g, x, y));
  const dots = points.map((p) => {
    const k = marks.indexOf(p.label);
    return mark(x.at(p.x), y.at(p.y), k, drawn.length + k);
  });
  const body =
    key + text(0, top - 14, write(spec.y_label), { cls: "axis" }) + grid.join("") +
    bottomAxis(x, top, bottom, write(spec.x_label)) + lines.join("") + gaps.join("") + dots.join("") +
    pointLabels(points, x, y).join("");
  return { height: bottom + 48, body };
}

// What a point is, in a shape of its own: square, circle, diamond.
function mark(x, y, shape, index) {
  if (shape % 3 === 1) return `<circle cx="${px(x)}" cy="${px(y)}" r="5.5" class="dot ${tone(index)}"/>`;
  const turn = shape % 3 === 2 ? ` transform="rotate(45 ${px(x)} ${px(y)})"` : "";
  return box(x - 5, y - 5, 10, 10, `recorded ${tone(index)}`, "", turn);
}

// The values beside the points, to their left, from below upwards at least a line apart.
function pointLabels(points, x, y) {
  let free = Infinity;
  return [...points]
    .sort((a, b) => a.y - b.y)
    .map((p) => {
      free = Math.min(y.at(p.y) + 5, free - 17);
      return text(x.at(p.x) - 12, free, p.written, { anchor: "end", cls: "strong halo", figure: p.figure });
    });
}

// An upright stretch from one height to another, such as a residual, with its figure beside it.
function gap(board, g, x, y) {
  const { model, values, write } = board;
  const at = x.at(amount(board, g.x, ""));
  const [from, to] = [amount(board, g.from, ""), amount(board, g.to, "")].map(y.at);
  const label = `${write(g.label)} ${shown(model, known(model, g.figure), values)}`;
  return (
    line(at, from, at, to, "limit") +
    text(at + 10, (from + to) / 2 + 5, label, { cls: "strong halo" })
  );
}

// -- moves ------------------------------------------------------------------------------------

export function moves(board) {
  const { spec, write, model, values } = board;
  const limit = spec.limit ? amount(board, spec.limit.figure, spec.unit) : null;
  const rows = spec.rows.map((r) => ({
    label: write(r.label), names: [r.from, r.to],
    from: amount(board, r.from, spec.unit), to: amount(board, r.to, spec.unit),
  }));
  const all = [...rows.flatMap((r) => [r.from, r.to]), ...(limit === null ? [] : [limit])];
  const [low, high] = around([0, ...all], 0.04);
  const sample = (x, y, i) => ring(x + 9, y - 5, 0, i === 0);
  const [key, keyHeight] = legend([write(spec.before), write(spec.after)], sample, 0);
  const top = keyHeight + (limit === null ? 12 : 34);
  const bottom = top + rows.length * 50 + 4;
  const axis = linear(low, high, 16, WIDTH - 16, 6);
  const drawn = rows.map((r, i) => {
    const [title, at] = [top + i * 50 + 16, top + i * 50 + 34];
    const [from, to] = [axis.at(r.from), axis.at(r.to)];
    const toward = Math.sign(to - from);
    const shaft = Math.abs(to - from) > 30 ? arrow(from + 7 * toward, to - 7 * toward, at, toward) : "";
    return moveTitle(board, r, title) + shaft + ring(from, at, 0, true) + ring(to, at, 0, false);
  });
  const label = limit === null ? "" : `${write(spec.limit.label)}: ${shown(model, spec.limit.figure, values)}`;
  const place = limit === null ? 0 : axis.at(limit);
  const leftward = place + textWidth(label) + 8 > WIDTH;
  const upright = limit === null ? "" :
    line(place, top - 4, place, bottom, "limit") +
    text(place + (leftward ? -6 : 6), top - 9, label, { anchor: leftward ? "end" : "start", cls: "strong" });
  return {
    height: bottom + 46,
    body: key + bottomAxis(axis, top, bottom, write(spec.axis)) + upright + drawn.join(""),
  };
}

function ring(x, y, index, hollow) {
  return hollow
    ? `<circle cx="${px(x)}" cy="${px(y)}" r="7" class="ring ${tone(index)}"/>`
    : `<circle cx="${px(x)}" cy="${px(y)}" r="5" class="dot ${tone(index)}"/>`;
}

function arrow(from, to, y, toward) {
  const head = to - 9 * toward;
  return (
    `<path d="M${px(from)} ${px(y)}H${px(to)}M${px(head)} ${px(y - 5)}L${px(to)} ${px(y)}L${px(head)} ${px(y + 5)}" ` +
    `class="curve ${tone(0)}"/>`
  );
}

// "L2: 2.60 → 38.60", the two numbers as figures that open.
function moveTitle(board, row, y) {
  const { model, values, spec } = board;
  const options = spec.places === undefined ? {} : { unit: spec.unit, places: spec.places };
  const number = (name) =>
    `<tspan data-fig="${model.slug}.${name}">${escaped(shown(model, known(model, name), values, options))}</tspan>`;
  return (
    `<text x="6" y="${px(y)}" class="halo"><tspan class="strong">${escaped(row.label)}</tspan>` +
    `<tspan dx="10">${number(row.names[0])} → ${number(row.names[1])}</tspan></text>`
  );
}
