// The way home: why doors stayed open, what is brought back piece by piece, the money, and the day in figures.
import { clock, copy, money, number, say, show } from "./words.js";
import { open } from "./cards.js";
import { buzz, scanner } from "./scan.js";
import { get, put } from "./store.js";
import { tellOrSay } from "./wiring.js";

const ON_TIME_MS = 15 * 60_000;
const KEPT = "home";

// What this phone and the server say of each stop: done, tried, or not touched.
export function standing(today, own) {
  return today.stops.map((stop) => {
    const may = open(stop, own);
    const done = stop.pieces.filter((piece) => isDone(piece, may.mine));
    const isOpen = Boolean(may.collect.length || may.fail.length);
    // Also what the server tells itself by now: when it happened is known here alone.
    const at = own.find((act) => act.position === stop.position && ["deliver", "collect"].includes(act.act) && act.state !== "set aside");
    return { stop, at, done, isOpen, isDone: done.length === stop.pieces.length };
  });
}

function isDone(piece, mine) {
  if (["delivered", "collected"].includes(piece.state)) return true;
  return mine.some((act) => act.act !== "fail" && act.codes.includes(piece.code));
}

// The courier brings home what he did not hand over, and what he collected.
export function toBring(stands) {
  return stands.flatMap(({ stop, done }) =>
    stop.pieces
      .filter((piece) => (stop.direction === "collection") === done.includes(piece))
      .filter((piece) => stop.direction === "collection" || ["on_round", "attempted"].includes(piece.state))
      .map((piece) => ({ code: piece.code, position: stop.position })),
  );
}

export function end({ today, own }, back) {
  const screen = copy("end");
  const stands = standing(today, own);
  const openStops = stands.filter((one) => one.isOpen);
  const list = screen.querySelector("[data-open-stops]");
  for (const { stop } of openStops) list.append(whyOpen(today, own, stop));
  screen.querySelector("[data-open-box]").hidden = !openStops.length;
  summary(screen, today, stands);
  screen.querySelector("[data-back]").addEventListener("click", back);
  const pieces = toBring(stands);
  const due = money_(stands);
  const box = screen.querySelector("[data-due]");
  box.textContent = [say("home_money", { sum: money(due.sum) }), due.nBack && say("home_papers", { n: due.nBack })]
    .filter(Boolean)
    .join(" · ");
  const home = screen.querySelector("[data-home]");
  const count = screen.querySelector("[data-count]");
  const scanBox = screen.querySelector("[data-scan]");
  show(screen);
  window.scrollTo(0, 0);
  tickOff({ round: today.round.id, pieces, home, count, scanBox });
}

function whyOpen(today, own, stop) {
  const made = copy("open-stop").firstElementChild;
  made.querySelector("[data-whom]").textContent = say("open_stop", { number: stop.position, name: stop.whom });
  const choice = made.querySelector("select");
  const saved = made.querySelector("[data-saved]");
  saved.hidden = !own.some((act) => act.act === "left_open" && act.position === stop.position);
  choice.required = saved.hidden;
  choice.addEventListener("change", async () => {
    if (!choice.value) return;
    const note = { round: today.round.id, position: stop.position, kind: "left_open", what: choice.value };
    if (await tellOrSay(note)) saved.hidden = false;
    else choice.value = ""; // chosen again, it is told again
  });
  return made;
}

// Each piece is ticked off by its scan, here on the phone; the office counts for itself.
async function tickOff({ round, pieces, home, count, scanBox }) {
  const kept = await get("round", KEPT);
  const seen = new Set(kept?.round === round ? kept.codes : []);
  const draw = () => {
    count.textContent = say("load_count", { n: pieces.filter((one) => seen.has(one.code)).length, limit: pieces.length });
    home.replaceChildren(
      ...pieces.map((one) => {
        const line = document.createElement("li");
        line.textContent = `${seen.has(one.code) ? "\u2713 " : ""}${say("load_missing", { number: one.position, code: one.code })}`;
        return line;
      }),
    );
  };
  draw();
  const bare = (text) => text.toUpperCase().replace(/[\s.-]/g, "");
  const said = scanner(scanBox, async (text) => {
    const found = pieces.find((one) => bare(one.code) === bare(text));
    buzz(Boolean(found));
    if (!found) return said(say("not_to_bring", { code: text }), "danger");
    seen.add(found.code);
    await put("round", { round, codes: [...seen] }, KEPT);
    said(say("to_bring", { code: found.code }), "done");
    return draw();
  });
}

function money_(stands) {
  const asked = stands.flatMap((one) => one.done.map((piece) => piece.evidence));
  return {
    sum: asked.reduce((sum, one) => sum + one.fee_vnd, 0),
    nBack: asked.reduce((sum, one) => sum + one.take_back.length, 0),
  };
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
