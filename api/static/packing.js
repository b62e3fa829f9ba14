// A scanner types a code, a scale its weight, each with Enter, into one field that never loses the focus. Each is sent
// alone and in order and answered by a sentence, a colour that flashes and a sound; what could not be sent waits in
// this tab, past a reload and a new sign-in. Without this script the form works too.
import { play } from "./sounds.js";

const CLASSES = { open: "", good: "done", done: "done", again: "warning", wrong: "danger", elsewhere: "elsewhere", unknown: "unknown" };
const SOUNDS = {
  open: [[784, 0.07]],
  good: [[988, 0.1]],
  again: [[523, 0.09], [0, 0.06], [523, 0.09]],
  wrong: [[196, 0.45]],
  elsewhere: [[392, 0.15], [294, 0.15], [196, 0.25]],
  unknown: [[147, 0.1], [0, 0.05], [147, 0.1], [0, 0.05], [147, 0.1]],
  done: [[659, 0.1], [784, 0.1], [988, 0.2]],
};
const RETRY_MS = 3000;
const N_LAST = 8;
const ENDED = ["sign_in_required", "csrf_failed", "forbidden"];
const STRAY_MS = 60; // between two letters of a scanner or a scale; nobody types so fast

const form = document.querySelector("[data-packing]");
const { text, item_id: item, giver, receiver, unit, csrf_token: token } = form.elements;
const place = (name) => document.querySelector(`[data-${name}]`);
const [said, label, left, last, close] = ["said", "label", "left", "last", "close"].map(place);
const leaveForm = place("leave");
const removeForm = place("remove");
const sounding = place("sound").querySelector("input");
const key = `packing:${form.action}`;
const words = form.dataset;
const none = place("open").textContent;
let waiting = JSON.parse(sessionStorage[key] || "[]");
let isSending = false;
let isOpenListed = giver.value !== "";

const number = (n) => n.toLocaleString(document.documentElement.lang);
const put = (name, value) => (place(name).textContent = value);

function say(sentence, tone) {
  said.textContent = sentence;
  said.className = `scan-said notice ${CLASSES[tone] ?? tone}`;
  void said.offsetWidth; // the flash begins anew though the class is the same
  said.classList.add("flash");
  if (sounding.checked) play(SOUNDS[tone] ?? SOUNDS.wrong);
}

function keep() {
  try {
    sessionStorage[key] = JSON.stringify(waiting);
  } catch {
    // The browser's room is full: what waits stays on the page and is sent from there.
  }
}

function showOpen(envelope) {
  item.value = envelope?.item_id ?? "";
  isOpenListed = Boolean(envelope?.n_documents);
  giver.value = receiver.value = envelope?.n_documents || "";
  put("open", envelope ? envelope.dossier_code : none);
  label.textContent = envelope ? label.dataset.weigh : label.dataset.scan;
  leaveForm.hidden = removeForm.hidden = !envelope;
  removeForm.elements.item_id.value = item.value;
}

function toField() {
  (item.value && !isOpenListed && !giver.value ? giver : text).focus();
}

function showPacked(answer, sent) {
  left.querySelector(`[data-code="${CSS.escape(answer.code)}"]`)?.remove();
  last.querySelector(`[data-code="${CSS.escape(answer.code)}"]`)?.remove();
  const line = document.createElement("li");
  const code = document.createElement("span");
  const again = document.createElement("button");
  line.dataset.code = code.textContent = answer.code;
  code.className = "code";
  again.className = "button quiet small";
  again.textContent = last.dataset.againWord;
  again.setAttribute("aria-label", `${again.textContent} ${answer.code}`);
  again.addEventListener("click", () => sendAgain(sent.item_id));
  line.append(code, ` ${answer.text} `, again);
  last.prepend(line);
  [...last.children].slice(N_LAST).forEach((old) => old.remove());
}

function sendAgain(itemId) {
  const asked = place("again");
  asked.elements.item_id.value = itemId;
  asked.requestSubmit();
}

