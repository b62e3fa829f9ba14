// Pieces that pass to another courier: the giver scans them out, the taker scans them in; until both did, the giver has them.
import { copy, notice, say, show } from "./words.js";

let known = { etag: "", moves: [] };

export async function look(ask) {
  const answer = await ask("/v1/courier/moves", { headers: known.etag ? { "If-None-Match": known.etag } : {} });
  if (answer?.status === 200) known = { etag: answer.headers.get("ETag") ?? "", moves: answer.body.moves };
}

export const open = () => known.moves;

export function forget() {
  known = { etag: "", moves: [] };
}

export function confirm(ask, move, back) {
  const screen = copy("moved");
  const isGiver = move.side === "give";
  screen.querySelector("[data-heading]").textContent = say(isGiver ? "give_to" : "take_from", { name: move.other });
  screen.querySelector("[data-reason]").textContent = move.reason;
  const form = screen.querySelector("form");
  const box = form.elements.code;
  const list = screen.querySelector("[data-pieces]");
  const draw = () => list.replaceChildren(...move.pieces.map(line));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const code = box.value.replace(/\s/g, "").toUpperCase();
    box.value = "";
    box.focus();
    if (!code) return;
    const piece = move.pieces.find((one) => one.code === code);
    if (!piece) return notice(say("not_moved", { code }), "danger");
    const headers = { "Content-Type": "application/json" };
    const body = JSON.stringify({ codes: [code] });
    const answer = await ask(`/v1/courier/moves/${move.id}/pieces`, { method: "POST", headers, body });
    if (answer?.status !== 200) return notice(say("no_network"), "warning");
    piece[isGiver ? "is_given" : "is_taken"] = true;
    known.etag = "";
    if (answer.body.is_over) {
      known.moves = known.moves.filter((one) => one !== move);
      await back();
      return notice(say("moved_over"), "done");
    }
    notice(say(isGiver ? "moved_given" : "moved_taken", { n: answer.body[isGiver ? "n_given" : "n_taken"], limit: answer.body.n_pieces }), "done");
    draw();
  });
  form.querySelector("[data-back]").addEventListener("click", back);
  notice("");
  draw();
  show(screen);
  window.scrollTo(0, 0);
}

function line(piece) {
  const made = copy("moved-piece").firstElementChild;
  made.querySelector("[data-code]").textContent = piece.code;
  made.querySelector("[data-whom]").textContent = piece.whom;
  made.querySelector("[data-given]").textContent = piece.is_given ? say("is_given") : "";
  made.querySelector("[data-taken]").textContent = piece.is_taken ? say("is_taken") : "";
  return made;
}
