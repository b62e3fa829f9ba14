// A signature drawn with finger, pen or mouse, at the desk and on a courier's phone; told as a PNG in base64, null where
// nothing was drawn. `drawn` is one drawn before, which stands there again.
const INK = { lineWidth: 4, lineCap: "round", strokeStyle: "#10201f" };

export function padOn(canvas, wipeButton, drawn = "") {
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
    Object.assign(pen, INK);
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
  if (drawn) {
    const before = new Image();
    before.addEventListener("load", () => {
      URL.revokeObjectURL(before.src);
      pen.drawImage(before, 0, 0);
      isDrawn = true;
    });
    const bytes = Uint8Array.from(atob(drawn), (letter) => letter.charCodeAt(0));
    before.src = URL.createObjectURL(new Blob([bytes], { type: "image/png" }));
  }
  return () => (isDrawn ? canvas.toDataURL("image/png").split(",")[1] : null);
}
