// Tables over axes: a specification (checks/page/over_axes.py) and the values of a graph go in,
// HTML comes out. Runs at build time and again in the browser when a given changes.
import { escaped } from "./charts.js";
import { floats } from "./floats.js";
import { called, find } from "./graph.js";
import { capital, cellAt, held, nounOf, placesAlong, titled, written } from "./over_axes.js";

// Draw a table. Its rows are the places of the first axis, its columns those of the second or else
// the figures; `transposed` the other way round. `heads` are texts in place of the titles: of the
// rows, then of the columns. `mark`: figure -> "least" or "most", the cell of a column that is it.
export function table(model, spec, values) {
  const [down, across] = spec.by;
  const rows = placesAlong(model, spec, down, values);
  const [rowTitle, ...titles] = spec.heads ?? [];
  const titleOf = (name, label = called(model, name, values)) => titled(label, find(model, name)[0].unit);
  const columns = across
    ? placesAlong(model, spec, across, values).map((place) => ({ name: spec.figures[0], head: placeHead(model, place), at: { [across]: place.key } }))
    : spec.figures.map((name, i) => ({ name, head: escaped(titleOf(name, titles[i])), at: {} }));
  const cells = columns.map(({ name, at }) =>
    rows.map(({ key }) => cellAt(model, name, { ...spec.at, ...at, [down]: key }, values)));
  const best = columns.map(({ name }, i) => bestOf(cells[i], spec.mark?.[name]));
  const contents = columns.map((_, i) => rows.map((_, j) => content(model, cells[i][j], values, best[i] === j)));
  const named = across && titleOf(spec.figures[0], titles[0]) + (titles.length ? "" : ` by ${nounOf(model, across)}`);
  const sides = [
    { title: escaped(rowTitle ?? capital(nounOf(model, down))), heads: rows.map((place) => placeHead(model, place)) },
    { title: across ? escaped(named) : "", heads: columns.map(({ head }) => head) },
  ];
  const body = spec.transposed ? contents : rows.map((_, j) => contents.map((column) => column[j]));
  return laidOut(spec.transposed ? sides.toReversed() : sides, body, caption(model, spec, values));
}

function laidOut([left, top], body, above) {
  // Numbers stand at the right of their column, words at the left.
  const isText = top.heads.map((_, i) => body.length > 0 && body.every((row) => row[i].isText));
  const classes = (i, isBest) => {
    const names = [isText[i] ? "" : "number", isBest ? "best" : ""].filter(Boolean).join(" ");
    return names && ` class="${names}"`;
  };
  const corner = (span) => (left.title ? `<th scope="col"${span}>${left.title}</th>` : `<td${span}></td>`);
  const heads = top.heads.map((head, i) => `<th scope="col"${classes(i)}>${head}</th>`).join("");
  const group = `<th scope="colgroup" colspan="${top.heads.length}">${top.title}</th>`;
  const head = top.title
    ? `<tr>${corner(' rowspan="2"')}${group}</tr><tr>${heads}</tr>`
    : `<tr>${corner("")}${heads}</tr>`;
  const rows = body.map((row, j) => {
    const cells = row.map(({ inside, isBest }, i) => `<td${classes(i, isBest)}>${inside}</td>`);
    return `<tr><th scope="row">${left.heads[j]}</th>${cells.join("")}</tr>`;
  });
  return `<table class="cells">${above}<thead>${head}</thead><tbody>${rows.join("")}</tbody></table>`;
}

function caption(model, spec, values) {
  const at = held(model, spec, values).map(({ noun, label, figure }) => `${escaped(noun)} ${live(model, label, figure)}`);
  return at.length ? `<caption>${capital(at.join(", "))}</caption>` : "";
}

const placeHead = (model, { label, figure }) => live(model, label, figure);

// A label, as a number that opens where it is a figure.
function live(model, label, reference) {
  return reference ? number(model, reference, label) : escaped(label);
}

function number(model, reference, said, extra = "", cls = "") {
  const name = reference.replace(/\[.*/, "");
  const kind = name in model.givens ? "given" : name in model.derived ? "derived" : "measured";
  return `<span class="fig ${kind}${cls}" data-fig="${model.slug}.${reference}"${extra}>${escaped(said)}</span>`;
}

// What stands in a cell: its HTML, whether it is words and not a number, whether it is marked.
function content(model, cell, values, isBest) {
  const { figure, reference, value } = cell;
  const isText = Boolean(figure?.words || figure?.place);
  const said = written(model, cell, values, { bare: !isText });
  const verdict = figure?.words && value !== null ? (value === 1 ? " is-yes" : " is-no") : "";
  const inside = reference ? number(model, reference, said, isText ? "" : " data-bare", verdict) : said;
  return { inside, isText, isBest };
}

// Which of a column's cells is the least or the most, the first among equals.
function bestOf(cells, mark) {
  if (!mark) return null;
  const { whereLeast, whereMost } = floats;
  return (mark === "least" ? whereLeast : whereMost)(cells.length, (i) => cells[i].value, (i) => cells[i].value !== null);
}
