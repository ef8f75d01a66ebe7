// What signed-in pages add: pickers, undo countdowns, copying, live parts, focus on the error summary. All work again after htmx swaps.
import { startCopy } from "./copy.js";
import { startLive } from "./live.js";
import { startOffline } from "./offline.js";
import { startPicker } from "./picker.js";
import { startUndo } from "./undo.js";

function start(root) {
  for (const picker of root.querySelectorAll("[data-picker]:not([data-started])")) startPicker(picker);
  for (const form of root.querySelectorAll("[data-undo]:not([data-started])")) startUndo(form);
  for (const button of root.querySelectorAll("[data-copy]:not([data-started])")) startCopy(button);
  for (const part of root.querySelectorAll("[data-live]:not([data-started])")) startLive(part);
  focusOn(root.querySelector("[data-focus]"));
}

function focusOn(element) {
  if (element) element.focus();
}

document.addEventListener("htmx:configRequest", (event) => {
  const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  if (token) event.detail.headers["X-CSRFToken"] = token[1];
});
start(document);
startOffline();

const PATIENCE = 3000; // milliseconds in which a second click is one click too many
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sending !== undefined) return event.preventDefault();
  form.dataset.sending = "";
  setTimeout(() => delete form.dataset.sending, PATIENCE);
});
document.addEventListener("toggle", (event) => {
  if (event.target.matches && event.target.matches(".switch[open]")) focusOn(event.target.querySelector("input[type=text]"));
}, true);
document.addEventListener("keydown", (event) => {
  const open = document.querySelector(".switch[open]");
  if (event.key === "Escape" && open) open.open = false;
});
document.addEventListener("htmx:load", (event) => start(event.detail.elt.parentElement || document));
