// Pieces that pass to another courier: the giver scans them out, the taker scans them in; until both did, the giver has them.
import { buzz, scanner } from "./scan.js";
import { copy, notice, say, sayUndone, show } from "./words.js";

const bare = (text) => text.toUpperCase().replace(/[\s.-]/g, "");

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
  const list = screen.querySelector("[data-pieces]");
  const draw = () => list.replaceChildren(...move.pieces.map(line));
  screen.querySelector("[data-back]").addEventListener("click", back);
  notice("");
  draw();
  show(screen);
  window.scrollTo(0, 0);
  const wrong = (code) => {
    buzz(false);
    said(say("not_moved", { code }), "danger");
  };
  const said = scanner(document.querySelector("[data-form=moved] [data-scan]"), async (text) => {
    const code = bare(text);
    const piece = move.pieces.find((one) => bare(one.code) === code);
    if (!piece) return wrong(code);
    const headers = { "Content-Type": "application/json" };
    const body = JSON.stringify({ codes: [piece.code] });
    const answer = await ask(`/v1/courier/moves/${move.id}/pieces`, { method: "POST", headers, body });
    if (answer?.status !== 200) return sayUndone(answer);
    notice("");
    if (answer.body.unknown.length) return wrong(code); // taken off it meanwhile
    buzz(true);
    piece[isGiver ? "is_given" : "is_taken"] = true;
    known.etag = "";
    if (answer.body.is_over) {
      known.moves = known.moves.filter((one) => one !== move);
      await back();
      return notice(say("moved_over"), "done");
    }
    const so = { n: answer.body[isGiver ? "n_given" : "n_taken"], limit: answer.body.n_pieces };
    said(say(isGiver ? "moved_given" : "moved_taken", so), "done");
    return draw();
  }, { isAtOnce: true });
}

function line(piece) {
  const made = copy("moved-piece").firstElementChild;
  made.querySelector("[data-code]").textContent = piece.code;
  made.querySelector("[data-whom]").textContent = piece.whom;
  made.querySelector("[data-given]").textContent = piece.is_given ? say("is_given") : "";
  made.querySelector("[data-taken]").textContent = piece.is_taken ? say("is_taken") : "";
  return made;
}
