// Acts at doors: on disk before anything says done, sent in their order, and gone only when the server took them.
import { addWithPictures, all, get, put, remove } from "./store.js";
import { known } from "./clock.js";
import { addressed, envelope } from "./envelopes.js";
import { keyOfActs, unseal } from "./keys.js";
import { alone, forget, next } from "./numbers.js";
import { handInPictures, sealedPictures, sendPictures } from "./pictures.js";
import { handIn, sendScans } from "./server.js";
import { RECORDED, sendTold, tellNote } from "./told.js";
import { former, isOf, owner } from "./whose.js";

const AT_ONCE = 20;
const CLOCK_JUMPS_MS = 90_000; // the server forgives less by itself

export class DoneBefore extends Error {}

// `pieces` are the scans but for their id and time; all of them are one act at one door. `photos` are blobs; which pieces
// they are the evidence of is said by `isShown`. A piece that `isNumbered` gets the next number of a receipt. Returns these.
export const queue = (told) => alone(() => queueOne(told));

async function queueOne({ round, position, act, pieces: asked, actId, photos = [], isShown = () => true }) {
  // `once` below finds the same pieces only; a form in another tab may hold some of them.
  const isBefore = (one) => one.round === round && !one.isNote && (counts(one) || one.state === "taken");
  const codes = asked.map((piece) => piece.code);
  const before = (await acts()).filter((one) => isBefore(one) && (one.act === "fail") === (act === "fail"));
  if (before.some((one) => one.codes.some((code) => codes.includes(code)))) throw new DoneBefore();
  const { told, numbers, after } = await numbered(asked);
  const pictures = await sealedPictures(actId, photos);
  const ids = pictures.map(({ id }) => id);
  const pieces = told.map((piece) => (ids.length && isShown(piece) ? { ...piece, pictures: ids } : piece));
  const envelopes = [];
  for (const [n, piece] of pieces.entries()) envelopes.push(await envelope(`${actId}-${n}`, piece));
  const row = { id: actId, once: onceKey(round, act, pieces), round, position, act };
  Object.assign(row, { codes, at: new Date().toISOString(), envelopes, ...known() });
  const of = await owner();
  if (of) row.of = of;
  if (ids.length) row.pictures = ids;
  if (after) row.numbers = numbers.filter(Boolean);
  try {
    await addWithPictures({ ...row, state: "unsent" }, pictures, after);
  } catch (failure) {
    if (failure?.name === "ConstraintError") throw new DoneBefore();
    throw failure;
  }
  dispatchEvent(new Event(RECORDED));
  return numbers;
}

async function numbered(asked) {
  const { numbers: taken, after } = await next(asked.filter((piece) => piece.isNumbered).length);
  const free = [...taken];
  const numbers = asked.map((piece) => (piece.isNumbered ? free.shift() : undefined));
  const told = asked.map(({ isNumbered, ...piece }, n) => {
    if (!numbers[n]) return piece;
    const proof = { ...piece.proof, receipt_number: numbers[n] };
    if (proof.fee_vnd && !proof.fee_receipt) proof.fee_receipt = numbers[n];
    return { ...piece, proof };
  });
  return { told, numbers, after: taken.length ? after : null };
}

function onceKey(round, act, pieces) {
  const codes = pieces.map((piece) => piece.code).sort().join(",");
  return `${round}:${act === "fail" ? "fail" : "done"}:${codes}`;
}

export const acts = () => all("acts");
export const counts = (act) => act.state === "unsent" || act.state === "sent";

export const isUnsent = (act) => act.state === "unsent" || act.state === "parked";

export async function countUnsent() {
  return (await acts()).filter(isUnsent).length;
}

// What the server refused waits for the person; once it was read, the door can be recorded anew. Its evidence stays.
export async function understood(seq) {
  const act = await get("acts", seq);
  // Its receipts' numbers may stand on a citizen's paper: that they count for nothing is told.
  if (act.numbers && !act.isTold) {
    await tellNote({ round: act.round, kind: "voided", what: "refused", numbers: act.numbers, once: `voided:${act.id}` }).catch(() => {});
  }
  // Only a photo was refused: the act itself the server has.
  await put("acts", act.isTold ? { ...act, state: "sent", sentAt: Date.now() } : { ...act, state: "set aside" });
}

// Once the server's round holds what was sent before, it tells it itself. That the door was done is known until the
// round is another: a form still open in another tab does not do it again.
export async function forgetSent(before, round) {
  for (const act of await acts()) {
    if (act.state === "sent" && act.sentAt < before) await put("acts", { ...act, state: "taken" });
    else if (act.state === "taken" && act.round !== round) await remove("acts", act.seq);
  }
}

// A revoked phone: what it still has to send goes to the office to decide, and from here only once it is held there.
export const handInAll = () => navigator.locks.request("tannha-send", async () => handInOf(await owner(), false));

// The same for what the courier before left on a phone that is another's by now.
export async function handInFormer() {
  const before = await former();
  if (!before || before === (await owner()) || !(await acts()).some((act) => isUnsent(act) && act.of === before)) return;
  await navigator.locks.request("tannha-send", () => handInOf(before, true));
}

