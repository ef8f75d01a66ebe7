// How many forms wait to be sent, on every page; and on the page without a connection all of them, with what she wrote.
export async function startWaiting() {
  navigator.serviceWorker.addEventListener("message", (event) => { if (event.data === "queue") show(); });
  await show();
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
  const fields = Array.from(new URLSearchParams(entry.body));
  const texts = fields.filter(([name, value]) => value && !name.startsWith("_") && !["based_on", "fact", "unit"].includes(name) && value !== "on");
  return texts.map(([, value]) => value).join("\n\n");
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
