// What is noted at a door: the evidence its pieces need by the server's rules, or the reason why it did not work.
import { copy, money, notice, say } from "./words.js";
import { queue } from "./acts.js";
import { prepare } from "./envelopes.js";
import { leaveReceipt } from "./leave.js";
import { left } from "./numbers.js";
import { farFrom, locating } from "./place.js";
import { head, wire } from "./wiring.js";
import { padOn } from "../pad.js";
import { photosIn } from "./photos.js";

const KINDS = { deliver: "delivered", collect: "collected" };

// `back` shows the round again; `recorded` does so once the act is on disk.
export function evidence({ today, stop, act, pieces }, back, recorded) {
  const screen = copy("door");
  const asked = pieces[0].evidence;
  head(screen, `form_${act}`, stop);
  screen.querySelector("[data-name-label]").textContent = say(act === "collect" ? "giver" : "receiver");
  screen.querySelector("[data-send]").textContent = isPlain(pieces, act)
    ? say("send_plain", { n: pieces[0].evidence.n_documents })
    : say(`send_${act}`);
  relations(screen, asked.relations, stop);
  if (!asked.id_kinds.length) screen.querySelector("[data-document]").remove();
  for (const option of screen.querySelectorAll("[name=kind] option")) {
    if (!asked.id_kinds.includes(option.value)) option.remove();
  }
  const list = screen.querySelector("[data-pieces]");
  for (const piece of pieces) list.append(ofPiece(piece, act, pieces));
  screen.querySelector("[data-sign]").append(copy("sign"));
  const signature = padOn(screen.querySelector("canvas"), screen.querySelector("[data-wipe]"));
  const mayShow = (code) => pieces.some((piece) => piece.code === code && piece.evidence.photo !== "forbidden");
  const mustShow = (some) => some.some((piece) => piece.evidence.photo === "required");
  const photos = pieces.some((piece) => mayShow(piece.code))
    ? photosIn(screen.querySelector("[data-photos]"), say(mustShow(pieces) ? "photo_required" : "photo_allowed"))
    : () => [];
  screen.querySelector("[data-no-photo]").hidden = !pieces.some((piece) => !mayShow(piece.code));
  const actId = crypto.randomUUID();
  const where = locating();
  let askedFar = false;
  let numbers = [];
  let taken = [];
  const record = async (form) => {
    taken = pieces.filter((_, n) => isTaken(form, n));
    if (!taken.length) {
      notice(say("none_taken"), "danger");
      return false;
    }
    if (mustShow(taken) && !photos().length) {
      notice(say("photo_first"), "danger");
      form.querySelector("[data-photos] input").focus();
      return false;
    }
    const here = where();
    const metres = farFrom(stop.point, here);
    if (metres && !askedFar) {
      askedFar = true;
      notice(say("far", { metres }), "warning");
      return false;
    }
    const drawn = signature();
    const scans = taken.map((piece) => {
      const told = proof(form, piece, pieces.indexOf(piece), drawn);
      const isNumbered = piece.evidence.needs_seal || Boolean(told.fee_vnd && !told.fee_receipt);
      return { code: piece.code, kind: KINDS[act], isNumbered, proof: here ? { ...told, lat: here.lat, lon: here.lon } : told };
    });
    numbers = await queue({ round: today.round.id, position: stop.position, act, pieces: scans, actId, photos: photos(), isShown: (piece) => mayShow(piece.code) });
    return true;
  };
  const done = () => (act === "collect" || numbers.some(Boolean) ? receipt({ today, stop, pieces: taken, numbers, actId }, recorded) : recorded());
  const fees = [...screen.querySelectorAll("[name=receipt]")];
  wire(screen, back, record, done);
  // The phone gives the number where it has one; a typed one, of a paper book, stays.
  left().then((n) => {
    for (const fee of n >= pieces.length ? fees : []) {
      fee.required = false;
      fee.placeholder = say("number_given");
    }
  });
  prepare(pieces.length).catch(() => {}); // the envelope is sealed without it too
  if (act === "deliver") document.querySelector("[name=tail]")?.focus({ preventScroll: true });
}

