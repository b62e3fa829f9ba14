// Why it did not work: a reason with what it needs, who acts next, and the card left for who was not there.
import { copy, notice, say, told } from "./words.js";
import { queue } from "./acts.js";
import { reach } from "./cards.js";
import { leaveCard } from "./leave.js";
import { photosIn } from "./photos.js";
import { calledAt } from "./told.js";
import { head, tellOrSay, wire } from "./wiring.js";

const KINDS = { result: "attempt_failed", collection: "collection_failed" };

export function whyNot({ today, own, stop, pieces }, back, recorded) {
  const screen = copy("fail");
  head(screen, "form_fail", stop);
  const which = ticksOf(screen.querySelector("[data-which]"), pieces);
  let taken = pieces;
  const list = screen.querySelector("[data-reasons]");
  for (const reason of today.reasons) list.append(line(reason));
  const at = { round: today.round.id, position: stop.position };
  const calls = calledAt(own, stop);
  const words = screen.querySelector("[data-words-box]");
  reach(screen, stop, () => {
    calls.push(new Date().toISOString());
    tellOrSay({ ...at, kind: "called" });
  });
  const photos = photosIn(screen.querySelector("[data-photos]"), say("photo_door"));
  const chosen = (form) => today.reasons.find((one) => one.code === form.elements.reason.value);
  const isResult = stop.direction === "result";
  list.addEventListener("change", (event) => {
    const asksWords = isResult && chosen(event.target.form).needs.includes("words");
    words.querySelector("textarea").required = asksWords;
    words.querySelector("[data-asked]").hidden = !asksWords;
  });
  const actId = crypto.randomUUID();
  const record = async (form) => {
    const reason = chosen(form);
    taken = which();
    if (!taken.length) {
      notice(say("none_taken"), "danger");
      form.elements.take[0].focus();
      return false;
    }
    if (isResult && reason.needs.includes("call") && stop.phone && !calls.length) {
      notice(say("call_first"), "danger");
      form.querySelector("[data-act=call]").focus();
      return false;
    }
    if (isResult && reason.needs.includes("photo") && !photos().length) {
      notice(say("photo_first"), "danger");
      form.querySelector("[data-photos] input").focus();
      return false;
    }
    const scan = { kind: KINDS[stop.direction], reason: reason.code, called_at: calls, words: form.elements.words.value.trim() };
    const scans = taken.map((piece) => ({ ...scan, code: piece.code }));
    await queue({ ...at, act: "fail", pieces: scans, actId, photos: photos() });
    return true;
  };
  const after = () => {
    const invites = isResult && chosen(document.querySelector("[data-form=fail]")).invites;
    if (!invites) return recorded();
    return leaveCard({ today, stop, pieces: taken, actId }, recorded);
  };
  wire(screen, back, record, after);
}

// A reason is about the pieces it is ticked for: of several at one door each may have its own, or still be delivered.
function ticksOf(box, pieces) {
  if (pieces.length < 2) {
    box.remove();
    return () => pieces;
  }
  for (const piece of pieces) {
    const made = copy("failed-piece");
    made.querySelector("span").textContent = piece.code;
    box.append(made);
  }
  box.hidden = false;
  const boxes = [...box.querySelectorAll("[name=take]")];
  return () => pieces.filter((_, n) => boxes[n].checked);
}

function line(reason) {
  const made = copy("reason");
  made.querySelector("input").value = reason.code;
  const said = told(reason);
  made.querySelector("[data-says]").textContent = said.charAt(0).toUpperCase() + said.slice(1);
  const needs = reason.needs.map((need) => say(`need_${need}`));
  made.querySelector("[data-next]").textContent = [say(`next_${reason.next}`), ...needs].join(" · ");
  return made;
}
