// The app's sentences stand in its page, in the page's language; here they are filled in and templates are copied.
const WORDS = {};
for (const word of document.getElementById("words").content.querySelectorAll("[data-word]")) {
  WORDS[word.dataset.word] = word.textContent;
}

export const LANGUAGE = document.documentElement.lang;

export function say(word, values = {}) {
  return WORDS[word].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

// A sentence the server said in both languages.
export function told(answer) {
  return (LANGUAGE === "en" ? answer.detail_en : answer.detail) || answer.detail || "";
}

// Why what was asked of the server was not done: its own words, or that it failed; that no answer came is said of nothing else.
export function whyUndone(answer) {
  if (!answer) return say("no_network");
  return (answer.body && told(answer.body)) || say("server_failed");
}

export const sayUndone = (answer) => notice(whyUndone(answer), answer ? "danger" : "warning");

export function number(value, digits = 0) {
  return new Intl.NumberFormat(LANGUAGE === "en" ? "en" : "vi", { maximumFractionDigits: digits }).format(value);
}

export function money(vnd) {
  return say("money", { amount: number(vnd) }).replace(" ", "\u00a0");
}

const TIME = new Intl.DateTimeFormat("vi", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "Asia/Ho_Chi_Minh" });

export function clock(instant) {
  return TIME.format(new Date(instant));
}

// An instant as people write it: 16:30, 20/11/2026.
export function moment(instant) {
  const day = localDay(instant).split("-").reverse().join("/");
  return `${clock(instant)}, ${day}`;
}

const DAY = new Intl.DateTimeFormat("en-CA", { dateStyle: "short", timeZone: "Asia/Ho_Chi_Minh" });

// The local day of an instant, as the API writes days.
export function localDay(instant) {
  return DAY.format(new Date(instant));
}

export function copy(id) {
  return document.getElementById(id).content.cloneNode(true);
}

export function show(screen) {
  document.querySelector("[data-screen]").replaceChildren(screen);
}

export function notice(text, tone = "") {
  const box = document.querySelector("[data-said]");
  const line = document.createElement("p");
  line.textContent = text;
  box.className = text ? `notice ${tone}` : "";
  document.body.classList.toggle("says", Boolean(text));
  box.replaceChildren(...(text ? [line] : []));
}

// What went well is said until the next touch: from then on it only stands before what is read.
const forgetDone = () => document.querySelector("[data-said].done") && notice("");
for (const touch of ["click", "keydown"]) document.addEventListener(touch, forgetDone, { capture: true, passive: true });
