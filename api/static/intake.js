// A file dragged onto the form is read at once. Without this script it is chosen by the button.
const form = document.querySelector("[data-drop]");
const file = form.elements.file;

const isFile = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

for (const name of ["dragenter", "dragover"]) {
  document.addEventListener(name, (event) => {
    if (!isFile(event)) return;
    event.preventDefault();
    form.classList.add("over");
  });
}
document.addEventListener("dragleave", (event) => !event.relatedTarget && form.classList.remove("over"));
document.addEventListener("drop", (event) => {
  if (!isFile(event)) return;
  event.preventDefault();
  form.classList.remove("over");
  file.files = event.dataTransfer.files;
  if (file.files.length) form.requestSubmit();
});