// Who may receive: the recipient or who bears a paper; for an organisation always the bearer of its letter.
function relations(screen, allowed, stop) {
  const name = screen.querySelector("[name=receiver]");
  const isOrganisation = allowed.length > 0 && !allowed.includes("self");
  name.value = isOrganisation ? "" : stop.whom;
  const box = screen.querySelector("[data-relation]");
  if (!allowed.length) return box.remove();
  for (const choice of box.querySelectorAll("[name=relation]")) {
    if (!allowed.includes(choice.value)) choice.closest("label").remove();
  }
  box.querySelector("[data-of-person]").hidden = isOrganisation;
  box.querySelector("[data-of-organisation]").hidden = !isOrganisation;
  box.querySelector(`[value=${allowed[0]}]`).checked = true;
  const letter = box.querySelector("[data-letter]");
  const ask = (relation) => {
    letter.hidden = relation !== "introduced";
    letter.querySelector("input").required = relation === "introduced";
  };
  ask(allowed[0]);
  // Who received for another says the own name: the usual answer goes, a typed one stays.
  return box.addEventListener("change", ({ target }) => {
    if (target.name !== "relation") return;
    ask(target.value);
    if (target.value !== "self" && name.value === stop.whom) name.value = "";
    else if (target.value === "self" && !name.value) name.value = stop.whom;
  });
}

// What the citizen keeps of a dossier handed over, or of money paid under a number of this phone.
function receipt(told, done) {
  const seals = [...document.querySelectorAll("[data-form=door] [name=seal]:enabled")].map((one) => one.value.trim());
  leaveReceipt({ ...told, seals }, done);
}

// One piece, nothing to pay or to give back: the count is said by the one button that ends it.
function isPlain(pieces, act) {
  const [{ evidence }] = pieces;
  return act === "deliver" && pieces.length === 1 && evidence.n_documents > 0 && !evidence.fee_vnd && !evidence.take_back.length;
}

// Of several pieces each may stay out: a torn one, or one whose fee is not paid, keeps none of the others.
const isTaken = (form, n) => form.querySelectorAll(".piece")[n].querySelector("[name=take]")?.checked ?? true;

function mayStay(made, act) {
  const box = made.querySelector("[data-take]");
  box.hidden = false;
  box.querySelector("span").textContent = say(`take_${act}`);
  box.addEventListener("change", ({ target }) => {
    made.classList.toggle("left-out", !target.checked);
    for (const field of made.querySelectorAll("input:not([name=take])")) field.disabled = !target.checked;
  });
}

function ofPiece(piece, act, pieces) {
  const isCountSaid = isPlain(pieces, act);
  const made = copy("piece").firstElementChild;
  if (pieces.length > 1) mayStay(made, act);
  else made.querySelector("[data-take]").remove();
  const { n_documents: n, fee_vnd: fee, take_back: back } = piece.evidence;
  made.querySelector("[data-code]").textContent = piece.code;
  const count = made.querySelector("[data-count]");
  if (n && !piece.checklist.length && !isCountSaid) {
    count.hidden = false;
    count.querySelector("span").textContent = say("counted", { n });
  } else count.remove();
  const papers = made.querySelector("[data-papers]");
  const tick = (word, name, field) => {
    const line = copy("paper");
    line.querySelector("input").name = field;
    line.querySelector("span").textContent = say(word, { name });
    papers.append(line);
  };
  for (const name of act === "collect" ? piece.checklist : []) tick("got_paper", name, "paper");
  for (const name of back) tick("took_back", name, "back");
  const money_ = made.querySelector("[data-fee]");
  if (fee) {
    money_.hidden = false;
    money_.querySelector("[data-sum]").textContent = say("paid", { sum: money(fee) });
  } else money_.remove();
  made.classList.toggle("bare", isCountSaid);
  if (!piece.evidence.needs_seal) made.querySelector("[data-seal]").remove();
  return made;
}

// Of a piece that is taken every tick is required, so what is sent is what the rule asks; who cannot tick it leaves the piece.
function proof(form, piece, n, drawn) {
  const box = form.querySelectorAll(".piece")[n];
  const asked = piece.evidence;
  const made = { receiver_name: form.elements.receiver.value.trim() };
  if (asked.relations.length) made.relation = form.elements.relation.value;
  if (made.relation === "introduced") made.letter_number = form.elements.letter.value.trim();
  if (asked.needs_seal) made.seal = box.querySelector("[name=seal]").value.trim();
  if (asked.id_kinds.length) {
    made.id_kind = form.elements.kind.value;
    made.id_tail = form.elements.tail.value.trim().toUpperCase();
  }
  if (asked.n_documents) made.n_documents = asked.n_documents;
  if (asked.take_back.length) made.taken_back = asked.take_back;
  if (asked.fee_vnd) {
    made.fee_vnd = asked.fee_vnd;
    made.fee_receipt = box.querySelector("[name=receipt]").value.trim();
  }
  if (drawn) made.signature = drawn;
  return made;
}
