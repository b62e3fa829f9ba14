// Renews the table of the day every twenty seconds, unless somebody is writing in it just then, and says of when it is.
"use strict";

const EVERY_MS = 20_000;
const box = document.querySelector("[data-live]");
const said = document.querySelector("[data-live-said]");
const asOf = document.querySelector("[data-live-as-of]");
const CLOCK = new Intl.DateTimeFormat("vi", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Ho_Chi_Minh" });
let etag = "";

// A link or a fold that was clicked keeps the focus for hours; only what is being written must not be taken away.
const isWriting = () => box.contains(document.activeElement) && document.activeElement.matches("input, select, textarea");

function tell(isLost) {
  said.textContent = isLost ? said.dataset.lost : "";
  if (!isLost) asOf.textContent = asOf.dataset.liveAsOf.replace("{time}", CLOCK.format(new Date()));
}

async function renew() {
  if (document.hidden || isWriting()) return;
  try {
    const answer = await fetch(box.dataset.live, { headers: { "If-None-Match": etag } });
    // Signed out meanwhile: what came back is the page to sign in, and the figures stay as old as they are.
    const isTold = !answer.redirected && (answer.status === 200 || answer.status === 304);
    tell(!isTold);
    if (!isTold || answer.status === 304) return;
    etag = answer.headers.get("ETag") ?? "";
    const made = document.createElement("template");
    made.innerHTML = await answer.text();
    if (!isWriting()) replace(made.content);
  } catch {
    tell(true);
  }
}

// What was folded stays so, and the keyboard stays where it was.
function replace(content) {
  const folded = [...box.querySelectorAll("details[id]:not([open])")].map((one) => one.id);
  const focused = box.contains(document.activeElement) ? placeOf(document.activeElement) : null;
  box.replaceChildren(content);
  for (const id of folded) document.getElementById(id)?.removeAttribute("open");
  if (focused) box.querySelector(focused)?.focus({ preventScroll: true });
}

function placeOf(element) {
  if (element.matches("a[href]")) return `a[href="${CSS.escape(element.getAttribute("href"))}"]`;
  if (element.matches("summary")) return `#${CSS.escape(element.parentElement.id)} > summary`;
  const form = element.closest("form");
  return form ? `form[action="${CSS.escape(form.getAttribute("action"))}"] button` : null;
}

tell(false);
setInterval(renew, EVERY_MS);
document.addEventListener("visibilitychange", renew);
