// A scanner types a code and presses Enter. Each code is sent alone and in order, and answered by a sentence,
// a colour and a sound; what could not be sent waits here and is tried again. Without this script the form works too.
"use strict";

const CLASSES = { good: "done", again: "warning", wrong: "danger", elsewhere: "elsewhere", unknown: "unknown" };
// Pairs of pitch (Hz, 0 is silence) and length (s): told apart without looking at the screen.
const SOUNDS = {
  good: [[988, 0.1]],
  again: [[523, 0.09], [0, 0.06], [523, 0.09]],
  wrong: [[196, 0.45]],
  elsewhere: [[392, 0.15], [294, 0.15], [196, 0.25]],
  unknown: [[147, 0.1], [0, 0.05], [147, 0.1], [0, 0.05], [147, 0.1]],
  done: [[659, 0.1], [784, 0.1], [988, 0.2]],
};
const RETRY_MS = 3000;
const STRAY = /[A-Z]{2}[0-9]{9}[A-Z]{2}$/i;
let sound = null;

function play(name) {
  const Context = window.AudioContext || window.webkitAudioContext;
  if (!Context) return;
  sound = sound || new Context();
  sound.resume();
  let at = sound.currentTime;
  for (const [pitch, length] of SOUNDS[name]) {
    if (pitch) {
      const tone = sound.createOscillator();
      tone.frequency.value = pitch;
      tone.connect(sound.destination);
      tone.start(at);
      tone.stop(at + length);
    }
    at += length;
  }
}

function watch(form) {
  const input = form.elements.code;
  const token = form.elements.csrf_token.value;
  const said = document.querySelector("[data-said]");
  const missing = document.querySelector("[data-missing]");
  const others = document.querySelector("[data-others]");
  const waiting = [];
  const last = [...document.querySelectorAll("main form")].at(-1);
  const next = [...last.querySelectorAll("input:not([type=hidden])")].find((f) => !f.value) || last.querySelector("button");
  let isSending = false;

  const number = (n) => n.toLocaleString(document.documentElement.lang);
  const words = form.dataset;
  const detail = (answer) => (document.documentElement.lang === "vi" ? answer.detail : answer.detail_en);
  const each = (name, text) => document.querySelectorAll(name).forEach((place) => (place.textContent = text));
  const say = (text, tone) => {
    said.textContent = text;
    said.className = "scan-said notice " + (CLASSES[tone] || tone);
  };
  const find = (list, code) => list.querySelector(`[data-code="${CSS.escape(code)}"]`);

  function setApart(scan) {
    if (find(others, scan.code)) return;
    const line = document.createElement("li");
    const code = document.createElement("span");
    line.dataset.code = scan.code;
    code.className = "code";
    code.textContent = scan.code;
    line.append(code, " " + detail(scan));
    others.append(line);
    each("[data-other-count]", number(others.children.length));
  }

  function show(scan, told) {
    const n_missing = told.n_expected - told.n_scanned;
    each("[data-scanned]", number(told.n_scanned));
    each("[data-expected]", number(told.n_expected));
    each("[data-missing-count]", number(n_missing));
    document.querySelector("[data-progress]").value = told.n_scanned;
    find(missing, scan.code)?.remove();
    const isOdd = !["right", "again", "unreadable"].includes(scan.said);
    if (isOdd) setApart(scan);
    const isAll = scan.said === "right" && n_missing === 0;
    say(`${scan.code}: ${detail(scan)}` + (isAll ? " " + words.all.replace("{n}", number(told.n_expected)) : ""), scan.tone);
    play(isAll ? "done" : scan.tone);
    if (n_missing && !missing.children.length && !waiting.length) window.location.reload(); // the page shows the first ones
  }

  async function post(code) {
    const answer = await fetch(form.dataset.api, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
      body: JSON.stringify({ codes: [code] }),
    });
    if (answer.status >= 500 || answer.status === 429) throw new Error("later");
    return [answer.ok, await answer.json()];
  }

  async function send() {
    if (isSending) return;
    isSending = true;
    while (waiting.length) {
      let isTaken, told;
      try {
        [isTaken, told] = await post(waiting[0]);
      } catch {
        say(words.waiting.replace("{n}", number(waiting.length)), "danger");
        play("wrong");
        setTimeout(send, RETRY_MS);
        break;
      }
      const code = waiting.shift();
      if (isTaken) show(told.scans[0], told);
      else {
        say(`${code}: ${detail(told)}`, "danger");
        play("wrong");
      }
    }
    isSending = false;
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const code = input.value.trim();
    input.value = "";
    input.focus();
    if (!code) {
      if (!waiting.length) next.focus(); // Enter on the empty field: the count is done, on to the names
      return;
    }
    waiting.push(code);
    send();
  });
  // The scanner must never type into nothing, nor press a button with its Enter: a letter or digit outside a text
  // field goes to the one field for scans. Space and Enter stay with the button, for whoever works by keyboard.
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || !/^[A-Za-z0-9]$/.test(event.key)) return;
    if (!event.target.closest("input:not([type=checkbox]), textarea, select")) input.focus();
  });
  // A scan that lands in a name's field is taken out of it again and counted, never handed over as a name.
  document.addEventListener("keydown", (event) => {
    const field = event.target;
    if (event.key !== "Enter" || field === input || field.type !== "text") return;
    const [code] = field.value.match(STRAY) || [];
    if (!code) return;
    event.preventDefault();
    field.value = field.value.slice(0, -code.length);
    input.focus();
    waiting.push(code);
    send();
  });
  window.addEventListener("beforeunload", (event) => {
    if (waiting.length) event.preventDefault();
  });
  if (!document.getElementById("faults")) input.focus();
}

document.querySelectorAll("[data-count]").forEach(watch);
