// The two screens before the round: enrolling by the office's code, and the PIN.
import { copy, notice, say, show } from "./words.js";
import { makeVault, openVault } from "./keys.js";
import { askToBeKept } from "./store.js";
import { enrol } from "./server.js";

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
  const answer = await enrol(code);
  if (answer?.status === 201) {
    notice("");
    enrolled(answer.body.key);
    return true;
  }
  notice(say(answer && answer.status < 500 ? "code_wrong" : "no_network"), "danger");
  return false;
}

export function setPin(phoneKey, opened) {
  const screen = copy("pin");
  screen.querySelector("[data-heading]").textContent = say("set_pin");
  screen.querySelector("[data-hint]").textContent = say("set_pin_hint");
  form(screen, async (found) => {
    const vault = await makeVault(found.elements.pin.value, phoneKey);
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
