// A code comes by the camera, by a photo the server reads, by a scanner that types, or by hand. All end in `found`.
import { copy, say, whyUndone } from "./words.js";
import { readPhoto } from "./server.js";

const SYMBOLOGIES = ["code_128", "qr_code"];
const LOOK_EVERY_MS = 150;
const TYPED_WITHIN_MS = 500; // a scanner types a whole code faster than a person two letters
const SHORTEST = 4;
const LONGEST_SIDE = 1600;

// Puts the ways to read a code into `box`; they end when the screen is another.
export function scanner(box, found, { isAtOnce = false } = {}) {
  box.replaceChildren(copy("scan"));
  const saidBox = box.querySelector("[data-scan-said]");
  const told = (text, tone = "") => {
    saidBox.textContent = text;
    saidBox.className = `scan-said notice ${tone}`;
    saidBox.hidden = !text;
  };
  const form = box.querySelector("form");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = form.elements.code.value.trim();
    form.elements.code.value = "";
    if (text) found(text);
  });
  listenForTyping(box, found);
  const hasCamera = "BarcodeDetector" in globalThis && navigator.mediaDevices?.getUserMedia;
  const camera = box.querySelector("[data-camera]");
  camera.hidden = !hasCamera;
  const open = () => look(box, found).catch(() => told(say("no_camera"), "warning"));
  camera.addEventListener("click", open);
  if (isAtOnce && hasCamera) isAllowed().then((isSo) => isSo && box.isConnected && open());
  const photo = box.querySelector("[data-photo]");
  photo.hidden = Boolean(hasCamera);
  photo.querySelector("input").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    event.target.value = "";
    if (!file) return;
    told(say("reading"));
    const answer = await readPhoto(await small(file)).catch(() => null);
    const codes = answer?.body?.codes ?? [];
    if (answer && answer.status !== 200) return told(whyUndone(answer), "danger");
    told(codes.length ? "" : say(answer ? "no_code" : "no_network_scan"), "warning");
    for (const code of codes.slice(0, 1)) found(code.text);
  });
  return told;
}

// A Bluetooth scanner is a keyboard: it types the code and Enter, wherever one is. One listener hears it, so that a
// screen drawn anew in the middle of a code loses none of its letters.
let hearing = null;
let typed = "";
let last = 0;

export function listenForTyping(box, found) {
  if (!hearing) document.addEventListener("keydown", heard, true);
  hearing = { box, found };
}

function heard(event) {
  if (event.target.closest?.("input, textarea, select") || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.timeStamp - last > TYPED_WITHIN_MS) typed = "";
  last = event.timeStamp;
  if (event.key.length === 1) typed += event.key;
  if (event.key !== "Enter" || typed.length < SHORTEST) return;
  event.preventDefault();
  const code = typed.trim();
  typed = "";
  if (hearing.box.isConnected) hearing.found(code);
}

// Who allowed the camera once is not asked for a second tap.
async function isAllowed() {
  const asked = await navigator.permissions?.query({ name: "camera" }).catch(() => null);
  return asked?.state === "granted";
}

async function look(box, found) {
  const video = box.querySelector("video");
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  const detector = new BarcodeDetector({ formats: SYMBOLOGIES });
  video.srcObject = stream;
  video.hidden = false;
  box.querySelector("[data-camera]").hidden = true;
  video.play().catch(() => {}); // what it shows is read below as soon as there is a picture
  let before = "";
  while (box.isConnected) {
    const [seen] = await detector.detect(video).catch(() => []);
    // The same label stays in sight for a while: it is one scan until another, or none, is seen.
    if (seen && seen.rawValue !== before) found(seen.rawValue);
    before = seen?.rawValue ?? "";
    await new Promise((done) => setTimeout(done, LOOK_EVERY_MS));
  }
  for (const track of stream.getTracks()) track.stop();
}

// A photo made small: a code needs few pixels, and the signal is weak. Where it was taken is gone with the rest.
export async function small(file, longest = LONGEST_SIDE) {
  const image = await createImageBitmap(file);
  const scale = Math.min(1, longest / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: Math.round(image.width * scale), height: Math.round(image.height * scale) });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.8));
}

// Heard and felt where nobody looks at the screen.
export const buzz = (isGood) => navigator.vibrate?.(isGood ? 60 : [120, 80, 120]);
