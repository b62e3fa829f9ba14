// Money of the round: the courier's own count, made before anything is told of what is due; and a VietQR for one fee.
import { copy, money, notice, say, sayUndone, show } from "./words.js";

const JSON_BODY = { "Content-Type": "application/json" };

export async function count(ask, back) {
  const screen = copy("cash");
  const form = screen.querySelector("form");
  const notes = [...form.querySelectorAll("[data-worth]")];
  const sum = () => notes.reduce((total, box) => total + Number(box.dataset.worth) * (Number(box.value) || 0), 0);
  for (const box of notes) box.addEventListener("input", () => (form.elements.money.value = sum() || ""));
  form.querySelector("[data-back]").addEventListener("click", back);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const counted = Object.fromEntries(notes.filter((box) => Number(box.value)).map((box) => [box.dataset.worth, Number(box.value)]));
    const typed = Number(form.elements.money.value.replace(/\D/g, ""));
    const body = { money_vnd: typed, n_papers: Number(form.elements.papers.value) || 0, notes: counted };
    const answer = await ask("/v1/courier/cash", { method: "POST", headers: JSON_BODY, body: JSON.stringify(body) });
    if (answer?.status === 200) return tell(answer.body, back);
    return sayUndone(answer);
  });
  notice("");
  show(screen);
  window.scrollTo(0, 0);
  const before = await ask("/v1/courier/cash");
  if (before?.status === 200 && before.body.own_vnd !== null) tell(before.body, back);
}

function tell(seen, back) {
  const screen = copy("cash-seen");
  const put = (name, vnd) => (screen.querySelector(`[data-${name}]`).textContent = vnd === null ? say("not_counted") : money(vnd));
  put("own", seen.own_vnd);
  put("due", seen.due_vnd);
  put("transfers", seen.transfers_vnd);
  put("cashier", seen.cashier_vnd);
  const differs = seen.own_vnd !== seen.due_vnd || (seen.cashier_vnd !== null && seen.cashier_vnd !== seen.own_vnd);
  screen.querySelector("[data-differs]").hidden = !differs;
  screen.querySelector("[data-back]").addEventListener("click", back);
  notice("");
  show(screen);
  window.scrollTo(0, 0);
}

// One fee by transfer: the code on the screen, then the courier's word that it was paid.
export async function transfer(ask, code, back) {
  const asked = { method: "POST", headers: JSON_BODY, body: JSON.stringify({ code }) };
  const answer = await ask("/v1/courier/transfer", asked);
  if (answer?.status !== 200) return sayUndone(answer);
  const screen = copy("transfer");
  const { side, path, amount_vnd, account, says } = answer.body;
  const drawn = screen.querySelector("svg");
  drawn.setAttribute("viewBox", `0 0 ${side} ${side}`);
  drawn.querySelector("rect").setAttribute("width", side);
  drawn.querySelector("rect").setAttribute("height", side);
  drawn.querySelector("path").setAttribute("d", path);
  screen.querySelector("[data-sum]").textContent = money(amount_vnd);
  screen.querySelector("[data-account]").textContent = say("to_account", { number: account, code: says });
  screen.querySelector("[data-back]").addEventListener("click", back);
  screen.querySelector("[data-paid]").addEventListener("click", async () => {
    const told = await ask("/v1/courier/transfer/paid", asked);
    if (told?.status !== 200) return sayUndone(told);
    await back();
    notice(say("paid_told"), "done");
  });
  notice("");
  show(screen);
  window.scrollTo(0, 0);
}
