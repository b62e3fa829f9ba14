// A signature drawn with finger or pen; told as a PNG in base64, null where nothing was drawn.
export function padOn(canvas, wipeButton) {
  const pen = canvas.getContext("2d");
  let last = null;
  let isDrawn = false;

  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * canvas.width) / box.width, ((event.clientY - box.top) * canvas.height) / box.height];
  };
  const clear = () => {
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    isDrawn = false;
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    last = place(event);
    event.preventDefault();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!last) return;
    const next = place(event);
    Object.assign(pen, { lineWidth: 4, lineCap: "round", strokeStyle: "#10201f" });
    pen.beginPath();
    pen.moveTo(...last);
    pen.lineTo(...next);
    pen.stroke();
    last = next;
    isDrawn = true;
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => (last = null));
  wipeButton.addEventListener("click", clear);
  clear();
  return () => (isDrawn ? canvas.toDataURL("image/png").split(",")[1] : null);
}
