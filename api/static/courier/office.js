// What passes between the round and the office besides acts at doors: texts, stops that change hands, money.
import { count, transfer } from "./money.js";
import * as messages from "./messages.js";
import * as moved from "./moved.js";
import { ask as askServer } from "./server.js";
import { copy, say } from "./words.js";

const asking = (key) => (path, options = {}) =>
  askServer(path, { ...options, headers: { ...options.headers, "X-Phone-Key": key } });

// With the round's own look: nothing here is needed offline, so an answer that does not come is no fault.
export async function look(key, nUnsent) {
  await Promise.all([messages.look(asking(key), nUnsent), moved.look(asking(key))]);
}

export function forget() {
  messages.forget();
  moved.forget();
}

// Adds the office's buttons to the round's screen. `over` lays a screen over the round, `back` takes it away again.
export function attach(screen, { key, today, over, back }) {
  const ask = asking(key);
  const bar = copy("office");
  const go = (name, run) => () => (over(name), run());
  const texts = bar.querySelector("[data-act=messages]");
  const n = messages.countNew();
  texts.textContent = n ? say("messages_new", { n }) : say("messages");
  texts.classList.toggle("quiet", !n);
  texts.addEventListener("click", go("messages", () => messages.talk(ask, back)));
  bar.querySelector("[data-act=cash]").addEventListener("click", go("cash", () => count(ask, back)));
  for (const move of moved.open()) {
    const button = copy("move-waits").firstElementChild;
    button.textContent = say(move.side === "give" ? "give_to" : "take_from", { name: move.other });
    button.addEventListener("click", go("moved", () => moved.confirm(ask, move, back)));
    bar.querySelector("[data-moves]").append(button);
  }
  screen.querySelector("[data-cards]").before(bar);
  if (today.takes_transfers) for (const stop of today.stops) offerTransfer(screen, stop, { ask, go, back });
}

function offerTransfer(screen, stop, { ask, go, back }) {
  const owed = stop.pieces.filter((piece) => piece.evidence.fee_vnd && piece.acts.length);
  const acts = screen.querySelector(`[data-stop="${stop.position}"] .acts`);
  for (const piece of acts ? owed : []) {
    const button = copy("pay").firstElementChild;
    button.addEventListener("click", go("transfer", () => transfer(ask, piece.code, back)));
    acts.append(button);
  }
}
