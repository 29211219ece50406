// Pictures of clocks: a face for each pair, a hand for each angle. A hand starts at three o'clock
// and turns anticlockwise, as angles do.
import { WIDTH, escaped, known, legend, px, text, tone } from "./charts.js";
import { shown, valueAt } from "./graph.js";

const RADIUS = 84;
const HAND_DASH = ["", "9 5", "3 4"];

export function clocks(board) {
  const { spec, write } = board;
  const labels = spec.clocks[0].hands.map((h) => write(h.label));
  const sample = (x, y, i) =>
    `<path d="M${px(x)} ${px(y - 5)}h20" class="curve ${tone(i)}" stroke-dasharray="${HAND_DASH[i % 3]}"/>`;
  const [key, keyHeight] = legend(labels, sample, 0);
  const across = WIDTH / spec.clocks.length;
  const centre = keyHeight + 36 + RADIUS;
  const faces = spec.clocks.map((clock, i) => face(board, clock, across * (i + 0.5), centre));
  return { height: centre + RADIUS + 34 + 22 * labels.length, body: key + faces.join("") };
}

function face(board, { label, hands }, x, y) {
  const ticks = Array.from({ length: 8 }, (_, i) => {
    const [a, b] = [at(x, y, RADIUS - 7, (i * Math.PI) / 4), at(x, y, RADIUS, (i * Math.PI) / 4)];
    return `<path d="M${a}L${b}" class="clock-tick"/>`;
  });
  // The longest hand first, so that none hides another.
  const drawn = hands.map((hand, i) => {
    const angle = valueAt(board.model, known(board.model, hand.figure), board.values);
    const length = RADIUS - 12 - 14 * i;
    return (
      `<path d="M${px(x)} ${px(y)}L${at(x, y, length, angle)}" class="curve ${tone(i)}" stroke-dasharray="${HAND_DASH[i % 3]}"/>` +
      `<circle cx="${px(x + length * Math.cos(angle))}" cy="${px(y - length * Math.sin(angle))}" r="5" class="dot ${tone(i)}"/>`
    );
  });
  const below = hands.map((hand, i) => {
    const { model, values, write } = board;
    const said = `${write(hand.label)}: ${shown(model, hand.figure, values)}`;
    return text(x, y + RADIUS + 24 + 22 * i, said, { anchor: "middle", figure: `${model.slug}.${hand.figure}` });
  });
  return (
    `<g>${text(x, y - RADIUS - 14, board.write(label), { anchor: "middle", cls: "strong" })}` +
    `<circle cx="${px(x)}" cy="${px(y)}" r="${RADIUS}" class="clock-face"><title>${escaped(board.write(label))}</title></circle>` +
    `${ticks.join("")}${drawn.join("")}<circle cx="${px(x)}" cy="${px(y)}" r="3" class="clock-pin"/>${below.join("")}</g>`
  );
}

const at = (x, y, r, angle) => `${px(x + r * Math.cos(angle))} ${px(y - r * Math.sin(angle))}`;
