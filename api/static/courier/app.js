// The courier's app: which screen is shown, and when it speaks with the server.
import * as acts from "./acts.js";
import * as cards from "./cards.js";
import * as clock from "./clock.js";
import { whyNot } from "./fail.js";
import { isAt, placesOf } from "./doors.js";
import { end } from "./end.js";
import { learnKey } from "./envelopes.js";
import { evidence } from "./forms.js";
import { callOffice, correct, trouble, violation } from "./notes.js";
import { leaveCard } from "./leave.js";
import { load } from "./load.js";
import { onMap } from "./map.js";
import * as numbers from "./numbers.js";
import * as office from "./office.js";
import { before, goFirst, inOrder } from "./order.js";
import { follow, scanning } from "./next.js";
import { listenForTyping } from "./scan.js";
import { hasVault, seal, unseal, wipe } from "./keys.js";
import { askCode, askPin, setPin, useCode } from "./pin.js";
import { askRound } from "./server.js";
import { get, NewerEdition, put, remove } from "./store.js";
import { RECORDED } from "./told.js";
import { isOf, learnOwner, owner } from "./whose.js";
import { tellOrSay } from "./wiring.js";
import { copy, LANGUAGE, localDay, notice, say, sayUndone, show } from "./words.js";

const EVERY_MS = 60_000;
const NIGHT_MS = 5 * 3600_000; // as the server has it
const AFTER_MS = 200; // the next stop is shown first
// One tab sends for all of them: the others hear of it at once.
const tabs = new BroadcastChannel("tannha-courier");
// What is open while the PIN is: the day's key, the phone's key, the round as last told.
let day = null;
// A screen that stands over the round, such as "door": it is not taken away by what the server says meanwhile.
let over = "";
let doorOf = 0;

async function start() {
  if (keepLanguage()) return; // the page in the chosen language goes on, with the code if there is one
  if (!globalThis.crypto?.subtle || !globalThis.indexedDB || !navigator.locks) return notice(say("cannot"), "danger");
  if ("serviceWorker" in navigator) navigator.serviceWorker.register("/courier/sw.js").catch(() => {});
  await clock.loadClock();
  await countUnsent();
  const code = location.hash.slice(1);
  if (code) {
    history.replaceState(null, "", location.pathname + location.search);
    if (await useCode(code, (key) => setPin(key, opened))) return beginSending();
  }
  if (await hasVault()) askPin(opened, () => askCode((key) => setPin(key, opened)));
  else askCode((key) => setPin(key, opened));
  return beginSending();
}

function keepLanguage() {
  for (const link of document.querySelectorAll("[data-language]")) {
    link.addEventListener("click", () => localStorage.setItem("language", link.dataset.language));
  }
  const wanted = localStorage.getItem("language");
  const isOther = wanted === "en" && LANGUAGE !== "en";
  if (isOther) location.replace(`/courier/?lang=en${location.hash}`);
  return isOther;
}

function beginSending() {
  send();
  setInterval(send, EVERY_MS);
  addEventListener("online", send);
  tabs.addEventListener("message", ({ data }) => (data === "send" ? send() : day ? refresh() : countUnsent()));
  addEventListener(RECORDED, () => {
    setTimeout(() => (send(), countUnsent(), askToBeWoken()), AFTER_MS); // the round that is shown next counts by itself
  });
  addEventListener("offline", () => countUnsent());
  document.addEventListener("visibilitychange", () => (document.visibilityState === "visible" ? send() : askToBeWoken()));
}

// Where the browser can: it starts the worker when there is signal, also once the app is closed.
async function askToBeWoken() {
  if (!(await acts.countUnsent())) return;
  const registered = await navigator.serviceWorker?.ready;
  await registered?.sync?.register("tannha-send").catch(() => {});
}

async function opened(vault) {
  day = { key: vault.key, phoneKey: vault.secret, today: null, etag: null };
  cards.forget();
  isRevoked = false;
  const kept = await get("round", "today");
  if (kept) await take(kept);
  if (day.today) await showRound();
  await refresh();
  document.querySelector(".card.next")?.scrollIntoView({ block: "start" });
}

// A round of another day is nobody's business any more, nor one sealed by the key of an enrolment before this one.
async function take(kept) {
  const read = await unseal(day.key, kept).catch(() => null);
  // A round that is out stays so over midnight.
  const nightMs = read?.today.round?.status === "started" ? NIGHT_MS : 0;
  if (read && [0, nightMs].some((ms) => read.today.day === localDay(clock.surely() - ms))) Object.assign(day, read);
  else await remove("round", "today");
}

