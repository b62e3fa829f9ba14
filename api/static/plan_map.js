// The rounds of a plan on a map, read from the lists beside it: what the lists say is all the map knows. A stop pointed at
// in one lights up in the other.
import { frame, rings } from "./map.js";

const point = (text) => text.split(",").map(Number);
const MANY = 10;

// A tooltip takes a string as markup: dossier codes and names are words.
const plain = (words) => Object.assign(document.createElement("span"), { textContent: words });

// Returns what draws the lists' present content; the place looked at stays when it is drawn again.
export async function planMap(box, { chosen }) {
  const { L, map } = await frame(box);
  const ground = L.layerGroup().addTo(map);
  const layer = L.layerGroup().addTo(map);
  const doors = new Map();
  const ways = new Map();
  let isPlaced = false;

  function communes(board) {
    for (const row of board.querySelectorAll("[data-ring]")) {
      const n = Number(row.dataset.load);
      const kind = `commune ${n >= MANY ? "many" : n ? "some" : ""}`;
      L.polygon(rings(row.dataset.ring), { className: kind.trim() }).bindTooltip(plain(row.dataset.name), { sticky: true }).addTo(ground);
    }
  }

  function round(one) {
    const hue = [...one.classList].find((name) => name.startsWith("hue-"));
    const home = one.dataset.home ? [point(one.dataset.home)] : [];
    const stops = [...one.querySelectorAll("[data-stop][data-at]")].filter((stop) => stop.dataset.at);
    const way = [...home, ...stops.map((stop) => point(stop.dataset.at)), ...home];
    const line = L.polyline(way, { className: `way ${hue}` }).bindTooltip(plain(one.dataset.round), { sticky: true });
    ways.set(one, line.on("click", () => ((one.open = true), one.scrollIntoView({ block: "start" }))).addTo(layer));
    for (const stop of stops) door(stop, `door ${hue}`);
    return home;
  }

  function door(stop, className) {
    const drawn = L.circleMarker(point(stop.dataset.at), { radius: 6, className }).bindTooltip(plain(stop.dataset.says));
    doors.set(stop.dataset.stop, drawn.on("click", () => chosen(stop)).addTo(layer));
  }

  function draw(board) {
    for (const gone of [ground, layer]) gone.clearLayers();
    doors.clear();
    ways.clear();
    communes(board);
    const homes = [...board.querySelectorAll("[data-round]")].flatMap(round);
    for (const stop of board.querySelectorAll("[data-left-over][data-at]")) if (stop.dataset.at) door(stop, "left-over");
    for (const home of new Set(homes.map(String))) L.circleMarker(point(home), { radius: 8, className: "office" }).addTo(layer);
    const all = [...doors.values()].map((drawn) => drawn.getLatLng());
    if (!isPlaced) map.fitBounds(all.length ? L.latLngBounds(all).pad(0.05) : groundBounds(), { maxZoom: 15, animate: false });
    isPlaced = true;
  }

  const groundBounds = () => L.latLngBounds(ground.getLayers().map((cell) => cell.getBounds()));

  function light(one, isLit) {
    const drawn = one.dataset.stop ? doors.get(one.dataset.stop) : ways.get(one);
    drawn?.getElement()?.classList.toggle("lit", isLit);
    if (isLit) drawn?.bringToFront();
  }

  return { draw, light };
}
