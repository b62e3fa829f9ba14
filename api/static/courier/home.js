// What comes home, scanned piece by piece and told as the courier's own count; the office's is seen once this one is in.
import { clock, copy, notice, say } from "./words.js";
import { serverTime } from "./clock.js";
import { buzz, scanner } from "./scan.js";
import { ask } from "./server.js";
import { all, get, put } from "./store.js";
import { tellOrSay } from "./wiring.js";

const KEPT = "home";
const LOOK_EVERY_MS = 5_000;
const bare = (text) => text.toUpperCase().replace(/[\s.-]/g, "");

export async function countHome({ round, pieces, screen, phoneKey, mayTell }) {
  const part = (name) => screen.querySelector(`[data-${name}]`);
  part("home").after(copy("home-count"));
  const box = part("home-both");
  const kept = await get("round", KEPT);
  if (!box.isConnected) return; // the courier went back meanwhile
  let { codes = [], told = null } = kept?.round === round ? kept : {};
  const isListed = new Set(pieces.map((one) => one.code));
  codes = codes.filter((code) => isListed.has(code)); // what was delivered or passed on since does not come home
  if (await isRefused(round)) told = null;
  const keep = () => put("round", { round, codes, told }, KEPT);
  const draw = () => {
    const seen = new Set(codes);
    part("count").textContent = say("load_count", { n: pieces.filter((one) => seen.has(one.code)).length, limit: pieces.length });
    part("home").replaceChildren(
      ...pieces.map((one) => {
        const mark = seen.has(one.code) ? "\u2713 " : "";
        return line(`${mark}${say("load_missing", { number: one.position, code: one.code })}`);
      }),
    );
    part("home-told").textContent = told ? say("home_told", { n: told.n, time: clock(told.at) }) : "";
    part("home-send").textContent = say("home_send", { n: codes.length });
  };
  draw();
  const said = scanner(part("scan"), async (text) => {
    const found = pieces.find((one) => bare(one.code) === bare(text));
    buzz(Boolean(found));
    if (!found) return said(say("not_to_bring", { code: text }), "danger");
    if (!codes.includes(found.code)) codes = [...codes, found.code];
    await keep();
    said(say("to_bring", { code: found.code }), "done");
    return draw();
  });
  const button = part("home-send");
  button.addEventListener("click", async () => {
    if (!mayTell()) return;
    button.disabled = true;
    const list = [...codes].sort();
    if (await isRefused(round)) told = null;
    // The same count told twice is one; another is told anew.
    const once = `home:${round}:${told?.n ?? ""}:${told?.at ?? ""}:${list.join(",")}`;
    if (told?.list !== list.join(",") && (await tellOrSay({ round, kind: "home", codes: list, once }))) {
      told = { n: list.length, at: new Date(serverTime()).toISOString(), list: list.join(",") };
      await keep();
      notice(say("saved"), "done");
    }
    button.disabled = false;
    draw();
  });
  look(box, phoneKey);
}

// The last count told was not taken: the same one may be told again.
async function isRefused(round) {
  const last = (await all("acts")).filter((row) => row.act === "home" && row.round === round).at(-1);
  return ["parked", "set aside"].includes(last?.state);
}

// Both counts, once both are in: what differs, piece by piece.
async function look(box, phoneKey) {
  while (box.isConnected) {
    const answer = await ask("/v1/courier/home", { headers: { "X-Phone-Key": phoneKey } });
    const seen = answer?.status === 200 ? answer.body : null;
    if (seen?.office) {
      const differs = [
        ...seen.only_courier.map((code) => say("home_only_courier", { code })),
        ...seen.only_office.map((code) => say("home_only_office", { code })),
      ];
      const lines = differs.length ? [say("home_differs", { n: seen.own.length, limit: seen.office.length }), ...differs] : [say("home_same", { n: seen.office.length })];
      box.className = `notice ${differs.length ? "danger" : "done"}`;
      box.replaceChildren(...lines.map((text) => line(text, "p")));
      box.hidden = false;
    }
    await new Promise((done) => setTimeout(done, LOOK_EVERY_MS));
  }
}

const line = (text, tag = "li") => Object.assign(document.createElement(tag), { textContent: text });
