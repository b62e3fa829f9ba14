// A draft changed by hand: a stop is dragged, or moved by keys, to a place of its round or another. The form of the page is
// what is sent, so page, drag and keys are one way; the lists that come back are all there is to know.

export function byHand(board, { told, drawn }) {
  let held = null;
  let isSending = false;

  const form = () => board.querySelector("[data-by-hand]");
  const stopsOf = (round) => [...round.querySelectorAll("[data-stop]")];

  async function send(sent, values, button) {
    if (isSending) return;
    isSending = true;
    const body = new FormData(sent, button);
    for (const [name, value] of Object.entries({ ...values, part: "1" })) body.set(name, value);
    try {
      const answer = await fetch(button?.getAttribute("formaction") ?? sent.action, { method: "POST", body });
      if (!answer.ok || !new URL(answer.url).pathname.endsWith("/board")) location.assign(answer.url);
      else renew(await answer.text(), body.get("stop"));
    } catch {
      lost();
    } finally {
      isSending = false;
    }
  }

  // The lists stand as they stood: whoever sees the screen reads why the stop did not move.
  function lost() {
    for (const one of board.querySelectorAll("[data-lost-said], .notice[data-said]:not(.danger)")) one.remove();
    const said = Object.assign(document.createElement("p"), { className: "notice danger", textContent: board.dataset.lost });
    said.dataset.lostSaid = "";
    board.prepend(said);
    told(board.dataset.lost);
  }

  function renew(html, stop) {
    const open = new Set([...board.querySelectorAll("[data-round][open]")].map((round) => round.dataset.roundId));
    const made = document.createElement("template");
    made.innerHTML = html;
    const counters = made.content.querySelector("template[data-counters]");
    document.querySelector("ul[data-counters]").replaceChildren(counters.content);
    board.replaceChildren(made.content);
    for (const round of board.querySelectorAll("[data-round]")) {
      if (open.has(round.dataset.roundId) || round.querySelector(`[data-stop="${stop}"]`)) round.open = true;
    }
    drawn();
    const asks = board.querySelector("[data-said] input[name=reason]");
    const moved = board.querySelector(`input[name=stop][value="${stop}"]`);
    if (moved) moved.checked = true;
    (asks ?? moved)?.focus();
    told([...board.querySelectorAll("[data-said]")].map((one) => one.textContent.trim()).join(" "));
  }

  function move(stop, round, position) {
    send(form(), { stop: stop.dataset.stop, to: round?.dataset.roundId ?? "off", position: position ?? "" });
  }

  board.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-act]")) return;
    event.preventDefault();
    send(event.target, {}, event.submitter);
  });

  board.addEventListener("dragstart", (event) => {
    held = event.target.closest("[data-stop][draggable]");
    if (!held) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", held.dataset.stop);
    held.classList.add("held");
  });
  board.addEventListener("dragover", (event) => {
    const aim = held && (event.target.closest("[data-round] [data-stop]") ?? event.target.closest("[data-round]"));
    if (!aim) return;
    event.preventDefault();
    if (aim.classList.contains("aim")) return;
    board.querySelector(".aim")?.classList.remove("aim");
    aim.classList.add("aim");
  });
  board.addEventListener("dragend", () => {
    for (const one of board.querySelectorAll(".aim, .held")) one.classList.remove("aim", "held");
    held = null;
  });
  board.addEventListener("drop", (event) => {
    const round = event.target.closest("[data-round]");
    if (!held || !round) return;
    event.preventDefault();
    const others = stopsOf(round).filter((one) => one !== held);
    const before = event.target.closest("[data-stop]");
    if (before !== held) move(held, round, before ? others.indexOf(before) + 1 : "");
  });

  const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], PageUp: [0, -1], PageDown: [0, 1] };
  board.addEventListener("keydown", (event) => {
    const stop = event.target.closest("[data-stop]");
    const step = STEPS[event.key];
    if (!event.altKey || !step || !stop || !form()) return;
    event.preventDefault();
    const rounds = [...board.querySelectorAll("[data-round]")];
    const round = stop.closest("[data-round]");
    const [places, further] = step;
    if (further) {
      const next = rounds[(rounds.indexOf(round) + further + rounds.length) % rounds.length];
      if (next !== round) move(stop, next);
    } else if (round) {
      const position = stopsOf(round).indexOf(stop) + 1 + places;
      if (position >= 1 && position <= stopsOf(round).length) move(stop, round, position);
    }
  });
}