function show(answer, sent) {
  put("packed", number(answer.n_packed));
  put("all-count", number(answer.n_all));
  put("left-count", number(answer.n_all - answer.n_packed));
  Object.assign(place("progress"), { max: answer.n_all || 1, value: answer.n_packed });
  const isRefused = answer.said === "refused";
  if (!isRefused || String(answer.open?.item_id ?? "") !== item.value) showOpen(answer.open);
  if (answer.said === "packed") showPacked(answer, sent);
  const isAll = answer.tone === "done";
  const about = answer.code && !isRefused ? `${answer.code}: ` : ""; // a refusal names the dossier itself
  say(about + answer.text + (isAll ? " " + words.all.replace("{n}", number(answer.n_all)) : ""), answer.tone);
  if (isAll) close.querySelector("input[type=checkbox]").focus();
  else if (isRefused) giver.select();
  else toField();
}

async function post(sent) {
  const body = new FormData();
  body.set("csrf_token", token.value);
  for (const [name, value] of Object.entries(sent)) body.set(name, value);
  const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
  if (answer.status >= 500 || answer.status === 429) throw new Error("later");
  const told = answer.redirected ? { code: "sign_in_required" } : await answer.json();
  if (!answer.ok && ENDED.includes(told.code)) throw new Error("ended");
  return [answer.ok, told];
}

const entryOf = (typed) => ({
  text: typed,
  item_id: item.value,
  unit: unit.value,
  ...(item.value && giver.value && receiver.value ? { giver: giver.value, receiver: receiver.value } : {}),
});

async function send() {
  if (isSending) return;
  isSending = true;
  while (waiting.length) {
    waiting[0].sent ??= entryOf(waiting[0].typed); // as the table is when its turn comes; sent again as it was
    keep();
    let isTaken, told;
    try {
      [isTaken, told] = await post(waiting[0].sent);
    } catch (error) {
      const isEnded = error.message === "ended";
      say((isEnded ? words.ended : words.waiting).replace("{n}", number(waiting.length)), "wrong");
      if (!isEnded) setTimeout(send, RETRY_MS);
      break;
    }
    const { sent } = waiting.shift();
    keep();
    if (isTaken) show(told, sent);
    else say(document.documentElement.lang === "vi" ? told.detail : told.detail_en, "wrong");
  }
  isSending = false;
}

function take(typed) {
  if (!typed) return toField();
  waiting.push({ typed });
  keep();
  send();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const typed = text.value.trim();
  text.value = "";
  const isAsked = item.value && !isOpenListed && !(giver.value && receiver.value);
  if (typed && isAsked && /^[0-9.,\s]+\s*k?g?$/i.test(typed)) {
    say(words.countFirst, "wrong");
    return (giver.value ? receiver : giver).focus();
  }
  take(typed);
});
for (const [field, next] of [[giver, receiver], [receiver, text]]) {
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    if (field.value.trim().length <= 5 && /^[0-9]*$/.test(field.value.trim())) return next.focus();
    const typed = field.value; // a scan that landed here: it is taken as a scan, the count is as it was
    field.value = field.dataset.was;
    take(typed.trim());
    text.focus();
  });
  field.addEventListener("focus", () => {
    field.dataset.was = field.value;
    field.select();
  });
}
// The scanner must never type into nothing, nor press a button with its Enter.
let lastKeyAt = 0;
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && item.value) {
    event.preventDefault();
    return leaveForm.requestSubmit();
  }
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const isFast = event.timeStamp - lastKeyAt < STRAY_MS;
  if (event.key.length === 1) lastKeyAt = event.timeStamp;
  if (event.key === "Enter" && isFast && event.target !== text && text.value && !event.target.closest("input[type=text]")) {
    event.preventDefault();
    return form.requestSubmit();
  }
  if (/^[A-Za-z0-9]$/.test(event.key) && !event.target.closest("input:not([type=checkbox]), textarea, select")) text.focus();
});
document.addEventListener("focusout", () => setTimeout(() => document.hasFocus() && document.activeElement === document.body && text.focus()));
addEventListener("beforeunload", (event) => waiting.length && event.preventDefault());

for (const [field, name] of [[sounding, "packing:sound"], [unit, "packing:unit"]]) {
  const isBox = field.type === "checkbox";
  if (localStorage[name]) isBox ? (field.checked = localStorage[name] === "true") : (field.value = localStorage[name]);
  field.addEventListener("change", () => {
    localStorage[name] = isBox ? field.checked : field.value;
    toField();
  });
}
place("sound").hidden = false;
if (!document.getElementById("faults")) toField();
if (waiting.length) send();
