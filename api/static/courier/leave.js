// What is left at a door: the absence card after a try that failed, the numbered receipt of a dossier or a fee. By message,
// which the post sends, or on paper.
import { copy, moment, money, notice, say, show } from "./words.js";
import { serverTime } from "./clock.js";
import { isAt, placesOf } from "./doors.js";
import { all } from "./store.js";
import { head, tellOrSay } from "./wiring.js";

const day = (iso) => iso.split("-").reverse().join("/");

// The card's facts in large print: where the office is, until when, and when the courier comes again.
export function leaveCard({ today, stop, pieces, actId }, done) {
  const screen = copy("card-left");
  head(screen, "card_for", stop);
  const invited = pieces.filter((piece) => piece.invitation);
  const counted = each(invited, ({ is_new, n }) => (is_new ? say("invitation", { n }) : say("no_invitation")));
  screen.querySelector("[data-counted]").textContent = counted.join(" · ") || say("no_invitation");
  const { name, address, opening_hours: hours, phone } = today.office;
  const facts = [
    say("card_office", { office: [name, address].filter(Boolean).join(", ") }),
    hours && say("card_hours", { hours }),
    phone && say("card_phone", { phone }),
    ...each(invited, ({ try_from }) => try_from && say("card_again", { day: day(try_from) })),
    ...each(invited, ({ keep_until }) => keep_until && say("card_until", { day: day(keep_until) })),
  ].filter(Boolean);
  lines(screen, facts);
  const text = [say("card_came"), ...facts].join(" ");
  leaving({ screen, today, stop, pieces, text, kind: "card", actId }, done);
}

// What an invitation says, once where it is the same for all pieces; else each time with the pieces it is said of.
function each(invited, words) {
  const said = new Map();
  for (const piece of invited) {
    const line = words(piece.invitation) || "";
    said.set(line, [...(said.get(line) ?? []), piece]);
  }
  const of = (some) => (said.size > 1 ? ` (${some.map((piece) => piece.code).join(", ")})` : "");
  return [...said].filter(([line]) => line).map(([line, some]) => `${line}${of(some)}`);
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
  leaving({ screen, today, stop, pieces, text, kind: "receipt", actId, numbers }, done);
}

function lines(screen, facts) {
  const list = screen.querySelector("[data-facts]");
  for (const fact of facts) list.append(Object.assign(document.createElement("li"), { textContent: fact }));
}

// Either way is noted, once for its act, however often it is tapped; of pieces that have places of their own on the plan, at
// each of them, with the numbers that were given there.
function leaving({ screen, today, stop, pieces, text, kind, actId, numbers = [] }, done) {
  const places = placesOf(stop, numbers.some(Boolean) ? pieces.filter((_, n) => numbers[n]) : pieces);
  const given = (position) => numbers.filter((number, n) => number && (pieces[n].position ?? stop.position) === position).join(", ");
  const told = async (what, typed = "") => {
    for (const [n, position] of places.entries()) {
      const number = what === "paper" ? given(position) || typed : "";
      const once = [kind, what, actId, ...(n ? [position] : [])].join(":");
      const note = { round: today.round.id, position, kind, what, once, ...(number ? { number } : {}) };
      if (!(await tellOrSay(kind === "card" && number ? { ...note, card: number } : note))) return false;
    }
    return true;
  };
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
    const box = event.target.elements.number;
    const number = kind === "card" ? printed(box.value) : box?.value.trim();
    const why = kind === "card" && number ? await whyNotThis(number, today, stop) : "";
    if (why) {
      notice(why, "danger");
      box.focus();
    } else if (await told("paper", number)) done();
  });
  screen.querySelector("[data-done]").addEventListener("click", () => done());
  notice("");
  show(screen);
  window.scrollTo(0, 0);
}

// A card's number as it is printed, however it was typed: "gm 128 1" is GM-128-01.
function printed(typed) {
  const parts = /^(?:GM)?[\s.-]*(\d{1,9})[\s.-]+(\d{1,2})$/i.exec(typed.trim());
  return parts ? `GM-${Number(parts[1])}-${parts[2].padStart(2, "0")}` : typed.trim();
}

// The server asks the same; said here, while the card is still in the hand.
async function whyNotThis(number, { round }, stop) {
  if (round.cards && !round.cards.includes(number)) return say("card_not_of_round", { number: round.cards[0] ?? "" });
  const isLeft = (act) => act.card === number && act.round === round.id && !["parked", "set aside"].includes(act.state);
  const before = (await all("acts")).find((act) => isLeft(act) && !isAt(stop, act.position));
  return before ? say("card_used", { number: before.position }) : "";
}
