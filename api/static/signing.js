// A signature at the desk: it is sent as a picture with the device's time. Without this script a photo of the signed
// sheet can be sent.
import { padOn } from "./pad.js";

const PNG = "data:image/png;base64,";

for (const form of document.querySelectorAll("[data-sign]")) {
  const canvas = form.querySelector("canvas");
  const wipe = form.querySelector("[data-wipe]");
  const { drawn, device_at: at } = form.elements;
  canvas.hidden = wipe.hidden = false;
  const signature = padOn(canvas, wipe, drawn.value.startsWith(PNG) ? drawn.value.slice(PNG.length) : "");
  form.addEventListener("submit", () => {
    const picture = signature();
    drawn.value = picture ? PNG + picture : "";
    at.value = new Date().toISOString();
  });
}
