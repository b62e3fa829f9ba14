// The page of a plan: draws its map and lets lists and map point at one another.
import { byHand } from "./plan_by_hand.js";
import { planMap } from "./plan_map.js";

const board = document.querySelector("[data-board]");
const box = document.querySelector("[data-map]");

const lightable = (target) => target.closest?.("[data-stop]") ?? target.closest?.("[data-round]");

function show(stop) {
  const round = stop.closest("[data-round]");
  if (round) round.open = true;
  for (const lit of board.querySelectorAll(".lit")) lit.classList.remove("lit");
  stop.classList.add("lit");
  stop.scrollIntoView({ block: "center" });
}

let map = null;
byHand(board, { told: (text) => (document.querySelector("[data-told]").textContent = text), drawn: () => map?.draw(board) });
map = await planMap(box, { chosen: show });
map.draw(board);
for (const [event, isLit] of [["pointerover", true], ["pointerout", false], ["focusin", true], ["focusout", false]]) {
  board.addEventListener(event, ({ target }) => {
    const one = lightable(target);
    if (one) map.light(one, isLit);
  });
}
