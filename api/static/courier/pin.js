// The two screens before the round: enrolling by the office's code, and the PIN.
import { copy, notice, say, sayUndone, show } from "./words.js";
import { makeVault, openVault, wipe } from "./keys.js";
import { askToBeKept } from "./store.js";
import { sendAll } from "./acts.js";
import { forget } from "./numbers.js";
import { enrol } from "./server.js";
import { enrolled as noteOwner, enrolling } from "./whose.js";

function form(screen, submit) {
  const found = screen.querySelector("form");
  let isBusy = false;
  found.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (isBusy) return;
    isBusy = true;
    const button = found.querySelector("[type=submit]");
    button.disabled = true;
    try {
      await submit(found);
    } finally {
      isBusy = button.disabled = false;
    }
  });
  show(screen);
  found.querySelector("input").focus();
  return found;
}

export function askCode(enrolled) {
  form(copy("enrol"), (found) => useCode(found.elements.code.value, enrolled));
}

// Calls `enrolled` with the phone's key; says why where the code does not enrol.
export async function useCode(code, enrolled) {
  await sendAll(); // as long as the cookie is that of the courier whose acts they are
  const before = await enrolling();
  const answer = await enrol(code);
  await noteOwner(answer?.status === 201 ? answer.body.courier : before, before);
  if (answer?.status === 201) {
    notice("");
    await forget();
    await wipe(); // its key opens nothing any more
    enrolled(answer.body.key);
    return true;
  }
  if (answer && answer.status < 500 && answer.status !== 429) notice(say("code_wrong"), "danger");
  else sayUndone(answer);
  return false;
}

export function setPin(phoneKey, opened) {
  const screen = copy("pin");
  screen.querySelector("[data-heading]").textContent = say("set_pin");
  screen.querySelector("[data-hint]").textContent = say("set_pin_hint");
  // The code is used up and the key lies nowhere yet: no way leads off this screen.
  const ways = document.querySelector(".foot");
  ways.hidden = true;
  form(screen, async (found) => {
    const vault = await makeVault(found.elements.pin.value, phoneKey);
    ways.hidden = false;
    if (!(await askToBeKept())) notice(say("not_kept"), "warning");
    opened(vault);
  });
}

export function askPin(opened, wiped) {
  const screen = copy("pin");
  screen.querySelector("[data-heading]").textContent = say("enter_pin");
  screen.querySelector("[data-hint]").remove();
  const found = form(screen, async () => {
    const vault = await openVault(found.elements.pin.value);
    if (vault.key) {
      notice("");
      opened(vault);
    } else if (vault.left) {
      notice(say("wrong_pin", { n: vault.left }), "danger");
      found.elements.pin.value = "";
      found.elements.pin.focus();
    } else {
      notice(say("wiped"), "danger");
      wiped();
    }
  });
  found.elements.pin.type = "password";
}
