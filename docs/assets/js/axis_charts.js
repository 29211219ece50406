// Charts over axes: a specification (checks/page/over_axes.py) and the values of a graph go in, SVG
// comes out. Runs at build time and again in the browser when a given changes. No line ever crosses
// a text, for they have places of their own: beside a plot of lines stand the names of its lines,
// above each bar its name and its number, and grid and limit are drawn where the bars are only.
import { ceiling, escaped, line, px, scale, text, tone } from "./charts.js";
import { around } from "./charts_lines.js";
import { called, figureOf, find, inUnit } from "./graph.js";
import { capital, cellAt, held, nounOf, placesAlong, titled, written } from "./over_axes.js";

const WIDTHS = { wide: 640, narrow: 360 };
const STROKES = ["", "9 5", "3 4", "12 4 3 4", "6 3", "1 5"];
const LINE = 17;
const MOST_TOLD = 24;

// Draw a chart: for a wide page and for a phone, of which the style sheet shows one.
// `by`: the axis it is over, and perhaps one whose places are the series. `bars`: as bars, else
// as lines; `log`: "values" and "places", what is on logarithmic scales; `limit`: a cell.
export function axisChart(model, spec, values) {
  const chart = { model, spec, values, ...contentOf(model, spec, values) };
  return Object.entries(WIDTHS)
    .map(([name, width]) => {
      const { height, body } = (spec.bars ? barsOver : linesOver)({ ...chart, width });
      return (
        `<svg class="chart axis-chart ${name}" viewBox="0 0 ${width} ${px(height)}" role="img" ` +
        `aria-label="${escaped(told(chart))}" xmlns="http://www.w3.org/2000/svg">${body}</svg>`
      );
    })
    .join("");
}

// -- what is drawn ----------------------------------------------------------------------------

function contentOf(model, spec, values) {
  const [over, by] = spec.by;
  const labels = spec.figures.map((name) => called(model, name, values));
  const { unit } = find(model, spec.figures[0])[0];
  const places = placesAlong(model, spec, over, values);
  const amount = (cell) => (cell.value === null ? null : inUnit(model, cell.value, unit));
  const one = (name, label, at) => ({
    label,
    points: places.map((place) => {
      const cell = cellAt(model, name, { ...spec.at, ...at, [over]: place.key }, values);
      return { place, cell, y: amount(cell), text: written(model, cell, values) };
    }),
  });
  const series = by
    ? placesAlong(model, spec, by, values).map((p) => one(spec.figures[0], nameOf(model, by, p), { [by]: p.key }))
    : spec.figures.map((name, i) => one(name, labels.length > 1 ? labels[i] : "", {}));
  const at = held(model, spec, values).map(({ noun, label }) => `, ${noun} ${label}`).join("");
  const title = titled(labels.join(", "), unit);
  return { places, series, unit, title: title + at, limit: limitOf(model, spec, values, unit) };
}

// "Round 3", and "ZeRO-3" for a place that has a name.
function nameOf(model, axis, { label }) {
  return /^[\d.,−-]/.test(label) ? capital(`${nounOf(model, axis)} ${label}`) : capital(label);
}

function limitOf(model, { limit }, values, unit) {
  if (!limit) return null;
  const cell = cellAt(model, limit.name, limit.at, values);
  return {
    label: called(model, cell.reference || limit.name, values), text: written(model, cell, values),
    y: cell.value === null ? null : inUnit(model, cell.value, unit), cell,
  };
}

// The chart in words, with its numbers: what a reader who cannot see it should know.
function told({ model, spec, series, title, limit }) {
  const names = series.map(({ label, points }) => `${label && `${label}: `}${points.length > MOST_TOLD ? outline(points) : list(points)}.`);
  const bound = limit ? [`${limit.label}: ${limit.text}.`] : [];
  return [`${title} over ${nounOf(model, spec.by[0])}.`, ...names, ...bound].join(" ");
}

