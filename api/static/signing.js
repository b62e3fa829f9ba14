// Draws a signature with finger, pen or mouse; it is sent as a picture with the device's time.
// Without this script a photo of the signed sheet can be sent.
"use strict";

function watch(form) {
  const pad = form.querySelector("canvas");
  const pen = pad.getContext("2d");
  const wipe = form.querySelector("[data-wipe]");
  let last = null;
  let isDrawn = false;

  const place = (event) => {
    const box = pad.getBoundingClientRect();
    return [((event.clientX - box.left) * pad.width) / box.width, ((event.clientY - box.top) * pad.height) / box.height];
  };
  const clear = () => {
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, pad.width, pad.height);
    isDrawn = false;
  };

  pad.addEventListener("pointerdown", (event) => {
    pad.setPointerCapture(event.pointerId);
    last = place(event);
    event.preventDefault();
  });
  pad.addEventListener("pointermove", (event) => {
    if (!last) return;
    const next = place(event);
    pen.lineWidth = 4;
    pen.lineCap = "round";
    pen.strokeStyle = "#10201f";
    pen.beginPath();
    pen.moveTo(...last);
    pen.lineTo(...next);
    pen.stroke();
    last = next;
    isDrawn = true;
  });
  for (const end of ["pointerup", "pointercancel"]) pad.addEventListener(end, () => (last = null));
  wipe.addEventListener("click", clear);
  form.addEventListener("submit", () => {
    form.elements.drawn.value = isDrawn ? pad.toDataURL("image/png") : "";
    form.elements.device_at.value = new Date().toISOString();
  });
  pad.hidden = wipe.hidden = false;
  clear();
}

document.querySelectorAll("[data-sign]").forEach(watch);
