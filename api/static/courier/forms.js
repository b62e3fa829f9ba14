// What is noted at a door: the evidence its pieces need by the server's rules, or the reason why it did not work.
import { copy, money, notice, say, show, told } from "./words.js";
import { DoneBefore, queue } from "./acts.js";
import { padOn } from "./pad.js";

const KINDS = {
  result: { deliver: "delivered", fail: "attempt_failed" },
  collection: { collect: "collected", fail: "collection_failed" },
};

// `back` shows the round again; `recorded` does so once the act is on disk.
export function door(context, back, recorded) {
  return context.act === "fail" ? whyNot(context, back, recorded) : evidence(context, back, recorded);
}

function whyNot({ today, stop, act, pieces }, back, recorded) {
  const screen = copy("fail");
  head(screen, "form_fail", stop);
  const list = screen.querySelector("[data-reasons]");
  for (const reason of today.reasons) {
    const line = copy("reason");
    line.querySelector("input").value = reason.code;
    const said = told(reason);
    line.querySelector("[data-says]").textContent = said.charAt(0).toUpperCase() + said.slice(1);
    line.querySelector("[data-next]").textContent = say(`next_${reason.next}`);
    list.append(line);
  }
  const kind = KINDS[stop.direction].fail;
  wire(screen, { today, stop, act }, back, recorded, (form) =>
    pieces.map((piece) => ({ code: piece.code, kind, reason: form.elements.reason.value })),
  );
}

function evidence({ today, stop, act, pieces }, back, recorded) {
  const screen = copy("door");
  const asked = pieces[0].evidence;
  head(screen, `form_${act}`, stop);
  screen.querySelector("[data-name-label]").textContent = say(act === "collect" ? "giver" : "receiver");
  screen.querySelector("[data-send]").textContent = say(`send_${act}`);
  screen.querySelector("[name=receiver]").value = stop.whom;
  if (!asked.relations.length) screen.querySelector("[data-relation]").remove();
  if (!asked.id_kinds.length) screen.querySelector("[data-document]").remove();
  for (const option of screen.querySelectorAll("[name=kind] option")) {
    if (!asked.id_kinds.includes(option.value)) option.remove();
  }
  const list = screen.querySelector("[data-pieces]");
  for (const piece of pieces) list.append(ofPiece(piece, act));
  const signature = padOn(screen.querySelector("canvas"), screen.querySelector("[data-wipe]"));
  // Who received for another says the own name: the usual answer goes, a typed one stays.
  screen.querySelector("[data-relation]")?.addEventListener("change", (event) => {
    const name = event.currentTarget.form.elements.receiver;
    if (event.target.value === "authorised" && name.value === stop.whom) name.value = "";
    else if (event.target.value === "self" && !name.value) name.value = stop.whom;
  });
  const kind = KINDS[stop.direction][act];
  wire(screen, { today, stop, act }, back, recorded, (form) => {
    const drawn = signature();
    return pieces.map((piece, n) => ({ code: piece.code, kind, proof: proof(form, piece, n, drawn) }));
  });
}

function ofPiece(piece, act) {
  const made = copy("piece").firstElementChild;
  const { n_documents: n, fee_vnd: fee, take_back: back } = piece.evidence;
  made.querySelector("[data-code]").textContent = piece.code;
  const count = made.querySelector("[data-count]");
  if (n && !piece.checklist.length) {
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
  return made;
}

// Every tick is required, so what is sent is what the rule asks; who cannot tick it notes a reason instead.
function proof(form, piece, n, drawn) {
  const box = form.querySelectorAll(".piece")[n];
  const asked = piece.evidence;
  const made = { receiver_name: form.elements.receiver.value.trim() };
  if (asked.relations.length) made.relation = form.elements.relation.value;
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

function head(screen, word, stop) {
  screen.querySelector("[data-heading]").textContent = say(word, { name: stop.whom });
}

function wire(screen, { today, stop, act }, back, recorded, pieces) {
  const form = screen.querySelector("form");
  const actId = crypto.randomUUID();
  let isBusy = false;
  form.querySelector("[data-back]").addEventListener("click", back);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (isBusy) return;
    isBusy = true;
    try {
      await queue({ round: today.round.id, position: stop.position, act, pieces: pieces(form), actId });
      recorded();
    } catch (failure) {
      // Not on disk: the form stays as it is.
      notice(say(failure instanceof DoneBefore ? "once" : "disk_full"), "danger");
      if (failure instanceof DoneBefore) back();
    } finally {
      isBusy = false;
    }
  });
  notice("");
  show(screen);
  window.scrollTo(0, 0);
}
