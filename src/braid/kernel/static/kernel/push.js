// Lets a person choose, on the page "How I am told", to be notified on this device. Without it the page says how else.
const box = document.querySelector("[data-push]");
const part = (name) => box.querySelector(`[data-push-${name}]`);
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function worker() {
  return (await navigator.serviceWorker.getRegistration("/")) || navigator.serviceWorker.register("/sw.js");
}

async function say(address, values) {
  const body = new URLSearchParams({ csrfmiddlewaretoken: box.querySelector("[name=csrfmiddlewaretoken]").value, ...values });
  const answer = await fetch(address, { method: "POST", body });
  if (!answer.ok) throw new Error(answer.status);
  location.reload();
}

async function subscribe() {
  if ((await Notification.requestPermission()) !== "granted") return show(null);
  await worker();
  const ready = await navigator.serviceWorker.ready;
  const made = await ready.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(box.dataset.key) });
  await say(box.dataset.subscribe, { endpoint: made.endpoint, p256dh: text(made.getKey("p256dh")), auth: text(made.getKey("auth")) });
}

async function unsubscribe() {
  const made = await (await worker()).pushManager.getSubscription();
  if (made) await made.unsubscribe();
  await say(box.dataset.unsubscribe, { endpoint: made ? made.endpoint : "" });
}

function show(made) {
  const blocked = Notification.permission === "denied";
  part("none").hidden = true;
  part("blocked").hidden = !blocked;
  part("on").hidden = blocked || Boolean(made);
  part("off").hidden = !made;
}

if (box && "serviceWorker" in navigator && "PushManager" in window && "Notification" in window) {
  part("on").addEventListener("click", subscribe);
  part("off").addEventListener("click", unsubscribe);
  worker()
    .then((found) => found.pushManager.getSubscription())
    .then(show)
    .catch(() => {});
}