// Sends what waits, then asks what the server makes of the round. What is recorded meanwhile goes right after.
let isSending = false;
let isMore = false;
async function send() {
  isMore = isSending;
  if (isSending) return;
  isSending = true;
  try {
    await sendOnce();
  } finally {
    isSending = false;
    tabs.postMessage("sent");
  }
  if (isMore) await send();
}

async function sendOnce() {
  await acts.handInFormer();
  const outcome = await acts.sendAll();
  await countUnsent();
  if (outcome === "revoked") return revoked();
  if (day) await refresh();
  else if (outcome === "nothing" && !isSettingPin() && !(await hasVault()) && (await acts.countUnsent())) await handIn();
}

// Enrolled a moment ago: what was refused waits for the person who is about to open the round.
const isSettingPin = () => document.querySelector("[data-form=pin]") !== null;

async function refresh() {
  const asked = Date.now();
  const answer = await askRound(day.phoneKey, day.etag);
  if (!day) return;
  if (answer?.status === 401) return revoked();
  if (answer?.status === 200 || answer?.status === 304) {
    await clock.noteClock(answer.headers.get("X-Now"));
    if (answer.status === 200) {
      Object.assign(day, { today: answer.body, etag: answer.headers.get("ETag") });
      await learnKey(day.today.envelope_key);
      await learnOwner(day.today.courier);
      await put("round", await seal(day.key, { today: day.today, etag: day.etag }), "today");
    }
    await acts.forgetSent(asked, day.today.round?.id);
    await office.look(day.phoneKey, await acts.countUnsent());
    if (!day) return;
    if (day.today.round?.status !== "closed") await numbers.fill(day.phoneKey, day.today);
    if (!day) return;
  }
  if (day.today) {
    if (over === "load" && day.today.round?.status !== "planned") {
      over = "";
      await showRound();
      notice(say("loaded"), "done");
    } else if (!over) await showRound();
  } else sayUndone(answer);
}

// The stops go at once, whatever the network does; what was not sent needs none of them to be taken in.
let isRevoked = false;
async function revoked() {
  isRevoked = true;
  day = null;
  over = "";
  office.forget();
  cards.forget();
  if (!document.querySelector("[data-form=enrol]")) askCode((key) => setPin(key, opened));
  await wipe();
  await handIn();
}

// Also at later looks of a phone that is good no more: what is left on it is tried again.
async function handIn() {
  const n = await acts.countUnsent();
  try {
    await acts.handInAll();
  } finally {
    await countUnsent();
    if (isRevoked && !day) sayRevoked(n, await acts.countUnsent());
  }
}

function sayRevoked(n, left) {
  if (left) notice(say("revoked"), "danger");
  else notice(n ? say("revoked_held", { n }) : say("revoked_empty"), "danger");
}

// Readings overtake one another; what is shown is the one begun last, so that an old one never says that all is sent.
let nReadings = 0;
let nShown = 0;
async function countUnsent(reading = acts.acts(), nth = ++nReadings) {
  const [kept, courier] = await Promise.all([reading, owner()]);
  if (nth < nShown) return;
  nShown = nth;
  const n = kept.filter(acts.isUnsent).length;
  showParked(kept, courier);
  const box = document.querySelector("[data-unsent]");
  box.textContent = n ? say("unsent", { n }) : say("all_sent");
  box.classList.toggle("waiting", n > 0);
  box.title = navigator.onLine ? "" : say("offline");
}

// What the server refused is told wherever the phone is open, also when its round is another by now.
function showParked(kept, courier) {
  const isOwn = (act) => !courier || isOf(act, courier);
  const refused = day ? kept.filter((act) => act.state === "parked" && isOwn(act)) : [];
  const said = refused.map((act) => cards.parked(act, () => understood(act)));
  const left = kept.filter((act) => acts.isUnsent(act) && !isOwn(act));
  for (const of of new Set(left.map((act) => act.of))) {
    said.push(cards.waitsOf(of, left.filter((act) => act.of === of).length));
  }
  document.querySelector("[data-parked]").replaceChildren(...said);
}

// A card's number is asked for again on a screen of its own: until what is open is done, the card stays refused.
function understood(act) {
  if (act.act === "card" && over) return notice(say("card_waits"), "warning");
  return acts.understood(act.seq).then(() => tellAgain(act));
}

// A card that was refused lies at its door all the same: its number is asked for again.
function tellAgain({ act, round, position }) {
  const stop = act === "card" && day?.today?.round?.id === round && day.today.stops.find((one) => isAt(one, position));
  const pieces = stop ? stop.pieces.filter((one) => placesOf(stop, [one]).includes(position)) : [];
  if (!pieces.length) return showRound();
  over = "door";
  doorOf = stop.position;
  return leaveCard({ today: day.today, stop, pieces, actId: crypto.randomUUID() }, (says) => recorded(stop, says));
}

