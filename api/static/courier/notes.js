// What a courier tells besides scans: trouble on the road, a wrong pin or address, an agency against the procedure.
import { placesOf } from "./doors.js";
import { copy, notice, say } from "./words.js";
import { tellNote } from "./told.js";
import { locating } from "./place.js";
import { head, wire } from "./wiring.js";

export function callOffice(screen, { phone }) {
  const call = screen.querySelector("[data-office]");
  if (!phone) return call.remove();
  call.href = `tel:${phone.replace(/[^+\d]/g, "")}`;
  call.textContent = say("call_office", { phone });
}

export function trouble({ today }, back, recorded) {
  const screen = copy("trouble");
  callOffice(screen, today.office);
  const where = locating();
  wire(screen, back, (form) => tellNote({
    round: today.round?.id ?? null,
    kind: "trouble",
    what: form.elements.what.value,
    words: form.elements.words.value.trim(),
    ...(where() ?? {}),
  }), recorded);
}

export function violation({ today, stop }, back, recorded) {
  const screen = copy("violation");
  const place = placeOf(screen.querySelector("[data-which]"), stop);
  wire(screen, back, (form) => tellNote({
    round: today.round.id,
    position: place(),
    kind: "violation",
    what: form.elements.what.value,
    words: form.elements.words.value.trim(),
  }), recorded);
}

// Pieces at one door may come from several agencies: whom it is about is said by its place on the plan, never guessed.
function placeOf(box, stop) {
  const places = placesOf(stop, stop.pieces);
  if (places.length < 2) {
    box.remove();
    return () => places[0] ?? stop.position;
  }
  for (const place of places) {
    const made = copy("place-of");
    made.querySelector("input").value = place;
    const codes = stop.pieces.filter((piece) => piece.position === place).map((piece) => piece.code);
    made.querySelector("span").textContent = codes.join(", ");
    box.append(made);
  }
  box.hidden = false;
  return () => Number(box.querySelector(":checked").value);
}

export function correct({ today, stop }, back, recorded) {
  const screen = copy("correct");
  head(screen, "correct_for", stop);
  const form = screen.querySelector("form");
  // What is put right is one address: of a door written in two ways the first, which this is told of.
  const written = stop.addresses?.[0] ?? stop.address;
  form.elements.address.value = written;
  form.elements.landmark.value = stop.landmark;
  let here = null;
  const where = locating();
  const shown = form.querySelector("[data-here]");
  form.querySelector("[data-take]").addEventListener("click", () => {
    here = where();
    shown.textContent = here
      ? say("here", { lat: here.lat.toFixed(5), lon: here.lon.toFixed(5), metres: here.accuracy_m })
      : say("no_place");
  });
  const record = async (filled) => {
    const address = filled.elements.address.value.trim();
    const landmark = filled.elements.landmark.value.trim();
    const says = {
      ...(here ?? {}),
      ...(address && address !== written ? { address } : {}),
      ...(landmark && landmark !== stop.landmark ? { landmark } : {}),
    };
    if (!Object.keys(says).length) {
      notice(say("nothing_to_correct"), "danger");
      return false;
    }
    await tellNote({ round: today.round.id, position: stop.position, kind: "correction", ...says });
    return true;
  };
  wire(screen, back, record, recorded);
}
