// A stop before its turn: what that costs, why, and the order kept on this phone. The office is told.
import { copy, number, notice, say, whyUndone } from "./words.js";
import { open } from "./cards.js";
import { isAt, numberOf, placesOf } from "./doors.js";
import { between, locating } from "./place.js";
import { tell } from "./server.js";
import { get, put } from "./store.js";
import { tellNote } from "./told.js";
import { head, wire } from "./wiring.js";

const KEPT = "order";
const QUICKLY_MS = 6_000;

// The stops put before the others, as positions, the latest first. Of another round they are nothing any more.
export async function before(round) {
  const kept = await get("round", KEPT);
  return kept && kept.round === round ? kept.first : [];
}

const isOpen = (stop, own) => Boolean(open(stop, own).collect.length || open(stop, own).fail.length);

// The day with its stops as they are walked: what was put first stands before the first stop that is still open.
export function inOrder(today, own, first) {
  const named = new Set(first.map((position) => today.stops.find((one) => isAt(one, position))));
  const wanted = [...named].filter((one) => one && isOpen(one, own));
  if (!wanted.length) return today;
  const rest = today.stops.filter((one) => !wanted.includes(one));
  const at = rest.findIndex((one) => isOpen(one, own));
  const n = at < 0 ? rest.length : at;
  return { ...today, stops: [...rest.slice(0, n), ...wanted, ...rest.slice(n)] };
}

export function goFirst({ today, own, stop, first, phoneKey }, back, recorded) {
  const screen = copy("go-first");
  head(screen, "first_for", stop);
  const wanted = [stop.position, ...first.filter((one) => !isAt(stop, one))];
  const walked = (order) => inOrder(today, own, order).stops.filter((one) => isOpen(one, own));
  const where = locating();
  const box = screen.querySelector("[data-cost]");
  box.textContent = say("cost_asked");
  let cost = null;
  const record = async (form) => {
    cost ??= straight(walked(first), walked(wanted), where());
    const note = { round: today.round.id, position: stop.position, kind: "reordered", what: form.elements.why.value };
    const order = places(walked(wanted), own); // the server computes the cost by itself
    await tellNote({ ...note, words: form.elements.words.value.trim(), order, ...(where() ?? {}), ...cost });
    await put("round", { round: today.round.id, first: wanted }, KEPT);
  };
  wire(screen, back, record, recorded);
  const form = document.querySelector("[data-form=first]");
  form.addEventListener("change", () => (form.elements.words.required = form.elements.why.value === "other"));
  ask(phoneKey, places(walked(wanted), own), where).then((answer) => {
    if (!form.isConnected) return;
    const isTold = answer?.status === 200;
    cost ??= isTold ? { ...answer.body, how: "asked" } : straight(walked(first), walked(wanted), where());
    box.textContent = isTold ? words(cost, today) : `${answer ? whyUndone(answer) : say("cost_no_answer")} ${words(cost, today)}`;
    notice("");
  });
}

// The places on the plan of what is still open at these doors, in their order.
function places(stops, own) {
  return stops.flatMap((stop) => placesOf(stop, stillOpen(stop, own)));
}

function stillOpen(stop, own) {
  const may = open(stop, own);
  return [...new Set([...may.deliver, ...may.collect, ...may.fail])];
}

async function ask(phoneKey, order, where) {
  const here = where();
  const body = { order, ...(here ? { lat: here.lat, lon: here.lon } : {}) };
  return tell("/v1/courier/order", phoneKey, body, QUICKLY_MS);
}

// Without signal only the way as the crow flies is known: no minutes, and no hours missed, are made up from it.
function straight(planned, wanted, here) {
  const way = (stops) => {
    const points = [here, ...stops.map((one) => one.point)].filter(Boolean);
    return points.slice(1).reduce((sum, point, n) => sum + between(points[n], point), 0);
  };
  return { more_m: Math.round(way(wanted) - way(planned)), how: "straight" };
}

function words(cost, today) {
  const km = number(Math.abs(cost.more_m) / 1000, 1);
  const parts = [say(cost.more_m < 0 ? "cost_less_way" : "cost_way", { km })];
  if (cost.how === "straight") return [...parts, say("cost_straight")].join(" ");
  const minutes = Math.round(cost.more_s / 60);
  parts.push(minutes > 0 ? say("cost_late", { minutes }) : say("cost_no_later"));
  const missed = today.stops.filter((stop) => cost.missed.some((position) => isAt(stop, position)));
  parts.push(missed.length ? say("cost_missed", { numbers: missed.map(numberOf).join(", ") }) : say("cost_none_missed"));
  return parts.join(" ");
}
