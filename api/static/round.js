// A paper day typed back: a scan of a stop's code on the sheet, or of an item, leads to that stop's result.
// Without this script the form works too, by scrolling.
"use strict";

function watch(input) {
  const said = document.querySelector("[data-said]");
  const find = (code) =>
    [...document.querySelectorAll("[data-codes]")].find((row) => row.dataset.codes.split(" ").includes(code));

  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const code = input.value.replace(/\s/g, "").toUpperCase();
    input.value = "";
    if (!code) return;
    const row = find(code);
    document.querySelectorAll(".stop-row.found").forEach((other) => other.classList.remove("found"));
    if (!row) {
      said.textContent = `${code}: ${said.dataset.unknown}`;
      said.className = "scan-said notice danger";
      return;
    }
    said.textContent = "";
    said.className = "scan-said";
    row.classList.add("found");
    row.scrollIntoView({ block: "center" });
    (row.querySelector("select") || row).focus();
  });
  // F2 goes back to the field for scans from anywhere in the form.
  document.addEventListener("keydown", (event) => {
    if (event.key === "F2") input.focus();
  });
  input.focus();
}

document.querySelectorAll("[data-find-stop]").forEach(watch);
