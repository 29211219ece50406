// A term on one line of plain text: the twin of `text` in checks/faces/trace.py.
import { isAlongAxis, isOverAxis } from "./interpret.js";

const [CASES, COMPARE, ADD, MUL, POW, ATOM] = [0, 1, 2, 3, 4, 5];
const COMPARED = { "<": "<", "<=": "≤", ">": ">", ">=": "≥" };
const CALLED = { ceil: "round up", floor: "round down", maximum: "max", minimum: "min" };
const OVER = {
  total: "sum", least: "min", most: "max", where_least: "place of the least",
  where_most: "place of the largest",
};

// `names` gives what stands for each argument.
export const text = (term, names) => written(term, names)[0];

function plain(value) {
  if (typeof value === "string") return [value.replace("-", "−"), MUL];
  if (Number.isInteger(value)) return [String(value).replace(/\B(?=(\d{3})+$)/g, ",").replace("-", "−"), ATOM];
  const [digits, exponent] = Math.abs(value) < 1e-4 ? value.toExponential().split("e") : [String(value), ""];
  if (!exponent) return [digits.replace("-", "−"), ATOM];
  const tens = `10^(${exponent})`;
  return (digits === "1" ? [tens, POW] : [`${digits} × ${tens}`, MUL]).map((x) => (x.replace ? x.replaceAll("-", "−") : x));
}

function paren([said, level], least, first = false) {
  return level >= least && (first || !said.startsWith("−")) ? said : `(${said})`;
}

function raised(t, names) {
  const [said, level] = written(t, names);
  const isClosed = level === ATOM && (t[0] !== "arg" || /^[\w.,]+$/.test(said));
  return paren([said, isClosed ? ATOM : CASES], ATOM);
}

function written(t, s) {
  const [op, ...a] = t;
  if (op === "arg") return [s[a[0]], ATOM];
  if (op === "num") return plain(a[0]);
  if (op === "+" || op === "-") {
    const left = paren(written(a[0], s), ADD, true);
    const right = paren(written(a[1], s), op === "-" ? MUL : ADD);
    return [`${left} ${op === "+" ? "+" : "−"} ${right}`, ADD];
  }
  if (op === "*" || op === "/") {
    const [left, right] = [paren(written(a[0], s), MUL), paren(written(a[1], s), op === "/" ? POW : MUL)];
    return [`${left} ${op === "*" ? "×" : "/"} ${right}`, MUL];
  }
  if (op === "**") return [`${raised(a[0], s)}^${raised(a[1], s)}`, POW];
  if (op === "neg") return [`−${paren(written(a[0], s), MUL)}`, ADD];
  if (COMPARED[op]) return [a.map((x) => paren(written(x, s), ADD, true)).join(` ${COMPARED[op]} `), COMPARE];
  if (op === "pi") return ["π", ATOM];
  if (op === "where") {
    const condition = paren(written(a[0], s), COMPARE, true);
    const [then, other] = a.slice(1).map((x) => paren(written(x, s), ADD, true));
    return [`${then} if ${condition}, otherwise ${other}`, CASES];
  }
  if (op === "all_of" || op === "any_of") {
    const sides = a.map((x) => paren(written(x, s), COMPARE, true));
    return [sides.join(op === "all_of" ? " and " : " or "), CASES];
  }
  if (op === "no") return [`not ${paren(written(a[0], s), ATOM)}`, CASES];
  if (op === "same") return [a.map((x) => text(x, s)).join(" is "), COMPARE];
  if (op === "at") return [`${paren(written(a[0], s), ATOM)}[${a[1]} = ${text(a[2], s)}]`, ATOM];
  if (op === "renamed") return [`${paren(written(a[0], s), ATOM)}[${Object.values(a[1]).join(", ")}]`, ATOM];
  if (op === "along") {
    return [`by ${a[0]}: ` + Object.entries(a[1]).map(([k, x]) => `${k} ${text(x, s)}`).join("; "), CASES];
  }
  if (isOverAxis(op) || isAlongAxis(op)) return [overAxis(t, s), ATOM];
  const inner = a.map((x) => paren(written(x, s), ADD, true));
  return [`${CALLED[op] ?? op}(${inner.join(", ")})`, ATOM];
}

function overAxis([op, x, axis, mask, ...more], s) {
  const name = op === "nth" ? `number ${paren(written(more[0], s), ATOM)} of ` : OVER[op] ?? op;
  const where = mask === null ? "" : ` where ${text(mask, s)}`;
  const last = more[0] === true ? ", the last of equals" : "";
  return `${name}(${text(x, s)} over ${axis}${where}${last})`;
}