async function handInOf(courier, isFormer) {
  const isLeft = (act) => (act.envelopes || act.isTold) && isUnsent(act) && (isFormer ? act.of === courier : isOf(act, courier));
  const left = (await acts()).filter(isLeft);
  for (let n = 0; n < left.length; n += AT_ONCE) {
    if (!(await handInSome(left.slice(n, n + AT_ONCE), isFormer))) return;
  }
}

// Says whether the server takes more now. What it refuses, or cannot read, stays for a person and for the next look.
async function handInSome(some, isFormer) {
  const asked = some.filter((act) => !act.isTold); // of the others the server has all but photos
  const entries = (of) => of.flatMap((act) => act.envelopes.map((one, n) => addressed(nameOf(act, n), act, one)));
  let names = new Set();
  if (asked.length) {
    const [notes, scans] = [true, false].map((isNote) => entries(asked.filter((act) => Boolean(act.isNote) === isNote)));
    const answer = await handIn(scans, notes, isFormer);
    if ([400, 409, 413, 422].includes(answer?.status)) {
      // One of them is refused: the others must not stay for it.
      for (const act of some.length > 1 ? some : []) if (!(await handInSome([act], isFormer))) return false;
      return true;
    }
    if (answer?.status !== 200) return false;
    names = new Set(answer.body?.held);
  }
  for (const act of some) {
    if (!act.isTold && !act.envelopes.every((_, n) => names.has(nameOf(act, n)))) continue;
    const photos = await handInPictures(act, isFormer);
    if (photos === "all") await remove("acts", act.seq);
    else if (!act.isTold) await put("acts", { ...(await get("acts", act.seq)), isTold: true });
    if (photos === "later") return false;
  }
  return true;
}

const nameOf = (act, n) => (act.isNote ? act.id : `${act.id}-${n}`);

const isOfOwner = (courier) => (row) => isOf(row, courier);

// One sender at a time, also with two tabs. Returns "sent", "nothing", "later" or "revoked".
export function sendAll() {
  return navigator.locks.request("tannha-send", { ifAvailable: true }, async (lock) => {
    if (!lock) return "later";
    let outcome = "nothing";
    const isOwn = isOfOwner(await owner());
    for (;;) {
      const isWaiting = (act) => act.state === "unsent" && !act.isNote && !act.isTold && isOwn(act);
      const waiting = (await acts()).filter(isWaiting).slice(0, AT_ONCE);
      if (!waiting.length) return (await sendTold(isOwn)) ?? (await sendPictures(isOwn)) ?? outcome;
      const stopped = await sendSome(waiting);
      if (stopped) return stopped;
      outcome = "sent";
    }
  });
}

async function sendSome(waiting) {
  // Answers come first for what is in the clear, which only an edition before envelopes left.
  waiting = [...waiting.filter((act) => !act.envelopes), ...waiting.filter((act) => act.envelopes)];
  const scans = [];
  const sealed = [];
  for (const act of waiting) {
    if (act.envelopes) sealed.push(...act.envelopes.map((one, n) => addressed(`${act.id}-${n}`, act, one)));
    else scans.push(...(await scansOf(act)));
  }
  const answer = await sendScans(scans, sealed);
  if (!answer) return "later";
  if (answer.status === 401 || answer.status === 403) return "revoked";
  if (answer.status === 200) {
    const said = [...answer.body.scans]; // one for each scan, in the order sent
    if (said.length !== scans.length + sealed.length) return "later";
    for (const act of waiting) await settle(act, said.splice(0, act.codes.length));
    return null;
  }
  if (![400, 413, 422].includes(answer.status)) return "later";
  // One of them cannot be read: the others must not wait for it.
  if (waiting.length > 1) {
    for (const act of waiting) {
      const stopped = await sendSome([act]);
      if (stopped) return stopped;
    }
    return null;
  }
  await settle(waiting[0], [{ status: "refused", ...answer.body }]);
  return null;
}

// Of an edition before envelopes. Was the clock set since? Then the act's time is told by the clock of now, which
// `sent_at` is read from too; of what lies in an envelope the server finds that out itself.
function happenedAt(act) {
  const { offsetMs } = known();
  const jump = act.offsetMs !== null && offsetMs !== null ? act.offsetMs - offsetMs : 0;
  return new Date(Date.parse(act.at) + (Math.abs(jump) > CLOCK_JUMPS_MS ? jump : 0)).toISOString();
}

async function scansOf(act) {
  const pieces = await unseal(await keyOfActs(), act.sealed);
  return pieces.map((piece, n) => ({ ...piece, scan_id: `${act.id}-${n}`, happened_at: happenedAt(act) }));
}

async function settle(act, answers) {
  const kept = await get("acts", act.seq);
  if (!kept) return;
  const refused = answers.find((answer) => answer.status === "refused");
  const { sealed, envelopes, once, ...rest } = kept;
  if (answers.some((answer) => answer.code === "number_not_yours")) await forget();
  if (refused) {
    const reason = { code: refused.code, detail: refused.detail, detail_en: refused.detail_en };
    await put("acts", { ...rest, sealed, envelopes, state: "parked", reason }); // without `once`: the door may be recorded anew
  } else if (kept.pictures) {
    await put("acts", { ...kept, isTold: true }); // it counts as sent when its photos are stored too
  } else {
    await put("acts", { ...rest, once, state: "sent", sentAt: Date.now() });
  }
}
