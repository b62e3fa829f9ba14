// Keeps the app on the phone so that it opens without signal. VERSION, KEPT and LATER stand in a line above, by the server,
// and so do the modules that send acts; what is LATER, a map, is kept once somebody asked for it, and by every version from then on.
// A new version is fetched whole beside the old one and takes over when the app is closed: never half of each.
const CACHE = `tannha-courier-${VERSION}`;

const fetched = (path) => new Request(path, { cache: "reload" });
const ours = (name) => name.startsWith("tannha-courier-");
const old = (name) => ours(name) && name !== CACHE;

self.addEventListener("install", (event) => event.waitUntil(install()));

async function install() {
  const cache = await caches.open(CACHE);
  await cache.addAll(KEPT.map(fetched));
  // The map comes with the version it belongs to; where it cannot, the app works and asks for it with signal.
  const seen = await pathsSeen();
  if (LATER.some((path) => seen.has(path))) await cache.addAll(LATER.map(fetched)).catch(() => {});
}

async function pathsSeen() {
  const names = (await caches.keys()).filter(old);
  const found = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
  return new Set(found.flat().map((request) => new URL(request.url).pathname));
}

self.addEventListener("activate", (event) => {
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
  if (LATER.includes(path)) return event.respondWith(onceSeen(event.request, path));
  if (!KEPT.includes(path)) return;
  event.respondWith(
    caches.open(CACHE).then(async (cache) => (await cache.match(path)) ?? fetch(event.request)),
  );
});

async function onceSeen(request, path) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(path);
  if (kept) return kept;
  const answer = await fetch(request);
  // A version that waits for its turn was installed before the map was asked for: it keeps it too.
  if (answer.ok) await Promise.all((await caches.keys()).filter(ours).map((name) => put(name, path, answer.clone())));
  return answer;
}

async function put(name, path, answer) {
  await (await caches.open(name)).put(path, answer);
}

// Signal came back: what waits is sent also where no page of the app is open. A page that is seen sends by itself.
self.addEventListener("sync", (event) => event.tag === "tannha-send" && event.waitUntil(send()));

async function send() {
  const tabs = new BroadcastChannel("tannha-courier");
  const pages = await clients.matchAll({ type: "window", includeUncontrolled: true });
  const isSeen = ({ url, visibilityState }) => visibilityState === "visible" && new URL(url).pathname === "/courier/";
  if (pages.some(isSeen)) return tabs.postMessage("send");
  const outcome = await modules["courier/acts.js"].sendAll();
  tabs.postMessage("sent");
  if (outcome === "later") throw new Error("not all of it could be sent"); // the browser tries again
}
