// SPDX-License-Identifier: GPL-2.0-only
// One schedule: a column for each actor, top to bottom as it happened. The same table as in report.html.j2.
"use strict";

function diagramRow(data, row, actors) {
  const [actor, kind, depth, text, where, source, steps] = row;
  const word = el("span", steps ? { title: `${steps} more` } : {}, data.texts[text]);
  const notes = [where, source].filter((number) => data.texts[number]);
  const cell = el("div", { class: `d${Math.min(depth, 8)}` }, word,
    ...notes.map((number) => el("span", { class: "at" }, data.texts[number])));
  const cells = actors.map((_, number) => el("td", {}, number === actor ? cell : ""));
  return el("tr", { class: data.row_kinds[kind] }, ...cells);
}

function diagramOf(data, schedule, title) {
  const head = data.actors.map((name, number) => el("th", { scope: "col" }, `${LETTERS[number]}: ${name}`));
  const rows = schedule.parts.flatMap((part) => data.parts[part]).map((row) => diagramRow(data, data.rows[row], data.actors));
  return scrolling(`Interleaving ${title}`,
    el("table", { class: "il code" }, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...rows)));
}

// All that is known of a schedule without a trace.
function stopsOf(shared, kernel, schedule) {
  const stops = schedule.stops.map((stop) => {
    const row = kernel.sourceOf(stop);
    return el("li", {}, `${LETTERS[stop.actor]} is preempted at `, el("code", {}, kernel.stopText(stop)),
      row < 0 ? "" : ` ${whereOf(shared, kernel, row)} `, el("code", {}, textOf(shared, row)));
  });
  const why = schedule.told.length ? "No trace was kept of it." : "It passed; a run keeps no trace of what passes, and the line below draws it.";
  return el("div", {}, el("p", {}, `${schedule.order.split("").join(", then ")} start in this order. ${why}`), el("ol", {}, ...stops));
}

function shownSchedule(shared, data, kernel, schedule) {
  const title = kernel.title(schedule);
  const typed = shared.kernels[kernel.kernel].typed;
  const replay = el("code", { class: "line", tabindex: "0" }, `./lab replay ${shared.run} '${title}' --scenario ${data.name} --kernel ${typed}`);
  const line = el("p", { class: "small" }, "Replay: ", replay);
  withCopy(replay);
  const told = schedule.told.map((text) => el("li", {}, text));
  return el("div", {},
    el("p", {}, el("b", {}, kernel.name), " ", el("code", {}, title)),
    told.length ? el("ul", { class: "small" }, ...told) : "",
    schedule.parts.length ? diagramOf(data, schedule, title) : stopsOf(shared, kernel, schedule),
    line);
}
