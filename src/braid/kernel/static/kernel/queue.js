// What waits to be sent, kept on this device: shared by pages and the service worker, so a plain script for old web views.
// An entry: {slot, who, url, what, body, at, state: "waiting" | "refused", status, said}. Its body is a list of [name, value], where a
// value is a text or a File; one that an earlier version kept is a text, as forms without files are sent.
(function (scope) {
  "use strict";
  // What other scripts keep on this device is hers too: another reader finds nothing of it.
  const reader = scope.document && scope.document.querySelector('meta[name="reader"]');
  if (reader && localStorage.getItem("reader") !== reader.content) {
    localStorage.clear();
    localStorage.setItem("reader", reader.content);
  }

  const NAME = "braid";
  const STORE = "queue";

  function opened() {
    return new Promise((resolve, reject) => {
      const asked = indexedDB.open(NAME, 1);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore(STORE, { keyPath: "slot" });
        asked.result.createObjectStore("words");
      };
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
  }

  async function within(store, mode, act) {
    const database = await opened();
    try {
      return await new Promise((resolve, reject) => {
        const work = database.transaction(store, mode);
        const request = act(work.objectStore(store));
        work.oncomplete = () => resolve(request.result);
        work.onabort = work.onerror = () => reject(work.error);
      });
    } finally {
      database.close();
    }
  }

  scope.braidQueue = {
    // Whose copies and entries these are: an opaque word from the server, other for each account and session round.
    who: () => within("words", "readonly", (store) => store.get("who")),
    setWho: (who) => within("words", "readwrite", (store) => store.put(who, "who")),
    all: () => within(STORE, "readonly", (store) => store.getAll()),
    get: (slot) => within(STORE, "readonly", (store) => store.get(slot)),
    put: (entry) => within(STORE, "readwrite", (store) => store.put(entry)),
    drop: (slot) => within(STORE, "readwrite", (store) => store.delete(slot)),
    clear: () => within(STORE, "readwrite", (store) => store.clear()),
    fieldsOf: (entry) => typeof entry.body === "string" ? Array.from(new URLSearchParams(entry.body)) : entry.body,
  };
})(self);
