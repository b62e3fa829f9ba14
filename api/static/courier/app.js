// The courier's app: which screen is shown, and when it speaks with the server.
import * as acts from "./acts.js";
import * as cards from "./cards.js";
import { door } from "./forms.js";
import { hasVault, seal, unseal, wipe } from "./keys.js";
import { askCode, askPin, setPin, useCode } from "./pin.js";
import { askRound } from "./server.js";
import { get, put, remove } from "./store.js";
import { copy, LANGUAGE, localDay, notice, say, show } from "./words.js";

const EVERY_MS = 60_000;
// What is open while the PIN is: the day's key, the phone's key, the round as last told.
let day = null;
let isAtDoor = false;

async function start() {
  keepLanguage();
  if (!globalThis.crypto?.subtle || !globalThis.indexedDB || !navigator.locks) return notice(say("cannot"), "danger");
  if ("serviceWorker" in navigator) navigator.serviceWorker.register("/courier/sw.js").catch(() => {});
  await acts.loadClock();
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
  addEventListener("offline", countUnsent);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && send());
}

async function opened(vault) {
  day = { key: vault.key, phoneKey: vault.secret, today: null, etag: null };
  const kept = await get("round", "today");
  if (kept) await take(kept);
  if (day.today) await showRound();
  await refresh();
  document.querySelector(".card.next")?.scrollIntoView({ block: "start" });
}

// A round of another day is nobody's business any more.
async function take(kept) {
  const { today, etag } = await unseal(day.key, kept);
  if (today.day === localDay(acts.serverTime())) Object.assign(day, { today, etag });
  else await remove("round", "today");
}

// Sends what waits, then asks what the server makes of the round.
async function send() {
  const outcome = await acts.sendAll();
  await countUnsent();
  if (outcome === "revoked") return revoked();
  if (day) await refresh();
}

async function refresh() {
  const asked = Date.now();
  const answer = await askRound(day.phoneKey, day.etag);
  if (!day) return;
  if (answer?.status === 401) return revoked();
  if (answer?.status === 200 || answer?.status === 304) {
    await acts.noteClock(answer.headers.get("X-Now"));
    if (answer.status === 200) {
      Object.assign(day, { today: answer.body, etag: answer.headers.get("ETag") });
      await put("round", await seal(day.key, { today: day.today, etag: day.etag }), "today");
    }
    await acts.forgetSent(asked, day.today.round?.id);
  }
  if (day.today) {
    if (!isAtDoor) await showRound();
  } else notice(say("no_network"), "warning");
}

async function revoked() {
  await wipe();
  day = null;
  isAtDoor = false;
  if (!document.querySelector("[data-form=enrol]")) askCode((key) => setPin(key, opened));
  notice(say("revoked"), "danger");
  await countUnsent();
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
  if (isAtDoor || !day) return; // a form was opened meanwhile: it is not to be taken away
  const { today } = day;
  if (!today.round || today.round.status === "closed") return showNoRound(today);
  document.querySelector("[data-title]").textContent = say("title", { number: today.round.number });
  const own = kept.filter((act) => act.round === today.round.id);
  const screen = cards.round(today, own, choose);
  const y = scrollY;
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

function choose(stop, act, pieces) {
  isAtDoor = true;
  const back = () => {
    isAtDoor = false;
    return showRound().then(() => toCard(stop));
  };
  const recorded = async () => {
    isAtDoor = false;
    await showRound();
    notice(say("saved"), "done");
    toCard(stop);
    send();
  };
  door({ today: day.today, stop, act, pieces }, back, recorded);
}

function toCard(stop) {
  document.querySelector(`[data-stop="${stop.position}"]`)?.scrollIntoView({ block: "start" });
}

start();
