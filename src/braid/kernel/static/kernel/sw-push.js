// The part of the service worker that shows notifications: a title, and the page it leads to. sw.js imports it.
self.addEventListener("push", (event) => {
  const told = event.data ? event.data.json() : {};
  const options = { tag: told.tag, data: { path: told.path || "/" }, icon: "/static/kernel/icon.svg", badge: "/static/kernel/icon.svg" };
  event.waitUntil(self.registration.showNotification(told.title || "Braid", options));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const address = new URL(event.notification.data.path, self.location.origin);
  if (address.origin !== self.location.origin) return;
  event.waitUntil(
    self.clients.matchAll({ type: "window" }).then((open) => {
      const here = open.find((one) => new URL(one.url).pathname === address.pathname);
      return here ? here.focus() : self.clients.openWindow(address.href);
    }),
  );
});
