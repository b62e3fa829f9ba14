// A door pointed at on a map: a click, or the keys, fill the two fields of the form beside it; the form is what is sent.
import { frame, pointByKeys, rings } from "./map.js";

const pair = (text) => text.split(",").map(Number);
const plain = (words) => Object.assign(document.createElement("span"), { textContent: words });
const written = (degrees) => degrees.toFixed(6).replace(".", ",");
const read = (field) => Number(field.value.replace(",", ".")) || null;

const isInside = ([lat, lon], ring) => {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [[aLat, aLon], [bLat, bLon]] = [ring[i], ring[j]];
    if (aLon > lon !== bLon > lon && lat < ((bLat - aLat) * (lon - aLon)) / (bLon - aLon) + aLat) inside = !inside;
  }
  return inside;
};

async function pointMap(box) {
  const form = document.getElementById(box.dataset.form);
  const said = form.querySelector("[data-said]");
  const { lat, lon } = form.elements;
  box.hidden = false;
  const { L, map } = await frame(box);
  const grounds = new Map();
  for (const one of document.querySelectorAll("template[data-ground]")) {
    for (const cell of one.content.querySelectorAll("[data-ring]")) {
      const area = rings(cell.dataset.ring);
      grounds.set(cell.dataset.code, area.flat());
      L.polygon(area, { className: "commune" }).bindTooltip(plain(cell.dataset.name), { sticky: true }).addTo(map);
    }
  }
  let marker = null;

  function place(at, isTyped = false) {
    marker ??= L.circleMarker(at, { radius: 9, className: "pointed" }).addTo(map);
    marker.setLatLng(at);
    if (!isTyped) [lat.value, lon.value] = [written(at.lat), written(at.lng)];
    const own = grounds.get(form.dataset.commune);
    const isOutside = own && !own.some((ring) => isInside([at.lat, at.lng], ring));
    said.textContent = isOutside ? box.dataset.outside : box.dataset.inside;
    said.classList.toggle("wrong", Boolean(isOutside));
  }

  function look() {
    const own = grounds.get(form.dataset.commune);
    if (form.dataset.at) map.setView(pair(form.dataset.at), 16, { animate: false });
    else if (own) map.fitBounds(L.latLngBounds(own.flat()), { animate: false });
    else map.fitBounds(L.latLngBounds([...grounds.values()].flat(2)), { animate: false });
  }

  map.on("click", (event) => place(event.latlng));
  pointByKeys(box, map, place);
  form.querySelector("[data-centre]").addEventListener("click", () => place(map.getCenter()));
  form.querySelector("[data-centre]").hidden = false;
  for (const field of [lat, lon]) {
    field.addEventListener("change", () => read(lat) && read(lon) && place(L.latLng(read(lat), read(lon)), true));
  }
  look();

  for (const button of document.querySelectorAll("[data-place]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      form.action = button.dataset.place;
      form.dataset.commune = button.dataset.commune;
      form.querySelector("[data-for]").textContent = button.dataset.says;
      [lat.value, lon.value, said.textContent] = ["", "", ""];
      marker?.remove();
      marker = null;
      form.hidden = false;
      map.invalidateSize();
      look();
      form.scrollIntoView({ block: "start" });
      box.focus();
    });
  }
}

for (const box of document.querySelectorAll("[data-point-map]")) pointMap(box).catch(() => (box.hidden = true));
