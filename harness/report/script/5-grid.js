// SPDX-License-Identifier: GPL-2.0-only
// All schedules of two stops as a picture: down, where the first actor was stopped; across, the other. Each outcome has a
// colour and a sign, so that neither is needed to tell it.
"use strict";

const TONES = [ // what tells most first: a schedule that fails in several ways shows that one
  ["fault", ["sigbus", "oom", "error", "poisoned"]],
  ["stuck", ["hang", "spin"]],
  ["loss", ["stale-read", "mismatch", "lost-store", "lost-bytes", "not-durable"]],
  ["tags", ["tags"]],
  ["log", ["warn", "oops"]],
];
const SIGN = { // strokes in a square of 1 by 1
  fault: "m.2 .2l.6 .6m0-.6l-.6 .6", loss: "m.2 .8l.6-.6", tags: "m.5 .2v.6m-.3-.3h.6", log: "m.5 .2v.6", stuck: "m.2 .5h.6",
};
const MEANING = { passed: "passed", fault: "SIGBUS or error", loss: "wrong or lost data", stuck: "stuck", tags: "tags only", log: "kernel log only", none: "not run" };
const LEFT = 150, TOP = 120, LEAST_LABEL = 11;

function toneOf(schedule) {
  if (!schedule) return "none";
  if (!schedule.kinds.length) return "passed";
  return TONES.find(([, kinds]) => kinds.some((kind) => schedule.kinds.includes(kind)))[0];
}

function axisOf(flat) {
  const places = [];
  for (let i = 0; i < flat.length; i += 2) places.push({ place: flat[i], visit: flat[i + 1] });
  return places;
}

const keyOf = (first, second) => `${first.place}.${first.visit} ${second.place}.${second.visit}`;

function schedulesOf(kernel, grid) {
  const found = new Map();
  for (const one of [...kernel.failing, ...kernel.passing]) {
    const [first, second] = one.stops;
    if (one.stops.length === 2 && one.order === grid.order && first.actor === grid.down_actor && second.actor === grid.across_actor)
      found.set(keyOf(first, second), one);
  }
  return found;
}

// Stretches of an axis in one function: name, first square, length.
function bandsOf(data, kernel, axis) {
  const bands = [];
  axis.forEach(({ place }, at) => {
    const name = data.texts[kernel.places[place][0]];
    if (bands.length && bands[bands.length - 1].name === name) bands[bands.length - 1].length++;
    else bands.push({ name, at, length: 1 });
  });
  return bands;
}

function squares(view) {
  const fill = {}, sign = {};
  view.down.forEach((first, y) => view.across.forEach((second, x) => {
    const tone = toneOf(view.schedules.get(keyOf(first, second)));
    view.counts[tone] = (view.counts[tone] || 0) + 1;
    if (tone === "none") return;
    fill[tone] = `${fill[tone] || ""}M${x} ${y}h1v1h-1z`;
    if (SIGN[tone]) sign[tone] = `${sign[tone] || ""}M${x} ${y}${SIGN[tone]}`;
  }));
  return [
    ...Object.entries(fill).map(([tone, d]) => svg("path", { class: `t-${tone}`, d })),
    ...Object.entries(sign).map(([, d]) => svg("path", { class: "sign", d })),
  ];
}

function labels(bands, size, down) {
  const marks = [];
  for (const { name, at, length } of bands) {
    const start = at * size, middle = start + (length * size) / 2;
    marks.push(svg("path", { class: "tick", d: down ? `M-8 ${start}H0` : `M${start} -8V0` }));
    if (length * size < LEAST_LABEL) continue;
    const short = name.length > 22 ? `${name.slice(0, 21)}…` : name;
    const turn = down ? `translate(-6 ${middle + 3})` : `translate(${middle + 3} -6) rotate(-90)`;
    marks.push(svg("text", { class: "label", transform: turn, "text-anchor": down ? "end" : "start" }, short));
  }
  return marks;
}

