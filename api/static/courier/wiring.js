// What every form at a door has: the way back, one submission at a time, and on disk before it says done.
import { notice, say, show } from "./words.js";
import { DoneBefore } from "./acts.js";
import { NewerEdition } from "./store.js";
import { tellNote } from "./told.js";

// `record` puts on disk what the form holds, or returns false to keep it open; `recorded` follows once it is there.
export function wire(screen, back, record, recorded) {
  const form = screen.querySelector("form");
  let isBusy = false;
  form.querySelector("[data-back]").addEventListener("click", back);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (isBusy) return;
    isBusy = true;
    try {
      if ((await record(form)) !== false) recorded();
    } catch (failure) {
      // Not on disk: the form stays as it is.
      notice(whyNot(failure), "danger");
      if (failure instanceof DoneBefore) back();
    } finally {
      isBusy = false;
    }
  });
  notice("");
  show(screen);
  window.scrollTo(0, 0);
}

// Tells a note that no form holds, or says why it is not on disk. Returns whether it is.
export async function tellOrSay(note) {
  try {
    await tellNote(note);
    return true;
  } catch (failure) {
    notice(whyNot(failure), "danger");
    return false;
  }
}

// Why something is not on disk.
function whyNot(failure) {
  if (failure instanceof DoneBefore) return say("once");
  return say(failure instanceof NewerEdition ? "newer" : "disk_full");
}

export function head(screen, word, stop) {
  screen.querySelector("[data-heading]").textContent = say(word, { name: stop.whom });
}
