// SPDX-License-Identifier: GPL-2.0-only
// Elements from plain values. Text only ever becomes text: nothing here, or in the other files, parses markup.
"use strict";

const SVG = "http://www.w3.org/2000/svg";

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== ""));
  return element;
}

const el = (tag, attributes = {}, ...children) => filled(document.createElement(tag), attributes, children);
const svg = (tag, attributes = {}, ...children) => filled(document.createElementNS(SVG, tag), attributes, children);

function button(text, act, attributes = {}) {
  const made = el("button", { type: "button", ...attributes }, text);
  made.addEventListener("click", act);
  return made;
}

function labelled(text, control) {
  return el("label", {}, `${text} `, control);
}

// A region that scrolls sideways must be reachable by keyboard.
function scrolling(label, ...children) {
  return el("div", { class: "wide", tabindex: "0", role: "region", "aria-label": label }, ...children);
}

function plural(number, what) {
  return `${number.toLocaleString("en")} ${what}${number === 1 ? "" : "s"}`;
}

// Copies where the browser lets a page do so (a file may not be a secure context), else selects.
async function copy(element, told) {
  try {
    await navigator.clipboard.writeText(element.textContent);
    told.textContent = "copied";
  } catch {
    getSelection().selectAllChildren(element);
    told.textContent = "selected: press Ctrl-C";
  }
}

function withCopy(code) {
  const told = el("span", { class: "soft small", role: "status" });
  code.after(" ", button("Copy", () => copy(code, told), { class: "copy" }), " ", told);
}
