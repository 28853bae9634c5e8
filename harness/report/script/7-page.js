// SPDX-License-Identifier: GPL-2.0-only
// The whole page: sections that are filled when they are opened, the filter over the table, lines to copy.
"use strict";

function filterTable(field, failingOnly) {
  const words = field.value.toLowerCase();
  for (const row of document.querySelectorAll("tr[data-scenario]")) {
    const fits = row.dataset.scenario.includes(words) && (!failingOnly.checked || row.dataset.failed);
    row.hidden = !fits;
  }
}

function makeFilter() {
  const field = el("input", { type: "search", autocomplete: "off", spellcheck: "false" });
  const failingOnly = el("input", { type: "checkbox" });
  for (const each of [field, failingOnly]) each.addEventListener("input", () => filterTable(field, failingOnly));
  return el("p", { class: "chooser" }, labelled("Scenario", field), el("label", {}, failingOnly, " only where something failed"));
}

function openNamed() {
  const section = location.hash && document.getElementById(location.hash.slice(1));
  const details = section && section.querySelector("details.scenario");
  if (details && !details.open) {
    details.open = true;
    section.scrollIntoView();
  }
}

async function begin() {
  for (const code of document.querySelectorAll("code.line")) withCopy(code);
  document.querySelector("table.cells").before(makeFilter());
  const shared = await unpack("shared");
  const sections = [...document.querySelectorAll("details.scenario")];
  const drawn = (section) => fill(section, shared);
  for (const section of sections) {
    section.addEventListener("toggle", () => section.open && drawn(section));
    if (section.open) await drawn(section);
  }
  const all = button("Open all", async () => {
    for (const section of sections) section.open = true;
    await Promise.all(sections.map(drawn));
  });
  document.querySelector(".filter-end").append(all);
  addEventListener("hashchange", openNamed);
  addEventListener("beforeprint", () => { for (const section of sections) section.open ||= Boolean(section.dataset.failed); });
  openNamed();
  document.documentElement.dataset.ready = "1";
}

begin().catch((error) => {
  document.querySelector("main").prepend(el("p", { role: "alert" }, `This browser cannot draw the interactive parts: ${error.message}.`));
});
