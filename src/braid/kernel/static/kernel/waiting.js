// How many forms wait to be sent, on every page; and on the page without a connection all of them, with what she wrote.
export async function startWaiting() {
  navigator.serviceWorker.addEventListener("message", (event) => {
    if (event.data === "queue") show();
    if (event.data === "not-kept") showNotKept();
  });
  await show();
}

function showNotKept() {
  const words = document.querySelector("[data-not-kept]");
  if (!words) return;
  words.hidden = false;
  words.focus();
}

async function show() {
  const who = await window.braidQueue.who();
  const entries = (await window.braidQueue.all()).filter((entry) => entry.who === who).sort((one, other) => one.at - other.at);
  for (const badge of document.querySelectorAll("[data-waiting]")) showCount(badge, entries);
  const list = document.querySelector("[data-waiting-list]");
  if (list) showAll(list, entries);
}

function showCount(badge, entries) {
  const refused = entries.filter((entry) => entry.state === "refused").length;
  const words = refused ? badge.dataset.refused : badge.dataset.many;
  badge.hidden = !entries.length;
  badge.querySelector("a").textContent = words.replace("{n}", refused || entries.length);
}

function showAll(list, entries) {
  const template = document.querySelector("[data-waiting-entry]");
  document.querySelector("[data-waiting-none]").hidden = entries.length > 0;
  list.textContent = "";
  for (const entry of entries) list.append(filled(template, entry));
}

function filled(template, entry) {
  const item = document.importNode(template.content, true).firstElementChild;
  const part = (name) => item.querySelector("[data-" + name + "]");
  part("what").textContent = entry.what || entry.url;
  part("open").href = entry.url.replace(/answer\/$/, "");
  part("at").textContent = new Date(entry.at).toLocaleString(document.documentElement.lang);
  for (const state of item.querySelectorAll("[data-state]")) state.hidden = state.dataset.state !== wordsFor(entry);
  part("said").textContent = entry.said || "";
  part("wrote").value = written(entry);
  part("wrote").hidden = !part("wrote").value;
  part("files").hidden = !filesOf(entry);
  part("file-names").textContent = filesOf(entry);
  part("copy-text").hidden = !part("wrote").value;
  part("copy-text").addEventListener("click", () => { part("wrote").select(); document.execCommand("copy"); });
  part("again").addEventListener("click", () => again(entry));
  part("discard").addEventListener("click", () => discard(entry));
  return item;
}

// Which of the page's sentences says how it stands.
function wordsFor(entry) {
  if (entry.state === "waiting") return "waiting";
  return ["403", "404", "409", "422"].includes(String(entry.status)) ? String(entry.status) : "other";
}

// Her own words: texts, not the marks and choices that go along.
function written(entry) {
  const fields = window.braidQueue.fieldsOf(entry).filter(([, value]) => value && typeof value === "string");
  const texts = fields.filter(([name, value]) => !name.startsWith("_") && !["based_on", "fact", "unit"].includes(name) && value !== "on");
  return texts.map(([, value]) => value).join("\n\n");
}

function filesOf(entry) {
  const files = window.braidQueue.fieldsOf(entry).filter(([, value]) => typeof value !== "string");
  return files.map(([, file]) => file.name).join(", ");
}

async function again(entry) {
  await window.braidQueue.put(Object.assign(entry, { state: "waiting" }));
  const ready = await navigator.serviceWorker.ready;
  ready.active.postMessage("send");
  await show();
}

async function discard(entry) {
  if (!window.confirm(document.querySelector("[data-waiting-list]").dataset.sure)) return;
  await window.braidQueue.drop(entry.slot);
  await show();
}
