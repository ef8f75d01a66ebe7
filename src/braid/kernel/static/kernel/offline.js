// What signed-in pages do with the service worker: start it, mark forms that may wait, say how many do, wipe at sign-out.
import { startWaiting } from "./waiting.js";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

export async function startOffline() {
  if (!("serviceWorker" in navigator) || !window.indexedDB || !window.braidQueue) return;
  for (const form of document.querySelectorAll('form[action$="/logout/"]')) form.addEventListener("submit", signOut);
  for (const form of document.querySelectorAll("form[data-offline]")) await startForm(form);
  await startWaiting();
  await navigator.serviceWorker.register("/sw.js");
  const ready = await navigator.serviceWorker.ready;
  ready.active.postMessage("send");
  ready.active.postMessage("warm");
  window.addEventListener("online", () => ready.active.postMessage("send"));
}

// A form that may wait carries a key, so that it is done once however often it is sent, and what it is about.
async function startForm(form) {
  add(form, "_key", newKey());
  add(form, "_what", form.dataset.offline);
  if (!form.dataset.offlineSlot) return;
  add(form, "_slot", form.dataset.offlineSlot);
  if ("offlineAnswered" in form.dataset) return; // the page shows what she sent just now, and what is wrong with it
  const touched = new Set();
  form.addEventListener("input", (event) => touched.add(event.target.name));
  const kept = await window.braidQueue.get(form.dataset.offlineSlot);
  if (!kept || kept.who !== await window.braidQueue.who()) return;
  fill(form, window.braidQueue.fieldsOf(kept), touched);
  const note = document.querySelector("[data-offline-note]");
  if (note) note.hidden = false;
}

// What she has `touched` stays: she may have begun to write while it was looked up.
function fill(form, fields, touched) {
  for (const box of form.querySelectorAll("input[type=checkbox]")) {
    if (!touched.has(box.name)) box.checked = fields.some(([name, value]) => name === box.name && value === box.value);
  }
  for (const [name, value] of fields) {
    const field = form.elements[name];
    if (!field || name.startsWith("_") || field.type === "checkbox" || touched.has(name)) continue;
    const isFile = typeof value !== "string";
    if (isFile !== (field.type === "file")) continue;
    if (isFile) putFile(form, field, value);
    else field.value = value;
  }
}

// The file that waits is chosen again for her; an old browser cannot do that, so the page says that there is one.
function putFile(form, field, file) {
  try {
    const carrier = new DataTransfer();
    carrier.items.add(file);
    field.files = carrier.files;
  } catch (failed) {
    // not in this browser
  }
  const note = form.querySelector('[data-kept-file="' + field.name + '"]');
  if (!note || field.files.length) return;
  note.textContent = note.textContent.replace("{name}", file.name);
  note.hidden = false;
}

function add(form, name, value) {
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = name;
  field.value = value;
  form.append(field);
}

function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(24)), (number) => LETTERS[number % LETTERS.length]).join("");
}

// Nothing of hers stays on the device; what was not sent yet is thrown away only when she says so.
async function signOut(event) {
  const form = event.target;
  event.preventDefault();
  const waiting = await window.braidQueue.all();
  const words = document.querySelector("[data-waiting]").dataset.lost;
  if (waiting.length && !window.confirm(words)) return delete form.dataset.sending;
  localStorage.clear();
  await window.braidQueue.clear();
  await window.braidQueue.setWho("");
  for (const name of await caches.keys()) await caches.delete(name);
  form.submit();
}
