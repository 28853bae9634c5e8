// SPDX-License-Identifier: GPL-2.0-only
// The window map: source lines, and beside each how its points fared, for each kernel and actor.
"use strict";

const SIGNS = { fails: "✕", passes: "✓", waits: "z" };
const TOLD = { fails: "stopped here in a schedule that failed", passes: "stopped here and nothing failed", waits: "asleep here" };

// Rows to show: all of each function that some actor of the scenario entered on some kernel.
function mapRows(shared, data) {
  const entered = new Set();
  const functionOf = (row) => `${shared.rows[row][0]} ${shared.rows[row][1]}`;
  for (const kernel of data.kernels) for (const [row] of kernel.map) entered.add(functionOf(row));
  return shared.rows.map((_, row) => row).filter((row) => entered.has(functionOf(row)));
}

function actorCell(map, kernel, row, counts) {
  const [actor, fails, passes, waits] = counts;
  const parts = Object.entries({ fails, passes, waits }).filter(([, number]) => number);
  const signs = parts.map(([what, number]) => `${SIGNS[what]}${number}`).join(" ");
  const told = parts.map(([what, number]) => `${plural(number, what === "waits" ? "schedule" : "point")}: ${TOLD[what]}`).join("; ");
  const title = `${LETTERS[actor]}: ${told}`;
  const content = fails ? button(signs, () => map.pick(kernel, row, actor), { title, class: "pick", "aria-label": `${title}; show one` }) : signs;
  return el("td", { class: fails ? "m-fails" : passes ? "m-passes" : "m-waits", title: fails ? undefined : title }, content);
}

function kernelCells(map, kernel, row, actors) {
  const line = map.shared.rows[row][3 + kernel.kernel];
  const here = map.marks.get(kernel).get(row);
  const cells = [el("td", { class: "num" }, line ? String(line) : "")];
  for (let actor = 0; actor < actors; actor++) {
    const counts = here && here[0].find((each) => each[0] === actor);
    const cell = counts ? actorCell(map, kernel, row, counts) : el("td", { class: line ? "" : "gone" });
    map.cells.set(`${kernel.kernel} ${row} ${actor}`, cell);
    cells.push(cell);
  }
  const others = here ? here[1].map(([mark, number]) => `${number} ${map.shared.marks[mark]}`).join(" ") : "";
  cells.push(el("td", { class: others ? `m-${map.shared.marks[here[1][0][0]]}` : line ? "" : "gone" }, others));
  return cells;
}

function functionHead(map, row, width) {
  const [file, name] = map.shared.rows[row];
  return el("tr", { class: "fn" }, el("th", { scope: "colgroup", colspan: width },
    `${map.shared.texts[name]}() `, el("span", { class: "soft" }, map.shared.texts[file])));
}

function mapBody(map, data) {
  const body = el("tbody");
  const actors = data.actors.length;
  let before = null;
  for (const row of mapRows(map.shared, data)) {
    const [, name, text] = map.shared.rows[row];
    if (name !== before) body.append(functionHead(map, row, 1 + data.kernels.length * (actors + 2)));
    before = name;
    const plain = !data.kernels.some((kernel) => map.marks.get(kernel).has(row));
    body.append(el("tr", plain ? { class: "plain" } : {}, el("td", { class: "src" }, map.shared.texts[text].slice(0, 160)),
      ...data.kernels.flatMap((kernel) => kernelCells(map, kernel, row, actors))));
  }
  return body;
}

function mapHead(data) {
  const names = data.kernels.map((kernel) => el("th", { scope: "colgroup", colspan: data.actors.length + 2 }, kernel.name));
  const columns = data.kernels.flatMap(() => [
    el("th", { scope: "col" }, "line"),
    ...data.actors.map((name, actor) => el("th", { scope: "col", title: name }, LETTERS[actor])),
    el("th", { scope: "col" }, "no stop"),
  ]);
  return el("thead", {}, el("tr", {}, el("th", { scope: "col", rowspan: 2 }, "source"), ...names), el("tr", {}, ...columns));
}

// `pick(kernel, row, actor)` is called for a line that was clicked at.
function makeMap(shared, data, pick) {
  const map = { shared, pick, cells: new Map(), marks: new Map(), here: [] };
  for (const kernel of data.kernels) map.marks.set(kernel, new Map(kernel.map.map(([row, ...rest]) => [row, rest])));
  const legend = "Numbers are points of the line. ✕: a schedule that stopped the actor there failed (press it to see one). ✓: stopped there, nothing failed. " +
    "z: failing schedules in which it fell asleep there. No stop: atomic (never preemptible), beyond the bound, missed, refused by kprobes, or never passed. ◀ marks the stops of the schedule shown above.";
  const idle = data.kernels.filter((kernel) => kernel.not_entered.length).map((kernel) =>
    el("p", { class: "small soft" }, `Not entered on ${kernel.name}: ${kernel.not_entered.join(", ")}.`));
  const table = el("table", { class: "map code" }, mapHead(data), mapBody(map, data));
  const whole = el("input", { type: "checkbox" });
  const choose = () => table.classList.toggle("brief", !whole.checked);
  whole.checked = !matchMedia("(max-width: 40rem)").matches;
  whole.addEventListener("change", choose);
  choose();
  map.element = el("div", {}, el("p", { class: "small soft" }, legend),
    el("p", { class: "chooser small" }, el("label", {}, whole, " also lines without a point")),
    scrolling(`Window map of ${data.name}`, table), ...idle);
  return map;
}

function markStops(map, kernel, schedule) {
  for (const cell of map.here) cell.classList.remove("here");
  map.here = schedule.stops.map((stop) => map.cells.get(`${kernel.kernel} ${kernel.sourceOf(stop)} ${stop.actor}`)).filter(Boolean);
  for (const cell of map.here) cell.classList.add("here");
}
