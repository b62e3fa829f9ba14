// The flood page: communes are chosen on the map or in the list, which are one; a closed road is drawn by two points.
import { frame, rings } from "./map.js";
import { drawRoads, road } from "./roads.js";

const board = document.querySelector("[data-board]");
const form = document.querySelector("[data-cut]");
const points = (text) => text.split(" ").filter(Boolean).map((point) => point.split(",").map(Number));
const plain = (words) => Object.assign(document.createElement("span"), { textContent: words });
const box = (code) => form?.querySelector(`[name="commune"][value="${CSS.escape(code)}"]`);

const { L, map } = await frame(document.querySelector("[data-map]"));
const areas = new Map();
let isDrawing = false; // a road: the communes below let its points be
const rows = [...board.querySelectorAll("[data-commune]")];
map.fitBounds(L.latLngBounds(rows.flatMap((row) => rings(row.dataset.ring).flat(2))), { animate: false });

for (const row of rows) {
  const code = row.dataset.commune;
  const area = L.polygon(rings(row.dataset.ring), { className: "commune" });
  area.bindTooltip(plain(row.dataset.says), { sticky: true }).addTo(map);
  area.getElement().classList.toggle("closed", "closed" in row.dataset);
  area.getElement().classList.toggle("free", Boolean(box(code)));
  area.on("click", (event) => {
    const choice = box(code);
    if (isDrawing || !choice) return; // the map below draws a road
    L.DomEvent.stopPropagation(event);
    choice.checked = !choice.checked;
    tell();
  });
  areas.set(code, area);
}
for (const row of board.querySelectorAll("[data-road]")) road(L, map, points(row.dataset.road)).bindTooltip(plain(row.dataset.says));

function tell() {
  if (!form) return;
  const chosen = [...form.querySelectorAll('[name="commune"]:checked')];
  for (const [code, area] of areas) area.getElement().classList.toggle("chosen", Boolean(box(code)?.checked));
  const said = form.querySelector("[data-chosen]");
  const names = chosen.map((one) => one.dataset.name).join(", ");
  said.textContent = names ? `${said.dataset.some} ${names}` : said.dataset.none;
}

form?.addEventListener("change", tell);
tell();

const fields = document.querySelector("[data-road-form]");
if (fields) drawRoads(L, map, fields, { begun: () => (isDrawing = true), ended: () => (isDrawing = false) });
