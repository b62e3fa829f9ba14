// Answers for the tracking page without signal. VERSION and KEPT stand in the line above, by the server.
// Nothing of anybody is kept: pages with an item on them always come from the network, or not at all.
const CACHE = `tannha-track-${VERSION}`;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches.open(CACHE).then((cache) => cache.addAll(KEPT.map((path) => new Request(path, { cache: "reload" })))),
  );
});

self.addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("tannha-track-") && name !== CACHE;
  event.waitUntil(
    caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name)))),
  );
});

self.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const at = new URL(url);
  if (method !== "GET" || at.origin !== location.origin) return;
  if (mode !== "navigate" && !KEPT.includes(at.pathname)) return;
  const kept = mode === "navigate" ? KEPT[0] : at.pathname;
  event.respondWith(
    fetch(event.request).catch(() => caches.open(CACHE).then((cache) => cache.match(kept))),
  );
});
