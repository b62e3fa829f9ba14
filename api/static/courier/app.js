// The courier's app: which screen is shown, and when it speaks with the server.
import * as acts from "./acts.js";
import * as cards from "./cards.js";
import * as clock from "./clock.js";
import { whyNot } from "./fail.js";
import { end } from "./end.js";
import { learnKey } from "./envelopes.js";
import { evidence } from "./forms.js";
import { correct, trouble, violation } from "./notes.js";
import { load } from "./load.js";
import * as office from "./office.js";
import { before, goFirst, inOrder } from "./order.js";
import { follow, scanning } from "./next.js";
import { listenForTyping } from "./scan.js";
import { hasVault, seal, unseal, wipe } from "./keys.js";
import { askCode, askPin, setPin, useCode } from "./pin.js";
import { askRound } from "./server.js";
import { get, NewerEdition, put, remove } from "./store.js";
import { RECORDED } from "./told.js";
import { tellOrSay } from "./wiring.js";
import { copy, LANGUAGE, localDay, notice, say, show } from "./words.js";

const EVERY_MS = 60_000;
// One tab sends for all of them: the others hear of it at once.
const tabs = new BroadcastChannel("tannha-courier");
// What is open while the PIN is: the day's key, the phone's key, the round as last told.
let day = null;
// A screen that stands over the round, such as "door": it is not taken away by what the server says meanwhile.
let over = "";
let doorOf = 0;

async function start() {
  keepLanguage();
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
  if (wanted === "en" && LANGUAGE !== "en") location.replace(`/courier/?lang=en${location.hash}`);
}

function beginSending() {
  send();
  setInterval(send, EVERY_MS);
  addEventListener("online", send);
  tabs.addEventListener("message", () => (day ? refresh() : countUnsent()));
  addEventListener(RECORDED, send);
  addEventListener("offline", countUnsent);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && send());
}

async function opened(vault) {
  day = { key: vault.key, phoneKey: vault.secret, today: null, etag: null };
  isRevoked = false;
  const kept = await get("round", "today");
  if (kept) await take(kept);
  if (day.today) await showRound();
  await refresh();
  document.querySelector(".card.next")?.scrollIntoView({ block: "start" });
}

// A round of another day is nobody's business any more.
async function take(kept) {
  const { today, etag } = await unseal(day.key, kept);
  if (today.day === localDay(clock.serverTime())) Object.assign(day, { today, etag });
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
  const outcome = await acts.sendAll();
  await countUnsent();
  if (outcome === "revoked") return revoked();
  if (day) await refresh();
  else if (outcome === "nothing" && !(await hasVault()) && (await acts.countUnsent())) await handIn();
}

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
      await put("round", await seal(day.key, { today: day.today, etag: day.etag }), "today");
    }
    await acts.forgetSent(asked, day.today.round?.id);
    await office.look(day.phoneKey, await acts.countUnsent());
    if (!day) return;
  }
  if (day.today) {
    if (over === "load" && day.today.round?.status !== "planned") {
      over = "";
      await showRound();
      notice(say("loaded"), "done");
    } else if (!over) await showRound();
  } else notice(say("no_network"), "warning");
}

// The stops go at once, whatever the network does; what was not sent needs none of them to be taken in.
let isRevoked = false;
async function revoked() {
  isRevoked = true;
  day = null;
  over = "";
  office.forget();
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

async function countUnsent() {
  const n = await acts.countUnsent();
  await showParked();
  const box = document.querySelector("[data-unsent]");
  box.textContent = n ? say("unsent", { n }) : say("all_sent");
  box.classList.toggle("waiting", n > 0);
  box.title = navigator.onLine ? "" : say("offline");
}

// What the server refused is told wherever the phone is open, also when its round is another by now.
async function showParked() {
  const refused = day ? (await acts.acts()).filter((act) => act.state === "parked") : [];
  const said = refused.map((act) => cards.parked(act, () => acts.understood(act.seq).then(showRound)));
  document.querySelector("[data-parked]").replaceChildren(...said);
}

async function showRound() {
  await countUnsent();
  const kept = await acts.acts();
  const first = await before(day?.today?.round?.id);
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
  office.attach(screen, { key: day.phoneKey, today, over: (name) => (over = name), back: () => leave() });
  // What the person opened or scrolled to stays so when the round is drawn anew.
  const y = scrollY;
  for (const opened of document.querySelectorAll("[data-stop]:has(details[open])")) {
    screen.querySelector(`[data-stop="${opened.dataset.stop}"] details`)?.setAttribute("open", "");
  }
  show(screen);
  scrollTo(0, y);
}

function showNoRound({ round, office }) {
  const screen = copy("no-round");
  screen.querySelector("[data-why]").textContent = round ? say("closed", { number: round.number }) : say("no_round");
  screen.querySelector("[data-ask]").textContent = say("ask", { office: office.name, phone: office.phone || "–" });
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
    return FORMS[act]({ today: day.today, own, stop, act, pieces }, () => leave(stop), () => recorded(stop));
  });
}

async function chooseFirst(stop, own) {
  const first = await before(day.today.round.id);
  goFirst({ today: day.today, own, stop, first, phoneKey: day.phoneKey }, () => leave(stop), () => recorded(stop));
}

async function leave(stop) {
  over = "";
  await showRound();
  if (stop) toCard(stop);
}

async function recorded(stop) {
  await leave(stop);
  notice(say("saved"), "done");
}

async function openEnd() {
  over = "end";
  const own = (await acts.acts()).filter((one) => one.round === day.today.round.id);
  end({ today: day.today, own }, () => leave());
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
