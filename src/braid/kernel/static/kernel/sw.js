// The service worker: pages from the network first and from their last copy without one, forms kept until they can be sent.
// The server puts `const BRAID = {...}` before this text (kernel.offline): addresses and the names of the files of this version.
// Plain ES2017: it runs in a web view of 2018.
"use strict";
importScripts(...BRAID.scripts);

const ASSETS = "assets-" + BRAID.version;
const PAGES = "pages-"; // followed by whose they are
const HASHED = /\.[0-9a-f]{12}\./;
const MOST_PAGES = 60;
const PATIENCE = 8000; // milliseconds after which a kept copy is shown instead of waiting on

self.addEventListener("install", (event) => {
  // Without cookies: the page for no connection is the same for everybody who uses this device.
  const wanted = BRAID.assets.concat(BRAID.offline).map((address) => new Request(address, { credentials: "omit" }));
  event.waitUntil(caches.open(ASSETS).then((cache) => cache.addAll(wanted)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const isOld = (name) => name.startsWith("assets-") && name !== ASSETS;
  event.waitUntil(dropCaches(isOld).then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const request = event.request;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.method === "GET" && url.pathname.startsWith(BRAID.static)) event.respondWith(asset(request));
  else if (request.mode === "navigate" && request.method === "GET") event.respondWith(page(event, url));
  else if (request.mode === "navigate" && request.method === "POST") event.respondWith(form(event, url));
});

self.addEventListener("message", (event) => {
  if (event.data === "send") event.waitUntil(sendAll());
  if (event.data === "wipe") event.waitUntil(wipe());
  if (event.data === "warm") event.waitUntil(warm());
});

self.addEventListener("sync", (event) => {
  if (event.tag === "send") event.waitUntil(sendAll());
});

// Files whose names hold their content's hash never change; of the others the last copy helps without a connection.
async function asset(request) {
  const kept = await caches.match(request);
  if (kept && HASHED.test(request.url)) return kept;
  try {
    const answer = await fetch(request);
    if (answer.ok) await keep(ASSETS, request, answer.clone());
    return answer;
  } catch (failed) {
    if (kept) return kept;
    throw failed;
  }
}

async function page(event, url) {
  const fresh = fetch(event.request).then(async (answer) => {
    await noteReader(answer, url);
    return answer;
  });
  const kept = await copyOf(event.request);
  try {
    return await (kept ? Promise.race([fresh, failAfter(PATIENCE)]) : fresh);
  } catch (failed) {
    fresh.catch(() => undefined);
    return kept ? marked(kept) : caches.match(BRAID.offline);
  }
}

function failAfter(time) {
  return new Promise((resolve, reject) => setTimeout(() => reject(new Error("slow")), time));
}

// Copies belong to whoever the page was made for; another reader, or nobody, wipes them before anything else is kept.
async function noteReader(answer, url) {
  const who = answer.headers.get("X-Reader");
  const signedOut = who === null && new URL(answer.url || url).pathname === BRAID.signIn;
  if (who === null && !signedOut) return;
  if (who) await belongTo(who);
  if (signedOut) await dropCaches((name) => name.startsWith(PAGES));
  if (who && answer.ok && answer.headers.get("X-Keep")) await keep(PAGES + who, url.pathname + url.search, answer.clone());
}

async function belongTo(who) {
  const before = await braidQueue.who();
  if (before && before !== who) await wipe();
  if (before !== who) await braidQueue.setWho(who);
}

async function copyOf(request) {
  const who = await braidQueue.who();
  const url = new URL(request.url);
  return who ? (await caches.open(PAGES + who)).match(url.pathname + url.search) : undefined;
}

async function keep(name, request, answer) {
  try {
    const cache = await caches.open(name);
    await cache.put(request, answer); // takes the older copy's place, at the end: the longest unread go first
    const all = await cache.keys();
    if (name !== ASSETS) await Promise.all(all.slice(0, -MOST_PAGES).map((old) => cache.delete(old)));
  } catch (full) {
    // no room on the device: an older copy stays, and what was asked for is shown all the same
  }
}

// A copy says that it is one: styles and scripts look for the mark.
async function marked(kept) {
  const text = (await kept.text()).replace("<html ", "<html data-kept ");
  return new Response(text, { headers: { "Content-Type": "text/html; charset=utf-8" } });
}

// A form that cannot be sent and carries a key is kept, and sent again when there is a connection.
async function form(event, url) {
  const again = event.request.clone();
  try {
    const answer = await fetch(event.request);
    await noteReader(answer, url);
    if (answer.type === "opaqueredirect") await dropOlder(again).catch(() => undefined);
    return answer;
  } catch (failed) {
    return keepForm(again, url);
  }
}

async function keepForm(request, url) {
  try {
    const fields = await request.formData();
    const who = await braidQueue.who();
    if (!who || !fields.get("_key")) return caches.match(BRAID.offline);
    const body = Array.from(fields).filter(([name, value]) => name !== "csrfmiddlewaretoken" && !isNoFile(value));
    await braidQueue.put({ slot: fields.get("_slot") || fields.get("_key"), who, url: url.pathname + url.search, what: fields.get("_what"), body, at: Date.now(), state: "waiting" });
  } catch (full) { // no room on the device: she stays on her page, where all of it still stands, and hears why
    await tellPages("not-kept");
    return new Response(null, { status: 204 });
  }
  if (self.registration.sync) self.registration.sync.register("send").catch(() => undefined);
  return Response.redirect(BRAID.offline, 303);
}

// What a browser sends where no file was chosen.
function isNoFile(value) {
  return typeof value !== "string" && !value.size && !value.name;
}

// What she did now takes the place of what she wrote about the same thing and could not send.
async function dropOlder(request) {
  const slot = (await request.formData()).get("_slot");
  if (!slot || !await braidQueue.get(slot)) return;
  await braidQueue.drop(slot);
  await tellPages();
}

let sending = Promise.resolve(); // one after the other, however many pages ask; who asks while one fails is not forgotten

function sendAll() {
  sending = sending.then(sendEach).then(() => tellPages(), () => undefined);
  return sending;
}

async function sendEach() {
  const waiting = (await braidQueue.all()).filter((entry) => entry.state === "waiting");
  if (!waiting.length) return;
  const pass = await passNow();
  waiting.sort((one, other) => one.at - other.at);
  for (const entry of waiting) {
    if (entry.who === pass.who && !(await sent(entry, pass.token))) return;
  }
}

// Who is signed in now, and a fresh token for forms.
async function passNow() {
  return (await fetch(BRAID.pass, { credentials: "same-origin", cache: "no-store" })).json();
}

// Whether to go on with the next: not when the network failed again or the server is overloaded.
async function sent(entry, token) {
  const headers = { "X-CSRFToken": token, "X-Offline": "1" };
  const answer = await fetch(entry.url, { method: "POST", headers, body: bodyOf(entry), credentials: "same-origin", redirect: "manual" });
  if (answer.status >= 500 || answer.status === 429) return false;
  const now = await braidQueue.get(entry.slot);
  if (!now || now.at !== entry.at) return true; // written again meanwhile: the newer one is sent next time
  if (answer.ok || answer.type === "opaqueredirect") await braidQueue.drop(entry.slot);
  else await braidQueue.put(Object.assign(entry, { state: "refused", status: answer.status, said: await wordsOf(answer) }));
  return true;
}

function bodyOf(entry) {
  const fields = braidQueue.fieldsOf(entry);
  if (fields.every(([, value]) => typeof value === "string")) return new URLSearchParams(fields);
  const body = new FormData();
  for (const [name, value] of fields) body.append(name, value);
  return body;
}

async function wordsOf(answer) {
  const type = answer.headers.get("Content-Type") || "";
  return type.startsWith("application/problem+json") ? (await answer.json()).title : "";
}

async function tellPages(what = "queue") {
  for (const client of await self.clients.matchAll()) client.postMessage(what);
}

// The pages she needs first, once for each reader.
async function warm() {
  const pass = await passNow();
  if (!pass.who) return;
  await belongTo(pass.who);
  const cache = await caches.open(PAGES + pass.who);
  for (const address of BRAID.warm) {
    if (await cache.match(address)) continue;
    const answer = await fetch(address, { credentials: "same-origin" });
    await noteReader(answer, new URL(address, self.location.origin));
  }
}

async function wipe() {
  await dropCaches((name) => name.startsWith(PAGES));
  await braidQueue.clear();
  await braidQueue.setWho("");
  await tellPages();
}

async function dropCaches(isMeant) {
  const names = await caches.keys();
  return Promise.all(names.filter(isMeant).map((name) => caches.delete(name)));
}
