// A map of the communes, and of the roads closed already where a form beside it closes roads. In a form that is folded up
// the map is made when somebody first opens it.
import { drawGround, frame } from "./map.js";
import { drawRoads, road } from "./roads.js";

const points = (text) => text.split(" ").filter(Boolean).map((point) => point.split(",").map(Number));
const plain = (words) => Object.assign(document.createElement("span"), { textContent: words });
const box = document.querySelector("[data-road-map]");
const holder = box?.closest("details");

async function start() {
  const { L, map } = await frame(box);
  const ground = drawGround(L, map);
  if (ground.length) map.fitBounds(L.latLngBounds(ground), { animate: false });
  for (const row of document.querySelectorAll("[data-road]")) {
    road(L, map, points(row.dataset.road)).bindTooltip(plain(row.dataset.says));
  }
  const fields = document.querySelector("[data-road-form]");
  if (fields) drawRoads(L, map, fields);
}

if (holder && !holder.open) holder.addEventListener("toggle", start, { once: true });
else if (box) start();
