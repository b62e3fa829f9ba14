// A paper day typed back: a scan opens a stop, Enter goes from field to field, and the last Enter sends the stop.
// Without this script the page is one long form that does the same.
"use strict";

const RETRY_MS = 5000;
const form = document.querySelector("[data-sheet-entry]");
const scan = document.getElementById("find-stop");
const said = document.querySelector("[data-said]");
const entries = [...document.querySelectorAll("[data-entry]")];
const waiting = []; // stops that were left by their last field and are not at the server yet
let current = null;
let isSending = false;

function begin() {
  form.classList.add("one-by-one");
  form.noValidate = true;
  document.querySelector("[data-scan]").hidden = false;
  form.addEventListener("keydown", pressed);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", (event) => event.target.matches("[data-outcome]") && choose(current));
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-open], [data-wrong-list] a");
    if (!link) return;
    event.preventDefault();
    open(entryOf(link.dataset.open ?? link.hash.replace("#entry-", "")));
  });
  addEventListener("beforeunload", (event) => waiting.length && event.preventDefault());
  const wrong = entries.find((entry) => entry.querySelector("[aria-invalid]"));
  if (wrong) open(wrong);
  else toScan();
}

const entryOf = (id) => entries.find((entry) => entry.dataset.entry === id);
const isLeft = (entry) => "left" in entry.dataset;
const wordsOf = (template, values) => template.replace(/\{(\w+)\}/g, (_, name) => values[name]);

function pressed(event) {
  if (event.isComposing) return;
  if (event.key === "Escape" || event.key === "F2") return event.preventDefault(), toScan();
  if (event.key !== "Enter" || event.target.matches("a, button")) return;
  event.preventDefault();
  if (event.target === scan) return scanned(scan.value.replace(/\s/g, "").toUpperCase());
  step(event.target, event.shiftKey ? -1 : 1);
}

function toScan() {
  current?.classList.remove("current");
  current = null;
  scan.value = "";
  scan.focus();
}

function scanned(code) {
  scan.value = "";
  const entry = code
    ? entries.find((one) => one.dataset.codes.split(" ").includes(code))
    : entries.find((one) => isLeft(one) && !waiting.includes(one));
  if (!entry) return tell(code ? wordsOf(said.dataset.unknown, { code }) : said.dataset.all, code ? "danger" : "done");
  if (entry.disabled) return tell(wordsOf(said.dataset.done, { number: entry.dataset.position }), "warning");
  open(entry);
}

function tell(words, tone = "") {
  said.textContent = words;
  said.className = words ? `entry-said notice ${tone}` : "entry-said";
}

function open(entry) {
  if (!entry || entry.disabled) return;
  tell("");
  current?.classList.remove("current");
  current = entry;
  entry.classList.add("current");
  const outcome = entry.querySelector("[data-outcome]");
  if (!outcome.value) outcome.value = "done"; // the usual answer
  choose(entry);
  go(entry.querySelector("[aria-invalid]") ?? fields(entry)[0]);
}

function choose(entry) {
  entry?.classList.toggle("failed", entry.querySelector("[data-outcome]").value !== "done");
}

const fields = (entry) =>
  [...entry.querySelectorAll("input, select")].filter((field) => field.type !== "hidden" && field.offsetParent);

function go(field) {
  field.focus();
  if (field.select && field.type === "text") field.select();
  field.scrollIntoView({ block: "nearest" });
}

function step(field, by) {
  if (by > 0 && !isRight(field)) return;
  const all = fields(current);
  const next = all[all.indexOf(field) + by];
  if (next) return go(next);
  if (by < 0) return;
  const wrong = all.find((one) => !isRight(one));
  if (wrong) return go(wrong);
  const entry = current;
  mark(entry, form.dataset.unsent, "accent");
  delete entry.dataset.left;
  entry.querySelector("[data-entry-wrong]").hidden = true;
  if (!waiting.includes(entry)) waiting.push(entry);
  toScan();
  send();
}

function isRight(field) {
  const isMissing = "needed" in field.dataset && !field.value.trim();
  const isFine = !isMissing && field.checkValidity();
  flag(field, isFine ? "" : field.dataset.invalid);
  return isFine;
}

// Says beside a field what is wrong with it; "" takes it back.
function flag(field, words) {
  const id = `${field.id}-wrong`;
  document.getElementById(id)?.remove();
  field.removeAttribute("aria-invalid");
  field.removeAttribute("aria-describedby");
  if (!words) return;
  const hint = document.createElement("span");
  Object.assign(hint, { id, className: "hint danger", textContent: words });
  field.before(hint);
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", id);
}

function mark(entry, words, tone) {
  const tag = document.createElement("span");
  Object.assign(tag, { className: `tag ${tone}`, textContent: words });
  document.querySelector(`[data-line="${entry.dataset.entry}"] [data-state]`).replaceChildren(tag);
  const count = document.querySelector("[data-left-count]");
  count.textContent = wordsOf(count.dataset.words, { n: entries.filter(isLeft).length });
}

async function send() {
  if (isSending) return;
  isSending = true;
  while (waiting.length) {
    if (!(await sent(waiting[0]))) {
      setTimeout(send, RETRY_MS);
      break;
    }
    waiting.shift();
  }
  isSending = false;
}

async function sent(entry) {
  const body = new URLSearchParams({ csrf_token: form.querySelector("[name=csrf_token]").value });
  for (const field of entry.querySelectorAll("input, select")) {
    if (field.type !== "checkbox" || field.checked) body.append(field.name, field.value);
  }
  let answer;
  try {
    answer = await fetch(location.pathname, { method: "POST", body, headers: { Accept: "application/json" } });
  } catch {
    return tell(form.dataset.line, "warning"), false;
  }
  if (answer.status === 401 || answer.status === 403 || answer.redirected) return tell(form.dataset.signedOut, "danger"), false;
  if (answer.status >= 500) return tell(form.dataset.line, "warning"), false;
  const told = await answer.json().catch(() => ({}));
  settle(entry, told.stops?.[0] ?? { said: told.detail ?? form.dataset.refused, field: "" });
  return true;
}

function settle(entry, { said: why, field }) {
  listWrong(entry, why);
  if (!why) {
    entry.disabled = true;
    return mark(entry, form.dataset.recorded, "done");
  }
  entry.dataset.left = "";
  mark(entry, form.dataset.refused, "danger");
  const found = field && entry.querySelector(`[name^="${field}-"]:not([type=checkbox])`);
  const note = entry.querySelector("[data-entry-wrong]");
  if (found) flag(found, why);
  else Object.assign(note, { hidden: false, textContent: why });
  if (!current && !scan.value) open(entry);
}

// The stops that were refused stand above everything by their number until they are right.
function listWrong(entry, why) {
  const box = document.querySelector("[data-wrong-list]");
  const list = box.querySelector("ul");
  const href = `#entry-${entry.dataset.entry}`;
  [...list.children].find((line) => line.firstElementChild.getAttribute("href") === href)?.remove();
  if (why) {
    const link = Object.assign(document.createElement("a"), { href });
    link.textContent = wordsOf(form.dataset.stop, { number: entry.dataset.position, why });
    list.append(document.createElement("li"));
    list.lastElementChild.append(link);
  }
  box.hidden = !list.children.length;
}

begin();
