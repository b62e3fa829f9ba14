// The round as cards, one a stop, in its order: what the server told, and over it what this phone recorded since.
import { clock, copy, money, say, told } from "./words.js";
import { counts } from "./acts.js";
import { serverTime } from "./clock.js";
import { numberOf, toldOf } from "./doors.js";

const MINUTE = 60_000;

// What may be done at a stop now: the pieces each act is about.
export function open(stop, own) {
  const mine = toldOf(stop, own).filter((act) => !act.isNote && counts(act));
  const touched = (piece, isFail) =>
    mine.some((act) => act.codes.includes(piece.code) && (act.act === "fail") === isFail);
  const left = stop.pieces.filter((piece) => !touched(piece, false));
  const of = (act) => left.filter((piece) => piece.acts.includes(act));
  const isCollection = stop.direction === "collection";
  return {
    mine,
    deliver: of("deliver"),
    // A dossier that could not be fetched is ordered anew; nothing of it is left for today.
    collect: of("collect").filter((piece) => !touched(piece, true)),
    // A second try on the same day is a delivery or nothing: invitations are working days apart.
    fail: of("fail").filter((piece) => !touched(piece, true) && (isCollection || piece.state !== "attempted")),
  };
}

// Nothing is left to do, or it was tried in vain: such a stop may be tried again, but it is not the next one.
function isOver(stop, own) {
  const now = open(stop, own);
  return !now.collect.length && !now.fail.length;
}

// The cards as they stand, by stop, each with what it says, in the one list they lie in: only what says something new is
// drawn anew, and nothing else of the list is touched. A round has 150.
let drawn = new Map();
let list = null;

// Not told in a day that was kept by an earlier version of the app.
function showSquare(box, square) {
  box.hidden = !square;
  if (!square) return;
  box.querySelector("svg").setAttribute("viewBox", `0 0 ${square.side} ${square.side}`);
  box.querySelector("path").setAttribute("d", square.path);
}

export function round(today, own, choose) {
  const screen = copy("round");
  const over = today.stops.map((stop) => isOver(stop, own));
  const isLoaded = today.round.status === "started";
  const next = isLoaded ? today.stops.find((_, n) => !over[n]) : undefined;
  screen.querySelector("[data-done]").textContent = isLoaded
    ? say("done", { n: over.filter(Boolean).length, limit: today.stops.length })
    : say("not_loaded");
  screen.querySelector("[data-pace]").textContent = next ? pace(next) : "";
  screen.querySelector("[data-day-code]").textContent = today.day_code;
  showSquare(screen.querySelector("[data-day-square]"), today.day_square);
  list ??= screen.querySelector("[data-cards]");
  screen.querySelector("[data-cards]").replaceWith(list);
  const before = drawn;
  drawn = new Map();
  today.stops.forEach((stop, n) => {
    const look = { isOver: isLoaded && over[n], isNext: stop === next, isLoaded };
    const says = JSON.stringify([today.round.id, look, toldOf(stop, own).map(word)]);
    const kept = before.get(stop.position);
    const isKept = kept?.says === says && (kept.stop === stop || JSON.stringify(kept.stop) === JSON.stringify(stop));
    const made = isKept ? kept.made : card(stop, own, look, choose);
    // What the person opened stays so.
    if (kept && !isKept) made.querySelector("details").open = kept.made.querySelector("details").open;
    drawn.set(stop.position, { stop, says, made });
  });
  lay([...drawn.values()].map(({ made }) => made));
  return screen;
}

// Takes out what is not among these, and puts in what is not there yet: a card that stays where it is is not moved.
function lay(cards) {
  const wanted = new Set(cards);
  for (const one of [...list.children]) if (!wanted.has(one)) one.remove();
  let at = list.firstElementChild;
  for (const one of cards) {
    if (one === at) at = at.nextElementSibling;
    else list.insertBefore(one, at);
  }
}

// Of another courier nothing is drawn from before.
export function forget() {
  drawn = new Map();
  list = null;
}

const word = ({ act, state, codes }) => [act, state, codes];

function pace(stop) {
  const minutes = Math.round((serverTime() - Date.parse(stop.planned_at)) / MINUTE);
  if (Math.abs(minutes) < 5) return "";
  return `· ${say(minutes > 0 ? "late" : "early", { time: duration(Math.abs(minutes)) })}`;
}

function duration(minutes) {
  if (minutes < 60) return say("minutes", { minutes });
  return say("hours", { hours: Math.floor(minutes / 60), minutes: String(minutes % 60).padStart(2, "0") });
}

