// Short texts with the office: looked for with the round, on a screen of their own; what cannot be sent yet stays typed.
import { clock, copy, notice, say, sayUndone, show } from "./words.js";

let known = { etag: "", messages: [] };
let draft = "";

// Looks for new texts, and tells the office how many acts wait. `ask` is the phone's way to the server.
export async function look(ask, nUnsent) {
  const headers = { "X-Unsent": String(nUnsent), ...(known.etag ? { "If-None-Match": known.etag } : {}) };
  const answer = await ask("/v1/courier/messages", { headers });
  if (answer?.status === 200) known = { etag: answer.headers.get("ETag") ?? "", messages: answer.body.messages };
}

export const countNew = () => known.messages.filter((one) => !one.is_from_courier && !one.is_read).length;

export function forget() {
  known = { etag: "", messages: [] };
  draft = "";
}

export function talk(ask, back) {
  const screen = copy("messages");
  const list = screen.querySelector("[data-list]");
  for (const one of known.messages) list.append(line(one));
  screen.querySelector("[data-none]").hidden = known.messages.length > 0;
  const form = screen.querySelector("form");
  const box = form.elements.words;
  box.value = draft;
  box.addEventListener("input", () => (draft = box.value));
  form.querySelector("[data-back]").addEventListener("click", back);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(ask, form, back);
  });
  notice("");
  show(screen);
  window.scrollTo(0, 0);
  seen(ask);
}

function line(one) {
  const made = copy("message").firstElementChild;
  made.classList.add(one.is_from_courier ? "ours" : "theirs");
  made.querySelector("[data-words]").textContent = one.words;
  const read = one.is_from_courier ? ` · ${say(one.is_read ? "message_read" : "message_unread")}` : "";
  made.querySelector("[data-when]").textContent = clock(one.sent_at) + read;
  return made;
}

let clientId = crypto.randomUUID();

async function send(ask, form, back) {
  const words = form.elements.words.value.trim();
  if (!words) return;
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  const body = JSON.stringify({ client_id: clientId, words, sent_at: new Date().toISOString() });
  const headers = { "Content-Type": "application/json" };
  const answer = await ask("/v1/courier/messages", { method: "POST", headers, body });
  button.disabled = false;
  if (!answer) return notice(say("message_waits"), "warning");
  if (answer.status !== 201) return sayUndone(answer);
  clientId = crypto.randomUUID(); // until it is there, sending again is the same text
  draft = "";
  known.etag = "";
  back();
  notice(say("message_sent"), "done");
}

async function seen(ask) {
  const ids = known.messages.filter((one) => !one.is_from_courier && !one.is_read).map((one) => one.id);
  if (!ids.length) return;
  const headers = { "Content-Type": "application/json" };
  const answer = await ask("/v1/courier/messages/seen", { method: "POST", headers, body: JSON.stringify({ ids }) });
  if (answer?.status === 200) for (const one of known.messages) one.is_read ||= ids.includes(one.id);
}
