// SPDX-License-Identifier: GPL-2.0-only
// One scenario's section: choosing a schedule, its diagram, the map and the grids, which all follow the choice.
"use strict";

const GRIDS = 8; // more than two actors make many

function option(value, text) {
  return el("option", { value }, text);
}

function filtersOf(kernel) {
  const kinds = [...new Set(kernel.failing.flatMap((one) => one.kinds))];
  const found = kernel.failing.length ? [["failing", kernel.failing]] : [];
  for (const kind of kinds) found.push([kind, kernel.failing.filter((one) => one.kinds.includes(kind))]);
  if (kernel.passing.length) found.push(["passed", kernel.passing]);
  return found;
}

function leftOut(kernel) {
  const [fail, pass] = kernel.left_out;
  const parts = [fail ? `${plural(fail, "failing schedule")}` : "", pass ? `${plural(pass, "passing schedule")}` : ""].filter(Boolean);
  return parts.length ? ` ${parts.join(" and ")} of ${kernel.name} left out here for size; results.json has them.` : "";
}

function makeChooser(view) {
  const { data } = view;
  view.kernels = el("select", {}, ...data.kernels.map((kernel, number) => option(number, kernel.name)));
  view.filters = el("select", {});
  view.names = el("select", { class: "names" });
  view.position = el("span", { class: "small soft", role: "status" });
  view.kernels.addEventListener("change", () => setKernel(view, data.kernels[Number(view.kernels.value)]));
  view.filters.addEventListener("change", () => setFilter(view, Number(view.filters.value)));
  view.names.addEventListener("change", () => show(view, Number(view.names.value)));
  return el("div", { class: "chooser" },
    labelled("Kernel", view.kernels), labelled("Show", view.filters), labelled("Schedule", view.names),
    button("Previous", () => step(view, -1)), button("Next", () => step(view, 1)), view.position);
}

function setKernel(view, kernel) {
  view.kernel = kernel;
  view.kernels.value = view.data.kernels.indexOf(kernel);
  view.found = filtersOf(kernel);
  view.filters.replaceChildren(...view.found.map(([name, list], number) => option(number, `${name} (${list.length.toLocaleString("en")})`)));
  if (view.found.length) setFilter(view, 0);
}

function setFilter(view, number, schedule) {
  view.filters.value = number;
  view.list = view.found[number][1];
  view.names.replaceChildren(...view.list.map((one, at) => option(at, view.kernel.title(one))));
  show(view, schedule ? view.list.indexOf(schedule) : 0);
}

function show(view, at) {
  view.at = at;
  view.names.value = at;
  view.position.textContent = `${(at + 1).toLocaleString("en")} of ${view.list.length.toLocaleString("en")}`;
  view.shown.replaceChildren(shownSchedule(view.shared, view.data, view.kernel, view.list[at]));
  if (view.map) markStops(view.map, view.kernel, view.list[at]);
}

function step(view, by) {
  show(view, (view.at + by + view.list.length) % view.list.length);
}

// From the map or a grid: the chooser follows.
function pick(view, kernel, schedule) {
  if (kernel !== view.kernel) setKernel(view, kernel);
  setFilter(view, view.found.findIndex(([, list]) => list.includes(schedule)), schedule);
  view.chooser.scrollIntoView({ block: "nearest" });
}

function pickLine(view, kernel, row, actor) {
  const there = (stop) => stop.actor === actor && kernel.sourceOf(stop) === row;
  const one = kernel.failing.find((schedule) => schedule.stops.some(there));
  if (one) pick(view, kernel, one);
}

function allGrids(view) {
  const groupOf = (grid) => `${grid.order} ${grid.down_actor} ${grid.across_actor}`;
  const all = view.data.kernels.flatMap((kernel) => kernel.grids.map((grid) => [kernel, grid]))
    .sort(([, one], [, other]) => groupOf(one).localeCompare(groupOf(other))); // stable: kernels side by side
  if (!all.length) return [];
  const drawn = all.slice(0, GRIDS).map(([kernel, grid]) =>
    makeGrid(view.shared, view.data, kernel, grid, (of, schedule) => pick(view, of, schedule)));
  const more = all.length - drawn.length;
  return [el("h3", {}, "All schedules of two stops"), el("div", { class: "grids" }, ...drawn),
    more ? el("p", { class: "small soft" }, `${more} more pairs of actors and start orders are not drawn.`) : ""];
}

// Fills a section that is opened for the first time.
async function fill(section, shared) {
  if (section.dataset.drawn) return;
  section.dataset.drawn = "1";
  const data = opened(await unpack(section.dataset.block), shared);
  const kernel = data.kernels.find((each) => each.failing.length) || data.kernels[0];
  if (!kernel) return;
  const view = { shared, data, shown: el("div", { class: "shown" }) };
  view.chooser = makeChooser(view);
  section.querySelector(".schedules").replaceChildren(view.chooser,
    el("p", { class: "small soft" }, ...data.kernels.map(leftOut)), view.shown);
  view.map = makeMap(shared, data, (of, row, actor) => pickLine(view, of, row, actor));
  section.querySelector(".lines").replaceChildren(el("h3", {}, "Window map"), view.map.element);
  section.querySelector(".pictures").replaceChildren(...allGrids(view));
  setKernel(view, kernel);
}
