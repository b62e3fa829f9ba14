// The communes an address may mean, on a small map beside the list: a press on one chooses it. The list alone does the same.
import { drawMap } from "./map.js";

const box = document.querySelector("[data-candidates]");
const choices = [...document.querySelectorAll("[data-at]")];

function point(choice, n) {
  const [lat, lon] = choice.dataset.at.split(",").map(Number);
  const chosen = () => {
    choice.checked = true;
    choice.focus();
  };
  return { lat, lon, text: String(n + 1), title: choice.dataset.name, tone: "home", chosen };
}

if (box && choices.length) {
  box.hidden = false;
  drawMap(box, { points: choices.map(point) }).catch(() => (box.hidden = true));
}
