// The round on a map, on demand: what is done, what is next, the way between. Leaflet is no part of the first load; once
// seen it stays on the phone with the app, so that the map opens without signal too.
import { copy, notice, say, show } from "./words.js";
import { open } from "./cards.js";
import { numberOf } from "./doors.js";

const isOver = (stop, own) => !open(stop, own).collect.length && !open(stop, own).fail.length;

// `chosen` goes to the card of the stop that was tapped.
export async function onMap({ today, own }, back, chosen) {
  const screen = copy("map");
  screen.querySelector("[data-back]").addEventListener("click", back);
  const placed = today.stops.filter((stop) => stop.point);
  screen.querySelector("[data-unplaced]").textContent =
    placed.length < today.stops.length ? say("unplaced", { n: today.stops.length - placed.length }) : "";
  const box = screen.querySelector("[data-map]");
  const { scripts, sheet } = box.dataset;
  notice("");
  show(screen);
  window.scrollTo(0, 0);
  const next = placed.find((stop) => !isOver(stop, own));
  const onTop = placed.filter((stop) => stop !== next).concat(next ?? []); // of two at one door the next one is seen
  const points = onTop.map((stop) => ({
    lat: stop.point.lat,
    lon: stop.point.lon,
    text: numberOf(stop),
    title: say("open_stop", { number: numberOf(stop), name: stop.whom }),
    tone: stop === next ? "next" : isOver(stop, own) ? "done" : "open",
    chosen: () => chosen(stop),
  }));
  const way = placed.filter((stop) => !isOver(stop, own)).map((stop) => [stop.point.lat, stop.point.lon]);
  try {
    const [{ drawMap }] = await Promise.all([import(scripts), styled(sheet)]);
    if (box.isConnected) await drawMap(box, { points, lines: [{ at: way, tone: "way" }] });
  } catch {
    if (box.isConnected) notice(say("no_map"), "warning");
  }
}

function styled(href) {
  const link = document.head.querySelector(`link[href="${href}"]`);
  if (link) return null;
  const made = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
  return new Promise((done, failed) => {
    made.addEventListener("load", done);
    made.addEventListener("error", () => failed(made.remove()));
    document.head.append(made);
  });
}
