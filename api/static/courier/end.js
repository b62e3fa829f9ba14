// The way home: why doors stayed open, what is brought back piece by piece, the money, and the day in figures.
import { clock, copy, money, notice, number, say, show } from "./words.js";
import { open } from "./cards.js";
import { numberOf, placesOf, toldOf } from "./doors.js";
import { countHome } from "./home.js";
import { ask } from "./server.js";
import { tellOrSay } from "./wiring.js";

const ON_TIME_MS = 15 * 60_000;

// What this phone and the server say of each stop: done, tried, or not touched.
function standing(today, own) {
  return today.stops.map((stop) => {
    const may = open(stop, own);
    const done = stop.pieces.filter((piece) => isDone(piece, may.mine));
    const isOpen = Boolean(may.collect.length || may.fail.length);
    // Also what the server tells itself by now: when it happened is known here alone.
    const at = toldOf(stop, own).find((act) => ["deliver", "collect"].includes(act.act) && act.state !== "set aside");
    const left = placesOf(stop, [...may.collect, ...may.fail]);
    return { stop, at, done, left, isOpen, isDone: done.length === stop.pieces.length };
  });
}

function isDone(piece, mine) {
  if (["delivered", "collected"].includes(piece.state)) return true;
  return mine.some((act) => act.act !== "fail" && act.codes.includes(piece.code));
}

// The courier brings home what he did not hand over, and what he collected.
function toBring(stands) {
  return stands.flatMap(({ stop, done }) =>
    stop.pieces
      .filter((piece) => (stop.direction === "collection") === done.includes(piece))
      .filter((piece) => stop.direction === "collection" || ["on_round", "attempted"].includes(piece.state))
      .map((piece) => ({ code: piece.code, position: numberOf(stop) })),
  );
}

export function end({ today, own, phoneKey }, back) {
  const screen = copy("end");
  const stands = standing(today, own);
  const openStops = stands.filter((one) => one.isOpen);
  const list = screen.querySelector("[data-open-stops]");
  for (const { stop, left } of openStops) list.append(whyOpen(today, own, stop, left));
  screen.querySelector("[data-open-box]").hidden = !openStops.length;
  summary(screen, today, stands);
  screen.querySelector("[data-back]").addEventListener("click", back);
  const pieces = toBring(stands);
  show(screen);
  window.scrollTo(0, 0);
  const shown = document.querySelector("[data-screen]");
  tellDue(shown.querySelector("[data-due]"), phoneKey);
  countHome({ round: today.round.id, pieces, screen: shown, phoneKey, mayTell: () => isEachTold(shown) });
}

// The count home is told once every open stop has its reason.
function isEachTold(shown) {
  const untold = [...shown.querySelectorAll("[data-open-stops] [data-position]")].filter((one) => one.querySelector("[data-saved]").hidden);
  if (!untold.length) return true;
  notice(say("open_first", { numbers: untold.map((one) => one.dataset.position).join(", ") }), "danger");
  untold[0].querySelector("select").focus();
  return false;
}

// What is due is told after the courier's own count, and by the server: what was paid by transfer is no cash.
async function tellDue(box, phoneKey) {
  box.textContent = say("count_first");
  const answer = await ask("/v1/courier/cash", { headers: { "X-Phone-Key": phoneKey } });
  const seen = answer?.status === 200 ? answer.body : null;
  if (seen?.own_vnd == null) return;
  const parts = [
    say("home_money", { sum: money(seen.due_vnd) }),
    seen.transfers_vnd && say("home_transfers", { sum: money(seen.transfers_vnd) }),
    seen.due_papers && say("home_papers", { n: seen.due_papers }),
  ];
  box.textContent = parts.filter(Boolean).join(" · ");
}

// A reason holds for all that is left at the door: the office reads it at each of its places on the plan.
function whyOpen(today, own, stop, left) {
  const made = copy("open-stop").firstElementChild;
  made.querySelector("[data-whom]").textContent = say("open_stop", { number: numberOf(stop), name: stop.whom });
  made.dataset.position = numberOf(stop);
  const choice = made.querySelector("select");
  const saved = made.querySelector("[data-saved]");
  const told = toldOf(stop, own).filter((act) => act.act === "left_open").map((act) => act.position);
  saved.hidden = !left.every((position) => told.includes(position));
  choice.addEventListener("change", async () => {
    if (!choice.value) return;
    const note = { round: today.round.id, kind: "left_open", what: choice.value };
    let isTold = true;
    for (const position of left) isTold = (await tellOrSay({ ...note, position })) && isTold;
    if (isTold) saved.hidden = false;
    else choice.value = ""; // chosen again, it is told again
  });
  return made;
}

function summary(screen, today, stands) {
  const put_ = (name, text) => (screen.querySelector(`[data-${name}]`).textContent = text);
  put_("sum-done", say("sum_done", { n: stands.filter((one) => one.isDone).length, limit: stands.length }));
  const timed = stands.filter((one) => one.isDone && one.at);
  put_("sum-time", say("sum_on_time", { n: timed.filter(isOnTime).length, limit: timed.length }));
  put_("sum-way", say("sum_way", { km: number(today.round.travel_m / 1000, 1) }));
  put_("sum-back", say("sum_back", { time: clock(today.round.back_at) }));
}

// Within the recipient's hours where there are any, else no later than a quarter of an hour after the plan.
function isOnTime({ stop, at: act }) {
  const at = Date.parse(act.at) + (act.offsetMs ?? 0);
  if (stop.window) return at >= Date.parse(stop.window.from_at) && at <= Date.parse(stop.window.until_at);
  return at <= Date.parse(stop.planned_at) + ON_TIME_MS;
}
