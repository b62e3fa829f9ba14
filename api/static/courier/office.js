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

// Adds the office's buttons to the round's screen. `over` lays a screen over the round, `back` takes it away again, `map` opens that of the round.
export function attach(screen, { key, today, over, back, map }) {
  const ask = asking(key);
  const bar = copy("office");
  const go = (name, run) => () => (over(name), run());
  const texts = bar.querySelector("[data-act=messages]");
  const n = messages.countNew();
  texts.textContent = n ? say("messages_new", { n }) : say("messages");
  texts.classList.toggle("quiet", !n);
  texts.addEventListener("click", go("messages", () => messages.talk(ask, back)));
  bar.querySelector("[data-act=cash]").addEventListener("click", go("cash", () => count(ask, back)));
  bar.querySelector("[data-act=map]").addEventListener("click", go("map", map));
  for (const move of moved.open()) {
    const button = copy("move-waits").firstElementChild;
    button.textContent = say(move.side === "give" ? "give_to" : "take_from", { name: move.other });
    button.addEventListener("click", go("moved", () => moved.confirm(ask, move, back)));
    bar.querySelector("[data-moves]").append(button);
  }
  screen.querySelector("[data-cards]").before(bar);
  if (!today.takes_transfers) return;
  for (const stop of today.stops) offerTransfer(screen, stop);
  // The list of cards stays from one look to the next: the one before hears no more.
  screen.querySelector("[data-cards]").onclick = ({ target }) => {
    const { code } = target.closest("[data-act=transfer]")?.dataset ?? {};
    if (code) go("transfer", () => transfer(ask, code, back))();
  };
}

// A card that stood there before has its buttons.
function offerTransfer(screen, stop) {
  const owed = stop.pieces.filter((piece) => piece.evidence.fee_vnd && piece.acts.length);
  if (!owed.length) return;
  const acts = screen.querySelector(`[data-stop="${stop.position}"] .acts`);
  if (acts.querySelector("[data-act=transfer]")) return;
  for (const piece of owed) {
    const button = copy("pay").firstElementChild;
    button.dataset.code = piece.code;
    acts.append(button);
  }
}
