// Renews the table of the day every twenty seconds, unless somebody is using it just then.
"use strict";

const EVERY_MS = 20_000;
const box = document.querySelector("[data-live]");
const said = document.querySelector("[data-live-said]");
let etag = "";

async function renew() {
  if (document.hidden || box.contains(document.activeElement)) return;
  try {
    const answer = await fetch(box.dataset.live, { headers: { "If-None-Match": etag } });
    said.textContent = answer.ok || answer.status === 304 ? "" : said.dataset.lost;
    if (answer.status !== 200 || answer.redirected) return;
    etag = answer.headers.get("ETag") ?? "";
    const made = document.createElement("template");
    made.innerHTML = await answer.text();
    if (!box.contains(document.activeElement)) box.replaceChildren(made.content);
  } catch {
    said.textContent = said.dataset.lost;
  }
}

setInterval(renew, EVERY_MS);
document.addEventListener("visibilitychange", renew);
