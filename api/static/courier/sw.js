// Keeps the app on the phone so that it opens without signal. VERSION and KEPT stand in the line above, by the server.
// A new version is fetched whole beside the old one and takes over when the app is closed: never half of each.
const CACHE = `tannha-courier-${VERSION}`;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches.open(CACHE).then((cache) => cache.addAll(KEPT.map((path) => new Request(path, { cache: "reload" })))),
  );
});

self.addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("tannha-courier-") && name !== CACHE;
  event.waitUntil(
    caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name)))),
  );
});

self.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const at = new URL(url);
  if (method !== "GET" || at.origin !== location.origin) return;
  if (mode === "navigate" && at.pathname !== "/courier/") return;
  const isEnglish = mode === "navigate" && at.searchParams.get("lang") === "en";
  const path = mode === "navigate" ? (isEnglish ? "/courier/?lang=en" : "/courier/") : at.pathname;
  if (!KEPT.includes(path)) return;
  event.respondWith(
    caches.open(CACHE).then(async (cache) => (await cache.match(path)) ?? fetch(event.request)),
  );
});
