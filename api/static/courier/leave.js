// What is left at a door: the absence card after a try that failed, the numbered receipt of a dossier or a fee. By message,
// which the post sends, or on paper.
import { copy, moment, money, notice, say, show } from "./words.js";
import { serverTime } from "./clock.js";
import { head, tellOrSay } from "./wiring.js";

const day = (iso) => iso.split("-").reverse().join("/");

// The card's facts in large print: where the office is, until when, and when the courier comes again.
export function leaveCard({ today, stop, pieces, actId }, done) {
  const screen = copy("card-left");
  head(screen, "card_for", stop);
  const last = pieces.map((piece) => piece.invitation).filter(Boolean).at(-1);
  const counted = last?.is_new ? say("invitation", { n: last.n }) : say("no_invitation");
  screen.querySelector("[data-counted]").textContent = counted;
  const { name, address, opening_hours: hours, phone } = today.office;
  const facts = [
    say("card_office", { office: [name, address].filter(Boolean).join(", ") }),
    hours && say("card_hours", { hours }),
    phone && say("card_phone", { phone }),
    last?.try_from && say("card_again", { day: day(last.try_from) }),
    last?.keep_until && say("card_until", { day: day(last.keep_until) }),
  ].filter(Boolean);
  lines(screen, facts);
  const text = [say("card_came"), ...facts].join(" ");
  leaving({ screen, today, stop, text, kind: "card", actId }, done);
}

// The receipt: its number, what was handed over, the seal, the money and when.
export function leaveReceipt({ today, stop, pieces, numbers, seals, actId }, done) {
  const screen = copy("receipt");
  head(screen, "receipt_for", stop);
  const given = numbers.filter(Boolean);
  const shown = screen.querySelector("[data-number]");
  shown.textContent = given.length ? say("receipt_number", { number: "" }) : say("receipt_no_number");
  // A number is read out whole: it never runs on into the next line.
  for (const number of given) shown.append(Object.assign(document.createElement("span"), { className: "whole-line", textContent: number }));
  const office = [today.office.name, today.office.phone].filter(Boolean).join(", ");
  const at = { day: moment(serverTime()), office };
  const said = pieces.map((piece, n) => {
    const { checklist, evidence } = piece;
    const paid = evidence.fee_vnd ? say("receipt_paid", { sum: money(evidence.fee_vnd) }) : "";
    if (!evidence.needs_seal) return say("receipt_fee", { ...at, code: piece.code, paid });
    const papers = { n: checklist.length || 1, papers: checklist.join("; "), seal: seals[n] ?? "" };
    return [say("receipt_text", { ...at, code: piece.code, ...papers }), paid].filter(Boolean).join(" ");
  });
  lines(screen, said);
  const box = screen.querySelector("[data-typed]");
  if (given.length) box.remove();
  else box.hidden = false;
  const text = [...(given.length ? [say("receipt_number", { number: given.join(", ") })] : []), ...said].join(" ");
  leaving({ screen, today, stop, text, kind: "receipt", actId, number: given.join(", ") }, done);
}

function lines(screen, facts) {
  const list = screen.querySelector("[data-facts]");
  for (const fact of facts) list.append(Object.assign(document.createElement("li"), { textContent: fact }));
}

// Either way is noted, once for its act, however often it is tapped.
function leaving({ screen, today, stop, text, kind, actId, number = "" }, done) {
  const at = { round: today.round.id, position: stop.position, kind };
  const told = (what, says = {}) => tellOrSay({ ...at, what, ...says, once: `${kind}:${what}:${actId}` });
  const message = screen.querySelector("[data-message]");
  const own = screen.querySelector("[data-own]");
  if (!stop.phone || !today.takes_messages) message.remove();
  else {
    message.addEventListener("click", async () => {
      if (await told("message")) done(say("message_kept"));
    });
  }
  if (!stop.phone || today.takes_messages) own.remove();
  else {
    own.href = `sms:${stop.phone}?body=${encodeURIComponent(text)}`;
    own.addEventListener("click", () => told("texted"));
  }
  screen.querySelector("[data-no-phone]").hidden = Boolean(stop.phone);
  screen.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const typed = event.target.elements.number?.value.trim() ?? "";
    const on = number || typed;
    if (await told("paper", on ? { number: on } : {})) done();
  });
  screen.querySelector("[data-done]").addEventListener("click", () => done());
  notice("");
  show(screen);
  window.scrollTo(0, 0);
}