function legendOf(counts) {
  return Object.entries(MEANING).filter(([tone]) => counts[tone]).flatMap(([tone, meaning]) => [
    svg("svg", { class: "key", viewBox: "0 0 1 1", "aria-hidden": "true" },
      svg("path", { class: `t-${tone}`, d: "M0 0h1v1h-1z" }), svg("path", { class: "sign", d: `M0 0${SIGN[tone] || ""}` })),
    `${counts[tone].toLocaleString("en")} ${meaning}  `,
  ]);
}

function tell(view) {
  const first = view.down[view.y], second = view.across[view.x];
  const schedule = view.schedules.get(keyOf(first, second));
  const stop = (each, actor) => `${view.kernel.stopText({ ...each, actor })} ${whereOf(view.shared, view.kernel, view.kernel.sourceOf(each))}`;
  const what = !schedule ? "not run" : schedule.kinds.length ? schedule.kinds.join(", ") : "passed";
  view.status.textContent = `${what}: ${stop(first, view.grid.down_actor)}; then ${stop(second, view.grid.across_actor)}`;
  view.cursor.setAttribute("x", view.x);
  view.cursor.setAttribute("y", view.y);
  view.cursor.setAttribute("visibility", "visible");
}

function moved(view, key) {
  const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
  if (step) [view.x, view.y] = [view.x + step[0], view.y + step[1]];
  else if (key === "Home") view.x = 0;
  else if (key === "End") view.x = view.across.length - 1;
  else return false;
  view.x = Math.min(Math.max(view.x, 0), view.across.length - 1);
  view.y = Math.min(Math.max(view.y, 0), view.down.length - 1);
  return true;
}

function listen(view, field, pick) {
  const chosen = () => {
    const schedule = view.schedules.get(keyOf(view.down[view.y], view.across[view.x]));
    if (schedule) pick(view.kernel, schedule);
  };
  const at = (event) => {
    const box = field.getBoundingClientRect();
    view.x = Math.min(Math.max(Math.floor((event.clientX - box.left - LEFT) / view.size), 0), view.across.length - 1);
    view.y = Math.min(Math.max(Math.floor((event.clientY - box.top - TOP) / view.size), 0), view.down.length - 1);
    tell(view);
  };
  field.addEventListener("pointermove", at);
  field.addEventListener("click", (event) => { at(event); chosen(); });
  field.addEventListener("focus", () => tell(view));
  field.addEventListener("keydown", (event) => {
    if (moved(view, event.key)) tell(view);
    else if (event.key === "Enter" || event.key === " ") chosen();
    else return;
    event.preventDefault();
  });
}

function makeGrid(shared, data, kernel, grid, pick) {
  const down = axisOf(grid.down), across = axisOf(grid.across);
  const size = Math.min(14, Math.max(6, Math.floor(420 / across.length)));
  const view = { shared, kernel, grid, down, across, size, counts: {}, x: 0, y: 0, schedules: schedulesOf(kernel, grid) };
  view.cursor = svg("rect", { class: "cursor", width: 1, height: 1, visibility: "hidden" });
  view.status = el("p", { class: "small status", role: "status" }, "Point at a square, or move with the arrow keys; Enter shows the schedule.");
  const width = LEFT + size * across.length + 2, height = TOP + size * down.length + 2;
  const name = `start ${grid.order}, ${LETTERS[grid.down_actor]} stopped (down), then ${LETTERS[grid.across_actor]} (across)`;
  const field = svg("svg", { class: "grid", width, height, viewBox: `${-LEFT} ${-TOP} ${width} ${height}`, tabindex: "0", role: "application",
    "aria-roledescription": "grid of schedules", "aria-label": `${kernel.name}, ${name}: ${down.length} by ${across.length}; arrow keys move, Enter shows the schedule` },
    svg("rect", { class: "t-none", width: size * across.length, height: size * down.length }),
    svg("g", { transform: `scale(${size})` }, ...squares(view), view.cursor),
    ...labels(bandsOf(data, kernel, down), size, true), ...labels(bandsOf(data, kernel, across), size, false));
  listen(view, field, pick);
  return el("figure", {}, el("figcaption", {}, el("b", {}, kernel.name), ` ${name}: `, ...legendOf(view.counts)),
    scrolling(`Grid of ${kernel.name}, ${name}`, field), view.status);
}
