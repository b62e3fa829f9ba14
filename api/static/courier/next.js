// One scan screen: a code leads to the one allowed next step at its stop, or to why there is none.
import { copy, notice, say, show, told } from "./words.js";
import { open } from "./cards.js";
import { codesOf, isAt } from "./doors.js";
import { buzz, scanner } from "./scan.js";
import { askNext } from "./server.js";

const bare = (text) => text.toUpperCase().replace(/[\s.-]/g, "");

// What the copy on this phone says, also without signal. A number that is well formed is not enough: it must be here.
export function nextOf(today, own, text) {
  const code = bare(text);
  for (const stop of today.stops) {
    const named = codesOf(stop).includes(code);
    const piece = stop.pieces.find((one) => bare(one.code) === code || bare(one.dossier_code) === code);
    if (!named && !piece) continue;
    if (today.round.status === "planned") return { act: "load", stop };
    const may = open(stop, own);
    for (const act of ["deliver", "collect"]) {
      if (may[act].length && (named || may[act].includes(piece))) return { act, stop, pieces: may[act] };
    }
    const done = may.mine.some((one) => !piece || one.codes.includes(piece.code));
    return { stop, why: done ? say("scan_done") : told(piece ?? stop.pieces[0]), isDone: done };
  }
  return { why: say("scan_not_here"), isUnknown: true };
}

// `take` begins a step; `refuse` takes it back where the server knows better, such as a piece withdrawn since.
export function scanning({ phoneKey, state, take, refuse }, back) {
  const screen = copy("scan-next");
  screen.querySelector("[data-back]").addEventListener("click", back);
  const box = screen.querySelector("[data-scan]");
  notice("");
  show(screen);
  window.scrollTo(0, 0);
  const said = scanner(box, (code) => follow(code, { phoneKey, state, take, refuse, said }), { isAtOnce: true });
}

export async function follow(text, { phoneKey, state, take, refuse, said }) {
  const { today, own } = await state();
  const step = nextOf(today, own, text);
  buzz(Boolean(step.act));
  if (step.act) take(step);
  else said(say("scan_said", { code: text, why: step.why }), step.isDone ? "warning" : "danger");
  if (step.isDone) return;
  const answer = await askNext(phoneKey, text);
  if (answer?.status !== 200) return;
  const { act, position, code } = answer.body;
  if (!act) {
    const why = say("scan_said", { code, why: told(answer.body) });
    if (step.act) refuse(step, why);
    else said(why, "danger");
  } else if (!step.act && step.isUnknown) {
    const stop = today.stops.find((one) => isAt(one, position));
    const again = stop && nextOf(today, own, stop.code); // a label's link, a dossier's code: the server knows whose
    if (again?.act) take(again);
  }
}
