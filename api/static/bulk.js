// Lists acted on in bulk: one box in the head ticks the rows of the page; an order that is not done yet goes on by itself.

const boxes = [...document.querySelectorAll('.list-table input[type="checkbox"][name="item"]')];
const head = document.querySelector(".list-table thead th:first-child");

if (boxes.length && head) {
  const all = document.createElement("input");
  all.type = "checkbox";
  all.setAttribute("aria-label", head.textContent);
  const label = document.createElement("label");
  label.className = "choice";
  label.append(all);
  head.replaceChildren(label);
  const told = () => {
    const n = boxes.filter((box) => box.checked).length;
    all.checked = n === boxes.length;
    all.indeterminate = n > 0 && n < boxes.length;
  };
  all.addEventListener("change", () => boxes.forEach((box) => (box.checked = all.checked)));
  boxes.forEach((box) => box.addEventListener("change", told));
  window.addEventListener("pageshow", told);
}

document.querySelector("form[data-goes-on]")?.requestSubmit();
