// Maps are drawn by Leaflet, which is loaded when somebody first asks for one. Where no setting names a server of tiles,
// a map is points and lines on plain ground, true to scale: no server outside is asked for anything.
let loading = null;

function leaflet() {
  loading ??= Promise.all([style("leaflet.css"), script("leaflet.js")]).then(() => {
    window.L.Util.emptyImageUrl = new URL("empty.svg", import.meta.url).href; // else a tile that is let go asks for `data:`
    return window.L;
  });
  loading.catch(() => (loading = null)); // without signal: the next press tries again
  return loading;
}

const at = (name) => new URL(`../vendor/leaflet/${name}`, import.meta.url).href;
const script = (name) => added("script", { src: at(name) });
const style = (name) => added("link", { rel: "stylesheet", href: at(name) });

function added(tag, attributes) {
  const element = Object.assign(document.createElement(tag), attributes);
  return new Promise((done, failed) => {
    element.addEventListener("load", done);
    element.addEventListener("error", () => failed(new Error(`${tag} did not load`)));
    document.head.append(element);
  });
}

// Puts an empty map into a box. The box says where tiles come from (data-tiles, data-tiles-by) and what its buttons are
// called (data-nearer, data-farther). Returns Leaflet and its map; rejects where Leaflet cannot be loaded.
export async function frame(box) {
  const L = await leaflet();
  const { tiles, tilesBy, nearer, farther } = box.dataset;
  const map = L.map(box, { zoomControl: false, attributionControl: false, zoomSnap: 0.5, maxZoom: 19 });
  L.control.zoom({ zoomInTitle: nearer, zoomOutTitle: farther }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  if (tiles) {
    L.tileLayer(tiles, { maxZoom: 19 }).addTo(map);
    L.control.attribution({ prefix: false }).addAttribution(plain(tilesBy)).addTo(map);
  }
  return { L, map };
}

// Reads an area: rings between "|", each "lat,lon lat,lon …". Leaflet takes several polygons as a list of lists of rings.
export const rings = (text) => text.split("|").map((ring) => [ring.split(" ").filter(Boolean).map((one) => one.split(",").map(Number))]);

// Draws the communes a page lists as [data-ground] (data-says: the name) below what is there; returns all their corners.
export function drawGround(L, map) {
  const rows = [...document.querySelectorAll("[data-ground]")].filter((row) => row.dataset.ground);
  for (const row of rows) {
    L.polygon(rings(row.dataset.ground), { className: "commune" }).bindTooltip(words(row.dataset.says), { sticky: true }).addTo(map);
  }
  return rows.flatMap((row) => rings(row.dataset.ground).flat(2));
}

// Lets a person point at the middle of a map by Enter or the space bar; the arrow keys move the map. Escape is `left`.
export function pointByKeys(box, map, pointed, left = () => {}) {
  box.addEventListener("keydown", (event) => {
    if (event.target !== box) return;
    if (event.key === "Escape") left();
    if (!["Enter", " "].includes(event.key)) return;
    event.preventDefault();
    pointed(map.getCenter());
  });
}

// A tooltip takes a string as markup: names are words.
const words = (text) => Object.assign(document.createElement("span"), { textContent: text });

// Draws `points` ({lat, lon, text, title, tone, chosen}) and `lines` ({at: [[lat, lon]], tone}) into a box, all of them in
// sight; `tone` becomes the class `tone-<tone>`. Returns Leaflet's map.
export async function drawMap(box, { points, lines = [] }) {
  const { L, map } = await frame(box);
  const ground = drawGround(L, map);
  for (const line of lines) L.polyline(line.at, { className: `map-line tone-${line.tone}`, interactive: false }).addTo(map);
  for (const point of points) marker(L, point).addTo(map);
  const corners = [...points.map((point) => [point.lat, point.lon]), ...lines.flatMap((line) => line.at), ...ground];
  if (corners.length) map.fitBounds(L.latLngBounds(corners).pad(0.1), { maxZoom: 17, animate: false });
  return map;
}

function marker(L, { lat, lon, text, title, tone, chosen }) {
  const sign = document.createElement("span");
  sign.textContent = text;
  const icon = L.divIcon({ html: sign, className: `map-point tone-${tone}`, iconSize: [48, 48] });
  const made = L.marker([lat, lon], { icon, title, alt: title, keyboard: Boolean(chosen), interactive: Boolean(chosen) });
  return chosen ? made.on("click", chosen).on("keypress", (event) => event.originalEvent.key === "Enter" && chosen()) : made;
}

// Leaflet writes attributions as HTML.
function plain(text) {
  const line = document.createElement("span");
  line.textContent = text;
  return line.innerHTML;
}
