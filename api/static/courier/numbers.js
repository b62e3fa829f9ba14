// Numbers of receipts out of the blocks the server reserved for this phone: each is given once, also without signal.
// How much of a block is used stays here for good: a block told again, or to a phone enrolled anew, goes on where it was.
import { get, put } from "./store.js";
import { tell } from "./server.js";

const LOCK = "tannha-numbers";
const SPARE = 5;
const AT_MOST = 300; // the server refuses to be asked for more at once

const kept = async () => (await get("vault", "numbers")) ?? { blocks: [], used: {} };
const name = ({ series, first }) => `${series}:${first}`;
const written = ({ series }, n) => `${series}-${String(n).padStart(6, "0")}`;
const leftIn = (block, used) => block.last - block.first + 1 - (used[name(block)] ?? 0);

// One tab at a time takes numbers; they are gone when the act that bears them is on disk, and only then.
export const alone = (work) => navigator.locks.request(LOCK, work);

export async function left() {
  const { blocks, used } = await kept();
  return blocks.reduce((n, block) => n + leftIn(block, used), 0);
}

// Returns the next numbers and what is to be kept once they are given; none where there are not enough of them.
export async function next(n) {
  if (!n) return { numbers: [], after: null };
  const { blocks, used } = await kept();
  const numbers = [];
  const after = { ...used };
  for (const block of blocks) {
    while (numbers.length < n && leftIn(block, after) > 0) {
      const given = after[name(block)] ?? 0;
      numbers.push(written(block, block.first + given));
      after[name(block)] = given + 1;
    }
  }
  return numbers.length === n ? { numbers, after: { blocks, used: after } } : { numbers: [], after: null };
}

// Asks for more while there is signal: as many as the round's open doors may need, and some to spare.
export async function fill(phoneKey, today) {
  const asks = ({ state, evidence }) => !["delivered", "collected"].includes(state) && (evidence.needs_seal || evidence.fee_vnd);
  const wanted = today.stops.flatMap((stop) => stop.pieces).filter(asks).length;
  const more = wanted ? wanted + SPARE - (await left()) : 0;
  if (more <= 0) return;
  const newest = (await kept()).blocks.at(-1);
  const knows = newest ? written(newest, newest.last) : "";
  const answer = await tell("/v1/courier/numbers", phoneKey, { knows, n_more: Math.min(more, AT_MOST) });
  if (answer?.status !== 200) return;
  await alone(async () => put("vault", { ...(await kept()), blocks: answer.body.blocks }, "numbers"));
}

// Another enrolment, or a number the server does not know any more: what blocks there are is told anew.
export const forget = () => alone(async () => put("vault", { ...(await kept()), blocks: [] }, "numbers"));