function card(stop, own, look, choose) {
  const made = copy("card").firstElementChild;
  const put = (name, text) => (made.querySelector(`[data-${name}]`).textContent = text);
  const may = open(stop, own);
  made.dataset.stop = stop.position;
  const isDone = look.isOver && !may.deliver.length;
  made.classList.toggle("over", isDone);
  made.classList.toggle("next", look.isNext);
  put("number", numberOf(stop));
  put("time", clock(stop.planned_at));
  if (stop.window) put("window", `${clock(stop.window.from_at)}–${clock(stop.window.until_at)}`);
  made.querySelector("[data-window]").hidden = !stop.window;
  made.querySelector("[data-must]").hidden = !stop.must_today || isDone;
  put("whom", stop.whom);
  made.querySelector("[data-do]").replaceChildren(...signs(stop, may));
  put("address", address(stop));
  put("precision", precision(stop));
  made.querySelector("[data-precision]").hidden = !precision(stop) || isDone;
  put("state", state(stop, may));
  for (const act of ["deliver", "collect", "fail"]) {
    const button = made.querySelector(`[data-act=${act}]`);
    if (may[act].length) button.addEventListener("click", () => choose(stop, act, may[act]));
    else button.remove();
  }
  reach(made, stop, () => choose(stop, "call", []));
  const mayGoFirst = look.isLoaded && !look.isOver && !look.isNext;
  const first = made.querySelector("[data-act=first]");
  if (mayGoFirst) first.addEventListener("click", () => choose(stop, "first", []));
  else first.remove();
  for (const act of ["correct", "violation"]) {
    made.querySelector(`[data-act=${act}]`).addEventListener("click", () => choose(stop, act, []));
  }
  return made;
}

// The way to the recipient: a call, which is noted, and the phone's own maps.
export function reach(made, stop, called) {
  const call = made.querySelector("[data-act=call]");
  if (stop.phone) {
    call.href = `tel:${stop.phone}`;
    call.textContent = say("call", { phone: stop.phone });
    call.addEventListener("click", called);
  } else call.remove();
  const way = made.querySelector("[data-act=navigate]");
  if (!way) return;
  if (stop.point) {
    const at = `${stop.point.lat},${stop.point.lon}`;
    way.href = `geo:${at}?q=${at}`;
  } else way.remove();
}

// What to do here in one line: a sign that is read at arm's length, and its words.
function signs(stop, may) {
  const pieces = stillHere(may).length ? stillHere(may) : stop.pieces;
  const asked = pieces.map((piece) => piece.evidence);
  const fee = asked.reduce((sum, one) => sum + one.fee_vnd, 0);
  const nBack = asked.reduce((sum, one) => sum + one.take_back.length, 0);
  const isCollection = stop.direction === "collection";
  const n = pieces.length;
  const parts = [isCollection ? ["\u2190", say("do_collect", { n })] : ["\u2192", say("do_deliver", { n })]];
  if (fee) parts.push(["\u20ab", say("do_fee", { sum: money(fee) })]);
  if (nBack) parts.push(["\u21a9", say("do_take_back", { n: nBack })]);
  return parts.map(([sign, words]) => {
    const made = copy("sign-of").firstElementChild;
    made.querySelector("[aria-hidden]").textContent = sign;
    made.querySelector("[data-words]").textContent = words;
    return made;
  });
}

function address(stop) {
  const isNamed = stop.address.toLowerCase().includes(stop.commune.toLowerCase().replace(/^(xã|phường) /, ""));
  const written = isNamed ? stop.address : [stop.address, stop.commune].filter(Boolean).join(" – ");
  return stop.landmark ? `${written}. ${say("landmark", { name: stop.landmark })}` : written;
}

function precision(stop) {
  const how = stop.point?.precision;
  if (how === "door" || how === "remembered") return "";
  if (how === "street") return stop.point.radius_m ? say("near", { metres: stop.point.radius_m }) : "";
  return say("commune_only");
}

const stillHere = (may) => [...may.deliver, ...may.collect];

function state(stop, may) {
  const last = may.mine.at(-1);
  const n = stillHere(may).length;
  if (last) {
    const said = `${say(`said_${last.act}`)} – ${say(last.state === "sent" ? "sent" : "waits")}`;
    return n && last.act !== "fail" ? `${said} · ${say("still_here", { n })}` : said;
  }
  return [...new Set(stop.pieces.map(told))].join(", ");
}

// What another courier left on this phone and the office does not have yet.
export function waitsOf(courier, n) {
  const made = copy("waits-of").firstElementChild;
  made.querySelector("[data-what]").textContent = say("waits_of", { code: courier, n });
  return made;
}

export function parked(act, understood) {
  const made = copy("parked").firstElementChild;
  const what = act.position ? say("parked", { number: act.position }) : say("parked_note");
  made.querySelector("[data-what]").textContent = what;
  made.querySelector("[data-reason]").textContent = told(act.reason);
  made.querySelector("[data-understood]").addEventListener("click", understood);
  return made;
}
