// SPDX-License-Identifier: GPL-2.0-only
// Reads what harness/report/data.py packed.
"use strict";

const LETTERS = "ABCD";

async function unpack(id) {
  const bytes = Uint8Array.from(atob(document.getElementById(id).textContent.trim()), (c) => c.charCodeAt(0));
  const inflated = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return JSON.parse(await new Response(inflated).text());
}

// Actors as digits to base 4, led by a 1.
function orderOf(number) {
  let order = "";
  for (; number > 1; number >>= 2) order = LETTERS[number & 3] + order;
  return order;
}

// One schedule of a flat list, and where the next begins: order, number of stops, three numbers a stop.
function scheduleAt(flat, at) {
  const stops = [];
  const end = at + 2 + 3 * flat[at + 1];
  for (let i = at + 2; i < end; i += 3) stops.push({ actor: flat[i], place: flat[i + 1], visit: flat[i + 2] });
  return [{ order: orderOf(flat[at]), stops }, end];
}

function failing(data, kernel) {
  return kernel.fail.map(([flat, kinds, told, parts]) => ({
    ...scheduleAt(flat, 0)[0],
    kinds: data.kinds[kinds],
    told: told.map((text) => data.texts[text]),
    parts,
  }));
}

function passing(kernel) {
  const found = [];
  for (let at = 0, one; at < kernel.pass.length; ) {
    [one, at] = scheduleAt(kernel.pass, at);
    found.push({ ...one, kinds: [], told: [], parts: [] });
  }
  return found;
}

const ATOMIC = 1 << 16; // of harness/report/grid.py
const markOf = (visit) => (visit < 0 ? "^" : visit > ATOMIC ? "!" : "");

// `data` with schedules in place of numbers; `shared` is what all scenarios have in common.
function opened(data, shared) {
  for (const kernel of data.kernels) {
    kernel.name = shared.kernels[kernel.kernel].name;
    kernel.failing = failing(data, kernel);
    kernel.passing = passing(kernel);
    kernel.stopText = (stop) => {
      const [text, offset] = kernel.places[stop.place];
      return `${LETTERS[stop.actor]}@${data.texts[text]}+0x${offset.toString(16)}#${Math.abs(stop.visit) % ATOMIC}${markOf(stop.visit)}`;
    };
    kernel.title = (schedule) => [schedule.order, ...schedule.stops.map(kernel.stopText)].join(" ");
    kernel.sourceOf = (stop) => kernel.places[stop.place][2];
  }
  return data;
}

// "fs/dax.c:1713" of a source row on one kernel, "" where nothing is known.
function whereOf(shared, kernel, row) {
  if (row < 0) return "";
  const [file, , , ...lines] = shared.rows[row];
  const line = lines[kernel.kernel];
  return line ? `${shared.texts[file]}:${line}` : shared.texts[file];
}

const textOf = (shared, row) => (row < 0 ? "" : shared.texts[shared.rows[row][2]].trim());