// `stop` is gone to once the round stands there; else what the person had scrolled to stays.
async function showRound(stop) {
  const reading = acts.acts();
  const [kept, first] = await Promise.all([reading, before(day?.today?.round?.id), countUnsent(reading)]);
  if (over || !day) return; // a form was opened meanwhile: it is not to be taken away
  const { today } = day;
  if (!today.round || today.round.status === "closed") return showNoRound(today);
  document.querySelector("[data-title]").textContent = say("title", { number: today.round.number });
  const own = kept.filter((act) => act.round === today.round.id);
  const screen = cards.round(inOrder(today, own, first), own, choose);
  const isPlanned = today.round.status === "planned";
  for (const act of isPlanned ? ["scan", "end"] : ["load"]) screen.querySelector(`[data-act=${act}]`).remove();
  screen.querySelector("[data-act=end]")?.addEventListener("click", openEnd);
  screen.querySelector("[data-act=trouble]").addEventListener("click", openTrouble);
  screen.querySelector("[data-act=load]")?.addEventListener("click", openLoad);
  screen.querySelector("[data-act=scan]")?.addEventListener("click", openScan);
  // A scanner that types needs no screen of its own.
  listenForTyping(screen.querySelector("[data-cards]"), (code) => follow(code, scanContext(notice)));
  const map = () => onMap({ today, own }, () => leave(), leave);
  office.attach(screen, { key: day.phoneKey, today, over: (name) => (over = name), back: () => leave(), map });
  const y = stop ? 0 : scrollY;
  show(screen);
  if (stop) toCard(stop);
  else scrollTo(0, y);
}

function showNoRound({ round, office }) {
  const screen = copy("no-round");
  screen.querySelector("[data-why]").textContent = round ? say("closed", { number: round.number }) : say("no_round");
  screen.querySelector("[data-ask]").textContent = say("ask", { office: office.name });
  callOffice(screen, office);
  screen.querySelector("[data-again]").addEventListener("click", send);
  show(screen);
}

const FORMS = { deliver: evidence, collect: evidence, fail: whyNot, correct, violation };

function choose(stop, act, pieces) {
  if (act === "call") {
    return tellOrSay({ round: day.today.round.id, position: stop.position, kind: "called" });
  }
  over = "door";
  doorOf = stop.position;
  return acts.acts().then((kept) => {
    const own = kept.filter((one) => one.round === day.today.round.id);
    if (act === "first") return chooseFirst(stop, own);
    return FORMS[act]({ today: day.today, own, stop, act, pieces }, () => leave(stop), (says) => recorded(stop, says));
  });
}

async function chooseFirst(stop, own) {
  const first = await before(day.today.round.id);
  goFirst({ today: day.today, own, stop, first, phoneKey: day.phoneKey }, () => leave(stop), () => recorded(stop));
}

async function leave(stop) {
  over = "";
  await showRound(stop);
}

async function recorded(stop, says = say("saved")) {
  notice(says, "done"); // first, so that what it moves is reckoned once
  await leave(stop);
}

async function openEnd() {
  over = "end";
  const own = (await acts.acts()).filter((one) => one.round === day.today.round.id);
  end({ today: day.today, own, phoneKey: day.phoneKey }, () => leave());
}

function openTrouble() {
  over = "trouble";
  trouble({ today: day.today }, () => leave(), () => recorded());
}

function openLoad() {
  over = "load";
  load({ round: day.today.round, phoneKey: day.phoneKey, refresh }, () => leave());
}

function openScan() {
  over = "scan";
  scanning(scanContext(), () => leave());
}

function scanContext(said) {
  const state = async () => ({ today: day.today, own: (await acts.acts()).filter((act) => act.round === day.today.round.id) });
  const take = ({ act, stop, pieces }) => (act === "load" ? openLoad() : choose(stop, act, pieces));
  const refuse = async ({ stop }, why) => {
    if (over !== "door" || doorOf !== stop.position) return;
    over = "";
    await refresh();
    notice(why, "danger");
  };
  return { phoneKey: day.phoneKey, state, take, refuse, said };
}

function toCard(stop) {
  document.querySelector(`[data-stop="${stop.position}"]`)?.scrollIntoView({ block: "start" });
}

start().catch((failure) => {
  if (!(failure instanceof NewerEdition)) throw failure;
  notice(say("newer"), "danger");
});