const list = (points) => points.map((p) => `${p.place.label}: ${p.text}`).join("; ");

function outline(points) {
  const there = points.filter((p) => p.y !== null);
  if (!there.length) return "nothing";
  const [least, most] = [(a, b) => (b.y < a.y ? b : a), (a, b) => (b.y > a.y ? b : a)].map((f) => there.reduce(f));
  const said = ({ place, text: its }) => `${its} at ${place.label}`;
  return `from ${said(there[0])} to ${said(there.at(-1))}, least ${said(least)}, most ${said(most)}`;
}

// -- texts ------------------------------------------------------------------------------------

const PLAIN = 14;
const BOLD = 15.5;
const SMALL = 13;

// How wide a text is at most, in the widest fonts that a page falls back to.
const widthOf = (content, size = PLAIN) =>
  size * (0.65 * content.length + 0.3 * (content.match(/[−—%MWmw@]/g) ?? []).length);

// A text in lines no wider than `width`, broken between words.
function wrapped(content, width, size = PLAIN) {
  const lines = [];
  for (const word of content.split(" ")) {
    const longer = lines.length ? `${lines.at(-1)} ${word}` : word;
    if (lines.length && widthOf(longer, size) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

// Lines of text, one below the other, from the baseline `y` of the first.
const paragraph = (lines, x, y, options) => lines.map((content, i) => text(x, y + i * LINE, content, options)).join("");

// The ticks of a scale whose texts, centred on them, keep apart, and where each text stands.
function apart(ticks, at, width) {
  let free = -Infinity;
  return ticks.flatMap(([value, content]) => {
    const half = widthOf(content, SMALL) / 2;
    const x = Math.min(Math.max(at(value), half), width - half);
    if (x - half < free) return [];
    free = x + half + 10;
    return [[value, content, x]];
  });
}

// The same, but every second, fifth or tenth of evenly spaced places where not all have room.
function evenly(ticks, at, width) {
  for (const step of [1, 2, 5, 10]) {
    const some = ticks.filter((_, i) => i % step === 0);
    const found = apart(some, at, width);
    if (found.length === some.length) return found;
  }
  return apart(ticks, at, width);
}

const ticksBelow = (ticks, y) => ticks.map(([, content, x]) => text(x, y, content, { anchor: "middle", cls: "tick" })).join("");

// -- lines ------------------------------------------------------------------------------------

function linesOver(chart) {
  const { model, spec, series, limit, width } = chart;
  const names = namesBeside(chart, width * 0.34);
  const right = width - Math.max(0, ...names.map((n) => n.width)) - 26;
  const title = wrapped(chart.title, width, SMALL);
  const top = title.length * LINE + 10;
  const bottom = top + Math.max(width < 500 ? 200 : 240, names.reduce((sum, n) => sum + n.height, 0));
  const y = heights(chart, bottom, top);
  const yTicks = y.ticks.filter(([value], i) => i === 0 || Math.abs(y.at(value) - y.at(y.ticks[i - 1][0])) >= 15);
  const left = Math.max(...yTicks.map(([, content]) => widthOf(content, SMALL))) + 8;
  const x = along(chart, left + 6, right);
  const xTicks = evenly(chart.places.map((p) => [p, p.label]), x, right + 20);
  const grid = yTicks.map(
    ([value, content]) =>
      line(left, y.at(value), right, y.at(value), "grid") +
      text(left - 6, y.at(value) + 4.5, content, { anchor: "end", cls: "tick" }),
  );
  const bound = limit && inside(limit.y, y) ? line(left, y.at(limit.y), right, y.at(limit.y), "limit") : "";
  const below = capital(titled(nounOf(model, spec.by[0]), unitOfPlaces(model, spec.by[0])));
  const body =
    paragraph(title, 0, LINE - 4, { cls: "axis" }) + grid.join("") +
    xTicks.map(([place]) => line(x(place), bottom, x(place), bottom + 4, "grid")).join("") + ticksBelow(xTicks, bottom + 19) +
    text((left + right) / 2, bottom + 39, below, { anchor: "middle", cls: "axis" }) + bound +
    series.map(({ points }, i) => trace(points, i, x, y)).join("") + besideLines(model, names, x, y, right, [top, bottom]);
  return { height: bottom + 46, body };
}

const inside = (value, { from, to }) => value !== null && value >= from && value <= to;

// The scale of the values. Lines need no zero, but keep it where it is not far away.
function heights({ spec, series, limit }, bottom, top) {
  const isLog = spec.log?.includes("values");
  const all = [...series.flatMap(({ points }) => points.map((p) => p.y)), limit?.y ?? null];
  const ys = all.filter((v) => v !== null && (!isLog || v > 0));
  const [low, high] = ys.length ? [Math.min(...ys), Math.max(...ys)] : [1, 2];
  let [from, to] = isLog ? [low / 1.15, high * 1.15] : around([low, high]);
  if (!isLog && low >= 0 && low < 0.6 * high) [from, to] = [0, ceiling(high)];
  return { ...scale(spec.log?.includes("values") ? "log" : "linear", from, to, bottom, top, 5), from, to };
}

// Where the places of the axis stand: at the numbers that are their labels.
function along({ model, spec, values, places }, start, end) {
  const [axis] = spec.by;
  const { shownBy } = model.axes[axis];
  const number = ({ key, label }) => {
    if (key === null || !shownBy) return Number(label.replaceAll(",", ""));
    const cell = cellAt(model, shownBy, { [axis]: key }, values);
    return inUnit(model, cell.value, cell.figure.unit);
  };
  const numbers = new Map(places.map((p) => [p, number(p)]));
  const isLog = spec.log?.includes("places");
  const all = [...numbers.values()].filter((v) => !isLog || v > 0);
  const [from, to] = [Math.min(...all), Math.max(...all)];
  const { at } = scale(isLog ? "log" : "linear", from, to, start, end);
  const middle = (start + end) / 2;
  return (place) => (from === to ? middle : isLog && !(numbers.get(place) > 0) ? start : at(numbers.get(place)));
}

function unitOfPlaces(model, axis) {
  const { shownBy } = model.axes[axis];
  return shownBy ? figureOf(model, shownBy).unit : "";
}

// A series as a line with a dot at each place, broken where a cell is absent.
function trace(points, index, x, y) {
  const there = points.map((p) => (inside(p.y, y) ? [x(p.place), y.at(p.y), p] : null));
  const runs = there.reduce((all, p) => (p ? [...all.slice(0, -1), [...all.at(-1), p]] : [...all, []]), [[]]);
  const paths = runs.filter((r) => r.length > 1).map((r) =>
    `<path d="M${[...r].sort((a, b) => a[0] - b[0]).map(([u, v]) => `${px(u)} ${px(v)}`).join("L")}" ` +
    `class="curve ${tone(index)}" stroke-dasharray="${STROKES[index % STROKES.length]}"/>`);
  const dots = there.filter(Boolean).map(([u, v, p]) =>
    `<circle cx="${px(u)}" cy="${px(v)}" r="${points.length > MOST_TOLD ? 2.5 : 4}" class="dot ${tone(index)}">` +
    `<title>${escaped(`${p.place.label}: ${p.text}`)}</title></circle>`);
  return paths.join("") + dots.join("");
}

// The names that stand beside the lines, each with the number at which its line ends.
function namesBeside({ series, limit }, most) {
  const name = (label, last, index) => {
    const [whole, number] = [widthOf(`${label} `) + widthOf(last.text, BOLD), widthOf(last.text, BOLD)];
    const isShort = label && whole <= most;
    const lines = label && !isShort ? wrapped(label, most) : [];
    const width = isShort ? whole : Math.max(number, ...lines.map((l) => widthOf(l)));
    return { label: isShort ? label : "", lines, width, height: (lines.length + 1) * LINE + 4, last, index };
  };
  const ends = series.map(({ label, points }, i) => {
    const last = points.findLast((p) => p.y !== null);
    return last && name(label, last, i);
  });
  return [...ends, limit && limit.y !== null && name(limit.label, limit, null)].filter(Boolean);
}

// The names at the heights of their lines' ends, moved as little as keeps them apart.
function besideLines(model, names, x, y, right, [top, bottom]) {
  const there = names.filter((n) => inside(n.last.y, y)).sort((a, b) => y.at(a.last.y) - y.at(b.last.y));
  let free = top - 6;
  for (const n of there) {
    n.top = Math.max(free, y.at(n.last.y) - n.height / 2);
    free = n.top + n.height;
  }
  let floor = bottom + 6;
  for (const n of there.toReversed()) {
    n.top = Math.min(n.top, floor - n.height);
    floor = n.top;
  }
  return there
    .map((n) => {
      const [end, middle] = [y.at(n.last.y), n.top + n.height / 2];
      const from = n.last.place ? x(n.last.place) + 6 : right;
      const cls = n.index === null ? "leader" : `leader ${tone(n.index)}`;
      const first = n.top + LINE - 2;
      const value = `<tspan data-fig="${model.slug}.${n.last.cell.reference}"${n.label ? ' dx="6"' : ""} class="strong">${escaped(n.last.text)}</tspan>`;
      return (
        `<path d="M${px(from)} ${px(end)}H${px(Math.max(from, right + 6))}L${px(right + 18)} ${px(middle)}" class="${cls}"/>` +
        paragraph(n.lines, right + 24, first) +
        `<text x="${px(right + 24)}" y="${px(first + n.lines.length * LINE)}">${escaped(n.label)}${value}</text>`
      );
    })
    .join("");
}

// -- bars -------------------------------------------------------------------------------------

const BAR = 13;

// Bars lie flat, each below its name and number. A bar that would press the others flat against
// the edge, for it is far over the limit, is torn: drawn to the edge only, and said to be longer.
function barsOver(chart) {
  const { model, spec, series, limit, places, width } = chart;
  const isLog = spec.log?.includes("values");
  const several = series.length > 1;
  const all = series.flatMap(({ points }) => points.map((p) => p.y)).filter((v) => v !== null && (!isLog || v > 0));
  const bound = limit?.y ?? null;
  const { from, to, isTorn } = reach(all, bound, isLog);
  const end = width - 6;
  const axis = { ...scale(isLog ? "log" : "linear", from, to, 6, end, width < 500 ? 4 : 6), end };
  const ticks = apart(axis.ticks, axis.at, width);
  const title = wrapped(chart.title, width, SMALL);
  let [top, out, torn] = [title.length * LINE + 4, "", false];
  const limits = [];
  places.forEach((place, j) => {
    const name = nameOf(model, spec.by[0], place);
    if (several) {
      out += text(0, top + LINE, name, { cls: "strong" });
      top += LINE + 2;
    }
    series.forEach(({ label, points }, i) => {
      const point = points[j];
      const [said, height] = heading(chart, several ? label : name, point, top, several ? "" : "strong");
      const y = top + height;
      // Grid and limit run beside this bar only, never through what is written.
      out += said + ticks.map(([value]) => line(axis.at(value), y, axis.at(value), y + BAR + 4, "grid")).join("");
      out += bar(axis, point, y + 2, i, isLog, isTorn(point.y));
      if (from < 0) out += line(axis.at(0), y, axis.at(0), y + BAR + 4, "edge");
      torn ||= isTorn(point.y);
      if (bound !== null) limits.push(y);
      top = y + BAR + (several ? 7 : 10);
    });
    top += several ? 8 : 0;
  });
  const lines = limits.map((y) => line(axis.at(bound), y, axis.at(bound), y + BAR + 4, "limit")).join("");
  let bottom = top + 14;
  out = paragraph(title, 0, LINE - 4, { cls: "axis" }) + out + lines + ticksBelow(ticks, bottom);
  if (limit) {
    const [said, height] = heading(chart, limit.label, limit, bottom + 2, "", 30);
    out += line(0, bottom + 14, 22, bottom + 14, "limit") + said;
    bottom += height + 4;
  }
  if (torn) {
    const note = wrapped("A bar with a torn end is longer than drawn.", width, SMALL);
    out += paragraph(note, 0, bottom + LINE + 2, { cls: "axis" });
    bottom += note.length * LINE + 2;
  }
  return { height: bottom + 10, body: out };
}

// From where to where the scale of the bars runs, and which bars are longer than that.
function reach(all, bound, isLog) {
  const [least, most] = [Math.min(...all, bound ?? Infinity), Math.max(...all, bound ?? -Infinity)];
  if (!all.length) return { from: isLog ? 1 : 0, to: 10, isTorn: () => false };
  if (isLog) return { from: least / 2, to: most * 1.15, isTorn: () => false };
  const from = least < 0 ? -ceiling(-least) : 0;
  const near = all.filter((v) => v <= 2 * bound);
  const cut = bound > 0 && near.length > 0 && near.length < all.length;
  const to = cut ? ceiling(1.25 * Math.max(bound, ...near)) : Math.max(most, 0) > 0 ? ceiling(most) : 0;
  return { from, to, isTorn: (v) => cut && v > to };
}

// "ZeRO-3  17.5 GB" above a bar, its number on a line of its own where both do not fit: [svg, height].
function heading({ model, width }, label, point, top, cls, left = 0) {
  const number = (dx) => {
    const fig = point.cell.reference ? ` data-fig="${model.slug}.${point.cell.reference}"` : "";
    return `<tspan${fig}${dx ? ` dx="${dx}"` : ""}>${escaped(point.text)}</tspan>`;
  };
  const room = width - left;
  const lines = wrapped(label, room, BOLD);
  const fits = widthOf(`${lines.at(-1)} `, BOLD) + widthOf(point.text) <= room;
  const strong = cls ? ` class="${cls}"` : "";
  const spans = lines.map((l, i) => `<text x="${left}" y="${px(top + LINE * (i + 1))}"><tspan${strong}>${escaped(l)}</tspan>${fits && i === lines.length - 1 ? number(8) : ""}</text>`);
  if (!fits) spans.push(`<text x="${left}" y="${px(top + LINE * (lines.length + 1))}">${number(0)}</text>`);
  return [spans.join(""), spans.length * LINE + 6];
}

function bar(axis, { y: value, text: its }, top, index, isLog, isTorn) {
  const title = `<title>${escaped(its)}</title>`;
  if (value === null || (isLog && value <= 0)) return "";
  if (isLog) {
    // There is no zero on a logarithmic scale, so a length would say nothing: a dot.
    const [x, y] = [axis.at(value), top + BAR / 2];
    return line(6, y, x, y, `leader ${tone(index)}`) + `<circle cx="${px(x)}" cy="${px(y)}" r="6" class="dot ${tone(index)}">${title}</circle>`;
  }
  const [zero, end] = [axis.at(0), axis.at(value)];
  if (!isTorn) return `<rect x="${px(Math.min(zero, end))}" y="${px(top)}" width="${px(Math.abs(end - zero))}" height="${BAR}" class="segment ${tone(index)}">${title}</rect>`;
  const [edge, step] = [axis.end, BAR / 4];
  const teeth = [1, 2, 3, 4].map((i) => `L${px(edge - (i % 2 ? 6 : 0))} ${px(top + i * step)}`).join("");
  return `<path d="M${px(zero)} ${px(top)}H${px(edge)}${teeth}H${px(zero)}Z" class="segment ${tone(index)}">${title}</path>`;
}
