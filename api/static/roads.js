// A closed road is drawn on a map by two points, by clicks or by keys; its form keeps them as typed coordinates, which
// anybody can type as well.
import { pointByKeys } from "./map.js";

// Lets a form draw its road. `begun` and `ended` tell who else listens to clicks on the map when they are the road's.
export function drawRoads(L, map, fields, { begun = () => {}, ended = () => {} } = {}) {
  const button = fields.querySelector("[data-draw]");
  const told = fields.querySelector("[data-draw-told]");
  const box = map.getContainer();
  let ends = null; // of the road being drawn, null while none is
  let drawn = null;
  button.hidden = false;
  button.addEventListener("click", () => {
    drawn?.remove();
    ends = [];
    begun();
    told.textContent = button.dataset.first;
    box.classList.add("pointing");
    box.scrollIntoView({ block: "center" });
    box.focus({ preventScroll: true });
  });
  map.on("click", ({ latlng }) => pointed(latlng));
  pointByKeys(box, map, pointed, () => ends && over(""));

  function pointed({ lat, lng }) {
    if (!ends) return;
    drawn?.remove();
    ends.push([lat, lng]);
    told.textContent = button.dataset.second;
    drawn = ends.length < 2 ? L.circleMarker(ends[0], { radius: 7, className: "pointed" }).addTo(map) : road(L, map, ends);
    if (ends.length < 2) return;
    for (const [name, end] of [["one_end", ends[0]], ["other_end", ends[1]]]) {
      fields.querySelector(`[name="${name}"]`).value = end.map((degrees) => degrees.toFixed(5)).join(", ");
    }
    over(button.dataset.drawn);
    fields.querySelector('[name="reason"]').focus(); // comes into sight where the form is far below the map
  }

  function over(words) {
    if (!words) drawn?.remove();
    ends = null;
    ended();
    box.classList.remove("pointing");
    told.textContent = words;
    if (!words) button.focus();
  }
}

export function road(L, map, line) {
  return L.polyline(line, { className: "closed-road" }).addTo(map);
}
