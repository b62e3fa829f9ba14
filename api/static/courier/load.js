// What is handed over, scanned by the courier into the list the office counts, and confirmed. It needs the network.
import { copy, notice, say, sayUndone, show, told } from "./words.js";
import { padOn } from "../pad.js";
import { buzz, scanner } from "./scan.js";
import { tell } from "./server.js";

const LOOK_EVERY_MS = 3_000;
const TONES = { good: "done", again: "warning", wrong: "danger", elsewhere: "danger", unknown: "danger" };

// `refresh` asks for the round: once the custodian handed it over, this screen ends by itself.
export function load({ round, phoneKey, refresh }, back) {
  const screen = copy("load");
  const path = `/v1/courier/rounds/${round.id}/load`;
  const put = (name) => screenNow.querySelector(`[data-${name}]`);
  let n = 0;
  const ask = async (body, where = path) => {
    const answer = await tell(where, phoneKey, body);
    if (!form.isConnected) return null; // the courier went back meanwhile
    if (answer?.status !== 200) {
      sayUndone(answer);
      if (answer?.status === 409) refresh();
      return null;
    }
    notice("");
    draw(answer.body);
    return answer.body;
  };
  const draw = (so) => {
    n = so.n_scanned;
    put("count").textContent = say("load_count", { n: so.n_scanned, limit: so.n_expected });
    put("count").classList.toggle("whole", so.n_scanned === so.n_expected);
    fill(put("missing"), so.missing, (one) => say("load_missing", { number: one.position, code: one.code }));
    fill(put("others"), so.others, (one) => `${one.code}: ${told(one)}`);
    put("missing-box").hidden = !so.missing.length;
    put("others-box").hidden = !so.others.length;
    put("left").textContent = so.missing.length ? say("load_left", { n: so.missing.length }) : "";
    put("confirm").textContent = say("load_confirm", { n: so.n_scanned });
    put("waiting").hidden = !so.is_confirmed;
    put("confirming").hidden = so.is_confirmed || (so.n_expected > 0 && !so.n_scanned);
  };
  screen.querySelector("[data-back]").addEventListener("click", back);
  const form = screen.querySelector("form");
  form.querySelector("[data-sign]").append(copy("sign"));
  const scanBox = screen.querySelector("[data-scan]");
  notice("");
  show(screen);
  window.scrollTo(0, 0);
  const screenNow = document.querySelector("[data-screen]");
  const signature = padOn(form.querySelector("canvas"), form.querySelector("[data-wipe]"));
  const said = scanner(scanBox, async (code) => {
    const [answer] = (await ask({ codes: [code] }))?.scans ?? [];
    if (!answer) return;
    buzz(answer.tone === "good");
    said(`${answer.code}: ${told(answer)}`, TONES[answer.tone]);
  });
  let isBusy = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (isBusy) return;
    isBusy = true;
    const drawn = signature();
    const body = { n_pieces: n, ...(drawn ? { signature: drawn, signed_at: new Date().toISOString() } : {}) };
    if (await ask(body, `${path}/confirm`)) window.scrollTo(0, 0);
    isBusy = false;
  });
  ask({ codes: [] });
  const timer = setInterval(() => {
    if (!form.isConnected) clearInterval(timer);
    else if (!put("waiting").hidden) refresh();
  }, LOOK_EVERY_MS);
}

function fill(list, rows, text) {
  list.replaceChildren(
    ...rows.map((row) => {
      const line = document.createElement("li");
      line.textContent = text(row);
      return line;
    }),
  );
}
