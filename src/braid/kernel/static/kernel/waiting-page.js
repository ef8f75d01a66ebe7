// The page without a connection: it belongs to nobody until it has looked whose device this is now.
import { startWaiting } from "./waiting.js";

if ("serviceWorker" in navigator && window.indexedDB) {
  startWaiting();
  navigator.serviceWorker.ready.then((ready) => {
    ready.active.postMessage("send");
    window.addEventListener("online", () => ready.active.postMessage("send"));
  });
}
